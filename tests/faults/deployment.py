"""The product's own processes, to be killed: API processes behind one port, mongod, valkey behind a line that can go dead."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.faults.tcp_proxy import Proxy
from tests.faults.rpc import ROOT, Remote
from lifecycle.consent import CURRENT
from models.organization import Role
from sandbox.mongod import Mongod
from sandbox.processes import Child, SandboxFailed, free_port
from sandbox.stack import api_process, make_environment
from sandbox.valkey import Valkey

API_PROCESSES = 2
AT_ONCE = 10
"""calls of the API while interviews are made"""
APART_SECONDS = 0.05
"""between the starts of two API processes: their /metrics tell them apart by it"""
UP = "Application startup complete"

START = """mutation($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token } }
}"""


@dataclass
class Deployment:
    """What is up, and the harness's own two processes beside it."""

    folder: Path
    mongod: Mongod
    valkey: Valkey
    proxy: Proxy
    port: int
    apis: list[Child]
    readers: Remote
    writers: Remote
    keys: dict[Role, str] = field(default_factory=dict)

    @property
    def http(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket(self) -> str:
        """The same, for subscriptions."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    def client(self, token: str = "", seconds: float = 15.0) -> httpx2.AsyncClient:
        """A caller of the API."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.AsyncClient(base_url=self.http, headers=headers, timeout=seconds, trust_env=False)

    async def start_interviews(self, count: int) -> list[tuple[str, str]]:
        """So many new interviews by typing: id and candidate's token of each. Raises SandboxFailed when the API refuses."""
        wish = {
            "candidateName": "Maya Lindqvist",
            "positionKey": "software_engineer",
            "channel": "TEXT",
            "consent": {"textVersion": CURRENT, "recording": False},
        }
        bound = asyncio.Semaphore(AT_ONCE)
        async with self.client(self.keys[Role.RECRUITER]) as client:

            async def start() -> tuple[str, str]:
                async with bound:
                    answer = (await client.post("/graphql", json={"query": START, "variables": {"input": wish}})).json()
                if answer.get("errors"):
                    raise SandboxFailed(f"The API refused: {answer['errors'][0]['message']}")
                started = answer["data"]["startInterview"]
                return started["interview"]["id"], started["access"]["token"]

            return list(await asyncio.gather(*(start() for _ in range(count))))

    async def start_api(self, place: int) -> None:
        """Start that API process and wait until it serves. Raises SandboxFailed when it does not."""
        await self.apis[place].start()
        await self.apis[place].wait_until_said(UP)

    async def mend(self) -> None:
        """Start again whatever does not run."""
        for server in (self.mongod, self.valkey):
            if not server.is_running:
                await server.start()
        for place, api in enumerate(self.apis):
            if not api.is_running:
                await self.start_api(place)
        for remote in (self.readers, self.writers):
            if not remote.child.is_running:
                await remote.start()

    async def gauges(self, name: str, seconds: float = 10.0) -> list[float]:
        """What each API process tells of itself in /metrics under that name. Raises TimeoutError when one does not."""
        found: dict[float, float] = {}
        async with asyncio.timeout(seconds):
            while len(found) < sum(api.is_running for api in self.apis):
                # each connection may end at another process
                async with self.client() as client:
                    values = _samples((await client.get("/metrics")).text)
                found[values["process_start_time_seconds"]] = values[name]
        return list(found.values())

    def memory(self) -> list[int]:
        """Bytes that each API process holds."""
        return [process.memory_info().rss for process in self._processes()]

    def connections(self) -> list[int]:
        """Connections that each API process has on the shared port."""
        return [
            sum(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == self.port for one in process.net_connections())
            for process in self._processes()
        ]

    def descriptors(self) -> int:
        """What the API processes have open besides their pools of connections to MongoDB and Redis, which grow and stay."""
        pools = {self.mongod.port, self.proxy.port}
        return sum(
            process.num_fds() - sum(bool(one.raddr) and one.raddr.port in pools for one in process.net_connections())
            for process in self._processes()
        )

    def _processes(self) -> list[psutil.Process]:
        return [psutil.Process(api.pid) for api in self.apis if api.is_running]

    async def readiness(self) -> int:
        """The status of /readyz."""
        async with self.client() as client:
            return (await client.get("/readyz")).status_code


@asynccontextmanager
async def deployed(folder: Path, **settings: str) -> AsyncIterator[Deployment]:
    """All of it up, with these settings besides; down again at the end. Raises SandboxFailed when something does not come up."""
    async with AsyncExitStack() as up:
        mongod = await up.enter_async_context(Mongod(folder / "mongod"))
        valkey = await up.enter_async_context(Valkey(folder / "valkey"))
        proxy = await up.enter_async_context(Proxy(valkey.port))
        port = free_port()
        environment = make_environment(
            mongodb_url=mongod.url,
            redis_url=f"redis://127.0.0.1:{proxy.port}/0",
            provider_url="http://127.0.0.1:9",  # nobody asks Claude here
            secret="a secret of faults that is long enough",  # noqa: S106  # no secret
            api_port=port,
            MONGODB_DATABASE=f"faults_{time.time_ns()}",
            API_REUSE_PORT="true",
            **{"LOG_LEVEL": "INFO", **settings},
        )
        apis = [api_process(environment, folder / f"api-{place}.log", ROOT) for place in range(API_PROCESSES)]
        readers = Remote("tests.faults.subscribers_process", folder / "readers.log", environment)
        writers = Remote("tests.faults.writers_process", folder / "writers.log", environment)
        deployment = Deployment(folder, mongod, valkey, proxy, port, apis, readers, writers)
        await asyncio.gather(up.enter_async_context(readers), up.enter_async_context(writers))
        for place, api in enumerate(apis):
            up.push_async_callback(api.kill)
            await deployment.start_api(place)
            await asyncio.sleep(APART_SECONDS)
        roles: list[Role] = [Role.RECRUITER, Role.VIEWER]
        deployment.keys = {role: (await writers.call("provide_key", role=role))[1] for role in roles}
        yield deployment


def _samples(text: str) -> dict[str, Any]:
    return {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
