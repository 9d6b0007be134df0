import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.selection import select_cohort
from spineoutcomes.vocabulary.model import Threshold

OWN = Threshold(
    kind="PASS",
    value=22.0,
    basis="absolute",
    comparison="<=",
    population="mine",
    method="mine",
    source="mine",
)

# Ten points of the ODI, seen at about 6 weeks, 3 months and 1 year.
# A: met at 40, 90 and 365. B: not at 40, met at 90, not at 365. C: never. D: not at 40, died at
# 80. E: no answer, died at 20. F: no answer, alive. G: baseline too low. H: no baseline. I: met
# at 365 only. J: met at 40, not at 90, met at 365. K: not at 40, re-operated at 60, met at 90.
SCORES = """
episode_id,instrument,day,visit,value
A,odi,-10,,60
A,odi,40,6w,50
A,odi,90,3m,40
A,odi,365,1y,20
B,odi,-10,,60
B,odi,42,6w,55
B,odi,91,3m,50
B,odi,360,1y,60
C,odi,-10,,60
C,odi,40,6w,55
C,odi,90,3m,65
C,odi,370,1y,51
D,odi,-10,,60
D,odi,41,6w,58
E,odi,-10,,60
F,odi,-10,,60
G,odi,-10,,5
G,odi,40,6w,0
H,odi,40,6w,0
I,odi,-10,,60
I,odi,40,6w,60
I,odi,365,1y,10
J,odi,-10,,60
J,odi,40,6w,50
J,odi,90,3m,60
J,odi,365,1y,10
K,odi,-10,,60
K,odi,40,6w,60
K,odi,90,3m,40
"""
PATIENTS = """
patient_id,death_day
pC,900
pD,80
pE,20
"""
EVENTS = """
event_id,episode_id,kind,status,day
1,K,reoperation,occurred,60
2,A,reoperation,occurred,200
"""
ASK = {
    "instrument": "odi",
    "threshold": "ostelo_2008",
    "visits": ["6w", "3m", "1y"],
    "windows": {"6w": (30, 50), "3m": (60, 120), "1y": (300, 400)},
}


@pytest.fixture(scope="module")
def eleven(registry):
    return registry("A B C D E F G H I J K", scores=SCORES, patients=PATIENTS, events=EVENTS)


def numbers(column):
    return column.fillna(-9).tolist()


def words(column):
    return column.astype(object).fillna("").tolist()


STATUS = [
    *["observed"] * 5,
    *["missing", "not_attainable", "no_baseline"],
    *["observed"] * 3,
]


def test_the_first_visit_that_meets_it(eleven):
    result = metrics.time_to_threshold(eleven, **ASK, kind="first")
    assert list(result.columns) == [
        *["time", "event", "entry", "interval_lower", "interval_upper", "status"]
    ]
    assert result.index.tolist() == list("ABCDEFGHIJK")
    # C died long after the last visit.
    assert numbers(result["time"]) == [40, 91, 370, 80, 20, -9, -9, -9, 365, 40, 90]
    assert words(result["event"]) == [
        *["achieved", "achieved", "censored", "death", "death", "", "", ""],
        *["achieved", "achieved", "achieved"],
    ]
    assert result["event"].cat.categories.tolist() == ["censored", "achieved", "death"]
    assert result["event"].cat.ordered
    assert numbers(result["interval_lower"]) == [0, 42, 370, 41, 0, -9, -9, -9, 40, 0, 40]
    assert numbers(result["interval_upper"]) == [40, 91, -9, -9, -9, -9, -9, -9, 365, 40, 90]
    assert result["entry"].tolist() == [0] * 11
    assert result["status"].tolist() == STATUS


def test_a_visit_and_the_next_one(eleven):
    result = metrics.time_to_threshold(eleven, **ASK, kind="sustained")
    # B lost it again. I and J met it at the last answer only, K at its last.
    assert numbers(result["time"]) == [40, 360, 370, 80, 20, -9, -9, -9, 40, 90, 40]
    assert words(result["event"]) == [
        *["achieved", "censored", "censored", "death", "death", "", "", ""],
        *["censored", "censored", "censored"],
    ]
    assert numbers(result["interval_lower"]) == [0, 360, 370, 41, 0, -9, -9, -9, 40, 90, 40]
    assert numbers(result["interval_upper"]) == [40, *[-9] * 10]
    assert result["status"].tolist() == STATUS


def test_reoperation_ends_the_time_at_risk(eleven):
    result = metrics.time_to_threshold(
        eleven, **ASK, kind="first", competing=("death", "reoperation")
    )
    assert result["event"].cat.categories.tolist() == [
        *["censored", "achieved", "death", "reoperation"]
    ]
    row = result.loc["K"]
    assert (row["event"], row["time"], row["interval_lower"]) == ("reoperation", 60, 40)
    assert result.loc["A", "event"] == "achieved"  # re-operated afterwards
    nobody = metrics.time_to_threshold(eleven, **ASK, kind="first", competing=())
    assert words(nobody["event"])[3:5] == ["censored", ""]
    assert nobody.loc["E", "status"] == "dead"


def test_the_order_of_the_visits_does_not_matter(eleven):
    forward = metrics.time_to_threshold(eleven, **ASK, kind="sustained")
    turned = ASK | {"visits": ["1y", "6w", "3m"]}
    backward = metrics.time_to_threshold(eleven, **turned, kind="sustained")
    assert forward.drop(columns="status").equals(backward.drop(columns="status"))


def test_a_state(registry):
    # A is there before surgery, B has no baseline, C reaches it.
    three = registry(
        "A B C",
        scores="""
        episode_id,instrument,day,visit,value
        A,odi,-1,,10
        A,odi,90,3m,10
        B,odi,90,3m,10
        C,odi,-1,,60
        C,odi,90,3m,22
        """,
    )
    ask = {"instrument": "odi", "visits": ["3m"], "threshold": OWN, "kind": "first"}
    result = metrics.time_to_threshold(three, **ask)
    assert numbers(result["time"]) == [-9, 90, 90]
    assert result["status"].tolist() == ["not_attainable", "observed", "observed"]


def test_worsening(registry):
    one = registry(
        "A",
        scores="""
        episode_id,instrument,day,visit,value
        A,odi,-1,,40
        A,odi,90,3m,30
        A,odi,365,1y,60
        """,
    )
    worse = dataclasses.replace(OWN, kind="WORSENING", basis="points", value=20.0, comparison=">=")
    ask = {"instrument": "odi", "visits": ["3m", "1y"], "threshold": worse, "kind": "first"}
    row = metrics.time_to_threshold(one, **ask).loc["A"]
    assert (row["time"], row["event"], row["interval_lower"]) == (365, "achieved", 90)


def test_visits_that_share_an_answer_cannot_confirm_it(registry):
    one = registry("A", scores="episode_id,instrument,day,visit,value\nA,odi,-1,,60\nA,odi,90,y,20")
    ask = {"instrument": "odi", "threshold": "ostelo_2008", "visits": ["x", "y"]}
    windows = {"x": (60, 120)}  # y goes by its label, on a day of x
    result = metrics.time_to_threshold(one, **ask, windows=windows, kind="sustained")
    assert words(result["event"]) == [""]  # nothing is known after day 0 but that answer
    assert result["status"].tolist() == ["missing"]
    result = metrics.time_to_threshold(one, **ask, windows=windows, kind="first")
    assert words(result["event"]) == ["achieved"]


def test_labels_without_days_are_passed_over(registry):
    two = registry(
        "A B",
        scores="""
        episode_id,instrument,day,visit,value
        A,odi,-1,,60
        A,odi,,3m,20
        B,odi,-1,,60
        """,
        patients="patient_id,death_day\npB,70",
    )
    ask = {"instrument": "odi", "threshold": "ostelo_2008", "visits": ["3m"], "kind": "first"}
    result = metrics.time_to_threshold(two, **ask)
    assert words(result["event"]) == ["", "death"]
    assert result["status"].tolist() == ["missing", "observed"]


@pytest.mark.parametrize(
    ("choice", "time"), [("earliest", 100), ("midpoint", 115), ("latest", 130), ("exclude", -9)]
)
@pytest.mark.parametrize("what", ["death", "reoperation"])
def test_an_event_known_to_the_month(registry, choice, time, what):
    day = {
        "death": {"patients": "patient_id,death_lower_day,death_upper_day\npA,100,130"},
        "reoperation": {
            "events": """
            event_id,episode_id,kind,status,day,lower_day,upper_day
            1,A,reoperation,occurred,,100,130
            """
        },
    }[what]
    one = registry("A", scores="episode_id,instrument,day,value\nA,odi,-1,60\nA,odi,40,60", **day)
    ask = ASK | {"kind": "first", "competing": [what]}
    with pytest.raises(ArgumentError, match=r"known only as an interval \(a month or a year\)"):
        metrics.time_to_threshold(one, **ask)
    row = metrics.time_to_threshold(one, **ask, partial_dates=choice)
    assert numbers(row["time"]) == [time]
    assert words(row["event"]) == ["" if choice == "exclude" else what]
    assert words(row["status"]) == ["missing" if choice == "exclude" else "observed"]


def test_death_on_the_day_of_surgery_and_death_without_a_day(registry):
    two = registry(
        "A B",
        scores="episode_id,instrument,day,value\nA,odi,-1,60\nB,odi,-1,60\nB,odi,40,60",
        patients="patient_id,death_day,last_contact_status\npA,0,\npB,,dead",
    )
    result = metrics.time_to_threshold(two, **ASK, kind="first")
    assert numbers(result["time"]) == [0, -9]
    assert words(result["event"]) == ["death", ""]
    assert result["status"].tolist() == ["observed", "missing"]


def test_from_a_landmark(eleven):
    cohort = select_cohort(eleven, landmark_day=60)
    result = metrics.time_to_threshold(cohort, **ASK, kind="first")
    assert result.loc["B", "time"] == 31
    assert result.loc["B", "interval_lower"] == 0
    assert result.loc["C", "interval_lower"] == 310
    # Reached before the landmark: no longer waiting for it.
    assert result.loc["A", "status"] == result.loc["J", "status"] == "not_attainable"
    assert numbers(result["time"].loc[["A", "J"]]) == [-9, -9]


def test_what_cannot_be_asked(eleven):
    with pytest.raises(ArgumentError, match='kind must be "first" or "sustained", got \'last\''):
        metrics.time_to_threshold(eleven, **ASK, kind="last")
    for wrong in ("death", ["relapse"], ["death", "death"]):
        with pytest.raises(ArgumentError, match="competing must be a list of death and"):
            metrics.time_to_threshold(eleven, **ASK, kind="first", competing=wrong)
    for visits in ([], ["3m", "3m"]):
        with pytest.raises(ArgumentError, match="visits must name each visit once"):
            metrics.time_to_threshold(eleven, **(ASK | {"visits": visits}), kind="first")
    with pytest.raises(ArgumentError, match="'final' is whichever visit came last"):
        metrics.time_to_threshold(eleven, **(ASK | {"visits": ["3m", "final"]}), kind="first")
    with pytest.raises(ArgumentError, match="needs a visit after surgery"):
        metrics.time_to_threshold(eleven, **(ASK | {"visits": ["preop"]}), kind="first")
    with pytest.raises(ArgumentError, match="'x' is neither"):
        metrics.time_to_threshold(eleven, **(ASK | {"threshold": "x"}), kind="first")
    with pytest.raises(ArgumentError, match="is for odi of location 'leg'") as told:
        leg = dataclasses.replace(OWN, location="leg")
        one = build(
            "A",
            scores="episode_id,instrument,location,day,value\nA,odi,back,-1,60\nA,odi,back,40,9",
        )
        metrics.time_to_threshold(one, **(ASK | {"threshold": leg}), kind="first")
    assert "60" not in str(told.value)


COURSES = st.lists(st.tuples(*[st.integers(0, 60)] * 3), min_size=1, max_size=20)


@settings(max_examples=4, deadline=None)
@given(courses=COURSES)
def test_sustained_is_never_sooner_than_first(courses):
    rows = ["episode_id,instrument,day,value"]
    for number, course in enumerate(courses):
        answers = zip((-1, 40, 90, 365), (60, *course), strict=True)
        rows += [f"E{number},odi,{day},{value}" for day, value in answers]
    many = build(" ".join(f"E{number}" for number in range(len(courses))), scores="\n".join(rows))
    first = metrics.time_to_threshold(many, **ASK, kind="first")
    lasting = metrics.time_to_threshold(many, **ASK, kind="sustained")
    assert first.index.equals(lasting.index)
    reached = lasting["event"] == "achieved"
    assert (first.loc[reached, "event"] == "achieved").all()
    assert (first.loc[reached, "time"] <= lasting.loc[reached, "time"]).all()
    for result in (first, lasting):
        achieved = result[result["event"] == "achieved"]
        assert (achieved["interval_lower"] < achieved["interval_upper"]).all()
        assert achieved["interval_upper"].equals(achieved["time"])
