"""analysis_rows: the door of every analysis."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning
from spineoutcomes.numerics.rows import Rows, analysis_rows


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["open", "mis", "open", "mis", "open"],
            "pain": [1.0, 2, 3, 4, 5],
            "n": [1, 2, 3, 0, 2],
            "surgeon": ["a", "b", "a", "b", "a"],
        },
        index=[10, 11, 12, 13, 14],
    )


def rows(data: pd.DataFrame | so.Design, **more: object) -> Rows:
    call = {"function": "f", "respects": set(), "columns": {"outcome": "pain"}}
    return analysis_rows(data, **{**call, **more})


ARMS = {"treatment": "arm", "reference": "open"}


def test_one_group(frame: pd.DataFrame) -> None:
    found = rows(frame)
    assert found.groups == ("all",)
    assert found.group.tolist() == [0] * 5
    assert found.reference is None
    assert found.treatment is None
    assert found.pairs() == []
    assert found.counts.tolist() == [1] * 5
    assert found.weights is None
    assert found.cluster is None
    assert found.frame.index.tolist() == [0, 1, 2, 3, 4]


def test_arms(frame: pd.DataFrame) -> None:
    found = rows(frame, **ARMS)
    assert found.groups == ("mis", "open")
    assert found.group.tolist() == [1, 0, 1, 0, 1]
    assert found.pairs() == [(0, 1)]
    assert found.contrast(0, 1) == "mis - open"
    assert found.treatment == "arm"


def test_by_has_no_reference(frame: pd.DataFrame) -> None:
    found = rows(frame, by="arm")
    assert found.groups == ("mis", "open")
    assert found.reference is None


def test_category_order_wins_and_unused_levels_go(frame: pd.DataFrame) -> None:
    frame["arm"] = pd.Categorical(frame["arm"], categories=["open", "hybrid", "mis"])
    assert rows(frame, **ARMS).groups == ("open", "mis")


@pytest.mark.parametrize("n_groups", [1, 2, 8, 9, 10, 200])
def test_sizes_of_few_and_of_many_groups(n_groups: int) -> None:
    arm = np.repeat(np.arange(n_groups), np.arange(n_groups) + 1)
    found = rows(pd.DataFrame({"arm": arm, "pain": 1.0, "n": 2}), by="arm")
    assert found.sizes.tolist() == list(range(1, n_groups + 1))
    assert found.group.dtype == np.int64
    doubled = rows(pd.DataFrame({"arm": arm, "pain": 1.0, "n": 2}), by="arm", counts="n")
    assert doubled.sizes.tolist() == [2 * size for size in range(1, n_groups + 1)]


@pytest.mark.parametrize("reference", [0, 0.0, "0", np.int64(0)])
def test_the_reference_is_matched_by_its_label(frame: pd.DataFrame, reference: object) -> None:
    found = rows(frame.assign(arm=[0.0, 1, 0, 1, 0]), treatment="arm", reference=reference)
    assert found.groups == ("0", "1")
    assert found.reference == 0


def test_missing_rows_are_left_out_counted_and_told_once(frame: pd.DataFrame) -> None:
    frame.loc[10, "pain"] = np.nan
    frame.loc[11, "arm"] = None
    frame["time"] = [1, 1, None, 1, 1]
    with pytest.warns(MissingDataWarning, match="f: 3 of 5 rows lack a value of") as caught:
        found = rows(frame, columns={"outcome": "pain", "time": "time", "entry": None}, **ARMS)
    assert len(caught) == 1
    assert found.position.tolist() == [3, 4]
    assert found.frame.columns.tolist() == ["outcome", "time"]
    assert found.n_missing.tolist() == [0, 2]
    assert found.n_missing_total == 3


def test_missing_rows_are_counted_by_their_counts(frame: pd.DataFrame) -> None:
    frame.loc[[12, 13], "pain"] = np.nan
    with pytest.warns(MissingDataWarning, match="3 of 8 rows"):
        found = rows(frame, counts="n", **ARMS)
    # The row that stands for none is neither kept nor missing.
    assert found.position.tolist() == [0, 1, 4]
    assert found.counts.tolist() == [1, 2, 2]
    assert found.n_missing.tolist() == [0, 3]


def test_keep_missing(frame: pd.DataFrame) -> None:
    frame.loc[10, "pain"] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = rows(frame, keep_missing=True, **ARMS)
    assert len(found.position) == 5
    assert np.isnan(found.numbers("outcome")[0])


def test_weights_and_clusters(frame: pd.DataFrame) -> None:
    frame["w"] = [0.5, 1, 2, 1, 1]
    frame.loc[14, "surgeon"] = None
    with pytest.warns(MissingDataWarning, match="1 of 5"):
        found = rows(frame, weights="w", cluster="surgeon")
    assert found.weights.tolist() == [0.5, 1, 2, 1]
    assert found.cluster.tolist() == [0, 1, 0, 1]


def test_a_design_brings_its_own(frame: pd.DataFrame) -> None:
    design = so.Design(frame, weights=[1, 2, 3, 4, 5], cluster="surgeon", **ARMS)
    found = rows(design, respects={"weights", "cluster"})
    assert found.groups == ("mis", "open")
    assert found.reference == 1
    assert found.weights.tolist() == [1, 2, 3, 4, 5]
    assert found.cluster.tolist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ({"weights": [1, 1, 1, 1, 2]}, "the weights of the design"),
        ({"sets": "n"}, "the matched sets of the design"),
        ({"cluster": "surgeon"}, "the clusters of the design"),
    ],
)
def test_a_feature_that_is_not_respected_is_refused(
    frame: pd.DataFrame, feature: dict[str, object], words: str
) -> None:
    with pytest.raises(ArgumentError, match=f"f does not respect {words} yet"):
        rows(so.Design(frame, **ARMS, **feature))


@pytest.mark.parametrize("name", ["treatment", "reference", "by", "weights", "cluster"])
def test_a_design_already_says(frame: pd.DataFrame, name: str) -> None:
    with pytest.raises(ArgumentError, match="f: a Design already says treatment, reference"):
        rows(so.Design(frame, **ARMS), **{name: "arm"})


def test_arguments_that_do_not_fit(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match=r"either `treatment` .* or `by`"):
        rows(frame, by="arm", **ARMS)
    with pytest.raises(ArgumentError, match="`treatment='arm'` needs a `reference`"):
        rows(frame, treatment="arm")
    with pytest.raises(ArgumentError, match="`reference` needs `treatment`"):
        rows(frame, reference="open")
    with pytest.raises(ArgumentError, match=r"'control' is not an arm of 'arm'.*mis, open"):
        rows(frame, treatment="arm", reference="control")


def test_unknown_columns_are_named_together(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="f: no column 'w', 'x'; the data have: arm, pain"):
        rows(frame, columns={"outcome": "x"}, weights="w")


def test_the_warning_names_the_cluster_and_only_what_is_lacking(frame: pd.DataFrame) -> None:
    gaps = frame.assign(
        surgeon=["a", None, "a", "b", "a"], arm=["open", "mis", None, "mis", "open"]
    )
    with pytest.warns(MissingDataWarning, match="f: 2 of 5 rows lack a value of arm, surgeon and"):
        rows(gaps, cluster="surgeon", **ARMS)
    numbered = frame.assign(pain=[np.nan, 2, 3, 4, 5]).rename(columns={"pain": 7})
    with pytest.warns(MissingDataWarning, match="f: 1 of 5 rows lack a value of 7 and are"):
        rows(numbered, columns={"outcome": 7})
    kept = gaps.assign(pain=[np.nan, 2, 3, 4, 5])
    with pytest.warns(MissingDataWarning, match="f: 1 of 5 rows lack a value of arm and are"):
        rows(kept, keep_missing=True, **ARMS)


def test_no_rows(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="f: the data have no rows"):
        rows(frame.iloc[:0])
    with (
        pytest.warns(MissingDataWarning),
        pytest.raises(ArgumentError, match="no rows left of 5; every row lacks a value"),
    ):
        rows(frame.assign(pain=np.nan))


@pytest.mark.parametrize("bad", [1.5, -1, np.nan, np.inf])
def test_counts_are_whole_numbers(frame: pd.DataFrame, bad: float) -> None:
    frame["n"] = [1, 1, 1, 1, bad]
    with pytest.raises(ArgumentError, match=r"at least 0; 1 of 5 in 'n' are not.*`weights`"):
        rows(frame, counts="n")


def test_counts_are_numbers(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="counts must be whole numbers; 'arm' is"):
        rows(frame, counts="arm")


@pytest.mark.parametrize("bad", [-1, np.nan, np.inf])
def test_weights_are_finite(frame: pd.DataFrame, bad: float) -> None:
    with pytest.raises(ArgumentError, match="weights must be finite and not negative; 1 of 5"):
        rows(frame.assign(w=[1, 1, 1, 1, bad]), weights="w")


@pytest.mark.parametrize("dtype", ["bool", "boolean", "Int64", "float32"])
def test_numbers_of_any_numeric_type(frame: pd.DataFrame, dtype: str) -> None:
    found = rows(frame.assign(pain=pd.Series([1, 0, 1, 0, 1], index=frame.index, dtype=dtype)))
    assert found.numbers("outcome").tolist() == [1, 0, 1, 0, 1]
    assert found.numbers("outcome").dtype == np.float64


@pytest.mark.parametrize(
    "arm",
    [
        pd.Series([1, "1", 2, 1, "1"], dtype=object),
        pd.Series([1.0, "1", 2, 1.0, "1"], dtype=object),
        pd.Categorical([1, "1", 2, 1, "1"]),
    ],
    ids=["int", "float", "category"],
)
def test_groups_that_read_the_same_are_refused(frame: pd.DataFrame, arm: object) -> None:
    mixed = frame.reset_index(drop=True).assign(arm=arm)
    with pytest.raises(ArgumentError, match=r"'arm': 2 of 3 different values \(.* and str\) read"):
        rows(mixed, treatment="arm", reference=1)
    # Numbers of one value are one group, however they are stored.
    same = mixed.assign(arm=pd.Series([1, 1.0, 2, True, 2.0], dtype=object))
    assert rows(same, treatment="arm", reference=1).groups == ("1", "2")


def test_complex_columns_are_refused(frame: pd.DataFrame) -> None:
    data = frame.assign(z=frame["pain"] + 0j)
    with pytest.raises(ArgumentError, match="outcome must be numeric, its column has dtype compl"):
        rows(data, columns={"outcome": "z"}).numbers("outcome")
    with pytest.raises(ArgumentError, match="counts must be whole numbers; 'z' is complex128"):
        rows(data, counts="z")
    with pytest.raises(ArgumentError, match="weights must be numbers; 'z' has dtype complex128"):
        rows(data, weights="z")


@pytest.mark.parametrize("missing", [1.0, np.nan])
def test_numbers_too_large_to_square_are_refused(frame: pd.DataFrame, missing: float) -> None:
    data = frame.assign(pain=[missing, 1e100, -1e100, 2e100, -1e308])
    found = rows(data, keep_missing=True)
    with pytest.raises(ArgumentError, match=r"between -1e\+100 and 1e\+100, 2 of 5 values do not"):
        found.numbers("outcome")
    fine = rows(data.iloc[:3], keep_missing=True).numbers("outcome")
    np.testing.assert_array_equal(fine, [missing, 1e100, -1e100])


def test_numbers_refuse_text_and_infinity(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="outcome must be numeric"):
        rows(frame, columns={"outcome": "arm"}).numbers("outcome")
    with pytest.raises(ArgumentError, match="outcome must be finite, 1 of 5"):
        rows(frame.assign(pain=[np.inf, 1, 2, 3, 4])).numbers("outcome")
