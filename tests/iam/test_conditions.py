"""Condition operators, row by row of their documentation.

Pages, by the letter in each row:
O https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
M https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
L https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
C https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
V https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import pytest

from iam.build import allow

ARN = "arn:aws:sns:us-east-1:111122223333:alerts"

# Page, operator, what the policy says, what the request brings (None: nothing), whether it holds.
ROWS = [
    # Strings
    ("O", "StringEquals", "red", "red", True),
    ("O", "StringEquals", "red", "Red", False),
    ("O", "StringEquals", "r*", "red", False),
    ("O", "StringEquals", "r*", "r*", True),
    ("O", "StringEquals", ["red", "blue"], "blue", True),
    ("O", "StringEquals", ["red", "blue"], "green", False),
    ("O", "StringEquals", "red", None, False),
    ("O", "StringEquals", "", "", True),
    ("O", "StringNotEquals", "red", "red", False),
    ("O", "StringNotEquals", "red", "Red", True),
    ("O", "StringNotEquals", "red", None, True),
    ("L", "StringNotEquals", ["red", "blue"], "blue", False),
    ("L", "StringNotEquals", ["red", "blue"], "green", True),
    ("O", "StringEqualsIgnoreCase", "red", "RED", True),
    ("O", "StringEqualsIgnoreCase", "red", "blue", False),
    ("O", "StringEqualsIgnoreCase", "red", None, False),
    ("O", "StringNotEqualsIgnoreCase", "red", "RED", False),
    ("O", "StringNotEqualsIgnoreCase", "red", "blue", True),
    ("O", "StringNotEqualsIgnoreCase", "red", None, True),
    ("O", "StringLike", "r*", "red", True),
    ("O", "StringLike", "r?d", "red", True),
    ("O", "StringLike", "r?d", "reed", False),
    ("O", "StringLike", "*", "", True),
    ("O", "StringLike", "?", "", False),
    ("O", "StringLike", "R*", "red", False),
    ("O", "StringLike", "home/*/x", "home/a/b/x", True),
    ("O", "StringLike", "*", None, False),
    ("O", "StringNotLike", "r*", "red", False),
    ("O", "StringNotLike", "r*", "blue", True),
    ("O", "StringNotLike", "*", None, True),
    ("L", "StringNotLike", ["r*", "b*"], "blue", False),
    # Numbers
    ("O", "NumericEquals", "10", "10.0", True),
    ("O", "NumericEquals", 10, "10", True),
    ("O", "NumericEquals", "10", "ten", False),
    ("O", "NumericEquals", "10", None, False),
    ("O", "NumericNotEquals", "10", "11", True),
    ("O", "NumericNotEquals", "10", "10", False),
    ("O", "NumericNotEquals", "10", None, True),
    ("O", "NumericLessThan", "10", "9", True),
    ("O", "NumericLessThan", "10", "10", False),
    ("O", "NumericLessThanEquals", "10", "10", True),
    ("O", "NumericLessThanEquals", "10", "11", False),
    ("O", "NumericGreaterThan", "9", "10", True),
    ("O", "NumericGreaterThan", "10", "9", False),
    ("O", "NumericGreaterThanEquals", "10", "10", True),
    ("O", "NumericGreaterThanEquals", "10", "9.99", False),
    ("O", "NumericGreaterThan", "-1", "0", True),
    ("O", "NumericLessThan", "10", None, False),
    # Dates
    ("O", "DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("O", "DateEquals", "1767225600", "2026-01-01T00:00:00Z", True),
    ("O", "DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", True),
    ("O", "DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", True),
    ("O", "DateNotEquals", "2026-01-01T00:00:00Z", None, True),
    ("O", "DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
    ("O", "DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
    ("O", "DateLessThanEquals", "2026-01-01", "2026-01-01T00:00:00Z", True),
    ("O", "DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", True),
    ("O", "DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("O", "DateGreaterThan", "2026-01-01T00:00:00Z", "yesterday", False),
    ("O", "DateGreaterThan", "2026-01-01T00:00:00Z", None, False),
    # Booleans
    ("O", "Bool", "true", "true", True),
    ("O", "Bool", True, "true", True),
    ("O", "Bool", "True", "true", True),
    ("O", "Bool", "true", "false", False),
    ("O", "Bool", "false", "false", True),
    ("O", "Bool", "false", None, False),
    ("O", "Bool", "true", None, False),
    ("O", "BoolIfExists", "false", None, True),
    ("O", "BoolIfExists", "true", "false", False),
    # Binary
    ("O", "BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
    ("O", "BinaryEquals", "QmluYXJ5", "T3RoZXI=", False),
    ("O", "BinaryEquals", "QmluYXJ5", None, False),
    # Addresses
    ("O", "IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("O", "IpAddress", "203.0.113.0/24", "203.0.114.9", False),
    ("O", "IpAddress", "203.0.113.9", "203.0.113.9", True),
    ("O", "IpAddress", "0.0.0.0/0", "198.51.100.7", True),
    ("O", "IpAddress", "0.0.0.0/0", "2001:db8::1", False),
    ("O", "IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("O", "IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678:0:0:0:9", True),
    ("O", "IpAddress", "2001:db8::/32", "2001:db9::1", False),
    ("O", "IpAddress", ["192.0.2.0/24", "203.0.113.0/24"], "203.0.113.9", True),
    ("O", "IpAddress", "203.0.113.0/24", None, False),
    ("O", "NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("O", "NotIpAddress", "203.0.113.0/24", "198.51.100.7", True),
    ("L", "NotIpAddress", ["192.0.2.0/24", "203.0.113.0/24"], "203.0.113.9", False),
    ("O", "NotIpAddress", "203.0.113.0/24", None, True),
    # ARNs
    ("O", "ArnEquals", ARN, ARN, True),
    ("O", "ArnEquals", "arn:aws:sns:*:111122223333:alerts", ARN, True),
    ("O", "ArnLike", "arn:aws:sns:*:*:*", ARN, True),
    ("O", "ArnLike", "arn:aws:sns:*:alerts", ARN, False),
    ("O", "ArnLike", "arn:aws:sns:us-east-?:111122223333:al*", ARN, True),
    ("O", "ArnLike", "arn:aws:sqs:*:*:*", ARN, False),
    ("O", "ArnLike", "arn:aws:s3:::acme/*", "arn:aws:s3:::acme/a/b:c", True),
    ("O", "ArnLike", "arn:aws:sns:*:*:*", "alerts", False),
    ("O", "ArnLike", "arn:aws:sns:*:*:*", None, False),
    ("O", "ArnNotEquals", ARN, ARN, False),
    ("O", "ArnNotEquals", ARN, "arn:aws:sns:us-east-1:111122223333:other", True),
    ("O", "ArnNotLike", "arn:aws:sns:*:*:*", ARN, False),
    ("O", "ArnNotLike", "arn:aws:sns:*:*:*", None, True),
    # Null
    ("O", "Null", "true", None, True),
    ("O", "Null", "true", "red", False),
    ("O", "Null", "false", "red", True),
    ("O", "Null", "false", None, False),
    ("O", "Null", True, None, True),
    # IfExists
    ("O", "StringEqualsIfExists", "red", None, True),
    ("O", "StringEqualsIfExists", "red", "red", True),
    ("O", "StringEqualsIfExists", "red", "blue", False),
    ("O", "StringLikeIfExists", "r*", None, True),
    ("O", "StringNotEqualsIfExists", "red", "red", False),
    ("O", "StringNotEqualsIfExists", "red", None, True),
    ("O", "NumericLessThanIfExists", "10", None, True),
    ("O", "NumericLessThanIfExists", "10", "11", False),
    ("O", "DateLessThanIfExists", "2026-01-01T00:00:00Z", None, True),
    ("O", "IpAddressIfExists", "203.0.113.0/24", None, True),
    ("O", "ArnLikeIfExists", "arn:aws:sns:*:*:*", None, True),
    ("O", "ArnLikeIfExists", "arn:aws:sns:*:*:*", "alerts", False),
    # Set operators
    ("M", "ForAllValues:StringEquals", ["red", "blue"], ["red"], True),
    ("M", "ForAllValues:StringEquals", ["red", "blue"], ["red", "blue"], True),
    ("M", "ForAllValues:StringEquals", ["red", "blue"], ["red", "green"], False),
    ("M", "ForAllValues:StringEquals", ["red", "blue"], None, True),
    ("M", "ForAllValues:StringEquals", ["red", "blue"], [], True),
    ("M", "ForAllValues:StringEquals", ["red", "blue"], "", True),
    ("M", "ForAnyValue:StringEquals", ["red", "blue"], ["red", "green"], True),
    ("M", "ForAnyValue:StringEquals", ["red", "blue"], ["green"], False),
    ("M", "ForAnyValue:StringEquals", ["red", "blue"], None, False),
    ("M", "ForAnyValue:StringEquals", ["red", "blue"], [], False),
    ("M", "ForAllValues:StringLike", "r*", ["red", "rose"], True),
    ("M", "ForAllValues:StringLike", "r*", ["red", "blue"], False),
    ("M", "ForAnyValue:StringLike", "r*", ["blue", "rose"], True),
    ("M", "ForAllValues:StringNotEquals", ["red"], ["blue", "green"], True),
    ("M", "ForAllValues:StringNotEquals", ["red"], ["blue", "red"], False),
    ("M", "ForAllValues:StringNotEquals", ["red"], None, True),
    ("M", "ForAnyValue:StringNotEquals", ["red"], ["blue", "red"], True),
    ("M", "ForAnyValue:StringNotEquals", ["red"], ["red"], False),
    ("M", "ForAnyValue:StringNotEquals", ["red"], None, False),
    ("M", "ForAllValues:StringEqualsIfExists", ["red"], ["red"], True),
    ("M", "ForAnyValue:StringEqualsIfExists", ["red"], None, True),
    ("M", "ForAllValues:ArnLike", "arn:aws:sns:*:*:*", [ARN], True),
    ("M", "ForAnyValue:NumericLessThan", "10", ["11", "9"], True),
    # Variables: in String, Arn and Bool operators, and nowhere else
    ("V", "StringEquals", "${aws:username}", "dana", True),
    ("V", "StringEquals", "${AWS:UserName}", "dana", True),
    ("V", "StringLike", "${aws:username}/*", "dana/x", True),
    ("V", "StringEquals", "${aws:PrincipalTag/none}", "dana", False),
    ("V", "StringNotEquals", "${aws:PrincipalTag/none}", "dana", False),
    ("V", "StringEquals", "${aws:PrincipalTag/none, 'dana'}", "dana", True),
    ("V", "StringEquals", "${aws:PrincipalTag/none,'eve'}", "dana", False),
    ("V", "StringLike", "a${*}b", "a*b", True),
    ("V", "StringLike", "a${*}b", "axb", False),
    ("V", "StringLike", "a${?}b", "a?b", True),
    ("V", "StringLike", "a${?}b", "axb", False),
    ("V", "StringEquals", "a${$}b", "a$b", True),
    ("V", "ArnLike", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::dana/x", True),
    ("V", "NumericEquals", "${aws:username}", "dana", False),
    ("V", "IpAddress", "${aws:SourceIp}", "203.0.113.9", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "operator", "said", "brought", "holds"), ROWS)
def test_a_condition(outcome, page, operator, said, brought, holds):
    context = {"aws:SourceIp": "203.0.113.9"}
    if brought is not None:
        context["my:key"] = brought

    decided = outcome(context=context, identity=allow(Condition={operator: {"my:key": said}}))

    assert decided == ("Allowed" if holds else "ImplicitlyDenied")


# Page, the whole Condition, the context, whether it holds.
BLOCKS = [
    ("L", {"StringEquals": {"my:a": "1", "my:b": "2"}}, {"my:a": "1", "my:b": "2"}, True),
    ("L", {"StringEquals": {"my:a": "1", "my:b": "2"}}, {"my:a": "1", "my:b": "3"}, False),
    ("L", {"StringEquals": {"my:a": "1"}, "Bool": {"my:b": "true"}}, {"my:a": "1", "my:b": "true"}, True),
    ("L", {"StringEquals": {"my:a": "1"}, "Bool": {"my:b": "true"}}, {"my:a": "1", "my:b": "false"}, False),
    ("L", {"StringEquals": {"my:a": "1"}, "StringNotEquals": {"my:a": "1"}}, {"my:a": "1"}, False),
    ("C", {"StringEquals": {"MY:A": "1"}}, {"my:a": "1"}, True),
    ("C", {"StringEquals": {"aws:PrincipalTag/Team": "red"}}, {"aws:principaltag/team": "red"}, True),
    ("C", {"StringEquals": {"aws:PrincipalTag/Team": "red"}}, {"aws:PrincipalTag/Team": "Red"}, False),
    ("C", {}, {}, True),
    ("M", {"ForAllValues:StringEquals": {"my:a": "1"}, "Null": {"my:a": "false"}}, {}, False),
    ("M", {"ForAllValues:StringEquals": {"my:a": "1"}, "Null": {"my:a": "false"}}, {"my:a": ["1"]}, True),
    ("O", {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}, {}, True),
]  # fmt: skip


@pytest.mark.parametrize(("page", "block", "context", "holds"), BLOCKS)
def test_conditions_together(outcome, page, block, context, holds):
    decided = outcome(context=context, identity=allow(Condition=block))

    assert decided == ("Allowed" if holds else "ImplicitlyDenied")


def test_variables_are_plain_text_in_the_old_version():
    from iam.build import DANA, OBJECT, document
    from rolecall.iam import parse_case

    policy = document(
        allow(Condition={"StringEquals": {"my:key": "${aws:username}"}}), version="2008-10-17"
    )
    request = {"principal": DANA, "action": "s3:GetObject", "resource": OBJECT}
    answers = [
        parse_case(
            {"id": 1, "request": request | {"context": {"my:key": value}}, "identity_policies": [policy]}
        ).decide()
        for value in ("dana", "${aws:username}")
    ]

    assert [answer.allowed for answer in answers] == [False, True]
