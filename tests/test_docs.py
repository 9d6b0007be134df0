"""The examples of the guide print what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("outcomes.md", "survival.md")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_prints_what_its_code_gives(page: str) -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(str(DOCS / page), module_relative=False, optionflags=flags)
    assert result.attempted > 0 and not result.failed
