"""From simulated steps of the ladder to the tables a registry would hold: an episode per step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.samples.draws import Flags, Floats, Ints, text
from spineoutcomes.samples.follow_up import STATUSES
from spineoutcomes.samples.long_tables import events_table, scores_table
from spineoutcomes.samples.scans import MONTH

COMPONENTS = ("nerve_root_block", "disc_ablation", "endoscopic_decompression")
APPROACH_OF_COMPONENT = (0, 0, 1)  # positions in APPROACHES
APPROACHES = ("interventional", "mis")
OPERATIVE_TIME_MIN = np.array([20.0, 35.0, 80.0])  # by component
INCISION_MM = 7.0  # of the endoscope
LEVELS = ("L3-L4", "L4-L5", "L5-S1")
VISITS = ("1m", "3m", "6m", "12m")


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of those patients who took it; rows correspond.

    Attributes
    ----------
    number : int
        1 for the first episode of each patient, 2 for the second.
    rows : array
        Positions of the patients.
    start : array
        Day of the step, from the patient's first.
    kind : array
        Positions in `COMPONENTS`.
    until : array
        Last day, from the step, on which its scores are taken: the next step or the last contact.
    goes_on : array of bool
        Whether another step follows.
    """

    number: int
    rows: Ints
    start: Floats
    people: pd.DataFrame
    kind: Ints
    had: pd.DataFrame
    until: Floats
    goes_on: Flags
    answers: dict[str, Flags]
    before: Floats


def tables_of(
    patients: npt.NDArray[np.str_], people: pd.DataFrame, contact: pd.DataFrame, steps: list[Step]
) -> dict[str, pd.DataFrame]:
    """Return the tables."""
    ids = [np.char.add(patients[step.rows], f"-E{step.number}") for step in steps]
    starts = np.cumsum([0] + [len(step.rows) for step in steps[:-1]])
    every = np.concatenate(ids)
    scores = [b for step, k in zip(steps, starts, strict=True) for b in _scores(step, k)]
    scans = [
        pd.DataFrame({"row": np.arange(len(s.rows)) + k, "day": s.before, "kind": "imaging"})
        for s, k in zip(steps, starts, strict=True)
    ]
    return {
        "patients": _patients(patients, people, contact),
        "episodes": _joined(
            [_episodes(patients, s, i, people) for s, i in zip(steps, ids, strict=True)]
        ),
        "procedures": _joined([_procedures(s, i) for s, i in zip(steps, ids, strict=True)]),
        "scores": scores_table(scores, every),
        "events": events_table([scan.assign(scan=1.0) for scan in scans], every),
    }


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return episodes or their procedures in the order of their ids."""
    table = pd.concat(parts, ignore_index=True).sort_values("episode_id", ignore_index=True)
    named = {"component": COMPONENTS, "approach": APPROACHES, "levels": LEVELS}
    named |= {"approach_planned": APPROACHES, "approach_performed": APPROACHES}
    known = [name for name in named if name in table]
    return table.assign(**{name: text(table[name], named[name]) for name in known})


def _patients(
    patients: npt.NDArray[np.str_], people: pd.DataFrame, contact: pd.DataFrame
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "patient_id": patients,
            "sex": text(people["female"].astype(int), ("male", "female")),
            "birth_year": people["birth_year"],
            "last_contact_day": contact["last_contact_day"],
            "last_contact_status": text(contact["status"], STATUSES),
        }
    )


def _episodes(
    patients: npt.NDArray[np.str_], step: Step, ids: npt.NDArray[np.str_], people: pd.DataFrame
) -> pd.DataFrame:
    years = np.floor(step.start / 365.25)
    approach = np.array(APPROACH_OF_COMPONENT)[step.kind]
    frame = pd.DataFrame(
        {
            "episode_id": ids,
            "patient_id": patients[step.rows],
            "diagnosis": "lumbar_disc_herniation",
            "levels": step.people["level"],
            "region": "lumbar",
            "index_day": step.start,
            "index_year": step.people["index_year"] + years,
            "index_procedure_id": np.char.add(ids, "-P1"),
            "approach_planned": approach,
            "approach_performed": approach,
            "age_years": people["age_years"].to_numpy()[step.rows] + years,
            "symptom_months": people["symptom_months"].to_numpy()[step.rows],
            "last_followup_day": _last_visit(step),
            "cutoff_day": people["cutoff_day"].to_numpy()[step.rows] - step.start,
        }
    )
    if step.number == 1:
        return frame
    return frame.assign(prior_episode_id=np.char.add(patients[step.rows], f"-E{step.number - 1}"))


def _last_visit(step: Step) -> Floats:
    last = np.zeros(len(step.rows))
    for visit in VISITS:
        last = np.where(_came(step, visit), _visit_day(step, visit), last)
    return last


def _visit_day(step: Step, visit: str) -> Floats:
    """Return the day of a visit as written down: to the month for some patients."""
    day = step.had[f"visit_day_{visit}"].to_numpy()
    months = np.minimum(np.round(np.round(day / MONTH) * MONTH), step.until)
    return np.where(step.people["rough"], months, day)


def _came(step: Step, visit: str) -> Flags:
    return np.asarray(step.answers[visit] & (step.had[f"visit_day_{visit}"] < step.until))


def _procedures(step: Step, ids: npt.NDArray[np.str_]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "procedure_id": np.char.add(ids, "-P1"),
            "episode_id": ids,
            "component": step.kind,
            "approach": np.array(APPROACH_OF_COMPONENT)[step.kind],
            "day": 0.0,
            "sequence": 1.0,
            "stage": 1.0,
            "planned": True,
            "operative_time_min": OPERATIVE_TIME_MIN[step.kind],
            "incision_length_mm": np.where(step.kind == len(COMPONENTS) - 1, INCISION_MM, np.nan),
            "anaesthesia": "local",
        }
    )


def _scores(step: Step, start: int) -> list[pd.DataFrame]:
    pain = {"instrument": "vas_pain", "location": "leg"}
    base = pd.DataFrame(
        {"row": np.arange(len(step.rows)) + start, "day": step.before, "visit": "preoperative"}
    )
    blocks = [
        base.assign(**pain, value=step.people["pain"]),
        base.assign(instrument="odi", value=step.people["odi"]),
    ]
    for visit in VISITS:
        came = np.flatnonzero(_came(step, visit))
        rough = step.people["rough"].to_numpy()[came]
        day = _visit_day(step, visit)[came]
        block = pd.DataFrame({"row": came + start, "day": day, "visit": visit})
        block = block.assign(approximate=rough)
        had = step.had.iloc[came].reset_index(drop=True)
        blocks += [
            block.assign(**pain, value=had[f"pain_{visit}"]),
            block.assign(instrument="odi", value=had[f"odi_{visit}"]),
        ]
    return blocks
