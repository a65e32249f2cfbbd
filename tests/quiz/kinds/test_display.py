"""What a card and a terminal show of each kind, before and after the right answer is due."""

import json

import pytest

from rolecall.quiz import KINDS, Question
from rolecall.quiz.kinds import question_of


def test_the_example_bank_has_a_question_of_every_kind(bank):
    assert [question.kind for question in bank.questions] == list(KINDS)


def other_key(question: Question) -> Question:
    """The same question as a learner sees it, with another right answer."""
    fields = question.model_dump(by_alias=True, exclude_unset=True)
    match question.kind:
        case "choice" | "multi":
            for option in fields["options"]:
                option |= {"correct": not option.get("correct", False), "why": "Another reason."}
        case "blanks":
            first, second = fields["blanks"].values()
            first["accept"], second["accept"] = second["accept"], first["accept"]
        case "order":
            fields["items"] = fields["items"][::-1]
        case "match":
            first, second = fields["pairs"]
            first["right"], second["right"] = second["right"], first["right"]
        case "numeric":
            fields |= {"answer": 900, "wrong": [], "why": "Another reason."}
        case "cli":
            fields |= {"accept": ["aws sts get-caller-identity"], "wrong": [], "why": "Another reason."}
        case "policy":
            fields["sample"] = {"Version": "2012-10-17", "Statement": []}
    return question_of(fields)


def test_before_it_is_due_the_display_does_not_depend_on_the_right_answer(question):
    if question.kind == "order":
        # An order is never shown in the right order. With this ID, neither key is the shuffled order by chance.
        question = question.model_copy(update={"id": "put-in-order"})

    assert other_key(question).display(None, due=False) == question.display(None, due=False)
    assert other_key(question).terminal_lines() == question.terminal_lines()


def test_before_it_is_due_the_display_holds_no_feedback_and_no_solution(question):
    shown = json.dumps([question.display(None, due=False), question.terminal_lines()])
    reasons = [*question.solution, question.hint, question.quick_check, *question.common_mistakes]
    reasons += [one.why for one in getattr(question, "options", getattr(question, "items", []))]

    assert not [reason for reason in reasons if json.dumps(reason)[1:-1] in shown]


def test_a_wrong_choice_shows_its_own_reason_and_no_other(bank):
    question = bank.question("one")

    options = question.display("A password", due=False)["options"]

    assert [(one["html"], one["mark"]) for one in options if one["why"]] == [("A password", "wrong")]
    assert not any(one["mark"] == "right" for one in options)


def test_once_it_is_due_the_options_say_which_are_right(bank):
    options = bank.question("several").display(None, due=True)["options"]

    assert {one["html"] for one in options if one["mark"] == "right"} == {"A user", "An AWS service"}
    assert all(one["why"] for one in options)


@pytest.mark.parametrize(
    ("identifier", "described"),
    [
        ("one", "A trust policy"),
        ("several", "- A user\n- An AWS service"),
        ("in-order", "1. Call AssumeRole\n2. Sign with the credentials\n3. Get ExpiredToken"),
        ("together", "- A user's access key — AKIA\n- A session's access key — ASIA"),
        ("how-long", "3600 seconds"),
        ("predicted", "**Explicitly denied: a statement denies it**, by the identity-based policy"),
    ],
)
def test_a_right_answer_is_described(bank, judges, identifier, described):
    question = bank.question(identifier)

    assert question.describe_answer(question.right_answer(judges)) == described


def test_blanks_are_described_as_the_filled_text(bank, judges):
    question = bank.question("filled")

    described = question.describe_answer(question.right_answer(judges))

    assert described.startswith('```json\n{"Effect": "Allow",\n')
    assert '{"Service": "ec2.amazonaws.com"}' in described


def test_options_keep_their_shown_order_when_the_author_reorders_them(bank):
    question = bank.question("several")
    reordered = question.model_copy(update={"options": question.options[::-1]})

    assert reordered.shown_options() == question.shown_options()


def test_a_code_block_is_not_ended_by_a_fence_in_an_answer(bank):
    described = bank.question("typed").describe_answer("aws sts x\n```\n# not a heading")

    assert described.startswith("````bash\n")
    assert described.endswith("\n````")
