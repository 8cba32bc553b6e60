"""Ariadne's own ASGI application with graphql-transport-ws, as its documentation shows it."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from ariadne import QueryType, SubscriptionType, make_executable_schema
from ariadne.asgi import GraphQL
from ariadne.asgi.handlers import GraphQLTransportWSHandler
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from benchmarks.fanout.peers.turns import Turns

SDL = """
  scalar DateTime
  enum Speaker { INTERVIEWER CANDIDATE }
  enum Channel { VOICE TEXT }
  type Turn {
    id: ID!
    seq: Int!
    speaker: Speaker!
    text: String!
    channel: Channel!
    questionKey: String
    startedAt: DateTime!
    endedAt: DateTime!
  }
  type Query { version: String! }
  type Subscription { turnAdded(interviewId: ID!, after: Int! = 0): Turn! }
"""

turns = Turns()


async def follow(_: object, info: object, *, interviewId: str, after: int) -> AsyncGenerator[dict[str, Any], None]:
    """Turns as they come; all begin with the one that is stored, whatever `after` says."""
    async with aclosing(turns.follow(interviewId)) as messages:
        async for message in messages:
            row = json.loads(message)["Turn"]
            yield {
                **row,
                "id": f"trn_{row['id']}",
                "questionKey": row["question_key"],
                "startedAt": row["started_at"],
                "endedAt": row["ended_at"],
            }


def show(turn: dict[str, Any], info: object, *, interviewId: str, after: int) -> dict[str, Any]:
    """An event is what it shows."""
    return turn


subscription = SubscriptionType()
subscription.set_source("turnAdded", follow)
subscription.set_field("turnAdded", show)

app = Starlette(
    routes=[
        WebSocketRoute(
            "/graphql",
            GraphQL(make_executable_schema(SDL, QueryType(), subscription), websocket_handler=GraphQLTransportWSHandler()),
        )
    ],
    lifespan=turns.connected,
)
