"""risk_ratio and odds_ratio of two arms: rows, against R, invariants, empty cells, errors."""

from __future__ import annotations

from collections.abc import Callable

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

# Demanded of these entries; some of R's intervals in them are found by root finding.
ROOT = {"rel": 1e-6, "abs": 1e-7}
ARMS = {"treatment": "arm", "reference": "open"}
RATIOS = (so.compare.risk_ratio, so.compare.odds_ratio)
CRUDE = [
    (so.compare.risk_ratio, "koopman"),
    (so.compare.risk_ratio, "wald"),
    (so.compare.odds_ratio, "wald"),
    (so.compare.odds_ratio, "exact"),
    (so.compare.odds_ratio, "mid-p"),
]


def table(x1: int, n1: int, x0: int, n0: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open"],
            "event": [1, 0, 1, 0],
            "n": [x1, n1 - x1, x0, n0 - x0],
        }
    )


def ratio(function: Callable[..., so.Effects], frame: pd.DataFrame, **more: object) -> pd.DataFrame:
    return function(frame, outcome="event", counts="n", **ARMS, **more).tidy()


@pytest.mark.parametrize(("function", "method"), CRUDE)
def test_rows(function: Callable[..., so.Effects], method: str) -> None:
    tidy = ratio(function, table(6, 8, 2, 8), method=method)
    name = function.__name__
    assert tidy["contrast"].tolist() == ["mis - open", "mis", "open"]
    assert tidy["measure"].tolist() == [name, "risk", "risk"]
    assert tidy["term"].tolist() == ["arm", None, None]
    assert tidy["n"].tolist() == [16, 8, 8]
    assert tidy["n_event"].tolist() == [8, 6, 2]
    if method in ("koopman", "wald"):
        expected = 3.0 if name == "risk_ratio" else 9.0
        assert tidy.loc[0, "estimate"] == pytest.approx(expected)
    assert (tidy.loc[0, "p_value"] < 0.05) == (tidy.loc[0, "conf_low"] > 1)
    # An error only where the interval was built from one.
    assert np.isnan(tidy.loc[0, "std_error"]) == (method != "wald")
    assert tidy["estimand"].tolist() == ["marginal"] * 3


def test_wald_by_hand() -> None:
    risk = ratio(so.compare.risk_ratio, table(6, 8, 2, 8), method="wald").iloc[0]
    error = np.sqrt(1 / 6 - 1 / 8 + 1 / 2 - 1 / 8)
    assert risk["std_error"] == pytest.approx(error)
    assert risk["statistic"] == pytest.approx(np.log(3) / error)
    assert risk["conf_high"] == pytest.approx(3 * np.exp(1.959963985 * error))
    odds = ratio(so.compare.odds_ratio, table(6, 8, 2, 8)).iloc[0]
    assert odds["std_error"] == pytest.approx(np.sqrt(1 / 6 + 1 / 2 + 1 / 2 + 1 / 6))


TABLES = {
    "desc.two_by_two.birthwt": ("birthwt", lambda d: d["low"] == 1, lambda d: d["smoke"] == 1),
    "desc.two_by_two.kyphosis": (
        "kyphosis",
        lambda d: d["Kyphosis"] == "present",
        lambda d: d["Start"] <= 8,
    ),
}


@pytest.mark.validates("compare.risk_ratio", source="R stats 4.2.2")
@pytest.mark.parametrize("entry", TABLES)
def test_ratios_of_patients_equal_r(entry: str, reference, reference_data) -> None:
    name, event, exposed = TABLES[entry]
    data = reference_data(name)
    frame = pd.DataFrame({"event": event(data), "arm": np.where(exposed(data), "yes", "no")})
    values = reference(entry)["values"]
    call = {"outcome": "event", "treatment": "arm", "reference": "no"}
    for function, method, name in (
        (so.compare.risk_ratio, "koopman", "rr_koopman"),
        (so.compare.risk_ratio, "wald", "rr"),
        (so.compare.odds_ratio, "wald", "or"),
        (so.compare.odds_ratio, "exact", "fisher"),
    ):
        row = function(frame, method=method, **call).tidy().iloc[0]
        assert row["conf_low"] == pytest.approx(values[name]["lower"], **ROOT)
        assert row["conf_high"] == pytest.approx(values[name]["upper"], **ROOT)


@pytest.mark.parametrize(("function", "method"), CRUDE)
def test_counts_equal_repeated_rows(function: Callable[..., so.Effects], method: str) -> None:
    counted = table(3, 9, 5, 7)
    repeated = counted.loc[np.repeat(counted.index, counted["n"])].iloc[::-1]
    b = function(repeated, outcome="event", method=method, **ARMS).tidy()
    pd.testing.assert_frame_equal(ratio(function, counted, method=method), b)


@pytest.mark.parametrize("function", RATIOS)
def test_three_arms(function: Callable[..., so.Effects]) -> None:
    frame = pd.DataFrame({"arm": list("abc") * 6, "event": [1, 0, 1, 0, 1, 0] * 3})
    tidy = function(frame, outcome="event", treatment="arm", reference="a").tidy()
    assert tidy["contrast"].tolist() == ["b - a", "c - a", "a", "b", "c"]
    assert tidy["term"].tolist()[:2] == ["arm[b]", "arm[c]"]


@pytest.mark.parametrize("function", RATIOS)
def test_one_group_has_its_risk_alone(function: Callable[..., so.Effects]) -> None:
    effects = function(pd.DataFrame({"event": [1, 0, 0]}), outcome="event")
    assert effects.tidy()["measure"].tolist() == ["risk"]
    assert effects.method == "Risks with Wilson intervals."
    assert effects.sources == ("doi:10.1080/01621459.1927.10502953",)


@pytest.mark.parametrize(("function", "method"), CRUDE)
def test_small_arms_have_a_p_from_exact_tests_only(
    function: Callable[..., so.Effects], method: str
) -> None:
    row = ratio(function, table(3, 4, 1, 6), method=method).iloc[0]
    assert np.isnan(row["p_value"]) == (method != "exact")
    assert ("no p-value: mis has 4" in row["method"]) == (method != "exact")
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


@pytest.mark.parametrize(
    ("function", "instead"),
    [(so.compare.risk_ratio, 'method="koopman"'), (so.compare.odds_ratio, 'method="exact"')],
)
def test_wald_with_an_empty_cell(function: Callable[..., so.Effects], instead: str) -> None:
    with pytest.warns(SparseDataWarning, match=f"mis - open.*nothing was added.*{instead}"):
        tidy = ratio(function, table(5, 8, 0, 9), method="wald")
    assert tidy.loc[0, "estimate"] == np.inf
    assert tidy.loc[0, ["std_error", "p_value", "conf_low", "conf_high"]].isna().all()


def test_koopman_and_exact_with_an_empty_cell() -> None:
    risk = ratio(so.compare.risk_ratio, table(5, 8, 0, 9)).iloc[0]
    odds = ratio(so.compare.odds_ratio, table(5, 8, 0, 9), method="exact").iloc[0]
    for row in (risk, odds):
        assert (row["estimate"], row["conf_high"]) == (np.inf, np.inf)
        assert row["conf_low"] > 1
        assert row["p_value"] < 0.05


@pytest.mark.parametrize(("function", "method"), CRUDE)
def test_no_events_at_all(function: Callable[..., so.Effects], method: str) -> None:
    with pytest.warns(SparseDataWarning, match="leave the ratio undefined in mis - open"):
        tidy = ratio(function, table(0, 8, 0, 9), method=method)
    assert np.isnan(tidy.loc[0, "estimate"])
    assert tidy.loc[1:, "conf_high"].notna().all()


@pytest.mark.parametrize("function", RATIOS)
def test_missing_outcome(function: Callable[..., so.Effects]) -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "event": [1, 0, None, 0, 1, 1]})
    with pytest.warns(MissingDataWarning, match="1 of 6 rows lack a value of event") as caught:
        tidy = function(frame, outcome="event", **ARMS).tidy()
    assert len(caught) == 1
    assert tidy["n_missing"].tolist() == [1, 1, 0]


@pytest.mark.parametrize("function", RATIOS)
def test_errors(function: Callable[..., so.Effects]) -> None:
    name = function.__name__
    with pytest.raises(ArgumentError, match=f"{name}: unknown method 'newcombe'; there are"):
        ratio(function, table(1, 2, 1, 2), method="newcombe")
    with pytest.raises(ArgumentError, match=f"{name}: 'event' must hold 0 and 1"):
        ratio(function, table(1, 2, 1, 2).assign(event=["y", "n", "y", "n"]))
    with pytest.raises(NotEstimableError, match=f"{name}: every arm needs .*open has 0"):
        ratio(function, table(1, 2, 0, 0).assign(event=[1, 0, 1, 0]))
    with pytest.raises(ArgumentError, match=f"{name}: unknown risk_interval"):
        ratio(function, table(1, 2, 1, 2), risk_interval="wald")
    with pytest.raises(ArgumentError, match="conf_level must lie between 0 and 1, got 0"):
        ratio(function, table(1, 2, 1, 2), conf_level=0)
    with pytest.raises(ArgumentError, match="no column 'absent'"):
        function(table(1, 2, 1, 2), outcome="absent", **ARMS)
