"""The errors of a sandbox, as its user sees them."""

from __future__ import annotations

from rolecall._learner_error import LearnerError


class SandboxError(LearnerError, RuntimeError):
    """The sandbox can't do what was requested; the message says why and what to do."""


class OutsideSandboxError(SandboxError):
    """An AWS client would have left this machine."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} isn't on this machine, and no request leaves it. Create the client without "
            "endpoint_url, ignore_configured_endpoint_urls, or a proxy. The sandbox doesn't have features "
            "that need a host name of their own, such as access points."
        )
