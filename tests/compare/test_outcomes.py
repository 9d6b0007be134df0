"""compare_outcomes: each endpoint as its own function gives it, and none lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.compare._measure_functions import MEASURE_FUNCTIONS, SHARED
from spineoutcomes.errors import ArgumentError, MissingDataWarning, SparseDataWarning

ARMS = {"treatment": "arm", "reference": "open"}


@pytest.fixture
def trial() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    n = 40
    return pd.DataFrame(
        {
            "arm": np.where(np.arange(n) % 2 == 0, "mis", "open"),
            "vas": rng.normal(4, 2, n),
            "before": rng.normal(7, 1, n),
            "relief": rng.integers(0, 2, n),
            "times": rng.integers(1, 4, n),
            "same": 1.0,
        }
    )


def test_every_row_is_that_of_its_own_function(trial: pd.DataFrame) -> None:
    asked = {
        "vas": "mean_difference",
        "VAS, adjusted": {"measure": "mean_difference", "column": "vas", "baseline": "before"},
        "relief": {"measure": "risk_difference", "method": "wald"},
    }
    found = so.compare.compare_outcomes(trial, outcomes=asked, counts="times", **ARMS).tidy()
    assert found["outcome"].unique().tolist() == list(asked)
    single = {
        "vas": so.compare.mean_difference(trial, outcome="vas", counts="times", **ARMS),
        "VAS, adjusted": so.compare.mean_difference(
            trial, outcome="vas", baseline="before", counts="times", **ARMS
        ),
        "relief": so.compare.risk_difference(
            trial, outcome="relief", method="wald", counts="times", **ARMS
        ),
    }
    for name, effects in single.items():
        own = found[found["outcome"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            own.drop(columns="outcome"), effects.tidy().drop(columns="outcome")
        )


def test_a_design_and_a_level_reach_every_endpoint(trial: pd.DataFrame) -> None:
    asked = {"vas": "mean_difference", "relief": "risk_difference"}
    design = so.Design(trial, **ARMS)
    a = so.compare.compare_outcomes(design, outcomes=asked, conf_level=0.9)
    b = so.compare.compare_outcomes(trial, outcomes=asked, conf_level=0.9, **ARMS)
    pd.testing.assert_frame_equal(a.tidy(), b.tidy())
    assert a.conf_level == 0.9
    weighted = so.Design(trial, **ARMS, weights=np.arange(40) + 1.0)
    with pytest.raises(ArgumentError, match="does not respect the weights"):
        so.compare.compare_outcomes(weighted, outcomes=asked)


def test_the_family_is_adjusted_on_request(trial: pd.DataFrame) -> None:
    asked = {"vas": "mean_difference", "before": "mean_difference", "relief": "risk_difference"}
    plain = so.compare.compare_outcomes(trial, outcomes=asked, **ARMS)
    assert plain.tidy()["p_adjusted"].isna().all()
    family = so.compare.compare_outcomes(trial, outcomes=asked, adjust="holm", **ARMS)
    tidy = family.tidy()
    p = tidy["p_value"].dropna().sort_values()
    assert len(p) == 2
    assert tidy.loc[p.index[0], "p_adjusted"] == pytest.approx(min(1, 2 * p.iloc[0]))
    # Newcombe's interval has no test: it is no part of the family, and that is said.
    assert "1 comparison(s) have no p-value" in family.warnings[-1]
    assert "Holm over 2 tests" in family.method


def test_an_endpoint_that_cannot_be_estimated_is_a_row_that_says_why(trial: pd.DataFrame) -> None:
    asked = {
        "stuck": {"measure": "mean_difference", "column": "vas", "baseline": "same"},
        "vas": "mean_difference",
    }
    with pytest.warns(SparseDataWarning, match="'stuck' is not estimable: same") as caught:
        effects = so.compare.compare_outcomes(trial, outcomes=asked, **ARMS)
    assert caught[0].filename == __file__
    tidy = effects.tidy()
    first = tidy.iloc[0]
    assert (first["outcome"], first["measure"]) == ("stuck", "mean_difference")
    assert np.isnan(first["estimate"])
    assert first["method"].startswith("not estimable: same cannot be told apart")
    assert tidy["outcome"].tolist() == ["stuck", "vas", "vas", "vas"]
    assert effects.warnings[0].startswith("stuck: not estimable")
    table = so.tables.effects_table(effects)
    assert any("not estimable" in note for note in table.footnotes)


def test_each_endpoint_counts_its_own_missing(trial: pd.DataFrame) -> None:
    trial.loc[:3, "vas"] = np.nan
    asked = {"vas": "mean_difference", "relief": "risk_difference"}
    with pytest.warns(MissingDataWarning, match="4 of 40 rows lack a value of vas"):
        tidy = so.compare.compare_outcomes(trial, outcomes=asked, **ARMS).tidy()
    contrasts = tidy[tidy["contrast"] == "mis - open"]
    assert contrasts["n_missing"].tolist() == [4, 0]
    assert contrasts["n"].tolist() == [36, 40]


# What a measure must be told besides the outcome.
NEEDED = {
    "win_odds": {"higher_is_better": False},
    "ordinal_odds_ratio": {"column": "times", "higher_is_better": False},
    "rate_ratio": {"column": "times", "exposure": "before"},
    **{key: {"column": "relief"} for key in ("risk_difference", "risk_ratio", "odds_ratio")},
    "geometric_mean_ratio": {"column": "before"},
}


@pytest.mark.parametrize("name", MEASURE_FUNCTIONS)
def test_every_measure_in_the_table_gives_that_measure(trial: pd.DataFrame, name: str) -> None:
    one = MEASURE_FUNCTIONS[name]
    assert getattr(so.compare, name) is one.compute
    assert set(one.with_error) <= set(one.compute.__kwdefaults__) - SHARED
    asked = {"vas": {"measure": name, **NEEDED.get(name, {})}}
    row = so.compare.compare_outcomes(trial, outcomes=asked, **ARMS).tidy().iloc[0]
    assert row["measure"] == name
    assert row["conf_low"] <= row["estimate"] <= row["conf_high"]


def test_errors(trial: pd.DataFrame) -> None:
    def compare(outcomes: object) -> so.Effects:
        return so.compare.compare_outcomes(trial, outcomes=outcomes, **ARMS)

    with pytest.raises(ArgumentError, match="maps each endpoint to its measure"):
        compare({})
    with pytest.raises(ArgumentError, match="maps each endpoint to its measure"):
        compare(["vas"])
    with pytest.raises(ArgumentError, match=r"no function gives 'mean'; .*mean_difference, median"):
        compare({"vas": "mean"})
    with pytest.raises(ArgumentError, match="'vas' needs a measure"):
        compare({"vas": {"baseline": "before"}})
    with pytest.raises(ArgumentError, match=r"does not take 'basline' .* it takes: baseline"):
        compare({"vas": {"measure": "mean_difference", "basline": "before"}})
    with pytest.raises(ArgumentError, match="does not take 'treatment'"):
        compare({"vas": {"measure": "mean_difference", "treatment": "arm"}})
    with pytest.raises(ArgumentError, match="no column 'odi'"):
        compare({"odi": "mean_difference"})
