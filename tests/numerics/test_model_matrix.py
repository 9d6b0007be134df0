"""The columns of models: names, levels, splines, products, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.model_matrix import Arms, build_model_matrix
from spineoutcomes.numerics.splines import spline_basis, spline_knots

# Sums of cubes in another order.
ROUNDING = {"rel": 1e-9, "abs": 1e-9}


@pytest.fixture
def frame() -> pd.DataFrame:
    n = 24
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "age": rng.normal(60, 10, n).round(1),
            "race": np.tile(["white", "black", "other"], n // 3),
            "asa": pd.Categorical(np.repeat([3.0, 1.0, 2.0, 1.0], n // 4), [3.0, 1.0, 2.0, 5.0]),
            "smoke": np.arange(n) % 2 == 0,
            "odd:name": rng.normal(size=n),
        }
    )


def test_names_of_terms(frame: pd.DataFrame) -> None:
    forms = ["age", "race", "smoke", "asa", "smoke:race", "rcs(age,4):smoke", "odd:name"]
    matrix = build_model_matrix(frame, [*forms[:5], "odd:name"])
    assert matrix.terms == (
        "age",
        "race[other]",
        "race[white]",
        "smoke",
        "asa[1]",
        "asa[2]",
        "smoke:race[other]",
        "smoke:race[white]",
        "odd:name",
    )
    assert matrix.contrasts == (
        None,
        "other - black",
        "white - black",
        None,
        "1 - 3",
        "2 - 3",
        None,
        None,
        None,
    )
    assert matrix.sources == (
        "age",
        "race",
        "race",
        "smoke",
        "asa",
        "asa",
        "smoke:race",
        "smoke:race",
        "odd:name",
    )
    assert matrix.X[:, 1].tolist() == (frame["race"] == "other").astype(float).tolist()
    product = frame["smoke"] & (frame["race"] == "white")
    assert matrix.X[:, 7].tolist() == product.astype(float).tolist()
    assert matrix.with_intercept()[:, 0].tolist() == [1.0] * len(frame)
    spline = build_model_matrix(frame, [" rcs( age , 4 ) ", "smoke", "rcs(age,4):smoke"])
    assert spline.terms[:3] == ("rcs(age, 4)[1]", "rcs(age, 4)[2]", "rcs(age, 4)[3]")
    assert spline.terms[4] == "rcs(age, 4)[1]:smoke"


def test_the_arms_come_first_with_their_own_reference(frame: pd.DataFrame) -> None:
    two = Arms("arm", ("mis", "open"), 1, np.arange(24) // 12)
    matrix = build_model_matrix(frame[["age"]], ["age", "arm:age"], arms=two)
    assert matrix.terms == ("arm", "age", "arm:age")
    assert matrix.contrasts[0] == "mis - open"
    assert matrix.X[:, 0].tolist() == [1.0] * 12 + [0.0] * 12
    three = Arms("arm", ("a", "b", "c"), 1, np.arange(24) % 3)
    assert build_model_matrix({}, [], arms=three).terms == ("arm[a]", "arm[c]")
    with pytest.raises(ArgumentError, match="'arm' is the treatment"):
        build_model_matrix(frame, ["arm"], arms=two)


def test_other_rows_keep_levels_and_knots(frame: pd.DataFrame) -> None:
    matrix = build_model_matrix(frame, ["race", "rcs(age, 3)", "smoke"])
    some = frame.iloc[[5, 7]].reset_index(drop=True)
    assert matrix.at(some) == pytest.approx(matrix.X[[5, 7]])
    with pytest.raises(ArgumentError, match=r"'race': 1 of 2 .*black, other, white"):
        matrix.at(some.assign(race=["black", "green"]))
    with pytest.raises(ArgumentError, match="'age': 1 of 2 values are missing"):
        matrix.at(some.assign(age=[50, np.nan]))


# Quantiles asked by rms: three knots .10 .50 .90, five .05 .275 .50 .725 .95, and so on.
@pytest.mark.parametrize(
    ("k", "shares"),
    [
        (3, [0.1, 0.5, 0.9]),
        (4, [0.05, 0.35, 0.65, 0.95]),
        (5, [0.05, 0.275, 0.5, 0.725, 0.95]),
        (6, [0.05, 0.23, 0.41, 0.59, 0.77, 0.95]),
        (7, [0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975]),
    ],
)
def test_knots_lie_at_harrells_quantiles(k: int, shares: list[float]) -> None:
    x = np.arange(10001.0)
    # The published shares are rounded to four digits.
    assert spline_knots(x, np.ones(10001), k, "x") / 1e4 == pytest.approx(shares, abs=6e-5)


# Hmisc 4.8-0 (rcspline.eval), which rms asks: a heap at an end, at both, below a hundred rows.
HMISC = {
    ("heap", 3): [1, 91, 162.2],
    ("heap", 4): [1, 10.9, 91, 171.1],
    ("heap", 7): [1, 6.45, 40.27, 74.09, 107.91, 141.73, 175.55],
    ("both", 3): [1, 80.5, 160],
    ("both", 4): [1, 80.5, 151.15, 160],
    ("both", 6): [1, 9.85, 56.95, 104.05, 151.15, 160],
    ("small", 3): [1, 28, 50],
    ("small", 5): [1, 4.6, 20.2, 35.8, 50],
    ("small both", 4): [1, 25.5, 46.65, 50],
    ("plain", 3): [5, 25.5, 46],
    ("plain", 4): [5, 18.15, 32.85, 46],
    ("few", 3): [0, 0.5, 6],
}
HEAPS = {
    "heap": [0] * 20 + list(range(1, 181)),
    "both": [0] * 20 + list(range(1, 161)) + [161] * 20,
    "small": [0] * 6 + list(range(1, 55)),
    "small both": [0] * 6 + list(range(1, 51)) + [51] * 6,
    "plain": list(range(1, 51)),
    "few": [0] * 30 + list(range(1, 7)) * 5,
}


@pytest.mark.validates("numerics.model_matrix", source="R Hmisc (rcspline.eval)")
@pytest.mark.parametrize(("name", "k"), HMISC)
def test_knots_equal_hmisc(name: str, k: int) -> None:
    x = np.array(HEAPS[name], dtype=float)
    assert spline_knots(x, np.ones(len(x)), k, "x") == pytest.approx(HMISC[name, k])


def test_knots_of_counts_are_those_of_repeated_rows() -> None:
    rng = np.random.default_rng(5)
    x, counts = rng.normal(size=40), rng.integers(0, 9, 40).astype(float)
    again = np.repeat(x, counts.astype(int))
    for k in (3, 4, 5):
        assert spline_knots(x, counts, k, "x") == pytest.approx(
            spline_knots(again, np.ones(len(again)), k, "x")
        )


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=7, unique=True), st.integers(0, 99))
def test_splines_are_straight_outside_and_smooth_inside(places: list[float], seed: int) -> None:
    knots = np.sort(np.round(places, 1))
    if (np.diff(knots) < 0.5).any():
        return
    outside = np.concatenate([knots[0] - np.array([3.0, 2, 1]), knots[-1] + np.array([1.0, 2, 3])])
    basis = spline_basis(outside, knots)
    for end in (basis[:3], basis[3:]):
        assert end[0] - 2 * end[1] + end[2] == pytest.approx(0, abs=1e-6)
    assert basis[:3, 1:] == pytest.approx(0)
    b = np.random.default_rng(seed).normal(size=len(knots) - 1)
    near = spline_basis(knots[1] + np.array([-1e-5, 1e-5]), knots) @ b
    assert near[0] == pytest.approx(near[1], abs=1e-2)


def test_a_spline_by_hand() -> None:
    # Knots 0, 1, 2: at x = 2 the column is (8 - 2 * 1 + 0) / 4.
    basis = spline_basis(np.array([0.0, 1, 2, 3]), np.array([0.0, 1, 2]))
    assert basis[:, 0].tolist() == [0, 1, 2, 3]
    assert basis[:, 1] == pytest.approx([0, 0.25, 1.5, (27 - 16 + 1) / 4], **ROUNDING)


REFUSED = {
    "wage": r"covariate 'wage': no column 'wage'.*age, race",
    "rcs(wage, 4)": r"no column 'wage'",
    "rcs(age)": "say how many knots, 3 to 7",
    "rcs(age, 9)": "say how many knots, 3 to 7",
    "rcs(race, 3)": "is a category",
    "age + race": "is a column name, rcs",
    "age:race:smoke": "has two factors, this one has 3",
    "log(age)": "is a column name, rcs",
}


@pytest.mark.parametrize("form", REFUSED)
def test_other_forms_are_refused(frame: pd.DataFrame, form: str) -> None:
    with pytest.raises(ArgumentError, match=REFUSED[form]):
        build_model_matrix(frame, [form])


def test_lists_that_cannot_be_meant_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="age stands twice"):
        build_model_matrix(frame, ["age", "age"])
    with pytest.raises(ArgumentError, match="age:smoke stands twice"):
        build_model_matrix(frame, ["age", "smoke", "age:smoke", "smoke:age"])
    with pytest.raises(ArgumentError, match="add race, smoke to the covariates"):
        build_model_matrix(frame, ["age", "smoke:race"])
    with pytest.raises(ArgumentError, match="got the text 'age'"):
        build_model_matrix(frame, "age")


def test_too_few_values_for_the_knots_are_refused() -> None:
    nine = np.repeat(np.arange(9.0), 20)
    with pytest.raises(NotEstimableError, match="x: 9 different values are too few for 7 knots"):
        spline_knots(nine, np.ones(180), 7, "x")
    eight = np.arange(8.0)
    with pytest.raises(NotEstimableError, match="coincide or cross"):
        spline_knots(eight, np.ones(8), 3, "x")


def test_what_does_not_vary_or_repeats_is_named(frame: pd.DataFrame) -> None:
    more = frame.assign(
        years=frame["age"] * 2 + 1, one=1.0, only="x", light=(frame["race"] == "white")
    )
    with pytest.raises(NotEstimableError, match=r"years cannot be told .* the intercept, age"):
        build_model_matrix(more, ["age", "years"])
    with pytest.raises(NotEstimableError, match=r"light cannot .* combination of race\[white\]"):
        build_model_matrix(more, ["race", "light"])
    with pytest.raises(NotEstimableError, match="one: the column does not vary"):
        build_model_matrix(more, ["age", "one"])
    with pytest.raises(NotEstimableError, match="only does not vary: every row has the same level"):
        build_model_matrix(more, ["only"])
    with pytest.raises(NotEstimableError, match=r"rcs\(smoke, 3\): 2 different values are too few"):
        build_model_matrix(more.assign(smoke=more["smoke"] * 1.0), ["rcs(smoke, 3)"])


def test_missing_values_are_counted_by_name(frame: pd.DataFrame) -> None:
    gaps = frame.assign(
        age=frame["age"].where(frame.index > 1), race=frame["race"].where([True] * 23 + [False])
    )
    with pytest.raises(ArgumentError, match=r"age \(2\), race \(1\)"):
        build_model_matrix(gaps, ["age", "race", "smoke"])
    with pytest.raises(ArgumentError, match="1 of 24 values are missing or infinite"):
        build_model_matrix(frame.assign(age=frame["age"].where(frame.index > 0, np.inf)), ["age"])


def test_nearly_collinear_columns_still_pass() -> None:
    rng = np.random.default_rng(9)
    x = rng.normal(size=500)
    frame = pd.DataFrame({"year": 2019 + rng.integers(0, 3, 500), "x": x})
    frame["y"] = frame["x"] + 1e-5 * rng.normal(size=500)
    assert build_model_matrix(frame, ["year", "x", "y"]).terms == ("year", "x", "y")
    frame["y"] = frame["x"] + 1e-9 * rng.normal(size=500)
    with pytest.raises(NotEstimableError, match="y cannot be told apart"):
        build_model_matrix(frame, ["year", "x", "y"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.arange(4) + 1j, "'x' must be numeric, its column has dtype complex128"),
        ([1.0, 2, 3, 1e101], r"'x' must lie between .* 1 of 4 values do not"),
        ([1.0, 2, 3, np.inf], "'x': 1 of 4 values are missing or infinite"),
    ],
)
def test_numbers_that_cannot_be_reckoned_with(values: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        build_model_matrix({"x": pd.Series(values)}, ["x"], counts=np.ones(4))
