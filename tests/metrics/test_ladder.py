"""The next, higher step of the ladder of treatment, on the patient's clock."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, load_vocabulary

CHOICES = {"target": "patient", "terminal": [], "censor_at": "last_contact"}


def build(episodes, procedures, patients="", vocabulary=SHIPPED_VOCABULARY, **more):
    """Return a registry of patients named by the first letter of their episodes."""
    rows = [line.split(",") for line in episodes.split()]
    frame = pd.DataFrame(rows, columns=["episode_id", "index_day", "levels"]).replace("", None)
    frame = frame.assign(
        patient_id=frame["episode_id"].str[0],
        diagnosis="lumbar_disc_herniation",
        index_day=frame["index_day"].astype(float),
    )
    parts = [line.split(",") for line in procedures.split()]
    steps = pd.DataFrame(parts, columns=["episode_id", "component"])
    steps = steps.assign(procedure_id=[f"P{n}" for n in range(len(steps))], day=0.0)
    people = pd.DataFrame({"patient_id": frame["patient_id"].unique()})
    known = [line.split(",") for line in patients.split()]
    columns = ["patient_id", "last_contact_day", "death_day"]
    known = pd.DataFrame(known, columns=columns).replace("", None)
    known = known.astype({"last_contact_day": float, "death_day": float})
    tables = {"patients": people.merge(known, how="left"), "episodes": frame, "procedures": steps}
    return build_registry(tables | more, vocabulary=vocabulary)


def told(result):
    return [
        (None if np.isnan(time) else time, None if pd.isna(event) else event, status)
        for time, event, status in zip(
            result["time"], result["event"], result["status"], strict=True
        )
    ]


@pytest.fixture(scope="module")
def seven():
    return build(
        """
        A1,0,L4-L5 A2,60,L4-L5 A3,200,L4-L5
        B1,0,L4-L5
        C1,0,L4-L5 C2,90,C5-C6
        D1,0,L4-L5 D2,30,L4-L5
        E1,0,
        F1,0,L4-L5 F2,100,L5-S1 F3,150,L4
        G1,0,L4-L5 G2,40,L4-L5
        """,
        """
        A1,nerve_root_block A2,nerve_root_block A3,endoscopic_decompression
        B1,disc_ablation B1,discography
        C1,disc_ablation C2,laminectomy
        D1,nerve_root_block
        E1,embolization
        F1,nerve_root_block F2,disc_ablation F3,en_bloc_spondylectomy
        G1,endoscopic_decompression G2,nerve_root_block
        """,
        "A,500, B,,70 C,300, D,200, E,400, F,400, G,300,",
    )


def test_the_next_higher_step_of_the_patient(seven):
    result = metrics.time_to_next_step(seven, **CHOICES)
    step, out, lost = "next_step", "not_attainable", "missing"
    assert dict(zip(result.index, told(result), strict=True)) == {
        "A1": (200, step, "observed"),  # the second block is no higher step
        "A2": (140, step, "observed"),
        "A3": (300, "censored", "observed"),
        "B1": (70, "death", "observed"),
        "C1": (90, step, "observed"),
        "C2": (None, None, out),  # already on the highest step
        "D1": (None, None, lost),  # of the second episode no component is recorded
        "D2": (None, None, lost),
        "E1": (None, None, out),  # an embolization is not on the ladder
        "F1": (100, step, "observed"),
        "F2": (50, step, "observed"),
        "F3": (None, None, out),
        "G1": (300, "censored", "observed"),  # a block after an endoscopy goes down
        "G2": (260, "censored", "observed"),
    }
    assert result["event"].cat.categories.tolist() == ["censored", "next_step", "death"]
    own = result.loc["A2"]
    assert (own["start"], own["stop"], own["step"], own["next_step"]) == (60, 200, 1, 3)
    assert (own["interval_lower"], own["interval_upper"]) == (140, 140)
    assert own["next_episode_id"] == "A3"
    assert result.loc["B1", ["start", "stop"]].tolist() == [0, 70]
    unknown = ["D1", "C2"]
    assert result.loc[unknown, ["start", "stop", "next_step", "next_episode_id"]].isna().all().all()
    # Discography is diagnostic and on step 1: the ablation is the step of its episode.
    assert result.loc["B1", "step"] == 2


def test_only_episodes_that_share_a_vertebra(seven):
    result = metrics.time_to_next_step(seven, **{**CHOICES, "target": "levels"})
    by_levels = dict(zip(result.index, told(result), strict=True))
    # C2 is in the neck. F2 shares L5, F3 shares L4 with F1 alone.
    assert by_levels["C1"] == (300, "censored", "observed")
    assert by_levels["F1"] == (100, "next_step", "observed")
    assert by_levels["F2"] == (300, "censored", "observed")
    assert by_levels["A1"] == (200, "next_step", "observed")


def test_levels_that_are_not_recorded():
    registry = build(
        "A1,0, A2,50,L4 B1,0,L4 B2,50, B3,80,L4 C1,0,L4 C2,50,L4 C3,70, D1,0, D2,50,",
        """
        A1,nerve_root_block A2,disc_ablation
        B1,nerve_root_block B2,disc_ablation B3,disc_ablation
        C1,nerve_root_block C2,disc_ablation C3,laminectomy
        D1,nerve_root_block D2,embolization
        """,
        "A,300, B,300, C,300, D,300,",
    )
    result = metrics.time_to_next_step(registry, **{**CHOICES, "target": "levels"})
    by_levels = dict(zip(result.index, told(result), strict=True))
    assert by_levels["A1"] == (None, None, "missing")  # its own levels are not known
    assert by_levels["B1"] == (None, None, "missing")  # B2 may have been of the same level
    assert by_levels["C1"] == (50, "next_step", "observed")  # before C3 in any case
    assert by_levels["C2"] == (None, None, "missing")


def test_of_two_shared_vertebrae_the_first_step_counts():
    registry = build(
        "A1,0,L4-L5 A2,100,L5 A3,50,L4 B1,0,L4 B2,0,L4",
        """
        A1,nerve_root_block A2,disc_ablation A3,disc_ablation
        B1,nerve_root_block B2,laminectomy
        """,
        "A,300, B,300,",
    )
    for target in ("patient", "levels"):
        result = metrics.time_to_next_step(registry, **{**CHOICES, "target": target})
        assert result.loc["A1", ["time", "next_episode_id"]].tolist() == [50, "A3"]
        # On the same day is not later.
        assert told(result.loc[["B1"]]) == [(300, "censored", "observed")]


def test_levels_of_the_components_stand_in():
    registry = build(
        "A1,0, A2,50,L4",
        "A1,nerve_root_block A2,disc_ablation",
        "A,300,",
    )
    tables = dict(registry.tables)
    tables["procedures"] = tables["procedures"].assign(levels=["L4/5", None])
    again = build_registry(
        {name: frame for name, frame in tables.items() if len(frame)},
        vocabulary=SHIPPED_VOCABULARY,
    )
    result = metrics.time_to_next_step(again, **{**CHOICES, "target": "levels"})
    assert told(result)[0] == (50, "next_step", "observed")


def test_the_next_step_is_found_outside_the_cohort(seven):
    cohort = so.select_cohort(seven, episodes="first")
    result = metrics.time_to_next_step(cohort, **CHOICES)
    assert result.index.tolist() == ["A1", "B1", "C1", "D1", "E1", "F1", "G1"]
    assert result.loc["A1", ["time", "next_episode_id"]].tolist() == [200, "A3"]


def test_phased_and_terminal_treatments(seven):
    terminal = ["en_bloc_spondylectomy", "endoscopic_decompression"]
    result = metrics.time_to_next_step(seven, **{**CHOICES, "terminal": terminal})
    assert result.loc[["A1", "A3", "F1", "F2"], "intent"].tolist() == [
        *("phased", "terminal", "phased", "phased")
    ]
    assert result["next_intent"].astype(object).fillna("?").loc[["A1", "B1", "F1", "F2"]].tolist() \
        == ["terminal", "?", "phased", "terminal"]  # fmt: skip
    assert pd.isna(result.loc["D2", "intent"])  # without a component nobody knows
    # Terminal says what was meant: the times are the same.
    plain = metrics.time_to_next_step(seven, **CHOICES)
    pd.testing.assert_series_equal(result["time"], plain["time"])


def test_where_the_times_without_a_step_end():
    registry = build("A1,0, B1,0, C1,0,", "A1,disc_ablation B1,disc_ablation C1,disc_ablation",
                     "A,300, B,300, C,,")  # fmt: skip
    tables = dict(registry.tables)
    tables["episodes"] = tables["episodes"].assign(last_followup_day=[200.0, None, 150.0])
    registry = build_registry(
        {name: frame for name, frame in tables.items() if len(frame)},
        vocabulary=SHIPPED_VOCABULARY,
    )
    contact = metrics.time_to_next_step(registry, **CHOICES)
    followup = metrics.time_to_next_step(registry, **{**CHOICES, "censor_at": "last_followup"})
    assert contact["time"].tolist() == [300, 300, 150]
    assert followup["time"].tolist() == [200, 300, 150]


def test_nobody_is_observed_beyond_the_cutoff(seven):
    tables = {name: frame for name, frame in seven.tables.items() if len(frame)}
    cutoffs = {"A1": 150, "A2": 140, "A3": 50, "B1": 60, "C1": 90, "D1": 20, "G1": 1000}
    episodes = tables["episodes"]
    tables["episodes"] = episodes.assign(
        cutoff_day=episodes["episode_id"].astype(object).map(cutoffs).astype(float)
    )
    registry = build_registry(tables, vocabulary=SHIPPED_VOCABULARY)
    result = metrics.time_to_next_step(registry, **CHOICES)
    assert dict(zip(cutoffs, told(result.loc[list(cutoffs)]), strict=True)) == {
        "A1": (150, "censored", "observed"),  # went on on day 200
        "A2": (140, "next_step", "observed"),  # on the last day
        "A3": (50, "censored", "observed"),
        "B1": (60, "censored", "observed"),  # died on day 70
        "C1": (90, "next_step", "observed"),
        "D1": (20, "censored", "observed"),  # D2, of which nothing is recorded, came later
        "G1": (300, "censored", "observed"),
    }
    late = metrics.time_to_next_step(
        so.select_cohort(registry, episodes="all", landmark_day=55), **CHOICES
    )
    assert late.loc[["A3", "B1"], "status"].tolist() == ["not_due", "observed"]
    assert pd.isna(late.loc["A3", "time"])


def test_a_landmark_is_the_start(seven):
    cohort = so.select_cohort(seven, episodes="all", landmark_day=65)
    result = metrics.time_to_next_step(cohort, **CHOICES)
    assert told(result.loc[["A1"]]) == [(135, "next_step", "observed")]
    assert result.loc["A1", ["start", "stop"]].tolist() == [65, 200]
    assert result.loc["F2", "status"] == "not_attainable"  # went on within 65 days


def test_a_death_known_to_the_month_matters_only_without_a_step(seven):
    tables = dict(seven.tables)
    people = tables["patients"].assign(
        death_day=None,
        death_lower_day=[210.0, 60, *[None] * 5],
        death_upper_day=[240.0, 90, *[None] * 5],
        last_contact_day=[205.0, 50, 300, 200, 400, 400, 300],
    )
    registry = build_registry(
        {name: frame for name, frame in (tables | {"patients": people}).items() if len(frame)},
        vocabulary=SHIPPED_VOCABULARY,
    )
    # A3 and B1: the other episodes of A had their step before.
    with pytest.raises(ArgumentError, match=r"2 day\(s\) of death are needed"):
        metrics.time_to_next_step(registry, **CHOICES)
    result = metrics.time_to_next_step(registry, **CHOICES, partial_dates="midpoint")
    assert told(result.loc[["A3", "B1"]]) == [(25, "death", "observed"), (75, "death", "observed")]


def test_the_ladder_is_that_of_the_vocabulary(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        "[procedures.embolization]\n"
        'name = "Embolization"\napproaches = ["interventional"]\nladder_step = 6\n'
        'source = "convention"\n',
        encoding="utf-8",
    )
    args = ("A1,0, A2,50,", "A1,laminectomy A2,embolization", "A,300,")
    shipped = metrics.time_to_next_step(build(*args), **CHOICES)
    assert shipped["status"].tolist() == ["not_attainable", "not_attainable"]
    edited = metrics.time_to_next_step(build(*args, vocabulary=load_vocabulary(own)), **CHOICES)
    assert told(edited) == [(50, "next_step", "observed"), (None, None, "not_attainable")]


def test_the_sample_has_the_times_it_was_simulated_with():
    registry = so.load_sample("ladder")
    result = metrics.time_to_next_step(registry, **CHOICES)
    truth = registry.truth
    arm = truth["arm"].dropna()
    other = truth["next_step_day_block"]
    own = truth["next_step_day_ablation"].where(truth["arm"] == "ablation", other).loc[arm.index]
    first = result.loc[arm.index]
    went_on = first["event"] == "next_step"
    assert went_on.sum() > 50
    assert (first["time"] == own)[went_on].all()
    assert (own > first["time"])[first["event"] == "censored"].all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"target": "level"}, 'target must be "patient" or "levels", got \'level\''),
        ({"censor_at": "last_scan"}, 'must be "last_contact" or "last_followup", got \'last_scan'),
        ({"terminal": "laminectomy"}, r"terminal is a list of components; write \['laminectomy'\]"),
        ({"terminal": ["fusion"]}, "Unknown procedure 'fusion'; known are"),
        ({"partial_dates": "mean"}, "partial_dates must be"),
    ],
)
def test_choices_that_cannot_be(seven, changed, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.time_to_next_step(seven, **{**CHOICES, **changed})


LADDER = ("nerve_root_block", "disc_ablation", "endoscopic_decompression", "laminectomy")
STEP = {"nerve_root_block": 1, "disc_ablation": 2, "endoscopic_decompression": 3, "laminectomy": 5}


@settings(deadline=None, max_examples=25)
@given(
    course=st.lists(
        st.tuples(st.integers(1, 300), st.sampled_from(LADDER)),
        min_size=1,
        max_size=5,
        unique_by=lambda step: step[0],
    ),
    order=st.randoms(use_true_random=False),
)
def test_any_course_in_any_order(course, order):
    course = [(day - min(day for day, _ in course), component) for day, component in course]
    order.shuffle(course)
    names = [f"A{n}" for n in range(len(course))]
    registry = build(
        " ".join(f"{name},{day}," for name, (day, _) in zip(names, course, strict=True)),
        " ".join(f"{name},{what}" for name, (_, what) in zip(names, course, strict=True)),
        "A,1000,",
    )
    result = metrics.time_to_next_step(registry, **CHOICES)
    for name, (day, what) in zip(names, course, strict=True):
        later = [d for d, other in course if d > day and STEP[other] > STEP[what]]
        if what == "laminectomy":
            assert result.loc[name, "status"] == "not_attainable"
        else:
            assert result.loc[name, "time"] == (min(later) if later else 1000) - day
            assert result.loc[name, "event"] == ("next_step" if later else "censored")
