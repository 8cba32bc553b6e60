"""Simulates Cartesia's text to speech on loopback, as far as its LiveKit plugin uses it: espeak-ng audio and word timestamps.

It accepts any well-formed voice id, and speaks with one voice per language.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.cartesia.context import ChunkPacer, ScriptedSpeech, SpeechContext, SpeechRecord
from sandbox.cartesia.options import InvalidSpeechRequest, SpeechOptions, parse_speech_options
from sandbox.speech import synthesize
from sandbox.speech_failure import SpeechFailure, close_connections

REFUSALS = {
    402: (None, "The account has no credits left."),
    429: ("concurrency_limited", "You have exceeded your plan's concurrency limit."),
}
"""Code and message of each refusal that a failure may have. Cartesia documents no code for 402."""


class CartesiaProvider:
    """The simulated API: `app` is its ASGI application, and `records` is what it has spoken."""

    def __init__(self, *, speed_factor: float = 1.0) -> None:
        """`speed_factor` makes it speak that many times faster than requested, so that tests take less time."""
        self._speed_factor = speed_factor
        self.records: list[SpeechRecord] = []
        self.open_connections = 0
        """Number of WebSocket connections that are currently open."""
        self.script = ScriptedSpeech()
        """How it answers each context, and each request for bytes."""
        self.failure = SpeechFailure()
        """How it fails now; set by `fail`."""
        self.url = ""
        """Base URL; set by the code that serves `app`."""
        self._sockets: set[WebSocket] = set()
        self.app = Starlette(
            routes=[
                WebSocketRoute("/tts/websocket", self._accept_connection),
                Route("/tts/bytes", self._speak_bytes, methods=["POST"]),
                Route("/failure", self._set_failure, methods=["POST"]),
            ],
            exception_handlers={InvalidSpeechRequest: _error_response},
        )

    async def fail(self, failure: SpeechFailure) -> None:
        """Fail in this way from now on."""
        self.failure = failure
        if failure.closes_connections:
            await close_connections(self._sockets, "internal error")

    async def _set_failure(self, request: Request) -> Response:
        """Set the failure, as JSON. Cartesia has no such endpoint."""
        await self.fail(SpeechFailure.model_validate_json(await request.body()))
        return Response(status_code=204)

    @property
    def texts(self) -> list[str]:
        """The text of each context, in the order in which the contexts began."""
        return [" ".join("".join(spoken.texts).split()) for spoken in self.records]

    async def _speak_bytes(self, request: Request) -> Response:
        self._check_request(request)
        self._require_working()
        try:
            options = parse_speech_options(json.loads(await request.body()), self._speed_factor)
        except ValueError as error:
            raise (
                error if isinstance(error, InvalidSpeechRequest) else InvalidSpeechRequest("the body is not a JSON object")
            ) from None
        record = SpeechRecord(None, options.voice_id, options.language, [options.transcript])
        self.records.append(record)
        return StreamingResponse(_stream_audio(options, self.script, self.failure, record), media_type="audio/pcm")

    async def _accept_connection(self, socket: WebSocket) -> None:
        try:
            self._check_request(socket)
            self._require_working()
        except InvalidSpeechRequest as error:
            await socket.send_denial_response(await _error_response(socket, error))
            return
        await socket.accept(headers=[(b"x-request-id", str(uuid4()).encode())])
        self.open_connections += 1
        self._sockets.add(socket)
        tasks: dict[str, asyncio.Task[None]] = {}
        try:
            await self._serve(socket, tasks)
        finally:
            # a client that disconnects cancels its contexts
            self.open_connections -= 1
            self._sockets.remove(socket)
            open_tasks = list(tasks.values())
            for task in open_tasks:
                task.cancel()
            await asyncio.gather(*open_tasks, return_exceptions=True)

    async def _serve(self, socket: WebSocket, tasks: dict[str, asyncio.Task[None]]) -> None:
        contexts: dict[str, SpeechContext] = {}

        async def send(message: dict[str, Any]) -> None:
            if self.failure.is_silent or (self.failure.is_empty and message["type"] in ("chunk", "timestamps")):
                return
            # the next read reports that the client has disconnected
            with suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_text(json.dumps(message))

        async def run(context_id: str, context: SpeechContext) -> None:
            try:
                await context.run()
            finally:
                del contexts[context_id], tasks[context_id]

        with suppress(WebSocketDisconnect):
            while True:
                context_id = None
                try:
                    body = _parse_object(await socket.receive_text())
                    context_id = str(body.get("context_id") or uuid4())
                    if body.get("cancel"):
                        if task := tasks.get(context_id):
                            task.cancel()
                        continue
                    if context_id not in contexts:
                        self._require_working()
                    options = parse_speech_options(body, self._speed_factor)
                except InvalidSpeechRequest as error:
                    problem = {"type": "error", "done": True, "status_code": error.status, **_describe(error)}
                    await send({**problem, "context_id": context_id})
                    continue
                if context_id not in contexts:
                    record = SpeechRecord(context_id, options.voice_id, options.language)
                    self.records.append(record)
                    contexts[context_id] = SpeechContext(record, self.script, send)
                    tasks[context_id] = asyncio.create_task(run(context_id, contexts[context_id]))
                contexts[context_id].add(options)

    def _require_working(self) -> None:
        """Raise InvalidSpeechRequest if the failure refuses requests."""
        if status := self.failure.refused_status:
            code, text = REFUSALS.get(status, (None, "An internal server error occurred."))
            raise InvalidSpeechRequest(text, status, code, self.failure.refusal_headers)

    def _check_request(self, connection: HTTPConnection) -> None:
        if not _header_or_parameter(connection.headers, connection, "x-api-key", "api_key"):
            raise InvalidSpeechRequest("the request has no API key", 401)
        if not _header_or_parameter(connection.headers, connection, "cartesia-version", "cartesia_version"):
            raise InvalidSpeechRequest("the header Cartesia-Version or the parameter cartesia_version is required")


def _header_or_parameter(headers: Headers, connection: HTTPConnection, header: str, parameter: str) -> str | None:
    return headers.get(header) or connection.query_params.get(parameter)


def _parse_object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InvalidSpeechRequest("the message is not a JSON object")
    return body


async def _stream_audio(
    options: SpeechOptions, script: ScriptedSpeech, failure: SpeechFailure, record: SpeechRecord
) -> AsyncIterator[bytes]:
    if failure.is_silent:
        await asyncio.Event().wait()
    if failure.is_empty:
        return
    pacer = ChunkPacer(script)
    speech = await asyncio.to_thread(synthesize, options.transcript, options.voice, options.sample_rate)
    async for piece, _ in pacer.chunks(speech):
        yield piece
        record.seconds += len(piece) / 2 / options.sample_rate
    record.is_done = True


async def _error_response(_: HTTPConnection, error: Exception) -> Response:
    if not isinstance(error, InvalidSpeechRequest):
        raise error
    return JSONResponse(_describe(error), error.status, error.headers)


def _describe(error: InvalidSpeechRequest) -> dict[str, str | None]:
    """Return an error as Cartesia's API versions before 2026-03-01 (`error`) and since then describe it."""
    return {"error": str(error), "error_code": error.code, "title": "The request failed", "message": str(error)}
