"""The declared limits of small series: they change the interval and the test, never the measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spineoutcomes.errors import NotEstimableError

# Below so many rows, weighted and doubly robust intervals take a small-sample correction.
FEW_ROWS = 200
# Below so many clusters the error is CR2 with Satterthwaite degrees of freedom; CR0 covers .84, .89
# and .91 with 6, 10 and 20 clusters.
FEW_CLUSTERS = 40
# Below so many clusters even that is uncertain, and the reader is told.
VERY_FEW_CLUSTERS = 10
# Adjusted analyses need at least so many events for each coefficient.
EVENTS_PER_COEFFICIENT = 5
# With fewer in an arm only exact tests give a p-value.
FEW_IN_ARM = 5


@dataclass(frozen=True, slots=True)
class ClusterRule:
    """Which error a number of clusters asks for.

    Attributes
    ----------
    error : {"CR1", "CR2"}
    words : str
        The rule and the count, fit for a footnote.
    warning : str or None
        What the reader must be told when the clusters are very few.
    """

    error: Literal["CR1", "CR2"]
    words: str
    warning: str | None


def cluster_rule(clusters: int) -> ClusterRule:
    """Return which error this number of clusters asks for.

    Examples
    --------
    >>> cluster_rule(12).words
    'error by 12 clusters (CR2, t with Satterthwaite df; fewer than 40 clusters)'
    """
    if clusters >= FEW_CLUSTERS:
        words = f"error by {clusters} clusters (CR1, normal quantiles)"
        return ClusterRule("CR1", words, None)
    words = (
        f"error by {clusters} clusters (CR2, t with Satterthwaite df; fewer than {FEW_CLUSTERS} "
        "clusters)"
    )
    warning = (
        f"{clusters} clusters are very few (fewer than {VERY_FEW_CLUSTERS}): even the corrected "
        "interval is uncertain."
    )
    return ClusterRule("CR2", words, warning if clusters < VERY_FEW_CLUSTERS else None)


def require_two_clusters(clusters: int) -> None:
    """Raise where there are no differences between clusters to make an error of.

    Raises
    ------
    NotEstimableError
        With a single cluster.
    """
    if clusters < 2:
        raise NotEstimableError(
            "One cluster has no variation between clusters; errors by cluster need at least two."
        )


def require_events(function: str, events: float, coefficients: int, crude: str) -> None:
    """Raise where an adjusted analysis has too few events for its coefficients.

    Parameters
    ----------
    function : str
        Name of the calling function.
    events : float
        Events, or the rows without one where they are fewer.
    coefficients : int
        Coefficients besides the intercept.
    crude : str
        The analysis to offer instead.

    Raises
    ------
    NotEstimableError
        Below `EVENTS_PER_COEFFICIENT` events for each coefficient.
    """
    if events < EVENTS_PER_COEFFICIENT * coefficients:
        raise NotEstimableError(
            f"{function}: {events:.0f} events cannot carry {coefficients} coefficients; at least "
            f"{EVENTS_PER_COEFFICIENT} for each are needed. Leave covariates out, or use {crude}."
        )
