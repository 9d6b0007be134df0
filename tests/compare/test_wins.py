"""win_odds: by hand, against R and the paper, strata, order of outcomes, errors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
ARMS = {"treatment": "arm", "reference": "open"}
KEYS = ["estimate", "conf_low", "conf_high", "std_error", "df", "p_value"]
GRADES = ["poor", "fair", "good", "excellent"]


def odom(values: list[str], *, ordered: bool = True) -> pd.Categorical:
    return pd.Categorical(values, categories=GRADES, ordered=ordered)


def wins(frame: pd.DataFrame, **call: object) -> pd.DataFrame:
    given = {"outcome": "y", "higher_is_better": True, **ARMS, **call}
    return so.compare.win_odds(frame, **given).tidy()


def test_by_hand() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 2 + ["open"] * 3, "y": [2.0, 4, 1, 2, 3]})
    row = wins(frame).iloc[0]
    # Shares of open below 2 and 4: 1.5/3 and 1, p = 3/4; shares of mis below 1, 2, 3: 0, 1/4, 1/2.
    assert row["estimate"] == pytest.approx(3)
    v1, v0 = 0.125 / 2, 0.0625 / 3
    assert row["std_error"] == pytest.approx(math.sqrt(v1 + v0) / (0.75 * 0.25))
    assert row["df"] == pytest.approx((v1 + v0) ** 2 / (v1**2 / 1 + v0**2 / 2))
    assert row["statistic"] == pytest.approx(math.log(3) / row["std_error"])
    assert row["conf_low"] * row["conf_high"] == pytest.approx(9)


@pytest.mark.validates("compare.win_odds", source="Brunner & Munzel 2000, pain scores")
def test_published_pain_scores(reference) -> None:
    x = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
    y = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
    frame = pd.DataFrame({"arm": ["open"] * len(x) + ["mis"] * len(y), "y": x + y})
    row = wins(frame).iloc[0]
    expected = reference("desc.brunner_munzel.published_example")["values"]
    p = expected["p_x_less_y"]
    assert row["estimate"] == pytest.approx(p / (1 - p), **CLOSED)
    assert row["df"] == pytest.approx(expected["df"], **CLOSED)
    # The error of the probability, over p (1 - p), is that of its log-odds.
    error = (p - 0.5) / expected["stat"]
    assert row["std_error"] == pytest.approx(error / (p * (1 - p)), **CLOSED)


VAN_ELTEREN = {
    "ordinal.van_elteren.lung_age_sex_ecog": ("lung", "age", "sex", "ph.ecog"),
    "ordinal.van_elteren.lung_wtloss": ("lung", "wt.loss", "sex", ["ph.ecog"]),
    "ordinal.van_elteren.BtheB_3m": ("BtheB", "bdi.3m", "treatment", "drug"),
    "ordinal.van_elteren.quine": ("quine", "Days", "Sex", ["Eth", "Age"]),
}


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.validates("compare.win_odds", source="R coin 1.4-2")
@pytest.mark.parametrize("entry", VAN_ELTEREN)
def test_van_elteren_equals_r(entry: str, reference, reference_data) -> None:
    name, outcome, arm, strata = VAN_ELTEREN[entry]
    frame = reference_data(name)
    if name == "lung":
        frame = frame[frame["ph.ecog"].isin([0, 1, 2])]
    values = reference(entry)["values"]
    effects = so.compare.win_odds(
        frame,
        outcome=outcome,
        treatment=arm,
        reference=frame[arm].dropna().max(),
        higher_is_better=True,
        strata=strata,
    )
    tidy = effects.tidy()
    assert tidy["measure"].tolist() == ["win_odds", "test", "median", "median"]
    row = tidy.iloc[1]
    assert row["term"] == "van_elteren"
    assert row["statistic"] == pytest.approx(values["van_elteren"]["chi2"], **CLOSED)
    assert row["df"] == 1
    assert row["p_value"] == pytest.approx(values["van_elteren"]["p"], **CLOSED)
    assert np.isnan(row["estimate"])
    assert "chi-square" in row["method"]
    # The win odds are those of all rows.
    plain = so.compare.win_odds(
        frame.dropna(subset=[strata] if isinstance(strata, str) else strata),
        outcome=outcome,
        treatment=arm,
        reference=frame[arm].dropna().max(),
        higher_is_better=True,
    )
    assert plain.tidy().loc[0, KEYS].tolist() == tidy.loc[0, KEYS].tolist()


@given(
    seed=st.integers(0, 2**32 - 1),
    power=st.floats(0.2, 3),
)
def test_only_the_order_counts(seed: int, power: float) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "arm": np.resize(["mis", "open"], 24),
            "y": rng.integers(1, 7, 24),
            "site": rng.permutation([*"ab"] * 12),
        }
    )
    a = wins(frame, strata="site")
    for y in (frame["y"].astype(float) ** power, np.log(frame["y"])):
        b = wins(frame.assign(y=y), strata="site")
        assert a.loc[:1, [*KEYS, "statistic"]].equals(b.loc[:1, [*KEYS, "statistic"]])
    # The other direction is the other arm's win.
    back = wins(frame, strata="site", higher_is_better=False)
    assert back.loc[0, "estimate"] == pytest.approx(1 / a.loc[0, "estimate"])
    assert back.loc[0, "conf_low"] == pytest.approx(1 / a.loc[0, "conf_high"])
    assert back.loc[1, "statistic"] == pytest.approx(a.loc[1, "statistic"])


def test_ordered_categories_are_their_places() -> None:
    y = ["excellent", "good", "good", "fair", "good", "fair", "poor", "poor", "fair", "poor"]
    frame = pd.DataFrame({"arm": ["mis"] * 5 + ["open"] * 5, "y": odom(y)})
    tidy = wins(frame)
    # Categories have no median.
    assert tidy["measure"].tolist() == ["win_odds"]
    coded = frame.assign(y=frame["y"].cat.codes * 10.0)
    assert wins(coded).loc[0, KEYS].tolist() == tidy.loc[0, KEYS].tolist()
    assert wins(coded)["measure"].tolist() == ["win_odds", "median", "median"]


@pytest.mark.parametrize("ordered", [False, None])
def test_an_outcome_without_order_is_refused(ordered: bool | None) -> None:
    y = ["good", "good", "fair", "poor"]
    frame = pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open"],
            "y": y if ordered is None else odom(y, ordered=False),
        }
    )
    with pytest.raises(
        ArgumentError, match=r"'y' has no order: .* 3 different values.*ordered=True"
    ):
        wins(frame)


@pytest.mark.parametrize("direction", [None, 1, "yes"])
def test_direction_is_asked_for(direction: object) -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 2 + ["open"] * 2, "y": [2.0, 4, 1, 2]})
    with pytest.raises(ArgumentError, match="higher_is_better must be True or False"):
        wins(frame, higher_is_better=direction)
    with pytest.raises(TypeError, match="higher_is_better"):
        so.compare.win_odds(frame, outcome="y", **ARMS)


@pytest.mark.parametrize(
    ("y", "odds"), [([3.0, 4, 1, 2], math.inf), ([1.0, 2, 3, 4], 0), ([1.0, 1, 1, 1], 1)]
)
def test_wins_without_variation_have_no_interval(y: list[float], odds: float) -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 2 + ["open"] * 2, "y": y})
    with pytest.warns(SparseDataWarning, match="mis - open: one arm fares better throughout") as w:
        row = wins(frame).iloc[0]
    assert len(w) == 1
    assert row["estimate"] == odds
    assert row[KEYS[1:]].isna().all()


def test_strata_that_cannot_be_tested() -> None:
    frame = pd.DataFrame(
        {"arm": ["mis"] * 2 + ["open"] * 2, "y": [2.0, 4, 1, 3], "site": [1, 2, 3, 4]}
    )
    with pytest.warns(SparseDataWarning, match="no stratum holds both arms"):
        tidy = wins(frame, strata="site")
    assert np.isnan(tidy.loc[1, "p_value"])


def test_an_arm_of_one() -> None:
    frame = pd.DataFrame({"arm": ["mis"] + ["open"] * 3, "y": [2.0, 4, 1, 3]})
    with pytest.raises(NotEstimableError, match="mis has 1"):
        wins(frame)
