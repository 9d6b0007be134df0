"""One variable of a baseline table: its numbers by group and the distance between the groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._kinds import Binary, Categorical, Kind, Numbers, Numeric, Sample
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.columns import ALL
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.results.labels import as_labels


@dataclass(frozen=True, slots=True)
class Described:
    """The rows of one variable in a Summary, and what a reader must be told about them."""

    rows: list[dict[str, object]]
    note: str | None


def describe(rows: Rows, name: str) -> Described:
    """Return the summary rows of a variable: group by group, then the standardized difference."""
    kind = _kind(rows, name)
    present = rows.frame[name].notna().to_numpy()
    groups = [_sample(rows, present, group) for group in range(len(rows.groups))]
    found = [
        _row(name, label, level, statistic, value, group.n)
        for label, group in zip(rows.groups, groups, strict=True)
        for level, statistic, value in _numbers(kind, group)
    ]
    if rows.reference is None or len(groups) < 2:
        return Described(found, None)
    pair, value, n = _distance(rows, kind, groups)
    found.append(_row(name, pair, None, "smd", value, n))
    if not math.isinf(value):
        return Described(found, None)
    return Described(
        found,
        f"the smd of {name!r} ({pair}) is infinite: arms without any overlap in it "
        "(no common level, or constant at different values).",
    )


def _kind(rows: Rows, name: str) -> Kind:
    column = rows.frame[name]
    if pd.api.types.is_numeric_dtype(column):
        x = rows.numbers(name)
        zero_one = column.notna().any() and column.dropna().isin([0, 1]).all()
        return Binary(x) if zero_one else Numeric(x)
    text = pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty")
    if text or isinstance(column.dtype, pd.CategoricalDtype):
        levels = pd.Categorical(column).remove_unused_categories()
        return Categorical(np.asarray(levels.codes, np.int64), as_labels(levels.categories))
    raise ArgumentError(
        f"baseline_summary: {name!r} (dtype {column.dtype}) holds neither numbers, nor 0/1, nor "
        "text; convert it, or leave it out of `variables`."
    )


def _sample(rows: Rows, present: npt.NDArray[np.bool_], group: int) -> Sample:
    own = rows.group == group
    at = np.flatnonzero(own & present)
    return Sample(at, rows.counts[at], float(rows.counts[own & ~present].sum()))


def _numbers(kind: Kind, group: Sample) -> Numbers:
    yield None, "n", group.n
    yield None, "missing", group.missing
    yield from kind.numbers(group)


def _distance(rows: Rows, kind: Kind, groups: list[Sample]) -> tuple[str, float, float]:
    """Return label, smd and size: the pair of two arms, or the worst pair of more."""
    if len(groups) == 2:
        [(one, zero)] = rows.pairs()
        value = kind.distance(groups[one], groups[zero])
        return rows.contrast(one, zero), value, groups[one].n + groups[zero].n
    apart = [abs(kind.distance(a, b)) for a, b in combinations(groups, 2)]
    # A pair that cannot be compared leaves the largest difference unknown.
    value = math.nan if any(map(math.isnan, apart)) else max(apart)
    return ALL, value, sum(group.n for group in groups)


def _row(
    variable: str, group: str, level: str | None, statistic: str, value: float, n: float
) -> dict[str, object]:
    return {
        "variable": variable,
        "level": level,
        "group": group,
        "statistic": statistic,
        "value": value,
        "n": n,
    }
