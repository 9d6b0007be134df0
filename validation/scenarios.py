"""Which public function meets which sample, and what is promised of its interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

import spineoutcomes as so
from spineoutcomes import compare, survival
from validation import samples
from validation.recurring import recurring, recurring_of_arms
from validation.samples import Sample

FULL = 2_000  # replicates of a scenario: a Monte-Carlo error of .005 of a coverage of .95
STATED = 0.95
RATIOS = (
    "geometric_mean_ratio",
    "risk_ratio",
    "odds_ratio",
    "rate_ratio",
    "ordinal_odds_ratio",
    "win_odds",
    "rmst_ratio",
)


class Promise(NamedTuple):
    """The least and the most that an interval stated to cover .95 may cover."""

    low: float
    high: float


# Right in a large sample to a hundredth; an exact interval may cover more, for data are discrete.
NOMINAL = Promise(0.94, 0.96)
AT_LEAST = Promise(STATED, 1.0)
# In a small sample the fewer the events the more an interval may cover; it must not cover less.
NOT_LESS = Promise(0.94, 1.0)


class Reading(NamedTuple):
    """What one analysis says: a ratio's error is that of its logarithm."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """One method on one sample.

    Attributes
    ----------
    name : str
        Its name on the command line.
    method : str
        Public function and method.
    measure : str
        What is estimated; its truth is the sample's.
    sample : Sample
    analyse : callable
        The public function's answer to one data set.
    promise : Promise or None
        None where coverage is reported only.
    replicates : int
        Data sets of a full run.
    """

    name: str
    method: str
    measure: str
    sample: Sample
    analyse: Callable[[pd.DataFrame], Reading]
    promise: Promise | None = None
    replicates: int = FULL

    @property
    def truth(self) -> float:
        """What is true of the measure."""
        return float(self.sample.truths[self.measure])


def contrast(
    name: str,
    function: Callable[..., so.Effects],
    sample: Sample,
    *,
    says: str = "",
    measure: str | None = None,
    promise: Promise | None = None,
    replicates: int = FULL,
    pairs: str | None = None,
    **options: Any,
) -> Scenario:
    """Return the scenario of a contrast of two arms; `pairs` go through a Design."""
    wanted = measure or function.__name__

    def analyse(frame: pd.DataFrame) -> Reading:
        if pairs:
            data = so.Design(frame, treatment="arm", reference="open", sets=pairs)
            effects = function(data, outcome="y", **options)
        else:
            effects = function(frame, outcome="y", treatment="arm", reference="open", **options)
        tidy = effects.tidy()
        return reading(tidy[(tidy["measure"] == wanted) & (tidy["contrast"] == "mis - open")])

    method = f"{function.__name__}, {says or options['method']}"
    full_name = f"{name}-{sample.n}"
    return Scenario(full_name, method, wanted, sample, analyse, promise, replicates)


def curve(
    name: str,
    function: Callable[..., so.Curves],
    sample: Sample,
    *,
    says: str,
    measure: str,
    promise: Promise | None = None,
    **options: Any,
) -> Scenario:
    """Return the scenario of one point of a curve."""

    def analyse(frame: pd.DataFrame) -> Reading:
        return reading(function(frame, time="months", **options).at(samples.HORIZON))

    method = f"{function.__name__}, {says}"
    return Scenario(f"{name}-{sample.n}", method, measure, sample, analyse, promise)


def over_time(
    name: str,
    function: Callable[..., so.Effects],
    sample: Sample,
    measure: str,
    *,
    says: str,
    promise: Promise | None = NOMINAL,
    **options: Any,
) -> Scenario:
    """Return the scenario of an arm's number at or up to a time, or of a contrast of arms."""

    def analyse(frame: pd.DataFrame) -> Reading:
        arms = {"treatment": "arm", "reference": "open"} if "arm" in frame else {}
        tidy = function(frame, time="months", **arms, **options).tidy()
        return reading(tidy[tidy["measure"] == measure])

    method = f"{function.__name__}, {says}"
    return Scenario(f"{name}-{sample.n}", method, measure, sample, analyse, promise)


def reading(rows: pd.DataFrame) -> Reading:
    """Return the numbers of the one row there must be."""
    (row,) = rows[list(Reading._fields)].astype(float).itertuples(index=False)
    return Reading(*row)


def means_and_ranks() -> list[Scenario]:
    """Outcomes on a numeric or ordered scale."""
    mean, shift = compare.mean_difference, compare.hodges_lehmann_shift
    log_mean, median = compare.geometric_mean_ratio, compare.median_difference
    rows = [
        contrast("welch", mean, samples.unequal_spread(500), says="Welch", promise=NOMINAL),
        contrast("welch", mean, samples.unequal_spread(80), says="Welch"),
        *(
            contrast(
                "ancova",
                mean,
                samples.with_baseline(n),
                says="ANCOVA",
                baseline="x",
                promise=NOMINAL if n == 500 else None,
            )
            for n in (500, 80)
        ),
        contrast("geometric", log_mean, samples.skewed(500), says="Welch", promise=NOMINAL),
        contrast("smd", compare.standardized_difference, samples.equal_spread(80), says="Hedges"),
        contrast("median", median, samples.skewed(80), says="MOVER"),
        contrast("hl", shift, samples.shifted(200), says="rank interval"),
        contrast("hl", shift, samples.shifted(80), says="exact", promise=AT_LEAST),
        contrast(
            "hl-pairs",
            shift,
            samples.paired_scores(80),
            says="exact, pairs",
            promise=AT_LEAST,
            pairs="pair",
        ),
        contrast(
            "bootstrap",
            compare.bootstrap_effect,
            samples.skewed(80),
            says="BCa, 500 resamples",
            measure="mean_difference",
            replicates=500,  # each of them is 500 analyses
            n_resamples=500,
        ),
    ]
    for name, function, says, n in (
        ("ordinal", compare.ordinal_odds_ratio, "proportional odds, Wald", 500),
        ("ordinal", compare.ordinal_odds_ratio, "proportional odds, Wald", 80),
        ("wins", compare.win_odds, "Brunner-Munzel", 80),
    ):
        sample = samples.ordered(n)
        rows.append(contrast(name, function, sample, says=says, higher_is_better=True))
    return rows


def risks() -> list[Scenario]:
    """Yes/no outcomes."""
    difference, ratio, odds = compare.risk_difference, compare.risk_ratio, compare.odds_ratio
    large, small = samples.two_risks(500), samples.two_risks(80)
    rows = [
        *(contrast("newcombe", difference, s, method="newcombe") for s in (large, small)),
        contrast("miettinen", difference, small, method="miettinen-nurminen"),
        contrast("rd-wald", difference, small, method="wald"),
        contrast("koopman", ratio, small, method="koopman"),
        contrast("rr-wald", ratio, small, method="wald"),
        contrast("or-wald", odds, small, method="wald"),
        contrast("or-exact", odds, small, method="exact", promise=AT_LEAST),
        contrast("or-midp", odds, small, method="mid-p"),
        contrast(
            "or-pairs",
            odds,
            samples.paired_risks(80),
            says="conditional (exact), pairs",
            method="conditional",
            sets="pair",
            promise=AT_LEAST,
        ),
    ]
    for function in (difference, ratio, odds):
        sample = samples.stratified_risks(500, function.__name__)
        name = f"mh-{function.__name__.replace('_', '-')}"
        rows.append(contrast(name, function, sample, method="mantel-haenszel", strata="stratum"))
    for name, intercept, words in (
        ("firth", -0.5, "about 24 events"),
        ("firth-few", -2.2, "about 6 events"),
    ):
        rows.append(
            contrast(
                name,
                compare.firth_logistic,
                samples.logistic(80, intercept, words),
                says="profile",
                measure="odds_ratio",
                covariates=["age"],
                promise=NOT_LESS,
            )
        )
    return rows


def rates() -> list[Scenario]:
    """Events per time at risk."""
    ratio, years = compare.rate_ratio, "years"
    return [
        *(
            contrast(
                name, ratio, samples.repeated_events(n), says=says, method=method, exposure=years
            )
            for name, method, says, n in (
                ("robust", "robust", "robust (HC3)", 500),
                ("robust", "robust", "robust (HC3)", 80),
                ("negbin", "negative-binomial", "negative binomial", 80),
            )
        ),
        contrast(
            "clustered",
            ratio,
            samples.events_of_surgeons(),
            says="by cluster (CR2)",
            cluster="surgeon",
            exposure=years,
        ),
        contrast(
            "rate-exact",
            ratio,
            samples.total_events(),
            method="exact",
            exposure=years,
            promise=AT_LEAST,
        ),
    ]


def times_to_events() -> list[Scenario]:
    """Curves at 24 months."""
    exact, months, small = samples.times(500), samples.times(500, rounded=True), samples.times(80)
    survive: dict[str, Any] = {"says": "log-log", "measure": "survival", "event": "event"}
    happen: dict[str, Any] = {"measure": "incidence", "event": "cause", "cause": 1}
    delta = {"says": "delta method, log-log", **happen}
    jackknife = {
        "says": "infinitesimal jackknife, log-log",
        "variance": "infinitesimal-jackknife",
        **happen,
    }
    km, aj = survival.survival_curve, survival.cumulative_incidence
    area, point, two = survival.rmst, survival.milestone_difference, samples.times_of_arms(500)
    to: dict[str, Any] = {"event": "event", "tau": samples.HORIZON}
    lost: dict[str, Any] = {"event": "cause", "cause": 1, "tau": samples.HORIZON}
    at: dict[str, Any] = {"event": "cause", "cause": 1, "horizon": samples.HORIZON}
    return [
        over_time("rmst", area, exact, "rmst", says="normal", **to),
        over_time("rmst-months", area, months, "rmst", says="normal", **to),
        over_time("lost", area, exact, "lost_time", says="of a cause, normal", **lost),
        over_time("lost-months", area, months, "lost_time", says="of a cause, normal", **lost),
        over_time("rmst-diff", area, two, "rmst_difference", says="normal", **to),
        over_time("rmst-ratio", area, two, "rmst_ratio", says="log", **to),
        over_time("incidence-diff", point, two, "incidence_difference", says="normal", **at),
        curve("km", km, exact, promise=NOMINAL, **survive),
        curve("km-months", km, months, promise=NOMINAL, **survive),
        curve("km", km, small, **survive),
        curve("aj", aj, exact, promise=NOMINAL, **delta),
        curve("aj-months", aj, months, promise=NOMINAL, **delta),
        curve("aj", aj, small, **delta),
        curve("aj-jackknife", aj, exact, promise=NOMINAL, **jackknife),
    ]


def recurrent_events() -> list[Scenario]:
    """Mean counts at 24 months, of events that death ends."""
    course = {
        "subject": "patient",
        "start": "start",
        "stop": "stop",
        "event": "event",
        "terminal": "died",
    }

    def mean(frame: pd.DataFrame) -> Reading:
        return reading(survival.mean_cumulative_count(frame, **course).at(samples.HORIZON))

    def difference(frame: pd.DataFrame) -> Reading:
        arms = {"treatment": "arm", "reference": "open"}
        tidy = survival.mean_count_difference(
            frame, horizon=samples.HORIZON, **course, **arms
        ).tidy()
        return reading(tidy[tidy["measure"] == "mean_count_difference"])

    one, two = "mean_cumulative_count, log", "mean_count_difference, normal"
    return [
        Scenario("mean-count-500", one, "mean_count", recurring(500), mean, NOMINAL),
        Scenario("mean-count-80", one, "mean_count", recurring(80), mean),
        *(
            Scenario(
                f"mean-count-diff-{n}",
                two,
                "mean_count_difference",
                recurring_of_arms(n),
                difference,
                promise,
            )
            for n, promise in ((500, NOMINAL), (80, None))
        ),
    ]


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        *means_and_ranks(),
        *risks(),
        *rates(),
        *times_to_events(),
        *recurrent_events(),
    )
}
