import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from live.hub import LiveHub
from live.messages import Changed
from live.organization_feed import OVERLAP
from models.documents.interview import Interview
from models.reads.watermarks import read_server_time
from models.writes.interview_updates import update_interview
from tests.conftest import COALESCE_SECONDS
from tests.factories import make_interview, make_position
from tests.live.streams import RedisSubscriptions, StreamCollector, collect_stream

pytestmark = pytest.mark.usefixtures("database")


async def make_old_interviews(count: int) -> list[Interview]:
    """Return interviews of one organization that changed too long ago for a new follower to get them."""
    position = await make_position()
    long_ago = await read_server_time() - 2 * OVERLAP
    return [await make_interview(position, updated_at=long_ago) for _ in range(count)]


async def set_last_seq(interview: Interview, last_seq: int) -> None:
    assert await update_interview(interview.id, {}, {"last_seq": last_seq})


def last_item_is(interview: Interview, last_seq: int | None = None) -> Callable[[list[Interview]], bool]:
    """Return a condition: the last item is this interview, with this last_seq if given."""
    return lambda items: items[-1].id == interview.id and last_seq in (None, items[-1].last_seq)


async def wait_until_feed_is_live(collector: StreamCollector[Interview], interview: Interview, live: LiveHub) -> None:
    """Change this interview, and wait until the feed delivers it."""
    await set_last_seq(interview, 1)
    await live.publish_change(interview)
    await collector.wait_until(lambda items: any(item.id == interview.id for item in items))


async def test_published_changes_arrive_immediately(unpolled_live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    first, second, third = await make_old_interviews(3)
    async with collect_stream(unpolled_live.follow_interviews(first.organization_id)) as read:
        await redis_subscriptions.wait_for_organization(first)
        await wait_until_feed_is_live(read, first, unpolled_live)
        for interview in (third, second):
            await set_last_seq(interview, 7)
            await unpolled_live.publish_change(interview)
        await read.wait_for_first(3)
        assert {(item.id, item.last_seq) for item in read.items} == {(first.id, 1), (second.id, 7), (third.id, 7)}


async def test_unpublished_changes_and_new_interviews_arrive_with_the_poll(live: LiveHub) -> None:
    (interview,) = await make_old_interviews(1)
    async with collect_stream(live.follow_interviews(interview.organization_id)) as read:
        await set_last_seq(interview, 1)
        assert (await read.wait_for_first(1))[0].id == interview.id
        new = await make_interview(organization_id=interview.organization_id)
        assert (await read.wait_for_first(2))[1].id == new.id


async def test_change_between_call_and_first_item_is_not_lost(unpolled_live: LiveHub) -> None:
    (interview,) = await make_old_interviews(1)
    changes = unpolled_live.follow_interviews(interview.organization_id)
    await set_last_seq(interview, 1)
    async with collect_stream(changes) as read:
        assert (await read.wait_for_first(1))[0].last_seq == 1


async def test_second_follower_gets_recent_changes(unpolled_live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    (interview,) = await make_old_interviews(1)
    async with collect_stream(unpolled_live.follow_interviews(interview.organization_id)) as read:
        await redis_subscriptions.wait_for_organization(interview)
        await wait_until_feed_is_live(read, interview, unpolled_live)
        async with collect_stream(unpolled_live.follow_interviews(interview.organization_id)) as late:
            assert [item.last_seq for item in await late.wait_for_first(1)] == [1]


async def test_change_found_by_both_follower_and_feed_is_delivered_once(
    unpolled_live: LiveHub, redis_subscriptions: RedisSubscriptions
) -> None:
    first, second, third = await make_old_interviews(3)
    async with collect_stream(unpolled_live.follow_interviews(first.organization_id)) as read:
        await redis_subscriptions.wait_for_organization(first)
        await wait_until_feed_is_live(read, first, unpolled_live)
        # not published to the feed: the late follower finds it when it starts
        await set_last_seq(second, 5)
        async with collect_stream(unpolled_live.follow_interviews(first.organization_id)) as late:
            await late.wait_for_first(2)
            await set_last_seq(third, 6)
            for interview in (second, third):
                await unpolled_live.publish_change(interview)
                await read.wait_until(last_item_is(interview))
            assert [item.id for item in await late.wait_for_first(3)] == [first.id, second.id, third.id]


async def test_change_committed_late_is_found(live: LiveHub) -> None:
    early, late = await make_old_interviews(2)
    async with collect_stream(live.follow_interviews(early.organization_id)) as read:
        await set_last_seq(early, 1)
        await read.wait_for_first(1)
        # its time is before that of the interview delivered already
        updated_at = await read_server_time() - OVERLAP + timedelta(seconds=3)
        await late.set({"updated_at": updated_at, "last_seq": 2})
        assert [item.id for item in await read.wait_for_first(2)] == [early.id, late.id]


async def test_frequent_changes_in_an_organization_are_coalesced_and_include_the_last(
    unpolled_live: LiveHub, redis_subscriptions: RedisSubscriptions
) -> None:
    (interview,) = await make_old_interviews(1)
    loop = asyncio.get_running_loop()
    async with collect_stream(unpolled_live.follow_interviews(interview.organization_id)) as read:
        await redis_subscriptions.wait_for_organization(interview)
        began = loop.time()
        for number in range(1, 31):
            await set_last_seq(interview, number)
            await unpolled_live.publish_change(interview)
        await read.wait_until(lambda items: bool(items) and items[-1].last_seq == 30)
        assert len(read.items) <= 2 + (loop.time() - began) / COALESCE_SECONDS


async def test_slow_follower_gets_the_newest_state_once(unpolled_live: LiveHub, redis_subscriptions: RedisSubscriptions) -> None:
    first, second = await make_old_interviews(2)
    slow = unpolled_live.follow_interviews(first.organization_id)
    async with collect_stream(unpolled_live.follow_interviews(first.organization_id)) as read:
        await redis_subscriptions.wait_for_organization(first)
        await wait_until_feed_is_live(read, first, unpolled_live)
        assert (await anext(slow)).id == first.id
        for number in range(2, 5):
            await set_last_seq(second, number)
            await unpolled_live.publish_change(second)
            await read.wait_until(last_item_is(second, number))
        assert (await anext(slow)).last_seq == 4
    await slow.aclose()


async def test_interview_of_another_organization_is_never_delivered(
    live: LiveHub, redis_subscriptions: RedisSubscriptions
) -> None:
    (own,), (foreign,) = await make_old_interviews(1), await make_old_interviews(1)
    async with collect_stream(live.follow_interviews(own.organization_id)) as read:
        await redis_subscriptions.wait_for_organization(own)
        await set_last_seq(foreign, 1)
        # a message on the wrong channel names it
        await live._publish(live._organization_channel(own.organization_id), Changed(foreign.id))
        await wait_until_feed_is_live(read, own, live)
        assert {item.organization_id for item in read.items} == {own.organization_id}
