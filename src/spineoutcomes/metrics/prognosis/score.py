"""Scores of instability, prognosis and performance by episode, with the range of the unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.answers import listed
from spineoutcomes.metrics.prognosis.catalogue import key_of
from spineoutcomes.metrics.prognosis.cells import Reading, Words, read_facts, read_points
from spineoutcomes.metrics.prognosis.columns import Given, given_items
from spineoutcomes.metrics.prognosis.key import Item, Key
from spineoutcomes.metrics.status import as_status
from spineoutcomes.registry import Registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

Coding = Literal["facts", "points"]
Half = Literal["over", "under"]
Trusted = Literal["items", "total"]
BASES = get_args(Trusted)


def prognostic_score(
    cohort: Cohort | Registry | pd.DataFrame,
    *,
    score: str,
    items: Mapping[str, str | None] | None = None,
    total: str | None = None,
    coding: Coding = "facts",
    words: Mapping[str, Words] | None = None,
    collapse_of_50: Half | None = None,
    disagreement: Trusted | None = None,
) -> pd.DataFrame:
    """Return a score of instability, prognosis or performance before surgery, with its items.

    Parameters
    ----------
    cohort : Cohort, Registry or DataFrame
        Items are read from the columns of the episodes; or a frame with one column per item and one
        row per patient or episode, whose index is kept.
    score : str
        "sins" (spinal instability, 0-18), "tokuhashi_2005" (revised, 0-15), "tomita_2001" (2-10),
        "bauer" (0-5), "bauer_modified" (0-4), "escc" (rank 0-5 of the grades 0, 1a, 1b, 1c, 2, 3),
        "ecog" (0-4) or "kps" (10-100 %).
    items : mapping of str to str or None, optional
        Item -> column, or None for an item that was never recorded. Items that are not named are
        looked for as, for example, `sins_pain`, then `pain`, then under the registry's own name
        (`levels`, `kps`, `primary_tumour`, `frankel`). See the notes for the items and their words.
    total : str, optional
        Column with the sum as it was recorded; by default one that is called like the score.
    coding : {"facts", "points"}
        Whether the cells hold what was found ("mechanical", T12, KPS 70, 3 metastases) or the
        points of each item.
    words : mapping of str to mapping, optional
        By item, what the registry's own words mean: `{"primary": {"colon": "other"}}`; None where
        a word says that nothing is known; for the location also levels, `{"L6": "L5"}`.
    collapse_of_50 : {"over", "under"}, optional
        What a collapse of exactly 50 % counts as in "sins", which does not say; required when met.
    disagreement : {"items", "total"}, optional
        What counts where the items cannot make the recorded total; required when met.

    Returns
    -------
    DataFrame
        Indexed by `episode_id` (or as the frame): one column of points per item; for "sins"
        `location_level` (the vertebra that gave the points); `value` (points, rank or %); `band`
        (ordered, from the lowest sums up); `low` and `high` (the lowest and highest sum that the
        known items allow); `low_band` and `high_band`; `basis` ("items" or "total": what `value`
        rests on); `higher_is` ("better" or "worse"); `outside_population` (True where the score was
        not made for the diagnosis, such as "sins" of a hemangioma); `status` (observed or missing).

    Raises
    ------
    ArgumentError
        For a score that is unknown, or refused because its points were not verified (NESMS,
        Katagiri); columns that are lacking or unknown; words, numbers and levels that an item does
        not know (a coccyx, an L6), which are named; a collapse of exactly 50 % or a recorded total
        that the items cannot make, when nothing is said of it.

    Notes
    -----
    Items and their words (points).

    - sins: location (vertebrae, or junctional 3, mobile 2, semirigid 1, rigid 0), pain (mechanical
      3, occasional 1, none 0), bone_lesion (lytic 2, mixed 1, blastic 0), alignment (subluxation 4,
      deformity 2, normal 0), collapse (over 50 3, under 50 2, over 50 involved 1, none 0),
      posterolateral (bilateral 3, unilateral 1, none 0). Bands: 0-6 stable, 7-12 potentially
      unstable, 13-18 unstable. Of several levels the one with the most points counts, a convention
      that the published table does not hold.
    - tokuhashi_2005: performance (KPS 10-40 0, 50-70 1, 80-100 2), extraspinal_bone_metastases
      (3 or more 0, 1-2 1, none 2), vertebral_metastases (3 or more 0, 2 1, 1 2), organ_metastases
      (unremovable 0, removable 1, none 2), primary (lung, osteosarcoma, stomach, bladder,
      oesophagus, pancreas 0; liver, gallbladder, unidentified 1; other 2; kidney, uterus 3; rectum
      4; thyroid, breast, prostate, carcinoid 5), palsy (Frankel A, B 0; C, D 1; E 2). Bands: 0-8
      less than 6 months, 9-11 6 months or more, 12-15 1 year or more. A primary that is not among
      the words is never taken for "other": say so with `words`.
    - tomita_2001: growth (slow 1, moderate 2, rapid 4), visceral_metastases (none 0, treatable 2,
      untreatable 4), bone_metastases (solitary 1, multiple 2). Bands: 2-3, 4-5, 6-7, 8-10.
    - bauer: visceral_metastases (no 1, yes 0), skeletal_metastases (solitary 1, multiple 0),
      primary (lung 0; breast, kidney, lymphoma, myeloma 2; others 1), pathological_fracture (no 1,
      yes 0). Bands: 0-1, 2-3, 4-5. bauer_modified: without the fracture; 0-1, 2, 3-4.
    - escc: low grade 0-1b, 1c contested, high grade 2-3; a rank, never to be averaged. ecog has no
      bands; kps: 10-40, 50-70, 80-100. Death is none of their values.

    The predictions are moderate (at 6 months sensitivity and specificity were 58 and 77 % of the
    revised Tokuhashi score, 82 and 48 % of the Tomita score): confounders, not the truth.

    Missing data: nothing is guessed. With any item missing and no total recorded, `value` and
    `band` are missing and the status is missing; `low` and `high` tell what the sum may be. Where
    `low_band` equals `high_band` the band is certain all the same, but keeping only these would
    leave out those in the middle.

    References
    ----------
    .. [1] Fourney DR et al. Spinal instability neoplastic score: an analysis of reliability and
       validity. J Clin Oncol 2011;29:3072-3077. doi:10.1200/JCO.2010.34.3897
    .. [2] Tokuhashi Y et al. A revised scoring system for preoperative evaluation of metastatic
       spine tumor prognosis. Spine 2005;30:2186-2191. doi:10.1097/01.brs.0000180401.06919.a5
    .. [3] Tomita K et al. Surgical strategy for spinal metastases. Spine 2001;26:298-306.
       doi:10.1097/00007632-200102010-00016
    .. [4] Leithner A et al. Predictive value of seven preoperative prognostic scoring systems for
       spinal metastases. Eur Spine J 2008;17:1488-1495. doi:10.1007/s00586-008-0763-1
    .. [5] Bilsky MH et al. Reliability analysis of the epidural spinal cord compression scale.
       J Neurosurg Spine 2010;13:324-328. doi:10.3171/2010.3.SPINE09459

    Examples
    --------
    >>> import pandas as pd
    >>> import spineoutcomes as so
    >>> found = pd.DataFrame(
    ...     {
    ...         "location": ["T12-L1", "T5"],
    ...         "pain": ["mechanical", None],
    ...         "bone_lesion": ["lytic", "mixed"],
    ...         "alignment": ["normal", "normal"],
    ...         "collapse": ["over 50", "none"],
    ...         "posterolateral": ["unilateral", "none"],
    ...     },
    ...     index=["A", "B"],
    ... )
    >>> so.metrics.prognostic_score(found, score="sins")[["value", "band", "low", "high", "status"]]
       value                  band   low  high    status
    A   12.0  potentially unstable  12.0  12.0  observed
    B    NaN                   NaN   2.0   5.0   missing
    """
    key = key_of(score)
    _check_choices(key, coding, words, collapse_of_50, disagreement)
    given = given_items(cohort, key, items, total)
    readings = {
        item.name: _read(item, given, coding, (words or {}).get(item.name, {}), collapse_of_50)
        for item in key.items
    }
    points = pd.DataFrame(
        {name: reading.points for name, reading in readings.items()}, index=given.index
    )
    levels = {
        f"{name}_level": reading.level
        for name, reading in readings.items()
        if reading.level is not None
    }
    sums = _sums(key, points, given.total, disagreement)
    higher_is = SHIPPED_VOCABULARY.instruments[key.code].higher_is
    return points.assign(
        **levels,
        value=sums["value"],
        band=key.band_of(sums["value"]),
        low=sums["low"],
        high=sums["high"],
        low_band=key.band_of(sums["low"]),
        high_band=key.band_of(sums["high"]),
        basis=pd.Categorical.from_codes(sums["basis"].tolist(), categories=pd.Index(BASES)),
        higher_is=pd.Categorical([higher_is], categories=["better", "worse"]).repeat(len(sums)),
        outside_population=given.outside,
        status=as_status(np.where(sums["value"].isna(), "missing", "observed"), given.index),
    )


def _check_choices(
    key: Key,
    coding: str,
    words: Mapping[str, Words] | None,
    half: str | None,
    disagreement: str | None,
) -> None:
    if coding not in get_args(Coding):
        raise ArgumentError(f'coding must be "facts" or "points", got {coding!r}.')
    if half is not None and half not in get_args(Half):
        raise ArgumentError(f'collapse_of_50 must be "over" or "under", got {half!r}.')
    if disagreement is not None and disagreement not in get_args(Trusted):
        raise ArgumentError(f'disagreement must be "items" or "total", got {disagreement!r}.')
    if words and coding == "points":
        raise ArgumentError("words say what facts mean; points mean themselves. Leave words out.")
    unknown = [name for name in words or {} if name not in key.names]
    if unknown:
        raise ArgumentError(
            f"words: {key.code} has no item {listed(unknown)}; its items are {listed(key.names)}."
        )


def _read(item: Item, given: Given, coding: str, words: Words, half: str | None) -> Reading:
    unknown = pd.Series(None, index=given.index, dtype=object)
    cells = given.cells.get(item.name, unknown)
    column = given.columns.get(item.name, item.name)
    if coding == "facts":
        return read_facts(item, cells, column=column, words=words, half=half)
    read = read_points(item, cells, column=column)
    nowhere = np.full(len(cells), None, dtype=object)
    return Reading(read.points, nowhere if item.levels else None)


def _sums(
    key: Key, points: pd.DataFrame, total: pd.Series | None, disagreement: str | None
) -> pd.DataFrame:
    """Return the sum of each row, what it may be and, as a code, what it rests on."""
    low = sum(points[item.name].fillna(item.points[0]) for item in key.items)
    high = sum(points[item.name].fillna(item.points[-1]) for item in key.items)
    sums = pd.DataFrame({"low": low, "high": high}, index=points.index).astype(float)
    complete = points.notna().all(axis="columns")
    sums["value"] = sums["low"].where(complete)
    sums["basis"] = np.where(complete, BASES.index("items"), -1)
    if total is None:
        return sums
    apart = total.notna() & ((total < sums["low"]) | (total > sums["high"]))
    if apart.any() and disagreement is None:
        raise ArgumentError(
            f"{int(apart.sum())} row(s) have a recorded total of {key.code} that their items "
            'cannot make; correct them, or say disagreement="items" or "total".'
        )
    counts = total.notna() & (~complete | apart)
    if disagreement == "items":
        counts &= ~apart
    for name in ("value", "low", "high"):
        sums[name] = sums[name].where(~counts, total)
    sums["basis"] = sums["basis"].mask(counts, BASES.index("total"))
    return sums
