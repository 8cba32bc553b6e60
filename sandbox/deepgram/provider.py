"""Simulates Deepgram's streaming API on loopback, as far as its LiveKit plugin uses it: words with times, from real audio.

A recognizer transcribes the audio. A caller can announce its texts (see phrases.py).
"""

import asyncio
import json
from contextlib import suppress
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.deepgram import messages
from sandbox.deepgram.options import InvalidListenOptions, ListenOptions, parse_listen_options
from sandbox.deepgram.phrases import PhraseRecognizer
from sandbox.deepgram.recognizer import Recognizer
from sandbox.deepgram.stream import ListenStream, ScriptedResult

IDLE_SECONDS = 10.0
"""Seconds without audio or KeepAlive after which a stream is closed."""
CLOSE_IDLE = 1011
CLOSE_INVALID_MESSAGE = 1008


class DeepgramProvider:
    """The simulated API: `app` is its ASGI application, and `streams` are the options of the streams so far."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.streams: list[ListenOptions] = []
        """The options of each accepted stream, in order."""
        self.open_streams = 0
        """Number of streams that are currently open."""
        self.script = ScriptedResult()
        """How it changes the final results of the next streams."""
        self.url = ""
        """Base URL including the path, as the plugin expects it; set by the code that serves `app`."""
        self.idle_seconds = IDLE_SECONDS
        self._recognizer = recognizer
        self.app = Starlette(
            routes=[
                WebSocketRoute("/v1/listen", self._listen),
                Route("/phrases", self._learn_phrases, methods=["POST"]),
            ]
        )

    async def _learn_phrases(self, request: Request) -> Response:
        """Learn the texts that a caller is about to say. Deepgram has no such endpoint."""
        if not isinstance(self._recognizer, PhraseRecognizer):
            return JSONResponse({"error": "the recognizer needs no phrases"}, 409)
        await self._recognizer.learn(*(await request.json())["texts"])
        return Response(status_code=204)

    async def _listen(self, socket: WebSocket) -> None:
        request_id = str(uuid4())
        options_or_refusal = self._parse_or_refuse(socket, request_id)
        if isinstance(options_or_refusal, Response):
            await socket.send_denial_response(options_or_refusal)
            return
        self.streams.append(options_or_refusal)
        await socket.accept(headers=[(b"dg-request-id", request_id.encode())])
        self.open_streams += 1
        try:
            await self._serve(socket, options_or_refusal, request_id)
        finally:
            self.open_streams -= 1

    def _parse_or_refuse(self, socket: WebSocket, request_id: str) -> ListenOptions | Response:
        """Return the options of a stream, or the response that refuses it."""
        kind, _, key = socket.headers.get("authorization", "").partition(" ")
        if kind.lower() not in ("token", "bearer") or not key:
            return _denial_response(401, "INVALID_AUTH", "Invalid credentials.", request_id)
        try:
            return parse_listen_options(socket.query_params)
        except InvalidListenOptions as error:
            return _denial_response(400, "INVALID_QUERY_PARAMETER", str(error), request_id)

    async def _serve(self, socket: WebSocket, options: ListenOptions, request_id: str) -> None:
        async def send(message: dict[str, Any]) -> None:
            # a client that has disconnected needs no results; the next read reports that it has
            with suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_text(json.dumps(message))

        stream = ListenStream(options, request_id, self._recognizer, self.script, send)
        if self.script.final_seconds is not None:
            stream.expect_finals_within(self.script.final_seconds)
        tasks = [asyncio.create_task(stream.run()), asyncio.create_task(self._receive_messages(socket, stream))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive_messages(self, socket: WebSocket, stream: ListenStream) -> None:
        """Handle messages until the client closes the stream, disconnects, or is silent for too long."""
        while True:
            try:
                message = await asyncio.wait_for(socket.receive(), self.idle_seconds)
            except TimeoutError:
                reason = "Deepgram did not receive audio data or a text message within the timeout window. (NET-0001)"
                await socket.close(CLOSE_IDLE, reason)
                return
            if message["type"] == "websocket.disconnect":
                return
            if sound := message.get("bytes"):
                await stream.receive_audio(sound)
                continue
            kind = _message_type(message.get("text"))
            if kind == "CloseStream":
                await stream.close()
                await socket.close()
                return
            if kind == "Finalize":
                stream.finalize()
            elif kind != "KeepAlive":
                await socket.send_text(json.dumps(messages.build_error(f"the message type {kind!r} is unknown")))
                await socket.close(CLOSE_INVALID_MESSAGE, "DATA-0000")
                return


def _message_type(text: str | None) -> str:
    """Return the type of a control message. An empty binary message also closes the stream."""
    if text is None:
        return "CloseStream"
    try:
        return str(json.loads(text)["type"])
    except (ValueError, KeyError, TypeError):
        return text[:40]


def _denial_response(status: int, code: str, text: str, request_id: str) -> Response:
    headers = {"dg-request-id": request_id, "dg-error": text}
    return JSONResponse(messages.build_denial(code, text, request_id), status, headers)
