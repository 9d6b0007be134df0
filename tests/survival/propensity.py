"""A propensity model of the tests' own, so that weights can be refitted with other case weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import DesignModel

Array = npt.NDArray[np.float64]


def inverse_propensity(data: pd.DataFrame, case: Array) -> tuple[Array, DesignModel]:
    """Return weights 1/e and 1/(1-e) of a logistic model with case weights, and the model."""
    X = np.column_stack([np.ones(len(data)), data["x"]])
    z = (data["arm"] == "mis").to_numpy(float)
    b = np.zeros(2)
    for _ in range(40):
        e = 1 / (1 + np.exp(-X @ b))
        b = b + np.linalg.solve((X.T * (case * e * (1 - e))) @ X, X.T @ (case * (z - e)))
    e = 1 / (1 + np.exp(-X @ b))
    model = DesignModel(
        linear_predictor=X @ b,
        scores=X * (z - e)[:, None],
        inverse_information=np.linalg.inv((X.T * (case * e * (1 - e))) @ X),
        weight_derivatives=X * np.where(z == 1, -(1 - e) / e, e / (1 - e))[:, None],
    )
    return np.where(z == 1, 1 / e, 1 / (1 - e)), model
