"""Limit how often someone can guess codes, and how much a learner can store."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import HTTPException, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

# A classroom shares one address; a join code has 29 ** 8 forms.
_WRONG_FROM_AN_ADDRESS = RateLimitItemPerMinute(30)
_WRONG_IN_TOTAL = RateLimitItemPerMinute(600)
_RIGHT_SECONDS = 10.0
# How many in how many seconds. A learner answers a few questions in a minute; a notebook that was
# offline sends many together.
_ACTIVITIES = ((400, 60), (3_000, 86_400))
# A notebook sends a request for each change of an answer. A task that is handed in counts as several.
_REQUESTS = (600, 60)
_COUNTED_BYTES = 8 * 1024


def address_of(request: Request) -> str:
    """Return the address that a request comes from; a proxy's only if it isn't a configured one."""
    return request.client.host if request.client else "unknown"


def _network_of(request: Request) -> str:
    """Return the address that limits count: of IPv6 the network, because one machine can have all of it."""
    address = address_of(request)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address) or parsed.ipv4_mapped is not None:
        return address
    return str(ip_network((parsed, 64), strict=False))


def _too_many(text: str) -> HTTPException:
    return HTTPException(429, text, headers={"Retry-After": "60"})


class WrongCodeLimit:
    """Limit wrong codes by address and in total. Codes are checked one after another.

    Parallel requests can't all pass the limit before the first wrong code is counted.
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._lock = asyncio.Lock()
        self._right: tuple[str, float] = ("", 0.0)

    def was_right(self, code: str) -> bool:
        """Return whether someone joined with this code within the last seconds, as a class does."""
        right, until = self._right
        return code == right and time.monotonic() < until

    def remember_right(self, code: str) -> None:
        """Remember a code that someone joined with."""
        self._right = (code, time.monotonic() + _RIGHT_SECONDS)

    @asynccontextmanager
    async def checking(self, request: Request) -> AsyncIterator[Callable[[], None]]:
        """Wait until this request's code can be checked.

        Yields
        ------
        callable
            Counts a wrong code.

        Raises
        ------
        HTTPException
            With status 429 if too many codes were wrong within a minute.
        """
        address = _network_of(request)

        def count_wrong() -> None:
            self._limiter.hit(_WRONG_FROM_AN_ADDRESS, address)
            self._limiter.hit(_WRONG_IN_TOTAL)

        async with self._lock:
            few = self._limiter.test(_WRONG_FROM_AN_ADDRESS, address) and self._limiter.test(
                _WRONG_IN_TOTAL
            )
            if not few:
                raise _too_many("too many wrong codes; wait a minute")
            yield count_wrong


class WrongTokenLimit:
    """Limit wrong sign-in tokens by address. The right token is always accepted: it can't be guessed."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count_wrong(self, request: Request) -> None:
        """Count a wrong token.

        Raises
        ------
        HTTPException
            With status 429 if too many tokens from this address were wrong within a minute.
        """
        if not self._limiter.hit(_WRONG_FROM_AN_ADDRESS, _network_of(request)):
            raise _too_many("too many wrong tokens; wait a minute")


class ActivityQuota:
    """Limit how many activities each learner can store, within a minute and within a day.

    `limits` looks at every learner again a hundred times a second, which takes half of a core for a class
    of 2,000.
    """

    def __init__(self) -> None:
        self._windows = [_SlidingWindow(most, seconds) for most, seconds in _ACTIVITIES]

    def use(self, person: int, count: int) -> None:
        """Count activities of a person.

        Raises
        ------
        HTTPException
            With status 429 if there are too many; the notebook sends them again later.
        """
        for window in self._windows:
            if not window.count(person, count):
                raise _too_many("you send too many answers; wait a minute")


class RequestQuota:
    """Limit how many requests each learner can send within a minute; a long body counts as several."""

    def __init__(self) -> None:
        self._window = _SlidingWindow(*_REQUESTS)

    def use(self, person: int, length: int) -> None:
        """Count a request of a person.

        Parameters
        ----------
        length
            The bytes of its body.

        Raises
        ------
        HTTPException
            With status 429 if there are too many; the notebook sends the request again later.
        """
        if not self._window.count(person, 1 + length // _COUNTED_BYTES):
            raise _too_many("you send too many requests; wait a minute")


class _SlidingWindow:
    """Count what each person does. The last window counts less and less as the current one passes."""

    def __init__(self, most: int, seconds: int) -> None:
        self._most, self._seconds = most, seconds
        self._number = 0
        self._now, self._before = Counter[int](), Counter[int]()

    def count(self, person: int, count: int) -> bool:
        """Count, unless it is too much; return whether it was counted."""
        number, passed = divmod(time.monotonic(), self._seconds)
        if number != self._number:
            self._before = self._now if number == self._number + 1 else Counter()
            self._now, self._number = Counter(), int(number)
        used = self._before[person] * (1 - passed / self._seconds) + self._now[person]
        if used + count > self._most:
            return False
        self._now[person] += count
        return True
