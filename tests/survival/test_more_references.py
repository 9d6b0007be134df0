"""Figures of R that need a step of their own: leave-one-out, propensity weights, a first state."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.survival import rmst, survival_curve

# Closed forms on both sides: only the order of sums differs.
CLOSED = {"rtol": 1e-8, "atol": 1e-10}
# The propensity model stops where R's does, at 1e-8 of its deviance.
ITERATED = {"rtol": 1e-6, "atol": 1e-8}


@pytest.mark.validates("survival.survival_curve", source="R prodlim 2019.11.13, survival 3.5-3")
@pytest.mark.validates("survival.rmst", source="R survival 3.5-3")
def test_pseudo_values_by_leaving_out_each_patient(reference, reference_data) -> None:
    values = reference("surv.pseudo.lung")["values"]
    data = reference_data("lung").assign(event=lambda d: d["status"] == 2)
    n = len(data)

    def both(rows: pd.DataFrame) -> np.ndarray:
        curve = survival_curve(rows, time="time", event="event").at(365)["estimate"].iloc[0]
        area = rmst(rows, time="time", event="event", tau=500).tidy()["estimate"].iloc[0]
        return np.array([curve, area])

    full = both(data)
    np.testing.assert_allclose(full, values["full"], **CLOSED)
    ours = np.array([n * full - (n - 1) * both(data.drop(data.index[i])) for i in range(12)])
    # n times a difference: 228 times the rounding of R's own figures.
    np.testing.assert_allclose(ours[:, 0], values["S_pseudo"], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(ours[:, 1], values["rmst_pseudo"], **CLOSED)


def propensity(data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return who had hormone therapy, and its probability by a logistic model (Newton)."""
    columns = data[["age", "meno", "size", "grade", "nodes", "pgr", "er"]].to_numpy(float)
    X = np.column_stack(
        [np.ones(len(data)), (columns - columns.mean(axis=0)) / columns.std(axis=0)]
    )
    z, b = data["hormon"].to_numpy(float), np.zeros(X.shape[1])
    for _ in range(50):
        e = 1 / (1 + np.exp(-X @ b))
        b = b + np.linalg.solve((X.T * (e * (1 - e))) @ X, X.T @ (z - e))
    return z, 1 / (1 + np.exp(-X @ b))


@pytest.mark.parametrize("estimand", ["ATE", "overlap"])
@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3, weighted")
@pytest.mark.validates("survival.rmst", source="R survival 3.5-3, weighted")
def test_curves_under_propensity_weights(reference, reference_data, estimand: str) -> None:
    values = reference(f"ps.weighted_survival.gbsg.{estimand}")["values"]
    data = reference_data("gbsg")
    z, e = propensity(data)
    ate, overlap = np.where(z == 1, 1 / e, 1 / (1 - e)), np.where(z == 1, 1 - e, e)
    data = data.assign(w=ate if estimand == "ATE" else overlap)
    call = {"time": "rfstime", "event": "status", "weights": "w"}
    curves = survival_curve(data, by="hormon", **call).at(values["times"])
    for arm in ("0", "1"):
        own = curves[curves["group"] == arm]
        np.testing.assert_allclose(own["estimate"], values[f"surv{arm}"], **ITERATED)
        np.testing.assert_allclose(own["std_error"], values[f"se{arm}_robust"], **ITERATED)
    areas = rmst(data, treatment="hormon", reference=0, tau=values["times"][-1], **call).tidy()
    ours = areas.loc[areas["measure"] == "rmst", "estimate"]
    np.testing.assert_allclose(ours, values["rmst"], **ITERATED)


@pytest.mark.validates("survival.survival_curve", source="R survival 3.5-3, multi-state")
def test_the_first_state_of_an_illness_death_model(reference, reference_data) -> None:
    # Nobody returns to the first state, so its probability is a Kaplan-Meier curve of leaving it
    # and its infinitesimal-jackknife error is Greenwood's. Other states need a multi-state model.
    values = reference("ms.illness_death.mgus2")["values"]
    data = reference_data("mgus2_cr")
    left = survival_curve(data.assign(left=data["ev"] > 0), time="etime", event="left")
    first = np.array(values["pstate"]["m"], float)[:, 0]
    curve = left.tidy()
    at = [int(np.argmin(np.abs(curve["estimate"] - p))) for p in first]
    np.testing.assert_allclose(curve["estimate"].iloc[at], first, **CLOSED)
    errors = np.array(values["std_err"]["m"], float)[:, 0]
    np.testing.assert_allclose(curve["std_error"].iloc[at], errors, **CLOSED)
