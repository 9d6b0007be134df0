"""The Charlson index of comorbidity, with the version of its weights always named."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.answers import read_answers
from spineoutcomes.metrics.status import as_status

Weights = Literal["charlson_1987", "quan_2011"]

# Condition -> weight in Charlson et al. 1987 (table 3) and in Quan et al. 2011. Leukaemia and
# lymphoma stand apart in 1987; in 2011 "any malignancy" holds them, so they are merged there.
WEIGHTS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "myocardial_infarction": (1, 0),
        "congestive_heart_failure": (1, 2),
        "peripheral_vascular_disease": (1, 0),
        "cerebrovascular_disease": (1, 0),
        "dementia": (1, 2),
        "chronic_pulmonary_disease": (1, 1),
        "rheumatic_disease": (1, 1),
        "peptic_ulcer_disease": (1, 0),
        "mild_liver_disease": (1, 2),
        "diabetes_uncomplicated": (1, 0),
        "diabetes_complicated": (2, 1),
        "hemiplegia": (2, 2),
        "renal_disease": (2, 1),
        "malignancy": (2, 2),
        "solid_tumour": (2, 2),
        "leukaemia": (2, 2),
        "lymphoma": (2, 2),
        "moderate_severe_liver_disease": (3, 4),
        "metastatic_solid_tumour": (6, 6),
        "aids": (6, 4),
    }
)
# The graver condition counts instead of the lighter one, never beside it.
INSTEAD_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "moderate_severe_liver_disease": ("mild_liver_disease",),
        "diabetes_complicated": ("diabetes_uncomplicated",),
        "metastatic_solid_tumour": ("malignancy", "solid_tumour"),
    }
)
TUMOURS: Final = ("solid_tumour", "leukaemia", "lymphoma")
CHARLSON_CONDITIONS: Final = tuple(name for name in WEIGHTS if name not in TUMOURS)
FLAG = (0.0, 1.0)


def charlson_index(conditions: pd.DataFrame, *, weights: Weights) -> pd.DataFrame:
    """Return the Charlson comorbidity index from conditions that are present or absent.

    Parameters
    ----------
    conditions : DataFrame
        One row per patient or episode, one column of 0 and 1 (or True and False) per condition:
        `myocardial_infarction`, `congestive_heart_failure`, `peripheral_vascular_disease`,
        `cerebrovascular_disease`, `dementia`, `chronic_pulmonary_disease`, `rheumatic_disease`,
        `peptic_ulcer_disease`, `mild_liver_disease`, `moderate_severe_liver_disease`,
        `diabetes_uncomplicated`, `diabetes_complicated`, `hemiplegia`, `renal_disease`,
        `metastatic_solid_tumour`, `aids`, and either `malignancy` (any, with leukaemia and
        lymphoma) or the three `solid_tumour`, `leukaemia`, `lymphoma`.
    weights : {"charlson_1987", "quan_2011"}
        The original weights, 1 to 6, by which a patient can reach 33 points (29 with `malignancy`
        as one condition), or the updated ones, 0 to 6 with a maximum of 24, in which myocardial
        infarction, peripheral vascular and cerebrovascular disease, ulcer and uncomplicated
        diabetes no longer count. Scores by the two are never compared.

    Returns
    -------
    DataFrame
        Indexed as `conditions`: `value` (points), `lowest` and `highest` (the points if every
        unknown condition were absent, or present), `n_unknown`, `status`.

    Raises
    ------
    ArgumentError
        For other weights, columns that are lacking or unknown, and cells that are not 0 or 1.

    Notes
    -----
    Which diagnosis codes make a condition is another choice, made before, and to be reported beside
    the weights. Age earns no points here. A patient with the lighter and the graver form of a
    condition (liver disease, diabetes, solid tumour) has the weight of the graver one. The disease
    under study counts like any other: in a cohort of metastases 6 points are a constant.

    Missing data: an unknown condition is not an absent one. The index is missing where an unknown
    condition could change it, that is where `lowest` and `highest` differ. A condition that nobody
    recorded is a column of missing values.

    References
    ----------
    .. [1] Charlson ME et al. A new method of classifying prognostic comorbidity in longitudinal
       studies. J Chronic Dis 1987;40:373-383. doi:10.1016/0021-9681(87)90171-8
    .. [2] Quan H et al. Updating and validating the Charlson comorbidity index and score for risk
       adjustment in hospital discharge abstracts using data from 6 countries. Am J Epidemiol
       2011;173:676-682. doi:10.1093/aje/kwq433

    Examples
    --------
    >>> import pandas as pd
    >>> import spineoutcomes as so
    >>> names = list(so.metrics.CHARLSON_CONDITIONS)
    >>> patients = pd.DataFrame(0, index=["A", "B"], columns=names)
    >>> patients.loc["A", ["diabetes_uncomplicated", "diabetes_complicated"]] = 1
    >>> patients.loc["B", ["malignancy", "metastatic_solid_tumour", "renal_disease"]] = 1
    >>> so.metrics.charlson_index(patients, weights="quan_2011")[["value", "status"]]
       value    status
    A    1.0  observed
    B    7.0  observed
    """
    if weights not in get_args(Weights):
        raise ArgumentError(
            f'weights must be "charlson_1987" or "quan_2011", got {weights!r}; the two give '
            "different scores, so there is no default."
        )
    flags = read_answers(
        conditions,
        dict.fromkeys(_expected(conditions), FLAG),
        what="The Charlson index",
        flags=True,
    )
    lowest = _points(flags.fillna(0.0), weights)
    highest = _points(flags.fillna(1.0), weights)
    value = lowest.where(lowest == highest)
    status = np.where(value.isna(), "missing", "observed")
    return pd.DataFrame(
        {
            "value": value,
            "lowest": lowest,
            "highest": highest,
            "n_unknown": flags.isna().sum(axis="columns"),
            "status": as_status(status, flags.index),
        }
    )


def _expected(conditions: pd.DataFrame) -> list[str]:
    """Return the conditions a table should have: any malignancy together, or three apart."""
    columns = getattr(conditions, "columns", ())
    if not any(name in columns for name in TUMOURS):
        return list(CHARLSON_CONDITIONS)
    return [name for name in WEIGHTS if name != "malignancy"]


def _points(flags: pd.DataFrame, weights: Weights) -> pd.Series:
    """Return the sum of the weights; every condition known, the lighter of two forms left out.

    No condition lowers the sum, so absent and present unknowns give its lowest and highest value.
    """
    if weights == "quan_2011" and "malignancy" not in flags:
        merged = flags[list(TUMOURS)].max(axis="columns")
        flags = flags.drop(columns=list(TUMOURS)).assign(malignancy=merged)
    counted = flags.copy()
    for graver, lighter in INSTEAD_OF.items():
        for name in (name for name in lighter if name in counted):
            counted[name] = counted[name] * (1 - flags[graver])
    column = get_args(Weights).index(weights)
    points = [float(WEIGHTS[str(name)][column]) for name in counted]
    return pd.Series(counted.to_numpy() @ np.array(points), index=counted.index)
