"""The next treatment after a procedure, which ends what its relief can be observed for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.ladder_courses import courses_of, next_of
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.operation.first import First, events_of, first_of_rows
from spineoutcomes.metrics.planned import planned_stages


def next_treatments(cohort: Cohort, *, partial_dates: PartialDates | None) -> First:
    """Return the first treatment after each episode: the patient's next episode, or a reoperation.

    A stage planned from the start is part of the episode.
    """
    course = courses_of(cohort.registry)
    everyone = np.ones(len(course.start), dtype=bool)
    following = next_of(course, everyone, everyone, None)[cohort.places]
    later = np.append(course.start, np.nan)[following] - course.start[cohort.places]
    episodes = pd.DataFrame({"episode": np.arange(len(cohort)), "day": later})[following >= 0]
    again = events_of(cohort, "reoperation", "occurred", also=("procedure_id",))
    planned, _ = planned_stages(cohort, again)
    rows = pd.concat([again[~planned], episodes.assign(lower_day=np.nan, upper_day=np.nan)])
    return first_of_rows(rows, len(cohort), what="reoperations", partial_dates=partial_dates)


def require_choice(given: str | None, words: tuple[str, ...], n: int) -> None:
    """Raise unless the choice is one of the words; it may be None where nobody was treated again.

    Raises
    ------
    ArgumentError
        For another word, or None when `n` episodes were treated again.
    """
    choices = " or ".join(f'retreatment="{word}"' for word in words)
    if given is not None and given not in words:
        raise ArgumentError(f"Say {choices}, got {given!r}.")
    if given is None and n:
        raise ArgumentError(
            f"{n} episode(s) were treated again (a later episode of the patient, or a reoperation) "
            f"before their relief was seen to end; say {choices}."
        )
