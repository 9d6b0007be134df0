import pytest
from tests.metrics.real_life import from_csv

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


def test_without_numbers_of_stages_days_tell_them_apart(registry):
    result = metrics.perioperative(
        registry(
            "A B C D E F",
            procedures="""
            procedure_id,episode_id,component,approach,day,stage,operative_time_min
            1,A,laminectomy,open,0,,120
            2,A,percutaneous_pedicle_screw,mis,0,,
            3,B,laminectomy,open,0,,120
            4,B,percutaneous_pedicle_screw,mis,14,,
            5,C,laminectomy,open,0,,120
            6,C,percutaneous_pedicle_screw,mis,14,,60
            7,D,laminectomy,open,0,1,120
            8,D,percutaneous_pedicle_screw,mis,0,,
            9,E,laminectomy,open,,,120
            10,E,percutaneous_pedicle_screw,mis,,,
            11,F,laminectomy,open,0,1,120
            12,F,sbrt,,30,2,
            """,
        )
    )
    # A and D: one operation, whose time stands on one component. B: that of day 14 has none. E has
    # no days at all, and counts as one operation. F: nobody operates in radiotherapy.
    assert result["operative_time_min"].fillna(-9).tolist() == [120, -9, 180, 120, 120, 120]


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


def test_cost_is_the_sum_over_components_and_lacks_none(registry):
    three = registry(
        "A B C",
        procedures="""
        procedure_id,episode_id,component,approach,day,stage,cost
        1,A,embolization,interventional,-1,1,1000.5
        2,A,laminectomy,open,0,2,9000
        3,B,embolization,interventional,-1,1,
        4,B,laminectomy,open,0,2,9000
        """,
    )
    # Of B nobody knows what the embolization cost, though its blood loss may go unsaid.
    assert metrics.perioperative(three)["cost"].fillna(-9).tolist() == [10000.5, -9, -9]


@pytest.fixture(scope="module")
def staged(registry):
    """Return episodes with a stage planned for day 14 and an event that may be it."""
    return registry(
        "A B C D E F G H I",
        episodes="""
        episode_id,last_followup_day
        A,100
        B,100
        C,100
        D,100
        E,100
        F,100
        G,100
        H,100
        I,100
        """,
        procedures="""
        procedure_id,episode_id,component,approach,day,stage,planned
        A1,A,laminectomy,open,0,1,yes
        A2,A,percutaneous_pedicle_screw,mis,14,2,yes
        B1,B,laminectomy,open,0,1,yes
        B2,B,percutaneous_pedicle_screw,mis,14,2,yes
        C1,C,laminectomy,open,0,1,yes
        C2,C,percutaneous_pedicle_screw,mis,14,2,yes
        D1,D,laminectomy,open,0,1,yes
        D2,D,laminectomy,open,14,2,no
        E1,E,laminectomy,open,0,1,yes
        F1,F,laminectomy,open,0,1,yes
        F2,F,percutaneous_pedicle_screw,mis,14,2,yes
        G1,G,laminectomy,open,0,1,yes
        G2,G,sbrt,,14,2,yes
        H1,H,laminectomy,open,0,1,yes
        H2,H,percutaneous_pedicle_screw,mis,14,2,yes
        I1,I,laminectomy,open,0,1,yes
        I2,I,percutaneous_pedicle_screw,mis,14,2,yes
        """,
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day,procedure_id
        1,A,reoperation,occurred,14,,,A2
        2,B,reoperation,occurred,14,,,
        3,C,reoperation,occurred,20,,,C2
        4,E,reoperation,occurred,14,,,E1
        5,F,reoperation,occurred,,10,18,F2
        6,G,reoperation,occurred,14,,,
        7,H,reoperation,occurred,,,,H2
        8,I,reoperation,occurred,14,,,I1
        9,A,readmission,occurred,14,,,A2
        10,C,readmission,occurred,14,,,
        """,
    )


def test_a_stage_planned_from_the_start_is_no_reoperation(staged):
    result = metrics.perioperative(staged)
    # A, F and H name their stage. B fell on its day and names nothing: nobody knows. C was done for
    # the stage, six days after it. D records an unplanned component and no event. E is the
    # operation that was revised; G had radiotherapy on that day; I names its first stage.
    assert result["reoperation_30d"].fillna(-9).tolist() == [0, -9, 1, -9, 1, 0, 1, 0, 1]
    assert result["reoperation_90d"].fillna(-9).tolist() == [0, -9, 1, -9, 1, 0, 1, 0, 1]
    assert result["readmission_30d"].fillna(-9).tolist() == [0, 0, -9, 0, 0, 0, 0, 0, 0]


def test_a_return_on_day_0_is_a_reoperation(registry):
    one = registry(
        "A",
        episodes="episode_id,last_followup_day\nA,100",
        procedures="procedure_id,episode_id,component,approach,day,planned\n1,A,laminectomy,open,0,yes",
        events="event_id,episode_id,kind,status,day,procedure_id\n1,A,reoperation,occurred,0,1",
    )
    assert metrics.perioperative(one)["reoperation_30d"].tolist() == [1]


def test_a_stage_after_the_limit_leaves_what_came_before_it_alone(staged, registry):
    two = registry(
        "A B",
        episodes="episode_id,last_followup_day\nA,100\nB,100",
        procedures="""
        procedure_id,episode_id,component,approach,day,stage,planned
        1,A,laminectomy,open,0,1,yes
        2,A,laminectomy,open,45,2,no
        3,B,laminectomy,open,0,1,yes
        4,B,percutaneous_pedicle_screw,mis,,2,no
        """,
    )
    result = metrics.perioperative(two)
    assert result["reoperation_30d"].fillna(-9).tolist() == [0, -9]
    assert result["reoperation_90d"].fillna(-9).tolist() == [-9, -9]


def test_transfusions_are_unknown_where_nobody_records_them(registry):
    rows = "event_id,episode_id,kind,status,day\n1,A,{},occurred,0"
    followup = "episode_id,last_followup_day\nA,100\nB,100"
    none = registry("A B", episodes=followup, events=rows.format("dural_tear"))
    assert metrics.perioperative(none)[["transfusion_30d", "transfusion_90d"]].isna().all().all()
    some = registry("A B", episodes=followup, events=rows.format("transfusion"))
    assert metrics.perioperative(some)["transfusion_30d"].tolist() == [1, 0]


def test_a_cement_leak_is_absent_only_where_it_was_looked_for(registry):
    four = registry(
        "A B C D",
        episodes="episode_id,last_followup_day\nA,100\nB,100\nC,100\nD,100",
        events="""
        event_id,episode_id,kind,status,day
        1,A,cement_leak,occurred,0
        2,B,cement_leak,absent,1
        3,D,cement_leak,absent,0
        4,D,cement_leak,occurred,30
        """,
    )
    assert metrics.perioperative(four)["cement_leak"].fillna(-9).tolist() == [1, 0, -9, 1]


def test_a_leak_before_an_operation_is_one_of_the_operation_before_it():
    registry = from_csv(
        patients="patient_id\np",
        episodes="""
        episode_id,patient_id,diagnosis,index_day
        A,p,osteoporotic_fracture,0
        B,p,osteoporotic_fracture,300
        """,
        events="event_id,patient_id,kind,status,day\n1,p,cement_leak,occurred,1",
    )
    assert metrics.perioperative(registry)["cement_leak"].fillna(-9).tolist() == [1, -9]


def test_complications_are_counted_as_patients_and_as_events(registry):
    five = registry(
        "A B C D E",
        episodes="episode_id,last_followup_day\nA,100\nB,100\nC,40\nD,100\nE,100",
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day
        1,A,complication,occurred,0,,
        2,A,complication,occurred,30,,
        3,A,complication,occurred,31,,
        4,C,complication,occurred,5,,
        5,D,complication,occurred,5,,
        6,D,complication,occurred,,25,35
        7,E,complication,occurred,91,,
        """,
    )
    result = metrics.perioperative(five)
    assert result["complication_30d"].tolist() == [1, 0, 1, 1, 0]
    # C was seen for 40 days: more may have followed. D had a second one on some day of 25 to 35.
    assert result["n_complications_30d"].fillna(-9).tolist() == [2, 0, 1, -9, 0]
    assert result["n_complications_90d"].fillna(-9).tolist() == [3, 0, -9, 2, 0]
