"""Which muscle and side of an episode is followed: its only one, or its weakest before surgery."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.measurements import SITE, labelled
from spineoutcomes.metrics.visits import Visit, at_visit


def refuse_mixed(rows: pd.DataFrame, *, of: str, remedy: str = "") -> None:
    """Raise when one episode has answers of several locations or sides.

    One site each, another one from episode to episode, is no mixture: every change then compares a
    site with itself.

    Parameters
    ----------
    rows : DataFrame
        The rows of one instrument, with `answered`.
    of : str
        The instrument, for the message.
    remedy : str
        What else could be said, for the message.

    Raises
    ------
    ArgumentError
        Naming the column and its values.
    """
    answered = rows[rows["answered"]]
    for column in SITE:
        labels = labelled(answered[column])
        several = labels.groupby(answered["episode"]).nunique() > 1
        if several.any():
            mixed = answered["episode"].isin(several.index[several])
            raise ArgumentError(
                f"{int(several.sum())} episode(s) have {of} with several values of {column}: "
                f"{', '.join(sorted(labels[mixed].unique()))}; they are never mixed. "
                f"Say {column}=...{remedy}"
            )


def weakest_rows(
    rows: pd.DataFrame, *, start: Visit, later: Visit, places: dict[str, float]
) -> pd.DataFrame:
    """Return the answers of the one site of each episode that was weakest before surgery.

    Of equally weak ones the one weaker at the later visit counts, so that the choice never favours
    an improvement; one with a grade then comes before one without. What is left is the same by
    definition and goes by name. Without any grade before surgery the later visit alone decides.

    Parameters
    ----------
    rows : DataFrame
        The rows of a graded instrument, with `answered`; unanswered ones all stay, for they say
        why a grade is missing.
    start, later : Visit
    places : dict
        The place of each grade, counted from the worst.
    """
    keys = ["episode", "site"]
    names = [labelled(rows[column]) for column in SITE]
    # A number for each site: groups by columns with gaps or unused categories are fragile.
    site = pd.DataFrame(dict(zip(SITE, names, strict=True))).groupby(list(SITE)).ngroup()
    rows = rows.assign(site=site, place=rows["grade"].astype(object).map(places).astype(float))
    answered = rows[rows["answered"]]
    lowest = pd.DataFrame(
        {
            when: at_visit(answered, visit, by=keys).groupby(keys)["place"].min()
            for when, visit in (("before", start), ("after", later))
        }
    )
    order = ["before", "after", "site"]
    followed = lowest.reset_index().sort_values(order).drop_duplicates("episode")
    own = rows["episode"].map(followed.set_index("episode")["site"])
    return rows[~rows["answered"] | (rows["site"] == own)]


def followed_site(rows: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """Return the location and side of each episode's rows, missing where none is recorded."""
    first = rows.sort_values("answered", ascending=False, kind="stable")
    sites = first.drop_duplicates("episode").set_index("episode")[list(SITE)]
    return sites.astype(object).reindex(range(len(ids))).set_axis(ids)
