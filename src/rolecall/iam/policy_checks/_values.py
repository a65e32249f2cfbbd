"""Check the values of conditions: numbers, dates, Booleans, addresses, and identifiers.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import re

from rolecall.iam._condition_values import Network, read_binary, read_network, read_number
from rolecall.iam.policy_checks._findings import Findings, finding
from rolecall.iam.policy_checks._nodes import Node
from rolecall.iam.policy_checks._patterns import has_wildcard
from rolecall.iam.policy_checks._view import Condition, PolicyView

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_VAGUE_DATE = re.compile(r"\d+(\.\d+)?|\d{4}-\d{2}")
_VPC = re.compile(r"vpc-([0-9a-z]{8}|[0-9a-z]{17})")
_VPCE = re.compile(r"vpce-([0-9a-z]{8}|[0-9a-z]{17})")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}|aws-global|global")
_KMS_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9*?-]+:[\d*?]+:(key|alias)/.+|\*")
_KMS_KEYS = frozenset({"s3:x-amz-server-side-encryption-aws-kms-key-id"})
_SERVICE = re.compile(r"[a-z0-9*?-]+(\.[a-z0-9*?-]+)*\.[a-z*?]+(\.cn)?")
_VIA_SERVICE = re.compile(r"[a-z0-9*?-]+\.[a-z0-9*?-]+\.amazonaws\.com(\.cn)?|\*")
_SERVICE_KEYS = frozenset(
    {"aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:principalservicename"}
    | {"iam:passedtoservice", "iam:awsservicename"}
)


def check(policy: PolicyView) -> Findings:
    """Find values that never match, or don't match what they seem to."""
    for statement in policy.statements:
        for condition in statement.conditions:
            scalars = [one for one in condition.values if one.kind in ("String", "Number", "Boolean")]
            if len({one.kind for one in scalars}) > 1:
                yield finding("INVALID_CONDITION_DATA_TYPE", condition.value)
            if condition.operator == "Bool" and len(scalars) > 1:
                yield finding("INVALID_CONDITION_MULTIPLE_BOOLEAN", condition.value)
            for value in scalars:
                if "${" not in value.text:
                    yield from _of_operator(condition, value)
                    yield from _of_key(condition, value)
            yield from _addresses(condition)
            yield from _limits(condition)


def _of_operator(condition: Condition, value: Node) -> Findings:
    operator, text = condition.operator, value.text
    if operator in ("Bool", "Null") and text.lower() not in ("true", "false"):
        yield finding("TYPE_MISMATCH_BOOLEAN", value, operator=condition.name)
    elif operator.startswith("Numeric") and read_number(text) is None:
        yield finding("TYPE_MISMATCH_NUMBER", value, operator=condition.name)
    elif operator.startswith("Date") and not _DAY.fullmatch(text):
        vague = _VAGUE_DATE.fullmatch(text)
        code = "INVALID_DATE_VALUE" if vague else "TYPE_MISMATCH_DATE"
        yield finding(code, value, date=text)
    elif operator == "BinaryEquals" and read_binary(text) is None:
        yield finding("TYPE_MISMATCH_STRING", value, operator=condition.name)
    elif operator.endswith("IpAddress"):
        network = read_network(text)
        if network is None:
            yield finding("TYPE_MISMATCH_IP_RANGE", value, operator=condition.name)
        elif str(network.network_address) != text.partition("/")[0].lower() and "/" in text:
            yield finding("IMPROVE_IP_RANGE", value, address=network.network_address)
    elif operator.startswith(("StringEquals", "StringNotEquals")) and has_wildcard(text):
        yield finding("WILDCARD_WITHOUT_LIKE_OPERATOR", condition.operator_node, value)


def _of_key(condition: Condition, value: Node) -> Findings:
    text, key = value.text, condition.lower
    if not condition.operator.startswith(("String", "Arn")):
        return
    plain = not has_wildcard(text)
    if key == "aws:sourcevpc" and plain and not _VPC.fullmatch(text):
        yield finding("INVALID_VPC_FORMAT", value)
    elif key == "aws:sourcevpce" and plain and not _VPCE.fullmatch(text):
        yield finding("INVALID_VPCE_FORMAT", value)
    elif key == "aws:requestedregion" and plain and not _REGION.fullmatch(text):
        yield finding("INVALID_REGION", value, region=text)
    elif key in _KMS_KEYS and not _KMS_KEY.fullmatch(text):
        yield finding("INVALID_KMS_KEY_VALUE", value, key=condition.key)
    elif key == "kms:viaservice" and not _VIA_SERVICE.fullmatch(text):
        expected = "service-name.AWS_region.amazonaws.com"
        yield finding("INVALID_SERVICE_PRINCIPAL_FORMAT", value, expected_format=expected)
    elif key in _SERVICE_KEYS and text != "*" and not _SERVICE.fullmatch(text):
        expected = "service-name.amazonaws.com"
        yield finding("INVALID_SERVICE_PRINCIPAL_FORMAT", value, expected_format=expected)


def _addresses(condition: Condition) -> Findings:
    """Find private addresses that are compared with aws:SourceIp, which always is a public one."""
    if condition.lower != "aws:sourceip" or not condition.operator.endswith("IpAddress"):
        return
    read = [(value, read_network(value.text)) for value in condition.values]
    private = [value for value, network in read if network is not None and _is_private(network)]
    if private:
        negated = "NOT_" if condition.negated else ""
        subset = "_SUBSET" if len(private) < len(condition.values) else ""
        yield finding(f"PRIVATE_{negated}IP_ADDRESS{subset}", *private)


_PRIVATE = tuple(
    ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


def _is_private(network: Network) -> bool:
    return any(
        network.version == one.version
        and network.network_address in one
        and network.broadcast_address in one
        for one in _PRIVATE
    )


def _limits(condition: Condition) -> Findings:
    """Find several limits, of which one includes the others."""
    greatest = condition.operator.startswith("NumericLessThan")
    if not greatest and not condition.operator.startswith("NumericGreaterThan"):
        return
    if len(condition.values) > 1:
        yield finding(
            "REDUNDANT_CONDITION_VALUE_NUM",
            condition.value,
            operator=condition.name,
            which="greatest" if greatest else "least",
            key=condition.key,
        )
