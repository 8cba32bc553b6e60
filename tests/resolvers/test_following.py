"""Streams as long as their caller has access, and not longer than their caller wants."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from bson import ObjectId

from auth import Principal
from errors import Unauthenticated
from live import cancellation
from live.cancellation import cancel_and_wait
from models.documents.organization import Role
from models.documents.turn import Turn
from models.writes.interview_transitions import reschedule_interview
from resolvers.subscriptions import follow_interview, follow_turns
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of


async def test_a_follower_gets_away_though_the_stream_lost_its_cancellation(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancellation, "CANCEL_RETRY_SECONDS", 0.05)
    begun, losses = asyncio.Event(), 0

    async def stubborn(*_: object) -> AsyncGenerator[Turn, None]:
        nonlocal losses
        while True:
            begun.set()
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                losses += 1
                if losses > 1:
                    raise
        yield

    monkeypatch.setattr(tenant.services.live, "follow_turns", stubborn)
    turns = await follow_turns(tenant.services, await tenant.admin(), global_id_of(await tenant.make_interview()), 0)
    following = asyncio.ensure_future(anext(turns))
    await begun.wait()
    async with asyncio.timeout(10):
        await cancel_and_wait(following)
    assert (following.cancelled(), losses) == (True, 2)


async def test_an_outage_of_the_database_costs_nobody_the_access(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from pymongo.errors import AutoReconnect

    refused = asyncio.Event()

    async def away(_: Principal) -> None:
        refused.set()
        raise AutoReconnect("away")

    monkeypatch.setattr("lifecycle.access_monitor.recheck", away)
    interview = await tenant.make_interview()
    turns = await follow_turns(tenant.services, await tenant.admin(), global_id_of(interview), 0, recheck_seconds=0.05)
    following = asyncio.ensure_future(anext(turns))
    async with asyncio.timeout(10):
        await refused.wait()
        stored = await add_candidate_turn(interview, "Still here.")
        assert await following == stored
    await turns.aclose()


async def test_a_candidate_whose_invite_is_replaced_sees_no_more_of_the_interview(tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    states = await follow_interview(tenant.services, await tenant.principal(Role.CANDIDATE, interview), global_id_of(interview))
    async with asyncio.timeout(10):
        assert (await anext(states)).id == interview.id
        await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
        with pytest.raises(Unauthenticated, match="newest invite"):
            await anext(states)


async def test_a_candidates_turns_end_with_the_access_though_nobody_says_anything(tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    caller = await tenant.principal(Role.CANDIDATE, interview)
    turns = await follow_turns(tenant.services, caller, global_id_of(interview), 0, recheck_seconds=0.05)
    stored = await add_candidate_turn(interview, "first")
    async with asyncio.timeout(10):
        assert await anext(turns) == stored
        await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
        with pytest.raises(Unauthenticated, match="newest invite"):
            await anext(turns)
