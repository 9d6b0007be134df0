"""Every rule: the table that breaks it gives one error, which names rows and never a value."""

from __future__ import annotations

import pytest

from spineoutcomes.errors import ValidationError
from spineoutcomes.registry.rules import RULES

from .breaking import put, without
from .conftest import Tables, built
from .test_rules_breaches import CASES

PLANTED = "Zebra77"


BROKEN = {
    "missing_column": (without("episodes", "diagnosis"), "missing_column", "episodes", []),
    "required": (put("episodes", 1, "diagnosis", ""), "required", "episodes", [2]),
    "diagnosis": (put("episodes", 1, "diagnosis", PLANTED), "unknown_value", "episodes", [2]),
    "approach": (put("episodes", 0, "approach_planned", PLANTED), "unknown_value", "episodes", [1]),
    "component": (put("procedures", 2, "component", PLANTED), "unknown_value", "procedures", [3]),
    "instrument": (put("scores", 0, "instrument", PLANTED), "unknown_value", "scores", [1]),
    "kind": (put("events", 0, "kind", PLANTED), "unknown_value", "events", [1]),
    "status": (put("events", 0, "status", PLANTED), "unknown_value", "events", [1]),
    "sex": (put("patients", 0, "sex", PLANTED), "unknown_value", "patients", [1]),
    "missing_reason": (
        put("scores", 0, "missing_reason", PLANTED),
        "unknown_value",
        "scores",
        [1],
    ),
    "duplicate_patient": (
        put("patients", 1, "patient_id", "P1"),
        "duplicate_key",
        "patients",
        [1, 2],
    ),
    "duplicate_score": (put("scores", 1, "day", -1), "", "scores", []),
    "score_out_of_range": (put("scores", 1, "value", 77.25), "score_out_of_range", "scores", [2]),
    "unknown_grade": (put("scores", 3, "grade", PLANTED), "unknown_grade", "scores", [4]),
    "grade_of_a_number": (put("scores", 0, "grade", PLANTED), "unknown_grade", "scores", [1]),
    "number_of_a_grade": (put("scores", 3, "value", 77.25), "unknown_grade", "scores", [4]),
    "no_answer": (put("scores", 1, "value", None), "score_without_answer", "scores", [2]),
    "not_a_date": (put("patients", 0, "death_date", "03/04/2020"), "not_a_date", "patients", [1]),
    "no_such_day": (put("patients", 0, "death_date", "2020-02-31"), "not_a_date", "patients", [1]),
    "not_a_number": (put("scores", 1, "value", PLANTED), "not_a_number", "scores", [2]),
    "infinite": (put("procedures", 1, "blood_loss_ml", "1e999"), "not_a_number", "procedures", [2]),
    "not_yes_or_no": (put("procedures", 0, "planned", PLANTED), "not_yes_or_no", "procedures", [1]),
    "out_of_range": (put("episodes", 2, "age_years", 177.25), "out_of_range", "episodes", [3]),
    "before_day_0": (put("events", 1, "day", -5), "before_day_0", "events", [2]),
    "score_after_death": (put("scores", 2, "day", 301), "after_death", "scores", [3]),
    "event_after_death": (put("events", 1, "day", 301), "after_death", "events", [2]),
    "patient_event_after_death": (put("events", 2, "day", 301), "after_death", "events", [3]),
    "procedure_after_death": (put("procedures", 2, "day", 301), "after_death", "procedures", [3]),
    "contact_after_death": (
        put("patients", 1, "last_contact_day", 301),
        "after_death",
        "patients",
        [2],
    ),
    "followup_after_death": (
        put("episodes", 2, "last_followup_day", 301),
        "after_death",
        "episodes",
        [3],
    ),
    "episode_after_death": (put("episodes", 2, "index_day", 301), "after_death", "episodes", [3]),
    "alive_and_dead": (
        put("patients", 1, "last_contact_status", "alive"),
        "alive_and_dead",
        "patients",
        [2],
    ),
    "unknown_patient": (
        put("episodes", 2, "patient_id", PLANTED),
        "unknown_parent",
        "episodes",
        [3],
    ),
    "unknown_episode": (put("scores", 0, "episode_id", PLANTED), "unknown_parent", "scores", [1]),
    "no_owner": (put("events", 2, "patient_id", None), "no_owner", "events", [3]),
    "order_unknown": (put("episodes", 1, "index_day", None), "order_unknown", "episodes", [2]),
    "interval_reversed": (None, "interval_reversed", "events", [1]),
}


def _interval(tables: Tables) -> None:
    tables["events"] = tables["events"].assign(lower_day=[20, 0, 0], upper_day=[10, 9, 9])


BROKEN["interval_reversed"] = (_interval, *BROKEN["interval_reversed"][1:])


def _same_visit(tables: Tables) -> None:
    tables["scores"] = tables["scores"].assign(day=[90, 90, 88, 90], visit=["3m", "3m", "3m", "3m"])


BROKEN["duplicate_score"] = (_same_visit, "duplicate_key", "scores", [1, 2])


def test_the_small_registry_is_right(tables: Tables) -> None:
    assert not len(built(tables).findings())


@pytest.mark.parametrize("name", BROKEN)
def test_a_breach_is_named_with_its_rows_and_no_value(name: str, tables: Tables) -> None:
    change, rule, table, rows = BROKEN[name]
    change(tables)
    with pytest.raises(ValidationError) as caught:
        built(tables)
    found = caught.value.findings
    own = found[(found["rule"] == rule) & (found["table"] == table)]
    assert sorted(own["row"].dropna()) == rows
    assert len(own)
    assert set(own["severity"]) == {"error"}
    said = str(caught.value) + found.to_csv()
    assert PLANTED not in said
    assert "77.25" not in said
    assert "03/04" not in said


@pytest.mark.parametrize("name", [n for n, (_, rule, *_) in BROKEN.items() if "column" not in rule])
def test_the_same_breach_rejects_and_counts_the_rows(name: str, tables: Tables) -> None:
    change, _, table, rows = BROKEN[name]
    change(tables)
    registry = built(tables, on_error="reject")
    rejected = registry.rejects[registry.rejects["table"] == table]
    assert set(rows) <= set(rejected["row"])
    counts = registry.provenance.set_index("table")
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()
    for other, frame in tables.items():
        assert counts.loc[other, "n_rows_in"] == len(frame)
        assert counts.loc[other, "n_rows_out"] == len(registry.table(other))


def test_every_rule_is_broken_by_a_test() -> None:
    tested = {rule for _, rule, _, _ in BROKEN.values()} | {case.rule for case in CASES.values()}
    # The declared "today" and the answers that lack have tests of their own.
    assert {rule.name for rule in RULES} - {"in_future", "visit_unanswered"} <= tested


def test_all_findings_come_at_once(tables: Tables) -> None:
    put("scores", 1, "value", 77.25)(tables)
    put("patients", 0, "sex", PLANTED)(tables)
    put("events", 1, "day", -5)(tables)
    with pytest.raises(ValidationError, match=r"3 error\(s\), nothing was loaded") as caught:
        built(tables)
    assert list(caught.value.findings["rule"]) == [
        "unknown_value",
        "score_out_of_range",
        "before_day_0",
    ]


def test_many_rules_are_counted_in_the_message(tables: Tables) -> None:
    for name in ("sex", "score_out_of_range", "before_day_0", "component", "approach", "kind"):
        BROKEN[name][0](tables)
    with pytest.raises(ValidationError, match="and 1 more rules"):
        built(tables)
