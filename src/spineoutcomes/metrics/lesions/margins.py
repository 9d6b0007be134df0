"""The oncologic margin of a resection, as it was recorded in the episodes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.schemes import MARGIN_WORDS, MARGINS
from spineoutcomes.metrics.prognosis.cells import distinct_texts, folded, named_texts
from spineoutcomes.metrics.status import as_status

USUAL_COLUMNS = ("oncologic_margin", "margin")


def recorded_margins(
    cohort: Cohort, column: str | None, words: Mapping[str, str | None]
) -> pd.DataFrame:
    """Return the margin of each episode in the columns of `resection_extent`.

    Raises
    ------
    ArgumentError
        When there is no such column, or it holds words that are not known.
    """
    table = cohort.registry.tables["episodes"]
    usual = [name for name in USUAL_COLUMNS if name in table]
    found = column if column is not None else next(iter(usual), None)
    if found is None or found not in table:
        raise ArgumentError(
            f"The episodes have no column {found or USUAL_COLUMNS[0]!r} with the margin; say which "
            "one it is with column=..."
        )
    own = {folded(word): meant for word, meant in words.items()}
    strange = sorted({str(meant) for meant in own.values() if meant not in (*MARGINS, None)})
    if strange:
        raise ArgumentError(f"words: a margin is one of {', '.join(MARGINS)}, not {strange[0]!r}.")
    codes, texts = distinct_texts(cohort.each("episodes", [found])[found])
    known = MARGIN_WORDS | own
    unknown = [text for text in texts if text and folded(text) not in known]
    if unknown:
        n = int(np.isin(codes, [texts.index(text) for text in unknown]).sum())
        raise ArgumentError(
            f"{n} value(s) of {found!r} are no margins: {named_texts(unknown)}. Margins are "
            f'{", ".join(MARGINS)}; say what others mean: words={{"<yours>": "<one of these>"}}.'
        )
    places = [_place(known.get(folded(text))) for text in texts]
    kind = pd.CategoricalDtype(list(MARGINS), ordered=True)
    margin = np.array([*places, -1])[codes]
    ids = cohort.data.index
    unsaid = pd.Series(pd.NA, index=ids, dtype="boolean")
    return pd.DataFrame(
        {
            "extent": pd.Series(pd.Categorical.from_codes(margin.tolist(), dtype=kind), index=ids),
            **dict.fromkeys(("removed_percent", "residual_percent", "residual_cm3", "day"), np.nan),
            **dict.fromkeys(("approximate", "confounded", "over_100"), unsaid),
            "method": f"Oncologic margin as recorded in episodes.{found}.",
            "status": as_status(np.where(margin < 0, "missing", "observed"), ids),
        },
        index=ids,
    )


def _place(margin: str | None) -> int:
    return -1 if margin is None else MARGINS.index(margin)
