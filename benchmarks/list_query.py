"""`python -m benchmarks.list_query`: a page of 20 interviews with 10 fields, beside the same from peers, in one run.

docs/performance-lists.md says what is measured, and how, and holds the figures of the last run.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from statistics import median
from typing import Annotated, Any

import typer
from beanie import PydanticObjectId
from bson import ObjectId
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import settings
from benchmarks.fanout.servers import ROOT, install_node
from benchmarks.http_load import Load, Sent
from benchmarks.list_archive import Archive, fill
from benchmarks.replies import percentile
from benchmarks.report import machine
from models.documents.organization import Role, create_key, ensure_organization
from models.storage import database
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess, SandboxFailed, free_port
from sandbox.stack import MAIN, make_environment, wait_until_ready
from sandbox.valkey import Valkey

DATA = ROOT / ".viva" / "benchmark" / "list_query"
PYTHON = ROOT / ".viva" / "benchmark" / "python" / "bin" / "python"
NODE = ROOT / ".viva" / "benchmark" / "node"
RESULTS = ROOT / "benchmarks" / "results" / "list_query.json"
DATABASE = "lists"
STORED = 1_000
CONNECTIONS = (1, 32)
SECONDS = 3.0
ROUNDS = 5
REACHED = 2.0
"""times what Strawberry's stock server answers"""
SERVERS_CORE, REST_CORE = "0", "1"

QUERY = (
    "{ interviews(first: 20) { nodes { id status channel language createdAt startedAt endedAt lastSeq "
    "candidate { name } position { title } } } }"
)
FLAT = "{ interviews { id status channel language createdAt startedAt endedAt lastSeq candidateName positionTitle } }"


class Server(StrEnum):
    """Who is asked."""

    VIVA = "viva"
    STOCK = "stock Strawberry"
    YOGA = "Node yoga"


@dataclass(frozen=True, slots=True)
class Rig:
    """What the servers read."""

    mongodb_url: str
    redis_url: str
    owner: ObjectId
    secret: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One server under one load, in one round."""

    server: Server
    connections: int
    per_second: float
    p50_ms: float
    p95_ms: float


@asynccontextmanager
async def _rig() -> AsyncIterator[Rig]:
    """Servers with an organization's interviews in them."""
    async with Mongod(DATA / "mongod") as mongod, Valkey(DATA / "valkey") as valkey:
        for child in (mongod, valkey):
            os.sched_setaffinity(child.pid, {int(REST_CORE)})
        async with database.connect(settings.MongodbSettings(url=mongod.url, database=DATABASE)) as client:
            await client.drop_database(DATABASE)
        async with database.connect(settings.MongodbSettings(url=mongod.url, database=DATABASE)):
            organization, _ = await ensure_organization("Benchmark")
            owner = organization.id
            _, secret = await create_key(PydanticObjectId(owner), Role.RECRUITER, "benchmark")
            await fill([Archive(owner, STORED)])
        yield Rig(mongod.url, valkey.url, owner, secret)


@asynccontextmanager
async def _serving(server: Server, rig: Rig) -> AsyncIterator[tuple[int, str, dict[str, str]]]:
    """A server, up; its port, what it is asked, and the headers besides."""
    port, log = free_port(), DATA / "logs" / f"{server.name.lower()}.log"
    pinned = ("taskset", "-c", SERVERS_CORE)
    if server is Server.VIVA:
        environment = make_environment(
            mongodb_url=rig.mongodb_url,
            redis_url=rig.redis_url,
            provider_url="http://127.0.0.1:9",  # nobody is asked for words here
            secret=secrets.token_urlsafe(48),
            api_port=port,
            MONGODB_DATABASE=DATABASE,
            API_IDE="false",
        )
        async with ChildProcess([*pinned, sys.executable, str(MAIN), "serve"], log, cwd=DATA, environment=environment) as child:
            await wait_until_ready(child, port)
            yield port, QUERY, {"Authorization": f"Bearer {rig.secret}"}
        return
    environment = {
        **os.environ,
        "PORT": str(port),
        "MONGODB_URL": rig.mongodb_url,
        "DATABASE": DATABASE,
        "OWNER": str(rig.owner),
        "PYTHONPATH": str(ROOT),
    }
    quiet = ("--log-level", "warning", "--no-access-log")
    stock = [str(PYTHON), "-m", "uvicorn", "benchmarks.fanout.peers.list_stock:app", "--port", str(port), *quiet]
    command = ["node", "list.mjs"] if server is Server.YOGA else stock
    async with ChildProcess(
        [*pinned, *command], log, cwd=NODE if server is Server.YOGA else DATA, environment=environment
    ) as child:
        await child.wait_until_port(port)
        yield port, FLAT, {}


async def _send(load: Load) -> Sent:
    process = await asyncio.create_subprocess_exec(
        *("taskset", "-c", REST_CORE, sys.executable, "-m", "benchmarks.http_load"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(json.dumps(asdict(load)).encode())
    sent = Sent(**json.loads(output))
    if sent.wrong or not sent.latencies:
        raise SandboxFailed(f"{sent.wrong} of {len(sent.latencies)} answers were not what was asked for.")
    return sent


async def measure(console: Console, servers: Sequence[Server], rounds: int) -> list[Answered]:
    """Each server under each load, by turns, `rounds` times. Raises SandboxFailed when one is not up, or answers wrongly."""
    answered = []
    if Server.YOGA in servers:
        await install_node(NODE)
    if Server.STOCK in servers and not await asyncio.to_thread(PYTHON.exists):
        raise SandboxFailed("The peers in Python are not installed: run `make bench-peers`.")
    async with AsyncExitStack() as up:
        rig = await up.enter_async_context(_rig())
        asked = {server: await up.enter_async_context(_serving(server, rig)) for server in servers}
        for number in range(rounds + 1):
            for connections in CONNECTIONS:
                for server in servers if number % 2 else reversed(servers):
                    port, query, headers = asked[server]
                    body = json.dumps({"query": query})
                    sent = await _send(Load(port, "/graphql", headers, body, connections, SECONDS if number else 1.0))
                    if number:  # the first round warms up
                        p50, p95 = (1e3 * percentile(sent.latencies, share) for share in (0.5, 0.95))
                        answered.append(Answered(server, connections, sent.per_second, p50, p95))
            console.print(f"[dim]list query, round {number} of {rounds}[/]")
    return answered


def verdicts(answered: Sequence[Answered]) -> list[dict[str, Any]]:
    """Medians of the rounds for each server and load, as times what the stock server does in the same round."""
    rows = []
    for connections in CONNECTIONS:
        stock = _of(answered, Server.STOCK, connections)
        for server in Server:
            mine = _of(answered, server, connections)
            if not mine:
                continue
            times = median(one.per_second / other.per_second for one, other in zip(mine, stock, strict=True)) if stock else None
            rows.append(
                {
                    "server": server,
                    "connections": connections,
                    "per_second": median(one.per_second for one in mine),
                    "p50_ms": median(one.p50_ms for one in mine),
                    "p95_ms": median(one.p95_ms for one in mine),
                    "times_stock": times,
                    "reached": None if times is None or server is not Server.VIVA else times >= REACHED,
                }
            )
    return rows


def _of(answered: Sequence[Answered], server: Server, connections: int) -> list[Answered]:
    return [one for one in answered if one.server is server and one.connections == connections]


def list_table(rows: Sequence[dict[str, Any]], load: float) -> Table:
    """The verdicts, for people."""
    title = f"A list query, 20 interviews with 10 fields from MongoDB; load average {load:.1f}"
    table = Table("server", "connections", "requests/s", "p50 ms", "p95 ms", "x stock", f">= {REACHED:g}", title=title)
    for row in rows:
        times = "" if row["times_stock"] is None else f"{row['times_stock']:.2f}"
        verdict = {None: "", True: "yes", False: "[red]no[/]"}[row["reached"]]
        figures = (f"{row['per_second']:,.0f}", f"{row['p50_ms']:.2f}", f"{row['p95_ms']:.2f}")
        table.add_row(row["server"], str(row["connections"]), *figures, times, verdict)
    return table


async def run(console: Console, servers: Sequence[Server] = tuple(Server), rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Measure, print the table, keep the figures; returns its rows. Raises SandboxFailed."""
    load = os.getloadavg()[0]
    rows = verdicts(await measure(console, list(servers), rounds))
    console.print(list_table(rows, load))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": machine(), "load_average": load, "rows": rows}, indent=1), encoding="utf-8")
    return rows


def main(
    *,
    only: Annotated[list[Server] | None, typer.Option(help="Only these; may be given several times.")] = None,
    rounds: Annotated[int, typer.Option(help="How often each is measured.")] = ROUNDS,
) -> None:
    """Measure a list query on this machine, which should have nothing else to do."""
    console = Console(highlight=False)
    console.width = max(console.width, 120)
    try:
        asyncio.run(run(console, only or tuple(Server), rounds))
    except SandboxFailed as failed:
        console.print(f"[red]{escape(str(failed))}[/]")
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
