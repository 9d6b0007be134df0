"""Sizes from diameters, units, every scan after surgery, declared references: worked by hand."""

from math import pi

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

# A: 40 x 30 x 20 mm before, 20 x 15 x 10 mm after: an eighth of the volume, a quarter of the area,
# half of the diameter. B in cm. C lacks the third diameter after.
DIAMETERS = """
episode_id,lesion_id,measure,scan_id,day,value,unit,second_diameter,third_diameter
A,L1,diameter,a0,-3,40,mm,30,20
A,L1,diameter,a1,7,20,mm,15,10
B,L1,diameter,b0,-3,4,cm,3,2
B,L1,diameter,b1,7,4,cm,3,1
C,L1,diameter,c0,-3,40,mm,30,20
C,L1,diameter,c1,7,20,mm,15,
"""
BEFORE = {"reference_scan": "preoperative"}


@pytest.fixture(scope="module")
def measured(registry):
    return registry("A B C", lesions=DIAMETERS)


@pytest.mark.parametrize(
    ("measure", "percent", "value", "unit"),
    [
        # pi/6 x 2 x 1.5 x 1 cm, pi/6 x 4 x 3 x 1 cm.
        ("ellipsoid", [12.5, 50, -9], [pi / 2, 2 * pi, -9], ["cm3", "cm3", ""]),
        ("abc_over_2", [12.5, 50, -9], [1.5, 6, -9], ["cm3", "cm3", ""]),
        ("product", [25, 100, 25], [3, 12, 3], ["cm2", "cm2", "cm2"]),
        ("diameter", [50, 100, 50], [20, 4, 20], ["mm", "cm", "mm"]),
    ],
)
def test_sizes_from_the_diameters_of_a_scan(measured, measure, percent, value, unit):
    result = metrics.residual_lesion(measured, measure=measure, **BEFORE)
    assert result["residual_percent"].fillna(-9).tolist() == pytest.approx(percent)
    assert result["value"].fillna(-9).tolist() == pytest.approx(value)
    assert result["unit"].fillna("").tolist() == unit


def test_abc_over_2_is_an_approximation(measured):
    ellipsoid = metrics.residual_lesion(measured, measure="ellipsoid", **BEFORE)["value"]
    half = metrics.residual_lesion(measured, measure="abc_over_2", **BEFORE)["value"]
    assert (1 - half / ellipsoid).dropna().tolist() == pytest.approx([0.045, 0.045], abs=5e-4)


@pytest.mark.parametrize("measure", ["ellipsoid", "product"])
def test_diameters_are_never_taken_for_a_recorded_volume_or_area(measured, measure):
    for recorded in ("volume", "area"):
        result = metrics.residual_lesion(measured, measure=recorded, **BEFORE)
        assert set(result["status"]) == {"missing"}
    assert "observed" in set(metrics.residual_lesion(measured, measure=measure, **BEFORE)["status"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": "inch"}, r"mm or cm; 6 of 6 diameter\(s\) have another or none"),
        ({"unit": None}, r"mm or cm; 6 of 6"),
        ({"third_diameter": "thick"}, r"6 value\(s\) of lesions.third_diameter are no lengths"),
        ({"second_diameter": -1}, r"6 value\(s\) of lesions.second_diameter are no lengths"),
    ],
)
def test_diameters_that_make_no_volume(registry, change, message):
    rows = [line.split(",") for line in DIAMETERS.strip().splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0]).assign(**change)
    changed = registry("A B C", lesions=frame.to_csv(index=False))
    with pytest.raises(ArgumentError, match=message):
        metrics.residual_lesion(changed, measure="ellipsoid", **BEFORE)


def test_the_other_diameters_are_asked_for(registry):
    one = registry(
        "A", lesions="episode_id,lesion_id,measure,day,value,unit\nA,L1,diameter,-1,4,cm"
    )
    with pytest.raises(ArgumentError, match="need the column 'second_diameter' beside it"):
        metrics.residual_lesion(one, measure="ellipsoid", **BEFORE)


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("cm3", 2.5, "cm3"),
        ("mL", 2.5, "cm3"),
        ("cc", 2.5, "cm3"),
        ("cm^3", 2.5, "cm3"),
        ("cm³", 2.5, "cm3"),
        ("mm3", 0.0025, "cm3"),
        ("voxels", 2.5, "voxels"),
        ("", 2.5, ""),
    ],
)
def test_volumes_come_in_cm3(registry, unit, value, shown):
    one = registry(
        "A",
        lesions=f"""
        episode_id,lesion_id,measure,day,value,unit
        A,L1,volume,-1,10,{unit}
        A,L1,volume,7,2.5,{unit}
        """,
    )
    row = metrics.residual_lesion(one, measure="volume", **BEFORE).iloc[0]
    assert row["residual_percent"] == 25
    assert row["value"] == pytest.approx(value)
    assert (row["unit"] if isinstance(row["unit"], str) else "") == shown


def test_spellings_of_one_unit_are_not_mixed_units(registry):
    text = """
    episode_id,lesion_id,measure,day,value,unit
    A,L1,volume,-1,10,mL
    A,L1,volume,7,4,{unit}
    """
    one = registry("A", lesions=text.format(unit="cm3"))
    assert (
        metrics.residual_lesion(one, measure="volume", **BEFORE)["residual_percent"].iloc[0] == 40
    )
    other = registry("A", lesions=text.format(unit="mm3"))
    with pytest.raises(ArgumentError, match=r"1 lesion\(s\) have another unit"):
        metrics.residual_lesion(other, measure="volume", **BEFORE)


# ------------------------------------------------------------------------------------ every scan

# A: 10 -> 4, 5, and a look at day 400; B: before surgery only; C: nothing; D died after its scan.
COURSE = """
episode_id,lesion_id,measure,scan_id,day,visit,value,unit,qualitative,approximate,confounded
A,L1,volume,a0,-5,pre,10,cm3,,no,no
A,L1,volume,a2,300,1y,5,cm3,larger,yes,no
A,L1,volume,a1,8,1w,4,cm3,,no,yes
A,L1,,a3,400,,,,unchanged,no,no
A,L2,volume,a0,-5,pre,2,cm3,,no,no
A,L2,volume,a1,8,1w,3,cm3,,no,no
B,L1,volume,b0,-5,pre,3,cm3,,no,no
D,L1,volume,,30,,1,cm3,,no,no
"""


@pytest.fixture(scope="module")
def course(registry):
    return registry("A B C D", lesions=COURSE, patients="patient_id,death_day\npD,60\npC,5")


def test_every_scan_after_surgery(course):
    result = metrics.residual_lesion(course, measure="volume", **BEFORE, by="scan")
    assert result.index.names == ["episode_id", "lesion_id", "scan"]
    assert [[str(part) for part in key] for key in result.index] == [
        *[["A", "L1", "a1"], ["A", "L1", "a2"], ["A", "L1", "a3"], ["A", "L2", "a1"]],
        *[["B", "L1", "nan"], ["C", "nan", "nan"], ["D", "L1", "day 30"]],
    ]
    assert result["residual_percent"].fillna(-9).tolist() == [40, 50, -9, 150, -9, -9, -9]
    assert result["day"].fillna(-9).tolist() == [8, 300, 400, 8, -9, -9, 30]
    assert result["over_100"].fillna(False).tolist() == [False] * 3 + [True] + [False] * 3
    # On that scan, not on a later one.
    assert result["qualitative"].astype(object).fillna("").tolist() == [
        *["", "larger", "unchanged", "", "", "", ""],
    ]
    # D was scanned while alive: what lacks is the scan before; nobody saw C.
    assert result["status"].tolist() == [
        *["observed", "observed", "missing", "observed", "missing", "dead", "no_baseline"],
    ]
    assert result["confounded"].astype(object).fillna("").tolist()[:2] == [True, False]
    assert result["approximate"].astype(object).fillna("").tolist()[:2] == [False, True]


def test_every_scan_against_the_first_one_after(course):
    result = metrics.residual_lesion(
        course, measure="volume", reference_scan="postoperative", by="scan"
    )
    a = result.loc["A"]
    assert a.index.tolist() == [("L1", "a2"), ("L1", "a3"), ("L2", np.nan)]
    assert a["residual_percent"].fillna(-9).tolist() == [125, -9, -9]
    # Confounded, because its reference is.
    assert a["confounded"].astype(object).fillna("").tolist()[0] is True


def test_the_reference_may_be_a_labelled_scan(course):
    result = metrics.residual_lesion(
        course, measure="volume", reference_scan="1y", visit="final", by="lesion"
    )
    # Nothing was measured after it; A's other lesion and D were measured, and not on that scan.
    assert result["status"].tolist() == [
        *["missing", "no_baseline", "missing", "dead", "no_baseline"],
    ]
    result = metrics.residual_lesion(
        course, measure="volume", reference_scan="1w", visit="final", by="lesion"
    )
    assert result["residual_percent"].fillna(-9).tolist() == [125, -9, -9, -9, -9]
    assert result.loc[("D", "L1"), "status"] == "no_baseline"
    early = metrics.residual_lesion(
        course, measure="volume", reference_scan="pre", visit="1w", by="lesion"
    )
    assert early["residual_percent"].fillna(-9).tolist() == [40, 150, -9, -9, -9]
    with pytest.raises(
        ArgumentError, match="No row has the visit '2y'; the labels are: 1w, 1y, pre"
    ):
        metrics.residual_lesion(course, measure="volume", reference_scan="2y", visit="final")


def test_what_cannot_be_asked_by_scan(course, registry):
    for asked in ({"visit": "1w"}, {"window": (0, 9)}):
        with pytest.raises(ArgumentError, match="leave visit and window out"):
            metrics.residual_lesion(course, measure="volume", **BEFORE, by="scan", **asked)
    with pytest.raises(ArgumentError, match=r"days -30 to -1 are before it"):
        metrics.residual_lesion(course, measure="volume", **BEFORE, window=(-30, -1))
    twice = registry(
        "A",
        lesions="""
        episode_id,lesion_id,measure,scan_id,day,value
        A,L1,volume,s,7,4
        A,L1,volume,s,8,3
        """,
    )
    with pytest.raises(ArgumentError, match=r"1 measurement\(s\) of a lesion share a scan"):
        metrics.residual_lesion(twice, measure="volume", **BEFORE, by="scan")


def test_by_scan_of_the_published_case(case):
    result = metrics.residual_lesion(case, measure="percent_removed", by="scan")
    assert result.index.tolist() == [("E1", "L1", "S1"), ("E1", "L1", "S2")]
    assert result["residual_percent"].fillna(-9).tolist() == [40, -9]
    assert result["qualitative"].astype(object).fillna("").tolist() == ["", "smaller"]
    assert result["confounded"].astype(object).tolist()[0] is True
    assert result["status"].tolist() == ["observed", "missing"]


SIZE = st.floats(0.5, 50).map(lambda number: round(number, 2))


@settings(max_examples=10, deadline=None)
@given(
    sizes=st.lists(SIZE, min_size=4, max_size=4),
    order=st.permutations(range(4)),
    shift=st.integers(0, 30),
)
def test_row_order_and_the_unit_do_not_matter(registry, sizes, order, shift):
    rows = [
        ["A", "L1", "volume", day + (day > 0) * shift, size]
        for day, size in zip((-9, 5, 90, 400), sizes, strict=True)
    ]

    def residual(rows, factor, unit):
        columns = ["episode_id", "lesion_id", "measure", "day", "value"]
        frame = pd.DataFrame(rows, columns=columns)
        frame = frame.assign(value=frame["value"] * factor, unit=unit)
        built = registry("A", lesions=frame.to_csv(index=False))
        result = metrics.residual_lesion(built, measure="volume", **BEFORE, by="scan")
        return result.drop(columns="value"), result["value"].to_numpy()

    first, in_cm3 = residual(rows, 1, "cm3")
    second, again = residual([rows[place] for place in order], 1000, "mm3")
    pd.testing.assert_frame_equal(first, second)
    assert in_cm3 == pytest.approx(again)
    assert first["residual_percent"].tolist() == pytest.approx(
        [100 * size / sizes[0] for size in sizes[1:]]
    )
