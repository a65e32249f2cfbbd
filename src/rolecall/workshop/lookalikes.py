"""Find display names that look like each other: anyone can type a name that looks like another's."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

# The letters of other scripts, and the digits, that are drawn like a Latin letter; a small part of
# https://www.unicode.org/Public/security/latest/confusables.txt
_DRAWN_LIKE = str.maketrans(
    "аеорсухіѕјкмтнвԁԛԝһαονρικτυχϲ01|i",
    "aeopcyxlsjkmthbdqwhaovplktuxcolll",
)
_NUMBER = re.compile(r" \(\d{1,4}\)$")


# A dashboard asks for the same names each second.
@lru_cache(maxsize=10_000)
def skeleton(name: str) -> str:
    """Return a text that is the same for names that look alike: no case, no accents, one script."""
    plain = unicodedata.normalize("NFKD", _NUMBER.sub("", name)).casefold().translate(_DRAWN_LIKE)
    return "".join(one for one in plain if one.isalnum())


def lookalikes(names: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each name that looks like others, those others."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[skeleton(name)].append(name)
    return {
        name: [one for one in group if one != name]
        for letters, group in alike.items()
        # A name of symbols only has no letters to compare.
        if letters and len(group) > 1
        for name in group
    }
