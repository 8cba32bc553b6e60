"""`make bench`: compares the live path and the list query of Viva with those of its peers, in one run (docs/performance.md)."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from bson import ObjectId
from rich.console import Console
from rich.markup import escape

from benchmarks.archive import Archive, store
from benchmarks.figures import Sample, figures_table, goals_table, judge, summarize, warnings
from benchmarks.followed_interviews import (
    SUBSCRIPTION,
    TEXT_LENGTH,
    FollowedInterview,
    observe_messages,
    read_corpus,
    start_followed,
)
from benchmarks.http_load import Requests, send_from_process
from benchmarks.load_generator import LoadGenerator, build
from benchmarks.rig import DATA, RESULTS, Rig, install_node_peer, start_rig
from benchmarks.workloads import CONNECT, CONNECT_SUBSCRIBERS, NAMES, WORKLOADS, Metric, Peer, Workload
from cli.keys import load_starter_positions
from live.signing import derive_message_key
from models import database
from models.documents.organization import Role, create_key, ensure_organization
from resolvers.positions import seed_positions
from sandbox.livekit.build import ReportProgress
from sandbox.processes import ChildProcess, SandboxFailed
from sandbox.results import describe_machine, percentile, write_section
from sandbox.stack import console_reporter

ROUNDS, FULL_ROUNDS = 2, 5
MAX_TRIES = 3
"""Maximum number of times that a run is tried while other processes starve the server."""
WIDTH = 150
CONCURRENT_DIALS = 50
SETTLE_SECONDS = 2.0
"""Seconds from the last connection until memory is read."""
WARM_UP_SECONDS = 0.5
LIST_WARM_UP_SECONDS = 1.0
DRAIN_SECONDS = 30.0
STORED_INTERVIEWS = 1_000
LIST_QUERY = (
    "{ interviews(first: 20) { nodes { id status channel language createdAt startedAt endedAt lastSeq "
    "candidate { name } position { title } } } }"
)
PEERS_LIST_QUERY = "{ interviews { id status channel language createdAt startedAt endedAt lastSeq candidateName positionTitle } }"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Servers, data and load generator of a comparison."""

    rig: Rig
    generator: Path
    token: str
    """API key of the organization whose interviews are followed."""
    followed: Sequence[FollowedInterview]
    list_token: str
    """API key of the organization with STORED_INTERVIEWS."""
    list_owner: ObjectId

    async def run(self, peer: Peer, workload: Workload) -> list[Sample]:
        """Measure one workload on a fresh server; repeat a run that other processes disturbed. Raises SandboxFailed."""
        tries: list[list[Sample]] = []
        while not tries or (len(tries) < MAX_TRIES and any(sample.is_starved for sample in tries[-1])):
            async with self._serve(peer) as (server, port):
                measure = self._measure_list if workload.connections else self._measure_live
                tries.append(await measure(peer, workload, server, port))
        return max(tries, key=lambda samples: samples[-1].cpu.get("server", 0.0))

    @asynccontextmanager
    async def _serve(self, peer: Peer) -> AsyncIterator[tuple[ChildProcess, int]]:
        environment = {"TURNS": str(self._turns_file(peer)), "OWNER": str(self.list_owner)}
        match peer:
            case Peer.VIVA:
                serving = self.rig.serve_viva()
            case Peer.NODE:
                serving = self.rig.serve_node(environment)
            case _:
                serving = self.rig.serve_python(f"benchmarks.peers.{peer}:app", environment)
        async with serving as served:
            yield served

    async def _measure_live(self, peer: Peer, workload: Workload, server: ChildProcess, port: int) -> list[Sample]:
        samples = []
        # connect one client first: what a server allocates only once must not count as memory of the subscribers
        async with LoadGenerator(self.generator) as first:
            await first.request(self._config(peer, replace(workload, interviews=1, subscribers=1), port, server))
        await asyncio.sleep(0.2)
        before = _resident_bytes(server)
        count = workload.interviews * workload.subscribers
        async with LoadGenerator(self.generator) as generator:
            connected = await generator.request(self._config(peer, workload, port, server))
            if count >= CONNECT_SUBSCRIBERS:
                await asyncio.sleep(SETTLE_SECONDS)
                memory = (_resident_bytes(server) - before) / 1024 / count
                values = {Metric.CONNECT: connected["seconds"], Metric.MEMORY: memory}
                samples.append(Sample(peer, CONNECT, values, connected["cpu"]))
            load = {
                "window": workload.window,
                "rate": workload.rate,
                "seconds": workload.seconds,
                "warm_up_seconds": WARM_UP_SECONDS,
            }
            measured = await generator.request(load)
        if workload.window:
            values = {Metric.RATE: measured["messages"] / measured["seconds"]}
        else:
            delays = measured["milliseconds"]
            values = {Metric.P50: delays["0.5"], Metric.P95: delays["0.95"], Metric.P99: delays["0.99"]}
        return [*samples, Sample(peer, workload.name, values, measured["cpu"])]

    async def _measure_list(self, peer: Peer, workload: Workload, _: ChildProcess, port: int) -> list[Sample]:
        query, headers = PEERS_LIST_QUERY, {}
        if peer is Peer.VIVA:
            query, headers = LIST_QUERY, {"Authorization": f"Bearer {self.list_token}"}
        requests = Requests(port, "/graphql", headers, json.dumps({"query": query}), workload.connections, LIST_WARM_UP_SECONDS)
        await send_from_process(requests)
        responses = await send_from_process(replace(requests, seconds=workload.seconds))
        p50, p95 = (1000 * percentile(responses.latencies, share) for share in (0.5, 0.95))
        values = {Metric.RESPONSES: responses.per_second, Metric.P50: p50, Metric.P95: p95}
        return [Sample(peer, workload.name, values, {})]

    def _config(self, peer: Peer, workload: Workload, port: int, server: ChildProcess) -> dict[str, Any]:
        interviews = self.followed[: workload.interviews]
        return {
            "url": f"ws://127.0.0.1:{port}/graphql",
            "init": {"authorization": f"Bearer {self.token}"},
            "query": SUBSCRIPTION,
            "redis": f"127.0.0.1:{self.rig.valkey.port}",
            "signing_key": derive_message_key(self.rig.settings.auth.secret.get_secret_value()).hex()
            if peer is Peer.VIVA
            else "",
            "processes": {"server": server.pid, "redis": self.rig.valkey.pid},
            "interviews": [interview.to_config(publish_payloads=peer is Peer.RAW) for interview in interviews],
            "subscribers": workload.subscribers,
            "concurrent_dials": CONCURRENT_DIALS,
            "drain_seconds": DRAIN_SECONDS,
            "corpus": read_corpus(),
            "text_length": TEXT_LENGTH,
        }

    def _turns_file(self, peer: Peer) -> Path:
        return self.rig.data / ("payloads.json" if peer is Peer.RAW else "messages.json")

    async def write_turns_files(self) -> None:
        """Write the files from which the peers read the interviews (benchmarks.peers.turns)."""
        for peer in (Peer.STOCK, Peer.RAW):
            rows = {interview.id: interview.to_row(publish_payloads=peer is Peer.RAW) for interview in self.followed}
            await asyncio.to_thread(self._turns_file(peer).write_text, json.dumps(rows), encoding="utf-8")


@asynccontextmanager
async def prepare(
    peers: Collection[Peer], interviews: int, report: ReportProgress, data: Path = DATA / "compare"
) -> AsyncIterator[Comparison]:
    """Start servers with the data that all peers serve; stop them at the end. Raises SandboxFailed."""
    generator = await build(data, report)
    if Peer.NODE in peers:
        await install_node_peer()
    async with start_rig(data, reserve_core=True) as rig:
        async with database.connect(rig.settings.mongodb):
            keys = []
            for name in ("Followed", "Listed"):
                owner, _ = await ensure_organization(name)
                keys.append((owner, (await create_key(owner.id, Role.RECRUITER, "benchmark"))[1]))
            (followed_owner, token), (list_owner, list_token) = keys
            await seed_positions(followed_owner.id, load_starter_positions())
            await store([Archive(list_owner.id, STORED_INTERVIEWS)])
        async with rig.serve_viva() as (_, port):
            interview_ids = await start_followed(f"http://127.0.0.1:{port}", token, interviews)
        followed = await observe_messages(rig.settings, interview_ids)
        comparison = Comparison(rig, generator, token, followed, list_token, list_owner.id)
        await comparison.write_turns_files()
        yield comparison


def _resident_bytes(server: ChildProcess) -> int:
    resident: int = psutil.Process(server.pid).memory_info().rss
    return resident


async def _measure(console: Console, peers: Sequence[Peer], workloads: Sequence[Workload], rounds: int) -> list[Sample]:
    samples = []
    async with prepare(peers, max(workload.interviews for workload in workloads), console_reporter(console)) as comparison:
        for number in range(rounds):
            for workload in workloads:
                for peer in (peer for peer in peers if peer in workload.peers):
                    for sample in await comparison.run(peer, workload):
                        samples.append(sample)
                        values = ", ".join(f"{value:,.4g} {metric}" for metric, value in sample.values.items())
                        console.print(f"[dim]round {number + 1}, {sample.workload}, {NAMES[peer]}: {values}[/]")
    return samples


def main(
    *,
    peers: Annotated[str, typer.Option(help="Peers, separated by commas.")] = ",".join(Peer),
    workloads: Annotated[str, typer.Option(help="Loads, separated by semicolons.")] = ";".join(WORKLOADS),
    rounds: Annotated[int | None, typer.Option(help="How often each load is measured.")] = None,
    full: Annotated[bool, typer.Option(help=f"{FULL_ROUNDS} rounds instead of {ROUNDS}.")] = False,
) -> None:
    """Compare Viva with its peers. Nothing else should be running on the machine."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    try:
        chosen = [Peer(name) for name in peers.split(",")]
        selected = [WORKLOADS[name] for name in workloads.split(";")]
    except (ValueError, KeyError) as unknown:
        console.print(f"[red]{escape(str(unknown))}: peers are {', '.join(Peer)}; loads are {'; '.join(WORKLOADS)}.[/]")
        sys.exit(2)
    machine = describe_machine()
    rounds = rounds or (FULL_ROUNDS if full else ROUNDS)
    try:
        samples = asyncio.run(_measure(console, chosen, selected, rounds))
    except SandboxFailed as failed:
        console.print(f"[red]{escape(str(failed))}[/]")
        sys.exit(1)
    tables = [figures_table(samples), goals_table(judge(summarize(samples)))]
    notes = warnings(samples)
    console.print(*tables, *notes, sep="\n")
    if peers == ",".join(Peer) and workloads == ";".join(WORKLOADS):
        introduction = f"By `make bench`, medians of {rounds} rounds. {machine}."
        write_section(RESULTS, "Live path and list query beside peers", introduction, tables, notes)


if __name__ == "__main__":
    typer.run(main)
