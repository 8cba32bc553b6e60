from datetime import timedelta

import pytest
from bson import ObjectId

from live.feed import Live
from live.messages import Interim
from models.clock import now
from models.interview import Interview, InterviewStatus, change
from models.turn import Speaker
from tests.factories import make_interview, say
from tests.live.reading import Listeners, reading

pytestmark = pytest.mark.usefixtures("database")


def words(
    interview: Interview, text: str, after_seq: int = 0, speaker: Speaker = Speaker.CANDIDATE, seconds_ago: int = 0
) -> Interim:
    return Interim(ObjectId(interview.id), speaker, text, after_seq, now() - timedelta(seconds=seconds_ago))


async def test_what_is_being_said_arrives_as_it_is_said(live: Live, listeners: Listeners) -> None:
    interview = await make_interview()
    async with reading(live.follow_interims(ObjectId(interview.id))) as read:
        await listeners.of_interview(interview)
        said = [words(interview, text) for text in ("I", "I think", "I think so")]
        for number, interim in enumerate(said, 1):
            await live.publish_interim(interim)
            assert await read.first(number) == said[:number]


async def test_a_slow_follower_sees_only_the_newest_words_of_each_speaker(live: Live, listeners: Listeners) -> None:
    interview = await make_interview()
    slow = live.follow_interims(ObjectId(interview.id))
    async with reading(live.follow_interims(ObjectId(interview.id))) as read:
        await listeners.of_interview(interview)
        await live.publish_interim(words(interview, "0"))
        await read.first(1)
        assert (await anext(slow)).text == "0"
        for number in range(1, 6):
            await live.publish_interim(words(interview, str(number)))
        await live.publish_interim(words(interview, "Let me", speaker=Speaker.INTERVIEWER))
        await read.until(lambda items: items[-1].text == "Let me")
        assert [(await anext(slow)).text for _ in range(2)] == ["5", "Let me"]
    await slow.aclose()


async def test_words_that_a_stored_turn_replaced_are_dropped(live: Live, listeners: Listeners) -> None:
    interview = await make_interview()
    async with reading(live.follow_interims(ObjectId(interview.id))) as read:
        await listeners.of_interview(interview)
        await live.publish_interim(words(interview, "I thi"))
        await read.first(1)
        await live.publish_turn(await say(interview, "I think so"))
        await live.publish_interim(words(interview, "I think s", after_seq=0))
        await live.publish_interim(words(interview, "Let me", after_seq=0, speaker=Speaker.INTERVIEWER))
        await live.publish_interim(words(interview, "And", after_seq=1))
        assert [interim.text for interim in await read.first(3)] == ["I thi", "Let me", "And"]


async def test_who_joins_sees_what_is_being_said_but_not_what_became_a_turn(live: Live, listeners: Listeners) -> None:
    interview = await make_interview()
    async with reading(live.follow_interims(ObjectId(interview.id))) as read:
        await listeners.of_interview(interview)
        await live.publish_interim(words(interview, "done"))
        await read.first(1)
        await live.publish_turn(await say(interview, "done"))
        await live.publish_interim(words(interview, "Let me", speaker=Speaker.INTERVIEWER))
        await read.first(2)
        async with reading(live.follow_interims(ObjectId(interview.id))) as late:
            await late.first(1)
            await live.publish_interim(words(interview, "next", after_seq=1))
            assert [interim.text for interim in await late.first(2)] == ["Let me", "next"]


async def test_older_words_do_not_replace_newer_ones(live: Live, listeners: Listeners) -> None:
    interview = await make_interview()
    async with reading(live.follow_interims(ObjectId(interview.id))) as read:
        await listeners.of_interview(interview)
        await live.publish_interim(words(interview, "newer"))
        await live.publish_interim(words(interview, "overtaken", seconds_ago=1))
        await live.publish_interim(words(interview, "newest"))
        assert [interim.text for interim in await read.until(lambda items: bool(items) and items[-1].text == "newest")][-2:] != [
            "overtaken",
            "newest",
        ]


async def test_the_stream_ends_with_the_interview(live: Live) -> None:
    interview = await make_interview()
    async with reading(live.follow_interims(ObjectId(interview.id))) as read:
        assert await change(ObjectId(interview.id), {}, {"status": InterviewStatus.COMPLETED})
        await read.all()


@pytest.mark.parametrize("exists", [True, False])
async def test_there_is_nothing_to_hear_when_it_is_over_or_unknown(live: Live, exists: bool) -> None:
    interview_id = ObjectId((await make_interview(status=InterviewStatus.CANCELLED)).id) if exists else ObjectId()
    async with reading(live.follow_interims(interview_id)) as read:
        assert await read.all() == []
