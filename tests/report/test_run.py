"""A study runs to one folder: the page, every printed number, and what went in."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so

COLUMNS = (
    "result,kind,outcome,term,contrast,group,level,visit,cause,time,measure,statistic,value,"
    "method,warning"
)


class Requests(HTMLParser):
    """Collects whatever a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "link", "img", "form", "base"):
            self.found.append(tag)
        for name, value in attributes:
            external = name.split(":")[-1] in ("src", "href", "action", "data", "srcset")
            if external and not (value or "").startswith("#"):
                self.found.append(f"{tag} {name}={value}")
            if name.startswith("on"):
                self.found.append(f"{tag} {name}")


def requests_of(page: str) -> list[str]:
    parser = Requests()
    parser.feed(page)
    return parser.found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return so.run_study(so.example("metastases"), tmp_path_factory.mktemp("demo") / "report")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return so.run_study(so.example("case_report"), tmp_path_factory.mktemp("case") / "report")


def text_of(folder: Path) -> str:
    return re.sub(r"\s+", " ", (folder / "index.html").read_text(encoding="utf-8"))


def test_a_page_asks_nothing_of_anyone(demo: Path, case: Path) -> None:
    for folder in (demo, case):
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert requests_of(page) == []
        assert "url(" not in re.sub(r"url\(#[^)]*\)", "", page)
        assert "Content-Security-Policy" in page


def test_results_have_the_columns_of_a_result_set(demo: Path) -> None:
    assert (demo / "results.csv").read_text(encoding="utf-8").splitlines()[0] == COLUMNS
    results = pd.read_csv(demo / "results.csv")
    assert results["value"].notna().all()
    assert {"effects", "curves", "summary"} == set(results["kind"])


def test_every_outcome_and_its_arms_are_in_the_results(demo: Path) -> None:
    results = pd.read_csv(demo / "results.csv")
    for name in ("Blood loss", "Back pain at 3 months", "Complication within 30 days"):
        own = results[(results["result"] == name) & (results["statistic"] == "estimate")]
        assert set(own["contrast"]) == {"mis - open", "mis", "open"}, name
    recurrence = results[results["result"].str.startswith("Local recurrence")]
    risks = recurrence[(recurrence["measure"] == "incidence")]
    assert set(risks["time"]) == {180, 365, 730}
    assert {"mis", "open"} <= set(risks["group"])
    assert "recurrence_or_progression" in set(risks["cause"])


def test_the_numbers_are_those_of_the_functions(demo: Path) -> None:
    registry = so.load_sample("metastases")
    cohort = so.select_cohort(
        registry,
        diagnosis="spinal_metastasis",
        arms={"mis": {"approach": ["mis", "hybrid"]}, "open": {"approach": ["open", "mini_open"]}},
        assignment="planned",
        episodes="first",
        where={"age_years": ">= 18"},
    )
    blood = so.metrics.perioperative(cohort)["blood_loss_ml"]
    arm = cohort.data["arm"]
    by_hand = blood[arm == "mis"].mean() - blood[arm == "open"].mean()
    results = pd.read_csv(demo / "results.csv")
    own = results[(results["result"] == "Blood loss") & (results["contrast"] == "mis - open")]
    estimate = own.loc[own["statistic"] == "estimate", "value"].item()
    assert estimate == pytest.approx(by_hand, rel=1e-12)


def test_a_threshold_says_whose_it_is_and_who_failed_by_death(demo: Path) -> None:
    page = text_of(demo)
    assert "Threshold: MIC &gt;= 2 (points), low back pain" in page
    assert "death: counted as not achieved" in page
    results = pd.read_csv(demo / "results.csv")
    name = "Back pain better by the MIC at 3 months"
    risk = results[(results["result"] == name) & (results["measure"] == "risk")]
    analysed = risk.loc[risk["statistic"] == "n", "value"].sum()
    status = results[results["result"] == f"{name}: status"].set_index("level")["value"]
    assert analysed == status.loc[["observed", "dead"]].sum()


def test_missing_responses_are_said_and_shifted(demo: Path) -> None:
    page = text_of(demo)
    assert "assumed missing at random given the covariates used" in page
    results = pd.read_csv(demo / "results.csv")
    shift = results[results["result"] == "Back pain at 3 months: shift of the missing"]
    assert set(shift["group"]) == {"delta = 1", "delta = 2"}


def test_synthetic_data_are_called_synthetic(demo: Path, case: Path) -> None:
    assert "Synthetic data." in text_of(demo)
    assert json.loads((demo / "manifest.json").read_text(encoding="utf-8"))["synthetic"] is True
    assert "Synthetic data." not in text_of(case)


def test_synthetic_data_loaded_by_path_are_called_synthetic_too(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[2] / "data" / "sample" / "hemangioma", tmp_path / "data")
    study = so.example("hemangioma_series").read_text(encoding="utf-8")
    study = study.replace('sample = "hemangioma"', 'path = "data"')
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    assert "Synthetic data." in text_of(so.run_study(tmp_path / "study.toml", tmp_path / "out"))


def test_the_manifest_says_what_went_in(demo: Path) -> None:
    manifest = json.loads((demo / "manifest.json").read_text(encoding="utf-8"))
    plan = so.example("metastases").read_bytes()
    assert manifest["plan"]["sha256"] == hashlib.sha256(plan).hexdigest()
    assert manifest["seed"] == 20261120
    assert manifest["versions"]["spineoutcomes"] == so.__version__
    for table in manifest["inputs"]:
        assert re.fullmatch(r"[0-9a-f]{64}", table["sha256"])
        assert table["rows_in"] == table["rows_out"] + table["rows_rejected"]
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((demo / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", ["metastases", "hemangioma_series", "case_report"])
def test_two_runs_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    first = so.run_study(so.example(name), tmp_path / "first")
    second = so.run_study(so.example(name), tmp_path / "second")
    for file in ("results.csv", "index.html", "manifest.json"):
        assert (first / file).read_bytes() == (second / file).read_bytes(), file


def test_the_published_case_is_told_without_an_estimate(case: Path) -> None:
    page = text_of(case)
    for said in (
        "final score 4+; no baseline is recorded, so a change cannot be stated",
        "final score 0; no baseline is recorded, so a change cannot be stated",
        "about 40 % of the lesion before surgery, confounded",
        "A later scan shows it smaller",
        "Recurrence is not applicable: a residual exists",
        "looked for and not seen; observation ends with the last scan, on about day 120",
        "which is not a cure",
    ):
        assert said in page, said
    table = page[page.index("What was done") :]
    done = ("coil embolization", "bone cement", "transforaminal endoscopic")
    places = [table.index(name) for name in done]
    assert places == sorted(places)
    results = (case / "results.csv").read_text(encoding="utf-8")
    assert "p_value" not in results
    numbers = pd.read_csv(case / "results.csv").set_index("term")["value"]
    assert numbers["Visual analogue scale of pain"] == 0
    assert numbers["residual lesion, intraspinal"] == 40
    assert numbers["observation"] == 120
    assert not re.search(r"\bp\s*[<=]\s*0", page)


def test_a_case_needs_one_patient(tmp_path: Path) -> None:
    study = (
        so.example("case_report")
        .read_text(encoding="utf-8")
        .replace('"case_report"', '"hemangioma"')
    )
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    with pytest.raises(so.errors.ArgumentError, match="reports one patient; the cohort has"):
        so.run_study(tmp_path / "study.toml", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_text_of_a_study_is_never_markup(tmp_path: Path) -> None:
    study = so.example("case_report").read_text(encoding="utf-8")
    study = re.sub('title = ".*"', 'title = "<script>alert(1)</script> & co"', study)
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    page = text_of(so.run_study(tmp_path / "study.toml", tmp_path / "out"))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page


def test_an_argument_that_does_not_fit_names_the_line_of_its_section(tmp_path: Path) -> None:
    study = so.example("metastases").read_text(encoding="utf-8")
    study = study.replace('location = "back"', 'location = "elbow"')
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    with pytest.raises(so.errors.ArgumentError, match=r"study.toml, line \d+: outcome.4: .*elbow"):
        so.run_study(tmp_path / "study.toml", tmp_path / "out")
    assert list(tmp_path.iterdir()) == [tmp_path / "study.toml"]
