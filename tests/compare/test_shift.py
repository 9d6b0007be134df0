"""The shift of the missing moves the difference by delta times the share missing."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so

# Sums and quotients of a handful of doubles.
EXACT = 1e-12


@pytest.fixture
def effects() -> so.Effects:
    """Four of five seen in the treated arm, all four in the other."""
    data = pd.DataFrame(
        {"arm": ["mis"] * 5 + ["open"] * 4, "pain": [1, 2, 3, 4, np.nan, 4, 6, 6, 8.0]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", so.errors.MissingDataWarning)
        return so.compare.mean_difference(data, outcome="pain", treatment="arm", reference="open")


def test_moves_by_delta_times_the_share_missing(effects: so.Effects) -> None:
    # Seen: 2.5 - 6 = -3.5. One of five is missing: delta 5 moves it by 5 / 5 = 1.
    shifted = so.compare.delta_shift(effects, deltas=[0, 5, -5]).tidy()
    assert shifted["estimate"].tolist() == pytest.approx([-3.5, -2.5, -4.5], abs=EXACT)
    assert shifted["group"].tolist() == ["delta = 0", "delta = 5", "delta = -5"]
    first = effects.tidy().iloc[0]
    width = first["conf_high"] - first["conf_low"]
    widths = shifted["conf_high"] - shifted["conf_low"]
    assert widths.tolist() == pytest.approx([width] * 3, abs=EXACT)


def test_no_shift_is_the_analysis_itself() -> None:
    pain = [1, 2, 3, 4, 2, np.nan, 4, 6, 6, 8, 5, 7.0]
    data = pd.DataFrame({"arm": ["mis"] * 6 + ["open"] * 6, "pain": pain})
    with pytest.warns(so.errors.MissingDataWarning, match="1 of 12 rows"):
        effects = so.compare.mean_difference(
            data, outcome="pain", treatment="arm", reference="open"
        )
    first = effects.tidy().iloc[0]
    shifted = so.compare.delta_shift(effects, deltas=[0]).tidy().iloc[0]
    for column in ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"):
        assert shifted[column] == pytest.approx(first[column], abs=EXACT), column


def test_a_p_that_small_arms_do_not_allow_does_not_come_back(effects: so.Effects) -> None:
    shifted = so.compare.delta_shift(effects, deltas=[0, 5]).tidy()
    assert shifted["p_value"].isna().all()
    assert shifted["statistic"].notna().all()


def test_is_nothing_when_nobody_is_missing() -> None:
    data = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "pain": [1, 3, 4, 8]})
    effects = so.compare.mean_difference(data, outcome="pain", treatment="arm", reference="open")
    estimates = so.compare.delta_shift(effects, deltas=[-9, 0, 9]).tidy()["estimate"]
    assert estimates.tolist() == [-4.0, -4.0, -4.0]


def test_refuses_what_is_no_difference_of_means() -> None:
    risk = so.Effects(pd.DataFrame({"measure": ["risk_difference"], "estimate": [0.1]}))
    with pytest.raises(so.errors.ArgumentError, match="needs a difference of means"):
        so.compare.delta_shift(risk, deltas=[1])
    alone = so.Effects(
        pd.DataFrame({"measure": ["mean_difference"], "contrast": ["mis - open"], "estimate": [1]})
    )
    with pytest.raises(
        so.errors.ArgumentError, match="needs the row `mean` of each arm of 'mis - open'"
    ):
        so.compare.delta_shift(alone, deltas=[1])


def test_several_outcomes_and_subgroups_keep_their_own_missing(effects: so.Effects) -> None:
    rows = effects.tidy()
    other = rows.assign(outcome="odi", estimate=rows["estimate"] * 10, n_missing=[1, 6, 0])
    both = so.Effects(pd.concat([rows, other]), warnings=("Two outcomes.",), estimand="marginal")
    # A generator is read once only.
    shifted = so.compare.delta_shift(both, deltas=iter([5]))
    assert shifted.tidy()["outcome"].tolist() == ["pain", "odi"]
    assert shifted.tidy()["estimate"].tolist() == pytest.approx([-2.5, -35 + 5 * 6 / 10])
    assert shifted.warnings == ("Two outcomes.",)
    by_sex = so.Effects(pd.concat([rows.assign(group="f"), rows.assign(group="m")]))
    assert so.compare.delta_shift(by_sex, deltas=[2]).tidy()["group"].tolist() == [
        "f, delta = 2",
        "m, delta = 2",
    ]


@pytest.mark.parametrize(
    ("deltas", "found"),
    [
        ([], "got 0"),
        ("123", r"got a str\."),
        (3, r"got a int\."),
        ({1: 2}, r"got a dict\."),
        ([1, np.nan], "got 2, not all of them finite"),
        ([0, None, "1"], "2 of 3 are no numbers: NoneType, str"),
        ([True], "1 of 1 are no numbers: bool"),
    ],
)
def test_deltas_are_numbers(effects: so.Effects, deltas: object, found: str) -> None:
    expected = f"deltas must be a list of finite numbers.*{found}"
    with pytest.raises(so.errors.ArgumentError, match=expected):
        so.compare.delta_shift(effects, deltas=deltas)


def test_subgroups_get_no_p_of_their_own() -> None:
    pain = [1, 2, 3, 4, 2, np.nan, 4, 6, 6, 8, 5, 7.0]
    data = pd.DataFrame({"arm": (["mis"] * 6 + ["open"] * 6) * 2, "pain": pain * 2})
    data["sex"] = ["f"] * 12 + ["m"] * 12
    with pytest.warns(so.errors.MissingDataWarning):
        by_sex = so.compare.subgroup_effects(
            data, outcome="pain", subgroup="sex", measure="mean_difference",
            treatment="arm", reference="open",
        )  # fmt: skip
    shifted = so.compare.delta_shift(by_sex, deltas=[0, 3]).tidy()
    assert len(shifted) == 4
    assert shifted["p_value"].isna().all()
    assert shifted[["statistic", "conf_low", "conf_high"]].notna().all(axis=None)
