"""Explanations: the gates, what came near, and the smallest change, verified by deciding again."""

import json
from random import Random

import pytest

from iam.build import (
    DANA,
    ELSEWHERE,
    EVE,
    FEDERATED,
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


def test_the_statement_that_decides_is_printed():
    explained = explain(decision(identity=deny("s3:*", Sid="NoBuckets")))

    assert "Deciding statement:\n  {\n" in str(explained)
    assert '"Sid": "NoBuckets"' in str(explained)


def test_each_gate_has_the_status_of_its_policies():
    explained = explain(decision(identity=allow(Sid="All"), boundary=OTHER, scps=[[allow()]]))

    assert [(gate.title, gate.status) for gate in explained.gates] == [
        ("Service control policy, root", GateStatus.ALLOWS),
        ("Identity-based policy", GateStatus.ALLOWS),
        ("Permissions boundary", GateStatus.LACKS_ALLOW),
    ]


def test_the_gates_are_in_the_order_in_which_aws_evaluates_them():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    everything = decision(
        principal=SESSION,
        identity=allow(),
        resource_policy=allow(Principal={"AWS": ROOT}),
        boundary=allow(),
        session=allow(),
        scps=[[allow()], [allow()]],
        rcps=[[allow(Principal="*")]],
        endpoint=allow(Principal="*"),
    )

    assert [gate.title for gate in explain(everything).gates] == [
        "Resource control policy, root",
        "Service control policy, root",
        "Service control policy, level 2",
        "VPC endpoint policy",
        "Resource-based policy",
        "Identity-based policy",
        "Permissions boundary",
        "Session policy",
    ]


def test_the_level_of_an_rcp_is_the_one_that_lacks_an_allow():
    only_denies = deny("s3:PutObject", Principal="*")
    explained = explain(decision(identity=allow(), rcps=[[only_denies], [allow("sqs:*", Principal="*")]]))

    assert [(gate.title, gate.status) for gate in explained.gates][:2] == [
        ("Resource control policy, root", GateStatus.SILENT),
        ("Resource control policy, level 2", GateStatus.LACKS_ALLOW),
    ]


def test_each_level_of_scps_that_lacks_an_allow_is_a_gate():
    explained = explain(decision(identity=allow(), scps=[[OTHER], [allow()], [OTHER]]))

    assert [gate.status for gate in explained.gates] == [
        GateStatus.LACKS_ALLOW,
        GateStatus.ALLOWS,
        GateStatus.LACKS_ALLOW,
        GateStatus.ALLOWS,
    ]


def test_a_gate_reads_as_a_line_with_a_sign_and_its_statement():
    explained = str(
        explain(
            decision(
                identity=[allow(), deny(Sid="No")],
                resource_policy=allow("sqs:*", Principal="*"),
                session=OTHER,
                principal=SESSION,
            )
        )
    )

    assert "  · Resource-based policy: says nothing\n" in explained
    assert '  ⊘ Identity-based policy: denies (identity_policies[0], statement "No")\n' in explained


def test_the_gates_of_a_denial_are_marked():
    explained = str(explain(decision(identity=allow(), boundary=OTHER)))

    assert "  ✔ Identity-based policy: allows (identity_policies[0], statement 1)\n" in explained
    assert "  ✘ Permissions boundary: does not allow\n" in explained


def test_a_gate_that_needs_no_allow_differs_from_one_that_lacks_it():
    explained = explain(
        decision(identity=allow(), resource_policy=allow("s3:*", "*", Principal={"AWS": EVE}))
    )

    assert [gate.status for gate in explained.gates] == [GateStatus.SILENT, GateStatus.ALLOWS]


def test_across_accounts_both_gates_can_lack_an_allow():
    explained = explain(decision(principal=ELSEWHERE))

    assert {gate.title: gate.status for gate in explained.gates} == {
        "Resource-based policy": GateStatus.LACKS_ALLOW,
        "Identity-based policy": GateStatus.LACKS_ALLOW,
    }


def test_a_trust_policy_that_names_the_account_says_that_it_delegates():
    explained = explain(decision(**ASSUME, resource_policy=trusts(ROOT)))

    assert "an identity-based policy must allow it too" in str(explained)


def test_the_nearest_statement_comes_with_the_element_that_does_not_match():
    explained = explain(decision(**ASSUME, principal=EVE, resource_policy=trusts(DANA)))

    assert explained.near_misses == (
        f"resource_policy, statement 1: Principal lists {DANA}, but the caller is {EVE}",
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


def test_a_value_that_the_caller_chooses_changes_in_the_request():
    trust = trusts(DANA, Condition={"StringEquals": {"sts:ExternalId": "order-66"}})

    assert change(**ASSUME, resource_policy=trust) == [
        'the request: set sts:ExternalId to "order-66" in the request: pass it as ExternalId'
    ]


@pytest.mark.parametrize(
    "operator", ["StringEquals", "StringLike", "ArnEquals", "ArnLike", "ForAnyValue:ArnLike"]
)
def test_a_value_of_the_request_is_added_to_a_condition_that_lists_values(operator):
    topic = "arn:aws:sns:us-east-1:111122223333:alerts"
    near = allow("s3:GetObject", OBJECT, Condition={operator: {"aws:SourceArn": f"{topic}-old"}})

    changes = change(identity=near, context={"aws:SourceArn": topic})

    assert changes == [f'identity_policies[0], statement 1: add "{topic}" to {operator} aws:SourceArn']


@pytest.mark.parametrize("operator", ["ArnNotEquals", "ArnNotLike", "StringNotLike"])
def test_a_value_is_never_added_to_a_condition_that_excludes_values(operator):
    topic = "arn:aws:sns:us-east-1:111122223333:alerts"
    near = allow("s3:GetObject", OBJECT, Condition={operator: {"aws:SourceArn": topic}})

    changes = change(identity=near, context={"aws:SourceArn": topic})

    assert changes == ["identity_policies[0]: add this statement"]


def test_a_deny_without_mfa_is_avoided_with_mfa():
    lock = deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})

    assert change(identity=[allow(), lock]) == [
        'the request: set aws:MultiFactorAuthPresent to "true" in the request: sign in with MFA first'
    ]


def test_exempting_one_caller_from_a_deny_is_smaller_than_removing_it():
    after = statement(identity=allow(), resource_policy=deny(Principal="*"))

    assert after["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": DANA}}


def test_two_gates_that_lack_an_allow_need_two_changes():
    explained = change(principal=ELSEWHERE, identity=OTHER)

    assert len(explained) == 2
    assert {text.split(":")[0] for text in explained} == {
        "a new resource-based policy",
        "identity_policies[0]",
    }


def test_a_boundary_is_extended_by_just_this_request():
    assert statement(identity=allow(), boundary=OTHER)["Action"] == "s3:GetObject"


def test_every_level_of_scps_that_lacks_an_allow_is_changed():
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
def test_nothing_is_suggested_if_no_small_change_helps(case):
    assert change(**case) == []


def test_a_trust_policy_is_never_opened_to_everyone():
    explained = explain(decision(**ASSUME, principal=EVE, resource_policy=trusts(DANA)))

    assert '"*"' not in str(explained)


@pytest.mark.slow
def test_changes_found_for_random_denials_lead_to_an_allow_and_grant_no_star():
    random = Random(3)
    found = 0
    for _ in range(600):
        decided = parse_case(random_case(random)).decide()
        explained = explain(decided)
        if explained.after is None:
            assert not explained.changes
            continue
        found += 1
        # The other evaluator, which knows nothing of this one, agrees that they help.
        assert slowly(case_document(1, explained.after.request, explained.after.policies)) == "Allowed"
        for one in explained.changes:
            if one.statement and "this statement" in one.what:
                written = json.loads(one.statement)
                assert written["Action"] != "*"
                assert written.get("Resource") != "*" or decided.request.resource == "*"
    assert found > 200


def test_getcalleridentity_is_explained_by_its_own_rule():
    explained = explain(decision(action="sts:GetCallerIdentity", resource="*", identity=deny()))

    assert explained.because == ("This call needs no permission, and no policy can deny it.",)


def test_a_level_without_scps_gets_a_new_one():
    explained = explain(decision(identity=allow(), scps=[[allow()], []]))

    assert [str(one) for one in explained.changes] == ["a new service control policy: with this statement"]
    assert [len(level) for level in explained.after.policies.scps] == [1, 1]


REASONS = [
    ({"identity": allow()}, ("Statement 1 of identity_policies[0] (identity-based policy) allows s3:GetObject.",)),
    ({"identity": deny(Sid="No")}, ('Statement "No" of identity_policies[0] (identity-based policy) denies s3:GetObject.',)),
    ({"identity": OTHER}, (f"No identity-based policy allows s3:GetObject on {OBJECT}.",)),
    ({}, (f"No identity-based policy allows s3:GetObject on {OBJECT}.", f"{DANA} has no identity-based policy.")),
    (
        {"principal": ELSEWHERE, "identity": allow()},
        (f"No resource-based policy allows s3:GetObject on {OBJECT}.", f"{OBJECT} has no resource-based policy."),
    ),
    (
        {"principal": ELSEWHERE, "identity": allow(), "resource_policy": allow(Principal={"AWS": DANA})},
        (f"No resource-based policy allows s3:GetObject on {OBJECT}.",),
    ),
    (
        ASSUME | {"identity": allow()},
        (
            f"No role trust policy allows sts:AssumeRole on {ROLE}.",
            "The role doesn't exist, or doesn't trust the caller: AWS returns the same error for both.",
        ),
    ),
    (
        ASSUME | {"identity": OTHER, "resource_policy": trusts(ROOT)},
        (
            f"No identity-based policy allows sts:AssumeRole on {ROLE}.",
            "resource_policy allows the request for the account, so that an identity-based policy must allow it too.",
        ),
    ),
    (
        {"principal": FEDERATED, "identity": allow()},
        (
            f"No session policy allows s3:GetObject on {OBJECT}.",
            "A federated user has no permissions without a session policy, and none was passed.",
        ),
    ),
    (
        {"principal": SESSION, "identity": allow(), "session": OTHER},
        (f"No session policy allows s3:GetObject on {OBJECT}.",),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "reasons"), REASONS)
def test_a_decision_has_its_reasons(case, reasons):
    assert explain(decision(**case)).because == reasons


def test_a_deny_that_cannot_exempt_the_caller_is_removed_even_if_its_policy_has_no_other_statement():
    changes = change(principal="ec2.amazonaws.com", resource_policy=deny(Principal="*"))

    assert changes == [
        "resource_policy, statement 1: remove this Deny if no one needs it",
        "a new resource-based policy: with this statement",
    ]
