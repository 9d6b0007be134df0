"""Neurological transition: improved, stable or worse by grade, among those who could change."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.before_after import before_and_after
from spineoutcomes.metrics.grades import direction, placed, steps
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.severity import as_grades, grade_places
from spineoutcomes.metrics.status import STATUSES
from spineoutcomes.metrics.visits import Rule, Window, Windows
from spineoutcomes.registry import Registry

TRANSITIONS = ("worse", "stable", "improved")


def neurological_transition(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return whether a neurological grade improved, stayed or worsened from baseline to a visit.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument : str
        A code of the vocabulary: an instrument with whole grades, such as "frankel" or "asia_ais",
        or "mjoa", whose numbers are read in bands of severity: severe 0-11, moderate 12-14, mild
        15-17, normal 18.
    visit : str
        Label of a visit after surgery.
    windows, rule, location, side, rater, partial_dates
        As in `score_at`; an episode may have only one location and side.
    baseline_window : (float, float), optional
        First and last day a baseline may have, ends included, such as (-30, 0).

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `baseline` and `grade` (ordered Categorical, worst first; bands for
        a score); `transition` (ordered Categorical, "worse" < "stable" < "improved"); `can_improve`
        and `can_worsen` (boolean: the baseline is not the best, not the worst grade); `steps`
        (number of grades, positive is better); `day` (of the grade, from day 0); `status`.

    Raises
    ------
    ArgumentError
        For an instrument with plus and minus grades or with numbers that have no declared bands, a
        visit before surgery, an episode with several locations or sides, and as in `score_at`.

    Notes
    -----
    Missing data: without a baseline there is no transition and the status is no_baseline; without
    a grade at the visit the status is that of `score_at`, and one who died has no transition.

    A patient at the best grade cannot improve and one at the worst cannot worsen: both are
    "stable" when nothing changes, and the rate of improvement is of those who can improve, the
    rate of worsening of those who can worsen.

    The Frankel grade and the ASIA impairment scale share their letters and are not the same
    instrument; a grade of one is never compared with a grade of the other. Grade E of the
    impairment scale means recovered from an earlier deficit and is never given to a person who had
    none: who had none before surgery has no grade there, and is no_baseline here.

    References
    ----------
    .. [1] Frankel grades as used in surgery for spinal metastases. J Orthop Surg Res 2018.
       doi:10.1186/s13018-018-0777-2
    .. [2] Severity of myelopathy by the modified JOA score. Eur Spine J 2016.
       doi:10.1007/s00586-016-4660-8

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> moved = so.metrics.neurological_transition(registry, instrument="frankel", visit="3m")
    >>> moved[["baseline", "grade", "transition", "can_improve", "steps"]].head(3)
                  baseline grade transition  can_improve  steps
    episode_id
    SYN-000001-E1        D     E   improved         True    1.0
    SYN-000002-E1        E     E     stable        False    0.0
    SYN-000003-E1        D   NaN        NaN         True    NaN

    Improved among those who could improve and were seen:

    >>> able = moved[moved["can_improve"] & moved["transition"].notna()]
    >>> int((able["transition"] == "improved").sum()), len(able)
    (148, 219)
    """
    cohort = as_cohort(cohort)
    places = grade_places(instrument, cohort.vocabulary.instruments[instrument])
    both = before_and_after(
        cohort,
        instrument=instrument,
        visit=visit,
        windows=windows,
        rule=rule,
        location=location,
        side=side,
        rater=rater,
        baseline_window=baseline_window,
        partial_dates=partial_dates,
    )
    baseline = as_grades(both["baseline"], instrument, places)
    grade = as_grades(both["answer"], instrument, places)
    return pd.DataFrame(
        {
            "baseline": baseline,
            "grade": grade,
            **_moved(baseline, grade, places),
            "day": both["day"],
            "status": both["status"],
        }
    )


def transition_matrix(
    cohort: Cohort | Registry,
    *,
    instrument: str,
    visit: str,
    windows: Windows | None = None,
    rule: Rule = "nearest",
    location: str | None = None,
    side: str | None = None,
    rater: str | None = None,
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return how many episodes of each arm went from each grade to each grade.

    Parameters
    ----------
    cohort : Cohort or Registry
    instrument, visit, windows, rule, location, side, rater, baseline_window, partial_dates
        As in `neurological_transition`.

    Returns
    -------
    DataFrame
        One row per cell, long: `arm`, `baseline`, `grade`, `status`, `transition`, `can_improve`,
        `can_worsen`, `steps` (all as in `neurological_transition`) and `n` (episodes). Every pair
        of grades has a row, those with no episode too.

    Raises
    ------
    ArgumentError
        As in `neurological_transition`.

    Notes
    -----
    Missing data: episodes without a baseline or without a grade have rows of their own, by status,
    with the grade that is missing left empty; the rows of an arm add up to its episodes.

    Who could not improve is counted by the observed rows whose `can_improve` is false, who could
    not worsen by those whose `can_worsen` is.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> cells = so.metrics.transition_matrix(registry, instrument="frankel", visit="3m")
    >>> seen = cells[cells["status"] == "observed"]
    >>> seen.pivot(index=["arm", "baseline"], columns="grade", values="n")
    grade         A  B   C   D   E
    arm baseline
    all A         3  8  10   0   0
        B         0  1  20   3   0
        C         0  2  28  53   3
        D         0  0   1  36  51
        E         0  0   0   2  83

    Could not improve, and could not worsen:

    >>> [int(seen.loc[~seen[name], "n"].sum()) for name in ("can_improve", "can_worsen")]
    [85, 21]
    """
    cohort = as_cohort(cohort)
    moved = neurological_transition(
        cohort,
        instrument=instrument,
        visit=visit,
        windows=windows,
        rule=rule,
        location=location,
        side=side,
        rater=rater,
        baseline_window=baseline_window,
        partial_dates=partial_dates,
    )
    keys = ["arm", "baseline", "grade", "status"]
    cells = moved.assign(arm=cohort.data["arm"])[keys]
    counts = _counted(cells).sort_values(keys, ignore_index=True)
    places = grade_places(instrument, cohort.vocabulary.instruments[instrument])
    words = pd.DataFrame(_moved(counts["baseline"], counts["grade"], places))
    return pd.concat([counts[keys], words, counts["n"]], axis="columns")


def _counted(cells: pd.DataFrame) -> pd.DataFrame:
    """Return how often each combination of categories occurs; all observed pairs of grades."""
    kinds = {
        name: pd.CategoricalDtype(cells[name].cat.categories, cells[name].cat.ordered)
        for name in ("arm", "baseline", "grade", "status")
    }
    codes = pd.DataFrame({name: cells[name].cat.codes.astype(int) for name in kinds})
    sizes = [range(len(kinds[name].categories)) for name in ("arm", "baseline", "grade")]
    observed = range(STATUSES.index("observed"), STATUSES.index("observed") + 1)
    grid = pd.MultiIndex.from_product([*sizes, observed], names=list(kinds))
    n = codes.value_counts()
    found = n.reindex(n.index.union(grid), fill_value=0).rename("n").reset_index()
    for name, kind in kinds.items():
        found[name] = pd.Categorical.from_codes(found[name].tolist(), dtype=kind)
    return found


def _moved(baseline: pd.Series, grade: pd.Series, places: dict[str, float]) -> dict[str, pd.Series]:
    """Return the transition between two grades, and whether the first could rise or fall."""
    change, start = steps(baseline, grade, places), placed(baseline, places)
    return {
        "transition": direction(change, TRANSITIONS, ordered=True),
        "can_improve": _known(start < max(places.values()), start),
        "can_worsen": _known(start > min(places.values()), start),
        "steps": change,
    }


def _known(condition: pd.Series, known: pd.Series) -> pd.Series:
    return condition.astype("boolean").mask(known.isna())
