"""How the policy types act together.

Pages, by the letter in each row:
E https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
B https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
X https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
P https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
N https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
D https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
G https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
F https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
S https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
R https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
V https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
K https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
T https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
I https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
A https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
H https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
O https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
"""

import pytest

from iam.build import (
    DANA,
    ELSEWHERE,
    ELSEWHERE_SESSION,
    EVE,
    FEDERATED,
    KEY,
    LINKED,
    QUEUE,
    ROLE,
    ROOT,
    SESSION,
    A,
    B,
    allow,
    decision,
    deny,
)

YES, NO, NEVER = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"
EC2, LAMBDA, NOBODY = "ec2.amazonaws.com", "lambda.amazonaws.com", "anonymous"
SEND = {"action": "sqs:SendMessage", "resource": QUEUE}
DECRYPT = {"action": "kms:Decrypt", "resource": KEY}
ASSUME = {"action": "sts:AssumeRole", "resource": ROLE}
OTHER = allow("dynamodb:*")  # allows nothing that is asked for here


def to(*names, **more):
    """An Allow of a resource-based policy for AWS principals."""
    return allow(Principal={"AWS": list(names)}, **more)


def trusts(*names, **more):
    return allow("sts:AssumeRole", None, Principal={"AWS": list(names)}, **more)


ROWS = [
    # By default nothing is allowed; an Allow lets through; a Deny in any policy decides.
    ("E", NO, {}),
    ("E", YES, {"identity": allow()}),
    ("E", NO, {"identity": OTHER}),
    ("E", NEVER, {"identity": [allow(), deny()]}),
    ("E", NEVER, {"identity": deny()}),
    ("E", YES, {"identity": [allow(), deny("s3:PutObject")]}),
    ("E", NEVER, {"identity": allow(), "resource_policy": deny(Principal="*")}),
    ("E", NEVER, {"identity": allow(), "boundary": [allow(), deny()]}),
    ("E", NEVER, {"principal": SESSION, "identity": allow(), "session": [allow(), deny()]}),
    ("E", NEVER, {"identity": allow(), "scps": [[allow(), deny()]]}),
    ("E", NEVER, {"identity": allow(), "rcps": [[deny(Principal="*")]]}),
    ("E", NEVER, {"identity": allow(), "endpoint": [allow(Principal="*"), deny(Principal="*")]}),
    ("E", NEVER, {"resource_policy": to(DANA), "identity": deny()}),
    # Within an account an Allow on either side is enough.
    ("B", YES, {"resource_policy": to(DANA)}),
    ("B", NO, {"resource_policy": to(EVE)}),
    ("B", YES, {"resource_policy": to(EVE), "identity": allow()}),
    ("P", NO, {"resource_policy": to(ROOT)}),
    ("P", YES, {"resource_policy": to(ROOT), "identity": allow()}),
    ("P", NO, {"resource_policy": to(A)}),
    ("P", YES, {"resource_policy": to(A), "identity": allow()}),
    ("P", YES, {"resource_policy": allow(Principal="*")}),
    ("P", YES, {"resource_policy": to("*")}),
    ("P", NO, {"resource_policy": allow(Principal={"Service": EC2})}),
    # A boundary gives nothing, and limits what identity-based policies give.
    ("D", NO, {"boundary": allow()}),
    ("D", YES, {"boundary": allow(), "identity": allow()}),
    ("D", NO, {"boundary": OTHER, "identity": allow()}),
    ("D", YES, {"boundary": OTHER, "resource_policy": to(DANA)}),
    ("D", NO, {"boundary": OTHER, "resource_policy": to(ROOT), "identity": allow()}),
    ("D", NO, {"principal": SESSION, "boundary": OTHER, "identity": allow()}),
    ("D", NO, {"principal": SESSION, "boundary": OTHER, "resource_policy": to(ROLE)}),
    ("D", YES, {"principal": SESSION, "boundary": allow(), "resource_policy": to(ROLE)}),
    ("D", YES, {"principal": SESSION, "boundary": OTHER, "resource_policy": to(SESSION)}),
    ("D", YES, {"principal": SESSION, "boundary": OTHER, "resource_policy": allow(Principal="*")}),
    ("D", NEVER, {"boundary": allow(), "identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": [DANA, ROOT]})}),
    ("D", YES, {"identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": [DANA, ROOT]})}),
    # A session policy only takes away.
    ("G", NO, {"principal": SESSION, "session": allow()}),
    ("G", YES, {"principal": SESSION, "session": allow(), "identity": allow()}),
    ("G", NO, {"principal": SESSION, "session": OTHER, "identity": allow()}),
    ("G", NO, {"principal": SESSION, "session": OTHER, "resource_policy": to(ROLE)}),
    ("G", YES, {"principal": SESSION, "session": allow(), "resource_policy": to(ROLE)}),
    ("G", YES, {"principal": SESSION, "session": OTHER, "resource_policy": to(SESSION)}),
    ("G", YES, {"principal": SESSION, "session": [OTHER, allow("s3:*")], "identity": allow()}),
    ("P", YES, {"principal": SESSION, "resource_policy": to(ROLE)}),
    ("P", NO, {"principal": SESSION, "resource_policy": to(SESSION.replace("/one", "/two"))}),
    # A federated user has the permissions of its session policy that the user has too.
    ("F", NO, {"principal": FEDERATED, "identity": allow()}),
    ("F", YES, {"principal": FEDERATED, "identity": allow(), "session": allow()}),
    ("F", NO, {"principal": FEDERATED, "identity": OTHER, "session": allow()}),
    ("F", YES, {"principal": FEDERATED, "identity": allow(), "resource_policy": to(FEDERATED)}),
    # Across accounts both sides must allow, however the principal is named.
    ("X", NO, {"principal": ELSEWHERE, "identity": allow()}),
    ("X", NO, {"principal": ELSEWHERE, "resource_policy": to(ELSEWHERE)}),
    ("X", YES, {"principal": ELSEWHERE, "identity": allow(), "resource_policy": to(ELSEWHERE)}),
    ("X", YES, {"principal": ELSEWHERE, "identity": allow(), "resource_policy": to(B)}),
    ("X", YES, {"principal": ELSEWHERE, "identity": allow(), "resource_policy": allow(Principal="*")}),
    ("X", NO, {"principal": ELSEWHERE, "resource_policy": allow(Principal="*")}),
    ("X", NO, {"principal": ELSEWHERE, "identity": allow(), "resource_policy": to(ROOT)}),
    ("X", NO, {"principal": ELSEWHERE, "identity": allow(), "boundary": OTHER, "resource_policy": to(ELSEWHERE)}),
    ("X", NO, {"principal": ELSEWHERE_SESSION, "session": OTHER, "identity": allow(), "resource_policy": to(ELSEWHERE_SESSION)}),
    ("X", NO, {"principal": ELSEWHERE_SESSION, "resource_policy": to(ELSEWHERE_SESSION)}),
    ("X", NEVER, {"principal": ELSEWHERE, "identity": deny(), "resource_policy": to(ELSEWHERE)}),
    ("X", YES, {"principal": f"arn:aws:iam::{B}:root", "resource_policy": to(B)}),
    # NotPrincipal with Deny exempts only a caller whose identities are all listed.
    ("N", NEVER, {"identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": DANA})}),
    ("N", NEVER, {"principal": SESSION, "identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": ROLE})}),
    ("N", NEVER, {"principal": SESSION, "identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": [ROLE, ROOT]})}),
    ("N", YES, {"principal": SESSION, "identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": [ROLE, SESSION, ROOT]})}),
    ("N", NEVER, {"principal": EVE, "identity": allow(), "resource_policy": deny(NotPrincipal={"AWS": [DANA, ROOT]})}),
    ("N", YES, {"principal": ROOT, "resource_policy": deny(NotPrincipal={"AWS": ROOT})}),
    ("P", NEVER, {"principal": EC2, "resource_policy": [allow(Principal="*"), deny(NotPrincipal={"AWS": "*"})]}),
    ("P", YES, {"resource_policy": [allow(Principal="*"), deny(NotPrincipal={"AWS": "*"})]}),
    # Service control policies: an Allow at every level, and they apply to the root user too.
    ("S", YES, {"identity": allow(), "scps": [[allow()], [allow()]]}),
    ("S", NO, {"identity": allow(), "scps": [[allow()], [OTHER]]}),
    ("S", NO, {"identity": allow(), "scps": [[OTHER], [allow()]]}),
    ("S", NO, {"identity": allow(), "scps": [[allow()], []]}),
    ("S", NO, {"scps": [[allow()]]}),
    ("S", NO, {"resource_policy": to(DANA), "scps": [[OTHER]]}),
    ("S", NO, {"principal": ROOT, "scps": [[OTHER]]}),
    ("S", NEVER, {"principal": ROOT, "scps": [[allow(), deny()]]}),
    ("S", YES, {"principal": LINKED, "identity": allow(), "scps": [[deny()]]}),
    ("S", YES, {"principal": EC2, "resource_policy": allow(Principal={"Service": EC2}), "scps": [[deny()]]}),
    ("S", YES, {"identity": allow(), "scps": [[allow(NotAction="iam:*")]]}),
    # Resource control policies apply to every caller but service-linked roles, and to some services only.
    ("R", NEVER, {"principal": ELSEWHERE, "identity": allow(), "resource_policy": to(B), "rcps": [[deny(Principal="*")]]}),
    ("R", NEVER, {"principal": NOBODY, "resource_policy": allow(Principal="*"), "rcps": [[deny(Principal="*")]]}),
    ("R", YES, {"principal": LINKED, "identity": allow(), "rcps": [[deny(Principal="*")]]}),
    ("R", YES, {"identity": allow(), "rcps": [[allow(Principal="*")]]}),
    ("R", YES, {"identity": allow(), "rcps": [[deny("s3:PutObject", Principal="*")]]}),
    ("R", NO, {"rcps": [[allow(Principal="*")]]}),
    ("R", YES, {"action": "ec2:DescribeInstances", "resource": "*", "identity": allow(), "rcps": [[deny(Principal="*")]]}),
    # The policy of the VPC endpoint must allow the request too.
    ("V", NO, {"identity": allow(), "endpoint": allow("dynamodb:*", Principal="*")}),
    ("V", YES, {"identity": allow(), "endpoint": allow(Principal="*")}),
    ("V", NO, {"endpoint": allow(Principal="*")}),
    # Services and anonymous callers have only what a resource-based policy gives.
    ("P", YES, {"principal": EC2, "resource_policy": allow(Principal={"Service": EC2})}),
    ("P", NO, {"principal": LAMBDA, "resource_policy": allow(Principal={"Service": EC2})}),
    ("P", NO, {"principal": EC2, "resource_policy": to("*")}),
    ("P", YES, {"principal": EC2, "resource_policy": allow(Principal="*")}),
    ("P", YES, {"principal": NOBODY, "resource_policy": allow(Principal="*")}),
    ("P", YES, {"principal": NOBODY, "resource_policy": to("*")}),
    ("P", NO, {"principal": NOBODY, "resource_policy": to(ROOT)}),
    ("P", NO, {"principal": NOBODY}),
    ("P", NEVER, {"principal": NOBODY, "resource_policy": [allow(Principal="*"), deny(Principal="*")]}),
    # The root user may do everything that nothing denies.
    ("E", YES, {"principal": ROOT}),
    ("E", NEVER, {"principal": ROOT, "resource_policy": deny(Principal="*")}),
    ("X", NO, {"principal": f"arn:aws:iam::{B}:root"}),
    ("O", YES, {"principal": ROOT, "action": "s3:DeleteBucketPolicy", "resource": "arn:aws:s3:::acme", "resource_policy": deny(Principal="*")}),
    ("O", NEVER, {"principal": DANA, "action": "s3:DeleteBucketPolicy", "resource": "arn:aws:s3:::acme", "resource_policy": deny(Principal="*")}),
    ("O", NEVER, {"principal": ROOT, "action": "s3:DeleteBucketPolicy", "resource": "arn:aws:s3:::acme", "scps": [[deny()]]}),
    # Access to a KMS key needs an Allow of the key policy.
    ("K", NO, DECRYPT | {"identity": allow()}),
    ("K", YES, DECRYPT | {"identity": allow(), "resource_policy": to(ROOT)}),
    ("K", NO, DECRYPT | {"resource_policy": to(ROOT)}),
    ("K", YES, DECRYPT | {"resource_policy": to(DANA)}),
    ("K", NO, DECRYPT | {"identity": allow(), "resource_policy": to(EVE)}),
    ("K", NO, DECRYPT | {"principal": ROOT}),
    ("K", NO, DECRYPT | {"principal": ELSEWHERE, "identity": allow(), "resource_policy": to(ROOT)}),
    ("K", YES, DECRYPT | {"principal": ELSEWHERE, "identity": allow(), "resource_policy": to(B)}),
    ("K", YES, {"action": "kms:CreateKey", "resource": "*", "identity": allow()}),
    # Assuming a role needs an Allow of its trust policy.
    ("T", NO, ASSUME | {"identity": allow()}),
    ("T", YES, ASSUME | {"resource_policy": trusts(DANA)}),
    ("T", NO, ASSUME | {"resource_policy": trusts(EVE), "identity": allow()}),
    ("T", NO, ASSUME | {"resource_policy": trusts(ROOT)}),
    ("T", YES, ASSUME | {"resource_policy": trusts(ROOT), "identity": allow()}),
    ("T", NO, ASSUME | {"principal": SESSION, "identity": allow()}),
    ("T", YES, ASSUME | {"principal": SESSION, "resource_policy": trusts(ROLE)}),
    ("T", NO, ASSUME | {"principal": ELSEWHERE, "resource_policy": trusts(ELSEWHERE)}),
    ("T", YES, ASSUME | {"principal": ELSEWHERE, "identity": allow(), "resource_policy": trusts(B)}),
    ("T", YES, ASSUME | {"principal": EC2, "resource_policy": allow("sts:AssumeRole", None, Principal={"Service": EC2})}),
    ("T", NO, ASSUME | {"principal": NOBODY, "resource_policy": trusts(ROOT)}),
    ("A", NO, ASSUME | {"principal": ROOT, "resource_policy": trusts(ROOT)}),
    ("T", NEVER, ASSUME | {"identity": deny("sts:*"), "resource_policy": trusts(DANA)}),
    ("T", NO, {"action": "sts:TagSession", "resource": ROLE, "identity": allow()}),
    ("T", NO, {"action": "sts:SetSourceIdentity", "resource": ROLE, "identity": allow()}),
    # GetCallerIdentity needs no permission, and no policy can deny it.
    ("I", YES, {"action": "sts:GetCallerIdentity", "resource": "*"}),
    ("I", YES, {"action": "sts:GetCallerIdentity", "resource": "*", "identity": deny()}),
    ("I", YES, {"action": "sts:GetCallerIdentity", "resource": "*", "scps": [[deny()]]}),
    ("I", NO, {"principal": NOBODY, "action": "sts:GetCallerIdentity", "resource": "*"}),
    # No policy controls GetSessionToken, which only users and the root user can call.
    ("H", YES, {"action": "sts:GetSessionToken", "resource": "*"}),
    ("H", YES, {"action": "sts:GetSessionToken", "resource": "*", "identity": deny()}),
    ("H", YES, {"principal": ROOT, "action": "sts:GetSessionToken", "resource": "*", "scps": [[deny()]]}),
    ("H", NO, {"principal": SESSION, "action": "sts:GetSessionToken", "resource": "*"}),
    # The owner of a resource is known even if its ARN has no account.
    ("X", NO, {"identity": allow(), "owner": B}),
    ("X", YES, {"identity": allow(), "owner": B, "resource_policy": to(DANA)}),
    ("B", YES, SEND | {"resource_policy": to(DANA)}),
    ("X", NO, SEND | {"principal": ELSEWHERE, "resource_policy": to(ELSEWHERE)}),
]  # fmt: skip


@pytest.mark.parametrize(("page", "decided", "case"), ROWS, ids=range(len(ROWS)))
def test_policy_types_together(outcome, page, decided, case):
    assert outcome(**case) == decided


def test_a_decision_names_the_statements_that_decided_and_traces_them_all():
    decided = decision(identity=[allow("sqs:*", Sid="Queues"), allow("s3:*", Sid="Objects")])

    assert [one.statement.sid for one in decided.statements] == ["Objects"]
    assert [(one.statement.sid, [f.element for f in one.failures]) for one in decided.trace] == [
        ("Queues", ["Action"]),
        ("Objects", []),
    ]
