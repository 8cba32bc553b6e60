"""The recording store: a folder or an S3 bucket, accessed through obstore.

All objects of an interview are below its id, so that one deletion removes them all.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

import settings

if TYPE_CHECKING:  # obstore has its types for the type checker only
    from obstore.store import S3Config

READ_CHUNK_BYTES = 256 * 1024
"""Bytes per read; a slow reader occupies no more memory than this, and no connection to the store."""
S3_SCHEME = "s3://"


class StoreFailed(Exception):
    """The store failed. The message gives the reason in words for users, without a path, key or address."""


class RecordingStore:
    """A store of objects by path, such as `<interview>/audio.webm`."""

    def __init__(self, objects: ObjectStore, folder: Path | None = None) -> None:
        self._objects = objects
        self._folder = folder
        """The folder of a local store."""

    async def put(self, path: str, content: bytes | Path) -> None:
        """Store or replace an object atomically. Raises StoreFailed."""
        try:
            await self._objects.put_async(path, content)
        except (BaseError, OSError) as error:
            raise _to_store_failure(error) from None

    async def get(self, path: str) -> bytes:
        """Return a whole object; use `read` for large ones. Raises StoreFailed."""
        try:
            return (await (await self._objects.get_async(path)).bytes_async()).to_bytes()
        except (BaseError, OSError) as error:
            raise _to_store_failure(error) from None

    async def read(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `end` of an object in pieces. Raises StoreFailed."""
        while start < end:
            until = min(end, start + READ_CHUNK_BYTES)
            try:
                piece = await self._objects.get_range_async(path, start=start, end=until)
            except (BaseError, OSError) as error:
                raise _to_store_failure(error) from None
            yield piece.to_bytes()
            start = until

    async def list(self, prefix: str) -> list[str]:
        """Return the paths of all objects below a path, sorted. Raises StoreFailed."""
        try:
            return sorted([entry["path"] async for entries in self._objects.list(prefix) for entry in entries])
        except (BaseError, OSError) as error:
            raise _to_store_failure(error) from None

    async def delete(self, prefix: str) -> None:
        """Delete everything below a path, and return once it is empty. Raises StoreFailed."""
        while paths := await self.list(prefix):
            try:
                await self._objects.delete_async(paths)
            except FileNotFoundError:
                continue  # deleted by a concurrent call
            except (BaseError, OSError) as error:
                raise _to_store_failure(error) from None
        if self._folder is not None:
            # a writer that was killed may have left a temporary file that is not an object
            await asyncio.to_thread(shutil.rmtree, self._folder / prefix, ignore_errors=True)


def open_store(recording_settings: settings.RecordingSettings) -> RecordingStore | None:
    """Open the store that the settings name; None if there is no store. Creates a missing folder.

    Raises OSError if the folder cannot be created, ValueError if the bucket has no name.
    """
    if not recording_settings.store:
        return None
    if not recording_settings.store.startswith(S3_SCHEME):
        folder = Path(recording_settings.store).expanduser().resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return RecordingStore(LocalStore(folder, automatic_cleanup=True), folder)
    bucket, _, prefix = recording_settings.store.removeprefix(S3_SCHEME).partition("/")
    if not bucket:
        raise ValueError("s3:// must be followed by the name of a bucket")
    config: S3Config = {"region": recording_settings.s3_region}
    if access_key := recording_settings.s3_access_key.get_secret_value():
        # otherwise obstore uses the machine's role or the standard AWS variables
        config |= {"access_key_id": access_key, "secret_access_key": recording_settings.s3_secret_key.get_secret_value()}
    if recording_settings.s3_endpoint:
        config["endpoint"] = recording_settings.s3_endpoint
    return RecordingStore(
        S3Store(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options={"allow_http": recording_settings.s3_endpoint.startswith("http:"), "timeout": timedelta(seconds=30)},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )
    )


# phrases in the texts of obstore's errors, which have no codes
_FAILURE_REASONS = {
    "No space left on device": "The disk is full",
    "Disk quota exceeded": "The disk is full",
    "Read-only file system": "The store cannot be written to",
    "Permission denied": "Access to the store was denied",
}


def _to_store_failure(error: Exception) -> StoreFailed:
    if isinstance(error, FileNotFoundError):
        return StoreFailed("The stored object no longer exists")
    text = str(error)
    for phrase, reason in _FAILURE_REASONS.items():
        if phrase in text:
            return StoreFailed(reason)
    return StoreFailed(f"The store did not respond as expected ({type(error).__name__})")
