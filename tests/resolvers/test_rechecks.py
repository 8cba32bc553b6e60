"""A caller's access is looked at again for all its streams at once, and none of them waits for the answer."""

import asyncio
import gc
import weakref
from dataclasses import replace
from datetime import timedelta

import pytest
from beanie import PydanticObjectId
from pymongo.errors import AutoReconnect

from auth import Principal
from errors import Unauthenticated
from models.documents.organization import Role, revoke_key
from models.storage.clock import now
from resolvers.access_monitor import AccessMonitor
from resolvers.subscriptions import follow_turns
from tests.resolvers.tenant import Tenant, global_id_of


async def test_all_streams_of_a_caller_share_one_look(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Principal] = []

    async def look(principal: Principal) -> None:
        looked.append(principal)

    monkeypatch.setattr("resolvers.access_monitor.recheck", look)
    caller = await tenant.admin()
    shared = [AccessMonitor.for_principal(replace(caller), 0.01) for _ in range(20)]
    await asyncio.sleep(0.02)
    await asyncio.gather(*(one.check_and_wait() for one in shared))
    assert looked == [caller]
    other = AccessMonitor.for_principal(await tenant.principal(Role.VIEWER), 0.01)
    assert other is not shared[0]


async def test_a_withdrawal_wakes_every_stream_of_the_caller(tenant: Tenant) -> None:
    caller = await tenant.principal(Role.VIEWER)
    interviews = [await tenant.make_interview() for _ in range(3)]
    streams = [await follow_turns(tenant.services, caller, global_id_of(one), 0, recheck_seconds=0.05) for one in interviews]
    coming = [asyncio.ensure_future(anext(stream)) for stream in streams]
    assert caller.key_id
    await revoke_key(PydanticObjectId(caller.key_id))
    async with asyncio.timeout(10):
        ended = await asyncio.gather(*coming, return_exceptions=True)
    assert [type(error) for error in ended] == [Unauthenticated] * 3


async def test_a_look_that_does_not_come_back_holds_up_nobody(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: Principal) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("resolvers.access_monitor.recheck", hang)
    recheck = AccessMonitor.for_principal(await tenant.admin(), 0.0)
    for _ in range(3):
        recheck.check(lambda: None)
        await asyncio.sleep(0)


async def test_access_that_was_given_for_a_time_ends_with_it_though_the_database_is_away(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: Principal) -> None:
        raise AutoReconnect("away")

    monkeypatch.setattr("resolvers.access_monitor.recheck", away)
    recheck = AccessMonitor.for_principal(replace(await tenant.admin(), expires_at=now() + timedelta(seconds=0.1)))
    recheck.check(lambda: None)
    await asyncio.sleep(0.15)
    with pytest.raises(Unauthenticated, match="expired"):
        recheck.check(lambda: None)


async def test_nothing_is_kept_of_a_caller_who_has_left(tenant: Tenant) -> None:
    recheck = weakref.ref(AccessMonitor.for_principal(await tenant.admin()))
    gc.collect()
    assert recheck() is None
