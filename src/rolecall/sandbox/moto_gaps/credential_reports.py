"""The credential report of an account."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.login_profiles import login_profile, password_policy
from rolecall.sandbox.moto_state.user_credentials import Credential, UserCredentials, user_credentials
from rolecall.sandbox.responses import Result
from rolecall.sandbox.runtime import Runtime

_VALID_FOR = timedelta(hours=4)
_HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,"
    "cert_2_active,cert_2_last_rotated\n"
)
_NONE = "N/A"


@dataclass(frozen=True, slots=True)
class _Report:
    generated: datetime
    content: bytes


class CredentialReports(Gap):
    """IAM lists the root user and the use of keys, and keeps a report for four hours; moto doesn't."""

    operations = frozenset({"iam.GenerateCredentialReport", "iam.GetCredentialReport"})
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html"
    answers = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._reports: dict[str, _Report] = {}

    def reset(self) -> None:
        """Forget every report."""
        self._reports.clear()

    def before(self, call: Call) -> Result:
        """Generate a report unless there is a recent one, or return it."""
        now, report = self.runtime.clock.now(), self._reports.get(call.account)
        is_recent = report is not None and now < report.generated + _VALID_FOR
        if call.operation.name == "GenerateCredentialReport":
            if is_recent:
                return {"State": "COMPLETE"}
            self._reports[call.account] = _Report(now, self._content(call.account, now))
            description = "No report exists. Starting a new report generation task"
            return {"State": "STARTED", "Description": description}
        if report is None:
            message = "No report exists. Generate a report with GenerateCredentialReport."
            raise AwsError("ReportNotPresent", message, 410)
        if not is_recent:
            message = "The report has expired. Generate a new report with GenerateCredentialReport."
            raise AwsError("ReportExpired", message, 410)
        return {"Content": report.content, "ReportFormat": "text/csv", "GeneratedTime": report.generated}

    def _content(self, account: str, now: datetime) -> bytes:
        users = [*user_credentials(account)]
        created = min((user.created for user in users), default=now)
        text = io.StringIO(_HEADER)
        text.seek(0, io.SEEK_END)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_root(account, created))
        writer.writerows(self._row(account, user) for user in users)
        return text.getvalue().encode()

    def _row(self, account: str, user: UserCredentials) -> Iterator[str]:
        yield from (user.name, user.arn, _text(user.created))
        yield from self._password(account, user.name)
        yield _flag(user.has_mfa)
        for key in _first_two(user.keys):
            yield from self._key(key)
        for certificate in _first_two(user.certificates):
            yield _flag(certificate is not None and certificate.active)
            yield _text(certificate.created) if certificate else _NONE

    def _password(self, account: str, name: str) -> tuple[str, ...]:
        profile, policy = login_profile(account, name), password_policy(account)
        if profile is None:
            return ("false", _NONE, _NONE, _NONE)
        maximum = policy.maximum_age if policy else None
        rotation = _text(profile.changed + maximum) if maximum else _NONE
        # No one can sign in to the console of the sandbox with a password.
        return ("true", "no_information", _text(profile.changed), rotation)

    def _key(self, key: Credential | None) -> tuple[str, ...]:
        if key is None:
            return ("false", _NONE, _NONE, _NONE, _NONE)
        use = self.runtime.history.last_use(key.id)
        used = (_text(use.time), use.region, use.service) if use else (_NONE, _NONE, _NONE)
        return (_flag(key.active), _text(key.created), *used)


def _root(account: str, created: datetime) -> tuple[str, ...]:
    """Return the row of the root user, who has no keys in the sandbox."""
    unsupported = "not_supported"
    password = (unsupported, "no_information", unsupported, unsupported)
    no_key, no_certificate = ("false", _NONE, _NONE, _NONE, _NONE), ("false", _NONE)
    user = ("<root_account>", f"arn:aws:iam::{account}:root", _text(created))
    return (*user, *password, "false", *no_key, *no_key, *no_certificate, *no_certificate)


def _first_two(credentials: Iterable[Credential]) -> tuple[Credential | None, Credential | None]:
    first, second, *_ = (*credentials, None, None)
    return first, second


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")
