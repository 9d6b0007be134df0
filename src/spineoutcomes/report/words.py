"""The words of a report for names of the registry and of metrics."""

from __future__ import annotations

WORDS = {
    "age_years": "Age, years",
    "asa_class": "ASA class",
    "birth_year": "Year of birth",
    "blood_loss_ml": "Blood loss, ml",
    "cement_leak": "Cement leak",
    "complication_30d": "Complication within 30 days",
    "complication_90d": "Complication within 90 days",
    "conversion": "Conversion to open surgery",
    "died_30d": "Death within 30 days",
    "died_90d": "Death within 90 days",
    "escc": "Epidural compression (ESCC)",
    "incision_length_mm": "Length of incision, mm",
    "index_day": "Day of the operation, from the patient's first",
    "index_year": "Year of the operation",
    "kps": "Karnofsky performance status",
    "los_days": "Length of stay, days",
    "operative_time_min": "Operative time, min",
    "primary_tumour": "Primary tumour",
    "readmission_30d": "Readmission within 30 days",
    "reoperation_90d": "Re-operation within 90 days",
    "same_day_discharge": "Discharge on the day of the operation",
    "sex": "Sex",
    "sins": "SINS",
    "transfusion_30d": "Transfusion within 30 days",
    "transfusion_90d": "Transfusion within 90 days",
}


def plain(name: str | None) -> str:
    """Return a name in plain words: those listed, else the name without its underscores."""
    return WORDS.get(str(name), str(name).replace("_", " "))
