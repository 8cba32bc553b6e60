"""Turns reach every follower in order, each once, whatever happens to messages and followers."""

import asyncio

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect

from live.hub import LiveHub
from live.interview_feed import MAX_CACHED_TURNS, TURN_BATCH_SIZE
from models.documents.interview import ErasureScope, Interview, InterviewStatus
from models.documents.turn import Turn, read_turns
from models.reads.watermarks import Watermark, read_watermarks
from models.writes.interview_erasure import delete_erased, mark_erased
from models.writes.interview_updates import update_interview
from settings import Settings
from tests.factories import add_candidate_turn, make_interview
from tests.helpers import TIMEOUT_SECONDS, wait_until
from tests.live.streams import StreamCollector, collect_stream

pytestmark = pytest.mark.usefixtures("database")


def seqs(turns: list[Turn]) -> list[int]:
    return [turn.seq for turn in turns]


def seqs_up_to(last: int) -> list[int]:
    return list(range(1, last + 1))


async def end_interview(interview: Interview, status: InterviewStatus = InterviewStatus.COMPLETED) -> None:
    assert await update_interview(interview.id, {}, {"status": status})


@pytest.fixture
def turn_read_cursors(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cursors of the reads of turns from MongoDB."""
    cursors: list[int] = []

    async def counted(interview_id: ObjectId, after: int, limit: int) -> list[Turn]:
        cursors.append(after)
        return await read_turns(interview_id, after, limit)

    monkeypatch.setattr("live.interview_feed.read_turns", counted)
    return cursors


async def publish_turns(live: LiveHub, interview: Interview, count: int) -> list[Turn]:
    """Store and publish turns one by one."""
    spoken = []
    for number in range(count):
        spoken.append(await add_candidate_turn(interview, f"answer {number}"))
        await live.publish_turn(spoken[-1])
    return spoken


async def publish_until_no_reads(
    live: LiveHub, interview: Interview, collector: StreamCollector[Turn], turn_read_cursors: list[int], count: int
) -> list[Turn]:
    """Publish turns until `count` in a row arrive without a read, and return these.

    A watermark that arrives between a turn and its message causes a read.
    """
    while True:
        turn_read_cursors.clear()
        spoken = await publish_turns(live, interview, count)
        await collector.wait_for_first(spoken[-1].seq)
        if not turn_read_cursors:
            return spoken


async def test_late_follower_gets_stored_and_then_new_turns(live: LiveHub) -> None:
    interview = await make_interview()
    stored = [await add_candidate_turn(interview, f"answer {number}") for number in range(3)]
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        assert await read.wait_for_first(3) == stored
        stored.append(await add_candidate_turn(interview, "one more"))
        await live.publish_turn(stored[-1])
        assert await read.wait_for_first(4) == stored


async def test_history_longer_than_one_batch_is_complete(live: LiveHub) -> None:
    interview = await make_interview()
    for number in range(TURN_BATCH_SIZE + 5):
        await add_candidate_turn(interview, f"answer {number}")
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        assert seqs(await read.wait_for_first(TURN_BATCH_SIZE + 5)) == seqs_up_to(TURN_BATCH_SIZE + 5)


async def test_reconnecting_client_gets_only_turns_after_its_cursor(live: LiveHub) -> None:
    interview = await make_interview()
    for number in range(5):
        await add_candidate_turn(interview, f"answer {number}")
    async with collect_stream(live.follow_turns(interview.id, 3)) as read:
        assert seqs(await read.wait_for_first(2)) == [4, 5]


async def test_published_turns_are_delivered_without_reading_mongodb(
    unpolled_live: LiveHub, turn_read_cursors: list[int]
) -> None:
    interview = await make_interview()
    async with collect_stream(unpolled_live.follow_turns(interview.id, 0)) as read, asyncio.timeout(TIMEOUT_SECONDS):
        spoken = await publish_until_no_reads(unpolled_live, interview, read, turn_read_cursors, 8)
        assert read.items[-8:] == spoken
        assert seqs(read.items) == seqs_up_to(len(read.items))


async def test_follower_slightly_behind_is_served_from_the_cache(unpolled_live: LiveHub, turn_read_cursors: list[int]) -> None:
    interview = await make_interview()
    async with collect_stream(unpolled_live.follow_turns(interview.id, 0)) as read, asyncio.timeout(TIMEOUT_SECONDS):
        spoken = await publish_until_no_reads(unpolled_live, interview, read, turn_read_cursors, MAX_CACHED_TURNS)
        async with collect_stream(unpolled_live.follow_turns(interview.id, spoken[-5].seq)) as other:
            assert await other.wait_for_first(4) == spoken[-4:]
    assert turn_read_cursors == []


async def test_unpublished_turn_arrives_with_the_next_poll(live: LiveHub) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        await live.publish_turn(await add_candidate_turn(interview, "carried"))
        await read.wait_for_first(1)
        await add_candidate_turn(interview, "its process died between commit and publish")
        assert seqs(await read.wait_for_first(2)) == [1, 2]


async def test_reordered_and_repeated_messages_change_nothing(unpolled_live: LiveHub) -> None:
    interview = await make_interview()
    turns = [await add_candidate_turn(interview, f"answer {number}") for number in range(6)]
    async with collect_stream(unpolled_live.follow_turns(interview.id, 0)) as read:
        await read.wait_for_first(6)
        turns += [await add_candidate_turn(interview, f"answer {number}") for number in range(6, 12)]
        for place in (1, 8, 11, 6, 6, 7, 0, 10, 9, 11):
            await unpolled_live.publish_turn(turns[place])
        assert await read.wait_for_first(12) == turns
        last = await add_candidate_turn(interview, "the last")
        await unpolled_live.publish_turn(last)
        assert await read.wait_for_first(13) == [*turns, last]


async def test_foreign_messages_are_ignored(live: LiveHub, settings: Settings) -> None:
    interview, other = await make_interview(), await make_interview()
    foreign = await add_candidate_turn(other, "of another interview")
    channel = f"{settings.redis.prefix}:interview:{interview.id}"
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        await live.publish_turn(await add_candidate_turn(interview, "first"))
        await read.wait_for_first(1)
        for rubbish in ("", "{", '{"Turn":{}}', "\ud7ff", '{"Turn":{"seq":7,"text":""}}'):
            await live._broadcast.publish(channel, rubbish)
        await live._publish(channel, foreign)
        await live.publish_turn(await add_candidate_turn(interview, "second"))
        assert [turn.text for turn in await read.wait_for_first(2)] == ["first", "second"]


async def test_concurrent_followers_share_one_read(unpolled_live: LiveHub, turn_read_cursors: list[int]) -> None:
    interview = await make_interview()
    first = await add_candidate_turn(interview, "first")
    everybody = [unpolled_live.follow_turns(interview.id, 0) for _ in range(50)]
    assert await asyncio.gather(*(anext(turns) for turns in everybody)) == [first] * 50
    # the first read may finish before or after the watermark
    assert len(turn_read_cursors) <= 2
    async with collect_stream(unpolled_live.follow_turns(interview.id, 0)) as read, asyncio.timeout(TIMEOUT_SECONDS):
        spoken = await publish_until_no_reads(unpolled_live, interview, read, turn_read_cursors, 8)
        for turns in everybody:
            while (await anext(turns)).seq < spoken[-1].seq:
                pass
        # followers that were far behind have read by now
        turn_read_cursors.clear()
        coming = [asyncio.ensure_future(anext(turns)) for turns in everybody]
        lost = await add_candidate_turn(interview, "lost")
        await unpolled_live.publish_turn(await add_candidate_turn(interview, "carried"))
        assert await asyncio.gather(*coming) == [lost] * 50
    assert len(turn_read_cursors) == 1
    for turns in everybody:
        await turns.aclose()


async def test_slow_follower_gets_everything_and_delays_nobody(live: LiveHub) -> None:
    interview = await make_interview()
    slow = live.follow_turns(interview.id, 0)
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        await live.publish_turn(await add_candidate_turn(interview, "first"))
        assert (await anext(slow)).seq == 1
        last = 1 + 2 * MAX_CACHED_TURNS
        for number in range(2, last + 1):
            await live.publish_turn(await add_candidate_turn(interview, f"answer {number}"))
        assert seqs(await read.wait_for_first(last)) == seqs_up_to(last)
        assert [(await anext(slow)).seq for _ in range(last - 1)] == seqs_up_to(last)[1:]
    await slow.aclose()


async def test_stream_ends_after_the_last_turn_of_an_ended_interview(unpolled_live: LiveHub) -> None:
    interview = await make_interview()
    async with collect_stream(unpolled_live.follow_turns(interview.id, 0)) as read:
        await unpolled_live.publish_turn(await add_candidate_turn(interview, "first"))
        await read.wait_for_first(1)
        await add_candidate_turn(interview, "last words")
        await end_interview(interview)
        await unpolled_live.publish_change(interview)
        assert seqs(await read.wait_for_end()) == [1, 2]


async def test_unpublished_end_is_found_by_the_poll(live: LiveHub) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        await add_candidate_turn(interview, "last words")
        await end_interview(interview, InterviewStatus.FAILED)
        assert seqs(await read.wait_for_end()) == [1]


async def test_stream_continues_while_the_interview_is_ending(live: LiveHub) -> None:
    interview = await make_interview()
    await add_candidate_turn(interview, "first")
    await end_interview(interview, InterviewStatus.ENDING)
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        await read.wait_for_first(1)
        async with asyncio.timeout(None):
            await read_watermarks([interview.id])
        assert not read.ended
        await end_interview(interview)
        assert seqs(await read.wait_for_end()) == [1]


@pytest.mark.parametrize("after", [0, 1, 2, 7])
async def test_stream_of_an_ended_interview_ends_after_its_stored_turns(live: LiveHub, after: int) -> None:
    interview = await make_interview()
    for text in ("first", "second"):
        await add_candidate_turn(interview, text)
    await end_interview(interview)
    async with collect_stream(live.follow_turns(interview.id, after)) as read:
        assert seqs(await read.wait_for_end()) == [1, 2][after:]


async def test_erasure_ends_the_stream(live: LiveHub) -> None:
    interview = await make_interview()
    await add_candidate_turn(interview, "first")
    async with (
        collect_stream(live.follow_turns(interview.id, 0)) as read,
        collect_stream(live.follow_turns(interview.id, 5)) as ahead,
    ):
        await read.wait_for_first(1)
        await mark_erased(interview.id)
        await delete_erased(interview.id)
        assert seqs(await read.wait_for_end()) == [1]
        assert await ahead.wait_for_end() == []


async def test_cached_turns_of_an_erased_transcript_are_forgotten(live: LiveHub) -> None:
    interview = await make_interview()
    async with (
        collect_stream(live.follow_interview(interview.id)) as states,  # follows the interview during the whole test
        collect_stream(live.follow_turns(interview.id, 0)) as read,
    ):
        await publish_turns(live, interview, 3)
        await read.wait_for_first(3)
        await end_interview(interview)
        await read.wait_for_end()
        await mark_erased(interview.id, ErasureScope.TRANSCRIPT)
        await delete_erased(interview.id)
        await states.wait_until(lambda seen: seen[-1].last_seq == 0)

        async def are_forgotten() -> bool:
            async with collect_stream(live.follow_turns(interview.id, 0)) as later:
                return await later.wait_for_end() == []

        # the feed learns it from its next watermark
        await wait_until(are_forgotten)


async def test_turns_of_an_unknown_interview_end_immediately(live: LiveHub) -> None:
    async with collect_stream(live.follow_turns(ObjectId(), 0)) as read:
        assert await read.wait_for_end() == []


async def test_followers_survive_a_mongodb_outage(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    interview = await make_interview()
    away = True

    async def failing_turns(interview_id: ObjectId, after: int, limit: int) -> list[Turn]:
        if away:
            raise AutoReconnect("away")
        return await read_turns(interview_id, after, limit)

    refused = asyncio.Event()

    async def failing_marks(interview_ids: set[ObjectId]) -> dict[ObjectId, Watermark]:
        if away:
            refused.set()
            raise AutoReconnect("away")
        return await read_watermarks(interview_ids)

    monkeypatch.setattr("live.interview_feed.read_turns", failing_turns)
    monkeypatch.setattr("live.poller.read_watermarks", failing_marks)
    async with collect_stream(live.follow_turns(interview.id, 0)) as read:
        await add_candidate_turn(interview, "first")
        await refused.wait()
        away = False
        assert seqs(await read.wait_for_first(1)) == [1]
