"""Differences of risks."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._effect_rows import (
    arm_row,
    contrast_row,
    require_arms,
    size,
    warn_sparse,
)
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.intervals import (
    Interval,
    newcombe_difference,
    wald_difference,
    wilson_interval,
)
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Effects

NAME = "risk_difference"
WILSON = "doi:10.1080/01621459.1927.10502953"
NEWCOMBE = "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I"
METHODS: dict[str, Callable[[float, float, float, float, float], Interval]] = {
    "newcombe": newcombe_difference,
    "wald": wald_difference,
}
WORDS = {
    "newcombe": "difference of risks, Newcombe hybrid score interval",
    "wald": "difference of risks, Wald interval (unpooled error)",
}
SOURCES = {"newcombe": (NEWCOMBE, WILSON), "wald": (WILSON,)}


def risk_difference(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    method: Literal["newcombe", "wald"] = "newcombe",
    conf_level: float = 0.95,
) -> Effects:
    """Compare the risk of a yes/no outcome between arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Column of 0 and 1, or bool: 1 where the outcome occurred.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the risk of one
        group, "all", is returned.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for. A 2 x 2 table is four
        rows with counts.
    method : {"newcombe", "wald"}
        Interval of the difference.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `risk_difference` for each arm against the reference, then a row `risk` for each arm
        with its Wilson interval; `n_event` counts the outcomes. Risks are proportions, not
        per cent.

    Raises
    ------
    ArgumentError
        For an unknown column or method, an outcome that is not 0/1, or a Design this function
        does not respect.
    NotEstimableError
        When an arm has no complete row, or there is only one arm.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When all or none of both arms have the outcome and `method="wald"`: the error is zero, so
        the interval is left missing.

    Notes
    -----
    Missing data: rows lacking the outcome or the arm are left out and counted in `n_missing`: by
    arm in the arm rows, in total in the contrast rows.

    With d = p1 - p0 and Wilson limits (l, u) of each proportion, Newcombe's interval [1]_ is::

        d - sqrt((p1 - l1)^2 + (u0 - p0)^2)  to  d + sqrt((u1 - p1)^2 + (p0 - l0)^2)

    It is not built from a standard error and has no test of its own, so `std_error` and `p_value`
    are missing. Wald's is d -/+ z sqrt(p1 (1 - p1)/n1 + p0 (1 - p0)/n0), with the p-value of the
    same error; it is too narrow in small arms and near 0 and 1. Wilson's interval [2]_ of one risk
    holds the p for which abs(x - n p) <= z sqrt(n p (1 - p)).

    References
    ----------
    .. [1] Newcombe RG (1998). Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17:873-890.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    .. [2] Wilson EB (1927). Probable inference, the law of succession, and statistical inference.
       Journal of the American Statistical Association 22:209-212.
       doi:10.1080/01621459.1927.10502953

    Examples
    --------
    A 2 x 2 table, 56 of 70 against 48 of 80:

    >>> import pandas as pd, spineoutcomes as so
    >>> table = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "relief": [1, 0, 1, 0],
    ...                       "patients": [56, 14, 48, 32]})
    >>> effects = so.compare.risk_difference(
    ...     table, outcome="relief", treatment="arm", reference="open", counts="patients")
    >>> effects.tidy().loc[0, ["estimate", "conf_low", "conf_high"]].astype(float).round(4).tolist()
    [0.2, 0.0524, 0.3339]
    """
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={"outcome": outcome},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    if method not in METHODS:
        raise ArgumentError(f"{NAME}: unknown method {method!r}; there are: {', '.join(METHODS)}.")
    happened = _zero_one(rows, outcome)
    require_arms(rows, NAME, at_least=1)
    n = [size(rows, arm) for arm in range(len(rows.groups))]
    x = [float(rows.counts[happened & (rows.group == arm)].sum()) for arm in range(len(n))]
    differences = {
        (one, zero): METHODS[method](x[one], n[one], x[zero], n[zero], conf_level)
        for one, zero in rows.pairs()
    }
    contrasts = [
        contrast_row(
            rows,
            pair,
            value,
            measure="risk_difference",
            n_event=x[pair[0]] + x[pair[1]],
            method=WORDS[method],
        )
        for pair, value in differences.items()
    ]
    levels = [
        arm_row(
            rows,
            arm,
            wilson_interval(x[arm], n[arm], conf_level),
            measure="risk",
            n_event=x[arm],
            method="risk, Wilson interval",
        )
        for arm in range(len(n))
    ]
    notes = _notes([rows.contrast(*pair) for pair, d in differences.items() if np.isnan(d.low)])
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method="Risks with Wilson intervals"
        + (f"; {WORDS[method].replace('difference', 'differences', 1)}." if contrasts else "."),
        sources=SOURCES[method] if contrasts else (WILSON,),
        estimand="marginal",
        conf_level=conf_level,
        warnings=notes,
    )


def _zero_one(rows: Rows, outcome: str) -> npt.NDArray[np.bool_]:
    """Return where the outcome is 1, having checked that it is 0/1."""
    column = rows.frame["outcome"]
    numeric = pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)
    if not numeric or not column.isin([0, 1]).all():
        raise ArgumentError(
            f"{NAME}: {outcome!r} must hold 0 and 1 (or bool), 1 where the outcome occurred; it "
            f"has dtype {column.dtype} and {column.nunique()} different values. Say which one "
            'counts, keeping what is missing: column.map({"yes": 1, "no": 0}).'
        )
    return np.equal(rows.numbers("outcome"), 1)


def _notes(without_width: list[str]) -> tuple[str, ...]:
    if not without_width:
        return ()
    return (
        f"all or none of both arms have the outcome in {', '.join(without_width)}; the Wald "
        'interval, which would have no width, is left missing. Use method="newcombe".',
    )
