"""Limits on operations while they are executed. tests/schema/test_response_limits.py checks them in the API."""

import asyncio
from collections import Counter
from typing import Any

import orjson
import pytest

from engine import limits
from engine.limits import ROW_BYTES, OperationLimits, Pacer, ReadMeter, ResponseMeter, estimate_bytes
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
