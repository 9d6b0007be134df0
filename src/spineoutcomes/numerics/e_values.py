"""How strong unmeasured confounding would have to be: the E-value of a risk ratio."""

from __future__ import annotations

import math


def e_value_of(ratio: float) -> float:
    """Return RR + sqrt(RR (RR - 1)), a ratio below 1 being turned round (VanderWeele & Ding 2017).

    It is the association, on the risk ratio scale, that a confounder must have with treatment and
    with outcome to bring the ratio to 1.
    """
    if math.isnan(ratio):
        return math.nan
    if ratio == 0 or math.isinf(ratio):
        return math.inf
    larger = max(ratio, 1 / ratio)
    return larger + math.sqrt(larger * (larger - 1))


def nearer_limit(low: float, high: float) -> float:
    """Return the limit nearer to 1, or 1 when the interval holds it; missing without limits."""
    if math.isnan(low) or math.isnan(high):
        return math.nan
    if low <= 1 <= high:
        return 1.0
    return low if low > 1 else high


def risk_ratio_of_odds_ratio(ratio: float) -> float:
    """Return the square root: the risk ratio near a common outcome (VanderWeele 2017)."""
    return math.sqrt(ratio)


def risk_ratio_of_hazard_ratio(ratio: float) -> float:
    """Return (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)): the same for a hazard ratio."""
    if ratio == 0 or math.isinf(ratio):
        return ratio
    return _share_by(math.sqrt(ratio)) / _share_by(math.sqrt(1 / ratio))


def ratio_by_recovery(
    one: tuple[float, float, float], zero: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Return p1 / p0 with limits recovered from those of each risk (Donner & Zou 2012).

    The lower limit is the L for which the interval of p1 - L p0, put together from the limits of
    the two risks, just reaches zero; at L = 1 that is Newcombe's interval of the difference.

    Parameters
    ----------
    one, zero : tuple of float
        Estimate, lower and upper limit of the risk in the treated and the reference arm.
    """
    p1, low1, high1 = one
    p0, low0, high0 = zero
    ratio = p1 / p0 if p0 > 0 else (math.inf if p1 > 0 else math.nan)
    return ratio, _recovered(p1, low1, p0, high0, -1), _recovered(p1, high1, p0, low0, +1)


def _share_by(time: float) -> float:
    # 1 - 0.5^time, whose digits a subtraction would lose where time is short.
    return -math.expm1(-math.log(2) * time)


def _recovered(p1: float, limit1: float, p0: float, limit0: float, side: int) -> float:
    # Roots of a L^2 - 2 b L + c, where p1 - L p0 is as far from zero as the limits allow.
    a, b, c = limit0 * (2 * p0 - limit0), p1 * p0, limit1 * (2 * p1 - limit1)
    root = math.sqrt(max(b * b - a * c, 0.0))
    if side < 0:
        below = b + root
        return c / below if below > 0 else 0.0
    return (b + root) / a if a > 0 else math.inf
