"""Passwords that users change themselves, and the rules of the account for new ones."""

from __future__ import annotations

import string

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import iam_backend
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
    """A user changes their own password, and new passwords follow the password policy; moto has neither."""

    operations = frozenset({"iam.ChangePassword", "iam.CreateLoginProfile", "iam.UpdateLoginProfile"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html"
    answers = True

    def before(self, call: Call) -> Result | None:
        """Change the caller's password, or raise PasswordPolicyViolation for a bad one."""
        if call.operation.name != "ChangePassword":
            if password := call.operation.text("Password"):
                _check(call.account, password)
            return None
        caller = call.caller.user
        if caller is None:
            raise AwsError("InvalidUserType", "Only IAM Users can change their own password", 400)
        user = iam_backend(call.account).users[caller.name]
        if not user.password:
            message = f"Login Profile for User {caller.name} cannot be found."
            raise AwsError("NoSuchEntity", message, 404)
        if user.password != call.operation.text("OldPassword"):
            raise AwsError("AccessDenied", "The old password was incorrect.", 403)
        password = call.operation.text("NewPassword", "")
        _check(call.account, password)
        user.password = password
        user.password_reset_required = False
        return {}


def _check(account: str, password: str) -> None:
    """Check a new password by the account's password policy, or by the default one."""
    policy = iam_backend(account).account_password_policy
    present = {kind for kind, characters in _KINDS if characters & set(password)}
    least = _DEFAULT_LENGTH if policy is None else int(policy.minimum_password_length)
    if len(password) < least:
        raise _violation(f"Password should have a minimum length of {least}")
    if policy is None:
        if len(present) < _DEFAULT_KINDS:
            raise _violation(
                "Password should have at least three of these: uppercase letters, lowercase letters, "
                "numbers, and symbols"
            )
        return
    required = {
        "uppercase": policy.require_uppercase_characters,
        "lowercase": policy.require_lowercase_characters,
        "number": policy.require_numbers,
        "symbol": policy.require_symbols,
    }
    for kind, is_required in required.items():
        if is_required and kind not in present:
            raise _violation(f"Password should have at least one {kind} character")


def _violation(message: str) -> AwsError:
    return AwsError("PasswordPolicyViolation", message, 400)
