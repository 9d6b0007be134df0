"""The extent of resection by each scheme: every edge, and what is never guessed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.schemes import scheme_of

GENERIC = {"scheme": "eor_generic", "measure": "percent_removed"}
VOLUMES = {"scheme": "rano_resect_style", "measure": "volume"}
LIMITS = {"near-total": 1, "subtotal": 5, "partial": float("inf")}


def removed(registry, *percent):
    """Return one episode for each percentage removed, as it was recorded."""
    ids = [f"E{place}" for place in range(len(percent))]
    rows = [
        f"{name},L1,percent_removed,7,{value}" for name, value in zip(ids, percent, strict=True)
    ]
    head = "episode_id,lesion_id,measure,day,value"
    return registry(" ".join(ids), lesions="\n".join([head, *rows]))


def volumes(registry, *pairs, unit="cm3"):
    """Return one episode for each pair of volumes before and after; None is not measured."""
    ids = [f"E{place}" for place in range(len(pairs))]
    rows = ["episode_id,lesion_id,measure,day,value,unit"]
    for name, pair in zip(ids, pairs, strict=True):
        for day, size in zip((-5, 7), pair, strict=True):
            if size is not None:
                rows.append(f"{name},L1,volume,{day},{size},{unit}")
    return registry(" ".join(ids), lesions="\n".join(rows))


def words(column):
    return column.astype(object).where(column.notna(), "").tolist()


# ------------------------------------------------------------------------------------- percentages


def test_every_edge_of_the_generic_scheme(registry):
    edges = {
        100: "complete",
        99.9: "near-total",
        95: "near-total",
        94.9: "subtotal",
        80: "subtotal",
        79.9: "partial",
        60: "partial",
        0.1: "partial",
        0: "none",
    }
    result = metrics.resection_extent(removed(registry, *edges), **GENERIC)
    assert words(result["extent"]) == list(edges.values())
    assert result["extent"].cat.ordered
    assert result["extent"].cat.categories.tolist() == [
        *["none", "partial", "subtotal", "near-total", "complete"],
    ]
    assert result["removed_percent"].tolist() == pytest.approx(list(edges))
    assert result["residual_cm3"].isna().all() and set(result["status"]) == {"observed"}
    assert list(result.columns) == [
        *["extent", "removed_percent", "residual_percent", "residual_cm3", "day"],
        *["approximate", "confounded", "over_100", "method", "status"],
    ]


def test_edges_on_paper_are_edges_in_the_machine(registry):
    # 100 x 0.07 / 1.4 is 5.000000000000001 in the machine; 0.3 of 0.3 leaves nothing removed.
    pairs = [(1.4, 0.07), (0.9, 0.18), (0.3, 0.3), (7, 0)]
    result = metrics.resection_extent(
        volumes(registry, *pairs), scheme="eor_generic", measure="volume"
    )
    assert words(result["extent"]) == ["near-total", "subtotal", "none", "complete"]
    assert result["residual_cm3"].tolist() == [0.07, 0.18, 0.3, 0]


def test_more_left_than_there_was_is_kept_and_flagged(registry):
    result = metrics.resection_extent(
        volumes(registry, (10, 12), (10, 4), (None, 4), (0, 0), (10, None)),
        scheme="eor_generic",
        measure="volume",
    )
    assert words(result["extent"]) == ["none", "partial", "", "", ""]
    assert result["removed_percent"].fillna(-999).tolist() == [-20, 60, -999, -999, -999]
    assert result["over_100"].tolist()[:2] == [True, False]
    assert result["residual_cm3"].fillna(-9).tolist() == [12, 4, 4, 0, -9]
    assert result["status"].tolist() == [
        *["observed", "observed", "no_baseline", "not_attainable", "missing"],
    ]


def test_the_published_case_is_partial_by_percent_and_unknown_by_volume(case):
    asked = {"measure": "percent_removed", "compartment": "intraspinal"}
    row = metrics.resection_extent(case, scheme="eor_generic", **asked).loc["E1"]
    assert (row["extent"], row["removed_percent"], row["residual_percent"]) == ("partial", 60, 40)
    assert row["approximate"] and row["confounded"] and row["status"] == "observed"
    own = {"partial": 0, "subtotal": 80, "complete": 100}
    row = metrics.resection_extent(case, scheme="percent", limits=own, **asked).loc["E1"]
    assert row["extent"] == "partial"
    for limits in (None, LIMITS):
        row = metrics.resection_extent(
            case, scheme="rano_resect_style", limits=limits, **asked
        ).loc["E1"]
        assert pd.isna(row["extent"]) and pd.isna(row["residual_cm3"])
        assert row["status"] == "missing" and row["removed_percent"] == 60
    row = metrics.resection_extent(
        case, scheme="rano_resect_style", measure="volume", limits=LIMITS
    ).loc["E1"]
    assert pd.isna(row["extent"]) and row["status"] == "missing"


def test_the_limits_may_be_the_analyst_s(registry):
    limits = {"complete": 100, "near-total": 90, "subtotal": 50, "partial": 0}
    result = metrics.resection_extent(
        removed(registry, 100, 99, 90, 89.9, 50, 49.9, 0),
        scheme="percent",
        measure="percent_removed",
        limits=limits,
    )
    assert words(result["extent"]) == [
        *["complete", "near-total", "near-total", "subtotal", "subtotal", "partial", "partial"],
    ]
    assert result["extent"].cat.categories.tolist() == list(reversed(limits))
    assert set(result["method"]) == {
        "Percent removed by percent_removed: partial from 0 %, subtotal from 50 %, near-total from "
        "90 %, complete from 100 % (limits by the analyst)."
    }


def test_the_method_says_what_was_not_verified(registry):
    method = metrics.resection_extent(removed(registry, 60), **GENERIC)["method"].iloc[0]
    assert method.startswith("Percent removed by percent_removed: complete 100 %")
    assert "not verified against a primary paper" in method
    assert "no standard for tumours of the spine" in method
    method = scheme_of("rano_resect_style", LIMITS).method("ellipsoid")
    assert method == (
        "Residual by ellipsoid in cm3: complete 0, near-total up to 1, subtotal up to 5, partial "
        "up to inf; in the style of RANO resect, whose own classes are for glioblastoma (limits by "
        "the analyst)."
    )


# ----------------------------------------------------------------------------------------- volumes


def test_every_edge_of_the_residual_volume(registry):
    # The percentage plays no part, nor does a scan before surgery.
    pairs = [(2, 0), (1000, 0.01), (2, 1), (None, 1.01), (6, 5), (6, 5.01), (5, 500), (5, None)]
    result = metrics.resection_extent(volumes(registry, *pairs), **VOLUMES, limits=LIMITS)
    assert words(result["extent"]) == [
        *["complete", "near-total", "near-total", "subtotal", "subtotal", "partial", "partial", ""],
    ]
    assert result["extent"].cat.categories.tolist() == [
        *["partial", "subtotal", "near-total", "complete"],
    ]
    assert result["status"].tolist() == ["observed"] * 7 + ["missing"]
    # Both are kept: the volume and the percentage, where there is one.
    assert result["residual_cm3"].fillna(-9).tolist() == [0, 0.01, 1, 1.01, 5, 5.01, 500, -9]
    assert result["removed_percent"].fillna(-9).tolist()[:4] == pytest.approx([100, 99.999, 50, -9])


def test_volumes_in_other_units(registry):
    # 1 cm3 is 1000 mm3; 1000 of an unknown unit is no volume in cm3.
    result = metrics.resection_extent(
        volumes(registry, (2000, 1000), unit="mm3"), **VOLUMES, limits=LIMITS
    )
    assert words(result["extent"]) == ["near-total"] and result["residual_cm3"].tolist() == [1]
    result = metrics.resection_extent(
        volumes(registry, (2000, 1000), unit="voxel"), **VOLUMES, limits=LIMITS
    )
    assert words(result["extent"]) == [""] and result["status"].tolist() == ["missing"]
    assert result["removed_percent"].tolist() == [50]


def test_a_residual_volume_needs_limits_once_there_is_one(registry):
    nothing_left = metrics.resection_extent(volumes(registry, (2, 0), (2, None)), **VOLUMES)
    assert words(nothing_left["extent"]) == ["complete", ""]
    for limits in (None, {"near-total": 1, "subtotal": 5}):
        with pytest.raises(ArgumentError, match=r"1 residual volume\(s\) have no class"):
            metrics.resection_extent(volumes(registry, (9, 6), (2, 0)), **VOLUMES, limits=limits)


def test_by_lesion(registry):
    text = """
    episode_id,lesion_id,measure,day,value,unit
    A,L1,volume,-5,10,cm3
    A,L1,volume,7,0,cm3
    A,L2,volume,-5,10,cm3
    A,L2,volume,7,5,cm3
    """
    one = registry("A B", lesions=text)
    long = metrics.resection_extent(one, scheme="eor_generic", measure="volume", by="lesion")
    assert long.index.names == ["episode_id", "lesion_id"]
    assert words(long["extent"]) == ["complete", "partial", ""]
    whole = metrics.resection_extent(one, scheme="eor_generic", measure="volume")
    assert whole["removed_percent"].tolist()[0] == 75 and words(whole["extent"]) == ["partial", ""]


# ----------------------------------------------------------------------------------------- margins

MARGINS = """
episode_id,oncologic_margin
A,En bloc wide
B,en-bloc marginal
C,intralesional
D,separation
E,
F,wide
"""


def test_margins_as_recorded(registry):
    result = metrics.resection_extent(
        registry("A B C D E F", episodes=MARGINS), scheme="oncologic_margin"
    )
    assert words(result["extent"]) == ["wide", "marginal", "intralesional", "debulking", "", "wide"]
    assert result["extent"].cat.categories.tolist() == [
        *["debulking", "intralesional", "marginal", "wide"],
    ]
    assert result["status"].tolist() == ["observed"] * 4 + ["missing", "observed"]
    assert result["removed_percent"].isna().all() and result["over_100"].isna().all()
    assert set(result["method"]) == {"Oncologic margin as recorded in episodes.oncologic_margin."}


def test_margins_under_other_names(registry):
    other = registry("A B C", episodes="episode_id,rand\nA,weit\nB,?\nC,wide")
    said = {"Weit": "wide", "?": None}
    result = metrics.resection_extent(other, scheme="oncologic_margin", column="rand", words=said)
    assert words(result["extent"]) == ["wide", "", "wide"]
    with pytest.raises(
        ArgumentError, match=r"2 value\(s\) of 'rand' are no margins: 'weit', a number"
    ):
        metrics.resection_extent(other, scheme="oncologic_margin", column="rand")
    with pytest.raises(ArgumentError, match="no column 'oncologic_margin' with the margin"):
        metrics.resection_extent(other, scheme="oncologic_margin")
    with pytest.raises(ArgumentError, match="no column 'edge' with the margin"):
        metrics.resection_extent(other, scheme="oncologic_margin", column="edge")
    with pytest.raises(ArgumentError, match=r"a margin is one of debulking.*not 'R0'"):
        metrics.resection_extent(
            other, scheme="oncologic_margin", column="rand", words={"weit": "R0"}
        )


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"scheme": "gtr"}, r"scheme must be one of eor_generic, .*there is no default"),
        ({"measure": None}, "eor_generic needs measure="),
        ({"measure": "size"}, "measure must be one of"),
        ({"limits": LIMITS}, "classes of its own"),
        ({"by": "scan"}, 'by must be "episode" or "lesion"'),
        ({"column": "margin"}, 'for "oncologic_margin"'),
        ({"words": {}}, 'for "oncologic_margin"'),
        ({"window": (-9, -1)}, "are before it"),
        ({"scheme": "rano_resect_style", "measure": "area"}, "area is none; ask for volume"),
        ({"scheme": "rano_resect_style", "measure": "diameter"}, "diameter is none"),
        ({"scheme": "rano_resect_style", "measure": "product"}, "product is none"),
        ({"scheme": "rano_resect_style", "limits": {"a": 0}}, "above 0"),
        ({"scheme": "rano_resect_style", "limits": {"a": 1, "b": 1}}, "each once"),
        ({"scheme": "rano_resect_style", "limits": {"complete": 1}}, "name no class so"),
        ({"scheme": "percent"}, "percent needs the lowest percent removed"),
        ({"scheme": "percent", "limits": {"a": 1}}, "the first of them 0"),
        ({"scheme": "percent", "limits": {"a": 0, "b": 0}}, "percent needs"),
        ({"scheme": "percent", "limits": {"a": 0, "b": 101}}, "percent needs"),
        ({"scheme": "percent", "limits": {"a": 0, "b": np.nan}}, "percent needs"),
        ({"scheme": "oncologic_margin"}, "leave measure, compartment, visit, window and by out"),
        ({"scheme": "oncologic_margin", "measure": None, "by": "lesion"}, "once an episode"),
        ({"scheme": "oncologic_margin", "limits": LIMITS}, "classes of its own"),
    ],
)
def test_what_cannot_be_asked(registry, ask, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.resection_extent(removed(registry, 60), **GENERIC | ask)


PERCENT = st.floats(0, 100)


@given(percent=st.lists(PERCENT, min_size=2, max_size=8))
def test_more_removed_is_never_less_extent(percent):
    ordered = pd.Series(sorted(percent))
    nothing = pd.Series(np.nan, index=ordered.index)
    for name, limits in (("eor_generic", None), ("percent", {"a": 0, "b": 33.3, "c": 90})):
        codes = scheme_of(name, limits).classes(ordered, nothing).cat.codes
        assert codes.is_monotonic_increasing and codes.min() >= 0
    volume = scheme_of("rano_resect_style", LIMITS).classes(nothing, ordered).cat.codes
    assert volume.is_monotonic_decreasing and volume.min() >= 0
