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
from agent.output_filter import OutputFilter, collect_private_ngrams
from agent.phrases import get_phrases
from agent.plan import InterviewPlan
from agent.prompts import RULES, Prompt
from models.documents.turn import Move, Source

log = structlog.get_logger(__name__)

MAX_TOKENS = 300
MAX_MOVE_LINE_CHARACTERS = 24
"""a first line that is longer holds no move"""

_MODEL_MOVES = (Move.NEXT, Move.PROBE, Move.REPEAT, Move.CLARIFY, Move.WAIT, Move.STOP, Move.CLOSE)
_MOVE_LINE = re.compile(r"[\s*`<\[(\"']*(?:move\s*:)?[\s*`<\[(\"']*([A-Za-z]+)[\s*`>\])\"':]*", re.IGNORECASE)
_MODEL_WORDED_MOVES = (Move.PROBE, Move.CLARIFY)


@dataclass(frozen=True, slots=True)
class MoveChosen:
    """The move that is made and who found the words. Comes before any word, and again when a later one replaces it."""

    move: Move
    source: Source
    reason: str | None = None
    """why code speaks in Claude's place"""


class ReplyFailed(Exception):
    """Claude did not answer, or not to the end; the text is the reason, without a word of what was said.

    `rejected_move`: the move that it chose, where that is not allowed.
    """

    def __init__(self, reason: str, rejected_move: Move | None = None) -> None:
        super().__init__(reason)
        self.rejected_move = rejected_move


async def stream_reply(
    claude: AsyncAnthropic,
    anthropic: settings.AnthropicSettings,
    timeouts: settings.InterviewSettings,
    plan: InterviewPlan,
    prompt: Prompt,
) -> AsyncGenerator[MoveChosen | str, None]:
    """Opened, then the words to say, sentence by sentence. Always says something, with at most one question.

    Raises nothing of Claude's. The call is closed when the consumer stops: iterate it within contextlib.aclosing.
    """
    parser = _ReplyParser(plan)
    failure = None
    try:
        async with aclosing(_stream_claude(claude, anthropic, timeouts, prompt, parser)) as texts:
            async for text in texts:
                for event in parser.feed(text):
                    yield event
                if parser.is_full:
                    break
            else:
                for event in parser.flush():
                    yield event
    except ReplyFailed as error:
        failure = error
    for event in _complete_reply(plan, parser, failure):
        yield event


class _ReplyParser:
    """Reads what Claude writes as it comes: the move on its first line, then the sentences that may be said."""

    def __init__(self, plan: InterviewPlan) -> None:
        self.move: Move | None = None
        """what Claude has opened with"""
        self.has_spoken = False
        """something of it may be said"""
        self._plan = plan
        self._received = ""
        self._filter: OutputFilter | None = None

    @property
    def is_full(self) -> bool:
        """Nothing more of it may be said."""
        return self._filter is not None and self._filter.is_full

    def feed(self, text: str) -> list[MoveChosen | str]:
        """What goes out now. Raises Unanswered for a first line without a move, or with one that is not allowed."""
        if self._filter is not None:
            return self._release(self._filter.feed(text))
        self._received += text
        return self._accept_move(parse_move(self._received))

    def flush(self) -> list[MoveChosen | str]:
        """What is left when Claude has ended of itself. Raises as `feed`."""
        events = [] if self._filter else self._accept_move(parse_move(self._received, is_whole=True))
        return [*events, *self._release(self._filter.flush() if self._filter else [])]

    def _accept_move(self, parsed: tuple[Move | None, str] | None) -> list[MoveChosen | str]:
        if parsed is None:
            return []
        move, words = parsed
        if move is None:
            raise ReplyFailed("no move")
        if move not in self._plan.allowed_moves:
            raise ReplyFailed(f"move {move} not allowed", move)
        self.move = move
        self._filter = OutputFilter(move, collect_private_ngrams(self._plan.position, self._plan.questions_asked, RULES))
        return [MoveChosen(move, Source.MODEL), *self._release(self._filter.feed(words))]

    def _release(self, sentences: Sequence[str]) -> list[MoveChosen | str]:
        self.has_spoken = self.has_spoken or bool(sentences)
        return list(sentences)


def _complete_reply(plan: InterviewPlan, parser: _ReplyParser, failure: ReplyFailed | None) -> list[MoveChosen | str]:
    """What code adds after the model: the question, the closing, or the whole reply where there is no move to keep to."""
    move = parser.move
    if move is None or (not parser.has_spoken and move in _MODEL_WORDED_MOVES):
        reason = str(failure) if failure else "no words"
        log.warning("code replies", reason=reason, move=plan.fallback_move)
        rejected_move = failure.rejected_move if failure else None
        return [MoveChosen(plan.fallback_move, Source.CODE, reason), plan.fallback_words(rejected_move)]
    events: list[MoveChosen | str] = []
    code_words = plan.code_words(move)
    if failure:
        log.warning("reply rounded off", reason=str(failure), move=move)
        events.append(MoveChosen(move, Source.BROKEN, str(failure)))
        if move in _MODEL_WORDED_MOVES and plan.open_question:
            code_words = f"{get_phrases(plan.language).question_again} {plan.open_question.text}"
    if move is Move.WAIT and not parser.has_spoken:
        code_words = get_phrases(plan.language).wait
    if code_words:
        events.append(f" {code_words}" if parser.has_spoken else code_words)
    return events


def parse_move(text: str, *, is_whole: bool = False) -> tuple[Move | None, str] | None:
    """The move on the first line and the words after it; None while it can not be told. A move of None: there is none.

    Tolerates case, "Move:", asterisks, backticks, quotes and brackets around the word. Decides at the line's end, at
    HEAD_CHARACTERS, or when `is_whole`; the same however the head comes in pieces.
    """
    line, newline, rest = text.lstrip().partition("\n")
    if len(line) >= MAX_MOVE_LINE_CHARACTERS:
        return None, ""
    if not newline and not is_whole:
        return None
    match = _MOVE_LINE.fullmatch(line.strip())
    name = match[1].upper() if match else ""
    return (Move(name), rest) if name in _MODEL_MOVES else (None, "")


async def _stream_claude(
    claude: AsyncAnthropic,
    anthropic: settings.AnthropicSettings,
    timeouts: settings.InterviewSettings,
    prompt: Prompt,
    parser: _ReplyParser,
) -> AsyncGenerator[str, None]:
    """Claude's words as they come; `parser` is who reads them. Raises Unanswered for every way in which they may not come."""
    loop = asyncio.get_running_loop()
    # one bound for all that comes before the words; never around a yield, or it would cancel the consumer
    deadline = loop.time() + timeouts.first_word_seconds
    message = None
    async with AsyncExitStack() as call:
        try:
            async with asyncio.timeout_at(deadline):
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
                async with asyncio.timeout_at(deadline):
                    event = await anext(stream, None)
                if event is None:
                    break
                if event.type == "message_stop":
                    message = event.message
                if event.type == "text":
                    yield event.text
                    # the time that the consumer took is not Claude's
                    deadline = loop.time() + timeouts.gap_seconds if parser.move else deadline
        except TimeoutError:
            raise ReplyFailed("time-out") from None
        except Exception as error:  # the SDK's errors, and in mid-stream the connection's own, unwrapped
            raise ReplyFailed(type(error).__name__) from None
        _require_complete(message, stream.request_id)


def _require_complete(message: Message | None, request_id: str | None) -> None:
    if message is None:
        # whoever stood between ended the stream as if all were well
        raise ReplyFailed("no end")
    log.info(
        "claude replied",
        request_id=request_id,
        stop_reason=message.stop_reason,
        input_tokens=message.usage.input_tokens,
        cached_input_tokens=message.usage.cache_read_input_tokens or 0,
        output_tokens=message.usage.output_tokens,
    )
    if message.stop_reason not in ("end_turn", "stop_sequence"):
        raise ReplyFailed(f"stop reason {message.stop_reason}")
