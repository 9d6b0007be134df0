"""The stay in hospital: its stages, its end, death in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError


def ends(result):
    return list(
        zip(result["time"].fillna(-9), result["event"].astype(object).fillna("?"), strict=True)
    )


def test_who_left_and_who_died_there(registry):
    result = metrics.time_to_discharge(
        registry(
            "A B C D E F G H I J K L",
            patients="""
            patient_id,death_day,death_lower_day,death_upper_day,last_contact_status
            pA,,,,
            pB,5,,,
            pC,5,,,
            pD,5,,,
            pE,3,,,
            pF,6,,,
            pG,,,,dead
            pH,,,,dead
            pI,,1,31,
            pJ,4,,,
            pK,,,,
            pL,,,,
            """,
            episodes="""
            episode_id,los_days,discharge
            A,5,home
            B,5,died
            C,5,
            D,5,Home
            E,5,home
            F,5,
            G,5,
            H,5,rehabilitation
            I,5,
            J,,died
            K,,home
            L,0,
            """,
        )
    )
    assert ends(result) == [
        (5, "discharge"),
        (5, "death"),
        (5, "death"),  # on the last day, with no word that the patient left
        (5, "discharge"),  # left, and died at home on the same day
        (3, "death"),  # dead before the end of the stay: the word cannot be right
        (5, "discharge"),
        (-9, "?"),  # dead, and nobody knows when
        (5, "discharge"),
        (-9, "?"),  # dead within a month, of which the stay is a part
        (4, "death"),  # no stay recorded, but that it ended in death
        (-9, "?"),
        (0, "discharge"),
    ]
    observed = ["observed" if time >= 0 else "missing" for time, _ in ends(result)]
    assert result["status"].tolist() == observed
    assert result["event"].cat.categories.tolist() == ["censored", "discharge", "death"]
    assert result["event"].cat.ordered
    assert (result["entry"] == 0).all()
    assert result["interval_upper"].notna().tolist() == [e == "discharge" for _, e in ends(result)]


def test_words_for_a_death_in_hospital(registry):
    words = ["dead", "Death", "deceased", " died", "EXPIRED", "unknown", "died out"]
    episodes = "episode_id,los_days,discharge\n" + "\n".join(
        f"{name},4,{word}" for name, word in zip("ABCDEFG", words, strict=True)
    )
    patients = "patient_id,death_day\n" + "\n".join(f"p{name},4" for name in "ABCDEFG")
    seven = registry("A B C D E F G", patients=patients, episodes=episodes)
    # "unknown" says nothing, so the day decides; "died out" is no word for death in the list.
    event = metrics.time_to_discharge(seven)["event"].tolist()
    assert event == [*["death"] * 6, "discharge"]


def test_stays_of_several_stages(registry):
    """Stages on days 0 and 20; home in between, and at home on days 5 to 19."""
    names = "A B C D E F G H"
    procedures = "procedure_id,episode_id,component,approach,day,stage\n" + "\n".join(
        f"{name}{stage},{name},laminectomy,open,{20 if stage == 2 else 0},{stage}"
        for name in "ABCDEF"
        for stage in (1, 2)
    )
    procedures += "\nG1,G,laminectomy,open,0,1\nG2,G,laminectomy,open,,2"
    procedures += "\nH0,H,embolization,interventional,-1,1\nH1,H,laminectomy,open,0,2"
    result = metrics.time_to_discharge(
        registry(
            names,
            episodes="episode_id,los_days,discharge\nE,9,\nF,9,",
            patients="patient_id,death_day\npC,22\npE,400\npF,25",
            procedures=procedures,
            events="""
            event_id,episode_id,kind,status,day
            1,A,discharge,occurred,5
            2,A,discharge,occurred,24
            3,B,discharge,occurred,5
            4,C,discharge,occurred,5
            5,C,discharge,occurred,22
            6,D,discharge,occurred,30
            7,G,discharge,occurred,4
            8,H,discharge,occurred,6
            9,D,discharge,absent,3
            """,
        )
    )
    assert ends(result) == [
        (9, "discharge"),  # 5 + 4
        (-9, "?"),  # of the second stay no end is known
        (7, "death"),  # 5 + 2, and dead on the last day
        (30, "discharge"),  # never left in between
        (9, "discharge"),  # as declared, dead long after
        (-9, "?"),  # as declared, and dead on a day that may lie within the second stay
        (-9, "?"),  # the second stage has no day
        (6, "discharge"),  # counted from day 0
    ]
    periop = metrics.perioperative(
        registry("A", procedures=procedures.split("\nB1")[0], episodes="episode_id,los_days\nA,9")
    )
    assert periop["los_days"].tolist() == [9]


def test_radiotherapy_begins_no_stay(registry):
    one = registry(
        "A",
        procedures="""
        procedure_id,episode_id,component,approach,day
        1,A,laminectomy,open,0
        2,A,sbrt,,30
        """,
        events="event_id,episode_id,kind,status,day\n1,A,discharge,occurred,4",
    )
    assert ends(metrics.time_to_discharge(one)) == [(4, "discharge")]


def test_a_discharge_without_a_day_ends_nothing(registry):
    two = registry(
        "A B",
        events="""
        event_id,episode_id,kind,status,day
        1,A,discharge,occurred,
        2,A,discharge,occurred,4
        3,B,discharge,occurred,4
        """,
    )
    assert metrics.time_to_discharge(two)["time"].fillna(-9).tolist() == [-9, 4]


def test_same_day_discharge(registry):
    six = registry(
        "A B C D E F",
        patients="patient_id,death_day,last_contact_status\npC,0,\npD,0,\npF,,dead",
        episodes="""
        episode_id,los_days,discharge
        A,0,
        B,1,
        C,0,
        D,0,home
        E,,home
        F,0,
        """,
    )
    result = metrics.perioperative(six)
    assert result["same_day_discharge"].fillna(-9).tolist() == [1, 0, 0, 1, -9, -9]
    assert result["los_days"].fillna(-9).tolist() == [0, 1, 0, 0, -9, 0]


@settings(deadline=None, max_examples=25)
@given(
    stays=st.lists(
        st.tuples(st.integers(0, 20), st.none() | st.integers(0, 40)), min_size=1, max_size=5
    )
)
def test_who_died_later_was_discharged(registry, stays):
    names = "ABCDE"[: len(stays)]
    episodes = "episode_id,los_days\n" + "\n".join(
        f"{name},{stay}" for name, (stay, _) in zip(names, stays, strict=True)
    )
    patients = "patient_id,death_day\n" + "\n".join(
        f"p{name},{'' if death is None else death}"
        for name, (_, death) in zip(names, stays, strict=True)
    )
    built = registry(" ".join(names), patients=patients, episodes=episodes)
    result = metrics.time_to_discharge(built)
    for (stay, death), (time, event) in zip(stays, ends(result), strict=True):
        died = death is not None and death <= stay
        assert (time, event) == ((death, "death") if died else (stay, "discharge"))


def test_what_is_no_cohort():
    with pytest.raises(ArgumentError, match="Expected a Cohort or a Registry, got a list"):
        metrics.time_to_discharge([])
