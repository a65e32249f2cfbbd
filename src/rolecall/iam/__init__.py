"""Evaluate IAM policies: pure functions over policy documents. No I/O, no moto, no boto3.

>>> from rolecall.iam import Policy, PolicySet, PolicyType, Request, decide
>>> document = {
...     "Version": "2012-10-17",
...     "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"},
... }
>>> policy = Policy.parse(document, PolicyType.IDENTITY, "read-reports")
>>> request = Request.of("arn:aws:iam::111122223333:user/dana", "s3:GetObject", "arn:aws:s3:::reports/q1")
>>> decide(request, PolicySet(identity=(policy,))).outcome.value
'Allowed'
"""

from rolecall.iam._cases import BadCase, Case, case_document, decide_lines, parse_case
from rolecall.iam._decisions import Decision, Outcome, PolicySet, StatementRef, StatementTrace, decide
from rolecall.iam._denials import (
    denial_message,
    federated_denial,
    not_authorized,
    within_organization,
)
from rolecall.iam._documents import Policy
from rolecall.iam._errors import MalformedPolicyDocument
from rolecall.iam._explain import Explanation, because, explain
from rolecall.iam._gates import Gate, GateStatus
from rolecall.iam._keys import context_keys, statement_span
from rolecall.iam._requests import Request, condition_keys
from rolecall.iam._smallest_change import Change
from rolecall.iam._statements import Statement
from rolecall.iam._types import PolicyType

__all__ = [
    "BadCase",
    "Case",
    "Change",
    "StatementRef",
    "Decision",
    "Explanation",
    "Gate",
    "MalformedPolicyDocument",
    "Outcome",
    "Policy",
    "PolicySet",
    "PolicyType",
    "Request",
    "GateStatus",
    "Statement",
    "StatementTrace",
    "because",
    "case_document",
    "condition_keys",
    "context_keys",
    "decide",
    "decide_lines",
    "denial_message",
    "federated_denial",
    "not_authorized",
    "explain",
    "parse_case",
    "statement_span",
    "within_organization",
]
