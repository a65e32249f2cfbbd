"""Check the principals of resource-based policies and trust policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re

from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._patterns import has_wildcard, includes
from rolecall.iam.policy_checks._view import PolicyKind, PolicyView, Statement

_SERVICE = re.compile(
    r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?|[a-z0-9.-]+\.(amazon|aws)\.(com|internal)"
)
_FEDERATED_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(saml-provider|oidc-provider)/.+")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/.*)?", re.IGNORECASE)
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")
_ASSUME = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
_ROLES_ANYWHERE = ("sts:assumerole", "sts:setsourceidentity", "sts:tagsession")
# The keys that say for which resource a service acts, and those that services don't have.
_SOURCE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
_PRINCIPAL_KEYS = ("aws:principal", "aws:userid", "aws:username")
_OF_SERVICES = frozenset(
    {"aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist"}
)
_WEAK_KEYS = frozenset({"aws:referer", "aws:useragent", "aws:sourceip"})
_GITHUB = "token.actions.githubusercontent.com"


def check(policy: PolicyView) -> Findings:
    """Find principals that can't be matched, and those that are too many."""
    if policy.kind is not PolicyKind.RESOURCE:
        return
    for statement in policy.statements:
        yield from _values(statement)
        not_principal = statement.key("NotPrincipal")
        if not_principal is not None:
            if policy.is_trust_policy:
                yield finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", not_principal)
            elif statement.allows:
                effect = statement.element("Effect") or statement.node
                yield finding("ALLOW_WITH_NOT_PRINCIPAL", effect, not_principal)
        if policy.is_trust_policy:
            yield from _trust(statement)
        else:
            yield from _services(statement)
            federated = statement.principals("Federated")
            if federated and policy.resource_type:
                yield finding("FEDERATED_PRINCIPAL_NOT_SUPPORTED", *federated)


def _values(statement: Statement) -> Findings:
    for kind in ("AWS", "Service", "Federated", "CanonicalUser"):
        for node in statement.principals(kind):
            if has_wildcard(node.text) and not (kind == "AWS" and node.text == "*"):
                yield finding("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", node, principal_key=kind)
            elif kind == "Service" and not _SERVICE.fullmatch(node.text):
                expected = "service-name.amazonaws.com"
                yield finding("INVALID_SERVICE_PRINCIPAL_FORMAT", node, expected_format=expected)
    for node in statement.principals("AWS"):
        if node.text.startswith("AROA"):
            yield finding("INVALID_ROLE_REFERENCE", node, role_id=node.text)
        elif node.text.startswith("AIDA"):
            yield finding("INVALID_USER_REFERENCE", node, user_id=node.text)


def _services(statement: Statement) -> Findings:
    """Check that a service is only let in for certain resources: the confused deputy problem.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    services = statement.principals("Service")
    if not services or not statement.allows or statement.key("NotPrincipal"):
        return
    if not statement.keys() & _SOURCE_KEYS:
        yield finding("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", *services)
        for condition in statement.conditions:
            if condition.lower in _WEAK_KEYS:
                yield finding(
                    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
                    condition.key_node,
                    service_principal=services[0].text.partition(".")[0],
                    key=condition.key,
                )
    principal = statement.principal
    if principal is not None and len(principal.members) == 1:
        unsupported = [
            one
            for one in statement.conditions
            if one.lower.startswith(_PRINCIPAL_KEYS) and one.lower not in _OF_SERVICES
        ]
        if unsupported:
            yield finding(
                "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
                *(one.key_node for one in unsupported),
                keys=", ".join(one.key for one in unsupported),
            )


def _trust(statement: Statement) -> Findings:
    principal = statement.element("Principal")
    if principal is not None and principal.text == "*" and statement.allows:
        yield finding("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", principal)
    federated = statement.principals("Federated")
    for node in federated:
        if not _FEDERATED_ARN.fullmatch(node.text) and not _DOMAIN.fullmatch(node.text):
            yield finding("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", node)
    yield from _mismatched(statement)
    roles = {node.text for node in statement.principals("AWS")}
    for node in statement.principals("AWS"):
        found = _SESSION.fullmatch(node.text)
        parent = f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else ""
        if parent in roles:
            yield finding(
                "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", node, redundant=node.text, parent=parent
            )
    if not statement.allows:
        return
    names = statement.action_names()
    for node in statement.principals("Service"):
        if node.text == "rolesanywhere.amazonaws.com" and not all(
            any(includes(name, needed) for name in names) for needed in _ROLES_ANYWHERE
        ):
            yield finding(
                "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", *(statement.actions or (node,)), node
            )
    for node in federated:
        if ":saml-provider/" not in node.text:
            yield from _web_identity(statement, node)


def _mismatched(statement: Statement) -> Findings:
    """Find actions that a principal of that kind can't call, such as AssumeRole for a federated one."""
    kinds = {
        node: "saml" if ":saml-provider/" in node.text else "oidc"
        for node in statement.principals("Federated")
    }
    kinds |= {node: "aws" for kind in ("AWS", "Service") for node in statement.principals(kind)}
    fits = dict(zip(_ASSUME, ("aws", "saml", "oidc"), strict=True))
    for action in statement.actions:
        expected = fits.get(action.text.lower())
        wrong = [node for node, kind in kinds.items() if kind != expected]
        if expected and wrong:
            yield finding(
                "MISMATCHED_ACTION_FOR_PRINCIPAL",
                action,
                *wrong,
                action=action.text,
                principals=", ".join(node.text for node in wrong),
            )


def _web_identity(statement: Statement, provider: Node) -> Findings:
    """Check that only the intended users of an OpenID Connect provider can assume the role."""
    issuer = provider.text.partition("oidc-provider/")[2] or provider.text
    keys = [one for one in statement.conditions if one.lower.startswith(f"{issuer.lower()}:")]
    if not keys:
        yield finding("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", provider)
    if issuer != _GITHUB:
        return
    subjects = [one for one in keys if one.lower == f"{_GITHUB}:sub"]
    if not subjects:
        yield finding("MISSING_GITHUB_REPO_CONDITION_KEY", provider)
    for subject in subjects:
        vague = [value for value in subject.values if has_wildcard(value.text)]
        if vague and not any(one.lower == f"{_GITHUB}:ref" for one in keys):
            yield finding("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", *vague)
