"""The rig of all benchmarks: mongod, valkey, the servers that are measured, and a GraphQL client."""

import asyncio
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from pymongo import AsyncMongoClient

from lifecycle.consent import CURRENT_CONSENT_VERSION
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess, SandboxFailed, free_port
from sandbox.stack import LOAD_RATES, MAIN, make_environment, parse_settings, wait_until_ready
from sandbox.valkey import Valkey
from settings import Settings

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".viva" / "benchmark"
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
DATABASE = "viva_benchmark"
PEER_PYTHON = DATA / "python" / "bin" / "python"
NODE_SOURCES = ROOT / "benchmarks" / "peers" / "node"
NICENESS = -10
CALL_SECONDS = 60.0
"""Timeout of one API call: a machine that is loaded to its limit responds late."""
START = """mutation($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token room { url token } } }
}"""


@dataclass(frozen=True, slots=True)
class Rig:
    """Servers that are running, and how to start a process that uses them."""

    data: Path
    mongod: Mongod
    valkey: Valkey
    secret: str
    server_core: int
    """The core of the server that is measured. No other process uses it if the rig was started with `reserve_core`."""

    @property
    def settings(self) -> Settings:
        """Settings of the product on this rig."""
        return parse_settings(self._environment(0))

    @asynccontextmanager
    async def serve_viva(self) -> AsyncIterator[tuple[ChildProcess, int]]:
        """Run `main.py serve` on the reserved core; yield the process and its port. Raises SandboxFailed."""
        port = free_port()
        command = [*self._pinned, sys.executable, str(MAIN), "serve"]
        log = self.data / "logs" / "viva.log"
        async with ChildProcess(command, log, cwd=self.data, environment=self._environment(port)) as server:
            await wait_until_ready(server, port)
            yield server, port

    @asynccontextmanager
    async def serve_python(self, application: str, environment: Mapping[str, str]) -> AsyncIterator[tuple[ChildProcess, int]]:
        """Run a peer's ASGI application under uvicorn on the reserved core. Raises SandboxFailed."""
        if not await asyncio.to_thread(PEER_PYTHON.exists):
            raise SandboxFailed("The Python peers are not installed. Run `make bench-peers`.")
        command = [str(PEER_PYTHON), "-m", "uvicorn", application, "--log-level", "warning", "--no-access-log"]
        async with self._serve_peer(command, application.split(":", maxsplit=1)[0], self.data, environment) as served:
            yield served

    @asynccontextmanager
    async def serve_node(self, environment: Mapping[str, str]) -> AsyncIterator[tuple[ChildProcess, int]]:
        """Run the Node peer on the reserved core. Raises SandboxFailed."""
        async with self._serve_peer(["node", "server.mjs"], "node", DATA / "node", environment) as served:
            yield served

    @asynccontextmanager
    async def _serve_peer(
        self, command: list[str], name: str, folder: Path, environment: Mapping[str, str]
    ) -> AsyncIterator[tuple[ChildProcess, int]]:
        port = free_port()
        servers = {"MONGODB_URL": self.mongod.url, "DATABASE": DATABASE, "REDIS_URL": self.valkey.url, "PORT": str(port)}
        whole = {**os.environ, **servers, "UVICORN_PORT": str(port), "PYTHONPATH": str(ROOT), **environment}
        log = self.data / "logs" / f"{name}.log"
        async with ChildProcess([*self._pinned, *command], log, cwd=folder, environment=whole) as server:
            await server.wait_until_port(port)
            yield server, port

    @property
    def _pinned(self) -> tuple[str, ...]:
        return "taskset", "-c", str(self.server_core)

    def _environment(self, port: int) -> dict[str, str]:
        return make_environment(
            mongodb_url=self.mongod.url,
            redis_url=self.valkey.url,
            provider_url="http://127.0.0.1:9",  # no benchmark of the API calls Claude
            secret=self.secret,
            api_port=port,
            MONGODB_DATABASE=DATABASE,
            API_IDE="false",
            **LOAD_RATES,
        )


@asynccontextmanager
async def start_rig(data: Path, *, reserve_core: bool = False, cache_gb: float = 0.25, clear: bool = True) -> AsyncIterator[Rig]:
    """Start mongod and valkey with their data in `data`, and stop them at the end. Raises SandboxFailed.

    With `reserve_core` this process and its children, except measured servers, leave one core to the measured server.
    """
    cores = os.sched_getaffinity(0)
    server_core, *others = sorted(cores)
    if reserve_core and not others:
        raise SandboxFailed("This benchmark needs two cores: one for the server, and one for the load.")
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    if reserve_core:
        os.sched_setaffinity(0, others)
        with suppress(PermissionError):  # without root, other processes disturb the measurement more
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    try:
        async with Mongod(data / "mongod", cache_gb=cache_gb) as mongod, Valkey(data / "valkey") as valkey:
            if clear:
                async with AsyncMongoClient[dict[str, Any]](mongod.url) as client:
                    await client.drop_database(DATABASE)
            yield Rig(data, mongod, valkey, secrets.token_urlsafe(48), server_core)
    finally:
        os.sched_setaffinity(0, cores)
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, niceness)


async def install_node_peer() -> None:
    """Install the Node peer and its packages under .viva. Raises SandboxFailed."""
    npm = shutil.which("npm")
    if npm is None:
        raise SandboxFailed("There is no npm. Install Node 20 or newer, or leave the peer out: --peers viva,stock,raw")
    folder = DATA / "node"
    await asyncio.to_thread(shutil.copytree, NODE_SOURCES, folder, dirs_exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(npm, "ci", "--prefer-offline", "--loglevel=error"), cwd=folder, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise SandboxFailed("npm could not install the packages of the Node peer; its output says why.")


@asynccontextmanager
async def connect(url: str, token: str) -> AsyncIterator[AsyncClientSession]:
    """Connect a GraphQL client to the API at a base URL, with a caller's token."""
    transport = AIOHTTPTransport(f"{url}/graphql", headers={"Authorization": f"Bearer {token}"})
    client = Client(transport=transport, execute_timeout=CALL_SECONDS)
    async with client as session:
        yield session


async def call(session: AsyncClientSession, operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Run a mutation with an input and return its data. Raises SandboxFailed if the API refuses."""
    try:
        return await session.execute(GraphQLRequest(operation, variable_values={"input": dict(values)}))
    except TransportQueryError as error:
        raise SandboxFailed(f"The API refused: {error}") from error


async def start_interview(session: AsyncClientSession, **values: Any) -> dict[str, Any]:
    """Start an interview, by default a typed one; return the payload of startInterview. Raises SandboxFailed."""
    defaults = {
        "candidateName": "Maya Lindqvist",
        "positionKey": "software_engineer",
        "channel": "TEXT",
        "consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": False},
    }
    started: dict[str, Any] = (await call(session, START, {**defaults, **values}))["startInterview"]
    return started
