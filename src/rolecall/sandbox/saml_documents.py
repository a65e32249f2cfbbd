"""The XML of SAML: the metadata of a provider, and signing and verifying a response.

http://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]
from signxml.algorithms import SignatureConstructionMethod, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import XMLVerifier

from rolecall.sandbox.clock import timestamp

ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
_ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_AUDIENCE = "https://signin.aws.amazon.com/saml"
_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_IN = {"saml": _ASSERTION, "md": _METADATA, "ds": _DS}
_saml = ElementMaker(namespace=_ASSERTION, nsmap={"saml": _ASSERTION})
_samlp = ElementMaker(namespace=_PROTOCOL, nsmap={"samlp": _PROTOCOL})
_md = ElementMaker(namespace=_METADATA, nsmap={"md": _METADATA})
_ds = ElementMaker(namespace=_DS, nsmap={"ds": _DS})


class InvalidAssertion(ValueError):
    """A response that AWS would reject, with the message of AWS."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A provider's private key and its self-signed certificate, in PEM."""

    private: bytes
    certificate: bytes

    @classmethod
    def new(cls, entity_id: str) -> SigningKey:
        """Create a new pair for a provider."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, entity_id[:64])])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=3650))
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(private, certificate.public_bytes(serialization.Encoding.PEM))


@dataclass(frozen=True, slots=True)
class Assertion:
    """The contents of a verified assertion.

    Parameters
    ----------
    attributes
        By the part of their name after ``https://aws.amazon.com/SAML/Attributes/``.
    """

    issuer: str
    subject: str
    subject_format: str
    recipient: str
    audiences: frozenset[str]
    issued: datetime
    expires: datetime
    attributes: Mapping[str, tuple[str, ...]]


def metadata(entity_id: str, key: SigningKey) -> str:
    """Return a provider's metadata document, as IAM takes it."""
    body = "".join(key.certificate.decode().splitlines()[1:-1])
    certificate = _ds.KeyInfo(_ds.X509Data(_ds.X509Certificate(body)))
    descriptor = _md.IDPSSODescriptor(
        _md.KeyDescriptor(certificate, use="signing"),
        _md.SingleSignOnService(
            Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", Location=f"{entity_id}/sso"
        ),
        protocolSupportEnumeration=_PROTOCOL,
    )
    return str(etree.tostring(_md.EntityDescriptor(descriptor, entityID=entity_id), encoding="unicode"))


def sign_response(
    entity_id: str,
    key: SigningKey,
    subject: str,
    attributes: Mapping[str, Any],
    now: datetime,
    until: datetime,
) -> str:
    """Sign a response, and return it in Base64."""
    elements = [
        _saml.Attribute(*map(_saml.AttributeValue, _listed(value)), Name=ATTRIBUTES + name)
        for name, value in attributes.items()
    ]
    confirmed = _saml.SubjectConfirmationData(NotOnOrAfter=timestamp(until), Recipient=_AUDIENCE)
    assertion = _saml.Assertion(
        _saml.Issuer(entity_id),
        _ds.Signature(Id="placeholder"),
        _saml.Subject(
            _saml.NameID(subject, Format=_PERSISTENT),
            _saml.SubjectConfirmation(confirmed, Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"),
        ),
        _saml.Conditions(
            _saml.AudienceRestriction(_saml.Audience(_AUDIENCE)),
            NotBefore=timestamp(now),
            NotOnOrAfter=timestamp(until),
        ),
        _saml.AttributeStatement(*elements),
        ID=f"_{secrets.token_hex(16)}",
        IssueInstant=timestamp(now),
        Version="2.0",
    )
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    signed = signer.sign(
        assertion, key=key.private, cert=key.certificate.decode(), reference_uri=f"#{assertion.get('ID')}"
    )
    response = _samlp.Response(
        signed, ID=f"_{secrets.token_hex(16)}", IssueInstant=timestamp(now), Version="2.0"
    )
    return base64.b64encode(etree.tostring(response)).decode()


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]


def verify_response(response: str, document: str) -> Assertion:
    """Verify the signature of a response, and return the contents of its assertion.

    Only the element that was signed is read.

    Raises
    ------
    InvalidAssertion
        With the message of AWS.
    """
    provider = etree.fromstring(document.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    certificate = "".join(_text(provider, "string(.//ds:X509Certificate)").split())
    try:
        content = base64.b64decode(response, validate=True)
        verified: Any = XMLVerifier().verify(content, x509_cert=certificate)
    except (SignXMLException, ValueError, etree.XMLSyntaxError):
        raise InvalidAssertion("Response signature invalid") from None
    signed = verified.signed_xml
    if signed is None or signed.tag != f"{{{_ASSERTION}}}Assertion":
        raise InvalidAssertion("Your request included an invalid SAML response.")
    issuer = _text(signed, "string(saml:Issuer)")
    if issuer != provider.get("entityID"):
        raise InvalidAssertion("Issuer not present in specified provider")
    confirmed = "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
    attributes: dict[str, tuple[str, ...]] = {}
    for attribute in signed.iterfind("saml:AttributeStatement/saml:Attribute", _IN):
        name = str(attribute.get("Name")).removeprefix(ATTRIBUTES)
        attributes[name] = tuple(
            value.text or "" for value in attribute.iterfind("saml:AttributeValue", _IN)
        )
    try:
        return Assertion(
            issuer,
            _text(signed, "string(saml:Subject/saml:NameID)"),
            _text(signed, "string(saml:Subject/saml:NameID/@Format)"),
            _text(signed, f"string({confirmed}/@Recipient)"),
            frozenset(one.text or "" for one in signed.iterfind(".//saml:Audience", _IN)),
            datetime.fromisoformat(str(signed.get("IssueInstant"))),
            datetime.fromisoformat(_text(signed, f"string({confirmed}/@NotOnOrAfter)")),
            attributes,
        )
    except ValueError:
        raise InvalidAssertion("Your request included an invalid SAML response.") from None


def _text(element: Any, path: str) -> str:
    return str(element.xpath(path, namespaces=_IN))
