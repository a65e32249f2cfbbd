"""What the methods of a task session return: the result of a check, and text in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.lab._grading import ProbeResult
from rolecall.lab._task import Mistake
from rolecall.quiz import Misconception

_TOO_OPEN = "What should work works, but so does something that should be denied."
_UNTOUCHED = "Nothing to check yet: work on the task first, then check again."
_DETERMINERS = frozenset(("a", "all", "an", "another", "any", "each", "every", "no", "one", "the", "two"))
EXPLAIN = "The task's `hint()` shows the next hint. Its `explain()` explains your last denied call."


@dataclass(frozen=True, slots=True)
class MarkdownText:
    """A text in Markdown; a notebook formats it, a terminal shows its source."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class RecognizedMistake:
    """A mistake that the learner's calls show.

    Parameters
    ----------
    misconception
        The idea behind the mistake; None if no bank of the course has it.
    experiment
        Python code that shows what really happens, once the learner has shown the misconception twice;
        else empty.
    """

    mistake: Mistake
    misconception: Misconception | None
    experiment: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one ``task.check()``.

    Parameters
    ----------
    probes
        One result for each probe, in the order of ``tasks.yaml``.
    mistakes
        The mistakes that were recognized; empty if the task is solved.
    save_error
        Why the attempt could not be saved; empty if it was saved.
    nothing_changed
        Whether nothing was tried yet; such an attempt isn't saved.
    because
        Why the solution solves the task; empty until it is solved.
    advice
        What to do next if the task isn't solved and no mistake was recognized.
    """

    probes: tuple[ProbeResult, ...]
    mistakes: tuple[RecognizedMistake, ...] = ()
    save_error: str = ""
    nothing_changed: bool = False
    because: str = ""
    advice: str = EXPLAIN

    @property
    def reached(self) -> bool:
        """Whether the task is solved."""
        return all(one.passed for one in self.probes)

    @property
    def too_broad(self) -> bool:
        """Whether everything that must work works, but something that must stay denied works too."""
        return not self.reached and all(one.passed for one in self.probes if not one.must_be_denied)

    @property
    def experiments(self) -> Mapping[str, str]:
        """By misconception, the code that shows what really happens."""
        return {one.mistake.misconception: one.experiment for one in self.mistakes if one.experiment}

    @property
    def verdict(self) -> str:
        """Whether the task is solved, in a few words."""
        if self.reached:
            return "✔ Solved."
        if self.nothing_changed:
            return f"○ {_UNTOUCHED}"
        return "✘ Too open." if self.too_broad else "✘ Not solved yet."

    @property
    def should_work(self) -> list[ProbeResult]:
        """The probes that must succeed."""
        return [one for one in self.probes if not one.must_be_denied]

    @property
    def should_be_denied(self) -> list[ProbeResult]:
        """The probes that must stay denied."""
        return [one for one in self.probes if one.must_be_denied]

    def row(self, probe: ProbeResult) -> str:
        """Return a probe as a row of a list: a sign, what it tests, and what happened instead."""
        says = capitalized(probe.says)
        if probe.passed:
            return f"✔ {says}"
        return f"○ {says}" if self.nothing_changed else f"✘ {says} ({outcome(probe)})"

    def text(self, *, bold: str = "") -> str:
        """Return the result as text.

        Parameters
        ----------
        bold
            What to put around a heading: two asterisks for Markdown.
        """
        lines = [f"{bold}{self.verdict}{bold}"]
        if self.too_broad:
            lines += ["", _TOO_OPEN]
        for heading, probes in (
            ("Should work", self.should_work),
            ("Should be denied", self.should_be_denied),
        ):
            if probes:
                lines += ["", f"{bold}{heading}{bold}", "", *(f"- {self.row(one)}" for one in probes)]
        for one in self.mistakes:
            if one.misconception is not None:
                title, because = one.misconception.title, one.misconception.because
                lines += ["", f"{bold}{title}?{bold} {because}"]
            lines += ["", one.mistake.why]
            if one.experiment:
                code = f"```python\n{one.experiment}\n```" if bold else one.experiment
                lines += ["", "See what really happens:", "", code]
        if self.reached and self.because:
            lines += ["", f"{bold}Why it works:{bold} {self.because}"]
        if not self.reached and not self.mistakes and not self.nothing_changed:
            lines += ["", self.advice]
        if self.save_error:
            lines += ["", f"{bold}This attempt was not saved.{bold} {self.save_error}"]
        return "\n".join(lines)

    def __bool__(self) -> bool:
        return self.reached

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()


def capitalized(says: str) -> str:
    """Return what a probe tests as a row of a list, with a capital letter if it starts with a determiner.

    Any other first word can be a principal's name, such as ``dev`` or ``web-1``, and keeps its spelling.
    """
    return says[:1].upper() + says[1:] if says.partition(" ")[0] in _DETERMINERS else says


def outcome(probe: ProbeResult) -> str:
    """Say in a few words how a probe that didn't pass ended."""
    if probe.is_final:
        return "one of your calls did this, so start over"
    if probe.must_be_denied:
        # An error other than a denial doesn't prove that access is denied.
        return f"it failed with another error: {probe.error}" if probe.error else "it was allowed"
    return probe.error or "it didn't happen yet"
