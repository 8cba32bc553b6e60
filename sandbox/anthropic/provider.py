"""A stand-in for Anthropic's Messages API on loopback, as the installed SDK uses it: streaming or not, structured output, usage,
errors, request ids, models.

What it answers comes from rules (interviewer, judge), never from a database; a test may put scripts before them.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.anthropic import interviewer, judge
from sandbox.anthropic.cache import PromptCache, count_marks, count_tokens

MODEL = "sandbox"
"""the model that answers: whoever stores it stores that it was none"""
MAX_MARKS = 4
ROLES = ("user", "assistant", "system")
THINKING_SECONDS = 0.15
WORD_SECONDS = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedReply:
    """What happens to one request in place of, or to, the answer that the rules give. Counts are in characters of the text."""

    text: str | None = None
    status: int = 200
    error_type: str = "api_error"
    retry_after: int | None = None
    delay_seconds: float = 0.0
    """before anything is answered"""
    stop_reason: str = "end_turn"
    stall_after: int | None = None
    """streaming: nothing more comes, and the connection stays open"""
    cut_after: int | None = None
    """streaming: the connection breaks"""
    error_after: int | None = None
    """streaming: an error event, then the end"""
    delta_characters: int | None = None
    """streaming: so many characters a delta; words unless given"""
    pause_seconds: float = 0.0
    """streaming: after each delta"""
    release_event: asyncio.Event | None = None
    """nothing is answered until it is set"""
    raw_body: str | None = None
    """sent as it is, with status 200 and as the stream that was asked for: what stands between us and Claude may say anything"""


class AnthropicProvider:
    """The application, what it was sent (`requests`), and what it does next (`scripts`; `default_script` once they
    are used up)."""

    def __init__(self, *, paced: bool = False) -> None:
        """`paced`: at a person's pace instead of at once."""
        self.requests: list[dict[str, Any]] = []
        self.scripts: deque[ScriptedReply] = deque()
        self.default_script: ScriptedReply | None = None
        self.capabilities: dict[str, Any] | None = None
        """what it says that its models can do"""
        self.url = ""
        """set by whoever serves `app`"""
        self.open_streams = 0
        """streams that are under way"""
        self._paced = paced
        self._cache = PromptCache()
        self.app = Starlette(
            routes=[
                Route("/v1/messages", self._create_message, methods=["POST"]),
                Route("/v1/models/{model}", self._get_model),
            ],
            exception_handlers={_ApiError: _error_response},
        )

    @property
    def reply_requests(self) -> list[dict[str, Any]]:
        """The requests for an interviewer's reply."""
        return [body for body in self.requests if body.get("stream")]

    @property
    def judgement_requests(self) -> list[dict[str, Any]]:
        """The requests for a judgement."""
        return [body for body in self.requests if "output_config" in body]

    async def _get_model(self, request: Request) -> Response:
        _check_key(request)
        name = request.path_params["model"]
        known = {
            "id": name,
            "type": "model",
            "display_name": name,
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
            "capabilities": self.capabilities,
        }
        return JSONResponse(known, headers=_response_headers())

    async def _create_message(self, request: Request) -> Response:
        _check_key(request)
        body = _parse_body(await request.body())
        self.requests.append(body)
        script = self.scripts.popleft() if self.scripts else self.default_script or ScriptedReply()
        if script.release_event:
            await script.release_event.wait()
        await asyncio.sleep(script.delay_seconds or (THINKING_SECONDS if self._paced else 0))
        if script.status != 200:
            raise _ApiError(script.status, script.error_type, "as scripted", script.retry_after)
        if script.raw_body is not None:
            return Response(script.raw_body, media_type="text/event-stream" if body.get("stream") else "application/json")
        text = _generate_text(body) if script.text is None else script.text
        usage = self._cache.record_usage(body)
        if body.get("stream"):
            return StreamingResponse(
                self._stream(text, script, usage), media_type="text/event-stream", headers=_response_headers()
            )
        message = _build_message(
            [{"type": "text", "text": text}], script.stop_reason, {**usage, "output_tokens": count_tokens(text)}
        )
        return JSONResponse(message, headers=_response_headers())

    async def _stream(self, text: str, script: ScriptedReply, usage: dict[str, int]) -> AsyncIterator[str]:
        self.open_streams += 1
        try:
            async with aclosing(self._events(text, script, usage)) as events:
                async for event in events:
                    yield event
        finally:
            self.open_streams -= 1

    async def _events(self, text: str, script: ScriptedReply, usage: dict[str, int]) -> AsyncGenerator[str, None]:
        yield _format_event("message_start", message=_build_message([], None, {**usage, "output_tokens": 1}))
        yield _format_event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield _format_event("ping")
        ends = [end for end in (script.stall_after, script.cut_after, script.error_after) if end is not None]
        for piece in _split_into_deltas(text[: min(ends)] if ends else text, script.delta_characters):
            yield _format_event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
            await asyncio.sleep(script.pause_seconds or (WORD_SECONDS if self._paced else 0))
        if script.stall_after is not None:
            await asyncio.Event().wait()
        if script.cut_after is not None:
            raise ConnectionResetError("as scripted")
        if script.error_after is not None:
            yield _format_event("error", error={"type": "overloaded_error", "message": "as scripted"})
            return
        yield _format_event("content_block_stop", index=0)
        delta = {"stop_reason": script.stop_reason, "stop_sequence": None, "stop_details": _stop_details(script.stop_reason)}
        yield _format_event("message_delta", delta=delta, usage={**usage, "output_tokens": count_tokens(text)})
        yield _format_event("message_stop")


def _generate_text(body: dict[str, Any]) -> str:
    try:
        return judge.write_judgement(body) if "output_config" in body else interviewer.write_reply(body["messages"])
    except (ValueError, KeyError) as error:
        raise _ApiError(400, "invalid_request_error", f"no rule for this request: {error}") from None


def _split_into_deltas(text: str, size: int | None) -> list[str]:
    if size:
        return [text[place : place + size] for place in range(0, len(text), size)]
    lines = text.split(" ")
    return [word + (" " if place < len(lines) - 1 else "") for place, word in enumerate(lines)]


def _parse_body(data: bytes) -> dict[str, Any]:
    """The body, if the real service would take it of what we send. Raises _Refused."""
    try:
        body: dict[str, Any] = json.loads(data)
        problem = next((problem for is_wrong, problem in _find_problems(body) if is_wrong), None)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        problem = "the body is not of the form that this endpoint takes"
    if problem:
        raise _ApiError(400, "invalid_request_error", problem)
    return body


def _find_problems(body: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """What may be wrong with a body, and whether it is; raises where the body is not even of the right form."""
    yield not isinstance(body.get("model"), str), "model: field required"
    yield not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1, "max_tokens: a positive integer is required"
    messages = body["messages"]
    roles = [message["role"] for message in messages]
    yield any(role not in ROLES for role in roles), "messages: a role is unknown"
    yield roles[0] == "system", "messages.0: use the top-level 'system' parameter for the initial system prompt"
    yield roles[0] != "user", "messages: the first message must use the user role"
    yield roles[-1] == "assistant", "messages: this model does not support assistant message prefill"
    ended = [*roles, "assistant"]
    is_misplaced = any(
        role == "system" and (ended[place - 1], ended[place + 1]) != ("user", "assistant") for place, role in enumerate(roles)
    )
    yield is_misplaced, "messages: a system message must follow a user message and precede an assistant message or the end"
    yield any(not interviewer.extract_text(message["content"]).strip() for message in messages), "messages: a text is empty"
    yield count_marks(body) > MAX_MARKS, f"cache_control: at most {MAX_MARKS} blocks may be marked"


def _check_key(request: Request) -> None:
    if not (request.headers.get("authorization") or request.headers.get("x-api-key")):
        raise _ApiError(401, "authentication_error", "no API key came with the request")


class _ApiError(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, error_type: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.retry_after = retry_after


async def _error_response(_: Request, refused: Exception) -> Response:
    if not isinstance(refused, _ApiError):
        raise refused
    headers = _response_headers() | ({"retry-after": str(refused.retry_after)} if refused.retry_after is not None else {})
    error = {"type": refused.error_type, "message": str(refused)}
    return JSONResponse({"type": "error", "error": error, "request_id": headers["request-id"]}, refused.status, headers)


def _response_headers() -> dict[str, str]:
    return {"request-id": f"req_{uuid4().hex}"}


def _build_message(content: list[dict[str, Any]], stop_reason: str | None, usage: dict[str, int]) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid4().hex}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": _stop_details(stop_reason),
        "usage": usage,
    }


def _stop_details(stop_reason: str | None) -> dict[str, Any] | None:
    return {"type": "refusal", "category": None, "explanation": None} if stop_reason == "refusal" else None


def _format_event(kind: str, **data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"
