"""The Charlson index by both sets of weights, and the conditions that replace each other."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.conftest import build

import spineoutcomes as so
from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError, ValidationError

TOGETHER = list(metrics.CHARLSON_CONDITIONS)
APART = [n for n in TOGETHER if n != "malignancy"] + ["solid_tumour", "leukaemia", "lymphoma"]

# One condition at a time: the weights of 1987 and of 2011, as several public tables give them.
WEIGHTS = {
    "myocardial_infarction": (1, 0),
    "congestive_heart_failure": (1, 2),
    "peripheral_vascular_disease": (1, 0),
    "cerebrovascular_disease": (1, 0),
    "dementia": (1, 2),
    "chronic_pulmonary_disease": (1, 1),
    "rheumatic_disease": (1, 1),
    "peptic_ulcer_disease": (1, 0),
    "mild_liver_disease": (1, 2),
    "diabetes_uncomplicated": (1, 0),
    "diabetes_complicated": (2, 1),
    "hemiplegia": (2, 2),
    "renal_disease": (2, 1),
    "malignancy": (2, 2),
    "moderate_severe_liver_disease": (3, 4),
    "metastatic_solid_tumour": (6, 6),
    "aids": (6, 4),
}


def patients(*present: str, names: list[str] = TOGETHER) -> pd.DataFrame:
    """Return one patient for each argument, with the conditions it lists."""
    table = pd.DataFrame(0, index=range(len(present)), columns=names)
    for row, listed in enumerate(present):
        table.loc[row, listed.split()] = 1
    return table


@pytest.mark.parametrize(("column", "weights"), [(0, "charlson_1987"), (1, "quan_2011")])
def test_each_condition_alone(column, weights):
    table = patients("", *WEIGHTS)
    result = metrics.charlson_index(table, weights=weights)
    assert list(result.columns) == ["value", "lowest", "highest", "n_unknown", "status"]
    assert result["value"].tolist() == [0, *(pair[column] for pair in WEIGHTS.values())]
    assert set(result["status"]) == {"observed"}


@pytest.mark.parametrize(
    ("names", "weights", "most"),
    [
        (TOGETHER, "charlson_1987", 29),
        (APART, "charlson_1987", 33),
        (TOGETHER, "quan_2011", 24),
        (APART, "quan_2011", 24),
    ],
)
def test_the_most_points_there_are(names, weights, most):
    everything = pd.DataFrame(1, index=[0], columns=names)
    assert metrics.charlson_index(everything, weights=weights)["value"].tolist() == [most]


# 1987: 8 x 1 (without the lighter liver disease and diabetes), 5 x 2 (diabetes, hemiplegia, kidney,
# leukaemia, lymphoma), 3, 6 and 6. 2011: heart failure 2, dementia 2, lung 1, rheumatic 1, diabetes
# 1, hemiplegia 2, kidney 1, liver 4, metastasis 6, AIDS 4.
MOST = {"charlson_1987": 8 + 10 + 3 + 6 + 6, "quan_2011": 2 + 2 + 1 + 1 + 1 + 2 + 1 + 4 + 6 + 4}
FORMS = [
    *["mild_liver_disease", "moderate_severe_liver_disease"],
    *["diabetes_uncomplicated", "diabetes_complicated"],
    *["solid_tumour", "leukaemia", "lymphoma", "metastatic_solid_tumour"],
]


@pytest.mark.parametrize(
    ("code", "weights"), [("charlson", "charlson_1987"), ("charlson_quan", "quan_2011")]
)
def test_the_declared_range_is_what_patients_can_have(code, weights):
    every_way = list(itertools.product([0, 1], repeat=len(FORMS)))
    worst = pd.DataFrame(1, index=range(len(every_way)), columns=APART)
    worst[FORMS] = every_way
    nothing = pd.DataFrame(0, index=["none"], columns=APART)
    values = metrics.charlson_index(pd.concat([worst, nothing]), weights=weights)["value"]
    assert values.max() == MOST[weights] == {"charlson": 33, "charlson_quan": 24}[code]
    assert so.vocabulary.instruments[code].range == (0, MOST[weights])
    assert values["none"] == 0


@pytest.mark.parametrize(("code", "most"), [("charlson", 33), ("charlson_quan", 24)])
def test_a_registry_takes_the_highest_score_there_is_and_none_beyond(code, most):
    scores = "episode_id,instrument,day,value\nA,{},-1,{}"
    assert build("A", scores=scores.format(code, most)).table("scores")["value"].tolist() == [most]
    with pytest.raises(ValidationError, match=f"1 value.* of {code} lie outside 0 to {most}"):
        build("A", scores=scores.format(code, most + 1))


@pytest.mark.parametrize(
    ("both", "graver"),
    [
        ("mild_liver_disease moderate_severe_liver_disease", "moderate_severe_liver_disease"),
        ("diabetes_uncomplicated diabetes_complicated", "diabetes_complicated"),
        ("malignancy metastatic_solid_tumour", "metastatic_solid_tumour"),
    ],
)
@pytest.mark.parametrize("weights", ["charlson_1987", "quan_2011"])
def test_the_graver_form_counts_alone(both, graver, weights):
    first, second = metrics.charlson_index(patients(both, graver), weights=weights)["value"]
    assert first == second


@pytest.mark.parametrize(
    ("present", "original", "updated"),
    [
        ("solid_tumour metastatic_solid_tumour", 6, 6),
        ("leukaemia metastatic_solid_tumour", 8, 6),  # of its own in 1987, any malignancy in 2011
        ("leukaemia lymphoma", 4, 2),
        ("solid_tumour leukaemia lymphoma", 6, 2),
    ],
)
def test_cancers_of_the_blood(present, original, updated):
    table = patients(present, names=APART)
    assert metrics.charlson_index(table, weights="charlson_1987")["value"].tolist() == [original]
    assert metrics.charlson_index(table, weights="quan_2011")["value"].tolist() == [updated]


@pytest.mark.parametrize(
    ("present", "unknown", "weights", "expected"),
    [
        ("dementia", "myocardial_infarction", "quan_2011", (2, 2)),  # it weighs nothing
        ("dementia", "myocardial_infarction", "charlson_1987", (1, 2)),
        ("metastatic_solid_tumour", "malignancy", "charlson_1987", (6, 6)),  # counted already
        ("malignancy", "metastatic_solid_tumour", "charlson_1987", (2, 6)),
        ("", "mild_liver_disease moderate_severe_liver_disease", "quan_2011", (0, 4)),
        ("", "diabetes_uncomplicated aids", "charlson_1987", (0, 7)),
    ],
)
def test_the_unknown_matters_only_where_it_could_change_the_index(
    present, unknown, weights, expected
):
    table = patients(present).astype("Int64")
    table.loc[0, unknown.split()] = pd.NA
    result = metrics.charlson_index(table, weights=weights).loc[0]
    assert (result["lowest"], result["highest"]) == expected
    assert result["n_unknown"] == len(unknown.split())
    known = expected[0] == expected[1]
    assert result["status"] == ("observed" if known else "missing")
    assert result["value"] == expected[0] if known else np.isnan(result["value"])


def test_the_version_of_the_weights_is_named():
    with pytest.raises(TypeError, match="weights"):
        metrics.charlson_index(patients(""))
    with pytest.raises(ArgumentError, match=r"charlson_1987.*quan_2011.*got 'original'"):
        metrics.charlson_index(patients(""), weights="original")


def test_what_the_table_must_be():
    table = patients("")
    with pytest.raises(ArgumentError, match="lacking: 'aids'"):
        metrics.charlson_index(table.drop(columns="aids"), weights="quan_2011")
    with pytest.raises(ArgumentError, match="unknown: 'malignancy'"):
        both = patients("", names=[*APART, "malignancy"])
        metrics.charlson_index(both, weights="quan_2011")
    with pytest.raises(ArgumentError, match=r"1 out of range \(in 'dementia'\)"):
        metrics.charlson_index(table.assign(dementia=2), weights="quan_2011")
    with pytest.raises(ArgumentError, match=r"1 text .*\(in 'dementia'\)"):
        metrics.charlson_index(table.assign(dementia="yes"), weights="quan_2011")
    with pytest.raises(ArgumentError, match="got a list"):
        metrics.charlson_index([0], weights="quan_2011")


def test_no_patients_and_true_or_false():
    assert len(metrics.charlson_index(patients(), weights="quan_2011")) == 0
    table = patients("dementia aids", "").astype(bool)
    assert metrics.charlson_index(table, weights="quan_2011")["value"].tolist() == [6, 0]


flag = st.sampled_from([0.0, 1.0, np.nan])


@settings(deadline=None, max_examples=60)
@given(
    row=st.lists(flag, min_size=len(APART), max_size=len(APART)),
    weights=st.sampled_from(["charlson_1987", "quan_2011"]),
    order=st.permutations(APART),
)
def test_bounds_hold_whatever_the_unknown_turn_out_to_be(row, weights, order):
    table = pd.DataFrame([row], columns=APART)
    result = metrics.charlson_index(table, weights=weights)
    for unknown in (0.0, 1.0):
        filled = metrics.charlson_index(table.fillna(unknown), weights=weights)["value"]
        assert (result["lowest"] <= filled).all() and (filled <= result["highest"]).all()
    rng = np.random.default_rng(1)
    drawn = table.where(table.notna(), rng.integers(0, 2, table.shape).astype(float))
    value = metrics.charlson_index(drawn, weights=weights)["value"]
    assert value.between(result["lowest"], result["highest"]).all()
    pd.testing.assert_frame_equal(metrics.charlson_index(table[order], weights=weights), result)
