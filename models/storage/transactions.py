"""Transactions: queued by document, bounded in time, retried on conflicts, and aborted if their process has died."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import pymongo
import structlog
from beanie import Document
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import ConnectionFailure, NetworkTimeout, OperationFailure, PyMongoError

from errors import RateLimited

log = structlog.get_logger(__name__)

T = TypeVar("T")

APP_NAME = "viva"
"""Application name of our connections in MongoDB."""
DEFAULT_TIMEOUT_SECONDS = 10.0
"""Assumed for a client without a timeout."""


MAINTENANCE_SECONDS = 24 * 3600.0
"""Timeout for steps of a migration or backup, which take as long as a collection is large. None would mean that of the client."""
MAX_WAITING = 50
"""Transactions of one process that may wait for the same document."""
QUEUE_SHARE = 0.5
"""Share of the client's timeout that a transaction may wait for its turn; the rest is for the transaction itself."""
BUSY_SECONDS = 1
"""Suggested delay before a request is repeated that found its document busy."""
WRITE_CONFLICT = 112
"""MongoDB's error code of a transaction that lost to another one."""


class DocumentBusy(RateLimited, PyMongoError):
    """Too many transactions change the same document. Nothing was stored, and the same call may be repeated.

    For callers of the API it is RATE_LIMITED, because MongoDB is available. For workers, which retry when MongoDB fails, it is a
    PyMongoError that counts as a timeout.
    """

    def __init__(self, model: type[Document]) -> None:
        """`model` is the document's class."""
        super().__init__(
            f"The {model.__name__.lower()} is busy: too many requests change it at the same time. Repeat this one in "
            f"{BUSY_SECONDS} second.",
            retry_after_seconds=BUSY_SECONDS,
        )

    @property
    def timeout(self) -> bool:
        """Whether a retry may succeed."""
        return True


class _Queue:
    """The transactions of this process that change one document, in the order in which they were begun."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
        self.finished = 0
        """Transactions that MongoDB has answered."""


_queues: WeakValueDictionary[ObjectId, _Queue] = WeakValueDictionary()
"""Queues by document. A queue exists only while a transaction uses it or waits in it."""


async def run_in_transaction(
    model: type[Document], document_id: ObjectId, work: Callable[[AsyncClientSession], Awaitable[T]]
) -> T:
    """Run `work` in a transaction, and retry it on write conflicts until it commits or the client's timeout has passed.

    Transactions of this process with the same `document_id` run one after the other, because all but one of those that change a
    document at the same time would fail and start again. Pass the id of the document that all of them change, which is the
    interview where there is one. Other processes are not waited for: their conflicts are retried.

    `model` is one of the documents that `work` changes; all of them are bound to the same client. `work` may run several
    times, so it must not depend on state from an earlier run. If it raises, nothing is stored and the error propagates.
    Raises DocumentBusy if the queue is too long or other processes win every conflict, and pymongo.errors.PyMongoError when
    MongoDB is unavailable.
    """
    conflicts = 0

    async def run(session: AsyncClientSession) -> T:
        nonlocal conflicts
        try:
            return await work(session)
        except OperationFailure as error:
            conflicts += error.code == WRITE_CONFLICT
            raise

    client = model.get_pymongo_collection().database.client
    # with_transaction alone retries for two minutes, regardless of the client's timeout
    timeout = client.options.timeout or DEFAULT_TIMEOUT_SECONDS
    reserved = timeout * (1 - QUEUE_SHARE)
    deadline = asyncio.get_running_loop().time() + timeout
    async with _queued(model, document_id, timeout - reserved):
        with pymongo.timeout(max(reserved, deadline - asyncio.get_running_loop().time())):
            async with client.start_session() as session:
                try:
                    return await session.with_transaction(run)
                except OperationFailure as error:
                    # the timeout may have passed anywhere between two conflicts
                    if conflicts and (error.timeout or error.code == WRITE_CONFLICT):
                        raise DocumentBusy(model) from error
                    raise


@asynccontextmanager
async def _queued(model: type[Document], document_id: ObjectId, seconds: float) -> AsyncIterator[None]:
    queue = _queues.setdefault(document_id, _Queue())
    if queue.waiting >= MAX_WAITING:
        raise DocumentBusy(model)
    finished_before = queue.finished
    queue.waiting += 1
    try:
        async with asyncio.timeout(seconds):
            await queue.lock.acquire()
    except TimeoutError:
        if queue.finished == finished_before:
            raise NetworkTimeout("the transaction before this one has no answer") from None
        raise DocumentBusy(model) from None
    finally:
        queue.waiting -= 1
    try:
        yield
        queue.finished += 1
    except PyMongoError as error:
        queue.finished += not (error.timeout or isinstance(error, ConnectionFailure))
        raise
    finally:
        queue.lock.release()


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
