"""Cohort: the episodes a study includes, one row each, and who was left out and why."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import TABLES, Registry
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
        frame = self.registry.table(table)
        if table == "patients":
            return self._patients(frame)
        if table == "episodes":
            return frame.set_index("episode_id").loc[self.data.index].reset_index()
        own = frame if self._holds_all else frame[frame["episode_id"].isin(self.data.index)]
        if "patient_id" in TABLES[table].names:
            parts = [part for part in (own, self._of_patients(frame)) if len(part)]
            own = pd.concat(parts) if len(parts) > 1 else (parts or [own])[0]
        return own.reset_index(drop=True)

    @property
    def _holds_all(self) -> bool:
        """Whether no episode was left out, so that every row of an episode belongs."""
        whole = len(self.data) == len(self.registry.tables["episodes"])
        return whole and not self.registry.tables["events"]["episode_id"].isna().any()

    def _patients(self, patients: pd.DataFrame) -> pd.DataFrame:
        shift = self.data["index_day"].fillna(0).to_numpy()
        each = patients.set_index("patient_id").loc[self.data["patient_id"]].reset_index()
        days = {name: each[name] - shift for name in PATIENT_DAYS if name in each}
        return each.assign(episode_id=self.data.index.to_numpy(), **days)

    def _of_patients(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows that name only a patient, once for each of the patient's episodes."""
        loose = frame[frame["episode_id"].isna()].drop(columns="episode_id")
        owners = self.data.reset_index()[["episode_id", "patient_id", "index_day"]]
        rows = loose.merge(owners, on="patient_id", suffixes=("", "_of_episode"))
        shift = rows.pop("index_day").fillna(0)
        days = {name: rows[name] - shift for name in DAY_COLUMNS if name in rows}
        return rows.assign(**days)[list(frame.columns)]

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
    episodes = data.table("episodes")
    frame = cohort_frame(data, episodes, arm=pd.Categorical(["all"] * len(episodes)))
    steps = pd.DataFrame(
        {"variable": ["flow"], "level": ["In the registry"], "statistic": ["count"]}
    ).assign(value=float(len(episodes)))
    return Cohort(frame, registry=data, steps=steps)


def cohort_frame(registry: Registry, episodes: pd.DataFrame, arm: pd.Categorical) -> pd.DataFrame:
    """Return the frame of a cohort without covariates: one row per episode."""
    centre = registry.table("patients").set_index("patient_id")["centre"]
    return pd.DataFrame(
        {
            "patient_id": episodes["patient_id"].to_numpy(),
            "centre": centre.reindex(episodes["patient_id"]).to_numpy(),
            "arm": arm,
            "index_day": episodes["index_day"].fillna(0).to_numpy(),
            "index_year": episodes["index_year"].to_numpy(),
        },
        index=pd.Index(episodes["episode_id"], name="episode_id"),
    )
