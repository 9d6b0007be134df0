"""Registry: the six tables, checked on entry, with where each came from."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from html import escape
from pathlib import Path

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry.columns import DERIVED, TABLES
from spineoutcomes.registry.export import write_csv
from spineoutcomes.registry.findings import joined
from spineoutcomes.registry.identifiers import possible_identifiers
from spineoutcomes.registry.links import Links
from spineoutcomes.registry.own_columns import LONGEST_NUMBER
from spineoutcomes.registry.shift import shifted, undated
from spineoutcomes.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Registry:
    """A case registry: patients, episodes, procedures, scores, lesions and events.

    It is made by `load_registry`, `load_sample` or `simulate_registry`, which check it.

    Attributes
    ----------
    tables : dict of str to DataFrame
        The six tables.
    vocabulary : Vocabulary
        The codes the tables use.
    provenance : DataFrame
        One row per table: file, sha256, n_rows_in, n_rows_out, n_rejected.
    rejects : DataFrame
        Rows left out at loading: table, row, rule. Empty unless `on_error="reject"`.
    links : dict
        By table and column, the position of the patient or episode that each row belongs to.
    truth : DataFrame or None
        Potential outcomes and the true propensity of each episode, when simulated.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("case_report")
    >>> registry.table("procedures")["component"].tolist()
    ['embolization', 'vertebroplasty', 'endoscopic_decompression']
    """

    tables: dict[str, pd.DataFrame]
    _: KW_ONLY
    vocabulary: Vocabulary
    provenance: pd.DataFrame
    rejects: pd.DataFrame
    found: pd.DataFrame
    links: Links
    truth: pd.DataFrame | None = None

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of one of the six tables.

        Raises
        ------
        ArgumentError
            When there is no table of that name.
        """
        self.require_table(name)
        return self.tables[name].copy()

    def require_table(self, name: str) -> None:
        """Raise when there is no table of that name."""
        if name not in self.tables:
            raise ArgumentError(f"No table {name!r}; there are: {', '.join(TABLES)}.")

    def findings(self) -> pd.DataFrame:
        """Return what the checks found, one row each: table, row, column, rule, severity, message.

        It carries counts and names, never a patient's values.
        """
        return self.found.copy()

    def save(self, path: str | Path) -> None:
        """Write the tables that have rows as CSV files into the folder `path`, made if absent.

        Declared columns without any value are left out; the truth of a simulated registry is
        `truth.csv`. `load_registry(path)` reads them back as they were. Dates are written as they
        are: see `without_dates` and `shift_dates`.

        Text that a spreadsheet would run as a formula ("=1+1", "+cmd", "@SUM") is written with an
        apostrophe before it, which `load_registry` takes off again; numbers and grades ("4+", "-")
        stay as they are.

        Raises
        ------
        ArgumentError
            When the folder holds a table of another registry, which would be read with these.
        """
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        self._require_own(folder)
        for name, frame in self.tables.items():
            if len(frame):
                write_csv(_as_written(name, frame), folder / f"{name}.csv")
        if self.truth is not None:
            write_csv(self.truth.reset_index(), folder / "truth.csv")

    def _require_own(self, folder: Path) -> None:
        """Raise when a folder holds a table that saving would leave beside those of this one."""
        written = {f"{name}.csv" for name, frame in self.tables.items() if len(frame)}
        written |= set() if self.truth is None else {"truth.csv"}
        read = {f"{name}{suffix}" for name in TABLES for suffix in (".csv", ".parquet")}
        strange = sorted(n for n in (read | {"truth.csv"}) - written if (folder / n).exists())
        if strange:
            raise ArgumentError(
                f"{folder} holds {', '.join(strange)} of another registry, which would be read "
                "with what is saved now; choose an empty folder."
            )

    def identifiers(self) -> pd.DataFrame:
        """Return where persons may be identified: table, column, why, n (cells).

        Looked at are names of columns (English, Chinese, the Nordic languages) and values: identity
        numbers with their check digits, e-mail and internet addresses, telephone numbers, dates,
        ages over 89, free text. Only counts are returned, never a value. These are possible
        identifiers: some may be none, and a table without a row here is not thereby anonymous.
        """
        return possible_identifiers(self.tables)

    def shift_dates(self, *, secret: bytes | str) -> Registry:
        """Return the registry with the dates of each patient moved by one number of days.

        All rows of a patient move together, so every interval stays as it is. The number is drawn
        from HMAC-SHA256 of the patient's id with the secret: the same secret gives the same dates
        again, another secret others, and without it nobody can undo them. The secret is stored
        nowhere; keep it apart from the data, or destroy it.

        The calendar year of every index stays, for analyses by era need it: the number is any, but
        for 0, that keeps each index of the patient in its year. With several indexes the room is
        what they have in common. Where they leave none (one on 1 January, one on 31 December) the
        dates of the patient stay the true ones; such patients, and those with fewer than 30 days of
        room, are counted in `findings()`. A patient without a dated index moves by up to 183 days.

        Columns of text in which every cell is a date as YYYY-MM-DD move as well; a date within
        other text cannot, and is counted in `findings()`, as are days that tell a date to whoever
        knows the end of the data. Rows of these findings are those of the tables here.

        Shifted dates are dates still: whether they may be handed on is for an expert to say.
        `without_dates` gives away less.

        Parameters
        ----------
        secret : bytes or str
            At least 16 bytes, such as `secrets.token_bytes(32)`.

        Raises
        ------
        ArgumentError
            When the secret is shorter.
        """
        tables, found = shifted(self.tables, self.links, secret)
        return self._with(tables, found)

    def without_dates(self) -> Registry:
        """Return the registry without dates: days from the index and the year of the index stay.

        Left out are the declared columns of dates, and others that hold nothing else. A date within
        other text stays and is counted in `findings()`, as are days that tell a date to whoever
        knows the end of the data. Rows of these findings are those of the tables here.
        `registry.without_dates().save(path)` is the export to hand on.
        """
        return self._with(*undated(self.tables))

    def _with(self, tables: dict[str, pd.DataFrame], found: pd.DataFrame) -> Registry:
        every = joined([self.found, found]).drop_duplicates(ignore_index=True)
        return replace(self, tables=tables, found=every)

    def summary(self) -> str:
        """Return the size of each table as text."""
        sizes = ", ".join(f"{len(frame)} {name}" for name, frame in self.tables.items())
        found = self.found["severity"].value_counts()
        warnings = f"; {found['warning']} warnings" if "warning" in found else ""
        rejected = f"; {len(self.rejects)} rows rejected" if len(self.rejects) else ""
        synthetic = "; synthetic (simulated)" if self.truth is not None else ""
        return f"{sizes}{rejected}{warnings}{synthetic}"

    def __repr__(self) -> str:
        return f"<Registry: {self.summary()}>"

    def _repr_html_(self) -> str:
        sizes = self.provenance.drop(columns=["sha256"], errors="ignore").fillna({"file": ""})
        return f"<p>{escape(self.summary())}</p>{sizes.to_html(index=False, border=0)}"


def _as_written(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that have any value or are of one's own, whole numbers without ".0"."""
    may_be_left_out = {*TABLES[table].names, *DERIVED}
    empty = [name for name in frame if name in may_be_left_out and frame[name].isna().all()]
    kept = frame.drop(columns=empty)
    numbers = kept.select_dtypes("float")
    whole = [name for name in numbers if _all_whole(numbers[name].dropna())]
    return kept.astype(dict.fromkeys(whole, "Int64"))


def _all_whole(numbers: pd.Series) -> bool:
    return bool(((numbers % 1 == 0) & (numbers.abs() < LONGEST_NUMBER)).all())
