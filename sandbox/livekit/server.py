"""livekit-server on loopback: no STUN, no TURN, no TCP for media, keys of its own."""

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
"""after the first SIGTERM, for connections to end; it would wait for as long as anybody is in a room"""


class LivekitServer(ChildProcess):
    """A server whose rooms are gone when it ends; started again it has the same URL and keys."""

    def __init__(self, binary: Path, data: Path, *, webhooks: Sequence[str] = ()) -> None:
        """`binary` is livekit-server (build.find_or_build); `webhooks` are the URLs that it tells what happens in rooms."""
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.http_url = f"http://127.0.0.1:{self.port}"
        self.api_key = f"sandbox-{secrets.token_hex(4)}"
        self.api_secret = secrets.token_urlsafe(32)
        configuration = {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "keys": {self.api_key: self.api_secret},
            "logging": {"level": "warn"},  # at info whole session descriptions are logged
            "rtc": {
                "use_external_ip": False,
                "node_ip": "127.0.0.1",
                "tcp_port": 0,  # any other would listen on every address
                "udp_port": _free_udp_port(),
                "enable_loopback_candidate": True,
                "interfaces": {"includes": ["lo"]},
                "stun_servers": ["127.0.0.1:3478"],  # without one, clients are sent to public ones; nobody listens there
            },
            **({"webhook": {"api_key": self.api_key, "urls": list(webhooks)}} if webhooks else {}),
        }
        # by the environment: a command line is everybody's to read. JSON is YAML.
        environment = {"LIVEKIT_CONFIG": json.dumps(configuration)}
        super().__init__([str(binary)], data / "livekit.log", environment=environment)

    async def start(self) -> None:
        """Start it and wait until it answers.

        Raises SandboxFailed, with the end of the log, when it does not; and where there is no network interface.
        """
        if not _has_interface():
            raise SandboxFailed(
                "There is no network interface besides lo: livekit-server would run, but its Python client gathers no address on "
                "lo, and nobody could join a room. Any interface that is up will do; nothing leaves this machine by it."
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
        """Ask it to end, and a second time while somebody is in a room: then it no longer waits for them."""
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
    """Whether an interface besides lo is up."""
    up = 0x1
    flags = [Path(f"/sys/class/net/{name}/flags") for _, name in socket.if_nameindex() if name != "lo"]
    return any(int(path.read_text(encoding="ascii"), 16) & up for path in flags)
