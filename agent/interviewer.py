"""The interviewer's reply to what the candidate said: one streaming call of Claude under the plan, and code where Claude is not.

The same for both channels: the text job iterates it, the voice agent will.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass

import structlog
from anthropic import AsyncAnthropic
from anthropic.lib.streaming import AsyncMessageStream

import settings
from agent.guard import Gate, private_runs
from agent.phrases import phrases_in
from agent.plan import Plan
from agent.prompts import RULES, Prompt
from models.turn import Move, Source

log = structlog.get_logger(__name__)

MAX_TOKENS = 300
HEAD_CHARACTERS = 24
"""a first line that is longer holds no move"""

_MODEL_MOVES = (Move.NEXT, Move.PROBE, Move.REPEAT, Move.CLARIFY, Move.WAIT, Move.STOP, Move.CLOSE)
_HEAD = re.compile(r"[\s*`<\[(\"']*(?:move\s*:)?[\s*`<\[(\"']*([A-Za-z]+)[\s*`>\])\"':]*", re.IGNORECASE)
_WORDS_ARE_THE_REPLY = (Move.PROBE, Move.CLARIFY)


@dataclass(frozen=True, slots=True)
class Opened:
    """The move that is made and who found the words. Comes before any word, and again when a later one replaces it."""

    move: Move
    source: Source
    reason: str | None = None
    """why code speaks in Claude's place"""


class Unanswered(Exception):
    """Claude did not answer, or not to the end; the text is the reason, without a word of what was said.

    `refused`: the move that it chose, where that is not allowed.
    """

    def __init__(self, reason: str, refused: Move | None = None) -> None:
        super().__init__(reason)
        self.refused = refused


async def reply(
    claude: AsyncAnthropic, anthropic: settings.Anthropic, clocks: settings.Interview, plan: Plan, prompt: Prompt
) -> AsyncGenerator[Opened | str, None]:
    """Opened, then the words to say, sentence by sentence. Always says something, with at most one question.

    Raises nothing of Claude's. The call is closed when the consumer stops: iterate it within contextlib.aclosing.
    """
    gate: Gate | None = None
    move: Move | None = None
    head = said = ""
    reason = refused = None
    try:
        async with aclosing(_stream(claude, anthropic, clocks, prompt)) as deltas:
            async for delta in deltas:
                words = delta
                if move is None:
                    head += delta
                    decided = read_head(head)
                    if decided is None:
                        continue
                    move, words = _allowed(decided, plan)
                    gate = Gate(move, private_runs(plan.position, plan.asked, RULES))
                    yield Opened(move, Source.MODEL)
                if gate is None or gate.is_full:
                    break
                for sentence in gate.take(words):
                    said += sentence
                    yield sentence
        if move is None:
            move, words = _allowed(read_head(head, is_whole=True), plan)
            gate = Gate(move, private_runs(plan.position, plan.asked, RULES))
            yield Opened(move, Source.MODEL)
            for sentence in gate.take(words):
                said += sentence
                yield sentence
        for sentence in gate.finish() if gate else []:
            said += sentence
            yield sentence
    except Unanswered as error:
        reason, refused = str(error), error.refused
    for event in _round_off(plan, move, said, reason, refused):
        yield event


def _round_off(plan: Plan, move: Move | None, said: str, reason: str | None, refused: Move | None) -> list[Opened | str]:
    """What code adds after the model: the question, the closing, or the whole reply where there is no move to keep to."""
    if move is None or (not said and move in _WORDS_ARE_THE_REPLY):
        why = reason or "no words"
        log.warning("code replies", reason=why, move=plan.fallback)
        return [Opened(plan.fallback, Source.CODE, why), plan.words_instead(refused)]
    events: list[Opened | str] = []
    added = plan.words_after(move)
    if reason:
        log.warning("reply rounded off", reason=reason, move=move)
        events.append(Opened(move, Source.BROKEN, reason))
        if move in _WORDS_ARE_THE_REPLY and "?" not in said and plan.open_question:
            added = f"{phrases_in(plan.language).put_again} {plan.open_question.text}"
    if move is Move.WAIT and not said:
        added = phrases_in(plan.language).wait
    if added:
        events.append(f" {added}" if said else added)
    return events


def _allowed(decided: tuple[Move | None, str] | None, plan: Plan) -> tuple[Move, str]:
    move, words = decided or (None, "")
    if move is None:
        raise Unanswered("no move")
    if move not in plan.moves:
        raise Unanswered(f"move {move} not allowed", move)
    return move, words


def read_head(head: str, *, is_whole: bool = False) -> tuple[Move | None, str] | None:
    """The move on the first line and the words after it; None while it can not be told. A move of None: there is none.

    Tolerates case, "Move:", asterisks, backticks, quotes and brackets around the word. Decides at the line's end, at
    HEAD_CHARACTERS, or when `is_whole`; the same however the head comes in pieces.
    """
    line, newline, rest = head.lstrip().partition("\n")
    if len(line) >= HEAD_CHARACTERS:
        return None, ""
    if not newline and not is_whole:
        return None
    match = _HEAD.fullmatch(line.strip())
    name = match[1].upper() if match else ""
    return (Move(name), rest) if name in _MODEL_MOVES else (None, "")


async def _stream(
    claude: AsyncAnthropic, anthropic: settings.Anthropic, clocks: settings.Interview, prompt: Prompt
) -> AsyncGenerator[str, None]:
    """Claude's words as they come. Raises Unanswered for every way in which they may not."""
    async with AsyncExitStack() as call:
        loop = asyncio.get_running_loop()
        # one bound for all that comes before the first word; never around a yield, or it would cancel the consumer
        due = loop.time() + clocks.first_word_seconds
        try:
            async with asyncio.timeout_at(due):
                stream = await call.enter_async_context(
                    claude.messages.stream(
                        model=anthropic.interviewer_model,
                        max_tokens=MAX_TOKENS,
                        system=prompt.system,
                        messages=prompt.messages,
                        thinking={"type": "disabled"},
                    )
                )
            texts = aiter(stream.text_stream)
            while True:
                async with asyncio.timeout_at(due):
                    text = await anext(texts, None)
                if text is None:
                    break
                due = loop.time() + clocks.gap_seconds
                yield text
        except TimeoutError:
            raise Unanswered("time-out") from None
        except Exception as error:  # the SDK's errors, and in mid-stream the connection's own, unwrapped
            raise Unanswered(type(error).__name__) from None
        await _check_end(stream)


async def _check_end(stream: AsyncMessageStream[None]) -> None:
    message = stream.current_message_snapshot
    log.info(
        "claude replied",
        request_id=stream.request_id,
        stop_reason=message.stop_reason,
        input_tokens=message.usage.input_tokens,
        cached_input_tokens=message.usage.cache_read_input_tokens or 0,
        output_tokens=message.usage.output_tokens,
    )
    if message.stop_reason not in ("end_turn", "stop_sequence"):
        raise Unanswered(f"stop reason {message.stop_reason}")
