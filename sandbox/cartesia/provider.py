"""A stand-in for Cartesia's text to speech on loopback, as its LiveKit plugin uses it: espeak-ng's voice, and the times of words.

Any voice id of the right form is spoken, by a voice of the language that was asked for; a test may put scripts before it.
"""

import asyncio
import json
from collections import deque
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

from sandbox.cartesia.context import ChunkPacer, ScriptedSpeech, ScriptedSpeechDisconnect, SpeechContext, SpeechRecord
from sandbox.cartesia.options import InvalidSpeechRequest, SpeechOptions, parse_speech_options
from sandbox.speech import synthesize

CLOSE_INTERNAL_ERROR = 1011


class CartesiaProvider:
    """The application, what it spoke (`record`), and what it does next: `scripts`, one for each context or request for bytes,
    `default_script` once they are used up, and `refusals`, one for each connection or such request.
    """

    def __init__(self, *, speed_factor: float = 1.0) -> None:
        """`speed_factor`: it speaks so many times faster than it is asked to, for those who have no time to listen."""
        self._speed_factor = speed_factor
        self.records: list[SpeechRecord] = []
        self.open_connections = 0
        """connections that are under way"""
        self.scripts: deque[ScriptedSpeech] = deque()
        self.default_script = ScriptedSpeech()
        self.refusals: deque[int] = deque()
        """the status of each"""
        self.url = ""
        """set by whoever serves `app`"""
        self.app = Starlette(
            routes=[
                WebSocketRoute("/tts/websocket", self._listen),
                Route("/tts/bytes", self._speak_bytes, methods=["POST"]),
            ],
            exception_handlers={InvalidSpeechRequest: _error_response},
        )

    @property
    def texts(self) -> list[str]:
        """All that it was asked to say, a text for each context."""
        return [" ".join("".join(spoken.texts).split()) for spoken in self.records]

    async def _speak_bytes(self, request: Request) -> Response:
        self._check_request(request)
        try:
            options = parse_speech_options(json.loads(await request.body()), self._speed_factor)
        except ValueError as error:
            raise (
                error if isinstance(error, InvalidSpeechRequest) else InvalidSpeechRequest("the body is no JSON object")
            ) from None
        script = self._next_script()
        if script.error is not None:
            raise InvalidSpeechRequest(script.error, 500)
        record = SpeechRecord(None, options.voice_id, options.language, [options.transcript])
        self.records.append(record)
        return StreamingResponse(_stream_sound(options, script, record), media_type="audio/pcm")

    async def _listen(self, socket: WebSocket) -> None:
        try:
            self._check_request(socket)
        except InvalidSpeechRequest as error:
            await socket.send_denial_response(await _error_response(socket, error))
            return
        await socket.accept(headers=[(b"x-request-id", str(uuid4()).encode())])
        self.open_connections += 1
        tasks: dict[str, asyncio.Task[None]] = {}
        try:
            await self._serve(socket, tasks)
        finally:
            # a client that goes away has cancelled what was not yet said
            self.open_connections -= 1
            speaking = list(tasks.values())
            for task in speaking:
                task.cancel()
            await asyncio.gather(*speaking, return_exceptions=True)

    async def _serve(self, socket: WebSocket, tasks: dict[str, asyncio.Task[None]]) -> None:
        contexts: dict[str, SpeechContext] = {}

        async def send(message: dict[str, Any]) -> None:
            # that the client has gone is told by the next read
            with suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_text(json.dumps(message))

        async def run(context_id: str, context: SpeechContext) -> None:
            try:
                await context.run()
            except ScriptedSpeechDisconnect:
                with suppress(RuntimeError):
                    await socket.close(CLOSE_INTERNAL_ERROR, "as scripted")
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
                    options = parse_speech_options(body, self._speed_factor)
                except InvalidSpeechRequest as error:
                    problem = {"type": "error", "done": True, "error": str(error), "status_code": error.status}
                    await send({**problem, "context_id": context_id})
                    continue
                if context_id not in contexts:
                    record = SpeechRecord(context_id, options.voice_id, options.language)
                    self.records.append(record)
                    contexts[context_id] = SpeechContext(record, self._next_script(), send)
                    tasks[context_id] = asyncio.create_task(run(context_id, contexts[context_id]))
                contexts[context_id].add(options)

    def _check_request(self, connection: HTTPConnection) -> None:
        if not _header_or_parameter(connection.headers, connection, "x-api-key", "api_key"):
            raise InvalidSpeechRequest("no API key came with the request", 401)
        if not _header_or_parameter(connection.headers, connection, "cartesia-version", "cartesia_version"):
            raise InvalidSpeechRequest("Cartesia-Version: a header, or the parameter cartesia_version, is required")
        if self.refusals:
            raise InvalidSpeechRequest("as scripted", self.refusals.popleft())

    def _next_script(self) -> ScriptedSpeech:
        return self.scripts.popleft() if self.scripts else self.default_script


def _header_or_parameter(headers: Headers, connection: HTTPConnection, header: str, parameter: str) -> str | None:
    return headers.get(header) or connection.query_params.get(parameter)


def _parse_object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InvalidSpeechRequest("the message is no JSON object")
    return body


async def _stream_sound(options: SpeechOptions, script: ScriptedSpeech, record: SpeechRecord) -> AsyncIterator[bytes]:
    pacer = ChunkPacer(script)
    speech = await asyncio.to_thread(synthesize, options.transcript, options.voice, options.sample_rate)
    async for piece, _ in pacer.chunks(speech):
        yield piece
        record.seconds += len(piece) / 2 / options.sample_rate
    record.is_done = True


async def _error_response(_: HTTPConnection, refused: Exception) -> Response:
    if not isinstance(refused, InvalidSpeechRequest):
        raise refused
    return JSONResponse({"error": str(refused)}, refused.status)
