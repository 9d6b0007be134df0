"""Visits that too many did not answer: counted by approach, where the visit was due."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

Tables = dict[str, pd.DataFrame]
Change = Callable[[Tables], None]


def registry(n_answered: int, change: Change | None = None, n: int = 25) -> Registry:
    """Return a registry of n episodes, all asked before surgery and some at 3 months."""
    ids = [f"E{k:02d}" for k in range(n)]
    patients = pd.DataFrame({"patient_id": ids, "death_day": [None] * n})
    episodes = pd.DataFrame(
        {
            "episode_id": ids,
            "patient_id": ids,
            "diagnosis": "lumbar_disc_herniation",
            "index_day": 0.0,
            "approach_planned": ["open"] * 10 + ["mis"] * (n - 10),
        }
    )
    asked = [(one, "preoperative", -1.0) for one in ids]
    asked += [(one, "3m", 91.0) for one in ids[:n_answered]]
    scores = pd.DataFrame(asked, columns=["episode_id", "visit", "day"])
    scores = scores.assign(instrument="odi", value=30.0)
    tables = {"patients": patients, "episodes": episodes, "scores": scores}
    if change is not None:
        change(tables)
    return build_registry(tables, vocabulary=SHIPPED_VOCABULARY)


def found(one: Registry) -> list[str]:
    findings = one.findings()
    return findings.loc[findings["rule"] == "visit_unanswered", "message"].tolist()


def test_more_than_a_fifth_without_an_answer_is_said_by_approach() -> None:
    # Of 25 the last 6 lack an answer, which is 24 %: none of the 10 open, 6 of the 15 MIS.
    assert found(registry(19)) == [
        "At the visit '3m', 6 of 25 episode(s) that were due have no answer to any questionnaire "
        "(open 0 of 10, mis 6 of 15): more than 20%, so those who answered may not be like the "
        "others."
    ]


def test_a_fifth_is_not_said() -> None:
    assert found(registry(20)) == []


def test_few_episodes_say_nothing() -> None:
    assert found(registry(10, n=19)) == []
    assert len(found(registry(10, n=20))) == 1


def died(tables: Tables) -> None:
    tables["patients"].loc[20:, "death_day"] = 60.0


def ended(tables: Tables) -> None:
    tables["episodes"]["cutoff_day"] = [500.0] * 20 + [60.0] * 5


def treated_again(tables: Tables) -> None:
    again = tables["episodes"].tail(5)
    again = again.assign(episode_id=again["episode_id"] + "b", index_day=60.0)
    tables["episodes"] = pd.concat([tables["episodes"], again], ignore_index=True)
    own = pd.DataFrame({"episode_id": again["episode_id"], "visit": "3m", "day": 91.0})
    own = own.assign(instrument="odi", value=30.0)
    tables["scores"] = pd.concat([tables["scores"], own], ignore_index=True)


@pytest.mark.parametrize("change", [died, ended, treated_again])
def test_an_episode_counts_only_where_the_visit_was_due(change: Change) -> None:
    # 5 of 25 are no longer due at 3 months; of the 20 others (25 with the second episodes) 4 and 5
    # unanswered are said or not as the shares are.
    assert found(registry(20, change)) == []
    said = found(registry(14, change))
    assert len(said) == 1
    assert "6 of 2" in said[0]


def silent(tables: Tables) -> None:
    scores = tables["scores"]
    rows = scores.index[scores["visit"] == "3m"][:6]
    scores["missing_reason"] = None
    scores.loc[rows, "value"] = None
    scores.loc[rows, "missing_reason"] = "refused"


def test_a_row_that_says_why_there_is_no_answer_is_no_answer() -> None:
    assert "6 of 25" in found(registry(25, silent))[0]
