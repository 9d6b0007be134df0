"""P-values adjusted for the number of comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from spineoutcomes.compare._contrasts import Record, arm_contrasts, place_of, records
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.multiplicity import Method, adjusted
from spineoutcomes.results import Effects

NAME = "adjust_p_values"
METHODS: dict[str, tuple[Method, str, str]] = {
    "holm": ("holm", "Holm", "doi:10.2307/4615733"),
    "hochberg": ("hochberg", "Hochberg", "doi:10.1093/biomet/75.4.800"),
    "hommel": ("hommel", "Hommel", "doi:10.1093/biomet/75.2.383"),
    "bonferroni": ("bonferroni", "Bonferroni", "doi:10.1080/01621459.1961.10482090"),
    "bh": ("BH", "Benjamini-Hochberg", "doi:10.1111/j.2517-6161.1995.tb02031.x"),
    "by": ("BY", "Benjamini-Yekutieli", "doi:10.1214/aos/1013699998"),
}
TESTED = ("test", "noninferiority")
# Terms of tests of the comparison that stands beside them.
COMPANIONS = ("van_elteren", "permutation")
# Terms of tests of what a model assumes.
ASSUMPTIONS = ("breslow_day", "tarone", "proportional_odds")


def adjust_p_values(
    effects: Effects,
    *,
    method: Literal["holm", "hochberg", "hommel", "bonferroni", "BH", "bh", "BY", "by"],
) -> Effects:
    """Adjust the p-values of all comparisons as one family.

    Parameters
    ----------
    effects : Effects
        The family: every comparison of arms with a p-value is one hypothesis. Put several results
        together with `combine` first.
    method : {"holm", "hochberg", "hommel", "bonferroni", "BH", "BY"}
        Holm, Hochberg, Hommel and Bonferroni hold the chance of any false rejection; BH and BY the
        expected share of false ones among the rejections. Capitals do not matter.

    Returns
    -------
    Effects
        The same rows, those of the family with `p_adjusted`. Estimates and intervals are not
        adjusted.

    Raises
    ------
    ArgumentError
        For an unknown method.
    NotEstimableError
        When no comparison has a p-value.

    Notes
    -----
    Missing data: a comparison without a p-value is no test and is not counted in the family; the
    result's `warnings` name how many there are.

    A comparison counts once. Where it is set beside a margin, the p of that row stands for it;
    else its own p does, and a further test of the same comparison (van Elteren's beside win odds)
    is passed over; where only the test has a p (a permutation test), it is that. Tests of what a
    model assumes (Brant, Breslow-Day, Tarone) and of its covariates are no comparisons of arms.

    With m ordered p-values the i-th becomes [1]_::

        bonferroni  m p_i                      holm      max over j <= i of (m - j + 1) p_j
        hochberg    min over j >= i of (m - j + 1) p_j
        BH          min over j >= i of m p_j / j          BY        BH times sum of 1/j

    and Hommel's is the closed test that uses Simes' test; all are at most 1. Holm and Bonferroni
    need no assumption, BY none either; Hochberg, Hommel and BH are for tests that are independent
    or positively dependent.

    References
    ----------
    .. [1] Holm S (1979). A simple sequentially rejective multiple test procedure. Scandinavian
       Journal of Statistics 6:65-70. doi:10.2307/4615733
    .. [2] Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate: a practical and
       powerful approach to multiple testing. Journal of the Royal Statistical Society B
       57:289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": "mean_difference", "contrast": "mis - open",
    ...     "outcome": ["vas", "odi", "eq5d"], "p_value": [0.01, 0.04, 0.03]})
    >>> family = so.compare.adjust_p_values(so.Effects(rows), method="holm").tidy()
    >>> family["p_adjusted"].round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    rows = records(NAME, effects)
    if not isinstance(method, str) or method.lower() not in METHODS:
        known = ", ".join(rule for rule, _, _ in METHODS.values())
        raise ArgumentError(f"{NAME}: unknown method {method!r}; there are: {known}.")
    rule, words, source = METHODS[method.lower()]
    frame = effects.tidy()
    p = frame["p_value"].to_numpy(dtype=float)
    has, untested = _family(rows)
    if not has.any():
        raise NotEstimableError(
            f"{NAME}: none of the {len(frame)} rows has a p-value of a comparison to adjust; ask "
            'for a method whose interval has a test, such as risk_difference(method="wald").'
        )
    frame["p_adjusted"] = np.nan
    frame.loc[has, "p_adjusted"] = adjusted(p[has], rule)
    note = (
        f"{untested} comparison(s) have no p-value and are not part of the family of "
        f"{int(has.sum())} adjusted by {words}."
    )
    return Effects(
        frame,
        method=_sentence(effects.method, f"P adjusted by {words} over {int(has.sum())} tests"),
        sources=(*effects.sources, source),
        estimand=effects.estimand,
        conf_level=effects.conf_level,
        covariance=effects.covariance,
        warnings=(*effects.warnings, note) if untested else effects.warnings,
    )


def _family(rows: Sequence[Record]) -> tuple[npt.NDArray[np.bool_], int]:
    """Return which rows are the hypotheses, and how many comparisons have no p-value."""
    contrasts = arm_contrasts(rows)
    judged = {_comparison(row) for row in rows if _beside_a_margin(row) and _has_p(row)}
    plain = {_comparison(row) for row in contrasts if _has_p(row)}
    beside = {_comparison(row) for row in rows if _is_companion(row) and _has_p(row)}

    def counts(row: Record) -> bool:
        """Whether a row is a comparison that no other row stands for."""
        if _is_companion(row):
            return _comparison(row) not in plain
        if any(row is one for one in contrasts):
            return _comparison(row) not in judged and (
                _has_p(row) or _comparison(row) not in beside
            )
        return _tests_arms(row)

    counted = np.array([counts(row) for row in rows], dtype=bool)
    has = counted & np.array([_has_p(row) for row in rows], dtype=bool)
    return has, int((counted & ~has).sum())


def _has_p(row: Record) -> bool:
    return not math.isnan(row["p_value"])


def _comparison(row: Record) -> object:
    return (*place_of(row), row["contrast"])


def _is_companion(row: Record) -> bool:
    """Return whether a row tests again what the effect beside it says."""
    return row["measure"] == "test" and str(row["term"]).startswith(COMPANIONS)


def _tests_arms(row: Record) -> bool:
    """Return whether a row without an effect tests the arms, not what a model assumes."""
    assumption = str(row["term"]).startswith(ASSUMPTIONS)
    return row["measure"] in TESTED and not assumption


def _beside_a_margin(row: Record) -> bool:
    return row["measure"] == "noninferiority" or str(row["method"]).startswith("equivalence within")


def _sentence(method: str, more: str) -> str:
    return f"{method.rstrip('.')}; {more}." if method else f"{more}."
