"""risk_difference: by hand, against R, invariants, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import (
    ArgumentError,
    MissingDataWarning,
    NotEstimableError,
    SparseDataWarning,
)
from spineoutcomes.numerics.distributions import chi_square_tail

# Demanded of these entries; some of R's intervals in them are found by root finding.
ROOT = {"rel": 1e-6, "abs": 1e-7}
# A closed formula computed twice.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
ARMS = {"treatment": "arm", "reference": "open"}


def table(x1: int, n1: int, x0: int, n0: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open"],
            "event": [1, 0, 1, 0],
            "n": [x1, n1 - x1, x0, n0 - x0],
        }
    )


def difference(frame: pd.DataFrame, **more: object) -> pd.DataFrame:
    return so.compare.risk_difference(frame, outcome="event", counts="n", **ARMS, **more).tidy()


def test_rows_by_hand() -> None:
    tidy = difference(table(3, 4, 1, 5))
    assert tidy["contrast"].tolist() == ["mis - open", "mis", "open"]
    assert tidy["measure"].tolist() == ["risk_difference", "risk", "risk"]
    assert tidy["term"].tolist() == ["arm", None, None]
    assert tidy["estimate"].to_numpy() == pytest.approx([0.55, 0.75, 0.2])
    assert tidy["n"].tolist() == [9, 4, 5]
    assert tidy["n_event"].tolist() == [4, 3, 1]
    # Newcombe has neither error nor test; a risk has no null value.
    assert tidy[["std_error", "statistic", "df", "p_value"]].isna().all(axis=None)


def test_wald_by_hand() -> None:
    row = difference(table(6, 8, 1, 5), method="wald").iloc[0]
    error = np.sqrt(0.75 * 0.25 / 8 + 0.2 * 0.8 / 5)
    assert row["std_error"] == pytest.approx(error)
    assert row["statistic"] == pytest.approx(0.55 / error)
    assert row["conf_high"] == pytest.approx(0.55 + 1.959963985 * error)
    assert np.isnan(row["df"])
    # The p-value crosses .05 where the interval crosses zero.
    level = 1 - row["p_value"]
    touching = difference(table(6, 8, 1, 5), method="wald", conf_level=level).iloc[0]
    assert touching["conf_low"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("method", ["wald", "miettinen-nurminen"])
def test_no_p_below_five_in_an_arm(method: str) -> None:
    row = difference(table(3, 4, 1, 5), method=method).iloc[0]
    assert np.isnan(row["p_value"])
    assert row["method"].endswith("no p-value: mis has 4, and below 5 only exact tests give one")
    assert not np.isnan(row["conf_low"])
    assert difference(table(3, 5, 1, 5), method=method).loc[0, "p_value"] > 0


def test_score_p_by_hand() -> None:
    # Pearson's chi-square of 3/5 against 1/5 is 10 (3 4 - 2 1)^2/(5 5 4 6) = 5/3; times (N - 1)/N.
    row = difference(table(3, 5, 1, 5), method="miettinen-nurminen").iloc[0]
    assert row["p_value"] == pytest.approx(float(chi_square_tail(1, 5 / 3 * 9 / 10)))
    assert np.isnan(row["std_error"])


def check(tidy: pd.DataFrame, limits: dict[str, float]) -> None:
    row = tidy.iloc[0]
    assert row["conf_low"] == pytest.approx(limits["lower"], **ROOT)
    assert row["conf_high"] == pytest.approx(limits["upper"], **ROOT)


TABLES = {
    "desc.two_by_two.birthwt": ("birthwt", lambda d: d["low"] == 1, lambda d: d["smoke"] == 1),
    "desc.two_by_two.kyphosis": (
        "kyphosis",
        lambda d: d["Kyphosis"] == "present",
        lambda d: d["Start"] <= 8,
    ),
    "desc.two_by_two.glioma": ("glioma", lambda d: d["event"] == 1, lambda d: d["group"] == "RIT"),
    "desc.two_by_two.aSAH": (
        "aSAH",
        lambda d: d["outcome"] == "Poor",
        lambda d: d["gender"] == "Female",
    ),
}


@pytest.mark.validates("compare.risk_difference", source="R stats 4.2.2, ratesci 1.0.0")
@pytest.mark.parametrize("entry", TABLES)
def test_risk_differences_equal_r(entry: str, reference, reference_data) -> None:
    name, event, exposed = TABLES[entry]
    data = reference_data(name)
    frame = pd.DataFrame({"event": event(data), "arm": np.where(exposed(data), "yes", "no")})
    values = reference(entry)["values"]
    call = {"outcome": "event", "treatment": "arm", "reference": "no"}
    newcombe = so.compare.risk_difference(frame, **call).tidy()
    assert newcombe["estimate"].iloc[0] == pytest.approx(values["rd"]["est"], **ROOT)
    check(newcombe, values["rd_newcombe"])
    score = so.compare.risk_difference(frame, method="miettinen-nurminen", **call).tidy()
    check(score, values["rd_mn"])
    assert score["estimate"].iloc[0] == pytest.approx(values["rd"]["est"], **ROOT)
    wald = so.compare.risk_difference(frame, method="wald", **call).tidy()
    assert wald["std_error"].iloc[0] == pytest.approx(values["rd"]["se"], **ROOT)
    check(wald, values["rd"])
    assert newcombe["n_event"].iloc[0] == values["table"]["a"] + values["table"]["c"]


EXAMPLES = {
    "desc.two_by_two_example.newcombe1998_a": (56, 70, 48, 80),
    "desc.two_by_two_example.bcg_aronson": (4, 123, 11, 139),
    "desc.two_by_two_example.small": (7, 34, 1, 34),
    "desc.two_by_two_zero.10_20_0_20": (10, 20, 0, 20),
    "desc.two_by_two_zero.0_30_0_25": (0, 30, 0, 25),
}


@pytest.mark.validates("compare.risk_difference", source="R stats 4.2.2; Newcombe 1998 table II")
@pytest.mark.parametrize("entry", EXAMPLES)
def test_published_tables(entry: str, reference) -> None:
    values = reference(entry)["values"]
    check(difference(table(*EXAMPLES[entry])), values["rd_newcombe"])
    score = difference(table(*EXAMPLES[entry]), method="miettinen-nurminen")
    check(score, values["rd_mn"])


def test_the_interval_of_each_risk_is_chosen() -> None:
    wide = difference(table(3, 9, 5, 7), risk_interval="clopper-pearson")
    plain = difference(table(3, 9, 5, 7))
    assert wide["method"].tolist()[1:] == ["risk, exact Clopper-Pearson interval"] * 2
    assert (wide["conf_low"] < plain["conf_low"]).tolist() == [False, True, True]
    with pytest.raises(ArgumentError, match=r"risk_interval 'wald'; there are: wilson, clopper"):
        difference(table(3, 9, 5, 7), risk_interval="wald")


@pytest.mark.validates("compare.risk_difference", source="R stats 4.2.2")
@pytest.mark.parametrize(("x", "n"), [(17, 81), (0, 24), (1, 29), (59, 189), (3, 500)])
def test_single_arm_has_the_wilson_interval(x: int, n: int, reference) -> None:
    values = reference(f"desc.one_proportion.{x}_{n}")["values"]
    frame = pd.DataFrame({"event": [1] * x + [0] * (n - x)})
    tidy = so.compare.risk_difference(frame, outcome="event").tidy()
    assert tidy["contrast"].tolist() == ["all"]
    assert tidy["estimate"].iloc[0] == pytest.approx(values["p"], **CLOSED)
    assert tidy["conf_low"].iloc[0] == pytest.approx(values["wilson"]["lower"], **CLOSED)
    assert tidy["conf_high"].iloc[0] == pytest.approx(values["wilson"]["upper"], **CLOSED)


sizes = st.integers(1, 60)


@given(
    n1=sizes, n0=sizes, f1=st.floats(0, 1), f0=st.floats(0, 1), level=st.sampled_from([0.8, 0.99])
)
def test_invariants(n1: int, n0: int, f1: float, f0: float, level: float) -> None:
    x1, x0 = round(f1 * n1), round(f0 * n0)
    row = difference(table(x1, n1, x0, n0), conf_level=level).iloc[0]
    assert -1 <= row["conf_low"] <= row["estimate"] <= row["conf_high"] <= 1
    swapped = difference(table(x0, n0, x1, n1), conf_level=level).iloc[0]
    assert swapped["conf_low"] == pytest.approx(-row["conf_high"], abs=1e-12)
    failures = difference(table(n1 - x1, n1, n0 - x0, n0), conf_level=level).iloc[0]
    assert failures["conf_low"] == pytest.approx(-row["conf_high"], abs=1e-12)
    wider = difference(table(x1, n1, x0, n0), conf_level=0.999).iloc[0]
    assert wider["conf_low"] <= row["conf_low"] + 1e-12


@pytest.mark.parametrize("method", ["newcombe", "wald", "miettinen-nurminen"])
def test_counts_equal_repeated_rows(method: str) -> None:
    counted = table(3, 9, 5, 7)
    repeated = counted.loc[np.repeat(counted.index, counted["n"])].iloc[::-1]
    b = so.compare.risk_difference(repeated, outcome="event", method=method, **ARMS).tidy()
    pd.testing.assert_frame_equal(difference(counted, method=method), b)


def test_three_arms() -> None:
    frame = pd.DataFrame({"arm": list("abc") * 4, "event": [True, False, True] * 4})
    tidy = so.compare.risk_difference(frame, outcome="event", treatment="arm", reference="a").tidy()
    assert tidy["contrast"].tolist() == ["b - a", "c - a", "a", "b", "c"]
    assert tidy["term"].tolist()[:2] == ["arm[b]", "arm[c]"]
    assert tidy["estimate"].tolist() == [-1, 0, 1, 0, 1]


def test_missing_outcome() -> None:
    frame = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "event": [1, None, 0, 1]})
    with pytest.warns(MissingDataWarning, match="1 of 4 rows lack a value of event") as caught:
        tidy = so.compare.risk_difference(frame, outcome="event", **ARMS).tidy()
    assert len(caught) == 1
    assert tidy["n_missing"].tolist() == [1, 1, 0]
    assert tidy["n"].tolist() == [3, 1, 2]


def test_nullable_booleans() -> None:
    frame = pd.DataFrame({"event": pd.array([True, False, None], dtype="boolean")})
    with pytest.warns(MissingDataWarning):
        tidy = so.compare.risk_difference(frame, outcome="event").tidy()
    assert tidy["estimate"].tolist() == [0.5]


@pytest.mark.parametrize("cells", [(0, 5, 0, 6), (5, 5, 2, 6), (2, 5, 0, 6)])
def test_wald_with_an_arm_that_does_not_vary(cells: tuple[int, ...]) -> None:
    with pytest.warns(SparseDataWarning, match='mis - open; the Wald .* Use method="newcombe"'):
        tidy = difference(table(*cells), method="wald")
    assert tidy["estimate"].iloc[0] == pytest.approx(cells[0] / 5 - cells[2] / 6)
    assert tidy.loc[0, ["std_error", "p_value", "conf_low", "conf_high"]].isna().all()
    # The arms keep their Wilson intervals.
    assert tidy["conf_high"].iloc[1] > 0.3


def test_unknown_method() -> None:
    with pytest.raises(ArgumentError, match="'wild'; there are: newcombe, miettinen-nurminen, wa"):
        difference(table(1, 2, 1, 2), method="wild")


@pytest.mark.parametrize(
    "outcome",
    [pd.Categorical(["yes", "no"]), ["yes", "no"], [1, 2], [0.5, 1]],
)
def test_outcome_must_be_zero_one(outcome: object) -> None:
    frame = pd.DataFrame({"event": outcome})
    with pytest.raises(
        ArgumentError, match=r"'event' must hold 0 and 1 .* keeping what is missing"
    ):
        so.compare.risk_difference(frame, outcome="event")


def test_empty_arm() -> None:
    with pytest.raises(NotEstimableError, match=r"at least 1 complete row.*open has 0"):
        difference(table(1, 2, 0, 0).astype({"n": int}).assign(event=[1, 0, 1, 0]))
