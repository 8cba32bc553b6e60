"""Migrating a database: under a lease, in steps that can be interrupted and repeated."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from secrets import token_hex
from typing import Any

import pymongo
import structlog
from beanie import Document
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from models.migrations.data_version import COLLECTION, DOCUMENT_ID, IncompatibleDatabase, is_prepared, read_data_version
from models.migrations.indexes import (
    EARLIER_INDEXES,
    IndexAction,
    IndexChange,
    IndexesByCollection,
    compare_indexes,
    compute_index_digest,
    create_indexes,
    drop_indexes,
    list_declared_indexes,
)
from models.migrations.steps import DATA_VERSION, MIGRATIONS, Migration
from models.storage.lease import LEASE_IS_FREE, LeaseLost, build_lease
from models.storage.transactions import MAINTENANCE_SECONDS

log = structlog.get_logger(__name__)

LEASE_SECONDS = 15.0
"""After this time another process continues the migration of one that was killed."""
RETRY_SECONDS = 0.25
_DUPLICATE_KEY = 11000

Report = Callable[[str], None]
"""Receives each step in words."""
Database = AsyncDatabase[dict[str, Any]]


async def migrate(
    database: Database, documents: Sequence[type[Document]], *, finish: bool = False, report: Report = log.info
) -> None:
    """Prepare the database for this version, or, with `finish`, remove what only earlier versions needed.

    Without `finish`, run the migrations that have not run and create the missing indexes. Unique indexes that are no longer
    declared are dropped, too, because they could refuse what this version writes. Processes of the version before can work
    meanwhile and afterwards. With `finish`, they must have ended: the migrations run again, for what these processes have
    written since, and all indexes that only they needed are dropped.

    Waits for another migration that is running. Raises IncompatibleDatabase if it cannot be done, pymongo.errors.PyMongoError if
    MongoDB is unavailable.
    """
    with pymongo.timeout(MAINTENANCE_SECONDS):
        async with _hold_migration_lease(database, report) as holder:
            stored = await read_data_version(database)
            _require_older(stored)
            for migration in _list_due(stored, finish=finish):
                changed = await migration.run(database)
                report(f"Migration {migration.number}: {migration.summary}: {changed} of {migration.collection}.")
            declared = list_declared_indexes(documents)
            changes = await _plan_indexes(database, declared, stored, finish=finish)
            for change in changes:
                report(f"{str(change).capitalize()}.")
            try:
                # a unique index that has a successor is dropped only when that exists
                await create_indexes(database, declared, [it for it in changes if it.action is not IndexAction.DROP])
            except OperationFailure as error:
                raise _explain(error) from None
            await drop_indexes(database, [it for it in changes if it.action is IndexAction.DROP])
            await _store_version(database, holder, stored, declared, finish=finish)


async def migrate_if_needed(database: Database, documents: Sequence[type[Document]]) -> None:
    """Prepare the database, unless it is prepared already."""
    digest = compute_index_digest(list_declared_indexes(documents))
    if not is_prepared(await read_data_version(database), DATA_VERSION, digest):
        await migrate(database, documents, report=log.debug)


async def list_planned_steps(database: Database, documents: Sequence[type[Document]], *, finish: bool = False) -> list[str]:
    """Return what `migrate` would do now, in words. Changes nothing."""
    with pymongo.timeout(MAINTENANCE_SECONDS):
        stored = await read_data_version(database)
        _require_older(stored)
        steps = [
            f"Migration {migration.number}: {migration.summary}: {await migration.count(database)} of {migration.collection}."
            for migration in _list_due(stored, finish=finish)
        ]
        for change in await _plan_indexes(database, list_declared_indexes(documents), stored, finish=finish):
            size = await database[change.collection].estimated_document_count()
            steps.append(f"{str(change).capitalize()} ({size} documents).")
        return steps


def _require_older(stored: Mapping[str, Any]) -> None:
    if stored.get("oldest_number", 0) > DATA_VERSION:
        raise IncompatibleDatabase(
            f"The database was migrated by a newer version of Viva (data version {stored['number']}): use that version's command."
        )


def _list_due(stored: Mapping[str, Any], *, finish: bool) -> list[Migration]:
    """Return the migrations that have not run; with `finish`, also those since the last one that was finished."""
    last = stored.get("finished_number", 0) if finish else stored.get("number", -1)
    return [migration for migration in MIGRATIONS if migration.number > last]


async def _plan_indexes(
    database: Database, declared: IndexesByCollection, stored: Mapping[str, Any], *, finish: bool
) -> list[IndexChange]:
    changes = await compare_indexes(database, declared, stored.get("indexes") or {})
    is_new = compute_index_digest(declared) not in stored.get("index_digests", ())
    return [change for change in changes if change.action is not IndexAction.DROP or finish or (is_new and change.is_unique)]


async def _store_version(
    database: Database, holder: str, stored: Mapping[str, Any], declared: IndexesByCollection, *, finish: bool
) -> None:
    digest = compute_index_digest(declared)
    names = {name: [index.document["name"] for index in indexes] for name, indexes in declared.items()}
    number = max(DATA_VERSION, stored.get("number", 0))
    values: dict[str, Any] = {
        "number": number,
        "oldest_number": max([stored.get("oldest_number", 0), *(migration.oldest_number for migration in MIGRATIONS)]),
        "index_digests": [digest],
        "indexes": names,
    }
    if finish:
        values["finished_number"] = number
    else:
        values["index_digests"] = list(dict.fromkeys([*stored.get("index_digests", ()), digest]))
        created = stored.get("indexes") or EARLIER_INDEXES
        values["indexes"] = {name: sorted({*created.get(name, ()), *names.get(name, ())}) for name in {*created, *names}}
    updated = await database[COLLECTION].update_one(
        {"_id": DOCUMENT_ID, "lease.holder": holder},
        [{"$set": {name: {"$literal": value} for name, value in values.items()}}, {"$set": {"migrated_at": "$$NOW"}}],
    )
    if not updated.matched_count:
        raise LeaseLost


def _explain(error: OperationFailure) -> Exception:
    if error.code != _DUPLICATE_KEY:
        return error
    # the values of the key, which may be somebody's address, end the message
    message = str((error.details or {}).get("errmsg", "")).partition(" dup key:")[0]
    return IncompatibleDatabase(
        "A unique index cannot be created, because stored documents have the same keys. Correct these documents, and repeat the "
        f"command. MongoDB says: {message}."
    )


@asynccontextmanager
async def _hold_migration_lease(database: Database, report: Report) -> AsyncIterator[str]:
    """Hold the lease while the block runs, and yield the holder's name. The block is cancelled if the lease is lost."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
    versions = database[COLLECTION]
    own = {"_id": DOCUMENT_ID, "lease.holder": holder}
    renewal = [{"$set": {"lease": build_lease(holder, LEASE_SECONDS)}}]
    has_reported = False
    # two processes may insert it at the same moment
    with suppress(DuplicateKeyError):
        await versions.update_one({"_id": DOCUMENT_ID}, {"$setOnInsert": {"number": -1}}, upsert=True)
    while not (await versions.update_one({"_id": DOCUMENT_ID, "$expr": LEASE_IS_FREE}, renewal)).matched_count:
        if not has_reported:
            report("Another process migrates this database: waiting for it.")
            has_reported = True
        await asyncio.sleep(RETRY_SECONDS)
    block_task, is_lost, ended = asyncio.current_task(), False, asyncio.Event()

    async def renew() -> None:
        nonlocal is_lost
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LEASE_SECONDS / 5)
                return
            with suppress(PyMongoError):
                if not (await versions.update_one(own, renewal)).matched_count and block_task and not ended.is_set():
                    is_lost = True
                    block_task.cancel()
                    return

    renewing = asyncio.create_task(renew(), name="lease of the migration")
    try:
        yield holder
    except asyncio.CancelledError:
        if is_lost and block_task and block_task.uncancel() == 0:
            raise LeaseLost from None
        raise
    finally:
        ended.set()
        await renewing
        with suppress(PyMongoError):
            await versions.update_one(own, {"$unset": {"lease": ""}})
