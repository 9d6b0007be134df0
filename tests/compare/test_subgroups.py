"""subgroup_effects: one interaction, by hand and by simulation; invariants, errors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import (
    ArgumentError,
    MissingDataWarning,
    NotEstimableError,
    SparseDataWarning,
)

ARMS = {"treatment": "arm", "reference": "open"}
ROUNDING = {"rel": 1e-8, "abs": 1e-10}


@pytest.fixture
def trial() -> pd.DataFrame:
    """Differences -3 (se 2) in f and -1 (se 2) in m: variances 2 and 2 in pairs, 1 + 1 each."""
    return pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open"] * 2,
            "sex": ["f"] * 4 + ["m"] * 4,
            "vas": [1.0, 3, 4, 6, 2, 4, 3, 5],
            "relief": [1, 0, 0, 1, 1, 1, 0, 1],
        }
    )


def subgroups(frame: pd.DataFrame, measure: str = "mean_difference", **more: object) -> so.Effects:
    outcome = "vas" if measure == "mean_difference" else "relief"
    call = {"outcome": outcome, "subgroup": "sex", "measure": measure, **ARMS, **more}
    return so.compare.subgroup_effects(frame, **call)


def test_by_hand(trial: pd.DataFrame) -> None:
    trial = pd.concat([trial] * 3)
    effects = subgroups(trial)
    tidy = effects.tidy()
    assert tidy["group"].tolist() == ["f"] * 3 + ["m"] * 3 + [None] * 2
    assert tidy["measure"].tolist() == ["mean_difference", "mean", "mean"] * 2 + [
        "mean_difference",
        "test",
    ]
    for label in ("f", "m"):
        own = trial[trial["sex"] == label]
        alone = so.compare.mean_difference(own, outcome="vas", **ARMS).tidy()
        shown = tidy[tidy["group"] == label].drop(columns="group").reset_index(drop=True)
        pd.testing.assert_frame_equal(shown, alone.assign(p_value=np.nan))
    difference, test = tidy.iloc[6], tidy.iloc[7]
    assert (difference["term"], difference["contrast"]) == ("arm:sex[m]", None)
    assert difference["estimate"] == 2
    # Each arm has its mean -/+ 1 thrice: variance 6/5 over 6 rows, four arms of 0.2.
    error = math.sqrt(0.8)
    assert difference["std_error"] == pytest.approx(error)
    assert difference["conf_low"] == pytest.approx(2 - 1.959963984540054 * error)
    assert (test["term"], test["contrast"]) == ("arm:sex", "mis - open")
    # 2^2 / 0.8 with one degree of freedom: P(Z^2 > 5).
    assert test["statistic"] == pytest.approx(5)
    assert test["df"] == 1
    assert test["p_value"] == pytest.approx(math.erfc(math.sqrt(5 / 2)))
    assert tidy["p_value"].notna().sum() == 1
    assert "Cochran's Q" in test["method"]
    assert (tidy["outcome"] == "vas").all()


def test_newcombe_is_shown_and_the_interaction_takes_wald(trial: pd.DataFrame) -> None:
    big = pd.concat([trial] * 5, ignore_index=True)
    # With all 10 of 10 there would be no Wald error.
    big.loc[big.index[(big["sex"] == "m") & (big["arm"] == "mis")][0], "relief"] = 0
    tidy = subgroups(big, "risk_difference").tidy()
    newcombe = so.compare.risk_difference(big[big["sex"] == "f"], outcome="relief", **ARMS).tidy()
    assert tidy.loc[0, "conf_low"] == newcombe.loc[0, "conf_low"]
    # Risks 5/10 and 5/10 in f; 9/10 and 5/10 in m.
    error = math.sqrt(0.25 / 10 + 0.25 / 10), math.sqrt(0.09 / 10 + 0.25 / 10)
    Q = 0.4**2 / (error[0] ** 2 + error[1] ** 2)
    test = tidy.iloc[-1]
    assert test["statistic"] == pytest.approx(Q)
    assert "Wald errors" in test["method"]


def test_q_of_three_levels_by_hand() -> None:
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "arm": ["mis", "mis", "open", "open"] * 3,
                    "vas": [d - w, d + w, -w, w] * 3,
                    "sex": label,
                }
            )
            for label, d, w in [("a", 0.0, 1.0), ("b", 2.0, 1.0), ("c", 5.0, 2.0)]
        ]
    )
    test = subgroups(frame).tidy().iloc[-1]
    # Variances 0.4, 0.4 and 1.6: weights 4, 4, 1 over 1.6; mean 13/9.
    mean = 13 / 9
    Q = (4 * mean**2 + 4 * (2 - mean) ** 2 + (5 - mean) ** 2) / 1.6
    assert test["statistic"] == pytest.approx(Q)
    assert test["df"] == 2
    assert test["p_value"] == pytest.approx(math.exp(-Q / 2))


@pytest.mark.validates("compare.subgroup_effects", source="simulation, 2,000 data sets")
def test_the_interaction_keeps_its_level() -> None:
    from spineoutcomes.numerics.heterogeneity import cochran_q

    rng = np.random.default_rng(8)
    errors = np.array([0.5, 1.0, 2.0, 0.7])
    p = [cochran_q(3 + rng.normal(size=4) * errors, errors).p_value for _ in range(2000)]
    # Three Monte-Carlo errors of 5 % in 2,000.
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=3 * math.sqrt(0.05 * 0.95 / 2000))


def registry(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 60
    return pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < 0.5, "mis", "open"),
            "sex": np.where(np.arange(n) % 3 == 0, "f", "m"),
            "vas": rng.normal(4, 2, n),
            "relief": rng.integers(0, 2, n),
            "times": rng.integers(1, 4, n),
        }
    )


@given(
    seed=st.integers(0, 2**32 - 1), measure=st.sampled_from(["mean_difference", "risk_difference"])
)
def test_counts_order_and_reference(seed: int, measure: str) -> None:
    frame = registry(seed)
    # Where none or all of an arm have the outcome there is no Wald error.
    assume(frame.groupby(["arm", "sex"])["relief"].nunique().min() == 2)
    repeated = frame.loc[np.repeat(frame.index, frame["times"])].sample(frac=1, random_state=1)
    a = subgroups(frame, measure, counts="times").tidy()
    b = subgroups(repeated, measure).tidy()
    pd.testing.assert_frame_equal(a, b, rtol=1e-8)
    c = subgroups(repeated, measure, reference="mis").tidy()
    # Where an arm of a subgroup is too small, p is missing whichever arm is the reference.
    p = pytest.approx(a.iloc[-1]["p_value"], nan_ok=True, **ROUNDING)
    assert c.iloc[-1]["p_value"] == p


def test_strata_bring_the_errors_of_mantel_and_haenszel() -> None:
    frame = registry(4).assign(site=np.tile(["a", "b"], 30))
    options = {"method": "mantel-haenszel", "strata": "site"}
    tidy = subgroups(frame, "risk_difference", options=options).tidy()
    own = []
    for label in ("f", "m"):
        alone = frame[frame["sex"] == label]
        row = so.compare.risk_difference(alone, outcome="relief", **options, **ARMS).tidy().iloc[0]
        own.append((row["estimate"], row["std_error"]))
    (one, error), (other, other_error) = own
    Q = (one - other) ** 2 / (error**2 + other_error**2)
    assert tidy.iloc[-1]["statistic"] == pytest.approx(Q)
    assert "Wald errors" not in tidy.iloc[-1]["method"]


def test_options_and_designs_reach_the_function() -> None:
    frame = registry(2).assign(before=np.random.default_rng(1).normal(size=60))
    adjusted = subgroups(frame, options={"baseline": "before"})
    assert "ANCOVA" in adjusted.method
    design = so.compare.subgroup_effects(
        so.Design(frame, **ARMS), outcome="vas", subgroup="sex", measure="mean_difference"
    )
    pd.testing.assert_frame_equal(design.tidy(), subgroups(frame).tidy())


def graded() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    n = 160
    arm, age = rng.integers(0, 2, n), rng.normal(60, 10, n)
    latent = 0.6 * arm + 0.05 * (age - 60) + rng.logistic(size=n)
    return pd.DataFrame(
        {
            "arm": np.where(arm == 1, "mis", "open"),
            "sex": np.where(np.arange(n) % 2 == 0, "f", "m"),
            "age": age,
            "relief": np.digitize(latent, [-1, 0, 1]),
        }
    )


@pytest.mark.parametrize("options", [{}, {"covariates": []}])
def test_a_design_adjusts_each_subgroup_for_its_covariates(options: dict[str, object]) -> None:
    frame, call = graded(), {"outcome": "relief", "higher_is_better": True}
    design = so.Design(frame, covariates=["age", "sex"], **ARMS)
    tidy = so.compare.subgroup_effects(
        design,
        outcome="relief",
        subgroup="sex",
        measure="ordinal_odds_ratio",
        options={"higher_is_better": True, **options},
    ).tidy()
    covariates = options.get("covariates", ["age"])
    for label in ("f", "m"):
        own = frame[frame["sex"] == label]
        alone = so.compare.ordinal_odds_ratio(own, covariates=covariates, **call, **ARMS).tidy()
        shown = tidy[tidy["group"] == label].drop(columns="group").reset_index(drop=True)
        pd.testing.assert_frame_equal(shown, alone.assign(p_value=np.nan))
    assert ("age" in tidy["term"].tolist()) == (covariates == ["age"])


def units(**columns: list[object]) -> pd.DataFrame:
    """Two rows of each arm in each of six units, with one event or two."""
    frame = pd.DataFrame(
        {
            "arm": ["mis", "open"] * 12,
            "unit": np.repeat(["a", "b", "c", "d", "e", "g"], 4),
            "relief": [1, 2, 1, 1, 2, 1, 1, 2] * 3,
            "years": 1.0,
        }
    )
    return frame.assign(**columns)


def rates_by(frame: pd.DataFrame, subgroup: str) -> so.Effects:
    options = {"exposure": "years", "cluster": "unit"}
    return subgroups(frame, "rate_ratio", subgroup=subgroup, options=options)


def test_units_that_lie_in_several_subgroups_are_refused() -> None:
    frame = units(side=["left", "left", "right", "right"] * 2 + ["left"] * 8 + ["right"] * 8)
    with pytest.raises(
        ArgumentError,
        match=r"2 of 6 clusters of 'unit' have rows in several subgroups of 'side', .* not "
        r"independent.*the same in all rows of a cluster",
    ):
        rates_by(frame, "side")
    pairs = frame.assign(relief=[1, 0, 1, 1] * 6, pair=np.repeat(np.arange(12), 2))
    crossed = pairs.assign(side=["left", "right"] * 2 + ["left"] * 10 + ["right"] * 10)
    with pytest.raises(ArgumentError, match="2 of 12 matched sets of 'pair' have rows in several"):
        subgroups(crossed, "risk_difference", subgroup="side", options={"sets": "pair"})


def test_units_within_a_subgroup_keep_its_effects_independent() -> None:
    frame = units(centre=["x"] * 12 + ["y"] * 12)
    with pytest.warns(SparseDataWarning, match="3 clusters are very few"):
        tidy = rates_by(frame, "centre").tidy()
    own = []
    for label in ("x", "y"):
        with pytest.warns(SparseDataWarning, match="3 clusters are very few"):
            alone = so.compare.rate_ratio(
                frame[frame["centre"] == label],
                outcome="relief",
                exposure="years",
                cluster="unit",
                **ARMS,
            ).tidy()
        own.append((np.log(alone["estimate"][0]), alone["std_error"][0]))
    (one, error), (other, other_error) = own
    test = tidy.iloc[-1]
    assert test["statistic"] == pytest.approx((one - other) ** 2 / (error**2 + other_error**2))


@pytest.mark.parametrize("measure", ["mean_difference", "risk_difference"])
def test_few_rows_in_a_subgroup_give_no_p(trial: pd.DataFrame, measure: str) -> None:
    # Six of each arm and sex but four of mis in m.
    frame = pd.concat([trial] * 3, ignore_index=True).assign(relief=[0, 1] * 12)
    frame = frame.drop(frame.index[(frame["arm"] == "mis") & (frame["sex"] == "m")][:2])
    test = subgroups(frame, measure).tidy().iloc[-1]
    assert np.isnan(test["p_value"])
    assert np.isfinite(test["statistic"])
    words = "; no p-value: an arm of m has fewer than 5, and below 5 only exact tests give one"
    assert test["method"].endswith(words)


def test_several_arms_have_an_interaction_each() -> None:
    frame = pd.concat([registry(2), registry(3).assign(arm="hybrid")])
    tidy = subgroups(frame).tidy()
    tests = tidy[tidy["measure"] == "test"]
    assert tests["term"].tolist() == ["arm[hybrid]:sex", "arm[mis]:sex"]
    assert tests["p_value"].notna().all()


def test_a_subgroup_that_cannot_be_estimated_is_told(trial: pd.DataFrame) -> None:
    third = pd.DataFrame({"arm": ["mis", "mis"], "sex": "x", "vas": [1.0, 2], "relief": 1})
    with pytest.warns(SparseDataWarning, match="sex x is not estimable: no rows of open"):
        effects = subgroups(pd.concat([trial, third]))
    tidy = effects.tidy()
    row = tidy[tidy["group"] == "x"].iloc[0]
    assert np.isnan(row["estimate"])
    assert row["method"] == "sex x is not estimable: no rows of open"
    assert tidy.iloc[-1]["df"] == 1
    one = pd.DataFrame({"arm": ["mis", "open"], "sex": "y", "vas": [1.0, 2], "relief": 1})
    with pytest.warns(SparseDataWarning, match="sex y is not estimable: .*at least 2 complete"):
        subgroups(pd.concat([trial, one]))


def test_a_subgroup_without_variation_is_not_part_of_the_interaction(trial: pd.DataFrame) -> None:
    flat = trial.iloc[:4].assign(sex="x", vas=[1.0, 1, 2, 2])
    with pytest.warns(SparseDataWarning, match="does not vary"):
        test = subgroups(pd.concat([trial, flat])).tidy().iloc[-1]
    assert "without x (no standard error there)" in test["method"]
    assert test["df"] == 1


def test_missing_subgroups_are_counted(trial: pd.DataFrame) -> None:
    frame = pd.concat([trial, trial.iloc[:1]], ignore_index=True)
    frame.loc[8, "sex"] = None
    with pytest.warns(MissingDataWarning, match="1 of 9 rows lack a value of sex"):
        tidy = subgroups(frame).tidy()
    assert tidy.iloc[-1]["n_missing"] == 1
    assert tidy.iloc[-1]["n"] == 8


def test_errors(trial: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="there are no arms to compare"):
        so.compare.subgroup_effects(trial, outcome="vas", subgroup="sex", measure="mean_difference")
    with pytest.raises(ArgumentError, match="'age' holds 30 values; cut it"):
        subgroups(pd.concat([trial] * 5).head(30).assign(age=range(30)), subgroup="age")
    with pytest.raises(ArgumentError, match="no function gives 'median'"):
        subgroups(trial, "median")
    with pytest.raises(ArgumentError, match="does not take 'bseline'"):
        subgroups(trial, options={"bseline": "relief"})
    with pytest.raises(NotEstimableError, match="fewer than two subgroups"):
        subgroups(trial[(trial["sex"] == "f") | (trial["arm"] == "mis")])
    flat = trial.assign(vas=[1.0, 1, 2, 2, 1, 1, 2, 2])
    with (
        pytest.warns(SparseDataWarning, match="does not vary"),
        pytest.raises(NotEstimableError, match="standard error in fewer than two subgroups"),
    ):
        subgroups(flat)
