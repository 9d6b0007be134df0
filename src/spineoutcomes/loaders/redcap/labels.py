"""Cells of a labelled export, turned back into codes where the dictionary leaves no doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from spineoutcomes.loaders.redcap.columns import EVENT, INSTRUMENT, Origin
from spineoutcomes.loaders.redcap.dictionary import BOX, Dictionary, Event, plain
from spineoutcomes.loaders.redcap.flat import unreadable

# REDCap itself writes these, so they tell for certain which export it is.
WRITTEN_BY_REDCAP = ("box", "missing_box", "status")


def in_codes(
    rows: pd.DataFrame,
    known: Mapping[str, Origin],
    dictionary: Dictionary,
    events: tuple[Event, ...],
    missing: Mapping[str, str],
    name: str,
) -> pd.DataFrame:
    """Return the cells of an export as codes, whichever of the two it is written in.

    Parameters
    ----------
    rows : DataFrame
        Cells as text.
    known : mapping of str to Origin
        Where columns come from.
    dictionary : Dictionary
    events : tuple of Event
    missing : mapping of str to str
        Missing-data codes, which may stand in any field, with their labels where these are known.
    name : str
        The file.

    Raises
    ------
    ValidationError
        When some fields hold codes and others labels, or a label cannot be turned back.
    """
    coded = {c: known[c] for c in rows.columns if c in known and known[c].choices}
    if not _is_labelled(rows, coded, name):
        return rows
    blank_is_unticked = _blank_is_unticked(rows, coded)
    wrong: list[str] = []
    columns = {}
    for column, origin in coded.items():
        codes = {plain(label): code for code, label in missing.items()} | _codes(origin)
        shared = _shared(origin)
        if blank_is_unticked and origin.kind == "box":
            codes |= {"": "0"}  # whether the field was asked is told later, as in any export
        cells = rows[column].map(plain)
        lost = (cells != "") & ~cells.isin([*codes, *missing]) | cells.isin(shared)
        wrong += [f"{column} ({int(lost.sum())} row(s))"] * bool(lost.any())
        columns[column] = cells.map({cell: codes.get(cell, cell) for cell in set(cells)})
    if wrong:
        message = (
            f"{name} is a labelled export, and its dictionary does not say for certain which code "
            f"the labels of these fields stand for: {', '.join(wrong)}. Export it raw (codes)."
        )
        raise unreadable(name, "label_without_code", message)
    return rows.assign(**columns, **_added(rows, dictionary, events))


def _codes(origin: Origin) -> dict[str, str]:
    """Return code by label."""
    codes = {plain(label): code for code, label in origin.choices.items()}
    if origin.kind == "box" and origin.variable is not None:
        codes.setdefault(plain(origin.variable.choices[origin.code]), "1")
    codes.pop("", None)  # a choice without a label is not what an empty cell means
    return codes


def _shared(origin: Origin) -> set[str]:
    labels = [plain(label) for label in origin.choices.values()]
    return {label for label in labels if labels.count(label) > 1}


def _is_labelled(rows: pd.DataFrame, coded: Mapping[str, Origin], name: str) -> bool:
    """Tell by the cells that are a label and no code, or a code and no label."""
    as_codes, as_labels, as_either = [], [], []
    for column, origin in coded.items():
        cells = {plain(cell) for cell in set(rows[column])} - {""}
        codes, labels = set(origin.choices), _codes(origin)
        as_codes += [column] * bool(cells & (codes - set(labels)))
        as_labels += [column] * bool(cells & (set(labels) - codes))
        either = any(cell in codes and labels.get(cell, cell) != cell for cell in cells)
        as_either += [column] * either
    certain = [c for c in (*as_codes, *as_labels) if coded[c].kind in WRITTEN_BY_REDCAP]
    if certain:
        as_codes = [column for column in as_codes if column in certain]
        as_labels = [column for column in as_labels if column in certain]
    if as_codes and as_labels:
        message = (
            f"{name} mixes codes (in {', '.join(as_codes)}) and labels (in "
            f"{', '.join(as_labels)}); an export is raw or labelled. Export it raw, and check that "
            "the dictionary is of the same project."
        )
        raise unreadable(name, "codes_and_labels", message)
    if as_either and not as_codes and not as_labels:
        message = (
            f"The cells of {', '.join(as_either)} are codes of one choice and labels of another, "
            f"and nothing else in {name} tells whether it is a raw or a labelled export. Export it "
            "raw, with the status of its forms."
        )
        raise unreadable(name, "codes_or_labels", message)
    return bool(as_labels)


def _blank_is_unticked(rows: pd.DataFrame, coded: Mapping[str, Origin]) -> bool:
    """Tell whether no box of the file says that it is not ticked, though some are ticked."""
    cells = [set(rows[column]) for column, origin in coded.items() if origin.kind == "box"]
    filled = {plain(cell) for cell in set().union(*cells)} - {""}
    return bool(filled) and BOX["0"] not in filled


def _added(
    rows: pd.DataFrame, dictionary: Dictionary, events: tuple[Event, ...]
) -> dict[str, pd.Series]:
    """Return events and repeating forms by their unique names, where these are known."""
    titles = {plain(title): form for form, title in dictionary.form_titles.items()}
    slugs = {re.sub(r"[^a-z0-9]+", "_", f.lower()).strip("_"): f for f in dictionary.forms}
    added = {}
    if INSTRUMENT in rows:
        added[INSTRUMENT] = rows[INSTRUMENT].map(lambda cell: _form(plain(cell), titles, slugs))
    if EVENT in rows:
        added[EVENT] = rows[EVENT].map(lambda cell: _unique(plain(cell), events))
    return added


def _form(title: str, titles: Mapping[str, str], slugs: Mapping[str, str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    return titles.get(title) or slugs.get(slug) or title


def _unique(title: str, events: tuple[Event, ...]) -> str:
    """Return the unique name of an event called "Name", or "Name (Arm 1: Name of the arm)"."""
    fitting = [
        event.unique
        for event in events
        if title == event.name or title.startswith(f"{event.name} (Arm {event.arm}:")
    ]
    return fitting[0] if len(fitting) == 1 else title
