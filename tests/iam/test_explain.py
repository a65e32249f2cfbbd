"""Explanations: the gates, what came near, and the smallest change, verified by deciding again."""

import json
from random import Random

import pytest

from iam.build import (
    DANA,
    ELSEWHERE,
    EVE,
    OBJECT,
    ROLE,
    ROOT,
    SESSION,
    allow,
    decision,
    deny,
)
from iam.random_cases import random_case
from iam.reference import decide as slowly
from rolecall.iam import GateStatus, case_document, explain, parse_case

ASSUME = {"action": "sts:AssumeRole", "resource": ROLE}
OTHER = allow("dynamodb:*")


def trusts(*names, **more):
    return allow("sts:AssumeRole", None, Principal={"AWS": list(names)}, **more)


def change(**case) -> list[str]:
    return [str(one) for one in explain(decision(**case)).changes]


def statement(**case) -> dict:
    (only,) = explain(decision(**case)).changes
    return json.loads(only.statement)


def test_the_gates_are_told_with_what_opened_and_what_stayed_shut():
    told = explain(decision(identity=allow(Sid="All"), boundary=OTHER, scps=[[allow()]]))

    assert [(gate.title, gate.status) for gate in told.gates] == [
        ("Service control policy, root", GateStatus.ALLOWS),
        ("Identity-based policy", GateStatus.ALLOWS),
        ("Permissions boundary", GateStatus.LACKS_ALLOW),
    ]


def test_a_gate_that_nobody_needed_is_told_apart_from_one_that_stayed_shut():
    told = explain(decision(identity=allow(), resource_policy=allow("s3:*", "*", Principal={"AWS": EVE})))

    assert [gate.status for gate in told.gates] == [GateStatus.SILENT, GateStatus.ALLOWS]


def test_across_accounts_both_sides_show_as_shut():
    told = explain(decision(principal=ELSEWHERE))

    assert {gate.title: gate.status for gate in told.gates} == {
        "Resource-based policy": GateStatus.LACKS_ALLOW,
        "Identity-based policy": GateStatus.LACKS_ALLOW,
    }


def test_a_trust_policy_that_names_the_account_says_that_it_delegates():
    told = explain(decision(**ASSUME, resource_policy=trusts(ROOT)))

    assert "an identity-based policy must pass it on" in str(told)


def test_the_nearest_statement_is_told_with_the_element_it_failed_on():
    told = explain(decision(**ASSUME, principal=EVE, resource_policy=trusts(DANA)))

    assert told.near_misses == (
        f"resource_policy, statement 1: Principal names {DANA}, and the caller is {EVE}",
    )


def test_a_caller_who_is_not_named_is_added_to_the_principal():
    assert change(**ASSUME, principal=EVE, resource_policy=trusts(DANA)) == [
        f'resource_policy, statement 1: add "{EVE}" to Principal'
    ]


def test_a_session_is_added_by_its_roles_name():
    after = statement(**ASSUME, principal=SESSION, resource_policy=trusts(DANA))

    assert after["Principal"]["AWS"] == [DANA, ROLE]


def test_a_missing_permission_is_written_for_just_this_action_and_resource():
    assert statement() == {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}


def test_a_broad_statement_is_not_widened_where_a_narrow_one_does():
    after = statement(
        identity=[allow("s3:ListAllMyBuckets", "*"), allow(["s3:Get*", "s3:Put*"], "arn:aws:s3:::other/*")]
    )

    assert after == {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}


def test_a_resource_is_added_where_the_statement_says_just_this_action():
    assert change(identity=allow("s3:GetObject", "arn:aws:s3:::acme/q2.csv")) == [
        f'identity_policies[0], statement 1: add "{OBJECT}" to Resource'
    ]


def test_what_the_caller_can_bring_is_asked_of_the_caller():
    trust = trusts(DANA, Condition={"StringEquals": {"sts:ExternalId": "order-66"}})

    assert change(**ASSUME, resource_policy=trust) == [
        'the request: have sts:ExternalId "order-66" in the request: pass it as ExternalId'
    ]


def test_a_deny_without_mfa_is_passed_with_mfa():
    lock = deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})

    assert change(identity=[allow(), lock]) == [
        'the request: have aws:MultiFactorAuthPresent "true" in the request: sign in with MFA first'
    ]


def test_a_deny_spares_the_one_caller_before_it_is_taken_away():
    after = statement(identity=allow(), resource_policy=deny(Principal="*"))

    assert after["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": DANA}}


def test_two_gates_that_are_shut_want_two_changes():
    told = change(principal=ELSEWHERE, identity=OTHER)

    assert len(told) == 2
    assert {text.split(":")[0] for text in told} == {"a new resource-based policy", "identity_policies[0]"}


def test_a_boundary_that_is_shut_is_opened_for_just_this():
    assert statement(identity=allow(), boundary=OTHER)["Action"] == "s3:GetObject"


def test_every_level_of_scps_that_is_shut_is_opened():
    assert len(change(identity=allow(), scps=[[OTHER], [OTHER]])) == 2


@pytest.mark.parametrize(
    "case",
    [
        ASSUME
        | {
            "principal": ROOT,
            "resource_policy": trusts(ROOT),
        },  # no policy lets the root user assume a role
        {"principal": "anonymous"},  # only everyone includes the anonymous
    ],
)
def test_where_nothing_small_helps_nothing_is_suggested(case):
    assert change(**case) == []


def test_a_role_that_opens_to_everyone_but_for_a_condition_is_not_opened_further():
    told = explain(decision(**ASSUME, principal=EVE, resource_policy=trusts(DANA)))

    assert '"*"' not in str(told)


def test_changes_found_for_random_denials_lead_to_an_allow_and_grant_no_star():
    random = Random(3)
    found = 0
    for _ in range(600):
        decided = parse_case(random_case(random)).decide()
        told = explain(decided)
        if told.after is None:
            assert not told.changes
            continue
        found += 1
        # The other evaluator, which knows nothing of this one, agrees that they help.
        assert slowly(case_document(1, told.after.request, told.after.policies)) == "Allowed"
        for one in told.changes:
            if one.statement and "this statement" in one.what:
                written = json.loads(one.statement)
                assert written["Action"] != "*"
                assert written.get("Resource") != "*" or decided.request.resource == "*"
    assert found > 200


def test_getcalleridentity_is_explained_by_its_own_rule():
    told = explain(decision(action="sts:GetCallerIdentity", resource="*", identity=deny()))

    assert told.because == ("This call needs no permission and heeds no deny.",)
