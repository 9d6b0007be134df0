"""Which function gives a measure: one line each, for many endpoints and for subgroups."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spineoutcomes.compare.geometric import geometric_mean_ratio
from spineoutcomes.compare.hodges_lehmann import hodges_lehmann_shift
from spineoutcomes.compare.means import mean_difference
from spineoutcomes.compare.medians import median_difference
from spineoutcomes.compare.odds import odds_ratio
from spineoutcomes.compare.ordinal import ordinal_odds_ratio
from spineoutcomes.compare.rates import rate_ratio
from spineoutcomes.compare.risk_ratios import risk_ratio
from spineoutcomes.compare.risks import risk_difference
from spineoutcomes.compare.standardized import standardized_difference
from spineoutcomes.compare.wins import win_odds
from spineoutcomes.errors import ArgumentError
from spineoutcomes.results import Effects

# Said once for all endpoints, never for one of them.
SHARED = frozenset({"data", "outcome", "treatment", "reference", "counts", "conf_level"})


@dataclass(frozen=True, slots=True)
class MeasureFunction:
    """How a measure is computed.

    Attributes
    ----------
    compute : callable
        The public function.
    with_error : mapping
        Arguments that make its contrast carry a standard error, where the default has none.
    """

    compute: Callable[..., Effects]
    with_error: Mapping[str, Any] = field(default_factory=dict)


# What the options are for that a function cannot do without.
WHAT_FOR = {
    "higher_is_better": "True where a higher outcome is the better, else False",
    "exposure": "the column of the time at risk",
}
MEASURE_FUNCTIONS: dict[str, MeasureFunction] = {
    "mean_difference": MeasureFunction(mean_difference),
    "standardized_difference": MeasureFunction(standardized_difference),
    "geometric_mean_ratio": MeasureFunction(geometric_mean_ratio),
    "median_difference": MeasureFunction(median_difference),
    "hodges_lehmann_shift": MeasureFunction(hodges_lehmann_shift),
    "win_odds": MeasureFunction(win_odds),
    "ordinal_odds_ratio": MeasureFunction(ordinal_odds_ratio),
    "risk_difference": MeasureFunction(risk_difference, {"method": "wald"}),
    "risk_ratio": MeasureFunction(risk_ratio, {"method": "wald"}),
    "odds_ratio": MeasureFunction(odds_ratio),
    "rate_ratio": MeasureFunction(rate_ratio),
}


def _with_words(option: str) -> str:
    return f"{option} as well ({WHAT_FOR[option]})"


def measure_function(function: str, measure: str, options: Mapping[str, Any]) -> MeasureFunction:
    """Return the function of a measure, having checked that it knows these options.

    Raises
    ------
    ArgumentError
        For a measure without a function, or an option the function does not have.
    """
    if not isinstance(measure, str) or measure not in MEASURE_FUNCTIONS:
        raise ArgumentError(
            f"{function}: no function gives {measure!r}; there are: "
            f"{', '.join(sorted(MEASURE_FUNCTIONS))}."
        )
    if not isinstance(options, Mapping):
        raise ArgumentError(
            f'{function}: options maps arguments of {measure} to values, such as {{"method": '
            f'"wald"}}; got a {type(options).__name__}.'
        )
    found = MEASURE_FUNCTIONS[measure]
    parameters = inspect.signature(found.compute).parameters
    known = [name for name in parameters if name not in SHARED]
    needed = [name for name in known if parameters[name].default is inspect.Parameter.empty]
    absent = [name for name in needed if name not in options]
    if absent:
        raise ArgumentError(
            f"{function}: {measure} needs {' and '.join(map(_with_words, absent))}; name it among "
            "the options of this endpoint."
        )
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ArgumentError(
            f"{function}: {measure} does not take {', '.join(map(repr, unknown))} for one "
            f"endpoint; it takes: {', '.join(known) or 'nothing besides the outcome'}."
        )
    return found
