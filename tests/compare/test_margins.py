"""noninferiority and equivalence: by hand, against R, invariants, errors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.one_sided import score_statistic

# Root search in the reference.
ROOT = {"rel": 1e-6, "abs": 1e-7}
# Formulas of a few terms.
CLOSED = 1e-9
ARMS = {"treatment": "arm", "reference": "b"}


def two_by_two(x1: int, n1: int, x0: int, n0: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"arm": ["a", "a", "b", "b"], "y": [1, 0, 1, 0], "times": [x1, n1 - x1, x0, n0 - x0]}
    )


def risks(counts: tuple[int, int, int, int], method: str, conf_level: float = 0.95) -> so.Effects:
    return so.compare.risk_difference(
        two_by_two(*counts), outcome="y", counts="times", method=method, conf_level=conf_level,
        **ARMS,
    )  # fmt: skip


def ratio(estimate: float, error: float, measure: str = "hazard_ratio") -> so.Effects:
    z = 1.959963984540054
    return so.Effects(
        pd.DataFrame(
            {
                "measure": [measure],
                "contrast": ["a - b"],
                "estimate": [estimate],
                "std_error": [error],
                "conf_low": [estimate * math.exp(-z * error)],
                "conf_high": [estimate * math.exp(z * error)],
            }
        )
    )


@pytest.mark.validates("compare.noninferiority", source="R base 4.2.2")
def test_proportions_equal_r(reference) -> None:
    values = reference("desc.noninferiority_proportion.83_100_81_102")["values"]
    wald = so.compare.noninferiority(
        risks((83, 100, 81, 102), "wald"), margin=0.1, higher_is_better=True
    )
    row = wald.tidy().iloc[1]
    assert row["statistic"] == pytest.approx(values["wald"]["z"], **ROOT)
    assert row["p_value"] == pytest.approx(values["wald"]["p"], **ROOT)
    # The interval of Miettinen and Nurminen, as that program prints it, beside the arms.
    frame = risks((83, 100, 81, 102), "newcombe").tidy()
    interval = values["mn_ci95"]
    frame.loc[0, ["conf_low", "conf_high"]] = [interval["lower"], interval["upper"]]
    score = so.compare.noninferiority(so.Effects(frame), margin=0.1, higher_is_better=True)
    row = score.tidy().iloc[1]
    assert row["statistic"] == pytest.approx(values["miettinen_nurminen"]["z"], **ROOT)
    assert row["p_value"] == pytest.approx(values["miettinen_nurminen"]["p"], **ROOT)


@pytest.mark.validates("compare.equivalence", source="R base 4.2.2")
def test_the_score_interval_of_r_touches_its_own_statistic(reference) -> None:
    values = reference("desc.noninferiority_proportion.83_100_81_102")["values"]
    counts = (83, 100, 81, 102)
    for name, z in (("mn_ci95", 1.959963984540054), ("mn_ci90", 1.6448536269514722)):
        interval = values[name]
        assert score_statistic(*counts, interval["lower"]) == pytest.approx(z, abs=1e-6)
        assert score_statistic(*counts, interval["upper"]) == pytest.approx(-z, abs=1e-6)
    farrington = values["farrington_manning"]["z"]
    # N/(N - 1) is all that sets the two apart.
    assert score_statistic(*counts, -0.1) == pytest.approx(
        farrington * math.sqrt(201 / 202), **ROOT
    )


def test_rows_are_kept_and_a_row_follows_each_contrast() -> None:
    frame = pd.DataFrame({"arm": list("aabbcc"), "y": [1.0, 3, 2, 6, 5, 9]})
    effects = so.compare.mean_difference(frame, outcome="y", **ARMS)
    tested = so.compare.noninferiority(effects, margin=4, higher_is_better=False)
    tidy = tested.tidy()
    assert tidy["measure"].tolist() == [
        "mean_difference", "noninferiority", "mean_difference", "noninferiority",
        "mean", "mean", "mean",
    ]  # fmt: skip
    kept = tidy[tidy["measure"] != "noninferiority"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, effects.tidy())
    first, added = tidy.iloc[0], tidy.iloc[1]
    for column in ("term", "contrast", "estimate", "std_error", "conf_low", "conf_high", "n"):
        assert added[column] == first[column]
    # a - b = -2 with se sqrt(2/2 + 8/2) = sqrt(5); limit 4 above.
    assert added["statistic"] == pytest.approx((-2 - 4) / math.sqrt(5))
    assert added["df"] == first["df"]
    assert "margin at 4" in added["method"]
    assert "not below it: non-inferiority not shown" in added["method"]


def test_t_by_hand() -> None:
    # df 1: the t distribution is Cauchy's, P(T > 3) = 1/2 - atan(3)/pi.
    frame = pd.DataFrame(
        {
            "measure": ["mean_difference"], "contrast": ["a - b"], "estimate": [1.0],
            "std_error": [1.0], "df": [1.0], "conf_low": [1 - 12.706204736],
            "conf_high": [1 + 12.706204736],
        }
    )  # fmt: skip
    tested = so.compare.noninferiority(so.Effects(frame), margin=2, higher_is_better=True)
    assert tested.tidy().loc[1, "p_value"] == pytest.approx(0.5 - math.atan(3) / math.pi)


@pytest.mark.parametrize("margin", [1.25, 0.8])
def test_a_ratio_and_its_inverse_are_one_margin(margin: float) -> None:
    lower = so.compare.noninferiority(ratio(0.9, 0.1), margin=margin, higher_is_better=False)
    row = lower.tidy().iloc[1]
    assert row["statistic"] == pytest.approx(math.log(0.9 / 1.25) / 0.1)
    assert "margin at 1.25" in row["method"]
    assert "below it: non-inferior" in row["method"]
    higher = so.compare.noninferiority(ratio(0.9, 0.1), margin=margin, higher_is_better=True)
    row = higher.tidy().iloc[1]
    assert row["statistic"] == pytest.approx(math.log(0.9 / 0.8) / 0.1)
    assert "margin at 0.8" in row["method"]
    assert "not above it" in row["method"]


COUNTS = st.tuples(
    st.integers(0, 30), st.integers(1, 10), st.integers(0, 30), st.integers(1, 10)
).map(lambda c: (c[0], c[0] + c[1], c[2], c[2] + c[3]))


@given(counts=COUNTS, margin=st.floats(0.01, 0.9), better=st.booleans())
def test_newcombe_p_agrees_with_its_interval(
    counts: tuple[int, int, int, int], margin: float, better: bool
) -> None:
    assume(min(counts[1], counts[3]) >= 5)
    effects = risks(counts, "newcombe")
    row = so.compare.noninferiority(effects, margin=margin, higher_is_better=better).tidy().iloc[1]
    shown = row["method"].split(": ")[-1] == "non-inferior"
    assert shown == (row["p_value"] < 0.025)
    swapped = (counts[2], counts[3], counts[0], counts[1])
    mirrored = so.compare.noninferiority(
        risks(swapped, "newcombe"), margin=margin, higher_is_better=not better
    )
    assert mirrored.tidy().loc[1, "p_value"] == pytest.approx(row["p_value"], abs=CLOSED)


@given(estimate=st.floats(-5, 5), error=st.floats(0.1, 3), margin=st.floats(0.1, 6))
def test_p_and_verdict_agree(estimate: float, error: float, margin: float) -> None:
    z = 1.959963984540054
    frame = pd.DataFrame(
        {
            "measure": ["mean_difference"], "contrast": ["a - b"], "estimate": [estimate],
            "std_error": [error], "conf_low": [estimate - z * error],
            "conf_high": [estimate + z * error],
        }
    )  # fmt: skip
    row = so.compare.noninferiority(so.Effects(frame), margin=margin, higher_is_better=True).tidy()
    shown = row.loc[1, "method"].endswith(": non-inferior")
    assert shown == (row.loc[1, "conf_low"] > -margin)
    if abs(row.loc[1, "p_value"] - 0.025) > CLOSED:
        assert shown == (row.loc[1, "p_value"] < 0.025)


def test_an_interval_of_another_procedure_has_no_p() -> None:
    frame = ratio(1.2, 0.2).tidy()
    frame.loc[0, ["conf_low", "conf_high"]] = [0.7, 1.9]
    row = so.compare.noninferiority(so.Effects(frame), margin=2, higher_is_better=False).tidy()
    assert math.isnan(row.loc[1, "p_value"])
    assert "below it: non-inferior" in row.loc[1, "method"]
    frame.loc[0, ["conf_low", "conf_high"]] = np.nan
    row = so.compare.noninferiority(so.Effects(frame), margin=2, higher_is_better=False).tidy()
    assert "no interval, so no verdict" in row.loc[1, "method"]


def test_risks_of_other_counts_have_no_p() -> None:
    frame = risks((83, 100, 81, 102), "newcombe").tidy()
    frame.loc[2, "n_event"] = 70
    row = so.compare.noninferiority(so.Effects(frame), margin=0.1, higher_is_better=True).tidy()
    assert math.isnan(row.loc[1, "p_value"])


def test_equivalence_by_hand() -> None:
    effects = risks((83, 100, 81, 102), "wald", conf_level=0.9)
    tested = so.compare.equivalence(effects, margin=0.15).tidy()
    assert tested["measure"].tolist() == ["risk_difference", "test", "risk", "risk"]
    row, first = tested.iloc[1], tested.iloc[0]
    # The larger p belongs to the nearer margin, 0.15 above 0.0359.
    z = (first["estimate"] - 0.15) / first["std_error"]
    assert row["statistic"] == pytest.approx(z)
    assert row["p_value"] == pytest.approx(0.5 * math.erfc(-z / math.sqrt(2)))
    assert math.isnan(row["estimate"])
    assert math.isnan(row["conf_low"])
    assert "within −0.15 to 0.15" in row["method"]
    assert row["method"].endswith("lies within: equivalent")
    narrow = so.compare.equivalence(effects, margin=0.05).tidy()
    assert narrow.loc[1, "method"].endswith("equivalence not shown")
    assert narrow.loc[1, "p_value"] > 0.05


@given(estimate=st.floats(0.4, 2.5), error=st.floats(0.02, 0.5), margin=st.floats(1.05, 2))
def test_equivalence_of_a_ratio_and_its_inverse(
    estimate: float, error: float, margin: float
) -> None:
    def test(value: float) -> pd.Series:
        frame = ratio(value, error).tidy()
        z = 1.6448536269514722
        frame[["conf_low", "conf_high"]] = [
            [value * math.exp(-z * error), value * math.exp(z * error)]
        ]
        effects = so.Effects(frame, conf_level=0.9)
        return so.compare.equivalence(effects, margin=margin).tidy().iloc[1]

    one, other = test(estimate), test(1 / estimate)
    assert one["p_value"] == pytest.approx(other["p_value"], abs=CLOSED)
    # At a ratio of 1 both margins are as near, and either statistic may be the one shown.
    assert abs(one["statistic"]) == pytest.approx(abs(other["statistic"]), rel=1e-6, abs=1e-6)


def test_errors() -> None:
    effects = risks((83, 100, 81, 102), "wald")
    call = {"margin": 0.1, "higher_is_better": True}
    with pytest.raises(ArgumentError, match="expected Effects, got a DataFrame"):
        so.compare.noninferiority(effects.tidy(), **call)
    with pytest.raises(ArgumentError, match=r"alpha = 0.05 reads .* 90% .* these are 95%"):
        so.compare.noninferiority(effects, alpha=0.05, **call)
    with pytest.raises(ArgumentError, match=r"conf_level=0.9"):
        so.compare.equivalence(effects, margin=0.1)
    with pytest.raises(ArgumentError, match=r"alpha must lie between 0 and 0\.5"):
        so.compare.noninferiority(effects, alpha=0.7, **call)
    with pytest.raises(ArgumentError, match="must be True or False, got 'no'"):
        so.compare.noninferiority(effects, margin=0.1, higher_is_better="no")
    for margin in (0, -0.1, math.nan, math.inf):
        with pytest.raises(ArgumentError, match="margin must be above 0"):
            so.compare.noninferiority(effects, margin=margin, higher_is_better=True)
    with pytest.raises(ArgumentError, match=r"10 percentage points are 0.1"):
        so.compare.noninferiority(effects, margin=10, higher_is_better=True)
    with pytest.raises(ArgumentError, match="a ratio other than 1"):
        so.compare.noninferiority(ratio(1.1, 0.1), margin=1, higher_is_better=True)
    with pytest.raises(ArgumentError, match="no difference or ratio"):
        only = so.Effects(effects.tidy().iloc[1:])
        so.compare.noninferiority(only, **call)
    mixed = so.Effects(pd.concat([effects.tidy(), ratio(1.1, 0.1).tidy()]))
    with pytest.raises(ArgumentError, match="cannot serve risk_difference, hazard_ratio"):
        so.compare.noninferiority(mixed, **call)
    both = so.Effects(pd.concat([effects.tidy(), effects.tidy().assign(outcome="z")]))
    with pytest.raises(ArgumentError, match="cannot serve y, z"):
        so.compare.noninferiority(both, **call)


@pytest.mark.parametrize(("n", "has_p"), [(4, False), (5, True)])
def test_small_arms_have_a_verdict_but_no_p(n: int, has_p: bool) -> None:
    of_risks = so.compare.noninferiority(
        risks((1, n, 2, 9), "newcombe"), margin=0.9, higher_is_better=False
    )
    frame = pd.DataFrame({"arm": ["a"] * n + ["b"] * 9, "y": [*range(n), *range(9)]})
    times = frame.assign(event=1, y=frame["y"] + 1)
    means = so.survival.rmst(
        times, time="y", event="event", treatment="arm", reference="b", tau=4
    ).tidy()
    one = so.Effects(means[means["measure"] == "rmst_difference"])
    of_means = so.compare.noninferiority(one, margin=3, higher_is_better=True)
    for found in (of_risks, of_means):
        row = found.tidy().query("measure == 'noninferiority'").iloc[0]
        assert np.isnan(row["p_value"]) != has_p
        assert "no verdict" not in row["method"]


def test_only_arms_are_judged() -> None:
    rows = pd.DataFrame(
        {
            "term": ["arm", "sex[m]"],
            "contrast": ["mis - open", "m - f"],
            "measure": "mean_difference",
            "estimate": [1.0, 2.0],
            "std_error": 1.0,
            "conf_low": [-0.96, 0.04],
            "conf_high": [2.96, 3.96],
        }
    )
    for found in (
        so.compare.noninferiority(so.Effects(rows), margin=3, higher_is_better=True),
        so.compare.equivalence(so.Effects(rows, conf_level=0.9), margin=3),
    ):
        assert found.tidy()["contrast"].tolist() == ["mis - open", "mis - open", "m - f"]


@pytest.mark.parametrize(
    ("value", "kind"), [("5", "str"), (None, "NoneType"), ([0.1], "list"), (True, "bool")]
)
def test_margins_and_levels_are_numbers(value: object, kind: str) -> None:
    effects = ratio(1.1, 0.1)
    with pytest.raises(ArgumentError, match=rf"margin must be a number above 0, got a {kind}\."):
        so.compare.noninferiority(effects, margin=value, higher_is_better=True)
    with pytest.raises(ArgumentError, match=rf"alpha must be a number between .* got a {kind}\."):
        so.compare.equivalence(effects, margin=1.2, alpha=value)


def test_subgroups_have_a_verdict_but_no_p() -> None:
    frame = pd.DataFrame({"arm": ["a", "b"] * 12, "y": [*range(12), *range(12)]})
    frame["sex"] = ["f"] * 12 + ["m"] * 12
    for level, judge in (
        (0.95, lambda one: so.compare.noninferiority(one, margin=9, higher_is_better=True)),
        (0.90, lambda one: so.compare.equivalence(one, margin=9)),
    ):
        by_sex = so.compare.subgroup_effects(
            frame, outcome="y", subgroup="sex", measure="mean_difference", conf_level=level, **ARMS
        )
        words = ("non-inferior", "equivalent")
        judged = judge(by_sex).tidy()
        verdicts = judged[judged["method"].str.endswith(words) & judged["group"].notna()]
        assert len(verdicts) == 2
        assert verdicts["p_value"].isna().all()
