"""Log-rank tests of weighted, clustered and matched rows: R, refitted weights, invariants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, SparseDataWarning
from spineoutcomes.survival import logrank_test

from .propensity import inverse_propensity

# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# Two ways to the same sum.
ROUNDING = 1e-9
# A central difference with steps of 1e-4 misses the derivative by its square.
DIFFERENCE = 1e-6
STEP = 1e-4


def lung(data: pd.DataFrame) -> pd.DataFrame:
    row = np.arange(1, len(data) + 1)
    return data.assign(
        status=data["status"] - 1, late=np.floor(data["time"] * ((7 * row) % 11) / 20)
    )


def colon(data: pd.DataFrame) -> pd.DataFrame:
    row = np.arange(1, len(data) + 1)
    return data.assign(
        rx=pd.Categorical(data["rx"], ["Obs", "Lev", "Lev+5FU"]), w=0.5 + ((7 * row) % 11) / 5
    )


def eyes(data: pd.DataFrame) -> pd.DataFrame:
    return data.rename(columns={"futime": "time"})


CALLS: dict[str, tuple[str, Any, dict[str, str]]] = {
    "lung_weights": ("lung_w", lung, {"by": "sex", "weights": "w"}),
    "lung_cluster": ("lung_w", lung, {"by": "sex", "cluster": "inst"}),
    "lung_weights_cluster": ("lung_w", lung, {"by": "sex", "weights": "w", "cluster": "inst"}),
    "lung_weights_entry": ("lung_w", lung, {"by": "sex", "weights": "w", "entry": "late"}),
    "lung_weights_strata": ("lung_w", lung, {"by": "sex", "weights": "w", "strata": "ph.ecog"}),
    "colon_weights": ("colon_death", colon, {"by": "rx", "weights": "w"}),
    "retinopathy_cluster": ("retinopathy", eyes, {"by": "trt", "cluster": "id"}),
}


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.validates("survival.logrank_test", source="R survival 3.5-3, robust score test")
def test_against_the_robust_score_test_of_coxph(reference, reference_data, name: str) -> None:
    values = reference(f"surv.robust_score.{name}")["values"]
    file, prepare, more = CALLS[name]
    rows = logrank_test(prepare(reference_data(file)), time="time", event="status", **more).tidy()
    np.testing.assert_allclose(rows["statistic"][0], values["statistic"], **CLOSED)
    np.testing.assert_allclose(rows["p_value"][0], values["p"], **CLOSED)
    assert rows["df"][0] == values["df"]
    observed, expected = (
        rows.loc[rows["measure"] == m, "estimate"].to_numpy() for m in ("observed", "expected")
    )
    np.testing.assert_allclose((observed - expected)[1:], np.atleast_1d(values["U"]), **CLOSED)


def cohort(seed: int = 3, n: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < 0.4, "mis", "open"),
            "x": rng.normal(size=n),
            "time": rng.integers(1, 15, n).astype(float),
            "event": rng.integers(0, 2, n),
            "centre": np.arange(n) // 6,
            "w": rng.uniform(0.5, 3, n),
        }
    )


def rows_of(data: Any, **more: Any) -> pd.DataFrame:
    by = {} if isinstance(data, so.Design) else {"by": "arm"}
    return logrank_test(data, time="time", event="event", **(by | more)).tidy()


def test_equal_weights_change_only_the_variance() -> None:
    data = cohort().assign(two=2.0)
    plain, equal = rows_of(data), rows_of(data, weights="two")
    sums = [1, 2, 3, 4]
    np.testing.assert_allclose(equal["estimate"][sums], 2 * plain["estimate"][sums])
    same = rows_of(data.assign(two=1.0), weights="two")
    assert same["statistic"][0] == pytest.approx(equal["statistic"][0], rel=1e-12)
    # Both variances estimate the same under equal hazards.
    assert same["statistic"][0] == pytest.approx(plain["statistic"][0], rel=0.1)


@pytest.mark.parametrize("rho", [0, 1])
def test_counts_clusters_of_one_and_order(rho: float) -> None:
    data = cohort().assign(n=np.arange(90) % 3 + 1, own=np.arange(90))
    for more in ({"weights": "w"}, {"cluster": "centre"}, {"weights": "w", "cluster": "centre"}):
        plain = rows_of(data, rho=rho, **more)
        shuffled = rows_of(data.sample(frac=1, random_state=5), rho=rho, **more)
        pd.testing.assert_frame_equal(shuffled, plain, rtol=ROUNDING)
        repeated = rows_of(data.loc[data.index.repeat(data["n"])], rho=rho, **more)
        counted = rows_of(data, counts="n", rho=rho, **more)
        pd.testing.assert_frame_equal(counted, repeated, rtol=ROUNDING)
    alone = rows_of(data.assign(one=1.0), cluster="own", rho=rho)
    weighted = rows_of(data.assign(one=1.0), weights="one", rho=rho)
    assert alone["statistic"][0] == pytest.approx(weighted["statistic"][0], rel=1e-12)


def test_pairs_of_a_design() -> None:
    # Of pairs that nobody censors before both are seen, one member has the event first or together.
    data = cohort()
    data["pair"] = pd.Series(np.where(np.arange(90) < 60, np.arange(90) // 2, -1)).where(
        np.arange(90) < 60
    )
    data["arm"] = np.where(np.arange(90) % 2, "mis", "open")
    design = so.Design(data, treatment="arm", reference="open", sets="pair")
    found = logrank_test(design, time="time", event="event")
    clustered = rows_of(data[:60], cluster="pair")
    assert found.tidy()["statistic"][0] == clustered["statistic"][0]
    assert "by 30 matched sets" in found.method


def test_estimated_weights_against_refitting_them() -> None:
    data = cohort()
    weights, model = inverse_propensity(data, np.ones(90))
    arms = {"treatment": "arm", "reference": "open", "weights": weights}
    found = rows_of(so.Design(data, **arms, model=model))
    known = rows_of(so.Design(data, **arms))

    def gap(case: Any) -> float:
        refitted = inverse_propensity(data, case)[0] * case
        rows = rows_of(data.assign(w=refitted), weights="w")
        return float(rows["estimate"][1] - rows["estimate"][2])

    variance = 0.0
    for row in range(90):
        up, down = (gap(np.where(np.arange(90) == row, 1 + s, 1.0)) for s in (STEP, -STEP))
        variance += ((up - down) / (2 * STEP)) ** 2
    expected = gap(np.ones(90)) ** 2 / variance
    assert found["statistic"][0] == pytest.approx(expected, rel=DIFFERENCE)
    assert found["statistic"][0] != pytest.approx(known["statistic"][0], rel=1e-3)
    assert (
        "with the estimation of the weights"
        in logrank_test(so.Design(data, **arms, model=model), time="time", event="event").method
    )


def test_few_clusters_and_bad_weights_are_said() -> None:
    data = cohort().assign(surgeon=np.arange(90) % 6, negative=-1.0)
    with pytest.warns(SparseDataWarning, match="logrank_test: 6 clusters are very few"):
        rows_of(data, cluster="surgeon")
    with pytest.raises(ArgumentError, match="weights must be finite and not negative; 90 of 90"):
        rows_of(data, weights="negative")
