from datetime import timedelta

import pytest
from bson import ObjectId

from live.hub import LiveHub
from live.messages import Interim
from models.documents.interview import Interview, InterviewStatus
from models.documents.turn import Speaker
from models.storage.clock import now
from models.writes.interview_updates import update_interview
from tests.factories import add_candidate_turn, make_interview
from tests.live.streams import RedisSubscriptions, collect_stream

pytestmark = pytest.mark.usefixtures("database")


def new_interim(
    interview: Interview, text: str, after_seq: int = 0, speaker: Speaker = Speaker.CANDIDATE, seconds_ago: int = 0
) -> Interim:
    return Interim(interview.id, speaker, text, after_seq, now() - timedelta(seconds=seconds_ago))


async def test_interims_arrive_as_they_are_published(live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_interims(interview.id)) as read:
        await redis_subscriptions.wait_for_interview(interview)
        said = [new_interim(interview, text) for text in ("I", "I think", "I think so")]
        for number, interim in enumerate(said, 1):
            await live.publish_interim(interim)
            assert await read.wait_for_first(number) == said[:number]


async def test_slow_follower_gets_only_the_newest_interim_per_speaker(
    live: LiveHub, redis_subscriptions: RedisSubscriptions
) -> None:
    interview = await make_interview()
    slow = live.follow_interims(interview.id)
    async with collect_stream(live.follow_interims(interview.id)) as read:
        await redis_subscriptions.wait_for_interview(interview)
        await live.publish_interim(new_interim(interview, "0"))
        await read.wait_for_first(1)
        assert (await anext(slow)).text == "0"
        for number in range(1, 6):
            await live.publish_interim(new_interim(interview, str(number)))
        await live.publish_interim(new_interim(interview, "Let me", speaker=Speaker.INTERVIEWER))
        await read.wait_until(lambda items: items[-1].text == "Let me")
        assert [(await anext(slow)).text for _ in range(2)] == ["5", "Let me"]
    await slow.aclose()


async def test_interims_replaced_by_a_stored_turn_are_dropped(live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_interims(interview.id)) as read:
        await redis_subscriptions.wait_for_interview(interview)
        await live.publish_interim(new_interim(interview, "I thi"))
        await read.wait_for_first(1)
        await live.publish_turn(await add_candidate_turn(interview, "I think so"))
        await live.publish_interim(new_interim(interview, "I think s", after_seq=0))
        await live.publish_interim(new_interim(interview, "Let me", after_seq=0, speaker=Speaker.INTERVIEWER))
        await live.publish_interim(new_interim(interview, "And", after_seq=1))
        assert [interim.text for interim in await read.wait_for_first(3)] == ["I thi", "Let me", "And"]


async def test_typing_is_news_for_some_seconds_only(live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_interims(interview.id)) as read:
        await redis_subscriptions.wait_for_interview(interview)
        await live.publish_interim(new_interim(interview, "", seconds_ago=20))
        await live.publish_interim(new_interim(interview, ""))
        await live.publish_interim(new_interim(interview, "Let me", speaker=Speaker.INTERVIEWER))
        assert {interim.text for interim in await read.wait_for_first(2)} == {"", "Let me"}


async def test_late_follower_gets_current_interims_only(live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_interims(interview.id)) as read:
        await redis_subscriptions.wait_for_interview(interview)
        await live.publish_interim(new_interim(interview, "done"))
        await read.wait_for_first(1)
        await live.publish_turn(await add_candidate_turn(interview, "done"))
        await live.publish_interim(new_interim(interview, "Let me", speaker=Speaker.INTERVIEWER))
        await read.wait_for_first(2)
        async with collect_stream(live.follow_interims(interview.id)) as late:
            await late.wait_for_first(1)
            await live.publish_interim(new_interim(interview, "next", after_seq=1))
            assert [interim.text for interim in await late.wait_for_first(2)] == ["Let me", "next"]


async def test_older_interim_does_not_replace_a_newer_one(live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_interims(interview.id)) as read:
        await redis_subscriptions.wait_for_interview(interview)
        await live.publish_interim(new_interim(interview, "newer"))
        await live.publish_interim(new_interim(interview, "overtaken", seconds_ago=1))
        await live.publish_interim(new_interim(interview, "newest"))
        assert [interim.text for interim in await read.wait_until(lambda items: bool(items) and items[-1].text == "newest")][
            -2:
        ] != [
            "overtaken",
            "newest",
        ]


async def test_interims_end_with_the_interview(live: LiveHub) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_interims(interview.id)) as read:
        assert await update_interview(interview.id, {}, {"status": InterviewStatus.COMPLETED})
        await read.wait_for_end()


@pytest.mark.parametrize("exists", [True, False])
async def test_interims_of_an_ended_or_unknown_interview_are_empty(live: LiveHub, exists: bool) -> None:
    interview_id = ObjectId((await make_interview(status=InterviewStatus.CANCELLED)).id) if exists else ObjectId()
    async with collect_stream(live.follow_interims(interview_id)) as read:
        assert await read.wait_for_end() == []
