"""What a task tells, as a notebook shows it and as a terminal does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.lab._judging import Found, Judgement
from rolecall.lab._task import Mistake
from rolecall.quiz import Misconception


@dataclass(frozen=True, slots=True)
class Told:
    """A text in Markdown, which a notebook draws."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Checked:
    """How a task stands, and what to look at.

    Parameters
    ----------
    mistakes
        Those that were recognised, each with the misconception behind it.
    experiments
        By misconception, a cell that shows what really happens.
    problem
        Why the answer could not be kept; empty where it was.
    """

    judgement: Judgement
    mistakes: tuple[tuple[Mistake, Misconception | None], ...] = ()
    experiments: Mapping[str, str] | None = None
    problem: str = ""

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.judgement.reached

    def __bool__(self) -> bool:
        return self.reached

    def __repr__(self) -> str:
        return self._markdown().replace("**", "")

    def _repr_markdown_(self) -> str:
        return self._markdown()

    def _markdown(self) -> str:
        lines = ["**✔ Reached.**" if self.reached else "**✘ Not yet.**", ""]
        lines += [_line(one) for one in self.judgement.found]
        if not self.reached and all(one.right for one in self.judgement.found if not one.denied):
            lines += [
                "",
                "**Too broad**: what must work works, and something that must stay denied does too.",
            ]
        for mistake, idea in self.mistakes:
            lines += ["", f"**{idea.title}?** {idea.because}" if idea else "", "", mistake.why]
            if code := (self.experiments or {}).get(mistake.misconception):
                lines += ["", "See what really happens:", "", f"```python\n{code}\n```"]
        if not self.reached and not self.mistakes:
            lines += ["", "`hint()` helps on; `lab.explain()` tells why the last call was refused."]
        if self.problem:
            lines += ["", f"**This was not kept.** {self.problem}"]
        return "\n".join(lines)


def _line(found: Found) -> str:
    sign = "✔" if found.right else "✘"
    if found.denied:
        # The wording of a refusal that is wanted tells nothing new.
        return f"- {sign} stays denied: {found.says}"
    said = f"  \n  `{found.said}`" if found.said and not found.right else ""
    return f"- {sign} works: {found.says}{said}"
