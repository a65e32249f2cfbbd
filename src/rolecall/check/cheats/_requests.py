"""Generate requests near the boundaries of two documents, and find one that they decide differently."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice, product
from typing import Any

from rolecall._reference import actions, arn_formats, services
from rolecall.check.cheats._setting import SERVICES, Setting, account_of
from rolecall.check.cheats._witness import Witness
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType, Request, context_keys
from rolecall.quiz import NOW

_ALWAYS_PRESENT = frozenset(
    {
        "iam:passedtoservice",
        "sts:rolesessionname",
        "aws:currenttime",
        "aws:epochtime",
        "aws:securetransport",
        "aws:requestedregion",
        "aws:sourceip",
    }
)
"""Condition keys that every request of their actions has.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""
_IMPLIED = frozenset(
    {"aws:principalarn", "aws:principalaccount", "aws:username", "aws:principaltype", "aws:resourceaccount"}
)
"""Condition keys that follow from the principal and the resource."""
_TRUST_ACTIONS = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    "sts:TagSession",
    "sts:SetSourceIdentity",
)
_MOST_ACTIONS = 24
_MOST_REQUESTS = 6_000
_SOME_TIME = "2026-01-01T00:00:00Z"
_WILD = re.compile(r"[*?]+")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}")


def difference(
    solution: Policy, cheat: Policy, setting: Setting, also_right: Iterable[Policy] = ()
) -> Witness | None:
    """Find a request that a cheat decides differently from the solution, and from other right documents.

    Returns
    -------
    Witness or None
        None if no generated request differs: the cheat is as strict as the solution, or no broader than
        another right document.
    """
    found = _difference(solution, cheat, setting, list(also_right))
    return _in_world(found, solution, cheat, setting) if found is not None else None


def _difference(solution: Policy, cheat: Policy, setting: Setting, rights: list[Policy]) -> Witness | None:
    beyond = [True] * len(rights)
    found: Witness | None = None
    for principal, action, resource, context in _requests((solution, cheat, *rights), setting):
        try:
            request = Request.of(
                principal, action, resource, resource_account=setting.account or None, context=context
            )
        except ValueError:
            continue
        allowed, should_allow = _allows(cheat, request), _allows(solution, request)
        if allowed == should_allow:
            continue
        for index, right in enumerate(rights):
            beyond[index] = beyond[index] and allowed == _allows(right, request)
        found = found or Witness(principal, action, request.resource, context, should_allow > allowed)
        if not any(beyond):
            return found
    return None if any(beyond) else found


def _in_world(found: Witness, solution: Policy, cheat: Policy, setting: Setting) -> Witness:
    """Make a request about something that the world has, if there is such a request.

    A probe of a bucket that doesn't exist is denied whatever a learner does, so it would prove nothing.
    """
    if not found.resource.startswith("arn:aws:s3:::") or not setting.existing:
        return found
    decisions = _allows(cheat, _asked(found, setting)), _allows(solution, _asked(found, setting))
    patterns = _arn_patterns(found.action)
    for resource in setting.existing:
        if patterns is None or any(test.fullmatch(resource) for test in patterns):
            other = replace(found, resource=resource)
            request = _asked(other, setting)
            if (_allows(cheat, request), _allows(solution, request)) == decisions:
                return other
    bucket, slash, key = found.resource.removeprefix("arn:aws:s3:::").partition("/")
    if f"arn:aws:s3:::{bucket}" not in setting.existing:
        return replace(found, absent=f"the bucket {bucket}")
    if found.solution_allows and slash and found.resource not in setting.existing:
        return replace(found, absent=f"the object {key} in the bucket {bucket}")
    return found


def _asked(one: Witness, setting: Setting) -> Request:
    account = setting.account or None
    return Request.of(
        one.principal, one.action, one.resource, resource_account=account, context=dict(one.context)
    )


def beyond_boundary(
    policies: Iterable[Mapping[str, Any]], boundary: Mapping[str, Any], caller: str
) -> Witness | None:
    """Find a request that a permissions boundary allows, and that no policy of its role or user allows.

    Where there is none, a further policy that allows everything changes no decision.
    """
    limit = parse(boundary, PolicyType.BOUNDARY)
    own = [one for document in policies if (one := parse(document, PolicyType.IDENTITY)) is not None]
    if limit is None:
        return None
    setting = Setting(PolicyType.IDENTITY, account_of(caller), caller=caller, by_role=":role/" in caller)
    for principal, action, resource, context in _requests((limit, *own), setting):
        try:
            request = Request.of(
                principal, action, resource, resource_account=setting.account, context=context
            )
        except ValueError:
            continue
        decisions = [_allows(one, request) for one in own]
        if _allows(limit, request) > 0 and max(decisions, default=0) < 1 and min(decisions, default=0) >= 0:
            return Witness(principal, action, request.resource, context, solution_allows=False)
    return None


def parse(document: Mapping[str, Any], type: PolicyType) -> Policy | None:
    """Compile a document; None if AWS would reject it."""
    text = json.dumps(document).replace(NOW, _SOME_TIME)
    try:
        return Policy.parse(text, type)
    except MalformedPolicyDocument:
        return None


def _allows(policy: Policy, request: Request) -> int:
    """Return 1 if the document allows the request, -1 if it denies it explicitly, else 0."""
    if any(one.effect == "Deny" and one.grant(request) > 0 for one in policy.statements):
        return -1
    return int(policy.farthest_allow(request)[0] > 0)


def _requests(
    policies: tuple[Policy, ...], setting: Setting
) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    callers = _principals(policies, setting)
    resources = list(_resources(policies, setting))
    combined = (
        (principal, action, resource, context)
        for action in _actions(policies)
        for resource in _fitting(action, resources, setting.type)
        for context in _contexts(policies, setting, action)
        for principal in callers
        if setting.type is not PolicyType.TRUST or _can_call(principal, action, context)
    )
    return islice(combined, _MOST_REQUESTS)


def _can_call(principal: str, action: str, context: Mapping[str, str]) -> bool:
    """Whether a principal makes this call to assume a role: each kind of principal has its own."""
    if ":oidc-provider/" in principal:
        return action in ("sts:AssumeRoleWithWebIdentity", "sts:TagSession")
    if ":saml-provider/" in principal:
        return action in ("sts:AssumeRoleWithSAML", "sts:TagSession")
    if not principal.startswith("arn:"):
        # A service sends no external ID, and has no tags.
        of_callers = ("sts:externalid", "aws:principaltag/")
        return action == "sts:AssumeRole" and not any(one.lower().startswith(of_callers) for one in context)
    return action in ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def _principals(policies: tuple[Policy, ...], setting: Setting) -> tuple[str, ...]:
    if setting.type not in (PolicyType.TRUST, PolicyType.RESOURCE):
        user = f"arn:aws:iam::{setting.account}:user/someone"
        role = f"arn:aws:iam::{setting.account}:role/some-role"
        return (setting.caller or (role if setting.by_role else user),)
    named = [
        value
        for policy in policies
        for statement in policy.statements
        if statement.principal is not None
        for value in (*statement.principal.services, *statement.principal.federated)
    ]
    return tuple(dict.fromkeys((*setting.principals, *named, *SERVICES)))


def _actions(policies: tuple[Policy, ...]) -> list[str]:
    """List the actions that the documents name, then those that their patterns match, evenly chosen."""
    exact: dict[str, None] = {}
    matched: dict[str, None] = {}
    for policy in policies:
        for statement in policy.statements:
            for value in statement.action.values:
                if policy.type is PolicyType.TRUST and "*" in value:
                    matched.update(dict.fromkeys(_TRUST_ACTIONS))
                elif "*" in value or "?" in value or statement.action.negated:
                    matched.update(dict.fromkeys(_expanded(value)))
                else:
                    exact[value] = None
    rest = [one for one in matched if one not in exact]
    # Actions that only one of the documents matches are the ones that can tell them apart.
    telling = [one for one in rest if len({_matches(policy, one) for policy in policies}) > 1]
    others = [one for one in rest if one not in set(telling)]
    if policies[0].type is not PolicyType.TRUST:
        # Only a trust policy decides these; the caller has no credentials yet.
        telling = [one for one in telling if not one.startswith("sts:AssumeRoleWith")]
    found = [*exact, *_some(telling, _MOST_ACTIONS), *_some(others, _MOST_ACTIONS // 3)]
    if policies[0].type is PolicyType.RESOURCE:
        # A resource decides only about requests to its own service.
        own = {value.partition(":")[0] for one in policies[0].statements for value in one.action.values}
        found = [one for one in found if "*" in own or one.partition(":")[0] in own]
    return found


def _matches(policy: Policy, action: str) -> tuple[bool, ...]:
    lowered = action.lower()
    return tuple(
        (lowered in one.action.exact or any(test(lowered) for test in one.action.patterns))
        is not one.action.negated
        for one in policy.statements
    )


@lru_cache(maxsize=256)
def _expanded(pattern: str) -> tuple[str, ...]:
    service, _, name = pattern.lower().partition(":")
    if "*" in service or not name:
        return ("s3:DeleteObject", "iam:CreateUser", "ec2:TerminateInstances", "sts:AssumeRole")
    known = actions(service)
    names = [one["name"] for key, one in known.items() if fnmatchcase(key, name)]
    # The finding shows the first that differs; people know these.
    known_best = (
        "RotationStatus",
        "Acl",
        "Policy",
        "Version",
        "Versions",
        "DeleteObject",
        "PutObject",
        "CreateUser",
    )
    names.sort(key=lambda one: not one.endswith(known_best))
    return tuple(f"{service}:{one}" for one in names)


def _some(values: list[str], count: int) -> list[str]:
    if len(values) <= count:
        return values
    return [values[index * len(values) // count] for index in range(count)]


def _resources(policies: tuple[Policy, ...], setting: Setting) -> dict[str, None]:
    found: dict[str, None] = dict.fromkeys((*setting.allowed_resources, *setting.denied_resources))
    for pattern in (value for policy in policies for value in _patterns(policy)):
        filled = _VARIABLE.sub("other", pattern)
        if filled != "*":
            for wild in ("x", "-other/x", "-other"):
                found[_WILD.sub(wild, filled)] = None
            found.update(dict.fromkeys(_neighbors(filled)))
    found["*"] = None
    if setting.type is PolicyType.RESOURCE:
        # The policy is attached to one resource, so it decides only requests for that one.
        attached = {pattern.partition("/")[0] for pattern in _patterns(policies[0])}
        return dict.fromkeys(one for one in found if one.partition("/")[0] in attached)
    return found


def _patterns(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        if statement.resource is not None:
            yield from statement.resource.values


def _neighbors(pattern: str) -> Iterator[str]:
    """Yield ARNs that differ from a pattern in the last part, and in the name of the resource."""
    head, colon, name = pattern.rpartition(":")
    if not colon:
        return
    parts = name.split("/")
    if len(parts) > 1:
        yield f"{head}:{'/'.join(_WILD.sub('x', one) for one in parts[:-1])}/other"
        yield (
            f"{head}:{parts[0]}/other" if ":iam:" in head else f"{head}:{_WILD.sub('x', parts[0])}/other/x"
        )
    if ":iam:" not in head:
        yield f"{head}:other/{'x' if len(parts) > 1 else ''}".rstrip("/")


@lru_cache(maxsize=4096)
def _arn_patterns(action: str) -> tuple[re.Pattern[str], ...] | None:
    """Return what the ARNs look like on which an action is decided; None if the reference doesn't say."""
    service, _, name = action.lower().partition(":")
    known = actions(service).get(name)
    if known is None:
        return None
    formats = arn_formats(service)
    found = []
    for one in known["resourceTypes"]:
        if one["name"] in formats:
            literal = re.split(r"\$\{[^}]*\}", formats[one["name"]])
            # The name of a bucket has no slash; the key of an object may have some.
            last = ".+" if "object" in one["name"] else "[^/]+"
            source = "[^/]*".join(map(re.escape, literal[:-1])) + (
                last + re.escape(literal[-1]) if len(literal) > 1 else re.escape(literal[0])
            )
            found.append(re.compile(source))
    return tuple(found)


def _fitting(action: str, resources: list[str], type: PolicyType) -> list[str]:
    if type is PolicyType.TRUST:
        return [one for one in resources if ":role/" in one][:1] or ["*"]
    patterns = _arn_patterns(action)
    if patterns is None:
        return resources
    if not patterns:
        return ["*"]
    return [one for one in resources if any(test.fullmatch(one) for test in patterns)] or ["*"]


def _contexts(policies: tuple[Policy, ...], setting: Setting, action: str) -> Iterator[dict[str, str]]:
    """Yield condition keys with values that the documents name, with others, and without a value."""
    values: dict[str, list[str | None]] = {}
    spelled = {key.lower(): key for key in context_keys(policies)}
    for policy in policies:
        for statement in policy.statements:
            for condition in statement.conditions:
                key = condition.key.lower()
                if key not in _IMPLIED:
                    listed = values.setdefault(key, [])
                    listed += [one for value in condition.values for one in _near(key, value)]
    for key in spelled:
        if key in _IMPLIED:
            continue
        if not _has_key(action, key):
            values[key] = [None]
            continue
        listed = values.setdefault(key, ["other"])
        issue_time = key == "aws:tokenissuetime" and setting.by_role
        of_token = ":aud" in key or ":sub" in key
        if key not in _ALWAYS_PRESENT and not issue_time and not of_token:
            listed.append(None)
    for combined in product(*(list(dict.fromkeys(one)) for one in values.values())):
        yield {
            spelled[key]: value for key, value in zip(values, combined, strict=True) if value is not None
        }


@lru_cache(maxsize=4096)
def _has_key(action: str, key: str) -> bool:
    """Whether a request for an action can have a condition key of a service."""
    service, _, name = action.lower().partition(":")
    prefix = key.partition(":")[0]
    known = actions(service).get(name)
    if prefix == "aws" or prefix not in services() or known is None:
        return True
    listed = [
        *known["conditionKeys"],
        *(one for type in known["resourceTypes"] for one in type["conditionKeys"]),
    ]
    return any(key.partition("/")[0] == one.lower().partition("/")[0] for one in listed)


def _near(key: str, value: str) -> Iterator[str]:
    filled = _VARIABLE.sub("dana", value)
    if key == "iam:passedtoservice":
        yield from (value, *(one for one in SERVICES if one != value))
        return
    if filled.lower() in ("true", "false"):
        yield from ("true", "false")
    elif _DATE.match(filled):
        yield from ("1990-01-01T00:00:00Z", filled, _SOME_TIME, "2900-01-01T00:00:00Z")
    elif re.fullmatch(r"-?\d{1,9}", filled):
        yield from (filled, str(int(filled) - 1), str(int(filled) + 1))
    else:
        yield from (_WILD.sub("x", filled), "other")
        if "*" in filled:
            yield _WILD.sub("", filled)
            yield _WILD.sub("x", filled).rstrip("-/:_x") + "other"
