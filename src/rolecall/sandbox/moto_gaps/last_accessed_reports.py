"""Reports of when an identity last used the services that its policies allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from rolecall._reference import service_name
from rolecall.aws.errors import AwsError
from rolecall.iam import Request
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._service_access import allowed_services
from rolecall.sandbox.moto_state.iam_entities import (
    Entity,
    attached_policies,
    entities_with_policy,
    entity_with_arn,
    managed_policy,
    members,
)
from rolecall.sandbox.responses import Result
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.trail import Event

_PAGE = 100
_ALL = 10_000
# IAM doesn't track this action.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
_UNTRACKED = "iam:passrole"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt of an entity to use a service, whether it succeeded or not."""

    time: datetime
    entity: Entity
    service: str
    region: str


@dataclass(frozen=True, slots=True)
class _Report:
    """What a job found when it was created.

    Parameters
    ----------
    services
        The prefixes of the services that the identity or the policy allows.
    entities
        The users and roles that could have used them.
    attempts
        The entities' attempts, the newest first.
    """

    account: str
    created: datetime
    services: tuple[str, ...]
    entities: tuple[Entity, ...]
    attempts: tuple[_Attempt, ...]

    def latest(self, service: str) -> dict[Entity, _Attempt]:
        """Return the last attempt of each entity to use a service, the newest first."""
        found: dict[Entity, _Attempt] = {}
        for one in self.attempts:
            if one.service == service:
                found.setdefault(one.entity, one)
        return found

    def described(self, service: str) -> dict[str, Any]:
        """Return what the report says about a service."""
        latest = self.latest(service)
        described: dict[str, Any] = {
            "ServiceName": service_name(service),
            "ServiceNamespace": service,
            "TotalAuthenticatedEntities": len(latest),
        }
        if latest:
            last = next(iter(latest.values()))
            described |= {
                "LastAuthenticated": last.time,
                "LastAuthenticatedEntity": last.entity.arn,
                "LastAuthenticatedRegion": last.region,
            }
        return described

    def page(self, call: Call, field: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return the completed job with one page of its items."""
        start = int(call.operation.text("Marker") or 0)
        end = start + int(call.operation.parameters.get("MaxItems") or _PAGE)
        page: dict[str, Any] = {
            "JobStatus": "COMPLETED",
            "JobCreationDate": self.created,
            "JobCompletionDate": self.created,
            field: list(items[start:end]),
            "IsTruncated": end < len(items),
        }
        return page | ({"Marker": str(end)} if end < len(items) else {})


class LastAccessedReports(Gap):
    """IAM reports when the services that an identity may use were last used; moto doesn't.

    The sandbox's trail says when. A report is complete as soon as it is requested, and includes all calls
    until then; AWS needs up to four hours.
    """

    operations = frozenset(
        {
            "iam.GenerateServiceLastAccessedDetails",
            "iam.GetServiceLastAccessedDetails",
            "iam.GetServiceLastAccessedDetailsWithEntities",
        }
    )
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html"
    answers = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._reports: dict[str, _Report] = {}

    def reset(self) -> None:
        """Forget every report."""
        self._reports.clear()

    def validate(self, call: Call) -> None:
        """Raise InvalidInput for a report about single actions."""
        if call.operation.text("Granularity") == "ACTION_LEVEL":
            message = "The sandbox reports services only: it has no ACTION_LEVEL. Use SERVICE_LEVEL."
            raise AwsError("InvalidInput", message, 400)

    def before(self, call: Call) -> Result:
        """Create a report, or return one."""
        if call.operation.name == "GenerateServiceLastAccessedDetails":
            job = str(uuid4())
            self._reports[job] = self._new_report(call.account, call.operation.text("Arn", ""))
            return {"JobId": job}
        job = call.operation.text("JobId", "")
        report = self._reports.get(job)
        if report is None or report.account != call.account:
            raise AwsError("NoSuchEntity", f"The job with ID {job} cannot be found.", 404)
        if call.operation.name == "GetServiceLastAccessedDetails":
            services = [report.described(service) for service in report.services]
            return {"JobType": "SERVICE_LEVEL", **report.page(call, "ServicesLastAccessed", services)}
        service = call.operation.text("ServiceNamespace", "")
        return report.page(call, "EntityDetailsList", _entity_details(report, service))

    def _new_report(self, account: str, arn: str) -> _Report:
        entity = entity_with_arn(account, arn)
        policy = managed_policy(account, arn)
        if entity is not None:
            policies = [one.policy for one in attached_policies(account, entity)]
            users = members(account, entity) if entity.type == "GROUP" else [entity]
        elif policy is not None:
            policies, users = [policy], entities_with_policy(account, arn)
        else:
            raise AwsError("NoSuchEntity", f"ARN {arn} was not found.", 404)
        return _Report(
            account,
            self.runtime.clock.now(),
            tuple(allowed_services(policies)),
            tuple(users),
            tuple(_attempts(reversed(self.runtime.trail.last(_ALL)), account, users)),
        )


def _attempts(events: Iterable[Event], account: str, users: Iterable[Entity]) -> Iterable[_Attempt]:
    by_name: dict[tuple[str, str], Entity] = {(one.type, one.name): one for one in users}
    for event in events:
        request = event.decision.request
        entity = by_name.get(_caller(request)) if request.caller.account == account else None
        if entity is not None and request.action_lower != _UNTRACKED:
            service = request.action_lower.partition(":")[0]
            region = request.context.get("aws:requestedregion", ("",))[0]
            yield _Attempt(event.time, entity, service, region)


def _caller(request: Request) -> tuple[str, str]:
    """Return the type and the name of the user or the role that makes a request."""
    caller = request.caller
    if caller.kind.value == "User":
        return "USER", caller.name.rpartition("/")[2]
    return ("ROLE", caller.role_arn.rpartition("/")[2]) if caller.role_arn else ("", "")


def _entity_details(report: _Report, service: str) -> list[dict[str, Any]]:
    """Describe the entities that could have used a service, the last one that tried first."""
    if service not in report.services:
        return []
    latest = report.latest(service)
    others = [one for one in report.entities if one not in latest]
    details: list[dict[str, Any]] = []
    for entity in (*latest, *others):
        info = {
            "Arn": entity.arn,
            "Name": entity.name,
            "Type": entity.type,
            "Id": entity.unique_id,
            "Path": entity.path,
        }
        tried = {"LastAuthenticated": latest[entity].time} if entity in latest else {}
        details.append({"EntityInfo": info, **tried})
    return details
