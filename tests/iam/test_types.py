"""The policy types, which another package repeats because it may not import this one."""

from rolecall.iam import PolicyType
from rolecall.quiz.kinds.decide import POLICY_TYPES


def test_a_question_offers_every_policy_type_in_the_same_order():
    assert tuple(type.value for type in PolicyType) == POLICY_TYPES
