"""Live feeds while Redis is killed, frozen or absent, and cleanup after the last follower."""

import asyncio
from contextlib import AsyncExitStack

import pytest

import settings
from live.hub import LiveHub
from models.documents.turn import Turn
from sandbox.valkey import Valkey
from tests.factories import add_candidate_turn, make_interview
from tests.helpers import AUTH, Outage, outage, wait_until
from tests.live.streams import collect_stream, list_subscribed_channels

pytestmark = pytest.mark.usefixtures("database")

POLL_SECONDS = 0.3
PUBLISH_SECONDS = 0.3


def make_live(valkey: Valkey, poll_seconds: float = POLL_SECONDS) -> LiveHub:
    return LiveHub(settings.RedisSettings(url=valkey.url, publish_seconds=PUBLISH_SECONDS), AUTH, poll_seconds=poll_seconds)


async def wait_until_connected(live: LiveHub, connected: bool) -> None:
    async def is_in_state() -> bool:
        return await live.is_connected() is connected

    await wait_until(is_in_state)


async def test_restarting_redis_loses_and_reorders_no_turn(own_valkey: Valkey) -> None:
    interview = await make_interview()
    interview_id = interview.id
    stored: list[Turn] = []

    async def publish_turns(live: LiveHub, count: int) -> None:
        for _ in range(count):
            stored.append(await add_candidate_turn(interview, f"answer {len(stored) + 1}"))
            await live.publish_turn(stored[-1])

    async with make_live(own_valkey) as live, make_live(own_valkey) as other, AsyncExitStack() as stack:
        reads = [await stack.enter_async_context(collect_stream(by.follow_turns(interview_id, 0))) for by in (live, other)]
        await publish_turns(live, 20)
        async with outage(own_valkey, Outage.KILLED):
            await publish_turns(live, 20)
            # a follower that joins while Redis is unavailable
            reads.append(await stack.enter_async_context(collect_stream(other.follow_turns(interview_id, 0))))
            for read in reads:
                assert await read.wait_for_first(40) == stored
        await publish_turns(other, 20)
        await wait_until_connected(live, True)
        await wait_until_connected(other, True)
        await publish_turns(live, 20)
        for read in reads:
            assert await read.wait_for_first(80) == stored


async def test_messages_are_delivered_again_after_redis_restarts(own_valkey: Valkey) -> None:
    interview = await make_interview()
    async with (
        make_live(own_valkey, poll_seconds=3600) as live,
        collect_stream(live.follow_turns(interview.id, 0)) as read,
    ):
        await live.publish_turn(await add_candidate_turn(interview, "before"))
        await read.wait_for_first(1)
        async with outage(own_valkey, Outage.KILLED):
            await wait_until_connected(live, False)
            await live.publish_turn(await add_candidate_turn(interview, "lost"))
        # no poll and no message: the new subscription triggers the read
        await read.wait_for_first(2)
        await wait_until_connected(live, True)
        await live.publish_turn(await add_candidate_turn(interview, "after"))
        assert [turn.text for turn in await read.wait_for_first(3)] == ["before", "lost", "after"]


async def test_frozen_redis_delays_nobody(own_valkey: Valkey) -> None:
    interview = await make_interview()
    loop = asyncio.get_running_loop()
    async with make_live(own_valkey) as live, collect_stream(live.follow_turns(interview.id, 0)) as read:
        async with outage(own_valkey, Outage.FROZEN):
            first = await add_candidate_turn(interview, "first")
            began = loop.time()
            await live.publish_turn(first)
            assert PUBLISH_SECONDS <= loop.time() - began < PUBLISH_SECONDS + 1
            # further publishes do not wait for the timeout again
            began = loop.time()
            for _ in range(5):
                await live.publish_turn(first)
            assert loop.time() - began < PUBLISH_SECONDS
            await read.wait_for_first(1)

            async def publish_gives_up_at_once() -> bool:
                began = loop.time()
                await live.publish_turn(first)
                return loop.time() - began < PUBLISH_SECONDS / 3

            # once the ping has failed, a publish is not even attempted
            await wait_until(publish_gives_up_at_once)
            for number in range(20):
                await live.publish_turn(await add_candidate_turn(interview, f"answer {number}"))
            await read.wait_for_first(21)
        await wait_until_connected(live, True)
        await live.publish_turn(await add_candidate_turn(interview, "last"))
        assert [turn.seq for turn in await read.wait_for_first(22)] == list(range(1, 23))


async def test_redis_that_starts_later_is_connected(own_valkey: Valkey) -> None:
    interview = await make_interview()
    async with AsyncExitStack() as stack:
        async with outage(own_valkey, Outage.KILLED):
            live = await stack.enter_async_context(make_live(own_valkey))
            read = await stack.enter_async_context(collect_stream(live.follow_turns(interview.id, 0)))
            assert not await live.is_connected()
            await live.publish_turn(await add_candidate_turn(interview, "without"))
            await read.wait_for_first(1)
        await wait_until_connected(live, True)
        await live.publish_turn(await add_candidate_turn(interview, "with"))
        assert len(await read.wait_for_first(2)) == 2


async def test_nothing_remains_after_the_last_follower_leaves(own_valkey: Valkey) -> None:
    interviews = [await make_interview() for _ in range(3)]
    async with make_live(own_valkey) as live:
        await wait_until_connected(live, True)
        before = asyncio.all_tasks()
        async with AsyncExitStack() as stack:
            for interview in interviews:
                interview_id, organization_id = interview.id, interview.organization_id
                turns = await stack.enter_async_context(collect_stream(live.follow_turns(interview_id, 0)))
                await stack.enter_async_context(collect_stream(live.follow_interims(interview_id)))
                states = await stack.enter_async_context(collect_stream(live.follow_interview(interview_id)))
                wall = await stack.enter_async_context(collect_stream(live.follow_interviews(organization_id)))
                await live.publish_turn(await add_candidate_turn(interview, "hello"))
                await live.publish_change(interview)
                await turns.wait_for_first(1)
                await states.wait_for_first(1)
                await wall.wait_for_first(1)
            assert len(await list_subscribed_channels(own_valkey)) == 6

        async def is_clean() -> bool:
            return not await list_subscribed_channels(own_valkey) and not asyncio.all_tasks() - before

        await wait_until(is_clean)
        assert not live._interview_feeds.keys()
        assert not live._organization_feeds.keys()
        assert not live._broadcast._subscribers
