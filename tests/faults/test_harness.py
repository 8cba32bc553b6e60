"""The fault harness itself: its oracle detects every violation, its checks can fail, and its proxy can stop forwarding."""

import asyncio
import math

import pytest

from tests.faults.checks import RATIO_FLOOR_SECONDS, Result, count, duration, effect, figure, ratio
from tests.faults.oracle import Oracle, expected_text
from tests.faults.tcp_proxy import TcpProxy


@pytest.mark.parametrize(
    ("seqs", "violations"),
    [
        ([1, 2, 3, 4], {}),
        ([1, 2, 4], {"missing": 1}),
        ([3], {"missing": 2}),
        ([1, 2, 2, 3], {"repeated": 1}),
        ([1, 3, 2, 4], {"reordered": 1}),
        ([1, 3, 2, 2, 6], {"reordered": 1, "repeated": 1, "missing": 2}),
    ],
)
def test_oracle_detects_missing_repeated_and_reordered_turns(seqs: list[int], violations: dict[str, int]) -> None:
    oracle = Oracle("int_1")
    for seq in seqs:
        oracle.observe(seq, expected_text("int_1", seq))
    assert {kind: number for kind, number in oracle.violations().items() if number} == violations


def test_oracle_detects_the_text_of_another_turn_or_interview() -> None:
    oracle = Oracle("int_1")
    for text in (expected_text("int_1", 1), expected_text("int_2", 2), expected_text("int_1", 2)):
        oracle.observe(oracle.last + 1, text)
    assert oracle.violations()["wrong"] == 2


def test_check_without_a_measurement_never_holds() -> None:
    assert not duration("never happened", None, 5.0).holds()
    assert not duration("never happened", None, 5.0).holds(slack=10)
    assert not figure("no sample", math.nan, 2.0, "times").holds()
    assert not ratio("never happened", None, 0.1, 2.0).holds()
    assert not ratio("no baseline", 0.1, math.nan, 2.0).holds()


def test_slack_applies_to_figures_and_not_to_effects() -> None:
    assert duration("a delay", 0.2, 0.1).holds(slack=2)
    assert not duration("a delay", 0.2, 0.1).holds()
    assert not count("lost turns", 1).holds(slack=10)
    assert not effect("all arrived", False).holds(slack=10)


def test_ratio_is_the_same_on_a_machine_that_is_half_as_fast() -> None:
    for speed in (1.0, 0.5):
        assert ratio("recovered", 0.1 / speed, 0.05 / speed, 2.0).holds()
        assert not ratio("not recovered", 0.11 / speed, 0.05 / speed, 2.0).holds()


def test_ratio_ignores_differences_below_its_floor() -> None:
    assert ratio("fast", RATIO_FLOOR_SECONDS, RATIO_FLOOR_SECONDS / 10, 2.0).holds()
    assert not ratio("slow", 3 * RATIO_FLOOR_SECONDS, RATIO_FLOOR_SECONDS / 10, 2.0).holds()


def test_result_passes_only_if_every_check_holds() -> None:
    good, reported, bad = effect("arrived", True), duration("reported", 9.0), count("lost", 1)
    assert Result("Scenario", [good, reported], 0.0).passed
    assert not Result("Scenario", [good, bad], 0.0).passed


async def test_proxy_delivers_delayed_data_when_the_black_hole_ends() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(1024):
            writer.write(chunk)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server, TcpProxy(server.sockets[0].getsockname()[1]) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        async with proxy.black_hole():
            writer.write(b"delayed")
            # connections are still accepted
            _, second = await asyncio.open_connection("127.0.0.1", proxy.port)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.3)
        assert await reader.readexactly(7) == b"delayed"
        for connection in (writer, second):
            connection.close()
            await connection.wait_closed()
        assert await reader.read() == b""
