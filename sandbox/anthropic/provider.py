"""Simulates Anthropic's Messages API on loopback, as far as the installed SDK uses it.

It supports streaming, structured output, usage, errors, request ids and models. Rules write the replies (see interviewer.py and
judge.py), never a database. A test can script the next replies instead.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.anthropic import interviewer, judge
from sandbox.anthropic.cache import PromptCache, count_breakpoints, count_prompt_tokens, count_tokens

MODEL = "sandbox"
"""The model in replies, so that stored replies are recognizable as the sandbox's."""
MAX_CACHE_BREAKPOINTS = 4
MAX_PROMPT_TOKENS = 200_000
ROLES = ("user", "assistant", "system")
THINKING_SECONDS = 0.15
WORD_SECONDS = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedReply:
    """How the provider answers one request. Counts are in characters of the text."""

    text: str | None = None
    """The text of the reply; None for the text that the rules write."""
    status: int = 200
    error_type: str = "api_error"
    error_message: str = "as scripted"
    retry_after: int | None = None
    delay_seconds: float = 0.0
    """Seconds before the response begins."""
    stop_reason: str = "end_turn"
    stall_after: int | None = None
    """Streaming: the number of characters after which the stream stalls with the connection open."""
    cut_after: int | None = None
    """Streaming: the number of characters after which the connection breaks."""
    error_after: int | None = None
    """Streaming: the number of characters after which an error event ends the stream."""
    delta_characters: int | None = None
    """Streaming: the number of characters per delta; None for one word per delta."""
    pause_seconds: float = 0.0
    """Streaming: seconds after each delta."""
    release_event: asyncio.Event | None = None
    """The response begins only after this event is set."""
    raw_body: str | None = None
    """A body that is sent verbatim with status 200 and the expected content type, as a faulty proxy might."""


class AnthropicProvider:
    """The simulated API: `app` is its ASGI application, and `requests` are the bodies that it has received.

    Each request takes the next of `scripts`; once they are used up, `script_reply` or `default_script` applies if set.
    """

    def __init__(self, *, paced: bool = False) -> None:
        """`paced` makes it reply at a person's pace instead of without delay."""
        self.requests: list[dict[str, Any]] = []
        self.scripts: deque[ScriptedReply] = deque()
        self.default_script: ScriptedReply | None = None
        self.script_reply: Callable[[dict[str, Any]], ScriptedReply] | None = None
        """Scripts the replies of the interviewer for which there is no other script."""
        self.write_judgement: Callable[[dict[str, Any]], str] = judge.write_judgement
        """Writes the judgements that are not scripted."""
        self.capabilities: dict[str, Any] | None = None
        """The capabilities that it reports for every model."""
        self.url = ""
        """Base URL; set by the code that serves `app`."""
        self.open_streams = 0
        """Number of streams that are currently open."""
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
        """The requests for a reply of the interviewer."""
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
        script = self._next_script(body)
        if script.release_event:
            await script.release_event.wait()
        await asyncio.sleep(script.delay_seconds or (THINKING_SECONDS if self._paced else 0))
        if script.status != 200:
            raise _ApiError(script.status, script.error_type, script.error_message, script.retry_after)
        if script.raw_body is not None:
            return Response(script.raw_body, media_type="text/event-stream" if body.get("stream") else "application/json")
        text = self._generate_text(body) if script.text is None else script.text
        usage = self._cache.record_usage(body)
        if body.get("stream"):
            return StreamingResponse(
                self._stream(text, script, usage), media_type="text/event-stream", headers=_response_headers()
            )
        message = _build_message(
            [{"type": "text", "text": text}], script.stop_reason, {**usage, "output_tokens": count_tokens(text)}
        )
        return JSONResponse(message, headers=_response_headers())

    def _next_script(self, body: dict[str, Any]) -> ScriptedReply:
        if self.scripts:
            return self.scripts.popleft()
        if self.script_reply and body.get("stream"):
            return self.script_reply(body)
        return self.default_script or ScriptedReply()

    def _generate_text(self, body: dict[str, Any]) -> str:
        try:
            return self.write_judgement(body) if "output_config" in body else interviewer.write_reply(body["messages"])
        except (ValueError, KeyError) as error:
            raise _ApiError(400, "invalid_request_error", f"no rule matches this request: {error}") from None

    async def _stream(self, text: str, script: ScriptedReply, usage: dict[str, int]) -> AsyncIterator[str]:
        self.open_streams += 1
        try:
            async with aclosing(self._generate_events(text, script, usage)) as events:
                async for event in events:
                    yield event
        finally:
            self.open_streams -= 1

    async def _generate_events(self, text: str, script: ScriptedReply, usage: dict[str, int]) -> AsyncGenerator[str, None]:
        yield _format_event("message_start", message=_build_message([], None, {**usage, "output_tokens": 1}))
        yield _format_event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield _format_event("ping")
        limits = [limit for limit in (script.stall_after, script.cut_after, script.error_after) if limit is not None]
        for piece in _split_into_deltas(text[: min(limits)] if limits else text, script.delta_characters):
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


def _split_into_deltas(text: str, size: int | None) -> list[str]:
    if size:
        return [text[start : start + size] for start in range(0, len(text), size)]
    words = text.split(" ")
    return [word + (" " if index < len(words) - 1 else "") for index, word in enumerate(words)]


def _parse_body(data: bytes) -> dict[str, Any]:
    """Parse a request's body. Raises _ApiError if the real service would reject it."""
    try:
        body: dict[str, Any] = json.loads(data)
        problem = next((problem for is_wrong, problem in _find_problems(body) if is_wrong), None)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        problem = "the body does not have the form that this endpoint expects"
    if problem:
        raise _ApiError(400, "invalid_request_error", problem)
    return body


def _find_problems(body: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """Yield every possible problem of a body: whether it applies, and its message. Raises if the body is malformed."""
    yield not isinstance(body.get("model"), str), "model: field required"
    yield not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1, "max_tokens: a positive integer is required"
    messages = body["messages"]
    roles = [message["role"] for message in messages]
    yield any(role not in ROLES for role in roles), "messages: a role is unknown"
    yield roles[0] == "system", "messages.0: use the top-level 'system' parameter for the initial system prompt"
    yield roles[0] != "user", "messages: the first message must use the user role"
    yield roles[-1] == "assistant", "messages: this model does not support assistant message prefill"
    followed = [*roles, "assistant"]
    is_misplaced = any(
        role == "system" and (followed[index - 1], followed[index + 1]) != ("user", "assistant")
        for index, role in enumerate(roles)
    )
    yield is_misplaced, "messages: a system message must follow a user message and precede an assistant message or the end"
    yield any(not interviewer.extract_text(message["content"]).strip() for message in messages), "messages: a text is empty"
    tokens = count_prompt_tokens(body)
    yield tokens > MAX_PROMPT_TOKENS, f"prompt is too long: {tokens} tokens > {MAX_PROMPT_TOKENS} maximum"
    yield count_breakpoints(body) > MAX_CACHE_BREAKPOINTS, f"cache_control: at most {MAX_CACHE_BREAKPOINTS} blocks may be marked"


def _check_key(request: Request) -> None:
    if not (request.headers.get("authorization") or request.headers.get("x-api-key")):
        raise _ApiError(401, "authentication_error", "the request has no API key")


class _ApiError(Exception):
    """An error response."""

    def __init__(self, status: int, error_type: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.retry_after = retry_after


async def _error_response(_: Request, error: Exception) -> Response:
    if not isinstance(error, _ApiError):
        raise error
    headers = _response_headers() | ({"retry-after": str(error.retry_after)} if error.retry_after is not None else {})
    body = {
        "type": "error",
        "error": {"type": error.error_type, "message": str(error)},
        "request_id": headers["request-id"],
    }
    return JSONResponse(body, error.status, headers)


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
