"""Labels that a format itself gives to codes, where a mapping says codes = "labels"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.mapping.grammar import FileMapping, Keys, Score, Section
from spineoutcomes.loaders.mapping.visits import visit_columns, visits_of
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.tables import allowed_values
from spineoutcomes.vocabulary import Vocabulary


def with_labels(
    mapping: FileMapping,
    document: TomlFile,
    files: Mapping[str, SourceFile],
    vocabulary: Vocabulary,
) -> FileMapping:
    """Return a mapping in which the labels of the files stand as codes.

    A label is an allowed word when it is spelt like one, capitals apart; a code that stands for a
    missing value needs none.

    Raises
    ------
    ArgumentError
        When a file gives a column no labels, or one that its column of the registry does not hold.
    """
    labels = _Labels(mapping, document, files, vocabulary)
    return replace(
        mapping,
        patients=labels.of_section(mapping.patients),
        episodes=labels.of_section(mapping.episodes),
        entries=tuple(labels.of_section(entry) for entry in mapping.entries),
        scores={
            number: labels.of_score(score, ("scores", number))
            for number, score in mapping.scores.items()
        },
    )


@dataclass(frozen=True, slots=True)
class _Labels:
    """What labels are read with."""

    mapping: FileMapping
    document: TomlFile
    files: Mapping[str, SourceFile]
    vocabulary: Vocabulary

    def of_section(self, section: Section) -> Section:
        fields = dict(section.fields)
        for name, field in section.fields.items():
            if not field.by_labels:
                continue
            column = next((c for c in TABLES[section.table].columns if c.name == name), None)
            allowed = None if column is None else allowed_values(column, self.vocabulary)
            keys = (*section.keys, name, "codes")
            codes = self._codes(section.file, field.named, field.missing, allowed, keys)
            fields[name] = replace(field, codes=codes, by_labels=False)
        return replace(section, fields=fields)

    def of_score(self, score: Score, keys: Keys) -> Score:
        if not score.by_labels:
            return score
        name = score.file or ""
        written = self.mapping.files[name]
        pairs = visit_columns(score, written, visits_of(self.mapping.visits, written))
        grades = self.vocabulary.instruments[score.instrument].grades
        columns = [column for column, _ in pairs]
        codes = self._codes(name, columns, score.missing, grades, (*keys, "codes"))
        return replace(score, codes=codes, by_labels=False)

    def _codes(
        self,
        name: str,
        columns: Sequence[str],
        missing: Mapping[str, str],
        allowed: tuple[str, ...] | None,
        keys: Keys,
    ) -> dict[str, str]:
        """Return the words that the labels of one or more columns mean."""
        words = {word.casefold(): word for word in allowed or ()}
        ignored = {*missing, *self.mapping.files[name].missing}
        codes: dict[str, str] = {}
        for column in columns:
            own = self.files[name].labels.get(column)
            if not own:
                message = f"the file gives {column!r} no labels; write the codes themselves"
                raise self.document.error(keys, message)
            said = {code: label.strip() for code, label in own.items() if code not in ignored}
            unknown = sorted(t for t in said.values() if words and t.casefold() not in words)
            if unknown:
                named = ", ".join(map(repr, unknown))
                raise self.document.error(
                    keys,
                    f"labels of {column!r} that are not known: {named}; known are: "
                    f"{', '.join(allowed or ())}. Write the codes themselves, or those that stand "
                    "for nothing under `missing`",
                )
            meant = {code: words.get(label.casefold(), label) for code, label in said.items()}
            differ = [code for code in meant if codes.get(code, meant[code]) != meant[code]]
            if differ:
                message = f"the code {differ[0]!r} has another label in {column!r}; write the codes"
                raise self.document.error(keys, message)
            codes |= meant
        return codes
