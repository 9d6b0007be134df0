"""The only place where numbers of a result become strings.

A missing number is an en dash, a negative one carries a true minus sign, nothing is ever "-0.0".
Limits stand apart by "to", so that a minus sign is never read as a dash.
"""

from __future__ import annotations

import math

from spineoutcomes.results.measures import measure

MISSING = "–"
MINUS = "−"
# Shown as percentages; their differences are percentage points.
PROPORTIONS = frozenset({"risk", "survival", "incidence"})
POINTS = frozenset({"risk_difference", "survival_difference", "incidence_difference"})
SMALLEST_P = 0.001
THREE_DECIMALS_BELOW = 0.1
LARGEST_P = 0.99
GROUPED_FROM = 10_000
MOST_DECIMALS = 6


def fixed(value: float, digits: int) -> str:
    """Return `value` with a fixed number of decimals.

    Examples
    --------
    >>> fixed(-0.04, 1), fixed(-1.25, 2), fixed(12345.6, 0), fixed(float("nan"), 1)
    ('0.0', '−1.25', '12,346', '–')
    """
    if math.isnan(value):
        return MISSING
    sign = MINUS if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    size = round(abs(value), digits)
    text = f"{size:,.{digits}f}" if size >= GROUPED_FROM else f"{size:.{digits}f}"
    return text if size == 0 else sign + text


def decimals(*values: float) -> int:
    """Return the decimals that give the largest of `values` two or three figures.

    Examples
    --------
    >>> decimals(152.3), decimals(-12.3, 4.0), decimals(1.85), decimals(0.012)
    (0, 1, 2, 3)
    """
    sizes = [abs(value) for value in values if math.isfinite(value)]
    largest = max(sizes, default=0.0)
    for digits, limit in enumerate((100, 10, 0.1)):
        if largest >= limit:
            return digits
    return min(1 - math.floor(math.log10(largest)), MOST_DECIMALS) if largest else 2


def plain(value: float) -> str:
    """Return a number that somebody chose (a time, a margin): no more decimals than it has."""
    return f"{value:,g}".replace("-", MINUS) if math.isfinite(value) else fixed(value, 0)


def count(value: float) -> str:
    """Return a count; a weighted one keeps a decimal."""
    return fixed(value, 0 if math.isnan(value) or float(value).is_integer() else 1)


def percent(proportion: float) -> str:
    """Return a proportion as a percentage; one below 0.1% keeps a second decimal."""
    if math.isnan(proportion):
        return MISSING
    return fixed(100 * proportion, 2 if 0 < abs(proportion) < 0.001 else 1) + "%"


def count_percent(number: float, proportion: float) -> str:
    """Return "34 (45.3%)"."""
    if math.isnan(proportion):
        return count(number)
    return f"{count(number)} ({percent(proportion)})"


def events_percent(events: float, total: float, proportion: float) -> str:
    """Return "12/45 (26.7%)", and what is known of it."""
    if math.isnan(events) or math.isnan(total):
        return percent(proportion)
    if math.isnan(proportion):
        return f"{count(events)}/{count(total)}"
    return f"{count(events)}/{count(total)} ({percent(proportion)})"


def mean_sd(mean: float, sd: float) -> str:
    """Return "61.5 (9.8)"; the spread decides the decimals."""
    if math.isnan(mean):
        return MISSING
    digits = _spread_decimals(sd)
    return f"{fixed(mean, digits)} ({fixed(sd, digits)})"


def median_quartiles(median: float, q1: float, q3: float) -> str:
    """Return "7 (6, 8)"; whole numbers stay whole."""
    if math.isnan(median):
        return MISSING
    known = [value for value in (median, q1, q3) if not math.isnan(value)]
    whole = all(float(value).is_integer() for value in known)
    digits = 0 if whole else decimals(*known)
    digits -= digits > 1
    return f"{fixed(median, digits)} ({fixed(q1, digits)}, {fixed(q3, digits)})"


def p_value(p: float) -> str:
    """Return a p-value: three decimals below 0.1, two above, bounds at the ends.

    Examples
    --------
    >>> [p_value(p) for p in (0.0004, 0.012, 0.0998, 0.42, 0.999)]
    ['<0.001', '0.012', '0.10', '0.42', '>0.99']
    """
    if math.isnan(p):
        return ""
    if p < SMALLEST_P:
        return f"<{SMALLEST_P}"
    if p > LARGEST_P:
        return f">{LARGEST_P}"
    return fixed(p, 3 if round(p, 3) < THREE_DECIMALS_BELOW else 2)


def estimate_interval(estimate: float, low: float, high: float, measure_name: str) -> str:
    """Return an estimate with its limits, in the manner of its measure.

    Examples
    --------
    >>> estimate_interval(0.8, 0.65, 0.98, "hazard_ratio")
    '0.80 (0.65 to 0.98)'
    >>> estimate_interval(-0.123, -0.21, 0.012, "risk_difference")
    '−12.3 (−21.0 to 1.2)'
    """
    if math.isnan(estimate):
        return MISSING
    values = (estimate, low, high)
    if measure_name in PROPORTIONS | POINTS:
        unit = "%" if measure_name in PROPORTIONS else ""
        first, *limits = (fixed(100 * value, 1) for value in values)
        first += unit
    elif measure(measure_name).scale == "ratio":
        first, *limits = (fixed(value, _ratio_decimals(value)) for value in values)
    else:
        first, *limits = (fixed(value, decimals(*values)) for value in values)
    if math.isnan(low) and math.isnan(high):
        return first
    return f"{first} ({limits[0]} to {limits[1]})"


def statistic_df(statistic: float, df: float) -> str:
    """Return a test statistic with its degrees of freedom where it has them."""
    if math.isnan(statistic):
        return ""
    text = fixed(statistic, 2)
    return text if math.isnan(df) else f"{text} (df {plain(round(df, 1))})"


def measure_label(name: str) -> str:
    """Return the words for a measure, with its unit where the table changes it."""
    points = ", percentage points" if name in POINTS else ""
    return measure(name).label + points


def interval_label(conf_level: float) -> str:
    """Return "95% CI"."""
    return f"{level(conf_level)} CI"


def level(share: float) -> str:
    """Return a level in percent, "97.5%": never rounded to another one."""
    return f"{100 * share:.10g}%"


def _ratio_decimals(value: float) -> int:
    """Return two decimals for a ratio from 0.01 on, as journals do, fewer for a large one."""
    return 2 if 0.01 <= abs(value) < 0.1 else decimals(value)


def _spread_decimals(sd: float) -> int:
    if math.isnan(sd) or 1 <= abs(sd) < 100:
        return 1
    return 0 if abs(sd) >= 100 else max(1, decimals(sd))
