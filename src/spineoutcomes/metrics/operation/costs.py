"""What each component of an operation cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.status import as_status
from spineoutcomes.registry import Registry


def cost_components(cohort: Cohort | Registry) -> pd.DataFrame:
    """Return the cost of each episode by component.

    Parameters
    ----------
    cohort : Cohort or Registry

    Returns
    -------
    DataFrame
        Indexed by (`episode_id`, `component`), the components of an episode in the order of the
        alphabet: `n` (how many of that component), `cost` (of all of them, in the currency of the
        registry), `status`.

    Raises
    ------
    ArgumentError
        When `cohort` is neither a cohort nor a registry.

    Notes
    -----
    Missing data: the cost of a component is missing, and its status missing, where any of its rows
    has none; the others of the episode are still told. An episode without components has one row
    without a component and a cost. The sum over an episode is `cost` of `perioperative`. Year,
    currency and perspective are those of the registry: costs of two are not compared as they are.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> costs = so.metrics.cost_components(so.load_sample("case_report"))
    >>> costs["status"].astype(str).to_dict()[("E1", "embolization")]
    'missing'
    """
    cohort = as_cohort(cohort)
    rows = cohort.located("procedures", ["component", "cost"])
    rows = rows.assign(component=rows["component"].astype(object))
    none = np.setdiff1d(np.arange(len(cohort)), rows["episode"].to_numpy())
    empty = pd.DataFrame({"episode": none, "component": None, "cost": np.nan})
    filled = pd.concat([rows, empty], ignore_index=True) if len(none) else rows
    by_component = filled.groupby(["episode", "component"], dropna=False)["cost"]
    totals = by_component.agg(["sum", "size", "count"]).reset_index()
    named = totals["component"].notna()
    known = (totals["size"] == totals["count"]) & named
    index = pd.MultiIndex.from_arrays(
        [cohort.data.index.take(totals["episode"].to_numpy()), totals["component"].to_numpy()],
        names=["episode_id", "component"],
    )
    words = np.where(known, "observed", "missing").astype(object)
    return pd.DataFrame(
        {
            "n": totals["size"].where(named, 0).to_numpy(),
            "cost": totals["sum"].where(known).to_numpy(dtype=float),
            "status": as_status(words, index),
        },
        index=index,
    )
