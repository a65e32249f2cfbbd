"""Faults that only a sandbox shows."""

import pytest

from check.test_mutations import BANK, TASKS, change, found

FAULTS = [
    (BANK, "expect: {error: AccessDenied}}\n  - id: who", "expect: {error: NoSuchKey}}\n  - id: who", "proof", "    proof:"),
    (BANK, "Key: prices.csv}, expect: {error: AccessDenied}}\n  star", "Key: prices.csv}, expect: {ok: [Body]}}\n  star", "proof", "    experiment:"),
    (TASKS, "          Bucket: shop-prices\n          Policy:\n            Version: \"2012-10-17\"\n            Statement:\n              - Effect: Allow\n                Principal: {AWS: \"arn:aws:iam::111122223333:user/clerk\"}", "          Bucket: shop-prices\n          Policy:\n            Version: \"2012-10-17\"\n            Statement:\n              - Effect: Allow\n                Principal: {AWS: \"arn:aws:iam::111122223333:user/guest\"}", "task", "    solution:"),
    (TASKS, "    solution:\n      - as: owner", "    solution:\n      - as: clerk", "task", "    solution:"),
    (TASKS, "steps: [{as: clerk, call: s3.get_object", "steps: [{as: owner, call: s3.get_object", "task", "- id: let-the-clerk-in"),
    (TASKS, "[?Principal=='*']", "[?Principal=='?']", "task", "        when:"),
    (TASKS, "    actor: owner\n", "    actor: owner\n    start: [{as: clerk, call: s3.delete_bucket, with: {Bucket: shop-prices}}]\n", "task", "    start:"),
]  # fmt: skip


@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: f"{fault[3]}-{fault[4].strip()}-{fault[2][:12]}"
)
@pytest.mark.slow
def test_each_fault_is_found_at_its_place(course, fault):
    file, old, new, rule, words = fault
    text = change(course, file, old, new)

    findings = [one for one in found(course) if one.rule == rule]

    line = text[: text.index(words)].count("\n") + 1
    assert findings
    assert any(abs(one.line - line) <= 1 for one in findings), findings


def test_a_task_that_allowing_everything_solves_is_a_fault(course):
    change(course, TASKS, "{as: guest, call: s3.get_object", "{as: guest, call: s3.delete_bucket")
    change(course, TASKS, "Key: prices.csv}}]\n    open_wide", "}}]\n    open_wide")

    messages = [one.message for one in found(course) if one.rule == "task"]

    assert any("the task is solved by allowing everything" in one for one in messages)
    assert any("the mistake solves the task" in one for one in messages)
