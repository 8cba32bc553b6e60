"""Runs livekit-server on loopback with its own keys, without STUN, TURN or media over TCP."""

import asyncio
import json
import secrets
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import httpx2

from sandbox.processes import STOP_SECONDS, ChildProcess, SandboxFailed, free_port

DRAIN_SECONDS = 0.5
"""Seconds after the first SIGTERM for connections to end. The server would wait until every room is empty."""


class LivekitServer(ChildProcess):
    """A server that loses its rooms when it ends, and has the same URL and keys when it is started again."""

    def __init__(self, binary: Path, data: Path, *, webhooks: Sequence[str] = ()) -> None:
        """`binary` is the path of livekit-server (see build.py); `webhooks` are the URLs to which it posts room events."""
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.http_url = f"http://127.0.0.1:{self.port}"
        self.api_key = f"sandbox-{secrets.token_hex(4)}"
        self.api_secret = secrets.token_urlsafe(32)
        configuration = {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "keys": {self.api_key: self.api_secret},
            "logging": {"level": "warn"},  # at info it logs whole session descriptions
            "rtc": {
                "use_external_ip": False,
                "node_ip": "127.0.0.1",
                "tcp_port": 0,  # any other value would make it listen on every address
                "udp_port": _free_udp_port(),
                "enable_loopback_candidate": True,
                "interfaces": {"includes": ["lo"]},
                "stun_servers": ["127.0.0.1:3478"],  # nothing listens there; without it, clients would use public servers
            },
            **({"webhook": {"api_key": self.api_key, "urls": list(webhooks)}} if webhooks else {}),
        }
        # in the environment, because every user of the machine can read command lines; JSON is valid YAML
        environment = {"LIVEKIT_CONFIG": json.dumps(configuration)}
        super().__init__([str(binary)], data / "livekit.log", environment=environment)

    async def start(self) -> None:
        """Start the server and wait until it responds.

        Raises SandboxFailed, with the end of the log, if it does not, and if no network interface other than lo is up.
        """
        if not _has_interface():
            raise SandboxFailed(
                "The only network interface is lo, on which LiveKit's Python client gathers no address, so nobody could join a "
                "room. Bring up any other interface; nothing leaves this machine through it."
            )
        await super().start()
        async with httpx2.AsyncClient(base_url=self.http_url, trust_env=False) as client:

            async def is_ready() -> bool:
                try:
                    return (await client.get("/")).is_success
                except httpx2.TransportError:
                    return False

            await self.wait_until(is_ready)

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop the server. It sends a second SIGTERM if a room is not empty, after which the server no longer waits for it."""
        if not self.is_running:
            return
        self.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), DRAIN_SECONDS)
        except TimeoutError:
            await super().stop(seconds)


def _free_udp_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _has_interface() -> bool:
    """Return whether a network interface other than lo is up."""
    up = 0x1
    flags = [Path(f"/sys/class/net/{name}/flags") for _, name in socket.if_nameindex() if name != "lo"]
    return any(int(path.read_text(encoding="ascii"), 16) & up for path in flags)
