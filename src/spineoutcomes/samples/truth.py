"""The true effects of a simulated registry, from potential outcomes and the true propensity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry
from spineoutcomes.samples.draws import Flags, Floats
from spineoutcomes.samples.potential import ARM_PAIRS, outcomes_of

Estimand = Literal["ATE", "ATT", "ATC", "ATO"]

# Weight of each episode by its propensity e: who the effect is averaged over
# (Li, Morgan & Zaslavsky 2018).
WEIGHTS: dict[str, Callable[[Floats], Floats]] = {
    "ATE": np.ones_like,
    "ATT": lambda e: e,
    "ATC": lambda e: 1 - e,
    "ATO": lambda e: e * (1 - e),
}


def _difference(treated: float, reference: float) -> float:
    return treated - reference


def _ratio(treated: float, reference: float) -> float:
    return treated / reference if reference else float("nan")


def _odds_ratio(treated: float, reference: float) -> float:
    return _ratio(treated * (1 - reference), reference * (1 - treated))


CONTRASTS: dict[str, Callable[[float, float], float]] = {
    "mean_difference": _difference,
    "geometric_mean_ratio": _ratio,
    "risk_difference": _difference,
    "risk_ratio": _ratio,
    "odds_ratio": _odds_ratio,
    "incidence": _difference,
    "incidence_difference": _difference,
    "survival_difference": _difference,
    "rmst_difference": _difference,
}
BY_HORIZON = ("incidence", "incidence_difference", "survival_difference", "rmst_difference")
RISKS = ("risk_difference", "risk_ratio", "odds_ratio")
COLUMNS = ("outcome", "estimand", "measure", "horizon", "estimate", "treated", "reference", "n")


def truth_effects(
    registry: Registry,
    *,
    outcome: str,
    estimand: Estimand,
    measure: str,
    horizon: float | Sequence[float] | None = None,
    episodes: Sequence[str] | pd.Index | None = None,
) -> pd.DataFrame:
    """Return the true effect of a simulated treatment: what an analysis should have found.

    The data are SYNTHETIC and the effects chosen; they say nothing of real patients.

    Parameters
    ----------
    registry : Registry
        A simulated one: `registry.truth` holds `{outcome}_{arm}` for both arms and the propensity.
    outcome : str
        Name of an outcome in the truth without its arm: "blood_loss_ml", "pain_3m",
        "complication", "recurrence_day" (days; "recurrence" does too), "death".
    estimand : {"ATE", "ATT", "ATC", "ATO"}
        Average over all, over patients like the treated, like the untreated, or the overlap: each
        episode weighs 1, e, 1 - e or e (1 - e), with e its true propensity. These weights average
        over the assignments that could have been.
    measure : str
        mean_difference, geometric_mean_ratio; risk_difference, risk_ratio, odds_ratio (marginal)
        of a 0/1 outcome; of a time: incidence (or incidence_difference: difference of cumulative
        incidences, death competing), survival_difference, rmst_difference (days; the restricted
        mean time alive and free of the outcome).
    horizon : float or sequence of float, optional
        Days from day 0, one row each; required for measures of a time, refused for others.
    episodes : sequence of str, optional
        Average over these episodes only, for instance `cohort.data.index`. All by default.

    Returns
    -------
    DataFrame
        outcome, estimand, measure, horizon, estimate (treated against reference), treated and
        reference (mean, geometric mean, risk, incidence, survival or restricted mean of each arm),
        n (episodes averaged).

    Raises
    ------
    ArgumentError
        When the registry has no truth, or for an unknown outcome, estimand, measure or episode, a
        horizon that is missing or meaningless, or an outcome that does not fit the measure.

    Notes
    -----
    Missing data: episodes without a potential outcome in either arm (a questionnaire after death, a
    grade that cannot improve) or without a propensity (later steps of the ladder) are left out of
    that average; `n` counts those that remain. Nothing else is missing: the truth knows what
    follow-up lost. Amounts carry the same rounding as the data. A time that is infinite never
    happens.

    References
    ----------
    .. [1] Li F, Morgan KL, Zaslavsky AM. Balancing covariates via propensity score weighting.
       J Am Stat Assoc 2018;113:390-400, doi:10.1080/01621459.2016.1260466.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.simulate_registry(500, seed=1)
    >>> effect = so.truth_effects(
    ...     registry, outcome="blood_loss_ml", estimand="ATO", measure="geometric_mean_ratio"
    ... )
    >>> bool(effect.loc[0, "estimate"] < 0.7)
    True
    """
    truth = _truth_of(registry, episodes)
    _require(estimand, WEIGHTS, "estimand")
    _require(measure, CONTRASTS, "measure")
    horizons = _horizons(horizon, measure)
    stem, arms = _found(truth, outcome)
    weight = WEIGHTS[estimand](truth["propensity"].to_numpy(dtype=float))
    rows = []
    for days in horizons:
        values = [_values(truth, stem, arm, measure, days) for arm in arms]
        known = ~np.isnan(values[0]) & ~np.isnan(values[1]) & ~np.isnan(weight)
        if not known.any():
            raise ArgumentError(f"No episode has both potential outcomes of {outcome!r}.")
        means = [_average(value[known], weight[known], measure) for value in values]
        rows.append(
            {
                "outcome": outcome,
                "estimand": estimand,
                "measure": measure,
                "horizon": days,
                "estimate": CONTRASTS[measure](*means),
                "treated": means[0],
                "reference": means[1],
                "n": int(known.sum()),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _truth_of(registry: Registry, episodes: Sequence[str] | pd.Index | None) -> pd.DataFrame:
    if registry.truth is None:
        raise ArgumentError(
            "This registry has no truth: only simulated data have potential outcomes. Use "
            "simulate_registry(...) or a synthetic sample of load_sample(...)."
        )
    if episodes is None:
        return registry.truth
    wanted = list(episodes)
    unknown = len(set(wanted) - set(registry.truth.index))
    if unknown:
        raise ArgumentError(f"{unknown} of {len(wanted)} episodes have no row in the truth.")
    return registry.truth.loc[wanted]


def _require(word: str, known: Mapping[str, object], what: str) -> None:
    if word not in known:
        raise ArgumentError(f"Unknown {what} {word!r}; known are: {', '.join(known)}.")


def _horizons(horizon: float | Sequence[float] | None, measure: str) -> list[float]:
    if measure not in BY_HORIZON:
        if horizon is not None:
            raise ArgumentError(f"{measure} has no horizon; leave it out.")
        return [float("nan")]
    if horizon is None:
        raise ArgumentError(f"{measure} needs a horizon in days.")
    days = [float(h) for h in np.atleast_1d(np.asarray(horizon, dtype=float))]
    if not days or not all(0 < d < np.inf for d in days):
        raise ArgumentError("A horizon is a finite number of days above 0.")
    return days


def _found(truth: pd.DataFrame, outcome: str) -> tuple[str, tuple[str, str]]:
    """Return the stem of the outcome's columns and the two arms, treatment first."""
    for stem in (outcome, f"{outcome}_day"):
        for arms in ARM_PAIRS:
            if all(f"{stem}_{arm}" in truth.columns for arm in arms):
                return stem, arms
    known = [name for arm, _ in ARM_PAIRS for name in outcomes_of(truth.columns, arm)]
    raise ArgumentError(f"Unknown outcome {outcome!r}; the truth has: {', '.join(known)}.")


def _values(truth: pd.DataFrame, stem: str, arm: str, measure: str, days: float) -> Floats:
    """Return what is averaged: the outcome, whether it came by the horizon, or time free of it."""
    value = truth[f"{stem}_{arm}"].to_numpy(dtype=float)
    if measure in BY_HORIZON:
        if not stem.endswith("_day"):
            raise ArgumentError(f"{measure} needs a time in days; {stem!r} is not one.")
        return _by_horizon(value, _death(truth, stem, arm), measure, days)
    if measure in RISKS and not np.isin(value[~np.isnan(value)], (0, 1)).all():
        raise ArgumentError(f"{measure} needs a 0/1 outcome; {stem!r} holds other values.")
    if measure == "geometric_mean_ratio" and not (value[~np.isnan(value)] > 0).all():
        raise ArgumentError(f"geometric_mean_ratio needs values above 0; {stem!r} holds others.")
    if np.isinf(value).any():
        raise ArgumentError(f"{stem!r} is a time that may never come; give a measure by horizon.")
    return value


def _death(truth: pd.DataFrame, stem: str, arm: str) -> Floats:
    """Return the day of death, infinite where nobody dies; death does not compete with itself."""
    name = f"death_day_{arm}"
    if stem == "death_day" or name not in truth.columns:
        return np.full(len(truth), np.inf)
    return truth[name].to_numpy(dtype=float)


def _by_horizon(day: Floats, death: Floats, measure: str, horizon: float) -> Floats:
    if measure == "rmst_difference":
        return np.where(np.isnan(day), np.nan, np.minimum(np.minimum(day, death), horizon))
    came: Flags = (day <= horizon) & (day < death)
    if measure == "survival_difference":
        came = np.minimum(day, death) <= horizon
        return np.where(np.isnan(day), np.nan, ~came)
    return np.where(np.isnan(day), np.nan, came)


def _average(value: Floats, weight: Floats, measure: str) -> float:
    if measure == "geometric_mean_ratio":
        return float(np.exp(np.average(np.log(value), weights=weight)))
    return float(np.average(value, weights=weight))
