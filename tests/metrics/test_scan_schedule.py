"""What the days of scans do to a recurrence: simulated, with the truth known.

Recurrence and death come at .02 and .04 a month, follow-up ends between 12 and 36 months, and
recurrence is seen on the next scan of those who live to have it. docs/recurrence.md prints the
figures of this file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from spineoutcomes import metrics, survival
from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.selection import select_cohort
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

MONTH = 30  # days, so that months are whole days
EVENT = "recurrence_or_progression"
HORIZON = 24 * MONTH
TRUE_RECURRENCE = 0.02 / 0.06 * (1 - np.exp(-0.06 * 24))
TRUE_DEATH_FIRST = 0.04 / 0.06 * (1 - np.exp(-0.06 * 24))
N = 20_000
SEED = 1
# Figures are cited to two places, so half a hundredth may be rounding; the rest is chance.
ROUNDING = 0.005
TRIALS, PER_ARM = 2000, 120
PAGE = Path(__file__).parents[2] / "docs" / "recurrence.md"


def simulated(every: np.ndarray, seed: int) -> Registry:
    """Return a registry of patients scanned every so many months, one number a patient."""
    rng, n = np.random.default_rng(seed), len(every)
    recurrence = rng.exponential(MONTH / 0.02, n)
    death = rng.exponential(MONTH / 0.04, n)
    end = rng.uniform(12, 36, n) * MONTH
    last = np.minimum(death, end)
    n_scans = (last // (every * MONTH)).astype(int)
    patient = np.repeat(np.arange(n), n_scans)
    number = np.arange(n_scans.sum()) - np.repeat(np.cumsum(n_scans) - n_scans, n_scans) + 1
    scans = pd.DataFrame({"episode_id": patient, "day": number * every[patient] * MONTH})
    shows = scans[scans["day"] >= recurrence[patient]].drop_duplicates("episode_id")
    events = pd.concat(
        [scans.assign(kind="imaging"), shows.assign(kind="local_recurrence")], ignore_index=True
    )
    ids = np.array([f"S{k}" for k in range(n)])
    died = death <= end
    patients = {
        "patient_id": ids,
        "death_day": np.where(died, np.ceil(death), np.nan),
        "last_contact_day": np.where(died, np.ceil(death), np.floor(end)),
    }
    arm = np.where(every == every[0], "mis", "open")
    return build_registry(
        {
            "patients": pd.DataFrame(patients),
            "episodes": pd.DataFrame(
                {"episode_id": ids, "patient_id": ids, "approach_planned": arm}
            ).assign(diagnosis="spinal_metastasis"),
            "events": events.assign(
                episode_id=ids[events["episode_id"]],
                event_id=np.arange(len(events)).astype(str),
                status="occurred",
            ),
        },
        vocabulary=SHIPPED_VOCABULARY,
    )


@cache
def times_of(every: int) -> pd.DataFrame:
    return metrics.time_to_recurrence(
        simulated(np.full(N, every), SEED),
        assessment="imaging",
        max_gap_days=every * MONTH + MONTH,
        censor_at="last_scan",
    )


def risks(times: pd.DataFrame) -> tuple[float, float]:
    """Return the incidence of recurrence and of death first, at 24 months."""
    known = times.dropna(subset=["time"])
    curves = survival.cumulative_incidence(known, time="time", event="event")
    at = curves.at(HORIZON).set_index("cause")["estimate"]
    return float(at[EVENT]), float(at["death"])


def chance(p: float, n: int) -> float:
    """Return three Monte-Carlo errors of a proportion (censoring makes them a little larger)."""
    return float(3 * np.sqrt(p * (1 - p) / n))


def test_the_truth():
    assert round(TRUE_RECURRENCE, 3) == 0.254 and round(TRUE_DEATH_FIRST, 3) == 0.509


@pytest.mark.parametrize(("every", "recurrence", "death"), [(6, 0.22, 0.56), (12, 0.18, 0.62)])
def test_rare_scans_lose_recurrences_to_death(every, recurrence, death):
    found = risks(times_of(every))
    assert found[0] == pytest.approx(recurrence, abs=ROUNDING + chance(recurrence, N))
    assert found[1] == pytest.approx(death, abs=ROUNDING + chance(death, N))
    # The bias is no chance: it is many errors from the truth.
    assert TRUE_RECURRENCE - found[0] > 3 * chance(TRUE_RECURRENCE, N)


@pytest.mark.parametrize("every", [6, 12])
def test_the_band_of_what_was_unseen_holds_the_truth(every):
    times = times_of(every)
    for dated_at in ("last_clean_scan", "midpoint", "first_positive_scan"):
        none, everyone = (
            risks(metrics.redated_recurrence(times, dated_at=dated_at, unseen_before_death=unseen))[
                0
            ]
            for unseen in ("none", "all")
        )
        assert none < TRUE_RECURRENCE < everyone


def test_between_scans_the_middle_is_nearer_to_the_truth_than_the_scan():
    # At 22 months the scan of month 24 has not shown what came since month 18.
    def risk(dated_at: str) -> float:
        frame = metrics.redated_recurrence(
            times_of(6), dated_at=dated_at, unseen_before_death="none"
        ).dropna(subset=["time"])
        curves = survival.cumulative_incidence(frame, time="time", event="event")
        return float(curves.at(22 * MONTH).set_index("cause").loc[EVENT, "estimate"])

    truth = 0.02 / 0.06 * (1 - np.exp(-0.06 * 22))
    assert risk("first_positive_scan") < risk("midpoint") < truth


@cache
def two_arms() -> pd.DataFrame:
    """Return times of two arms alike but for scans every 3 and every 12 months, in turn."""
    registry = simulated(np.where(np.arange(TRIALS * 2 * PER_ARM) % 2 == 0, 3, 12), SEED)
    arms = {"mis": {"approach": ["mis"]}, "open": {"approach": ["open"]}}
    cohort = select_cohort(registry, arms=arms, assignment="planned")
    with pytest.warns(match=r"Scans per person-year differ .* mis: 3\.8.* open: 0\.7"):
        times = metrics.time_to_recurrence(
            cohort, assessment="imaging", max_gap_days=13 * MONTH, censor_at="last_scan"
        )
    return times.assign(arm=cohort.data["arm"]).dropna(subset=["time"])


def cox_efron(times: pd.DataFrame) -> float:
    """Return the cause-specific hazard ratio of mis to open, by Efron's score for one arm."""
    time, mis = times["time"].to_numpy(), (times["arm"] == "mis").to_numpy()
    event = (times["event"] == EVENT).to_numpy()
    at = np.unique(time[event])
    at_risk = [np.array([(time[arm] >= t).sum() for t in at]) for arm in (mis, ~mis)]
    events = [np.array([(time[arm & event] == t).sum() for t in at]) for arm in (mis, ~mis)]

    def score(log_ratio: float) -> float:
        ratio, total = np.exp(log_ratio), 0.0
        for n1, n0, d1, d0 in zip(*at_risk, *events, strict=True):
            share = np.arange(d1 + d0) / (d1 + d0)
            exposed = ratio * (n1 - share * d1)
            total += d1 - (exposed / (exposed + n0 - share * d0)).sum()
        return total

    return float(np.exp(brentq(score, -2, 2)))


def test_scanning_one_arm_more_often_makes_a_hazard_ratio():
    times = two_arms()
    by_arm = times.groupby("arm", observed=True)
    rate = by_arm["event"].agg(lambda e: (e == EVENT).sum()) / by_arm["person_years"].sum()
    n_events = by_arm["event"].agg(lambda e: (e == EVENT).sum())
    error = float(np.sqrt((1 / n_events).sum()))  # of the log of a ratio of rates
    ratio = float(rate["mis"] / rate["open"])
    hazard_ratio = cox_efron(times)
    assert np.log(hazard_ratio) == pytest.approx(np.log(1.38), abs=3 * error + 0.005)
    # Of person-time the ratio is a little less, and as far from 1.
    assert 1.2 < ratio < hazard_ratio and np.log(ratio) > 10 * error


@cache
def share_rejected() -> float:
    """Return the share of single trials whose log-rank test rejects at the 5 % level."""
    times = two_arms()
    trial = np.array([int(one[1:]) for one in times.index]) // (2 * PER_ARM)
    p_values = [
        survival.logrank_test(part, time="time", event="event", by="arm", cause=EVENT)
        .tidy()["p_value"]
        .iloc[0]
        for _, part in times.groupby(trial)
    ]
    return float(np.mean(np.array(p_values) < 0.05))


def test_and_a_type_i_error_of_a_quarter():
    # The log-rank test is the score test of the Cox model; 120 an arm, nothing but scans differs.
    assert share_rejected() == pytest.approx(0.23, abs=ROUNDING + chance(0.23, TRIALS))
    assert share_rejected() > 0.05 + chance(0.05, TRIALS)


def test_the_page_prints_what_this_file_finds():
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    for every in (3, 6, 12):
        recurrence, death = risks(times_of(every))
        assert f"| every {every} months | {recurrence:.2f} | {death:.2f} |" in page
    for dated_at in ("last_clean_scan", "midpoint", "first_positive_scan"):
        none, everyone = (
            risks(
                metrics.redated_recurrence(
                    times_of(12), dated_at=dated_at, unseen_before_death=unseen
                )
            )[0]
            for unseen in ("none", "all")
        )
        assert f"| `{dated_at}` | {none:.2f} | {everyone:.2f} |" in page
    assert f"hazard ratio of {cox_efron(two_arms()):.2f}," in page
    middle = metrics.redated_recurrence(two_arms(), dated_at="midpoint", unseen_before_death="none")
    halfway = cox_efron(middle.assign(arm=two_arms()["arm"]))
    assert f"dated at the midpoint it is still {halfway:.2f}." in page
    assert f"{TRIALS:,} trials of {PER_ARM} patients an arm" in page
    assert f"of the single trials, rejects in {share_rejected():.0%}." in page.replace(" %", "%")
