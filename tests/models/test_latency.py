"""Latency percentiles of spoken replies."""

import pytest
from bson import ObjectId

from models.documents.interview import Interview
from models.documents.turn import Channel, Latency, Speaker
from models.reads.reply_latency import ReplyLatency, read_reply_latencies, summarize_latencies
from models.writes.append_turns import append_candidate_turn, append_interviewer_turns
from tests.factories import make_interview, new_interviewer_update, new_turn


def heard_latencies(*seconds: float | None) -> list[Latency]:
    return [Latency(heard=value) for value in seconds]


def test_percentiles_use_the_nearest_rank() -> None:
    hundred = summarize_latencies(heard_latencies(*(float(number) for number in range(100, 0, -1))))
    assert (hundred.replies, hundred.p50.heard, hundred.p95.heard) == (100, 50.0, 95.0)
    one = summarize_latencies(heard_latencies(0.7))
    assert (one.p50.heard, one.p95.heard) == (0.7, 0.7)
    three = summarize_latencies(heard_latencies(0.3, 0.1, 0.2))
    assert (three.p50.heard, three.p95.heard) == (0.2, 0.3)


def test_unobserved_stages_are_ignored() -> None:
    summed = summarize_latencies([Latency(heard=1.0), Latency(final=0.2, heard=2.0), Latency(heard=None)])
    assert (summed.replies, summed.p95) == (3, Latency(final=0.2, heard=2.0))


async def make_spoken_interview(seconds: list[float | None]) -> Interview:
    """Return an interview with a spoken reply per latency; None is a reply without one."""
    interview = await make_interview()
    interview_id = interview.id
    for number, value in enumerate(seconds, 1):
        said, *_ = await append_candidate_turn(interview_id, new_turn(f"item:c{number}", speaker=Speaker.CANDIDATE))
        latency = None if value is None else Latency(final=0.1, heard=value)
        reply = new_turn(f"item:i{number}", channel=Channel.VOICE, latency=latency)
        await append_interviewer_turns(interview_id, [reply], new_interviewer_update(answers=said.seq))
    return interview


@pytest.mark.usefixtures("database")
async def test_latencies_are_reported_per_interview_and_not_for_typed_ones() -> None:
    slow, fast, typed = (
        await make_spoken_interview([2.0, 4.0, None]),
        await make_spoken_interview([0.5]),
        await make_spoken_interview([None]),
    )
    found = await read_reply_latencies([interview.id for interview in (slow, fast, typed)] + [ObjectId()])
    assert found == {
        slow.id: ReplyLatency(2, Latency(final=0.1, heard=2.0), Latency(final=0.1, heard=4.0)),
        fast.id: ReplyLatency(1, Latency(final=0.1, heard=0.5), Latency(final=0.1, heard=0.5)),
    }
