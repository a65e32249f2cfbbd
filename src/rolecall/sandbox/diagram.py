"""Who may assume which role, as the arrows of a diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

_MEANINGS = {
    "may": "{source} may assume {target}",
    "trusted": "{target} trusts {source}, but something is missing",
    "assumed": "{source} assumed {target}",
}


@dataclass(frozen=True, slots=True)
class DiagramAccount:
    """An account of the world: its number and its name there."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class DiagramNode:
    """A principal.

    Parameters
    ----------
    kind
        ``user``, ``role``, ``service``, ``oidc-provider``, or ``saml-provider``.
    account
        The id of the account that it belongs to.
    """

    arn: str
    kind: str
    name: str
    account: str


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    """An arrow from a principal to a role.

    Parameters
    ----------
    source, target
        The ARNs of the principal and of the role.
    label
        What is written on the arrow; empty for nothing.
    """

    source: str
    kind: Literal["may", "trusted", "assumed"]
    target: str
    label: str


@dataclass(frozen=True, slots=True, repr=False)
class Diagram:
    """Accounts, principals and roles; an arrow for who may assume what, who is only trusted, and who did.

    A notebook draws it; as text it is a list in words, which a screen reader reads as well.
    """

    accounts: tuple[DiagramAccount, ...]
    nodes: tuple[DiagramNode, ...]
    arrows: tuple[DiagramEdge, ...]

    @classmethod
    def of(cls, relations: Mapping[str, Any]) -> Diagram:
        """Read what the control API answers to ``GET /relations``."""
        return cls(
            tuple(DiagramAccount(one["id"], one["name"]) for one in relations["accounts"]),
            tuple(
                DiagramNode(one["arn"], one["kind"], one["name"], one["account"])
                for one in relations["nodes"]
            ),
            tuple(
                DiagramEdge(one["from"], one["kind"], one["to"], one["label"]) for one in relations["edges"]
            ),
        )

    @property
    def edges(self) -> list[tuple[str, str, str]]:
        """Each arrow as its principal's ARN, ``may``, ``trusted`` or ``assumed``, and its role's ARN."""
        return [(one.source, one.kind, one.target) for one in self.arrows]

    @property
    def sentences(self) -> list[str]:
        """Each arrow in words, such as ``user dana may assume role reports-reader``."""
        names = {node.arn: f"{node.kind} {node.name}" for node in self.nodes}
        return [
            _MEANINGS[one.kind].format(
                source=names.get(one.source, one.source), target=names.get(one.target, one.target)
            )
            for one in self.arrows
        ]

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def __repr__(self) -> str:
        return str(self)
