"""How each peer is started: one process, on a core of its own, fresh for every run."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fanout.cells import Peer
from sandbox.processes import Child, SandboxFailed, free_port
from sandbox.stack import MAIN, make_environment, wait_until_ready

ROOT = Path(__file__).parents[2]
NODE_SOURCES = Path(__file__).parent / "peers" / "node"
APPLICATIONS = {
    Peer.STOCK: "benchmarks.fanout.peers.stock:app",
    Peer.ARIADNE: "benchmarks.fanout.peers.ariadne_asgi:app",
    Peer.RAW: "benchmarks.fanout.peers.raw:app",
}


@dataclass(frozen=True, slots=True)
class Where:
    """Where everything is that a server needs."""

    data: Path
    python: Path
    """of the peers' virtual environment"""
    node: Path
    """folder of the peer on Node, with its packages"""
    mongodb_url: str
    redis_url: str
    secret: str
    core: int
    """that servers have to themselves"""
    viva: Mapping[str, str]
    """settings of Viva's by their names, besides"""

    def environment(self, api_port: int, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        """Viva's; `settings` by their names, besides."""
        return make_environment(
            mongodb_url=self.mongodb_url,
            redis_url=self.redis_url,
            provider_url="http://127.0.0.1:9",  # nobody is asked for words here
            secret=self.secret,
            api_port=api_port,
            **{**self.viva, "API_IDE": "false", **(settings or {})},
        )

    def turns_of(self, peer: Peer) -> Path:
        """The file that tells a peer what it may follow (benchmarks.fanout.peers.turns)."""
        return self.data / ("payloads.json" if peer is Peer.RAW else "messages.json")


@asynccontextmanager
async def serving(peer: Peer, where: Where, settings: Mapping[str, str] | None = None) -> AsyncIterator[tuple[Child, int]]:
    """A fresh server of that peer, up, and its port; `settings` are Viva's, besides. Raises SandboxFailed."""
    port = free_port()
    log = where.data / "logs" / f"{peer}.log"
    pinned = ("taskset", "-c", str(where.core))
    if peer is Peer.VIVA:
        environment = where.environment(port, settings)
        async with Child([*pinned, sys.executable, str(MAIN), "serve"], log, cwd=where.data, environment=environment) as child:
            await wait_until_ready(child, port)
            yield child, port
        return
    environment = {
        **os.environ,
        "PORT": str(port),
        "REDIS_URL": where.redis_url,
        "TURNS": str(where.turns_of(peer)),
        "PYTHONPATH": str(ROOT),
    }
    if peer is Peer.NODE:
        command = ["node", "server.mjs"]
    else:
        quiet = ("--log-level", "warning", "--no-access-log")
        command = [str(where.python), "-m", "uvicorn", APPLICATIONS[peer], "--port", str(port), *quiet]
    folder = where.node if peer is Peer.NODE else where.data
    async with Child([*pinned, *command], log, cwd=folder, environment=environment) as child:
        await child.wait_until_port(port)
        yield child, port


async def install_node(folder: Path) -> None:
    """The peer on Node with its packages, in `folder`; what is there already stays. Raises SandboxFailed."""
    npm = shutil.which("npm")
    if npm is None:
        raise SandboxFailed("There is no npm: install Node 20 or newer, or leave the peer out (--only viva,stock,ariadne,raw).")
    await asyncio.to_thread(shutil.copytree, NODE_SOURCES, folder, dirs_exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(npm, "ci", "--prefer-offline", "--loglevel=error"), cwd=folder, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise SandboxFailed("The packages of the peer on Node could not be installed: npm has said why.")
