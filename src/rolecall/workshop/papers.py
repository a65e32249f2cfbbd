"""What learners see of the questions of their papers, as JSON that is ready to send."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rolecall.assessment import PaperItem
from rolecall.workshop.tables import Answer

_MOST = 4096
"""How many questions are kept, each a few kilobytes."""


def to_json(value: object) -> str:
    """Return JSON as the service sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Papers:
    """Show papers. A question is rendered once for everyone who is asked it.

    Parameters
    ----------
    render
        Returns what a learner sees of a question, without its key; ``None`` if its bank no longer has it.
    """

    def __init__(self, render: Callable[[PaperItem], Mapping[str, Any] | None]) -> None:
        self._render = render
        self._rendered: dict[PaperItem, str] = {}
        # When a class starts together, one thread renders a question, and the others wait for it.
        self._rendering = threading.Lock()

    def is_rendered(self, paper: Sequence[dict[str, Any]]) -> bool:
        """Return whether each question of a paper was rendered before, so that showing it takes no time."""
        return all(PaperItem(**one) in self._rendered for one in paper)

    def show(self, paper: Sequence[dict[str, Any]], answers: Sequence[Answer]) -> str:
        """Return a paper's questions as a JSON array, without their key, each with the saved answer."""
        saved = {one.place: one for one in answers}
        shown = []
        for place, one in enumerate(paper):
            rendered = self._question(PaperItem(**one))
            if rendered:
                kept = saved.get(place)
                given, serial = (to_json(kept.given), kept.serial) if kept else ("null", 0)
                own = f'"place":{place},"count":{len(paper)},"given":{given}'
                shown.append(f'{{"view":{{{own},{rendered}}},"serial":{serial}}}')
        return f"[{','.join(shown)}]"

    def _question(self, item: PaperItem) -> str:
        """Return the fields of a question as JSON, except those that differ between learners."""
        known = self._rendered.get(item)
        if known is not None:
            return known
        with self._rendering:
            if item in self._rendered:
                return self._rendered[item]
            view = self._render(item)
            if view is None:
                return ""
            fields = {name: one for name, one in view.items() if name not in ("place", "count", "given")}
            text = to_json(fields)[1:-1]
            # A version never changes; without one, the question is as its bank has it now.
            if item.version:
                if len(self._rendered) >= _MOST:
                    del self._rendered[next(iter(self._rendered))]
                self._rendered[item] = text
        return text
