"""Write the synthetic samples anew, byte for byte: `python data/make_samples.py [FOLDER]`."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from spineoutcomes.registry import TABLES, Registry
from spineoutcomes.samples import (
    Estimand,
    Scenario,
    chosen_effects,
    simulate_registry,
    truth_effects,
)

HERE = Path(__file__).parent / "sample"
# The same scenario with so many patients that chance plays hardly any part.
MANY = 20_000
MANY_SEED = 1
DECIMALS = 4  # of the effects; the truth itself is not rounded further


@dataclass(frozen=True)
class Sample:
    """One sample: how it is simulated, and the effects worth stating."""

    scenario: Scenario
    n: int
    seed: int
    about: str
    asked: tuple[tuple[str, str, tuple[float, ...] | None], ...]
    estimands: tuple[Estimand, ...]


SAMPLES = (
    Sample(
        "metastases",
        400,
        2026,
        "Spinal metastases: MIS (mis, hybrid) against open surgery (open, mini_open), by the "
        "planned approach. Sicker patients, high-grade cord compression and low performance go to "
        "open surgery; MIS comes later in time; surgeons have preferences, which change no "
        "outcome. Planned MIS operations are sometimes converted. Recurrence or progression is "
        "seen only on scans, about every three months; death competes. Some patients have a second "
        'episode. Overall survival does not depend on the arm: a true null. "frankel_3m" in the '
        "truth is the position in A to E (0 to 4). `propensity` is given the covariates whoever "
        "operates; `propensity_given_surgeon` also knows the surgeon.",
        (
            ("blood_loss_ml", "geometric_mean_ratio", None),
            ("blood_loss_ml", "mean_difference", None),
            ("operative_time_min", "mean_difference", None),
            ("los_days", "mean_difference", None),
            ("pain_3m", "mean_difference", None),
            ("pain_12m", "mean_difference", None),
            ("pain_response_3m", "risk_difference", None),
            ("frankel_improved_3m", "risk_difference", None),
            ("complication", "risk_difference", None),
            ("complication", "risk_ratio", None),
            ("recurrence_day", "incidence_difference", (180, 365, 730)),
            ("radiotherapy_day", "incidence_difference", (42,)),
            ("death_day", "survival_difference", (90, 365)),
        ),
        ("ATE", "ATT", "ATC", "ATO"),
    ),
    Sample(
        "hemangioma",
        60,
        7,
        "Vertebral hemangioma: a series treated by embolization, cement and an endoscopic "
        "decompression (four in five) or a laminectomy. Volumes of the intraspinal part before "
        "surgery and one week, four and twelve months after it; then yearly scans. "
        '"muscle_grade_final" in the truth is the position among the graded MRC grades '
        "(0 to 12).",
        (
            ("residual_percent_1w", "mean_difference", None),
            ("blood_loss_ml", "geometric_mean_ratio", None),
            ("pain_final", "mean_difference", None),
            ("progression_day", "incidence_difference", (365, 1825)),
        ),
        ("ATE",),
    ),
    Sample(
        "ladder",
        150,
        3,
        "Lumbar disc herniation: nerve root block, disc ablation, endoscopic decompression, each "
        "step an episode. The truth compares a first step by ablation with one by block; later "
        "steps have no other arm, their rows are empty. Potential scores are those without a "
        "further step; who has gone on to the next step has no more scores of this one, so scores "
        "from three months on are missing informatively. Visits of two patients in five are dated "
        "to the month (`approximate`).",
        (
            ("pain_1m", "mean_difference", None),
            ("odi_1m", "mean_difference", None),
            ("pain_3m", "mean_difference", None),
            ("relief_end_day", "mean_difference", None),
            ("next_step_day", "incidence_difference", (182, 365)),
        ),
        ("ATE", "ATT", "ATC", "ATO"),
    ),
)


def write_samples(output: Path = HERE, names: tuple[str, ...] = ()) -> None:
    """Write the folders of the samples into `output`: tables, truth, true effects, README."""
    for sample in SAMPLES:
        if not names or sample.scenario in names:
            _write(sample, output / sample.scenario)


def _write(sample: Sample, folder: Path) -> None:
    registry = simulate_registry(sample.n, seed=sample.seed, scenario=sample.scenario)
    for name in TABLES:
        (folder / f"{name}.csv").unlink(missing_ok=True)
    registry.save(folder)
    many = simulate_registry(MANY, seed=MANY_SEED, scenario=sample.scenario)
    effects = pd.concat(
        [
            _effects(sample, registry).assign(among="this sample"),
            _effects(sample, many).assign(among=f"{MANY} patients"),
        ],
        ignore_index=True,
    )
    effects = effects[["among", *effects.columns.drop("among")]]
    _to_csv(effects, folder / "TRUE_EFFECTS.csv")
    _write_text(folder / "README.md", _readme(sample, effects))


def _effects(sample: Sample, registry: Registry) -> pd.DataFrame:
    """Return the true effects among the first episodes."""
    episodes = registry.table("episodes")
    first = episodes.loc[episodes["prior_episode_id"].isna(), "episode_id"]
    parts = [
        truth_effects(
            registry,
            outcome=outcome,
            estimand=estimand,
            measure=measure,
            horizon=horizons,
            episodes=first,
        )
        for outcome, measure, horizons in sample.asked
        for estimand in sample.estimands
    ]
    return pd.concat(parts, ignore_index=True).round(DECIMALS)


def _readme(sample: Sample, effects: pd.DataFrame) -> str:
    chosen = asdict(getattr(chosen_effects, sample.scenario.upper()))
    lines = [
        f"SYNTHETIC data: simulated, no real patient. Scenario {sample.scenario!r}, "
        f"{sample.n} patients, seed {sample.seed}.",
        "",
        sample.about,
        "",
        "Effects are chosen, not estimated from patients; use the data to learn and to test, never "
        'as evidence. Every patient id begins with "SYN-".',
        "",
        "Written by `python data/make_samples.py`, that is",
        f"`simulate_registry({sample.n}, seed={sample.seed}, scenario={sample.scenario!r})`.",
        "`truth.csv` holds both potential outcomes and the true propensity of each episode,",
        "`TRUE_EFFECTS.csv` the effects that follow, among the first episodes of these",
        f"patients and of {MANY} of the same scenario (seed {MANY_SEED}).",
        "",
        "Chosen (logs of ratios, logits, points or ranks; see `samples/chosen_effects.py`):",
        "",
        "| parameter | value |",
        "|---|---|",
        *[f"| {name} | {value:g} |" for name, value in chosen.items()],
        "",
        f"True effects among all first episodes of {MANY} patients (ATE):",
        "",
        "| outcome | measure | horizon (days) | effect | treated | reference |",
        "|---|---|---|---|---|---|",
        *_effect_lines(effects),
    ]
    return "\n".join(lines) + "\n"


def _effect_lines(effects: pd.DataFrame) -> list[str]:
    large = effects[(effects["among"] != "this sample") & (effects["estimand"] == "ATE")]
    return [
        f"| {row.outcome} | {row.measure} | {'' if pd.isna(row.horizon) else f'{row.horizon:g}'} "
        f"| {row.estimate:.4g} | {row.treated:.4g} | {row.reference:.4g} |"
        for row in large.itertuples()
    ]


def _to_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


if __name__ == "__main__":
    write_samples(*map(Path, sys.argv[1:2]))
