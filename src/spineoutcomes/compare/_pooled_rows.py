"""One row of several imputations: pooled, tested jointly, or left with its mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.compare._contrasts import Record, is_ratio, on_scale, p_held_back
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.intervals import exponential
from spineoutcomes.numerics.rubin import (
    Joint,
    joint_chi_square,
    joint_wald,
    pool_covariance,
    pool_scalar,
)
from spineoutcomes.numerics.small_arms import NO_P
from spineoutcomes.results import Effects

COUNTED = ("n", "n_event", "n_missing")
NUMBERS = ("estimate", "std_error", "statistic", "df", "p_value", "p_adjusted", "conf_low")
CHI_SQUARE = "chi-square"
# So that what is read from the pooled row brings no p back either.
HELD_BACK = f"; {NO_P}at least one of the results has none"
# What is concluded from a contrast: a mean of conclusions is none.
CONCLUSIONS = ("noninferiority", "e_value", "rosenbaum_bound")


@dataclass(frozen=True, slots=True)
class PooledRow:
    """A row of the result, and the share of its information that is missing."""

    record: dict[str, object]
    missing_information: float = math.nan


def pooled_row(function: str, rows: Sequence[Record], conf_level: float) -> PooledRow:
    """Return one row from the same row of every imputation."""
    first = rows[0]
    empty = dict.fromkeys((*NUMBERS, "conf_high"), math.nan)
    counts = {name: float(np.mean([row[name] for row in rows])) for name in COUNTED}
    common = {**first, **empty, **counts}
    if first["measure"] == "test":
        return PooledRow({**common, **_pooled_test(function, rows)})
    if first["measure"] in CONCLUSIONS:
        raise ArgumentError(
            f"{function}: {first['measure']} is a conclusion from one estimate and is not pooled; "
            "pool the contrasts first, then draw it from the pooled result."
        )
    Q = np.array([on_scale(row, "estimate") for row in rows])
    if not np.isfinite(Q).all():
        raise NotEstimableError(
            f"{function}: {int((~np.isfinite(Q)).sum())} of {len(Q)} results have no finite "
            f"estimate of {first['measure']} {first['contrast'] or first['term'] or ''}; the "
            "imputations cannot be pooled."
        )
    back = exponential if is_ratio(first) else float
    # A row without a test, such as the mean of an arm, gets none by pooling.
    errors = np.array([row["std_error"] for row in rows])
    if not (errors > 0).all():
        return PooledRow({**common, "estimate": back(float(Q.mean())), "method": _averaged(first)})
    dfs = [row["df"] for row in rows]
    pooled = pool_scalar(Q, errors**2, math.inf if np.isnan(dfs).any() else min(dfs))
    found = pooled.interval(conf_level)
    untested = any(math.isnan(row["p_value"]) for row in rows)
    record = {
        **common,
        "estimate": back(found.estimate),
        "std_error": found.std_error,
        "statistic": math.nan if untested else found.statistic,
        "df": found.df,
        "p_value": math.nan if untested else found.p_value,
        "conf_low": back(found.low),
        "conf_high": back(found.high),
        "method": f"{first['method'] + '; ' if first['method'] else ''}Rubin's rules"
        + (HELD_BACK if any(map(p_held_back, rows)) else ""),
    }
    return PooledRow(record, pooled.missing_information)


def joint_row(function: str, effects: Sequence[Effects], terms: list[str]) -> dict[str, object]:
    """Return the row that tests several terms at once (D1)."""
    Q, U = [], []
    for one in effects:
        frame = one.tidy()
        own = frame[frame["term"].isin(terms) & frame["estimate"].notna()]
        absent = [term for term in terms if (own["term"] == term).sum() != 1]
        covariance = one.covariance
        if covariance is not None:
            absent += [term for term in terms if term not in covariance.index]
        if covariance is None or absent:
            named = ", ".join(map(repr, absent or terms))
            raise ArgumentError(
                f"{function}: a joint test needs one row and the covariance of each term; not so "
                f"for {named}. Its terms are: {', '.join(map(repr, frame['term'].dropna()))}."
            )
        Q.append(_estimates(own, terms))
        U.append(covariance.loc[terms, terms].to_numpy(dtype=float))
    test = joint_wald(np.array(Q), np.array(U))
    return {
        "term": " + ".join(terms),
        "measure": "test",
        "std_error": math.nan,
        **_f_test(test, "D1, from the covariance of the terms"),
    }


def pooled_covariance(
    effects: Sequence[Effects], rows: Sequence[dict[str, object]]
) -> pd.DataFrame | None:
    """Return the pooled covariance of the terms, where every result has the same ones."""
    matrices = [one.covariance for one in effects]
    if any(matrix is None for matrix in matrices):
        return None
    terms = list(matrices[0].index)  # type: ignore[union-attr]
    frames = [one.tidy() for one in effects]
    once = all((frame["term"] == term).sum() == 1 for frame in frames for term in terms)
    same = all(list(matrix.index) == terms for matrix in matrices if matrix is not None)
    if not (once and same and terms and rows):
        return None
    Q = np.array([_estimates(frame, terms) for frame in frames])
    U = np.array([matrix.to_numpy(dtype=float) for matrix in matrices if matrix is not None])
    return pd.DataFrame(pool_covariance(Q, U), index=terms, columns=terms)


def _estimates(frame: pd.DataFrame, terms: list[str]) -> list[float]:
    """Return the estimates of terms, each on the scale of its error."""
    rows: list[Any] = frame.to_dict("records")
    by_term = {row["term"]: row for row in rows if not math.isnan(row["estimate"])}
    return [on_scale(by_term[term], "estimate") for term in terms]


def _averaged(row: Record) -> str:
    own = f"{row['method']}; " if row["method"] else ""
    return f"{own}mean over the imputations, no interval without a standard error"


def _pooled_test(function: str, rows: Sequence[Record]) -> dict[str, object]:
    statistics = np.array([row["statistic"] for row in rows])
    if np.isnan(statistics).any():
        return {"method": _not_pooled(rows[0], int(np.isnan(statistics).sum()), len(rows))}
    dfs = {row["df"] for row in rows}
    named = all(CHI_SQUARE in (row["method"] or "") for row in rows)
    if not named or len(dfs) > 1 or not (np.isfinite(statistics).all() and dfs != {math.nan}):
        raise NotEstimableError(
            f"{function}: only chi-square tests with the same degrees of freedom in every result "
            "can be pooled; leave other tests out, and test the pooled estimates instead."
        )
    found = _f_test(joint_chi_square(statistics, dfs.pop()), "D2, from chi-square statistics")
    # What small groups did not allow in each result is not allowed by pooling.
    withheld = any(math.isnan(row["p_value"]) for row in rows)
    if not withheld:
        return found
    return {**found, "p_value": math.nan, "method": f"{found['method']}{HELD_BACK}"}


def _not_pooled(row: Record, absent: int, of: int) -> str:
    own = f"{row['method']}; " if row["method"] else ""
    return f"{own}not pooled: {absent} of {of} results have no statistic"


def _f_test(test: Joint, words: str) -> dict[str, object]:
    return {
        "statistic": test.F,
        "df": math.nan if math.isinf(test.df2) else test.df2,
        "p_value": test.p_value,
        "method": f"F test with {test.df1:g} and {test.df2:.4g} degrees of freedom "
        f"over the imputations ({words})",
    }
