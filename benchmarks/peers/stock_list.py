"""The list query on Strawberry's own handler with its stock settings: ten scalars, and nobody is asked who they are."""

import os
from datetime import datetime
from typing import Any

import strawberry
from bson import ObjectId
from pymongo import AsyncMongoClient
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL

OWNER = ObjectId(os.environ["OWNER"])
FIELDS = (
    *("status", "channel", "language", "created_at", "started_at", "ended_at", "last_seq"),
    *("candidate.name", "position.title"),
)
client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(os.environ["MONGODB_URL"], tz_aware=True)
rows = client[os.environ["DATABASE"]]["interviews"]


@strawberry.type
class Interview:
    """What is asked of the product's own."""

    id: strawberry.ID
    status: str
    channel: str
    language: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    last_seq: int
    candidate_name: str | None
    position_title: str


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    async def interviews(self) -> list[Interview]:
        """The newest twenty."""
        found = rows.find({"organization_id": OWNER}, FIELDS).sort({"created_at": -1, "_id": -1}).limit(20)
        return [
            Interview(
                id=strawberry.ID(str(row["_id"])),
                status=row["status"],
                channel=row["channel"],
                language=row["language"],
                created_at=row["created_at"],
                started_at=row["started_at"],
                ended_at=row["ended_at"],
                last_seq=row["last_seq"],
                candidate_name=row["candidate"]["name"] if row["candidate"] else None,
                position_title=row["position"]["title"],
            )
            async for row in found
        ]


app = Starlette(routes=[Route("/graphql", GraphQL(strawberry.Schema(query=Query)))])
