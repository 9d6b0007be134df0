"""From files and a mapping to a registry whose findings name rows of the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from spineoutcomes._toml import read_toml
from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.cdisc import load_cdisc
from spineoutcomes.loaders.mapping.account import (
    RowCount,
    accounted,
    as_said_by_reader,
    file_labels,
    provenance_by_file,
)
from spineoutcomes.loaders.mapping.checks import check_words
from spineoutcomes.loaders.mapping.fit import fitted
from spineoutcomes.loaders.mapping.read import is_profile_name, read_mapping
from spineoutcomes.loaders.mapping.reshape import Reshaped, in_rows_of_the_files, reshaped
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.loaders.sources import open_files
from spineoutcomes.registry import OnError, Registry, build_registry
from spineoutcomes.registry.findings import joined
from spineoutcomes.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class _Mapped:
    """Raw tables, the files they come from, how many rows of each were used, and findings."""

    raw: Reshaped
    files: Mapping[str, SourceFile]
    counts: Mapping[str, RowCount]
    found: pd.DataFrame


def load_mapped(
    place: Path,
    mapping: str | Path,
    *,
    given: str | None,
    vocabulary: Vocabulary,
    on_error: OnError,
) -> Registry:
    """Return the registry that a mapping finds in a file or a folder.

    Raises
    ------
    ValidationError
        When a file is not a table, or the tables break a rule.
    ArgumentError
        When the mapping does not fit; the message names the line.
    """
    if not is_profile_name(mapping) and "cdisc" in read_toml(mapping).data:
        study = load_cdisc(place, mapping, vocabulary=vocabulary)
        mapped = _Mapped(study.raw, study.files, study.counts, study.found)
    else:
        mapped = _mapped(place, mapping, given, vocabulary)
    return _registry(mapped, vocabulary, on_error)


def _mapped(place: Path, mapping: str | Path, given: str | None, vocabulary: Vocabulary) -> _Mapped:
    plan, document = read_mapping(mapping)
    if place.is_dir() and not plan.has_names:
        raise ArgumentError(
            f"A mapping with [file] is for one file, and {place} is a folder; give the path of the "
            "file, or name several files, each with its path, under [files.NAME]."
        )
    check_words(plan, document, vocabulary)
    beside = place.parent if is_profile_name(mapping) else Path(mapping).parent
    files = open_files(place, plan, document, beside=beside, given=given)
    plan, fit = fitted(plan, document, files, vocabulary)
    raw = reshaped(files, plan, vocabulary)
    counts, unused = accounted(files, plan, raw)
    labels = file_labels(files)
    said = [as_said_by_reader(file.found, labels[name]) for name, file in files.items()]
    return _Mapped(raw, files, counts, joined([fit, *said, raw.found, unused]))


def _registry(mapped: _Mapped, vocabulary: Vocabulary, on_error: OnError) -> Registry:
    raw, labels = mapped.raw, file_labels(mapped.files)
    try:
        registry = build_registry(
            {table: stack.frame for table, stack in raw.stacks.items()},
            vocabulary=vocabulary,
            on_error=on_error,
            also_found=mapped.found,
        )
    except ValidationError as error:
        found = in_rows_of_the_files(error.findings, raw.stacks, labels)
        raise ValidationError(str(error), found) from None
    counted = provenance_by_file(
        registry.provenance, registry.rejects, raw, mapped.files, mapped.counts
    )
    return replace(
        registry,
        found=in_rows_of_the_files(registry.found, raw.stacks, labels),
        rejects=in_rows_of_the_files(registry.rejects, raw.stacks, labels),
        provenance=counted,
    )
