"""Shift of the missing: how a difference of means moves when the missing differ from the seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd

from spineoutcomes.compare._contrasts import Record, arm_contrasts, arms_of, p_held_back, records
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.distributions import t_cdf
from spineoutcomes.results import Effects

NAME = "delta_shift"


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
        One row `mean_difference` per contrast and delta, named in `group`, after the subgroup where
        there is one.

    Raises
    ------
    ArgumentError
        When there is no difference of means, the rows of its arms are not there, or a delta is no
        finite number.

    Notes
    -----
    Missing data: this is a sensitivity analysis of it (a tipping-point analysis). With m of n + m
    rows missing in the treated arm the difference moves by delta m / (n + m); the reference arm
    stays as observed. The error is that of the observed rows: delta is an assumption, and its
    uncertainty is shown by trying several. A difference that was denied a p-value, in small arms or
    a subgroup, is given none.

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
    rows = records(NAME, effects)
    moves = _checked(deltas)
    contrasts = [row for row in arm_contrasts(rows) if row["measure"] == "mean_difference"]
    if not contrasts:
        raise ArgumentError(f"{NAME} needs a difference of means, as mean_difference gives.")
    shifted = [
        _shifted(contrast, share, delta)
        for contrast in contrasts
        for share in [_missing_share(contrast, rows)]
        for delta in moves
    ]
    return Effects(
        pd.DataFrame(shifted),
        method="Difference of means when those missing in the treated arm differ by delta from "
        "those seen there; error of the observed rows",
        sources=(*effects.sources, "doi:10.1002/sim.8569"),
        estimand=effects.estimand,
        conf_level=effects.conf_level,
        warnings=effects.warnings,
    )


def _checked(deltas: Iterable[float]) -> list[float]:
    expected = f"{NAME}: deltas must be a list of finite numbers, such as [0, 1, 2]"
    # Text is a list of its letters, and "123" would be three deltas.
    if isinstance(deltas, str | bytes | Mapping) or not isinstance(deltas, Iterable):
        raise ArgumentError(f"{expected}, got a {type(deltas).__name__}.")
    moves = list(deltas)
    other = [delta for delta in moves if not isinstance(delta, Real) or isinstance(delta, bool)]
    if other:
        kinds = ", ".join(dict.fromkeys(type(delta).__name__ for delta in other))
        raise ArgumentError(f"{expected}; {len(other)} of {len(moves)} are no numbers: {kinds}.")
    if not moves or not np.isfinite(np.array(moves, dtype=float)).all():
        raise ArgumentError(f"{expected}; got {len(moves)}, not all of them finite.")
    return [float(delta) for delta in moves]


def _missing_share(contrast: Record, rows: Sequence[Record]) -> float:
    """Return the share of missing rows in the treated arm, the first of the contrast."""
    arms = arms_of(contrast, rows, "mean")
    if arms is None:
        raise ArgumentError(
            f"{NAME} needs the row `mean` of each arm of {contrast['contrast']!r} beside it, once, "
            "as mean_difference returns them."
        )
    n, missing = arms[0]["n"], arms[0]["n_missing"]
    if not n + missing > 0:
        raise ArgumentError(
            f"{NAME}: the row of the treated arm of {contrast['contrast']!r} does not say how many "
            "were seen and how many are missing (`n`, `n_missing`)."
        )
    return float(missing / (n + missing))


def _shifted(contrast: Record, share: float, delta: float) -> Record:
    move = share * delta
    estimate = contrast["estimate"] + move
    statistic = estimate / contrast["std_error"]
    subgroup = contrast.get("group")
    # What was not allowed the difference is not allowed when it is moved.
    held_back = p_held_back(contrast)
    return {
        **contrast,
        "estimate": estimate,
        "conf_low": contrast["conf_low"] + move,
        "conf_high": contrast["conf_high"] + move,
        "statistic": statistic,
        "p_value": math.nan if held_back else 2 * t_cdf(contrast["df"], -abs(statistic)),
        "p_adjusted": math.nan,
        "group": f"{'' if pd.isna(subgroup) else f'{subgroup}, '}delta = {delta:g}",
        "method": None,
    }
