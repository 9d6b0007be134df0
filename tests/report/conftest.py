"""Studies of one outcome, written and run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so

NAME = "The outcome"
SERIES = """title = "A series"
kind = "series"
seed = 1

[registry]
{registry}

[cohort]
episodes = "first"
"""
COMPARISON = """title = "A comparison"
kind = "comparison"
seed = 1

[registry]
{registry}

[cohort]
assignment = "planned"
episodes = "first"

[cohort.arms]
mis = {{ approach = ["mis", "hybrid"] }}
open = {{ approach = ["open", "mini_open"] }}

[design]
reference = "open"
"""
HEADS = {"series": SERIES, "comparison": COMPARISON}


@dataclass(frozen=True)
class Ran:
    """The report of a study with one outcome."""

    results: pd.DataFrame
    page: str

    def effect(self, contrast: str = "all") -> pd.Series:
        """Return the numbers of the outcome in one arm or contrast, by their name."""
        rows = self.results
        own = rows[(rows["result"] == NAME) & (rows["contrast"] == contrast)]
        return own.set_index("statistic")["value"]

    def statuses(self) -> dict[str, float]:
        """Return how many episodes of a series have each status."""
        own = self.results[self.results["result"] == f"{NAME}: status"]
        return dict(zip(own["level"], own["value"], strict=True))

    def has_risk_of(self, flag: pd.Series) -> bool:
        """Tell whether the series gives the share of 1 among the known values of `flag`."""
        seen = flag.dropna().astype(float)
        found = self.effect()[["n", "n_event", "estimate"]].tolist()
        return found == [len(seen), seen.sum(), seen.mean()]


@pytest.fixture
def study_of(tmp_path: Path) -> Callable[..., Ran]:
    """Return a function from the words of one outcome to its report."""

    def run(outcome: str, *, kind: str = "series", registry: str = 'sample = "metastases"') -> Ran:
        path = tmp_path / "study.toml"
        head = HEADS[kind].format(registry=registry)
        path.write_text(f'{head}\n[[outcome]]\nname = "{NAME}"\n{outcome}', encoding="utf-8")
        written = so.run_study(path, tmp_path / "out")
        results = pd.read_csv(written / "results.csv", float_precision="round_trip")
        return Ran(results, (written / "index.html").read_text(encoding="utf-8"))

    return run


@pytest.fixture(scope="session")
def first_episodes() -> so.Cohort:
    """Return what a series of the sample of metastases is made of."""
    return so.select_cohort(so.load_sample("metastases"), episodes="first")
