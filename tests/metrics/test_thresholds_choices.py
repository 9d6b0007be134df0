"""Death and reoperation before the answer: what has to be said, and what follows."""

import pytest

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

# A answered well. B died at 50 without an answer. C answered at 80, died at 100. D died at 50 and
# had too little at baseline to gain 10. E died at 50 and had no baseline. F was re-operated at 40
# and answered well. G answered well, re-operated at 95. H was re-operated at 40, no answer.
# I was re-operated at 40 and died at 50.
SCORES = """
episode_id,instrument,day,visit,value
A,odi,-10,,60
A,odi,90,3m,20
B,odi,-10,,60
C,odi,-10,,60
C,odi,80,3m,20
D,odi,-10,,5
F,odi,-10,,60
F,odi,90,3m,20
G,odi,-10,,60
G,odi,90,3m,20
H,odi,-10,,60
I,odi,-10,,60
"""
PATIENTS = """
patient_id,death_day
pB,50
pC,100
pD,50
pE,50
pI,50
"""
EVENTS = """
event_id,episode_id,kind,status,day
1,F,reoperation,occurred,40
2,G,reoperation,occurred,95
3,H,reoperation,occurred,40
4,I,reoperation,occurred,40
5,A,complication,occurred,40
"""
ASK = {
    "instrument": "odi",
    "visit": "3m",
    "threshold": "ostelo_2008",
    "windows": {"3m": (60, 120)},
}
CHOICES = [(death, again) for death in ("failure", "exclude") for again in ("failure", "ignore")]


@pytest.fixture(scope="module")
def nine(registry):
    return registry("A B C D E F G H I", scores=SCORES, patients=PATIENTS, events=EVENTS)


def numbers(column):
    return column.fillna(-9).tolist()


@pytest.mark.parametrize(
    ("death", "reoperation", "achieved"),
    [
        ("failure", "failure", [1, 0, 1, -9, -9, 0, 1, 0, 0]),
        ("failure", "ignore", [1, 0, 1, -9, -9, 1, 1, -9, 0]),
        ("exclude", "failure", [1, -9, 1, -9, -9, 0, 1, 0, -9]),
        ("exclude", "ignore", [1, -9, 1, -9, -9, 1, 1, -9, -9]),
    ],
)
def test_what_counts_as_failure(nine, death, reoperation, achieved):
    result = metrics.achieved_threshold(nine, **ASK, death=death, reoperation=reoperation)
    assert numbers(result["achieved"]) == achieved
    assert numbers(result["eligible"]) == [1, 1, 1, 0, -9, 1, 1, 1, 1]


def test_the_words_of_those_who_failed(nine):
    result = metrics.achieved_threshold(nine, **ASK, death="failure", reoperation="failure")
    words = result["failed_by"].astype(object).fillna("").tolist()
    assert words == ["", "death", "", "", "", "reoperation", "", "reoperation", "death"]
    assert result["status"].tolist() == [
        *["observed", "dead", "observed", "not_attainable", "no_baseline"],
        *["observed", "observed", "missing", "dead"],
    ]
    left_out = metrics.achieved_threshold(nine, **ASK, death="exclude", reoperation="ignore")
    assert left_out["failed_by"].isna().all()
    assert left_out["status"].tolist() == [
        *["observed", "dead", "observed", "dead", "dead"],
        *["observed", "observed", "missing", "dead"],
    ]


def test_a_state_needs_no_baseline_to_fail(nine):
    ask = ASK | {"threshold": "van_hooff_2016", "death": "failure", "reoperation": "ignore"}
    result = metrics.achieved_threshold(nine, **ask)
    assert numbers(result["achieved"]) == [1, 0, 1, 0, 0, 1, 1, -9, 0]
    assert numbers(result["eligible"]) == [1, 1, 1, 1, 1, 1, 1, -9, 1]


def test_of_a_harm_the_dead_had_their_share(registry):
    two = registry(
        "A B",
        scores="""
        episode_id,instrument,day,visit,value
        A,comi,-10,,5
        A,comi,90,3m,5
        B,comi,-10,,5
        """,
        patients="patient_id,death_day\npB,50",
    )
    ask = ASK | {"instrument": "comi", "threshold": "registry_worsening"}
    result = metrics.achieved_threshold(two, **ask, death="failure")
    assert result["achieved"].tolist() == [0, 1]
    assert result.loc["B", "failed_by"] == "death"


def test_a_choice_is_asked_for_only_where_it_matters(registry, nine):
    with pytest.raises(ArgumentError, match=r"4 episode\(s\) ended in death .*death=\"failure\""):
        metrics.achieved_threshold(nine, **ASK, reoperation="ignore")
    # F, H and I; G answered first.
    with pytest.raises(ArgumentError, match=r"3 episode\(s\) had a reoperation before the visit"):
        metrics.achieved_threshold(nine, **ASK, death="exclude")
    with pytest.raises(ArgumentError, match='death must be "failure" or "exclude", got \'drop\''):
        metrics.achieved_threshold(nine, **ASK, death="drop", reoperation="ignore")
    with pytest.raises(ArgumentError, match='reoperation must be "failure" or "ignore", got'):
        metrics.achieved_threshold(nine, **ASK, death="failure", reoperation="exclude")
    later = registry(
        "A",
        scores=SCORES.split("B,", maxsplit=1)[0],
        patients="patient_id,death_day\npA,300",
        events="event_id,episode_id,kind,status,day\n1,A,reoperation,occurred,90",
    )
    assert metrics.achieved_threshold(later, **ASK).loc["A", "achieved"] == 1


def test_a_failure_before_data_that_end_too_early_is_not_due(registry):
    # Both entered 30 days before the data end: of neither could a success be seen.
    two = registry(
        "A B",
        scores="episode_id,instrument,day,value\nA,odi,-1,60\nB,odi,-1,60",
        patients="patient_id,death_day\npB,20",
        episodes="episode_id,cutoff_day\nA,30\nB,30",
        events="event_id,episode_id,kind,status,day\n1,A,reoperation,occurred,20",
    )
    result = metrics.achieved_threshold(two, **ASK, reoperation="failure")
    assert result["achieved"].isna().all()
    assert result["status"].tolist() == ["not_due", "not_due"]


def months(registry, lower, upper):
    return registry(
        "A",
        scores=SCORES.split("B,", maxsplit=1)[0],
        events=f"""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,A,reoperation,occurred,,{lower},{upper}
        """,
    )


@pytest.mark.parametrize(
    ("choice", "achieved", "status"),
    [
        ("earliest", 0, "observed"),
        ("midpoint", 0, "observed"),
        ("latest", 1, "observed"),
        ("exclude", -9, "missing"),
    ],
)
def test_a_reoperation_known_to_the_month(registry, choice, achieved, status):
    one = months(registry, 70, 100)  # the answer is of day 90
    ask = ASK | {"reoperation": "failure"}
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of reoperations are needed"):
        metrics.achieved_threshold(one, **ask)
    result = metrics.achieved_threshold(one, **ask, partial_dates=choice)
    assert numbers(result["achieved"]) == [achieved]
    assert result["status"].tolist() == [status]
    ignored = metrics.achieved_threshold(one, **(ask | {"reoperation": "ignore"}))
    assert ignored.loc["A", "achieved"] == 1


@pytest.mark.parametrize(("lower", "upper", "achieved"), [(50, 89, 0), (90, 120, 1)])
def test_a_month_that_decides_nothing_needs_no_choice(registry, lower, upper, achieved):
    one = months(registry, lower, upper)
    result = metrics.achieved_threshold(one, **ASK, reoperation="failure")
    assert result.loc["A", "achieved"] == achieved


def test_a_reoperation_nobody_dated(registry):
    one = months(registry, "", "")
    with pytest.raises(ArgumentError, match=r"1 episode\(s\) had a reoperation"):
        metrics.achieved_threshold(one, **ASK)
    result = metrics.achieved_threshold(one, **ASK, reoperation="failure")
    assert numbers(result["achieved"]) == [-9]
    assert result["status"].tolist() == ["missing"]


def test_answers_without_a_day(registry):
    # Where nothing says when the visit was, any reoperation may have come before it.
    one = registry(
        "A",
        scores="episode_id,instrument,day,visit,value\nA,odi,,pre,60\nA,odi,,3m,20",
        events="event_id,episode_id,kind,status,day\n1,A,reoperation,occurred,500",
    )
    ask = {"instrument": "odi", "visit": "3m", "threshold": "ostelo_2008"}
    result = metrics.achieved_threshold(one, **ask, reoperation="failure")
    assert result.loc["A", "failed_by"] == "reoperation"
