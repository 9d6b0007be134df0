"""A contrast beside a margin: the limit, the one-sided test and the verdict in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spineoutcomes.compare._contrasts import (
    Record,
    arm_contrasts,
    arms_of,
    is_ratio,
    on_scale,
    p_held_back,
)
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_number
from spineoutcomes.numerics.intervals import t_interval
from spineoutcomes.numerics.one_sided import above, risk_difference_above
from spineoutcomes.numerics.small_samples import FEW_IN_ARM
from spineoutcomes.results import Effects
from spineoutcomes.results import format as fmt

# Levels that differ by less are the same level, written otherwise.
SAME_LEVEL = 1e-9
# An interval of the error of its row, up to the digits a paper prints.
SAME_INTERVAL = 0.01
PROPORTION = "risk_difference"
Tested = tuple[float, float]


def check_level(function: str, effects: Effects, alpha: float) -> None:
    """Raise unless the intervals are those that a one-sided test of level alpha reads."""
    require_number(function, "alpha", alpha, "a number between 0 and 0.5")
    if not 0 < alpha < 0.5:
        raise ArgumentError(f"{function}: alpha must lie between 0 and 0.5, got {alpha}.")
    if abs(effects.conf_level - (1 - 2 * alpha)) > SAME_LEVEL:
        raise ArgumentError(
            f"{function}: a one-sided test at alpha = {alpha:g} reads the limits of a "
            f"{100 * (1 - 2 * alpha):g}% interval; these are {100 * effects.conf_level:g}% "
            f"intervals. Make the effects with conf_level={1 - 2 * alpha:g}, or give "
            f"alpha={(1 - effects.conf_level) / 2:g}."
        )


def family_of_one(function: str, rows: Sequence[Record]) -> list[Record]:
    """Return the contrasts of arms, of one measure and one outcome: one margin fits them."""
    contrasts = arm_contrasts(rows)
    measures = dict.fromkeys(row["measure"] for row in contrasts)
    outcomes = dict.fromkeys(str(row.get("outcome")) for row in contrasts)
    if not contrasts:
        raise ArgumentError(f"{function}: there is no difference or ratio between arms.")
    if len(measures) > 1 or len(outcomes) > 1:
        several = measures if len(measures) > 1 else outcomes
        raise ArgumentError(
            f"{function}: one margin cannot serve {', '.join(several)}; test each with its own "
            "margin and put the results together with `combine`."
        )
    return contrasts


def limit_of(function: str, row: Record, margin: float, *, harmful_is_low: bool) -> float:
    """Return the margin as a limit on the scale of the measure, on its harmful side."""
    ratio = is_ratio(row)
    require_number(function, "margin", margin, "a number above 0")
    if not (margin > 0 and math.isfinite(margin)) or (ratio and margin == 1):
        raise ArgumentError(
            f"{function}: margin must be above 0"
            + (" and a ratio other than 1" if ratio else "")
            + f", got {margin}."
        )
    if row["measure"] == PROPORTION and margin >= 1:
        raise ArgumentError(
            f"{function}: risks are proportions, so a margin of {margin:g} can never be reached; "
            f"{margin:g} percentage points are {margin / 100:g}."
        )
    side = -1 if harmful_is_low else 1
    return math.exp(side * abs(math.log(margin))) if ratio else side * float(margin)


def noninferiority_row(
    row: Record, rows: Sequence[Record], limit: float, conf_level: float, higher_is_better: bool
) -> Record:
    """Return the row that sets a contrast beside its margin."""
    statistic, p = _tested(row, rows, limit, conf_level, upwards=higher_is_better)
    low, high = row["conf_low"], row["conf_high"]
    shown = low > limit if higher_is_better else high < limit
    known = not (math.isnan(low) or math.isnan(high))
    side, other = ("above", "lower") if higher_is_better else ("below", "upper")
    found = (
        f"the {other} limit of the {fmt.interval_label(conf_level)} is "
        f"{side if shown else 'not ' + side} it: "
        f"{'non-inferior' if shown else 'non-inferiority not shown'}"
        if known
        else "no interval, so no verdict"
    )
    better = "higher" if higher_is_better else "lower"
    return {
        **row,
        "measure": "noninferiority",
        "statistic": statistic,
        "p_value": p,
        "p_adjusted": math.nan,
        "method": f"non-inferiority, {better} is better, margin at {fmt.plain(limit)}; {found}",
    }


def equivalence_row(
    row: Record, rows: Sequence[Record], limits: tuple[float, float], conf_level: float
) -> Record:
    """Return the row of the two one-sided tests."""
    low, high = limits
    both = (
        _tested(row, rows, low, conf_level, upwards=True),
        _tested(row, rows, high, conf_level, upwards=False),
    )
    unknown = any(math.isnan(p) for _, p in both)
    statistic, p = (math.nan, math.nan) if unknown else max(both, key=lambda one: one[1])
    inside = row["conf_low"] > low and row["conf_high"] < high
    known = not (math.isnan(row["conf_low"]) or math.isnan(row["conf_high"]))
    found = (
        f"the {fmt.interval_label(conf_level)} lies "
        f"{'within: equivalent' if inside else 'not within: equivalence not shown'}"
        if known
        else "no interval, so no verdict"
    )
    none = ("estimate", "std_error", "conf_low", "conf_high", "p_adjusted")
    return {
        **row,
        **dict.fromkeys(none, math.nan),
        "measure": "test",
        "statistic": statistic,
        "p_value": p,
        "method": f"equivalence within {fmt.plain(low)} to {fmt.plain(high)}, two one-sided "
        f"tests (the larger p); {found}",
    }


def _tested(
    row: Record, rows: Sequence[Record], limit: float, conf_level: float, *, upwards: bool
) -> Tested:
    """Return statistic and p of "not beyond the limit", from the procedure of the interval."""
    sign = 1 if upwards else -1
    if row["std_error"] > 0:
        if not _is_its_interval(row, conf_level):
            return math.nan, math.nan
        bound = math.log(limit) if is_ratio(row) else limit
        estimate = on_scale(row, "estimate")
        statistic, p = above(sign * estimate, row["std_error"], row["df"], sign * bound)
        # What was not allowed the contrast is not allowed here.
        return sign * statistic, math.nan if p_held_back(row) else p
    arms = arms_of(row, rows, "risk") if row["measure"] == PROPORTION else None
    if arms is None or not all(arm["n"] > 0 and arm["n_event"] >= 0 for arm in arms):
        return math.nan, math.nan
    one, zero = arms if upwards else arms[::-1]
    interval = (row["conf_low"], row["conf_high"])
    if not upwards:
        interval = (-interval[1], -interval[0])
    counts = (one["n_event"], one["n"], zero["n_event"], zero["n"])
    statistic, p = risk_difference_above(counts, interval, conf_level, sign * limit)
    return sign * statistic, math.nan if min(one["n"], zero["n"]) < FEW_IN_ARM else p


def _is_its_interval(row: Record, conf_level: float) -> bool:
    """Return whether the interval is the one of the error (a profile interval is not)."""
    df = math.inf if math.isnan(row["df"]) else row["df"]
    again = t_interval(on_scale(row, "estimate"), row["std_error"], df, conf_level)
    off = math.dist(
        (again.low, again.high), (on_scale(row, "conf_low"), on_scale(row, "conf_high"))
    )
    return bool(off < SAME_INTERVAL * row["std_error"])
