"""The practical limit: a Starlette WebSocket that forwards finished payloads under the subscriber's operation id."""

import json
from contextlib import aclosing

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.peers.turns import Turns

turns = Turns()


async def serve(websocket: WebSocket) -> None:
    """Speak as much of graphql-transport-ws as one subscription needs."""
    await websocket.accept("graphql-transport-ws")
    await websocket.receive_json()  # connection_init
    await websocket.send_json({"type": "connection_ack"})
    subscribe = await websocket.receive_json()
    head = f'{{"id":{json.dumps(subscribe["id"])},"type":"next","payload":'
    async with aclosing(turns.follow(subscribe["payload"]["variables"]["id"])) as messages:
        try:
            async for message in messages:
                await websocket.send_text(f"{head}{message}}}")
        except WebSocketDisconnect:
            pass


app = Starlette(routes=[WebSocketRoute("/graphql", serve)], lifespan=turns.lifespan)
