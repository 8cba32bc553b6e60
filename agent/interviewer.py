"""The interviewer's reply to what the candidate said: one streaming call of Claude under the plan, and code where Claude is not.

The same for both channels: the text job iterates it, the voice agent will.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass

import structlog
from anthropic import AsyncAnthropic
from anthropic.types import Message

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
    reader = _Reader(plan)
    failure = None
    try:
        async with aclosing(_stream(claude, anthropic, clocks, prompt, reader)) as texts:
            async for text in texts:
                for event in reader.take(text):
                    yield event
                if reader.is_full:
                    break
            else:
                for event in reader.finish():
                    yield event
    except Unanswered as error:
        failure = error
    for event in _round_off(plan, reader, failure):
        yield event


class _Reader:
    """Reads what Claude writes as it comes: the move on its first line, then the sentences that may be said."""

    def __init__(self, plan: Plan) -> None:
        self.move: Move | None = None
        """what Claude has opened with"""
        self.has_spoken = False
        """something of it may be said"""
        self._plan = plan
        self._head = ""
        self._gate: Gate | None = None

    @property
    def is_full(self) -> bool:
        """Nothing more of it may be said."""
        return self._gate is not None and self._gate.is_full

    def take(self, text: str) -> list[Opened | str]:
        """What goes out now. Raises Unanswered for a first line without a move, or with one that is not allowed."""
        if self._gate is not None:
            return self._say(self._gate.take(text))
        self._head += text
        return self._open(read_head(self._head))

    def finish(self) -> list[Opened | str]:
        """What is left when Claude has ended of itself. Raises as `take`."""
        opened = [] if self._gate else self._open(read_head(self._head, is_whole=True))
        return [*opened, *self._say(self._gate.finish() if self._gate else [])]

    def _open(self, decided: tuple[Move | None, str] | None) -> list[Opened | str]:
        if decided is None:
            return []
        move, words = decided
        if move is None:
            raise Unanswered("no move")
        if move not in self._plan.moves:
            raise Unanswered(f"move {move} not allowed", move)
        self.move = move
        self._gate = Gate(move, private_runs(self._plan.position, self._plan.asked, RULES))
        return [Opened(move, Source.MODEL), *self._say(self._gate.take(words))]

    def _say(self, sentences: Sequence[str]) -> list[Opened | str]:
        self.has_spoken = self.has_spoken or bool(sentences)
        return list(sentences)


def _round_off(plan: Plan, reader: _Reader, failure: Unanswered | None) -> list[Opened | str]:
    """What code adds after the model: the question, the closing, or the whole reply where there is no move to keep to."""
    move = reader.move
    if move is None or (not reader.has_spoken and move in _WORDS_ARE_THE_REPLY):
        reason = str(failure) if failure else "no words"
        log.warning("code replies", reason=reason, move=plan.fallback)
        refused = failure.refused if failure else None
        return [Opened(plan.fallback, Source.CODE, reason), plan.words_instead(refused)]
    events: list[Opened | str] = []
    added = plan.words_after(move)
    if failure:
        log.warning("reply rounded off", reason=str(failure), move=move)
        events.append(Opened(move, Source.BROKEN, str(failure)))
        if move in _WORDS_ARE_THE_REPLY and plan.open_question:
            added = f"{phrases_in(plan.language).put_again} {plan.open_question.text}"
    if move is Move.WAIT and not reader.has_spoken:
        added = phrases_in(plan.language).wait
    if added:
        events.append(f" {added}" if reader.has_spoken else added)
    return events


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
    claude: AsyncAnthropic, anthropic: settings.Anthropic, clocks: settings.Interview, prompt: Prompt, reader: _Reader
) -> AsyncGenerator[str, None]:
    """Claude's words as they come; `reader` is who reads them. Raises Unanswered for every way in which they may not come."""
    loop = asyncio.get_running_loop()
    # one bound for all that comes before the words; never around a yield, or it would cancel the consumer
    due = loop.time() + clocks.first_word_seconds
    message = None
    async with AsyncExitStack() as call:
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
            while True:
                async with asyncio.timeout_at(due):
                    event = await anext(stream, None)
                if event is None:
                    break
                if event.type == "message_stop":
                    message = event.message
                if event.type == "text":
                    yield event.text
                    # the time that the consumer took is not Claude's
                    due = loop.time() + clocks.gap_seconds if reader.move else due
        except TimeoutError:
            raise Unanswered("time-out") from None
        except Exception as error:  # the SDK's errors, and in mid-stream the connection's own, unwrapped
            raise Unanswered(type(error).__name__) from None
        _check_end(message, stream.request_id)


def _check_end(message: Message | None, request_id: str | None) -> None:
    if message is None:
        # whoever stood between ended the stream as if all were well
        raise Unanswered("no end")
    log.info(
        "claude replied",
        request_id=request_id,
        stop_reason=message.stop_reason,
        input_tokens=message.usage.input_tokens,
        cached_input_tokens=message.usage.cache_read_input_tokens or 0,
        output_tokens=message.usage.output_tokens,
    )
    if message.stop_reason not in ("end_turn", "stop_sequence"):
        raise Unanswered(f"stop reason {message.stop_reason}")
