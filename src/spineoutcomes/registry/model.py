"""Registry: the six tables, checked on entry, with where each came from."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from html import escape
from pathlib import Path

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry.columns import TABLES
from spineoutcomes.registry.links import Links
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

        Only columns with any value are written, and the truth of a simulated registry as
        `truth.csv`; `load_registry(path)` reads them back.
        """
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in self.tables.items():
            if len(frame):
                _as_written(frame).to_csv(
                    folder / f"{name}.csv",
                    index=False,
                    encoding="utf-8",
                    lineterminator="\n",
                    date_format="%Y-%m-%d",
                )
        if self.truth is not None:
            self.truth.to_csv(folder / "truth.csv", encoding="utf-8", lineterminator="\n")

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


def _as_written(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that have any value, whole numbers without ".0"."""
    kept = frame.dropna(axis="columns", how="all")
    numbers = kept.select_dtypes("float")
    whole = [name for name in numbers if bool((numbers[name].dropna() % 1 == 0).all())]
    return kept.astype(dict.fromkeys(whole, "Int64"))
