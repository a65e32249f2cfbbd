"""A second evaluator: slow and obvious, written from the documentation's flow chart, without the engine's code.

It reads the cases of `rolecall iam decide` and returns Allowed, ImplicitlyDenied, or ExplicitlyDenied. The
documented rows in test_decisions, test_conditions, and test_matching hold for it as for the engine.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import base64
import ipaddress
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

# The actions of the random cases that don't support resources.
WITHOUT_RESOURCES = {"sts:getcalleridentity", "iam:listusers"}
BUCKET_POLICY_ACTIONS = {"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"}
# The actions that need no permission, with the kinds of callers that can call them.
WITHOUT_PERMISSION = {
    "sts:getcalleridentity": ("user", "root", "session", "federated"),
    "sts:getsessiontoken": ("user", "root"),
}
ROLE_ACTIONS = {"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"}


def decide(case: dict) -> str:  # noqa: PLR0915 (one flow chart, to be read from top to bottom)
    request = dict(case["request"])
    caller = _caller(request["principal"], request.get("context", {}))
    context = _context(request, caller)
    action = request["action"].lower()
    resource = "*" if action in WITHOUT_RESOURCES else request["resource"]
    if action == "s3:listallmybuckets":
        resource = "arn:aws:s3:::*"
    owner = request.get("resource_account") or _account(request["resource"]) or caller["account"]
    if caller["kind"] in WITHOUT_PERMISSION.get(action, ()):
        return "Allowed"

    has_boundary = bool(case.get("permissions_boundaries"))

    def applies(statement: dict, version: str) -> str | None:
        variables = version == "2012-10-17"
        if not _action_matches(statement, action):
            return None
        if not _resource_matches(statement, resource, context, variables):
            return None
        reach = "direct"
        if "Principal" in statement or "NotPrincipal" in statement:
            reach = _principal_reach(statement, caller, has_boundary)
        if reach is None:
            return None
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                if not _condition_holds(operator, key, _listed(values), context, variables):
                    return None
        return reach

    def reaches(policy: dict, effect: str) -> list[str]:
        found = [
            applies(statement, policy.get("Version", "2008-10-17"))
            for statement in _listed(policy["Statement"])
            if statement["Effect"] == effect
        ]
        return [one for one in found if one]

    def allowed_by(policies: list[dict]) -> bool:
        return any(reaches(policy, "Allow") for policy in policies)

    def denied_by(policies: list[dict]) -> bool:
        return any(reaches(policy, "Deny") for policy in policies)

    identity = case.get("identity_policies", []) if caller["account"] else []
    boundaries = case.get("permissions_boundaries", []) if caller["account"] else []
    sessions = case.get("session_policies", []) if caller["account"] else []
    endpoint = case.get("vpc_endpoint_policies", [])
    own = [case["resource_policy"]] if case.get("resource_policy") else []
    if caller["kind"] == "root" and caller["account"] == owner and action in BUCKET_POLICY_ACTIONS:
        # The root user of the bucket's account manages the bucket policy even if it denies everyone.
        own = []
    linked = any(
        text in (caller["role"] or "") for text in (":role/aws-service-role/", ":role/AWSServiceRoleFor")
    )
    scps = case.get("service_control_policies", []) if caller["account"] and not linked else []
    rcp_service = action.split(":")[0] in ("s3", "sts", "sqs", "kms", "secretsmanager", "dynamodb")
    rcps = case.get("resource_control_policies", []) if rcp_service and not linked else []

    everything = [*identity, *boundaries, *sessions, *endpoint, *own]
    everything += [policy for level in [*scps, *rcps] for policy in level]
    if denied_by(everything):
        return "ExplicitlyDenied"
    for level in rcps:
        has_allow = any(s["Effect"] == "Allow" for policy in level for s in _listed(policy["Statement"]))
        if has_allow and not allowed_by(level):
            return "ImplicitlyDenied"
    for level in scps:
        if not allowed_by(level):
            return "ImplicitlyDenied"
    if endpoint and not allowed_by(endpoint):
        return "ImplicitlyDenied"

    granted = {reach for policy in own for reach in reaches(policy, "Allow")}
    if caller["account"] is None:
        return "Allowed" if granted else "ImplicitlyDenied"
    if caller["kind"] == "root" and action in ROLE_ACTIONS:
        return "ImplicitlyDenied"
    within_limits = all(allowed_by([boundary]) for boundary in boundaries)
    if sessions or caller["kind"] == "federated":
        within_limits = within_limits and allowed_by(sessions)
    by_identity = caller["kind"] == "root" or (allowed_by(identity) and within_limits)
    if caller["account"] != owner:
        return "Allowed" if granted and by_identity else "ImplicitlyDenied"
    if "direct" in granted or ("role" in granted and within_limits):
        return "Allowed"
    needs_its_own_policy = action in ROLE_ACTIONS or (
        action.startswith("kms:") and ":key/" in request["resource"]
    )
    # A role that is named, but limited: its identity-based policy meets the same limits.
    if needs_its_own_policy and not granted:
        return "ImplicitlyDenied"
    return "Allowed" if by_identity else "ImplicitlyDenied"


def _listed(value):
    return value if isinstance(value, list) else [value]


def _account(arn: str) -> str | None:
    parts = arn.split(":")
    return parts[4] or None if len(parts) >= 6 else None


def _caller(principal: str, context: dict) -> dict:
    caller = {"name": principal, "kind": "service", "account": None, "role": None}
    if principal == "anonymous":
        return caller | {"kind": "anonymous"}
    if not principal.startswith("arn:"):
        return caller
    caller["account"] = _account(principal)
    resource = principal.split(":", 5)[5]
    if resource == "root":
        return caller | {"kind": "root"}
    if resource.startswith("user/"):
        return caller | {"kind": "user"}
    if resource.startswith("federated-user/"):
        return caller | {"kind": "federated"}
    role = resource.split("/")[1]
    keys = {key.lower(): value for key, value in context.items()}
    arn = _listed(keys.get("aws:principalarn", f"arn:aws:iam::{caller['account']}:role/{role}"))[0]
    return caller | {"kind": "session", "role": arn}


def _context(request: dict, caller: dict) -> dict[str, list[str]]:
    keys = {}
    owner = request.get("resource_account") or _account(request["resource"]) or caller["account"]
    if owner:
        keys["aws:resourceaccount"] = [owner]
    keys["aws:principalisawsservice"] = ["true" if caller["kind"] == "service" else "false"]
    kinds = {
        "user": "User",
        "root": "Account",
        "session": "AssumedRole",
        "federated": "FederatedUser",
        "anonymous": "Anonymous",
    }
    if caller["kind"] in kinds:
        keys["aws:principaltype"] = [kinds[caller["kind"]]]
    if caller["account"]:
        keys["aws:principalaccount"] = [caller["account"]]
        keys["aws:principalarn"] = [caller["role"] or caller["name"]]
    if caller["kind"] == "user":
        keys["aws:username"] = [caller["name"].split("/")[-1]]
    return keys | {key.lower(): _listed(value) for key, value in request.get("context", {}).items()}


def _glob(pattern: str) -> str:
    return "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)


def _full(regex: str, text: str) -> bool:
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _action_matches(statement: dict, action: str) -> bool:
    negated = "NotAction" in statement
    values = _listed(statement["NotAction" if negated else "Action"])
    return any(_full(_glob(value.lower()), action) for value in values) != negated


def _resource_matches(statement: dict, resource: str, context: dict, variables: bool) -> bool:
    negated = "NotResource" in statement
    if not negated and "Resource" not in statement:
        return True
    values = _listed(statement["NotResource" if negated else "Resource"])
    matched = False
    for value in values:
        regex = _resource_regex(value, context, variables)
        if regex is None:
            if negated:
                return False
            continue
        matched = matched or _full(regex, resource)
    return matched != negated


def _resource_regex(pattern: str, context: dict, variables: bool) -> str | None:
    pieces = _pieces(pattern, context, variables)
    if pieces is None:
        return None
    regex, colons = "", 0
    for index, (text, wild) in enumerate(pieces):
        if not wild:
            regex += re.escape(text)
            colons += text.count(":")
        elif colons >= 5:
            regex += ".*" if text == "*" else "."
        else:
            after = pieces[index + 1][0] if index + 1 < len(pieces) else ""
            ends_segment = text == "*" and (after == "" or after.startswith(":"))
            regex += ".*" if ends_segment else "[^:]*" if text == "*" else "[^:]"
    return regex


def _pieces(pattern: str, context: dict, variables: bool) -> list[tuple[str, bool]] | None:
    """The pattern as single characters and wildcards; None when a variable has no value."""
    found: list[tuple[str, bool]] = []
    while pattern:
        variable = re.match(r"\$\{(\$|[^${}]*)\}", pattern) if variables else None
        if variable:
            name = variable[1]
            pattern = pattern[variable.end() :]
            if name in ("*", "?", "$"):
                found.append((name, False))
                continue
            key, _, default = name.partition(",")
            values = context.get(key.strip().lower())
            if values is not None and len(values) == 1:
                found += [(c, False) for c in values[0]]
            elif default:
                found += [(c, False) for c in default.strip().strip("'")]
            else:
                return None
            continue
        if pattern[0] == "*" and found and found[-1] == ("*", True):
            pattern = pattern[1:]
            continue
        found.append((pattern[0], pattern[0] in "*?"))
        pattern = pattern[1:]
    return found


def _principal_reach(statement: dict, caller: dict, has_boundary: bool) -> str | None:
    negated = "NotPrincipal" in statement
    element = statement["NotPrincipal" if negated else "Principal"]
    if negated:
        if has_boundary and statement["Effect"] == "Deny":
            return "direct"
        return _not_principal_reach(element, caller, statement["Effect"])
    if element == "*":
        return "direct"
    aws = _listed(element.get("AWS", []))
    if caller["kind"] == "service":
        return "direct" if caller["name"] in _listed(element.get("Service", [])) else None
    if "*" in aws:
        return "direct"
    if caller["kind"] == "anonymous":
        return None
    if caller["name"] in aws:
        return "direct"
    if caller["role"] and caller["role"] in aws:
        return "role"
    account = caller["account"]
    return "account" if account in aws or f"arn:aws:iam::{account}:root" in aws else None


def _not_principal_reach(element, caller: dict, effect: str) -> str | None:
    if element == "*":
        return None
    aws = _listed(element.get("AWS", []))
    if caller["kind"] == "service":
        return None if caller["name"] in _listed(element.get("Service", [])) else "direct"
    if "*" in aws:
        return None
    if caller["kind"] == "anonymous":
        return "direct"
    account = caller["account"]
    listed = [account in aws or f"arn:aws:iam::{account}:root" in aws]
    if caller["role"]:
        listed.append(caller["role"] in aws)
    if caller["kind"] != "root":
        listed.append(caller["name"] in aws)
    exempt = all(listed) if effect == "Deny" else any(listed)
    return None if exempt else "direct"


def _condition_holds(operator: str, key: str, values: list, context: dict, variables: bool) -> bool:
    present = context.get(key.lower(), [])
    values = [value if isinstance(value, str) else str(value).lower() for value in values]
    if operator == "Null":
        return any((value == "true") == (not present) for value in values)
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if if_exists and not present:
        return True
    negated = "Not" in name
    positive = name.replace("Not", "", 1)
    if quantifier:
        present = [one for one in present if one != ""]
        if not present:
            return quantifier == "ForAllValues"
    tests = []
    for value in values:
        test = _test(positive, value, context, variables)
        if test is None and negated:
            return False
        if test is not None:
            tests.append(test)
    if not present:
        return negated
    outcomes = [any(test(one) for test in tests) for one in present]
    if quantifier == "ForAllValues":
        return all(one != negated for one in outcomes)
    if quantifier == "ForAnyValue":
        return any(one != negated for one in outcomes)
    return any(outcomes) != negated


def _test(name: str, value: str, context: dict, variables: bool):
    """What the positive form of an operator asks of one value of the request; None for an unset variable."""
    with_variables = variables and (name.startswith(("String", "Arn")) or name == "Bool")
    pieces = _pieces(value, context, with_variables)
    if pieces is None:
        return None
    plain = "".join(text for text, _ in pieces) if with_variables else value
    wild = "".join(_glob(text) if is_wild else re.escape(text) for text, is_wild in pieces)
    if name == "StringEquals":
        return lambda one: one == plain
    if name == "StringEqualsIgnoreCase":
        return lambda one: one.casefold() == plain.casefold()
    if name == "StringLike":
        return lambda one: _full(wild, one)
    if name in ("ArnEquals", "ArnLike"):
        return lambda one: _arn_like(pieces, one)
    if name == "Bool":
        return lambda one: plain.lower() in ("true", "false") and one.lower() == plain.lower()
    if name == "BinaryEquals":
        return lambda one: base64.b64decode(one) == base64.b64decode(plain)
    if name == "IpAddress":
        return lambda one: _within(one, plain)
    read = _number if name.startswith("Numeric") else _seconds
    compare = name.removeprefix("Numeric").removeprefix("Date")

    def ordered(one: str) -> bool:
        left, right = read(one), read(plain)
        if left is None or right is None:
            return False
        return {
            "Equals": left == right,
            "LessThan": left < right,
            "LessThanEquals": left <= right,
            "GreaterThan": left > right,
            "GreaterThanEquals": left >= right,
        }[compare]

    return ordered


def _arn_like(pieces: list[tuple[str, bool]], arn: str) -> bool:
    if pieces == [("*", True)]:
        return arn.startswith("arn:") and arn.count(":") >= 5
    segments: list[list[tuple[str, bool]]] = [[]]
    for piece in pieces:
        if piece == (":", False) and len(segments) < 6:
            segments.append([])
        else:
            segments[-1].append(piece)
    parts = arn.split(":", 5)
    if len(segments) != 6 or len(parts) != 6:
        return False
    return all(
        _full("".join(_glob(text) if wild else re.escape(text) for text, wild in segment), part)
        for segment, part in zip(segments, parts, strict=True)
    )


def _within(address: str, block: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _seconds(text: str) -> Decimal | None:
    if re.fullmatch(r"\d+", text):
        return Decimal(text)
    try:
        return Decimal(str(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()))
    except ValueError:
        return None
