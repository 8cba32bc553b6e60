"""Transactions, and what to do when two of them want the same document."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from models.turn import collection

T = TypeVar("T")


def database() -> "AsyncDatabase[dict[str, object]]":
    """The database that the documents are bound to (models.database.connect)."""
    return collection().database


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncClientSession]:
    """A session whose transaction commits at the end of the block, or aborts when the block raises."""
    async with database().client.start_session() as session, await session.start_transaction():
        yield session


async def in_transaction(work: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    """Run `work` in a transaction, again when another writer came between, until it commits or the client's timeout has passed.

    `work` may run more than once: it must read what it needs itself and keep nothing from one run to the next.
    """
    async with database().client.start_session() as session:
        return await session.with_transaction(work)
