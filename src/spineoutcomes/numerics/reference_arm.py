"""The column that holds the groups, and which of them the others are compared with."""

from __future__ import annotations

from collections.abc import Hashable

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results.labels import as_labels, named


def grouping_column(treatment: str | None, reference: Hashable, by: str | None) -> str | None:
    """Return the column of the groups, None where all rows are one.

    Raises
    ------
    ArgumentError
        For a treatment without its reference or the other way round, or a treatment and `by`.
    """
    if treatment is not None and by is not None:
        raise ArgumentError("Give either `treatment` (with `reference`) or `by`, not both.")
    if treatment is not None and reference is None:
        raise ArgumentError(
            f"`treatment={treatment!r}` needs a `reference`: the arm compared with."
        )
    if treatment is None and reference is not None:
        raise ArgumentError("`reference` needs `treatment`: the column that holds the arms.")
    return treatment if treatment is not None else by


def reference_code(
    function: str, reference: Hashable, groups: tuple[str, ...], treatment: str | None
) -> int | None:
    """Return the code of the reference arm, None without a treatment.

    Raises
    ------
    ArgumentError
        When no arm has this name; the message lists a few arms, never a column of measurements.
    """
    if treatment is None:
        return None
    label = as_labels([reference])[0]
    if label not in groups:
        raise ArgumentError(
            f"{function}: the reference {label!r} is not an arm of {treatment!r}; its arms are: "
            f"{named(groups, 'values')}."
        )
    return groups.index(label)
