"""Whatever is given as a document ends in a policy or in MalformedPolicyDocument, in time linear in its size."""

import json
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.build import allow, document
from iam.random_cases import random_case
from rolecall.iam import (
    BadCase,
    MalformedPolicyDocument,
    Policy,
    PolicySet,
    PolicyType,
    Request,
    decide,
    parse_case,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=12,
)
ELEMENTS = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Action",
    "Resource",
    "Principal",
    "Condition",
    "NotAction",
]
documents = st.dictionaries(st.sampled_from(ELEMENTS), values, max_size=6)
like_statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={name: values | st.text() for name in ELEMENTS[3:] if name != "Effect"},
)


@given(
    values | documents | like_statements.map(lambda one: {"Statement": one}), st.sampled_from(PolicyType)
)
def test_any_value_is_parsed_or_refused(value, type):
    try:
        Policy.parse(value, type)
    except MalformedPolicyDocument:
        return


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")), st.sampled_from(PolicyType))
def test_any_text_is_parsed_or_refused(text, type):
    try:
        Policy.parse(text, type)
    except MalformedPolicyDocument:
        return


@given(st.randoms(use_true_random=False), values, st.integers(0, 10_000))
def test_a_case_with_anything_anywhere_is_decided_or_refused(random: Random, value, place):
    case = random_case(random)
    text = json.dumps(case)
    spots = [index for index, character in enumerate(text) if character == '"']
    spot = spots[place % len(spots)]
    try:
        parse_case(json.loads(text[:spot] + json.dumps(value) + text[spot:])).decide()
    except (BadCase, ValueError):
        return


@given(st.dictionaries(st.sampled_from(["id", "request", "identity_policies", "resource_policy"]), values))
def test_any_object_is_a_case_or_a_bad_case(value):
    try:
        parse_case(value).decide()
    except BadCase:
        return


def nested(depth: int) -> str:
    return '{"Statement":' + "[" * depth + "]" * depth + "}"


@pytest.mark.parametrize(
    "text", [nested(100_000), '{"a":' * 50_000, "[" * 1_000_000, '"' + "x" * 1_000_000]
)
def test_a_document_nested_without_end_is_refused(text):
    with pytest.raises(MalformedPolicyDocument):
        Policy.parse(text, PolicyType.IDENTITY)


SIZES = (2_000, 16_000)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: document(*[allow(f"s3:Get{i}") for i in range(n // 20)]),
        lambda n: document(allow([f"s3:Get{i}" for i in range(n)])),
        lambda n: document(allow("s3:" + "*a" * n + "b")),
        lambda n: document(allow("s3:*", "arn:aws:s3:::" + "*a" * n + "b")),
        lambda n: document(allow("s3:*", "arn:aws:*s:*:" + "*a?" * n + "b")),
        lambda n: document(allow(Condition={"StringLike": {"my:key": "*a" * n + "b"}})),
        lambda n: document(allow(Condition={"StringLike": {"my:key": "${" * n}})),
        lambda n: document(allow(Condition={"StringLike": {"my:key": "${a:b," * n}})),
        lambda n: document(allow(Condition={"DateLessThan": {"my:key": "2" * n}})),
        lambda n: document(allow(Condition={"NumericLessThan": {"my:key": "1e" + "9" * n}})),
    ],
    ids=range(10),
)
def test_time_grows_with_the_size_of_the_document_and_no_faster(make):
    request = Request.of(
        "arn:aws:iam::111122223333:user/dana",
        "s3:" + "a" * 200,
        "arn:aws:s3:::" + "a" * 200,
        context={"my:key": "a" * 200},
    )

    def seconds(size: int) -> float:
        text = json.dumps(make(size))
        best = float("inf")
        for attempt in range(3):
            begun = time.thread_time()
            try:
                policy = Policy.parse(text + " " * attempt, PolicyType.IDENTITY)
            except MalformedPolicyDocument:
                pass
            else:
                decide(request, PolicySet(identity=(policy,)))
            best = min(best, time.thread_time() - begun)
        return best

    small, large = (seconds(size) for size in SIZES)

    # Eight times the size; a quadratic one would take sixty-four times as long.
    assert large < 30 * small + 0.05
