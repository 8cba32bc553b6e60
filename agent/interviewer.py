"""The interviewer's reply to a contribution: one streaming call to Claude within the plan, completed by code.

Both channels use it. If Claude fails, code replies instead, so the candidate always gets an answer.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from functools import partial
from typing import Literal

import structlog
from anthropic import AsyncAnthropic, OpenTelemetryOptions
from anthropic.types import Message
from opentelemetry.trace import Span

import tracing
from agent.job_questions import MAX_FACTS, TERMS
from agent.output_filter import OutputFilter, ReplyContext, collect_private_ngrams
from agent.plan import NOTICE_MOVES, InterviewPlan
from agent.prompts import RULES, Prompt
from agent.speech_rules import collect_short_notes
from agent.usage_meter import UsageMeter
from engine.metrics import CLAUDE_CALLS
from live.cancellation import cancel_and_wait
from models.documents.position import Fact
from models.documents.turn import Move, Source
from settings import AnthropicSettings, InterviewSettings, Settings

log = structlog.get_logger(__name__)

MAX_TOKENS = 300
MAX_MOVE_LINE_CHARACTERS = 24
"""Length at which the first line is assumed to hold no move."""

_MODEL_MOVES = frozenset(Move) - {Move.GREET, Move.NUDGE}
_MOVE_LINE = re.compile(r"[\s*`<\[(\"']*(?:move\s*:)?[\s*`<\[(\"']*([A-Za-z_]+)[\s*`>\])\"':]*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_NO_FACT = re.compile(r"\s*none\b", re.IGNORECASE)
_SENTENCE_BREAK = re.compile(r"(?<=[.!?…])\s+")
_MODEL_WORDED_MOVES = (Move.PROBE, Move.CLARIFY)
"""Moves to which code adds nothing, so a reply needs the model's words."""


def create_claude_client(settings: Settings) -> AsyncAnthropic:
    """Create the client for replies and evaluations. Use it as `async with`.

    Each call sets its own timeout. The SDK's retries are off, because a retry could repeat words that were already spoken.
    """
    return AsyncAnthropic(
        api_key=settings.anthropic.api_key.get_secret_value(),
        base_url=settings.anthropic.base_url,
        max_retries=0,
        open_telemetry=_build_tracing_options(),
    )


def _build_tracing_options() -> OpenTelemetryOptions | Literal[False]:
    """Return options with which the SDK records its calls without their content, whatever the environment says."""
    provider = tracing.get_provider()
    if provider is None:
        return False
    return {"tracer_provider": provider, "traces": {"content_mode": "metadata_only"}}


@dataclass(frozen=True, slots=True)
class MoveChosen:
    """The move of a reply and the source of its words.

    It precedes the words, and is sent again if the source changes.
    """

    move: Move
    source: Source
    reason: str | None = None
    """Why code replaced or completed Claude's words."""


ReplyEvent = MoveChosen | str
"""The move of a reply, or a part of its text."""


SPOKEN_TURN = "spoken turn"
"""Name of the span of what the interviewer says, from the end of the candidate's speech to the stored turn."""


class ReplyFailed(Exception):
    """Claude's reply failed or was incomplete. The message is the reason, and contains nothing that was said.

    `rejected_move` is the move that Claude chose, if that is not allowed.
    """

    def __init__(self, reason: str, rejected_move: Move | None = None) -> None:
        super().__init__(reason)
        self.rejected_move = rejected_move


async def stream_reply(
    claude: AsyncAnthropic,
    anthropic_settings: AnthropicSettings,
    timeouts: InterviewSettings,
    plan: InterviewPlan,
    prompt: Prompt,
    usage_meter: UsageMeter,
) -> AsyncGenerator[ReplyEvent, None]:
    """Yield MoveChosen, then the words to say, sentence by sentence: always some, with at most one question.

    Claude is not asked for what code decides (InterviewPlan.code_move). Once a budget is used up, code replies as if Claude had
    failed. The time that is left precedes the words when it is due.
    Errors of the Claude API are not raised. However the call ends, `usage_meter` records its usage before this generator
    ends. Iterate within contextlib.aclosing, so that the call is closed when the consumer stops early.
    """
    notice, move = plan.time_notice, None
    reply = _stream_reply(claude, anthropic_settings, timeouts, plan, prompt, usage_meter)
    async with aclosing(reply) as events:
        async for event in events:
            if isinstance(event, MoveChosen):
                move = event.move
            elif notice and move in NOTICE_MOVES:
                yield f"{notice} "
                notice = ""
            yield event


async def _stream_reply(
    claude: AsyncAnthropic,
    anthropic_settings: AnthropicSettings,
    timeouts: InterviewSettings,
    plan: InterviewPlan,
    prompt: Prompt,
    usage_meter: UsageMeter,
) -> AsyncGenerator[ReplyEvent, None]:
    if plan.code_move:
        yield MoveChosen(plan.code_move, Source.CODE)
        yield plan.fallback_text()
        return
    parser = _ReplyParser(plan)
    if exhausted := await usage_meter.find_exhausted_budget():
        for event in _complete_reply(plan, parser, ReplyFailed(f"budget {exhausted} used up")):
            yield event
        return
    failure = None
    try:
        async with aclosing(_stream_claude(claude, anthropic_settings, timeouts, prompt, parser, usage_meter)) as texts:
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


@dataclass(frozen=True, slots=True)
class _Prefetch:
    prompt: Prompt
    events: "asyncio.Queue[ReplyEvent | None]"
    """The events of the reply so far, and None after the last one."""
    task: "asyncio.Task[None]"
    span: Span


class PrefetchedReply:
    """Requests a reply before it is certain that the candidate has finished, at most one at a time.

    A prefetched reply is used only if the final prompt equals the prompt it was requested with.
    """

    def __init__(self, claude: AsyncAnthropic, settings: Settings, usage_meter: UsageMeter) -> None:
        self._claude = claude
        self._settings = settings
        self._usage_meter = usage_meter
        self._prefetch: _Prefetch | None = None

    async def prefetch(self, plan: InterviewPlan, prompt: Prompt, stopped_at: float | None = None) -> None:
        """Request the reply to this prompt, and discard the one to any other prompt.

        `stopped_at` is when the candidate stopped speaking, as `time.time` returns it: the reply's span begins then.
        """
        if self._prefetch and self._prefetch.prompt == prompt:
            return
        await self.discard()
        events: asyncio.Queue[ReplyEvent | None] = asyncio.Queue()
        span = tracing.open_span(SPOKEN_TURN, started_at=stopped_at)
        with tracing.activate(span):
            task = asyncio.create_task(self._collect(plan, prompt, events), name="prefetched reply")
        self._prefetch = _Prefetch(prompt, events, task, span)

    async def discard(self) -> None:
        """Cancel the prefetched reply, if there is one."""
        prefetch, self._prefetch = self._prefetch, None
        if prefetch:
            await cancel_and_wait(prefetch.task)
            if prefetch.span.is_recording():
                prefetch.span.set_attribute("viva.is_discarded", True)
                prefetch.span.end()

    def find_span(self, prompt: Prompt) -> Span | None:
        """Return the open span of the prefetched reply to this prompt. The caller, who uses that reply, ends it."""
        return self._prefetch.span if self._prefetch and self._prefetch.prompt == prompt else None

    async def stream(self, plan: InterviewPlan, prompt: Prompt) -> AsyncGenerator[ReplyEvent, None]:
        """Yield the events of `stream_reply`, from the prefetched reply if its prompt is the same.

        Iterate within contextlib.aclosing.
        """
        prefetch = self._prefetch
        if prefetch is None or prefetch.prompt != prompt:
            await self.discard()
            async with aclosing(self._request(plan, prompt)) as reply_events:
                async for event in reply_events:
                    yield event
            return
        self._prefetch = None
        try:
            while (prefetched_event := await prefetch.events.get()) is not None:
                yield prefetched_event
            await prefetch.task
        finally:
            await cancel_and_wait(prefetch.task)

    async def _collect(self, plan: InterviewPlan, prompt: Prompt, events: asyncio.Queue[ReplyEvent | None]) -> None:
        try:
            async with aclosing(self._request(plan, prompt)) as reply_events:
                async for event in reply_events:
                    events.put_nowait(event)
        finally:
            events.put_nowait(None)

    def _request(self, plan: InterviewPlan, prompt: Prompt) -> AsyncGenerator[ReplyEvent, None]:
        settings = self._settings
        return stream_reply(self._claude, settings.anthropic, settings.interview, plan, prompt, self._usage_meter)


class _ReplyParser:
    """Parses Claude's output as it streams: the move on the first line, then the sentences that pass the filter."""

    def __init__(self, plan: InterviewPlan) -> None:
        self.move: Move | None = None
        """The move on Claude's first line, once it is parsed."""
        self.has_spoken = False
        """Whether any sentence has passed the filter."""
        self._plan = plan
        self._received = ""
        self._filter: OutputFilter | None = None
        self._fact_numbers = ""

    @property
    def is_full(self) -> bool:
        """Whether the filter lets no further sentence pass."""
        return self._filter is not None and self._filter.is_full

    @property
    def lacks_question(self) -> bool:
        """Whether the words of a probe were released without its question, because that was rejected."""
        output_filter = self._filter
        return (
            self.move is Move.PROBE and output_filter is not None and output_filter.has_rejected and not output_filter.has_asked
        )

    def feed(self, text: str) -> list[ReplyEvent]:
        """Add text, and return the events it completes.

        Raises ReplyFailed if the first line has no allowed move.
        """
        if self.move is Move.ANSWER:
            self._fact_numbers += text
            return []
        if self._filter is not None:
            return self._release(self._filter.feed(text))
        self._received += text
        return self._accept_move(parse_move(self._received))

    def flush(self) -> list[ReplyEvent]:
        """Return the remaining events after the end of Claude's output. Raises like `feed`."""
        events = [] if self.move else self._accept_move(parse_move(self._received, is_whole=True))
        return [*events, *self._release(self._filter.flush() if self._filter else [])]

    def _accept_move(self, parsed: tuple[Move | None, str] | None) -> list[ReplyEvent]:
        if parsed is None:
            return []
        move, words = parsed
        if move is None:
            raise ReplyFailed("no move")
        if move not in self._plan.allowed_moves:
            raise ReplyFailed(f"move {move} not allowed", move)
        self.move = move
        if move is Move.ANSWER:
            self._fact_numbers = words
            return [MoveChosen(move, Source.MODEL)]
        private_ngrams = collect_private_ngrams(self._plan.position, self._plan.questions_asked, RULES)
        self._filter = OutputFilter(move, private_ngrams, _build_reply_context(self._plan))
        return [MoveChosen(move, Source.MODEL), *self._release(self._filter.feed(words))]

    def find_facts(self) -> list[Fact] | None:
        """Return the facts that Claude chose for an ANSWER, or None if it named none that exists."""
        facts = self._plan.position.facts
        if _NO_FACT.match(self._fact_numbers):
            return []
        numbers = dict.fromkeys(map(int, _NUMBER.findall(self._fact_numbers[:MAX_MOVE_LINE_CHARACTERS])))
        return [facts[number - 1] for number in numbers if 1 <= number <= len(facts)][:MAX_FACTS] or None

    def _release(self, sentences: Sequence[str]) -> list[ReplyEvent]:
        self.has_spoken = self.has_spoken or bool(sentences)
        return list(sentences)


def _build_reply_context(plan: InterviewPlan) -> ReplyContext:
    rules, question = plan.phrases.speech_rules, plan.open_question
    asked = [question.text for question in plan.position.questions[: plan.questions_asked]]
    earlier = [*([question.text] if question else []), *plan.follow_ups]
    return ReplyContext(
        rules=rules,
        # whole, and sentence by sentence
        earlier_questions=[*earlier, *(sentence for text in earlier for sentence in _SENTENCE_BREAK.split(text))],
        # what the candidate or the position has said in public is no secret
        short_notes=collect_short_notes(
            plan.position, [*asked, plan.position.title, plan.position.description, plan.contribution_end], rules
        ),
        claims_job_terms=partial(_claims_job_terms, plan, question.text if question else ""),
    )


def _claims_job_terms(plan: InterviewPlan, question_text: str, sentence: str) -> bool:
    find_themes = plan.phrases.job_questions.find_themes
    return bool(find_themes(sentence) & TERMS - find_themes(question_text))


def _complete_reply(plan: InterviewPlan, parser: _ReplyParser, failure: ReplyFailed | None) -> list[ReplyEvent]:
    """Return what code adds to the model's words: a question, a closing, or the whole reply if the model gave no usable one."""
    move = parser.move
    if move is Move.ANSWER:
        chosen = [MoveChosen(move, Source.BROKEN, str(failure))] if failure else []
        return [*chosen, plan.answer_text(None if failure else parser.find_facts())]
    if move is Move.CLARIFY and not parser.has_spoken:
        reason = str(failure) if failure else "no words"
        log.warning("explanation by code", reason=reason)
        return [MoveChosen(move, Source.CODE, reason), plan.repeat_question(plan.phrases.explain)]
    if move is None or (not parser.has_spoken and move in _MODEL_WORDED_MOVES):
        reason = str(failure) if failure else "no words"
        log.warning("reply by code", reason=reason, move=plan.fallback_move)
        rejected_move = failure.rejected_move if failure else None
        return [MoveChosen(plan.fallback_move, Source.CODE, reason), plan.fallback_text(rejected_move)]
    events: list[ReplyEvent] = []
    if parser.lacks_question and failure is None:
        reason = "question rejected"
        log.warning("reply completed by code", reason=reason, move=plan.fallback_move)
        return [MoveChosen(plan.fallback_move, Source.CODE, reason), f" {plan.fallback_text()}"]
    scripted_text = plan.scripted_text(move)
    if failure:
        log.warning("incomplete reply completed by code", reason=str(failure), move=move)
        events.append(MoveChosen(move, Source.BROKEN, str(failure)))
        if move in _MODEL_WORDED_MOVES and plan.open_question:
            scripted_text = f"{plan.phrases.question_again} {plan.open_question.text}"
    if move is Move.WAIT and not parser.has_spoken:
        scripted_text = plan.phrases.wait
    if scripted_text:
        events.append(f" {scripted_text}" if parser.has_spoken else scripted_text)
    return events


def parse_move(text: str, *, is_whole: bool = False) -> tuple[Move | None, str] | None:
    """Parse the move on the first line, and return it with the words after it; a move of None means that there is none.

    Returns None until the line ends, reaches MAX_MOVE_LINE_CHARACTERS, or the text `is_whole`. The result does
    not depend on how the text was split. Accepts any case, a "Move:" prefix, and asterisks, backticks,
    quotes and brackets around the word.
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
    anthropic_settings: AnthropicSettings,
    timeouts: InterviewSettings,
    prompt: Prompt,
    parser: _ReplyParser,
    usage_meter: UsageMeter,
) -> AsyncGenerator[str, None]:
    """Yield Claude's text as it arrives. Raises ReplyFailed for every failure.

    `parser` is the consumer's parser: once it has found the move, the gap timeout applies. A call that ends early counts with
    the tokens that Claude had reported by then: all of its input, and output of which the count is too low.
    """
    loop = asyncio.get_running_loop()
    # One deadline covers everything before the first words. It never spans a yield, which would cancel the consumer.
    deadline = loop.time() + timeouts.first_word_seconds
    message: Message | None = None
    is_complete = has_words = False
    requested_at = time.time()
    async with AsyncExitStack() as call:
        try:
            async with asyncio.timeout_at(deadline):
                stream = await call.enter_async_context(
                    claude.messages.stream(
                        model=anthropic_settings.interviewer_model,
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
                if event.type == "message_start":
                    # The SDK updates this message with each further event.
                    message = stream.current_message_snapshot
                is_complete = is_complete or event.type == "message_stop"
                if event.type == "text":
                    if not has_words:
                        has_words = True
                        tracing.record_span("claude first words", requested_at, time.time())
                    yield event.text
                    # Start the timeout here, so that the consumer's own time does not count.
                    deadline = loop.time() + timeouts.gap_seconds if parser.move else deadline
        except TimeoutError:
            CLAUDE_CALLS.labels("reply", "timeout").inc()
            raise ReplyFailed("timeout") from None
        except Exception as error:  # the SDK's errors and, during the stream, unwrapped connection errors
            CLAUDE_CALLS.labels("reply", "failed").inc()
            raise ReplyFailed(type(error).__name__) from None
        finally:
            if message is not None and message.usage:  # a gateway in front of Claude may omit the usage
                usage_meter.record_call(message, anthropic_settings)
        _require_complete(message if is_complete else None, stream.request_id)


def _require_complete(message: Message | None, request_id: str | None) -> None:
    """Log the usage of a finished call. Raises ReplyFailed if the message was cut off."""
    if message is None:
        # The stream ended early without an error, as behind a proxy.
        CLAUDE_CALLS.labels("reply", "failed").inc()
        raise ReplyFailed("incomplete stream")
    CLAUDE_CALLS.labels("reply", "answered").inc()
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
