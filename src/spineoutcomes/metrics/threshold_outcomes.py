"""The answers a threshold is held against, and the judgement of each episode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.metrics.change import change_from_baseline
from spineoutcomes.metrics.composite import CAUSES, Death, Failures, Reoperation, failures
from spineoutcomes.metrics.cutoffs import Cut, attainable, judged_score, meets
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.visits import Rule, Window, Windows, asked_visit, span_of
from spineoutcomes.vocabulary.model import Instrument


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is known of each episode at a visit, before any cut-off.

    Attributes
    ----------
    scores : DataFrame
        `baseline, value, change, benefit, day, status` by episode; the status is that of the value.
    failed : Failures
        Who failed by death or reoperation.
    instrument : Instrument
    """

    scores: pd.DataFrame
    failed: Failures
    instrument: Instrument


def answers_at(
    cohort: Cohort,
    *,
    instrument: str,
    visit: str,
    death: Death | None,
    reoperation: Reoperation | None,
    windows: Windows | None,
    rule: Rule,
    location: str | None,
    side: str | None,
    rater: str | None,
    baseline_window: Window | None,
    partial_dates: PartialDates | None,
) -> Answers:
    """Return the answers of a cohort at a visit; arguments as in `achieved_threshold`."""
    scores = change_from_baseline(
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
    scores["status"] = status_of_value(scores)
    failed = failures(
        cohort,
        scores,
        span_of(asked_visit(visit, windows, rule), cohort.located("scores", ["visit", "day"])),
        death=death,
        reoperation=reoperation,
        partial_dates=partial_dates,
    )
    return Answers(scores, failed, cohort.vocabulary.instruments[instrument])


def judged(answers: Answers, cut: Cut) -> pd.DataFrame:
    """Return `achieved`, `eligible`, `at_baseline`, `failed_by` and `status` of each episode."""
    scores, failed = answers.scores, answers.failed
    baseline = scores["baseline"]
    counted = scores["value"].notna() | failed.cause.notna()
    if cut.basis == "absolute":
        eligible = counted.astype(float).where(counted)
        at_baseline = meets(baseline, cut.comparison, cut.value)
    else:
        eligible = attainable(baseline, answers.instrument, cut)
        at_baseline = pd.Series(np.nan, index=baseline.index)
    met = meets(judged_score(scores, cut), cut.comparison, cut.value)
    # Who died or was reoperated did not get better; of a harm they had their share.
    met = met.where(failed.cause.isna(), 1.0 if cut.is_harm else 0.0)
    achieved = met.where((eligible == 1) & ~failed.untold)
    causes = failed.cause.where(achieved.notna())
    words = scores["status"].astype(object)
    words[failed.untold & counted] = "missing"
    words[failed.not_due] = "not_due"
    words[counted & eligible.isna()] = "no_baseline"
    words[counted & (eligible == 0)] = "not_attainable"
    return pd.DataFrame(
        {
            "achieved": achieved,
            "eligible": eligible,
            "at_baseline": at_baseline,
            "failed_by": pd.Categorical(causes.to_numpy(), categories=list(CAUSES)),
            "status": as_status(words, words.index),
        }
    )


def status_of_value(scores: pd.DataFrame) -> pd.Series:
    """Return the status of the value alone, whether there is a baseline or not."""
    words = scores["status"].astype(object)
    return as_status(words.where(words != "no_baseline", "observed"), words.index)
