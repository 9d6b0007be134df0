"""What a row of the registry says, in plain words for a timeline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary import Vocabulary

LOOKED_FOR = "looked for, not seen: "
MEASURE_WORDS = {
    "percent_removed": "{} % removed",
    "percent_residual": "{} % left",
    "volume": "volume {}",
    "area": "area {}",
    "diameter": "diameter {}",
}


def score_labels(rows: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
    """Return labels such as "VAS 0 (final)" or "Muscle grade 4+, right lower limb (final)"."""
    names = {code: entry.short for code, entry in vocabulary.instruments.items()}
    answer = text(rows["grade"]).where(rows["grade"].notna(), numbers(rows["value"]))
    site = (text(rows["side"]) + " " + text(rows["location"])).str.strip().astype(object)
    site = word_where(", ", site != "") + site
    visit = (" (" + text(rows["visit"]) + ")").where(rows["visit"].notna(), "")
    name = rows["instrument"].astype(object).map(names).astype(object)
    return name + " " + about(rows) + answer + site + visit


def lesion_labels(rows: pd.DataFrame) -> pd.Series:
    """Return labels such as "about 60 % removed, intraspinal (confounded)"."""
    pattern = rows["measure"].astype(object).map(MEASURE_WORDS)
    amount = about(rows) + numbers(rows["value"])
    unit = (" " + text(rows["unit"])).where(rows["unit"].notna() & (rows["unit"] != "%"), "")
    said = pd.Series("", index=rows.index, dtype=object)
    for words in MEASURE_WORDS.values():
        before, after = words.split("{}")
        hit = (pattern == words) & rows["value"].notna()
        said = said.where(~hit, before + amount + after + unit)
    qualitative = text(rows["qualitative"])
    joint = word_where(", ", (said != "") & (qualitative != ""))
    where = (", " + text(rows["compartment"])).where(rows["compartment"].notna(), "")
    doubt = word_where(" (confounded)", flag(rows["confounded"]))
    return said + joint + qualitative + where + doubt


def event_labels(rows: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
    """Return the kind of each event in words, with what its own label adds.

    A finding and a scan are told by their label, where they have one.
    """
    names = {code: entry.name for code, entry in vocabulary.event_kinds.items()}
    kind = rows["kind"].astype(object)
    name, own = kind.map(names).astype(object), text(rows["label"])
    told = own.where(kind.isin(["finding", "imaging"]) & (own != ""), name)
    detail = (": " + own).where(~kind.isin(["finding", "imaging"]) & (own != ""), "")
    absent = rows["status"] == "absent"
    lowered = LOOKED_FOR + (told.str[:1].str.lower() + told.str[1:]).astype(object)
    return (told + detail).where(~absent, lowered)


def episode_labels(registry: Registry) -> np.ndarray:
    """Return what each episode of a registry was for, such as ": Endoscopic decompression".

    That is its first component aimed at the lesion; nothing where none is recorded.
    """
    procedures = registry.tables["procedures"]
    names = {code: c.name for code, c in registry.vocabulary.procedures.items() if c.directed}
    rows = pd.DataFrame(
        {
            "episode": registry.links["procedures", "episode_id"],
            "name": procedures["component"].astype(object).map(names).astype(object),
            "day": procedures["day"],
            "sequence": procedures["sequence"],
        }
    ).dropna(subset=["name"])
    order = ["episode", "day", "sequence", "name"]
    treating = rows[rows["episode"] >= 0].sort_values(order, kind="stable")
    first = treating.drop_duplicates("episode")
    kinds = treating.drop_duplicates(["episode", "name"]).groupby("episode").size()
    more = first["episode"].map(kinds) > 1
    labels = np.full(len(registry.tables["episodes"]), "", dtype=object)
    said = ": " + first["name"].astype(object) + word_where(" and more", more)
    labels[first["episode"].to_numpy()] = said.to_numpy(dtype=object)
    return labels


def about(rows: pd.DataFrame) -> pd.Series:
    """Return "about " before what is approximate, nothing before the rest."""
    return word_where("about ", flag(rows["approximate"]))


def flag(values: pd.Series) -> pd.Series:
    """Return a yes-or-no column as plain True and False; what was not said is False."""
    return values.astype("boolean").fillna(False).astype(bool)


def word_where(word: str, mask: pd.Series) -> pd.Series:
    """Return a word where the mask says so, nothing elsewhere."""
    return pd.Series(np.where(mask, word, ""), index=mask.index, dtype=object)


def text(values: pd.Series) -> pd.Series:
    """Return a column as text, empty where nothing is known."""
    return values.astype(object).where(values.notna(), "").astype(str).astype(object)


def numbers(values: pd.Series) -> pd.Series:
    """Return numbers as text without superfluous digits, empty where missing."""
    return values.map(lambda number: f"{number:g}", na_action="ignore").fillna("").astype(object)
