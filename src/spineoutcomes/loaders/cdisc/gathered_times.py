"""One [[cdisc.times]] of a plan: its events, and what it tells of persons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cdisc.events import events_of_times, kinds_of
from spineoutcomes.loaders.cdisc.facts import unknown_persons, with_deaths, with_last_day
from spineoutcomes.loaders.cdisc.gather import Study
from spineoutcomes.loaders.cdisc.plan import DEATH
from spineoutcomes.loaders.cdisc.rows import SUBJECT
from spineoutcomes.loaders.cdisc.subjects import Subjects
from spineoutcomes.loaders.cdisc.times import Times, adam_times
from spineoutcomes.registry.findings import joined, rows_found


def gather_times(study: Study, subjects: Subjects, number: int) -> Subjects:
    """Add the events of a parameter to a study, and return persons with their deaths.

    Parameters
    ----------
    study : Study
    subjects : Subjects
    number : int
        Which [[cdisc.times]] it is.
    """
    entry = study.plan.times[number]
    file, key = study.datasets[entry.file], study.key(entry.file, "event")
    times = adam_times(
        file,
        parameter=entry.parameter,
        only=entry.only,
        counted=entry.counted,
        unit=entry.unit,
        among=study.among(entry.file),
    )
    kinds = kinds_of(entry, times.rows, file.name)
    read = events_of_times(study.files[key], key, times.rows, kinds, number, entry.parameter)
    study.files[key] = read.file
    study.sections += read.sections
    origin = _other_origin(subjects, times.rows, file.name, study.plan.index_date)
    study.found += [(times.found, key, "events"), (origin, key, "")]
    deadly = entry.kind == DEATH or DEATH in entry.kinds.values()
    of_death = ((kinds == DEATH) | ~times.rows["occurred"]).to_numpy(dtype=bool)
    told = of_death & (deadly or entry.ends_followup)
    used = times.rows.index.to_numpy(dtype=np.intp)[told]
    study.joined.setdefault(entry.file, []).append(used)
    study.found.append((unknown_persons(subjects.file, file, used), key, ""))
    if deadly:
        # A row with an error says nothing of its person but that there is one.
        subjects = with_deaths(_with_errors(subjects, times), times.rows[of_death], file.name)
    if entry.ends_followup:
        subjects = with_last_day(subjects, times.rows, study.plan.index_date)
    return subjects


def _with_errors(subjects: Subjects, times: Times) -> Subjects:
    """Return persons with the errors on the rows of their deaths as errors of their own."""
    wrong = times.found[(times.found["severity"] == "error") & times.found["row"].notna()]
    hit = times.rows["subject"][times.rows.index.isin(wrong["row"].to_numpy(dtype=int) - 1)]
    rows = np.flatnonzero(subjects.file.rows[SUBJECT].str.strip().isin(hit.tolist()))
    message = (
        f"{len(rows)} person(s) of {subjects.file.name} have an error in the row of their death or "
        "last contact."
    )
    found = rows_found(subjects.file.name, rows, "death_date", "time_not_read", message)
    return replace(subjects, found=joined([subjects.found, found]))


def _other_origin(
    subjects: Subjects, rows: pd.DataFrame, name: str, index_date: str
) -> pd.DataFrame:
    """Return a warning where times start on another day than day 0 of the episode."""
    persons = subjects.file.rows[SUBJECT].str.strip()
    own = dict(zip(persons, subjects.file.rows[index_date].str.strip().str[:10], strict=True))
    pairs = zip(rows["subject"], rows["start"].str[:10], strict=True)
    differ = np.array([start not in ("", own.get(p, start)) for p, start in pairs], dtype=bool)
    message = (
        f"{int(differ.sum())} time(s) in {name} start on another day than {index_date}, day 0 of "
        "the episode; days here count from day 0."
    )
    at = rows.index.to_numpy(dtype=np.intp)[differ]
    return rows_found(name, at, "STARTDT", "other_origin", message, "warning")
