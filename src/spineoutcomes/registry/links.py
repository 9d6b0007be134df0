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
        The six tables, with keys that are unique.

    Returns
    -------
    dict
        By (table, column), one position a row; -1 where the row names none.
    """
    return {
        (name, column): positions(tables[name][column], tables[parent][column])
        for name, spec in TABLES.items()
        for parent, column in spec.parents
    }


def looked_up(ids: pd.Series, facts: pd.Series) -> pd.Series:
    """Return the fact of each id, missing where there is none.

    Parameters
    ----------
    ids : Series
    facts : Series
        Indexed by ids, each once.
    """
    place = positions(ids, facts.index)
    return pd.Series(facts.array.take(place, allow_fill=True), index=ids.index)


def positions(ids: pd.Series, keys: pd.Series | pd.Index) -> Positions:
    """Return where each id stands among unique keys; -1 where it does not."""
    index = pd.Index(keys, dtype=keys.dtype)
    if isinstance(ids.dtype, pd.CategoricalDtype):
        # The last place answers code -1, which stands for a missing id.
        place = np.append(index.get_indexer(ids.cat.categories), -1)
        return place[ids.cat.codes.to_numpy()]
    found = np.asarray(index.get_indexer(pd.Index(ids, dtype=ids.dtype)), dtype=np.intp)
    found[ids.isna().to_numpy()] = -1
    return found
