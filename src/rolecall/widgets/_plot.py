"""A plot of rows, which JupyterLab draws by itself, without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Readable on JupyterLab's white as on its black.
GREY = "#7d7d7d"
BLUE = "#4a8fd0"
NO_MENU = {"embedOptions": {"actions": False}}
"""For a plot's ``usermeta``: vega-embed's menu has no name that a screen reader could tell."""


class Plot:
    """Rows as points and a line; their values stand beside it as a table for whoever does not see it.

    Parameters
    ----------
    rows
        Each a mapping with a value for `x` and for `y`, and for `by` where it is given.
    by
        What parts the rows into several lines.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]], x: str, y: str, by: str | None = None) -> None:
        for number, row in enumerate(rows):
            for name in (x, y, *([by] if by else [])):
                if name not in row:
                    raise ValueError(f"row {number} has no {name!r}; it has {', '.join(row)}")
        self.rows, self.x, self.y, self.by = list(rows), x, y, by

    def specification(self) -> dict[str, Any]:
        """The plot as Vega-Lite."""
        number = all(isinstance(row[self.x], int | float) for row in self.rows)
        colours = dict.fromkeys(("labelColor", "titleColor", "tickColor", "domainColor"), GREY)
        encoding: dict[str, Any] = {
            "x": {"field": self.x, "type": "quantitative" if number else "ordinal", "title": self.x},
            "y": {"field": self.y, "type": "quantitative", "title": self.y},
        }
        points: dict[str, Any] = {
            "mark": {"type": "point", "filled": True, "size": 60, **({} if self.by else {"color": BLUE})}
        }
        if self.by:
            encoding["color"] = {"field": self.by, "type": "nominal"}
            # Shape as well as colour tells the lines apart.
            points["encoding"] = {"shape": {"field": self.by, "type": "nominal"}}
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
                "axis": {**colours, "grid": False},
                "legend": {"labelColor": GREY, "titleColor": GREY},
            },
            "encoding": encoding,
            "layer": [
                {"mark": {"type": "line", **({} if self.by else {"color": BLUE})}},
                points,
            ],
        }

    def __repr__(self) -> str:
        return "\n".join(f"{row[self.x]}: {row[self.y]}" for row in self.rows)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/vnd.vegalite.v5+json": self.specification(), "text/plain": repr(self)}


def plot(rows: Sequence[Mapping[str, Any]], x: str, y: str, by: str | None = None) -> Plot:
    """Draws rows as points and a line.

    Examples
    --------
    ``plot([{"roles": 1, "ms": 3.1}, {"roles": 2, "ms": 3.3}], x="roles", y="ms")``

    Raises
    ------
    ValueError
        When a row lacks a name that is to be drawn.
    """
    return Plot(rows, x, y, by)
