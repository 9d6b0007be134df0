"""Gray's test that groups have the same cumulative incidence under competing risks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.survival.gray_sums import weighted_gray
from spineoutcomes.survival.group_tests import (
    cause_to_test,
    check_groups,
    count_strata,
    effect_rows,
    sparse_notes,
    strata_columns,
    stratum_codes,
)
from spineoutcomes.survival.observed_expected import SINGULAR, ObservedExpected
from spineoutcomes.survival.outcome import read_outcome

NAME = "gray_test"
SOURCES = ("Gray 1988, doi:10.1214/aos/1176350951",)


def gray_test(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    strata: str | Sequence[str] | None = None,
    cause: Hashable = None,
    counts: str | None = None,
    rho: float = 0,
) -> Effects:
    """Return Gray's test that all groups have the same cumulative incidence of a cause.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment.
    time : str
        Column with the end of observation, at least 0. All are observed from 0: the test is not
        defined for late entry.
    event : str
        Column that is an ordered Categorical (`censored < recurrence < death`), bool, or
        0 = censored and 1, 2, ... = causes.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`.
    strata : str or sequence of str, optional
        Columns within whose values groups are compared.
    cause : optional
        Category or number of the cause tested, needed when there are several; the other causes
        compete with it.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    rho : float
        Weight (1 - F(t-))^rho, F being the incidence pooled over the groups of a stratum; above 0
        early differences weigh more.

    Returns
    -------
    Effects
        A row `test` with `statistic`, `df` and `p_value`, then rows `observed` and `expected` of
        each group (`contrast` = the group), weighted when `rho` is not 0. `cause` stands beside
        them when one was asked for.

    Raises
    ------
    ArgumentError
        For fewer than two groups, several causes without `cause`, a negative `rho`, unknown
        columns, unusable times or events, or a Design with weights, sets or clusters.
    NotEstimableError
        When the cause has no event, a group has no complete row, no event happened while two
        groups were at risk, or so few rows hold so many ties that the variance is not positive.

    Warns
    -----
    SparseDataWarning
        When a group cannot be compared, for nobody in it was at risk at an event.

    Notes
    -----
    Missing data: rows lacking time, event, group or strata are left out and counted in
    `n_missing`, with one `MissingDataWarning`; censoring must not depend on the prognosis.

    The hypothesis is on what patients see, the probability of the cause by each time; the log-rank
    test with `cause` is on the hazard among those still free of any event. Those with another
    event stay in the risk set of the subdistribution, R_g(t) = Y_g(t) (1 - F_g(t-)) / S_g(t-) with
    Y_g at risk, F_g the incidence of the cause and S_g the Kaplan-Meier curve of any event. With D
    events of the cause at t, the expected ones of group g are D R_g / R, R being the sum over
    groups. The variance sums what each event of any cause adds to the score when the incidence of
    the cause is the same in all groups, with the usual factor for ties; df is its rank.

    It is chi-square for many only: with fewer than five in a group p is missing, and `method` of
    the row says so.

    References
    ----------
    Gray 1988, doi:10.1214/aos/1176350951.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"arm": ["mis", "mis", "mis", "open", "open", "open"],
    ...                      "months": [6, 9, 12, 3, 4, 7], "event": [2, 1, 0, 1, 2, 1]})
    >>> test = so.survival.gray_test(
    ...     data, time="months", event="event", by="arm", cause=1).tidy()
    >>> test.loc[0, ["statistic", "df"]].astype(float).round(4).tolist()
    [2.1065, 1.0]
    """
    within = strata_columns(strata, NAME)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=(),
        columns={"time": time, "event": event} | within,
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
    )
    check_groups(rows, rho, NAME)
    outcome = read_outcome(rows, NAME)
    tested = cause_to_test(outcome, cause, NAME, "the others compete with it")
    counted = count_strata(rows, outcome, stratum_codes(rows))
    n_event = counted.n_event(tested - 1)
    if not n_event.any():
        raise NotEstimableError(
            f"{NAME}: there is no event of the cause, so incidences cannot be compared."
        )
    found = weighted_gray(counted.counts, tested - 1, rho)
    _require_variance(found)
    notes = sparse_notes(rows, found, NAME)
    label = None if cause is None else outcome.causes[tested - 1]
    method = _method(list(within.values()), rho, outcome.causes, label)
    return Effects(
        effect_rows(rows, n_event, found, label, method),
        method=method,
        sources=SOURCES,
        warnings=notes,
    )


def _require_variance(found: ObservedExpected) -> None:
    values = np.linalg.eigvalsh(found.covariance)
    if values[0] < -SINGULAR * values[-1]:
        raise NotEstimableError(
            f"{NAME}: so few rows with so many events at the same times have no positive variance; "
            "merge groups or strata."
        )


def _method(within: list[str], rho: float, causes: tuple[str, ...], cause: str | None) -> str:
    words = "Gray's test" + ("" if rho == 0 else f" with weights (1 - F(t-))^{rho:g}")
    if within:
        words += f", stratified by {', '.join(within)}"
    if cause is not None and len(causes) > 1:
        words += f", of the cumulative incidence of {cause} (other causes compete)"
    return f"{words}; chi-square"
