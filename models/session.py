"""Transactions, and what to do when two of them want the same document."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pymongo
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from models.turn import collection

T = TypeVar("T")


def database() -> "AsyncDatabase[dict[str, object]]":
    """The database that the documents are bound to (models.database.connect)."""
    return collection().database


async def in_transaction(work: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    """Run `work` in a transaction, again when another writer came between, until it commits or the client's timeout has passed.

    `work` may run more than once: it must read what it needs itself and keep nothing from one run to the next. Raises what it
    raises, after nothing of it was stored, and pymongo.errors.PyMongoError when MongoDB is away.
    """
    client = database().client
    # by itself with_transaction tries for two minutes, whatever the client's timeout says
    with pymongo.timeout(client.options.timeout):
        async with client.start_session() as session:
            return await session.with_transaction(work)
