"""ordinal_odds_ratio: against R, by hand, invariants, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import (
    ArgumentError,
    MissingDataWarning,
    NotEstimableError,
    SparseDataWarning,
)

# Demanded of the entries of polr.
ITER = {"rel": 1e-6, "abs": 1e-8}
# Demanded of the entries of Brant's test.
MIXED = {"rel": 1e-4, "abs": 1e-6}
# Counts against repeated rows: sums in another order, of a converged fit.
ROUNDING = {"rel": 1e-8, "abs": 1e-9}
ARMS = {"treatment": "arm", "reference": "open"}


def ordinal(data: object, outcome: str = "grade", **more: object) -> pd.DataFrame:
    call = {"higher_is_better": True, **more}
    return so.compare.ordinal_odds_ratio(data, outcome=outcome, **call).tidy()


@pytest.fixture
def series() -> pd.DataFrame:
    rng = np.random.default_rng(41)
    n = 150
    arm = rng.integers(0, 2, n)
    latent = 0.6 * arm + rng.logistic(size=n)
    return pd.DataFrame(
        {
            "arm": np.where(arm == 1, "mis", "open"),
            "age": rng.normal(60, 10, n),
            "grade": np.digitize(latent, [-1, 0, 1]),
            "times": rng.integers(1, 4, n),
        }
    )


@pytest.mark.validates("compare.ordinal_odds_ratio", source="R ordinal 2022.11-16 (clm)")
def test_odds_ratios_equal_clm(reference, reference_data) -> None:
    rows = reference_data("housing")
    rows["Sat"] = pd.Categorical(rows["Sat"], ["Low", "Medium", "High"], ordered=True)
    rows["Type"] = pd.Categorical(rows["Type"], ["Tower", "Apartment", "Atrium", "Terrace"])
    tidy = ordinal(
        rows, "Sat", treatment="Infl", reference="Low", covariates=["Type", "Cont"], counts="Freq"
    )
    values = reference("ordinal.polr_logit.housing")["values"]
    names = [
        "InflHigh",
        "InflMedium",
        "TypeApartment",
        "TypeAtrium",
        "TypeTerrace",
        "ContLow",
    ]
    ratios = tidy[tidy["measure"] == "ordinal_odds_ratio"]
    assert ratios["term"].tolist() == [
        "Infl[High]",
        "Infl[Medium]",
        "Type[Apartment]",
        "Type[Atrium]",
        "Type[Terrace]",
        "Cont[Low]",
    ]
    assert ratios["contrast"].tolist()[:3] == ["High - Low", "Medium - Low", "Apartment - Tower"]
    expected = [values["coef"][name] for name in names]
    assert np.log(ratios["estimate"]).to_numpy() == pytest.approx(expected, **ITER)
    errors = [values["se"][name] for name in names]
    assert ratios["std_error"].to_numpy() == pytest.approx(errors, **ITER)
    limits = dict(zip(values["ci_wald"]["rows"], values["ci_wald"]["m"], strict=True))
    low = np.exp([limits[name][0] for name in names])
    assert ratios["conf_low"].to_numpy() == pytest.approx(low, **ITER)
    assert ratios["n"].iloc[-1] == values["n"]


@pytest.mark.validates("compare.ordinal_odds_ratio", source="R brant 0.3-0")
def test_the_check_of_one_term_equals_brant(reference_data) -> None:
    rows = reference_data("birthwt")
    tidy = ordinal(
        rows.assign(grade=np.minimum(rows["ftv"], 2)), covariates=["smoke", "age", "lwt"]
    )
    row = tidy[tidy["term"] == "proportional_odds"].iloc[0]
    # R's omnibus statistic is 8.1155; its covariance is not symmetric (docs/differences).
    assert row["statistic"] == pytest.approx(8.1155, rel=1e-3)
    assert row["df"] == 3
    assert row["measure"] == "test"
    assert np.isnan(row["estimate"])
    assert tidy["measure"].tolist() == ["ordinal_odds_ratio"] * 3 + ["test"]


def test_two_categories_are_the_sample_odds_ratio() -> None:
    table = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "grade": [1, 2, 1, 2]})
    tidy = ordinal(table.assign(n=[6, 14, 12, 8]), counts="n", **ARMS)
    assert tidy["term"].tolist() == ["arm", "proportional_odds", None, None, None, None]
    assert tidy["estimate"][0] == pytest.approx((14 / 6) / (8 / 12))
    assert tidy["std_error"][0] == pytest.approx(np.sqrt(1 / 14 + 1 / 6 + 1 / 8 + 1 / 12))
    assert np.isnan(tidy["statistic"][1])
    shares = tidy[tidy["measure"] == "risk"]
    assert shares["contrast"].tolist() == ["mis", "mis", "open", "open"]
    assert shares["cause"].tolist() == ["1", "2", "1", "2"]
    assert shares["estimate"].to_numpy() == pytest.approx([0.3, 0.7, 0.6, 0.4])
    assert shares["n_event"].tolist() == [6, 14, 12, 8]


def test_the_better_direction_is_asked(series: pd.DataFrame) -> None:
    up = ordinal(series, **ARMS)
    down = ordinal(series, higher_is_better=False, **ARMS)
    assert up["estimate"][0] > 1
    assert down["estimate"][0] == pytest.approx(1 / up["estimate"][0], **ROUNDING)
    assert down["statistic"][1] == pytest.approx(up["statistic"][1], **ROUNDING)
    # The same by turning the scale itself.
    turned = ordinal(series.assign(grade=-series["grade"]), higher_is_better=False, **ARMS)
    assert turned["conf_low"][0] == pytest.approx(up["conf_low"][0], **ROUNDING)
    # The shares of the categories stand in the order of the scale, whatever is better.
    assert down["cause"].tolist() == up["cause"].tolist()
    with pytest.raises(TypeError, match="higher_is_better"):
        so.compare.ordinal_odds_ratio(series, outcome="grade", **ARMS)  # type: ignore[call-arg]


def test_counts_are_repeated_rows(series: pd.DataFrame) -> None:
    again = series.loc[series.index.repeat(series["times"])]
    call = {**ARMS, "covariates": ["rcs(age, 3)"]}
    counted, repeated = ordinal(series, counts="times", **call), ordinal(again, **call)
    for column in ("estimate", "std_error", "statistic", "df", "conf_low", "p_value", "n"):
        assert counted[column].to_numpy() == pytest.approx(
            repeated[column].to_numpy(), nan_ok=True, **ROUNDING
        )


def test_order_arms_and_monotone_scales(series: pd.DataFrame) -> None:
    one = ordinal(series, **ARMS)
    mixed = ordinal(series.sample(frac=1, random_state=2), **ARMS)
    assert mixed["estimate"].to_numpy() == pytest.approx(
        one["estimate"].to_numpy(), nan_ok=True, **ROUNDING
    )
    swapped = ordinal(series, treatment="arm", reference="mis")
    assert swapped["conf_high"][0] == pytest.approx(1 / one["conf_low"][0], **ROUNDING)
    stretched = ordinal(series.assign(grade=np.exp(series["grade"])), **ARMS)
    assert stretched["estimate"][0] == one["estimate"][0]
    words = ["none", "some", "more", "full"]
    named = pd.Categorical(
        np.array(words)[series["grade"]], categories=[*words, "unused"], ordered=True
    )
    by_name = ordinal(series.assign(grade=named), **ARMS)
    assert by_name["estimate"][0] == one["estimate"][0]
    assert by_name["cause"].tolist()[2:6] == words


def test_a_long_scale_is_fitted_without_its_check(series: pd.DataFrame) -> None:
    long = series.assign(grade=np.round(series["grade"] * 7 + series["age"] / 20))
    assert long["grade"].nunique() > 12
    with pytest.warns(SparseDataWarning, match=r"too many for Brant's test \(at most 12\)"):
        tidy = ordinal(long, **ARMS)
    assert tidy["measure"].tolist() == ["ordinal_odds_ratio", "test"]
    assert np.isfinite(tidy["conf_low"][0])


def test_a_check_that_cannot_be_made_says_why() -> None:
    table = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "grade": [1, 2, 3] * 2})
    with pytest.warns(SparseDataWarning, match="cannot be checked: at one cut, arm: "):
        tidy = ordinal(table.assign(n=[10, 10, 0, 10, 5, 5]), counts="n", **ARMS)
    assert np.isfinite(tidy["p_value"][0])
    assert np.isnan(tidy["p_value"][1])


def test_few_rows_give_no_p() -> None:
    table = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "grade": [1, 2, 3] * 2})
    with pytest.warns(SparseDataWarning, match="fewer than 5 rows in mis"):
        tidy = ordinal(table.assign(n=[1, 1, 2, 9, 8, 9]), counts="n", **ARMS)
    assert np.isnan(tidy["p_value"][0])
    words = "; no p-value: mis has 4, and below 5 only exact tests give one"
    assert tidy["method"][0].endswith(words)
    assert tidy["statistic"][0] == pytest.approx(np.log(tidy["estimate"][0]) / tidy["std_error"][0])
    assert tidy["term"][1] == "proportional_odds"
    assert np.isfinite(tidy["statistic"][1])
    assert np.isnan(tidy["p_value"][1])
    assert tidy["method"][1] == "Brant's test of proportional odds, chi-square" + words
    assert np.isfinite(tidy["conf_low"][0])


def test_missing_values_are_counted(series: pd.DataFrame) -> None:
    gaps = series.assign(age=series["age"].where(series.index != 4))
    with pytest.warns(MissingDataWarning, match="1 of 150 rows lack a value of age"):
        tidy = ordinal(gaps, covariates=["age"], **ARMS)
    assert tidy["n"].tolist()[:3] == [149] * 3
    assert tidy["n_missing"].tolist()[:3] == [1] * 3


def test_what_cannot_be_answered_is_refused(series: pd.DataFrame) -> None:
    words = series["grade"].map({0: "none", 1: "some", 2: "more", 3: "full"})
    for unordered in (words, words.astype("category")):
        with pytest.raises(ArgumentError, match="has no order; make it numeric, or an ordered"):
            ordinal(series.assign(grade=unordered), **ARMS)
    with pytest.raises(NotEstimableError, match="'grade' is the same in every row"):
        ordinal(series.assign(grade=1), **ARMS)
    with pytest.raises(ArgumentError, match="give `treatment`"):
        ordinal(series)
    with pytest.raises(NotEstimableError, match=r"arm: .*separation"):
        ordinal(series.assign(grade=(series["arm"] == "mis") + 1), **ARMS)
    small = series.head(12)
    with pytest.raises(NotEstimableError, match="events cannot carry 3 coefficients"):
        ordinal(small, covariates=["age", "times"], **ARMS)
    with pytest.raises(NotEstimableError, match="one arm only"):
        ordinal(series.assign(arm="open"), **ARMS)


@pytest.mark.parametrize("direction", [None, "yes", 1])
def test_a_direction_must_be_said(direction: object) -> None:
    data = pd.DataFrame({"arm": ["a", "b"] * 10, "grade": [0, 1, 2, 1] * 5})
    with pytest.raises(ArgumentError, match="higher_is_better must be True or False, got"):
        so.compare.ordinal_odds_ratio(
            data,
            outcome="grade",
            treatment="arm",
            reference="b",
            higher_is_better=direction,  # type: ignore[arg-type]
        )
