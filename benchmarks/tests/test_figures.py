import pytest
from rich.console import Console

from benchmarks.figures import Sample, figures_table, goals_table, judge, ratio, summarize, warnings
from benchmarks.workloads import CONNECT, GOALS, WORKLOADS, Goal, Metric, Peer
from live.interview_feed import MAX_CACHED_TURNS


def sample(
    peer: Peer, value: float, workload: str = "1x100", metric: Metric = Metric.RATE, generator: float = 0.5, server: float = 1.0
) -> Sample:
    return Sample(peer, workload, {metric: value}, {"server": server, "redis": 0.1, "generator": generator})


def test_summary_is_the_median_of_rounds() -> None:
    medians = summarize([sample(Peer.VIVA, value) for value in (30.0, 10.0, 90.0)])
    assert medians == {(Peer.VIVA, "1x100", Metric.RATE): 30.0}


def test_summary_separates_peers_cells_and_metrics() -> None:
    samples = [sample(Peer.VIVA, 1), sample(Peer.RAW, 2), sample(Peer.VIVA, 3, "200x2"), sample(Peer.VIVA, 4, metric=Metric.P99)]
    assert sorted(summarize(samples).values()) == [1, 2, 3, 4]


def test_ratio_divides_the_median_of_viva_by_that_of_the_peer() -> None:
    medians = summarize([sample(Peer.VIVA, 80), sample(Peer.VIVA, 100), sample(Peer.STOCK, 10)])
    assert ratio(medians, "1x100", Metric.RATE, Peer.STOCK) == pytest.approx(9.0)
    assert ratio(medians, "1x100", Metric.RATE, Peer.NODE) is None, "it was not measured"


@pytest.mark.parametrize(
    ("metric", "ours", "is_reached", "is_close"),
    [
        (Metric.RATE, 20.0, True, True),
        (Metric.RATE, 27.0, True, False),
        (Metric.RATE, 19.9, False, True),
        (Metric.RATE, 15.0, False, False),
        (Metric.P99, 20.0, True, True),
        (Metric.P99, 20.1, False, True),
        (Metric.P99, 15.0, True, False),
    ],
)
def test_goal_is_a_minimum_for_rates_and_a_maximum_for_delays(
    metric: Metric, ours: float, is_reached: bool, is_close: bool
) -> None:
    medians = summarize([sample(Peer.VIVA, ours, metric=metric), sample(Peer.RAW, 10, metric=metric)])
    (verdict,) = judge(medians, [Goal("1x100", metric, Peer.RAW, 2.0)])
    assert (verdict.is_reached, verdict.is_close) == (is_reached, is_close)


def test_goal_that_was_not_measured_has_no_verdict() -> None:
    assert judge(summarize([sample(Peer.VIVA, 1)])) == []


def test_warnings_name_runs_with_another_bottleneck_than_the_server() -> None:
    assert warnings([sample(Peer.VIVA, 1, generator=0.8)]) == []
    (busy,) = warnings([sample(Peer.RAW, 1, generator=0.81)])
    assert "raw Starlette" in busy and "0.81" in busy
    (starved,) = warnings([sample(Peer.RAW, 1, server=0.5)])
    assert "0.50" in starved
    assert sample(Peer.RAW, 1, server=0.5).is_starved and not sample(Peer.RAW, 1, server=0.5, generator=0.9).is_starved
    assert warnings([sample(Peer.RAW, 1, metric=Metric.P99, server=0.1)]) == [], "at a fixed rate a server may be idle"


def test_every_goal_compares_a_load_that_both_servers_take() -> None:
    for goal in GOALS:
        assert goal.workload == CONNECT or {Peer.VIVA, goal.peer} <= set(WORKLOADS[goal.workload].peers)


def test_no_subscriber_can_be_further_behind_than_the_feed_keeps() -> None:
    assert all(workload.window < MAX_CACHED_TURNS for workload in WORKLOADS.values())


def test_tables_show_figures_ratios_and_verdicts() -> None:
    samples = [sample(Peer.VIVA, 90_000), sample(Peer.STOCK, 10_000), sample(Peer.RAW, 120_000)]
    console = Console(width=150, record=True)
    console.print(figures_table(samples), goals_table(judge(summarize(samples))))
    text = console.export_text()
    for expected in ("90,000", "10,000 (9.00)", "120,000 (0.75)", "at least 8.0", "reached", "not reached"):
        assert expected in text
