"""What the vocabulary's documents claim of the relief after a procedure, with nothing chosen."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort

# How a claim about the duration of relief begins, in the vocabulary and in a user's own.
ABOUT_RELIEF: Final = "relief lasts"


def index_components(cohort: Cohort) -> pd.Series:
    """Return the component that each episode stands for; missing where that is not told.

    It is the index procedure where one is named, else the first component aimed at the lesion, if
    there is but one of them.
    """
    named = cohort.each("episodes", ["index_procedure_id"])["index_procedure_id"].to_numpy()
    columns = ["procedure_id", "component", "day", "sequence"]
    rows = cohort.located("procedures", columns)
    directed = [code for code, entry in cohort.vocabulary.procedures.items() if entry.directed]
    own = named[rows["episode"].to_numpy()]
    is_index = (rows["procedure_id"].astype(object).to_numpy() == own) & ~pd.isna(own)
    treating = rows["component"].isin(directed).to_numpy(dtype=bool) & pd.isna(own)
    chosen = rows[is_index | treating].sort_values(["episode", "day", "sequence"], kind="stable")
    keys = ["episode", "day", "sequence"]
    first = chosen.drop_duplicates("episode")
    tied = chosen.merge(first[keys], on=keys)
    kinds = tied.groupby("episode")["component"].nunique()
    first = first[first["episode"].isin(kinds.index[kinds == 1])]
    component = np.full(len(cohort), None, dtype=object)
    component[first["episode"].to_numpy()] = first["component"].astype(object).to_numpy()
    return pd.Series(component, index=cohort.data.index, dtype=object)


def claimed_relief(cohort: Cohort, component: pd.Series) -> pd.DataFrame:
    """Return what is claimed of each component: `claimed` (words with their source), `n_claims`.

    Claims that contradict each other stand side by side.
    """
    told: dict[str, str] = {}
    number: dict[str, int] = {}
    for code, entry in cohort.vocabulary.procedures.items():
        claims = [claim for claim in entry.claims if claim.text.startswith(ABOUT_RELIEF)]
        if claims:
            told[code] = "; ".join(f"{claim.text} ({claim.source})" for claim in claims)
        number[code] = len({claim.text for claim in claims})
    return pd.DataFrame(
        {"claimed": component.map(told).astype(object), "n_claims": component.map(number)}
    )
