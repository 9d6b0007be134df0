"""What was left of lesions on a scan against their reference: sums, percentages, flags."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.lesions.sizes import VOLUMES

FLAGS = ("approximate", "confounded")
LESION = ["episode", "lesion"]


def recorded_residuals(found: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return rows of a recorded percentage with the percent that was left."""
    percent = found["value"] if measure == "percent_residual" else 100.0 - found["value"]
    return found.assign(residual_percent=percent, value=float("nan"), unit=None, reference=100.0)


def against_reference(target: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Return each lesion's size beside its reference; lesions with only one of them stay.

    Raises
    ------
    ArgumentError
        When a lesion has another unit on the reference scan.
    """
    columns = [*LESION, "value", "unit", "day", *FLAGS]
    both = target[[*columns, "scan"]].merge(
        reference[columns].rename(columns={"value": "reference", "day": "reference_day"}),
        on=LESION,
        how="outer",
        suffixes=("", "_of_reference"),
    )
    # A reference alone belongs to an episode that was measured once: nothing to compare.
    known = both["value"].notna().groupby(both["episode"]).transform("any").astype(bool)
    both = both[known]
    units = both["unit"].astype(object).where(both["value"].notna(), both["unit_of_reference"])
    differ = both["value"].notna() & both["reference"].notna()
    differ &= _text(both["unit"]) != _text(both["unit_of_reference"])
    if differ.any():
        raise ArgumentError(
            f"{int(differ.sum())} lesion(s) have another unit on the reference scan; bring each "
            "measure to one unit in the file."
        )
    flags = {
        name: both[name].fillna(False).astype(bool)
        | both[f"{name}_of_reference"].fillna(False).astype(bool)
        for name in FLAGS
    }
    return both.assign(unit=units, **flags)


def summed(found: pd.DataFrame, group: list[str], measure: str) -> pd.DataFrame:
    """Return one row per group: sums over its lesions, missing when one of them is.

    Raises
    ------
    ArgumentError
        When lesions to be summed have different units, or a measure that cannot be summed.
    """
    _refuse_several_lesions(found, group, measure)
    groups = found.groupby(group)
    if (groups["unit"].nunique() > 1).any():
        n = int((groups["unit"].nunique() > 1).sum())
        raise ArgumentError(f"{n} episode(s) have lesions in different units; use one unit.")
    value = complete_sum(found, "value", group)
    reference = complete_sum(found, "reference", group)
    percent = (100.0 * value / reference).where(reference > 0)
    if "residual_percent" in found:
        percent = groups["residual_percent"].first()
    frame = pd.DataFrame(
        {
            "residual_percent": percent,
            "value": value,
            "reference": reference,
            "unit": groups["unit"].first().astype(object),
            "day": groups["day"].max(),
        }
    )
    for name in FLAGS:
        flagged = found[name].fillna(False).astype(bool)
        frame[name] = flagged.groupby([found[key] for key in group]).any().astype("boolean")
    over = (frame["residual_percent"] > 100.0).astype("boolean")
    return frame.assign(over_100=over.where(frame["residual_percent"].notna()))


def complete_sum(found: pd.DataFrame, column: str, group: list[str]) -> pd.Series:
    """Return the sum of each group; missing where any row of it is."""
    keys = [found[key] for key in group]
    whole = found[column].notna().groupby(keys).all()
    return found[column].groupby(keys).sum().where(whole)


def _refuse_several_lesions(found: pd.DataFrame, group: list[str], measure: str) -> None:
    several = int((found.groupby(group)["lesion"].nunique() > 1).sum())
    if several and measure not in VOLUMES:
        raise ArgumentError(
            f"{several} episode(s) have several lesions, and {measure} cannot be summed over them; "
            'use by="lesion".'
        )


def _text(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "")
