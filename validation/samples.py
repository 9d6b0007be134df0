"""What is simulated, and its truth: closed forms of the process that makes the data.

No number here comes from the package: a truth must not be computed by what it judges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator], pd.DataFrame]
HORIZON = 24.0  # months
MOST_ROUNDED = 0.5  # to whole months: what happened by 24.5 is recorded at 24


@dataclass(frozen=True, slots=True)
class Sample:
    """A process that makes data sets.

    Attributes
    ----------
    words : str
        The process, for a reader of the page.
    n : int
        Rows (patients, patient-years where the words say so).
    truths : mapping of str to float
        What is true of each measure.
    draw : callable
        Makes one data set from a generator.
    """

    words: str
    n: int
    truths: Mapping[str, float]
    draw: Draw


def unequal_spread(n: int) -> Sample:
    """Make normal outcomes; the smaller arm varies three times as much."""
    treated = 3 * n // 10

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        y = np.append(rng.normal(3.5, 3, treated), rng.normal(5, 1, n - treated))
        return pd.DataFrame({"arm": arms(n, treated), "y": y})

    words = f"normal, SD 3 in {treated} and 1 in {n - treated} patients"
    return Sample(words, n, {"mean_difference": 3.5 - 5}, draw)


def with_baseline(n: int) -> Sample:
    """Make scores that follow a skewed baseline in a straight line, alike in both arms."""
    arm, effect = arms(n, n // 2), -4.0

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        x = rng.gamma(4, 5, n)
        untreated = 20 + 0.6 * x + rng.normal(0, 8, n)
        return pd.DataFrame({"arm": arm, "x": x, "y": untreated + effect * (arm == "mis")})

    words = "score on a skewed baseline, slope 0.6, residual SD 8, arms of equal size"
    return Sample(words, n, {"mean_difference": effect}, draw)


def skewed(n: int) -> Sample:
    """Make skewed outcomes (log-normal) of another median and spread in each arm."""
    (m1, s1), (m0, s0) = (1.4, 0.9), (1.8, 0.7)

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        y = np.append(rng.lognormal(m1, s1, n // 2), rng.lognormal(m0, s0, n - n // 2))
        return pd.DataFrame({"arm": arms(n, n // 2), "y": y})

    truths = {
        "geometric_mean_ratio": np.exp(m1 - m0),
        "median_difference": np.exp(m1) - np.exp(m0),
        "mean_difference": np.exp(m1 + s1**2 / 2) - np.exp(m0 + s0**2 / 2),
    }
    return Sample(f"log-normal, log mean {m1} v {m0}, log SD {s1} v {s0}", n, truths, draw)


def shifted(n: int) -> Sample:
    """Make outcomes of one skewed shape (gamma), moved in one arm."""
    shift = -3.0

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        arm = arms(n, n // 2)
        return pd.DataFrame({"arm": arm, "y": rng.gamma(2, 5, n) + shift * (arm == "mis")})

    return Sample("gamma (shape 2, scale 5), moved by 3", n, {"hodges_lehmann_shift": shift}, draw)


def equal_spread(n: int) -> Sample:
    """Make normal outcomes of one spread."""

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        y = np.append(rng.normal(40, 20, n // 2), rng.normal(50, 20, n - n // 2))
        return pd.DataFrame({"arm": arms(n, n // 2), "y": y})

    return Sample("normal, SD 20, means 40 v 50", n, {"standardized_difference": -10 / 20}, draw)


def paired_scores(n: int) -> Sample:
    """Make pairs whose differences are symmetric, with heavy tails."""
    pairs, shift = n // 2, -3.0

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        untreated = rng.normal(50, 10, pairs)
        y = np.append(untreated + shift + 5 * rng.standard_t(3, pairs), untreated)
        return pd.DataFrame({"arm": arms(n, pairs), "pair": np.tile(np.arange(pairs), 2), "y": y})

    words = f"{pairs} pairs, differences 5 t(3) around -3"
    return Sample(words, n, {"hodges_lehmann_shift": shift}, draw)


def two_risks(n: int) -> Sample:
    """Make a yes/no outcome in two arms of equal size."""
    p1, p0 = 0.15, 0.30

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        arm = arms(n, n // 2)
        return pd.DataFrame({"arm": arm, "y": happened(rng, np.where(arm == "mis", p1, p0))})

    truths = {
        "risk_difference": p1 - p0,
        "risk_ratio": p1 / p0,
        "odds_ratio": p1 / (1 - p1) * (1 - p0) / p0,
    }
    return Sample(f"risks {p1:.2f} v {p0:.2f}, arms of equal size", n, truths, draw)


def stratified_risks(n: int, measure: str) -> Sample:
    """Make three strata that differ in risk and in who is treated; the measure is one in all."""
    share, base = np.array([0.3, 0.5, 0.7]), np.array([0.20, 0.35, 0.50])
    truth, treated = {
        "risk_difference": (-0.1, base - 0.1),
        "risk_ratio": (0.6, base * 0.6),
        "odds_ratio": (0.5, expit(np.log(0.5 * odds(base)))),
    }[measure]

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        stratum = rng.integers(0, 3, n)
        mis = rng.random(n) < share[stratum]
        y = happened(rng, np.where(mis, treated[stratum], base[stratum]))
        return pd.DataFrame({"arm": np.where(mis, "mis", "open"), "stratum": stratum, "y": y})

    words = "three strata, risks .20 to .50, .3 to .7 treated, one measure in all"
    return Sample(words, n, {measure: truth}, draw)


def paired_risks(n: int) -> Sample:
    """Make pairs with a level of their own; the odds ratio is that within pairs."""
    pairs, truth = n // 2, 0.5

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        level = rng.normal(-0.5, 1.5, pairs)
        p = expit(np.append(level + np.log(truth), level))
        pair = np.tile(np.arange(pairs), 2)
        return pd.DataFrame({"arm": arms(n, pairs), "pair": pair, "y": happened(rng, p)})

    words = f"{pairs} pairs, log odds of the controls N(-0.5, 1.5)"
    return Sample(words, n, {"odds_ratio": truth}, draw)


def logistic(n: int, intercept: float, words: str) -> Sample:
    """Make outcomes of arm and age; the odds ratio is that at a given age."""
    arm, truth = arms(n, n // 2), 0.4

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        age = rng.normal(0, 1, n)
        p = expit(intercept + np.log(truth) * (arm == "mis") + 0.5 * age)
        return pd.DataFrame({"arm": arm, "age": age, "y": happened(rng, p)})

    return Sample(f"logistic in arm and age, {words}", n, {"odds_ratio": truth}, draw)


def ordered(n: int) -> Sample:
    """Make five ordered categories under proportional odds."""
    cuts, truth = np.array([-1.5, -0.5, 0.5, 1.5]), 2.0
    above1 = np.concatenate([[1.0], expit(np.log(truth) - cuts), [0.0]])
    above0 = np.concatenate([[1.0], expit(-cuts), [0.0]])
    q1, q0 = -np.diff(above1), -np.diff(above0)
    wins = float(q1 @ (np.cumsum(q0) - q0 / 2))

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        arm = arms(n, n // 2)
        latent = rng.logistic(np.log(truth) * (arm == "mis"))
        return pd.DataFrame({"arm": arm, "y": np.searchsorted(cuts, latent)})

    truths = {"ordinal_odds_ratio": truth, "win_odds": wins / (1 - wins)}
    return Sample("five categories, proportional odds, odds ratio 2", n, truths, draw)


def repeated_events(n: int) -> Sample:
    """Make events that some patients have again and again (gamma frailty)."""
    arm = arms(n, n // 2)
    rate = np.where(arm == "mis", 0.48, 0.80)

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        years, frailty = rng.uniform(0.5, 2, n), rng.gamma(1.0, 1.0, n)
        y = rng.poisson(rate * years * frailty)
        return pd.DataFrame({"arm": arm, "years": years, "y": y})

    words = "0.48 v 0.80 events a year, half to two years, gamma frailty of variance 1"
    return Sample(words, n, {"rate_ratio": 0.48 / 0.80}, draw)


def events_of_surgeons() -> Sample:
    """Make twelve surgeons with rates and habits of their own; habits do not follow rates."""
    treated, each = (4, 7, 10, 13, 16, 10) * 2, 20
    surgeons = len(treated)
    surgeon = np.repeat(np.arange(surgeons), each)
    arm = np.concatenate([arms(each, k) for k in treated])
    rate = np.where(arm == "mis", 0.48, 0.80)

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        years, frailty = rng.uniform(0.5, 2, len(arm)), rng.gamma(4, 1 / 4, surgeons)
        y = rng.poisson(rate * years * frailty[surgeon])
        return pd.DataFrame({"arm": arm, "surgeon": surgeon, "years": years, "y": y})

    words = "12 surgeons of 20 patients, rates of gamma variance 0.25, 4 to 16 of 20 treated"
    return Sample(words, len(arm), {"rate_ratio": 0.48 / 0.80}, draw)


def total_events() -> Sample:
    """Make Poisson totals of each arm."""
    years = np.array([40.0, 40.0])

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        y = rng.poisson(np.array([0.3, 0.5]) * years)
        return pd.DataFrame({"arm": ["mis", "open"], "years": years, "y": y})

    words = "Poisson totals of 40 patient-years each, 0.3 v 0.5 events a year"
    return Sample(words, 80, {"rate_ratio": 0.3 / 0.5}, draw)


def times(n: int, *, rounded: bool = False) -> Sample:
    """Make two causes with constant hazards (progression, death), followed for 18 to 48 months."""
    hazards = np.array([0.015, 0.020])

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        frame = followed(rng, np.tile(hazards, (n, 1)))
        return frame.assign(months=np.rint(frame["months"])) if rounded else frame

    words = "hazards .015 and .020 a month, followed 18 to 48 months, at 24 months"
    truths = truths_of(hazards, rounded=rounded)
    return Sample(words + (", whole months" if rounded else ""), n, truths, draw)


def times_of_arms(n: int) -> Sample:
    """Make the same causes in two arms of equal size with hazards of their own."""
    mis, other = np.array([0.010, 0.018]), np.array([0.020, 0.024])
    arm = arms(n, n // 2)

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        hazards = np.where((arm == "mis")[:, None], mis, other)
        return followed(rng, hazards).assign(arm=arm)

    one, two = truths_of(mis), truths_of(other)
    truths = {f"{name}_difference": one[name] - two[name] for name in one}
    truths |= {f"{name}_ratio": one[name] / two[name] for name in one}
    words = "hazards .010 and .018 v .020 and .024 a month, followed 18 to 48 months, to 24 months"
    return Sample(words, n, truths, draw)


def followed(rng: np.random.Generator, hazards: FloatArray) -> pd.DataFrame:
    """Make the first event of each patient, by cause, unless follow-up of 18 to 48 months ends."""
    total = hazards.sum(axis=1)
    first, end = rng.exponential(1 / total), rng.uniform(18, 48, len(total))
    which = np.where(rng.random(len(total)) < hazards[:, 0] / total, 1, 2)
    cause = np.where(first <= end, which, 0)
    months = np.minimum(first, end)
    return pd.DataFrame({"months": months, "cause": cause, "event": np.minimum(cause, 1)})


def truths_of(hazards: FloatArray, *, rounded: bool = False) -> dict[str, float]:
    """Return what is true at the horizon, and of the areas up to it, under constant hazards."""
    total, share = hazards.sum(), hazards[0] / hazards.sum()
    if rounded:
        # What is recorded up to a whole month happened within half a month after it.
        until = HORIZON + MOST_ROUNDED
        kept = np.exp(-total * (np.arange(HORIZON) + MOST_ROUNDED)).sum()
    else:
        until, kept = HORIZON, -np.expm1(-total * HORIZON) / total
    return {
        "survival": float(np.exp(-total * until)),
        "incidence": float(share * -np.expm1(-total * until)),
        "rmst": float(kept),
        "lost_time": float(share * (HORIZON - kept)),
    }


def arms(n: int, treated: int) -> npt.NDArray[np.str_]:
    """Return the arm of each of n patients, the treated first."""
    return np.where(np.arange(n) < treated, "mis", "open")


def happened(rng: np.random.Generator, p: FloatArray) -> npt.NDArray[np.int64]:
    """Return 1 with probability p, else 0."""
    return (rng.random(len(p)) < p).astype(np.int64)


def odds(p: FloatArray) -> FloatArray:
    """Return the odds of probabilities."""
    return p / (1 - p)


def expit(x: FloatArray) -> FloatArray:
    """Return the probabilities of log odds."""
    return 1 / (1 + np.exp(-x))
