"""The proportional odds model, against OrderedModel of statsmodels."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
from contest import Contender, contest, write

import spineoutcomes as so

COVARIATES = ["age", "bmi", "smoker", "score"]
# OrderedModel stops its search where the gradient is small, not at machine precision.
AGREEMENT = 1e-4


def run(n: int) -> None:
    """Time the model of n patients with five terms and five categories."""
    if not importlib.util.find_spec("statsmodels"):
        write("\nordinal: skipped, statsmodels is not installed\n")
        return
    data = synthetic(n)
    ours = Contender(
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
        f"ordinal logistic regression: {n:,} patients, 5 terms, 5 categories",
        ours,
        [Contender("statsmodels OrderedModel (BFGS)", lambda: _statsmodels(data), np.asarray)],
        rounds=3,
        rtol=AGREEMENT,
    )


def synthetic(n: int) -> pd.DataFrame:
    """Return patients whose grade follows the model."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < 0.5, "mis", "open"),
            "age": rng.normal(0, 1, n),
            "bmi": rng.normal(0, 1, n),
            "smoker": rng.integers(0, 2, n),
            "score": rng.normal(0, 1, n),
        }
    )
    effect = 0.4 * (frame["arm"] == "mis") + frame[COVARIATES] @ [0.3, -0.2, -0.5, 0.1]
    return frame.assign(grade=np.digitize(effect + rng.logistic(size=n), [-1.5, -0.5, 0.5, 1.5]))


def _ratios(effects: so.Effects) -> np.ndarray:
    tidy = effects.tidy()
    return tidy.loc[tidy["measure"] == "ordinal_odds_ratio", "estimate"].to_numpy()


def _statsmodels(data: pd.DataFrame) -> np.ndarray:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    X = data[COVARIATES].assign(arm=(data["arm"] == "mis") * 1.0)[["arm", *COVARIATES]]
    fit = OrderedModel(data["grade"], X, distr="logit").fit(method="bfgs", disp=False)
    # The errors are part of the work: ours come with every fit.
    return np.exp(np.asarray(fit.params)[: X.shape[1]]) + 0 * np.asarray(fit.bse)[: X.shape[1]]
