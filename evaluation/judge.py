"""Ask Claude for the judgement of a transcript, and turn every failure into a JudgeFailed with a reason and a remedy."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import httpx2
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
from evaluation.prompt import (
    Judgement,
    build_judge_message,
    build_judgement_model,
    build_system_text,
    compute_prompt_digest,
)
from lifecycle.claude_usage import compute_usage, count_tokens
from models.documents.position import PositionContent
from models.documents.turn import Turn
from models.documents.usage import Usage

log = structlog.get_logger(__name__)

MAX_TOKENS = 32_000
"""Limit for a judgement with the thinking before it. Twenty criteria with their quotes take about 8,000 tokens."""

_TRANSIENT_STATUSES = (408, 409, 429)
_NO_CREDIT = "Claude refuses for lack of credit: add credit to the Anthropic account (Plans & Billing)"
_PROMPT_TOO_LONG = (
    "the transcript is too long for the judge's model (prompt is too long): "
    "set ANTHROPIC_JUDGE_MODEL to a model with a larger context"
)
_REMEDIES = {
    401: "correct ANTHROPIC_API_KEY",
    403: "use a key with access to the judge's model (ANTHROPIC_JUDGE_MODEL)",
    404: "set ANTHROPIC_JUDGE_MODEL to an existing model",
    413: _PROMPT_TOO_LONG,
}


class JudgeFailed(Exception):
    """The judge gave no usable judgement. The message gives the reason without quoting the transcript or the answer.

    If `is_transient`, another attempt may succeed, but not before `retry_after_seconds`.
    """

    is_transient = True

    def __init__(self, reason: str, *, retry_after_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class JudgeUnavailable(JudgeFailed):
    """The judge did not take the request, so nothing was paid: it is overloaded or unreachable, or the account lacks credit."""


class JudgeRejected(JudgeFailed):
    """The judge will reject this request however often it is sent."""

    is_transient = False


@dataclass(frozen=True, slots=True)
class JudgeAnswer:
    """A complete judgement, and what identifies the call that gave it."""

    judgement: Judgement
    text: str
    """The judgement as received: JSON."""
    model: str
    message_id: str
    prompt_digest: str
    usage: Usage


async def ask_judge(
    claude: AsyncAnthropic,
    anthropic: settings.AnthropicSettings,
    position: PositionContent,
    language: str,
    turns: Sequence[Turn],
    candidate_name: str,
    pass_number: int,
    timeout_seconds: float,
    record_usage: Callable[[Usage], Awaitable[None]],
) -> JudgeAnswer:
    """Ask Claude once for the judgement of the whole transcript, with the criteria in the order of this pass.

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
    system = build_system_text(position, language)
    messages = [build_judge_message(position, turns, candidate_name, pass_number)]
    judgement_model = build_judgement_model(position.criteria)
    validation_error: ValidationError | None = None
    judgement: BaseModel | None = None
    try:
        parsed = await client.messages.parse(
            model=anthropic.judge_model,
            max_tokens=MAX_TOKENS,
            system=system,
            messages=messages,
            output_format=judgement_model,
        )
        judgement = parsed.parsed_output
    except APITimeoutError:
        raise JudgeFailed(f"Claude gave no judgement within {timeout_seconds:.0f} seconds.") from None
    except APIConnectionError as error:
        # a connection that broke after the request was sent may have been paid for
        kind = JudgeUnavailable if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout) else JudgeFailed
        raise kind("Claude cannot be reached.") from None
    except APIStatusError as error:
        raise _to_judge_failure(error) from None
    except ValidationError as error:
        validation_error = error
    if not received:
        raise JudgeFailed("Claude's answer is not a message of its API.")
    message = received[-1]
    usage = compute_usage(
        message.usage,
        input_usd=anthropic.input_usd,
        cached_input_usd=anthropic.cached_input_usd,
        output_usd=anthropic.output_usd,
    )
    log.info("judgement received", message_id=message.id, stop_reason=message.stop_reason, **usage.model_dump())
    count_tokens("judge", usage)
    await record_usage(usage)
    if message.stop_reason != "end_turn":
        raise JudgeFailed(_explain_stop_reason(message.stop_reason))
    if judgement is None:
        raise JudgeFailed(
            f"Claude's judgement does not match the requested schema ({_describe_invalid_fields(validation_error)})."
        )
    return JudgeAnswer(
        cast(Judgement, judgement),
        "".join(block.text for block in message.content if block.type == "text"),
        message.model,
        message.id,
        compute_prompt_digest(anthropic.judge_model, system, messages, judgement_model.model_json_schema()),
        usage,
    )


def parse_judgement(position: PositionContent, text: str) -> Judgement:
    """Return the stored answer of a pass as a Judgement."""
    return cast(Judgement, build_judgement_model(position.criteria).model_validate_json(text))


def _describe_invalid_fields(validation_error: ValidationError | None) -> str:
    """Name the fields that do not match the schema, without their content and without names that the model chose."""
    problems = validation_error.errors(include_input=False, include_context=False) if validation_error else []
    # the name of an extra field was chosen by the model
    paths = [problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"] for problem in problems]
    return ", ".join(sorted({".".join(map(str, path[:2])) for path in paths if path})) or "invalid JSON"


def _to_judge_failure(error: APIStatusError) -> JudgeFailed:
    status = error.status_code
    if status in _TRANSIENT_STATUSES or status >= 500:
        return JudgeUnavailable(f"Claude answered {status}.", retry_after_seconds=_parse_retry_after(error))
    log.error("Claude rejected the request", status=status, request_id=error.request_id, type=error.type)
    if status == HTTPStatus.PAYMENT_REQUIRED or "credit balance" in error.message:
        return JudgeUnavailable(f"{_NO_CREDIT}.", retry_after_seconds=_parse_retry_after(error))
    remedy = (
        _PROMPT_TOO_LONG if "prompt is too long" in error.message else _REMEDIES.get(status, "look up the request id in the log")
    )
    return JudgeRejected(f"Claude answered {status}: {remedy}, then evaluate again.")


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
