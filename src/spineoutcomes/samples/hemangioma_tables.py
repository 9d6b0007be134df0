"""From a simulated series of hemangiomas to the tables a registry would hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.samples.draws import Flags, Floats, Ints, numbered, text
from spineoutcomes.samples.follow_up import STATUSES
from spineoutcomes.samples.long_tables import events_table, scores_table
from spineoutcomes.samples.patients import LEVELS, N_THORACIC
from spineoutcomes.samples.scans import Scans

GRADES = ("0", "1", "2-", "2", "2+", "3-", "3", "3+", "4-", "4", "4+", "5-", "5")
MEASURED_VISITS = ("1w", "4m", "12m")  # scans on which the lesion is measured
ENDOSCOPIC_INCISION_MM = 7.0
LAMINECTOMY_INCISION_MM = 80.0
WAIT_FOR_REOPERATION_DAYS = 21.0
COMPONENTS = ("embolization", "endoscopic_decompression", "laminectomy", "vertebroplasty")
APPROACHES = ("interventional", "mis", "open")
COMPONENT_NUMBER = {name: k for k, name in enumerate(COMPONENTS)}
APPROACH_NUMBER = {name: k for k, name in enumerate(APPROACHES)}


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One episode of each patient; rows correspond."""

    patients: npt.NDArray[np.str_]
    people: pd.DataFrame
    mis: Flags
    had: pd.DataFrame
    contact: pd.DataFrame
    scans: Scans
    final_day: Floats
    answered: Flags
    exudate: Flags
    again: Flags  # would be operated on again, should the residual grow

    @property
    def episodes(self) -> npt.NDArray[np.str_]:
        """Ids of the episodes."""
        return np.char.add(self.patients, "-E1")

    @property
    def episode_index(self) -> pd.Index:
        """Index of the truth."""
        return pd.Index(self.episodes, name="episode_id")


def tables_of(series: Series) -> dict[str, pd.DataFrame]:
    """Return the tables."""
    return {
        "patients": _patients(series),
        "episodes": _episodes(series),
        "procedures": _procedures(series),
        "scores": scores_table(_scores(series), series.episodes, GRADES),
        "lesions": _lesions(series),
        "events": events_table(_events(series), series.episodes),
    }


def _patients(series: Series) -> pd.DataFrame:
    people, contact = series.people, series.contact
    return pd.DataFrame(
        {
            "patient_id": series.patients,
            "centre": text(people["centre"], ("A", "B")),
            "sex": text(people["female"].astype(int), ("male", "female")),
            "birth_year": people["birth_year"],
            "death_day": contact["death_day"],
            "last_contact_day": contact["last_contact_day"],
            "last_contact_status": text(contact["status"], STATUSES),
        }
    )


def _episodes(series: Series) -> pd.DataFrame:
    people, n = series.people, len(series.people)
    approach = text(_approach(series), APPROACHES)
    return pd.DataFrame(
        {
            "episode_id": series.episodes,
            "patient_id": series.patients,
            "diagnosis": text(np.zeros(n), ("vertebral_hemangioma",)),
            "levels": text(people["level"], LEVELS),
            "region": text(people["level"] < N_THORACIC, ("lumbar", "thoracic")),
            "index_day": 0.0,
            "index_year": people["index_year"],
            "index_procedure_id": np.char.add(series.episodes, "-P3"),
            "approach_planned": approach,
            "approach_performed": approach,
            "age_years": people["age_years"],
            "asa_class": people["asa_class"],
            "last_followup_day": np.maximum(series.scans.last_day, series.final_day),
            "cutoff_day": people["cutoff_day"],
            "enneking_stage": text(np.zeros(n), ("S3",)),
        }
    )


def _procedures(series: Series) -> pd.DataFrame:
    """Return embolization the day before, then cement and decompression under one anaesthesia."""
    people = series.people
    every = np.arange(len(people))
    endoscopic, laminectomy = map(
        COMPONENT_NUMBER.__getitem__, ("endoscopic_decompression", "laminectomy")
    )
    incision = np.where(series.mis, ENDOSCOPIC_INCISION_MM, LAMINECTOMY_INCISION_MM)
    table = pd.concat(
        [
            _component(series, np.flatnonzero(people["embolized"]), 1, "embolization", -1.0),
            _component(series, np.flatnonzero(people["cemented"]), 2, "vertebroplasty", 0.0),
            _component(series, every, 3, "decompression", 0.0).assign(
                component=np.where(series.mis, endoscopic, laminectomy),
                approach=_approach(series),
                operative_time_min=series.had["operative_time_min"],
                blood_loss_ml=series.had["blood_loss_ml"],
                incision_length_mm=incision,
                anaesthesia=np.where(series.mis, "local", "general"),
            ),
        ],
        ignore_index=True,
    )
    table = table.sort_values("procedure_id", ignore_index=True)
    return table.assign(
        component=text(table["component"], COMPONENTS), approach=text(table["approach"], APPROACHES)
    )


def _approach(series: Series) -> Ints:
    """Return positions in `APPROACHES`."""
    return np.where(series.mis, APPROACH_NUMBER["mis"], APPROACH_NUMBER["open"])


def _component(
    series: Series, rows: np.ndarray, sequence: int, name: str, day: float
) -> pd.DataFrame:
    approach = "interventional" if name == "embolization" else "mis"
    return pd.DataFrame(
        {
            "procedure_id": np.char.add(series.episodes[rows], f"-P{sequence}"),
            "episode_id": series.episodes[rows],
            "component": COMPONENT_NUMBER.get(name, -1),
            "approach": APPROACH_NUMBER[approach],
            "day": day,
            "sequence": float(sequence),
            "stage": 0.0 if day < 0 else 1.0,
            "planned": True,
            "surgeon_id": np.array(numbered("S", series.people["centre"] + 1, 2))[rows],
        }
    )


def _scores(series: Series) -> list[pd.DataFrame]:
    people, rows = series.people, np.arange(len(series.people))
    side = np.where(people["right"], "right", "left")
    before = pd.DataFrame({"row": rows, "day": people["before"], "visit": "preoperative"})
    final = pd.DataFrame({"row": rows, "day": series.final_day, "visit": "final"})
    pain = {"instrument": "vas_pain", "location": "back"}
    before, final = before.assign(side=side), final.assign(side=side)
    muscle = {"instrument": "mrc_muscle_grade", "location": "lower limb"}
    came = series.answered & (series.final_day > 0)
    return [
        before.drop(columns="side").assign(**pain, value=people["pain"]),
        before.assign(**muscle, grade=people["grade"]),
        final.drop(columns="side").assign(**pain, value=series.had["pain_final"])[came],
        final.assign(**muscle, grade=series.had["muscle_grade_final"])[came],
    ]


def _lesions(series: Series) -> pd.DataFrame:
    rows = np.arange(len(series.people))
    parts = [
        _measured(series, rows, 0, "preoperative", series.people["before"].to_numpy(), "volume")
    ]
    for k, visit in enumerate(MEASURED_VISITS):
        seen = np.flatnonzero(series.scans.done[:, k])
        day = series.scans.day[:, k]
        part = _measured(series, seen, k + 1, visit, day, f"volume_{visit}")
        parts.append(part.assign(confounded=series.exudate[seen] & (k == 0)))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["episode_id", "day"], kind="stable", ignore_index=True)


def _measured(
    series: Series, rows: np.ndarray, scan: int, visit: str, day: Floats, column: str
) -> pd.DataFrame:
    values = (series.people if column in series.people else series.had)[column].to_numpy()
    return pd.DataFrame(
        {
            "episode_id": series.episodes[rows],
            "lesion_id": "L1",
            "compartment": "intraspinal",
            "measure": "volume",
            "scan_id": np.char.add(series.episodes[rows], f"-S{scan}"),
            "day": day[rows],
            "visit": visit,
            "value": values[rows],
            "unit": "cm3",
            "modality": "MRI",
            "confounded": False,
        }
    )


def _events(series: Series) -> list[pd.DataFrame]:
    made = series.scans
    row, scan = np.nonzero(made.done)
    seen = pd.DataFrame({"row": row, "day": made.day[row, scan], "scan": scan + 1.0})
    grown = made.shows[row, scan]
    last = (seen["day"] == made.last_day[row]) & ~grown
    before = pd.DataFrame({"row": np.arange(len(series.people)), "day": series.people["before"]})
    day = made.found_day + WAIT_FOR_REOPERATION_DAYS
    again = np.flatnonzero(series.again & (day < series.contact["last_contact_day"]))
    progression = {"kind": "residual_progression", "lesion_id": "L1"}
    return [
        before.assign(kind="imaging", scan=0.0),
        seen.assign(kind="imaging"),
        seen.assign(**progression, status="occurred")[grown],
        seen.assign(**progression, status="absent")[last],
        pd.DataFrame({"row": again, "day": day[again], "kind": "reoperation"}),
    ]
