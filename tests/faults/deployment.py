"""A deployment to break: two API processes behind one port, mongod, and valkey behind a proxy that can turn into a black hole."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
from prometheus_client.parser import text_string_to_metric_families

from lifecycle.consent import CURRENT_CONSENT_VERSION
from models.documents.organization import Role
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess, SandboxFailed, free_port
from sandbox.stack import LOAD_RATES, create_api_process, make_environment
from sandbox.valkey import Valkey
from tests.faults.rpc import ROOT, RemoteProcess
from tests.faults.tcp_proxy import TcpProxy

API_PROCESSES = 2
MAX_CONNECTIONS = 300
"""Of each API process: few, so that a scenario can use up all of them."""
CONCURRENT_STARTS = 10
START_INTERVAL_SECONDS = 0.05
"""Between the starts of two API processes, whose metrics are told apart by their start time."""
STARTED = "Application startup complete"

START = """mutation($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token } }
}"""


@dataclass
class Deployment:
    """The product's processes and servers, and the harness's own processes beside them."""

    folder: Path
    mongod: Mongod
    valkey: Valkey
    proxy: TcpProxy
    port: int
    apis: list[ChildProcess]
    subscribers: RemoteProcess
    writers: RemoteProcess
    attackers: RemoteProcess
    environment: Mapping[str, str]
    """The settings of the product's processes."""
    keys: dict[Role, str] = field(default_factory=dict)

    @property
    def websocket_url(self) -> str:
        """Where subscriptions are served."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    def client(self, token: str = "", seconds: float = 15.0) -> httpx2.AsyncClient:
        """Return an HTTP client of the API."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"http://127.0.0.1:{self.port}"
        # loading the certificates, which HTTP does not need, would delay everything that this process measures
        return httpx2.AsyncClient(base_url=url, headers=headers, timeout=seconds, trust_env=False, verify=False)

    async def start_interviews(self, count: int) -> list[tuple[str, str]]:
        """Start typed interviews; return each one's id and candidate token. Raises SandboxFailed if the API refuses."""
        values = {
            "candidateName": "Maya Lindqvist",
            "positionKey": "software_engineer",
            "channel": "TEXT",
            "consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": False},
        }
        limit = asyncio.Semaphore(CONCURRENT_STARTS)
        async with self.client(self.keys[Role.RECRUITER]) as client:

            async def start() -> tuple[str, str]:
                async with limit:
                    response = (await client.post("/graphql", json={"query": START, "variables": {"input": values}})).json()
                if response.get("errors"):
                    raise SandboxFailed(f"The API refused: {response['errors'][0]['message']}")
                started = response["data"]["startInterview"]
                return started["interview"]["id"], started["access"]["token"]

            return list(await asyncio.gather(*(start() for _ in range(count))))

    async def restart_apis(self, **settings: str) -> None:
        """Restart the API processes with these settings instead of the deployment's, until the next call."""
        for index, api in enumerate(self.apis):
            await api.kill()
            self.apis[index] = create_api_process({**self.environment, **settings}, self._api_log(index), ROOT)
            await self.start_api(index)

    def _api_log(self, index: int) -> Path:
        return self.folder / f"api-{index}.log"

    async def start_api(self, index: int) -> None:
        """Start one API process and wait until it serves. Raises SandboxFailed if it does not."""
        await self.apis[index].start()
        await self.apis[index].wait_until_logged(STARTED)

    async def kill_apis(self) -> None:
        """Kill all API processes."""
        await asyncio.gather(*(api.kill() for api in self.apis))

    async def restart_missing(self) -> None:
        """Start whatever is not running."""
        for server in (self.mongod, self.valkey):
            if not server.is_running:
                await server.start()
        for index, api in enumerate(self.apis):
            if not api.is_running:
                await self.start_api(index)
        for process in (self.subscribers, self.writers, self.attackers):
            if not process.child.is_running:
                await process.start()

    async def gauges(self, name: str, seconds: float = 10.0) -> list[float]:
        """Read a metric from each API process. Raises TimeoutError."""
        found: dict[float, float] = {}
        async with asyncio.timeout(seconds):
            while len(found) < sum(api.is_running for api in self.apis):
                # each new connection may reach another process
                async with self.client() as client:
                    values = _parse_metrics((await client.get("/metrics")).text)
                found[values["process_start_time_seconds"]] = values[name]
        return list(found.values())

    def memory(self) -> list[int]:
        """Return the resident bytes of each API process."""
        return [process.memory_info().rss for process in self._processes()]

    def connections(self) -> list[int]:
        """Return the number of client connections of each API process."""
        return [
            sum(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == self.port for one in process.net_connections())
            for process in self._processes()
        ]

    def descriptors(self) -> int:
        """Count the API processes' open descriptors, except connection pools to MongoDB and Redis, which do not shrink."""
        pools = {self.mongod.port, self.proxy.port}
        return sum(
            process.num_fds() - sum(bool(one.raddr) and one.raddr.port in pools for one in process.net_connections())
            for process in self._processes()
        )

    async def readiness(self) -> int:
        """Return the HTTP status of /readyz."""
        async with self.client() as client:
            return (await client.get("/readyz")).status_code

    def _processes(self) -> list[psutil.Process]:
        return [psutil.Process(api.pid) for api in self.apis if api.is_running]


@asynccontextmanager
async def deploy(folder: Path) -> AsyncIterator[Deployment]:
    """Start a deployment and stop it at the end of the block. Raises SandboxFailed if something does not start."""
    async with AsyncExitStack() as stack:
        mongod = await stack.enter_async_context(Mongod(folder / "mongod"))
        valkey = await stack.enter_async_context(Valkey(folder / "valkey"))
        proxy = await stack.enter_async_context(TcpProxy(valkey.port))
        port = free_port()
        environment = make_environment(
            mongodb_url=mongod.url,
            redis_url=f"redis://127.0.0.1:{proxy.port}/0",
            provider_url="http://127.0.0.1:9",  # no scenario calls Claude
            secret="a secret of faults that is long enough",
            api_port=port,
            MONGODB_DATABASE=f"faults_{time.time_ns()}",
            API_REUSE_PORT="true",
            API_MAX_CONNECTIONS=str(MAX_CONNECTIONS),
            LOG_LEVEL="INFO",
            **LOAD_RATES,
        )
        apis = [create_api_process(environment, folder / f"api-{index}.log", ROOT) for index in range(API_PROCESSES)]
        subscribers = RemoteProcess("tests.faults.subscribers_process", folder / "subscribers.log", environment)
        writers = RemoteProcess("tests.faults.writers_process", folder / "writers.log", environment)
        attackers = RemoteProcess("tests.faults.attackers_process", folder / "attackers.log", environment)
        deployment = Deployment(folder, mongod, valkey, proxy, port, apis, subscribers, writers, attackers, environment)
        await asyncio.gather(*(stack.enter_async_context(process) for process in (subscribers, writers, attackers)))
        stack.push_async_callback(deployment.kill_apis)
        for index in range(API_PROCESSES):
            await deployment.start_api(index)
            await asyncio.sleep(START_INTERVAL_SECONDS)
        roles: list[Role] = [Role.RECRUITER, Role.VIEWER]
        deployment.keys = {role: (await writers.call("create_api_key", role=role))[1] for role in roles}
        yield deployment


def _parse_metrics(text: str) -> dict[str, Any]:
    return {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
