"""Numbers needed to treat, from differences of risks."""

from __future__ import annotations

import math

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results import Effects, Summary

# Differences of the share with an event, and of the share without one.
MEASURES = ("risk_difference", "incidence_difference", "survival_difference")
BENEFIT, HARM = "nnt_benefit", "nnt_harm"


def number_needed_to_treat(effects: Effects, *, higher_is_better: bool) -> Summary:
    """Say a difference of risks as patients treated for one more, or one fewer, with the outcome.

    Parameters
    ----------
    effects : Effects
        Differences of risks, as `risk_difference` returns them; differences of survival or
        incidence at a horizon serve as well. Other rows are passed over. A ratio has no number
        needed to treat of its own: take the difference of the same data.
    higher_is_better : bool
        Whether more of it is better: True for relief or survival, False for a complication.

    Returns
    -------
    Summary
        Rows `nnt_benefit`, `nnt_benefit_low`, `nnt_benefit_high` and `nnt_harm`, `nnt_harm_low`,
        `nnt_harm_high`, as far as there are any: the contrast is the `group`, the outcome the
        `variable`, a horizon the `level`. An interval of the difference that holds 0 gives both
        sides, each up to infinity; one that does not gives only its own.

    Raises
    ------
    ArgumentError
        When there is no difference of risks.

    Notes
    -----
    Missing data: that of the difference; one that is missing, or whose interval is, has no number.

    The number is 1/abs(d). A benefit of l to u, both above zero, is 1/u to 1/l treated for one to
    benefit. When the difference reaches from a harm to a benefit its reciprocal passes through
    infinity, not through zero: one to benefit for 1/u or more treated, up to infinity, and one to
    harm for 1/abs(l) or more [1]_. The numbers are not rounded; a reader rounds them up.

    References
    ----------
    .. [1] Altman DG (1998). Confidence intervals for the number needed to treat. BMJ 317:1309-1312.
       doi:10.1136/bmj.317.7168.1309

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
    rows = effects.tidy()
    differences = rows[rows["measure"].isin(MEASURES)]
    if not len(differences):
        found = ", ".join(sorted(set(rows["measure"])))
        raise ArgumentError(
            f"number_needed_to_treat needs one of {', '.join(MEASURES)}; found: {found}. A ratio "
            "has none of its own: give the risk_difference of the same data."
        )
    numbers = [
        _named(row, statistic, value)
        for _, row in differences.iterrows()
        for statistic, value in _numbers(row, 1.0 if higher_is_better else -1.0)
    ]
    better = "more" if higher_is_better else "fewer"
    return Summary(
        pd.DataFrame(numbers, columns=["variable", "level", "group", "statistic", "value", "n"]),
        method=f"Number needed to treat for one {better} with the outcome (benefit) or the "
        "opposite (harm): 1 over the difference of risks and over its limits; an interval that "
        f"holds no difference passes through infinity (Altman 1998). {effects.method}",
        sources=("doi:10.1136/bmj.317.7168.1309", *effects.sources),
        estimand=effects.estimand,
        conf_level=effects.conf_level,
        warnings=effects.warnings,
    )


def _numbers(row: pd.Series, sign: float) -> list[tuple[str, float]]:
    """Return the numbers of one difference; `sign` turns it so that above zero is a benefit."""
    limits = sorted((sign * row["conf_low"], sign * row["conf_high"]))
    d, (low, high) = sign * row["estimate"], limits
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
    horizon = row.get("horizon")
    known = horizon is not None and not pd.isna(horizon)
    return {
        "variable": row.get("outcome") or row["measure"],
        "level": f"{horizon:g}" if known else None,
        "group": row["contrast"],
        "statistic": statistic,
        "value": value,
        "n": row["n"],
    }
