"""Who is planned for MIS and who for open surgery, and whose plan is converted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.numerics.distributions import expit
from spineoutcomes.samples.draws import RANDOMISED
from spineoutcomes.samples.patients import standardised, weighted_sum

# Confounding by indication: the sicker, and the more compressed the cord, the more often open.
# Log odds of a plan for MIS per standard deviation; a second operation is more often open.
LOG_ODDS_MIS = {
    "sins": -0.35,
    "kps": 0.45,
    "escc": -0.5,
    "asa": -0.25,
    "year": 0.35,
    "kidney": -0.4,
    "redo": -0.8,
}
INTERCEPT = 0.1  # about half are planned for MIS
# Each centre has one surgeon who prefers open surgery, one without preference and one who prefers
# MIS. The preference changes no outcome: it is not a confounder.
PREFERENCES = np.array([-0.6, 0.0, 0.6])
HYBRID_SHARE = 0.25  # of the MIS arm
MINI_OPEN_SHARE = 0.2  # of the open arm
CONVERSION_INTERCEPT = -2.9
CONVERSION_PER_ESCC = 0.5


def plan(people: pd.DataFrame, rng: np.random.Generator, *, randomised: bool) -> pd.DataFrame:
    """Return how each operation was planned, one row per episode.

    Returns
    -------
    DataFrame
        propensity (probability of a plan for MIS given the covariates, whoever the surgeon),
        propensity_given_surgeon, mis (the plan), hybrid and mini_open (which version of each arm
        the patient would get), converts (would a planned MIS operation be converted to open).
    """
    n = len(people)
    x = standardised(people)
    log_odds = INTERCEPT + weighted_sum(x, LOG_ODDS_MIS)
    by_surgeon = expit(log_odds[:, None] + PREFERENCES)
    given_surgeon = by_surgeon[np.arange(n), people["surgeon"].to_numpy()]
    if randomised:
        by_surgeon, given_surgeon = np.full((n, 1), RANDOMISED), np.full(n, RANDOMISED)
    convert = expit(CONVERSION_INTERCEPT + CONVERSION_PER_ESCC * x["escc"].to_numpy())
    return pd.DataFrame(
        {
            "propensity": by_surgeon.mean(axis=1),
            "propensity_given_surgeon": given_surgeon,
            "mis": rng.random(n) < given_surgeon,
            "hybrid": rng.random(n) < HYBRID_SHARE,
            "mini_open": rng.random(n) < MINI_OPEN_SHARE,
            "converts": rng.random(n) < convert,
        }
    )
