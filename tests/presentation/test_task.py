from rolecall.lab import CheckResult, MarkdownText, Mistake, ProbeResult, RecognizedMistake
from rolecall.presentation.task import check_result_markdown, text_markdown
from rolecall.quiz import Misconception

WORKS = ProbeResult("Dana reads", passed=True, must_be_denied=False)
OPEN = ProbeResult("Eve reads", passed=False, must_be_denied=True)
MISTAKE = Mistake.model_construct(misconception="star", why="`*` is everyone.")
STAR = Misconception.model_construct(title="`*` means my account", because="It doesn't.", experiment=None)


def test_a_reached_task_shows_its_probes():
    result = CheckResult((WORKS,), because="The role trusts her.")

    assert check_result_markdown(result).splitlines() == [
        "**✔ Solved.**",
        "",
        "**Should work**",
        "",
        "- ✔ Dana reads",
        "",
        "**Why it works:** The role trusts her.",
    ]


def test_a_recognized_mistake_shows_its_misconception_and_its_experiment():
    result = CheckResult((WORKS, OPEN), (RecognizedMistake(MISTAKE, STAR, "print(1)"),))

    markdown = check_result_markdown(result)

    assert markdown.startswith("**✘ Too open.**")
    assert "**Should be denied**\n\n- ✘ Eve reads (it was allowed)" in markdown
    assert "**`*` means my account?** It doesn't." in markdown
    assert "```python\nprint(1)\n```" in markdown


def test_a_call_that_no_other_call_undoes_asks_for_a_new_start():
    done = ProbeResult("Dana reads it", passed=False, must_be_denied=True, is_final=True)

    markdown = check_result_markdown(CheckResult((WORKS, done)))

    assert "- ✘ Dana reads it (one of your calls did this, so start over)" in markdown


def test_an_attempt_that_was_not_saved_is_reported():
    markdown = check_result_markdown(CheckResult((WORKS,), (), "the disk is full"))

    assert markdown.endswith("**This attempt was not saved.** the disk is full")


def test_what_was_not_tried_yet_is_not_marked_wrong():
    denied = ProbeResult("Dana writes", passed=False, must_be_denied=False, error="AccessDenied: no")

    markdown = check_result_markdown(CheckResult((denied,), nothing_changed=True))

    assert markdown.startswith("**○ Nothing to check yet")
    assert "- ○ Dana writes" in markdown
    assert "✘" not in markdown


def test_text_and_markdown_say_the_same():
    result = CheckResult((WORKS, OPEN), (RecognizedMistake(MISTAKE, STAR),))

    assert str(result) == check_result_markdown(result).replace("**", "")
    assert text_markdown(MarkdownText("`hint`")) == str(MarkdownText("`hint`"))


def test_a_row_starts_with_a_capital_letter_unless_it_starts_with_a_name():
    rows = ["the role reads", "dev reads", "web-1 reads"]
    result = CheckResult(tuple(ProbeResult(says, passed=True, must_be_denied=False) for says in rows))

    markdown = check_result_markdown(result)

    assert "- ✔ The role reads\n- ✔ dev reads\n- ✔ web-1 reads" in markdown
