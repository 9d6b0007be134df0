"""Rules on stages: what is known before surgery does not contradict them."""

from __future__ import annotations

import numpy as np

from spineoutcomes.registry.rules.facts import Facts, Hits, Mask, is_any
from spineoutcomes.registry.rules.scores import BASELINES

STAGE = "enneking_stage"
# Of benign lesions: inside the bone up to S2; S3 is outside it and has symptoms.
INSIDE, AGGRESSIVE = ("S1", "S2"), ("S3",)
NORMAL = {"frankel": "E", "asia_ais": "E", "mrc_muscle_grade": "5"}
PAIN = ("vas_pain", "nrs_pain")


def stages_fit_symptoms(facts: Facts) -> Hits:
    """Find stages within the bone with a deficit, and aggressive ones without any symptom."""
    episodes = facts.tables["episodes"]
    if STAGE not in episodes:
        return
    deficit, normal = _neurology(facts)
    hurts, painless = _pain(facts)
    stage = episodes[STAGE].astype(object)
    inside = np.flatnonzero(stage.isin(INSIDE).to_numpy() & deficit)
    silent = ~deficit & ~hurts & normal & painless
    aggressive = np.flatnonzero(stage.isin(AGGRESSIVE).to_numpy() & silent)
    yield (
        "episodes",
        inside,
        STAGE,
        f"{len(inside)} episode(s) are of stage S1 or S2, inside the bone, and had a neurological "
        "deficit before surgery.",
    )
    yield (
        "episodes",
        aggressive,
        STAGE,
        f"{len(aggressive)} episode(s) are of stage S3, which has symptoms, and had neither pain "
        "nor a deficit before surgery.",
    )


def _neurology(facts: Facts) -> tuple[Mask, Mask]:
    """Return which episodes had a deficit before surgery, and which had a normal grade."""
    scores = facts.tables["scores"]
    grade = scores["grade"].astype(object)
    normal = scores["instrument"].astype(object).map(NORMAL)
    graded = _before(facts) & normal.notna().to_numpy() & grade.notna().to_numpy()
    best = (grade == normal).to_numpy()
    return _some(facts, graded & ~best), _some(facts, graded & best)


def _pain(facts: Facts) -> tuple[Mask, Mask]:
    """Return which episodes had pain before surgery, and which are known to have had none."""
    value = facts.numbers("scores", "value")
    asked = _before(facts) & is_any(facts.tables["scores"]["instrument"], PAIN)
    return _some(facts, asked & (value > 0)), _some(facts, asked & (value == 0))


def _before(facts: Facts) -> Mask:
    labelled = is_any(facts.tables["scores"]["visit"], BASELINES)
    return labelled | (facts.numbers("scores", "day") < 0)


def _some(facts: Facts, rows: Mask) -> Mask:
    """Return which episodes have any of some rows of scores."""
    episode = facts.places["scores", "episode_id"][rows]
    mask = np.zeros(len(facts.tables["episodes"]), dtype=bool)
    mask[episode[episode >= 0]] = True
    return mask
