"""Call the control API of a sandbox."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from rolecall.sandbox._errors import SandboxError

_WITHOUT_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_TIMEOUT = 60
_GONE = (
    "the sandbox doesn't respond ({}). If you have closed it, or if its process has ended, create a new "
    "one with Sandbox(…)."
)


@dataclass(frozen=True, slots=True)
class ControlApi:
    """The control API at a URL, with the token that it requires."""

    url: str
    token: str

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        """Send a request, and return the JSON of the response.

        Raises
        ------
        SandboxError
            For a response with an error, with its message; and if there is no response.
        """
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        try:
            with _WITHOUT_PROXY.open(request, timeout=_TIMEOUT) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise SandboxError(json.load(error)["error"]) from None
        except OSError as error:
            raise SandboxError(_GONE.format(getattr(error, "reason", error))) from None
