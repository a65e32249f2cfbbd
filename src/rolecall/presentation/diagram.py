"""The accounts as a diagram, which JupyterLab draws with its own Mermaid, in either theme.

https://jupyterlab.readthedocs.io/en/stable/user/file_formats.html#mermaid
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from textwrap import wrap

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
"""The kit's light colors."""
_DARK = (
    "@media (prefers-color-scheme: dark) {"
    ".node :is(rect, polygon, path) {fill: #1d2f43 !important; stroke: #78b7ff !important}"
    ".cluster rect {fill: #1f242a !important; stroke: #8b96a1 !important}"
    ".flowchart-link, .marker {stroke: #8b96a1 !important} .marker {fill: #8b96a1 !important}"
    ".nodeLabel, .cluster-label span, .edgeLabel, .edgeLabel p {color: #e8ecf0 !important}"
    ".edgeLabel, .edgeLabel p {background-color: #1f242a !important}"
    "}"
)
"""The kit's dark colors.

JupyterLab shows a diagram as a picture, which it doesn't draw again when the theme changes. A style sheet
in a picture follows the color scheme of the picture's element, which `panel.css` sets.
"""
_MANY = 3
"""So many principals of one account that a role only trusts share one arrow."""
_ARROWS = {"may": "-->", "trusted": "-.->", "assumed": "==>"}


def mermaid(diagram: Diagram) -> str:
    """Write the diagram in Mermaid's own language, with its sentences as the accessible description."""
    nodes = {node.arn: node for node in diagram.nodes}
    names = {arn: f"n{number}" for number, arn in enumerate(nodes)}
    shared, single = _shared_arrows(diagram, nodes)
    connected = {arn for one in single for arn in (one.source, one.target)}
    configuration = json.dumps({"theme": "base", "themeVariables": _COLORS, "themeCSS": _DARK})
    lines = [
        f"%%{{init: {configuration}}}%%",
        "flowchart LR",
        "  accTitle: Who may assume which role",
        f"  accDescr: {'; '.join(diagram.sentences) or 'No one may assume a role.'}",
    ]
    for number, account in enumerate(diagram.accounts):
        inside = [
            f"{names[arn]}{_labeled(node)}"
            for arn, node in nodes.items()
            if node.account == account.id and (arn in connected or node.kind == "role")
        ]
        inside += [
            f's{place}["{_shared_label([nodes[arn] for arn in sources])}"]'
            for place, sources in enumerate(shared)
            if nodes[sources[0]].account == account.id
        ]
        # Mermaid draws an account without anything in it as if it were a principal.
        if inside:
            title = f"{_escaped(account.name)} · {account.id}"
            lines += [f'  subgraph a{number}["{title}"]', *(f"    {one}" for one in inside), "  end"]
    lines += [
        f"  {names[one.source]} {_arrow(one)} {names[one.target]}"
        for one in single
        if one.source in names and one.target in names
    ]
    for place, arrows in enumerate(shared.values()):
        lines += [f"  s{place} {_arrow(one)} {names[one.target]}" for one in arrows]
    return "\n".join(lines)


def _shared_arrows(
    diagram: Diagram, nodes: Mapping[str, DiagramNode]
) -> tuple[dict[tuple[str, ...], list[DiagramEdge]], list[DiagramEdge]]:
    """Find the principals that share an arrow, as where a role trusts a whole account.

    Returns
    -------
    tuple
        For the ARNs of such principals, one of their arrows for each role; and the arrows of a single one.
    """
    trusted: dict[tuple[str, str], list[DiagramEdge]] = {}
    for one in diagram.arrows:
        if one.kind == "trusted" and one.source in nodes and one.target in nodes:
            trusted.setdefault((one.target, nodes[one.source].account), []).append(one)
    shared: dict[tuple[str, ...], list[DiagramEdge]] = {}
    covered: set[DiagramEdge] = set()
    for arrows in trusted.values():
        if len(arrows) >= _MANY:
            shared.setdefault(tuple(sorted(one.source for one in arrows)), []).append(arrows[0])
            covered.update(arrows)
    return shared, [one for one in diagram.arrows if one not in covered]


def _arrow(edge: DiagramEdge) -> str:
    label = {"trusted": "trusted only", "assumed": f"assumed ({edge.label})"}.get(edge.kind, edge.label)
    return _ARROWS[edge.kind] + (f'|"{_escaped(label)}"|' if label else "")


def _labeled(node: DiagramNode) -> str:
    opening, closing = _SHAPES[node.kind]
    return f'{opening}"{_escaped(f"{_kind(node)} {node.name}")}"{closing}'


def _kind(node: DiagramNode) -> str:
    return node.kind.replace("-", " ")


def _shared_label(sources: Sequence[DiagramNode]) -> str:
    """Name the principals that share an arrow: a line, or a few, for each kind."""
    lines: list[str] = []
    for kind in sorted({_kind(node) for node in sources}, reverse=True):
        names = sorted(node.name for node in sources if _kind(node) == kind)
        text = f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names)}"
        lines += wrap(text, 26, break_long_words=False, break_on_hyphens=False)
    return "<br/>".join(_escaped(line) for line in lines)


def _escaped(text: str) -> str:
    """Escape the characters that would end a quoted text in Mermaid."""
    return re.sub(r'["<>#;]', lambda match: f"#{ord(match[0])};", text)
