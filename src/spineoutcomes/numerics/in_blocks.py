"""Rows in parts that stay in the processor's cache from one step to the next."""

from __future__ import annotations

from collections.abc import Iterator

BLOCK = 32_768


def blocks(n: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield where the parts of n rows are, of `size` rows each but for the last."""
    return (slice(start, start + size) for start in range(0, n, size))
