"""How a report opens: who was studied, and what they were like before surgery."""

from __future__ import annotations

import pandas as pd

from spineoutcomes import compare, figures, tables
from spineoutcomes.cohort import Cohort
from spineoutcomes.design import Design
from spineoutcomes.figures.svg import as_svg
from spineoutcomes.registry import Registry
from spineoutcomes.report.sections import Picture, Section, noting
from spineoutcomes.report.words import WORDS

# What a table of patients begins with, where it is known.
DESCRIBED = ("age_years", "sex", "asa_class", "kps", "primary_tumour", "index_year")


def known_at_start(registry: Registry) -> list[str]:
    """Return what is known of patients on day 0, for a study without confounders to choose."""
    known = pd.concat([registry.table(name).notna().any() for name in ("patients", "episodes")])
    return [name for name in DESCRIBED if known.get(name, False)]


def flow_section(cohort: Cohort) -> Section:
    """Return who was studied: the flow from the registry to the analysis."""
    flow = cohort.flow()
    svg = as_svg(lambda: figures.flow_diagram(flow))
    return Section(
        title="Who was studied",
        pictures=(Picture(svg, "Flow of episodes from the registry to the analysis."),),
        results=(("Flow", flow),),
    )


def baseline_section(cohort: Cohort, design: Design | None) -> Section:
    """Return what the patients were like on day 0, by arm."""
    chosen = design is not None and design.covariates
    known = [c for c in DESCRIBED if c in cohort.data and cohort.data[c].notna().any()]
    if not (chosen or known):
        words = "The registry holds no characteristics of the patients on day 0."
        return Section(title="Before surgery", paragraphs=(words,))
    data = cohort.data if design is None else design
    variables = None if chosen else known
    summary, notes = noting(lambda: compare.baseline_summary(data, variables=variables))
    return Section(
        title="Before surgery",
        tables=(tables.baseline_table(summary, caption="Characteristics on day 0", labels=WORDS),),
        results=(("Baseline", summary),),
        notes=notes,
    )
