"""Transactions: bounded in time, retried on conflicts, and aborted if their process has died."""

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
"""Application name of our connections in MongoDB."""
DEFAULT_TIMEOUT_SECONDS = 10.0


def get_database() -> "AsyncDatabase[dict[str, object]]":
    """Return the database that the documents are bound to (models.storage.database.connect)."""
    return get_turn_collection().database


async def run_in_transaction(work: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    """Run `work` in a transaction, and retry it on write conflicts until it commits or the client's timeout has passed.

    `work` may run several times, so it must not depend on state from an earlier run. If it raises, nothing is stored and
    the error propagates. Raises pymongo.errors.PyMongoError when MongoDB is unavailable.
    """
    client = get_database().client
    # with_transaction alone retries for two minutes, regardless of the client's timeout
    with pymongo.timeout(client.options.timeout):
        async with client.start_session() as session:
            return await session.with_transaction(work)


async def abort_orphaned_transactions() -> None:
    """Abort our transactions that have been idle for longer than any running process would leave them.

    A process that is killed or disconnected between two statements leaves its transaction open, and MongoDB keeps its
    documents locked for a minute or more. Raises pymongo.errors.PyMongoError when MongoDB is unavailable.
    """
    client = get_database().client
    idle_micros = (client.options.timeout or DEFAULT_TIMEOUT_SECONDS) * 1_000_000
    pipeline: list[dict[str, Any]] = [
        # only the own user's operations: listing these needs no privilege
        {"$currentOp": {"idleSessions": True, "allUsers": False}},
        {"$match": {"appName": APP_NAME, "transaction.timeInactiveMicros": {"$gt": idle_micros}}},
        {"$project": {"id": "$lsid.id"}},
    ]
    try:
        orphans = [{"id": operation["id"]} async for operation in await client.admin.aggregate(pipeline)]
        if orphans:
            log.warning("orphaned transactions aborted", count=len(orphans))
            await client.admin.command("killSessions", orphans)
    except OperationFailure as error:
        if error.timeout:
            raise
        _warn_once(type(error).__name__)


@cache
def _warn_once(reason: str) -> None:
    log.warning("orphaned transactions cannot be listed", reason=reason)
