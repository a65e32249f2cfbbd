"""Authors' mistakes in each kind of question: each is reported with its location and how to fix it."""

from pathlib import Path

import pytest

from rolecall._yaml import BadFile
from rolecall.quiz import load_bank

BANK = (Path(__file__).parents[1] / "banks" / "kinds.yaml").read_text()

# What the author should have written, what they wrote, and the message.
MISTAKES = [
    # multi
    ("{text: A group, why: A group is no principal., misconception: role-is-a-user}", "{text: A group, correct: true, why: W., misconception: role-is-a-user}", "questions[1].options[2].misconception: a right option doesn't show a misconception; remove the field"),
    ("correct: true, why: With permission and trust.", "correct: yes please, why: W.", "questions[1].options[0].correct: this must be true or false, without quotes, not 'yes please'"),
    ("      - {text: A group, why: A group is no principal., misconception: role-is-a-user}\n      - {text: A policy, why: A policy is a document.}\n", "", "questions[1].options: every option is right; add wrong ones, so that there is something to choose"),
    ("{text: A policy, why: A policy is a document.}", "{text: A user, why: Twice.}", "questions[1].options[3].text: another option has the same text; change or remove one"),
    ("{text: A policy, why: A policy is a document.}", "{text: A policy}", "questions[1].options[3]: why is missing"),
    ("{text: A policy, why: A policy is a document.}", "A policy", "questions[1].options[3]: "),
    # blanks
    ('[[who]]: "ec2', '"Service": "ec2', "questions[2].blanks.who: the text doesn't contain [[who]]"),
    ("[[effect]],", "[[efect]],", "questions[2].text: [[efect]] isn't a blank; the blanks are effect, who"),
    ('"sts:AssumeRole"}\n    blanks', '[[who]]}\n    blanks', "questions[2].text: [[who]] occurs twice; give each blank its own name"),
    ("""accept: ['"Allow"']""", "accept: []", "questions[2].blanks.effect.accept: List should have at least 1 item"),
    ("""accept: ['"Allow"'], why: Without Allow nothing is open.""", """accept: ['"Allow"']""", "questions[2].blanks.effect: why is missing"),
    ("language: json", "language: yaml", "questions[2].language: 'yaml' is not one of 'json', 'bash', 'python' or 'text'"),
    ("""'"AWS"': {why: AWS stands for accounts and their principals., misconception: role-is-a-user}""", """'"Service"': {why: It is right.}""", "this text is accepted as right too; remove one"),
    ("accounts and their principals., misconception: role-is-a-user", "accounts., misconception: role-is-user", "this bank has no misconception 'role-is-user'; did you mean role-is-a-user?"),
    ("""tokens: ['"AWS"', '"Deny"']""", "tokens: [1]", "questions[2].tokens[0]: this must be a text, not 1; put it in quotes"),
    ("""tokens: ['"AWS"', '"Deny"']""", "token: [a]", "questions[2].token: no such field; did you mean tokens?"),
    # order
    ("      - {text: Sign with the credentials, why: Only then is there something to sign with.}\n      - {text: Get ExpiredToken, why: After its time a session is over.}\n", "", "questions[3].items: List should have at least 2 items"),
    ("{text: Get ExpiredToken,", "{text: Call AssumeRole,", "questions[3].items[2].text: another item has the same text; change or remove one"),
    ("{text: Get ExpiredToken, why: After its time a session is over.}", "{text: Get ExpiredToken}", "questions[3].items[2]: why is missing"),
    ("    items:\n", "    steps:\n", "questions[3].steps: no such field"),
    # match
    ("{left: A session's access key, right: ASIA,", "{left: A user's access key, right: ASIA,", "questions[4].pairs[1].left: another pair has the same left part; change or remove one"),
    ("extras: [AROA]", "extras: [AKIA]", "questions[4].extras[0]: this is part of a pair; an extra belongs to no pair"),
    ("right: ASIA, why: Temporary keys begin so.}\n    extras: [AROA]", "right: AKIA, why: W.}", "questions[4].pairs: every right part is the same, so there is nothing to match"),
    ("{left: A user's access key, right: AKIA,", "{left: A user's access key, rigth: AKIA,", "questions[4].pairs[0].rigth: no such field; did you mean right?"),
    # numeric
    ("answer: 3600", "answer: an hour", "questions[5].answer: 'an hour' isn't a number; write one, such as 3600"),
    ("    answer: 3600\n", "", "questions[5]: answer is missing"),
    ("    unit: seconds\n", "", "questions[5].units: other units are multiples of a unit; name that one as unit"),
    ("{value: 60, why", "{value: 3600, why", "questions[5].wrong[0].value: this is a right answer too"),
    ("units: {minutes: 60,", "units: {minutes: sixty,", "questions[5].units.minutes: "),
    ("unit: seconds", "unit: seconds\n    tolerance: -1", "questions[5].tolerance: should be greater than or equal to 0, not -1"),
    ("misconception: minutes}", "misconception: minute}", "questions[5].wrong[0].misconception: this bank has no misconception 'minute'; did you mean minutes?"),
    # cli
    ('accept: ["aws sts assume-role', 'accept: ["sts assume-role', "isn't an AWS CLI command; one starts with aws"),
    ("    actor: dana\n", "", "questions[6].world: give both a world and an actor, which run a wrong command"),
    ("    why: That is the call.\n", "", "questions[6]: why is missing"),
    ("ignore: [RoleSessionName]", "ignore: RoleSessionName", "questions[6].ignore: this must be a list, with `- ` before each item, not 'RoleSessionName'"),
    # policy
    ("    allow:\n      - {says: Dana reads a report, action: \"s3:GetObject\", resource: \"arn:aws:s3:::acme-reports/q1.csv\"}\n", "", "questions[7]: allow is missing"),
    ("{says: Dana deletes a report, action: \"s3:DeleteObject\",", "{says: Dana reads a report, action: \"s3:GetObject\",", "questions[7].deny[0]: this case is in allow too; it can't be both"),
    ("{says: Dana reads another bucket, action", "{action", "questions[7].deny[1]: says is missing"),
    ("    sample:\n", "    example:\n", "questions[7].example: no such field; did you mean sample?"),
    ("    allow:\n", "    policy_type: inline\n    allow:\n", "questions[7].policy_type: 'inline' is not one of"),
    # decide
    ("      request: {principal", "      requests: {principal", "questions[8].case: a case has a request with principal, action, and resource"),
    ("    case:\n", "    balance: [Maybe]\n    case:\n", "questions[8].balance[0]: 'Maybe' is not one of 'Allowed', 'ImplicitlyDenied' or 'ExplicitlyDenied'"),
    # vary
    ("    hint: Is there a Deny?", "    vary: {Who: [a]}\n    hint: h", "'Who' is not a parameter's name; use lowercase letters, digits, and _"),
    ("    hint: Is there a Deny?", "    vary: {who: {kind: person}}\n    hint: h", "questions[8].vary.who.kind: "),
    # every kind
    ("id: several", "id: one", "questions[1].id: 'one' is also the ID of the question in line"),
    ("    kind: multi\n", "", "questions[1]: kind is missing"),
    ("kind: order", "kind: sort", "questions[3].kind: there is no kind 'sort'"),
    ("kind: match", "kind: 7", "questions[4]"),
    ("quick_check: Trust policy.", "quick_check: [Trust policy.]", "questions[0].quick_check: this must be a text"),
    ("common_mistakes: [Looking for the role's keys.]", "common_mistakes: []", "questions[0].common_mistakes: List should have at least 1 item"),
    ("hint: Who may come in?", "hint: Who may come in?\n    references: [docs.aws.amazon.com]", "questions[0].references[0]: 'docs.aws.amazon.com' is not a reference; write an address that starts with https://"),
    ("hint: Who may come in?", "hint: Who may come in?\n    proof: {world: reports, steps: []}", "questions[0].proof.steps: List should have at least 1 item"),
    ("hint: Who may come in?", "hint: Who may come in?\n    proof: {world: reports, steps: [{as: dana, call: AssumeRole, expect: {ok: []}}]}", "questions[0].proof.steps[0].call: 'AssumeRole' is not a call; write a boto3 client and its method, such as sts.assume_role"),
    ("hint: Who may come in?", "hint: Who may come in?\n    proof: {world: reports, steps: [{as: dana, call: sts.x, expect: {}}]}", "questions[0].proof.steps[0].expect: a step expects"),
    ("hint: Who may come in?", "hint: Who may come in?\n    proof: {world: reports, steps: [{call: sts.x, expect: {ok: []}}]}", "questions[0].proof.steps[0]: as is missing"),
    ("title: Every kind of question", "title: [Every kind]", "title: this must be a text"),
    ("bank: kinds", "bank: Kinds!", "bank: 'Kinds!' is not an ID"),
    ("skills:\n  roles: What a role is\n", "skills: {}\n", "skills: "),
    ("questions:\n", "cards: [{id: one, front: f, back: b}]\nquestions:\n", "cards[0].id: 'one' is also the ID of an earlier question or card; choose another"),
    ("questions:\n", "cards: [{id: c, front: f}]\nquestions:\n", "cards[0]: back is missing"),
    ("minutes: {title: Durations are in minutes, because: STS counts in seconds.}", "minutes: {title: T}", "misconceptions.minutes: because is missing"),
    ("minutes: {title: Durations are in minutes, because: STS counts in seconds.}", "minutes: {title: T, because: B, experiment: {world: reports, steps: [{as: d, call: a.b, expect: {}}]}}", "misconceptions.minutes.experiment.steps[0].expect: a step expects"),
]  # fmt: skip


def test_at_least_sixty_mistakes_are_tried():
    assert len(MISTAKES) >= 60


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_reported_with_its_location_and_fix(tmp_path, right, wrong, message):
    assert right in BANK
    file = tmp_path / "bank.yaml"
    file.write_text(BANK.replace(right, wrong, 1))

    with pytest.raises(BadFile) as raised:
        load_bank(file)

    assert message in str(raised.value)
    assert all(
        str(fault).startswith(f"{file}:{fault.line}:{fault.column}:") for fault in raised.value.faults
    )
    assert all(fault.line > 1 or "bank" in str(fault) for fault in raised.value.faults)
