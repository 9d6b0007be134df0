"""Differences of mean counts and the test of equal means: by hand, a known truth, messages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning
from spineoutcomes.survival import mean_count_difference, mean_cumulative_count

# R's side differentiates with steps of 1e-4, which misses by their square.
DIFFERENCE = 1e-8
# Two ways to the same sum.
ROUNDING = 1e-10
# Of 400 data sets without a difference, 5 % are expected below .05; four Monte-Carlo errors.
REPLICATES, SUBJECTS = 400, 120
SIZE, WIDE = 0.05, 4 * np.sqrt(0.05 * 0.95 / 400)

# C dies at 1.5, before A's two events; D leaves at 3, when B has its first; B has another at 6.
#   t    arm a: n  mean  S      arm b: n  mean
#   1.5         2  0     1/2           1
#   2           1  1/2   1/2           2  0
#   3           1                      2  1/2
#   4           1  1                   1
#   6           0                      1  3/2
SIX = pd.DataFrame(
    {
        "id": ["A", "A", "C", "B", "B", "D"],
        "g": ["a", "a", "a", "b", "b", "b"],
        "start": [0, 2, 0, 0, 3, 1.5],
        "stop": [2, 4, 1.5, 3, 6, 3],
        "event": [1, 1, 0, 1, 1, 0],
        "died": [0, 0, 1, 0, 0, 0],
    }
)
ROLES = {"subject": "id", "start": "start", "stop": "stop", "event": "event", "terminal": "died"}


def found(data: Any, **more: Any) -> pd.DataFrame:
    arms = {} if isinstance(data, so.Design) else {"treatment": "g", "reference": "b"}
    return mean_count_difference(data, **(ROLES | arms | more)).tidy()


def test_six_rows_by_hand() -> None:
    rows = found(SIX, horizon=4)
    assert rows["measure"].tolist() == [
        "mean_count_difference", "mean_count", "mean_count", "test",
    ]  # fmt: skip
    assert rows["contrast"].tolist() == ["a - b", "a", "b", "a - b"]
    assert rows["term"].tolist()[::3] == ["g", "g"]
    np.testing.assert_allclose(rows["estimate"][:3], [1 / 2, 1, 1 / 2], atol=1e-15)
    # As C weighs more S(1.5) falls by 1/2 and the mean of 1 by as much, as A does it rises. As B
    # weighs more the share of 1/2 at 3 rises by 1/4, as D does it falls.
    np.testing.assert_allclose(rows["std_error"][:3] ** 2, [5 / 8, 1 / 2, 1 / 8], rtol=1e-12)
    assert rows["n"].tolist() == [4, 2, 2, 4]
    assert rows["n_event"].tolist() == [4, 2, 2, 4]
    assert rows["horizon"].tolist()[:3] == [4, 4, 4]
    assert np.isnan(rows["horizon"][3])
    assert rows["p_value"].isna().all()
    assert "only exact tests" in rows["method"][3]


def test_the_test_by_hand() -> None:
    # Y1 Y2 / (Y1 + Y2) is 2/3 at 2 and 3, 1/2 at 4 and 0 at 6. With increments of 1/2 each the sum
    # is 1/3 + 1/4 in a and 1/3 in b. As C or A weighs more the sum in a, 7/12, changes by half of
    # it; as B or D does, that in b by 1/6.
    variance = 2 * (7 / 24) ** 2 + 2 * (1 / 6) ** 2
    test = found(SIX, horizon=4).iloc[3]
    np.testing.assert_allclose(test["statistic"], (1 / 4) ** 2 / variance, rtol=1e-12)
    np.testing.assert_allclose(test["statistic"], 18 / 65, rtol=1e-12)
    assert test["df"] == 1


def test_the_test_without_death_by_hand() -> None:
    # Now C is censored: at 2 A is alone with an increment of 1, in place of S(2-) = 1/2, and again
    # at 4; none of these change as A weighs more.
    with pytest.warns(SparseDataWarning, match="a: an estimate has no error"):
        test = found(SIX, horizon=4, terminal=None).iloc[3]
    np.testing.assert_allclose(
        test["statistic"], (2 / 3 + 1 / 2 - 1 / 3) ** 2 / (2 * (1 / 6) ** 2), rtol=1e-12
    )


@pytest.mark.validates("survival.mean_count_difference", source="R survival 3.5-3, by hand")
def test_against_differences_in_r(reference, reference_data) -> None:
    values = reference("recur.ghosh_lin.bladder1")["values"]
    data = reference_data("bladder1").query("stop > start and treatment != 'pyridoxine'")
    data = data.assign(event=data["status"] == 1, died=data["status"] >= 2)
    rows = found(data, treatment="treatment", reference="placebo", horizon=values["time"])
    arms = rows[rows["measure"] == "mean_count"]
    for group in ("placebo", "thiotepa"):
        ours = arms[arms["contrast"] == group]
        np.testing.assert_allclose(ours["estimate"], values[group]["mcf"], rtol=DIFFERENCE)
        np.testing.assert_allclose(ours["std_error"], values[group]["se"], rtol=DIFFERENCE)
    # Arms share no subject, so that their squared errors add up.
    theirs = np.hypot(values["placebo"]["se"], values["thiotepa"]["se"])
    differences = rows[rows["measure"] == "mean_count_difference"]
    np.testing.assert_allclose(differences["std_error"], theirs, rtol=DIFFERENCE)
    test = rows[rows["measure"] == "test"].iloc[0]
    np.testing.assert_allclose(test["statistic"], values["test"]["chisq"], rtol=DIFFERENCE)


@pytest.mark.validates("survival.mean_count_difference", source="simulation, no difference")
def test_size_where_nothing_differs(simulate) -> None:
    rng = np.random.default_rng(30)
    p = np.array(
        [found(simulate(rng, SUBJECTS), horizon=2)["p_value"] for _ in range(REPLICATES)], float
    )
    assert abs((p[:, 0] < SIZE).mean() - SIZE) < WIDE
    assert abs((p[:, 3] < SIZE).mean() - SIZE) < WIDE


def test_a_difference_is_found(simulate) -> None:
    data = simulate(np.random.default_rng(31), 300)
    # Half of the events of one arm are not there.
    halved = data["event"].where((data["g"] == "b") | (np.arange(len(data)) % 2 == 0), 0)
    rows = found(data.assign(event=halved), horizon=2)
    assert rows["estimate"][0] < 0
    assert rows["p_value"][3] < 0.001


def test_arms_are_their_curves(simulate) -> None:
    data = simulate(np.random.default_rng(32), 60)
    rows = found(data, horizon=[1, 2])
    curve = mean_cumulative_count(data, by="g", **ROLES).at([1, 2])
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    arms = rows[rows["measure"] == "mean_count"].sort_values(["contrast", "horizon"])
    np.testing.assert_allclose(arms[columns], curve[columns], rtol=ROUNDING)
    assert rows["measure"].eq("test").sum() == 1


def test_order_unit_and_counts(simulate) -> None:
    data = simulate(np.random.default_rng(33), 40)
    expected = found(data, horizon=1.5)
    tolerance = {"rtol": ROUNDING, "atol": ROUNDING}
    shuffled = found(data.sample(frac=1, random_state=4), horizon=1.5)
    pd.testing.assert_frame_equal(shuffled, expected, **tolerance)
    days = data.assign(start=data["start"] * 365.25, stop=data["stop"] * 365.25)
    in_days = found(days, horizon=1.5 * 365.25).assign(horizon=expected["horizon"])
    pd.testing.assert_frame_equal(in_days, expected, **tolerance)
    number = data["id"] % 3
    copies = pd.concat(
        [data[number > k].assign(id=lambda d, k=k: 2 * d["id"] + k) for k in range(2)]
    )
    repeated = found(copies, horizon=1.5)
    counted = found(data.assign(k=number), horizon=1.5, counts="k")
    pd.testing.assert_frame_equal(counted, repeated, **tolerance)


def test_swapping_the_arms(simulate) -> None:
    data = simulate(np.random.default_rng(34), 60)
    one, other = found(data, horizon=2), found(data, horizon=2, reference="a")
    np.testing.assert_allclose(one["estimate"][0], -other["estimate"][0], rtol=ROUNDING)
    np.testing.assert_allclose(one["statistic"][3], other["statistic"][3], rtol=ROUNDING)


def test_clusters_across_arms(simulate) -> None:
    # Pairs of one subject an arm with the same course: their difference is certain.
    half = simulate(np.random.default_rng(35), 40)
    data = pd.concat([half.assign(g="a"), half.assign(g="b", id=half["id"] + 40)])
    data = data.assign(pair=data["id"] % 40)
    alone = found(so.Design(data, treatment="g", reference="b", cluster="id"), horizon=2)
    pd.testing.assert_frame_equal(alone, found(data, horizon=2))
    paired = found(so.Design(data, treatment="g", reference="b", cluster="pair"), horizon=2)
    assert (paired["estimate"][0], alone["estimate"][0]) == (0, 0)
    assert np.isnan(paired["std_error"][0]) and np.isnan(paired["statistic"][3])
    np.testing.assert_allclose(paired["std_error"][1:3], alone["std_error"][1:3], rtol=ROUNDING)
    assert "40 clusters" in paired["method"][0]


def test_without_arms_there_is_a_level() -> None:
    rows = mean_count_difference(SIX, **ROLES, horizon=3).tidy()
    assert rows["contrast"].tolist() == ["all"]
    # At 1.5 C dies among three, before D enters; at 2 and at 3 one of three has an event.
    np.testing.assert_allclose(rows["estimate"], [2 / 3 * (1 / 3 + 1 / 3)], rtol=1e-12)


def test_horizons_that_cannot_be_reached() -> None:
    with pytest.raises(NotEstimableError, match="a to 4"):
        found(SIX, horizon=5)
    with pytest.raises(NotEstimableError, match="nobody of a was observed before"):
        late = SIX.assign(start=[1, 2, 1, 0, 3, 1.5])
        found(late, horizon=0.5)
    with pytest.raises(ArgumentError, match="horizons must be finite"):
        found(SIX, horizon=-1)
    # Where all of an arm have died its mean stays.
    dead = SIX.assign(died=[0, 1, 1, 0, 0, 0])
    assert found(dead, horizon=5)["estimate"][1] == 1


def test_one_arm_is_no_comparison() -> None:
    with pytest.raises(NotEstimableError, match="one arm only"):
        found(SIX[SIX["g"] == "b"], horizon=2)


def test_no_events_have_no_test() -> None:
    with pytest.warns(SparseDataWarning, match="a, b: an estimate has no error"):
        rows = found(SIX.assign(event=0), horizon=3)
    assert rows["estimate"].tolist()[:3] == [0, 0, 0]
    assert rows["statistic"].isna().all()
