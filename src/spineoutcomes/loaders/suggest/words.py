"""What columns are called: English, Chinese and Nordic heads of registries and workbooks."""

from __future__ import annotations

# What a column holds -> names it goes by, in lower case, words apart by a space.
FACTS: dict[str, tuple[str, ...]] = {
    "patients.patient_id": (
        *("id", "patient id", "patientid", "pat id", "pasientid", "pasient id", "pid", "ptid"),
        *("pt id", "subject", "subject id", "subjid", "usubjid", "record id", "study id", "case"),
        *("participant id", "participant", "case id", "case no", "case number", "patient no"),
        *("patient number", "pt study id", "编号", "病例号", "患者编号", "病例编号"),
    ),
    "patients.centre": (
        *("site", "centre", "center", "clinic", "klinik", "hospital", "sykehus", "sjukhus"),
        *("redcap data access group", "医院", "中心", "科室"),
    ),
    "patients.sex": ("sex", "gender", "kon", "kön", "kjonn", "kjønn", "geschlecht", "性别"),
    "patients.birth_year": ("birth year", "year birth", "year of birth", "yob", "出生年"),
    "patients.death_date": ("death date", "date of death", "date death", "死亡日期"),
    "patients.last_contact_date": (
        *("last contact", "last contact date", "date of last contact", "last followup date"),
        *("last follow up date", "末次随访日期", "最后随访日期"),
    ),
    "episodes.episode_id": ("episode id", "operation id", "op id", "surgery id", "forlopsid"),
    "episodes.diagnosis": ("diagnosis", "diag", "dx", "icd10", "icd 10", "诊断", "病理", "病种"),
    "episodes.index_date": (
        *("surgery date", "date of surgery", "date surgery", "op date", "operation date"),
        *("date of operation", "opdato", "op dato", "date op", "dos", "手术日期"),
    ),
    "episodes.levels": ("level", "levels", "segment", "segments", "手术节段", "节段", "病变节段"),
    "episodes.age_years": ("age", "alder", "ålder", "alter", "age years", "年龄"),
    "episodes.asa_class": ("asa", "asa class", "asa grade", "asaclas", "asa score", "asa分级"),
    "episodes.los_days": (
        *("los", "length of stay", "hospital stay", "liggedogn", "liggedøgn"),
        *("住院天数", "住院时间", "住院日"),
    ),
    "episodes.last_followup_day": (
        *("follow up time", "followup time", "follow up months", "fu months", "随访时间"),
    ),
    "procedures.operative_time_min": (
        *("operative time", "operating time", "operation time", "op time", "surgery time"),
        *("surgical time", "duration of surgery", "knivtid tot", "knivtid", "手术时间", "手术时长"),
    ),
    "procedures.blood_loss_ml": (
        *("blood loss", "estimated blood loss", "ebl", "intraoperative blood loss"),
        *("术中出血量", "出血量", "术中失血量"),
    ),
    "procedures.incision_length_mm": ("incision length", "incision", "切口长度"),
}
# Words that make a column one that may identify a person.
IDENTIFIERS = (
    *("name", "first name", "last name", "surname", "given name", "patient name", "initials"),
    *("phone", "telephone", "tel", "mobile", "address", "adresse", "email", "e mail", "ssn", "mrn"),
    *("personnummer", "fodselsnummer", "fødselsnummer", "zip", "zip code", "postcode", "dob"),
    *("birth date", "date of birth", "birthdate", "month of birth", "day birth", "day of birth"),
    *("next of kin", "姓名", "电话", "联系电话", "手机", "手机号", "地址", "住址", "家庭住址"),
    *("身份证", "身份证号", "住院号", "病案号", "门诊号", "出生日期"),
)
# Words of a column that says at which visit a row is.
VISIT_COLUMNS = (
    *("visit", "visit name", "time", "timepoint", "time point", "week", "weeks", "month", "months"),
    *("event", "redcap event name", "avisit", "follow up", "followup", "fu", "assessment"),
    *("period", "wave", "随访", "随访时点", "时间点"),
)
# What may have happened, and which kind of event that is.
HAPPENED: dict[str, tuple[str, ...]] = {
    "complication": ("complication", "complications", "komp", "komplikasjon", "并发症"),
    "local_recurrence": ("recurrence", "local recurrence", "recur", "复发"),
    "reoperation": ("reoperation", "reop", "revision", "再手术", "翻修"),
    "dural_tear": ("dural tear", "durotomy", "dura", "硬膜撕裂"),
    "surgical_site_infection": ("infection", "wound infection", "ssi", "切口感染"),
}
# Names of instruments; what is not here is not proposed.
INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "vas_pain": ("vas", "vas pain", "pain vas", "vas score", "疼痛vas"),
    "nrs_pain": ("nrs", "nrs pain", "pain nrs", "nprs", "sm"),
    "odi": ("odi", "oswestry", "osw", "oswestry disability index", "功能障碍指数"),
    "ndi": ("ndi", "neck disability index", "颈椎功能障碍指数"),
    "rmdq": ("rmdq", "roland morris", "roland", "rdq"),
    "comi": ("comi",),
    "joa": ("joa",),
    "mjoa": ("mjoa",),
    "nurick": ("nurick",),
    "frankel": ("frankel",),
    "asia_ais": ("ais", "asia grade", "asia impairment scale", "asia分级"),
    "kps": ("kps", "karnofsky"),
    "ecog": ("ecog",),
    "macnab": ("macnab",),
    "odom": ("odom",),
    "bridwell": ("bridwell",),
    "eq5d": ("eq5d", "eq5d index", "eq5d utility"),
    "eq_vas": ("eq vas", "eqvas", "eq5d vas"),
    "sf36_pcs": ("pcs", "sf36 pcs", "sf 36 pcs"),
    "sf36_mcs": ("mcs", "sf36 mcs", "sf 36 mcs"),
    "mrc_muscle_grade": ("mrc", "muscle grade", "muscle strength", "肌力"),
    "charlson": ("charlson", "cci"),
}
# An instrument of another one's name: an EQ-5D VAS is no pain score.
LONGEST_FIRST = sorted(
    ((name, code) for code, names in INSTRUMENTS.items() for name in names),
    key=lambda pair: -len(pair[0]),
)
LOCATIONS: dict[str, tuple[str, ...]] = {
    "back": ("back", "low back", "lower back", "lumbar", "lbp", "ry", "rygg", "腰", "腰痛", "腰部"),
    "leg": ("leg", "legs", "be", "ben", "bein", "腿", "腿痛", "下肢", "下肢痛"),
    "neck": ("neck", "hals", "hals brost", "颈", "颈痛", "颈部"),
    "arm": ("arm", "arms", "上肢", "上肢痛", "手臂"),
}
FILLERS = {"score", "total", "tot", "sum", "index", "pain", "value", "scale", "评分", "得分", "痛"}
FEMALE = {"female", "f", "woman", "women", "w", "kvinna", "kvinne", "k", "女", "女性"}
MALE = {"male", "m", "man", "men", "mann", "男", "男性"}
