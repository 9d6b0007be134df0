"""Counts made by a database engine give the same numbers as the rows, to the last digit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from spineoutcomes.survival import (
    bootstrap_survival,
    cumulative_incidence,
    followup_curve,
    gray_test,
    logrank_test,
    milestone_difference,
    rmst,
    survival_curve,
)

ARMS = {"treatment": "arm", "reference": "open"}
CALLS: dict[str, tuple[Any, dict[str, Any]]] = {
    "survival_curve": (survival_curve, {"event": "event", "by": "arm"}),
    "followup_curve": (followup_curve, {"event": "event", "by": "arm"}),
    "cumulative_incidence": (cumulative_incidence, {"event": "cause", "by": "arm"}),
    "logrank_test": (logrank_test, {"event": "event", "by": "arm"}),
    "gray_test": (gray_test, {"event": "cause", "by": "arm", "cause": 1}),
    "rmst": (rmst, {"event": "event", "tau": 600, **ARMS}),
    "milestone_difference": (
        milestone_difference,
        {"event": "cause", "cause": 2, "horizon": 365, **ARMS},
    ),
    "bootstrap_survival": (
        bootstrap_survival,
        {"event": "event", "tau": 600, "n_resamples": 100, **ARMS},
    ),
}


def patients(n: int = 5_000) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    cause = rng.integers(0, 3, n)
    return pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < 0.4, "mis", "open"),
            "days": rng.integers(1, 900, n),
            "cause": cause,
            "event": np.minimum(cause, 1),
        }
    )


@pytest.mark.parametrize("name", CALLS)
def test_group_by_gives_the_same_numbers(name: str) -> None:
    rows = patients()
    with duckdb.connect() as engine:
        engine.register("rows", rows)
        counts = engine.sql(
            "SELECT arm, days, cause, event, count(*) AS n FROM rows GROUP BY ALL"
        ).df()
    assert len(counts) < len(rows)
    function, call = CALLS[name]
    theirs = function(counts, time="days", counts="n", **call).tidy()
    pd.testing.assert_frame_equal(
        theirs, function(rows, time="days", **call).tidy(), check_exact=True
    )


# Six kinds of patients, each a million and a half times; Mantel's sums in whole numbers:
#   t  n      n_a    d      E_a and V as fractions, which never overflow here.
MANY = 1_666_667


def test_ten_million_patients_against_fractions() -> None:
    kinds = pd.DataFrame(
        {"arm": list("aaabbb"), "days": [1, 2, 3, 2, 3, 4], "event": [1, 0, 1, 1, 1, 0], "n": MANY}
    )
    assert kinds["n"].sum() > 10_000_000
    observed, expected, variance = Fraction(0), Fraction(0), Fraction(0)
    for day in (1, 2, 3):
        at_risk = kinds[kinds["days"] >= day]
        happened = kinds[(kinds["days"] == day) & (kinds["event"] == 1)]
        n, n_a = (int(x["n"].sum()) for x in (at_risk, at_risk[at_risk["arm"] == "a"]))
        d, d_a = (int(x["n"].sum()) for x in (happened, happened[happened["arm"] == "a"]))
        observed += d_a
        expected += Fraction(d * n_a, n)
        variance += Fraction(d * n_a * (n - n_a) * (n - d), n * n * (n - 1))
    test = logrank_test(kinds, time="days", event="event", by="arm", counts="n").tidy()
    exact = float((observed - expected) ** 2 / variance)
    assert test["statistic"][0] == pytest.approx(exact, rel=1e-12)
    # Without competing causes and censoring in between Gray's test is another weighting of the
    # same table; with all counts times m its statistic is m times as large but for ties.
    few = kinds.assign(n=1_000)
    gray = [
        gray_test(x, time="days", event="event", by="arm", counts="n").tidy()["statistic"][0]
        for x in (few, kinds)
    ]
    assert gray[1] / gray[0] == pytest.approx(MANY / 1_000, rel=1e-3)
