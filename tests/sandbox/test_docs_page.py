"""The page about the sandbox lists what the code has."""

import pytest

from sandbox import docs_page


def test_the_lists_of_the_page_are_current():
    page = docs_page.PAGE.read_text(encoding="utf-8")

    assert docs_page.with_lists(page) == page, "run `uv run python tests/sandbox/docs_page.py`"


def test_a_page_without_a_marked_region_is_an_error():
    with pytest.raises(ValueError, match="BEGIN gaps"):
        docs_page.with_lists("# No regions\n")
