"""A plot of rows. JupyterLab draws it without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Both colors are readable on JupyterLab's light and dark backgrounds.
GRAY = "#7d7d7d"
BLUE = "#4a8fd0"
NO_MENU = {"embedOptions": {"actions": False}}
"""For a plot's ``usermeta``: hides the menu of vega-embed, which has no name for screen readers."""
AXIS_COLORS = dict.fromkeys(("labelColor", "titleColor", "tickColor", "domainColor"), GRAY)


class Plot:
    """Rows as points and a line, with the values as text for readers who can't see the plot.

    Parameters
    ----------
    rows
        Mappings, each with a value for `x` and for `y`, and for `by` if it is given.
    x
        The name of the values on the horizontal axis.
    y
        The name of the values on the vertical axis; numbers.
    by
        The name of the values that divide the rows into several lines.

    Raises
    ------
    ValueError
        If a row lacks one of these names.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]], x: str, y: str, by: str | None = None) -> None:
        for number, row in enumerate(rows):
            for name in (x, y, *([by] if by else [])):
                if name not in row:
                    raise ValueError(f"row {number} has no {name!r}; it has {', '.join(row)}")
        self.rows, self.x, self.y, self.by = list(rows), x, y, by

    def specification(self) -> dict[str, Any]:
        """Return the plot as a Vega-Lite specification."""
        number = all(isinstance(row[self.x], int | float) for row in self.rows)
        encoding: dict[str, Any] = {
            "x": {"field": self.x, "type": "quantitative" if number else "ordinal", "title": self.x},
            "y": {"field": self.y, "type": "quantitative", "title": self.y},
        }
        points: dict[str, Any] = {
            "mark": {"type": "point", "filled": True, "size": 60, **({} if self.by else {"color": BLUE})}
        }
        if self.by:
            # Vega merges two legends with the same title if their domains are explicit and the same.
            domain = list(dict.fromkeys(row[self.by] for row in self.rows))
            kind = {"field": self.by, "type": "nominal", "title": self.by, "scale": {"domain": domain}}
            encoding["color"] = kind
            # The lines differ by shape as well, for readers who can't distinguish the colors.
            points["encoding"] = {"shape": kind}
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "description": f"{self.y} by {self.x}",
            "data": {"values": [dict(row) for row in self.rows]},
            "width": 480,
            "height": 220,
            "usermeta": NO_MENU,
            "config": {
                "background": "transparent",
                "view": {"stroke": None},
                "axis": {**AXIS_COLORS, "grid": False},
                "legend": {"labelColor": GRAY, "titleColor": GRAY},
            },
            "encoding": encoding,
            "layer": [
                {"mark": {"type": "line", **({} if self.by else {"color": BLUE})}},
                points,
            ],
        }

    def __repr__(self) -> str:
        """Return the values as a table, for GitHub, nbviewer, and nbconvert, which draw no plot."""
        names = [self.x, self.y, *([self.by] if self.by else [])]
        rows = [names, *([str(row[name]) for name in names] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # With an HTML form besides, JupyterLab would show that one in place of the plot.
        return {"application/vnd.vegalite.v5+json": self.specification(), "text/plain": repr(self)}


def plot(rows: Sequence[Mapping[str, Any]], x: str, y: str, by: str | None = None) -> Plot:
    """Plot rows as points and a line.

    Parameters
    ----------
    rows
        Mappings, each with a value for `x` and for `y`, and for `by` if it is given.
    x
        The name of the values on the horizontal axis.
    y
        The name of the values on the vertical axis; numbers.
    by
        The name of the values that divide the rows into several lines.

    Raises
    ------
    ValueError
        If a row lacks one of these names.

    Examples
    --------
    ``plot([{"roles": 1, "ms": 3.1}, {"roles": 2, "ms": 3.3}], x="roles", y="ms")``
    """
    return Plot(rows, x, y, by)
