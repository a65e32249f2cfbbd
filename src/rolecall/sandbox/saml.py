"""SAML 2.0 identity providers, which sign assertions as a company's directory does, and the checks of STS.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.iam import federated_denial
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.clock import Clock
from rolecall.sandbox.moto_state.iam import IamState
from rolecall.sandbox.world import World

if TYPE_CHECKING:
    from rolecall.sandbox.saml_documents import Assertion, SigningKey

_AUDIENCES = frozenset({"https://signin.aws.amazon.com/saml", "urn:amazon:webservices"})
_INVALID = "InvalidIdentityToken"
_SHORT_FORMATS = {
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent": "persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient": "transient",
}


@dataclass(frozen=True, slots=True)
class _Provider:
    account: str
    name: str
    entity_id: str

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:saml-provider/{self.name}"


@lru_cache(maxsize=1)
def _documents() -> Any:
    """Return the module that reads and writes XML, which few sandboxes need."""
    return import_module("rolecall.sandbox.saml_documents")


class SamlProviders:
    """The SAML identity providers of a world, each with its own key and certificate."""

    def __init__(self, world: World, iam: IamState, clock: Clock) -> None:
        self._iam = iam
        self._clock = clock
        self._providers = {
            name: _Provider(account.id, name, provider.entity_id)
            for account in world.accounts.values()
            for name, provider in account.saml_providers.items()
        }
        self._keys: dict[str, SigningKey] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the providers in the world."""
        return tuple(self._providers)

    def _key(self, entity_id: str) -> SigningKey:
        with self._lock:
            if entity_id not in self._keys:
                self._keys[entity_id] = _documents().SigningKey.new(entity_id)
            return self._keys[entity_id]

    def publish(self) -> None:
        """Store the metadata document of each provider in IAM; this creates the provider's certificate."""
        for provider in self._providers.values():
            document = _documents().metadata(provider.entity_id, self._key(provider.entity_id))
            self._iam.set_saml_metadata(provider.account, provider.arn, document)

    def mint(
        self, name: str, subject: str, role: str, valid_for: timedelta, attributes: Mapping[str, Any]
    ) -> str:
        """Mint a signed response for one role, in Base64 as AssumeRoleWithSAML takes it."""
        provider = self._providers[name]
        given = {"RoleSessionName": subject, **attributes, "Role": f"{role},{provider.arn}"}
        now = self._clock.now()
        response: str = _documents().sign_response(
            provider.entity_id, self._key(provider.entity_id), subject, given, now, now + valid_for
        )
        return response

    def authenticate(self, operation: Operation) -> tuple[Caller, Operation] | None:
        """Verify the assertion of AssumeRoleWithSAML; return None for any other operation.

        Returns
        -------
        tuple of Caller and Operation, or None
            The caller, and the operation with the parameters in the assertion.

        Raises
        ------
        AwsError
            If the assertion is not signed by the provider, doesn't offer this role, or is expired.
        """
        if operation.service != "sts" or operation.name != "AssumeRoleWithSAML":
            return None
        self.publish()
        arn = operation.text("PrincipalArn", "")
        role = operation.text("RoleArn", "")
        document = self._iam.saml_metadata(arn)
        if document is None:
            raise AwsError(_INVALID, f"No SAML provider found in your account for {arn}", 400)
        try:
            assertion = _documents().verify_response(operation.text("SAMLAssertion", ""), document)
        except _documents().InvalidAssertion as error:
            raise AwsError(_INVALID, str(error), 400) from None
        self._check(assertion, role, arn)
        return _caller(assertion, arn), _with_parameters_of(assertion, operation)

    def _check(self, assertion: Assertion, role: str, provider: str) -> None:
        now = self._clock.now()
        if not assertion.audiences & _AUDIENCES:
            raise AwsError(_INVALID, "Response does not contain the required audience.", 400)
        if assertion.issued + timedelta(minutes=5) <= now or assertion.expires <= now:
            what = "Token must be redeemed within 5 minutes of issuance"
            raise AwsError("ExpiredTokenException", what, 400)
        offered = [
            {part.strip() for part in pair.split(",")} for pair in assertion.attributes.get("Role", ())
        ]
        if {role, provider} not in offered:
            raise AwsError("AccessDenied", federated_denial("sts:AssumeRoleWithSAML"), 403)
        if not assertion.attributes.get("RoleSessionName"):
            raise AwsError(_INVALID, "RoleSessionName is required in AuthnResponse", 400)


def _caller(assertion: Assertion, provider: str) -> Caller:
    """Return the caller that a verified assertion identifies, with its condition keys and response fields.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml
    """
    account, _, name = provider.split(":", 4)[4].partition(":saml-provider/")
    document = f"{account}/{name}"
    qualified = f"{assertion.issuer}{account}/{name}".encode()
    qualifier = base64.b64encode(hashlib.sha1(qualified, usedforsecurity=False).digest()).decode()
    subject_type = _SHORT_FORMATS.get(assertion.subject_format, assertion.subject_format)
    return Caller(
        provider,
        web_identity={
            "Subject": assertion.subject,
            "SubjectType": subject_type,
            "Issuer": assertion.issuer,
            "Audience": assertion.recipient,
            "NameQualifier": qualifier,
        },
        web_context={
            "aws:FederatedProvider": provider,
            "saml:aud": assertion.recipient,
            "saml:doc": document,
            "saml:iss": assertion.issuer,
            "saml:namequalifier": qualifier,
            "saml:sub": assertion.subject,
            "saml:sub_type": subject_type,
        },
    )


def _with_parameters_of(assertion: Assertion, operation: Operation) -> Operation:
    """Return the operation with the session name, tags, and source identity in the assertion."""
    prefix = "PrincipalTag:"
    further: dict[str, Any] = {"RoleSessionName": assertion.attributes["RoleSessionName"][0]}
    tags = [
        {"Key": name.removeprefix(prefix), "Value": values[0]}
        for name, values in assertion.attributes.items()
        if name.startswith(prefix)
    ]
    if tags:
        further["Tags"] = tags
    if transitive := assertion.attributes.get("TransitiveTagKeys"):
        further["TransitiveTagKeys"] = list(transitive)
    if source := assertion.attributes.get("SourceIdentity"):
        further["SourceIdentity"] = source[0]
    return replace(operation, parameters={**operation.parameters, **further})
