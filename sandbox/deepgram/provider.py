"""A stand-in for Deepgram's streaming API on loopback, as its LiveKit plugin uses it: words with times from real sound.

A recognizer tells what was said; a test may put scripts before it, and the caller who speaks may announce its texts (phrases).
"""

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.deepgram import messages
from sandbox.deepgram.options import BadRequest, Options, parse_options
from sandbox.deepgram.phrases import Phrases
from sandbox.deepgram.recognizer import Recognizer
from sandbox.deepgram.stream import Dropped, Script, Stream

IDLE_SECONDS = 10.0
"""without sound or KeepAlive a stream is closed"""
NOTHING_CAME = 1011
NO_MEANING = 1008
BROKEN = 1011


class Provider:
    """The application, what it was asked for (`streams`), and what it does next: `scripts`, one for each final result, `always`
    once they are used up, and `refusals`, one for each stream that is asked for.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        self.streams: list[Options] = []
        """as they were asked for"""
        self.open = 0
        """streams that are under way"""
        self.scripts: deque[Script] = deque()
        self.always = Script()
        self.refusals: deque[int] = deque()
        """the status of each"""
        self.url = ""
        """set by whoever serves `app`: with its path, as the plugin takes it"""
        self.idle_seconds = IDLE_SECONDS
        self._recognizer = recognizer
        self.app = Starlette(
            routes=[
                WebSocketRoute("/v1/listen", self._listen),
                Route("/phrases", self._learn, methods=["POST"]),
            ]
        )

    async def _learn(self, request: Request) -> Response:
        """Not of Deepgram: a caller announces what it will say."""
        if not isinstance(self._recognizer, Phrases):
            return JSONResponse({"error": "the recognizer needs no phrases"}, 409)
        await self._recognizer.learn(*(await request.json())["texts"])
        return Response(status_code=204)

    async def _listen(self, socket: WebSocket) -> None:
        request_id = str(uuid4())
        refused = self._refuse(socket, request_id)
        if isinstance(refused, Response):
            await socket.send_denial_response(refused)
            return
        self.streams.append(refused)
        await socket.accept(headers=[(b"dg-request-id", request_id.encode())])
        self.open += 1
        try:
            await self._serve(socket, refused, request_id)
        finally:
            self.open -= 1

    def _refuse(self, socket: WebSocket, request_id: str) -> Options | Response:
        """What was asked for, or why it is not given."""
        kind, _, key = socket.headers.get("authorization", "").partition(" ")
        if kind.lower() not in ("token", "bearer") or not key:
            return _denial(401, "INVALID_AUTH", "Invalid credentials.", request_id)
        if self.refusals:
            return _denial(self.refusals.popleft(), "SCRIPTED", "as scripted", request_id)
        try:
            return parse_options(socket.query_params)
        except BadRequest as error:
            return _denial(400, "INVALID_QUERY_PARAMETER", str(error), request_id)

    async def _serve(self, socket: WebSocket, options: Options, request_id: str) -> None:
        async def send(message: dict[str, Any]) -> None:
            # who has gone needs no results; that it has gone is told by the next read
            with suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_text(json.dumps(message))

        stream = Stream(options, request_id, self._recognizer, self._next_script, send)
        if self.always.final_seconds is not None:
            stream.expect_finals_within(self.always.final_seconds)
        tasks = [asyncio.create_task(stream.run()), asyncio.create_task(self._take(socket, stream))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Dropped:
            await socket.close(BROKEN, "as scripted")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, socket: WebSocket, stream: Stream) -> None:
        """Read until the client closes, leaves, or says nothing for too long."""
        while True:
            try:
                message = await asyncio.wait_for(socket.receive(), self.idle_seconds)
            except TimeoutError:
                reason = "Deepgram did not receive audio data or a text message within the timeout window. (NET-0001)"
                await socket.close(NOTHING_CAME, reason)
                return
            if message["type"] == "websocket.disconnect":
                return
            if sound := message.get("bytes"):
                await stream.hear(sound)
                continue
            kind = _kind(message.get("text"))
            if kind == "CloseStream":
                await stream.close()
                await socket.close()
                return
            if kind == "Finalize":
                stream.finalize()
            elif kind != "KeepAlive":
                await socket.send_text(json.dumps(messages.problem(f"no message of the type {kind!r} is known")))
                await socket.close(NO_MEANING, "DATA-0000")
                return

    def _next_script(self) -> Script:
        return self.scripts.popleft() if self.scripts else self.always


def _kind(text: str | None) -> str:
    """The type of a control message. No text at all, so an empty piece of sound, closes the stream too."""
    if text is None:
        return "CloseStream"
    try:
        return str(json.loads(text)["type"])
    except (ValueError, KeyError, TypeError):
        return text[:40]


def _denial(status: int, code: str, text: str, request_id: str) -> Response:
    headers = {"dg-request-id": request_id, "dg-error": text}
    return JSONResponse(messages.refusal(code, text, request_id), status, headers)
