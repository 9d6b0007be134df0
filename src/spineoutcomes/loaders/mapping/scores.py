"""Scores of a mapped file: one column at one visit, on the scale of its instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import Cells, as_numbers, decoded, text_cells
from spineoutcomes.loaders.mapping.fields import read_field
from spineoutcomes.loaders.mapping.grammar import FileMapping, Score
from spineoutcomes.loaders.mapping.labelled import without_labelled_missing
from spineoutcomes.loaders.mapping.parts import Fault, Part
from spineoutcomes.loaders.mapping.rows import View, ViewKey, episode_of_rows, view_key
from spineoutcomes.loaders.mapping.visits import visit_columns, visit_of_rows
from spineoutcomes.registry.findings import joined, rows_found
from spineoutcomes.vocabulary import Vocabulary

SMALL_PART = 0.1  # values within this part of the range, with decimals, may be on another scale


def score_parts(
    views: Mapping[ViewKey, View],
    mapping: FileMapping,
    vocabulary: Vocabulary,
    single: pd.Series | None,
) -> tuple[list[Part], pd.DataFrame]:
    """Return the scores of all files, and findings on scales that should have been declared.

    `single` is the episode of each patient who has just one, as `episode_of_rows` takes it.
    """
    parts, found = [], []
    for score in mapping.scores.values():
        view = views[view_key(score)]
        episode_id = _episode_id(view, score, single)
        own = [
            _part(view, vocabulary, score, column, code, episode_id)
            for column, code in visit_columns(score, view.written, view.visits)
        ]
        found.append(_undeclared_scale(score, own, vocabulary))
        parts += own
    return parts, joined(found)


def _episode_id(view: View, score: Score, single: pd.Series | None) -> Cells:
    own = {
        name: None if field is None else read_field(view.file, field, view.written, "scores", name)
        for name, field in (("patient_id", score.patient_id), ("episode_id", score.episode_id))
    }
    patient, episode = own["patient_id"] or view.patient_id, own["episode_id"] or view.episode_id
    return episode_of_rows(patient, episode, single)


def _part(
    view: View,
    vocabulary: Vocabulary,
    score: Score,
    column: str,
    code: str | None,
    episode_id: Cells,
) -> Part:
    n = len(view.file.rows)
    raw = text_cells(view.file, column, {**view.written.missing, **score.missing})
    cells = decoded(raw, score.codes) if score.codes else raw
    graded = vocabulary.instruments[score.instrument].is_graded
    # Codes that are not known are said as such, and not again as what is no number.
    if not graded and not (score.codes and cells.bad.any()):
        cells = as_numbers(cells, decimal=view.written.decimal)
        if not score.codes:
            cells = without_labelled_missing(cells, raw, view.file, column)
    if score.scale is not None:
        cells = _on_scale(cells, score, vocabulary)
    when, read = visit_of_rows(view.file, view.written, view.visits, code)
    columns = {
        "episode_id": episode_id.values,
        **{
            name: np.full(n, getattr(score, name), dtype=object)
            for name in ("instrument", "location", "side", "rater")
        },
        "grade" if graded else "value": cells.values,
        "missing_reason": np.where(cells.bad, "unknown", cells.reasons),
        **when,
    }
    if score.codes or score.scale is not None:
        columns["raw_value"] = raw.values
    faults = [Fault.of("grade" if graded else "value", column, cells)]
    if episode_id.bad.any():
        faults.append(Fault.of("episode_id", "patient_id", episode_id))
    for name, other in read:
        written = column if view.visits is None else getattr(view.visits, _said_in(name))
        faults.append(Fault.of(name, str(written), other))
    return Part(columns, view.positions, tuple(faults), view.name).only(cells.filled)


def _said_in(name: str) -> str:
    return "column" if name == "visit" else name


def _on_scale(cells: Cells, score: Score, vocabulary: Vocabulary) -> Cells:
    """Return values moved linearly from the declared scale to the range of the instrument."""
    instrument = vocabulary.instruments[score.instrument]
    if score.scale is None or instrument.range is None or cells.values.dtype.kind != "f":
        return cells
    (first, last), (low, high) = score.scale, instrument.range
    values = np.asarray(cells.values, dtype=float)
    outside = (values < first) | (values > last)
    # Ten decimals keep what the file says and leave out the dust of binary fractions.
    moved = np.round(low + (values - first) * ((high - low) / (last - first)), 10)
    if not outside.any():
        return replace(cells, values=moved)
    bad = cells.bad | outside
    expected = f"numbers on the declared scale of {first:g} to {last:g}"
    return Cells(np.where(bad, np.nan, moved), cells.reasons, bad, "outside_scale", expected)


def _undeclared_scale(score: Score, parts: list[Part], vocabulary: Vocabulary) -> pd.DataFrame:
    """Return a finding when values look as if they were stored on another scale.

    A pain score of 0-10 whose values are all at most 1, with decimals, is most likely stored on
    0-1. Nothing is rescaled by guess, so the mapping has to say which it is.
    """
    limits = vocabulary.instruments[score.instrument].range
    if limits is None or score.scale is not None:
        return joined([])
    values = np.concatenate([np.asarray(part.columns["value"], dtype=float) for part in parts])
    values = values[~np.isnan(values)]
    low, high = limits
    top = low + SMALL_PART * (high - low)
    if not len(values) or (values > top).any() or (values < low).any() or not (values % 1).any():
        return joined([])
    name = score.column or ", ".join(score.columns)
    message = (
        f"All {len(values)} values of {name!r} lie within {low:g} to {top:g}, with decimals, while "
        f"{score.instrument} runs from {low:g} to {high:g}. Under [[scores]] write `scale = "
        f"[{low:g}, {top:g}]` if the file stores it so, or `scale = [{low:g}, {high:g}]` if the "
        "values are right as they are; nothing is rescaled by guess."
    )
    return rows_found("scores", None, "value", "scale_not_declared", message)
