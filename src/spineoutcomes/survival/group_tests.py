"""What every test between groups does with its rows, before its sums and after them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes._asked import names_in
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning
from spineoutcomes.numerics.arguments import require_number
from spineoutcomes.numerics.distributions import chi_square_tail
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.numerics.small_arms import without_p
from spineoutcomes.results.labels import named
from spineoutcomes.survival.observed_expected import ObservedExpected
from spineoutcomes.survival.outcome import Outcome
from spineoutcomes.survival.risk_sets import RiskSets, count_masses

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def strata_columns(strata: str | Sequence[str] | None, function: str) -> dict[str, str]:
    """Return the columns of the strata by their role in the rows."""
    within = names_in(function, "strata", strata)
    return {f"strata {i}": column for i, column in enumerate(within)}


def check_groups(rows: Rows, rho: float, function: str) -> None:
    """Raise unless there are groups to compare and a weight to compare them with."""
    if len(rows.groups) < 2:
        raise ArgumentError(
            f"{function} compares two groups or more; found only {rows.groups[0]!r}. Name the "
            "column of the groups as `by`, or `treatment` with `reference`."
        )
    require_number(function, "rho", rho, "a number of at least 0")
    if not (np.isfinite(rho) and rho >= 0):
        raise ArgumentError(f"{function}: rho must be at least 0, got {rho}.")


def cause_to_test(outcome: Outcome, cause: Hashable, function: str, others: str) -> int:
    """Return the code of the cause tested; `others` says what happens to the other causes."""
    if cause is not None:
        return outcome.cause_code(cause, function)
    if len(outcome.causes) > 1:
        raise ArgumentError(
            f"{function}: the event has the causes {outcome.named_causes}; say which is "
            f"tested with `cause` ({others}), or merge them."
        )
    return 1


def stratum_codes(rows: Rows) -> IntArray | None:
    """Return the stratum of each row, of shape (n,); None without strata."""
    columns = [rows.frame[role] for role in rows.frame if str(role).startswith("strata ")]
    if not columns:
        return None
    return np.asarray(rows.frame.groupby(columns, observed=True, sort=False).ngroup(), dtype=int)


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Counts of all groups in each stratum.

    Attributes
    ----------
    observed : list of tuple of RiskSets
        How many were observed; for each stratum one of each group.
    counts : list of tuple of RiskSets
        The same in weights, of which tests are made; `observed` without weights.
    """

    observed: list[tuple[RiskSets, ...]]
    counts: list[tuple[RiskSets, ...]]

    def n_event(self, j: int) -> FloatArray:
        """Return the events of cause j by group, of shape (G,)."""
        found = [[sets.n_event[j].sum() for sets in groups] for groups in self.observed]
        return np.asarray(np.sum(found, axis=0), dtype=np.float64)


def count_strata(rows: Rows, outcome: Outcome, stratum: IntArray | None) -> Strata:
    """Return the counts of each stratum, of all causes."""
    G, n_strata = len(rows.groups), 1 if stratum is None else int(stratum.max()) + 1
    masses: list[FloatArray | None] = [None if rows.are_single else rows.counts]
    if rows.weights is not None:
        masses.append(rows.weights if rows.are_single else rows.counts * rows.weights)
    found = count_masses(
        outcome.ends,
        outcome.codes,
        rows.codes if stratum is None else stratum * G + rows.group,
        n_causes=len(outcome.causes),
        n_groups=n_strata * G,
        entry=outcome.entry,
        masses=masses,
        place=outcome.place,
        close=outcome.close,
    )
    observed, *counts = [[sets[s * G : (s + 1) * G] for s in range(n_strata)] for sets in found]
    return Strata(observed, counts[0] if counts else observed)


def sparse_notes(rows: Rows, found: ObservedExpected, function: str) -> tuple[str, ...]:
    """Return a note, given as warning too, on groups that the test says nothing of.

    Raises
    ------
    NotEstimableError
        When it says nothing of all.
    """
    if not found.compared.any():
        raise NotEstimableError(
            f"{function}: no event happened while two groups were at risk in one stratum "
            "and somebody stayed at risk."
        )
    left = [label for label, on in zip(rows.groups, found.compared, strict=True) if not on]
    if not left:
        return ()
    note = (
        f"{named(left)} cannot be compared: no event happened while this group and another "
        "were at risk."
    )
    warnings.warn(f"{function}: {note}", SparseDataWarning, stacklevel=3)
    return (note,)


def effect_rows(
    rows: Rows, n_event: FloatArray, found: ObservedExpected, cause: str | None, method: str
) -> pd.DataFrame:
    """Return the row `test`, then `observed` and `expected` of each group; all name the cause."""
    statistic, df = found.chi_square()
    n = rows.sizes
    p = float(chi_square_tail(df, statistic))
    value, words = without_p(
        Interval(math.nan, statistic=statistic, df=df, p_value=p),
        dict(zip(rows.groups, n, strict=True)),
    )
    pairs = rows.pairs()
    labels = {"term": rows.treatment} | ({} if cause is None else {"cause": cause})
    test = labels | {
        "contrast": rows.contrast(*pairs[0]) if len(pairs) == 1 else None,
        "measure": "test",
        "statistic": statistic,
        "df": df,
        "p_value": value.p_value,
        "method": method + words,
        "n": n.sum(),
        "n_event": n_event.sum(),
        "n_missing": rows.n_missing_total,
    }
    arms = [
        labels
        | {
            "contrast": label,
            "measure": measure,
            "estimate": values[g],
            "n": n[g],
            "n_event": n_event[g],
            "n_missing": rows.n_missing[g],
        }
        for g, label in enumerate(rows.groups)
        for measure, values in (("observed", found.observed), ("expected", found.expected))
    ]
    return pd.DataFrame([test, *arms])
