"""`main.py backup` and `main.py restore`: copies of the database, from which erased people do not come back."""

import asyncio
from pathlib import Path
from typing import Any

import typer
from pymongo import ReplaceOne
from pymongo.asynchronous.database import AsyncDatabase

from cli.common import exit_with_error, load_settings, open_recording_store, run_or_exit
from models.database import DOCUMENTS, bind_documents, open_client, require_prepared
from models.migrations.data_version import COLLECTION, DOCUMENT_ID, read_data_version
from models.migrations.runner import migrate
from models.migrations.steps import DATA_VERSION
from models.storage.dump import DumpFailed, Manifest, dump_database, load_dump, read_manifest
from models.writes.change_sequence import restart_feeds
from recording.erasure_log import (
    ErasureList,
    InvalidErasureList,
    export_erasures,
    merge_lists,
    parse_erasures,
    read_list_of_store,
    replay_erasures,
)
from recording.storage import RecordingStore, StoreFailed
from settings import Settings
from version import read_version

Database = AsyncDatabase[dict[str, Any]]

PENDING_ERASURES = "pending_erasures"
"""Collection of the erasures that a restore has to replay, while it runs."""


def run_backup(folder: Path) -> None:
    """Write a backup into the folder. Exits with 2 if it cannot be made."""
    settings = load_settings()
    try:
        manifest = run_or_exit(back_up(settings, folder))
    except (DumpFailed, OSError) as error:
        raise exit_with_error(f"The backup was not made: {error}") from None
    typer.echo(
        f"{folder} has the data of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC. It is personal data: encrypt it, and delete it "
        "once its retention period is over. Recordings are not in it."
    )


async def back_up(settings: Settings, folder: Path) -> Manifest:
    """Write a backup into a new or empty folder. Raises DumpFailed, OSError or pymongo.errors.PyMongoError."""
    async with open_client(settings.mongodb) as client:
        source = client[settings.mongodb.database]
        await require_prepared(source)
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        number = (await read_data_version(source))["number"]
        return await dump_database(source, folder, read_version(), number, typer.echo)


def run_restore(folder: Path, *, erasure_files: list[Path], no_erasures: bool, force: bool) -> None:
    """Restore a backup and replay the erasures since. Exits with 2, before anything is changed, if that is not possible."""
    settings = load_settings()
    store = open_recording_store(settings)
    try:
        run_or_exit(restore(settings, folder, store, erasure_files, no_erasures=no_erasures, force=force))
    except (DumpFailed, StoreFailed, OSError) as error:
        raise exit_with_error(f"The backup was not restored: {error}") from None


async def restore(
    settings: Settings,
    folder: Path,
    store: RecordingStore | None,
    erasure_files: list[Path],
    *,
    no_erasures: bool = False,
    force: bool = False,
) -> None:
    """Load a backup into the database of the settings, and erase again what the lists say.

    Raises DumpFailed before anything is changed if the backup is damaged, the database has data, or the lists end too early.
    """
    manifest = await asyncio.to_thread(read_manifest, folder)
    if manifest.data_version > DATA_VERSION:
        raise DumpFailed(f"it was made by a newer version of Viva ({manifest.viva_version}): restore it with that version.")
    async with open_client(settings.mongodb) as client:
        database = client[settings.mongodb.database]
        used = await _list_used_collections(database)
        if used and not force:
            raise DumpFailed(
                f"the database {database.name} has data. Set MONGODB_DATABASE to a new name, or replace the data with --force, "
                "once all of Viva's processes are stopped."
            )
        erasures = await _collect_erasures(database, store, erasure_files, has_data=bool(used))
        if not no_erasures:
            _require_complete(erasures, manifest)
        await _begin_restore(database, erasures, manifest)
        for name in used:
            if name != PENDING_ERASURES:
                await database[name].drop()
        await load_dump(database, folder, manifest, typer.echo, without={COLLECTION, PENDING_ERASURES})
        await migrate(database, DOCUMENTS, report=typer.echo)
        await bind_documents(database)
        await restart_feeds()
        replayed = await replay_erasures(erasures.erasures if erasures else (), store)
        await database[COLLECTION].update_one({"_id": DOCUMENT_ID}, {"$unset": {"restore_started_at": "", "erasures_until": ""}})
        await database[PENDING_ERASURES].drop()
    until = f"the erasures up to {erasures.complete_until:%Y-%m-%d %H:%M:%S} UTC" if erasures else "no list of erasures"
    typer.echo(
        f"The database has the data of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, and {until} ({replayed} erased again). Keys, "
        "members and sessions are those of that time: revoke again what was revoked since, then start the processes."
    )


async def _list_used_collections(database: Database) -> list[str]:
    """Return the collections that have documents, or are left of an interrupted restore."""
    names = [name for name in await database.list_collection_names() if not name.startswith("system.") and name != COLLECTION]
    return [name for name in names if await database[name].find_one({}, {"_id": 1})]


async def _collect_erasures(
    database: Database, store: RecordingStore | None, files: list[Path], *, has_data: bool
) -> ErasureList | None:
    """Return what the files, the recording store and the database that is replaced know; None if there is no list."""
    lists = []
    for file in files:
        try:
            lists.append(parse_erasures(await asyncio.to_thread(file.read_bytes)))
        except InvalidErasureList as error:
            raise DumpFailed(f"{file}: {error}. Export one with `main.py erasures export`.") from None
    if store is not None and (stored := await read_list_of_store(store)):
        lists.append(stored)
    version = await read_data_version(database)
    if version.get("restore_started_at"):
        # an interrupted restore has stored what it knew, and the data that are there now are not complete
        if until := version.get("erasures_until"):
            pending = [(row["kind"], row["id"]) async for row in database[PENDING_ERASURES].find({})]
            lists.append(ErasureList(frozenset(pending), until))
    elif has_data:
        await bind_documents(database)
        lists.append(parse_erasures(await export_erasures()))
    return merge_lists(lists)


def _require_complete(erasures: ErasureList | None, manifest: Manifest) -> None:
    if erasures is None:
        state = "there is no list of what was erased since"
    elif erasures.complete_until < manifest.taken_at:
        state = f"the list of erasures ends at {erasures.complete_until:%Y-%m-%d %H:%M:%S} UTC, before the backup was made"
    else:
        return
    raise DumpFailed(
        f"{state}, so that erased people would come back. Set RECORDING_STORE, where the jobs workers write the list; or give "
        "one with --erasures FILE (`main.py erasures export`); or, if nobody was erased since the backup, use --no-erasures."
    )


async def _begin_restore(database: Database, erasures: ErasureList | None, manifest: Manifest) -> None:
    """Make every process refuse the database, and store the list, which may be in nothing but the data that are replaced now."""
    if erasures:
        updates = [
            ReplaceOne({"_id": f"{kind}/{object_id}"}, {"kind": kind, "id": object_id}, upsert=True)
            for kind, object_id in erasures.erasures
        ]
        if updates:
            await database[PENDING_ERASURES].bulk_write(updates, ordered=False)
    state: dict[str, Any] = {
        "number": manifest.data_version,
        "erasures_until": erasures.complete_until if erasures else None,
        "index_digests": [],
        "finished_number": 0,
    }
    await database[COLLECTION].update_one(
        {"_id": DOCUMENT_ID}, [{"$set": {**state, "restore_started_at": "$$NOW"}}, {"$unset": "lease"}], upsert=True
    )
