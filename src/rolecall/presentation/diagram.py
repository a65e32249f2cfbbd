"""The accounts as a diagram, which JupyterLab draws with its own Mermaid, in either theme.

https://jupyterlab.readthedocs.io/en/stable/user/file_formats.html#mermaid
"""

from __future__ import annotations

import json
import re

from rolecall.sandbox.diagram import Diagram, DiagramEdge, DiagramNode

_SHAPES = {
    "user": ("([", "])"),
    "role": ("{{", "}}"),
    "service": ("[[", "]]"),
    "oidc-provider": ("[/", "/]"),
    "saml-provider": ("[/", "/]"),
}
_COLORS = {
    "primaryColor": "#e8f1fb",
    "primaryTextColor": "#17202a",
    "primaryBorderColor": "#0b5cad",
    "clusterBkg": "#f6f8fa",
    "clusterBorder": "#7a858f",
    "titleColor": "#17202a",
    "lineColor": "#7a858f",
    "edgeLabelBackground": "#f6f8fa",
}
"""The kit's light colors: JupyterLab keeps a diagram as it is when the theme changes."""
_ARROWS = {"may": "-->", "trusted": "-.->", "assumed": "==>"}


def mermaid(diagram: Diagram) -> str:
    """Write the diagram in Mermaid's own language, with its sentences as the accessible description."""
    nodes = {node.arn: node for node in diagram.nodes}
    names = {arn: f"n{number}" for number, arn in enumerate(nodes)}
    connected = {arn for one in diagram.arrows for arn in (one.source, one.target)}
    configuration = json.dumps({"theme": "base", "themeVariables": _COLORS})
    lines = [
        f"%%{{init: {configuration}}}%%",
        "flowchart LR",
        "  accTitle: Who may assume which role",
        f"  accDescr: {'; '.join(diagram.sentences) or 'No one may assume a role.'}",
    ]
    for number, account in enumerate(diagram.accounts):
        lines.append(f'  subgraph a{number}["{_escaped(account.name)} · {account.id}"]')
        for arn, node in nodes.items():
            if node.account == account.id and (arn in connected or node.kind == "role"):
                opening, closing = _SHAPES[node.kind]
                lines.append(f'    {names[arn]}{opening}"{_node_label(node)}"{closing}')
        lines.append("  end")
    for one in diagram.arrows:
        if one.source in names and one.target in names:
            lines.append(f"  {names[one.source]} {_arrow(one)} {names[one.target]}")
    return "\n".join(lines)


def _arrow(edge: DiagramEdge) -> str:
    label = {"trusted": "trusted only", "assumed": f"assumed ({edge.label})"}.get(edge.kind, edge.label)
    return _ARROWS[edge.kind] + (f'|"{_escaped(label)}"|' if label else "")


def _node_label(node: DiagramNode) -> str:
    return _escaped(f"{node.kind.replace('-', ' ')} {node.name}")


def _escaped(text: str) -> str:
    """Escape the characters that would end a quoted text in Mermaid."""
    return re.sub(r'["<>#;]', lambda match: f"#{ord(match[0])};", text)
