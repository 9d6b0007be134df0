"""What others do over time: lifelines, statsmodels, scipy and R, where installed.

Left out because their numbers are wrong: lifelines' Aalen-Johansen (moves tied times at random) and
the variance of its restricted mean (that of one patient); scipy's log-rank from a million patients
on (whole numbers overflow). R is timed by its own clock, the median of three, after reading a file.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from contest import Contender, Elsewhere, timed

# scikit-survival is compared with where it is found; `make bench` does not install it (its licence
# is the GPL).
PACKAGES = ("lifelines", "statsmodels", "scipy", "sksurv")
SCIPY_LOGRANK_OVERFLOWS = 500_000
FEW_DRAWS = 20
ARMS = ("mis", "open")
# From the times and events of an arm, its restricted mean.
Area = Callable[[np.ndarray, np.ndarray], float]


def has(package: str) -> bool:
    """Return whether a package is installed."""
    return importlib.util.find_spec(package) is not None


def who_is_here() -> str:
    """Return which peers are compared with and which are skipped."""
    here = [name for name in PACKAGES if has(name)]
    gone = [name for name in PACKAGES if not has(name)]
    r = "R with survival and cmprsk" if r_is_here() else ""
    skipped = gone + ([] if r else ["R with survival and cmprsk"])
    text = f"\npeers: {', '.join(filter(None, [*here, r]))}\n"
    return text + (f"  skipped, not installed: {', '.join(skipped)}\n" if skipped else "")


@functools.cache
def r_is_here() -> bool:
    """Return whether Rscript finds survival and cmprsk."""
    if shutil.which("Rscript") is None:
        return False
    done = subprocess.run(
        ["Rscript", "-e", "library(survival); library(cmprsk)"],  # noqa: S607
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def by_arm(data: pd.DataFrame, *columns: str) -> list[list[np.ndarray]]:
    """Return columns of each arm as arrays: the form peers are given, outside of the clock."""
    return [
        [data.loc[(data["arm"] == arm).to_numpy(), name].to_numpy() for name in columns]
        for arm in ARMS
    ]


def kaplan_meier(data: pd.DataFrame, column: str, tau: float) -> list[Contender | Elsewhere]:
    """Return who draws Kaplan-Meier curves by arm; compared at tau."""
    arms = by_arm(data, column, "event")
    found = []
    if has("statsmodels"):
        from statsmodels.duration.survfunc import SurvfuncRight

        def read(fits: object) -> np.ndarray:
            return np.array(
                [
                    [s.surv_prob[k], s.surv_prob_se[k]]
                    for s in fits
                    if (k := np.searchsorted(s.surv_times, tau, side="right") - 1) is not None
                ]
            ).ravel()

        found.append(
            Contender(
                "statsmodels SurvfuncRight (no limits)",
                lambda: [SurvfuncRight(t, e) for t, e in arms],
                read,
            )
        )
    if has("lifelines"):
        from lifelines import KaplanMeierFitter

        found.append(
            Contender(
                "lifelines",
                lambda: [KaplanMeierFitter().fit(t, e) for t, e in arms],
                lambda fits: _with_greenwood([float(f.predict(tau)) for f in fits], arms, tau),
            )
        )
    call = f"summary(survfit(Surv({column}, event) ~ arm, d, conf.type='log-log'), times={tau})"
    found += _r(data, f"survfit(Surv({column}, event) ~ arm, d, conf.type='log-log')",
                f"{{s <- {call}; as.vector(rbind(s$surv, s$std.err))}}", "R survfit")  # fmt: skip
    return found


def _with_greenwood(S: list[float], arms: list[list[np.ndarray]], tau: float) -> np.ndarray:
    """Return S and Greenwood's error: lifelines keeps the error of its log-log limits only."""
    found = []
    for value, (t, e) in zip(S, arms, strict=True):
        times, place = np.unique(t, return_inverse=True)
        n = len(t) - np.append(0, np.cumsum(np.bincount(place)))[:-1]
        d = np.bincount(place, e)
        used = (times <= tau) & (d > 0)
        found += [value, value * np.sqrt((d / (n * (n - d)))[used].sum())]
    return np.array(found)


def weighted(data: pd.DataFrame, tau: float) -> list[Contender | Elsewhere]:
    """Return who draws weighted Kaplan-Meier curves by arm."""
    arms = by_arm(data, "days", "event", "w")
    found = []
    if has("statsmodels"):
        from statsmodels.duration.survfunc import SurvfuncRight

        found.append(
            Contender(
                "statsmodels SurvfuncRight (no limits)",
                lambda: [SurvfuncRight(t, e, freq_weights=w) for t, e, w in arms],
                lambda fits: np.array(
                    [
                        s.surv_prob[np.searchsorted(s.surv_times, tau, side="right") - 1]
                        for s in fits
                    ]
                ),
            )
        )
    return found + _r(
        data,
        "survfit(Surv(days, event) ~ arm, d, weights=w, robust=FALSE)",
        f"summary(survfit(Surv(days, event) ~ arm, d, weights=w), times={tau})$surv",
        "R survfit, its error not robust",
    )


def logrank(data: pd.DataFrame) -> list[Contender | Elsewhere]:
    """Return who makes a log-rank test."""
    days, event = data["days"].to_numpy(), data["event"].to_numpy()
    arm = (data["arm"] == "mis").to_numpy().astype(int)
    found = []
    if has("statsmodels"):
        from statsmodels.duration.survfunc import survdiff

        found.append(
            Contender("statsmodels survdiff", lambda: survdiff(days, event, arm), _first_number)
        )
    if has("lifelines"):
        from lifelines.statistics import logrank_test

        (t1, e1), (t0, e0) = by_arm(data, "days", "event")
        found.append(
            Contender(
                "lifelines logrank_test",
                lambda: logrank_test(t1, t0, e1, e0),
                lambda test: np.array([test.test_statistic]),
            )
        )
    if has("scipy") and len(data) < SCIPY_LOGRANK_OVERFLOWS:
        from scipy.stats import CensoredData
        from scipy.stats import logrank as scipy_logrank

        sides = [
            CensoredData(uncensored=t[e == 1], right=t[e == 0])
            for t, e in by_arm(data, "days", "event")
        ]
        found.append(
            Contender(
                "scipy logrank",
                lambda: scipy_logrank(*sides),
                lambda test: np.array([test.statistic**2]),
            )
        )
    return found + _r(
        data,
        "survdiff(Surv(days, event) ~ arm, d)",
        "survdiff(Surv(days, event) ~ arm, d)$chisq",
        "R survdiff",
    )


def incidence(data: pd.DataFrame, tau: float) -> list[Contender | Elsewhere]:
    """Return who draws cumulative incidences of both causes by arm."""
    arms = by_arm(data, "days", "cause")
    found = []
    if has("statsmodels"):
        from statsmodels.duration.survfunc import CumIncidenceRight

        found.append(
            Contender(
                "statsmodels CumIncidenceRight",
                lambda: [CumIncidenceRight(t, c) for t, c in arms],
                lambda fits: np.array(
                    [
                        F[np.searchsorted(fit.times, tau, side="right") - 1]
                        for fit in fits
                        for F in fit.cinc
                    ]
                ),
            )
        )
    found += _r(
        data,
        "cuminc(d$days, d$cause, d$arm)",
        f"as.vector(t(timepoints(cuminc(d$days, d$cause, d$arm), {tau})$est[c(1, 3, 2, 4)]))",
        "R cuminc (with Gray's test)",
    )
    return found


def gray(data: pd.DataFrame) -> list[Contender | Elsewhere]:
    """Return who makes Gray's test."""
    call = "cuminc(d$days, d$cause, d$arm)"
    return _r(data, call, f"{call}$Tests[1, 1]", "R cuminc (with its curves)")


def restricted_mean(data: pd.DataFrame, tau: float) -> list[Contender | Elsewhere]:
    """Return who gives restricted means and their errors."""
    fit = "survfit(Surv(days, event) ~ arm, d)"
    return _r(
        data,
        f"summary({fit}, rmean={tau})$table",
        f"as.vector(t(summary({fit}, rmean={tau})$table[, c(5, 6)]))",
        "R survfit, rmean",
    )


def bootstrap(data: pd.DataFrame, tau: float, draws: int) -> list[Contender | Elsewhere]:
    """Return who can be resampled in a loop; few draws, in a clock of their own."""
    loops: list[tuple[str, Area]] = []
    if has("lifelines"):
        from lifelines import KaplanMeierFitter
        from lifelines.utils import restricted_mean_survival_time

        loops.append(
            (
                "lifelines",
                lambda t, e: restricted_mean_survival_time(KaplanMeierFitter().fit(t, e), t=tau),
            )
        )
    if has("sksurv"):
        from sksurv.nonparametric import kaplan_meier_estimator

        loops.append(
            (
                "scikit-survival",
                lambda t, e: _area(*kaplan_meier_estimator(e == 1, t), tau),
            )
        )
    return [_resampled(name, data, area, draws) for name, area in loops]


def _resampled(name: str, data: pd.DataFrame, area: Area, draws: int) -> Elsewhere:
    arms = by_arm(data, "days", "event")

    def loop() -> None:
        rng = np.random.default_rng(1)
        for _ in range(FEW_DRAWS):
            for t, e in arms:
                drawn = rng.integers(0, len(t), len(t))
                area(t[drawn], e[drawn])

    numbers = np.array([area(t, e) for t, e in arms])
    seconds = timed(loop) * draws / FEW_DRAWS
    return Elsewhere(f"{name} in a loop ({FEW_DRAWS} draws, scaled)", seconds, numbers)


def _area(times: np.ndarray, S: np.ndarray, tau: float) -> float:
    within = times < tau
    bounds = np.concatenate([[0.0], times[within], [tau]])
    return float(np.append(1.0, S[within]) @ np.diff(bounds))


def _first_number(pair: tuple[float, float]) -> np.ndarray:
    return np.array([pair[0]])


def _r(data: pd.DataFrame, call: str, answer: str, name: str) -> list[Elsewhere]:
    """Return R's numbers, and its seconds by its own clock."""
    if not r_is_here():
        return []
    return [Elsewhere(f"{name}, by R's clock", *_ask_r(data, call, answer))]


def _ask_r(data: pd.DataFrame, call: str, answer: str) -> tuple[float, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        data.to_csv(path, index=False)
        script = (
            "suppressMessages({library(survival); library(cmprsk)})\n"
            f"d <- read.csv('{path.as_posix()}', stringsAsFactors = TRUE)\n"
            f"f <- function() {call}\n"
            "took <- sapply(1:3, function(i) system.time(f())[['elapsed']])\n"
            f"x <- {answer}\n"
            "cat(sprintf('[%.6f, [%s]]', median(took), paste(sprintf('%.17g', x), collapse=',')))\n"
        )
        done = subprocess.run(  # noqa: S603
            ["Rscript", "-e", script],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
    seconds, numbers = json.loads(done.stdout)
    return seconds, np.array(numbers)
