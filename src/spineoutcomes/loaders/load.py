"""Load a registry from files."""

from __future__ import annotations

from pathlib import Path

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.folder import read_folder, read_truth
from spineoutcomes.loaders.mapped import load_mapped
from spineoutcomes.loaders.sources import FORMATS, TABLE_READERS, format_of
from spineoutcomes.registry import OnError, Registry, build_registry
from spineoutcomes.registry.findings import joined
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, Vocabulary, load_vocabulary


def load_registry(
    path: str | Path,
    *,
    mapping: str | Path | None = None,
    format: str | None = None,  # noqa: A002
    vocabulary: str | Path | None = None,
    on_error: OnError = "raise",
) -> Registry:
    r"""Load a registry: the tables as they are, or other files through a mapping.

    Parameters
    ----------
    path : path
        A folder with `patients.csv`, `episodes.csv` and, where there are any, `procedures.csv`,
        `scores.csv`, `lesions.csv`, `events.csv` (or Parquet); a `truth.csv` marks it as simulated;
        other files in it are left alone. Or a workbook with a sheet for each table, such as
        `write_template` makes. Or, with a `mapping`, one file, or a folder whose files it names.
    mapping : path or str, optional
        A TOML file that says which columns hold what, or the name of a shipped profile: "norspine",
        "qod", "swespine". `suggest_mapping` proposes one.
    format : {"csv", "redcap", "workbook", "dataset_json", "parquet", "statistical"}, optional
        Format of files whose section of the mapping does not say it; None tells it by the suffix
        (.csv .txt .tsv .dat; .xlsx .xlsm .xls; .json .ndjson; .parquet; .sav .zsav .por .dta
        .sas7bdat .xpt). REDCap is never told by it, since its exports are .csv, .json and .xml.
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
        When a file is not a table, or the tables break a rule; `.findings` holds every
        finding, with numbers of rows and names of columns but never a value.
    ArgumentError
        When there is nothing to read, or the mapping or the vocabulary does not fit; the message
        names the line.

    Notes
    -----
    Missing data: an empty cell is missing; "NA" or "-99" is text or a number unless the mapping
    declares it under `missing`, with a reason. No row is lost: for each table, rows in are rows out
    and rejects. Rows count from 1 below the header; with a mapping they are those of the file,
    `provenance` has a row for each table and file with the rows of the file that were used and left
    out, and with several files findings and rejects say which one in a column `file`.

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
    if mapping is None:
        return _from_tables(place, format, words, on_error)
    return load_mapped(place, mapping, given=format, vocabulary=words, on_error=on_error)


def _check_place(place: Path, mapping: str | Path | None, given: str | None) -> None:
    if given is not None and given not in FORMATS:
        known = ", ".join(FORMATS)
        raise ArgumentError(f"format must be one of {known}, or None, got {given!r}.")
    if not place.exists():
        raise ArgumentError(f"No such file or folder: {place}.")
    by_itself = place.is_file() and mapping is None
    if by_itself and format_of(place, given) not in TABLE_READERS:
        raise ArgumentError(
            f"{place.name} is one file, so it needs a mapping that says which columns hold what: "
            'load_registry(path, mapping="my_file.toml"). suggest_mapping(path) proposes one. A '
            "folder of tables needs none."
        )


def _from_tables(
    place: Path, given: str | None, vocabulary: Vocabulary, on_error: OnError
) -> Registry:
    if place.is_dir():
        files, also_found = read_folder(place)
    else:
        files, also_found = TABLE_READERS[format_of(place, given)](place), joined([])
    return build_registry(
        {name: file.rows for name, file in files.items()},
        vocabulary=vocabulary,
        on_error=on_error,
        files={name: (file.name, file.sha256) for name, file in files.items()},
        also_found=joined([also_found, *(file.found for file in files.values())]),
        truth=read_truth(place) if place.is_dir() else None,
    )
