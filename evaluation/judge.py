"""One call of Claude for one judgement, and every way in which it may fail, named. A failed judgement is never a number."""

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
from evaluation.prompt import Judgement, shape_of, system_text, transcript_message
from models.evaluation import Usage
from models.position import PositionBody
from models.turn import Turn

log = structlog.get_logger(__name__)

MAX_TOKENS = 32_000
"""of a judgement: twenty criteria with their quotes take about 8,000; what the model thinks before it writes counts too"""
CACHE_WRITE = 1.25
"""price of a token that is written to the cache, in input tokens"""

_PASSING_STATUSES = (408, 409, 429)
_REMEDIES = {
    401: "correct ANTHROPIC_API_KEY",
    403: "use a key that may use the judge's model (ANTHROPIC_JUDGE_MODEL)",
    404: "name a model that there is in ANTHROPIC_JUDGE_MODEL",
    413: "the transcript is too long for the model: name one with a larger context in ANTHROPIC_JUDGE_MODEL",
}


class JudgeFailed(Exception):
    """There is no judgement. The text says why, without a word of the transcript or of the answer.

    `passing`: another attempt may succeed, not before `retry_after_seconds`.
    """

    def __init__(self, reason: str, *, passing: bool = True, retry_after_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.passing = passing
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole judgement, as the model gave it; `model`: the one that answered."""

    judgement: Judgement
    model: str
    usage: Usage


async def ask_judge(
    claude: AsyncAnthropic,
    anthropic: settings.Anthropic,
    position: PositionBody,
    language: str,
    turns: Sequence[Turn],
    timeout_seconds: float,
    record_usage: Callable[[Usage], Awaitable[None]],
) -> Answer:
    """Ask Claude once for the judgement of the whole transcript.

    Awaits `record_usage` with what the call cost before it looks at the answer, so that an answer of no use is accounted for.
    Raises JudgeFailed, and whatever `record_usage` raises.
    """
    received: list[Message] = []

    async def keep(request: APIRequest, call_next: AsyncCallNext) -> AsyncAPIResponse[Any]:
        # parse() says of an answer that was refused or cut off only that it is no JSON: its stop reason is read here
        response = await call_next(request)
        if response.status_code == HTTPStatus.OK:
            received.append(Message.model_validate_json(await response.read()))
        return response

    asked = claude.with_options(timeout=timeout_seconds, max_retries=0).with_middleware(keep)
    wrong_form: ValidationError | None = None
    judgement: BaseModel | None = None
    try:
        parsed = await asked.messages.parse(
            model=anthropic.judge_model,
            max_tokens=MAX_TOKENS,
            system=system_text(position, language),
            messages=[transcript_message(turns)],
            output_format=shape_of(position.criteria),
        )
        judgement = parsed.parsed_output
    except APITimeoutError:
        raise JudgeFailed(f"Claude gave no judgement within {timeout_seconds:.0f} seconds.") from None
    except APIConnectionError:
        raise JudgeFailed("Claude cannot be reached.") from None
    except APIStatusError as error:
        raise _refused(error) from None
    except ValidationError as error:
        wrong_form = error
    if not received:
        raise JudgeFailed("Claude's answer is no message of its API.")
    message = received[-1]
    usage = _usage(message, anthropic)
    log.info("claude judged", message_id=message.id, stop_reason=message.stop_reason, **usage.model_dump())
    await record_usage(usage)
    if message.stop_reason != "end_turn":
        raise JudgeFailed(_unfinished(message.stop_reason))
    if judgement is None:
        raise JudgeFailed(f"Claude's judgement does not have the asked form ({_places(wrong_form)}).")
    return Answer(cast(Judgement, judgement), message.model, usage)


def _places(wrong_form: ValidationError | None) -> str:
    """Where the form is wrong, by the names that we gave: never what stands there."""
    problems = wrong_form.errors(include_input=False, include_context=False) if wrong_form else []
    # the name of a field too many is the model's own
    paths = [problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"] for problem in problems]
    return ", ".join(sorted({".".join(map(str, path[:2])) for path in paths if path})) or "no JSON"


def _refused(error: APIStatusError) -> JudgeFailed:
    status = error.status_code
    if status in _PASSING_STATUSES or status >= 500:
        return JudgeFailed(f"Claude answered {status}.", retry_after_seconds=_retry_after(error))
    remedy = _REMEDIES.get(status, "see the log for the request's id")
    log.error("claude refused the judgement", status=status, request_id=error.request_id, type=error.type)
    return JudgeFailed(f"Claude answered {status}: {remedy}, then evaluate again.", passing=False)


def _retry_after(error: APIStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return 0.0


def _unfinished(stop_reason: str | None) -> str:
    match stop_reason:
        case "refusal":
            return "Claude refused to judge this transcript."
        case "max_tokens":
            return f"Claude's judgement was longer than {MAX_TOKENS} tokens and was cut off."
        case _:
            return f"Claude's judgement ended early ({stop_reason})."


def _usage(message: Message, anthropic: settings.Anthropic) -> Usage:
    usage = message.usage
    written, cached = usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0
    cost = (
        (usage.input_tokens + CACHE_WRITE * written) * anthropic.input_usd
        + cached * anthropic.cached_input_usd
        + usage.output_tokens * anthropic.output_usd
    )
    return Usage(
        input_tokens=usage.input_tokens + written,
        cached_input_tokens=cached,
        output_tokens=usage.output_tokens,
        cost_usd=round(cost / 1_000_000, 6),
    )
