"""rate_ratio: by hand, against R, invariants, errors."""

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
from spineoutcomes.numerics.distributions import t_quantile

# Closed formulas, in both programs.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
# Counts against repeated rows: theta is found to 1e-10.
ROUNDING = {"rel": 1e-7, "abs": 1e-9}
ARMS = {"treatment": "arm", "reference": "open"}
METHODS = ["robust", "negative-binomial", "exact"]


def ratio(data: object, **more: object) -> pd.DataFrame:
    return so.compare.rate_ratio(data, outcome="events", exposure="years", **more).tidy()


@pytest.fixture
def series() -> pd.DataFrame:
    rng = np.random.default_rng(31)
    n = 80
    surgeon = rng.integers(0, 12, n)
    risk = np.exp(rng.normal(0, 0.6, 12))[surgeon]
    return pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < 0.5, "mis", "open"),
            "events": rng.poisson(risk * rng.gamma(1, 1, n)),
            "years": rng.uniform(0.5, 3, n).round(2),
            "surgeon": surgeon,
            "times": rng.integers(1, 4, n),
        }
    )


def test_the_robust_ratio_by_hand() -> None:
    frame = pd.DataFrame(
        {
            "arm": ["mis"] * 6 + ["open"] * 5,
            "events": [0, 1, 2, 0, 1, 0, 3, 1, 0, 2, 2],
            "years": [1.0, 2, 1, 1, 2, 1, 1, 2, 1, 2, 1],
        }
    )
    tidy = ratio(frame, **ARMS)
    assert tidy["contrast"].tolist() == ["mis - open", "mis", "open"]
    assert tidy["measure"].tolist() == ["rate_ratio", "rate", "rate"]
    assert tidy["estimate"].to_numpy() == pytest.approx([(4 / 8) / (8 / 7), 4 / 8, 8 / 7])
    # HC3 of a saturated model: each residual over 1 - h, with h its share of the arm's mean.
    variance = 0.0
    for arm, rate in (("mis", 4 / 8), ("open", 8 / 7)):
        own = frame[frame["arm"] == arm]
        mean = rate * own["years"]
        residual = (own["events"] - mean) / (1 - mean / mean.sum())
        variance += float((residual**2).sum() / mean.sum() ** 2)
    row = tidy.iloc[0]
    assert row["std_error"] == pytest.approx(np.sqrt(variance))
    half = float(t_quantile(9, 0.975)) * np.sqrt(variance)
    assert row["conf_high"] == pytest.approx(row["estimate"] * np.exp(half))
    assert row["df"] == 9
    assert row["statistic"] == pytest.approx(np.log(row["estimate"]) / row["std_error"])
    assert tidy["n_event"].tolist() == [12, 4, 8]
    assert tidy["n"].tolist() == [11, 6, 5]
    assert tidy[["std_error", "p_value"]].iloc[1:].isna().all(axis=None)


@pytest.mark.validates("compare.rate_ratio", source="R stats 4.2.2 (poisson.test)")
def test_exact_ratios_equal_r(reference) -> None:
    totals = pd.DataFrame({"arm": ["mis", "open"], "events": [11, 23], "years": [800, 1011]})
    values = reference("desc.poisson_ratio.11_800_23_1011")["values"]
    effects = so.compare.rate_ratio(
        totals, outcome="events", exposure="years", method="exact", **ARMS
    )
    row = effects.tidy().iloc[0]
    assert row["estimate"] == pytest.approx(values["ratio"], **CLOSED)
    assert row["conf_low"] == pytest.approx(values["lower"], **CLOSED)
    assert row["conf_high"] == pytest.approx(values["upper"], **CLOSED)
    assert np.isnan(row["std_error"])
    assert "one row of totals" in effects.warnings[0]
    # The same patients one by one: 11 and 23 with one event, the rest without.
    rows = pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open"],
            "events": [1, 0, 1, 0],
            "years": [10.0, 10, 3, 3],
            "n": [11, 69, 23, 314],
        }
    )
    single = ratio(rows, method="exact", counts="n", **ARMS)
    for column in ("estimate", "conf_low", "conf_high", "p_value"):
        assert single[column].to_numpy() == pytest.approx(
            effects.tidy()[column].to_numpy(), nan_ok=True, **CLOSED
        )


@pytest.mark.validates("compare.rate_ratio", source="R stats 4.2.2 (poisson.test)")
def test_one_rate_equals_r(reference) -> None:
    one = pd.DataFrame({"events": [12], "years": [340.0]})
    values = reference("desc.poisson_rate.12_340")["values"]
    tidy = ratio(one)
    assert tidy["contrast"].tolist() == ["all"]
    assert tidy["estimate"][0] == pytest.approx(values["rate"], **CLOSED)
    assert tidy["conf_low"][0] == pytest.approx(values["exact"]["lower"], **CLOSED)
    assert tidy["conf_high"][0] == pytest.approx(values["exact"]["upper"], **CLOSED)


def test_clusters_change_the_error_alone(series: pd.DataFrame) -> None:
    rows, clusters = ratio(series, **ARMS), ratio(series, cluster="surgeon", **ARMS)
    assert clusters["estimate"].to_numpy() == pytest.approx(rows["estimate"].to_numpy())
    assert clusters["std_error"][0] != pytest.approx(rows["std_error"][0], rel=1e-3)
    assert 2 < clusters["df"][0] < 12
    assert "12 clusters (CR2" in clusters["method"][0]
    design = so.Design(series, **ARMS, cluster="surgeon")
    assert ratio(design)["conf_low"][0] == clusters["conf_low"][0]
    both = ratio(series, cluster="surgeon", method="negative-binomial", **ARMS)
    assert "theta" in both["method"][0]
    assert "CR2" in both["method"][0]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cluster", [None, "surgeon"])
def test_counts_are_repeated_rows(series: pd.DataFrame, method: str, cluster: str | None) -> None:
    if method == "exact":
        if cluster:
            return
        series = series.assign(events=np.minimum(series["events"], 1))
    again = series.loc[series.index.repeat(series["times"])]
    call = {**ARMS, "method": method, "cluster": cluster}
    counted, repeated = ratio(series, counts="times", **call), ratio(again, **call)
    for column in ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "n"):
        assert counted[column].to_numpy() == pytest.approx(
            repeated[column].to_numpy(), nan_ok=True, **ROUNDING
        )


@pytest.mark.parametrize("method", METHODS)
def test_order_arms_and_units(series: pd.DataFrame, method: str) -> None:
    series = series.assign(events=np.minimum(series["events"], 1))
    one = ratio(series, method=method, **ARMS)
    mixed = ratio(series.sample(frac=1, random_state=1), method=method, **ARMS)
    assert mixed["conf_low"].to_numpy() == pytest.approx(one["conf_low"].to_numpy(), **ROUNDING)
    swapped = ratio(series, method=method, treatment="arm", reference="mis")
    assert swapped["estimate"][0] == pytest.approx(1 / one["estimate"][0])
    assert swapped["conf_high"][0] == pytest.approx(1 / one["conf_low"][0], **ROUNDING)
    assert swapped["p_value"][0] == pytest.approx(one["p_value"][0], **ROUNDING)
    months = ratio(series.assign(years=series["years"] * 12), method=method, **ARMS)
    assert months["conf_low"][0] == pytest.approx(one["conf_low"][0], **ROUNDING)
    assert months["conf_low"][1] * 12 == pytest.approx(one["conf_low"][1])


def test_several_arms_share_a_reference(series: pd.DataFrame) -> None:
    three = series.assign(arm=np.resize(["a", "b", "c"], len(series)))
    tidy = ratio(three, treatment="arm", reference="b")
    assert tidy["contrast"].tolist() == ["a - b", "c - b", "a", "b", "c"]
    assert tidy["term"].tolist()[:2] == ["arm[a]", "arm[c]"]
    assert tidy["estimate"][1] == pytest.approx(tidy["estimate"][4] / tidy["estimate"][3])


def test_repeated_events_widen_the_interval(series: pd.DataFrame) -> None:
    poisson = np.sqrt((1 / series.groupby("arm")["events"].sum()).sum())
    for method in ("robust", "negative-binomial"):
        assert ratio(series, method=method, **ARMS)["std_error"][0] > 1.1 * poisson


def test_counts_that_vary_little_are_said_to() -> None:
    frame = pd.DataFrame({"arm": ["mis", "open"] * 6, "events": [1, 2] * 6, "years": 1.0})
    effects = so.compare.rate_ratio(
        frame, outcome="events", exposure="years", method="negative-binomial", **ARMS
    )
    assert "no more than Poisson" in effects.warnings[0]
    assert "theta infinite" in effects.tidy()["method"][0]
    assert effects.tidy()["std_error"][0] == pytest.approx(np.sqrt(1 / 6 + 1 / 12))


def test_few_rows_give_no_p() -> None:
    frame = pd.DataFrame(
        {"arm": ["mis"] * 4 + ["open"] * 6, "events": [1, 0, 1, 0, 1, 1, 0, 1, 1, 0], "years": 1.0}
    )
    with pytest.warns(SparseDataWarning, match="fewer than 5 rows in mis"):
        tidy = ratio(frame, **ARMS)
    assert np.isnan(tidy["p_value"][0])
    assert np.isfinite(tidy["conf_low"][0])
    # Everything but p stands: two coefficients of ten rows leave eight degrees of freedom.
    assert tidy["df"][0] == 8
    assert tidy["statistic"][0] == pytest.approx(np.log(tidy["estimate"][0]) / tidy["std_error"][0])
    words = "; no p-value: mis has 4, and below 5 only exact tests give one"
    assert tidy["method"][0].endswith(words)
    exact = ratio(frame, method="exact", **ARMS)
    assert np.isfinite(exact["p_value"][0])
    assert "no p-value" not in exact["method"][0]


def test_rates_that_do_not_vary_have_no_interval() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 10 + ["open"] * 10, "events": [1] * 10 + [3] * 10})
    frame = frame.assign(years=1.3, centre=[*range(10)] * 2)
    with pytest.warns(SparseDataWarning, match="rates of mis - open do not vary within the arms"):
        rows = ratio(frame, **ARMS)
    with pytest.warns(SparseDataWarning, match="rates of mis - open do not vary within the arms"):
        clustered = ratio(frame, cluster="centre", **ARMS)
    for tidy in (rows, clustered):
        assert tidy["estimate"][0] == pytest.approx(1 / 3, **CLOSED)
        missing = ["std_error", "df", "p_value", "conf_low", "conf_high"]
        assert tidy.loc[0, missing].isna().all()


def test_few_clusters_are_said_to_be_few(series: pd.DataFrame) -> None:
    few = series.assign(surgeon=series["surgeon"] % 6)
    with pytest.warns(SparseDataWarning, match="6 clusters are very few"):
        ratio(few, cluster="surgeon", **ARMS)


def test_missing_values_are_counted(series: pd.DataFrame) -> None:
    gaps = series.assign(
        events=series["events"].where(series.index != 3),
        years=series["years"].where(series.index != 5),
    )
    with pytest.warns(MissingDataWarning, match="2 of 80 rows lack a value of events, years"):
        tidy = ratio(gaps, **ARMS)
    assert tidy["n_missing"][0] == 2
    assert tidy["n"][0] == 78


def test_what_cannot_be_answered_is_refused(series: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match=r"unknown method 'wald'.*robust"):
        ratio(series, method="wald", **ARMS)
    with pytest.raises(ArgumentError, match=r"must hold whole numbers .* 1 of 80"):
        ratio(series.assign(events=series["events"].where(series.index > 0, 0.5)), **ARMS)
    with pytest.raises(ArgumentError, match=r"'years' must be above 0; 1 of 80"):
        ratio(series.assign(years=series["years"].where(series.index > 0, 0)), **ARMS)
    with pytest.raises(ArgumentError, match="rows have more than one event"):
        ratio(series, method="exact", **ARMS)
    with pytest.raises(ArgumentError, match="takes rows as independent"):
        ratio(series, method="exact", cluster="surgeon", **ARMS)
    with pytest.raises(ArgumentError, match="does not respect the clusters"):
        ratio(so.Design(series, **ARMS, cluster="surgeon"), method="exact")
    none = series.assign(events=series["events"].where(series["arm"] == "open", 0))
    with pytest.raises(NotEstimableError, match=r"no event in mis.*exact"):
        ratio(none, **ARMS)
    nothing = series.assign(events=0)
    with pytest.raises(NotEstimableError, match="no event in either arm of mis - open"):
        ratio(nothing, method="exact", **ARMS)
    alone = series.assign(surgeon=np.where(series["arm"] == "mis", 99, series["surgeon"]))
    with pytest.raises(NotEstimableError, match="mis is one cluster only"):
        ratio(alone, cluster="surgeon", **ARMS)
    totals = pd.DataFrame({"arm": ["mis", "open"], "events": [3, 4], "years": [10, 10]})
    with pytest.raises(NotEstimableError, match="mis, open is one row only"):
        ratio(totals, **ARMS)
