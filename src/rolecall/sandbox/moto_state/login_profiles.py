"""The console passwords of IAM users, with their history and age, which moto doesn't keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from rolecall.iam import Policy, PolicyType
from rolecall.sandbox.moto_state.iam import UserFacts, iam_backend

_KEPT = 24
"""The most previous passwords that a password policy can forbid."""


@dataclass(frozen=True, slots=True)
class LoginProfile:
    """The password with which a user signs in to the console.

    Parameters
    ----------
    created
        When the user got a password.
    changed
        When the password was last set.
    reset_required
        Whether the user must set a new password at the next sign-in.
    passwords
        The passwords, the present one last.
    """

    created: datetime
    changed: datetime
    reset_required: bool
    passwords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """An account's password policy.

    Parameters
    ----------
    minimum_length
        The least number of characters.
    required
        The kinds of characters that a password must have: uppercase, lowercase, number, symbol.
    may_change
        Whether each user can change their own password without a policy that allows it.
    reuse_prevention
        How many previous passwords can't be used again.
    maximum_age
        How long a password is valid; None without a limit.
    """

    minimum_length: int
    required: frozenset[str]
    may_change: bool
    reuse_prevention: int
    maximum_age: timedelta | None


def password_policy(account: str) -> PasswordPolicy | None:
    """Return the password policy of an account; None if it has the default one."""
    kept = iam_backend(account).account_password_policy
    if kept is None:
        return None
    kinds = {
        "uppercase": kept.require_uppercase_characters,
        "lowercase": kept.require_lowercase_characters,
        "number": kept.require_numbers,
        "symbol": kept.require_symbols,
    }
    return PasswordPolicy(
        int(kept.minimum_password_length),
        frozenset(kind for kind, required in kinds.items() if required),
        bool(kept.allow_users_to_change_password),
        int(kept.password_reuse_prevention or 0),
        timedelta(days=kept.max_password_age) if kept.max_password_age else None,
    )


def own_password_policies(user: UserFacts) -> tuple[Policy, ...]:
    """Return the permissions that the password policy of an account gives each of its users.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
    """
    kept = iam_backend(user.account).account_password_policy
    if kept is None or not kept.allow_users_to_change_password:
        return ()
    return (_own_password_policy(user.arn),)


@lru_cache(maxsize=1024)
def _own_password_policy(user: str) -> Policy:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": user},
            {"Effect": "Allow", "Action": "iam:GetAccountPasswordPolicy", "Resource": "*"},
        ],
    }
    return Policy.parse(document, PolicyType.IDENTITY, "password policy of the account")


def login_profile(account: str, name: str) -> LoginProfile | None:
    """Return a user's password; None if the user has none, or doesn't exist."""
    user = iam_backend(account).users.get(name)
    if user is None or not user.password:
        return None
    kept: LoginProfile | None = getattr(user, "login_profile", None)
    if kept is None or kept.passwords[-1] != user.password:
        # CloudFormation and a world's users don't come here.
        created = user.create_date.replace(tzinfo=UTC)
        return LoginProfile(created, created, bool(user.password_reset_required), (user.password,))
    return kept


def set_login_profile(account: str, name: str, profile: LoginProfile | None) -> None:
    """Give a user that exists a password, or remove it."""
    user: Any = iam_backend(account).users[name]
    user.login_profile = profile
    user.password = profile.passwords[-1] if profile else None
    user.password_reset_required = profile.reset_required if profile else False


def with_password(profile: LoginProfile, password: str, now: datetime) -> LoginProfile:
    """Return a login profile with a new password."""
    passwords = (*profile.passwords, password)[-_KEPT:]
    return LoginProfile(profile.created, now, profile.reset_required, passwords)
