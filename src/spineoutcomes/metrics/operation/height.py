"""How much of its lost height a vertebra got back."""

from __future__ import annotations

from typing import Final

import pandas as pd

from spineoutcomes.cohort import Cohort, as_cohort
from spineoutcomes.metrics.change import change_from_baseline
from spineoutcomes.metrics.observation import PartialDates
from spineoutcomes.metrics.visits import Rule, Window, Windows
from spineoutcomes.registry import Registry

HEIGHT: Final = "vertebral_height_pct"
FULL = 100.0


def height_restoration(
    cohort: Cohort | Registry,
    *,
    visit: str,
    location: str,
    windows: Windows | None = None,
    rule: Rule = "nearest",
    baseline_window: Window | None = None,
    partial_dates: PartialDates | None = None,
) -> pd.DataFrame:
    """Return how much of its lost height a vertebra got back.

    Parameters
    ----------
    cohort : Cohort or Registry
    visit : str
        Label of the visit after surgery.
    location : {"anterior", "middle", "posterior"}
        Where the height was measured: a wedge loses its anterior height, a biconcave vertebra the
        middle one, and they are never averaged.
    windows, rule, baseline_window, partial_dates
        As in `change_from_baseline`.

    Returns
    -------
    DataFrame
        Indexed by `episode_id`: `baseline` and `value` (height in % of what is expected of the
        vertebra), `restored` (value minus baseline, in percentage points; negative where more was
        lost), `lost` (100 minus baseline, in points), `restored_percent` (of the lost height, %),
        `day` (of the value, from day 0), `status`.

    Raises
    ------
    ArgumentError
        As in `change_from_baseline`.

    Notes
    -----
    Missing data: without a height before surgery the status is no_baseline, and no change is
    given. Where nothing had been lost nothing can be restored: `restored_percent` is missing, and
    the status not_attainable; `restored` is still told. Heights are the scores of the instrument
    "vertebral_height_pct", 100 x measured / expected, where the expected height is the mean of the
    vertebrae above and below, or a predicted one: how it was got has to be the same before and
    after. Lying down restores height too: the position has to be the same as well. What is told
    in points, of the lost height or of the height before surgery differs up to fourfold: a
    comparison keeps to one of them.

    References
    ----------
    .. [1] McKiernan F, Faciszewski T, Jensen R. Reporting height restoration in vertebral
       compression fractures. Spine 2003;28:2517-2521, doi:10.1097/01.BRS.0000092424.29886.C9.

    Examples
    --------
    >>> import pandas as pd
    >>> import spineoutcomes as so
    >>> case = so.load_sample("case_report")
    >>> heights = pd.DataFrame({"day": [-1, 7], "visit": ["preoperative", "1w"], "value": [60, 80]})
    >>> scores = heights.assign(
    ...     episode_id="E1", instrument="vertebral_height_pct", location="anterior"
    ... )
    >>> registry = so.registry.build_registry(
    ...     case.tables | {"scores": scores}, vocabulary=case.vocabulary
    ... )
    >>> so.metrics.height_restoration(registry, visit="1w", location="anterior")[
    ...     ["restored", "lost", "restored_percent"]
    ... ]
                restored  lost  restored_percent
    episode_id
    E1              20.0  40.0              50.0
    """
    change = change_from_baseline(
        as_cohort(cohort),
        instrument=HEIGHT,
        visit=visit,
        windows=windows,
        rule=rule,
        location=location,
        baseline_window=baseline_window,
        partial_dates=partial_dates,
    )
    lost = FULL - change["baseline"]
    room = lost.where(lost > 0)
    status = change["status"].mask((change["status"] == "observed") & ~(lost > 0), "not_attainable")
    return pd.DataFrame(
        {
            "baseline": change["baseline"],
            "value": change["value"],
            "restored": change["change"],
            "lost": lost.clip(lower=0.0),
            "restored_percent": 100.0 * change["change"] / room,
            "day": change["day"],
            "status": status,
        }
    )
