"""The labels of groups, causes, levels and contrasts in results, and the words readers see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Words = Callable[[Any], str]
# Up to so many labels are named in a message.
MOST_NAMED = 12


def as_labels(values: Iterable[object]) -> list[str]:
    """Return values as the labels of results: `str`, whole-number floats without ".0".

    Examples
    --------
    >>> as_labels([1.0, 2, "open", True])
    ['1', '2', 'open', 'True']
    """
    return [_label(value) for value in values]


def _label(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def named(labels: Iterable[str], kind: str = "groups") -> str:
    """Return labels for a message; of many, which are measurements of patients, their number.

    Examples
    --------
    >>> named(["mis", "open"])
    'mis, open'
    >>> named(map(str, range(60)))
    '60 different groups'
    """
    listed = list(labels)
    if len(listed) > MOST_NAMED:
        return f"{len(listed)} different {kind}"
    return ", ".join(listed)


def words(known: Mapping[str, str] | None) -> Words:
    """Return the function from a name in a result to the words a reader sees; None is nothing."""
    entries = known or {}
    return lambda name: "" if name is None else entries.get(name, name)
