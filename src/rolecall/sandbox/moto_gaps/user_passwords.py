"""Console passwords: who sets them, and the rules of the account for new ones."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import replace

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.login_profiles import (
    LoginProfile,
    login_profile,
    password_policy,
    set_login_profile,
    with_password,
)
from rolecall.sandbox.responses import Result

_SYMBOLS = frozenset("!@#$%^&*()_+-=[]{}|'")
_KINDS = (
    ("uppercase", frozenset(string.ascii_uppercase)),
    ("lowercase", frozenset(string.ascii_lowercase)),
    ("number", frozenset(string.digits)),
    ("symbol", _SYMBOLS),
)
# Without a password policy of the account.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
_DEFAULT_LENGTH, _DEFAULT_KINDS = 8, 3


class UserPasswords(Gap):
    """Passwords follow the password policy, and have a history; moto checks and keeps neither."""

    operations = frozenset(
        {
            "iam.ChangePassword",
            "iam.CreateLoginProfile",
            "iam.DeleteLoginProfile",
            "iam.GetLoginProfile",
            "iam.UpdateLoginProfile",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html"
    answers = True

    def before(self, call: Call) -> Result:
        """Set or return a user's password, or raise PasswordPolicyViolation for a bad one."""
        perform: dict[str, Callable[[Call], Result]] = {
            "ChangePassword": self._change,
            "CreateLoginProfile": self._create,
            "DeleteLoginProfile": self._delete,
            "GetLoginProfile": self._get,
            "UpdateLoginProfile": self._update,
        }
        return perform[call.operation.name](call)

    def _change(self, call: Call) -> Result:
        caller = call.caller.user
        if caller is None:
            raise AwsError("InvalidUserType", "Only IAM Users can change their own password", 400)
        profile = _profile(call.account, caller.name)
        if profile.passwords[-1] != call.operation.text("OldPassword"):
            raise AwsError("AccessDenied", "The old password was incorrect.", 403)
        password = call.operation.text("NewPassword", "")
        _check(call.account, password)
        policy = password_policy(call.account)
        if policy and policy.reuse_prevention and password in profile.passwords[-policy.reuse_prevention :]:
            raise _violation(
                "Policy constraint violation with password reuse prevention during password change."
            )
        changed = with_password(profile, password, self.runtime.clock.now())
        set_login_profile(call.account, caller.name, replace(changed, reset_required=False))
        return {}

    def _create(self, call: Call) -> Result:
        name = self._user(call)
        if login_profile(call.account, name) is not None:
            message = f"Login Profile for user {name} already exists."
            raise AwsError("EntityAlreadyExists", message, 409)
        password = call.operation.text("Password") or ""
        _check(call.account, password)
        now = self.runtime.clock.now()
        required = bool(call.operation.parameters.get("PasswordResetRequired"))
        profile = LoginProfile(now, now, required, (password,))
        set_login_profile(call.account, name, profile)
        return _result(name, profile)

    def _get(self, call: Call) -> Result:
        name = self._user(call)
        return _result(name, _profile(call.account, name))

    def _update(self, call: Call) -> Result:
        name = self._user(call)
        profile = _profile(call.account, name)
        if password := call.operation.text("Password"):
            _check(call.account, password)
            profile = with_password(profile, password, self.runtime.clock.now())
        required = call.operation.parameters.get("PasswordResetRequired")
        if required is not None:
            profile = replace(profile, reset_required=bool(required))
        set_login_profile(call.account, name, profile)
        return {}

    def _delete(self, call: Call) -> Result:
        name = self._user(call)
        _profile(call.account, name)
        set_login_profile(call.account, name, None)
        return {}

    def _user(self, call: Call) -> str:
        """Return the name of the user that a call names, or else of the caller.

        Raises
        ------
        AwsError
            If there is no such user.
        """
        name = call.operation.text("UserName") or (call.caller.user.name if call.caller.user else "")
        if self.runtime.iam.user(call.account, name) is None:
            raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
        return name


def _profile(account: str, name: str) -> LoginProfile:
    profile = login_profile(account, name)
    if profile is None:
        raise AwsError("NoSuchEntity", f"Login Profile for User {name} cannot be found.", 404)
    return profile


def _result(name: str, profile: LoginProfile) -> Result:
    return {
        "LoginProfile": {
            "UserName": name,
            "CreateDate": profile.created,
            "PasswordResetRequired": profile.reset_required,
        }
    }


def _check(account: str, password: str) -> None:
    """Check a new password by the account's password policy, or by the default one."""
    policy = password_policy(account)
    present = {kind for kind, characters in _KINDS if characters & set(password)}
    least = _DEFAULT_LENGTH if policy is None else policy.minimum_length
    if len(password) < least:
        raise _violation(f"Password should have a minimum length of {least}")
    if policy is None:
        if len(present) < _DEFAULT_KINDS:
            raise _violation(
                "Password should have at least three of these: uppercase letters, lowercase letters, "
                "numbers, and symbols"
            )
        return
    for kind, _ in _KINDS:
        if kind in policy.required and kind not in present:
            raise _violation(f"Password should have at least one {kind} character")


def _violation(message: str) -> AwsError:
    return AwsError("PasswordPolicyViolation", message, 400)
