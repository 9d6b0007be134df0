"""Possible identifiers of persons: where they may stand and how many; never what they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from spineoutcomes.registry.columns import TABLES, TableSpec
from spineoutcomes.registry.identifiers.names import named_after
from spineoutcomes.registry.identifiers.values import suspicious

COLUMNS = ("table", "column", "why", "n")
OLD_AGE = 89


def possible_identifiers(
    tables: Mapping[str, pd.DataFrame], *, marked: Collection[str] = ()
) -> pd.DataFrame:
    """Return where persons may be identified: by names of columns, by marks, by values.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of a registry, or of a file as it was read, by name.
    marked : collection of str
        Columns that the file itself marks as identifying.

    Returns
    -------
    DataFrame
        Columns `table, column, why, n`, where n counts cells. Ids and other declared columns are
        looked at by their values alone. A table without a row here is not thereby anonymous.
    """
    rows = [
        (table, column, why, n)
        for table, frame in tables.items()
        for column in frame.columns
        for why, n in _reasons(TABLES.get(table), str(column), frame[column], marked)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"n": int})


def _reasons(
    spec: TableSpec | None, column: str, values: pd.Series, marked: Collection[str]
) -> Iterator[tuple[str, int]]:
    n = int((values.notna() & (values != "")).sum())
    if not n:
        return
    kinds = {} if spec is None else {c.name: c.kind for c in spec.columns}
    kind = kinds.get(column)
    if column in marked:
        yield "marked as an identifier in the file", n
    what = named_after(column) if kind is None else None
    if what is not None:
        yield f"column name ({what})", n
    if kind == "date" or pd.api.types.is_datetime64_any_dtype(values):
        yield "dates to the day", n
    if column == "age_years" and kind == "number":
        old = int((values > OLD_AGE).sum())
        if old:
            yield f"ages over {OLD_AGE}", old
    # Ids of a parent are the same as in the parent's own table, where they are looked at.
    is_parent = spec is not None and column in {name for _, name in spec.parents}
    if not is_parent and kind not in ("number", "flag", "date"):
        yield from suspicious(values[values != ""])
