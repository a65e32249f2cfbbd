"""Make a kernel act as an actor: change its environment and botocore, and restore them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import boto3
import botocore.credentials
from botocore.credentials import CachedCredentialFetcher, RefreshableCredentials

from rolecall.sandbox._loopback import only_loopback


class Kernel:
    """The process of the kernel, which acts as an actor of at most one sandbox at a time."""

    def __init__(self) -> None:
        self._owner: object | None = None
        self._changes = ExitStack()

    def use(self, owner: object, variables: Mapping[str, str], ahead: Callable[[], timedelta]) -> None:
        """Act as an actor until the next call, or until the owner leaves.

        Parameters
        ----------
        owner
            The sandbox of the actor.
        variables
            The environment variables that make AWS clients act as the actor. All other variables of AWS are
            removed.
        ahead
            How far the clock of the sandbox is ahead of this machine's.
        """
        self._undo()
        self._owner = owner
        self._changes.enter_context(_environment(variables))
        self._changes.enter_context(only_loopback())
        self._changes.enter_context(_clock(ahead))
        _forget_default_session()

    def uses(self, owner: object) -> bool:
        """Return whether the kernel acts as an actor of this sandbox."""
        return owner is self._owner

    def leave(self, owner: object) -> None:
        """Restore what `use` changed, if it was called last for this owner."""
        if self.uses(owner):
            self._undo()
            _forget_default_session()

    def _undo(self) -> None:
        self._owner = None
        self._changes.close()


KERNEL = Kernel()


def _forget_default_session() -> None:
    # boto3 keeps the first session that it creates, with the credentials of that time.
    boto3.DEFAULT_SESSION = None


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Replace all variables of AWS; afterwards, restore the ones that no one has changed since."""
    names = {*variables, *(name for name in os.environ if name.startswith("AWS_"))}
    before = {name: os.environ.get(name) for name in names}
    for name in names:
        _set(name, variables.get(name))
    try:
        yield
    finally:
        for name in names:
            if os.environ.get(name) == variables.get(name):
                _set(name, before[name])


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


@contextmanager
def _clock(ahead: Callable[[], timedelta]) -> Iterator[None]:
    """Have botocore refresh credentials from the environment and from profiles by the sandbox's clock.

    botocore accepts no clock for them. Otherwise, a session that expired in the sandbox because of
    ``clock.advance`` would still look valid to botocore, also in the cache that a profile with a
    ``role_arn`` has.
    """
    refreshable: Any = RefreshableCredentials
    fetcher: Any = CachedCredentialFetcher
    module: Any = botocore.credentials
    seconds_remaining, is_expired = refreshable._seconds_remaining, fetcher._is_expired

    def seconds_remaining_in_sandbox(credentials: Any) -> float:
        remaining: float = seconds_remaining(credentials)
        if credentials._time_fetcher is module._local_now:
            remaining -= ahead().total_seconds()
        return remaining

    def is_expired_in_sandbox(caching: Any, response: Any) -> bool:
        expiration = module._parse_if_needed(response["Credentials"]["Expiration"]) - ahead()
        return bool(is_expired(caching, {"Credentials": {"Expiration": expiration}}))

    refreshable._seconds_remaining = seconds_remaining_in_sandbox
    fetcher._is_expired = is_expired_in_sandbox
    try:
        yield
    finally:
        refreshable._seconds_remaining = seconds_remaining
        fetcher._is_expired = is_expired
