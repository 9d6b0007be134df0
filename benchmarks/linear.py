"""How the cost of each metric grows with the number of episodes: 1 is linear."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from contest import write
from linear_cases import synthetic

import spineoutcomes as so

TIMES = 4
ROUNDS = 3
# From here on one round takes long enough to be told from chance.
LONG = 200_000
PAIN: dict[str, Any] = {"instrument": "nrs_pain", "location": "back"}
RELIEF: dict[str, Any] = {"threshold": "ostelo_2008", "retreatment": "ends", **PAIN}
SCANS: dict[str, Any] = {"assessment": "imaging", "max_gap_days": 365, "censor_at": "last_scan"}
FRACTURE: dict[str, Any] = {
    "kind": "new_fracture",
    "competing": ("death",),
    "censor_at": "last_contact",
}
VOLUME: dict[str, Any] = {"measure": "volume", "reference_scan": "preoperative"}
SHRINKING = {"response": 65, "progression": 73}
Metric = Callable[[so.Cohort], object]


def cut_at_radiotherapy(cohort: so.Cohort) -> pd.DataFrame:
    """Return times to recurrence cut where radiotherapy began."""
    times = so.metrics.time_to_recurrence(cohort, **SCANS).dropna(subset=["time"])
    events = cohort.rows("events")
    began = events[events["kind"] == "radiotherapy_start"].drop_duplicates("episode_id")
    until = began["episode_id"].map(times["time"]).to_numpy()
    changes = began.loc[began["day"].to_numpy() < until, ["episode_id", "day"]]
    changes = changes.assign(irradiated=True)
    return so.metrics.start_stop(times, changes)


def redated(cohort: so.Cohort) -> pd.DataFrame:
    """Return times to recurrence dated at the midpoint."""
    times = so.metrics.time_to_recurrence(cohort, **SCANS)
    return so.metrics.redated_recurrence(times, dated_at="midpoint", unseen_before_death="all")


def followed_by_arm(cohort: so.Cohort) -> so.Summary:
    """Return how recurrence was looked for."""
    times = so.metrics.time_to_recurrence(cohort, **SCANS)
    return so.metrics.recurrence_followup(cohort, times=times)


def summed_up(cohort: so.Cohort) -> so.Summary:
    """Return how complete the answers are."""
    seen = so.metrics.followup_completeness(cohort, visits=["3m", "12m"], **PAIN)
    return so.compare.followup_summary(seen)


def filled(cohort: so.Cohort, names: Sequence[str], most: int) -> pd.DataFrame:
    """Return a form of whole numbers from 0 for every episode."""
    rng = np.random.default_rng(1)
    numbers = rng.integers(0, most + 1, (len(cohort.data), len(names)))
    return pd.DataFrame(numbers, index=cohort.data.index, columns=list(names))


def neck_disability(cohort: so.Cohort) -> pd.DataFrame:
    """Return a score of ten items."""
    items = so.vocabulary.instruments["ndi"].items
    assert items is not None
    form = filled(cohort, items.names, 5)
    return so.metrics.score_items(form, instrument="ndi", missing="none")


def conditions(cohort: so.Cohort) -> pd.DataFrame:
    """Return an index of comorbidity."""
    form = filled(cohort, so.metrics.CHARLSON_CONDITIONS, 1)
    return so.metrics.charlson_index(form, weights="quan_2011")


def frail(cohort: so.Cohort) -> pd.DataFrame:
    """Return an index of frailty."""
    items = so.vocabulary.instruments["mfi5"].items
    assert items is not None
    return so.metrics.frailty_index(
        filled(cohort, items.names, 1), convention="count", missing="none"
    )


def recovered(cohort: so.Cohort) -> pd.DataFrame:
    """Return recovery rates."""
    both = filled(cohort, ["before", "after"], 16)
    return so.metrics.recovery_rate(both["before"], both["after"], instrument="joa")


def instability(cohort: so.Cohort) -> pd.DataFrame:
    """Return a score of six items, one of them read from levels."""
    form = filled(cohort, ["pain", "bone_lesion", "alignment", "collapse", "posterolateral"], 0)
    words = {
        "pain": "mechanical",
        "bone_lesion": "lytic",
        "alignment": "normal",
        "collapse": "none",
        "posterolateral": "unilateral",
    }
    levels = cohort.each("episodes", ["levels"])["levels"]
    return so.metrics.prognostic_score(form.assign(**words, location=levels), score="sins")


METRICS: dict[str, Metric] = {
    "score_at": partial(so.metrics.score_at, visit="3m", **PAIN),
    "score_trajectory": partial(so.metrics.score_trajectory, visits=["3m", "12m"], **PAIN),
    "change_from_baseline": partial(so.metrics.change_from_baseline, visit="3m", **PAIN),
    "achieved_threshold": partial(
        so.metrics.achieved_threshold,
        visit="3m",
        threshold="ostelo_2008",
        death="exclude",
        reoperation="ignore",
        **PAIN,
    ),
    "time_to_threshold": partial(
        so.metrics.time_to_threshold,
        visits=["3m", "12m"],
        threshold="ostelo_2008",
        kind="first",
        **PAIN,
    ),
    "grade_change": partial(
        so.metrics.grade_change, instrument="frankel", visit="3m", rule="whole_grade"
    ),
    "neurological_transition": partial(
        so.metrics.neurological_transition, instrument="frankel", visit="3m"
    ),
    "transition_matrix": partial(so.metrics.transition_matrix, instrument="frankel", visit="3m"),
    "ambulation": partial(
        so.metrics.ambulation,
        definition={"instrument": "frankel", "ambulatory": ["D", "E"]},
        visit="3m",
    ),
    "threshold_sweep": partial(
        so.metrics.threshold_sweep,
        visit="3m",
        cutoffs=[1.0, 2.0, 3.0],
        basis="points",
        death="exclude",
        reoperation="failure",
        **PAIN,
    ),
    "floor_ceiling": partial(so.metrics.floor_ceiling, visits=["3m", "12m"], **PAIN),
    "observation_window": partial(so.metrics.observation_window, endpoint="imaging"),
    "followup_completeness": partial(
        so.metrics.followup_completeness, visits=["3m", "12m"], **PAIN
    ),
    "followup_summary": summed_up,
    "residual_lesion": partial(so.metrics.residual_lesion, visit="final", **VOLUME),
    "residual_lesion, by lesion": partial(
        so.metrics.residual_lesion, visit="final", by="lesion", **VOLUME
    ),
    "residual_lesion, by scan": partial(so.metrics.residual_lesion, by="scan", **VOLUME),
    "lesion_response, volume": partial(
        so.metrics.lesion_response,
        criterion="volumetric",
        thresholds=SHRINKING,
        reference_scan="preoperative",
        visit="best",
    ),
    "lesion_response, RECIST": partial(
        so.metrics.lesion_response,
        criterion="recist_1.1",
        reference_scan="preoperative",
        visit="final",
    ),
    "resection_extent": partial(
        so.metrics.resection_extent, scheme="eor_generic", measure="volume", visit="final"
    ),
    "time_to_recurrence": partial(so.metrics.time_to_recurrence, **SCANS),
    "time_to_recurrence, by lesion": partial(so.metrics.time_to_recurrence, by="lesion", **SCANS),
    "time_to_recurrence, clinical": partial(
        so.metrics.time_to_recurrence,
        assessment="clinical",
        max_gap_days=None,
        censor_at="last_contact",
        competing=("death", "reoperation"),
    ),
    "recurrence_dates": so.metrics.recurrence_dates,
    "recurrence_followup": followed_by_arm,
    "redated_recurrence": redated,
    "time_to_event": partial(so.metrics.time_to_event, **FRACTURE),
    "time_to_event, adjacent": partial(so.metrics.time_to_event, relation="adjacent", **FRACTURE),
    "time_to_event, by level": partial(so.metrics.time_to_event, by="level", **FRACTURE),
    "time_to_event, reoperation": partial(
        so.metrics.time_to_event,
        kind="reoperation",
        competing=("death",),
        censor_at="last_followup",
        origin="last_stage",
    ),
    "recurrent_events": partial(so.metrics.recurrent_events, kind="complication", same_day="once"),
    "start_stop": cut_at_radiotherapy,
    "perioperative": so.metrics.perioperative,
    "complications": partial(so.metrics.complications, scale="clavien_dindo", within_days=30),
    "cost_components": so.metrics.cost_components,
    "height_restoration": partial(so.metrics.height_restoration, visit="3m", location="anterior"),
    "time_to_discharge": so.metrics.time_to_discharge,
    "time_to_ambulation": so.metrics.time_to_ambulation,
    "time_to_radiotherapy": so.metrics.time_to_radiotherapy,
    "time_to_new_fracture": partial(
        so.metrics.time_to_new_fracture, max_gap_days=None, censor_at="last_contact"
    ),
    "relief_duration": partial(so.metrics.relief_duration, **RELIEF),
    "time_in_response": partial(so.metrics.time_in_response, tau=365.0, carry_days=300.0, **RELIEF),
    "time_to_next_step": partial(
        so.metrics.time_to_next_step,
        target="patient",
        terminal=["vertebroplasty"],
        censor_at="last_contact",
    ),
    "prognostic_score": partial(so.metrics.prognostic_score, score="escc"),
    "prognostic_score, SINS": instability,
    "score_items": neck_disability,
    "charlson_index": conditions,
    "frailty_index": frail,
    "recovery_rate": recovered,
    "episode_timeline": so.metrics.episode_timeline,
}


def run(n: int) -> None:
    """Time every metric on the episodes of n and of four times as many synthetic patients."""
    sizes, costs = zip(*(_costs(size) for size in (n, TIMES * n)), strict=True)
    write(
        f"\nmetrics on {sizes[0]:,} and on {sizes[1]:,} synthetic episodes: exponent of the cost\n"
    )
    for name in METRICS:
        first, second = (cost[name] for cost in costs)
        exponent = math.log(second / first) / math.log(sizes[1] / sizes[0])
        write(f"  {name:32s} {exponent:5.2f}  ({first * 1e3:.0f} ms, {second * 1e3:.0f} ms)\n")


def _costs(n: int) -> tuple[int, dict[str, float]]:
    """Return how many episodes there were, and the seconds of each metric on them."""
    cohort = synthetic(n)
    rounds = ROUNDS if n < LONG else 1
    return len(cohort.data), {
        name: min(_seconds(metric, cohort) for _ in range(rounds))
        for name, metric in METRICS.items()
    }


def _seconds(metric: Metric, cohort: so.Cohort) -> float:
    """Return the processor time of a call: what else the machine does does not count."""
    start = time.process_time()
    metric(cohort)
    return time.process_time() - start
