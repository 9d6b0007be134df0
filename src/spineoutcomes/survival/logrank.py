"""The log-rank test and its Fleming-Harrington family."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.distributions import chi_square_tail
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.survival.observed_expected import ObservedExpected, weighted_logrank
from spineoutcomes.survival.outcome import Outcome, read_outcome
from spineoutcomes.survival.risk_sets import RiskSets, count

IntArray = npt.NDArray[np.int64]

SOURCES = (
    "Mantel 1966, Cancer Chemotherapy Reports 50:163-170",
    "Harrington & Fleming 1982, doi:10.1093/biomet/69.3.553",
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
    cause: Hashable = None,
    counts: str | None = None,
    rho: float = 0,
) -> Effects:
    """Return the log-rank test that the hazards of all groups are equal.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment.
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
    cause : optional
        Category or number of the cause tested, needed when there are several; the other causes
        are censored, so that cause-specific hazards are compared.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    rho : float
        Weight S(t-)^rho of the pooled Kaplan-Meier curve in each stratum: 0 is the log-rank test,
        1 the Peto-Peto form of the Wilcoxon test.

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
        When there is no event, a group has no complete row, or no event happened while two groups
        were at risk.

    Notes
    -----
    Missing data: rows lacking time, event, entry, group or strata are left out and counted in
    `n_missing`, with one `MissingDataWarning`; censoring must not depend on the prognosis.

    At each event time of a stratum, with d events among n at risk (entry < t <= time), n_g of them
    in group g, the expected events of g are d n_g / n and their covariance is hypergeometric,
    d (n - d) / (n - 1) times (n_g / n) (1{g = h} - n_h / n). Observed minus expected, weighted and
    summed, over this covariance is chi-square; its df is the rank of the covariance.

    References
    ----------
    Mantel 1966, Cancer Chemotherapy Reports 50:163-170. Harrington & Fleming 1982,
    doi:10.1093/biomet/69.3.553.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"arm": ["mis", "mis", "mis", "open", "open", "open"],
    ...                      "months": [6, 9, 12, 3, 4, 7], "died": [0, 1, 0, 1, 1, 1]})
    >>> test = so.survival.logrank_test(data, time="months", event="died", by="arm").tidy()
    >>> test.loc[0, ["statistic", "df", "p_value"]].astype(float).round(4).tolist()
    [4.3822, 1.0, 0.0363]
    """
    within = [strata] if isinstance(strata, str) else list(strata or ())
    rows = analysis_rows(
        data,
        function="logrank_test",
        respects=(),
        columns={"time": time, "event": event, "entry": entry}
        | {f"strata {i}": column for i, column in enumerate(within)},
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
    )
    _check(rows, rho)
    outcome = read_outcome(rows, "logrank_test")
    failed = _failures(outcome, cause)
    if not failed.any():
        raise NotEstimableError("logrank_test: there is no event, so hazards cannot be compared.")
    found = weighted_logrank(_count_strata(rows, outcome, failed, len(within)), rho)
    if not np.diag(found.covariance).any():
        raise NotEstimableError(
            "logrank_test: no event happened while two groups were at risk in one stratum."
        )
    label = None if cause is None else outcome.causes[outcome.cause_code(cause, "logrank_test") - 1]
    tidy = _tidy(rows, failed, found).assign(**({} if label is None else {"cause": label}))
    return Effects(tidy, method=_method(within, rho, outcome.causes, label), sources=SOURCES)


def _check(rows: Rows, rho: float) -> None:
    if len(rows.groups) < 2:
        raise ArgumentError(
            f"logrank_test compares two groups or more; found only {rows.groups[0]!r}. Name the "
            "column of the groups as `by`, or `treatment` with `reference`."
        )
    if not (np.isfinite(rho) and rho >= 0):
        raise ArgumentError(f"logrank_test: rho must be at least 0, got {rho}.")


def _failures(outcome: Outcome, cause: Hashable) -> IntArray:
    """Return 1 for the events tested."""
    if cause is not None:
        return outcome.only(outcome.cause_code(cause, "logrank_test"))
    if len(outcome.causes) > 1:
        raise ArgumentError(
            f"logrank_test: the event has the causes {', '.join(outcome.causes)}; say which is "
            "tested with `cause` (the others are censored: cause-specific hazards), or merge them."
        )
    return outcome.event


def _count_strata(
    rows: Rows, outcome: Outcome, failed: IntArray, n_columns: int
) -> list[tuple[RiskSets, ...]]:
    G = len(rows.groups)
    stratum: IntArray = np.zeros(len(rows.group), dtype=np.int64)
    if n_columns:
        columns = [rows.frame[f"strata {i}"] for i in range(n_columns)]
        keys = rows.frame.groupby(columns, observed=True, sort=False)
        stratum = np.asarray(keys.ngroup(), dtype=np.int64)
    n_strata = int(stratum.max()) + 1
    sets = count(
        outcome.time,
        failed,
        stratum * G + rows.group,
        n_causes=1,
        n_groups=n_strata * G,
        entry=outcome.entry,
        counts=rows.counts,
    )
    return [sets[s * G : (s + 1) * G] for s in range(n_strata)]


def _tidy(rows: Rows, failed: IntArray, found: ObservedExpected) -> pd.DataFrame:
    statistic, df = found.chi_square()
    n = np.bincount(rows.group, rows.counts)
    n_event = np.bincount(rows.group, rows.counts * failed)
    pairs = rows.pairs()
    test = {
        "contrast": rows.contrast(*pairs[0]) if len(pairs) == 1 else None,
        "measure": "test",
        "statistic": statistic,
        "df": df,
        "p_value": float(chi_square_tail(df, statistic)),
        "n": n.sum(),
        "n_event": n_event.sum(),
        "n_missing": rows.n_missing_total,
    }
    arms = [
        {
            "contrast": label,
            "measure": measure,
            "estimate": values[g],
            "n": n[g],
            "n_event": n_event[g],
            "n_missing": rows.n_missing[g],
        }
        for g, label in enumerate(rows.groups)
        for measure, values in (("observed", found.observed), ("expected", found.expected))
    ]
    return pd.DataFrame([test, *arms]).assign(term=rows.treatment)


def _method(within: list[str], rho: float, causes: tuple[str, ...], cause: str | None) -> str:
    words = "Log-rank test" if rho == 0 else f"Fleming-Harrington test with weights S(t-)^{rho:g}"
    if within:
        words += f", stratified by {', '.join(within)}"
    if cause is not None and len(causes) > 1:
        words += f", cause-specific for {cause} (other causes censored)"
    return words + "; chi-square with hypergeometric variance"
