"""From simulated courses to the tables a registry would hold: what was seen, nothing more."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spineoutcomes.samples.draws import Flags, Floats, numbered, text
from spineoutcomes.samples.follow_up import STATUSES
from spineoutcomes.samples.long_tables import events_table, scores_table
from spineoutcomes.samples.patients import (
    CENTRES,
    ESCC,
    LEVELS,
    N_THORACIC,
    SURGEONS_PER_CENTRE,
    TUMOURS,
)
from spineoutcomes.samples.scans import Scans

APPROACHES = ("hybrid", "mini_open", "mis", "open")
DISCHARGES = ("died", "home", "rehabilitation")
KPS_AT_HOME = 60.0  # below it, patients go on to rehabilitation
WOUND_CHECK_DAY = 42.0  # everyone still in sight is seen then, so early complications are known
RESECTED = 3.0  # up to this ESCC position the tumour is removed completely, so it can "recur"


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One operation of each patient, from its plan to the end of follow-up; rows correspond."""

    episodes: np.ndarray
    patients: np.ndarray
    people: pd.DataFrame
    plan: pd.DataFrame
    potential: pd.DataFrame
    had: pd.DataFrame
    contact: pd.DataFrame
    scans: Scans
    visits: dict[str, Floats]
    answers: dict[str, Flags]
    before: Floats  # day of the preoperative questionnaires
    leads_to: pd.DataFrame  # row, day and id of the next episode

    def leading_to(self, again: Flags, day: Floats, second: Course) -> Course:
        """Return the course with the episodes it led to."""
        rows = np.flatnonzero(again)
        following = {"row": rows, "day": day[again], "leads_to_episode_id": second.episodes}
        return replace(self, leads_to=pd.DataFrame(following))

    @property
    def until(self) -> Floats:
        """Last day on which the patient is seen."""
        return self.contact["last_contact_day"].to_numpy()

    @property
    def converted(self) -> Flags:
        """Whether a planned MIS operation became open."""
        return np.asarray(self.plan["mis"] & self.plan["converts"])


def tables_of(courses: list[Course]) -> dict[str, pd.DataFrame]:
    """Return the tables of first and second operations together, in the order of patients."""
    ids = np.concatenate([course.episodes for course in courses])
    start = np.cumsum([0] + [len(course.episodes) for course in courses[:-1]])
    parts = list(zip(courses, start, strict=True))
    tables = {
        "patients": _patients(courses[0]),
        "episodes": _episodes(courses),
        "procedures": _procedures(courses),
        "scores": scores_table([s for c, k in parts for s in _scores(c, k)], ids),
        "events": events_table([e for c, k in parts for e in _events(c, k)], ids),
    }
    return {name: table for name, table in tables.items() if len(table)}


def _patients(course: Course) -> pd.DataFrame:
    people, contact = course.people, course.contact
    return pd.DataFrame(
        {
            "patient_id": course.patients,
            "centre": text(people["centre"], CENTRES),
            "sex": text(people["female"].astype(int), ("male", "female")),
            "birth_year": people["birth_year"],
            "death_day": contact["death_day"],
            "last_contact_day": contact["last_contact_day"],
            "last_contact_status": text(contact["status"], STATUSES),
        }
    )


def _episodes(courses: list[Course]) -> pd.DataFrame:
    people = pd.concat([course.people for course in courses], ignore_index=True)
    planned, performed = (np.concatenate(a) for a in zip(*map(_approaches, courses), strict=True))
    stay, discharge = (np.concatenate(a) for a in zip(*map(_stay, courses), strict=True))
    ids = np.concatenate([course.episodes for course in courses])
    first = [np.full(len(courses[0].episodes), None, dtype=object)]
    prior = np.concatenate(first + [np.char.replace(c.episodes, "-E2", "-E1") for c in courses[1:]])
    frame = pd.DataFrame(
        {
            "episode_id": ids,
            "patient_id": np.concatenate([course.patients for course in courses]),
            "diagnosis": text(np.zeros(len(ids)), ("spinal_metastasis",)),
            "levels": text(people["level"], LEVELS),
            "region": text(people["level"] < N_THORACIC, ("lumbar", "thoracic")),
            "index_day": people["index_day"],
            "index_year": people["index_year"],
            "index_procedure_id": np.char.add(ids, "-P1"),
            "approach_planned": text(planned, APPROACHES),
            "approach_performed": text(performed, APPROACHES),
            "age_years": people["age_years"],
            "asa_class": people["asa_class"],
            "kps": people["kps"],
            "primary_tumour": text(people["tumour"], TUMOURS),
            "sins": people["sins"],
            "escc": text(people["escc"], ESCC),
            "los_days": stay,
            "discharge": text(discharge, DISCHARGES),
            "radiotherapy_planned": people["radiotherapy_planned"],
            "last_followup_day": np.concatenate([_last_visit(course) for course in courses]),
            "cutoff_day": people["cutoff_day"],
            "prior_episode_id": prior,
        }
    )
    return frame.sort_values("episode_id", ignore_index=True)


def _approaches(course: Course) -> tuple[np.ndarray, np.ndarray]:
    hybrid, mini, mis, open_ = range(len(APPROACHES))
    planned = np.where(
        course.plan["mis"],
        np.where(course.plan["hybrid"], hybrid, mis),
        np.where(course.plan["mini_open"], mini, open_),
    )
    return planned, np.where(course.converted, open_, planned)


def _stay(course: Course) -> tuple[np.ndarray, np.ndarray]:
    """Return the length of stay, ended by death, and where it ended."""
    death = course.contact["death_day"].to_numpy()
    stay = course.had["los_days"].to_numpy()
    died = death <= stay  # False where no death is known
    home = (course.people["kps"] >= KPS_AT_HOME).to_numpy()
    where = np.where(died, 0, np.where(home, 1, 2))
    return np.where(died, death, stay), where


def _last_visit(course: Course) -> Floats:
    """Return the day of the last scan, questionnaire or check of the wound, or the discharge."""
    seen_by = np.maximum(_stay(course)[0], WOUND_CHECK_DAY)
    last = np.maximum(course.scans.last_day, np.minimum(seen_by, course.until))
    for visit, day in course.visits.items():
        came = course.answers[visit] & (day < course.until)
        last = np.where(came, np.maximum(last, day), last)
    return np.asarray(last)


def _procedures(courses: list[Course]) -> pd.DataFrame:
    frames = [frame for course in courses for frame in (_main(course), _screws(course))]
    table = pd.concat([f for f in frames if len(f)], ignore_index=True)
    table = table.sort_values("procedure_id", ignore_index=True)
    names = ("percutaneous_pedicle_screw", "separation_surgery")
    return table.assign(
        component=text(table["component"], names), approach=text(table["approach"], APPROACHES)
    )


def _main(course: Course) -> pd.DataFrame:
    """Return the decompression: time and blood loss of the whole anaesthesia are written here."""
    return pd.DataFrame(
        {
            "procedure_id": np.char.add(course.episodes, "-P1"),
            "episode_id": course.episodes,
            "component": 1,
            "approach": _approaches(course)[1],
            "day": 0.0,
            "sequence": 1.0,
            "stage": 1.0,
            "planned": True,
            "operative_time_min": course.had["operative_time_min"],
            "blood_loss_ml": course.had["blood_loss_ml"],
            "surgeon_id": _surgeons(course),
        }
    )


def _screws(course: Course) -> pd.DataFrame:
    """Return the percutaneous screws of operations that stayed minimally invasive."""
    rows = np.flatnonzero(course.plan["mis"] & ~course.plan["converts"])
    return pd.DataFrame(
        {
            "procedure_id": np.char.add(course.episodes[rows], "-P2"),
            "episode_id": course.episodes[rows],
            "component": 0,
            "approach": APPROACHES.index("mis"),
            "day": 0.0,
            "sequence": 2.0,
            "stage": 1.0,
            "planned": True,
            "surgeon_id": _surgeons(course)[rows],
        }
    )


def _surgeons(course: Course) -> np.ndarray:
    numbers = course.people["centre"] * SURGEONS_PER_CENTRE + course.people["surgeon"] + 1
    return np.array(numbered("S", numbers, 2))


def _scores(course: Course, start: int) -> list[pd.DataFrame]:
    rows = np.arange(len(course.episodes))
    base = pd.DataFrame({"row": rows + start, "day": course.before, "visit": "preoperative"})
    pain = {"instrument": "nrs_pain", "location": "back"}
    blocks = [
        base.assign(**pain, value=course.had["pain_preoperative"]),
        base.assign(instrument="frankel", grade=course.had["frankel_preoperative"]),
        base.assign(instrument="kps", value=course.people["kps"]),
    ]
    for visit, day in course.visits.items():
        due = np.flatnonzero(day < course.until)
        came = course.answers[visit][due]
        block = pd.DataFrame({"row": due + start, "day": day[due], "visit": visit})
        value = course.had[f"pain_{visit}"].to_numpy()[due]
        answered = block.assign(**pain, value=value)[came]
        blocks += [answered, block.assign(**pain, missing_reason="missing")[~came]]
        if f"frankel_{visit}" in course.had:
            grade = course.had[f"frankel_{visit}"].to_numpy()[due]
            blocks.append(block.assign(instrument="frankel", grade=grade)[came])
    return blocks


def _events(course: Course, start: int) -> list[pd.DataFrame]:
    row, scan = np.nonzero(course.scans.done)
    day = course.scans.day[row, scan]
    number = scan + 1.0
    found = course.scans.shows[row, scan]
    resected = (course.people["escc"] <= RESECTED).to_numpy()[row]
    seen = pd.DataFrame({"row": row + start, "day": day, "scan": number})
    treated = course.had["radiotherapy_day"].to_numpy()
    treated = np.where(treated < course.until, treated, np.nan)
    came = course.had[["complication_day", "death_day"]].min(axis=1).to_numpy()
    known = (course.had["complication"] == 1) & (came <= course.until)
    blocks = [
        seen.assign(kind="imaging"),
        seen.assign(kind="local_recurrence")[found & resected],
        seen.assign(kind="residual_progression")[found & ~resected],
        _dated(treated, start, "radiotherapy_start"),
        _dated(np.where(known, came, np.nan), start, "complication"),
        _dated(np.where(course.converted, 0.0, np.nan), start, "conversion"),
    ]
    if len(course.leads_to):
        again = course.leads_to.assign(row=course.leads_to["row"] + start)
        blocks.append(again.assign(kind="reoperation"))
    return blocks


def _dated(day: Floats, start: int, kind: str) -> pd.DataFrame:
    rows = np.flatnonzero(~np.isnan(day))
    return pd.DataFrame({"row": rows + start, "day": day[rows], "kind": kind})
