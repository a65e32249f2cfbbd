"""axe-core, run over a card."""

from rolecall.check._browser import violations as read_by_axe


def violations(page) -> list[str]:
    """What axe-core finds wrong with the card, with the element."""
    return [message for _, message in read_by_axe(page, ".rolecall-card")]
