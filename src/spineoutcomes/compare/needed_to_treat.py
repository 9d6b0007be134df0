"""Numbers needed to treat, from differences of risks."""

from __future__ import annotations

import math
from itertools import permutations

import pandas as pd

from spineoutcomes.compare._contrasts import records
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.direction import require_direction
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.two_risks import newcombe_difference
from spineoutcomes.results import Effects, Summary
from spineoutcomes.results.effects import KEYS

NAME = "number_needed_to_treat"
# Differences of the share with an event, and of the share without one.
DIFFERENCES = ("risk_difference", "incidence_difference", "survival_difference")
RATIOS = ("risk_ratio", "odds_ratio")
ALTMAN = "doi:10.1136/bmj.317.7168.1309"
NEWCOMBE = "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I"
BENEFIT, HARM = "nnt_benefit", "nnt_harm"


def number_needed_to_treat(effects: Effects, *, higher_is_better: bool) -> Summary:
    """Say a difference of risks as patients treated for one more, or one fewer, with the outcome.

    Parameters
    ----------
    effects : Effects
        Differences of risks, as `risk_difference` returns them; differences of survival or
        incidence at a horizon serve as well. So does a crude `risk_ratio` or `odds_ratio`: its arm
        rows give the difference. One over strata or pairs has no number needed to treat of its
        own: take the difference by the same method. Other rows are passed over.
    higher_is_better : bool
        Whether more of it is better: True for relief or survival, False for a complication.

    Returns
    -------
    Summary
        Rows `nnt_benefit`, `nnt_benefit_low`, `nnt_benefit_high` and `nnt_harm`, `nnt_harm_low`,
        `nnt_harm_high`, as far as there are any: the contrast is the `group`, the outcome the
        `variable`, and `level` holds subgroup, visit, cause and horizon, as far as rows have them.
        An interval of the difference that holds 0 gives both sides, each up to infinity; one that
        does not gives only its own.

    Raises
    ------
    ArgumentError
        When there is no difference of risks, a ratio is not that of the risks beside it, or the
        direction is neither true nor false.

    Notes
    -----
    Missing data: that of the difference; one that is missing, or whose interval is, has no number.

    The number is 1/abs(d). A benefit of l to u, both above zero, is 1/u to 1/l treated for one to
    benefit. When the difference reaches from a harm to a benefit its reciprocal passes through
    infinity, not through zero: one to benefit for 1/u or more treated, up to infinity, and one to
    harm for 1/abs(l) or more [1]_. The numbers are not rounded; a reader rounds them up. Beside a
    ratio the difference is that of the risks of the arms, with Newcombe's interval [2]_.

    References
    ----------
    .. [1] Altman DG (1998). Confidence intervals for the number needed to treat. BMJ 317:1309-1312.
       doi:10.1136/bmj.317.7168.1309
    .. [2] Newcombe RG (1998). Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17:873-890.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    Examples
    --------
    A tenth fewer, in a trial whose interval is a twentieth to a fifth and in one whose interval
    reaches from a twentieth more to a quarter fewer:

    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": "risk_difference", "contrast": ["a - c", "b - c"],
    ...                      "estimate": [-0.1, -0.1], "conf_low": [-0.2, -0.25],
    ...                      "conf_high": [-0.05, 0.05]})
    >>> found = so.compare.number_needed_to_treat(so.Effects(rows), higher_is_better=False)
    >>> for row in found.tidy().itertuples():
    ...     f"{row.group}: {row.statistic} {row.value:g}"
    'a - c: nnt_benefit 10'
    'a - c: nnt_benefit_low 5'
    'a - c: nnt_benefit_high 20'
    'b - c: nnt_benefit 10'
    'b - c: nnt_benefit_low 4'
    'b - c: nnt_benefit_high inf'
    'b - c: nnt_harm_low 20'
    'b - c: nnt_harm_high inf'
    """
    higher_is_better = require_direction(NAME, higher_is_better)
    records(NAME, effects)
    rows = effects.tidy()
    # An interaction, how far two subgroups differ, has no contrast: nobody is treated with it.
    chosen = rows[rows["measure"].isin([*DIFFERENCES, *RATIOS]) & rows["contrast"].notna()]
    if not len(chosen):
        raise ArgumentError(
            f"{NAME} needs a contrast of one of {', '.join([*DIFFERENCES, *RATIOS])}; found: "
            f"{', '.join(sorted(set(rows['measure'])))}."
        )
    sign = 1.0 if higher_is_better else -1.0
    numbers = [
        _named(row, statistic, value)
        for _, row in chosen.iterrows()
        for statistic, value in _numbers(_difference(row, rows, effects.conf_level), sign)
    ]
    of_ratio = chosen["measure"].isin(RATIOS).any()
    better = "more" if higher_is_better else "fewer"
    return Summary(
        pd.DataFrame(numbers, columns=["variable", "level", "group", "statistic", "value", "n"]),
        method=f"Number needed to treat for one {better} with the outcome (benefit) or the "
        "opposite (harm): 1 over the difference of risks and over its limits; an interval that "
        "holds no difference passes through infinity (Altman 1998)."
        + (" Differences of the crude risks, Newcombe interval." if of_ratio else "")
        + f" {effects.method}",
        sources=(ALTMAN, *([NEWCOMBE] if of_ratio else []), *effects.sources),
        estimand=effects.estimand,
        conf_level=effects.conf_level,
        warnings=effects.warnings,
    )


def _difference(row: pd.Series, rows: pd.DataFrame, conf_level: float) -> Interval:
    """Return the difference of risks that a row is, or that its arm rows make."""
    if row["measure"] in DIFFERENCES:
        return Interval(row["estimate"], row["conf_low"], row["conf_high"])
    keys = [key for key in KEYS if key in rows]
    same = rows[rows["measure"] == "risk"]
    for key in keys:
        same = same[same[key].eq(row[key]) | (same[key].isna() & pd.isna(row[key]))]
    arms = {arm["contrast"]: arm for _, arm in same.iterrows()}
    for one, zero in permutations(arms, 2):
        if f"{one} - {zero}" == row["contrast"] and _crude(row, arms[one], arms[zero]):
            a, b = arms[one], arms[zero]
            return newcombe_difference(a["n_event"], a["n"], b["n_event"], b["n"], conf_level)
    raise ArgumentError(
        f"{NAME}: the {row['measure']} of {row['contrast']!r} is not that of two "
        "plain risks beside it, so they do not say how many to treat; give the risk_difference by "
        "the same method."
    )


def _crude(row: pd.Series, one: pd.Series, zero: pd.Series) -> bool:
    """Return whether the arms are plain proportions and the row compares just them."""
    plain = all(
        arm["n"] > 0 and math.isclose(arm["estimate"], arm["n_event"] / arm["n"])
        for arm in (one, zero)
    )
    if not plain or row["estimand"] != "marginal":
        return False
    if row["measure"] == "odds_ratio" or not zero["estimate"]:
        return True
    return math.isclose(row["estimate"], one["estimate"] / zero["estimate"])


def _numbers(difference: Interval, sign: float) -> list[tuple[str, float]]:
    """Return the numbers of one difference; `sign` turns it so that above zero is a benefit."""
    low, high = sorted((sign * difference.low, sign * difference.high))
    d = sign * difference.estimate
    found = []
    if not math.isnan(d):
        found.append((BENEFIT if d >= 0 else HARM, _reciprocal(d)))
    if math.isnan(low) or math.isnan(high):
        return found
    if high > 0:
        found += [
            (f"{BENEFIT}_low", _reciprocal(high)),
            (f"{BENEFIT}_high", _reciprocal(max(low, 0.0))),
        ]
    if low < 0:
        found += [
            (f"{HARM}_low", _reciprocal(low)),
            (f"{HARM}_high", _reciprocal(min(high, 0.0))),
        ]
    return found


def _reciprocal(d: float) -> float:
    return 1 / abs(d) if d else math.inf


def _named(row: pd.Series, statistic: str, value: float) -> dict[str, object]:
    about = [row.get(key) for key in ("group", "visit", "cause", "horizon")]
    words = [
        f"{value:g}" if isinstance(value, float) else str(value)
        for value in about
        if not pd.isna(value)
    ]
    return {
        "variable": row.get("outcome") or row["measure"],
        "level": ", ".join(words) or None,
        "group": row["contrast"],
        "statistic": statistic,
        "value": value,
        "n": row["n"],
    }
