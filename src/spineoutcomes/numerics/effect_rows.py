"""The rows of an Effects: contrasts first, then the arms they compare."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from spineoutcomes.errors import NotEstimableError, SparseDataWarning
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.numerics.small_arms import without_p
from spineoutcomes.results.labels import named

Row = Mapping[str, object]


def contrast_row(
    rows: Rows, pair: tuple[int, int], value: Interval, **more: object
) -> dict[str, object]:
    """Return the row of one arm against the reference."""
    return {
        "term": term(rows, pair[0]),
        "contrast": rows.contrast(*pair),
        "estimate": value.estimate,
        "std_error": value.std_error,
        "statistic": value.statistic,
        "df": value.df,
        "p_value": value.p_value,
        "conf_low": value.low,
        "conf_high": value.high,
        "n": float(sum(size(rows, arm) for arm in pair)),
        "n_missing": rows.n_missing_total,
        **more,
    }


def inexact_row(
    rows: Rows, pair: tuple[int, int], value: Interval, *, method: str, **more: object
) -> dict[str, object]:
    """Return the row of one arm against the reference by a procedure that is not exact.

    In small arms its p-value is held back, and `method` says so.
    """
    sizes = {rows.groups[arm]: size(rows, arm) for arm in pair}
    allowed, held_back = without_p(value, sizes)
    return contrast_row(rows, pair, allowed, method=method + held_back, **more)


def arm_row(rows: Rows, arm: int, value: Interval, **more: object) -> dict[str, object]:
    """Return the row of one arm. It has no term and no test: an arm has no null value."""
    return {
        "contrast": rows.groups[arm],
        "estimate": value.estimate,
        "std_error": value.std_error,
        "df": value.df,
        "conf_low": value.low,
        "conf_high": value.high,
        "n": size(rows, arm),
        "n_missing": float(rows.n_missing[arm]),
        **more,
    }


def term(rows: Rows, arm: int) -> str:
    """Return the treatment column with two arms, `column[arm]` with more."""
    return f"{rows.treatment}" if len(rows.groups) == 2 else f"{rows.treatment}[{rows.groups[arm]}]"


def test_term(rows: Rows, arm: int, name: str) -> str:
    """Return the term of a test beside a contrast: its name in place of the treatment's."""
    return name if len(rows.groups) == 2 else f"{name}[{rows.groups[arm]}]"


def size(rows: Rows, arm: int) -> float:
    """Return the number of rows of an arm, repetitions included."""
    return float(rows.sizes[arm])


def require_arms(rows: Rows, function: str, *, at_least: int) -> None:
    """Raise where there is nothing to compare, or an arm is too small for its estimate.

    Raises
    ------
    NotEstimableError
        With one arm only, or fewer than `at_least` complete rows in any arm.
    """
    if rows.treatment is not None and len(rows.groups) == 1:
        raise NotEstimableError(
            f"{function}: {rows.treatment!r} has one arm only, {rows.groups[0]}; leave `treatment` "
            "out to describe one group."
        )
    small = [
        f"{label} has {size(rows, arm):.0f}"
        for arm, label in enumerate(rows.groups)
        if size(rows, arm) < at_least
    ]
    if small:
        raise NotEstimableError(
            f"{function}: every arm needs at least {at_least} complete row(s); {named(small)}."
        )


def warn_sparse(note: str) -> None:
    """Issue a SparseDataWarning that points at the caller of the public function."""
    warnings.warn(note, SparseDataWarning, stacklevel=3)
