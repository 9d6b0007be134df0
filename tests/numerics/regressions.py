"""The models of the reference entries, made from the reference data as R made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.numerics.families import BINOMIAL, GAMMA, POISSON, Family
from spineoutcomes.numerics.glm import GlmFit, fit_glm
from spineoutcomes.numerics.model_matrix import build_model_matrix

Reader = Callable[[str], pd.DataFrame]


class Model(NamedTuple):
    """How an entry is made: data, outcome, covariates, family and the columns recast."""

    data: str
    outcome: Callable[[pd.DataFrame], pd.Series]
    covariates: list[str]
    family: Family
    levels: dict[str, list[Any]]
    weights: str | None = None


SPINE = ["Age", "Number", "Start"]
RACE = {"race": [1, 2, 3]}


def present(d: pd.DataFrame) -> pd.Series:
    return (d["Kyphosis"] == "present").astype(float)


MODELS = {
    "reg.logistic.kyphosis": Model("kyphosis", present, SPINE, BINOMIAL, {}),
    "reg.logistic.kyphosis_weighted": Model("kyphosis_w", present, SPINE, BINOMIAL, {}, "w"),
    "reg.logistic.birthwt": Model(
        "birthwt",
        lambda d: d["low"],
        ["smoke", "age", "lwt", "race", "ht", "ui"],
        BINOMIAL,
        RACE,
    ),
    "reg.logistic.pbc_missing": Model(
        "pbc", lambda d: d["ascites"], ["trt", "age", "bili", "albumin"], BINOMIAL, {}
    ),
    "reg.poisson.quine": Model(
        "quine", lambda d: d["Days"], ["Eth", "Sex", "Age", "Lrn"], POISSON, {}
    ),
    "reg.poisson.epil": Model(
        "epil", lambda d: d["y"], ["trt", "lbase", "lage", "V4"], POISSON, {"trt": ["placebo"]}
    ),
    "reg.poisson.polyps": Model(
        "polyps", lambda d: d["number"], ["treat", "age"], POISSON, {"treat": ["placebo"]}
    ),
    "reg.modified_poisson.birthwt": Model(
        "birthwt", lambda d: d["low"], ["smoke", "age", "lwt", "race"], POISSON, RACE
    ),
    "reg.modified_poisson.resp_gee_cluster": Model(
        "resp_gee", lambda d: d["outcome"], ["treat", "sex", "age", "baseline"], POISSON, {}
    ),
    "reg.modified_poisson.bacteria_cluster": Model(
        "bacteria", lambda d: d["y"] == "y", ["trt", "week"], POISSON, {"trt": ["placebo"]}
    ),
    "reg.gamma_log.pbc_bili": Model(
        "pbc", lambda d: d["bili"], ["trt", "age", "albumin"], GAMMA, {}
    ),
    "reg.gamma_log.veteran_time": Model(
        "veteran",
        lambda d: d["time"],
        ["trt", "celltype", "karno"],
        GAMMA,
        {"celltype": ["squamous", "smallcell", "adeno", "large"]},
    ),
    "reg.gamma_log.birthwt": Model(
        "birthwt", lambda d: d["bwt"], ["smoke", "race", "lwt", "ui"], GAMMA, RACE
    ),
}


def recast(data: pd.DataFrame, levels: dict[str, list[Any]]) -> pd.DataFrame:
    """Return the data with these categories in this order, any further ones sorted behind."""
    for name, order in levels.items():
        others = sorted(set(data[name].dropna()) - set(order))
        data = data.assign(**{name: pd.Categorical(data[name], [*order, *others])})
    return data


def rows_of(entry: str, read: Reader) -> tuple[pd.DataFrame, pd.Series]:
    """Return the complete rows of a model and its outcome."""
    model = MODELS[entry]
    data = recast(read(model.data), model.levels)
    y = model.outcome(data).astype(float)
    kept = data[model.covariates].notna().all(axis=1) & y.notna()
    return data[kept].reset_index(drop=True), y[kept].reset_index(drop=True)


def fitted(entry: str, read: Reader) -> tuple[GlmFit, pd.DataFrame]:
    """Return the fit of an entry and its rows."""
    model = MODELS[entry]
    rows, y = rows_of(entry, read)
    matrix = build_model_matrix(rows, model.covariates)
    fit = fit_glm(
        matrix.with_intercept(),
        y.to_numpy(),
        model.family,
        ["the intercept", *matrix.terms],
        weights=None if model.weights is None else rows[model.weights].to_numpy(dtype=float),
    )
    return fit, rows


def near(found: Any, values: Any, entry: dict[str, Any]) -> None:
    """Compare with the numbers of an entry, at the tolerance the entry demands."""
    expected = list(values.values()) if isinstance(values, dict) else values
    tol = entry["tol"]
    assert np.asarray(found, dtype=float) == pytest.approx(
        np.asarray(expected, dtype=float), rel=tol["rel"], abs=tol["abs"]
    )
