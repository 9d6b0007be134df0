"""Ratios of risks: of two arms, and over strata."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import pandas as pd

from spineoutcomes.compare._risk_contrasts import (
    Procedure,
    contrasts_of,
    laid_out,
    require_method,
)
from spineoutcomes.compare._strata import require_strata, stratum_columns
from spineoutcomes.compare._yes_no import RiskInterval, read_yes_no, require_risk_interval
from spineoutcomes.design import Design
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.numerics.strata_2x2 import mantel_haenszel_risk_ratio
from spineoutcomes.numerics.two_risks import koopman_ratio, wald_risk_ratio
from spineoutcomes.results import Effects

NAME = "risk_ratio"
METHODS = {
    "koopman": Procedure(
        "ratio of risks, Koopman score interval",
        ("doi:10.2307/2531405",),
        crude=koopman_ratio,
    ),
    "wald": Procedure(
        "ratio of risks, Wald interval of the log",
        ("doi:10.2307/2530610",),
        crude=wald_risk_ratio,
        instead="an arm without events, or all with one, leaves no Wald interval in {}; it is "
        'missing, nothing was added to the cells. Use method="koopman".',
    ),
    "mantel-haenszel": Procedure(
        "Mantel-Haenszel ratio of risks, Greenland-Robins error",
        ("doi:10.2307/2530643",),
        stratified=mantel_haenszel_risk_ratio,
        instead="the strata hold no events in an arm of {}, or nothing but events; the interval "
        'is missing. Use risk_difference(method="mantel-haenszel").',
    ),
}


def risk_ratio(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    strata: str | Sequence[str] | None = None,
    counts: str | None = None,
    method: Literal["koopman", "wald", "mantel-haenszel"] = "koopman",
    risk_interval: RiskInterval = "wilson",
    conf_level: float = 0.95,
) -> Effects:
    """Compare the risk of a yes/no outcome between arms as a ratio.

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
    strata : str or sequence of str, optional
        Columns within whose values the arms are compared; needs `method="mantel-haenszel"`.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    method : {"koopman", "wald", "mantel-haenszel"}
        Interval of the ratio.
    risk_interval : {"wilson", "clopper-pearson", "agresti-coull", "jeffreys"}
        Interval of each arm's risk.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `risk_ratio` for each arm over the reference, then a row `risk` for each arm;
        `std_error` is that of the log. `number_needed_to_treat` says the same in
        patients.

    Raises
    ------
    ArgumentError
        For an unknown column, method or level, an outcome that is not 0/1, strata without their
        method, or a Design this function does not respect.
    NotEstimableError
        When an arm has no complete row, there is only one arm, or no stratum holds both arms.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When neither arm has events (there is no ratio), when Wald's or the stratified error does
        not exist, or when strata hold one arm only.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm or a stratum are left out and counted in
    `n_missing`: by arm in the arm rows, in total in the contrast rows.

    Koopman's limits [1]_ are the ratios R whose chi-square::

        (x1 - n1 q1)^2/(n1 q1 (1 - q1)) + (x0 - n0 q0)^2/(n0 q0 (1 - q0))

    with the most likely risks q1 = R q0 given R, is just rejected; the p-value is the same test of
    R = 1, which is Pearson's. Without events in one arm the ratio is 0 or infinite and the limit on
    the other side still stands; no cell is ever added to. Wald's [2]_ is
    log R -/+ z sqrt(1/x1 - 1/n1 + 1/x0 - 1/n0). Over strata of N rows the Mantel-Haenszel ratio is
    sum(x1 n0/N) / sum(x0 n1/N), with the error of Greenland and Robins [3]_. With fewer than 5 rows
    in an arm none of these gives a p-value: only exact tests do.

    References
    ----------
    .. [1] Koopman PAR (1984). Confidence intervals for the ratio of two binomial proportions.
       Biometrics 40:513-517. doi:10.2307/2531405
    .. [2] Katz D, Baptista J, Azen SP, Pike MC (1978). Obtaining confidence intervals for the risk
       ratio in cohort studies. Biometrics 34:469-474. doi:10.2307/2530610
    .. [3] Greenland S, Robins JM (1985). Estimation of a common effect parameter from sparse
       follow-up data. Biometrics 41:55-68. doi:10.2307/2530643

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> table = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "leak": [1, 0, 1, 0],
    ...                       "patients": [7, 27, 1, 33]})
    >>> effects = so.compare.risk_ratio(
    ...     table, outcome="leak", treatment="arm", reference="open", counts="patients")
    >>> effects.tidy().loc[0, ["estimate", "conf_low", "conf_high"]].astype(float).round(2).tolist()
    [7.0, 1.22, 42.58]
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={"outcome": outcome, **stratum_columns(NAME, strata)},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    procedure = require_method(NAME, method, METHODS, None)
    require_risk_interval(NAME, risk_interval)
    require_strata(NAME, strata, method, rows)
    yes_no = read_yes_no(rows, NAME, outcome)
    effects = laid_out(
        yes_no,
        contrasts_of(yes_no, NAME, procedure, "", conf_level),
        procedure,
        measure=NAME,
        risk_interval=risk_interval,
        conf_level=conf_level,
    )
    for note in effects.warnings:
        warn_sparse(f"{NAME}: {note}")
    return effects
