"""The page of coverages: a view of what was simulated."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from spineoutcomes import __version__
from validation.simulate import SEED, Coverage

HEAD = """# Coverage

How often 95% intervals hold the truth, in **synthetic data** whose truth is known from the process
that makes them (closed forms in `validation/samples.py`, never the package's own answer).
`make validate` makes this page again, from seed {seed}; this one was made with spineoutcomes
{version}. `make test` demands the cheap promises again with fewer data sets.

- **bias**: mean estimate less the truth; of ratios, of their logarithm. Estimates that are not
  finite are left out.
- **SD/SE**: spread of the estimates over their mean standard error, where there is one; above 1
  the error is too small.
- **coverage**: with its Monte-Carlo error. A data set that gives no interval counts as not covered,
  and is counted beside it.

"""
PROMISED = """## Promised

At n = 500 the interval covers .94 to .96, curves where at least ten are at risk; exact intervals
cover at least .95 at every n; Firth's profile interval covers no less than .94 at n = 80, where it
covers more the fewer the events. A promise is broken when the coverage lies outside of this and
also outside of what an interval that covers .95 reaches by chance in so many data sets (in all but
one run of a thousand).

"""
REPORTED = """## Reported

No promise is made of these: small samples, approximate intervals, few clusters.

"""
COLUMNS = ("method", "data", "n", "data sets", "truth", "bias", "SD/SE", "coverage")


def page(found: Sequence[Coverage]) -> str:
    """Return the page of these coverages."""
    promised = [one for one in found if one.scenario.promise]
    reported = [one for one in found if not one.scenario.promise]
    head = HEAD.format(seed=f"{SEED}", version=__version__)
    return (
        head
        + PROMISED
        + table(promised, (*COLUMNS, "demanded", "kept"))
        + "\n"
        + REPORTED
        + table(reported, COLUMNS)
    )


def table(found: Sequence[Coverage], columns: Sequence[str]) -> str:
    """Return a table of coverages in Markdown."""
    lines = [columns, ["---"] * len(columns), *(cells(one) for one in found)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cells(found: Coverage) -> list[str]:
    """Return the cells of a coverage."""
    scenario, without = found.scenario, found.n_without
    ratio = found.error_ratio
    row = [
        f"`{scenario.method.split(', ', 1)[0]}`: {scenario.method.split(', ', 1)[1]}",
        scenario.sample.words,
        f"{scenario.sample.n}",
        f"{found.replicates:,}",
        f"{scenario.truth:.3f}",
        f"{found.bias:+.3f}",
        "" if isnan(ratio) else f"{ratio:.2f}",
        f"{found.share:.3f} ± {found.error:.3f}" + (f" ({without} without)" if without else ""),
    ]
    if scenario.promise:
        low, high = scenario.promise
        row += [f"{low:.2f} to {high:.2f}", "yes" if found.kept else "**no**"]
    return row
