"""Weak wording, copied questions, and tasks that prove little, one at a time in a good bank or a good task."""

from copy import deepcopy
from pathlib import Path

import pytest

from check.test_weak_questions import ask, every_wrong, good, key, option, proved, question, wrong
from rolecall.check._settings import CheckSettings
from rolecall.check._similar_questions import similar_questions
from rolecall.check._weak_questions import weaknesses
from rolecall.check._weak_tasks import task_weaknesses
from rolecall.course import find_course
from rolecall.lab import Probe, find_task, load_tasks, task_files
from rolecall.quiz import Bank, load_bank

EXAMPLE = find_course(Path(__file__).parents[1] / "examples" / "buckets")
OTHER_KINDS = {
    "numeric": {"answer": 3600, "unit": "seconds", "why": "An hour has 60 minutes."},
    "cli": {"accept": ["aws sts get-caller-identity"], "why": "It names the caller."},
    "blanks": {"text": "A [[policy]] decides.", "blanks": {"policy": {"accept": ["trust policy"], "why": "It does."}}},
    "order": {"items": [{"text": "Write it", "why": "There is none."}, {"text": "Attach it", "why": "It counts then."}]},
    "match": {"pairs": [{"left": "The trust policy", "right": "Who assumes", "why": "It does."}, {"left": "The boundary", "right": "The most", "why": "It does."}, {"left": "A tag", "right": "A label", "why": "It is."}]},
}  # fmt: skip


def of_kind(kind: str, **fields):
    """Put a question of another kind in the place of the first one."""

    def change(bank):
        shared = {name: value for name, value in bank["questions"][0].items() if name != "options"}
        bank["questions"][0] = shared | {"kind": kind} | deepcopy(OTHER_KINDS[kind]) | fields

    return change


def all_right(bank):
    bank["questions"][0]["kind"] = "multi"
    for one in bank["questions"][0]["options"]:
        one["correct"] = True


def more_options(bank):
    options = bank["questions"][0]["options"]
    options += [{**options[0], "text": f"A {name} service"} for name in ("fast", "slow", "large", "small")]


def same_beginning(bank):
    for one in bank["questions"][0]["options"]:
        one["text"] = f"The trust policy of {one['text']}"


def double_negative(bank):
    bank["questions"][0]["prompt"] = "Who does **not** evaluate the document?"
    option(bank, 0, correct=False)["text"] = "A bucket that isn't public"


def contained(bank):
    options = bank["questions"][0]["options"]
    options[0]["text"], options[1]["text"] = "The service STS of AWS", "The service STS"


WEAK = [
    # Options are shuffled, so no text can name their place.
    (ask(hint="Option B is close, but too narrow."), "names-position", "hint"),
    (ask(solution=["The first option is about storage.", "So STS remains."]), "names-position", 0),
    (wrong(why="This is what the option above says too, for other requests entirely."), "names-position", "why"),
    (wrong(text="Both A and C"), "names-position", "text"),
    (key(text="b) The service STS"), "names-position", "text"),
    # Rationales and other texts that say nothing.
    (wrong(why="This is wrong, as buckets store objects and evaluate requests for them only."), "verdict-rationale", "why"),
    (ask(quick_check="Think about who answers."), "repeated-text", "quick_check"),
    (ask(quick_check="Who evaluates the trust document?"), "repeated-text", "quick_check"),
    (ask(solution=["Compare callers.", "Compare callers."]), "repeated-text", 1),
    (ask(solution=["Think about who answers.", "Then compare."]), "repeated-text", 0),
    (ask(common_mistakes=["Guessing.", "guessing"]), "repeated-text", 1),
    (ask(common_mistakes=["The service STS."]), "right-mistake", 0),
    (ask(prompt="Who do you think evaluates the trust document?"), "asks-opinion", "prompt"),
    (ask(prompt="Who evaluates the trust document? And when?"), "several-questions", "prompt"),
    (ask(hint="Lorem ipsum."), "placeholder", "hint"),
    (wrong(text="asdf"), "placeholder", "text"),
    # Options.
    (double_negative, "double-negative", "text"),
    (more_options, "many-options", "options"),
    (all_right, "all-right", "options"),
    (same_beginning, "same-beginning", "options"),
    (contained, "contained-option", "text"),
    (key(text="To the service STS"), "grammar-cue", "text"),
    (key(text="“The service STS”"), "grammar-cue", "text"),
    (key(text="The service STS. It answers"), "grammar-cue", "text"),
    # Kinds without options.
    (of_kind("numeric", hint="It is 3600 seconds, or an hour."), "typed-key", "hint"),
    (of_kind("numeric", prompt="How long are 3,600 seconds?"), "typed-key", "prompt"),
    (of_kind("cli", hint="Type aws sts get-caller-identity here."), "typed-key", "hint"),
    (of_kind("blanks", hint="It is the trust policy."), "typed-key", "hint"),
    (of_kind("blanks", prompt="Which trust policy decides?"), "typed-key", "prompt"),
    (of_kind("order", items=[{"text": "First write it", "why": "x"}, {"text": "Attach it", "why": "y"}]), "sequence-words", "text"),
    (of_kind("order", items=[{"text": "Write it", "why": "x"}, {"text": "2. Attach it", "why": "y"}]), "sequence-words", "text"),
    (of_kind("match", pairs=[*OTHER_KINDS["match"]["pairs"], {"left": "Session policy", "right": "What a session policy limits", "why": "x"}]), "easy-match", "right"),
    (of_kind("match", pairs=OTHER_KINDS["match"]["pairs"][:2]), "easy-match", "pairs"),
]  # fmt: skip


def found(bank: dict) -> set[tuple[str, object]]:
    return {(rule, where[-1]) for where, rule, _ in weaknesses(Bank.model_validate(bank), CheckSettings())}


@pytest.mark.parametrize("number", range(len(WEAK)), ids=lambda number: f"{WEAK[number][1]}-{number}")
def test_weak_wording_is_found_at_its_place(number):
    change, rule, place = WEAK[number]
    bank = good()
    change(bank)

    assert (rule, place) in found(bank)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_good_question_of_each_kind_is_not_reported(kind):
    bank = good()
    of_kind(kind)(bank)

    assert found(bank) == set()


def other_bank(*changes) -> dict:
    """A bank that shares no question with the good one, but what the changes copy into it."""
    bank = good() | {"bank": "c"}
    bank["questions"] = [
        {**question(0), "prompt": "Where are tags of sessions shown?", "hint": "Open the trail."}
    ]
    every_wrong("{} with tags")(bank)
    key(text="In CloudTrail's events")(bank)
    for change in changes:
        change(bank)
    return bank


def copied_typed(bank):
    bank["questions"] += [{**question(1), "kind": "cli", **OTHER_KINDS["cli"], "id": "typed"}]
    bank["questions"][-1].pop("options")


COPIES = [
    (other_bank(ask(options=question(0)["options"])), "same-options", "options"),
    (other_bank(ask(**{name: question(0)[name] for name in ("prompt", "options")})), "near-duplicate", "prompt"),
    (other_bank(ask(hint="Think about who receives the call.")), "same-hint", "hint"),
]  # fmt: skip


@pytest.mark.parametrize(("second", "rule", "place"), COPIES, ids=[rule for _, rule, _ in COPIES])
def test_a_copy_in_another_bank_is_reported_there_with_the_bank_of_the_original(second, rule, place):
    first = good()
    ask(hint="Think about who receives the call.")(first)
    banks = {Path(one["bank"]): Bank.model_validate(one) for one in (first, second)}

    ((file, where, name, message),) = similar_questions(banks, CheckSettings())

    assert (file, where, name) == (Path("c"), ("questions", 0, place), rule)
    assert "'assume' in the bank 'b'" in message


@pytest.mark.parametrize(("change", "rule"), [(proved, "same-proof"), (copied_typed, "near-duplicate")])
def test_a_proof_or_a_typed_answer_that_two_banks_share_is_reported(change, rule):
    first, second = good(), good() | {"bank": "c"}
    change(first)
    second["questions"] = [first["questions"][-1]]
    banks = {Path(one["bank"]): Bank.model_validate(one) for one in (first, second)}

    assert rule in {
        name for file, _, name, _ in similar_questions(banks, CheckSettings()) if file == Path("c")
    }


def test_the_banks_of_the_course_share_no_question():
    banks = {file: load_bank(file) for file in find_course().banks()}

    assert list(similar_questions(banks, CheckSettings())) == []


TASK = find_task(EXAMPLE, "let-the-clerk-in")
TYPED = TASK.succeed[0].model_copy(update={"steps": [], "seen": "@"})


UNCHANGED = TYPED.model_copy(update={"seen": None, "only_changed": ["bucket shop-prices"]})
WHOLE = {"ok": ["Role.AssumeRolePolicyDocument.Statement == `[]`"]}
LOOKED = {"as": "owner", "call": "iam.get_role", "with": {"RoleName": "web"}, "expect": WHOLE}
COMPARED = Probe.model_validate({"says": "the trust policy is as it was", "steps": [LOOKED]})


def changed(probe, **fields):
    return probe.model_copy(update=fields)


WEAK_TASKS = [
    ({"succeed": [*TASK.succeed, changed(TASK.succeed[0], says="once more")]}, "same-probe", "steps"),
    ({"denied": [*TASK.denied, changed(TASK.succeed[0], says="not the clerk")]}, "contradicting-probes", "steps"),
    ({"denied": [*TASK.denied, changed(TASK.denied[0], says=TASK.succeed[0].says, steps=TASK.solution)]}, "same-says", "says"),
    ({"succeed": [TYPED]}, "nothing-proved", "succeed"),
    ({"succeed": [UNCHANGED]}, "nothing-proved", "succeed"),
    ({"succeed": [*TASK.succeed, COMPARED]}, "compares-document", "expect"),
    ({"mistakes": [*TASK.mistakes, TASK.mistakes[0]]}, "same-mistake", "when"),
    ({"also_right": [{"steps": TASK.solution, "because": "x"}]}, "same-solution", "steps"),
    ({"hints": [TASK.goal, *TASK.hints]}, "hint-repeats-goal", 0),
    ({"hints": [*TASK.hints, TASK.hints[0]]}, "same-hint", len(TASK.hints)),
    ({"hints": ["Call `put_bucket_policy`.", *TASK.hints]}, "first-hint-solves", 0),
    ({"hints": ["Run aws s3api put-bucket-policy.", *TASK.hints]}, "first-hint-solves", 0),
    ({"hints": ["The operation is `PutBucketPolicy`.", *TASK.hints]}, "first-hint-solves", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    "number", range(len(WEAK_TASKS)), ids=lambda number: f"{WEAK_TASKS[number][1]}-{number}"
)
def test_a_task_that_proves_little_is_found_at_its_place(number):
    fields, rule, place = WEAK_TASKS[number]
    if "also_right" in fields:
        fields = {"also_right": [changed(TASK.mistakes[0], steps=TASK.solution)]}

    weak = task_weaknesses(TASK.model_copy(update=fields))

    assert (rule, place) in {(name, where[-1]) for where, name, _ in weak}


def test_there_are_forty_kinds_or_more():
    assert len(WEAK) + len(COPIES) + 2 + len(WEAK_TASKS) >= 40


@pytest.mark.parametrize("course", [find_course(), EXAMPLE], ids=["roles", "buckets"])
def test_no_task_of_a_good_course_proves_little(course):
    tasks = [task for file in task_files(course) for task in load_tasks(file)]

    assert [problem for task in tasks for problem in task_weaknesses(task)] == []
