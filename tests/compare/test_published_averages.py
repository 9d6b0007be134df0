"""A published table of nine studies reproduces its own averages: means with patients as counts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from spineoutcomes import compare

REFERENCE = Path(__file__).parents[1] / "reference"
STUDIES = pd.read_csv(REFERENCE / "pennington_2018.csv")
AVERAGES = pd.read_csv(REFERENCE / "pennington_2018_averages.csv").set_index("quantity")
# The table prints some averages to one place and others to none; both are rounded.
ONE_PLACE, NO_PLACE = 0.05, 0.5
QUANTITIES = {
    "blood_loss_ml": ("blood_loss_ml_mean", ONE_PLACE),
    "operative_time_min": ("operative_time_min_mean", ONE_PLACE),
    "los_days": ("los_days_mean", ONE_PLACE),
    "neuro_improved_pct": ("neuro_improved_pct", NO_PLACE),
    "vas_pain_relief_points": ("vas_pain_relief_points_mean", ONE_PLACE),
    "complication_pct": ("complication_pct", NO_PLACE),
}


def test_all_quantities_and_patients_are_there() -> None:
    assert set(QUANTITIES) == set(AVERAGES.index)
    assert STUDIES.groupby("arm")["n"].sum().to_dict() == {"mis": 188, "open": 163}


@pytest.mark.validates("compare.mean_difference", source="Pennington 2018, table 2")
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_averages_of_the_table_are_means_over_patients(quantity: str) -> None:
    column, rounding = QUANTITIES[quantity]
    reported = STUDIES.dropna(subset=[column])
    effect = compare.mean_difference(
        reported, outcome=column, treatment="arm", reference="open", counts="n"
    ).tidy()
    arms = effect[effect["measure"] == "mean"]
    means = dict(zip(arms["contrast"], arms["estimate"], strict=True))
    for arm in ("open", "mis"):
        printed = AVERAGES.loc[quantity, f"{arm}_published_average"]
        assert means[arm] == pytest.approx(printed, abs=rounding)
    patients = dict(zip(arms["contrast"], arms["n"], strict=True))
    assert patients == reported.groupby("arm")["n"].sum().to_dict()


def test_means_over_studies_are_other_numbers() -> None:
    plain = STUDIES.groupby("arm")["blood_loss_ml_mean"].mean()
    printed = AVERAGES.loc["blood_loss_ml"]
    assert abs(plain["open"] - printed["open_published_average"]) > 50
    assert abs(plain["mis"] - printed["mis_published_average"]) > 25
