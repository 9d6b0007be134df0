"""Odds ratios: of two arms, exact, over strata, within pairs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import pandas as pd

from spineoutcomes.compare._pairs import HOW_PAIRS_ARE_NAMED, are_paired, complete_pairs
from spineoutcomes.compare._risk_contrasts import (
    Procedure,
    contrasts_of,
    laid_out,
    require_method,
)
from spineoutcomes.compare._strata import (
    STRATIFIED,
    require_strata,
    stratum_columns,
)
from spineoutcomes.compare._test_rows import homogeneity_rows
from spineoutcomes.compare._yes_no import RiskInterval, read_yes_no, require_risk_interval
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.conditional_odds import (
    exact_odds_ratio,
    mid_p_odds_ratio,
    wald_odds_ratio,
)
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.numerics.pairs_2x2 import conditional_odds_ratio
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.numerics.strata_2x2 import mantel_haenszel_odds_ratio
from spineoutcomes.results import Effects

NAME = "odds_ratio"
FAY = "doi:10.1093/biostatistics/kxp050"
METHODS = {
    "wald": Procedure(
        "odds ratio, Wald interval of the log",
        ("doi:10.1111/j.1469-1809.1955.tb01348.x",),
        crude=wald_odds_ratio,
        instead="a cell of the table is empty in {}; the Wald interval is missing, nothing was "
        'added to the cells. Use method="exact".',
    ),
    "exact": Procedure(
        "conditional maximum-likelihood odds ratio, exact interval and central p",
        (FAY,),
        crude=exact_odds_ratio,
        exact=True,
    ),
    "mid-p": Procedure(
        "conditional maximum-likelihood odds ratio, mid-p interval",
        ("doi:10.1080/01621459.1961.10482105",),
        crude=mid_p_odds_ratio,
    ),
    STRATIFIED: Procedure(
        "Mantel-Haenszel odds ratio, Robins-Breslow-Greenland error",
        ("doi:10.1093/jnci/22.4.719", "doi:10.2307/2531052"),
        stratified=mantel_haenszel_odds_ratio,
        instead="no stratum compares an event with a non-event in one direction in {}; the "
        "interval is missing. Use coarser strata.",
        estimand="conditional",
    ),
}
PAIRED = {
    "conditional": Procedure(
        "conditional odds ratio of matched pairs, exact interval and p",
        ("doi:10.1007/BF02295996", "doi:10.1093/biomet/26.4.404"),
        paired=lambda _both, first, second, _neither, level: conditional_odds_ratio(
            first, second, level
        ),
        exact=True,
        estimand="conditional",
    ),
}


def odds_ratio(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    strata: str | Sequence[str] | None = None,
    sets: str | None = None,
    counts: str | None = None,
    method: Literal["wald", "exact", "mid-p", "mantel-haenszel", "conditional"] = "wald",
    risk_interval: RiskInterval = "wilson",
    conf_level: float = 0.95,
) -> Effects:
    """Compare the odds of a yes/no outcome between arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference, and with
        `method="conditional"` its pairs; otherwise one with weights, matched sets or clusters is
        refused.
    outcome : str
        Column of 0 and 1, or bool: 1 where the outcome occurred.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the risk of one
        group, "all", is returned.
    strata : str or sequence of str, optional
        Columns within whose values the arms are compared; needs `method="mantel-haenszel"`.
    sets : str, optional
        Column naming the pair of each row, for `method="conditional"`.
    counts : str, optional
        Column of whole numbers: how many equal rows (or pairs) each row stands for.
    method : {"wald", "exact", "mid-p", "mantel-haenszel", "conditional"}
        Estimate and interval; `exact` in small series or where a cell is empty.
    risk_interval : {"wilson", "clopper-pearson", "agresti-coull", "jeffreys"}
        Interval of each arm's risk.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `odds_ratio` for each arm over the reference, then a row `risk` for each arm;
        `std_error` is that of the log. Over two or more strata rows `test` follow, terms
        `breslow_day` and `tarone`: whether one odds ratio serves all strata.
        `number_needed_to_treat` says the same in patients.

    Raises
    ------
    ArgumentError
        For an unknown column, method or level, an outcome that is not 0/1, strata or pairs without
        their method, pairs that are not one row of each arm, or a Design this function does not
        respect.
    NotEstimableError
        When an arm has no complete row, there is only one arm, no stratum holds both arms, or no
        pair is whole.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value, or pairs for a missing member.
    SparseDataWarning
        When the outcomes leave no odds ratio, or no error of it, or when strata hold one arm only.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm, a stratum or a pair are left out and counted in
    `n_missing`: by arm in the arm rows, in total in the contrast rows; so is the partner of a row
    left out of a pair.

    Wald [1]_: log OR -/+ z sqrt(1/a + 1/b + 1/c + 1/d); no cell is ever added to. Exact: given both
    margins the events of one arm are noncentral hypergeometric, so the odds ratio is the one whose
    expected count is the count seen, and each limit leaves half of 1 - `conf_level` to a table at
    least as extreme. The p-value is twice the smaller tail at 1, so that it and the interval always
    agree [2]_; programs that print Fisher's p order tables by their probability instead. Mid-p
    takes half the probability of the table seen in each tail [3]_: shorter, not guaranteed.

    Over strata of N rows, cells a, b (arm) and c, d (reference), the Mantel-Haenszel odds ratio is
    sum(a d/N) / sum(b c/N) [4]_ with the error of Robins, Breslow and Greenland [5]_. It is the
    odds ratio within strata, which differs from that of the whole even without confounding.
    Breslow and Day's test of one odds ratio is given without and with Tarone's correction [6]_.

    Within pairs it is the number in which only the treated member has the outcome over that in
    which only the control has it [7]_; its limits are those of the exact binomial share, as odds.

    With fewer than 5 rows in an arm only `exact` and `conditional` give a p-value.

    References
    ----------
    .. [1] Woolf B (1955). On estimating the relation between blood group and disease. Annals of
       Human Genetics 19:251-253. doi:10.1111/j.1469-1809.1955.tb01348.x
    .. [2] Fay MP (2010). Confidence intervals that match Fisher's exact or Blaker's exact tests.
       Biostatistics 11:373-374. doi:10.1093/biostatistics/kxp050
    .. [3] Lancaster HO (1961). Significance tests in discrete distributions. Journal of the
       American Statistical Association 56:223-234. doi:10.1080/01621459.1961.10482105
    .. [4] Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data from
       retrospective studies of disease. JNCI 22:719-748. doi:10.1093/jnci/22.4.719
    .. [5] Robins J, Breslow N, Greenland S (1986). Estimators of the Mantel-Haenszel variance
       consistent in both sparse data and large-strata limiting models. Biometrics 42:311-323.
       doi:10.2307/2531052
    .. [6] Tarone RE (1985). On heterogeneity tests based on efficient scores. Biometrika 72:91-95.
       doi:10.1093/biomet/72.1.91
    .. [7] McNemar Q (1947). Note on the sampling error of the difference between correlated
       proportions or percentages. Psychometrika 12:153-157. doi:10.1007/BF02295996

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> table = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "leak": [1, 0, 1, 0],
    ...                       "patients": [7, 27, 1, 33]})
    >>> effects = so.compare.odds_ratio(table, outcome="leak", treatment="arm", reference="open",
    ...                                 counts="patients", method="exact")
    >>> effects.tidy().loc[0, ["estimate", "p_value"]].astype(float).round(3).tolist()
    [8.329, 0.054]
    """
    require_conf_level(conf_level)
    paired = are_paired(NAME, data, sets)
    rows = analysis_rows(
        data,
        function=NAME,
        respects={"sets"} if method in tuple(PAIRED) else set(),
        columns={"outcome": outcome, "sets": sets, **stratum_columns(NAME, strata)},
        treatment=treatment,
        reference=reference,
        counts=counts,
        in_pairs=paired,
    )
    procedure = require_method(NAME, method, {**METHODS, **PAIRED}, PAIRED if paired else None)
    if method in tuple(PAIRED) and not paired:
        raise ArgumentError(f"{NAME}: method={method!r} needs pairs: {HOW_PAIRS_ARE_NAMED}")
    require_risk_interval(NAME, risk_interval)
    require_strata(NAME, strata, method, rows)
    rows, pair_words = complete_pairs(rows, data, NAME) if paired else (rows, "")
    yes_no = read_yes_no(rows, NAME, outcome)
    effects = laid_out(
        yes_no,
        contrasts_of(yes_no, NAME, procedure, pair_words, conf_level),
        procedure,
        measure=NAME,
        risk_interval=risk_interval,
        conf_level=conf_level,
        tests=homogeneity_rows(yes_no, NAME) if method == STRATIFIED else (),
    )
    for note in effects.warnings:
        warn_sparse(f"{NAME}: {note}")
    return effects
