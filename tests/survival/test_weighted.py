"""Curves of weighted, clustered and matched rows: R, refitted weights, invariants, messages."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, SparseDataWarning
from spineoutcomes.survival import cumulative_incidence, survival_curve
from spineoutcomes.survival.product_limit import kaplan_meier
from spineoutcomes.survival.risk_sets import count

from .propensity import inverse_propensity

Array = npt.NDArray[np.float64]
# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# Two ways to the same sum.
ROUNDING = 1e-12
# A central difference with steps of 1e-4 misses the derivative by its square.
DIFFERENCE = 1e-6
STEP = 1e-4

WEIGHTED = {
    "lung_w": ("sex", lambda d: d.assign(status=d["status"] == 2)),
    "colon_death_w": ("rx", lambda d: d.assign(status=d["status"] == 1)),
    "pbc_w": ("trt", lambda d: d[d["trt"].notna()].assign(status=lambda x: x["status"] == 2)),
}


@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3")
@pytest.mark.parametrize("name", WEIGHTED)
def test_weighted_curves_against_survfit(reference, reference_data, name: str) -> None:
    values = reference(f"surv.km_weighted.{name}")["values"]
    by, prepare = WEIGHTED[name]
    data = prepare(reference_data(name))
    curve = survival_curve(data, time="time", event="status", by=by, weights="w", conf_type="log")
    for stratum, theirs in values["robust"].items():
        ours = curve.at(theirs["time"])
        ours = ours[ours["group"] == stratum.split("=")[1]]
        for column, key in (
            ("n_risk_weighted", "n_risk"),
            ("estimate", "surv"),
            ("std_error", "std_err"),
            ("conf_low", "lower"),
            ("conf_high", "upper"),
        ):
            np.testing.assert_allclose(ours[column], np.array(theirs[key], float), **CLOSED)
    quantiles = curve.quantile([0.25, 0.5, 0.75])
    for row, stratum in enumerate(values["quantiles"]["quantile"]["rows"]):
        ours = quantiles[quantiles["group"] == stratum.split("=")[1]]
        for column, key in (
            ("estimate", "quantile"),
            ("conf_low", "lower"),
            ("conf_high", "upper"),
        ):
            expected = np.array(values["quantiles"][key]["m"][row], float)
            np.testing.assert_array_equal(ours[column], expected)


@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3")
@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_as_if_they_were_counts(reference, reference_data, name: str) -> None:
    # What R gives with robust = FALSE; not offered in public, since weights are no duplicates.
    values = reference(f"surv.km_weighted.{name}")["values"]["greenwood_weighted"]
    by, prepare = WEIGHTED[name]
    data = prepare(reference_data(name))
    for stratum, theirs in values.items():
        own = data[data[by].astype(str).str.removesuffix(".0") == stratum.split("=")[1]]
        time, event = own["time"].to_numpy(float), own["status"].to_numpy(np.int64)
        group, weight = np.zeros(len(own), np.int64), own["w"].to_numpy(float)
        (sets,) = count(time, event, group, n_causes=1, n_groups=1, counts=weight)
        S, error = kaplan_meier(sets)
        at = np.searchsorted(sets.time, theirs["time"], side="right") - 1
        np.testing.assert_allclose(S[at], theirs["surv"], **CLOSED)
        np.testing.assert_allclose(error[at], theirs["std_err"], **CLOSED)


def cohort(seed: int = 3, n: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < 0.4, "mis", "open"),
            "x": rng.normal(size=n),
            "time": rng.integers(1, 15, n).astype(float),
            "event": rng.integers(0, 3, n),
            "centre": np.arange(n) // 6,
            "w": rng.uniform(0.5, 3, n),
        }
    ).assign(death=lambda d: (d["event"] > 0).astype(int))


CURVES = {
    "survival": lambda data, **more: survival_curve(data, time="time", event="death", **more),
    "incidence": lambda data, **more: cumulative_incidence(
        data, time="time", event="event", **more
    ),
}


@pytest.mark.parametrize("name", CURVES)
def test_equal_weights_change_the_error_only_in_name(name: str) -> None:
    data = cohort()
    plain = CURVES[name](data, by="arm", **named_jackknife(name))
    for weight in (1.0, 2.5):
        weighted = CURVES[name](data.assign(w=weight), by="arm", weights="w")
        ours, expected = weighted.tidy(), plain.tidy()
        np.testing.assert_allclose(ours["estimate"], expected["estimate"], atol=ROUNDING)
        np.testing.assert_allclose(ours["std_error"], expected["std_error"], atol=ROUNDING)
        np.testing.assert_allclose(ours["n_risk_weighted"], weight * ours["n_risk"])
        np.testing.assert_allclose(ours["n_effective"], ours["n_risk"])
        assert "weights treated as known" in weighted.method


def named_jackknife(name: str) -> dict[str, Any]:
    # Greenwood's error is the infinitesimal jackknife of a Kaplan-Meier curve.
    return {"variance": "infinitesimal-jackknife"} if name == "incidence" else {}


@pytest.mark.parametrize("name", CURVES)
def test_counts_of_a_weighted_row_are_repeated_rows(name: str) -> None:
    data = cohort().assign(n=np.arange(90) % 3 + 1)
    repeated = data.loc[data.index.repeat(data["n"])]
    for more in ({"weights": "w"}, {"cluster": "centre"}, {"weights": "w", "cluster": "centre"}):
        counted = CURVES[name](data, by="arm", counts="n", **more).tidy()
        expected = CURVES[name](repeated, by="arm", **more).tidy()
        pd.testing.assert_frame_equal(counted, expected, rtol=1e-9)


@pytest.mark.parametrize("name", CURVES)
def test_rows_alone_in_their_cluster_are_independent(name: str) -> None:
    data = cohort().assign(own=np.arange(90))
    plain = CURVES[name](data, by="arm", **named_jackknife(name)).tidy()
    alone = CURVES[name](data, by="arm", cluster="own")
    np.testing.assert_allclose(alone.tidy()["std_error"], plain["std_error"], atol=ROUNDING)
    assert "infinitesimal-jackknife error by 90 clusters" in alone.method


@pytest.mark.parametrize("name", CURVES)
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    data = cohort()
    shuffled = data.sample(frac=1, random_state=1)
    more = {"by": "arm", "weights": "w", "cluster": "centre"}
    one, other = (CURVES[name](frame, **more).tidy() for frame in (data, shuffled))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


@pytest.mark.parametrize("name", CURVES)
def test_matched_sets_are_clusters_of_the_matched(name: str) -> None:
    data = cohort()
    pair = np.where(np.arange(90) < 60, np.arange(90) // 2, -1).astype(float)
    data["pair"] = pd.Series(pair).where(pair >= 0)
    design = so.Design(data, treatment="arm", reference="open", sets="pair")
    matched = CURVES[name](design)
    clustered = CURVES[name](data[:60], by="arm", cluster="pair")
    pd.testing.assert_frame_equal(matched.tidy(), clustered.tidy())
    assert "by 30 matched sets" in matched.method


@pytest.mark.parametrize("cluster", [None, "centre"])
@pytest.mark.parametrize("name", CURVES)
def test_estimated_weights_against_refitting_them(name: str, cluster: str | None) -> None:
    data = cohort()
    weights, model = inverse_propensity(data, np.ones(90))
    arms = {"treatment": "arm", "reference": "open", "cluster": cluster, "weights": weights}
    found = CURVES[name](so.Design(data, **arms, model=model))
    known = CURVES[name](so.Design(data, **arms))
    unit = np.arange(90) if cluster is None else data["centre"].to_numpy()

    def reweighted(case: Array) -> Array:
        refitted = inverse_propensity(data, case)[0] * case
        return CURVES[name](data.assign(w=refitted), by="arm", weights="w").tidy()["estimate"]

    square = np.zeros(len(found.tidy()))
    for u in np.unique(unit):
        up, down = (reweighted(np.where(unit == u, 1 + s, 1.0)) for s in (STEP, -STEP))
        square += ((up - down) / (2 * STEP)) ** 2
    inside = found.tidy()["std_error"].notna().to_numpy()
    np.testing.assert_allclose(
        found.tidy()["std_error"][inside], np.sqrt(square)[inside], atol=DIFFERENCE
    )
    assert not np.allclose(found.tidy()["std_error"][inside], known.tidy()["std_error"][inside])
    assert "with the estimation of the weights" in found.method


def test_a_row_without_weight_is_not_there() -> None:
    data = cohort().assign(w=lambda d: d["w"].where(np.arange(90) % 4 > 0, 0.0))
    some = survival_curve(data, time="time", event="death", by="arm", weights="w")
    fewer = survival_curve(data[data["w"] > 0], time="time", event="death", by="arm", weights="w")
    pd.testing.assert_frame_equal(some.tidy(), fewer.tidy())


def test_late_entry_with_the_jackknife_by_name() -> None:
    data = cohort().assign(entry=lambda d: np.minimum(np.arange(90) % 4, d["time"] - 1))
    delta = cumulative_incidence(data, time="time", event="event", entry="entry").tidy()
    jackknife = cumulative_incidence(
        data, time="time", event="event", entry="entry", variance="infinitesimal-jackknife"
    ).tidy()
    np.testing.assert_allclose(jackknife["estimate"], delta["estimate"])
    seen = delta["estimate"] > 0
    ratio = (jackknife["std_error"] / delta["std_error"])[seen]
    assert ratio.between(0.9, 1.1).all()
    assert not np.allclose(ratio, 1)


def test_very_few_clusters_are_said() -> None:
    data = cohort().assign(surgeon=np.arange(90) % 6)
    with pytest.warns(SparseDataWarning, match="survival_curve: 6 clusters are very few"):
        survival_curve(data, time="time", event="death", cluster="surgeon")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"weights": "negative"}, "weights must be finite and not negative; 1 of 90"),
        ({"weights": "unknown"}, "no column 'unknown'"),
        ({"weights": "w", "variance": "delta"}, "holds for independent rows without weights"),
        ({"cluster": "centre", "variance": "delta"}, "holds for independent rows without weights"),
    ],
)
def test_what_is_refused(more: dict[str, str], message: str) -> None:
    data = cohort().assign(negative=lambda d: d["w"].where(np.arange(90) > 0, -1.0))
    with pytest.raises(ArgumentError, match=message):
        cumulative_incidence(data, time="time", event="event", **more)  # type: ignore[arg-type]
