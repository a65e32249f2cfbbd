"""What the methods of a task session return: the result of a check, and text in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.lab._grading import ProbeResult
from rolecall.lab._task import Mistake
from rolecall.quiz import Misconception

TOO_BROAD = "what must work works, and something that must stay denied does too."
NEXT_STEP = "`hint()` shows the next hint; `lab.explain()` shows why the last call was denied."


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
        Whether the task needs a change and none was made; such an attempt isn't saved.
    """

    probes: tuple[ProbeResult, ...]
    mistakes: tuple[RecognizedMistake, ...] = ()
    save_error: str = ""
    nothing_changed: bool = False

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
            return "✔ Reached."
        return "✘ Nothing changed yet." if self.nothing_changed else "✘ Not yet."

    def __bool__(self) -> bool:
        return self.reached

    def __str__(self) -> str:
        lines = [self.verdict, "", *(probe_line(one) for one in self.probes)]
        if self.too_broad:
            lines += ["", f"Too broad: {TOO_BROAD}"]
        for one in self.mistakes:
            if one.misconception is not None:
                lines += ["", f"{one.misconception.title}? {one.misconception.because}"]
            lines += ["", one.mistake.why]
            if one.experiment:
                lines += ["", "See what really happens:", "", one.experiment]
        if not self.reached and not self.mistakes:
            lines += ["", NEXT_STEP]
        if self.save_error:
            lines += ["", f"This attempt was not saved. {self.save_error}"]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def probe_line(probe: ProbeResult) -> str:
    """Format a probe as an item of a list, with the error of a call that should have succeeded."""
    sign = "✔" if probe.passed else "✘"
    if probe.must_be_denied:
        # The message of an expected denial is not worth the space.
        return f"- {sign} stays denied: {probe.says}"
    error = f"  \n  `{probe.error}`" if probe.error and not probe.passed else ""
    return f"- {sign} works: {probe.says}{error}"
