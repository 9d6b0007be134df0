"""Several Effects as one."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results._frame import stacked
from spineoutcomes.results.effects import Effects


def combine(**effects: Effects) -> Effects:
    """Put several Effects together, so that they can be printed, drawn or adjusted as one.

    Parameters
    ----------
    **effects : Effects
        Results by name, in order. The name goes into the column `group`; before a group a result
        already has, as "name: group".

    Returns
    -------
    Effects
        All rows in order. Each row keeps its own method and estimand; sources are collected and
        warnings carry the name they came with. Covariances are left behind: between results they
        are not known.

    Raises
    ------
    ArgumentError
        Without any, for something that is no Effects, or when their intervals have different
        levels.

    Notes
    -----
    Missing data: rows are kept as they are. `p_adjusted` is kept too, though its family was that
    of the result it came from; adjust after combining where all are one family.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": ["risk_ratio"], "estimate": [0.8]})
    >>> both = so.combine(planned=so.Effects(rows), performed=so.Effects(rows))
    >>> both.tidy()["group"].tolist()
    ['planned', 'performed']
    """
    if not effects:
        raise ArgumentError("combine: give at least one Effects, by name: combine(crude=...).")
    for name, one in effects.items():
        if not isinstance(one, Effects):
            raise ArgumentError(f"combine: {name!r} is a {type(one).__name__}, not Effects.")
    levels = {name: one.conf_level for name, one in effects.items()}
    if len(set(levels.values())) > 1:
        found = ", ".join(f"{name} {100 * level:g}%" for name, level in levels.items())
        raise ArgumentError(f"combine: intervals of different levels do not mix: {found}.")
    frame = stacked(_named(name, one) for name, one in effects.items())
    methods = {name: one.method for name, one in effects.items() if one.method}
    estimands = {one.estimand for one in effects.values()}
    return Effects(
        frame,
        # A method of the whole would be taken by rows that have none of their own.
        method=_together(methods) if frame["method"].notna().all() else "",
        sources=tuple(dict.fromkeys(s for one in effects.values() for s in one.sources)),
        estimand=estimands.pop() if len(estimands) == 1 else None,
        conf_level=next(iter(levels.values())),
        warnings=tuple(f"{name}: {w}" for name, one in effects.items() for w in one.warnings),
    )


def _named(name: str, effects: Effects) -> pd.DataFrame:
    frame = effects.tidy()
    if "group" not in frame:
        return frame.assign(group=name)
    groups = [name if group is None else f"{name}: {group}" for group in frame["group"]]
    return frame.assign(group=groups)


def _together(methods: dict[str, str]) -> str:
    if len(set(methods.values())) == 1:
        return next(iter(methods.values()))
    return " ".join(f"{name}: {method}" for name, method in methods.items())
