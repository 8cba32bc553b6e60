"""What the tests of the clients need: an API process that can be killed, and the change feed."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from lifecycle.change_sequencer import sequence_changes
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.change_sequencer import ensure_sequencer
from sandbox.processes import ChildProcess, free_port
from sandbox.stack import create_api_process, make_environment
from tests.faults.deployment import STARTED
from tests.helpers import ROOT


class ApiProcess:
    """`main.py serve` on the database and Redis server of the test."""

    def __init__(self, process: ChildProcess, url: str) -> None:
        self.process = process
        self.url = url

    async def start(self) -> None:
        """Start the process, and return when it serves."""
        await self.process.start()
        await self.process.wait_until_logged(STARTED)


@pytest.fixture
async def api_process(services: Services, tmp_path: Path) -> AsyncIterator[ApiProcess]:
    settings, port = services.settings, free_port()
    environment = make_environment(
        mongodb_url=settings.mongodb.url,
        redis_url=settings.redis.url,
        provider_url="http://127.0.0.1:9",  # nothing calls Claude
        secret=settings.auth.secret.get_secret_value(),
        api_port=port,
        MONGODB_DATABASE=settings.mongodb.database,
        REDIS_PREFIX=settings.redis.prefix,
        LOG_LEVEL="INFO",
    )
    server = ApiProcess(create_api_process(environment, tmp_path / "api.log", tmp_path), f"http://127.0.0.1:{port}")
    await server.start()
    yield server
    await server.process.kill()


@pytest.fixture
async def change_feed(database: AsyncDatabase[dict[str, object]], services: Services) -> AsyncIterator[None]:
    """A jobs process that numbers the changes."""
    await ensure_sequencer()
    task = asyncio.create_task(sequence_changes(services, asyncio.Event()))
    yield
    await cancel_and_wait(task)


@pytest.fixture(scope="session")
def python_generator() -> Path:
    """Return the interpreter with the generator of clients/python. Skips a test where it is missing, and fails in CI."""
    interpreter = ROOT / ".viva" / "codegen" / "bin" / "python"
    if not interpreter.is_file():
        reason = "the generator of clients/python is not installed: run `make client-generator`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return interpreter
