"""Variants: the same question with other names, numbers and policies."""

import json
from collections import Counter

import pytest

from rolecall.lab.judges import CourseJudges
from rolecall.quiz import Bank, InvalidTemplate, variant

COMMON = {
    "difficulty": "hard",
    "skill": "s",
    "hint": "h",
    "solution": ["s"],
    "quick_check": "q",
    "common_mistakes": ["m"],
}
HOURS = {
    "id": "hours",
    "kind": "numeric",
    **COMMON,
    "prompt": "How many seconds are {{ hours }} hours?",
    "vary": {"hours": {"from": 1, "to": 12}, "seconds": {"let": "hours * 3600"}},
    "answer": "{{ seconds }}",
    "unit": "seconds",
    "why": "{{ hours }} times 3600.",
}
ALLOW, DENY = ({"Effect": effect} for effect in ("Allow", "Deny"))
DECIDE = {
    "id": "decide",
    "kind": "decide",
    **COMMON,
    "prompt": "{{ who }} asks for `{{ action }}`.",
    "vary": {
        "account": {"kind": "account"},
        "who": {"kind": "user"},
        "bucket": {"kind": "bucket"},
        "action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        "allowed": ["s3:GetObject", "s3:Get*", "s3:*", "s3:PutObject", "sqs:*"],
        "denied": ["s3:DeleteObject", "s3:Put*", "sns:Publish"],
    },
    "balance": ["Allowed", "ImplicitlyDenied", "ExplicitlyDenied"],
    "case": {
        "request": {
            "principal": "arn:aws:iam::{{ account }}:user/{{ who }}",
            "action": "{{ action }}",
            "resource": "arn:aws:s3:::{{ bucket }}/report.csv",
        },
        "identity_policies": [
            {
                "Version": "2012-10-17",
                "Statement": [
                    ALLOW | {"Action": "{{ allowed }}", "Resource": "*"},
                    DENY | {"Action": "{{ denied }}", "Resource": "arn:aws:s3:::{{ bucket }}/*"},
                ],
            }
        ],
    },
}


def question(fields):
    bank = {"bank": "b", "title": "t", "skills": {"s": "s"}, "questions": [fields]}
    return Bank.model_validate(bank).questions[0]


def test_the_same_seed_gives_the_same_question():
    one, again, other = (variant(question(HOURS), seed) for seed in (1, 1, 2))

    assert one == again
    assert one.prompt != other.prompt


@pytest.mark.parametrize("seed", range(20))
def test_a_key_is_computed_from_what_was_drawn(seed):
    drawn = variant(question(HOURS), seed)
    hours = int(drawn.prompt.split()[4])

    assert drawn.answer == hours * 3600
    assert drawn.grade(f"{hours * 3600} seconds").score == 1


@pytest.mark.slow
def test_a_decide_template_gives_a_thousand_distinct_questions_in_balance():
    judges = CourseJudges()
    template = question(DECIDE)

    drawn = [variant(template, seed, judges) for seed in range(1500)]

    distinct = {json.dumps(one.case, sort_keys=True) for one in drawn}
    outcomes = Counter(one.decision(judges).outcome for one in drawn)
    assert len(distinct) >= 1000
    assert outcomes == {"Allowed": 500, "ImplicitlyDenied": 500, "ExplicitlyDenied": 500}


def test_the_key_of_a_variant_is_iams_own():
    # A slow and obvious reference: with these templates an action is matched by its beginning.
    def matches(pattern: str, action: str) -> bool:
        return action.startswith(pattern.rstrip("*")) if pattern.endswith("*") else action == pattern

    judges = CourseJudges()
    for seed in range(300):
        drawn = variant(question(DECIDE), seed, judges)
        allow, deny = drawn.case["identity_policies"][0]["Statement"]
        action = drawn.case["request"]["action"]
        expected = (
            "ExplicitlyDenied"
            if matches(deny["Action"], action)
            else "Allowed"
            if matches(allow["Action"], action)
            else "ImplicitlyDenied"
        )
        answer = json.dumps({"outcome": expected, "policy_type": "identity-based policy"})
        assert drawn.grade(answer, judges).score == 1


def test_a_question_that_varies_in_nothing_is_itself():
    plain = question({**HOURS, "prompt": "p", "answer": 1.0, "why": "w", "vary": {}})

    assert variant(plain, 7) is plain


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"prompt": "{{ days }}"}, "'days' is undefined"),
        ({"prompt": "{{ hours "}, "unexpected"),
        ({"vary": {"hours": {"let": "days"}}}, "'days' is undefined"),
        ({"answer": "{{ hours }} o'clock"}, "isn't a number"),
        ({"prompt": "{{ ''.__class__.__mro__ }}"}, "unsafe"),
    ],
)
def test_an_invalid_template_is_reported(changed, message):
    broken = question({**HOURS, **changed})

    with pytest.raises(InvalidTemplate, match=message):
        variant(broken, 1)
