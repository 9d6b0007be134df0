"""Compare two risks by a named procedure, and lay the result out as an Effects."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._pairs import pair_table
from spineoutcomes.compare._strata import read_strata
from spineoutcomes.compare._yes_no import RISK_INTERVALS, YesNo, risk_rows
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.effect_rows import contrast_row
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.small_arms import without_p
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
Pair = tuple[int, int]
# Events and rows of the arm, events and rows of the reference, level.
Kernel = Callable[[float, float, float, float, float], Interval]
StratifiedKernel = Callable[[FloatArray, FloatArray, FloatArray, FloatArray, float], Interval]
# Pairs with the event in both, in the treated only, in the control only, in neither; level.
PairedKernel = Callable[[float, float, float, float, float], Interval]


@dataclass(frozen=True, slots=True)
class Procedure:
    """One way to compare two risks.

    Attributes
    ----------
    words : str
        Name of the estimate and its interval, for `method`.
    sources : tuple of str
        DOIs.
    crude, stratified, paired : callable, optional
        The kernel for two arms, for strata and for pairs, where the procedure has one.
    exact : bool
        Whether its p-value keeps its error rate in arms of any size.
    instead : str
        Why it may give no interval and what to use then.
    estimand : {"marginal", "conditional"}
    """

    words: str
    sources: tuple[str, ...]
    crude: Kernel | None = None
    stratified: StratifiedKernel | None = None
    paired: PairedKernel | None = None
    exact: bool = False
    instead: str = ""
    estimand: str = "marginal"


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """Each other arm against the reference: the numbers, words for `method`, and notes."""

    values: Mapping[Pair, Interval]
    words: Mapping[Pair, str]
    notes: tuple[str, ...] = ()


def require_method(
    function: str,
    method: str,
    methods: Mapping[str, Procedure],
    paired: Mapping[str, Procedure] | None,
) -> Procedure:
    """Return the procedure called `method`, or raise with those there are.

    `paired` holds the procedures for pairs where the rows are paired, and is None otherwise.
    """
    known = methods if paired is None else paired
    if isinstance(method, str) and method in known:
        return known[method]
    if paired and isinstance(method, str) and method in methods:
        raise ArgumentError(
            f"{function}: {method!r} does not compare pairs; of its methods these do: "
            f"{', '.join(paired)}."
        )
    raise ArgumentError(f"{function}: unknown method {method!r}; there are: {', '.join(methods)}.")


def contrasts_of(
    data: YesNo, function: str, procedure: Procedure, pair_words: str, conf_level: float
) -> Contrasts:
    """Return each other arm against the reference, crude, within strata or within pairs.

    `pair_words` says that the rows are those of whole pairs, as `complete_pairs` leaves them.
    """
    pairs = data.rows.pairs()
    if procedure.paired and pair_words:
        value = procedure.paired(*pair_table(data).cells, conf_level)
        return Contrasts(dict.fromkeys(pairs, value), dict.fromkeys(pairs, f", {pair_words}"))
    if procedure.stratified:
        strata = {pair: read_strata(data, function, pair) for pair in pairs}
        return Contrasts(
            {pair: procedure.stratified(*each.tables, conf_level) for pair, each in strata.items()},
            {pair: f", {each.words}" for pair, each in strata.items()},
            tuple(each.note for each in strata.values() if each.note),
        )
    if procedure.crude:
        x, n = data.x, data.n
        return Contrasts(
            {(a, b): procedure.crude(x[a], n[a], x[b], n[b], conf_level) for a, b in pairs},
            dict.fromkeys(pairs, ""),
        )
    return Contrasts({}, {})


def laid_out(
    data: YesNo,
    contrasts: Contrasts,
    procedure: Procedure,
    *,
    measure: str,
    risk_interval: str,
    conf_level: float,
    tests: Sequence[Mapping[str, object]] = (),
) -> Effects:
    """Return the result: contrasts, the arms they compare, then tests that stand beside them."""
    _, interval, source = RISK_INTERVALS[risk_interval]
    first = [_row(data, pair, contrasts, procedure, measure) for pair in contrasts.values]
    risks = f"risks with {interval} intervals."
    words = f"{procedure.words}; {risks}" if first else risks
    return Effects(
        pd.DataFrame([*first, *risk_rows(data, risk_interval, conf_level), *tests]).assign(
            outcome=data.outcome
        ),
        method=words[0].upper() + words[1:],
        sources=tuple(dict.fromkeys([*(procedure.sources if first else ()), source])),
        estimand=procedure.estimand if first else "marginal",
        conf_level=conf_level,
        warnings=(*contrasts.notes, *_gaps(data, contrasts, procedure)),
    )


def _row(
    data: YesNo, pair: Pair, contrasts: Contrasts, procedure: Procedure, measure: str
) -> dict[str, object]:
    value, held_back = contrasts.values[pair], ""
    if not procedure.exact:
        value, held_back = without_p(value, data.sizes(pair))
    return contrast_row(
        data.rows,
        pair,
        value,
        measure=measure,
        n_event=data.x[pair[0]] + data.x[pair[1]],
        method=procedure.words + contrasts.words[pair] + held_back,
        estimand=procedure.estimand,
    )


def _gaps(data: YesNo, contrasts: Contrasts, procedure: Procedure) -> tuple[str, ...]:
    """Return the notes on what could not be estimated."""
    undefined = _named(data, contrasts, lambda value: math.isnan(value.estimate))
    bare = _named(
        data, contrasts, lambda value: math.isnan(value.low) and not math.isnan(value.estimate)
    )
    notes = []
    if undefined:
        notes.append(
            f"the outcomes leave the ratio undefined in {undefined}, so it is missing; the risks "
            "of the arms and their difference still stand."
        )
    if bare:
        notes.append(f"{procedure.instead.format(bare)}")
    return tuple(notes)


def _named(data: YesNo, contrasts: Contrasts, where: Callable[[Interval], bool]) -> str:
    found = [pair for pair, value in contrasts.values.items() if where(value)]
    return named(data.rows.contrast(*pair) for pair in found)
