"""MongoDB, Redis and the interviews, up for all rounds; and one run of one cell against one fresh server."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
from pymongo import AsyncMongoClient

from benchmarks.fanout.cells import CONNECT, Cell, Metric, Peer
from benchmarks.fanout.figures import Sample
from benchmarks.fanout.generator import Generator, build
from benchmarks.fanout.interviews import SUBSCRIPTION, TEXT_LENGTH, Followed, look, read_corpus, start
from benchmarks.fanout.servers import ROOT, Where, install_node, serving
from cli.keys import provision_key
from models.documents.organization import Role
from sandbox.livekit.build import ReportProgress
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess, SandboxFailed
from sandbox.stack import parse_settings
from sandbox.valkey import Valkey

DATA = ROOT / ".viva" / "benchmark" / "fanout"
PYTHON = ROOT / ".viva" / "benchmark" / "python" / "bin" / "python"
DATABASE = "viva_fanout"
AT_ONCE = 50
"""connections that are being opened at one moment"""
SETTLE_SECONDS = 2.0
"""from the last connection until memory is looked at"""
WARM_UP_SECONDS = 0.5
NICENESS = -10
DRAIN_SECONDS = 30.0
"""within which what is in flight at the end must arrive"""
KIBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class Rig:
    """What is up, and what is followed."""

    where: Where
    generator: Path
    cores: set[int]
    """of the load generator"""
    redis: Valkey
    token: str
    interviews: list[Followed]

    async def run(self, peer: Peer, cell: Cell) -> list[Sample]:
        """One run; with 1000 subscribers it tells of connecting too.

        Raises SandboxFailed, as when a message is lost, repeated, out of order or wrong.
        """
        settings = None if cell.compression is None else {"API_COMPRESSION": str(cell.compression).lower()}
        samples = []
        async with serving(peer, self.where, settings) as (server, port):
            # what a server loads or remembers with its first client is no subscriber's
            async with Generator(self.generator, self.cores) as first:
                await first.ask(self._config(peer, replace(cell, interviews=1, subscribers=1), port, server))
            await asyncio.sleep(0.2)
            before = _rss(server)
            async with Generator(self.generator, self.cores) as generator:
                connected = await generator.ask(self._config(peer, cell, port, server))
                if cell.interviews * cell.subscribers >= CONNECT.subscribers:
                    await asyncio.sleep(SETTLE_SECONDS)
                    grown = (_rss(server) - before) / KIBIBYTE / (cell.interviews * cell.subscribers)
                    values = {Metric.CONNECT: connected["seconds"], Metric.MEMORY: grown}
                    samples.append(Sample(peer, CONNECT.name, values, connected["cpu"]))
                if cell.seconds:
                    load = {"window": cell.window, "rate": cell.rate, "seconds": cell.seconds, "warm_up_seconds": WARM_UP_SECONDS}
                    measured = await generator.ask(load)
                    samples.append(Sample(peer, cell.name, _values(measured, cell), measured["cpu"]))
        return samples

    def _config(self, peer: Peer, cell: Cell, port: int, server: ChildProcess) -> dict[str, Any]:
        ready = peer is Peer.RAW
        return {
            "url": f"ws://127.0.0.1:{port}/graphql",
            "init": {"authorization": f"Bearer {self.token}"},
            "query": SUBSCRIPTION,
            "redis": f"127.0.0.1:{self.redis.port}",
            "processes": {"server": server.pid, "redis": self.redis.pid},
            "interviews": [interview.to_config(ready=ready) for interview in self.interviews[: cell.interviews]],
            "subscribers": cell.subscribers,
            "at_once": AT_ONCE,
            "deflate": cell.compression is not None,
            "drain_seconds": DRAIN_SECONDS,
            "corpus": read_corpus(),
            "text_length": TEXT_LENGTH,
        }


def _values(measured: dict[str, Any], cell: Cell) -> dict[Metric, float]:
    if not cell.window:
        took = measured["milliseconds"]
        return {Metric.P50: took["0.5"], Metric.P95: took["0.95"], Metric.P99: took["0.99"]}
    values = {Metric.RATE: measured["messages"] / measured["seconds"]}
    return values if cell.compression is None else {**values, Metric.WIRE: measured["wire_bytes"]}


def _rss(server: ChildProcess) -> int:
    resident: int = psutil.Process(server.pid).memory_info().rss
    return resident


@asynccontextmanager
async def brought_up(peers: Collection[Peer], interviews: int, tell: ReportProgress, data: Path = DATA) -> AsyncIterator[Rig]:
    """Everything up for these peers, with so many interviews; down again at the end. What it keeps is in `data`.

    This process and all that it starts, but for the servers that are measured, shares what cores are left meanwhile.
    Raises SandboxFailed.
    """
    cores = os.sched_getaffinity(0)
    server_core, *others = sorted(cores)
    if not others:
        raise SandboxFailed("This needs two cores: one for the server, one for those who load it.")
    if {Peer.STOCK, Peer.ARIADNE, Peer.RAW} & set(peers) and not PYTHON.exists():
        raise SandboxFailed("The peers on Python are not installed: `make bench-peers` does it.")
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    binary = await build(data, tell)
    if Peer.NODE in peers:
        await install_node(data / "node")
    os.sched_setaffinity(0, others)
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(PermissionError):  # what else is at work here then disturbs less
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    try:
        async with Mongod(data / "mongod") as mongod, Valkey(data / "valkey") as valkey:
            where = Where(
                data, PYTHON, data / "node", mongod.url, valkey.url, secrets.token_urlsafe(48), server_core,
                {"MONGODB_DATABASE": DATABASE},
            )  # fmt: skip
            token, followed = await _prepare(where, interviews)
            yield Rig(where, binary, set(others), valkey, token, followed)
    finally:
        os.sched_setaffinity(0, cores)
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, niceness)


async def _prepare(where: Where, interviews: int) -> tuple[str, list[Followed]]:
    """A recruiter's key, and so many interviews, in an empty database; what peers are told of them is written down."""
    async with AsyncMongoClient[dict[str, Any]](where.mongodb_url) as client:
        await client.drop_database(DATABASE)
    settings = parse_settings(where.environment(api_port=0))
    _, token = await provision_key(settings, "Benchmark", Role.RECRUITER, "benchmark")
    async with serving(Peer.VIVA, where) as (_, port):
        names = await start(f"http://127.0.0.1:{port}", token, interviews)
    followed = await look(settings, names)
    for peer in (Peer.STOCK, Peer.RAW):
        rows = {interview.name: interview.to_row(ready=peer is Peer.RAW) for interview in followed}
        await asyncio.to_thread(where.turns_of(peer).write_text, json.dumps(rows), encoding="utf-8")
    return token, followed
