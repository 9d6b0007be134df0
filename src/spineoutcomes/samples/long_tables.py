"""Scores and events from blocks of rows, each row pointing to its episode by position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spineoutcomes.samples.draws import numbered, text
from spineoutcomes.samples.outcomes import FRANKEL


def scores_table(
    blocks: Sequence[pd.DataFrame], ids: np.ndarray, grades: Sequence[str] = FRANKEL
) -> pd.DataFrame:
    """Return the table of scores, ordered by episode, instrument and day.

    Parameters
    ----------
    blocks : sequence of DataFrame
        Columns `row` (position of the episode in `ids`), instrument, day, visit and any others of
        the table; `grade` holds positions in `grades`.
    ids : array of str
    grades : sequence of str
    """
    table = _ordered(blocks, ["row", "instrument", "day"], ids)
    if "grade" in table:
        table["grade"] = text(table["grade"].fillna(-1), grades)
    return table


def events_table(blocks: Sequence[pd.DataFrame], ids: np.ndarray) -> pd.DataFrame:
    """Return the table of events, ordered by episode and day, numbered.

    Parameters
    ----------
    blocks : sequence of DataFrame
        Columns `row`, kind, day and any others of the table; `scan` is the number of the scan
        within the episode, `status` is "occurred" unless given.
    ids : array of str
    """
    table = _ordered(blocks, ["row", "day"], ids)
    if not len(table):
        return table
    if "scan" in table:
        scan = table.pop("scan")
        names = table["episode_id"] + "-S" + scan.fillna(0).astype(int).astype(str)
        table["scan_id"] = names.where(scan.notna())
    status = table["status"].fillna("occurred") if "status" in table else "occurred"
    event_id = numbered("SYN-EV", np.arange(1, len(table) + 1), 6)
    return table.assign(status=status, event_id=event_id)


def _ordered(blocks: Sequence[pd.DataFrame], keys: list[str], ids: np.ndarray) -> pd.DataFrame:
    """Return the blocks below each other; rows of one key stay in the order of the blocks."""
    filled = [block for block in blocks if len(block)]
    if not filled:
        return pd.DataFrame()
    table = pd.concat(filled, ignore_index=True)
    rank = pd.Series(np.argsort(np.argsort(ids, kind="stable")))
    table["row"], episode = table["row"].map(rank), ids[table["row"]]
    table["episode_id"] = episode
    table = table.sort_values(keys, kind="stable", ignore_index=True)
    return table.drop(columns="row")
