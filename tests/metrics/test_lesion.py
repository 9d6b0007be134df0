import pandas as pd
import pytest

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

# A: 10 -> 4 on day 8, larger later. B: no scan before. C: grew to 12 of 10. D: reference 0.
# E: nothing after. F: two lesions, 6 + 4 -> 1 + 2. G: two lesions, one not measured after.
LESIONS = """
episode_id,lesion_id,compartment,measure,scan_id,day,visit,value,unit,qualitative,approximate,confounded
A,L1,intraspinal,volume,a0,-20,,11,cm3,,no,no
A,L1,intraspinal,volume,a1,-5,,10,cm3,,yes,no
A,L1,intraspinal,volume,a2,8,1w,4,cm3,,no,yes
A,L1,intraspinal,volume,a3,300,1y,5,cm3,larger,no,no
B,L1,intraspinal,volume,b2,7,1w,4,cm3,,no,no
C,L1,intraspinal,volume,c1,0,,10,cm3,,no,no
C,L1,intraspinal,volume,c2,0,1w,12,cm3,,no,no
D,L1,intraspinal,volume,d1,-1,,0,cm3,,no,no
D,L1,intraspinal,volume,d2,7,1w,0,cm3,,no,no
E,L1,intraspinal,volume,e1,-1,,3,cm3,,no,no
F,L1,intraspinal,volume,f1,-1,,6,cm3,,no,no
F,L2,intraspinal,volume,f1,-1,,4,cm3,,no,no
F,L1,intraspinal,volume,f2,7,1w,1,cm3,smaller,no,no
F,L2,intraspinal,volume,f2,7,1w,2,cm3,smaller,no,no
G,L1,intraspinal,volume,g1,-1,,6,cm3,,no,no
G,L2,intraspinal,volume,g1,-1,,4,cm3,,no,no
G,L1,intraspinal,volume,g2,7,1w,1,cm3,smaller,no,no
G,L2,intraspinal,,g2,7,1w,,,larger,no,no
"""
ASK = {"measure": "volume", "reference_scan": "preoperative"}


@pytest.fixture(scope="module")
def eight(registry):
    return registry("A B C D E F G H", lesions=LESIONS)


def test_volumes_against_the_scan_before(eight):
    result = metrics.residual_lesion(eight, **ASK, visit="1w")
    assert list(result.columns) == [
        *["residual_percent", "value", "unit", "day", "approximate", "confounded"],
        *["qualitative", "over_100", "status"],
    ]
    assert result.index.tolist() == list("ABCDEFGH")
    assert result["residual_percent"].fillna(-9).tolist() == [40, -9, 120, -9, -9, 30, -9, -9]
    assert result["value"].fillna(-9).tolist() == [4, 4, 12, 0, -9, 3, -9, -9]
    assert result["status"].tolist() == [
        *["observed", "no_baseline", "observed", "not_attainable"],
        *["missing", "observed", "missing", "missing"],
    ]
    assert result["over_100"].fillna(False).tolist() == [False, False, True, *[False] * 5]
    a = result.loc["A"]
    # Approximate because its reference is, confounded because the scan is.
    assert a["unit"] == "cm3" and a["day"] == 8 and a["approximate"] and a["confounded"]
    # A's scan of day 300 says larger; G's lesions disagree on the last scan.
    words = result["qualitative"].astype(object).fillna("").tolist()
    assert words == ["larger", "", "", "", "", "smaller", "", ""]


def test_by_window_by_lesion_and_final(eight):
    long = metrics.residual_lesion(eight, **ASK, window=(3, 21), by="lesion")
    assert long.index.names == ["episode_id", "lesion_id"]
    assert long.index.get_level_values(0).tolist() == list("ABCDEFFGGH")
    assert long.loc[("F", "L1"), "residual_percent"] == pytest.approx(100 / 6)
    assert long.loc[("F", "L2"), "residual_percent"] == 50
    assert long.loc[("G", "L2"), "status"] == "missing"
    assert long.loc[("G", "L2"), "qualitative"] == "larger"
    assert long["status"].tolist()[-1] == "missing" and pd.isna(long.index[-1][1])
    final = metrics.residual_lesion(eight, **ASK, visit="final")
    # The label of C's scan says nothing of day 0 being before: it is not the final visit's.
    assert final.loc["A", "residual_percent"] == 50 and final.loc["A", "day"] == 300


def test_against_the_first_scan_after(eight):
    result = metrics.residual_lesion(
        eight, measure="volume", reference_scan="postoperative", visit="final"
    )
    assert result.loc["A", "residual_percent"] == 125 and result.loc["A", "over_100"]
    assert result["status"].tolist()[1:] == ["missing"] * 7


def test_recorded_percentages(registry):
    two = registry(
        "A B C",
        lesions="""
        episode_id,lesion_id,measure,day,value,qualitative
        A,L1,percent_removed,7,60,
        B,L1,percent_residual,7,25,
        B,L1,percent_removed,9,80,
        """,
    )
    removed = metrics.residual_lesion(two, measure="percent_removed")
    assert removed["residual_percent"].fillna(-9).tolist() == [40, 20, -9]
    left = metrics.residual_lesion(two, measure="percent_residual")
    assert left["residual_percent"].fillna(-9).tolist() == [-9, 25, -9]
    assert left["value"].isna().all() and left["unit"].isna().all()


def test_status_of_the_dead_and_the_not_due(registry):
    three = registry(
        "A B C",
        patients="patient_id,death_day\npA,20\npC,400",
        episodes="episode_id,cutoff_day\nB,2",
        lesions="episode_id,lesion_id,measure,day,value\nC,L1,percent_removed,30,50",
    )
    result = metrics.residual_lesion(three, measure="percent_removed", window=(3, 40))
    assert result["status"].tolist() == ["dead", "not_due", "observed"]


def test_what_cannot_be_asked(eight, registry):
    with pytest.raises(ArgumentError, match="measure must be one of volume, area"):
        metrics.residual_lesion(eight, measure="size")
    with pytest.raises(ArgumentError, match='by must be "episode", "lesion" or "scan"'):
        metrics.residual_lesion(eight, **ASK, by="patient")
    with pytest.raises(ArgumentError, match=r"say reference_scan=.*got None"):
        metrics.residual_lesion(eight, measure="volume")
    with pytest.raises(ArgumentError, match="reference of its own"):
        metrics.residual_lesion(eight, measure="percent_removed", reference_scan="preoperative")
    with pytest.raises(ArgumentError, match=r"1 episode.*several scans after surgery"):
        metrics.residual_lesion(eight, **ASK)
    with pytest.raises(ArgumentError, match="'preop' is before it"):
        metrics.residual_lesion(eight, **ASK, visit="preop")
    with pytest.raises(ArgumentError, match="No row has the visit '2y'; the labels are: 1w, 1y"):
        metrics.residual_lesion(eight, **ASK, visit="2y")
    with pytest.raises(
        ArgumentError, match=r"several values of compartment: intraspinal, vertebra"
    ):
        metrics.residual_lesion(
            registry("A", lesions=LESIONS.splitlines()[1] + _two("A", "volume", "cm3", "vertebra")),
            **ASK,
        )


@pytest.mark.parametrize(
    ("measure", "unit", "message"),
    [
        ("diameter", "cm", "diameter cannot be summed over them; use by="),
        ("volume", "mm3", "another unit on the reference scan"),
    ],
)
def test_sums_that_mean_nothing(registry, measure, unit, message):
    one = registry("A", lesions=LESIONS.splitlines()[1] + _two("A", measure, unit, "intraspinal"))
    with pytest.raises(ArgumentError, match=message):
        metrics.residual_lesion(one, measure=measure, reference_scan="preoperative")


def _two(episode, measure, unit, compartment):
    before = "cm" if measure == "diameter" else "cm3"
    return f"""
        {episode},L1,intraspinal,{measure},s0,-5,,10,{before},,no,no
        {episode},L2,{compartment},{measure},s0,-5,,10,{before},,no,no
        {episode},L1,intraspinal,{measure},s1,5,,4,{unit},,no,no
        {episode},L2,{compartment},{measure},s1,5,,4,{unit},,no,no
    """.replace("        ", "")


def test_two_scans_on_one_day(registry):
    one = registry(
        "A",
        lesions="""
        episode_id,lesion_id,measure,scan_id,day,value
        A,L1,percent_removed,ct,7,60
        A,L1,percent_removed,mri,7,50
        """,
    )
    with pytest.raises(ArgumentError, match="several scans on the same day"):
        metrics.residual_lesion(one, measure="percent_removed", window=(0, 10))


def test_a_cohort_without_lesions(registry):
    one = registry("A")
    for by in ("episode", "lesion"):
        result = metrics.residual_lesion(one, **ASK, by=by)
        assert result["status"].tolist() == ["missing"]
