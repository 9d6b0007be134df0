"""E-values: the confounding that would explain an effect away."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from spineoutcomes.compare._contrasts import Record, arm_contrasts, arms_of, is_ratio, records
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_number
from spineoutcomes.numerics.direction import require_truth
from spineoutcomes.numerics.distributions import normal_quantile
from spineoutcomes.numerics.e_values import (
    e_value_of,
    nearer_limit,
    ratio_by_recovery,
    risk_ratio_of_hazard_ratio,
    risk_ratio_of_odds_ratio,
)
from spineoutcomes.numerics.intervals import exponential
from spineoutcomes.results import Effects
from spineoutcomes.results.measures import measure

NAME = "e_value"
VANDERWEELE_DING = "doi:10.7326/M16-2607"
# log RR = 0.91 d; 1.78 = 0.91 times the normal quantile 1.96, as published.
PER_SD = 0.91
PER_ERROR = 1.78
Ratio = tuple[float, float, float]
# What rounding leaves between two ways to the same difference.
SAME = 1e-9
# Words of the methods whose difference may equal the crude one, but whose error does not.
NOT_CRUDE = ("paired", "Mantel-Haenszel")
# A risk ratio, its limits, and how they came about.
Converted = tuple[Ratio, str]


def e_value(effects: Effects, *, rare_outcome: bool = False, true_ratio: float = 1.0) -> Effects:
    """Return how strong unmeasured confounding would have to be to explain each effect.

    Parameters
    ----------
    effects : Effects
        Contrasts: `risk_ratio`, `odds_ratio`, `hazard_ratio`, `standardized_difference`, or
        `risk_difference` with the `risk` rows of its arms.
    rare_outcome : bool
        Whether the outcome is rare by the end of follow-up (below 15 %), so that odds and hazard
        ratios are near the risk ratio. Otherwise they are first brought to it.
    true_ratio : float
        The risk ratio that confounding would have to leave; 1 for no effect.

    Returns
    -------
    Effects
        A row `e_value` for each contrast: `estimate` for the point and `conf_low` for the limit
        of the interval nearer to no effect, 1 where the interval holds it. Both are on the risk
        ratio scale and at least 1; `method` says how the measure was brought there.

    Raises
    ------
    ArgumentError
        For contrasts of other measures, a ratio below 0 (as its logarithm may be), a risk
        difference without its two risks, a `true_ratio` that is no number above 0, a
        `rare_outcome` that is neither true nor false, or no contrast at all.

    Notes
    -----
    Missing data: rows are those of `effects`; a contrast without an interval has no `conf_low`.
    A ratio of 0 or infinity, of an arm without events, is explained by no finite confounding.

    With RR (or its inverse below 1) [1]_::

        E = RR + sqrt(RR (RR - 1))

    OR of a common outcome: RR = sqrt(OR). HR of a common outcome:
    RR = (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)). Standardized difference d with error s:
    RR = exp(0.91 d), limits exp(0.91 d -/+ 1.78 s) at 95 %, or exp(0.91 limit) where the interval
    was not built from an error. Risk difference: the ratio of the risks of its arms with limits
    recovered from theirs [2]_; 1 where the interval of the difference holds 0.

    References
    ----------
    .. [1] VanderWeele TJ, Ding P (2017). Sensitivity analysis in observational research:
       introducing the E-value. Annals of Internal Medicine 167:268-274. doi:10.7326/M16-2607
    .. [2] Donner A, Zou GY (2012). Closed-form confidence intervals for functions of the normal
       mean and standard deviation. Statistical Methods in Medical Research 21:347-359.
       doi:10.1177/0962280210383082

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": ["risk_ratio"], "contrast": ["mis - open"],
    ...     "estimate": [3.9], "conf_low": [1.8], "conf_high": [8.7]})
    >>> found = so.compare.e_value(so.Effects(rows)).tidy()
    >>> found.loc[0, ["estimate", "conf_low"]].astype(float).round(2).tolist()
    [7.26, 3.0]
    """
    rows = records(NAME, effects)
    rare_outcome = require_truth(NAME, "rare_outcome", rare_outcome)
    require_number(NAME, "true_ratio", true_ratio, "a risk ratio above 0")
    if not (true_ratio > 0 and math.isfinite(true_ratio)):
        raise ArgumentError(f"{NAME}: true_ratio must be above 0, got {true_ratio}.")
    contrasts = arm_contrasts(rows)
    _require_convertible(contrasts)
    _require_possible(contrasts)
    found = [_row(row, rows, effects.conf_level, rare_outcome, true_ratio) for row in contrasts]
    return Effects(
        pd.DataFrame(found),
        method="E-value: the least association, on the risk ratio scale, that an unmeasured "
        "confounder must have with both treatment and outcome to explain the effect away"
        + ("" if true_ratio == 1 else f" down to {true_ratio:g}")
        + ".",
        sources=(*effects.sources, VANDERWEELE_DING),
        estimand=effects.estimand,
        conf_level=effects.conf_level,
        warnings=effects.warnings,
    )


def _require_convertible(contrasts: Sequence[Record]) -> None:
    known = (*CONVERSIONS, "standardized_difference", "risk_difference")
    if not contrasts:
        raise ArgumentError(f"{NAME}: there is no contrast; it needs one of: {', '.join(known)}.")
    other = dict.fromkeys(row["measure"] for row in contrasts if row["measure"] not in known)
    if other:
        raise ArgumentError(
            f"{NAME}: no E-value is defined for {', '.join(other)}; there is one for "
            f"{', '.join(known)}. A mean difference has one as standardized_difference."
        )


def _require_possible(contrasts: Sequence[Record]) -> None:
    for row in filter(is_ratio, contrasts):
        below = [name for name in ("estimate", "conf_low", "conf_high") if row[name] < 0]
        if below:
            raise ArgumentError(
                f"{NAME}: a {measure(row['measure']).label.lower()} is never below 0, but "
                f"{', '.join(below)} of {row['contrast']!r} is; give the ratio itself, not its "
                "logarithm."
            )


def _row(
    row: Record, rows: Sequence[Record], conf_level: float, rare: bool, true_ratio: float
) -> Record:
    (ratio, low, high), words = _risk_ratio(row, rows, conf_level, rare)
    kept = ("outcome", "group", "visit", "horizon", "cause", "term", "contrast", "estimand")
    return {
        **{key: row[key] for key in kept if key in row},
        "measure": "e_value",
        "estimate": e_value_of(ratio / true_ratio),
        "conf_low": e_value_of(nearer_limit(low / true_ratio, high / true_ratio)),
        "n": row["n"],
        "n_event": row["n_event"],
        "n_missing": row["n_missing"],
        "method": f"E-value, {words}",
    }


def _risk_ratio(row: Record, rows: Sequence[Record], conf_level: float, rare: bool) -> Converted:
    if row["measure"] == "standardized_difference":
        return _of_standardized(row, conf_level)
    if row["measure"] == "risk_difference":
        return _of_difference(row, rows)
    convert, words = CONVERSIONS[row["measure"]]
    values = (row["estimate"], row["conf_low"], row["conf_high"])
    if convert is None:
        return values, words
    if rare:
        return values, f"{measure(row['measure']).label.lower()} taken as risk ratio, rare outcome"
    ratio, low, high = (value if math.isnan(value) else convert(value) for value in values)
    return (ratio, low, high), words


def _of_standardized(row: Record, conf_level: float) -> Converted:
    d, error = row["estimate"], row["std_error"]
    point = exponential(PER_SD * d)
    if not error > 0:
        low, high = (exponential(PER_SD * row[limit]) for limit in ("conf_low", "conf_high"))
        return (point, low, high), "risk ratio exp(0.91 d), limits exp(0.91 limit)"
    wide = PER_ERROR if conf_level == 0.95 else PER_SD * _quantile(conf_level)
    low, high = (exponential(PER_SD * d + side * wide * error) for side in (-1, 1))
    return (point, low, high), f"risk ratio exp(0.91 d), limits exp(0.91 d -/+ {wide:.2f} se)"


def _quantile(conf_level: float) -> float:
    return float(normal_quantile((1 + conf_level) / 2))


def _of_difference(row: Record, rows: Sequence[Record]) -> Converted:
    arms = arms_of(row, rows, "risk")
    if arms is None:
        raise ArgumentError(
            f"{NAME}: the risk difference {row['contrast']!r} needs the `risk` row of each of its "
            "arms, as risk_difference returns them."
        )
    crude = arms[0]["estimate"] - arms[1]["estimate"]
    other = any(word in (row["method"] or "") for word in NOT_CRUDE)
    if other or not math.isclose(row["estimate"], crude, abs_tol=SAME):
        raise ArgumentError(
            f"{NAME}: the risk difference {row['contrast']!r} is not the crude one of the two "
            "risks beside it but paired, stratified or adjusted, so that their ratio would be "
            "another effect; give the risk_ratio by the same method."
        )
    one, zero = ((arm["estimate"], arm["conf_low"], arm["conf_high"]) for arm in arms)
    ratio, low, high = ratio_by_recovery(one, zero)
    words = "ratio of the risks, limits recovered from those of the arms"
    if math.isnan(row["conf_low"]) or math.isnan(row["conf_high"]):
        return (ratio, math.nan, math.nan), f"{words}; no limit, for the difference has none"
    if row["conf_low"] <= 0 <= row["conf_high"]:
        return (ratio, min(low, 1.0), max(high, 1.0)), words
    return (ratio, low, high), words


CONVERSIONS: dict[str, tuple[Callable[[float], float] | None, str]] = {
    "risk_ratio": (None, "risk ratio"),
    "odds_ratio": (risk_ratio_of_odds_ratio, "risk ratio as the root of the odds ratio"),
    "hazard_ratio": (risk_ratio_of_hazard_ratio, "risk ratio from the hazard ratio"),
}
