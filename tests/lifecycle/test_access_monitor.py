"""Access monitors: one check serves all streams of a caller, and no stream waits for it."""

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
from lifecycle.access_monitor import AccessMonitors
from models.documents.organization import Role, revoke_key
from models.reads.credentials import CredentialReader
from models.storage.clock import now
from resolvers.subscriptions import follow_turns
from tests.helpers import TIMEOUT_SECONDS
from tests.resolvers.tenant import Tenant, global_id_of


@pytest.fixture
def monitors(tenant: Tenant) -> AccessMonitors:
    return tenant.services.access_monitors


async def test_one_check_serves_all_streams_of_a_caller(
    tenant: Tenant, monitors: AccessMonitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Principal] = []
    intervals = iter([0.0])

    async def record_check(principal: Principal, _: CredentialReader) -> None:
        checked.append(principal)

    monkeypatch.setattr("lifecycle.access_monitor.recheck", record_check)
    monkeypatch.setattr("lifecycle.access_monitor._compute_check_delay", lambda *_: next(intervals, 3600.0))
    caller = await tenant.admin()
    shared = [monitors.for_principal(replace(caller)) for _ in range(20)]
    await asyncio.gather(*(monitor.check_and_wait() for monitor in shared))
    assert checked == [caller]
    other = monitors.for_principal(await tenant.principal(Role.VIEWER))
    assert other is not shared[0]


async def test_each_application_has_its_own_monitors(tenant: Tenant, monitors: AccessMonitors) -> None:
    caller = await tenant.admin()
    monitor = monitors.for_principal(caller)
    assert monitors.for_principal(caller) is monitor
    assert AccessMonitors(CredentialReader()).for_principal(caller) is not monitor


async def test_revocation_ends_every_stream_of_the_caller(tenant: Tenant) -> None:
    caller = await tenant.principal(Role.VIEWER)
    interviews = [await tenant.make_interview() for _ in range(3)]
    streams = [await follow_turns(tenant.services, caller, global_id_of(each), 0, recheck_seconds=0.05) for each in interviews]
    pending = [asyncio.ensure_future(anext(stream)) for stream in streams]
    assert caller.key_id
    await revoke_key(PydanticObjectId(caller.key_id))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        errors = await asyncio.gather(*pending, return_exceptions=True)
    assert [type(error) for error in errors] == [Unauthenticated] * 3


async def test_hanging_check_blocks_no_stream(tenant: Tenant, monitors: AccessMonitors, monkeypatch: pytest.MonkeyPatch) -> None:
    released = asyncio.Event()

    async def hang(*_: object) -> None:
        await released.wait()

    monkeypatch.setattr("lifecycle.access_monitor.recheck", hang)
    monitor = monitors.for_principal(await tenant.admin(), 0.0)
    for _ in range(3):
        monitor.check(lambda: None)
        await asyncio.sleep(0)
    released.set()
    await monitor.check_and_wait()


async def test_expired_access_ends_while_mongodb_is_unavailable(
    tenant: Tenant, monitors: AccessMonitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def raise_auto_reconnect(*_: object) -> None:
        raise AutoReconnect("unavailable")

    monkeypatch.setattr("lifecycle.access_monitor.recheck", raise_auto_reconnect)
    expires_at = now() + timedelta(hours=1)
    monitor = monitors.for_principal(replace(await tenant.admin(), expires_at=expires_at), 0.0)
    await monitor.check_and_wait()
    monkeypatch.setattr("auth.now", lambda: expires_at)
    with pytest.raises(Unauthenticated, match="expired"):
        await monitor.check_and_wait()


async def test_monitor_is_freed_after_its_last_use(tenant: Tenant, monitors: AccessMonitors) -> None:
    monitor = weakref.ref(monitors.for_principal(await tenant.admin()))
    gc.collect()
    assert monitor() is None
