"""axe-core, run over a card, and what moves on a page."""

from rolecall.check._browser import violations as read_by_axe


def violations(page) -> list[str]:
    """What axe-core finds wrong with the card, with the element."""
    return [message for _, message in read_by_axe(page, ".rolecall-card")]


def moving_parts(page) -> list[str]:
    """The classes of the elements that an animation or a transition would move."""
    return page.evaluate(
        """[...document.querySelectorAll("body *")].filter((one) => {
          const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(one);
          return animationName !== "none" || transitionDuration !== "0s" || scrollBehavior !== "auto";
        }).map((one) => `${one.localName}.${one.className}`)"""
    )
