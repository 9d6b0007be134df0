"""How a fracture lies to all that was treated before it, patient by patient, the long way."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.real_life import from_csv, told

from spineoutcomes import metrics
from spineoutcomes.selection import select_cohort

LAST = 60
RELATIONS = ("index", "adjacent", "remote")


@dataclass(frozen=True)
class Episode:
    """Days on the patient's clock; vertebrae are numbers of thoracic ones, 1 to 12."""

    start: int
    # (days after the start, vertebra)
    treated: tuple[tuple[int, int], ...]
    fractures: tuple[tuple[int, int], ...]


VERTEBRA = st.integers(1, 12)
AT = st.tuples(st.integers(0, 20), VERTEBRA)
EPISODES = st.builds(
    Episode,
    start=st.sampled_from([0, 10, 20, 30]),
    treated=st.lists(AT, min_size=0, max_size=2).map(tuple),
    fractures=st.lists(AT, min_size=0, max_size=4).map(tuple),
)
PATIENTS = st.lists(
    st.lists(EPISODES, min_size=1, max_size=3, unique_by=lambda one: one.start),
    min_size=1,
    max_size=8,
)


def opened(episode: Episode, level: int) -> list[tuple[int, int]]:
    """Return the treatments of an episode: that of its own vertebra on day 0, and the others."""
    return [(0, level), *episode.treated]


def lies(patient: list[Episode], own: int, day: int, vertebra: int) -> str:
    """Return how a vertebra lies on a day after the start of one of the patient's episodes."""
    moment = patient[own].start + day
    done = [
        there
        for k, episode in enumerate(patient)
        for since, there in opened(episode, first_vertebra(k))
        # What another episode treats on a day is no treatment before that day is over.
        if episode.start + since < moment or (k == own and since == day)
    ]
    if vertebra in done:
        return "index"
    return "adjacent" if {vertebra - 1, vertebra + 1} & set(done) else "remote"


def first_vertebra(place: int) -> int:
    return 3 + 4 * place


def written(patients: list[list[Episode]]):
    procedures, events, episodes = [], [], []
    for n, patient in enumerate(patients):
        base = min(episode.start for episode in patient)
        for k, episode in enumerate(patient):
            name = f"E{n}_{k}"
            level = first_vertebra(k)
            episodes.append(f"{name},p{n},osteoporotic_fracture,T{level},{episode.start - base}")
            procedures += [
                f"{name},vertebroplasty,T{there},{day},{stage},yes"
                for stage, (day, there) in enumerate(opened(episode, level), start=1)
            ]
            events += [
                f"{name},new_fracture,occurred,{day},T{there}" for day, there in episode.fractures
            ]
    tables = {
        "patients": "patient_id,last_contact_day\n"
        + "\n".join(f"p{n},{LAST}" for n in range(len(patients))),
        "episodes": "episode_id,patient_id,diagnosis,levels,index_day\n" + "\n".join(episodes),
        "procedures": "procedure_id,episode_id,component,levels,day,stage,planned\n"
        + "\n".join(f"{n},{row}" for n, row in enumerate(procedures)),
    }
    if events:
        tables["events"] = "event_id,episode_id,kind,status,day,levels\n" + "\n".join(
            f"{n},{row}" for n, row in enumerate(events)
        )
    return from_csv(**tables)


ASK = {"kind": "new_fracture", "censor_at": "last_contact"}


@settings(max_examples=15, deadline=None)
@given(patients=PATIENTS)
def test_first_fractures_by_relation(patients):
    registry = written(patients)
    for relation in RELATIONS:
        result = metrics.time_to_event(registry, **ASK, relation=relation)
        expected = []
        for patient in patients:
            base = min(episode.start for episode in patient)
            for k, episode in enumerate(patient):
                days = [
                    day
                    for day, there in episode.fractures
                    if lies(patient, k, day, there) == relation
                ]
                end = LAST - (episode.start - base)
                expected.append(
                    [min(days), "new_fracture"] if days else [end, "censored"],
                )
        assert told(result, "time", "event") == expected


@settings(max_examples=15, deadline=None)
@given(patients=PATIENTS)
def test_every_fracture_of_a_patient_by_relation(patients):
    # The first episode of each patient is the one that began first.
    patients = [sorted(patient, key=lambda one: one.start) for patient in patients]
    cohort = select_cohort(written(patients), episodes="first")
    counts = dict.fromkeys(RELATIONS, 0)
    for patient in patients:
        for k, episode in enumerate(patient):
            for day, there in episode.fractures:
                counts[lies(patient, k, day, there)] += 1
    for relation in RELATIONS:
        rows = metrics.recurrent_events(
            cohort, **ASK, by="patient", relation=relation, same_day="each"
        )
        assert int((rows["event"] == "new_fracture").sum()) == counts[relation]
