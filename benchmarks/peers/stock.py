"""Strawberry's own handler with its stock settings, on broadcaster, as their documentation shows it."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum

import strawberry
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from strawberry.asgi import GraphQL

from benchmarks.fanout.peers.turns import Turns

turns = Turns()


@strawberry.enum
class Speaker(StrEnum):
    """Whose words."""

    INTERVIEWER = "INTERVIEWER"
    CANDIDATE = "CANDIDATE"


@strawberry.enum
class Channel(StrEnum):
    """How they were said."""

    VOICE = "VOICE"
    TEXT = "TEXT"


@strawberry.type
class Turn:
    """What is asked of the product's own."""

    id: strawberry.ID
    seq: int
    speaker: Speaker
    text: str
    channel: Channel
    question_key: str | None
    started_at: datetime
    ended_at: datetime

    @classmethod
    def of(cls, message: str) -> "Turn":
        """The turn of a message."""
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
class Query:
    """A schema has to have one."""

    version: str = "1"


@strawberry.type
class Subscription:
    """What can be followed."""

    @strawberry.subscription
    async def turn_added(self, interview_id: strawberry.ID, after: int = 0) -> AsyncGenerator[Turn, None]:
        """Turns as they come; all begin with the one that is stored, whatever `after` says."""
        async with aclosing(turns.follow(interview_id)) as messages:
            async for message in messages:
                yield Turn.of(message)


app = Starlette(
    routes=[WebSocketRoute("/graphql", GraphQL(strawberry.Schema(Query, subscription=Subscription)))],
    lifespan=turns.connected,
)
