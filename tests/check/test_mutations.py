"""Faults put into a good course, one at a time: each is found, under its rule and at its place."""

from pathlib import Path

import pytest

from rolecall.check import Severity, check_course
from rolecall.course import find_course

BANK = "quizzes/buckets.yaml"
LESSON = "lessons/01-buckets/lesson.yaml"
TASKS = "lessons/01-buckets/tasks.yaml"
WORLD = "sandbox/shop.yaml"
WHY = "lessons/01-buckets/why.ipynb"
LOCK = "ids.lock"

SAMPLE = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", '
    '"Principal": {"AWS": "arn:aws:iam::111122223333:user/clerk"}, "Resource": "arn:aws:s3:::shop-prices/*"}]}'
)

# The file, its text, the text put in its place, the rule, and words of the line where the fault is found.
FAULTS = [
    # Files that cannot be read.
    (BANK, "bank: buckets", "bank: buckets\n\tx: 1", "schema", "\tx: 1"),
    (BANK, "title: Bucket policies", "title: Bucket: policies", "schema", "title: Bucket: policies"),
    (BANK, "title: Bucket policies", "titel: Bucket policies", "schema", "titel"),
    (BANK, "bank: buckets", "bank: Buckets!", "schema", "bank: Buckets!"),
    (BANK, "kind: order", "kind: ordering", "schema", "kind: ordering"),
    (BANK, "difficulty: medium", "difficulty: middling", "schema", "difficulty: middling"),
    (BANK, "    hint: Think of its name.\n", "", "schema", "- id: where-it-stands"),
    (BANK, "    hint: Think of its name.", "    hint:", "schema", "hint:"),
    (BANK, "    hint: Think of its name.", "    hint: ' '", "schema", "hint: ' '"),
    (BANK, ", why: Those have identity policies.", "", "schema", "{text: On a user,"),
    (BANK, "text: On the bucket, correct: true", "text: On the bucket", "schema", "{text: On a user"),
    (BANK, "text: On the account,", "text: On the account, correct: true,", "schema", "{text: On the account"),
    (BANK, "text: On the account,", "text: On a user,", "schema", "why: It names one bucket"),
    (BANK, "id: who-is-star", "id: where-it-stands", "schema", "id: where-it-stands\n    kind: choice\n    difficulty: medium"),
    (BANK, "id: card-star", "id: who-is-star", "schema", "{id: who-is-star"),
    (BANK, "skill: writing", "skill: writting", "schema", "skill: writting"),
    (BANK, "misconception: policy-on-user", "misconception: policy-on-users", "schema", "policy-on-users"),
    (BANK, "text: On the bucket, correct: true,", "text: On the bucket, correct: true, misconception: star-is-staff,", "schema", "star-is-staff, why: It is a res"),
    (BANK, "references: [\"https://", "references: [\"http://", "schema", "references: [\"http://"),
    (BANK, "call: s3.get_object, with: {Bucket: shop-prices, Key: prices.csv}, expect: {error: AccessDenied}}\n  - id: who", "call: get_object, with: {Bucket: shop-prices, Key: prices.csv}, expect: {error: AccessDenied}}\n  - id: who", "schema", "call: get_object"),
    (BANK, "expect: {error: AccessDenied}}\n  - id: who", "expect: {}}\n  - id: who", "schema", "expect: {}}"),
    (BANK, "user: [clerk, guest]", "User-name: [clerk, guest]", "schema", "User-name"),
    (BANK, "solution: [Compare the principal.]", "solution: []", "schema", "solution: []"),
    (BANK, "common_mistakes: [Reading the action only.]", "common_mistakes: Reading the action only.", "schema", "common_mistakes: Reading"),
    (LESSON, "summary:", "sumary:", "schema", "sumary:"),
    (LESSON, "why: 2", "wy: 2", "schema", "wy: 2"),
    (LESSON, "why: 2", "why: two", "schema", "why: two"),
    (LESSON, "why: 2", "why: 2\n  learn: 3", "schema", "learn: 3"),
    (WORLD, "user: main/clerk", "user: main/clark", "schema", "main/clark"),
    (WORLD, '"111122223333"', "111122223333", "schema", "111122223333"),
    (WORLD, "    buckets:", "    bukkets:", "schema", "    bukkets"),
    (WORLD, "Effect: Allow", "Effect: Permit", "schema", "Effect: Permit"),
    (TASKS, "goal:", "gaol:", "schema", "gaol"),
    (TASKS, "hints: [A bucket policy names its principal., ", "hints: [", "schema", "hints:"),
    (TASKS, "[?call=='s3.PutBucketPolicy'] | [-1]", "[?call=='s3.PutBucketPolicy' | [-1]", "schema", "when:"),
    (TASKS, "steps: [{as: clerk, call: s3.get_object, with: {Bucket: shop-prices, Key: prices.csv}}]", "steps: []", "schema", "- says: the clerk reads"),
    # How it is spelled.
    (BANK, "prompt: On what does a bucket policy stand?", "prompt: On what does a bukcet policy stand?", "spelling", "a bukcet policy"),
    (BANK, "text: On the account,", "text: On the acount,", "spelling", "text: On the acount"),
    (LESSON, "summary: ", "summary: Wich ", "spelling", "summary: Wich"),
    (TASKS, "goal: Put", "goal: Putt teh", "spelling", "goal: Putt teh"),
    (WHY, "helps nobody", "hepls nobody", "spelling", "why-01"),
    (BANK, "hint: Think of its name.", "hint: It is refused.", "discouraged-word", "hint: It is refused"),
    (TASKS, "may_change: the bucket's policy", "may_change: what was Refused", "discouraged-word", "what was Refused"),
    (WHY, "A bucket that nobody", "It is refused. A bucket that nobody", "discouraged-word", "why-01"),
    (BANK, "hint: Think of its name.", "hint: Think " + "of the name " * 10 + "first.", "long-sentence", "hint: Think of the name"),
    ("check.yaml", "shortest_rationale: 0", "shortest_rational: 0", "schema", "shortest_rational: 0"),
    ("check.yaml", "shortest_rationale: 0", "shortest_rationale: many", "schema", "shortest_rationale: many"),
    # What is named is there, what is there is named.
    (BANK, "  writing: Writing one", "  deleting: Taking one away\n  writing: Writing one", "unused-skill", "deleting"),
    (BANK, "  star-is-staff:", "  nobody:\n    title: x\n    because: y\n  star-is-staff:", "unused-misconception", "  nobody:"),
    (BANK, "    claims: procedure\n", "", "unproved", "id: steps-of-a-policy"),
    (BANK, "id: how-it-is-decided\n", "id: how-it-is-decided\n    claims: client\n", "needless-claims", "id: how-it-is-decided"),
    (BANK, "bank: buckets", "bank: pails", "name-and-file", "bank: pails"),
    (WORLD, "world: shop", "world: store", "name-and-file", "world: store"),
    (LESSON, "banks: [buckets]", "banks: [bucket]", "unknown-bank", "banks: [bucket]"),
    (LESSON, "world: shop", "world: shopp", "unknown-world", "world: shopp"),
    (LESSON, "skills: [reading", "skills: [readin", "unknown-skill", "readin,"),
    (LESSON, "prerequisites: []", "prerequisites: [00-start]", "unknown-lesson", "00-start"),
    (LESSON, "prerequisites: []", "prerequisites: [01-buckets]", "unknown-lesson", "01-buckets"),
    (TASKS, "world: shop", "world: shoop", "unknown-world", "world: shoop"),
    (TASKS, "skill: writing", "skill: writin", "unknown-skill", "skill: writin"),
    (TASKS, "misconception: star-is-staff", "misconception: star-is-stuff", "unknown-misconception", "star-is-stuff"),
    (TASKS, "actor: owner", "actor: boss", "unknown-actor", "actor: boss"),
    (TASKS, "{as: guest, call", "{as: gest, call", "unknown-actor", "{as: gest"),
    (TASKS, "call: s3.get_object, with: {Bucket: shop-prices, Key: stock.csv}", "call: s3.get_object, with: {Bucket: shop-price, Key: stock.csv}", "unknown-resource", "Bucket: shop-price,"),
    (TASKS, "    open_wide:", "    start:", "open-to-everything", "- id: let-the-clerk-in"),
    (BANK, "      world: shop\n      steps:\n        - {as: guest", "      world: shops\n      steps:\n        - {as: guest", "unknown-world", "world: shops"),
    (BANK, "{as: guest, call", "{as: visitor, call", "unknown-actor", "{as: visitor"),
    (BANK, "{as: clerk, call", "{as: clerc, call", "unknown-actor", "{as: clerc"),
    # How questions are asked.
    (BANK, "text: On the account,", "text: All of the above,", "all-of-the-above", "All of the above"),
    (BANK, "text: On the account,", "text: None of these,", "all-of-the-above", "None of these"),
    (BANK, "text: On the bucket,", "text: On the bucket itself and nowhere else at all since it is what one calls a resource policy,", "length-cue", "nowhere else"),
    (BANK, "On what does a bucket policy stand?", "Which of these is not a place of a bucket policy?", "hidden-negative", "is not a place"),
    (BANK, "difficulty: easy", "difficulty: hard", "difficulty-balance", "questions:", "all"),
    (BANK, "hint: Think of its name.", "hint: TODO", "unfinished", "hint: TODO"),
    (BANK, "hint: Think of its name.", "hint: '[there](nowhere.md)'", "dead-link", "nowhere.md"),
    (BANK, "hint: Think of its name.", "hint: '[there](http://x)'", "bad-link", "http://x"),
    (BANK, "hint: Think of its name.", "hint: '![](https://a.example/b.png)'", "missing-alt-text", "b.png"),
    (TASKS, "may_change: the bucket's policy", "may_change: TODO", "unfinished", "may_change: TODO"),
    # Texts that IAM or the AWS CLI parse, and keys that are computed.
    (BANK, "- Effect: Allow\n          Principal: {AWS: \"arn:aws:iam::111122223333:user/clerk\"}\n          Action: \"s3:GetObject\"\n          Resource: \"arn:aws:s3:::shop-prices/*\"\n    hint: One", "- Effect: Alow\n          Principal: {AWS: \"arn:aws:iam::111122223333:user/clerk\"}\n          Action: \"s3:GetObject\"\n          Resource: \"arn:aws:s3:::shop-prices/*\"\n    hint: One", "wrong-key", "Version:"),
    (BANK, "aws s3api get-bucket-policy --bucket shop-prices]", "aws s3api get-bucket-polici --bucket shop-prices]", "bad-command", "get-bucket-polici"),
    (BANK, "aws s3api get-bucket-policy --bucket shop-prices]", "aws s3api get-bucket-policy --bucket shop-prices --generate-cli-skeleton]", "bad-command", "--generate-cli-skeleton]"),
    (BANK, "command: aws s3api get-bucket-acl", "command: aws s3api get-bucket-akl", "bad-command", "get-bucket-akl"),
    (BANK, "May {{ user }} read", "May {{ usr }} read", "bad-template", "user: [clerk"),
    (BANK, "May {{ user }} read", "May {{ user read", "bad-template", "user: [clerk"),
    (BANK, "prices.csv\"\n        resource_account: \"111122223333\"\n      resource_policy", "prices.csv\"\n        resource_accounts: \"111122223333\"\n      resource_policy", "bad-policy", "request:"),
    (BANK, "    policy_type: resource\n", "    policy_type: resource\n    starter: '" + SAMPLE + "'\n", "too-easy", "starter: "),
    # Actions that match no request, expressions that fail for some calls, and bad answers that pass.
    (WORLD, 'Action: "s3:*"', 'Action: "s4:*"', "unknown-action", 'Action: "s4:*"'),
    (WORLD, 'Action: "s3:*"', 'Action: "s3:Gett*"', "unknown-action", 'Action: "s3:Gett*"'),
    (TASKS, 'Principal: {AWS: "arn:aws:iam::111122223333:user/clerk"}\n                Action: "s3:GetObject"', 'Principal: {AWS: "arn:aws:iam::111122223333:user/clerk"}\n                Action: "s3:GetObjekt"', "unknown-action", "GetObjekt"),
    (BANK, 'Action: "s3:GetObject"', 'Action: "s3:GetObjekt"', "unknown-action", "GetObjekt"),
    (TASKS, "[?call=='s3.PutBucketPolicy'] | [-1]", "[?contains(parameters.Bucket, 'shop')] | [-1]", "bad-expression", "when:"),
    (BANK, 'action: "s3:GetObjectAcl"', 'action: "s3:PutObject"', "cheat", "Version:"),
    (BANK, 'resource: "arn:aws:s3:::shop-prices/stock.csv"', 'resource: "arn:aws:s3:::shop-prices/prices.csv"', "cheat", "Version:"),
    (BANK, "    hint: One principal, one action.", "    hint: One principal, one action.\n    also_right: [" + SAMPLE.replace("GetObject", "PutObject") + "]", "wrong-key", "also_right:"),
    (BANK, "    hint: One principal, one action.", "    hint: One principal, one action.\n    accepts: [{changes: [Action s3 becomes all], because: It is fine.}]", "unknown-change", "accepts:"),
    # Ids.
    (BANK, "id: steps-of-a-policy", "id: steps-of-policies", "lost-id", "buckets/steps-of-a-policy"),
    (TASKS, "id: let-the-clerk-in", "id: let-clerk-in", "lost-id", "task/let-the-clerk-in"),
    # Notebooks.
    (WHY, '"outputs": []', '"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]', "output", '"id": "why-02"'),
    (WHY, '"execution_count": null', '"execution_count": 3', "output", '"id": "why-02"'),
    (WHY, "A bucket that nobody", "See /home/ana/notes. A bucket that nobody", "absolute-path", '"id": "why-01"'),
    (WHY, "A bucket that nobody", "AKIAQ3EGXYZABCDEFGHI A bucket that nobody", "secret", '"id": "why-01"'),
    (WHY, "import boto3", "import requests", "import", '"id": "why-02"'),
    (WHY, "import boto3", "def help_me(): pass", "helper-code", '"id": "why-02"'),
    (WHY, "import boto3", "import boto3)", "syntax", '"id": "why-02"'),
    (WHY, "(#The-task)", "(learn.ipynb)", "dead-link", '"id": "why-01"'),
    (WHY, "A bucket that nobody", "![](x.png) A bucket that nobody", "missing-alt-text", '"id": "why-01"'),
    (WHY, "A bucket that nobody", "TODO A bucket that nobody", "unfinished", '"id": "why-01"'),
    (WHY, '"name": "python3"', '"name": "conda-env"', "metadata", "{"),
    (WHY, '"nbformat": 4', '"nbformat": 4,, ', "no-notebook", None),
    (WHY, "A bucket that nobody", "word " * 500 + "A bucket that nobody", "reading-time", None),
]  # fmt: skip


def found(folder: Path, **options: bool):
    return check_course(find_course(folder), notebooks=False, **{"cheats": False} | options)


def change(folder: Path, file: str, old: str, new: str, *, everywhere: bool = False) -> str:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new) if everywhere else text.replace(old, new, 1))
    return path.read_text()


@pytest.mark.slow
def test_the_good_course_has_no_fault(course):
    assert found(course) == []


def test_there_are_enough_of_them():
    assert len(FAULTS) >= 80


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[3]}-{fault[2][:30]}")
def test_each_fault_is_found_at_its_place(course, fault):
    file, old, new, rule, words, *further = fault
    text = change(course, file, old, new, everywhere=bool(further))

    findings = [one for one in found(course, proofs=False) if one.rule == rule]

    assert findings, found(course, proofs=False)
    if words is None:
        return
    if rule == "lost-id":
        text = (course / LOCK).read_text()
    lines = {text[: place + 1].count("\n") + 1 for place in _places(text, words)}
    assert {one.line for one in findings} & lines, (findings, lines)
    assert {one.file for one in findings} <= {file, LOCK}


def _places(text: str, words: str) -> list[int]:
    places, start = [], text.find(words)
    while start >= 0:
        places.append(start)
        start = text.find(words, start + 1)
    return places


def test_a_notebook_in_no_mode_is_found(course):
    (course / "lessons" / "01-buckets" / "extra.ipynb").write_text((course / WHY).read_text())

    (finding,) = found(course, proofs=False)

    assert (finding.rule, finding.file) == ("unlisted-notebook", LESSON)


IDENTITY = '{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "ACTION", Resource: "*"}]}'
RESOURCE = IDENTITY.replace("Effect: Allow", 'Principal: "*", Effect: Deny')
PROOF = "call: s3.get_object, with: {Bucket: shop-prices, Key: prices.csv}, expect: {error: AccessDenied}}\n  - id: who"
SESSION = f"call: sts.get_federation_token, with: {{Name: x, Policy: {IDENTITY}}}, expect: {{error: AccessDenied}}}}\n  - id: who"
# A misspelled action in each kind of policy: the file, the text where it goes, and the text with the policy.
MISSPELLED = [
    (WORLD, "clerk: {}", f"clerk: {{policies: {{read: {IDENTITY}}}}}", "s3:Gett"),
    (WORLD, "    buckets:", f"    managed_policies: {{boundary: {IDENTITY}}}\n    buckets:", "iam:Creat"),
    (WORLD, "        objects:", f"        policy: {RESOURCE}\n        objects:", "s3:Putt"),
    (WORLD, "actors:", f"organization:\n  service_control_policies: {{root: [{IDENTITY}]}}\n  resource_control_policies: {{root: [{RESOURCE.replace('ACTION', 's3:Lizt')}]}}\nactors:", "sqs:Sendd"),
    (BANK, PROOF, SESSION, "sts:Assum"),
]  # fmt: skip


def test_a_misspelled_action_is_found_in_each_kind_of_policy(course):
    for file, old, new, action in MISSPELLED:
        change(course, file, old, new.replace("ACTION", action))

    found_there = [one.message for one in found(course, proofs=False) if one.rule == "unknown-action"]

    for action in ("s3:Lizt", *(action for *_, action in MISSPELLED)):
        assert sum(f"'{action}' is not an action" in one for one in found_there) == 1, action


def test_a_question_may_prove_what_a_misspelled_action_does(course):
    change(course, BANK, PROOF, SESSION.replace("ACTION", "s3:Gett"))
    change(course, BANK, "hint: Think of its name.", "hint: Think of `s3:Gett`.")

    assert [one for one in found(course, proofs=False) if one.rule == "unknown-action"] == []


def test_a_question_that_is_asked_twice_is_found(course):
    bank = (course / BANK).read_text()
    start = bank.index("  - id: who-is-star")
    end = bank.index("  - id: let-the-clerk-read")
    twin = (
        bank[start:end].replace("id: who-is-star", "id: who-is-the-star").replace("let in?", "let in then?")
    )
    (course / BANK).write_text(bank[:end] + twin + bank[end:])

    assert [one.rule for one in found(course, proofs=False)] == ["near-duplicate"]


def test_texts_to_write_in_a_bank_are_one_warning(course):
    change(course, BANK, "hint: Think of its name.", "hint: TODO")
    change(course, BANK, "quick_check: ", "quick_check: TODO ")

    (finding,) = [one for one in found(course, proofs=False) if one.rule == "unfinished"]

    assert finding.severity == Severity.WARNING
    assert "2 texts of this file are TODO; this is the first" in finding.message


def test_an_unused_world_is_a_warning(course):
    (course / "sandbox" / "spare.yaml").write_text(
        (course / WORLD).read_text().replace("world: shop", "world: spare")
    )

    (finding,) = found(course, proofs=False)

    assert (finding.rule, finding.severity) == ("unused-world", Severity.WARNING)


def test_faults_of_several_files_are_reported_together(course):
    change(course, BANK, "skill: writing", "skill: writting")
    change(course, LESSON, "world: shop", "world: shopp")
    change(course, WHY, "import boto3", "import requests")

    assert {one.file for one in found(course, proofs=False)} == {BANK, LESSON, WHY}


ASSESSMENT = """\
assessment: exam
title: Exam
banks: [{bank}]
blueprint: [{{count: 1}}]
minutes: 10
feedback: {feedback}
feedback_when: {when}
"""


@pytest.mark.parametrize(
    ("feedback", "when", "rules"),
    [
        ("full", "graded", ["early-feedback"]),
        ("full", "closed", ["no-feedback"]),
        ("full", "closed\ncloses: 2026-12-01T12:00:00Z", []),
        ("marks", "graded", []),
    ],
)
def test_feedback_that_shows_the_key_too_early_is_a_warning(course, feedback, when, rules):
    bank = next(one.stem for one in (course / "quizzes").glob("*.yaml") if one.stem != "misconceptions")
    folder = course / "quizzes" / "assessments"
    folder.mkdir(exist_ok=True)
    (folder / "exam.yaml").write_text(ASSESSMENT.format(bank=bank, feedback=feedback, when=when))

    findings = found(course, proofs=False)

    assert [(one.rule, one.severity) for one in findings] == [(one, Severity.WARNING) for one in rules]
