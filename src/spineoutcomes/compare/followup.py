"""How complete the follow-up was: by arm and visit, by person-time, and who did not answer."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import pandas as pd

from spineoutcomes._asked import names_in, require_names
from spineoutcomes.compare._followup_rows import (
    Answers,
    person_time_rows,
    responder_rows,
    role,
    visit_rows,
)
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import frame_of, require_number
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Summary

NAME = "followup_summary"
CLARK = "doi:10.1016/S0140-6736(02)08272-7"


def followup_summary(
    data: pd.DataFrame | Design,
    *,
    visit: str = "visit",
    expected: str = "expected",
    seen: str = "seen",
    status: str | None = "status",
    observed: str | None = "observed_until",
    potential: str | None = "potential_until",
    subject: str = "episode_id",
    horizon: float | None = None,
    variables: Sequence[str] = (),
    treatment: str | None = None,
    reference: Hashable = None,
) -> Summary:
    """Describe the completeness of follow-up by arm and visit.

    Parameters
    ----------
    data : DataFrame or Design
        One row per subject and visit, as `metrics.followup_completeness` returns it, with its index
        or with the same as columns. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    visit, expected, seen : str
        Columns: the visit; whether an answer was expected, and seen (1 or 0).
    status : str, optional
        Column of the reasons: dead, not_due, withdrawn, lost, missing. None leaves them out.
    observed, potential : str, optional
        Columns of person-time: until when a subject was observed, and could have been, from a
        common start. None leaves Clark's index out.
    subject : str
        Column that names the subject, whose person-time counts once however many its visits.
    horizon : float, optional
        Person-time up to this day only, in the unit of `observed`.
    variables : sequence of str
        Columns in which those who answered are compared with those who did not.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them one group, "all",
        is described.

    Returns
    -------
    Summary
        Arm by arm, for each visit (`variable`): by `level` "expected" (`count` of the rows),
        "seen" (`count` and `proportion` of the expected), each reason for which nobody was expected
        (`count` and `proportion` of the rows) and each for which an answer did not come (`count`
        and `proportion` of the expected). Then `variable` "person-time": `n` and `missing`
        (subjects), the `mean` by `level` "observed" and "potential" (in the unit of the columns)
        and the `proportion`, which is Clark's index. Last, for each of `variables` and each visit
        ("age_years, 3m"), what `baseline_summary` says of "responders" and "non-responders", all
        arms together, and their `smd`. Column `n` is the number of rows or subjects behind the
        number.

    Raises
    ------
    ArgumentError
        For an unknown column, values of `expected` or `seen` other than 1 and 0, an answer seen
        and not expected, person-time below 0, a subject with two person-times or two rows of a
        visit, or a Design this function does not respect.

    Warns
    -----
    MissingDataWarning
        When rows were left out because their arm is missing.
    SparseDataWarning
        When an `smd` is infinite: who answered and who did not share no value.

    Notes
    -----
    Missing data: a subject without observed or potential person-time is left out of Clark's index
    and counted in `missing` of its arm. A proportion of nothing is missing.

    Clark's index of a group of subjects is the sum of the observed person-time over that of the
    potential one [1]_::

        C = sum_i min(o_i, p_i) / sum_i p_i

    with o the time until the last observation and p until the end of the study, or until death:
    the follow-up of the dead is complete, so that early deaths raise no doubt. An index of 0.9 says
    that a tenth of the person-time was lost, not which: if those lost differ from the others in
    their outcome, it is biased however high the index.

    References
    ----------
    .. [1] Clark TG, Altman DG, De Stavola BL (2002). Quantification of the completeness of
       follow-up. Lancet 359:1309-1310. doi:10.1016/S0140-6736(02)08272-7

    Examples
    --------
    >>> import spineoutcomes as so
    >>> from spineoutcomes.compare.followup import followup_summary
    >>> cohort = so.select_cohort(
    ...     so.load_sample("metastases"), arms={"mis": {"approach": ["mis", "hybrid"]},
    ...     "open": {"approach": ["open", "mini_open"]}}, assignment="planned", episodes="first",
    ... )
    >>> followup = so.metrics.followup_completeness(
    ...     cohort, instrument="nrs_pain", location="back", visits=["3m", "12m"]
    ... ).join(cohort.data["arm"], on="episode_id")
    >>> rows = followup_summary(followup, treatment="arm", reference="open").tidy()
    >>> clark = rows[(rows["variable"] == "person-time") & (rows["statistic"] == "proportion")]
    >>> clark[["group", "value"]].round(3).values.tolist()
    [['mis', 0.686], ['open', 0.68]]
    """
    if isinstance(variables, str):
        raise ArgumentError(f"{NAME}: variables is a list of columns; write [{variables!r}].")
    described = names_in(NAME, "variables", variables)
    require_names(NAME, {"subject": subject, "visit": visit})
    if (observed is None) != (potential is None):
        raise ArgumentError(f"{NAME}: give both `observed` and `potential`, or neither.")
    if horizon is not None and not require_number(NAME, "horizon", horizon, "a time above 0") > 0:
        raise ArgumentError(f"{NAME}: horizon must be above 0, got {horizon!r}.")
    asked = {"subject": subject, "visit": visit, "expected": expected, "seen": seen}
    optional = {"status": status, "observed": observed, "potential": potential}
    rows = analysis_rows(
        _flat(data, [subject, visit]),
        function=NAME,
        respects=set(),
        columns=asked | optional | {role(name): name for name in described},
        treatment=treatment,
        reference=reference,
        keep_missing=True,
    )
    answers = Answers.of(rows, NAME)
    found = list(visit_rows(answers, reasons=status is not None))
    if observed is not None:
        found += person_time_rows(answers, rows, horizon, NAME)
    compared, notes = responder_rows(answers, rows, list(dict.fromkeys(described)), NAME)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Summary(
        pd.DataFrame([*found, *compared]),
        method=_method(observed is not None, horizon, bool(compared)),
        sources=(CLARK,) if observed is not None else (),
        warnings=notes,
    )


def _flat(data: pd.DataFrame | Design, names: list[str]) -> pd.DataFrame | Design:
    """Return the data with the levels of their index as columns, where they are needed as such."""
    frame = frame_of(NAME, data)
    levels = [name for name in names if name in frame.index.names and name not in frame.columns]
    if not levels:
        return data
    flat = frame.reset_index(levels)
    return replace(data, data=flat) if isinstance(data, Design) else flat


def _method(with_times: bool, horizon: float | None, compared: bool) -> str:
    """Return what the numbers are, for a footnote."""
    said = ["Answers seen are of those expected: not of the dead, nor before their visit was due"]
    if with_times:
        within = "" if horizon is None else f" up to {horizon:g}"
        said.append(
            f"person-time{within} is observed over potential (Clark's index), complete for the dead"
        )
    if compared:
        said.append("who answered is set beside who did not, all arms together")
    return "; ".join(said) + "."
