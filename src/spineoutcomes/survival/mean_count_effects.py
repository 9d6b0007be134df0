"""Mean counts of arms by a time fixed beforehand, and the test that they are equal throughout."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import arm_row, contrast_row, require_arms, size
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.numerics.small_arms import without_p
from spineoutcomes.results import Effects
from spineoutcomes.survival.arms import Arms, Row, notes_on_certainty
from spineoutcomes.survival.histories import FEATURES, read_histories
from spineoutcomes.survival.limits import mean_limits
from spineoutcomes.survival.mean_counts_of_arms import Courses
from spineoutcomes.survival.recurrent_mean import n_events
from spineoutcomes.survival.steps import checked_horizons

NAME = "mean_count_difference"
SOURCES = (
    "Ghosh & Lin 2000, doi:10.1111/j.0006-341X.2000.00554.x",
    "Cook, Lawless & Nadeau 1996, Biometrics 52:557-571",
)


def mean_count_difference(
    data: pd.DataFrame | Design,
    *,
    subject: str,
    start: str,
    stop: str,
    event: str,
    terminal: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    horizon: float | Iterable[float],
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Return the difference in the mean number of events by a horizon, and a test of equal means.

    Parameters
    ----------
    data : DataFrame or Design
        One row per stretch of time of a subject, as `metrics.recurrent_events` returns them. A
        Design brings its treatment and clusters.
    subject : str
        Column whose values name the subjects (patients, episodes, lesions).
    start, stop : str
        Columns between which, start < t <= stop, the subject was observed.
    event : str
        Column that is bool or 0 and 1: an event happened at `stop`.
    terminal : str, optional
        Column that is bool or 0 and 1: the subject died at `stop`, in its last row.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame. Without them one group, "all".
    horizon : float or iterable of float
        The times, in the unit of `stop`, chosen before the data are seen.
    counts : str, optional
        Column of whole numbers: how many equal subjects a subject stands for.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        For each horizon and each arm against the reference a row `mean_count_difference`, then a
        row `mean_count` for each arm; last, for each arm against the reference, a row `test` with
        `statistic`, `df` and `p_value`, over all times at which both were observed. `n` counts
        subjects, `n_event` their events at any time, `n_missing` rows.

    Raises
    ------
    ArgumentError
        As `mean_cumulative_count`, and for a horizon that is no time.
    NotEstimableError
        When an arm has no complete row, there is only one arm, or a horizon lies beyond the
        follow-up of an arm in which somebody is still alive.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        With fewer than ten clusters of subjects.

    Notes
    -----
    Missing data: as in `mean_cumulative_count`; the end of observation must not depend on the
    prognosis.

    Arms have the values and log limits of `mean_cumulative_count`; the difference has a normal
    interval. With `terminal` a treatment can lower the mean count by death: show survival beside
    it. The test sums Y1 Y2 / (Y1 + Y2) times the difference of the increments of both means, Y
    being those at risk, and compares its square with its variance as chi-square with one degree of
    freedom [1]_ [2]_. All errors are those of the infinitesimal jackknife by subject, or by the
    clusters of a Design. Below five subjects in an arm p is missing.

    References
    ----------
    .. [1] Ghosh D, Lin DY (2000). Nonparametric analysis of recurrent events and death. Biometrics
       56:554-562. doi:10.1111/j.0006-341X.2000.00554.x
    .. [2] Cook RJ, Lawless JF, Nadeau C (1996). Robust tests for treatment comparisons based on
       recurrent event responses. Biometrics 52:557-571.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"id": [1, 1, 2, 3, 3, 4], "arm": ["mis"] * 3 + ["open"] * 3,
    ...                      "start": [0, 2, 0, 0, 3, 0], "stop": [2, 5, 5, 3, 6, 6],
    ...                      "infection": [1, 0, 0, 1, 1, 1]})
    >>> effects = so.survival.mean_count_difference(
    ...     rows, subject="id", start="start", stop="stop", event="infection", treatment="arm",
    ...     reference="open", horizon=4)
    >>> effects.tidy()["estimate"].tolist()
    [0.0, 0.5, 0.5, nan]
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=FEATURES,
        columns={
            "subject": subject,
            "start": start,
            "stop": stop,
            "event": event,
            "terminal": terminal,
        },
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    horizons = checked_horizons(horizon, NAME, at_least=1)
    histories = read_histories(rows, data, NAME, subject=subject, counts=counts)
    courses = Courses(rows, histories, histories.counted(rows))
    subjects = courses.subjects
    require_arms(subjects, NAME, at_least=1)
    kind = "Nelson-Aalen" if terminal is None else "Ghosh-Lin"
    method = f"{kind} mean count by a horizon, {histories.words}"
    numbers = [courses.at_horizon(at, NAME) for at in horizons]
    found: list[Row] = []
    for at, arms in zip(horizons, numbers, strict=True):
        found += _at_one_horizon(courses, subjects, arms, at, method, conf_level)
    for pair in rows.pairs():
        test = f"{kind} test of equal mean counts, chi-square, {histories.words}"
        value = courses.test_of_equal_means(pair)
        found.append(_compared(courses, subjects, value, pair, "test", test))
    return Effects(
        pd.DataFrame(found),
        method=f"{method}.",
        sources=SOURCES,
        estimand=data.estimand if isinstance(data, Design) else None,
        conf_level=conf_level,
        warnings=notes_on_certainty(rows.groups, numbers, NAME) if rows.pairs() else (),
    )


def _at_one_horizon(
    courses: Courses, subjects: Rows, arms: Arms, at: float, method: str, conf_level: float
) -> list[Row]:
    found = [
        _compared(courses, subjects, arms.difference(pair, conf_level), pair, NAME, method)
        for pair in subjects.pairs()
    ]
    low, high = mean_limits(arms.estimate, arms.std_error, "log", conf_level)
    numbers = zip(arms.estimate, low, high, arms.std_error, strict=True)
    found += [
        arm_row(
            subjects,
            g,
            Interval(*map(float, values)),
            measure="mean_count",
            n_event=float(n_events(courses.counts[g]).sum()),
            method=method,
        )
        for g, values in enumerate(numbers)
    ]
    return [row | {"horizon": at} for row in found]


def _compared(
    courses: Courses,
    subjects: Rows,
    value: Interval,
    pair: tuple[int, int],
    measure: str,
    method: str,
) -> Row:
    """Return the row of one arm against the reference."""
    allowed, words = without_p(value, {subjects.groups[g]: size(subjects, g) for g in pair})
    events = float(np.sum([n_events(courses.counts[g]).sum() for g in pair]))
    return contrast_row(
        subjects, pair, allowed, measure=measure, n_event=events, method=method + words
    )
