"""Load a registry from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.delimited import read_delimited
from spineoutcomes.loaders.folder import read_folder, read_truth
from spineoutcomes.loaders.mapping import read_mapping
from spineoutcomes.loaders.mapping_checks import check_columns, check_words
from spineoutcomes.loaders.reshape import in_rows_of_the_file, reshaped
from spineoutcomes.registry import OnError, Registry, build_registry
from spineoutcomes.registry.findings import joined
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, Vocabulary, load_vocabulary

FORMATS = ("csv",)
DELIMITED = (".csv", ".txt", ".tsv", ".dat")


def load_registry(
    path: str | Path,
    *,
    mapping: str | Path | None = None,
    format: str | None = None,  # noqa: A002
    vocabulary: str | Path | None = None,
    on_error: OnError = "raise",
) -> Registry:
    r"""Load a registry: a folder of CSV tables, or one file with a mapping.

    Parameters
    ----------
    path : path
        A folder with `patients.csv`, `episodes.csv` and, where there are any, `procedures.csv`,
        `scores.csv`, `lesions.csv`, `events.csv`; a `truth.csv` marks it as simulated; other files
        in it are left alone. Or one delimited file, which needs a `mapping`.
    mapping : path, optional
        A TOML file that says which columns of the file hold what.
    format : {"csv"}, optional
        Format of the file; None tells it from the path.
    vocabulary : path, optional
        A TOML file with instruments, procedures, diagnoses, kinds of events of your own.
    on_error : {"raise", "reject"}
        Raise one error that holds every finding and load nothing; or leave out bad rows and their
        children, and count them in `Registry.provenance` and `Registry.rejects`.

    Returns
    -------
    Registry

    Raises
    ------
    ValidationError
        When a file is not a table of text, or the tables break a rule; `.findings` holds every
        finding, with numbers of rows and names of columns but never a value.
    ArgumentError
        When there is nothing to read, or the mapping or the vocabulary does not fit; the message
        names the line.

    Notes
    -----
    Missing data: an empty cell is missing; "NA" or "-99" is text or a number unless the mapping
    declares it under `missing`, with a reason. No row is lost: for each table, rows in are rows out
    and rejects. Rows count from 1 below the header; with a mapping they are those of the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import spineoutcomes as so
    >>> with tempfile.TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     _ = (folder / "pain.csv").write_text("id,vas_pre,vas_3m\n1,70,20\n2,64,\n")
    ...     _ = (folder / "pain.toml").write_text('''
    ... [file]
    ... one_row_per = "patient"
    ... [patients]
    ... patient_id = "id"
    ... [episodes]
    ... diagnosis = { always = "lumbar_disc_herniation" }
    ... [visits.codes]
    ... pre = { visit = "preoperative", day = 0 }
    ... 3m = { day = 91 }
    ... [[scores]]
    ... instrument = "vas_pain"
    ... column = "vas_{visit}"
    ... location = "leg"
    ... scale = [0, 100]
    ... ''')
    ...     registry = so.load_registry(folder / "pain.csv", mapping=folder / "pain.toml")
    >>> registry.table("scores")[["episode_id", "visit", "day", "value"]]
      episode_id         visit   day  value
    0          1  preoperative   0.0    7.0
    1          2  preoperative   0.0    6.4
    2          1            3m  91.0    2.0
    """
    place = Path(path)
    _check_place(place, mapping, format)
    words = SHIPPED_VOCABULARY if vocabulary is None else load_vocabulary(vocabulary)
    if place.is_dir():
        return _from_folder(place, words, on_error)
    if mapping is None:
        raise ArgumentError(
            f"{place.name} is one file, so it needs a mapping that says which columns hold what: "
            'load_registry(path, mapping="my_file.toml"). A folder of tables needs none.'
        )
    return _from_file(place, Path(mapping), words, on_error)


def _check_place(place: Path, mapping: str | Path | None, given: str | None) -> None:
    if given is not None and given not in FORMATS:
        raise ArgumentError(f"format must be one of {', '.join(FORMATS)}, or None, got {given!r}.")
    if not place.exists():
        raise ArgumentError(f"No such file or folder: {place}.")
    if place.is_dir() and mapping is not None:
        raise ArgumentError(
            f"A mapping is for one file, and {place} is a folder; give the path of the file."
        )
    if place.is_file() and given is None and place.suffix.lower() not in DELIMITED:
        raise ArgumentError(
            f"{place.name} is not one of {', '.join(DELIMITED)}. Save it as CSV (UTF-8), or say "
            'format="csv" if it is delimited text.'
        )


def _from_folder(folder: Path, vocabulary: Vocabulary, on_error: OnError) -> Registry:
    files, also_found = read_folder(folder)
    return build_registry(
        {name: file.rows for name, file in files.items()},
        vocabulary=vocabulary,
        on_error=on_error,
        files={name: (file.name, file.sha256) for name, file in files.items()},
        also_found=also_found,
        truth=read_truth(folder),
    )


def _from_file(path: Path, mapping: Path, vocabulary: Vocabulary, on_error: OnError) -> Registry:
    plan, document = read_mapping(mapping)
    check_words(plan, document, vocabulary)
    file = read_delimited(path, delimiter=plan.file.delimiter, encoding=plan.file.encoding)
    left_out = check_columns(plan, document, file)
    raw = reshaped(file, plan, vocabulary)
    try:
        registry = build_registry(
            raw.tables,
            vocabulary=vocabulary,
            on_error=on_error,
            files=dict.fromkeys(raw.tables, (file.name, file.sha256)),
            also_found=joined([left_out, raw.found]),
        )
    except ValidationError as error:
        found = in_rows_of_the_file(error.findings, raw.source)
        raise ValidationError(str(error), found) from None
    return replace(
        registry,
        found=in_rows_of_the_file(registry.found, raw.source),
        rejects=in_rows_of_the_file(registry.rejects, raw.source),
    )
