"""The practical limit: Starlette's WebSocket, which forwards payloads that are ready, under the subscriber's own id."""

import json
from contextlib import aclosing

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.fanout.peers.turns import Turns

turns = Turns()


async def serve(websocket: WebSocket) -> None:
    """As much of graphql-transport-ws as one subscription takes."""
    await websocket.accept("graphql-transport-ws")
    await websocket.receive_json()  # connection_init
    await websocket.send_json({"type": "connection_ack"})
    asked = await websocket.receive_json()
    head = f'{{"id":{json.dumps(asked["id"])},"type":"next","payload":'
    async with aclosing(turns.follow(asked["payload"]["variables"]["id"])) as messages:
        try:
            async for message in messages:
                await websocket.send_text(f"{head}{message}}}")
        except WebSocketDisconnect:
            pass


app = Starlette(routes=[WebSocketRoute("/graphql", serve)], lifespan=turns.connected)
