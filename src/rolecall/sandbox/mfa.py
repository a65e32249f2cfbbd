"""Virtual MFA devices: the codes that they show, and the check of codes in requests.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

import pyotp

from rolecall.aws.errors import AwsError
from rolecall.aws.operations import Operation
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.clock import Clock
from rolecall.sandbox.moto_state.iam import IamState

_STEP = 30
_INVALID = "MultiFactorAuthentication failed with invalid MFA one time pass code. "


@dataclass(frozen=True, slots=True)
class Device:
    """An MFA device as its owner sees it.

    Parameters
    ----------
    code
        The code that it shows now.
    """

    serial_number: str
    code: str


class MfaDevices:
    """The devices of the sandbox's users."""

    def __init__(self, iam: IamState, clock: Clock) -> None:
        self._iam = iam
        self._clock = clock
        self._used: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def device(self, account: str, user: str) -> Device | None:
        """Return a user's device with the code that it shows at the sandbox's time, or None."""
        for serial, seed in self._iam.mfa_seeds(account, user).items():
            return Device(serial, pyotp.TOTP(seed, interval=_STEP).at(self._clock.now()))
        return None

    def authenticate(self, operation: Operation, caller: Caller) -> bool:
        """Check the MFA code of a call, and return whether there is one.

        Raises
        ------
        AwsError
            If the code is wrong, was used before, or is from a device of another user.
        """
        serial, code = operation.text("SerialNumber"), operation.text("TokenCode")
        if operation.service != "sts" or (serial is None and code is None):
            return False
        seeds: dict[str, str] = {}
        if caller.user is not None and caller.session is None:
            seeds = self._iam.mfa_seeds(caller.user.account, caller.user.name)
        if serial not in seeds or code is None or not self._take(serial, seeds[serial], code):
            raise AwsError("AccessDenied", _INVALID, 403)
        return True

    def _take(self, serial: str, seed: str, code: str) -> bool:
        """Accept a code once: each is valid for one call."""
        step = _step_of(seed, code, self._clock.now())
        if step is None:
            return False
        with self._lock:
            if (serial, step) in self._used:
                return False
            self._used.add((serial, step))
        return True

    def clear(self) -> None:
        """Forget which codes were used."""
        with self._lock:
            self._used.clear()


def are_consecutive_codes(seed: str, first: str, second: str, *times: datetime) -> bool:
    """Return whether two codes follow each other on a device, at about one of several times.

    Parameters
    ----------
    seed
        The seed of the device, in base 32.
    first, second
        The codes.
    times
        The times that count as now. The first code is at most a minute old; the second may be the next.
    """
    totp = pyotp.TOTP(seed, interval=_STEP)
    steps = {int(time.timestamp()) // _STEP + shift for time in times for shift in (-2, -1, 0)}
    return any(
        pyotp.utils.strings_equal(totp.generate_otp(step), first)
        and pyotp.utils.strings_equal(totp.generate_otp(step + 1), second)
        for step in steps
    )


def _step_of(seed: str, code: str, now: datetime) -> int | None:
    """Return the time step of a code, if it is the current one or a neighbor; otherwise None."""
    totp = pyotp.TOTP(seed, interval=_STEP)
    current = int(now.timestamp()) // _STEP
    for step in (current, current - 1, current + 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None
