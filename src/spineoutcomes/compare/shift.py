"""Shift of the missing: how a difference of means moves when the missing differ from the seen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.distributions import t_cdf
from spineoutcomes.results import Effects


def delta_shift(effects: Effects, *, deltas: Iterable[float]) -> Effects:
    """Shift the missing outcomes of the treated arm and return the differences that follow.

    Parameters
    ----------
    effects : Effects
        Differences of means with the rows of their arms, as `mean_difference` returns them.
    deltas : iterable of float
        By how much the mean of those missing in the treated arm differs from the mean of those
        seen there, in units of the outcome; 0 is missing at random.

    Returns
    -------
    Effects
        One row `mean_difference` per contrast and delta, named in `group`.

    Raises
    ------
    ArgumentError
        When there is no difference of means, or the row of an arm is not there.

    Notes
    -----
    Missing data: this is a sensitivity analysis of it (a tipping-point analysis). With m of n + m
    rows missing in the treated arm the difference moves by delta m / (n + m); the reference arm
    stays as observed. The error is that of the observed rows: delta is an assumption, and its
    uncertainty is shown by trying several.

    References
    ----------
    .. [1] Cro S, Morris TP, Kenward MG, Carpenter JR (2020). Sensitivity analysis for clinical
       trials with missing continuous outcome data using controlled multiple imputation: a practical
       guide. Statistics in Medicine 39:2815-2842. doi:10.1002/sim.8569

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": ["mean_difference", "mean", "mean"],
    ...     "contrast": ["mis - open", "mis", "open"], "estimate": [-2.0, 2.0, 4.0],
    ...     "n": [38, 18, 20], "n_missing": [2, 2, 0]})
    >>> so.compare.delta_shift(so.Effects(rows), deltas=[0, 5]).tidy()["estimate"].tolist()
    [-2.0, -1.5]
    """
    rows = effects.tidy()
    contrasts = rows[rows["measure"] == "mean_difference"]
    if not len(contrasts):
        raise ArgumentError("delta_shift needs a difference of means, as mean_difference gives.")
    arms = rows[rows["measure"] == "mean"]
    shifted = [
        _shifted(contrast, _missing_share(contrast, arms), float(delta))
        for _, contrast in contrasts.iterrows()
        for delta in deltas
    ]
    return Effects(
        pd.DataFrame(shifted),
        method="Difference of means when those missing in the treated arm differ by delta from "
        "those seen there; error of the observed rows",
        sources=(*effects.sources, "doi:10.1002/sim.8569"),
        estimand=effects.estimand,
        conf_level=effects.conf_level,
    )


def _missing_share(contrast: pd.Series, arms: pd.DataFrame) -> float:
    """Return the share of missing rows in the treated arm, the first of the contrast."""
    same = arms if contrast.get("outcome") is None else _of_outcome(arms, contrast["outcome"])
    own = same[[str(contrast["contrast"]).startswith(f"{arm} - ") for arm in same["contrast"]]]
    if len(own) != 1:
        raise ArgumentError(
            f"delta_shift found {len(own)} arm rows `mean` for the treated arm of "
            f"{contrast['contrast']!r}; expected one."
        )
    arm = own.iloc[0]
    return float(arm["n_missing"] / (arm["n"] + arm["n_missing"]))


def _of_outcome(arms: pd.DataFrame, outcome: object) -> pd.DataFrame:
    return arms[arms["outcome"] == outcome] if "outcome" in arms else arms


def _shifted(contrast: pd.Series, share: float, delta: float) -> dict[str, object]:
    move = share * delta
    estimate = contrast["estimate"] + move
    statistic = estimate / contrast["std_error"]
    moved = {
        "estimate": estimate,
        "conf_low": contrast["conf_low"] + move,
        "conf_high": contrast["conf_high"] + move,
        "statistic": statistic,
        "p_value": 2 * t_cdf(contrast["df"], -np.abs(statistic)),
        "group": f"delta = {delta:g}",
        "method": None,
    }
    kept = ["outcome", "term", "contrast", "measure", "std_error", "df", "n", "n_missing"]
    return {name: contrast.get(name) for name in kept} | moved
