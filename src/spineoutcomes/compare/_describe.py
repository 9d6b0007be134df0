"""One variable of a baseline table: its numbers by group and the distance between the groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from spineoutcomes.compare._kinds import (
    Binary,
    BoolArray,
    Categorical,
    IntArray,
    Kind,
    Numbers,
    Numeric,
    Sample,
    Spread,
)
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.columns import ALL, read_groups
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.numerics.rows import Rows


@dataclass(frozen=True, slots=True)
class Described:
    """The rows of one variable in a Summary, and what a reader must be told about them."""

    rows: list[dict[str, object]]
    notes: tuple[str, ...] = ()
    test: str | None = None


def describe(
    rows: Rows, members: Sequence[IntArray], name: str, *, tests: bool, spread: Spread
) -> Described:
    """Return the summary rows of a variable: group by group, then what sets the groups apart.

    `members` are the rows of each group.
    """
    kind = _kind(rows, name, spread)
    present = rows.frame[name].notna().to_numpy()
    groups = [_sample(rows, kind, own, present) for own in members]
    found = [
        _row(name, label, level, statistic, value, group.n)
        for label, group in zip(rows.groups, groups, strict=True)
        for level, statistic, value in _numbers(kind, group)
    ]
    if rows.reference is None or len(groups) < 2:
        return Described(found)
    pair, value, n = _distance(rows, kind, groups)
    found.append(_row(name, pair, None, "smd", value, n))
    verdict = kind.test(groups) if tests else None
    if verdict is not None:
        found.append(_row(name, pair, None, "p_value", verdict.p_value, n))
    notes = [_infinite(name, pair)] if math.isinf(value) else []
    if verdict is not None and verdict.doubt:
        notes.append(f"the p-value of {name!r} ({pair}) is doubtful: {verdict.doubt}.")
    return Described(found, tuple(notes), None if verdict is None else verdict.name)


def _infinite(name: str, pair: str) -> str:
    return (
        f"the smd of {name!r} ({pair}) is infinite: arms without any overlap in it "
        "(no common level, or constant at different values)."
    )


def _kind(rows: Rows, name: str, spread: Spread) -> Kind:
    column = rows.frame[name]
    if is_real(column):
        x = rows.numbers(name)
        known = x[~np.isnan(x)]
        zero_one = len(known) > 0 and bool(((known == 0) | (known == 1)).all())
        return Binary(x) if zero_one else Numeric(x, spread)
    levels_known = isinstance(column.dtype, pd.CategoricalDtype)
    if levels_known or pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty"):
        codes, levels = read_groups(rows.frame, name)
        return Categorical(codes, list(levels))
    raise ArgumentError(
        f"baseline_summary: {name!r} (dtype {column.dtype}) holds neither numbers, nor 0/1, nor "
        "text; convert it, or leave it out of `variables`."
    )


def _sample(rows: Rows, kind: Kind, own: IntArray, present: BoolArray) -> Sample:
    """Return the rows of a group that have a value; rows of weight zero are not there."""
    has = present[own]
    at = kind.arranged(own if has.all() else own[has])
    counts = rows.counts[at]
    absent = own[~has]
    if rows.weights is None:
        return Sample(at, counts, None, counts.sum(), rows.counts[absent].sum())
    weights = rows.weights[at]
    return Sample(
        at,
        counts,
        weights,
        n=counts[weights > 0].sum(),
        missing=rows.counts[absent][rows.weights[absent] > 0].sum(),
    )


def _numbers(kind: Kind, group: Sample) -> Numbers:
    yield None, "n", group.n
    yield None, "missing", group.missing
    if group.weights is not None:
        yield None, "effective_n", group.effective_n
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
