"""Laws that hold for every case, tried on random ones."""

import copy
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.build import allow, deny
from iam.random_cases import random_case, random_statement
from rolecall.iam import parse_case

cases = st.randoms(use_true_random=False).map(random_case)
randoms = st.randoms(use_true_random=False)


def outcome(case: dict) -> str:
    return parse_case(case).decide().outcome.value


def statements(policy: dict) -> list[dict]:
    listed = policy["Statement"]
    return listed if isinstance(listed, list) else [listed]


def documents(case: dict) -> list[dict]:
    """Every policy document of a case."""
    found = [*case.get("identity_policies", []), *case.get("permissions_boundaries", [])]
    found += [*case.get("session_policies", []), *case.get("vpc_endpoint_policies", [])]
    for levels in ("service_control_policies", "resource_control_policies"):
        found += [policy for level in case.get(levels, []) for policy in level]
    return found + ([case["resource_policy"]] if "resource_policy" in case else [])


@given(cases)
def test_an_explicit_deny_always_wins(case):
    always = {"Version": "2012-10-17", "Statement": deny()}
    case.setdefault("identity_policies", []).append(always)
    request = case["request"]

    if request["action"] == "sts:GetCallerIdentity" or not request["principal"].startswith("arn:"):
        return
    assert outcome(case) == "ExplicitlyDenied"


@given(cases, randoms)
def test_adding_an_allow_never_takes_away(case, random: Random):
    if outcome(case) != "Allowed":
        return
    wider = copy.deepcopy(case)
    for policy in documents(wider):
        extra = dict(random_statement(random, False, "s3"), Effect="Allow")
        if any("Principal" in one or "NotPrincipal" in one for one in statements(policy)):
            trust = case["request"]["action"].startswith("sts:") and policy is wider.get("resource_policy")
            extra = allow("sts:AssumeRole", None if trust else "*", Principal="*")
        policy["Statement"] = [*statements(policy), extra]

    # RCPs are left out: AWS attaches their one Allow itself, and adding a narrower one would mean more than it says.
    wider["resource_control_policies"] = case.get("resource_control_policies", [])

    assert outcome(wider) == "Allowed"


@given(cases, randoms)
def test_adding_a_deny_never_gives(case, random: Random):
    if outcome(case) == "Allowed":
        return
    extra = dict(random_statement(random, False, "s3"), Effect="Deny")
    case.setdefault("identity_policies", []).append({"Version": "2012-10-17", "Statement": [extra]})

    assert outcome(case) != "Allowed"


@given(cases, randoms)
def test_the_order_of_statements_and_policies_is_irrelevant(case, random: Random):
    shuffled = copy.deepcopy(case)
    for policy in documents(shuffled):
        if isinstance(policy["Statement"], list):
            random.shuffle(policy["Statement"])
    for several in ("identity_policies", "session_policies", "permissions_boundaries"):
        random.shuffle(shuffled.get(several, []))

    assert outcome(shuffled) == outcome(case)


@given(cases)
def test_one_value_and_a_list_of_one_mean_the_same(case):
    listed = copy.deepcopy(case)
    for policy in documents(listed):
        policy["Statement"] = statements(policy)
        for statement in policy["Statement"]:
            for element in ("Action", "NotAction", "Resource", "NotResource"):
                if isinstance(statement.get(element), str):
                    statement[element] = [statement[element]]

    assert outcome(listed) == outcome(case)


@given(cases)
def test_a_wildcard_that_generalises_an_allow_takes_nothing_away(case):
    if outcome(case) != "Allowed":
        return
    for policy in documents(case):
        for statement in statements(policy):
            if statement["Effect"] == "Allow" and "Resource" in statement:
                statement["Resource"] = "*"

    assert outcome(case) == "Allowed"


@given(cases)
def test_a_boundary_and_a_session_policy_never_give(case):
    limited = copy.deepcopy(case)
    everything = {"Version": "2012-10-17", "Statement": allow()}
    if not case.get("session_policies") and "federated-user" in case["request"]["principal"]:
        return
    limited.setdefault("permissions_boundaries", []).append(everything)

    if outcome(limited) == "Allowed":
        assert outcome(case) == "Allowed"


@given(cases)
@pytest.mark.slow
def test_a_decision_is_the_same_however_often_it_is_made(case):
    assert len({outcome(case) for _ in range(3)}) == 1
