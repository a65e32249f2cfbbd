"""The security headers of each response."""

from __future__ import annotations

from collections.abc import Iterable

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def content_policy(
    frames: Iterable[str] = (), forms: Iterable[str] = (), *, has_editor: bool = False
) -> str:
    """Return a Content-Security-Policy: nothing of a page comes from elsewhere.

    Parameters
    ----------
    frames
        The origins whose pages can show this one in a frame.
    forms
        The origins that a form of the page can be sent to, besides this service.
    has_editor
        Whether the page has the editor of policies, which sets styles.
    """
    styles = "; style-src 'self' 'unsafe-inline'" if has_editor else ""
    form_action = " ".join(["'self'", *forms])
    sources = f"default-src 'self'{styles}; base-uri 'none'; form-action {form_action}"
    ancestors = " ".join(frames) or "'none'"
    return f"{sources}; frame-ancestors {ancestors}"
