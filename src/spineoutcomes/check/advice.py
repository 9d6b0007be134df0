"""What to do about a finding, in a sentence, by the rule it breaks."""

from __future__ import annotations

from spineoutcomes.registry.findings import Severity

_LOOK_UP = "Look the day up in the patient's record, and correct the one that is wrong."
_BY_RULE = {
    "missing_table": "Add the table to the folder, or declare it in the mapping.",
    "empty_table": "Fill the table in, or take the file away.",
    "missing_column": "Add the column, or correct its name in the first row.",
    "required": "Fill the cell in; a row without it belongs to nobody.",
    "unknown_value": "Write one of the words named, or say in a mapping what yours stands for.",
    "out_of_range": "Correct the value; where it is in another unit, say so in a mapping.",
    "not_a_number": "Leave only the number in the cell: no unit, no comma for thousands, no text.",
    "labelled_missing": "Say in the mapping, under `missing`, what these codes stand for.",
    "not_a_date": "Write the date as 2024-03-31, or say in a mapping how the file writes dates.",
    "not_yes_or_no": "Write yes or no, or leave the cell empty where it is not known.",
    "duplicate_key": "Keep one of the rows; or tell them apart by a column of the key, such as the "
    "visit, the side or the rater.",
    "summary_row": "Take the line out of the table, or put it on another sheet.",
    "ids_alike": "Write the id of one patient in one way; leave them if they are two patients.",
    "unknown_parent": "Add the row that is missing, or correct the id: ids agree letter by letter.",
    "no_owner": "Fill in the episode_id, or at least the patient_id.",
    "unknown_index_procedure": "Write the id of the procedure whose day is day 0.",
    "unknown_reference": "Correct the id, or leave the cell empty.",
    "score_out_of_range": "Correct the value, or declare the scale of the file.",
    "mixed_scale": "Find out which rows are on which scale, and put all on one.",
    "other_scale": "Declare the scale of the file, or leave it if the values are right.",
    "unknown_grade": "Write the grade as the instrument has it.",
    "score_without_answer": "Fill in the value, or why there is none; or remove the row.",
    "baseline_after_surgery": _LOOK_UP,
    "baseline_too_early": "Look for a later score before surgery, or leave it and say so.",
    "before_day_0": _LOOK_UP,
    "after_death": _LOOK_UP,
    "alive_and_dead": "Correct the status, or the date of death.",
    "order_unknown": "Fill in index_date or index_day of all episodes of these patients.",
    "interval_reversed": "Exchange the two days, or correct the one that is wrong.",
    "day_disagrees_with_date": "Correct the day or the date, or leave the day out: it is counted "
    "from the dates.",
    "coarse_index_date": "Fill in the day of the index, if it is known.",
    "date_without_index": "Fill in the index_date of the patient's episode, or the full date.",
    "other_patient": "Correct the episode or the patient, or leave the patient out.",
    "reference_to_other_patient": "Correct the id, or leave the cell empty.",
    "in_future": _LOOK_UP,
    "before_birth": "Correct the year of birth, or the date.",
    "after_last_contact": "Put the last contact on the last day anything is known of the patient.",
    "index_not_day_0": "Make index_date, index_procedure_id and the date of the procedure agree.",
    "several_index_procedures": "Name the index procedure, or make the later operation an episode.",
    "recurrence_after_residual": "Call it residual_progression, or correct the residual.",
    "recurrence_without_removal": "Record how much was removed, or call it residual_progression.",
    "stage_contradicted": "Look up the stage and what was found before surgery; leave it if right.",
    "unlikely_value": "Leave the value if it is right; correct it if it is not.",
    "levels_unreadable": "Write the levels as T12, T12-L1 or L4/5.",
    "levels_incomplete": "Write the vertebrae with letter and number, or leave the cell empty.",
    "levels_not_contiguous": "Complete the levels, or make two episodes; leave it if it is right.",
    "possible_duplicate_patient": "Compare the two records; give one patient one id.",
    "approach_unknown": "Record the approach, as planned and as performed.",
    "event_rate_differs": "Ask the centre how it records this.",
    "visit_unanswered": "Report who did not answer, and why, beside every result of this visit.",
    "unknown_file": "Rename the file, or leave it if it is no table.",
}
_OTHERWISE: dict[Severity, str] = {
    "error": "Correct it in the file, and check again.",
    "warning": "Look at it; correct what is wrong, and leave what is right.",
}


def advice_on(rule: str, severity: Severity) -> str:
    """Return what to do about a finding."""
    return _BY_RULE.get(rule, _OTHERWISE[severity])
