"""The diagram of the accounts in Mermaid's language."""

from rolecall.presentation.diagram import mermaid
from rolecall.sandbox.diagram import Diagram, DiagramAccount, DiagramEdge, DiagramNode

MAIN, EMPTY = DiagramAccount("111122223333", "main"), DiagramAccount("444455556666", "stranger")


def principal(kind: str, name: str) -> DiagramNode:
    return DiagramNode(f"arn:aws:iam::{MAIN.id}:{kind}/{name}", kind, name, MAIN.id)


READER, *USERS = [principal("role", "reader"), *(principal("user", name) for name in ("ana", "ben", "cy"))]


def drawn(*trusted: DiagramNode) -> str:
    arrows = [DiagramEdge(one.arn, "trusted", READER.arn, "") for one in trusted]
    return mermaid(Diagram((MAIN, EMPTY), (READER, *USERS), tuple(arrows)))


def test_principals_that_a_role_only_trusts_share_one_arrow_and_are_named():
    text = drawn(*USERS)

    assert text.count('|"trusted only"|') == 1
    assert '["users ana, ben, cy"]' in text
    assert "role reader trusts user cy, but something is missing" in text


def test_two_trusted_principals_have_an_arrow_each():
    assert drawn(*USERS[:2]).count('|"trusted only"|') == 2


def test_an_account_without_principals_is_left_out():
    assert "main · 111122223333" in drawn()
    assert "stranger" not in drawn()


def test_the_diagram_has_colors_for_both_themes():
    assert "prefers-color-scheme: dark" in drawn()
