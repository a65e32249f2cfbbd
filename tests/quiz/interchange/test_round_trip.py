"""What survives an export and an import, for generated banks: the keys always, or the loss is listed."""

import json
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rolecall.quiz import Bank
from rolecall.quiz.interchange import FORMATS, export_bank, import_bank

BOTH_WAYS = [name for name, one in FORMATS.items() if one.read and one.write]
SPECIAL = "~=#{}:\\\"'<>&%*_-+.,;()[]/|$@^`é²µ–“”ß漢"
words = st.text(string.ascii_letters + string.digits + SPECIAL, min_size=1, max_size=12)
texts = (
    st.lists(words, min_size=1, max_size=4)
    # Markup and the marks at the beginning of a line are compared in other tests, by what they show.
    .map(lambda parts: "".join(one for one in " ".join(parts) if one not in "`*_<>[]\\#|~$&@^!").strip())
    .filter(lambda text: text[:1].isalpha())
)


def unique(count: int, most: int = 5):
    return st.lists(texts, min_size=count, max_size=most, unique_by=lambda one: one.casefold().strip())


def question(kind: str, fields: dict) -> dict:
    common = {
        "id": "q",
        "kind": kind,
        "difficulty": "easy",
        "skill": "s",
        "prompt": "What is right?",
        "hint": "Think.",
        "solution": ["Step."],
        "quick_check": "Check.",
        "common_mistakes": ["Mistake."],
    }
    return common | fields


def options(several: bool):
    def build(drawn: tuple[list[str], int]) -> dict:
        listed, right = drawn
        last = len(listed) - 1
        key = right % last if last else 0
        # The last option is never right, so that there is something to choose.
        correct = [
            place == key or (several and place % 2 == 0 and place < last) for place in range(last + 1)
        ]
        return question(
            "multi" if several else "choice",
            {
                "options": [
                    {"text": text, "correct": is_right, "why": f"Because of {place}."}
                    for place, (text, is_right) in enumerate(zip(listed, correct, strict=True))
                ]
            },
        )

    return st.tuples(unique(2), st.integers(0, 4)).map(build)


tolerances = st.sampled_from([0, 0.5, 0.001, 10])
numbers = st.tuples(
    st.decimals(-(10**9), 10**9, places=3), tolerances, st.lists(tolerances, max_size=2)
).map(
    lambda drawn: question(
        "numeric",
        {
            "answer": str(drawn[0]),
            "tolerance": drawn[1],
            "also_right": [
                {"value": str(drawn[0] + 100 * place), "tolerance": width, "why": "It is another one."}
                for place, width in enumerate(drawn[2], start=1)
            ],
            "why": "So it is.",
        },
    )
)
pairs = st.tuples(unique(2, 4), unique(4, 4)).map(
    lambda drawn: question(
        "match",
        {
            "pairs": [
                {"left": left, "right": right, "why": "So."}
                for left, right in zip(drawn[0], drawn[1], strict=False)
            ]
        },
    )
)
blanks = st.tuples(texts, texts).map(
    lambda drawn: question(
        "blanks",
        {
            "text": "role = [[name]]",
            "language": "text",
            "blanks": {"name": {"accept": [drawn[0]], "why": "So.", "match_case": False}},
        },
    )
)
questions = options(False) | options(True) | numbers | pairs | blanks


def key(one) -> object:
    """Return what counts as right, in a form that two questions can be compared by."""
    match one.kind:
        case "choice" | "multi":
            return {plain(option.text): option.correct for option in one.options}
        case "match":
            return {plain(pair.left): plain(pair.right) for pair in one.pairs}
        case "numeric":
            return [(float(each.value), each.tolerance) for each in one.right_numbers()]
        case _:
            return [plain(text).casefold() for blank in one.blanks.values() for text in blank.accept]


def plain(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


A_SEPARATOR_BEFORE_A_QUOTE = question(
    "choice",
    {
        "options": [
            {"text": "A", "correct": True, "why": "So."},
            {"text": "A,;", "correct": False, "why": "So."},
        ]
    },
)


@pytest.mark.parametrize("form", BOTH_WAYS)
@given(drawn=questions)
@example(drawn=A_SEPARATOR_BEFORE_A_QUOTE)
def test_a_key_is_the_same_after_an_export_and_an_import_or_its_loss_is_listed(form, drawn):
    bank = Bank.model_validate({"bank": "b", "title": "B", "skills": {"s": "S"}, "questions": [drawn]})
    (before,) = bank.questions

    content, losses = export_bank(bank, form)
    if any("whole question" in loss.what for loss in losses):
        return
    (after,) = import_bank(content, form, "b").bank.questions

    lost = [loss.what for loss in losses]
    assert not any("tolerance" in what for what in lost)
    assert after.kind == before.kind
    assert key(after) == key(before), json.dumps(drawn)
