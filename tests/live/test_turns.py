"""Turns reach every follower in order, each once, whatever happens to messages and to those who follow."""

import asyncio

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect

from live.feed import Live
from live.followed import BATCH, RECENT
from models.erasure import delete_erased, mark_erased
from models.follow import Marks, read_marks
from models.interview import Interview, InterviewStatus, change
from models.turn import Turn, read_turns
from settings import Settings
from tests.factories import make_interview, say
from tests.live.reading import PATIENCE_SECONDS, Reading, reading

pytestmark = pytest.mark.usefixtures("database")


def seqs(turns: list[Turn]) -> list[int]:
    return [turn.seq for turn in turns]


def up_to(last: int) -> list[int]:
    return list(range(1, last + 1))


def id_of(interview: Interview) -> ObjectId:
    return ObjectId(interview.id)


async def end(interview: Interview, status: InterviewStatus = InterviewStatus.COMPLETED) -> None:
    assert await change(id_of(interview), {}, {"status": status})


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cursors with which MongoDB has been asked for turns."""
    cursors: list[int] = []

    async def counted(interview_id: ObjectId, after: int, limit: int) -> list[Turn]:
        cursors.append(after)
        return await read_turns(interview_id, after, limit)

    monkeypatch.setattr("live.followed.read_turns", counted)
    return cursors


async def speak(live: Live, interview: Interview, count: int) -> list[Turn]:
    """Store and publish turns, one after the other."""
    spoken = []
    for number in range(count):
        spoken.append(await say(interview, f"answer {number}"))
        await live.publish_turn(spoken[-1])
    return spoken


async def settle(live: Live, interview: Interview, read: Reading[Turn], reads: list[int], count: int) -> list[Turn]:
    """Speak until that many turns in a row have come without a read; answers these.

    The first marks, and those that a subscription asks for, may come between a turn and its message: then it is read.
    """
    while True:
        reads.clear()
        spoken = await speak(live, interview, count)
        await read.first(spoken[-1].seq)
        if not reads:
            return spoken


async def test_a_late_joiner_gets_every_turn_and_then_those_to_come(live: Live) -> None:
    interview = await make_interview()
    stored = [await say(interview, f"answer {number}") for number in range(3)]
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        assert await read.first(3) == stored
        stored.append(await say(interview, "one more"))
        await live.publish_turn(stored[-1])
        assert await read.first(4) == stored


async def test_a_history_longer_than_one_read_comes_whole(live: Live) -> None:
    interview = await make_interview()
    for number in range(BATCH + 5):
        await say(interview, f"answer {number}")
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        assert seqs(await read.first(BATCH + 5)) == up_to(BATCH + 5)


async def test_a_client_that_comes_back_gets_only_what_it_does_not_hold(live: Live) -> None:
    interview = await make_interview()
    for number in range(5):
        await say(interview, f"answer {number}")
    async with reading(live.follow_turns(id_of(interview), 3)) as read:
        assert seqs(await read.first(2)) == [4, 5]


async def test_published_turns_are_delivered_without_asking_mongodb(unpolled_live: Live, reads: list[int]) -> None:
    interview = await make_interview()
    async with reading(unpolled_live.follow_turns(id_of(interview), 0)) as read, asyncio.timeout(PATIENCE_SECONDS):
        spoken = await settle(unpolled_live, interview, read, reads, 8)
        assert read.items[-8:] == spoken
        assert seqs(read.items) == up_to(len(read.items))


async def test_a_follower_a_little_behind_is_served_from_memory(unpolled_live: Live, reads: list[int]) -> None:
    interview = await make_interview()
    async with reading(unpolled_live.follow_turns(id_of(interview), 0)) as read, asyncio.timeout(PATIENCE_SECONDS):
        spoken = await settle(unpolled_live, interview, read, reads, RECENT)
        async with reading(unpolled_live.follow_turns(id_of(interview), spoken[-5].seq)) as other:
            assert await other.first(4) == spoken[-4:]
    assert reads == []


async def test_a_turn_that_was_never_published_arrives_with_the_next_poll(live: Live) -> None:
    interview = await make_interview()
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        await live.publish_turn(await say(interview, "carried"))
        await read.first(1)
        await say(interview, "its process died between commit and publish")
        assert seqs(await read.first(2)) == [1, 2]


async def test_messages_out_of_order_and_repeated_change_nothing(unpolled_live: Live) -> None:
    interview = await make_interview()
    turns = [await say(interview, f"answer {number}") for number in range(6)]
    async with reading(unpolled_live.follow_turns(id_of(interview), 0)) as read:
        await read.first(6)
        turns += [await say(interview, f"answer {number}") for number in range(6, 12)]
        for place in (1, 8, 11, 6, 6, 7, 0, 10, 9, 11):
            await unpolled_live.publish_turn(turns[place])
        assert await read.first(12) == turns
        last = await say(interview, "the last")
        await unpolled_live.publish_turn(last)
        assert await read.first(13) == [*turns, last]


async def test_what_we_did_not_publish_harms_nobody(live: Live, settings: Settings) -> None:
    interview, other = await make_interview(), await make_interview()
    foreign = await say(other, "of another interview")
    channel = f"{settings.redis.prefix}:interview:{interview.id}"
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        await live.publish_turn(await say(interview, "first"))
        await read.first(1)
        for rubbish in ("", "{", '{"Turn":{}}', "\ud7ff", '{"Turn":{"seq":7,"text":""}}'):
            await live._broadcast.publish(channel, rubbish)
        await live._publish(channel, foreign)
        await live.publish_turn(await say(interview, "second"))
        assert [turn.text for turn in await read.first(2)] == ["first", "second"]


async def test_fifty_first_followers_at_once_all_get_everything_from_one_read(unpolled_live: Live, reads: list[int]) -> None:
    interview = await make_interview()
    first = await say(interview, "first")
    everybody = [unpolled_live.follow_turns(id_of(interview), 0) for _ in range(50)]
    assert await asyncio.gather(*(anext(turns) for turns in everybody)) == [first] * 50
    # the first one's answer comes after the marks or before them
    assert len(reads) <= 2
    async with reading(unpolled_live.follow_turns(id_of(interview), 0)) as read, asyncio.timeout(PATIENCE_SECONDS):
        spoken = await settle(unpolled_live, interview, read, reads, 8)
        for turns in everybody:
            while (await anext(turns)).seq < spoken[-1].seq:
                pass
        # who was far behind has read
        reads.clear()
        coming = [asyncio.ensure_future(anext(turns)) for turns in everybody]
        lost = await say(interview, "lost")
        await unpolled_live.publish_turn(await say(interview, "carried"))
        assert await asyncio.gather(*coming) == [lost] * 50
    assert len(reads) == 1
    for turns in everybody:
        await turns.aclose()


async def test_a_slow_follower_gets_everything_later_and_holds_up_nobody(live: Live) -> None:
    interview = await make_interview()
    slow = live.follow_turns(id_of(interview), 0)
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        await live.publish_turn(await say(interview, "first"))
        assert (await anext(slow)).seq == 1
        last = 1 + 2 * RECENT
        for number in range(2, last + 1):
            await live.publish_turn(await say(interview, f"answer {number}"))
        assert seqs(await read.first(last)) == up_to(last)
        assert [(await anext(slow)).seq for _ in range(last - 1)] == up_to(last)[1:]
    await slow.aclose()


async def test_the_stream_ends_after_the_last_turn_of_an_interview_that_is_over(unpolled_live: Live) -> None:
    interview = await make_interview()
    async with reading(unpolled_live.follow_turns(id_of(interview), 0)) as read:
        await unpolled_live.publish_turn(await say(interview, "first"))
        await read.first(1)
        await say(interview, "last words")
        await end(interview)
        await unpolled_live.publish_change(ObjectId(interview.organization_id), id_of(interview))
        assert seqs(await read.all()) == [1, 2]


async def test_an_end_that_was_not_published_is_found_by_the_poll(live: Live) -> None:
    interview = await make_interview()
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        await say(interview, "last words")
        await end(interview, InterviewStatus.FAILED)
        assert seqs(await read.all()) == [1]


async def test_an_interview_that_is_ending_may_still_say_its_last_words(live: Live) -> None:
    interview = await make_interview()
    await say(interview, "first")
    await end(interview, InterviewStatus.ENDING)
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        await read.first(1)
        async with asyncio.timeout(None):
            await read_marks([id_of(interview)])
        assert not read.ended
        await end(interview)
        assert seqs(await read.all()) == [1]


@pytest.mark.parametrize("after", [0, 1, 2, 7])
async def test_a_stream_of_an_interview_that_is_over_ends_after_what_is_stored(live: Live, after: int) -> None:
    interview = await make_interview()
    for text in ("first", "second"):
        await say(interview, text)
    await end(interview)
    async with reading(live.follow_turns(id_of(interview), after)) as read:
        assert seqs(await read.all()) == [1, 2][after:]


async def test_erasure_ends_the_stream(live: Live) -> None:
    interview = await make_interview()
    await say(interview, "first")
    async with reading(live.follow_turns(id_of(interview), 0)) as read, reading(live.follow_turns(id_of(interview), 5)) as ahead:
        await read.first(1)
        await mark_erased(id_of(interview))
        await delete_erased(id_of(interview))
        assert seqs(await read.all()) == [1]
        assert await ahead.all() == []


async def test_an_unknown_interview_ends_at_once(live: Live) -> None:
    async with reading(live.follow_turns(ObjectId(), 0)) as read:
        assert await read.all() == []


async def test_followers_outlive_an_absent_mongodb(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    interview = await make_interview()
    away = True

    async def failing_turns(interview_id: ObjectId, after: int, limit: int) -> list[Turn]:
        if away:
            raise AutoReconnect("away")
        return await read_turns(interview_id, after, limit)

    refused = asyncio.Event()

    async def failing_marks(interview_ids: set[ObjectId]) -> dict[ObjectId, Marks]:
        if away:
            refused.set()
            raise AutoReconnect("away")
        return await read_marks(interview_ids)

    monkeypatch.setattr("live.followed.read_turns", failing_turns)
    monkeypatch.setattr("live.watch.read_marks", failing_marks)
    async with reading(live.follow_turns(id_of(interview), 0)) as read:
        await say(interview, "first")
        await refused.wait()
        away = False
        assert seqs(await read.first(1)) == [1]
