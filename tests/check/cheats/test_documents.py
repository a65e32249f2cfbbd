"""Policy documents are found wherever a call has them, and put back as they were written."""

import json

from rolecall.check.cheats._documents import documents_in, with_document
from rolecall.iam import PolicyType
from rolecall.quiz import Step

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def step(call, **parameters):
    return Step.model_validate({"as": "admin", "call": call, "with": parameters})


def test_the_call_says_which_type_of_policy_it_writes():
    steps = [
        step("iam.put_role_policy", RoleName="web", PolicyName="read", PolicyDocument=DOCUMENT),
        step("iam.update_assume_role_policy", RoleName="web", PolicyDocument=DOCUMENT),
        step("sts.assume_role", RoleArn="web", RoleSessionName="dana", Policy=DOCUMENT),
        step("s3.get_object", Bucket="reports", Key="q1"),
    ]

    found = [(one.step, one.type) for one in documents_in(steps)]

    assert found == [(0, PolicyType.IDENTITY), (1, PolicyType.TRUST), (2, PolicyType.SESSION)]


def test_a_document_with_principals_is_a_resource_based_policy():
    document = {**DOCUMENT, "Statement": [{**DOCUMENT["Statement"][0], "Principal": "*"}]}

    (written,) = documents_in([step("s3.put_bucket_policy", Bucket="reports", Policy=document)])

    assert written.type is PolicyType.RESOURCE


def test_a_document_that_is_written_as_text_stays_text():
    steps = [step("sqs.set_queue_attributes", QueueUrl="jobs", Attributes={"Policy": json.dumps(DOCUMENT)})]
    (written,) = documents_in(steps)

    (changed,) = with_document(steps, written, {"Version": "2012-10-17", "Statement": []})

    assert json.loads(changed.parameters["Attributes"]["Policy"])["Statement"] == []
    assert json.loads(steps[0].parameters["Attributes"]["Policy"]) == DOCUMENT
