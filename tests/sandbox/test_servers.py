"""mongod and valkey as the sandbox runs them: how they are found, start, persist data and stop."""

import importlib.metadata
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from sandbox import mongod, valkey
from sandbox.mongod import Mongod, find_mongod
from sandbox.processes import SandboxFailed, free_port
from sandbox.valkey import Valkey, find_valkey
from tests.sandbox.parent_process import is_alive, run_parent, wait_until_gone

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_servers_stop_with_their_parent(tmp_path: Path, number: signal.Signals) -> None:
    script = """
        async with Mongod(folder / "mongod") as mongod, Valkey(folder / "valkey") as valkey:
            print(mongod.pid, valkey.pid, flush=True)
            await asyncio.sleep(60)
    """
    async with run_parent(script, tmp_path) as (parent, pids):
        assert len(pids) == 2
        assert all(is_alive(pid) for pid in pids)
        parent.send_signal(number)
        await parent.wait()
        await wait_until_gone(*pids)


async def test_mongod_data_survives_a_kill_and_a_change_of_port(tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    async with Mongod(tmp_path / "mongod", first) as server:
        async with open_client(server) as client:
            await client["test"]["things"].insert_one({"_id": 1})
        await server.kill()
    async with Mongod(tmp_path / "mongod", second) as server, open_client(server) as client:
        assert first != second
        assert await client["test"]["things"].count_documents({}) == 1
        # transactions, which turns need, work only if the member finds itself on the new port
        async with client.start_session() as session, await session.start_transaction():
            await client["test"]["things"].insert_one({"_id": 2}, session=session)
        assert await client["test"]["things"].count_documents({}) == 2


async def test_valkey_does_not_persist_data(tmp_path: Path) -> None:
    async with Valkey(tmp_path / "valkey") as server:
        async with Redis.from_url(server.url) as redis:
            await redis.set("key", "value")
        await server.stop()
        await server.start()
        async with Redis.from_url(server.url) as redis:
            assert await redis.get("key") is None


async def test_taken_port_is_reported(tmp_path: Path) -> None:
    async with Valkey(tmp_path / "valkey") as other:
        with pytest.raises(SandboxFailed, match=r"mongod .* ended before it was ready") as failed:
            async with Mongod(tmp_path / "mongod", other.port):
                pass
    assert "Address already in use" in str(failed.value)


# --- finding the servers


def test_server_on_path_takes_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mongod", "valkey-server"):
        (tmp_path / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_mongod() == str(tmp_path / "mongod")
    assert find_valkey() == str(tmp_path / "valkey-server")


def test_missing_server_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_not_found(name: str) -> Any:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(mongod, "files", raise_not_found)
    monkeypatch.setattr(valkey, "find_spec", lambda _: None)
    with pytest.raises(SandboxFailed, match=r"There is no mongod: .* set MONGODB_URL"):
        find_mongod()
    with pytest.raises(SandboxFailed, match=r"There is no valkey-server: .* set REDIS_URL"):
        find_valkey()


def open_client(server: Mongod) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(server.url, timeoutMS=10_000)
