"""A credential for a finished course, as an Open Badge that others can verify.

It is an Open Badges 3.0 ``OpenBadgeCredential`` in the format of a JSON Web Token: the payload is the
credential, and the header holds the public key that verifies it.
https://www.imsglobal.org/spec/ob/v3p0/#jwt-proof
"""

from __future__ import annotations

import json
import os
import uuid
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rolecall.progress._store import default_path

SigningKey = ECKey | OKPKey
"""A learner's own key is on the curve P-256; a workshop's is for Ed25519."""
_KEY_TYPES: dict[str, type[ECKey] | type[OKPKey]] = {"EC": ECKey, "OKP": OKPKey}
# Verifiers of Open Badges know Ed25519 by its old name EdDSA. https://www.rfc-editor.org/rfc/rfc9864
_ALGORITHMS = {"EC": "ES256", "OKP": "EdDSA"}
_CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
_CRITERIA = "Ran every notebook of the course, and reached the goal of every task in them."
# The same content has the same ID, no matter who issues it.
_NAMESPACE = uuid.UUID("2f4c7f9e-5a52-4c53-9f10-8a4f4f7f2f6c")


class InvalidCredential(ValueError):
    """A file isn't a credential that its key has signed; the text says why."""


class InvalidKey(ValueError):
    """A file isn't a key that can sign a credential; the text says why."""


@dataclass(frozen=True, slots=True)
class FinishedCourse:
    """What a credential says.

    Parameters
    ----------
    learner
        The learner's name.
    title
        The title of the course.
    lessons
        The titles of its lessons.
    finished
        When the learner finished the course.
    """

    learner: str
    title: str
    lessons: tuple[str, ...]
    finished: datetime


@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential whose signature is right.

    Parameters
    ----------
    issuer
        The name of who signed it.
    fingerprint
        The thumbprint of the key that signed it (RFC 7638). Compare it with the issuer's own.
    """

    course: FinishedCourse
    issuer: str
    fingerprint: str


class _Identity(BaseModel):
    name: str = Field(alias="identityHash")


class _Achievement(BaseModel):
    name: str
    tag: list[str]


class _Subject(BaseModel):
    identifier: list[_Identity] = Field(min_length=1)
    achievement: _Achievement


class _Issuer(BaseModel):
    name: str


class _Credential(BaseModel):
    """The parts of a credential that are shown again."""

    model_config = ConfigDict(extra="ignore")

    type: list[str]
    issuer: _Issuer
    valid_from: datetime = Field(alias="validFrom")
    subject: _Subject = Field(alias="credentialSubject")


def signing_key(path: Path | None = None) -> SigningKey:
    """Return the learner's own key, which is created when it's first needed, or the key of an issuer.

    Parameters
    ----------
    path
        The key's file, such as ``receipts.jwk`` of a workshop; by default, beside the learner's answers.

    Raises
    ------
    InvalidKey
        If the file isn't a private key that can sign credentials.
    """
    file = path or default_path().with_name("signing-key.json")
    if file.is_file():
        try:
            key = _import_key(json.loads(file.read_text("utf-8")))
        except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidKey(f"{file}: this isn't a JSON Web Key for P-256 or Ed25519: {error}") from None
        if not key.is_private:
            raise InvalidKey(f"{file}: this is a public key, which can't sign; use the private key")
        return key
    key = ECKey.generate_key("P-256")
    file.parent.mkdir(parents=True, exist_ok=True)
    # No one else can read the file, not even for a moment.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(key.as_dict(private=True), stream)
    return key


def _import_key(key: dict[str, Any]) -> SigningKey:
    return _KEY_TYPES[key["kty"]].import_key(key)


def sign(course: FinishedCourse, issuer: str, key: SigningKey) -> str:
    """Sign a credential, as a compact JSON Web Token.

    Parameters
    ----------
    issuer
        The name of who signs: the learner, or the school.
    """
    # A thumbprint URI names a key without a server that publishes it. https://www.rfc-editor.org/rfc/rfc9278
    issuer_id = f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{key.thumbprint()}"
    credential = _credential(course, issuer, issuer_id)
    registered = {
        "iss": issuer_id,
        "jti": credential["id"],
        "nbf": int(course.finished.timestamp()),
        "sub": credential["credentialSubject"]["id"],
    }
    algorithm = _ALGORITHMS[key.key_type]
    header = {"alg": algorithm, "typ": "vc+jwt", "jwk": key.as_dict(private=False)}
    with warnings.catch_warnings(action="ignore", category=SecurityWarning):
        return jws.serialize_compact(
            header, json.dumps(credential | registered), key, algorithms=[algorithm]
        )


def _credential(course: FinishedCourse, issuer: str, issuer_id: str) -> dict[str, Any]:
    achievement = f"urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps([course.title, *course.lessons]))}"
    learner = f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{issuer_id} {course.learner}')}"
    lessons = "; ".join(course.lessons)
    return {
        "@context": list(_CONTEXT),
        "id": f"urn:uuid:{uuid.uuid4()}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": course.title,
        "issuer": {"id": issuer_id, "type": ["Profile"], "name": issuer},
        "validFrom": course.finished.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "credentialSubject": {
            "id": learner,
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityHash": course.learner,
                    "identityType": "name",
                    "hashed": False,
                    "salt": "not-used",
                }
            ],
            "achievement": {
                "id": achievement,
                "type": ["Achievement"],
                "achievementType": "Course",
                "name": course.title,
                "description": f"Finished the lessons: {lessons}.",
                "criteria": {"narrative": _CRITERIA},
                "tag": list(course.lessons),
            },
        },
    }


def verify(token: str) -> VerifiedCredential:
    """Verify a credential with the key that it names.

    The signature proves that nothing was changed since the owner of the key signed it. Who owns the key is
    for the reader to find out: compare `VerifiedCredential.fingerprint` with the issuer's own.

    Raises
    ------
    InvalidCredential
        If the signature doesn't fit, or if it isn't such a credential.
    """
    try:
        header = jws.extract_compact(token.strip().encode()).headers()
        key = _import_key(header["jwk"])
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):
            payload = jws.deserialize_compact(
                token.strip(), key, algorithms=[_ALGORITHMS[key.key_type]]
            ).payload
        credential = _Credential.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidCredential(f"it isn't a credential of a course: {place}: {first['msg']}") from None
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise InvalidCredential(
            f"its signature can't be verified: {type(error).__name__}: {error}"
        ) from None
    if "OpenBadgeCredential" not in credential.type:
        raise InvalidCredential("it isn't an Open Badge")
    achievement = credential.subject.achievement
    course = FinishedCourse(
        credential.subject.identifier[0].name,
        achievement.name,
        tuple(achievement.tag),
        credential.valid_from,
    )
    return VerifiedCredential(course, credential.issuer.name, key.thumbprint())
