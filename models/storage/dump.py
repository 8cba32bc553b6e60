"""A consistent copy of a database in files, and loading it into a database again.

Each collection is one file of concatenated BSON documents, compressed with gzip, as mongodump writes it. The manifest is written
last, so that an interrupted dump has none.
"""

import asyncio
import gzip
import hashlib
import json
import os
import struct
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pymongo
from bson.raw_bson import RawBSONDocument
from pydantic import BaseModel, ValidationError
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from models.storage.transactions import MAINTENANCE_SECONDS

FORMAT = 1
MANIFEST = "manifest.json"
SUFFIX = ".bson.gz"
COMPRESSION_LEVEL = 6
LOAD_BATCH_BYTES = 8 * 1024 * 1024
LOAD_BATCH_DOCUMENTS = 1_000
_SNAPSHOT_EXPIRED = (239, 246)
"""MongoDB's codes SnapshotTooOld and SnapshotUnavailable."""

Database = AsyncDatabase[dict[str, Any]]
Report = Callable[[str], None]


class DumpFailed(Exception):
    """A dump cannot be made or loaded. The message says why, and what to do."""


class DumpedCollection(BaseModel):
    """A file of a dump."""

    documents: int
    size: int
    """Bytes of the compressed file."""
    sha256: str
    """Digest of the compressed file."""


class Manifest(BaseModel):
    """What a dump contains."""

    format: int = FORMAT
    viva_version: str
    data_version: int
    database: str
    taken_at: datetime
    """The moment whose data the dump has, by MongoDB's clock."""
    collections: dict[str, DumpedCollection]


async def dump_database(database: Database, folder: Path, viva_version: str, data_version: int, report: Report) -> Manifest:
    """Write all documents of the database, as of one moment, into the folder, which has to be empty.

    Writers are not blocked. MongoDB keeps the data of that moment for minSnapshotHistoryWindowInSeconds (300): the dump must not
    take longer. Raises DumpFailed, pymongo.errors.PyMongoError or OSError.
    """
    if await asyncio.to_thread(os.listdir, folder):
        raise DumpFailed(f"{folder} is not empty: name a new folder.")
    names = sorted(name for name in await database.list_collection_names() if not name.startswith("system."))
    collections = {}
    with pymongo.timeout(MAINTENANCE_SECONDS):
        async with database.client.start_session(snapshot=True) as session:
            # the first read sets the moment
            await database[names[0] if names else "none"].find_one({}, {"_id": 1}, session=session)
            clock = (await database.client.admin.command("hello"))["localTime"]
            try:
                for name in names:
                    collections[name] = await _dump_collection(database, name, session, folder / f"{name}{SUFFIX}")
                    report(f"{name}: {collections[name].documents} documents.")
            except OperationFailure as error:
                if error.code not in _SNAPSHOT_EXPIRED:
                    raise
                raise DumpFailed(
                    "MongoDB no longer has the data of the moment at which the backup began. Raise its parameter "
                    "minSnapshotHistoryWindowInSeconds above the duration of a backup, or use snapshots of its volume."
                ) from None
    manifest = Manifest(
        viva_version=viva_version,
        data_version=data_version,
        database=database.name,
        taken_at=clock.astimezone(UTC),
        collections=collections,
    )
    await asyncio.to_thread(_write_new, folder / MANIFEST, manifest.model_dump_json(indent=2).encode())
    return manifest


def _write_new(path: Path, content: bytes) -> None:
    with _open_new(path) as file:
        file.write(content)


def _open_new(path: Path) -> BinaryIO:
    """Create a file that only its owner may read."""
    path.touch(mode=0o600, exist_ok=False)
    return path.open("wb")


async def _dump_collection(database: Database, name: str, session: Any, path: Path) -> DumpedCollection:
    documents = 0
    # without a time in the header, equal data make equal files
    with _open_new(path) as file, gzip.GzipFile("", "wb", COMPRESSION_LEVEL, file, mtime=0) as stream:
        # PyMongo's annotation is that of decoded documents
        async for batch in cast(AsyncIterator[bytes], database[name].find_raw_batches({}, session=session)):
            documents += _count_documents(batch)
            await asyncio.to_thread(stream.write, batch)
    return await asyncio.to_thread(_describe_file, path, documents)


def _count_documents(batch: bytes) -> int:
    """Return the number of concatenated documents. Each begins with its length."""
    count = start = 0
    while start < len(batch):
        count += 1
        start += struct.unpack_from("<i", batch, start)[0]
    return count


def _describe_file(path: Path, documents: int) -> DumpedCollection:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return DumpedCollection(documents=documents, size=path.stat().st_size, sha256=digest)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a dump, after comparing every file with it. Raises DumpFailed if something is missing or damaged."""
    try:
        manifest = Manifest.model_validate(json.loads((folder / MANIFEST).read_bytes()))
    except FileNotFoundError:
        raise DumpFailed(f"{folder} has no {MANIFEST}: it is not a complete backup.") from None
    except (ValueError, ValidationError):
        raise DumpFailed(f"{folder / MANIFEST} cannot be read: the backup is damaged.") from None
    if manifest.format != FORMAT:
        raise DumpFailed(f"The backup has format {manifest.format}: restore it with Viva {manifest.viva_version}.")
    for name, expected in manifest.collections.items():
        path = folder / f"{name}{SUFFIX}"
        if not path.is_file() or _describe_file(path, expected.documents) != expected:
            raise DumpFailed(f"{path} is missing or differs from what was written: the backup is damaged.")
    return manifest


async def load_dump(
    database: Database, folder: Path, manifest: Manifest, report: Report, *, without: Collection[str] = ()
) -> None:
    """Insert all documents of a dump, except those of the collections `without`. Raises DumpFailed if some are missing."""
    with pymongo.timeout(MAINTENANCE_SECONDS):
        for name, expected in manifest.collections.items():
            if name in without:
                continue
            batches = _read_batches(folder / f"{name}{SUFFIX}")
            inserted = 0
            while batch := await asyncio.to_thread(next, batches, None):
                await database[name].insert_many(batch, ordered=False)
                inserted += len(batch)
            if inserted != expected.documents:
                raise DumpFailed(f"{name} has {inserted} documents, and not {expected.documents}: the backup is damaged.")
            report(f"{name}: {inserted} documents.")


def _read_batches(path: Path) -> Iterator[list[RawBSONDocument]]:
    with gzip.open(path) as stream:
        batch: list[RawBSONDocument] = []
        size = 0
        while header := stream.read(4):
            length = struct.unpack("<i", header)[0]
            batch.append(RawBSONDocument(header + stream.read(length - 4)))
            size += length
            if size >= LOAD_BATCH_BYTES or len(batch) >= LOAD_BATCH_DOCUMENTS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch
