"""All of the sandbox together: a process that dies is told, keys are kept as long as the data they are in."""

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


async def test_a_process_that_dies_while_the_stack_is_used_ends_it_with_its_log(tmp_path: Path) -> None:
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


async def test_an_error_whose_cause_is_a_process_that_died_is_told_as_that(tmp_path: Path) -> None:
    async with ChildProcess([sys.executable, "-c", "raise SystemExit('out of memory')"], tmp_path / "log") as dying:
        with pytest.raises(SandboxFailed, match="out of memory"):
            async with stack._fail_when_child_ends([dying]):
                raise ConnectionError("the other side has gone")
    assert not is_being_cancelled()


async def test_an_error_of_the_block_stays_what_it_is_while_all_processes_run(tmp_path: Path) -> None:
    async with ChildProcess([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log") as living:
        with pytest.raises(ValueError, match="of the block"):
            async with stack._fail_when_child_ends([living]):
                raise ValueError("of the block")


def test_a_port_that_is_taken_is_replaced() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert choose_port(port) != port
    assert choose_port(port) == port


async def test_keys_are_kept_with_the_data_and_made_anew_for_other_data(tenant: Tenant, tmp_path: Path) -> None:
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
        kept = tmp_path / "keys.json"
        assert json.loads(await asyncio.to_thread(kept.read_text)) == first
        assert kept.stat().st_mode & 0o077 == 0
        # as another database would not know them
        await revoke_key(made[-1])
        assert await stack.issue_keys(up, tmp_path, provision) != first
        assert len(made) == 2 * len(first)
