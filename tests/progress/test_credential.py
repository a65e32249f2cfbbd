"""The credential for a finished course, judged by another implementation of Open Badges too."""

import base64
import json
import stat
from datetime import UTC, datetime

import pytest
from openbadgeslib.ob3 import OB3Verifier

from rolecall.progress.credential import (
    FinishedCourse,
    InvalidCredential,
    InvalidKey,
    sign,
    signing_key,
    verify,
)
from rolecall.workshop.receipts import Signer

COURSE = FinishedCourse(
    "Dana Doe", "AWS roles", ("Temporary access", "Denials"), datetime(2026, 11, 26, 12, tzinfo=UTC)
)


@pytest.fixture(params=["learner", "workshop"])
def key(request, tmp_path):
    if request.param == "workshop":
        Signer(tmp_path / "receipts.jwk")
        return signing_key(tmp_path / "receipts.jwk")
    return signing_key(tmp_path / "data" / "key.json")


def test_a_credential_says_what_was_signed_and_by_which_key(key):
    verified = verify(sign(COURSE, "Acme Academy", key))

    assert (verified.course, verified.issuer) == (COURSE, "Acme Academy")
    assert verified.fingerprint == key.thumbprint()


def test_another_implementation_of_open_badges_verifies_it(key):
    badge = OB3Verifier(key.as_pem(private=False)).verify(sign(COURSE, "Acme Academy", key))

    assert (badge.issuer.name, badge.achievement.name) == ("Acme Academy", "AWS roles")


def test_the_key_is_kept_for_its_owner_alone(tmp_path):
    first, again = signing_key(tmp_path / "key.json"), signing_key(tmp_path / "key.json")

    assert first.thumbprint() == again.thumbprint()
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Dana", "isn't a JSON Web Key"),
        ('{"kty": "oct", "k": "c2VjcmV0"}', "isn't a JSON Web Key for P-256 or Ed25519"),
        ('{"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}', "isn't a JSON Web Key|public key"),
    ],
)
def test_a_key_that_cannot_sign_is_refused(tmp_path, text, problem):
    (tmp_path / "key.json").write_text(text)

    with pytest.raises(InvalidKey, match=problem):
        signing_key(tmp_path / "key.json")


def test_a_changed_name_is_found(key):
    header, payload, signature = sign(COURSE, "Acme Academy", key).split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=="))
    content["credentialSubject"]["identifier"][0]["identityHash"] = "Eve"
    changed = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    with pytest.raises(InvalidCredential, match="signature can't be verified"):
        verify(f"{header}.{changed}.{signature}")


@pytest.mark.parametrize("text", ["", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_credential_is_refused(text):
    with pytest.raises(InvalidCredential):
        verify(text)
