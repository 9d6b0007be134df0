"""A baseline table with standardized differences and p-values, beside Python's tableone."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from typing import Any

import numpy as np
import pandas as pd
from contest import Contender, contest, write

import spineoutcomes as so

NUMBERS = [f"number_{i}" for i in range(5)]
LEVELS = [f"levels_{i}" for i in range(5)]
ROUNDS = 5
# scipy's statistic of Kruskal and Wallis, on which tableone stands, loses digits to cancellation
# as the ranks grow: p-values are compared to so many decimals.
DECIMALS = 7


def run(n: int) -> None:
    """Time five numbers and five categories of n patients in two arms."""
    frame = synthetic(n)
    ours = Contender(
        "baseline_summary(tests=True)",
        lambda: so.compare.baseline_summary(frame, tests=True, treatment="arm", reference="open"),
        _our_p,
    )
    title = f"table one: {n:,} patients, 5 numbers, 5 categories, SMD, p"
    if importlib.util.find_spec("tableone") is None:
        contest(title, ours, [], skipped=["tableone is not installed"], rounds=ROUNDS)
        return
    module = importlib.import_module("tableone")
    theirs = Contender("tableone", lambda: _tableone(module, frame), _their_p)
    contest(title, ours, [theirs], rounds=ROUNDS)
    write("  tableone ran with ranks for numbers and without its checks of normality\n")


def synthetic(n: int) -> pd.DataFrame:
    """Return continuous numbers and categories of four levels, alike in both arms."""
    rng = np.random.default_rng(1)
    columns: dict[str, Any] = {"arm": rng.choice(["mis", "open"], n)}
    columns |= {name: rng.normal(60, 10, n) for name in NUMBERS}
    columns |= {name: rng.choice(["I", "II", "III", "IV"], n) for name in LEVELS}
    return pd.DataFrame(columns).astype(dict.fromkeys(["arm", *LEVELS], "category"))


def _tableone(module: Any, frame: pd.DataFrame) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return module.TableOne(
            frame,
            columns=[*NUMBERS, *LEVELS],
            categorical=LEVELS,
            nonnormal=NUMBERS,
            groupby="arm",
            pval=True,
            smd=True,
        )


def _our_p(summary: Any) -> np.ndarray:
    tidy = summary.tidy()
    return tidy.loc[tidy["statistic"] == "p_value", "value"].to_numpy().round(DECIMALS)


def _their_p(table: Any) -> np.ndarray:
    found = table.htest_table["P-Value"]
    return found.loc[[*NUMBERS, *LEVELS]].to_numpy(dtype=float).round(DECIMALS)
