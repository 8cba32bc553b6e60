"""A transaction left open, as by a process that was killed before its commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymongo import AsyncMongoClient

from models.documents.interview import Interview
from sandbox.mongod import Mongod


@asynccontextmanager
async def leave_transaction_open(server: Mongod, interview: Interview, app_name: str) -> AsyncIterator[None]:
    """Hold a transaction open that has changed the interview, as a process killed before its commit leaves it."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(server.url, appname=app_name)
    async with client, client.start_session() as session:
        await session.start_transaction()
        await client["own"]["interviews"].update_one({"_id": interview.id}, {"$inc": {"last_seq": 7}}, session=session)
        yield
