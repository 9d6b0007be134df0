"""Response by RECIST 1.1, WHO, RANO and volume, scan by scan, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.criteria import CRITERIA, criterion_of

RECIST = {"criterion": "recist_1.1", "reference_scan": "preoperative"}
VOLUME = {
    "criterion": "volumetric",
    "thresholds": {"response": 65, "progression": 73},
    "reference_scan": "preoperative",
}


def lesions(measure, unit, **sizes):
    """Return rows of one lesion an episode: sizes on day -5, then on days 30, 60, 90 ..."""
    rows = ["episode_id,lesion_id,measure,scan_id,day,visit,value,unit"]
    for episode, course in sizes.items():
        for place, size in enumerate(course):
            day = -5 if place == 0 else 30 * place
            if size is not None:
                rows.append(f"{episode},L1,{measure},s{place},{day},v{place},{size},{unit}")
    return "\n".join(rows)


def diameters(registry, unit="mm", **sizes):
    return registry(" ".join(sizes), lesions=lesions("diameter", unit, **sizes))


def words(result, column="response"):
    return result[column].astype(object).where(result[column].notna(), "").tolist()


# ---------------------------------------------------------------------------------------- edges


@pytest.mark.parametrize(
    ("size", "response"),
    [(0, "CR"), (0.1, "PR"), (70, "PR"), (70.1, "SD"), (119.9, "SD"), (120, "PD"), (150, "PD")],
)
def test_the_edges_of_recist(registry, size, response):
    result = metrics.lesion_response(diameters(registry, A=[100, size]), **RECIST)
    assert words(result) == [response]


def test_progression_by_recist_is_over_the_nadir_and_5_mm_besides(registry):
    # Some pages print "20 % or 5 mm": it is both.
    result = metrics.lesion_response(
        # 20 % but 4 mm; 24 mm is 20 % and 4 mm; 25 is 25 % and 5 mm; 5 mm but 5 %.
        diameters(
            registry,
            A=[20, 24],
            B=[20, 25],
            C=[100, 105],
            # 80 % below the baseline and 25 % (5 mm) over the nadir: progression all the same.
            D=[100, 15, 20],
            # 4.9 mm over the nadir.
            E=[100, 15, 19.9],
        ),
        **RECIST,
        by="scan",
    )
    assert words(result) == ["SD", "PD", "SD", "PR", "PD", "PR", "PR"]
    assert result["nadir"].tolist() == [20, 20, 100, 100, 15, 100, 15]
    assert result["change_from_nadir_percent"].tolist() == pytest.approx(
        [20, 25, 5, -85, 100 / 3, -85, 100 * 4.9 / 15]
    )
    assert result.loc[("D", "s2"), "change_from_baseline_percent"] == -80


@pytest.mark.parametrize(
    ("sizes", "response"),
    [
        # 1.2 - 1.0 is 0.19999999999999996 in the machine, 2.4 cm is 5 mm over 1.9.
        ([2.5, 3.0], "PD"),
        ([1.9, 2.4], "PD"),
        ([0.9, 0.63], "PR"),
        ([1.1, 0.77], "PR"),
    ],
)
def test_edges_on_paper_are_edges_in_the_machine(registry, sizes, response):
    result = metrics.lesion_response(diameters(registry, unit="cm", A=sizes), **RECIST)
    assert words(result) == [response]
    assert result["unit"].tolist() == ["mm"] and result["baseline"].iloc[0] == 10 * sizes[0]


@pytest.mark.parametrize(
    ("criterion", "sizes", "responses"),
    [
        ("who", [100, 50, 50.1, 62.4, 62.5], ["PR", "SD", "SD", "PD"]),
        ("rano", [100, 75.1, 75, 50.1, 50], ["SD", "MR", "MR", "PR"]),
        ("rano", [100, 60, 74.9, 75, 0], ["MR", "MR", "PD", "CR"]),
    ],
)
def test_the_edges_by_area(registry, criterion, sizes, responses):
    one = registry("A", lesions=lesions("area", "mm2", A=sizes))
    result = metrics.lesion_response(
        one, criterion=criterion, reference_scan="preoperative", by="scan"
    )
    assert words(result) == responses
    assert ("MR" in result["response"].cat.categories) == (criterion == "rano")


@pytest.mark.parametrize(
    ("thresholds", "responses"),
    [
        # 35.1, 35 = -65 %; 34 = -66 %; then 34 -> 47.5 (+39.7 %), 47.6 (+40 %), 58.82 (+73 %).
        ((65, 73), ["SD", "PR", "PR", "SD", "SD", "PD"]),
        ((66, 73), ["SD", "SD", "PR", "SD", "SD", "PD"]),
        ((65, 40), ["SD", "PR", "PR", "SD", "PD", "PD"]),
    ],
)
def test_volumes_go_by_the_caller_s_thresholds(registry, thresholds, responses):
    one = registry("A", lesions=lesions("volume", "cm3", A=[100, 35.1, 35, 34, 47.5, 47.6, 58.82]))
    asked = dict(zip(("response", "progression"), thresholds, strict=True))
    result = metrics.lesion_response(one, **VOLUME | {"thresholds": asked}, by="scan")
    assert words(result) == responses


def test_the_volumes_that_correspond_to_other_rules():
    # Of spheres: 1 - 0.7^3 and 1.2^3 - 1 for diameters, 1 - 0.5^1.5 and 1.25^1.5 - 1 for areas.
    recist, who = CRITERIA["recist_1.1"], CRITERIA["who"]
    for rule, power, shrunk, grown in ((recist, 3, 65.7, 72.8), (who, 1.5, 64.6, 39.8)):
        left, more = 1 - rule.response / 100, 1 + rule.progression / 100
        assert 100 * (1 - left**power) == pytest.approx(shrunk, abs=0.05)
        assert 100 * (more**power - 1) == pytest.approx(grown, abs=0.05)


# --------------------------------------------------------------------------------- several lesions

TWO = """
episode_id,lesion_id,measure,scan_id,day,value,unit,qualitative
A,L1,{m},a0,-5,20,mm,
A,L2,{m},a0,-5,80,mm,
A,L1,{m},a1,30,26,mm,
A,L2,{m},a1,30,70,mm,
A,L1,{m},a2,60,26,mm,
A,L2,{m},a3,90,,mm,absent
A,L1,{m},a3,90,0,mm,
"""


def test_recist_sums_and_who_looks_at_each_lesion(registry):
    # Sums 100 -> 96 -> (26 without the other) -> 0; lesion 1 grew by 30 % while the sum shrank.
    sums = metrics.lesion_response(
        registry("A", lesions=TWO.format(m="diameter")), **RECIST, by="scan"
    )
    assert words(sums) == ["SD", "", "CR"]
    assert sums["value"].fillna(-9).tolist() == [96, -9, 0]
    assert sums["nadir"].tolist() == [100, 96, 96] and set(sums["n_lesions"]) == {2}
    assert sums["status"].tolist() == ["observed", "missing", "observed"]
    assert sums["n_scans"].tolist() == [2, 2, 2]
    areas = registry("A", lesions=TWO.format(m="area"))
    who = metrics.lesion_response(areas, criterion="who", reference_scan="preoperative", by="scan")
    # On day 60 lesion 1 is where it was on day 30, and still 30 % over its smallest.
    assert words(who) == ["PD", "PD", "CR"]
    rano = metrics.lesion_response(
        areas, criterion="rano", reference_scan="preoperative", by="scan"
    )
    assert words(rano) == ["SD", "", "CR"]


def test_what_was_measured_may_be_enough_for_progression(registry):
    text = """
    episode_id,lesion_id,measure,scan_id,day,value,unit
    A,L1,diameter,a0,-5,20,mm
    A,L2,diameter,a0,-5,10,mm
    A,L1,diameter,a1,30,36,mm
    B,L1,diameter,b0,-5,20,mm
    B,L2,diameter,b0,-5,10,mm
    B,L1,diameter,b1,30,35.9,mm
    """
    # 36 of 30 without the second lesion is +20 % and 6 mm at least.
    result = metrics.lesion_response(registry("A B", lesions=text), **RECIST)
    assert words(result) == ["PD", ""] and result["value"].isna().all()
    assert result["status"].tolist() == ["observed", "missing"]


def test_recist_has_five_targets_at_most(registry):
    rows = [f"A,L{n},diameter,a0,-5,20,mm" for n in range(6)] + ["A,L0,diameter,a1,30,20,mm"]
    head = "episode_id,lesion_id,measure,scan_id,day,value,unit"
    six = registry("A", lesions="\n".join([head, *rows]))
    with pytest.raises(ArgumentError, match=r"at most 5 target lesions; 1 episode\(s\) have more"):
        metrics.lesion_response(six, **RECIST)
    five = registry("A", lesions="\n".join([head, *rows[1:]]).replace("L0", "L1"))
    assert metrics.lesion_response(five, **RECIST)["status"].tolist() == ["missing"]


# ------------------------------------------------------------------------------------ new lesions


@pytest.fixture(scope="module")
def appearing(registry):
    text = """
    episode_id,lesion_id,measure,scan_id,day,value,unit
    A,L1,diameter,a0,-5,50,mm
    A,L1,diameter,a1,30,50,mm
    A,L2,diameter,a2,60,9,mm
    A,L1,diameter,a2,60,50,mm
    A,L1,diameter,a3,90,50,mm
    """
    return registry("A", lesions=text)


def test_a_lesion_without_a_baseline_needs_a_word(appearing):
    with pytest.raises(ArgumentError, match=r'1 episode\(s\) have lesions.*unmatched="new"'):
        metrics.lesion_response(appearing, **RECIST, by="scan")
    new = metrics.lesion_response(appearing, **RECIST, by="scan", unmatched="new")
    assert words(new) == ["SD", "PD", "PD"]
    assert new["new_lesion"].tolist() == [False, True, True]
    assert new["value"].tolist() == [50, 50, 50] and set(new["progression_day"]) == {60}
    ignored = metrics.lesion_response(appearing, **RECIST, by="scan", unmatched="ignore")
    assert words(ignored) == ["SD", "SD", "SD"] and ignored["progression_day"].isna().all()


def test_a_lesion_that_the_baseline_scan_called_absent_is_no_target(registry):
    text = """
    episode_id,lesion_id,measure,scan_id,day,value,unit,qualitative
    A,L1,diameter,a0,-5,50,mm,
    A,L2,diameter,a0,-5,,,absent
    A,L1,diameter,a1,30,50,mm,
    A,L1,diameter,a2,60,50,mm,
    A,L2,diameter,a2,60,4,mm,
    """
    one = registry("A", lesions=text)
    with pytest.raises(ArgumentError, match="not measured on the baseline scan"):
        metrics.lesion_response(one, **RECIST, by="scan")
    new = metrics.lesion_response(one, **RECIST, by="scan", unmatched="new")
    assert words(new) == ["SD", "PD"] and set(new["n_lesions"]) == {1}


EVENTS = """
event_id,episode_id,kind,status,day,lower_day,upper_day
1,A,new_site,occurred,60,,
2,B,new_site,occurred,30,,
3,C,new_site,absent,60,,
4,D,new_site,occurred,,,
5,E,new_site,occurred,,40,80
6,F,systemic_progression,occurred,40,,
"""


def test_a_new_site_is_progression_from_its_day_on(registry):
    sizes = {name: [50, 50, 20] for name in "ABCDEF"}
    six = registry("A B C D E F", lesions=lesions("diameter", "mm", **sizes), events=EVENTS)
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of new lesions"):
        metrics.lesion_response(six, **RECIST, by="scan")
    ask = {**RECIST, "by": "scan"}
    latest = metrics.lesion_response(six, **ask, partial_dates="latest")
    assert words(latest) == ["SD", "PD", "PD", "PD", "SD", "PR", "", "", "SD", "PR", "SD", "PR"]
    earliest = metrics.lesion_response(six, **ask, partial_dates="earliest")
    assert words(earliest)[8:10] == ["SD", "PD"]
    assert words(metrics.lesion_response(six, **ask, partial_dates="exclude"))[8:10] == ["", ""]
    # One that the baseline scan showed is not new.
    since = metrics.lesion_response(
        six, criterion="recist_1.1", reference_scan="v1", by="scan", partial_dates="latest"
    )
    assert words(since) == ["PD", "PR", "PR", "", "PR", "PR"]


# ------------------------------------------------------------------------------- one row an episode


def test_the_best_response_ends_with_progression(registry):
    sizes = {
        "A": [100, 80, 60, 50, 40],  # SD, PR, PR, PR
        "B": [100, 120, 10],  # PD, then shrinks: pseudoprogression is not guessed
        "C": [100, 90, 130, 0],  # SD, PD, CR
        "D": [100],
        "E": [100, 0, 60],  # CR, PD
    }
    five = diameters(registry, **sizes)
    best = metrics.lesion_response(five, **RECIST, visit="best")
    assert best.index.tolist() == list("ABCDE") and best.index.name == "episode_id"
    assert words(best) == ["PR", "PD", "SD", "", "CR"]
    # The first of equally good scans.
    assert best["day"].fillna(-9).tolist() == [60, 30, 30, -9, 30]
    assert best["progression_day"].fillna(-9).tolist() == [-9, 30, 60, -9, 60]
    assert best["n_scans"].tolist() == [4, 2, 3, 0, 2]
    assert best["status"].tolist() == ["observed"] * 3 + ["missing", "observed"]
    final = metrics.lesion_response(five, **RECIST, visit="final")
    assert words(final) == ["PR", "PR", "CR", "", "PD"]
    at = metrics.lesion_response(five, **RECIST, visit="v2")
    assert words(at) == ["PR", "PR", "PD", "", "PD"]
    window = metrics.lesion_response(five, **RECIST, window=(80, 100))
    assert words(window) == ["PR", "", "CR", "", ""]
    with pytest.raises(ArgumentError, match=r"4 episode\(s\) were assessed on several scans"):
        metrics.lesion_response(five, **RECIST)


def test_a_confirmed_response_is_seen_again(registry):
    sizes = {
        "A": [100, 60, 60],  # PR on days 30 and 60
        "B": [100, 60, 80],  # PR, then SD
        "C": [100, 0, 10],  # CR, then PR (10 mm from 0 is progression)
        "D": [100, 0, 4],  # CR, then PR: less than 5 mm
        "E": [100, 60, 90, 60],  # PR, PD (50 %), PR: not before progression
        "F": [100, 0, 0, 0],
    }
    six = diameters(registry, **sizes)
    long = metrics.lesion_response(six, **RECIST, by="scan", confirm_days=28)
    assert words(long) == [
        *["PR", "PR", "PR", "PD", "CR", "PD", "CR", "PR"],
        *["PR", "PD", "PR", "CR", "CR", "CR"],
    ]
    assert words(long, "confirmed") == [
        *[True, False, False, "", False, "", False, False],
        *[False, "", False, True, True, False],
    ]
    best = metrics.lesion_response(six, **RECIST, visit="best", confirm_days=28)
    assert words(best) == ["PR", "SD", "SD", "PR", "SD", "CR"]
    assert words(best, "confirmed") == [True, False, False, True, False, True]
    late = metrics.lesion_response(six, **RECIST, visit="best", confirm_days=31)
    assert words(late) == ["SD", "SD", "SD", "SD", "SD", "CR"]
    unasked = metrics.lesion_response(six, **RECIST, visit="best")
    assert unasked["confirmed"].isna().all()
    assert words(unasked) == ["PR", "PR", "CR", "CR", "PR", "CR"]


def test_status_flags_and_words(registry):
    text = """
    episode_id,lesion_id,measure,scan_id,day,value,unit,qualitative,approximate,confounded
    A,L1,volume,a0,-5,10,cm3,,no,no
    A,L1,volume,a1,30,3,cm3,smaller,yes,no
    B,L1,volume,b1,30,3,cm3,,no,no
    C,L1,volume,c0,-5,0,cm3,,no,no
    C,L1,volume,c1,30,3,cm3,,no,no
    D,L1,volume,d0,-5,8,cm3,,no,yes
    D,L1,,d1,30,,,absent,no,no
    E,L1,volume,e0,-5,8,cm3,,no,no
    E,L1,,e1,30,,,smaller,no,no
    """
    six = registry("A B C D E F", lesions=text, patients="patient_id,death_day\npF,9")
    result = metrics.lesion_response(six, **VOLUME)
    assert words(result) == ["PR", "", "", "CR", "", ""]
    assert result["status"].tolist() == [
        *["observed", "no_baseline", "not_attainable", "observed", "missing", "dead"],
    ]
    assert words(result, "approximate")[0] is True and words(result, "confounded")[0] is False
    # D's scan is clear, its baseline is not.
    assert words(result, "confounded")[3] is True
    long = metrics.lesion_response(six, **VOLUME, by="scan")
    assert words(long, "qualitative") == ["smaller", "", "", "absent", "smaller", ""]
    assert long["status"].tolist() == [
        *["observed", "no_baseline", "not_attainable", "observed", "missing", "dead"],
    ]
    assert long.index.names == ["episode_id", "scan"]
    assert pd.isna(long.index[-1][1]) and long["nadir"].isna().tolist()[1]


def test_nothing_is_guessed_of_the_published_case(case):
    row = metrics.lesion_response(case, **VOLUME, visit="best").iloc[0]
    assert pd.isna(row["response"]) and row["status"] == "missing" and row["n_scans"] == 0
    long = metrics.lesion_response(case, **VOLUME | {"reference_scan": "postoperative"}, by="scan")
    assert words(long, "qualitative") == ["", "smaller"]
    assert set(long["status"]) == {"missing"}


def test_a_cohort_without_lesions(registry):
    for ask in ({"visit": "best"}, {"by": "scan"}, {}):
        result = metrics.lesion_response(registry("A"), **VOLUME, **ask)
        assert result["status"].tolist() == ["missing"]


# ------------------------------------------------------------------------------------------ errors


def test_thresholds_follow_the_measure(registry):
    volumes = registry("A", lesions=lesions("volume", "cm3", A=[10, 3]))
    with pytest.raises(ArgumentError, match=r"recist_1.1 by diameter needs.*measured by volume"):
        metrics.lesion_response(volumes, **RECIST)
    with pytest.raises(ArgumentError, match=r"recist_1\.1 is for diameter, not for volume"):
        metrics.lesion_response(volumes, **RECIST, measure="volume")
    with pytest.raises(ArgumentError, match="who is for area or product, not for ellipsoid"):
        metrics.lesion_response(
            volumes, criterion="who", reference_scan="preoperative", measure="ellipsoid"
        )
    with pytest.raises(ArgumentError, match=r"rano by area needs lesions measured by area"):
        metrics.lesion_response(volumes, criterion="rano", reference_scan="preoperative")
    lengths = diameters(registry, A=[10, 3])
    with pytest.raises(ArgumentError, match=r"volumetric by volume needs.*measured by diameter"):
        metrics.lesion_response(lengths, **VOLUME)


def test_sizes_from_diameters_have_a_response(registry):
    text = """
    episode_id,lesion_id,measure,scan_id,day,value,unit,second_diameter,third_diameter
    A,L1,diameter,a0,-5,40,mm,30,20
    A,L1,diameter,a1,30,20,mm,15,20
    """
    one = registry("A", lesions=text)
    # An area of a quarter, a volume of a quarter, a diameter of a half.
    ask = {"reference_scan": "preoperative"}
    assert words(metrics.lesion_response(one, criterion="who", measure="product", **ask)) == ["PR"]
    by_volume = metrics.lesion_response(one, **VOLUME, measure="abc_over_2")
    assert words(by_volume) == ["PR"] and by_volume["value"].tolist() == [3]
    assert words(metrics.lesion_response(one, **RECIST)) == ["PR"]


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        (None, "say thresholds=.*got None"),
        ({"response": 65}, r"got \['response'\]"),
        ({"response": 100, "progression": 40}, "got 100 and 40"),
        ({"response": 0, "progression": 40}, "got 0 and 40"),
        ({"response": 65, "progression": 0}, "got 65 and 0"),
        ({"response": 65, "progression": np.nan}, "got 65 and nan"),
    ],
)
def test_volumetric_thresholds_are_the_caller_s(thresholds, message):
    with pytest.raises(ArgumentError, match=message):
        criterion_of("volumetric", thresholds)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"criterion": "mrecist"}, "criterion must be one of recist_1.1, who, rano, volumetric"),
        ({"thresholds": {"response": 30, "progression": 20}}, r"own \(30 and 20 %\)"),
        ({"reference_scan": None}, "A response needs its baseline.*got None"),
        ({"reference_scan": "v7"}, "No row has the visit 'v7'; the labels are: v0, v1"),
        ({"by": "lesion"}, 'by must be "episode" or "scan"'),
        ({"by": "scan", "visit": "best"}, "leave visit and window out"),
        ({"visit": "best", "window": (0, 9)}, "leave window out"),
        ({"visit": "pre"}, "'pre' is before it"),
        ({"visit": "9y"}, "No row has the visit '9y'"),
        ({"window": (-9, -1)}, "are before it"),
        ({"confirm_days": 0}, "confirm_days must be more than 0"),
        ({"unmatched": "old"}, 'unmatched must be "new" or "ignore"'),
        ({"compartment": "epidural"}, "not recorded with compartment 'epidural'"),
    ],
)
def test_what_cannot_be_asked(registry, ask, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.lesion_response(diameters(registry, A=[10, 3]), **RECIST | ask)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("A,L1,diameter,a1,30,,9,inch,", r"1 diameter\(s\) have no unit, or another"),
        ("A,L1,diameter,a1,30,,9,,", "sizes in different units"),
        ("A,L1,diameter,a1,30,,1,cm,", r"1 episode\(s\) have sizes in different units"),
        ("A,L1,diameter,a1,30,,9,mm,absent", r"1 lesion\(s\) are called absent"),
        (
            "A,L1,diameter,a1,30,,9,mm,\nA,L1,diameter,a2,30,,9,mm,",
            r"1 scan\(s\) are of the same day",
        ),
        (
            "A,L1,diameter,a1,30,,9,mm,\nA,L1,diameter,a2,,late,9,mm,",
            r"1 episode\(s\) have scans without a day",
        ),
        ("A,L1,diameter,a1,30,,9,mm,\nA,L1,diameter,a1,40,,9,mm,", "share a scan"),
    ],
)
def test_series_that_mean_nothing(registry, rows, message):
    head = "episode_id,lesion_id,measure,scan_id,day,visit,value,unit,qualitative\n"
    unit = "inch" if "inch" in rows else "mm"
    one = registry("A", lesions=f"{head}A,L1,diameter,a0,-5,,10,{unit},\n{rows}")
    with pytest.raises(ArgumentError, match=message.replace("1 diam", "[12] diam")):
        metrics.lesion_response(one, **RECIST)


def test_one_scan_without_a_day_is_in_order(registry):
    text = """
    episode_id,lesion_id,measure,scan_id,day,visit,value,unit
    A,L1,diameter,a0,-5,,10,mm
    A,L1,diameter,a1,,1y,7,mm
    """
    events = "event_id,episode_id,kind,status,day\n1,A,new_site,occurred,60"
    assert words(metrics.lesion_response(registry("A", lesions=text), **RECIST)) == ["PR"]
    # Whether a new lesion came before it, nobody knows.
    told = metrics.lesion_response(registry("A", lesions=text, events=events), **RECIST)
    assert words(told) == [""] and told["status"].tolist() == ["missing"]


# -------------------------------------------------------------------------------------- invariants

SIZES = st.lists(st.integers(0, 60), min_size=4, max_size=4)


@settings(max_examples=10, deadline=None)
@given(courses=st.lists(SIZES, min_size=3, max_size=3), order=st.permutations(range(12)))
def test_row_order_and_the_unit_do_not_matter(registry, courses, order):
    rows = [
        ["ABC"[episode], "L1", "diameter", (-5, 30, 60, 90)[place], size]
        for episode, course in enumerate(courses)
        for place, size in enumerate(course)
    ]

    def response(rows, per_mm, unit):
        frame = pd.DataFrame(rows, columns=["episode_id", "lesion_id", "measure", "day", "value"])
        frame = frame.assign(value=frame["value"] * per_mm, unit=unit)
        built = registry("A B C", lesions=frame.to_csv(index=False))
        return metrics.lesion_response(built, **RECIST, by="scan", confirm_days=28)

    first = response(rows, 1, "mm")
    pd.testing.assert_frame_equal(first, response([rows[place] for place in order], 0.1, "cm"))
    # By the rule as it is written, scan after scan.
    told = iter(words(first))
    for course in courses:
        nadir = course[0]
        for size in course[1:]:
            expected = "SD"
            if 10 * size <= 7 * course[0]:
                expected = "CR" if size == 0 else "PR"
            if size - nadir >= 5 and 10 * size >= 12 * nadir:
                expected = "PD"
            assert next(told) == (expected if course[0] else "")
            nadir = min(nadir, size)


def test_a_part_of_a_registry_has_the_same_residuals():
    whole = so.load_sample("hemangioma")
    part = so.select_cohort(whole, where={"age_years": ">= 50"})
    asked = {**VOLUME, "reference_scan": "postoperative"}
    assert 0 < len(part) < len(whole.tables["episodes"])
    for metric, words_asked in (
        (metrics.lesion_response, {**asked, "by": "scan"}),
        (metrics.lesion_response, {**asked, "visit": "best"}),
        (metrics.residual_lesion, {"measure": "volume", "reference_scan": "preoperative"}),
        (metrics.resection_extent, {"scheme": "eor_generic", "measure": "volume"}),
    ):
        more = {} if {"by", "visit"} & set(words_asked) else {"visit": "1w"}
        some, every = (metric(data, **words_asked, **more) for data in (part, whole))
        kept = every[every.index.get_level_values("episode_id").isin(part.data.index)]
        pd.testing.assert_frame_equal(some, kept)
