"""Faults that only a sandbox shows."""

import pytest

from check.test_mutations import BANK, TASKS, change, found
from rolecall import Sandbox
from rolecall.check import _proof_checks
from rolecall.check._proof_checks import _good_solution
from rolecall.check.cheats import idle_probes
from rolecall.course import Course
from rolecall.lab import find_task
from rolecall.sandbox.world_file import load_world

CLERK_READS = """\
        steps: [{as: clerk, call: s3.get_object, with: {Bucket: shop-prices, Key: prices.csv}}]
      - says: the clerk reads the stock
        steps: [{as: clerk, call: s3.get_object, with: {Bucket: shop-prices, Key: stock.csv}}]
"""

FAULTS = [
    (BANK, "expect: {error: AccessDenied}}\n  - id: who", "expect: {error: NoSuchKey}}\n  - id: who", "proof", "    proof:"),
    (BANK, "Key: prices.csv}, expect: {error: AccessDenied}}\n  star", "Key: prices.csv}, expect: {ok: [Body]}}\n  star", "proof", "    experiment:"),
    (TASKS, "          Bucket: shop-prices\n          Policy:\n            Version: \"2012-10-17\"\n            Statement:\n              - Effect: Allow\n                Principal: {AWS: \"arn:aws:iam::111122223333:user/clerk\"}", "          Bucket: shop-prices\n          Policy:\n            Version: \"2012-10-17\"\n            Statement:\n              - Effect: Allow\n                Principal: {AWS: \"arn:aws:iam::111122223333:user/guest\"}", "task", "    solution:"),
    (TASKS, "    solution:\n      - as: owner", "    solution:\n      - as: clerk", "task", "    solution:"),
    (TASKS, CLERK_READS, CLERK_READS.replace("as: clerk", "as: owner"), "task", "- id: let-the-clerk-in"),
    (TASKS, "[?Principal=='*']", "[?Principal=='?']", "task", "        when:"),
    (TASKS, "[?Principal=='*']", "[?Effect=='Allow']", "task", "    solution:"),
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


@pytest.mark.slow
def test_every_service_of_a_world_is_built_and_each_failure_has_its_place(course):
    # The proofs call S3 only, so that no request would create the resources of the other services.
    change(
        course,
        "sandbox/shop.yaml",
        "    buckets:\n",
        """\
    queues:
      good-queue: {}
      bad queue: {}
    tables:
      stock: {hash_key: item, items: [{piece: "1"}]}
    buckets:
""",
    )

    findings = [one for one in found(course) if one.rule == "unbuildable-world"]

    assert [(one.file, one.line) for one in findings] == [
        ("sandbox/shop.yaml", 16),
        ("sandbox/shop.yaml", 18),
    ]
    assert "InvalidParameterValue: Can only include alphanumeric characters" in findings[0].message
    assert "accounts.main.tables.stock: ValidationException: " in findings[1].message


@pytest.mark.slow
def test_what_iam_rejects_is_reported_at_its_place_though_the_sandbox_cannot_start(course):
    change(
        course,
        "sandbox/shop.yaml",
        "    buckets:\n",
        "    oidc_providers:\n      ci: {url: nowhere}\n    buckets:\n",
    )

    findings = [one for one in found(course) if one.rule == "unbuildable-world"]

    (place,) = {(one.file, one.line) for one in findings}
    assert place == ("sandbox/shop.yaml", 15)
    assert (
        "accounts.main.oidc_providers.ci: ValidationError: Invalid Open ID Connect" in findings[0].message
    )


def test_a_task_that_allowing_everything_solves_is_a_fault(course):
    text = (course / TASKS).read_text()
    start, end = text.index("    denied:"), text.index("    open_wide:")
    harmless = "{says: x, steps: [{as: guest, call: s3.delete_bucket, with: {Bucket: shop-prices}}]}"
    (course / TASKS).write_text(f"{text[:start]}    denied: [{harmless}]\n{text[end:]}")

    messages = [one.message for one in found(course) if one.rule == "task"]

    assert any("the task is solved by allowing everything" in one for one in messages)
    assert any("the mistake solves the task" in one for one in messages)


def test_another_good_solution_is_graded_as_the_workshop_service_does(course, monkeypatch):
    task = find_task(Course(course), "let-the-clerk-in")
    where = ("also_right", 0, "steps")
    with Sandbox(task.world, course=course) as sandbox:

        def messages() -> list[str]:
            found = _good_solution(task, where, task.solution, lambda at, message: (at, message), sandbox)
            return [message for at, message in found if at == where]

        assert messages() == []
        # A service that gets none of the calls, as if none could be made again.
        monkeypatch.setattr(_proof_checks, "replayable_calls", lambda calls: [])
        assert messages() == ["graded by the workshop service, the solution scores 0%: a probe fails"]


@pytest.mark.slow
def test_a_probe_that_stays_denied_after_every_bad_solution_is_a_fault(course):
    reads = "      - says: the clerk reads the access control list"
    lists = "      - says: the guest lists queues\n        steps: [{as: guest, call: sqs.list_queues}]\n"
    change(course, TASKS, reads, lists + reads)
    task = find_task(Course(course), "let-the-clerk-in")
    world = load_world(course / "sandbox" / "shop.yaml")

    with Sandbox("shop", course=course) as sandbox:
        ((place, message),) = idle_probes(task, world, sandbox)

    assert task.denied[place].says == "the guest lists queues"
    assert "choose a caller whose own policies allow the call" in message
