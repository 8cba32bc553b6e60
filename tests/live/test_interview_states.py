import asyncio
from itertools import pairwise
from unittest.mock import AsyncMock

import pytest
from bson import ObjectId

from live.hub import LiveHub
from models.documents.interview import Interview, InterviewStatus, get_interview
from models.writes.interview_erasure import mark_erased
from models.writes.interview_updates import update_interview
from tests.conftest import COALESCE_SECONDS
from tests.factories import make_interview
from tests.live.streams import collect_stream

pytestmark = pytest.mark.usefixtures("database")


async def set_last_seq(interview: Interview, last_seq: int) -> None:
    assert await update_interview(interview.id, {}, {"last_seq": last_seq})


async def test_current_state_comes_first_and_then_each_published_change(unpolled_live: LiveHub) -> None:
    interview = await make_interview()
    async with collect_stream(unpolled_live.follow_interview(interview.id)) as read:
        assert (await read.wait_for_first(1))[0].last_seq == 0
        await set_last_seq(interview, 1)
        await unpolled_live.publish_change(interview)
        assert [state.last_seq for state in await read.wait_for_first(2)] == [0, 1]


async def test_unpublished_change_arrives_with_the_poll(live: LiveHub) -> None:
    interview = await make_interview()
    async with collect_stream(live.follow_interview(interview.id)) as read:
        await read.wait_for_first(1)
        await set_last_seq(interview, 1)
        assert [state.last_seq for state in await read.wait_for_first(2)] == [0, 1]


async def test_frequent_changes_of_an_interview_are_coalesced_and_include_the_last(live: LiveHub) -> None:
    interview = await make_interview()
    loop = asyncio.get_running_loop()
    times = []
    states = live.follow_interview(interview.id)
    await anext(states)
    times.append(loop.time())

    async def change_often() -> None:
        for number in range(1, 31):
            await set_last_seq(interview, number)
            await live.publish_change(interview)

    changing = asyncio.create_task(change_often())
    async for state in states:
        times.append(loop.time())
        if state.last_seq == 30:
            break
    await changing
    await states.aclose()
    assert min(later - earlier for earlier, later in pairwise(times)) >= COALESCE_SECONDS * 0.9
    assert len(times) < 10


async def test_stream_continues_after_end_and_erasure(live: LiveHub) -> None:
    interview = await make_interview(status=InterviewStatus.COMPLETED)
    async with collect_stream(live.follow_interview(interview.id)) as read:
        await read.wait_for_first(1)
        assert await update_interview(interview.id, {}, {"evaluated": True})
        assert (await read.wait_for_first(2))[1].evaluated
        await mark_erased(interview.id)
        assert (await read.wait_for_first(3))[2].erased_at
        assert not read.ended


async def test_states_of_an_unknown_interview_end_immediately(live: LiveHub) -> None:
    async with collect_stream(live.follow_interview(ObjectId())) as read:
        assert await read.wait_for_end() == []


async def test_followers_of_an_interview_share_reads(unpolled_live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    interview = await make_interview()
    everybody = [unpolled_live.follow_interview(interview.id) for _ in range(20)]
    await asyncio.gather(*(anext(states) for states in everybody))
    read = AsyncMock(wraps=get_interview)
    monkeypatch.setattr("live.interview_feed.get_interview", read)
    coming = [asyncio.ensure_future(anext(states)) for states in everybody]
    await set_last_seq(interview, 1)
    await unpolled_live.publish_change(interview)
    assert {state.last_seq for state in await asyncio.gather(*coming)} == {1}
    # one read for this change, and one more if the first watermark was late
    assert read.await_count <= 2
    for states in everybody:
        await states.aclose()
