"""axe-core, run over a card."""

import os
from pathlib import Path

import pytest

AXE = Path(__file__).parents[1] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page) -> list[str]:
    """What axe-core finds wrong with the card, with the element."""
    if not AXE.is_file():
        reason = "wants `npm ci --prefix tests/javascript`, which .ci/run does"
        if os.environ.get("ROLECALL_REQUIRE_JAVASCRIPT"):
            pytest.fail(reason)
        pytest.skip(reason)
    if page.evaluate("typeof axe === 'undefined'"):
        page.add_script_tag(content=AXE.read_text())
    found = page.evaluate("axe.run('.rolecall-card', {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]
