"""Ask Claude for the judgement of a transcript, and turn every failure into a JudgeFailed with a reason and a remedy."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import structlog
from anthropic import (
    APIConnectionError,
    APIRequest,
    APIStatusError,
    APITimeoutError,
    AsyncAnthropic,
    AsyncAPIResponse,
    AsyncCallNext,
)
from anthropic.types import Message
from pydantic import BaseModel, ValidationError

import settings
from evaluation.prompt import Judgement, build_judgement_model, build_system_text, build_transcript_message
from models.documents.evaluation import Usage
from models.documents.position import PositionContent
from models.documents.turn import Turn

log = structlog.get_logger(__name__)

MAX_TOKENS = 32_000
"""Limit for a judgement with the thinking before it. Twenty criteria with their quotes take about 8,000 tokens."""
CACHE_WRITE_FACTOR = 1.25
"""Price of writing a token to the cache, relative to an input token."""

_TRANSIENT_STATUSES = (408, 409, 429)
_REMEDIES = {
    401: "correct ANTHROPIC_API_KEY",
    403: "use a key with access to the judge's model (ANTHROPIC_JUDGE_MODEL)",
    404: "set ANTHROPIC_JUDGE_MODEL to an existing model",
    413: "set ANTHROPIC_JUDGE_MODEL to a model with a context that is large enough for the transcript",
}


class JudgeFailed(Exception):
    """The judge gave no usable judgement. The message gives the reason without quoting the transcript or the answer.

    If `is_transient`, another attempt may succeed, but not before `retry_after_seconds`.
    """

    def __init__(self, reason: str, *, is_transient: bool = True, retry_after_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.is_transient = is_transient
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class JudgeAnswer:
    """A complete judgement, and the model that gave it."""

    judgement: Judgement
    model: str
    usage: Usage


async def ask_judge(
    claude: AsyncAnthropic,
    anthropic: settings.AnthropicSettings,
    position: PositionContent,
    language: str,
    turns: Sequence[Turn],
    timeout_seconds: float,
    record_usage: Callable[[Usage], Awaitable[None]],
) -> JudgeAnswer:
    """Ask Claude once for the judgement of the whole transcript.

    The call's cost is passed to `record_usage` before the answer is checked, so that an unusable answer is accounted for too.
    Raises JudgeFailed, and whatever `record_usage` raises.
    """
    received: list[Message] = []

    async def capture_message(request: APIRequest, call_next: AsyncCallNext) -> AsyncAPIResponse[Any]:
        # for a refused or truncated answer parse() only reports invalid JSON, so its stop reason is read here
        response = await call_next(request)
        if response.status_code == HTTPStatus.OK:
            received.append(Message.model_validate_json(await response.read()))
        return response

    client = claude.with_options(timeout=timeout_seconds, max_retries=0).with_middleware(capture_message)
    validation_error: ValidationError | None = None
    judgement: BaseModel | None = None
    try:
        parsed = await client.messages.parse(
            model=anthropic.judge_model,
            max_tokens=MAX_TOKENS,
            system=build_system_text(position, language),
            messages=[build_transcript_message(turns)],
            output_format=build_judgement_model(position.criteria),
        )
        judgement = parsed.parsed_output
    except APITimeoutError:
        raise JudgeFailed(f"Claude gave no judgement within {timeout_seconds:.0f} seconds.") from None
    except APIConnectionError:
        raise JudgeFailed("Claude cannot be reached.") from None
    except APIStatusError as error:
        raise _to_judge_failure(error) from None
    except ValidationError as error:
        validation_error = error
    if not received:
        raise JudgeFailed("Claude's answer is not a message of its API.")
    message = received[-1]
    usage = _compute_usage(message, anthropic)
    log.info("judgement received", message_id=message.id, stop_reason=message.stop_reason, **usage.model_dump())
    await record_usage(usage)
    if message.stop_reason != "end_turn":
        raise JudgeFailed(_explain_stop_reason(message.stop_reason))
    if judgement is None:
        raise JudgeFailed(
            f"Claude's judgement does not match the requested schema ({_describe_invalid_fields(validation_error)})."
        )
    return JudgeAnswer(cast(Judgement, judgement), message.model, usage)


def _describe_invalid_fields(validation_error: ValidationError | None) -> str:
    """Name the fields that do not match the schema, without their content and without names that the model chose."""
    problems = validation_error.errors(include_input=False, include_context=False) if validation_error else []
    # the name of an extra field was chosen by the model
    paths = [problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"] for problem in problems]
    return ", ".join(sorted({".".join(map(str, path[:2])) for path in paths if path})) or "invalid JSON"


def _to_judge_failure(error: APIStatusError) -> JudgeFailed:
    status = error.status_code
    if status in _TRANSIENT_STATUSES or status >= 500:
        return JudgeFailed(f"Claude answered {status}.", retry_after_seconds=_parse_retry_after(error))
    remedy = _REMEDIES.get(status, "look up the request id in the log")
    log.error("Claude rejected the request", status=status, request_id=error.request_id, type=error.type)
    return JudgeFailed(f"Claude answered {status}: {remedy}, then evaluate again.", is_transient=False)


def _parse_retry_after(error: APIStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return 0.0


def _explain_stop_reason(stop_reason: str | None) -> str:
    match stop_reason:
        case "refusal":
            return "Claude refused to judge this transcript."
        case "max_tokens":
            return f"Claude's judgement was longer than {MAX_TOKENS} tokens and was cut off."
        case _:
            return f"Claude's judgement ended early ({stop_reason})."


def _compute_usage(message: Message, anthropic: settings.AnthropicSettings) -> Usage:
    usage = message.usage
    written, cached = usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0
    cost = (
        (usage.input_tokens + CACHE_WRITE_FACTOR * written) * anthropic.input_usd
        + cached * anthropic.cached_input_usd
        + usage.output_tokens * anthropic.output_usd
    )
    return Usage(
        input_tokens=usage.input_tokens + written,
        cached_input_tokens=cached,
        output_tokens=usage.output_tokens,
        cost_usd=round(cost / 1_000_000, 6),
    )
