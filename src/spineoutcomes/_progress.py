"""Progress of work that takes longer than a person likes to wait for without a word."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, BinaryIO, TypeVar, cast

Item = TypeVar("Item")
SHOWN_AFTER = 2.0  # seconds; what is done before shows nothing


def progressing(items: Iterable[Item], title: str, unit: str) -> Iterable[Item]:
    """Yield items, and show how many are done; the line goes away at the end."""
    return cast(
        "Iterable[Item]",
        _bar()(items, desc=title, unit=unit, delay=SHOWN_AFTER, leave=False),
    )


def progressing_stream(stream: BinaryIO, n_bytes: int, title: str) -> Any:
    """Return a context that holds the stream, and shows how much of it has been read."""
    return _bar().wrapattr(
        stream, "read", total=n_bytes, desc=title, delay=SHOWN_AFTER, leave=False
    )


def progress_bar(total: int, title: str, unit: str) -> Any:
    """Return a bar that its owner moves, shown after half a second, and kept when it is full."""
    return _bar()(total=total, desc=title, unit=unit, delay=0.5)


def _bar() -> Any:
    """Return the class of bars: a widget in a notebook that can show one, else a line of text."""
    with warnings.catch_warnings():
        # Without widgets tqdm says so at its import and falls back to text, which is all we ask.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm
