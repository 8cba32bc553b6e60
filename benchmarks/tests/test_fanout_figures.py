"""What the benchmark makes of its samples."""

import json

import pytest
from rich.console import Console

from benchmarks.fanout.cells import ASKS, CELLS, LISTS, Ask, Metric, Peer
from benchmarks.fanout.figures import Sample, doubts, is_starved, judge, ratio, summarize
from benchmarks.fanout.tables import figures_of, print_all

ABOUT = {"cores": 2, "memory_gb": 25, "python": "3.11.7", "load_before": 0.1}


def sample(
    peer: Peer, value: float, cell: str = "1x100", metric: Metric = Metric.RATE, generator: float = 0.5, server: float = 1.0
) -> Sample:
    return Sample(peer, cell, {metric: value}, {"server": server, "redis": 0.1, "generator": generator})


def test_a_figure_is_the_median_of_its_rounds_with_their_span() -> None:
    figure = summarize([sample(Peer.VIVA, value) for value in (30.0, 10.0, 90.0)])[Peer.VIVA, "1x100", Metric.RATE]
    assert (figure.median, figure.lowest, figure.highest, figure.rounds) == (30.0, 10.0, 90.0, 3)


def test_samples_of_other_peers_cells_and_metrics_are_kept_apart() -> None:
    samples = [sample(Peer.VIVA, 1), sample(Peer.RAW, 2), sample(Peer.VIVA, 3, "1x1"), sample(Peer.VIVA, 4, metric=Metric.P99)]
    assert sorted(figure.median for figure in summarize(samples).values()) == [1, 2, 3, 4]


def test_a_ratio_is_vivas_median_by_the_peers() -> None:
    figures = summarize([sample(Peer.VIVA, 80), sample(Peer.VIVA, 100), sample(Peer.STOCK, 10)])
    assert ratio(figures, "1x100", Metric.RATE, Peer.STOCK) == pytest.approx(9.0)
    assert ratio(figures, "1x100", Metric.RATE, Peer.NODE) is None, "it was not measured"


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
def test_a_verdict_asks_for_more_of_a_rate_and_less_of_a_delay(
    metric: Metric, ours: float, is_reached: bool, is_close: bool
) -> None:
    figures = summarize([sample(Peer.VIVA, ours, metric=metric), sample(Peer.RAW, 10, metric=metric)])
    (verdict,) = judge(figures, [Ask("1x100", metric, Peer.RAW, 2.0)])
    assert (verdict.is_reached, verdict.is_close) == (is_reached, is_close)


def test_what_was_not_measured_has_no_verdict() -> None:
    assert judge(summarize([sample(Peer.VIVA, 1)])) == []


def test_what_else_may_have_been_the_bottleneck_is_told() -> None:
    assert doubts([sample(Peer.VIVA, 1, generator=0.8)]) == []
    (busy,) = doubts([sample(Peer.RAW, 1, generator=0.81)])
    assert "raw Starlette" in busy and "0.81" in busy
    (starved,) = doubts([sample(Peer.RAW, 1, server=0.5)])
    assert "0.50" in starved
    assert is_starved(sample(Peer.RAW, 1, server=0.5)) and not is_starved(sample(Peer.RAW, 1, server=0.5, generator=0.9))
    assert doubts([sample(Peer.RAW, 1, metric=Metric.P99, server=0.1)]) == [], "by the clock a server has time to spare"


def test_every_ask_is_of_a_load_that_is_measured_at_both() -> None:
    for ask in ASKS:
        assert ask.cell in LISTS.values() or {Peer.VIVA, ask.peer} <= set(CELLS[ask.cell].peers)


def test_no_subscriber_can_be_further_behind_than_the_feed_remembers() -> None:
    from live.interview_feed import MAX_CACHED_TURNS

    assert all(cell.window < MAX_CACHED_TURNS for cell in CELLS.values())


def test_the_report_shows_figures_ratios_and_verdicts() -> None:
    samples = [sample(Peer.VIVA, 90_000), sample(Peer.STOCK, 10_000, generator=0.93), sample(Peer.RAW, 120_000)]
    console = Console(width=150, record=True)
    print_all(console, samples, ABOUT)
    text = console.export_text()
    for shown in ("90,000", "10,000 (9.00)", "120,000 (0.75)", "at least 8.0", "reached", "not reached", "0.93", "lower bound"):
        assert shown in text


def test_all_of_it_is_written_for_programs() -> None:
    written = json.loads(json.dumps(figures_of([sample(Peer.VIVA, 5.0)], ABOUT)))
    assert written["samples"][0]["values"] == {"messages/s": 5.0}
    assert written["machine"]["cores"] == 2
