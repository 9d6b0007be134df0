"""Bootstrap intervals of what is compared over time, by patient."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning
from spineoutcomes.numerics.arguments import require_number
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.numerics.seeds import require_draws, require_seed
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named
from spineoutcomes.survival.arms import Row, contrast_rows, level_row
from spineoutcomes.survival.outcome import Outcome, read_outcome
from spineoutcomes.survival.reach import (
    require_area,
    require_begun,
    require_lasting,
    require_reached,
)
from spineoutcomes.survival.replicates import Replicates, replicated
from spineoutcomes.survival.sampling import Group, counted, sampled
from spineoutcomes.survival.timed import Timed

FloatArray = npt.NDArray[np.float64]
NAME = "bootstrap_survival"
Measure = Literal[
    "rmst_difference",
    "rmst_ratio",
    "lost_time_difference",
    "lost_time_ratio",
    "survival_difference",
    "incidence_difference",
    "median_difference",
]
Method = Literal["bca", "percentile"]
SOURCES = (
    "Efron 1981, doi:10.1080/01621459.1981.10477650",
    "Efron 1987, doi:10.1080/01621459.1987.10478410",
)
# Below this many draws a 95% limit rests on a handful of replicates.
FEWEST = 100


def bootstrap_survival(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    measure: Measure = "rmst_difference",
    cluster: str | None = None,
    cause: Hashable = None,
    tau: float | None = None,
    horizon: float | None = None,
    counts: str | None = None,
    method: Method = "bca",
    n_resamples: int = 2_000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Effects:
    """Give a comparison over time its interval by drawing patients anew, with replacement.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment, matched
        sets and clusters; one with weights is refused.
    time : str
        Column with the end of observation, at least 0.
    event : str
        Column that is an ordered Categorical (`censored` first), bool, or 0 = censored and 1, 2,
        ... = causes.
    entry : str, optional
        Column with the start of observation (late entry).
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame. Without them one group, "all".
    measure : str
        "rmst_difference", "rmst_ratio", "lost_time_difference", "lost_time_ratio" (with `tau`),
        "survival_difference", "incidence_difference" (with `horizon`) or "median_difference": of
        the times by which one half had the event.
    cluster : str, optional
        Column within whose values rows are correlated; clusters are drawn whole.
    cause : optional
        Category or number of the cause, for an incidence or a lost time.
    tau, horizon : float, optional
        As in `rmst` and `milestone_difference`, in the unit of `time`.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    method : {"bca", "percentile"}
        Bias-corrected and accelerated, or plain percentiles.
    n_resamples : int
        Number of replicates, at least 100.
    seed : int
        Each replicate has its own seed derived from this one: the same data and seed give the same
        digits, and the first replicates are the same however many follow.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row of `measure` for each arm against the reference, then the level of each arm: `rmst`,
        `lost_time`, `survival`, `incidence` or `median`. `horizon` is the time asked for.

    Raises
    ------
    ArgumentError
        For unknown columns, causes or words, unusable times or events, a time that the measure
        needs and was not given, or given and not needed, fewer than 100 resamples, a seed that is
        no whole number of 0 or more, or a Design with weights.
    NotEstimableError
        When an arm has no complete row, there is only one arm, a time lies beyond the follow-up of
        an arm, fewer than one half of an arm had the event (median), or in some replicates two
        arms do not come down to one half or no cluster of an arm is drawn.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        With fewer than ten clusters, or when a limit is missing: the replicates do not vary, lie
        on one side of the estimate, or do not reach one half.

    Notes
    -----
    Missing data: rows lacking time, event, entry, arm or cluster are left out and counted in
    `n_missing`.

    Patients are drawn within their arm, as many as it has, with their whole follow-up [1]_; matched
    sets and clusters are drawn whole. Follow-ups that pass the same event times and end alike are
    counted once, so that a replicate costs as much as there are event times. Where a replicate
    ends before the time asked for, its curve keeps its last value. Ratios are drawn on the log
    scale. The acceleration of a BCa interval [2]_ is the skewness of the influences; that of a
    median is zero, and a limit that lies beyond what replicates reach is missing. There is no
    standard error and no test.

    References
    ----------
    .. [1] Efron B (1981). Censored data and the bootstrap. Journal of the American Statistical
       Association 76:312-319. doi:10.1080/01621459.1981.10477650
    .. [2] Efron B (1987). Better bootstrap confidence intervals. Journal of the American
       Statistical Association 82:171-185. doi:10.1080/01621459.1987.10478410

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"arm": ["mis"] * 6 + ["open"] * 6,
    ...                      "months": [6, 9, 10, 12, 14, 15, 3, 4, 7, 7, 9, 12],
    ...                      "died": [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1]})
    >>> effects = so.survival.bootstrap_survival(
    ...     data, time="months", event="died", treatment="arm", reference="open",
    ...     measure="median_difference", seed=1)
    >>> effects.tidy()["estimate"].tolist()
    [5.0, 12.0, 7.0]
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=("sets", "cluster"),
        columns={"time": time, "event": event, "entry": entry},
        treatment=treatment,
        reference=reference,
        counts=counts,
        cluster=cluster,
    )
    rows = sampled(rows, data, NAME)
    _check_words(measure, method, n_resamples)
    require_seed(NAME, seed)
    outcome = read_outcome(rows, NAME)
    timed = _timed(measure, {"tau": tau, "horizon": horizon}, cause, outcome)
    groups = counted(rows, outcome)
    _require_observed(groups, timed)
    drawn = replicated(groups, timed, n_resamples, seed, skewed=method == "bca")
    _require_levels(rows, drawn.levels)
    return _effects(groups, timed, drawn, measure, method, seed, conf_level)


def _check_words(measure: str, method: str, n_resamples: int) -> None:
    for word, value, known in (
        ("measure", measure, get_args(Measure)),
        ("method", method, get_args(Method)),
    ):
        if value not in known:
            raise ArgumentError(f"{NAME}: unknown {word} {value!r}; there are: {', '.join(known)}.")
    require_draws(NAME, "n_resamples", n_resamples, FEWEST)


def _timed(
    measure: str, given: dict[str, float | None], cause: Hashable, outcome: Outcome
) -> Timed:
    """Return what is measured when, with the time and cause it needs and no other."""
    level = measure.rsplit("_", 1)[0]
    needed = {"rmst": "tau", "lost_time": "tau", "median": ""}.get(level, "horizon")
    for word, value in given.items():
        if word != needed and value is not None:
            raise ArgumentError(f"{NAME}: {measure} takes no `{word}`; leave it out.")
        if word == needed and value is not None:
            require_number(NAME, word, value, "a time above 0")
        if word == needed and not (value is not None and np.isfinite(value) and value > 0):
            raise ArgumentError(f"{NAME}: {measure} needs `{word}`, a time above 0; got {value}.")
    at = given.get(needed)
    return Timed(level, np.inf if at is None else float(at), _cause(level, cause, outcome))


def _cause(level: str, cause: Hashable, outcome: Outcome) -> int | None:
    if level in ("rmst", "survival", "median"):
        if cause is not None:
            raise ArgumentError(f"{NAME}: {level} is of any event; leave `cause` out.")
        return None
    if cause is not None:
        return outcome.cause_code(cause, NAME) - 1
    if level == "incidence" or len(outcome.causes) > 1:
        raise ArgumentError(f"{NAME}: {level} needs `cause`, one of: {outcome.named_causes}.")
    return None


def _require_observed(groups: Sequence[Group], timed: Timed) -> None:
    if timed.level in ("rmst", "lost_time"):
        require_area(groups, NAME, timed.at)
    elif timed.level != "median":
        require_reached(groups, NAME, "horizon", timed.at)
        require_begun(groups, NAME, timed.at)
    require_lasting(groups, NAME, timed.at)


def _require_levels(rows: Rows, levels: FloatArray) -> None:
    """Raise where an arm has no level, or replicates cannot be put in order."""
    above = [label for label, x in zip(rows.groups, levels[:, 0], strict=True) if np.isinf(x)]
    if above:
        raise NotEstimableError(
            f"{NAME}: in {named(above)} fewer than one half had the event; compare restricted "
            "mean times or a horizon."
        )
    neither = int((np.isinf(levels).sum(axis=0) > 1).sum())
    empty = int(np.isnan(levels).any(axis=0).sum())
    for found, words in (
        (neither, "two arms do not come down to one half"),
        (empty, "no cluster of an arm is drawn"),
    ):
        if found:
            raise NotEstimableError(
                f"{NAME}: in {found} of {levels.shape[1] - 1} replicates {words}; compare "
                "restricted mean times, or draw rows without `cluster`."
            )


def _effects(
    groups: Sequence[Group],
    timed: Timed,
    drawn: Replicates,
    measure: str,
    method: str,
    seed: int,
    conf_level: float,
) -> Effects:
    rows = groups[0].rows
    ratio = measure.endswith("_ratio")
    unit = "rows" if rows.cluster is None else "clusters"
    words = f"{'BCa' if method == 'bca' else method} bootstrap of {unit}, "
    words += f"{drawn.levels.shape[1] - 1} replicates"
    keys: Row = {} if timed.level == "median" else {"horizon": timed.at}
    if timed.cause is not None:
        keys["cause"] = groups[0].outcome.causes[timed.cause]
    found: list[Row] = []
    flat = []
    for pair in rows.pairs():
        value = drawn.contrast(pair, ratio, method, conf_level)
        flat += [rows.contrast(*pair)] if _is_open(value) else []
        found += contrast_rows(
            rows, groups, [(measure, value)], pair, code=timed.cause, method=words, **keys
        )
    for group in groups:
        value = drawn.level(group.code, method, conf_level)
        flat += [group.label] if _is_open(value) else []
        more = {"measure": timed.level, "method": words, **keys}
        found.append(level_row(rows, group, value, code=timed.cause, **more))
    notes = _notes(flat)
    return Effects(
        pd.DataFrame(found),
        method=f"{words[0].upper()}{words[1:]}, seed {seed}.",
        sources=SOURCES,
        estimand="marginal",
        conf_level=conf_level,
        warnings=notes,
    )


def _is_open(value: Interval) -> bool:
    return bool(np.isnan([value.low, value.high]).any())


def _notes(flat: list[str]) -> tuple[str, ...]:
    if not flat:
        return ()
    note = (
        f"the replicates of {named(flat)} do not vary, all lie on one side of the estimate, or "
        "do not reach one half; a limit is left missing."
    )
    warnings.warn(f"{NAME}: {note}", SparseDataWarning, stacklevel=4)
    return (note,)
