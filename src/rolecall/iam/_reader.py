"""Read a policy document as AWS does, and report what AWS rejects.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re

from rolecall.iam._conditions import Condition, ConditionTest, Null, parse_operator
from rolecall.iam._errors import MalformedPolicyDocument, Path
from rolecall.iam._json import SYNTAX
from rolecall.iam._principals import PrincipalElement
from rolecall.iam._statements import ActionElement, Effect, ResourceElement, Statement
from rolecall.iam._types import PolicyType

_WITHOUT_PRINCIPAL = (
    PolicyType.IDENTITY,
    PolicyType.BOUNDARY,
    PolicyType.SESSION,
    PolicyType.SCP,
)
# IAM accepts condition keys without a prefix in these policies; no request has such a key.
_IDENTITY = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION)
_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
# IAM accepts any characters in the name of an action, and dots in the prefix.
_ACTION = re.compile(r"^(\*|[A-Za-z0-9.-]+:[^:]+|\*:\*)$")
_PARTITION = re.compile(r"aws|aws-cn|aws-us-gov|aws-iso(-[a-z])?|aws-eusc")
_LABELS, _LETTERS = re.compile(r"[a-z0-9.-]+"), re.compile(r"[a-z]+")
_SID = re.compile(r"^[0-9A-Za-z]*$")
_ACCOUNT = re.compile(r"^\d{12}$")
_UNIQUE_ID = re.compile(r"^A(IDA|ROA|GPA|SIA|KIA)[A-Z0-9]{5,}$")
_PRINCIPAL = re.compile(
    r"^arn:aws[a-z-]*:(iam::\d{12}:(root|user/[^*?]+|role/[^*?]+)"
    r"|iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]+"
    r"|sts::\d{12}:(assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?]+))$"
)
_TRUST_ACTIONS = "AssumeRole policy may only specify STS AssumeRole actions."


class Reader:
    """A reader for policy documents of one type."""

    def __init__(self, type: PolicyType) -> None:
        self.type = type
        self.variables = False

    def document(self, value: object) -> tuple[Statement, ...]:
        if not isinstance(value, dict):
            raise MalformedPolicyDocument(SYNTAX, "A policy must be a JSON object.")
        for key in value:
            if key not in ("Version", "Id", "Statement"):
                raise MalformedPolicyDocument(
                    SYNTAX,
                    f"{key!r} is not an element of a policy: use Version, Id, and Statement.",
                    (key,),
                )
        version = value.get("Version", "2008-10-17")
        if version not in ("2008-10-17", "2012-10-17"):
            raise MalformedPolicyDocument(
                "The policy must contain a valid version string.",
                'Version must be "2012-10-17", or "2008-10-17" in an old policy.',
                ("Version",),
            )
        if not isinstance(value.get("Id", ""), str):
            raise MalformedPolicyDocument(SYNTAX, "Id must be a string.", ("Id",))
        self.variables = version == "2012-10-17"
        statements = value.get("Statement")
        if isinstance(statements, dict):
            return (self._statement(statements, 0, ("Statement",)),)
        if not isinstance(statements, list) or not statements:
            raise MalformedPolicyDocument(
                SYNTAX,
                "Statement must be an object or a list of at least one object.",
                ("Statement",) if "Statement" in value else (),
            )
        read_all = tuple(
            self._statement(one, index, ("Statement", index)) for index, one in enumerate(statements)
        )
        self._require_unique_sids(read_all)
        return read_all

    def _require_unique_sids(self, statements: tuple[Statement, ...]) -> None:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html."""
        if self.type is PolicyType.RESOURCE:
            # Most services accept such a policy, for example Amazon ECR and S3.
            return
        seen: set[str] = set()
        for one in statements:
            if one.sid and one.sid in seen:
                raise MalformedPolicyDocument(
                    "Statement IDs (SID) in a single policy must be unique.",
                    f"Two statements have the Sid {one.sid!r}.",
                    ("Statement", one.index, "Sid"),
                )
            seen.add(one.sid or "")

    def _statement(self, value: object, index: int, path: Path) -> Statement:
        if not isinstance(value, dict):
            raise MalformedPolicyDocument(SYNTAX, "A statement must be a JSON object.", path)
        for key in value:
            if key not in _ELEMENTS:
                raise MalformedPolicyDocument(
                    SYNTAX, f"{key!r} is not an element of a statement.", (*path, key)
                )
        effect: object = value.get("Effect")
        if effect not in ("Allow", "Deny"):
            raise MalformedPolicyDocument(
                SYNTAX,
                'Effect must be "Allow" or "Deny".',
                (*path, "Effect") if "Effect" in value else path,
            )
        exact_effect: Effect = "Allow" if effect == "Allow" else "Deny"
        return Statement(
            index,
            self._sid(value, path),
            exact_effect,
            self._action(value, path),
            self._resource(value, path),
            self._principal(value, path),
            self._conditions(value, path),
        )

    def _sid(self, value: dict[str, object], path: Path) -> str | None:
        sid = value.get("Sid")
        if sid is None and "Sid" not in value:
            return None
        where = (*path, "Sid")
        if not isinstance(sid, str):
            raise MalformedPolicyDocument(SYNTAX, "Sid must be a string.", where)
        # Services with resource-based policies allow more characters, for example S3 and SQS.
        if self.type in (*_WITHOUT_PRINCIPAL, PolicyType.TRUST) and not _SID.match(sid):
            raise MalformedPolicyDocument(
                "Statement IDs (SID) must be alpha-numeric. "
                "Check that your input satisfies the regular expression [0-9A-Za-z]*",
                f"The Sid {sid!r} has other characters.",
                where,
            )
        return sid

    def _one_of(self, value: dict[str, object], path: Path, name: str) -> tuple[str, bool] | None:
        negative = f"Not{name}"
        if name in value and negative in value:
            raise MalformedPolicyDocument(
                SYNTAX, f"A statement can't have both {name} and {negative}.", (*path, negative)
            )
        if name in value:
            return name, False
        return (negative, True) if negative in value else None

    def _action(self, value: dict[str, object], path: Path) -> ActionElement:
        found = self._one_of(value, path, "Action")
        if found is None:
            raise MalformedPolicyDocument(
                "Policy statement must contain actions.", "Add Action or NotAction.", path
            )
        key, negated = found
        values = _strings(value[key], (*path, key))
        for one, where in values:
            if not _ACTION.match(one):
                vendor, colon, _ = one.partition(":")
                if not colon:
                    raise MalformedPolicyDocument(
                        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                        f"The action {one!r} has no service prefix.",
                        where,
                    )
                raise MalformedPolicyDocument(
                    "Actions/Condition can contain only one colon."
                    if one.count(":") > 1
                    else f"Vendor {vendor} is not valid"
                    if not re.fullmatch(r"[A-Za-z0-9.-]+", vendor)
                    else SYNTAX,
                    f"{one!r} must be a service and an action, such as s3:GetObject.",
                    where,
                )
            if self.type is PolicyType.TRUST and not one.lower().startswith("sts:"):
                raise MalformedPolicyDocument(_TRUST_ACTIONS, f"{one!r} is not an action of STS.", where)
        return ActionElement.build(tuple(one for one, _ in values), negated=negated)

    def _resource(self, value: dict[str, object], path: Path) -> ResourceElement | None:
        found = self._one_of(value, path, "Resource")
        if self.type is PolicyType.TRUST:
            if found is not None:
                raise MalformedPolicyDocument(
                    f"Has prohibited field {found[0]}",
                    "The resource of a trust policy is its role: remove this element.",
                    (*path, found[0]),
                )
            return None
        if found is None:
            if self.type in _WITHOUT_PRINCIPAL:
                raise MalformedPolicyDocument(
                    "Policy statement must contain resources.", "Add Resource or NotResource.", path
                )
            # Without Resource, a statement of a resource-based policy applies to the policy's resource.
            return None
        key, negated = found
        values = _strings(value[key], (*path, key))
        for one, where in values:
            if one and not one.strip("*"):
                continue
            segments = one.split(":", 5)
            if segments[0] != "arn" or len(segments) < 2:
                raise MalformedPolicyDocument(
                    f'Resource {one} must be in ARN format or "*".', "An ARN starts with arn:aws:.", where
                )
            if not (_PARTITION.fullmatch(segments[1]) or "*" in segments[1] or "?" in segments[1]):
                raise MalformedPolicyDocument(
                    f'Partition "{segments[1]}" is not valid for resource "{one}".', "", where
                )
        return ResourceElement.build(
            tuple(one for one, _ in values), negated=negated, variables=self.variables
        )

    def _principal(self, value: dict[str, object], path: Path) -> PrincipalElement | None:
        found = self._one_of(value, path, "Principal")
        if self.type in _WITHOUT_PRINCIPAL:
            if found is not None:
                raise MalformedPolicyDocument(
                    "Policy document should not specify a principal.",
                    f"A policy of this type applies to what it is attached to: remove {found[0]}.",
                    (*path, found[0]),
                )
            return None
        if found is None:
            if self.type in (PolicyType.RCP, PolicyType.VPC_ENDPOINT):
                # AWS requires Principal "*" in both, so that a missing one can only mean "*".
                return None
            raise MalformedPolicyDocument(
                "Missing required field Principal",
                'Add the principal, such as {"AWS": "arn:aws:iam::111122223333:user/NAME"}.',
                path,
            )
        key, negated = found
        if negated and self.type is PolicyType.TRUST:
            raise MalformedPolicyDocument(
                "Has prohibited field NotPrincipal", "Use Principal in a trust policy.", (*path, key)
            )
        return _principal_element(value[key], (*path, key), negated=negated)

    def _conditions(self, value: dict[str, object], path: Path) -> tuple[Condition, ...]:
        block = value.get("Condition", {})
        where = (*path, "Condition")
        if not isinstance(block, dict):
            raise MalformedPolicyDocument(SYNTAX, "Condition must be an object with operators.", where)
        tests: list[Condition] = []
        for name, keys in block.items():
            parsed = parse_operator(name)
            if parsed is None and keys == {}:
                continue
            if parsed is None:
                raise MalformedPolicyDocument(
                    f"Invalid Condition type : {name}.",
                    "Use an operator such as StringEquals, ArnLike, or IpAddress.",
                    (*where, name),
                )
            if not isinstance(keys, dict):
                raise MalformedPolicyDocument(
                    SYNTAX, f"{name} must be an object with condition keys.", (*where, name)
                )
            quantifier, operator, if_exists = parsed
            for key, raw in keys.items():
                if ":" not in key and self.type not in _IDENTITY:
                    raise MalformedPolicyDocument(
                        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                        f"The condition key {key!r} has no prefix such as aws:.",
                        (*where, name, key),
                    )
                values = _condition_values(raw, (*where, name, key))
                if operator is None:
                    tests.append(Null(key, values))
                    continue
                tests.append(
                    ConditionTest.build(
                        name,
                        key,
                        values,
                        operator=operator,
                        quantifier=quantifier,
                        if_exists=if_exists,
                        variables=self.variables,
                    )
                )
        return tuple(tests)


def _strings(value: object, path: Path) -> list[tuple[str, Path]]:
    if isinstance(value, str):
        return [(value, path)]
    if not isinstance(value, list) or not value:
        raise MalformedPolicyDocument(
            SYNTAX, f"{path[-1]} must be a string or a list of at least one string.", path
        )
    for index, one in enumerate(value):
        if not isinstance(one, str):
            raise MalformedPolicyDocument(SYNTAX, "Every value must be a string.", (*path, index))
    return [(one, (*path, index)) for index, one in enumerate(value)]


def _condition_values(value: object, path: Path) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    for index, one in enumerate(listed):
        if not isinstance(one, (str, bool, int, float)):
            where = (*path, index) if isinstance(value, list) else path
            raise MalformedPolicyDocument(
                SYNTAX, "The value of a condition must be a string, a number, true, or false.", where
            )
    return tuple(one if isinstance(one, str) else json.dumps(one) for one in listed)


def _principal_element(value: object, path: Path, *, negated: bool) -> PrincipalElement:
    if value == "*":
        return PrincipalElement(everyone=True, negated=negated, text="*")
    if not isinstance(value, dict) or not value:
        raise MalformedPolicyDocument(
            f"Invalid principal in policy: {json.dumps(value)[:200]}",
            'Use "*" or an object with AWS, Service, Federated, or CanonicalUser.',
            path,
        )
    listed: dict[str, list[tuple[str, Path]]] = {}
    for kind, given in value.items():
        if kind not in ("AWS", "Service", "Federated", "CanonicalUser"):
            raise MalformedPolicyDocument(
                f'Invalid principal in policy: "{kind}"',
                "Use AWS, Service, Federated, or CanonicalUser.",
                (*path, kind),
            )
        listed[kind] = _strings(given, (*path, kind))
    for name, where in listed.get("AWS", []):
        if not (name == "*" or _ACCOUNT.match(name) or _UNIQUE_ID.match(name) or _PRINCIPAL.match(name)):
            raise MalformedPolicyDocument(
                f'Invalid principal in policy: "AWS":"{name}"',
                "Use the ARN of an account, user, role, or session without wildcards, or * alone.",
                where,
            )
    for name, where in listed.get("Service", []):
        # Not one expression for all: it would take quadratic time for a name such as `a.a.a.a…!`.
        beginning, _, last = name.rpartition(".")
        if not (_LABELS.fullmatch(beginning) and _LETTERS.fullmatch(last)):
            raise MalformedPolicyDocument(
                f'Invalid principal in policy: "SERVICE":"{name}"',
                "Use the name of a service, such as ec2.amazonaws.com.",
                where,
            )
    aws = [name for name, _ in listed.get("AWS", [])]
    accounts = {
        name if _ACCOUNT.match(name) else name.split(":")[4]
        for name in aws
        if _ACCOUNT.match(name) or name.endswith(":root")
    }

    def names(kind: str) -> frozenset[str]:
        return frozenset(name for name, _ in listed.get(kind, []))

    return PrincipalElement(
        aws_everyone="*" in aws,
        aws=frozenset(aws),
        accounts=frozenset(accounts),
        services=names("Service"),
        federated=names("Federated"),
        canonical=names("CanonicalUser"),
        negated=negated,
        text=", ".join(name for pairs in listed.values() for name, _ in pairs),
    )
