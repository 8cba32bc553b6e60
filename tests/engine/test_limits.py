"""Limits on operations while they are executed. tests/schema/test_response_limits.py checks them in the API."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from engine import limits
from engine.limits import ROW_BYTES, LoopShare, OperationLimits, Pacer, ReadMeter, ResponseMeter, estimate_bytes
from errors import ResponseTooLarge, TimedOut


@pytest.mark.parametrize(
    "value",
    [
        {"seq": 1, "text": "word " * 100, "turns": [{"id": "tur_000000000000000000000000", "interrupted": False}] * 20},
        ["", "ü" * 50, "😀" * 50, None, 4711, 0.5],
        {"nested": {"lists": [[{"deep": "x" * 10_000}] * 10] * 3}},
        "a leaf",
    ],
)
def test_estimated_size_is_about_that_of_the_json(value: Any) -> None:
    size = len(orjson.dumps(value))
    assert size * 0.9 <= estimate_bytes(value) <= size * 1.6 + 10


def test_execution_fails_once_it_has_exceeded_a_limit() -> None:
    meter = ResponseMeter(OperationLimits(response_bytes=1_000))
    meter.add_fields(3)
    meter.add_value({"text": "x" * 990})
    with pytest.raises(ResponseTooLarge, match=r"^The response would be larger than 0\.000953674 MB\. Request fewer items"):
        meter.add_fields(1)
    # later failures do not replace the first
    meter.fail(OperationLimits().timed_out())
    with pytest.raises(ResponseTooLarge):
        meter.add_fields(1)


def test_size_is_checked_when_the_last_object_is_complete() -> None:
    meter = ResponseMeter(OperationLimits(response_bytes=1_000))
    meter.add_value("x" * 1_000)
    assert meter.failure is None
    meter.check_bytes()
    assert isinstance(meter.failure, ResponseTooLarge)


def test_fields_and_errors_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_COST", 10)
    meter = ResponseMeter(OperationLimits())
    meter.add_fields(10)
    with pytest.raises(ResponseTooLarge):
        meter.add_fields(1)
    meter = ResponseMeter(OperationLimits(response_bytes=1_000))
    for _ in range(5):
        meter.add_error()
    with pytest.raises(ResponseTooLarge):
        meter.add_fields(1)


def test_time_is_checked_before_each_object() -> None:
    with pytest.raises(TimedOut):
        ResponseMeter(OperationLimits(seconds=0.0)).add_fields(1)


def test_rows_count_until_the_next_event() -> None:
    meter = ReadMeter(OperationLimits(response_bytes=2 * ROW_BYTES + 10))
    meter.add_row("12345")
    meter.add_row("12345")
    meter.reset()
    meter.add_row("12345")
    with pytest.raises(ResponseTooLarge):
        meter.add_row("x" * ROW_BYTES)


async def test_fields_go_on_a_few_in_each_iteration_and_what_they_need_next_is_requested_in_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "FIELDS_PER_ITERATION", 2)
    pacer = Pacer()
    iterations = 0
    turns: dict[int, int] = {}
    requests: list[int] = []

    async def count_iterations() -> None:
        nonlocal iterations
        while len(requests) < 5:
            iterations += 1
            await asyncio.sleep(0)

    async def complete(field: int) -> None:
        await pacer.wait_for_turn()
        turns[field] = iterations
        await pacer.wait_until_idle()
        requests.append(iterations)

    async with asyncio.TaskGroup() as tasks:
        cancelled, *_ = [tasks.create_task(complete(field)) for field in range(6)]
        tasks.create_task(count_iterations())
        await asyncio.sleep(0)
        cancelled.cancel()
    assert list(turns) == [1, 2, 3, 4, 5]
    assert max(Counter(turns.values()).values()) == 2
    assert len(set(requests)) == 1


class FakeTime:
    """A clock that only work moves, and that skips the pauses of a LoopShare."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.pauses: list[float] = []
        self._loop = asyncio.get_running_loop()
        self._call_later = self._loop.call_later
        monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(self._loop, "call_later", self._skip)

    def _skip(self, seconds: float, callback: Callable[..., object], *arguments: Any, **options: Any) -> asyncio.Handle:
        # servers of other tests have timers in this loop
        if not isinstance(getattr(callback, "__self__", None), LoopShare):
            return self._call_later(seconds, callback, *arguments, **options)
        self.pauses.append(round(seconds, 6))
        self.now += seconds
        return self._loop.call_soon(callback)


async def test_costly_operations_take_turns_and_leave_the_loop_free_as_their_share_demands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = FakeTime(monkeypatch)
    share = LoopShare(0.25)
    order: list[str] = []

    async def execute(operation: str, pieces: int) -> None:
        for _ in range(pieces):
            await share.turn()
            order.append(operation)
            clock.now += 0.003

    await asyncio.gather(execute("a", 3), execute("b", 2))
    # two pieces of 3 ms are a slice of 4 ms, and are followed by three times as long a pause
    assert order == ["a", "b", "a", "b", "a"]
    assert clock.pauses == [0.0, 0.018, 0.018]


async def test_first_piece_of_an_operation_waits_for_the_pause_after_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeTime(monkeypatch)
    share = LoopShare(0.25)
    await share.turn()
    clock.now += 1.0
    await asyncio.sleep(0)
    await share.turn()
    assert clock.pauses == [0.0, limits.MAX_PAUSE_SECONDS]


async def test_fields_of_a_costly_operation_and_its_reads_go_on_in_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeTime(monkeypatch)
    share = LoopShare(0.5)
    pacer, meter = Pacer(share), ReadMeter(OperationLimits(), share)

    async def complete_field() -> None:
        await pacer.wait_for_turn()
        clock.now += 0.005

    async def read() -> AsyncGenerator[str]:
        for _ in range(2 * limits.DOCUMENTS_PER_ITERATION):
            clock.now += 0.001
            yield "document"

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(complete_field())
    assert clock.pauses == [0.0, 0.005, 0.005]
    assert len([document async for document in meter.count(read())]) == 2 * limits.DOCUMENTS_PER_ITERATION
    assert len(clock.pauses) == 5
