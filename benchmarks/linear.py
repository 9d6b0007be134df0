"""How the cost of each metric grows with the number of episodes: 1 is linear."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from contest import timed, write

import spineoutcomes as so

TIMES = 4
ROUNDS = 3
PAIN: dict[str, Any] = {"instrument": "nrs_pain", "location": "back"}
METRICS: dict[str, Callable[[so.Cohort], object]] = {
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
    "perioperative": so.metrics.perioperative,
    "time_to_recurrence": partial(
        so.metrics.time_to_recurrence,
        assessment="imaging",
        max_gap_days=365,
        censor_at="last_scan",
    ),
    "episode_timeline": so.metrics.episode_timeline,
}


def run(n: int) -> None:
    """Time every metric on n and on four times as many synthetic episodes."""
    small, large = (
        so.select_cohort(so.simulate_registry(size, seed=1), episodes="all")
        for size in (n, TIMES * n)
    )
    write(f"\nmetrics on {n:,} and on {TIMES * n:,} synthetic episodes: exponent of the cost\n")
    for name, metric in METRICS.items():
        first, second = (
            min(timed(partial(metric, cohort)) for _ in range(ROUNDS)) for cohort in (small, large)
        )
        exponent = math.log(second / first) / math.log(TIMES)
        write(f"  {name:26s} {exponent:5.2f}  ({first * 1e3:.0f} ms, {second * 1e3:.0f} ms)\n")
