"""When relief began and ended, between which answers."""

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, Threshold, load_vocabulary

TWO_POINTS = Threshold(
    kind="MIC", value=2.0, basis="points", comparison=">=", population="-", method="-", source="-"
)
LOW = Threshold(
    kind="PASS", value=3.0, basis="absolute", comparison="<=", population="-", method="-",
    source="-",
)  # fmt: skip
PAIN = {"instrument": "vas_pain", "threshold": TWO_POINTS}
BOUNDS = ["begins_lower", "begins_upper", "ends_lower", "ends_upper"]


def scores(text):
    """Return scores of vas_pain from lines "A: pre 8, 30 5, 60 7"."""
    lines = ["episode_id,instrument,day,visit,value"]
    for line in text.strip().splitlines():
        name, answers = line.strip().split(": ")
        for answer in answers.split(", "):
            day, value = answer.split(" ")
            when = ",preoperative" if day == "pre" else f"{day},"
            lines.append(f"{name},vas_pain,{when},{value}")
    return "\n".join(lines)


def row(result, name, columns=tuple(BOUNDS)):
    return [None if pd.isna(value) else value for value in result.loc[name, list(columns)]]


@pytest.fixture(scope="module")
def nine(registry):
    return registry(
        "A B C D E F G H I",
        patients="patient_id,death_day,last_contact_day,last_contact_status\n"
        "pD,200,,\npF,,10,lost\npI,15,,",
        scores=scores("""
        A: pre 8, 30 5, 60 6, 90 7, 180 2
        B: pre 8, 30 7, 90 7
        C: pre 8, 30 7, 60 6, 120 5
        D: pre 8, 30 6, 90 5
        E: pre 1, 30 0
        G: 30 5, 60 4
        H: pre 8, 20 6, 40 8, 60 6, 80 8, 100 6
        """),
    )


def test_between_which_answers(nine):
    result = metrics.relief_duration(nine, **PAIN)
    # A: relieved on day 30 and 60, no more on day 90; relief comes again on day 180.
    assert row(result, "A") == [0, 30, 60, 90]
    assert row(result, "A", ["duration_lower", "duration_upper"]) == [30, 90]
    assert row(result, "A", ["relieved", "ended_by", "n_spells", "last_answer"]) == [
        1, "score", 2, 180
    ]  # fmt: skip
    # B never was; C still is on its last answer; D died in relief.
    assert row(result, "B") == [None] * 4
    assert row(result, "B", ["relieved", "ended_by", "n_spells", "last_answer"]) == [0, None, 0, 90]
    assert row(result, "C") == [30, 60, 120, None]
    assert row(result, "C", ["duration_lower", "duration_upper", "ended_by"]) == [60, None, None]
    assert row(result, "D") == [0, 30, 90, 200]
    assert row(result, "D", ["duration_lower", "duration_upper", "ended_by"]) == [60, 200, "death"]
    # One answer with relief between two without: it may have lasted a moment, or 40 days.
    assert row(result, "H") == [0, 20, 20, 40]
    assert row(result, "H", ["duration_lower", "duration_upper", "n_spells"]) == [0, 40, 3]
    assert result["status"].tolist() == [
        *("observed", "observed", "observed", "observed", "not_attainable", "lost"),
        *("no_baseline", "observed", "dead"),
    ]
    unknown = ["E", "F", "G", "I"]
    assert result.loc[unknown, ["relieved", *BOUNDS, "ended_by", "n_spells", "last_answer"]] \
        .isna().all().all()  # fmt: skip


def test_columns(nine):
    result = metrics.relief_duration(nine, **PAIN)
    assert list(result) == [
        *("relieved", *BOUNDS, "duration_lower", "duration_upper", "ended_by", "n_spells"),
        *("last_answer", "component", "claimed", "n_claims", "status"),
    ]
    assert result["ended_by"].cat.categories.tolist() == ["score", "retreatment", "death"]
    assert result.index.tolist() == list("ABCDEFGHI")


def test_an_absolute_threshold(nine):
    result = metrics.relief_duration(nine, instrument="vas_pain", threshold=LOW)
    assert row(result, "A") == [90, 180, 180, None]
    assert result.loc["E", "status"] == "not_attainable"  # there before
    # Without a baseline it is not known to have been met before.
    assert result.loc["G", ["status", "relieved"]].tolist() == ["observed", 0]


def test_a_death_known_to_the_month_bounds_the_relief(registry):
    two = registry(
        "A B",
        patients="patient_id,death_lower_day,death_upper_day,last_contact_status\n"
        "pA,100,130,\npB,,,dead",
        scores=scores("A: pre 8, 30 4\nB: pre 8, 30 4"),
    )
    result = metrics.relief_duration(two, **PAIN)
    assert row(result, "A", [*BOUNDS, "ended_by"]) == [0, 30, 30, 130, "death"]
    assert row(result, "B", [*BOUNDS, "ended_by"]) == [0, 30, 30, None, "death"]


def ladder(answers, episodes="A,0 A2,100", events="", patients=""):
    """Return a registry of patients named by the first letter of their episodes."""
    rows = [line.split(",") for line in episodes.split()]
    frame = pd.DataFrame(rows, columns=["episode_id", "index_day"]).astype({"index_day": float})
    frame = frame.assign(patient_id=frame["episode_id"].str[0], diagnosis="lumbar_disc_herniation")
    lines = [line.split(",") for line in scores(answers).splitlines()]
    table = pd.DataFrame(lines[1:], columns=lines[0]).replace("", None)
    people = pd.DataFrame({"patient_id": frame["patient_id"].unique()})
    deaths = [line.split(",") for line in patients.split()]
    died = pd.DataFrame(deaths, columns=["patient_id", "death_day"]).astype({"death_day": float})
    tables = {
        "patients": people.merge(died, how="left"),
        "episodes": frame,
        "scores": table.astype({"day": float, "value": float}),
    }
    if events:
        rows = [line.split(",") for line in events.split()]
        columns = ["event_id", "episode_id", "kind", "status", "day", "lower_day", "upper_day"]
        happened = pd.DataFrame(rows, columns=columns).replace("", None)
        days = dict.fromkeys(columns[-3:], float)
        tables["events"] = happened.astype(days)
    return build_registry(tables, vocabulary=SHIPPED_VOCABULARY)


@pytest.mark.parametrize(
    ("choice", "bounds", "ended_by", "last"),
    [
        ("ends", [0, 30, 60, 100], "retreatment", 60),
        ("censors", [0, 30, 60, None], None, 60),
        ("ignore", [0, 30, 120, 180], "score", 180),
    ],
)
def test_what_a_later_treatment_does(choice, bounds, ended_by, last):
    registry = ladder("A: pre 8, 30 4, 60 4, 120 4, 180 8")
    result = metrics.relief_duration(registry, **PAIN, retreatment=choice)
    assert row(result, "A", [*BOUNDS, "ended_by", "last_answer"]) == [*bounds, ended_by, last]


def test_a_later_treatment_has_to_be_settled_where_it_decides():
    registry = ladder(
        """
        A: pre 8, 30 4, 60 8
        B: pre 8, 30 4
        C: pre 8, 30 8
        D: pre 8, 30 8, 120 4
        E: pre 8, 30 4, 150 8
        """,
        "A,0 A2,100 B,0 B2,100 C,0 C2,100 D,0 D2,100 E,0 E2,100",
    )
    # B and E were in relief when treated again, D only after. A had lost it, C never had it.
    message = r"3 episode\(s\) were treated again .* say retreatment=\"ends\" or retreatment=\"ce"
    with pytest.raises(ArgumentError, match=message):
        metrics.relief_duration(registry, **PAIN)
    result = metrics.relief_duration(registry, **PAIN, retreatment="ends")
    assert result.loc[["A", "B", "C", "D"], "relieved"].tolist() == [1, 1, 0, 0]
    assert result.loc["A", "ended_by"] == "score"
    # A2 and its like have no answers of their own.
    assert result.loc["A2", "status"] == "missing"


def test_a_later_treatment_that_makes_no_difference_needs_no_choice():
    registry = ladder("A: pre 8, 30 4, 60 8, 120 4")
    result = metrics.relief_duration(registry, **PAIN)
    assert row(result, "A", [*BOUNDS, "n_spells"]) == [0, 30, 30, 60, 2]


def test_a_death_after_a_later_treatment_ends_nothing():
    registry = ladder("A: pre 8, 30 4", patients="A,300")
    ends = metrics.relief_duration(registry, **PAIN, retreatment="ends")
    assert row(ends, "A", [*BOUNDS, "ended_by"]) == [0, 30, 30, 100, "retreatment"]
    censors = metrics.relief_duration(registry, **PAIN, retreatment="censors")
    assert row(censors, "A", [*BOUNDS, "ended_by"]) == [0, 30, 30, None, None]
    ignore = metrics.relief_duration(registry, **PAIN, retreatment="ignore")
    assert row(ignore, "A", [*BOUNDS, "ended_by"]) == [0, 30, 30, 300, "death"]


def test_a_reoperation_is_a_later_treatment():
    args = ("A: pre 8, 30 4, 120 4", "A,0")
    dated = ladder(*args, events="1,A,reoperation,occurred,90,,")
    result = metrics.relief_duration(dated, **PAIN, retreatment="ends")
    assert row(result, "A", [*BOUNDS, "ended_by"]) == [0, 30, 30, 90, "retreatment"]
    undated = ladder(*args, events="1,A,reoperation,occurred,,,")
    result = metrics.relief_duration(undated, **PAIN, retreatment="ends")
    assert result.loc["A", "status"] == "missing"
    assert result.loc[["A"], BOUNDS].isna().all().all()
    result = metrics.relief_duration(undated, **PAIN, retreatment="ignore")
    assert row(result, "A") == [0, 30, 120, None]
    month = ladder(*args, events="1,A,reoperation,occurred,,61,91")
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of reoperations are needed"):
        metrics.relief_duration(month, **PAIN, retreatment="ends")
    result = metrics.relief_duration(month, **PAIN, retreatment="ends", partial_dates="earliest")
    assert row(result, "A") == [0, 30, 30, 91]  # by the end of the month at the latest


def test_a_planned_stage_is_no_later_treatment(registry):
    one = registry(
        "A",
        scores=scores("A: pre 8, 30 4, 120 4"),
        procedures="""
        procedure_id,episode_id,component,approach,day,stage,planned
        1,A,laminectomy,open,0,1,yes
        2,A,percutaneous_pedicle_screw,mis,14,2,yes
        """,
        events="event_id,episode_id,kind,status,day,procedure_id\n1,A,reoperation,occurred,14,2",
    )
    assert row(metrics.relief_duration(one, **PAIN), "A") == [0, 30, 120, None]


def test_what_is_claimed_stands_beside_what_was_seen(registry):
    six = registry(
        "A B C D E F",
        scores=scores("A: pre 8, 30 4"),
        episodes="episode_id,index_procedure_id\nE,5b",
        procedures="""
        procedure_id,episode_id,component,approach,day,sequence
        1a,A,discography,interventional,-1,1
        1b,A,nerve_root_block,interventional,0,2
        2,B,disc_ablation,interventional,0,
        3,C,laminectomy,open,0,
        4a,D,embolization,interventional,0,1
        4b,D,vertebroplasty,mis,0,1
        5a,E,nerve_root_block,interventional,0,1
        5b,E,disc_ablation,interventional,0,2
        """,
    )
    result = metrics.relief_duration(six, **PAIN)
    assert result["component"].astype(object).fillna("?").tolist() == [
        *("nerve_root_block", "disc_ablation", "laminectomy", "?", "disc_ablation", "?")
    ]
    block = (
        "relief lasts 1 to several months (clinic_page); "
        "relief lasts about 1 to 2 months (clinic_page)"
    )
    ablation = "relief lasts about 6 months to 2 years (clinic_page)"
    assert result["claimed"].astype(object).fillna("?").tolist() == [
        *(block, ablation, "?", "?", ablation, "?")
    ]
    # Two that contradict each other; none of a laminectomy; unknown where the component is.
    assert result["n_claims"].fillna(-9).tolist() == [2, 1, 0, -9, 1, -9]


def test_a_claim_of_ones_own(tmp_path, registry):
    own = tmp_path / "own.toml"
    own.write_text(
        '[sources.ours]\ncitation = "Ours"\n[procedures.laminectomy]\nname = "L"\n'
        'approaches = ["open"]\nsource = "ours"\n'
        'claims = [{ text = "relief lasts for good", source = "ours" }]\n',
        encoding="utf-8",
    )
    base = registry(
        "A",
        scores=scores("A: pre 8, 30 4"),
        procedures="procedure_id,episode_id,component,approach,day\n1,A,laminectomy,open,0",
    )
    tables = {name: frame for name, frame in base.tables.items() if len(frame)}
    again = build_registry(tables, vocabulary=load_vocabulary(own))
    result = metrics.relief_duration(again, **PAIN)
    assert result.loc["A", "claimed"] == "relief lasts for good (ours)"


def test_answers_that_do_not_count(registry):
    one = registry(
        "A",
        scores="""
        episode_id,instrument,day,visit,value
        A,vas_pain,,preoperative,8
        A,vas_pain,0,discharge,2
        A,vas_pain,,3m,2
        A,vas_pain,30,,8
        A,vas_pain,60,,7
        """,
    )
    # On day 0 and undated: neither tells of relief after it.
    assert metrics.relief_duration(one, **PAIN).loc["A", ["relieved", "last_answer"]].tolist() == [
        0, 60
    ]  # fmt: skip


def test_different_scores_on_one_day(registry):
    text = """
    episode_id,instrument,day,visit,rater,value
    A,vas_pain,,preoperative,X,8
    A,vas_pain,30,,X,4
    A,vas_pain,30,,Y,{}
    """
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of an episode have different scores"):
        metrics.relief_duration(registry("A", scores=text.format(5)), **PAIN)
    same = metrics.relief_duration(registry("A", scores=text.format(4)), **PAIN)
    assert same.loc["A", "relieved"] == 1
    one = metrics.relief_duration(registry("A", scores=text.format(7)), **PAIN, rater="X")
    assert one.loc["A", "relieved"] == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"threshold": "nobody_2020"}, "'nobody_2020' is neither"),
        ({"instrument": "frankel"}, "frankel has ordered grades"),
        ({"retreatment": "stops"}, "Say retreatment=\"ends\" or .*, got 'stops'"),
        ({"partial_dates": "x"}, "partial_dates must be"),
    ],
)
def test_choices_that_cannot_be(nine, given, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.relief_duration(nine, **{**PAIN, **given})


def test_a_worsening_is_no_relief(nine):
    worse = Threshold(
        kind="WORSENING", value=2.0, basis="points", comparison=">=", population="-", method="-",
        source="-",
    )  # fmt: skip
    with pytest.raises(ArgumentError, match="kind WORSENING is no relief"):
        metrics.relief_duration(nine, instrument="vas_pain", threshold=worse)


def test_a_higher_score_may_be_the_better_one(registry):
    one = registry(
        "A",
        scores="""
        episode_id,instrument,day,visit,value
        A,kps,,preoperative,50
        A,kps,30,,70
        A,kps,60,,60
        """,
    )
    gain = Threshold(
        kind="MIC", value=20.0, basis="points", comparison=">=", population="-", method="-",
        source="-",
    )  # fmt: skip
    result = metrics.relief_duration(one, instrument="kps", threshold=gain)
    assert row(result, "A") == [0, 30, 30, 60]


def test_the_bounds_hold_in_the_sample():
    result = metrics.relief_duration(
        so.load_sample("ladder"),
        instrument="vas_pain",
        threshold="ostelo_2008",
        location="leg",
        retreatment="ends",
    )
    had = result[result["relieved"] == 1]
    assert len(had) > 200
    assert (had["begins_lower"] < had["begins_upper"]).all()
    assert (had["begins_upper"] <= had["ends_lower"]).all()
    assert not (had["ends_upper"] < had["ends_lower"]).any()
    assert np.array_equal(had["ended_by"].isna(), had["ends_upper"].isna())
