"""Weak questions put into a good bank, one at a time: each is found, under its rule and at its place."""

from copy import deepcopy
from pathlib import Path

import pytest

from rolecall.check._settings import CheckSettings
from rolecall.check._similar_questions import similar_questions
from rolecall.check._weak_questions import verdict_power, weaknesses
from rolecall.course import find_course
from rolecall.quiz import Bank, load_bank

RIGHT = [
    ("assume", "Who evaluates the trust document?", "The service STS", "Because STS receives the call, it reads the role's trust policy first."),
    ("boundary", "What limits a developer role?", "A permissions boundary", "Boundaries cap everything that identity-based documents could otherwise grant."),
    ("session", "Which value names one login?", "The session name", "CloudTrail shows this value after the role, so people can be told apart."),
    ("external", "What stops a confused deputy?", "An external ID", "Vendors send a different identifier for each customer, and yours is checked."),
    ("duration", "How is a longer login requested?", "With DurationSeconds", "STS accepts this parameter up to the maximum that the role allows."),
    ("profile", "How does a server obtain keys?", "From instance metadata", "EC2 delivers rotating credentials there for the profile that was attached."),
    ("mfa", "What proves a second factor?", "A one-time code", "Trust conditions can require that the caller typed such a code recently."),
    ("revoke", "How are stolen credentials ended?", "By denying older tokens", "Deny statements compare the issue time, which no attacker is able to change."),
]  # fmt: skip
WRONG = [
    ("An Amazon S3 bucket", "Buckets store objects and evaluate requests for them, which sounds related but is different."),
    ("The caller's laptop", "Laptops sign requests locally; the decision happens remotely, at the endpoint that answers."),
    ("A billing report", "Reports list costs after the fact, although the console shows both menus together."),
]  # fmt: skip


def question(number: int) -> dict:
    name, prompt, key, why = RIGHT[number]
    wrong = [{"text": text, "why": because} for text, because in WRONG]
    options = [*wrong[: number % 4], {"text": key, "correct": True, "why": why}, *wrong[number % 4 :]]
    return {
        **{"id": name, "kind": "choice", "skill": "s", "prompt": prompt, "options": options},
        **{"difficulty": ("easy", "medium", "hard")[number % 3], "hint": "Think about who answers."},
        **{"solution": ["First look at the caller.", "Then compare."], "quick_check": "Compare."},
        **{"common_mistakes": ["Guessing."]},
    }


def good() -> dict:
    return {
        **{"bank": "b", "title": "B", "skills": {"s": "S"}},
        "misconceptions": {"costs": {"title": "Reports decide", "because": "A report lists costs only."}},
        "questions": [question(number) for number in range(len(RIGHT))],
    }


def found(bank: dict, **settings) -> list[tuple[tuple, str]]:
    loaded, chosen = Bank.model_validate(bank), CheckSettings(**settings)
    single = [(where, rule) for where, rule, _ in weaknesses(loaded, chosen)]
    return single + [(where, rule) for _, where, rule, _ in similar_questions({Path(): loaded}, chosen)]


def option(bank: dict, number: int, *, correct: bool) -> dict:
    return next(one for one in bank["questions"][number]["options"] if one.get("correct", False) == correct)


def key(**fields):
    return lambda bank: option(bank, 0, correct=True).update(fields)


def wrong(**fields):
    return lambda bank: option(bank, 0, correct=False).update(fields)


def ask(**fields):
    return lambda bank: bank["questions"][0].update(fields)


def both(*changes):
    return lambda bank: [change(bank) for change in changes]


def every_key(text: str):
    def change(bank):
        for number in range(len(RIGHT)):
            one = option(bank, number, correct=True)
            one["text"] = text.format(one["text"])

    return change


def every_wrong(text: str):
    def change(bank):
        for each in bank["questions"]:
            for one in each["options"]:
                if not one.get("correct"):
                    one["text"] = text.format(one["text"])

    return change


def key_at(place: int):
    def change(bank):
        for each in bank["questions"]:
            each["options"].sort(key=lambda one: one.get("correct", False))
            each["options"].insert(place, each["options"].pop())

    return change


def again(**fields):
    return lambda bank: bank["questions"].append(
        {**deepcopy(bank["questions"][0]), "id": "again", **fields}
    )


def proved(bank):
    step = {"as": "dana", "call": "sts.get_caller_identity", "expect": {"ok": ["Arn"]}}
    proof = {"world": "w", "steps": [step]}
    bank["questions"][0]["proof"] = proof
    bank["questions"].append(
        {**question(0), "id": "again", "prompt": "Something else entirely: who?", "proof": proof}
    )


def options(right, *others):
    """Replace the texts of the first question's options, of which the right one is the first."""

    def change(bank):
        listed = key_first(bank["questions"][0]["options"])
        for one, text in zip(listed, (right, *others), strict=True):
            one["text"] = text

    return change


def answered(bank):
    bank["questions"][0]["options"][0]["text"] = "`sts`"
    bank["questions"][1]["prompt"] = (
        "The trust document is read and evaluated by `sts`. What limits a role?"
    )


def key_first(options):
    return sorted(options, key=lambda one: not one.get("correct", False))


def two_options(bank):
    one = bank["questions"][0]
    one["options"] = [option(bank, 0, correct=True), option(bank, 0, correct=False)]


OTHER = [
    {"text": text, "correct": text == "The service STS", "why": f"{WRONG[place][1]} It says {text}."}
    for place, text in enumerate(("A queue in Paris", "The service STS", "A table of users"))
]

# What makes the bank weaker, the rule that finds it, and the last part of the place.
WEAK = [
    # Rationales.
    (wrong(why="No."), "short-rationale", "why"),
    (wrong(why="That isn't how it works here."), "short-rationale", "why"),
    (key(why="It is so."), "short-rationale", "why"),
    (key(why="AWS documents it in this way."), "short-rationale", "why"),
    (wrong(why="It is not an Amazon S3 bucket, so an Amazon S3 bucket is wrong."), "rationale-repeats-option", "why"),
    (key(why="The service STS does, since it is STS that is the service here."), "rationale-repeats-option", "why"),
    (wrong(why=WRONG[1][1]), "same-rationale", "why"),
    (wrong(why=WRONG[2][1].upper()), "same-rationale", "why"),
    # Misconceptions.
    (wrong(misconception="costs", text="An S3 bucket"), "misfit-misconception", "misconception"),
    # Options.
    (wrong(text="the caller's laptop"), "same-option", "text"),
    (wrong(text="A caller's laptop."), "same-option", "text"),
    (two_options, "few-options", "options"),
    (ask(kind="multi"), "one-right-option", "kind"),
    # What gives the key away.
    (ask(hint="The service that has the letters STS."), "hint-gives-key", "hint"),
    (ask(hint="Is STS a service?"), "hint-gives-key", "hint"),
    (both(ask(hint="Boundaries of permissions."), key(text="A permissions boundary")), "hint-gives-key", "hint"),
    (ask(prompt="Which service, STS or another, evaluates it?"), "prompt-gives-key", "text"),
    (both(ask(prompt="A role has a maximum duration. What counts?"), key(text="Its maximum duration")), "prompt-gives-key", "text"),
    (ask(hint="Who evaluates the trust document?"), "hint-repeats-prompt", "hint"),
    (ask(hint="who evaluates the trust document"), "hint-repeats-prompt", "hint"),
    # Options that are compared with each other.
    (options("The service STS", "It always is S3", "It never is STS", "It is solely a laptop"), "absolute-words", "options"),
    (options("Sometimes STS", "Often", "Rarely", "Very often"), "vague-options", "options"),
    (options("1 to 12 hours", "5 to 36 hours", "40-50 hours", "A day"), "overlapping-options", "text"),
    (options("Up to 12 hours", "Between 1 and 6 hours", "A day", "A week"), "overlapping-options", "text"),
    (options("More than 12 hours", "10 to 20 hours", "A day", "A week"), "overlapping-options", "text"),
    (options("The role and the session", "The role and the user", "The key and the session", "A tag and a queue"), "convergence", "text"),
    (both(wrong(text="The laptop of the caller"), lambda bank: bank["questions"][0]["options"][-1].update(text="The caller's laptop")), "same-option", "text"),
    (options("A token is required", "A token isn't required", "A VPN", "A disk"), "opposite-options", "text"),
    (options("The service STS", "A file on disk", "A file in S3", "A file in Git"), "odd-option", "text"),
    (options("`sts:TagSession`", "Tagging", "Listing", "Reading"), "odd-option", "text"),
    (both(ask(prompt="How long is it valid?"), options("1 hour", "Until noon", "Until sunset", "Forever")), "odd-option", "text"),
    (options("The service STS", "A pizza", "A bucket", "A report"), "absurd-option", "text"),
    (ask(prompt="Which of these is true?"), "unfocused-prompt", "prompt"),
    (ask(prompt="Who evaluates it? All of these do, except:"), "hidden-negative", "prompt"),
    (ask(prompt="Which statement about STS is false?"), "hidden-negative", "prompt"),
    (both(ask(hint="It's one hour."), options("1 hour", "2 hours", "3 hours", "A day")), "hint-gives-key", "hint"),
    (ask(hint="It isn't an Amazon S3 bucket, the caller's laptop, or a billing report.", prompt="Who evaluates it?"), "hint-gives-key", "hint"),
    (both(ask(prompt="The call lacks `sts:TagSession`. What is missing?"), options("`sts:TagSession`", "`s3:GetObject`", "`iam:PassRole`", "`s3:ListBucket`")), "prompt-gives-key", "text"),
    # Grammar and punctuation.
    (key(text="The service STS."), "grammar-cue", "text"),
    (key(text="the service STS"), "grammar-cue", "text"),
    (key(text="The service STS (in one Region)"), "grammar-cue", "text"),
    (both(ask(prompt="The trust policy is read by an"), key(text="endpoint"), every_wrong("c{}")), "grammar-cue", "text"),
    (both(ask(prompt="The trust policy is read by a ____"), key(text="service"), every_wrong("Amazon {}")), "grammar-cue", "text"),
    (both(ask(prompt="Which are read?"), key(text="Conditions")), "grammar-cue", "text"),
    (both(every_wrong("no {}"), key(text="STS")), "grammar-cue", "text"),
    # Difficulty.
    (ask(difficulty="hard", solution=["STS does."]), "difficulty", "difficulty"),
    (ask(difficulty="hard", solution=["STS."], prompt="Who reads it?"), "difficulty", "difficulty"),
    # The whole bank.
    (every_key("{} and also everything that has to do with it"), "longest-key", "questions"),
    (every_wrong("{} and also everything that has to do with it"), "shortest-key", "questions"),
    (key_at(0), "position-bias", "questions"),
    (key_at(1), "position-bias", "questions"),
    (key_at(2), "position-bias", "questions"),
    (key_at(3), "position-bias", "questions"),
    (every_wrong("Always {}"), "absolute-words", "questions"),
    (every_wrong("Never {}"), "absolute-words", "questions"),
    (every_wrong("Only {}"), "absolute-words", "questions"),
    (every_wrong("Entirely {}"), "absolute-words", "questions"),
    (every_key("Usually {}"), "hedge-words", "questions"),
    (every_key("Sometimes {}"), "hedge-words", "questions"),
    (every_key("{}, which may be"), "hedge-words", "questions"),
    # Two questions.
    (again(), "near-duplicate", "prompt"),
    (again(prompt="Who then evaluates a trust document?"), "near-duplicate", "prompt"),
    (again(prompt="And who evaluated the trust documents?", difficulty="hard"), "near-duplicate", "prompt"),
    (again(prompt="The trust document: who evaluates it?", options=OTHER), "near-duplicate", "prompt"),
    (proved, "same-proof", "proof"),
    (answered, "answers-another", "prompt"),
]  # fmt: skip


def test_the_good_bank_has_no_weakness():
    assert found(good()) == []


TYPED = {"id": "typed", "skill": "s", "difficulty": "easy", "hint": "Think.", "quick_check": "Compare."}
TYPED |= {"solution": ["Look.", "Then compare."], "common_mistakes": ["Guessing."]}
HOURS = {
    "kind": "numeric",
    "prompt": "How many hours is it valid at most?",
    "answer": 12,
    "why": "STS has this limit.",
}
WHO = {
    "kind": "cli",
    "prompt": "Show who you are.",
    "accept": ["aws sts get-caller-identity"],
    "why": "STS.",
}
ASSUME = "aws sts assume-role --role-arn arn --role-session-name"
STEPS = [
    "Dana calls STS",
    "STS reads the trust policy",
    "The role's session starts",
    "Another call is signed",
]
PARTS = [("A bucket", True), ("A queue", True), ("A topic", False), ("A table", False)]


def items(*texts):
    return [{"text": text, "why": f"STS then comes to {text}."} for text in texts]


def parts(*suffixes):
    return [{"text": text + suffix, "correct": correct, "why": f"It says {text} here."} for (text, correct), suffix in zip(PARTS, suffixes, strict=True)]  # fmt: skip


WEAK_TYPED = [
    ({**HOURS, "tolerance": 6}, "wide-tolerance", "tolerance"),
    ({**HOURS, "prompt": "How long is it valid at most?"}, "no-unit", "prompt"),
    ({**HOURS, "prompt": "A role allows twelve hours. How many hours is it valid?"}, "typed-key", "prompt"),
    ({**WHO, "accept": ["aws sts get-caller-identity --region us-east-1"]}, "unasked-option", "accept"),
    ({**WHO, "accept": ["aws sts get-caller-identity --output json"]}, "unasked-option", "accept"),
    ({**WHO, "accept": [f"{ASSUME} session-7"]}, "unasked-value", "accept"),
    ({"kind": "order", "prompt": "What comes first?", "items": items("An Allow", "Both", "Credentials", "Denies")}, "alphabetical-order", "items"),
    ({"kind": "multi", "prompt": "Which three have policies?", "options": parts("", "", "", "")}, "wrong-count", "prompt"),
    ({"kind": "multi", "prompt": "What has policies?", "options": parts(" that has a policy", " that has a policy", "", "")}, "length-cue", "options"),
]  # fmt: skip
GOOD_TYPED = [
    HOURS,
    {**HOURS, "prompt": "How long is it valid at most, in hours?", "tolerance": 1},
    {**HOURS, "prompt": "How long is it valid at most?", "unit": "hours"},
    WHO,
    {**WHO, "prompt": "Print the names as text.", "accept": ["aws iam list-users --output text"]},
    {**WHO, "prompt": "Name the session session-7.", "accept": [f"{ASSUME} session-7"]},
    {**WHO, "accept": [f"{ASSUME} session-7"], "ignore": ["role-session-name"]},
    {"kind": "order", "prompt": "What comes first?", "items": items(*STEPS)},
    {"kind": "multi", "prompt": "Which two have policies?", "options": parts("", "", "", "")},
]


def of_typed(fields) -> list[tuple[str, str]]:
    bank = {**good(), "questions": [{**TYPED, **fields}]}
    return [
        (rule, next(one for one in where[2:] if isinstance(one, str)))
        for where, rule in found(bank)
        if len(where) > 2
    ]


@pytest.mark.parametrize(("fields", "rule", "place"), WEAK_TYPED)
def test_each_weakness_of_a_typed_answer_is_found_at_its_place(fields, rule, place):
    assert (rule, place) in of_typed(fields)


@pytest.mark.parametrize("fields", GOOD_TYPED)
def test_a_good_typed_answer_has_no_weakness(fields):
    rules = {rule for _, rule, _ in WEAK_TYPED}

    assert not {rule for rule, _ in of_typed(fields)} & rules


def test_there_are_enough_of_them():
    assert len(WEAK) >= 40


@pytest.mark.parametrize("number", range(len(WEAK)), ids=lambda number: f"{WEAK[number][1]}-{number}")
def test_each_weakness_is_found_at_its_place(number):
    change, rule, place = WEAK[number]
    bank = good()
    change(bank)

    assert (rule, place) in [(name, where[-1]) for where, name in found(bank)]


def test_a_course_sets_the_thresholds():
    bank = good()
    wrong(why="Laptops never decide about distant requests.")(bank)

    assert found(bank, shortest_rationale=6) == []


def test_a_bank_of_questions_with_two_options_has_little_power():
    bank = good()
    bank["questions"] *= 2
    bank["questions"] = [
        {**one, "id": f"q{number}", "difficulty": "easy", "options": key_first(one["options"])[:2]}
        for number, one in enumerate(bank["questions"])
    ]

    assert "verdict-power" in [rule for _, rule in found(bank)]


@pytest.mark.parametrize("file", find_course().banks(), ids=lambda file: file.stem)
def test_the_banks_of_the_course_have_no_weakness(file):
    bank = load_bank(file)

    assert list(weaknesses(bank, CheckSettings())) == []
    assert verdict_power(bank) > 0.85


@pytest.mark.parametrize(
    "texts",
    [
        ("Up to 12 hours", "Up to 36 hours", "Up to a day", "At most 6 hours"),
        ("1 to 12 hours", "12 to 24 hours", "1 to 12 minutes", "A day"),
        ("Those with an Allow", "Only the root user", "Every user", "Only roles"),
        (
            "The role and the user",
            "The role and the key",
            "A tag and a queue",
            "A topic and the user or none",
        ),
        ("1 hour", "2 hours", "Half a day", "Three days"),
        ("`sts:TagSession`", "`sts:AssumeRole`", "Listing", "Reading"),
        (
            "No, because it expired",
            "No, because it has no tags",
            "No, because it is new",
            "Yes, because it trusts",
        ),
        ("A laptop's file", "A file of an S3 bucket", "A report's file", "A bucket"),
    ],
)
def test_limits_and_quantities_are_good_options(texts):
    bank = good()
    options(*texts)(bank)

    rules = {"overlapping-options", "absolute-words", "vague-options", "convergence"}
    rules |= {"opposite-options", "odd-option"}
    assert not {rule for _, rule in found(bank)} & rules
