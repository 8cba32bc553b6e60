"""Strawberry's own ASGI handler with default settings, on broadcaster and PyMongo, as their documentation shows.

It has no authorization. The list query returns a flat type of ten scalars.
"""

import json
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry
from bson import ObjectId
from pymongo import AsyncMongoClient
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

from benchmarks.peers.turns import Turns

turns = Turns()
OWNER = ObjectId(os.environ["OWNER"])
SCALARS = ("status", "channel", "language", "created_at", "started_at", "ended_at", "last_seq")
client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(os.environ["MONGODB_URL"], tz_aware=True)
rows = client[os.environ["DATABASE"]]["interviews"]


@strawberry.enum
class Speaker(StrEnum):
    """Speaker of a turn."""

    INTERVIEWER = "INTERVIEWER"
    CANDIDATE = "CANDIDATE"


@strawberry.enum
class Channel(StrEnum):
    """Channel of a turn."""

    VOICE = "VOICE"
    TEXT = "TEXT"


@strawberry.type
class Turn:
    """The fields of a turn that the benchmark requests from Viva."""

    id: strawberry.ID
    seq: int
    speaker: Speaker
    text: str
    channel: Channel
    question_key: str | None
    started_at: datetime
    ended_at: datetime

    @classmethod
    def from_message(cls, message: str) -> "Turn":
        """Parse a published message."""
        row = json.loads(message)["Turn"]
        return cls(
            id=strawberry.ID(f"trn_{row['id']}"),
            seq=row["seq"],
            speaker=Speaker(row["speaker"]),
            text=row["text"],
            channel=Channel(row["channel"]),
            question_key=row["question_key"],
            started_at=datetime.fromisoformat(row["started_at"]),
            ended_at=datetime.fromisoformat(row["ended_at"]),
        )


@strawberry.type
class Interview:
    """The fields of an interview that the benchmark requests from Viva."""

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
    """Queries."""

    @strawberry.field
    async def interviews(self) -> list[Interview]:
        """Return the newest twenty interviews."""
        projection = (*SCALARS, "candidate.name", "position.title")
        found = rows.find({"organization_id": OWNER}, projection).sort({"created_at": -1, "_id": -1}).limit(20)
        return [
            Interview(
                id=strawberry.ID(str(row["_id"])),
                candidate_name=row["candidate"]["name"] if row["candidate"] else None,
                position_title=row["position"]["title"],
                **{name: row[name] for name in SCALARS},
            )
            async for row in found
        ]


@strawberry.type
class Subscription:
    """Subscriptions."""

    @strawberry.subscription
    async def turn_added(self, interview_id: strawberry.ID, after: int = 0) -> AsyncGenerator[Turn, None]:
        """Yield turns, starting with the stored one; `after` is ignored."""
        async with aclosing(turns.follow(interview_id)) as messages:
            async for message in messages:
                yield Turn.from_message(message)


graphql = GraphQL[None, None](strawberry.Schema(Query, subscription=Subscription))
app = Starlette(routes=[Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)], lifespan=turns.lifespan)
