"""Short ways to write a case."""

from rolecall.iam import Decision, parse_case

A, B = "111122223333", "444455556666"
DANA = f"arn:aws:iam::{A}:user/dana"
EVE = f"arn:aws:iam::{A}:user/eve"
ROOT = f"arn:aws:iam::{A}:root"
ROLE = f"arn:aws:iam::{A}:role/reader"
SESSION = f"arn:aws:sts::{A}:assumed-role/reader/one"
FEDERATED = f"arn:aws:sts::{A}:federated-user/fred"
LINKED = f"arn:aws:sts::{A}:assumed-role/AWSServiceRoleForSupport/one"
ELSEWHERE = f"arn:aws:iam::{B}:user/auditor"
ELSEWHERE_SESSION = f"arn:aws:sts::{B}:assumed-role/audit/one"
OBJECT = "arn:aws:s3:::acme/q1.csv"
QUEUE = f"arn:aws:sqs:us-east-1:{A}:jobs"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234"

USER_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


def allow(action="*", resource="*", **more) -> dict:
    return statement("Allow", action, resource, **more)


def deny(action="*", resource="*", **more) -> dict:
    return statement("Deny", action, resource, **more)


def statement(effect, action, resource, **more) -> dict:
    said = {"Effect": effect, "Action": action, "Resource": resource}
    if resource is None:
        del said["Resource"]
    for name, value in more.items():
        said[name] = value
    for positive in ("Action", "Resource"):
        if f"Not{positive}" in said:
            said.pop(positive, None)
    return said


def document(*statements: dict, version="2012-10-17") -> dict:
    return {"Version": version, "Statement": list(statements)}


def case(
    principal=DANA, action="s3:GetObject", resource=OBJECT, context=None, owner=None, **policies
) -> dict:
    """Return a case as `rolecall iam decide` reads it.

    Each policy type is given as the statement of a document, or as a list of its statements; SCPs and RCPs as a
    list of levels.
    """
    request = {"principal": principal, "action": action, "resource": resource, "context": context or {}}
    if owner is not None:
        request["resource_account"] = owner
    elif resource.startswith("arn:aws:s3:::"):
        request["resource_account"] = A
    written: dict = {"id": 1, "request": request}
    names = {
        "identity": "identity_policies",
        "boundary": "permissions_boundaries",
        "session": "session_policies",
        "endpoint": "vpc_endpoint_policies",
    }
    for short, name in names.items():
        if short in policies:
            written[name] = [document(*_listed(policies[short]))]
    if "resource_policy" in policies:
        written["resource_policy"] = document(*_listed(policies["resource_policy"]))
    for short, name in (("scps", "service_control_policies"), ("rcps", "resource_control_policies")):
        if short in policies:
            written[name] = [[document(*_listed(level))] if level else [] for level in policies[short]]
    return written


def decision(**fields) -> Decision:
    """Decide a case, given as for `case`."""
    return parse_case(case(**fields)).decide()


def outcome(**fields) -> str:
    """Return the outcome of a case, given as for `case`."""
    return decision(**fields).outcome.value


def _listed(value) -> list[dict]:
    return value if isinstance(value, list) else [value]
