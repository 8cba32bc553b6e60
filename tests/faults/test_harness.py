"""What `make faults` relies on: an oracle that sees every fault, checks that can fail, a line that can go dead."""

import asyncio
import math

import pytest

from tests.faults.checks import Result, count, effect, figure, seconds
from tests.faults.oracle import Oracle, text_of
from tests.faults.tcp_proxy import Proxy


@pytest.mark.parametrize(
    ("seqs", "faults"),
    [
        ([1, 2, 3, 4], {}),
        ([1, 2, 4], {"missing": 1}),
        ([3], {"missing": 2}),
        ([1, 2, 2, 3], {"repeated": 1}),
        ([1, 3, 2, 4], {"reordered": 1}),
        ([1, 3, 2, 2, 6], {"reordered": 1, "repeated": 1, "missing": 2}),
    ],
)
def test_the_oracle_sees_what_is_missing_repeated_and_out_of_order(seqs: list[int], faults: dict[str, int]) -> None:
    oracle = Oracle("int_1")
    for seq in seqs:
        oracle.take(seq, text_of("int_1", seq))
    assert {kind: number for kind, number in oracle.faults().items() if number} == faults


def test_the_oracle_sees_words_of_another_turn_or_interview() -> None:
    oracle = Oracle("int_1")
    for text in (text_of("int_1", 1), text_of("int_2", 2), text_of("int_1", 2)):
        oracle.take(oracle.last + 1, text)
    assert oracle.faults()["wrong"] == 2


def test_what_could_not_be_measured_is_not_as_asked() -> None:
    assert not seconds("never came", None, 5.0).holds()
    assert not seconds("never came", None, 5.0).holds(slack=10)
    assert not figure("no sample", math.nan, 2.0, "times").holds()


def test_only_figures_may_be_a_little_off() -> None:
    assert seconds("a delay", 0.2, 0.1).holds(slack=2)
    assert not seconds("a delay", 0.2, 0.1).holds()
    assert not count("lost turns", 1).holds(slack=10)
    assert not effect("all came", False).holds(slack=10)


def test_a_row_passes_when_all_of_it_is_as_asked() -> None:
    good, told, bad = effect("came", True), seconds("told", 9.0, None), count("lost", 1)
    assert Result("row", "Row", [good, told], 0.0).passed
    assert not Result("row", "Row", [good, bad], 0.0).passed


async def test_a_line_goes_dead_and_carries_everything_later() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(1024):
            writer.write(chunk)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server, Proxy(server.sockets[0].getsockname()[1]) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        async with proxy.black_hole():
            writer.write(b"meanwhile")
            # a connection is taken all the same
            _, second = await asyncio.open_connection("127.0.0.1", proxy.port)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.3)
        assert await reader.readexactly(9) == b"meanwhile"
        for one in (writer, second):
            one.close()
            await one.wait_closed()
        assert await reader.read() == b""
