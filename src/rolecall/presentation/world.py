"""The card of a sandbox: its accounts, who you act as, and the last calls."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from rolecall.presentation.kit import card, chip
from rolecall.sandbox.client import Sandbox
from rolecall.sandbox.trail_entries import DECISION_WORDS, TrailEntry, short_principal
from rolecall.sandbox.world_overview import AccountOverview, PrincipalOverview

_LAST_CALLS = 5


def sandbox_bundle(lab: Sandbox) -> dict[str, str]:
    """Return what a notebook displays of a sandbox."""
    return {"text/plain": repr(lab), "text/html": world_html(lab)}


def world_html(lab: Sandbox) -> str:
    """Show what the world contains now; the policies of a user or a role open on demand."""
    world = lab.overview()
    chips = chip(f"clock +{lab.clock.ahead}") if lab.clock.ahead else ""
    acting = lab.acting_as
    you = f"You act as <strong>{escape(acting)}</strong>." if acting else "You don't act as anyone yet."
    others = ", ".join(f"<code>{escape(one)}</code>" for one in lab.actors if one != acting)
    also = f" You can {'also ' if acting else ''}act as {others}." if others else ""
    parts = [f"<p>{you}{also}</p>"]
    parts += [_account(one, acting) for one in world.accounts]
    return card(escape(world.title), *parts, _calls(lab.trail[-_LAST_CALLS:]), chips=chips, wide=True)


def _account(account: AccountOverview, acting: str) -> str:
    tiles = [_principal(one, "user", acting) for one in account.users]
    tiles += [_principal(one, "role", acting) for one in account.roles]
    tiles += [_tile(name, "bucket", acting) for name in account.buckets]
    tiles += [_tile(name, "machine", acting) for name in account.machines]
    return (
        f"<h4>Account {escape(account.name)} · {escape(account.id)}</h4>"
        f'<ul class="rc-tiles">{"".join(f"<li>{tile}</li>" for tile in tiles)}</ul>'
    )


def _tile(name: str, kind: str, acting: str, more: str = "") -> str:
    now = name == acting
    words = f"{kind} · you act as this {kind}" if now else kind
    state = " rc-is-now" if now else ""
    return f'<div class="rc-tile{state}"><b>{escape(name)}</b><small>{words}</small>{more}</div>'


def _principal(one: PrincipalOverview, kind: str, acting: str) -> str:
    documents = [("Trust policy", one.trust)] if one.trust else []
    documents += [(policy.name, policy.statements) for policy in one.policies]
    if not documents:
        return _tile(one.name, f"{kind} · no policies", acting)
    count = len(one.policies)
    # A long name of a service breaks after its dots only.
    trusts = f" · trusts {escape(_trusted(one.trust)).replace('.', '.<wbr>')}" if one.trust else ""
    shown = "".join(
        f'<p class="rc-small">{escape(title)}</p><pre tabindex="0">{escape(_json(statements))}</pre>'
        for title, statements in documents
    )
    words = f"{count} {'policy' if count == 1 else 'policies'}"
    more = f'<details class="rc-small"><summary>{words}{trusts}</summary>{shown}</details>'
    return _tile(one.name, kind, acting, more)


def _json(statements: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(json.dumps(one, indent=1) for one in statements)


def _trusted(statements: Iterable[Mapping[str, Any]]) -> str:
    """Name the principals of a trust policy shortly, such as ``dana, ec2.amazonaws.com``."""
    names: list[str] = []
    for statement in statements:
        principal = statement.get("Principal", "others")
        values = principal.values() if isinstance(principal, Mapping) else [principal]
        for value in values:
            names += [value] if isinstance(value, str) else value
    return ", ".join(dict.fromkeys(name.rpartition("/")[2] for name in names))


def _calls(entries: Iterable[TrailEntry]) -> str:
    rows = "".join(
        f"<li>{escape(DECISION_WORDS[one.decision])}: {escape(one.action)} as "
        f"{escape(short_principal(one.who))}</li>"
        for one in entries
    )
    return f"<h4>Last calls</h4><ul>{rows}</ul>" if rows else ""
