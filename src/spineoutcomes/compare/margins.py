"""Effects against a margin: non-inferiority and equivalence."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.compare._contrasts import Record, records
from spineoutcomes.compare._margin_rows import (
    check_level,
    equivalence_row,
    family_of_one,
    limit_of,
    noninferiority_row,
)
from spineoutcomes.numerics.direction import require_direction
from spineoutcomes.results import Effects

PIAGGIO = "doi:10.1001/jama.2012.87802"
SCHUIRMANN = "doi:10.1007/BF01068419"


def noninferiority(
    effects: Effects, *, margin: float, higher_is_better: bool, alpha: float = 0.025
) -> Effects:
    """Compare each contrast with a non-inferiority margin.

    Parameters
    ----------
    effects : Effects
        Contrasts of one measure and one outcome, treatment minus (or over) reference, with
        two-sided intervals of level 1 - 2 alpha.
    margin : float
        The largest loss that would still be accepted, above 0 and on the scale of the measure: a
        difference in its unit (0.1 for ten percentage points), or a ratio other than 1. A ratio
        and its inverse are the same margin: the limit is the one on the harmful side of 1.
    higher_is_better : bool
        Whether a higher outcome (a higher risk, a higher hazard of the event) is good.
    alpha : float
        One-sided level.

    Returns
    -------
    Effects
        All rows, and after each contrast a row `noninferiority` with its estimate and interval,
        the `statistic` against the margin, the one-sided `p_value`, and the verdict in `method`.

    Raises
    ------
    ArgumentError
        For a margin that is no number above 0 (or a ratio of 1), no direction, intervals of another
        level, no contrast, or contrasts of several measures or outcomes, which need a margin each.

    Notes
    -----
    Missing data: rows are those of `effects`; a contrast without an interval gets no verdict.

    The treatment is non-inferior where the limit of the interval on the harmful side does not
    reach the margin [1]_. The p-value belongs to the procedure that made the interval: from the
    error, z or t = (estimate + margin) / std_error (on the log scale for ratios; minus where lower
    is better); for a difference of risks with Newcombe's or Miettinen and Nurminen's interval and
    the rows of its arms, the level at which that interval touches the margin. Where the interval
    comes from neither, the p-value is missing, as it is where the contrast was denied one, in small
    arms and in subgroups.

    Analyse by planned and by performed treatment: crossing over makes arms alike, and so planned
    assignment alone is not the cautious choice here.

    References
    ----------
    .. [1] Piaggio G, Elbourne DR, Pocock SJ, Evans SJW, Altman DG (2012). Reporting of
       noninferiority and equivalence randomized trials: extension of the CONSORT 2010 statement.
       JAMA 308:2594-2604. doi:10.1001/jama.2012.87802

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": ["mean_difference"], "contrast": ["mis - open"],
    ...     "estimate": [1.0], "std_error": [2.0], "conf_low": [-2.92], "conf_high": [4.92]})
    >>> tested = so.compare.noninferiority(so.Effects(rows), margin=5, higher_is_better=True)
    >>> tested.tidy()["measure"].tolist()
    ['mean_difference', 'noninferiority']
    >>> tested.tidy()["p_value"].round(5).tolist()
    [nan, 0.00135]
    """
    name = "noninferiority"
    rows = records(name, effects)
    higher_is_better = require_direction(name, higher_is_better)
    check_level(name, effects, alpha)
    contrasts = family_of_one(name, rows)
    limit = limit_of(name, contrasts[0], margin, harmful_is_low=higher_is_better)
    found: list[Record] = []
    for row in rows:
        found.append(row)
        if row in contrasts:
            found.append(noninferiority_row(row, rows, limit, effects.conf_level, higher_is_better))
    return _with_rows(effects, found, PIAGGIO)


def equivalence(effects: Effects, *, margin: float, alpha: float = 0.05) -> Effects:
    """Compare each contrast with an equivalence margin by two one-sided tests.

    Parameters
    ----------
    effects : Effects
        Contrasts of one measure and one outcome with two-sided intervals of level 1 - 2 alpha:
        90 % by default, so ask for `conf_level=0.90` when making them.
    margin : float
        The largest difference in either direction that would not matter, above 0 and on the scale
        of the measure; a ratio m stands for 1/m to m.
    alpha : float
        Level of each of the two tests, and of the whole.

    Returns
    -------
    Effects
        All rows, and after each contrast a row `test` with the larger of the two p-values, its
        `statistic`, and the verdict in `method`.

    Raises
    ------
    ArgumentError
        As `noninferiority`.

    Notes
    -----
    Missing data: rows are those of `effects`; a contrast without an interval gets no verdict.

    Arms are equivalent where the whole interval lies within the margins: both one-sided tests
    reject [1]_. No direction is asked for, since both are tested.

    References
    ----------
    .. [1] Schuirmann DJ (1987). A comparison of the two one-sided tests procedure and the power
       approach for assessing the equivalence of average bioavailability. Journal of
       Pharmacokinetics and Biopharmaceutics 15:657-680. doi:10.1007/BF01068419

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": ["mean_difference"], "contrast": ["mis - open"],
    ...     "estimate": [1.0], "std_error": [2.0], "conf_low": [-2.29], "conf_high": [4.29]})
    >>> tested = so.compare.equivalence(so.Effects(rows, conf_level=0.9), margin=5)
    >>> tested.tidy()["p_value"].round(4).tolist()
    [nan, 0.0228]
    """
    name = "equivalence"
    rows = records(name, effects)
    check_level(name, effects, alpha)
    contrasts = family_of_one(name, rows)
    limits = (
        limit_of(name, contrasts[0], margin, harmful_is_low=True),
        limit_of(name, contrasts[0], margin, harmful_is_low=False),
    )
    found: list[Record] = []
    for row in rows:
        found.append(row)
        if row in contrasts:
            found.append(equivalence_row(row, rows, limits, effects.conf_level))
    return _with_rows(effects, found, SCHUIRMANN)


def _with_rows(effects: Effects, rows: list[Record], source: str) -> Effects:
    return Effects(
        pd.DataFrame(rows),
        method=effects.method,
        sources=(*effects.sources, source),
        estimand=effects.estimand,
        conf_level=effects.conf_level,
        covariance=effects.covariance,
        warnings=effects.warnings,
    )
