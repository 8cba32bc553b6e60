"""Streams end when their caller loses access, but not in an outage of MongoDB."""

import asyncio

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect

from errors import Unauthenticated
from models.documents.organization import Role
from models.writes.interview_transitions import reschedule_interview
from resolvers.subscriptions import follow_interview, follow_turns
from tests.factories import add_candidate_turn
from tests.helpers import TIMEOUT_SECONDS
from tests.resolvers.tenant import Tenant, global_id_of


async def test_mongodb_outage_ends_no_stream(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = asyncio.Event()

    async def raise_auto_reconnect(*_: object) -> None:
        failed.set()
        raise AutoReconnect("unavailable")

    monkeypatch.setattr("lifecycle.access_monitor.recheck", raise_auto_reconnect)
    interview = await tenant.make_interview()
    turns = await follow_turns(tenant.services, await tenant.admin(), global_id_of(interview), 0, recheck_seconds=0.05)
    following = asyncio.ensure_future(anext(turns))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await failed.wait()
        stored = await add_candidate_turn(interview, "Still here.")
        assert await following == stored
    await turns.aclose()


async def test_interview_stream_of_a_candidate_ends_when_the_invite_is_replaced(tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    states = await follow_interview(tenant.services, await tenant.principal(Role.CANDIDATE, interview), global_id_of(interview))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        assert (await anext(states)).id == interview.id
        await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
        with pytest.raises(Unauthenticated, match="newest invite"):
            await anext(states)


async def test_idle_turn_stream_of_a_candidate_ends_when_the_invite_is_replaced(tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    caller = await tenant.principal(Role.CANDIDATE, interview)
    turns = await follow_turns(tenant.services, caller, global_id_of(interview), 0, recheck_seconds=0.05)
    stored = await add_candidate_turn(interview, "first")
    async with asyncio.timeout(TIMEOUT_SECONDS):
        assert await anext(turns) == stored
        await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
        with pytest.raises(Unauthenticated, match="newest invite"):
            await anext(turns)
