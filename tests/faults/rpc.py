"""Remote calls from the harness to its own processes: one JSON object per line, over a connection that the process opens."""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import uvloop

from sandbox.processes import ChildProcess

ROOT = Path(__file__).parents[2]
LINE_BYTES = 64 * 1024 * 1024


class RemoteProcess:
    """A process of the harness that answers calls. Use as `async with`; its `child` can be killed and `start`ed again."""

    def __init__(self, module: str, log: Path, environment: Mapping[str, str]) -> None:
        self._module = module
        self._log = log
        self._environment = environment
        self._lock = asyncio.Lock()
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.child.kill()
        await self._disconnect()

    async def start(self) -> None:
        """Start the process and wait until it accepts calls. Raises SandboxFailed with the end of its log if it does not."""
        await self._disconnect()
        connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.get_running_loop().create_future()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.set_result((reader, writer))

        async def is_connected() -> bool:
            return connected.done()

        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=LINE_BYTES)
        try:
            command = [sys.executable, "-m", self._module, str(server.sockets[0].getsockname()[1])]
            self.child = ChildProcess(command, self._log, cwd=ROOT, environment=self._environment)
            await self.child.start()
            await self.child.wait_until(is_connected)
        finally:
            # without wait_closed, which would wait for the connection that stays open
            server.close()
        self._reader, self._writer = connected.result()

    async def call(self, name: str, **arguments: Any) -> Any:
        """Call a function of the process. Raises SandboxFailed if the process has ended, RuntimeError if the function raised."""
        if self._writer is None:
            raise RuntimeError(f"{self._module} was not started")
        async with self._lock:
            self._writer.write(orjson.dumps({"name": name, "arguments": arguments}) + b"\n")
            line = await self._reader.readline()
        if not line:
            raise self.child.make_failure(f"ended before it answered {name}")
        response = orjson.loads(line)
        if "error" in response:
            raise RuntimeError(response["error"])
        return response["result"]

    async def _disconnect(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()


async def serve_calls(functions: Mapping[str, Callable[..., Awaitable[Any]]]) -> None:
    """Serve calls of these functions by name until the harness disconnects."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]), limit=LINE_BYTES)
    gc.collect()
    gc.freeze()
    while line := await reader.readline():
        request = orjson.loads(line)
        try:
            response = {"result": await functions[request["name"]](**request["arguments"])}
        except Exception as error:
            response = {"error": f"{request['name']}: {type(error).__name__}: {error}"}
        writer.write(orjson.dumps(response) + b"\n")


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a process of the harness."""
    uvloop.run(main)
