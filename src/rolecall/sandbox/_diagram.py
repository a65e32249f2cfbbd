"""The accounts as a diagram, which JupyterLab draws with its own Mermaid, in either theme.

https://jupyterlab.readthedocs.io/en/stable/user/file_formats.html#mermaid
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SHAPES = {
    "user": ("([", "])"),
    "role": ("{{", "}}"),
    "service": ("[[", "]]"),
    "oidc-provider": ("[/", "/]"),
    "saml-provider": ("[/", "/]"),
}
_ARROWS = {"may": "-->", "trusted": "-.->", "assumed": "==>"}
_MEANINGS = {
    "may": "may assume",
    "trusted": "is trusted, but something is missing",
    "assumed": "assumed",
}


class Diagram:
    """Accounts, principals and roles; an arrow for who may assume what, who is only trusted, and who did.

    In a notebook it is drawn; as text it is a list in words, which a screen reader reads as well.
    """

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told
        self._nodes = {node["arn"]: node for node in told["nodes"]}

    @property
    def edges(self) -> list[tuple[str, str, str]]:
        """Each arrow as its principal's ARN, ``may``, ``trusted`` or ``assumed``, and its role's ARN."""
        return [(edge["from"], edge["kind"], edge["to"]) for edge in self._told["edges"]]

    @property
    def mermaid(self) -> str:
        """The diagram in Mermaid's own language."""
        names = {arn: f"n{number}" for number, arn in enumerate(self._nodes)}
        connected = {arn for source, _, target in self.edges for arn in (source, target)}
        lines = [
            "flowchart LR",
            "  accTitle: Who may assume which role",
            f"  accDescr: {'; '.join(self._sentences()) or 'Nobody may assume a role.'}",
        ]
        for number, account in enumerate(self._told["accounts"]):
            lines.append(f'  subgraph a{number}["{_text(account["name"])} · {account["id"]}"]')
            for arn, node in self._nodes.items():
                if node["account"] == account["id"] and (arn in connected or node["kind"] == "role"):
                    opening, closing = _SHAPES[node["kind"]]
                    lines.append(f'    {names[arn]}{opening}"{_label(node)}"{closing}')
            lines.append("  end")
        for edge in self._told["edges"]:
            if edge["from"] in names and edge["to"] in names:
                label = {"trusted": "trusted only", "assumed": f"assumed ({edge['label']})"}.get(
                    edge["kind"], edge["label"]
                )
                arrow = _ARROWS[edge["kind"]] + (f'|"{_text(label)}"|' if label else "")
                lines.append(f"  {names[edge['from']]} {arrow} {names[edge['to']]}")
        return "\n".join(lines)

    def _sentences(self) -> list[str]:
        return [
            f"{self._short(source)} {_MEANINGS[kind]} {self._short(target)}"
            for source, kind, target in self.edges
        ]

    def _short(self, arn: str) -> str:
        node = self._nodes.get(arn)
        return f"{node['kind']} {node['name']}" if node else arn

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        return {"text/vnd.mermaid": self.mermaid, "text/plain": str(self)}


def _label(node: Mapping[str, str]) -> str:
    return _text(f"{node['kind'].replace('-', ' ')} {node['name']}")


def _text(text: str) -> str:
    """A text that cannot end Mermaid's quotes."""
    return re.sub(r'["<>#;]', lambda match: f"#{ord(match[0])};", text)
