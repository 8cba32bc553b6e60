"""Where recordings lie: a folder, or a bucket of S3. One interface for both, over obstore.

All of an interview's bytes are under its id, so that one deletion takes them all.
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
"""read at once: a reader that is slow holds no more than this, and no connection of the store"""
S3_SCHEME = "s3://"


class StoreFailed(Exception):
    """The store did not do what was asked; the text says why, for people, and holds no path, key or address."""


class RecordingStore:
    """A store of objects by path, such as `<interview>/audio.ogg`."""

    def __init__(self, objects: ObjectStore, folder: Path | None = None) -> None:
        self._objects = objects
        self._folder = folder
        """the same as a folder of this machine"""

    async def put(self, path: str, content: bytes | Path) -> None:
        """Store an object, in one step, in place of what is there. Raises StoreFailed."""
        try:
            await self._objects.put_async(path, content)
        except (BaseError, OSError) as error:
            raise _to_store_failure(error) from None

    async def get(self, path: str) -> bytes:
        """A whole object, which must be small. Raises StoreFailed."""
        try:
            return (await (await self._objects.get_async(path)).bytes_async()).to_bytes()
        except (BaseError, OSError) as error:
            raise _to_store_failure(error) from None

    async def read(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes start to end - 1 of an object, piece by piece. Raises StoreFailed."""
        while start < end:
            until = min(end, start + READ_CHUNK_BYTES)
            try:
                piece = await self._objects.get_range_async(path, start=start, end=until)
            except (BaseError, OSError) as error:
                raise _to_store_failure(error) from None
            yield piece.to_bytes()
            start = until

    async def list(self, prefix: str) -> list[str]:
        """The paths of all objects below a path, in order. Raises StoreFailed."""
        try:
            return sorted([entry["path"] async for entries in self._objects.list(prefix) for entry in entries])
        except (BaseError, OSError) as error:
            raise _to_store_failure(error) from None

    async def delete(self, prefix: str) -> None:
        """Delete everything below a path; returns when nothing of it is there any more. Raises StoreFailed."""
        while paths := await self.list(prefix):
            try:
                await self._objects.delete_async(paths)
            except FileNotFoundError:
                continue  # another was at it too
            except (BaseError, OSError) as error:
                raise _to_store_failure(error) from None
        if self._folder is not None:
            # whoever was killed while it wrote left a file that is no object
            await asyncio.to_thread(shutil.rmtree, self._folder / prefix, ignore_errors=True)


def open_store(recording_settings: settings.RecordingSettings) -> RecordingStore | None:
    """The store that the settings name; None where nothing is recorded. Makes a folder that is not there.

    Raises OSError when the folder cannot be made, ValueError for a bucket without a name.
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
        # without: what the machine's role, or AWS's own variables, give
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


_FAILURE_REASONS = {
    "No space left on device": "The disk is full",
    "Disk quota exceeded": "The disk is full",
    "Read-only file system": "The store cannot be written to",
    "Permission denied": "The store may not be used",
}


def _to_store_failure(error: Exception) -> StoreFailed:
    if isinstance(error, FileNotFoundError):
        return StoreFailed("What was stored is no longer there")
    text = str(error)
    for sign, reason in _FAILURE_REASONS.items():
        if sign in text:
            return StoreFailed(reason)
    return StoreFailed(f"The store does not answer as it should ({type(error).__name__})")
