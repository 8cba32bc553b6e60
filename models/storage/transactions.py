"""Transactions: bounded in time, retried on conflicts, and aborted if their process has died."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pymongo
import structlog
from beanie import Document
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import OperationFailure

log = structlog.get_logger(__name__)

T = TypeVar("T")

APP_NAME = "viva"
"""Application name of our connections in MongoDB."""
DEFAULT_TIMEOUT_SECONDS = 10.0
"""Assumed for a client without a timeout."""


async def run_in_transaction(model: type[Document], work: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    """Run `work` in a transaction, and retry it on write conflicts until it commits or the client's timeout has passed.

    `model` is one of the documents that `work` changes; all of them are bound to the same client. `work` may run several
    times, so it must not depend on state from an earlier run. If it raises, nothing is stored and the error propagates.
    Raises pymongo.errors.PyMongoError when MongoDB is unavailable.
    """
    client = model.get_pymongo_collection().database.client
    # with_transaction alone retries for two minutes, regardless of the client's timeout
    with pymongo.timeout(client.options.timeout):
        async with client.start_session() as session:
            return await session.with_transaction(work)


class TransactionReaper:
    """Aborts transactions whose process has died. A process uses one instance, so that it warns only once."""

    def __init__(self) -> None:
        self._has_warned = False

    async def abort_orphaned_transactions(self, client: "AsyncMongoClient[dict[str, Any]]") -> None:
        """Abort transactions that have been idle for longer than any running process would leave them.

        A process that is killed or disconnected between two statements leaves its transaction open, and MongoDB keeps its
        documents locked for a minute or more. If our user may not list them, log a warning once and leave them to MongoDB.
        Raises pymongo.errors.PyMongoError when MongoDB is unavailable.
        """
        idle_micros = (client.options.timeout or DEFAULT_TIMEOUT_SECONDS) * 1_000_000
        pipeline: list[dict[str, Any]] = [
            # only our own user's operations: listing these needs no privilege
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
            if not self._has_warned:
                log.warning("orphaned transactions cannot be listed", reason=type(error).__name__)
                self._has_warned = True
