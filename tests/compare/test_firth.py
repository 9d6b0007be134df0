"""firth_logistic: against logistf and brglm2, invariants, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, NotEstimableError

# Demanded of the entries; logistf's limits were found more exactly than they promise.
ITER = {"rel": 1e-6, "abs": 1e-8}
# Counts against repeated rows: sums in another order, limits found to 1e-10.
ROUNDING = {"rel": 1e-7, "abs": 1e-9}
ARMS = {"treatment": "arm", "reference": "open"}


def firth(data: object, **more: object) -> pd.DataFrame:
    return so.compare.firth_logistic(data, outcome="event", **more).tidy()


@pytest.fixture
def series() -> pd.DataFrame:
    rng = np.random.default_rng(21)
    n = 60
    return pd.DataFrame(
        {
            "arm": np.where(np.arange(n) % 2 == 0, "mis", "open"),
            "age": rng.normal(60, 10, n),
            "asa": rng.choice(["I", "II", "III"], n),
            "event": rng.random(n) < 0.2,
            "times": rng.integers(1, 4, n),
        }
    )


@pytest.mark.validates("compare.firth_logistic", source="R brglm2 0.9, logistf 1.26.1")
def test_odds_ratios_equal_r(reference, reference_data) -> None:
    entry = reference("reg.firth_logistic.endometrial")["values"]
    rows = reference_data("endometrial").rename(columns={"HG": "event"})
    tidy = firth(rows, covariates=["NV", "PI", "EH"])
    names = ["NV", "PI", "EH"]
    assert tidy["term"].tolist() == names
    assert tidy["contrast"].isna().all()
    for column, values in [
        ("estimate", entry["coef"]),
        ("conf_low", entry["logistf"]["lower_profile"]),
        ("conf_high", entry["logistf"]["upper_profile"]),
    ]:
        expected = np.exp([values[name] for name in names])
        assert tidy[column].to_numpy() == pytest.approx(expected, **ITER)
    for column, values in [
        ("std_error", entry["se_unpenalised_information"]),
        ("p_value", entry["logistf"]["p_plr"]),
    ]:
        assert tidy[column].to_numpy() == pytest.approx([values[n] for n in names], **ITER)


def test_a_treatment_equals_a_covariate_of_r(reference, reference_data) -> None:
    entry = reference("reg.firth_logistic.kyphosis_separated")["values"]
    rows = reference_data("kyphosis")
    rows = rows[rows["Start"] >= 9]
    rows = rows.assign(event=rows["Kyphosis"] == "present", early=rows["Start"] > 14)
    effects = so.compare.firth_logistic(
        rows, outcome="event", treatment="early", reference=False, covariates=["Number", "Age"]
    )
    tidy = effects.tidy()
    assert tidy["term"].tolist() == ["early", "Number", "Age", None, None]
    assert tidy["contrast"].tolist()[0] == "True - False"
    assert np.log(tidy["estimate"][0]) == pytest.approx(entry["coef"]["early"], **ITER)
    assert tidy["measure"].tolist() == ["odds_ratio"] * 3 + ["risk"] * 2
    # No patient of the early group has it; the crude risk says so.
    assert tidy["estimate"][4] == 0
    assert tidy["n_event"].tolist()[:2] == [tidy["n_event"][3]] * 2
    assert "events (or rows without one) for 3 coefficients" in effects.warnings[0]


def test_rows_by_hand() -> None:
    table = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "event": [1, 0, 1, 0]})
    tidy = firth(table.assign(n=[0, 20, 5, 15]), counts="n", **ARMS)
    assert tidy["contrast"].tolist() == ["mis - open", "mis", "open"]
    # The penalty adds one half to each cell of a 2 x 2 table.
    assert tidy["estimate"].to_numpy() == pytest.approx([0.5 * 15.5 / (20.5 * 5.5), 0, 0.25])
    assert tidy["n"].tolist() == [40, 20, 20]
    assert tidy["n_event"].tolist() == [5, 0, 5]
    assert tidy["estimand"].tolist() == ["marginal"] * 3
    # The interval does not rest on the error, so there is no statistic.
    assert tidy[["statistic", "df"]].isna().all(axis=None)


def test_counts_are_repeated_rows(series: pd.DataFrame) -> None:
    again = series.loc[series.index.repeat(series["times"])]
    call = {**ARMS, "covariates": ["age", "asa"]}
    counted, repeated = firth(series, counts="times", **call), firth(again, **call)
    for column in ("estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "n_event"):
        assert counted[column].to_numpy() == pytest.approx(
            repeated[column].to_numpy(), nan_ok=True, **ROUNDING
        )


def test_order_and_arms(series: pd.DataFrame) -> None:
    one = firth(series, **ARMS, covariates=["age"])
    mixed = firth(series.sample(frac=1, random_state=3), **ARMS, covariates=["age"])
    assert mixed["conf_low"].to_numpy() == pytest.approx(one["conf_low"].to_numpy(), rel=1e-7)
    swapped = firth(series, treatment="arm", reference="mis", covariates=["age"])
    assert swapped["estimate"][0] == pytest.approx(1 / one["estimate"][0])
    assert swapped["conf_high"][0] == pytest.approx(1 / one["conf_low"][0], rel=1e-7)
    assert swapped["p_value"][0] == pytest.approx(one["p_value"][0], rel=1e-7)


def test_a_design_brings_its_covariates(series: pd.DataFrame) -> None:
    design = so.Design(series, **ARMS, covariates=["age", "asa"])
    tidy = firth(design)
    assert tidy["term"].tolist()[:4] == ["arm", "age", "asa[II]", "asa[III]"]
    assert tidy["contrast"].tolist()[1:4] == [None, "II - I", "III - I"]
    assert tidy["estimand"].tolist()[:4] == ["conditional"] * 4
    assert firth(design, covariates=())["term"].tolist()[:1] == ["arm"]
    assert len(firth(design, covariates=())) == 3
    three = firth(series.assign(arm=series["asa"]), treatment="arm", reference="II")
    assert three["term"].tolist()[:2] == ["arm[I]", "arm[III]"]
    effects = so.compare.firth_logistic(design, outcome="event")
    assert effects.covariance is not None
    assert effects.covariance.index.tolist() == ["arm", "age", "asa[II]", "asa[III]"]
    assert np.sqrt(np.diag(effects.covariance)) == pytest.approx(tidy["std_error"][:4])


def test_few_rows_of_an_arm_give_no_p(series: pd.DataFrame) -> None:
    four = series[(series["arm"] == "open") | (series.index < 8)]
    assert (four["arm"] == "mis").sum() == 4
    tidy = firth(four, covariates=["age"], **ARMS)
    assert np.isnan(tidy["p_value"][0])
    words = "; no p-value: mis has 4, and below 5 only exact tests give one"
    assert tidy["method"][0].endswith(words)
    assert tidy.loc[0, ["conf_low", "conf_high", "std_error"]].notna().all()
    # The covariate is no arm: its profile rests on all rows.
    assert tidy["term"][1] == "age"
    assert np.isfinite(tidy["p_value"][1])
    assert "no p-value" not in tidy["method"][1]


def test_missing_values_are_counted(series: pd.DataFrame) -> None:
    gaps = series.assign(age=series["age"].where(series.index != 4))
    with pytest.warns(MissingDataWarning, match="1 of 60 rows lack a value of age"):
        tidy = firth(gaps, **ARMS, covariates=["age"])
    assert tidy["n_missing"].tolist() == [1, 1, 1, 0]
    assert tidy["n"].tolist()[:2] == [59, 59]


def test_what_cannot_be_answered_is_refused(series: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="give `treatment`"):
        firth(series)
    with pytest.raises(ArgumentError, match="must hold 0 and 1"):
        firth(series.assign(event="yes"), **ARMS)
    with pytest.raises(NotEstimableError, match="occurred in 0 of 60 rows"):
        firth(series.assign(event=0), **ARMS)
    with pytest.raises(NotEstimableError, match="one arm only"):
        firth(series.assign(arm="open"), **ARMS)
    with pytest.raises(ArgumentError, match="got the text 'age'"):
        firth(series, **ARMS, covariates="age")
    with pytest.raises(ArgumentError, match="no column 'wage'"):
        firth(series, **ARMS, covariates=["wage"])
    with pytest.raises(ArgumentError, match="'arm' is the treatment"):
        firth(series, **ARMS, covariates=["arm"])
    with pytest.raises(NotEstimableError, match="twin cannot be told apart"):
        firth(series.assign(twin=(series["arm"] == "mis") * 2), **ARMS, covariates=["twin"])
