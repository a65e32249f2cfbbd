"""jupyterquiz: https://github.com/jmshea/jupyterquiz, whose folder ``schema`` defines a question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from rolecall.quiz._bank import Bank
from rolecall.quiz._numbers import exact, stored
from rolecall.quiz.interchange._drafts import TODO, Drafts, Fields, NumberAnswer, number_of, ready, rounded
from rolecall.quiz.interchange._html import report_pictures
from rolecall.quiz.interchange._losses import Losses, Refused, Unreadable
from rolecall.quiz.kinds import Blanks, Choice, Match, Multi, Numeric, Question


def write(bank: Bank, losses: Losses) -> bytes:
    """Write a bank as a list of questions of jupyterquiz."""
    written = []
    for question in ready(bank, losses, (Choice, Multi, Numeric, Match, Blanks), frozenset()):
        match question:
            case Choice() | Multi():
                written.append(_choosing(question))
            case Numeric():
                if question.unit:
                    losses.add(question.id, f"the unit, which is {question.unit}, except in the prompt")
                losses.each(question.id, rounded(question))
                written.append(_number(question))
            case Match():
                written.append(_pairs(question))
            case Blanks() if len(question.blanks) == 1:
                written.append(_text(question))
            case _:
                losses.add(question.id, "the whole question: the format allows only one blank")
    return (json.dumps(written, indent=2, ensure_ascii=False) + "\n").encode()


def _choosing(question: Choice | Multi) -> Fields:
    return {
        "question": question.prompt,
        "type": "multiple_choice" if isinstance(question, Choice) else "many_choice",
        "answers": [
            {"answer": one.text, "correct": one.correct, "feedback": one.why} for one in question.options
        ],
    }


def _number(question: Numeric) -> Fields:
    right: list[Fields] = []
    for one in question.right_numbers():
        value, tolerance = exact(one.value), exact(one.tolerance)
        found: list[Fields] = [{"type": "value", "value": _json_number(value)}]
        if tolerance:
            low, high = _json_number(value - tolerance), _json_number(value + tolerance)
            # A range of jupyterquiz doesn't have its upper end.
            found = [{"type": "range", "range": [low, high]}, {"type": "value", "value": high}]
        right += [{**each, "correct": True, "feedback": one.why or question.why} for each in found]
    wrong = [
        {"type": "value", "value": _json_number(exact(one.value)), "correct": False, "feedback": one.why}
        for one in question.wrong
    ]
    unit = f" (in {question.unit})" if question.unit else ""
    return {"question": question.prompt + unit, "type": "numeric", "answers": [*right, *wrong]}


def _json_number(value: Fraction) -> int | float:
    number = stored(value)
    return float(value) if isinstance(number, str) else number


def _pairs(question: Match) -> Fields:
    return {
        "question": question.prompt,
        "type": "match",
        "pairs": [{"label": pair.left, "answer": pair.right} for pair in question.pairs],
        "options": list(dict.fromkeys([*(pair.right for pair in question.pairs), *question.extras])),
    }


def _text(question: Blanks) -> Fields:
    blank = next(iter(question.blanks.values()))
    gap = "".join(text + ("____" if name else "") for text, name in question.pieces)
    fields: Fields = {"question": question.prompt, "type": "string", "code": gap}
    right = [{"answer": one, "correct": True, "feedback": blank.why} for one in blank.accept]
    wrong = [{"answer": one, "correct": False, "feedback": each.why} for one, each in blank.wrong.items()]
    return {
        **fields,
        "answers": [{**one, "match_case": question.matches_case(blank)} for one in (*right, *wrong)],
    }


def read(content: bytes, losses: Losses) -> list[Question]:
    """Read the questions of a jupyterquiz file."""
    try:
        questions = json.loads(content)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(f"line {line}: it is not text in UTF-8; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it is not JSON: {error}") from None
    if not isinstance(questions, list) or not all(isinstance(one, dict) for one in questions):
        raise Unreadable('a jupyterquiz file is a list of questions, [{"question": …, "type": …}, …]')
    drafts = Drafts(losses)
    for number, one in enumerate(questions, start=1):
        name = f"question {number}"
        with losses.guard(name):
            _add(one, name, drafts, losses)
    return drafts.questions


def _add(one: dict[str, Any], name: str, drafts: Drafts, losses: Losses) -> None:
    prompt = str(one.get("question", ""))
    if one.get("code") and one.get("type") != "string":
        prompt += f"\n\n```python\n{one['code']}\n```"
    answers = [each for each in one.get("answers", []) if isinstance(each, dict)]
    match one.get("type"):
        case "multiple_choice" | "many_choice" as kind:
            options = [_option(each) for each in answers]
            kind_here = "choice" if kind == "multiple_choice" else "multi"
            fields: Fields = {"kind": kind_here, "prompt": prompt, "options": options}
        case "numeric":
            fields = {"kind": "numeric", "prompt": prompt, **_read_number(name, answers, losses)}
        case "string":
            fields = {"kind": "blanks", "prompt": prompt, **_read_text(one, answers, name, losses)}
        case "match" | "matching":
            fields = {"kind": "match", "prompt": prompt, **_read_pairs(one)}
        case other:
            losses.add(name, f"the whole question: there is no kind of question like {other!r}")
            return
    losses.each(name, (key for key in ("answer_cols", "precision") if key in one))
    report_pictures(name, _texts(one), losses)
    drafts.add(name, fields)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a part of a question."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _option(answer: dict[str, Any]) -> Fields:
    text = str(answer.get("answer", ""))
    if code := answer.get("code"):
        text = f"{text} {_code(str(code))}" if "\n" not in str(code) else f"{text}\n\n{_code(str(code))}"
        text = text.strip()
    return {"text": text, "correct": _is_right(answer), "why": str(answer.get("feedback", ""))}


def _is_right(answer: dict[str, Any]) -> bool:
    """Whether an answer is right; some files have the text "false", which isn't true."""
    value = answer.get("correct", False)
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, "true", "yes"):
        return True
    if word in (False, None, "", "false", "no"):
        return False
    raise Refused(f'"correct" is {json.dumps(value)}, which is neither true nor false')


def _code(code: str) -> str:
    """Write code as Markdown: lines as a block, and backticks within a longer fence."""
    if "\n" in code:
        return f"```python\n{code}\n```"
    return f"`` {code} ``" if "`" in code else f"`{code}`"


def _value(value: Any) -> Fraction:
    """Read a number; jupyterquiz allows a text such as "2/3" too."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise Refused(f"{json.dumps(value)} isn't a number")
    try:
        return exact(value)
    except (ValueError, ArithmeticError):
        raise Refused(f"{json.dumps(value)} isn't a number") from None


def _read_number(name: str, answers: list[dict[str, Any]], losses: Losses) -> Fields:
    found: list[NumberAnswer] = []
    for one in answers:
        ends = one.get("range") or [one.get("value")] * 2
        if one.get("type") == "default" or ends == [None, None]:
            losses.add(name, f"the feedback on any other number: {one.get('feedback')}")
            continue
        if not isinstance(ends, list) or len(ends) != 2:
            raise Refused(f"its range {json.dumps(ends)} doesn't have two ends")
        low, high = map(_value, ends)
        middle, tolerance = (low + high) / 2, (high - low) / 2
        why = str(one.get("feedback") or TODO)
        if (
            _is_right(one)
            and not tolerance
            and any(share and middle == value + width for value, width, share, _ in found if width)
        ):
            # The upper end of the range above, which an export lists, because a range there excludes it.
            continue
        if _is_right(one) or not tolerance:
            found.append((middle, tolerance, 100.0 if _is_right(one) else 0.0, why))
        else:
            losses.add(name, f"the feedback on a wrong range, {ends[0]} to {ends[1]}: {why}")
    return number_of(found, name, losses)


def _read_pairs(question: dict[str, Any]) -> Fields:
    pairs = [
        {
            "left": str(one.get("label", one.get("left", ""))),
            "right": str(one.get("answer", one.get("right", ""))),
        }
        for one in question.get("pairs") or []
        if isinstance(one, dict)
    ]
    if not pairs:
        raise Refused("it has no pairs")
    used = {pair["right"] for pair in pairs}
    extras = [str(one) for one in question.get("options") or [] if str(one) not in used]
    return {"pairs": pairs, "extras": extras}


def _read_text(
    question: dict[str, Any], answers: list[dict[str, Any]], name: str, losses: Losses
) -> Fields:
    right = [one for one in answers if _is_right(one)]
    why = str(right[0].get("feedback") or TODO) if right else TODO
    wrong = {
        str(one["answer"]): {"why": str(one.get("feedback") or TODO)}
        for one in answers
        if not _is_right(one) and "answer" in one
    }
    match_case = all(one.get("match_case") for one in answers)
    if not match_case and any(one.get("match_case") for one in answers):
        losses.add(name, "that capitals count in some of its answers only; here they count in none")
    if any(one.get("fuzzy_threshold") for one in answers):
        losses.add(name, "that an answer may be similar (fuzzy_threshold)")
    if any(one.get("type") == "default" or "answer" not in one for one in answers):
        losses.add(name, "the feedback on any other text")
    accept = [str(one["answer"]) for one in right]
    blank = {"accept": accept, "why": why, "wrong": wrong, "match_case": match_case}
    text = str(question.get("code") or "____").replace("____", "[[answer]]", 1)
    return {"text": text if "[[answer]]" in text else f"{text}\n[[answer]]", "blanks": {"answer": blank}}
