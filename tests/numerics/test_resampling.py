"""Bootstrap draws, levels and intervals, as arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes import _progress
from spineoutcomes.numerics import resampling
from spineoutcomes.numerics.bootstrap_intervals import (
    acceleration,
    bca_interval,
    jackknife_of_means,
    percentile_interval,
)
from spineoutcomes.numerics.cells import cells_of
from spineoutcomes.numerics.distributions import normal_quantile
from spineoutcomes.numerics.levels import mean_contrasts, means, median_contrasts, medians
from spineoutcomes.numerics.resampling import (
    Clusters,
    Individuals,
    bootstrap_levels,
    multiplicities,
)

# Five standard errors of a seeded Monte Carlo mean.
CHANCE = 5


def individuals(*arms: list[float]) -> Individuals:
    return Individuals([cells_of(np.array(arm, dtype=float), np.ones(len(arm))) for arm in arms])


SKEWED = [1.0, 2, 2, 3, 5, 8, 13, 40]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8).filter(any))
def test_levels_are_those_of_repeated_values(drawn: list[int]) -> None:
    values = np.array([1.0, 2, 4, 7, 11, 12, 20, 30])[: len(drawn)]
    repeated, draw = np.repeat(values, drawn), np.array([drawn], dtype=float)
    assert means(values, draw)[0] == pytest.approx(repeated.mean())
    assert medians(values, draw)[0] == pytest.approx(np.median(repeated))


def test_levels_of_nothing_are_missing() -> None:
    drawn = np.array([[0.0, 0], [1, 1]])
    assert np.isnan(means(np.array([1.0, 2]), drawn)).tolist() == [True, False]
    assert np.isnan(medians(np.array([1.0, 2]), drawn)).tolist() == [True, False]


def test_contrasts_are_differences_of_levels() -> None:
    values, counts = np.array([1.0, 2, 4, 9]), np.array([2.0, 1, 3, 2])
    drawn = np.array([[1.0, 0, 2, 1], [2, 1, 1, 0]])
    for contrast, level in ((mean_contrasts, means), (median_contrasts, medians)):
        expected = level(values, drawn) - level(values, counts - drawn)
        assert contrast(values, drawn, counts) == pytest.approx(expected)


@pytest.mark.parametrize("counts", [[1, 1, 1, 1], [3, 1, 2, 1], [40, 10, 0, 30]])
def test_multiplicities_add_up_and_are_fair(counts: list[int]) -> None:
    rng, c = np.random.default_rng(5), np.array(counts)
    drawn = np.array([multiplicities(rng, c) for _ in range(4000)])
    n = c.sum()
    assert (drawn.sum(axis=1) == n).all()
    # Multinomial: mean c, variance c (1 - c/n).
    variance = c * (1 - c / n)
    assert np.abs(drawn.mean(axis=0) - c).max() <= CHANCE * np.sqrt(variance.max() / 4000)
    assert drawn.var(axis=0) == pytest.approx(variance, rel=0.15)


def test_a_replicate_is_the_same_however_many_there_are() -> None:
    sample = individuals(SKEWED, [2.0, 3, 5, 9, 30])
    few, many = (bootstrap_levels(sample, means, n, 7) for n in (130, 450))
    assert (many[:, :130] == few).all()
    assert not (bootstrap_levels(sample, means, 130, 8) == few).all()
    assert len(np.unique(many[0])) > 100


def test_large_draws_are_held_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = individuals(SKEWED)
    at_once = bootstrap_levels(sample, medians, 230, 7)
    monkeypatch.setattr(resampling, "MOST", 20)
    assert resampling.block_size(6, 100) == 3
    assert resampling.block_size(1000, 100) == 1
    assert (bootstrap_levels(sample, medians, 230, 7) == at_once).all()


def test_long_work_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_progress, "SHOWN_AFTER", 0)
    bootstrap_levels(individuals(SKEWED), means, 200, 1)
    assert "Bootstrap" in capsys.readouterr().err


def test_replicates_do_not_depend_on_rows_or_on_how_they_are_counted() -> None:
    x, counts = np.array([5.0, 1, 9, 1]), np.array([2.0, 1, 1, 3])
    repeated = np.repeat(x, counts.astype(int))[::-1]
    a = Individuals([cells_of(x, counts)])
    b = Individuals([cells_of(repeated, np.ones(7))])
    assert (bootstrap_levels(a, medians, 50, 1) == bootstrap_levels(b, medians, 50, 1)).all()


def test_replicates_of_a_mean_have_its_variance() -> None:
    found = bootstrap_levels(individuals(SKEWED), means, 4000, 3)[0]
    n, variance = len(SKEWED), np.var(SKEWED)
    assert found.mean() == pytest.approx(np.mean(SKEWED), abs=CHANCE * np.sqrt(variance / n / 4000))
    assert found.var() == pytest.approx(variance / n, rel=0.15)


def clustered(spanning: bool) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(9)
    cluster = np.repeat(np.arange(30), 4)
    arm = np.tile([0, 1, 0, 1], 30) if spanning else (cluster % 2)
    y = rng.normal(0, 3, 30)[cluster] + rng.normal(0, 1, 120)
    return y, np.ones(120), arm, cluster


def test_clusters_are_drawn_whole() -> None:
    y, counts, arm, cluster = clustered(spanning=False)
    sample = Clusters(y, counts, arm, cluster)
    assert sample.by_arm
    found = bootstrap_levels(sample, means, 4000, 2)
    for code in (0, 1):
        # Fifteen clusters of four: the variance of the mean of their means.
        own = y[arm == code].reshape(15, 4).mean(axis=1)
        assert found[code].var() == pytest.approx(own.var() / 15, rel=0.15)


def test_clusters_across_arms_are_drawn_from_all() -> None:
    y, counts, arm, cluster = clustered(spanning=True)
    sample = Clusters(y, counts, arm, cluster)
    assert not sample.by_arm
    found = bootstrap_levels(sample, means, 4000, 2)
    # What a cluster gives both arms cancels in their difference.
    pairs = y.reshape(30, 2, 2)
    own = pairs[:, :, 0].mean(axis=1) - pairs[:, :, 1].mean(axis=1)
    assert (found[0] - found[1]).var() == pytest.approx(own.var() / 30, rel=0.15)


@pytest.mark.parametrize("spanning", [True, False])
def test_clusters_do_not_depend_on_the_order_of_rows(spanning: bool) -> None:
    columns = clustered(spanning)
    order = np.random.default_rng(1).permutation(120)
    y, counts, arm, cluster = (column[order] for column in columns)
    a = bootstrap_levels(Clusters(*columns), means, 20, 2)
    b = bootstrap_levels(Clusters(y, counts, arm, 99 - cluster), means, 20, 2)
    assert a == pytest.approx(b, rel=1e-12)


def test_clusters_of_counted_rows() -> None:
    y, arm, cluster = np.array([1.0, 4, 2, 6]), np.array([0, 0, 1, 1]), np.arange(4)
    counts = np.array([2.0, 1, 3, 1])
    at = np.repeat(np.arange(4), counts.astype(int))
    a = bootstrap_levels(Clusters(y, counts, arm, cluster), medians, 40, 5)
    b = bootstrap_levels(Clusters(y[at], np.ones(7), arm[at], cluster[at]), medians, 40, 5)
    assert (a == b).all()


def test_percentiles_are_ranks_of_replicates() -> None:
    # 199 replicates: rank 200 x .025 = 5 and 195.
    found = percentile_interval(100.0, np.arange(1.0, 200), 0.95)
    assert (found.low, found.high) == pytest.approx((5, 195))
    assert np.isnan(found.std_error)


def test_bca_by_hand() -> None:
    drawn = np.arange(1.0, 1000)
    # Half below: no bias, and without acceleration the percentiles.
    plain = bca_interval(500.0, drawn, 0.0, 0.9)
    assert (plain.low, plain.high) == pytest.approx((50, 950))
    # z0 = Phi^-1(b), b = 299.5/999 as 299 lie below and one is equal; the limits at
    # Phi(2 z0 -/+ z), without acceleration.
    z0 = float(normal_quantile(299.5 / 999))
    moved = bca_interval(300.0, drawn, 0.0, 0.5)
    for limit, z in ((moved.low, -0.6744897501960817), (moved.high, 0.6744897501960817)):
        assert float(normal_quantile(limit / 1000)) == pytest.approx(2 * z0 + z)
    # With a = .1 and no bias, z stands for z/(1 - .1 z).
    bent = bca_interval(500.0, drawn, 0.1, 0.5)
    for limit, z in ((bent.low, -0.6744897501960817), (bent.high, 0.6744897501960817)):
        assert float(normal_quantile(limit / 1000)) == pytest.approx(z / (1 - 0.1 * z))


def test_bca_without_spread_has_no_limits() -> None:
    found = bca_interval(1.0, np.full(200, 2.0), 0.0, 0.95)
    assert (found.estimate, np.isnan(found.low)) == (1.0, True)


def test_acceleration_of_one_mean_is_its_skewness() -> None:
    # Of a mean, a = sum (x - m)^3 / (6 (sum (x - m)^2)^1.5).
    x = np.array(SKEWED)
    own, times = jackknife_of_means(x, np.ones(8), None)
    assert own == pytest.approx(x - x.mean())
    d = x - x.mean()
    expected = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    assert acceleration([(own, times, 1.0)]) == pytest.approx(expected)
    # Equal arms bend both ways alike.
    assert acceleration([(own, times, 1.0), (own, times, -1.0)]) == pytest.approx(0)


def test_jackknife_of_clusters_by_hand() -> None:
    # Clusters (1, 3), (5): without the first 5, without the second 2; n = 2.
    own, times = jackknife_of_means(np.array([1.0, 3, 5]), np.ones(3), np.array([4, 4, 7]))
    assert own.tolist() == [3.5 - 5, 3.5 - 2]
    assert times.tolist() == [1, 1]
    counted, times = jackknife_of_means(np.array([1.0, 5]), np.array([2.0, 1]), None)
    assert (counted, times.tolist()) == (pytest.approx([1 - 7 / 3, 5 - 7 / 3]), [2, 1])
