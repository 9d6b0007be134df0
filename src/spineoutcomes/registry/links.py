"""Where the parent of each row stands, as positions, found once so that nothing looks ids up again.

Text is slow to compare: a table of millions of scores is joined to its episodes by counting.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry.columns import TABLES

Positions = npt.NDArray[np.intp]
Links = Mapping[tuple[str, str], Positions]


def linked(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], Positions]:
    """Return, for each table and each column that names a parent, the position of that parent.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The six tables.

    Returns
    -------
    dict
        By (table, column), one position a row: the first row of the parent that has the id, -1
        where none has it or the row names none.
    """
    return {
        (name, column): first_rows(tables[name][column], tables[parent][column])
        for name, spec in TABLES.items()
        for parent, column in spec.parents
    }


def relinked(
    links: Links, kept: Mapping[str, npt.NDArray[np.bool_]]
) -> dict[tuple[str, str], Positions]:
    """Return the links among the rows that are kept, by table; every parent of theirs is kept."""
    parents = {
        (name, column): parent for name, spec in TABLES.items() for parent, column in spec.parents
    }
    after = {name: np.append(np.cumsum(mask) - 1, -1) for name, mask in kept.items()}
    return {key: after[parents[key]][place[kept[key[0]]]] for key, place in links.items()}


def first_rows(ids: pd.Series, keys: pd.Series) -> Positions:
    """Return the first row whose key is each id, -1 where there is none; keys may repeat."""
    wanted, known = ids.astype("category").cat, keys.astype("category").cat
    codes = known.codes.to_numpy()[::-1]
    # From the last row to the first, which stays; the last place takes and answers a missing key.
    row = np.full(len(known.categories) + 1, -1, dtype=np.intp)
    row[codes] = np.arange(len(codes) - 1, -1, -1)
    row[-1] = -1
    # Each different id is looked up once, in the table that the categories of the keys are.
    place = known.categories.get_indexer(wanted.categories)
    return np.append(row[place], -1)[wanted.codes.to_numpy()]
