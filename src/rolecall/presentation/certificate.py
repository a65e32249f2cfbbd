"""The certificate of a finished course, as a page to print."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from rolecall.progress.credential import VerifiedCredential

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def certificate_html(verified: VerifiedCredential, token: str) -> str:
    """Write the certificate.

    Parameters
    ----------
    verified
        What the credential says, and whose key signed it.
    token
        The credential itself, which the page carries.
    """
    finished = verified.course.finished
    return _TEMPLATES.get_template("certificate.html").render(
        course=verified.course,
        issuer=verified.issuer,
        fingerprint=verified.fingerprint,
        date=f"{finished:%B} {finished.day}, {finished.year}",
        token=token,
    )
