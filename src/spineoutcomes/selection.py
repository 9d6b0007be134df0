"""Select a cohort: who is in, in which arm, and a count of everyone left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from spineoutcomes.cohort import PATIENT_DAYS, Cohort, cohort_frame, one_arm
from spineoutcomes.conditions import Condition, Where, meets, warn_of_later_arms
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import TABLES, Registry

Arms = Mapping[str, Mapping[str, Condition]]
Assignment = Literal["planned", "performed"]


def select_cohort(
    registry: Registry,
    *,
    diagnosis: str | Sequence[str] | None = None,
    arms: Arms | None = None,
    assignment: Assignment | None = None,
    episodes: Literal["first", "all"] | None = None,
    covariates: Sequence[str] = (),
    where: Where | pd.Series | None = None,
    landmark_day: float | None = None,
) -> Cohort:
    """Select the episodes of a study and give each its arm.

    Parameters
    ----------
    registry : Registry
        Where to select from.
    diagnosis : str or list of str, optional
        Codes of the vocabulary; others are left out.
    arms : mapping, optional
        A rule for each arm, by `approach`, by `component` of the episode, or by any column known
        at day 0: `{"mis": {"approach": ["mis", "hybrid"]}, "open": {"approach": ["open"]}}`. None
        puts every episode into one arm, "all".
    assignment : {"planned", "performed"}, optional
        Which approach decides. Required when the two differ in any selected episode.
    episodes : {"first", "all"}, optional
        First episode of each patient (that meets the other conditions), or all. Required when any
        patient has two.
    covariates : sequence of str
        Columns to carry along: of episodes, patients, or of the index procedure.
    where : mapping or boolean Series, optional
        Conditions, `{"age_years": ">= 18", "asa_class": [1, 2, 3]}`, or a Series of True and False
        indexed by `episode_id`.
    landmark_day : float, optional
        Start the study this many days after day 0: only episodes still observed then are kept,
        facts known by then may be used, and every time counts from there.

    Returns
    -------
    Cohort

    Raises
    ------
    ArgumentError
        For an unknown column or code, a condition or covariate known only after day 0, an episode
        in two arms, an empty arm, or a choice that must be made (`assignment`, `episodes`).

    Warns
    -----
    SpineOutcomesWarning
        When a component performed after day 0, or after the landmark, decides an arm.

    Notes
    -----
    Missing data: an episode that lacks a value of a condition does not meet it and is counted as
    left out by it; one whose arm cannot be told is counted as "in no arm". Conditions on facts that
    come after day 0 would build in immortal time and are refused
    (Suissa 2008, doi:10.1093/aje/kwm324).

    References
    ----------
    .. [1] Suissa S. Immortal time bias in pharmaco-epidemiology. Am J Epidemiol 2008;167:492-499,
       doi:10.1093/aje/kwm324.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> cohort = so.select_cohort(
    ...     registry,
    ...     arms={"mis": {"approach": ["mis", "hybrid"]}, "open": {"approach": ["open"]}},
    ...     assignment="planned",
    ...     episodes="first",
    ... )
    >>> cohort.data["arm"].cat.categories.tolist()
    ['mis', 'open']
    """
    table = _Selection(registry, landmark_day)
    if diagnosis is not None:
        table.keep_diagnosis([diagnosis] if isinstance(diagnosis, str) else list(diagnosis))
    if isinstance(where, pd.Series):
        table.keep(_aligned(where, table.frame["episode_id"]), "Condition given as a Series")
    elif where is not None:
        for name, condition in where.items():
            values = table.column(name)
            label = condition if isinstance(condition, str) else _listed(condition)
            table.keep(meets(values, condition, name=name), f"{name} {label}")
    if landmark_day is not None:
        table.keep_observed(landmark_day)
    table.keep_episodes(episodes)
    arm = table.assign_arms(arms, assignment)
    data = cohort_frame(registry, table.places, arm)
    extra = {name: table.column(name).to_numpy() for name in covariates if name not in data.columns}
    data = data.assign(**{name: pd.Series(v, index=data.index) for name, v in extra.items()})
    return Cohort(
        data,
        registry=registry,
        steps=table.log(data["arm"]),
        places=table.places,
        landmark_day=float(landmark_day or 0),
    )


class _Selection:
    """The episodes still in, and the log of the steps that left others out."""

    def __init__(self, registry: Registry, landmark_day: float | None) -> None:
        self.registry = registry
        self.later_allowed = landmark_day is not None
        self.start = landmark_day or 0.0
        self.frame = registry.table("episodes")
        self.places = np.arange(len(self.frame))
        self.steps: list[dict[str, Any]] = []
        rejected = int((registry.rejects["table"] == "episodes").sum())
        self.note("In the registry", self.n + rejected, None)
        if len(registry.rejects):
            self.note("Rejected at loading", self.n, rejected)

    @property
    def n(self) -> int:
        return len(self.frame)

    def column(self, name: str) -> pd.Series:
        if not self.later_allowed:
            _refuse_later(name)
        return episode_column(self.registry, self.frame, name)

    def note(self, step: str, count: int, excluded: int | None) -> None:
        row = {"variable": "flow", "level": step}
        self.steps.append(row | {"statistic": "count", "value": float(count)})
        if excluded is not None:
            self.steps.append(row | {"statistic": "excluded", "value": float(excluded)})

    def keep(self, mask: np.ndarray, step: str) -> None:
        before = self.n
        self.frame = self.frame[mask].reset_index(drop=True)
        self.places = self.places[mask]
        self.note(step, self.n, before - self.n)
        if not self.n:
            raise ArgumentError(f"No episode is left after the step {step!r} (of {before}).")

    def keep_diagnosis(self, codes: list[str]) -> None:
        # An unknown code raises here.
        names = [self.registry.vocabulary.diagnoses[code].name for code in codes]
        self.keep(self.frame["diagnosis"].isin(codes).to_numpy(), ", ".join(names))

    def keep_observed(self, landmark_day: float) -> None:
        patients = self.registry.table("patients").set_index("patient_id")
        own = patients.reindex(self.frame["patient_id"]).reset_index(drop=True)
        shift = self.frame["index_day"].fillna(0)
        # A death known to the month or year has happened for certain on its last possible day.
        death = own["death_day"].fillna(own["death_upper_day"])
        gone = (death - shift <= landmark_day) | (own["last_contact_day"] - shift < landmark_day)
        self.keep(~gone.to_numpy(dtype=bool), f"Alive and observed on day {landmark_day:g}")

    def keep_episodes(self, episodes: str | None) -> None:
        several = int(self.frame["patient_id"].value_counts().gt(1).sum())
        if episodes not in (None, "first", "all"):
            raise ArgumentError(f'episodes must be "first" or "all", got {episodes!r}.')
        if episodes is None and several:
            raise ArgumentError(
                f'{several} patients have several episodes; say episodes="first" or "all".'
            )
        if episodes == "first":
            order = self.frame.assign(_day=self.frame["index_day"].fillna(0))
            first = order.sort_values("_day", kind="stable").drop_duplicates("patient_id").index
            self.keep(self.frame.index.isin(first), "First episode of each patient")

    def assign_arms(self, arms: Arms | None, assignment: Assignment | None) -> pd.Categorical:
        """Return the arm of each episode still in; categories in the order the arms are named."""
        if arms is None:
            return one_arm(self.n)
        if not arms or not all(arms.values()):
            raise ArgumentError("arms must name at least one arm, each with at least one rule.")
        member = {
            name: np.logical_and.reduce(
                [self._meets_arm(column, rule, assignment) for column, rule in rules.items()]
            )
            for name, rules in arms.items()
        }
        table = np.column_stack(list(member.values())).astype(bool)
        twice = int((table.sum(axis=1) > 1).sum())
        if twice:
            raise ArgumentError(f"{twice} episode(s) fall into two arms; make the rules exclusive.")
        inside = np.asarray(table.any(axis=1))
        self.keep(inside, "In one of the arms")
        table = table[inside]
        empty = [name for name, n in zip(member, table.sum(axis=0), strict=True) if not n]
        if empty:
            raise ArgumentError(f"No episode falls into the arm(s) {', '.join(empty)}.")
        names = pd.Index(list(member))
        return pd.Categorical.from_codes(table.argmax(axis=1).tolist(), categories=names)

    def _meets_arm(self, column: str, rule: Condition, assignment: Assignment | None) -> np.ndarray:
        if column == "approach":
            return meets(self._approach(assignment), rule, name="approach")
        if column == "component":
            procedures = self.registry.table("procedures")
            if assignment == "planned":
                procedures = procedures[procedures["planned"].fillna(True).astype(bool)]
            hit = procedures[meets(procedures["component"], rule, name="component")]
            hit = hit[hit["episode_id"].isin(self.frame["episode_id"])]
            if assignment != "planned":
                warn_of_later_arms(hit["day"], of=hit["episode_id"], start=self.start)
            return self.frame["episode_id"].isin(hit["episode_id"]).to_numpy()
        return meets(self.column(column), rule, name=column)

    def _approach(self, assignment: Assignment | None) -> pd.Series:
        planned = self.frame["approach_planned"].astype(object)
        performed = self.frame["approach_performed"].astype(object)
        if assignment not in (None, "planned", "performed"):
            raise ArgumentError(f'assignment must be "planned" or "performed", got {assignment!r}.')
        differ = int((planned.fillna("") != performed.fillna("")).sum())
        if assignment is None and differ:
            raise ArgumentError(
                f"The planned and the performed approach differ in {differ} of {self.n} episodes; "
                'say assignment="planned" or "performed".'
            )
        return performed if assignment == "performed" else planned

    def log(self, arm: pd.Series) -> pd.DataFrame:
        rows = [
            {"variable": "flow", "level": "Analysed", "statistic": "count"}
            | {"group": str(name), "value": float(n)}
            for name, n in arm.value_counts(sort=False).items()
        ]
        return pd.DataFrame(self.steps + rows)


def episode_column(registry: Registry, episodes: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of episodes, patients or the index procedure, row by row of `episodes`.

    Raises
    ------
    ArgumentError
        When no table has the column.
    """
    if name in episodes.columns:
        return episodes[name].reset_index(drop=True)
    patients = registry.table("patients").set_index("patient_id")
    if name in patients.columns:
        return patients[name].reindex(episodes["patient_id"]).reset_index(drop=True)
    procedures = registry.table("procedures")
    if name in procedures.columns:
        index = index_procedures(registry, episodes)
        return index[name].reset_index(drop=True)
    raise ArgumentError(
        f"No column {name!r} in episodes, patients or procedures; episodes have: "
        f"{', '.join(map(str, episodes.columns))}."
    )


def index_procedures(registry: Registry, episodes: pd.DataFrame) -> pd.DataFrame:
    """Return the procedure that sets day 0 of each episode, row by row; missing where none does.

    It is the one the episode names, else the first aimed at the lesion or pathology.
    """
    procedures = registry.table("procedures")
    directed = [code for code, entry in registry.vocabulary.procedures.items() if entry.directed]
    named = procedures["procedure_id"].isin(episodes["index_procedure_id"].dropna())
    first = (
        procedures[named | procedures["component"].isin(directed)]
        .assign(_after=~named)
        .sort_values(["_after", "day", "sequence"], kind="stable")
        .drop_duplicates("episode_id")
        .set_index("episode_id")
        .drop(columns="_after")
    )
    return first.reindex(episodes["episode_id"])


def _refuse_later(name: str) -> None:
    later = {c.name for spec in TABLES.values() for c in spec.columns if c.later}
    if name in later.union(PATIENT_DAYS):
        raise ArgumentError(
            f"{name!r} is known only after day 0. A condition, arm or confounder may use only what "
            "is known then, or it builds in immortal time; a later start is `landmark_day`."
        )


def _aligned(where: pd.Series, episode_ids: pd.Series) -> np.ndarray:
    whole = pd.api.types.is_bool_dtype(where) and not where.isna().any()
    if not whole or not where.index.is_unique:
        raise ArgumentError("`where` as a Series must be True or False, one row per episode_id.")
    absent = int((~episode_ids.isin(where.index)).sum())
    if absent:
        raise ArgumentError(f"`where` has no row for {absent} of {len(episode_ids)} episodes.")
    return where.reindex(episode_ids).to_numpy(dtype=bool)


def _listed(condition: Condition) -> str:
    values = [condition] if isinstance(condition, int | float) else list(condition)
    return "in " + ", ".join(map(str, values))
