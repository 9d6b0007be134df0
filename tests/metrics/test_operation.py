import pytest

from spineoutcomes import metrics


def test_sums_over_components_and_stages(registry):
    six = registry(
        "A B C D E F",
        procedures="""
        procedure_id,episode_id,component,approach,day,stage,operative_time_min,blood_loss_ml
        1,A,laminectomy,open,0,,120,300
        2,B,vertebroplasty,mis,0,1,40,10
        3,B,laminectomy,open,5,2,100,200
        4,C,vertebroplasty,mis,0,1,40,10
        5,C,laminectomy,open,5,2,,200
        6,D,embolization,interventional,-1,1,,
        7,D,laminectomy,open,0,2,150,500
        8,E,vertebroplasty,mis,0,1,90,20
        9,E,percutaneous_pedicle_screw,mis,0,1,,30
        10,E,biopsy,mis,0,1,,
        """,
        episodes="episode_id,los_days\nA,4",
    )
    result = metrics.perioperative(six)
    assert result.index.tolist() == list("ABCDEF")
    # E: one time stands for its stage; two of three blood losses are no total.
    assert result["operative_time_min"].fillna(-9).tolist() == [120, 140, -9, 150, 90, -9]
    assert result["blood_loss_ml"].fillna(-9).tolist() == [300, 210, 210, 500, -9, -9]
    assert result["incision_length_mm"].isna().all()
    assert result.loc["A", "los_days"] == 4


def test_conversion(registry):
    six = registry(
        "A B C D E F G",
        episodes="""
        episode_id,approach_planned,approach_performed
        A,mis,open
        B,mis,mis
        C,open,open
        D,mis,
        E,mis,mis
        F,,
        G,mis,unknown
        """,
        events="""
        event_id,episode_id,kind,status,day
        1,E,conversion,occurred,0
        2,F,conversion,absent,0
        """,
    )
    flag = metrics.perioperative(six)["conversion"].fillna(-9).tolist()
    assert flag == [1, 0, 0, -9, 1, 0, -9]


@pytest.fixture(scope="module")
def nine(registry):
    return registry(
        "A B C D E F G H I",
        patients="""
        patient_id,death_day,death_lower_day,death_upper_day,last_contact_day,last_contact_status
        pA,,,,100,alive
        pB,,,,60,lost
        pC,20,,,,
        pD,,,,100,alive
        pE,,,,100,alive
        pF,,,,100,alive
        pG,,,,,
        pH,,80,111,80,
        pI,60,,,10,
        """,
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,B,complication,occurred,30,,
        2,D,complication,occurred,31,,
        3,E,complication,occurred,,,
        4,F,complication,occurred,,20,40
        5,G,complication,absent,30,,
        6,A,reoperation,occurred,10,,
        7,A,readmission,occurred,90,,
        """,
    )


def test_events_within_30_and_90_days(nine):
    result = metrics.perioperative(nine)
    # B has one on day 30 and is lost at 60; C dies on day 20 without; E's has no day; F's month
    # straddles day 30; G's was looked for until day 30; I was followed for 10 of 60 days.
    assert result["complication_30d"].fillna(-9).tolist() == [0, 1, 0, 0, -9, -9, 0, 0, -9]
    assert result["complication_90d"].fillna(-9).tolist() == [0, 1, 0, 1, -9, 1, -9, -9, -9]
    assert result["reoperation_30d"].fillna(-9).tolist() == [1, 0, 0, 0, 0, 0, -9, 0, -9]
    assert result["reoperation_90d"].fillna(-9).tolist() == [1, -9, 0, 0, 0, 0, -9, -9, -9]
    assert result["readmission_30d"].fillna(-9).tolist() == [0, 0, 0, 0, 0, 0, -9, 0, -9]
    assert result["readmission_90d"].fillna(-9).tolist() == [1, -9, 0, 0, 0, 0, -9, -9, -9]


def test_deaths_within_30_and_90_days(nine):
    result = metrics.perioperative(nine)
    assert result["died_30d"].fillna(-9).tolist() == [0, 0, 1, 0, 0, 0, -9, 0, 0]
    # H died between day 80 and day 111: nobody knows on which side of 90.
    assert result["died_90d"].fillna(-9).tolist() == [0, -9, 1, 0, 0, 0, -9, -9, 1]


def test_status_is_that_of_the_events_within_90_days(nine):
    assert metrics.perioperative(nine)["status"].tolist() == [
        *["observed", "lost", "observed", "observed", "missing", "observed"],
        *["missing", "missing", "dead"],
    ]


def test_a_contact_that_found_the_patient_dead_shows_no_life(registry):
    one = registry("A", patients="patient_id,last_contact_day,last_contact_status\npA,40,dead")
    row = metrics.perioperative(one).loc["A"]
    assert row[["died_30d", "died_90d"]].isna().all() and row["status"] == "dead"
