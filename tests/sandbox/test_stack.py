"""The sandbox as a whole: it reports a process that ends, and its keys live as long as its data."""

import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest
from beanie import PydanticObjectId
from starlette.applications import Starlette

from api.http import build_routes
from models.documents.organization import Role, create_key, revoke_key
from sandbox import stack
from sandbox.dev import choose_port
from sandbox.processes import ChildProcess, SandboxFailed
from settings import Settings
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import serve, with_services

pytestmark = pytest.mark.servers


async def test_child_that_ends_cancels_the_block_and_its_log_is_reported(tmp_path: Path) -> None:
    dying = ChildProcess(
        [sys.executable, "-c", "import time; time.sleep(0.3); raise SystemExit('out of memory')"], tmp_path / "log"
    )
    cleaned = False
    async with dying:
        with pytest.raises(SandboxFailed, match="ended with 1") as failed:
            async with stack._fail_when_child_ends([dying]):
                try:
                    await asyncio.sleep(30)
                finally:
                    cleaned = True
    assert "out of memory" in str(failed.value)
    assert cleaned
    assert not is_being_cancelled()


def is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


async def test_ended_child_is_reported_as_the_cause_of_an_error_in_the_block(tmp_path: Path) -> None:
    async with ChildProcess([sys.executable, "-c", "raise SystemExit('out of memory')"], tmp_path / "log") as dying:
        with pytest.raises(SandboxFailed, match="out of memory"):
            async with stack._fail_when_child_ends([dying]):
                raise ConnectionError("connection reset by peer")
    assert not is_being_cancelled()


async def test_error_in_the_block_propagates_while_all_children_run(tmp_path: Path) -> None:
    async with ChildProcess([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log") as living:
        with pytest.raises(ValueError, match="in the block"):
            async with stack._fail_when_child_ends([living]):
                raise ValueError("in the block")


def test_taken_port_is_replaced() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert choose_port(port) != port
    assert choose_port(port) == port


async def test_keys_are_saved_with_the_data_and_replaced_for_another_database(tenant: Tenant, tmp_path: Path) -> None:
    made: list[PydanticObjectId] = []

    async def provision(_: Settings, organization: str, role: Role, name: str) -> tuple[PydanticObjectId, str]:
        key, secret = await create_key(tenant.id, role, f"{organization} {name}")
        made.append(key.id)
        return made[-1], secret

    settings = tenant.services.settings
    async with serve(with_services(Starlette(routes=build_routes(settings)), tenant.services)) as address:
        up = stack.Stack(f"http://127.0.0.1:{address.port}", {}, settings)
        first = await stack.issue_keys(up, tmp_path, provision)
        assert set(first) == set(Role) - {Role.CANDIDATE}
        assert await stack.issue_keys(up, tmp_path, provision) == first
        assert len(made) == len(first)
        saved = tmp_path / "keys.json"
        assert json.loads(await asyncio.to_thread(saved.read_text)) == first
        assert saved.stat().st_mode & 0o077 == 0
        # simulates another database, which has none of the keys
        await revoke_key(made[-1])
        assert await stack.issue_keys(up, tmp_path, provision) != first
        assert len(made) == 2 * len(first)
