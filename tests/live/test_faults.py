"""Redis killed, frozen, absent, and what is left behind when everybody has gone."""

import asyncio
import signal
from contextlib import AsyncExitStack

import pytest
from bson import ObjectId

import settings
from live.feed import Live
from models.turn import Turn
from sandbox.valkey import Valkey
from tests.factories import make_interview, say
from tests.live.reading import channels, eventually, reading

pytestmark = pytest.mark.usefixtures("database")

POLL_SECONDS = 0.3
PUBLISH_SECONDS = 0.3


def live_on(valkey: Valkey, poll_seconds: float = POLL_SECONDS) -> Live:
    return Live(settings.Redis(url=valkey.url, publish_seconds=PUBLISH_SECONDS), poll_seconds=poll_seconds)


async def until_connected(live: Live, wanted: bool) -> None:
    async def is_so() -> bool:
        return await live.is_connected() is wanted

    await eventually(is_so)


async def test_a_redis_that_is_killed_and_comes_back_costs_no_turn_and_no_order(own_valkey: Valkey) -> None:
    interview = await make_interview()
    interview_id = ObjectId(interview.id)
    stored: list[Turn] = []

    async def speak(live: Live, count: int) -> None:
        for _ in range(count):
            stored.append(await say(interview, f"answer {len(stored) + 1}"))
            await live.publish_turn(stored[-1])

    async with live_on(own_valkey) as live, live_on(own_valkey) as other, AsyncExitStack() as stack:
        reads = [await stack.enter_async_context(reading(by.follow_turns(interview_id, 0))) for by in (live, other)]
        await speak(live, 20)
        await own_valkey.kill()
        await speak(live, 20)
        # who joins while Redis is away
        reads.append(await stack.enter_async_context(reading(other.follow_turns(interview_id, 0))))
        for read in reads:
            assert await read.first(40) == stored
        await own_valkey.start()
        await speak(other, 20)
        await until_connected(live, True)
        await until_connected(other, True)
        await speak(live, 20)
        for read in reads:
            assert await read.first(80) == stored


async def test_messages_carry_again_after_redis_came_back(own_valkey: Valkey) -> None:
    interview = await make_interview()
    async with (
        live_on(own_valkey, poll_seconds=3600) as live,
        reading(live.follow_turns(ObjectId(interview.id), 0)) as read,
    ):
        await live.publish_turn(await say(interview, "before"))
        await read.first(1)
        await own_valkey.kill()
        await until_connected(live, False)
        await live.publish_turn(await say(interview, "lost"))
        await own_valkey.start()
        # no poll and no message: subscribing anew is what makes followers look
        await read.first(2)
        await until_connected(live, True)
        await live.publish_turn(await say(interview, "after"))
        assert [turn.text for turn in await read.first(3)] == ["before", "lost", "after"]


async def test_a_frozen_redis_holds_up_nobody(own_valkey: Valkey) -> None:
    interview = await make_interview()
    loop = asyncio.get_running_loop()
    async with live_on(own_valkey) as live, reading(live.follow_turns(ObjectId(interview.id), 0)) as read:
        own_valkey.send(signal.SIGSTOP)
        try:
            first = await say(interview, "first")
            began = loop.time()
            await live.publish_turn(first)
            assert PUBLISH_SECONDS <= loop.time() - began < PUBLISH_SECONDS + 1
            # nor does another wait for what this one has found
            began = loop.time()
            for _ in range(5):
                await live.publish_turn(first)
            assert loop.time() - began < PUBLISH_SECONDS
            await read.first(1)

            async def publish_gives_up_at_once() -> bool:
                began = loop.time()
                await live.publish_turn(first)
                return loop.time() - began < PUBLISH_SECONDS / 3

            # once the connection has given no sign of life, a publish does not even try
            await eventually(publish_gives_up_at_once)
            for number in range(20):
                await live.publish_turn(await say(interview, f"answer {number}"))
            await read.first(21)
        finally:
            own_valkey.send(signal.SIGCONT)
        await until_connected(live, True)
        await live.publish_turn(await say(interview, "last"))
        assert [turn.seq for turn in await read.first(22)] == list(range(1, 23))


async def test_a_redis_that_comes_later_is_found(own_valkey: Valkey) -> None:
    interview = await make_interview()
    await own_valkey.kill()
    async with live_on(own_valkey) as live, reading(live.follow_turns(ObjectId(interview.id), 0)) as read:
        assert not await live.is_connected()
        await live.publish_turn(await say(interview, "without"))
        await read.first(1)
        await own_valkey.start()
        await until_connected(live, True)
        await live.publish_turn(await say(interview, "with"))
        assert len(await read.first(2)) == 2


async def test_nothing_is_left_when_the_last_follower_has_gone(own_valkey: Valkey) -> None:
    interviews = [await make_interview() for _ in range(3)]
    async with live_on(own_valkey) as live:
        await until_connected(live, True)
        before = asyncio.all_tasks()
        async with AsyncExitStack() as stack:
            for interview in interviews:
                interview_id, organization_id = ObjectId(interview.id), ObjectId(interview.organization_id)
                turns = await stack.enter_async_context(reading(live.follow_turns(interview_id, 0)))
                await stack.enter_async_context(reading(live.follow_interims(interview_id)))
                states = await stack.enter_async_context(reading(live.follow_interview(interview_id)))
                wall = await stack.enter_async_context(reading(live.follow_interviews(organization_id)))
                await live.publish_turn(await say(interview, "hello"))
                await live.publish_change(organization_id, interview_id)
                await turns.first(1)
                await states.first(1)
                await wall.first(1)
            assert len(await channels(own_valkey)) == 6

        async def is_clean() -> bool:
            return not await channels(own_valkey) and not asyncio.all_tasks() - before

        await eventually(is_clean)
        assert not live._followed.keys()
        assert not live._walls.keys()
        assert not live._broadcast._subscribers
