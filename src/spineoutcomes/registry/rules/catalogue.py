"""Rules across tables, declared one by one: what each is called, how grave it is, who checks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from spineoutcomes._progress import progressing
from spineoutcomes.registry.findings import Severity, joined, rows_found
from spineoutcomes.registry.links import Links
from spineoutcomes.registry.rules import (
    alike,
    answers,
    course,
    keys,
    levels,
    scores,
    staging,
    time,
    whole,
)
from spineoutcomes.registry.rules.facts import Facts, Hits, Tables
from spineoutcomes.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, the function that finds breaches, and how grave a breach is.

    An error keeps its row out of the registry; a warning asks somebody to look.
    """

    name: str
    check: Callable[[Facts], Hits]
    severity: Severity = "error"


def rule_findings(
    tables: Tables, vocabulary: Vocabulary, links: Links, *, as_of: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Return every breach of every rule.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The six tables, typed, with their days.
    vocabulary : Vocabulary
        The codes they may use.
    links : dict
        Where the parent of each row stands.
    as_of : Timestamp, optional
        The day on which the data were taken: nothing may be dated after it. No rule reads the
        clock, so that the same files give the same findings on any day.
    """
    facts = Facts(tables, vocabulary, as_of, links)
    return joined(
        rows_found(table, rows, column, rule.name, message, rule.severity)
        for rule in progressing(RULES, "Checking rules", "rule")
        for table, rows, column, message in rule.check(facts)
    )


def future_findings(
    tables: Tables, vocabulary: Vocabulary, links: Links, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Return the dates of a registry that lie after a day; rows are those of its tables."""
    facts = Facts(tables, vocabulary, as_of, links)
    return joined(
        rows_found(table, rows, column, "in_future", message)
        for table, rows, column, message in time.nothing_in_the_future(facts)
    )


RULES = (
    Rule("duplicate_key", keys.unique_keys),
    Rule("summary_row", keys.ids_are_of_persons),
    Rule("ids_alike", alike.ids_are_far_apart, severity="warning"),
    Rule("unknown_parent", keys.known_parents),
    Rule("no_owner", keys.events_have_an_owner),
    Rule("unknown_index_procedure", keys.index_procedure_is_known),
    Rule("other_patient", keys.events_are_of_their_patient),
    Rule("reference_to_other_patient", keys.references_stay_with_the_patient),
    Rule("unknown_reference", keys.references_are_known, severity="warning"),
    Rule("score_out_of_range", scores.in_range),
    Rule("mixed_scale", scores.on_one_scale),
    Rule("other_scale", scores.on_the_declared_scale, severity="warning"),
    Rule("unknown_grade", scores.grades_are_known),
    Rule("score_without_answer", scores.are_answered),
    Rule("baseline_after_surgery", scores.baseline_comes_before, severity="warning"),
    Rule("baseline_too_early", scores.baseline_is_recent, severity="warning"),
    Rule("before_day_0", time.nothing_before_day_0),
    Rule("after_death", time.nothing_after_death),
    Rule("alive_and_dead", time.status_fits_death),
    Rule("order_unknown", time.episodes_are_in_order),
    Rule("interval_reversed", time.intervals_are_ordered),
    Rule("in_future", time.nothing_in_the_future),
    Rule("before_birth", time.nothing_before_birth),
    Rule("after_last_contact", time.nothing_after_last_contact, severity="warning"),
    Rule("index_not_day_0", course.index_procedure_is_on_day_0),
    Rule("several_index_procedures", course.one_index_procedure, severity="warning"),
    Rule("recurrence_after_residual", course.recurrence_of_a_residual, severity="warning"),
    Rule("recurrence_without_removal", course.recurrence_needs_removal, severity="warning"),
    Rule("stage_contradicted", staging.stages_fit_symptoms, severity="warning"),
    Rule("unlikely_value", course.values_are_likely, severity="warning"),
    Rule("levels_unreadable", levels.are_read),
    Rule("levels_incomplete", levels.name_vertebrae, severity="warning"),
    Rule("levels_not_contiguous", levels.are_contiguous, severity="warning"),
    Rule("possible_duplicate_patient", whole.patients_are_different, severity="warning"),
    Rule("approach_unknown", whole.some_approach_is_known, severity="warning"),
    Rule("event_rate_differs", whole.centres_record_alike, severity="warning"),
    Rule("visit_unanswered", answers.visits_are_answered, severity="warning"),
)
