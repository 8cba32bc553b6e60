"""Transactions: bounded, repeated when two want the same document, and aborted when the process that began one has died."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar

import pymongo
import structlog
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from models.documents.turn import get_turn_collection

log = structlog.get_logger(__name__)

T = TypeVar("T")

APP_NAME = "viva"
"""by which MongoDB knows our connections"""
DEFAULT_TIMEOUT_SECONDS = 10.0


def get_database() -> "AsyncDatabase[dict[str, object]]":
    """The database that the documents are bound to (models.storage.database.connect)."""
    return get_turn_collection().database


async def run_in_transaction(work: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    """Run `work` in a transaction, again when another writer came between, until it commits or the client's timeout has passed.

    `work` may run more than once: it must read what it needs itself and keep nothing from one run to the next. Raises what it
    raises, after nothing of it was stored, and pymongo.errors.PyMongoError when MongoDB is away.
    """
    client = get_database().client
    # by itself with_transaction tries for two minutes, whatever the client's timeout says
    with pymongo.timeout(client.options.timeout):
        async with client.start_session() as session:
            return await session.with_transaction(work)


async def abort_orphaned_transactions() -> None:
    """Abort transactions of ours that have been idle for longer than any living process would let them.

    A process that is killed, or cut off, between two statements leaves its transaction open, and MongoDB keeps what it changed
    locked for a minute or more. Raises pymongo.errors.PyMongoError when MongoDB is away.
    """
    client = get_database().client
    idle_micros = (client.options.timeout or DEFAULT_TIMEOUT_SECONDS) * 1_000_000
    pipeline: list[dict[str, Any]] = [
        # the own user's only: that needs no privilege
        {"$currentOp": {"idleSessions": True, "allUsers": False}},
        {"$match": {"appName": APP_NAME, "transaction.timeInactiveMicros": {"$gt": idle_micros}}},
        {"$project": {"id": "$lsid.id"}},
    ]
    try:
        orphans = [{"id": operation["id"]} async for operation in await client.admin.aggregate(pipeline)]
        if orphans:
            log.warning("transactions of dead processes aborted", count=len(orphans))
            await client.admin.command("killSessions", orphans)
    except OperationFailure as error:
        if error.timeout:
            raise
        _warn_once(type(error).__name__)


@cache
def _warn_once(reason: str) -> None:
    log.warning("transactions of dead processes are left to MongoDB: it does not let us look", reason=reason)
