"""Coverage in few data sets, and the runner: seeds, intervals that are wrong, the page, breaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.errors import NotEstimableError
from validation import run, samples
from validation.page import cells, page
from validation.scenarios import AT_LEAST, FULL, NOMINAL, SCENARIOS, Reading, Scenario
from validation.simulate import Coverage, band, simulate

# The Monte-Carlo band of so many is .895 to .99; the full run narrows it to .934 to .966.
FEW = 200
PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


def toy(name: str = "toy", *, shrink: float = 1.0) -> Scenario:
    """A mean of 25 normal values with its known error: covers .95 exactly, unless shrunk."""

    def draw(rng: np.random.Generator) -> pd.DataFrame:
        return pd.DataFrame({"y": rng.normal(3, 5, 25)})

    def analyse(frame: pd.DataFrame) -> Reading:
        mean = float(frame["y"].mean())
        return Reading(mean, 1.0, mean - 1.96 * shrink, mean + 1.96 * shrink)

    sample = samples.Sample("a toy", 25, {"mean": 3.0}, draw)
    return Scenario(name, "toy, normal", "mean", sample, analyse, NOMINAL, 2 * FEW)


@pytest.mark.validates("compare.mean_difference", source="simulation, Welch and ANCOVA")
@pytest.mark.validates("compare.hodges_lehmann_shift", source="simulation, exact interval")
@pytest.mark.validates("compare.rate_ratio", source="simulation, exact interval")
@pytest.mark.validates("survival.survival_curve", source="simulation")
@pytest.mark.validates("survival.cumulative_incidence", source="simulation, delta method")
@pytest.mark.validates("survival.rmst", source="simulation")
@pytest.mark.validates("survival.milestone_difference", source="simulation")
@pytest.mark.validates("survival.mean_cumulative_count", source="simulation, frailty and death")
@pytest.mark.validates("survival.mean_count_difference", source="simulation, frailty and death")
@pytest.mark.parametrize(
    "name",
    [
        "welch-500",
        "ancova-500",
        "hl-80",
        "rate-exact-80",
        "km-500",
        "aj-500",
        "rmst-diff-500",
        "lost-months-500",
        "incidence-diff-500",
        "mean-count-500",
        "mean-count-diff-500",
    ],
)
def test_promised_coverage(name: str) -> None:
    found = simulate(SCENARIOS[name], FEW)
    assert found.scenario.promise
    assert found.kept, f"{name} covers {found.share:.3f} of {FEW}"


def test_the_same_seed_gives_the_same_numbers() -> None:
    scenario = SCENARIOS["welch-80"]
    short, long, other = simulate(scenario, 3), simulate(scenario, 5), simulate(scenario, 3, seed=1)
    np.testing.assert_array_equal(short.readings, long.readings[:3])
    assert not np.isin(short.readings, other.readings).any()


def test_methods_meet_the_same_data_and_samples_do_not() -> None:
    a, b = (simulate(SCENARIOS[name], 3).readings[:, 0] for name in ("newcombe-80", "rd-wald-80"))
    np.testing.assert_array_equal(a, b)
    moved = replace(toy(), sample=replace(toy().sample, words="another toy"))
    assert not np.isin(simulate(toy(), 3).readings, simulate(moved, 3).readings[:, 0]).any()


def test_a_right_interval_is_kept_and_its_error_is_right() -> None:
    found = simulate(toy(), FULL)
    assert found.kept
    assert found.share == pytest.approx(0.95, abs=0.015)  # three Monte-Carlo errors
    assert found.error_ratio == pytest.approx(1, abs=0.05)
    assert abs(found.bias) < 0.07  # three errors of a mean of 2,000


@pytest.mark.parametrize("shrink", [0.7, 2.0])
def test_a_wrong_interval_breaks_its_promise(shrink: float) -> None:
    assert not simulate(toy(shrink=shrink)).kept


def test_a_narrowed_interval_of_a_real_method_is_caught() -> None:
    scenario = SCENARIOS["welch-500"]

    def narrow(frame: pd.DataFrame) -> Reading:
        found = scenario.analyse(frame)
        half = (found.conf_high - found.conf_low) / 3  # two thirds of the width: covers .81
        low, high = found.estimate - half, found.estimate + half
        return found._replace(conf_low=low, conf_high=high)

    assert not simulate(replace(scenario, analyse=narrow), FEW).kept


def test_the_band_is_the_binomial_one_and_ends_at_the_promise() -> None:
    # R: qbinom(c(.0005, .9995), 2000, .95) by hand from the normal: 1900 -/+ 3.29 * 9.75
    low, high = band(NOMINAL, FULL)
    assert (low, high) == pytest.approx((0.934, 0.966), abs=0.001)
    assert band(NOMINAL, 100_000) == NOMINAL
    assert band(AT_LEAST, FULL) == (low, 1.0)


def test_no_interval_covers_nothing() -> None:
    calls = iter(range(100))

    def analyse(frame: pd.DataFrame) -> Reading:
        if next(calls) < 10:
            raise NotEstimableError("nothing to see")
        return Reading(3.0, 1.0, 2.0, 4.0)

    found = simulate(replace(toy(), analyse=analyse), 100)
    assert (found.share, found.n_without, found.bias) == (0.9, 10, 0.0)
    assert "(10 without)" in cells(found)[7]


def test_ratios_are_read_on_their_logarithm() -> None:
    sample = replace(toy().sample, truths={"odds_ratio": 2.0})
    scenario = replace(
        toy(), measure="odds_ratio", sample=sample, analyse=lambda _: Reading(0.0, np.nan, 0.0, 5.0)
    )
    found = simulate(scenario, 2)
    assert found.share == 1  # an empty cell: 0 to 5
    np.testing.assert_array_equal(found.readings[0], [-np.inf, np.nan, -np.inf, np.log(5)])
    assert np.isnan(found.error_ratio)


def test_truths_of_the_samples_are_those_of_many_patients() -> None:
    n = 400_000  # errors below a hundredth
    rng = np.random.default_rng(1)
    risks = samples.two_risks(n)
    p = risks.draw(rng).groupby("arm")["y"].mean()
    assert p["mis"] - p["open"] == pytest.approx(risks.truths["risk_difference"], abs=0.01)
    skewed = samples.skewed(n)
    y = skewed.draw(rng).groupby("arm")["y"]
    for measure, found in (
        ("mean_difference", y.mean()["mis"] - y.mean()["open"]),
        ("median_difference", y.median()["mis"] - y.median()["open"]),
    ):
        assert found == pytest.approx(skewed.truths[measure], abs=0.05)
    ordered = samples.ordered(n)
    frame = ordered.draw(rng)
    mis, other = (frame.loc[frame["arm"] == arm, "y"].to_numpy() for arm in ("mis", "open"))
    wins = (mis > other).mean() + (mis == other).mean() / 2  # each of one arm meets one other
    assert wins / (1 - wins) == pytest.approx(ordered.truths["win_odds"], abs=0.02)


def test_ten_are_at_risk_where_curves_are_read() -> None:
    rng = np.random.default_rng(1)
    at_risk = [(samples.times(500).draw(rng)["months"] >= samples.HORIZON).sum() for _ in range(50)]
    assert min(at_risk) >= 10


def test_the_page_shows_every_scenario_of_now() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for scenario in SCENARIOS.values():
        blank = Coverage(scenario, np.ones((scenario.replicates, 4)))
        row = cells(blank)
        assert f"| {' | '.join(row[:5])} |" in text, f"{scenario.name}: run `make validate`"


def test_a_promise_and_a_report_have_a_table_each() -> None:
    text = page([simulate(toy(shrink=0.5), FEW), simulate(replace(toy(), promise=None), 10)])
    assert "**no**" in text
    assert "SYNTHETIC" in text.upper()
    assert text.count("\n| --- ") == 2


def test_an_interrupted_or_partial_run_writes_no_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(scenario: Scenario, replicates: int | None) -> Coverage:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "PAGE", tmp_path / "coverage.md")
    monkeypatch.setattr(run, "SCENARIOS", {"toy": toy(), "narrow": toy(shrink=0.5)})
    assert run.main(["toy"]) == 0
    assert run.main(["--check"]) == 1
    assert run.main(["toys"]) == 2
    said = capsys.readouterr().out
    assert "BROKEN" in said
    assert "no scenario toys" in said
    monkeypatch.setattr(run, "simulate", stopped)
    assert run.main([]) == 130
    assert not list(tmp_path.iterdir())


def test_a_whole_run_writes_the_page_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "PAGE", tmp_path / "coverage.md")
    monkeypatch.setattr(run, "SCENARIOS", {"toy": toy()})
    assert run.main([]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["coverage.md"]
    assert "`toy`: normal" in (tmp_path / "coverage.md").read_text(encoding="utf-8")
