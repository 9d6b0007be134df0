"""Analyse many data sets of a scenario and count how often the interval holds the truth."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.stats import binom
from tqdm import tqdm

from spineoutcomes.errors import NotEstimableError, SparseDataWarning
from validation.scenarios import RATIOS, STATED, Promise, Reading, Scenario

SEED = 20_260
# A right interval fails by bad luck in one run of a thousand, so that a run of all of them seldom
# does; at 2,000 replicates the band around .95 is then .934 to .966.
BAD_LUCK = 0.001
NOTHING = Reading(np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What came of the replicates of a scenario.

    Attributes
    ----------
    scenario : Scenario
    readings : array of shape (replicates, 4)
        Estimate, error and limits; a ratio as its logarithm.
    """

    scenario: Scenario
    readings: npt.NDArray[np.float64]

    @property
    def replicates(self) -> int:
        """Number of data sets."""
        return len(self.readings)

    @property
    def share(self) -> float:
        """Share of the data sets whose interval holds the truth; no interval holds nothing."""
        truth = on_scale(self.scenario, self.scenario.truth)
        _, _, low, high = self.readings.T
        return float(np.mean((low <= truth) & (truth <= high)))

    @property
    def error(self) -> float:
        """Monte-Carlo error of the share."""
        return float(np.sqrt(self.share * (1 - self.share) / self.replicates))

    @property
    def n_without(self) -> int:
        """Number of data sets that gave no interval."""
        return int(np.isnan(self.readings[:, 2:]).any(axis=1).sum())

    @property
    def bias(self) -> float:
        """Mean of the finite estimates less the truth; of ratios, of the logarithm."""
        return float(np.mean(self._finite[:, 0]) - on_scale(self.scenario, self.scenario.truth))

    @property
    def error_ratio(self) -> float:
        """Spread of the finite estimates over their mean error; missing where there is none."""
        errors = self._finite[:, 1]
        if np.isnan(errors).all():
            return float("nan")
        return float(np.std(self._finite[:, 0], ddof=1) / np.nanmean(errors))

    @property
    def _finite(self) -> npt.NDArray[np.float64]:
        return self.readings[np.isfinite(self.readings[:, 0])]

    @property
    def kept(self) -> bool:
        """Whether the promise holds, chance allowed for; true where none is made."""
        promise = self.scenario.promise
        if promise is None:
            return True
        low, high = band(promise, self.replicates)
        return low <= self.share <= high


def band(promise: Promise, replicates: int) -> tuple[float, float]:
    """Return the shares that keep a promise.

    They are those that an interval covering as stated reaches by chance, and never fewer than are
    promised: with many replicates the promise alone decides.
    """
    luck = np.array([BAD_LUCK / 2, 1 - BAD_LUCK / 2])
    low, high = (binom.ppf(luck, replicates, STATED) / replicates).tolist()
    return min(promise.low, low), max(promise.high, high)


def simulate(scenario: Scenario, replicates: int | None = None, *, seed: int = SEED) -> Coverage:
    """Return the readings of so many data sets (by default those of a full run).

    Replicate k has the k-th seed spawned from `seed` and the sample's own words, however many
    follow: methods on one sample meet the same data sets, and samples have nothing in common.
    """
    key = crc32(f"{scenario.sample.words}, n = {scenario.sample.n}".encode())
    seeds = np.random.SeedSequence([seed, key]).spawn(replicates or scenario.replicates)
    bar = tqdm(seeds, desc=scenario.name, unit=" data sets", delay=2, leave=False, disable=None)
    return Coverage(scenario, np.array([reading_of(scenario, one) for one in bar]))


def reading_of(scenario: Scenario, seed: np.random.SeedSequence) -> Reading:
    """Return what the method says of one data set; nothing where it cannot say anything."""
    frame = scenario.sample.draw(np.random.default_rng(seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SparseDataWarning)
        try:
            found = scenario.analyse(frame)
        except NotEstimableError:
            return NOTHING
    return found._replace(
        estimate=on_scale(scenario, found.estimate),
        conf_low=on_scale(scenario, found.conf_low),
        conf_high=on_scale(scenario, found.conf_high),
    )


def on_scale(scenario: Scenario, value: float) -> float:
    """Return a value on the scale of its error: the logarithm of a ratio."""
    if scenario.measure not in RATIOS:
        return value
    with np.errstate(divide="ignore"):
        return float(np.log(value))
