"""Read the shipped vocabulary, and a user's own TOML on top of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

from spineoutcomes._toml import TomlFile, parse_toml, read_toml
from spineoutcomes.vocabulary.model import (
    STRICT,
    Catalogue,
    Diagnosis,
    EventKind,
    Instrument,
    Procedure,
    Source,
    Vocabulary,
)

SECTIONS = ("sources", "instruments", "procedures", "diagnoses", "event_kinds")
# What patients report and what clinicians rate are instruments both; a file each keeps them short.
SHIPPED = (*SECTIONS, "ratings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The sections that a vocabulary file may hold."""

    __pydantic_config__: ClassVar = STRICT
    sources: dict[str, Source] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    procedures: dict[str, Procedure] = field(default_factory=dict)
    diagnoses: dict[str, Diagnosis] = field(default_factory=dict)
    event_kinds: dict[str, EventKind] = field(default_factory=dict)


def load_vocabulary(path: str | Path | None = None) -> Vocabulary:
    """Return the shipped vocabulary, with the entries of a user's TOML file on top.

    Parameters
    ----------
    path : path, optional
        A TOML file with any of the sections `instruments`, `procedures`, `diagnoses`,
        `event_kinds`, `sources`. An entry with a shipped code replaces it.

    Raises
    ------
    ArgumentError
        For an unknown key, a wrong type, or a fact without a known source; it names the line.
    """
    folder = files("spineoutcomes.vocabulary")
    texts = {
        f"{name}.toml": (folder / f"{name}.toml").read_text(encoding="utf-8") for name in SHIPPED
    }
    own = None if path is None else read_toml(path)
    entries = cache(lambda: _merged(texts, own))
    if own is not None:
        entries()  # what is wrong with a user's file is said at once
    return Vocabulary(
        instruments=Catalogue("instrument", lambda: entries().instruments),
        procedures=Catalogue("procedure", lambda: entries().procedures),
        diagnoses=Catalogue("diagnosis", lambda: entries().diagnoses),
        event_kinds=Catalogue("event kind", lambda: entries().event_kinds),
        sources=Catalogue("source", lambda: entries().sources),
        sha256=_sha256([*texts.values(), *([own.text] if own else [])]),
    )


def _merged(texts: Mapping[str, str], own: TomlFile | None) -> Entries:
    """Parse and check the shipped texts and a user's file; entries of the last one win."""
    documents = [parse_toml(text, name=name) for name, text in texts.items()]
    documents += [own] if own else []
    read = [document.validate(Entries) for document in documents]
    merged = Entries(
        **{
            name: {k: v for part in read for k, v in getattr(part, name).items()}
            for name in SECTIONS
        }
    )
    _require_sources(documents, read, merged.sources)
    return merged


def _sha256(texts: list[str]) -> str:
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def _require_sources(
    documents: list[TomlFile], read: list[Entries], sources: Mapping[str, Source]
) -> None:
    for document, entries in zip(documents, read, strict=True):
        for section in SECTIONS[1:]:
            for code, entry in getattr(entries, section).items():
                for keys, source in _cited(entry):
                    if source not in sources:
                        raise document.error(
                            (section, code, *keys), f"{source!r} is not among the sources"
                        )


def _cited(entry: Any) -> list[tuple[tuple[str | int, ...], str]]:
    cited: list[tuple[tuple[str | int, ...], str]] = [(("source",), entry.source)]
    for name, threshold in getattr(entry, "thresholds", {}).items():
        cited.append((("thresholds", name, "source"), threshold.source))
    items = getattr(entry, "items", None)
    if items is not None:
        cited.append((("items", "source"), items.source))
    for number, claim in enumerate(getattr(entry, "claims", ())):
        cited.append((("claims", number, "source"), claim.source))
    return cited
