"""Persons of a CDISC study: one row of DM or ADSL each, and what every study says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cdisc.rows import SUBJECT, known_dates, with_columns
from spineoutcomes.loaders.mapping.grammar import Field
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.findings import joined, rows_found

# CDISC controlled terminology of SEX (codelist C66731).
SEX = {
    "F": "female",
    "M": "male",
    "U": "unknown",
    "UNDIFFERENTIATED": "other",
    "INTERSEX": "other",
}
BIRTH_YEAR, STATUS = "[birth year]", "[status by DTHFL]"
DEATH_DATE = "[known death date]"
YEAR = r"(\d{4})(?:-.*)?"
# Columns that are read here, whether or not a field of the plan names them.
READ = (
    "USUBJID",
    "SITEID",
    "SEX",
    "AGE",
    "AGEU",
    "BRTHDTC",
    "BRTHDT",
    "DTHDTC",
    "DTHDT",
    "DTHDTF",
    "DTHFL",
)


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """The dataset of persons with the columns made for it, where the tables read it, and findings.

    Rows of the findings are those of the dataset.
    """

    file: SourceFile
    patients: dict[str, Field]
    episodes: dict[str, Field]
    found: pd.DataFrame


def subjects_of(
    file: SourceFile, index_date: str, patients: dict[str, Field], episodes: dict[str, Field]
) -> Subjects:
    """Return the persons of a study.

    Read without being asked: USUBJID, SITEID (centre), SEX, the year of BRTHDTC, DTHDTC or DTHDT,
    DTHFL, and AGE where AGEU is YEARS. A field of the plan stands instead of any of these.

    Parameters
    ----------
    file : SourceFile
        DM or ADSL.
    index_date : str
        Its column with day 0.
    patients, episodes : dict of str to Field
        Fields of the plan.
    """
    rows = file.rows
    own = {"patient_id": Field(column=SUBJECT)}
    if "SITEID" in rows:
        own["centre"] = Field(column="SITEID")
    if "SEX" in rows:
        own["sex"] = Field(column="SEX", codes=SEX)
    birth = next((name for name in ("BRTHDTC", "BRTHDT") if name in rows), None)
    if birth is not None:
        years = rows[birth].str.strip().str.extract(f"^{YEAR}$")[0]
        file = with_columns(file, {BIRTH_YEAR: years.where(years.notna(), "").tolist()})
        own["birth_year"] = Field(column=BIRTH_YEAR)
    death = next((name for name in ("DTHDTC", "DTHDT") if name in rows), None)
    file, status, found = _deaths(file, death)
    imputed = [_imputed_index(file, index_date)]
    if death == "DTHDT" and "DTHDTF" in rows:
        file, partly = known_dates(file, death, "DTHDTF", DEATH_DATE)
        imputed.append(partly)
        death = DEATH_DATE
    if death is not None:
        own["death_date"] = Field(column=death)
    if status and "last_contact_status" not in patients:
        own["last_contact_status"] = Field(column=STATUS)
    age, of_age = _age(file)
    at_surgery = {"index_date": Field(column=index_date), **age}
    return Subjects(
        file, {**own, **patients}, {**at_surgery, **episodes}, joined([found, of_age, *imputed])
    )


def _imputed_index(file: SourceFile, index_date: str) -> pd.DataFrame:
    """Return a warning where day 0 itself was imputed: it stays, since all days count from it."""
    flag = f"{index_date}F"
    if flag not in file.rows:
        return joined([])
    rows = np.flatnonzero(file.rows[flag].str.strip() != "")
    message = (
        f"{len(rows)} date(s) {index_date} of {file.name} were imputed in part, as {flag} says; "
        "day 0 is taken from them as they are."
    )
    return rows_found(file.name, rows, index_date, "imputed_date", message, "warning")


def _age(file: SourceFile) -> tuple[dict[str, Field], pd.DataFrame]:
    if "AGE" not in file.rows:
        return {}, joined([])
    if "AGEU" not in file.rows:
        message = f"{file.name} has AGE without its unit (AGEU), so no age is read from it."
        found = rows_found(file.name, None, "AGE", "age_without_unit", message, "warning")
        return {}, found
    unit, age = file.rows["AGEU"].str.strip(), file.rows["AGE"].str.strip()
    other = np.flatnonzero((age != "") & (unit != "YEARS"))
    message = (
        f"{len(other)} row(s) of {file.name} have an AGE that is not in YEARS, as AGEU says. Map "
        "age_years under [cdisc.episodes], or leave them out with `only`."
    )
    found = rows_found(file.name, other, "AGE", "age_not_in_years", message)
    return {"age_years": Field(column="AGE")}, found


def _deaths(file: SourceFile, death: str | None) -> tuple[SourceFile, bool, pd.DataFrame]:
    """Return the dataset with the status of those who died on no known day, and what disagrees."""
    if "DTHFL" not in file.rows:
        return file, False, joined([])
    flag = (file.rows["DTHFL"].str.strip() == "Y").to_numpy(dtype=bool)
    dated = np.zeros(len(flag), dtype=bool)
    if death is not None:
        dated = (file.rows[death].str.strip() != "").to_numpy(dtype=bool)
    undated, unflagged = np.flatnonzero(flag & ~dated), np.flatnonzero(~flag & dated)
    found = [
        rows_found(
            file.name,
            undated,
            "DTHFL",
            "death_without_date",
            f"{len(undated)} person(s) of {file.name} died, as DTHFL says, on a day that it does "
            "not hold; they are known to be dead, and no more.",
            "warning",
        ),
        rows_found(
            file.name,
            unflagged,
            "DTHFL",
            "death_without_flag",
            f"{len(unflagged)} person(s) of {file.name} have a date of death and no DTHFL of Y; "
            "the date is taken.",
            "warning",
        ),
    ]
    cells = np.where(flag & ~dated, "dead", "").astype(object)
    return with_columns(file, {STATUS: cells.tolist()}), bool(len(undated)), joined(found)
