"""The proportional odds model, against OrderedModel of statsmodels."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
from contest import Contender, contest, write

import spineoutcomes as so
from spineoutcomes.numerics.cumulative import fit_cumulative

COVARIATES = [f"x{number}" for number in range(9)]
# OrderedModel stops its search where the gradient is small, not at machine precision.
AGREEMENT = 1e-4


def run(n: int) -> None:
    """Time the model of n patients with ten terms and five categories."""
    if not importlib.util.find_spec("statsmodels"):
        write("\nordinal: skipped, statsmodels is not installed\n")
        return
    data = synthetic(n)
    X = np.asfortranarray(_columns(data).to_numpy())
    grade, ones = data["grade"].to_numpy(), np.ones(n)
    names = ["arm", *COVARIATES]
    model = Contender(
        "ours, the model alone on arrays",
        lambda: np.exp(fit_cumulative(X, grade, ones, names).coefficients),
        np.asarray,
    )
    whole = Contender(
        "ordinal_odds_ratio, with Brant's test",
        lambda: so.compare.ordinal_odds_ratio(
            data,
            outcome="grade",
            treatment="arm",
            reference="open",
            higher_is_better=True,
            covariates=COVARIATES,
        ),
        _ratios,
    )
    contest(
        f"ordinal logistic regression: {n:,} patients, 10 terms, 5 categories",
        model,
        [
            whole,
            Contender("statsmodels OrderedModel (BFGS)", lambda: _statsmodels(data), np.asarray),
        ],
        rounds=3,
        rtol=AGREEMENT,
    )


def synthetic(n: int) -> pd.DataFrame:
    """Return patients whose grade follows the model."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(rng.normal(size=(n, len(COVARIATES))), columns=COVARIATES)
    frame["arm"] = np.where(rng.random(n) < 0.5, "mis", "open")
    effect = 0.4 * (frame["arm"] == "mis") + frame[COVARIATES] @ np.linspace(-0.5, 0.5, 9)
    return frame.assign(grade=np.digitize(effect + rng.logistic(size=n), [-1.5, -0.5, 0.5, 1.5]))


def _columns(data: pd.DataFrame) -> pd.DataFrame:
    return data[COVARIATES].assign(arm=(data["arm"] == "mis") * 1.0)[["arm", *COVARIATES]]


def _ratios(effects: so.Effects) -> np.ndarray:
    tidy = effects.tidy()
    return tidy.loc[tidy["measure"] == "ordinal_odds_ratio", "estimate"].to_numpy()


def _statsmodels(data: pd.DataFrame) -> np.ndarray:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    X = _columns(data)
    fit = OrderedModel(data["grade"], X, distr="logit").fit(method="bfgs", disp=False)
    # The errors are part of the work: ours come with every fit.
    return np.exp(np.asarray(fit.params)[: X.shape[1]]) + 0 * np.asarray(fit.bse)[: X.shape[1]]
