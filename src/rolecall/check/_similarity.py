"""Compare texts by the words that they have in common, and rare words count more than common ones."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from rolecall.check._words_of_texts import content_words


class Similarity:
    """How similar two texts are, from 0 (no word in common) to 1 (the same words).

    This is the cosine of the two vectors of inverse document frequencies.
    https://nlp.stanford.edu/IR-book/html/htmledition/tf-idf-weighting-1.html

    Parameters
    ----------
    texts
        The texts whose words are counted, to find out which words are rare.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        words = [content_words(text) for text in texts]
        self._count = len(words)
        self._occurs = Counter(word for one in words for word in one)

    def __call__(self, one: str, other: str) -> float:
        """Compare two texts."""
        words, others = content_words(one), content_words(other)
        lengths = self._squares(words) * self._squares(others)
        return self._squares(words & others) / math.sqrt(lengths) if lengths else 0.0

    def _squares(self, words: Iterable[str]) -> float:
        return sum(math.log((1 + self._count) / (1 + self._occurs[word])) ** 2 for word in words)
