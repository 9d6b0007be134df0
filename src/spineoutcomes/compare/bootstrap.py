"""Bootstrap intervals of effects, by patient."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._measured import Measured, measured
from spineoutcomes.compare._outcomes import arm_cells
from spineoutcomes.design import Design
from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.arguments import require_one_of
from spineoutcomes.numerics.bootstrap_intervals import (
    acceleration,
    bca_interval,
    jackknife_of_means,
    percentile_interval,
)
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import arm_row, contrast_row, require_arms, warn_sparse
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.levels import means
from spineoutcomes.numerics.resampling import Clusters, Individuals, bootstrap_levels
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.numerics.seeds import require_draws, require_seed
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
NAME = "bootstrap_effect"
EFRON = "doi:10.1080/01621459.1987.10478410"
DAVISON_HINKLEY = "doi:10.1017/CBO9780511802843"
WORDS = {"bca": "BCa", "percentile": "percentile"}
# A contrast, or an arm and None.
Key = tuple[int, int | None]
FEWEST_CLUSTERS = 2
# Below this many draws a 95% limit rests on a handful of replicates.
FEWEST = 100


def bootstrap_effect(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    measure: Literal[
        "mean_difference", "median_difference", "geometric_mean_ratio", "risk_difference"
    ] = "mean_difference",
    cluster: str | None = None,
    counts: str | None = None,
    method: Literal["bca", "percentile"] = "bca",
    n_resamples: int = 2_000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Effects:
    """Give an effect its interval by drawing patients anew, with replacement.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment, reference and cluster; one
        with weights or matched sets is refused.
    outcome : str
        Numeric column, in its own unit; the difference has the same unit.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the level of one
        group, "all", is returned.
    measure : str
        "mean_difference", "median_difference", "geometric_mean_ratio" or "risk_difference".
    cluster : str, optional
        Column within whose values rows are correlated, such as the patient; clusters are drawn
        whole.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
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
        A row of `measure` for each arm against the reference, then a row of its level (`mean`,
        `median`, `geometric_mean` or `risk`) for each arm.

    Raises
    ------
    ArgumentError
        For an unknown or non-numeric column, an unknown measure or method, fewer than 100
        resamples, a seed that is no whole number of 0 or more, values the measure does not take, or
        a Design this function does not respect.
    NotEstimableError
        When an arm has fewer than two complete rows or clusters, there is only one arm, or clusters
        span arms and some replicates leave an arm empty.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When the replicates do not vary, or (BCa) all lie on one side of the estimate: the interval
        is missing.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm or the cluster are left out and counted in
    `n_missing`: by arm in the arm rows, in total in the contrast rows.

    Patients are drawn within their arm, as many as it has. Clusters are drawn whole: within arms
    where each lies in one arm, else from all of them. With z0 the normal quantile of the share of
    replicates below the estimate and a the acceleration, a BCa limit [1]_ is the replicate at the
    share::

        Phi(z0 + (z0 + z) / (1 - a (z0 + z))),   z the normal quantile of the limit

    a comes from the jackknife over patients or clusters, arms combined as independent samples
    [2]_. That of a median is zero: its influence has no skewness, and a jackknife of medians does
    not settle. The interval is not built from a standard error and has no test: `std_error` and
    `p_value` are missing.

    References
    ----------
    .. [1] Efron B (1987). Better bootstrap confidence intervals. Journal of the American
       Statistical Association 82:171-185. doi:10.1080/01621459.1987.10478410
    .. [2] Davison AC, Hinkley DV (1997). Bootstrap Methods and their Application, section 5.3.
       Cambridge University Press. doi:10.1017/CBO9780511802843

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> stay = pd.DataFrame({"arm": ["mis"] * 6 + ["open"] * 6,
    ...                      "days": [1, 2, 2, 3, 4, 12, 4, 5, 5, 6, 9, 25]})
    >>> effects = so.compare.bootstrap_effect(
    ...     stay, outcome="days", treatment="arm", reference="open", seed=1)
    >>> effects.tidy()["estimate"].tolist()
    [-5.0, 4.0, 9.0]
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects={"cluster"},
        columns={"outcome": outcome},
        treatment=treatment,
        reference=reference,
        counts=counts,
        cluster=cluster,
    )
    effect = measured(NAME, measure)
    require_one_of(NAME, "method", method, WORDS)
    require_draws(NAME, "n_resamples", n_resamples, FEWEST)
    require_seed(NAME, seed)
    require_arms(rows, NAME, at_least=2)
    y = effect.read(rows, outcome, NAME)
    sample = _sample(rows, y)
    replicates = bootstrap_levels(sample, effect.level, n_resamples, seed)
    _require_filled(rows, replicates)
    found = _intervals(rows, y, effect, sample, replicates, method, conf_level)
    words = f"{WORDS[method]} bootstrap of {_units(rows)}, {n_resamples} replicates"
    contrasts = [
        contrast_row(rows, pair, found[pair], measure=measure, method=f"{effect.words}, {words}")
        for pair in rows.pairs()
    ]
    levels = [
        arm_row(
            rows,
            arm,
            found[arm, None],
            measure=effect.level_measure,
            method=f"{effect.level_measure.replace('_', ' ')}, {words}",
        )
        for arm in range(len(rows.groups))
    ]
    notes = _notes(rows, [key for key, value in found.items() if np.isnan(value.low)])
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method=f"{words[0].upper()}{words[1:]}, seed {seed}.",
        sources=(EFRON, DAVISON_HINKLEY),
        estimand="marginal",
        conf_level=conf_level,
        warnings=notes,
    )


def _sample(rows: Rows, y: FloatArray) -> Individuals | Clusters:
    if rows.cluster is None:
        return Individuals(arm_cells(rows, y))
    few = [
        f"{label} has {found}"
        for arm, label in enumerate(rows.groups)
        if (found := len(np.unique(rows.cluster[rows.group == arm]))) < FEWEST_CLUSTERS
    ]
    if few:
        raise NotEstimableError(
            f"{NAME}: every arm needs at least {FEWEST_CLUSTERS} clusters; {named(few)}."
        )
    return Clusters(y, rows.counts, rows.group, rows.cluster)


def _require_filled(rows: Rows, replicates: FloatArray) -> None:
    empty = int(np.isnan(replicates).any(axis=0).sum())
    if empty:
        raise NotEstimableError(
            f"{NAME}: {empty} of {replicates.shape[1]} replicates hold nobody of an arm; too few "
            f"clusters have both arms. {len(np.unique(np.asarray(rows.cluster)))} clusters were "
            "drawn; without `cluster` rows are drawn within their arm."
        )


def _intervals(
    rows: Rows,
    y: FloatArray,
    effect: Measured,
    sample: Individuals | Clusters,
    replicates: FloatArray,
    method: str,
    conf_level: float,
) -> dict[Key, Interval]:
    """Return the interval of each contrast, and of each arm as (arm, None)."""
    cells = arm_cells(rows, y)
    levels = [float(effect.level(c.values, c.counts[None, :].astype(float))[0]) for c in cells]
    found: dict[Key, Interval] = {}
    for key in [*rows.pairs(), *((arm, None) for arm in range(len(cells)))]:
        signs = {key[0]: 1.0} | ({} if key[1] is None else {key[1]: -1.0})
        estimate = sum(sign * levels[arm] for arm, sign in signs.items())
        drawn = np.asarray(sum(sign * replicates[arm] for arm, sign in signs.items()))
        if method == "percentile":
            value = percentile_interval(estimate, drawn, conf_level)
        else:
            a = _acceleration(rows, y, sample, signs) if effect.level is means else 0.0
            value = bca_interval(estimate, drawn, a, conf_level)
        found[key] = Interval(*map(effect.shown, (value.estimate, value.low, value.high)))
    return found


def _acceleration(
    rows: Rows, y: FloatArray, sample: Individuals | Clusters, signs: dict[int, float]
) -> float:
    units = rows.cluster
    if isinstance(sample, Clusters) and not sample.by_arm:
        # One sample of clusters: what each adds to the one arm and to the other belongs together.
        both = [
            (sign, jackknife_of_means(y, rows.counts * (rows.group == arm), units))
            for arm, sign in signs.items()
        ]
        own = np.asarray(sum(sign * parts[0] for sign, parts in both))
        return acceleration([(own, both[0][1][1], 1.0)])
    arms = []
    for arm, sign in signs.items():
        held = rows.group == arm
        unit = None if units is None else units[held]
        arms.append((*jackknife_of_means(y[held], rows.counts[held], unit), sign))
    return acceleration(arms)


def _units(rows: Rows) -> str:
    return "rows" if rows.cluster is None else "clusters"


def _notes(rows: Rows, without: list[Key]) -> tuple[str, ...]:
    if not without:
        return ()
    names = [rows.groups[a] if b is None else rows.contrast(a, b) for a, b in without]
    return (
        f"the replicates of {named(names)} do not vary, or all lie on one side of the "
        "estimate; the interval is left missing.",
    )
