"""The log-rank test and its Fleming-Harrington family."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.influence import influence_covariance
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.survival.group_tests import (
    cause_to_test,
    check_groups,
    count_strata,
    effect_rows,
    sparse_notes,
    strata_columns,
    stratum_codes,
)
from spineoutcomes.survival.observed_expected import (
    events_of_stratum,
    weighted_logrank,
)
from spineoutcomes.survival.outcome import read_outcome
from spineoutcomes.survival.residuals import score_residuals
from spineoutcomes.survival.sampling import FEATURES, error_words, is_robust, sampled

IntArray = npt.NDArray[np.int64]

NAME = "logrank_test"
SOURCES = (
    "Mantel 1966, Cancer Chemotherapy Reports 50:163-170",
    "Harrington & Fleming 1982, doi:10.1093/biomet/69.3.553",
    "Lin & Wei 1989, doi:10.1080/01621459.1989.10478874",
)


def logrank_test(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    strata: str | Sequence[str] | None = None,
    cluster: str | None = None,
    cause: Hashable = None,
    counts: str | None = None,
    weights: str | None = None,
    rho: float = 0,
) -> Effects:
    """Return the log-rank test that the hazards of all groups are equal.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment, weights,
        matched sets and clusters.
    time : str
        Column with the end of observation, at least 0.
    event : str
        Column that is an ordered Categorical (`censored` first), bool, or 0 = censored and 1, 2.
    entry : str, optional
        Column with the start of observation (late entry); without it all start at 0.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`.
    strata : str or sequence of str, optional
        Columns within whose values groups are compared.
    cluster : str, optional
        Column within whose values rows are correlated (patient, centre).
    cause : optional
        Category or number of the cause tested, needed when there are several; the other causes
        are censored, so that cause-specific hazards are compared.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    weights : str, optional
        Column of sampling or analysis weights, for a DataFrame.
    rho : float
        Weight S(t-)^rho of the pooled Kaplan-Meier curve in each stratum: 0 is the log-rank test,
        1 the Peto-Peto form of the Wilcoxon test.

    Returns
    -------
    Effects
        A row `test` with `statistic`, `df` and `p_value`, then rows `observed` and `expected` of
        each group (`contrast` = the group), weighted when `rho` is not 0 or rows have weights.
        `cause` stands beside them when one was asked for.

    Raises
    ------
    ArgumentError
        For fewer than two groups, several causes without `cause`, a negative `rho`, unknown
        columns, unusable times or events, negative weights, matched sets with replacement, or
        sets and clusters at once.
    NotEstimableError
        When there is no event, a group has no complete row, or no event happened while two groups
        were at risk.

    Warns
    -----
    SparseDataWarning
        When a group cannot be compared, for nobody in it was at risk at an event, or with fewer
        than ten clusters.

    Notes
    -----
    Missing data: rows lacking time, event, entry, group, strata or cluster are left out and counted
    in `n_missing`, with one `MissingDataWarning`; censoring must not depend on the prognosis.

    At each event time of a stratum, with d events among n at risk (entry < t <= time), n_g of them
    in group g, the expected events of g are d n_g / n and their covariance is hypergeometric,
    d (n - d) / (n - 1) times (n_g / n) (1{g = h} - n_h / n). Observed minus expected, weighted and
    summed, over this covariance is chi-square; its df is the rank of the covariance.

    With weights, clusters or matched sets it is the score test of the weighted Cox model of the
    groups (Breslow's ties) at equal hazards: d, n and n_g are sums of weights, and the covariance
    is that of the infinitesimal jackknife, from the score residuals summed by person, cluster or
    set (Lin & Wei 1989; Xie & Liu 2005 for inverse propensity). A Design whose weights come from a
    fitted model brings what estimating them adds; other weights are treated as known.

    It is chi-square for many only: with fewer than five in a group p is missing, and `method` of
    the row says so.

    References
    ----------
    Mantel 1966, Cancer Chemotherapy Reports 50:163-170. Harrington & Fleming 1982,
    doi:10.1093/biomet/69.3.553. Lin & Wei 1989, doi:10.1080/01621459.1989.10478874. Xie & Liu
    2005, doi:10.1002/sim.2174.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"arm": ["mis", "mis", "mis", "open", "open", "open"],
    ...                      "months": [6, 9, 12, 3, 4, 7], "died": [0, 1, 0, 1, 1, 1]})
    >>> test = so.survival.logrank_test(data, time="months", event="died", by="arm").tidy()
    >>> test.loc[0, ["statistic", "df"]].astype(float).round(4).tolist()
    [4.3822, 1.0]
    """
    within = strata_columns(strata, NAME)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=FEATURES,
        columns={"time": time, "event": event, "entry": entry} | within,
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
        weights=weights,
        cluster=cluster,
    )
    rows = sampled(rows, data, NAME)
    check_groups(rows, rho, NAME)
    outcome = read_outcome(rows, NAME)
    tested = cause_to_test(outcome, cause, NAME, "the others are censored: cause-specific hazards")
    stratum = stratum_codes(rows)
    counted = count_strata(rows, outcome, stratum)
    n_event = counted.n_event(tested - 1)
    if not n_event.any():
        raise NotEstimableError(f"{NAME}: there is no event, so hazards cannot be compared.")
    at = [events_of_stratum(groups, tested - 1, rho) for groups in counted.counts]
    found = weighted_logrank(at)
    if is_robust(rows):
        residuals = score_residuals(at, outcome, outcome.only(tested), rows.group, stratum)
        found = replace(found, covariance=influence_covariance(rows, residuals))
    notes = sparse_notes(rows, found, NAME)
    label = None if cause is None else outcome.causes[tested - 1]
    error = error_words(rows, data) if is_robust(rows) else "hypergeometric variance"
    method = _method(list(within.values()), rho, outcome.causes, label, error)
    return Effects(
        effect_rows(rows, n_event, found, label, method),
        method=method,
        sources=SOURCES,
        estimand=data.estimand if isinstance(data, Design) else None,
        warnings=notes,
    )


def _method(
    within: list[str], rho: float, causes: tuple[str, ...], cause: str | None, error: str
) -> str:
    words = "Log-rank test" if rho == 0 else f"Fleming-Harrington test with weights S(t-)^{rho:g}"
    if within:
        words += f", stratified by {', '.join(within)}"
    if cause is not None and len(causes) > 1:
        words += f", cause-specific for {cause} (other causes censored)"
    return f"{words}; chi-square with {error}"
