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
from sandbox.speech_failure import CLOSE_INTERNAL_ERROR, SpeechFailure, close_connections

IDLE_SECONDS = 10.0
"""Seconds without audio or KeepAlive after which a stream is closed."""
CLOSE_INVALID_MESSAGE = 1008
NO_TEXT_SENT = "Deepgram did not send a Text frame to the client within the timeout window. (NET-0000)"
"""Reason with which Deepgram closes a stream of its own accord."""
REFUSALS = {
    402: (
        "ASR_PAYMENT_REQUIRED",
        "Project does not have enough credits for an ASR request and does not have an overage agreement.",
    ),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later"),
}
"""Code and message of each documented refusal that a failure may have. Other statuses get code and message of a 500."""


class DeepgramProvider:
    """The simulated API: `app` is its ASGI application, and `streams` are the options of the streams so far."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.streams: list[ListenOptions] = []
        """The options of each accepted stream, in order."""
        self.open_streams = 0
        """Number of streams that are currently open."""
        self.script = ScriptedResult()
        """How it changes the final results of the next streams."""
        self.failure = SpeechFailure()
        """How it fails now; set by `fail`."""
        self.url = ""
        """Base URL including the path, as the plugin expects it; set by the code that serves `app`."""
        self.idle_seconds = IDLE_SECONDS
        self._recognizer = recognizer
        self._sockets: set[WebSocket] = set()
        self.app = Starlette(
            routes=[
                WebSocketRoute("/v1/listen", self._listen),
                Route("/phrases", self._learn_phrases, methods=["POST"]),
                Route("/failure", self._set_failure, methods=["POST"]),
            ]
        )

    async def fail(self, failure: SpeechFailure) -> None:
        """Fail in this way from now on."""
        self.failure = failure
        if failure.closes_connections:
            await close_connections(self._sockets, NO_TEXT_SENT)

    async def _set_failure(self, request: Request) -> Response:
        """Set the failure, as JSON. Deepgram has no such endpoint."""
        await self.fail(SpeechFailure.model_validate_json(await request.body()))
        return Response(status_code=204)

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
        self._sockets.add(socket)
        try:
            await self._serve(socket, options_or_refusal, request_id)
        finally:
            self.open_streams -= 1
            self._sockets.remove(socket)

    def _parse_or_refuse(self, socket: WebSocket, request_id: str) -> ListenOptions | Response:
        """Return the options of a stream, or the response that refuses it."""
        kind, _, key = socket.headers.get("authorization", "").partition(" ")
        if kind.lower() not in ("token", "bearer") or not key:
            return _denial_response(401, "INVALID_AUTH", "Invalid credentials.", request_id)
        if status := self.failure.refused_status:
            code, text = REFUSALS.get(status, ("INTERNAL_SERVER_ERROR", "An internal server error occurred."))
            refusal = _denial_response(status, code, text, request_id)
            refusal.headers.update(self.failure.refusal_headers)
            return refusal
        try:
            return parse_listen_options(socket.query_params)
        except InvalidListenOptions as error:
            return _denial_response(400, "INVALID_QUERY_PARAMETER", str(error), request_id)

    async def _serve(self, socket: WebSocket, options: ListenOptions, request_id: str) -> None:
        async def send(message: dict[str, Any]) -> None:
            if self.failure.is_silent:
                return
            if self.failure.is_empty and message["type"] == "Results":
                alternative = {"transcript": "", "confidence": 0.0, "words": []}
                message = {**message, "channel": {"alternatives": [alternative]}}
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
                if self.failure.is_silent:
                    continue
                reason = "Deepgram did not receive audio data or a text message within the timeout window. (NET-0001)"
                await socket.close(CLOSE_INTERNAL_ERROR, reason)
                return
            if message["type"] == "websocket.disconnect":
                return
            if sound := message.get("bytes"):
                await stream.receive_audio(sound)
                continue
            kind = _message_type(message.get("text"))
            if self.failure.is_silent:
                continue
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
