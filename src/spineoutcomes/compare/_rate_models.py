"""The three ways to a ratio of rates: robust Poisson, negative binomial, exact."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.compare._regression import as_ratio, model_of
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.effect_rows import size
from spineoutcomes.numerics.exact_rates import exact_rate_ratio
from spineoutcomes.numerics.families import POISSON
from spineoutcomes.numerics.glm import GlmFit, fit_glm
from spineoutcomes.numerics.intervals import Interval, t_interval
from spineoutcomes.numerics.negative_binomial import fit_negative_binomial
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.numerics.sandwich import RobustError, robust_error
from spineoutcomes.numerics.small_samples import FEW_IN_ARM, cluster_rule
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
ZOU = "doi:10.1093/aje/kwh090"
PUSTEJOVSKY = "doi:10.1080/07350015.2016.1247004"
LAWLESS = "doi:10.2307/3314912"
PRZYBOROWSKI = "doi:10.1093/biomet/31.3-4.313"
NAME = "rate_ratio"
# A robust variance below this share of the model's is what rounding leaves of none.
NO_VARIATION = 1e-12


@dataclass(frozen=True, slots=True)
class Ratios:
    """Ratios of each arm to the reference, in the order of `rows.pairs()`.

    `notes` are warned about; `remarks` only stand beside the result. `exact` ones keep their
    p-value in arms of any size.
    """

    values: list[Interval]
    method: str
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    exact: bool = False


def robust(rows: Rows, events: FloatArray, time: FloatArray, conf_level: float) -> Ratios:
    """Return Poisson ratios with robust errors."""
    _require_events(rows, events)
    _require_two(rows)
    model = model_of(rows, ())
    names = ["the intercept", *model.terms]
    X = model.with_intercept()
    fit = fit_glm(X, events, POISSON, names, counts=rows.counts, offset=np.log(time))
    error = robust_error(fit, rows.cluster)
    values = _intervals(fit, error, conf_level)
    return Ratios(
        values=values,
        method=f"ratio of rates, Poisson regression, {error.method}",
        sources=(ZOU,) if rows.cluster is None else (ZOU, PUSTEJOVSKY),
        notes=_notes(rows, values),
    )


def negative_binomial(
    rows: Rows, events: FloatArray, time: FloatArray, conf_level: float
) -> Ratios:
    """Return negative binomial ratios, with clustered errors where there are clusters."""
    _require_events(rows, events)
    model = model_of(rows, ())
    names = ["the intercept", *model.terms]
    X = model.with_intercept()
    fit = fit_negative_binomial(X, events, names, counts=rows.counts, offset=np.log(time))
    if not fit.converged:
        raise NotEstimableError(
            f'{NAME}: the negative binomial model did not converge; use method="robust".'
        )
    if rows.cluster is None:
        p = len(names)
        error = RobustError(
            fit.model.covariance,
            np.full(p, math.inf),
            "error with theta as known, normal quantiles",
        )
    else:
        _require_two(rows)
        error = robust_error(fit.model, rows.cluster)
    shape = f"theta {fit.theta:.3g}" if math.isfinite(fit.theta) else "theta infinite (Poisson)"
    remarks = (
        ()
        if math.isfinite(fit.theta)
        else ("the counts vary no more than Poisson counts; the model is a Poisson model.",)
    )
    values = _intervals(fit.model, error, conf_level)
    return Ratios(
        values=values,
        method=f"ratio of rates, negative binomial regression ({shape}), {error.method}",
        sources=(LAWLESS,) if rows.cluster is None else (LAWLESS, PUSTEJOVSKY),
        notes=_notes(rows, values),
        remarks=remarks,
    )


def exact_ratios(rows: Rows, events: FloatArray, time: FloatArray, conf_level: float) -> Ratios:
    """Return exact ratios given the total of both arms."""
    if rows.cluster is not None:
        raise ArgumentError(
            f"{NAME}: the exact method takes rows as independent; leave `cluster` out, or use "
            'method="robust".'
        )
    repeated = int((events > 1).sum())
    totals = len(events) == len(rows.groups) and (rows.counts == 1).all()
    if repeated and not totals:
        raise ArgumentError(
            f"{NAME}: {repeated} of {len(events)} rows have more than one event; the exact method "
            'holds for at most one a patient. Use method="robust" or "negative-binomial".'
        )
    groups = len(rows.groups)
    x = np.bincount(rows.group, rows.counts * events, groups)
    t = np.bincount(rows.group, rows.counts * time, groups)
    values = [exact_rate_ratio(x[a], t[a], x[b], t[b], conf_level) for a, b in rows.pairs()]
    empty = [rows.contrast(*pair) for pair in rows.pairs() if not x[list(pair)].sum()]
    if empty:
        raise NotEstimableError(
            f"{NAME}: no event in either arm of {named(empty)}; give the rate of each arm with "
            "its interval instead."
        )
    remark = "each arm is one row of totals: at most one event a patient is taken for granted."
    return Ratios(
        values=values,
        method="ratio of rates, exact given the total of both arms (Clopper-Pearson limits, p "
        "twice the smaller tail)",
        sources=(PRZYBOROWSKI,),
        remarks=(remark,) if repeated else (),
        exact=True,
    )


def _intervals(fit: GlmFit, error: RobustError, conf_level: float) -> list[Interval]:
    """Return the ratios of the coefficients behind the intercept, without an error of zero."""
    variance, expected = (np.diag(c)[1:] for c in (error.covariance, fit.covariance))
    deviation = np.sqrt(np.where(variance > NO_VARIATION * expected, variance, 0))
    return [
        as_ratio(t_interval(b, float(se), float(df), conf_level))
        for b, se, df in zip(fit.coefficients[1:], deviation, error.df[1:], strict=True)
    ]


def _require_events(rows: Rows, events: FloatArray) -> None:
    x = np.bincount(rows.group, rows.counts * events, len(rows.groups))
    empty = [label for label, found in zip(rows.groups, x, strict=True) if not found]
    if empty:
        raise NotEstimableError(
            f"{NAME}: no event in {named(empty)}, so the ratio is 0 or infinite; use "
            'method="exact", which gives its limits.'
        )


def _require_two(rows: Rows) -> None:
    """Raise where an arm lies in one cluster, or is one row: nothing then shows how it varies."""
    if rows.cluster is None:
        sizes = [size(rows, arm) for arm in range(len(rows.groups))]
        what = "row"
    else:
        sizes = [
            float(len(np.unique(rows.cluster[rows.group == arm])))
            for arm in range(len(rows.groups))
        ]
        what = "cluster"
    single = [label for label, found in zip(rows.groups, sizes, strict=True) if found < 2]
    if single:
        raise NotEstimableError(
            f"{NAME}: {named(single)} is one {what} only, so its variation cannot be seen; "
            f"every arm needs at least two {what}s."
        )


def _notes(rows: Rows, values: list[Interval]) -> tuple[str, ...]:
    notes = []
    pairs = zip(rows.pairs(), values, strict=True)
    bare = [rows.contrast(*pair) for pair, value in pairs if math.isnan(value.low)]
    if bare:
        notes.append(
            f"the rates of {named(bare)} do not vary within the arms; an interval that would "
            "rest on no variation is left missing."
        )
    small = [label for a, label in enumerate(rows.groups) if size(rows, a) < FEW_IN_ARM]
    if small:
        notes.append(
            f"fewer than {FEW_IN_ARM} rows in {named(small)}; only exact tests give a p-value "
            "there."
        )
    if rows.cluster is not None:
        few = cluster_rule(len(np.unique(rows.cluster))).warning
        notes += [few] if few else []
    return tuple(notes)
