"""Cohort: the episodes a study includes, one row each, and who was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry
from spineoutcomes.registry.links import Positions
from spineoutcomes.results import Summary
from spineoutcomes.vocabulary import Vocabulary

DAY_COLUMNS = ("day", "lower_day", "upper_day")
PATIENT_DAYS = (
    "death_day",
    "death_lower_day",
    "death_upper_day",
    "last_contact_day",
    "last_contact_lower_day",
    "last_contact_upper_day",
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cohort:
    """The episodes a study includes; made by `select_cohort`.

    Attributes
    ----------
    data : DataFrame
        Index `episode_id`; columns `patient_id, centre, arm, index_day, index_year` and the
        covariates asked for.
    registry : Registry
        Where the episodes come from.
    steps : DataFrame
        The counted log of the selection.
    places : array of int
        Position of each episode in the registry's table of episodes.
    landmark_day : float
        Day from which time is counted: 0, or the landmark the selection used.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> cohort = so.select_cohort(so.load_sample("case_report"))
    >>> cohort.rows("scores")["instrument"].tolist()
    ['vas_pain', 'mrc_muscle_grade']
    """

    data: pd.DataFrame
    _: KW_ONLY
    registry: Registry
    steps: pd.DataFrame
    places: Positions
    landmark_day: float = 0.0

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the registry."""
        return self.registry.vocabulary

    def flow(self) -> Summary:
        """Return how many episodes each step left and left out.

        Returns
        -------
        Summary
            `level` names the step; `count` is how many remain, `excluded` how many it left out;
            the last rows count each arm.
        """
        return Summary(self.steps, method="Episodes remaining after each step of the selection.")

    def rows(self, table: str) -> pd.DataFrame:
        """Return the rows of one table that belong to the cohort, each with its `episode_id`.

        Parameters
        ----------
        table : str
            One of the six tables. `patients` gives one row per episode, in the cohort's order, its
            days counted from the index of that episode.

        Raises
        ------
        ArgumentError
            When there is no table of that name.
        """
        self.registry.require_table(table)
        names = [str(name) for name in self.registry.tables[table]]
        if table == "patients":
            return self.each(table, names).reset_index()[[*names, "episode_id"]]
        if table == "episodes":
            own = [name for name in names if name != "episode_id"]
            return self.each(table, own).reset_index()[names]
        rows = self.located(table, names)
        ids = self.data.index.take(rows.pop("episode").to_numpy())
        return rows.assign(episode_id=ids.to_numpy())

    def each(self, table: str, columns: Sequence[str], at: Positions | None = None) -> pd.DataFrame:
        """Return columns of `patients` or `episodes`, one row per episode of the cohort.

        Parameters
        ----------
        table : {"patients", "episodes"}
        columns : sequence of str
        at : array of int, optional
            Positions of the episodes wanted; None takes all.

        Returns
        -------
        DataFrame
            Indexed by `episode_id`; days of a patient counted from the index of the episode.
        """
        places = self.places if at is None else self.places[at]
        if table == "patients":
            places = self.registry.links["episodes", "patient_id"][places]
        frame = self.registry.tables[table]
        index = self.data.index if at is None else self.data.index.take(at)
        taken = {name: frame[name].take(places).set_axis(index) for name in columns}
        if table == "patients":
            start = self.data["index_day"].to_numpy()
            shift = start if at is None else start[at]
            for name in set(PATIENT_DAYS).intersection(taken):
                taken[name] = taken[name] - shift
        return pd.DataFrame(taken, index=index)

    def located(self, table: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return rows of a table with `episode`, the position of their episode in the cohort.

        Rows that name only a patient stand once for each of the patient's episodes, last. What is
        handed out may share memory with the registry: it is for reading, never for writing.

        Parameters
        ----------
        table : {"procedures", "scores", "lesions", "events"}
        columns : sequence of str

        Raises
        ------
        ArgumentError
            When there is no table of that name.
        """
        self.registry.require_table(table)
        frame, place = self.registry.tables[table], self.registry.links[table, "episode_id"]
        episode = place if self._is_whole else self._position_of()[place]
        inside = episode >= 0
        own = {"episode": episode} | {name: frame[name] for name in columns}
        rows = pd.DataFrame(own, index=frame.index, copy=False)
        if not inside.all():
            rows = rows.take(np.flatnonzero(inside)).reset_index(drop=True)
        loose = np.flatnonzero(place < 0)
        if not len(loose):
            return rows
        parts = [part for part in (rows, self._of_patients(table, columns, loose)) if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else rows

    @property
    def _is_whole(self) -> bool:
        """Whether every episode of the registry is in, in the registry's order."""
        n = len(self.registry.tables["episodes"])
        return len(self.places) == n and bool((self.places == np.arange(n)).all())

    def _position_of(self) -> Positions:
        """Return the position in the cohort of each episode of the registry; -1 where left out.

        The last place is for rows without an episode, whose link is -1.
        """
        position = np.full(len(self.registry.tables["episodes"]) + 1, -1, dtype=np.intp)
        position[self.places] = np.arange(len(self.places))
        return position

    def _of_patients(self, table: str, columns: Sequence[str], loose: Positions) -> pd.DataFrame:
        """Return rows that name only a patient, once for each of the patient's episodes."""
        frame = self.registry.tables[table].take(loose)[[*columns]]
        owners = pd.DataFrame(
            {
                "_patient": self.registry.links["episodes", "patient_id"][self.places],
                "episode": np.arange(len(self.places)),
                "_shift": self.data["index_day"].to_numpy(),
            }
        )
        patient = self.registry.links[table, "patient_id"][loose]
        rows = frame.assign(_patient=patient).merge(owners, on="_patient")
        shift = rows["_shift"]
        days = {name: rows[name] - shift for name in DAY_COLUMNS if name in rows}
        return rows.assign(**days)[["episode", *columns]]

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        arms = self.data["arm"].value_counts(sort=False)
        sizes = ", ".join(f"{arm}: {n}" for arm, n in arms.items())
        return f"<Cohort: {len(self.data)} episodes ({sizes})>"

    def _repr_html_(self) -> str:
        return self.flow()._repr_html_()


def as_cohort(data: Cohort | Registry) -> Cohort:
    """Return a cohort as it is, and a registry as the cohort of all its episodes.

    Raises
    ------
    ArgumentError
        When it is neither.
    """
    if isinstance(data, Cohort):
        return data
    if not isinstance(data, Registry):
        raise ArgumentError(f"Expected a Cohort or a Registry, got a {type(data).__name__}.")
    n = len(data.tables["episodes"])
    places = np.arange(n)
    steps = pd.DataFrame(
        {"variable": ["flow"], "level": ["In the registry"], "statistic": ["count"]}
    ).assign(value=float(n))
    return Cohort(cohort_frame(data, places, one_arm(n)), registry=data, steps=steps, places=places)


def one_arm(n: int) -> pd.Categorical:
    """Return the arm of a cohort that compares nothing: "all", for every episode."""
    return pd.Categorical.from_codes([0], categories=pd.Index(["all"])).repeat(n)


def cohort_frame(registry: Registry, places: Positions, arm: pd.Categorical) -> pd.DataFrame:
    """Return the frame of a cohort without covariates: one row per episode."""
    episodes, patients = registry.tables["episodes"], registry.tables["patients"]
    patient = registry.links["episodes", "patient_id"][places]
    index = pd.Index(episodes["episode_id"].take(places), name="episode_id")
    columns = {
        "patient_id": episodes["patient_id"].take(places),
        "centre": patients["centre"].astype(object).take(patient),
        "arm": pd.Series(arm),
        "index_day": episodes["index_day"].fillna(0).take(places),
        "index_year": episodes["index_year"].take(places),
    }
    own = {name: values.set_axis(index) for name, values in columns.items()}
    return pd.DataFrame(own, index=index, copy=False)
