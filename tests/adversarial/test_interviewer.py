"""A Claude that misbehaves as the interviewer: interviews end only by the rules, and no unchecked word is said.

Every reply is requested through the real SDK. The checks do not use the output filter or the plan: they compare the stored turns
with what the candidate said and with all texts that may occur. `make test` holds an interview with each misbehavior;
`make adversarial` holds those with every kind of candidate in every language.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest
from anthropic import AsyncAnthropic

from agent.interviewer import MoveChosen
from agent.phrases import LANGUAGES
from lifecycle.services import Services
from models.documents.interview import EndReason, InterviewStatus
from models.documents.turn import Move, Source, Speaker
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from settings import InterviewSettings
from tests.adversarial.conftest import ReportOutcome
from tests.adversarial.interviewer_talks import HABITS, TEXTS, Habits, Kind, SimulatedCandidate, make_attacked_position
from tests.adversarial.misbehaviors import MISBEHAVIORS, Misbehavior, ReplyRequest, is_stalling, mix
from tests.agent.conftest import open_reply
from tests.agent.stored_chats import make_chat, with_settings
from tests.agent.talks import PHRASEBOOK, Talk
from tests.factories import make_position

MAX_REPLIES = 60
MAX_MODEL_CHARACTERS = 600
MAX_SECONDS = 10
TIMEOUTS = InterviewSettings(first_word_seconds=5, gap_seconds=5)
STALLING_TIMEOUTS = InterviewSettings(first_word_seconds=0.15, gap_seconds=0.15)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the candidate said, and the interviewer's reply."""

    kind: Kind
    said: str
    move: Move
    text: str
    source: Source
    was_asked: bool
    """Whether Claude was asked for the reply."""
    is_overtime: bool = False
    """Whether the time for questions was over."""


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """A whole interview after its greeting, which includes the first question."""

    habits: Habits
    language: str
    exchanges: Sequence[Exchange]
    end_reason: EndReason | None


def _list_texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    else:
        for value in data.values() if isinstance(data, dict) else data:
            yield from _list_texts(value)


def list_allowed_texts(language: str) -> list[str]:
    """Return every text of which a reply may consist, the longest first."""
    texts = TEXTS[language]
    phrases = _list_texts(PHRASEBOOK.get(language).model_dump())
    questions = [question.text for question in texts.questions]
    # what is left of a sentence whose hidden characters are removed
    return sorted([*phrases, *questions, *texts.harmless, texts.fact_answer, "Viva."], key=len, reverse=True)


ALLOWED_TEXTS = {language: list_allowed_texts(language) for language in LANGUAGES}


def find_problems(interview: HeldInterview) -> list[str]:
    """Return how an interview breaks the rules."""
    where = f"{interview.language}, {interview.habits.name}"
    problems = [*_find_flow_problems(interview), *_find_ending_problems(interview)]
    for exchange in interview.exchanges:
        problems += _find_text_problems(exchange.text, interview.language)
    return [f"{where}: {problem}" for problem in problems]


def _find_flow_problems(interview: HeldInterview) -> Iterator[str]:
    questions = [question.text for question in TEXTS[interview.language].questions]
    asked, is_answered = 1, False
    probes: set[str] = set()
    for exchange in interview.exchanges:
        is_answered = is_answered or exchange.kind is Kind.ANSWER
        if exchange.move is Move.NEXT:
            if not is_answered:
                yield f"question {asked} was passed over after {exchange.said!r}"
            if asked == len(questions) or not exchange.text.endswith(questions[asked]):
                yield f"instead of question {asked + 1}: {exchange.text!r}"
            asked, is_answered, probes = asked + 1, False, set()
        if exchange.kind is Kind.REQUEST and exchange.move in (Move.NEXT, Move.STOP, Move.ANYTHING_ELSE, Move.CLOSE):
            yield f"{exchange.move} after the request {exchange.said!r}"
        if exchange.move is Move.PROBE and "?" in exchange.text and exchange.text in probes:
            yield f"asked twice: {exchange.text!r}"
        if exchange.move in (Move.REPEAT, Move.ANSWER) and exchange.kind is not Kind.DENY:
            is_last_asked = exchange.text.rstrip().endswith(questions[asked - 1])
            if not is_last_asked and asked < len(questions):
                yield f"question {asked} is not repeated in {exchange.text!r}"
        probes.add(exchange.text)
        for later in questions[asked:]:
            if later in exchange.text:
                yield f"asked too early: {later!r}"


def _find_ending_problems(interview: HeldInterview) -> Iterator[str]:
    *before, last = interview.exchanges
    if last.move is not Move.CLOSE:
        yield f"no end after {len(interview.exchanges)} replies"
    if any(exchange.move is Move.CLOSE for exchange in before):
        yield "it goes on after the closing"
    if interview.end_reason is not interview.habits.end_reason:
        yield f"ended as {interview.end_reason} after {last.said!r}"
    if interview.end_reason is EndReason.WRAPPED_UP:
        asked = 1 + sum(exchange.move is Move.NEXT for exchange in before)
        if asked != len(TEXTS[interview.language].questions):
            yield f"wrapped up after {asked} questions"
        if last.kind is not Kind.ANSWER:
            yield f"wrapped up after {last.said!r}"
    elif interview.end_reason is EndReason.OUT_OF_TIME:
        if not last.is_overtime:
            yield "out of time before the time was over"
    elif last.kind is not Kind.CONFIRM:
        yield f"ended as the candidate's wish after {last.said!r}"


def _find_text_problems(text: str, language: str) -> Iterator[str]:
    rest = text
    for allowed in ALLOWED_TEXTS[language]:
        rest = rest.replace(allowed, " ")
    if rest.strip():
        yield f"{rest.strip()[:80]!r} is no checked text, in {text[:200]!r}"
    if not text.strip() or text != text.strip():
        yield f"empty, or white space around it: {text[:80]!r}"
    if len(re.findall(r"[?\uff1f]", text)) > 1:
        yield f"several questions: {text!r}"
    words = sum(len(text) - len(text.replace(sentence, "")) for sentence in TEXTS[language].harmless)
    if words > MAX_MODEL_CHARACTERS:
        yield f"{words} characters of the model"


class InterviewerBench:
    """Holds interviews with a misbehaving Claude."""

    def __init__(self, claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
        self._claude = claude
        self.provider = provider

    async def hold(self, habits: Habits, language: str, timeouts: InterviewSettings = TIMEOUTS) -> HeldInterview:
        """Hold an interview in memory; the clock is simulated."""
        candidate = SimulatedCandidate(habits, language)
        talk = Talk(make_attacked_position(language), language=language)
        talk.greet()
        exchanges: list[Exchange] = []
        last_move: Move | None = None
        end_reason: EndReason | None = None
        while end_reason is None and len(exchanges) < MAX_REPLIES:
            utterance = candidate.speak(talk.plan.questions_asked, last_move)
            talk.advance_clock(seconds=habits.seconds_per_answer if utterance.kind is Kind.ANSWER else 5)
            talk.say(utterance.text)
            plan = talk.plan
            chosen, text = await self._reply(talk, timeouts)
            is_overtime = talk.now - (talk.started_at or talk.now) >= talk.limit - talk.closing
            was_asked = plan.code_move is None
            exchanges.append(Exchange(utterance.kind, utterance.text, chosen.move, text, chosen.source, was_asked, is_overtime))
            if chosen.move is Move.CLOSE:
                end_reason = plan.end_reason
            talk.store_reply(chosen.move, text, plan)
            last_move = chosen.move
        return HeldInterview(habits, language, exchanges, end_reason)

    async def _reply(self, talk: Talk, timeouts: InterviewSettings) -> tuple[MoveChosen, str]:
        chosen, text = None, ""
        async with asyncio.timeout(MAX_SECONDS), aclosing(open_reply(self._claude, timeouts, talk)) as events:
            async for event in events:
                if isinstance(event, MoveChosen):
                    chosen = event
                else:
                    text += event
        assert chosen
        return chosen, text

    def misbehave(self, misbehavior: Misbehavior) -> None:
        """Let Claude misbehave from now on."""

        def reply(body: dict[str, Any]) -> ScriptedReply:
            return misbehavior(ReplyRequest(body))

        self.provider.script_reply = reply


@pytest.fixture
def bench(claude: AsyncAnthropic, provider: AnthropicProvider) -> InterviewerBench:
    return InterviewerBench(claude, provider)


def describe(interviews: Sequence[HeldInterview]) -> str:
    """Describe what came of the replies, for the table."""
    replies = [exchange for interview in interviews for exchange in interview.exchanges if exchange.was_asked]
    sources = Counter(exchange.source for exchange in replies)
    ends = Counter(str(interview.end_reason) for interview in interviews)
    outcomes = {Source.MODEL: "Claude's move", Source.BROKEN: "completed by code", Source.CODE: "replaced by code"}
    parts = [f"{100 * sources[source] / len(replies):.0f} % {outcome}" for source, outcome in outcomes.items() if sources[source]]
    return f"{len(replies)} replies: {', '.join(parts)}; {', '.join(f'{count} {end}' for end, count in sorted(ends.items()))}"


async def test_interviews_end_by_the_rules_with_each_misbehavior(bench: InterviewerBench) -> None:
    problems: list[str] = []
    for number, (name, misbehavior) in enumerate(MISBEHAVIORS.items()):
        bench.misbehave(misbehavior)
        timeouts = STALLING_TIMEOUTS if is_stalling(name) else TIMEOUTS
        interview = await bench.hold(HABITS[number % len(HABITS)], LANGUAGES[number // 2 % len(LANGUAGES)], timeouts)
        problems += [f"{name}: {problem}" for problem in find_problems(interview)]
    assert not problems, "\n".join(problems)


@pytest.mark.adversarial
@pytest.mark.parametrize("name", MISBEHAVIORS)
async def test_interviews_with_every_candidate_end_by_the_rules(
    bench: InterviewerBench, name: str, report_outcome: ReportOutcome
) -> None:
    bench.misbehave(MISBEHAVIORS[name])
    # A reply that stalls takes the time of the timeout, so these interviews are held at the same time, in two languages.
    timeouts = STALLING_TIMEOUTS if is_stalling(name) else TIMEOUTS
    languages = LANGUAGES[:2] if is_stalling(name) else LANGUAGES
    held = [bench.hold(habits, language, timeouts) for habits in HABITS for language in languages]
    interviews = await asyncio.gather(*held) if is_stalling(name) else [await interview for interview in held]
    problems = [problem for interview in interviews for problem in find_problems(interview)]
    assert not problems, "\n".join(problems)
    report_outcome(f"Claude {name}", describe(interviews))


@pytest.mark.parametrize(
    "habits", [HABITS[0], next(habits for habits in HABITS if habits.end_reason is EndReason.CANDIDATE_ENDED)]
)
async def test_stored_interview_ends_by_the_rules(
    services: Services, claude: AsyncAnthropic, bench: InterviewerBench, habits: Habits
) -> None:
    """Claude misbehaves in another way in every reply, and the reply job stores what came of it."""
    bench.misbehave(mix)
    language = "de"
    content = make_attacked_position(language)
    position = await make_position(**content.model_dump())
    chat = await make_chat(with_settings(services, "interview", first_word_seconds=0.3, gap_seconds=0.3), claude, position)
    await chat.run_reply_job()
    candidate = SimulatedCandidate(habits, language)
    exchanges: list[Exchange] = []
    last_move: Move | None = None
    interview = await chat.interview()
    while interview.status is not InterviewStatus.COMPLETED and len(exchanges) < MAX_REPLIES:
        utterance = candidate.speak(interview.progress.question, last_move)
        reply = await chat.say_and_get_reply(utterance.text)
        assert reply.speaker is Speaker.INTERVIEWER
        assert reply.move
        assert reply.source
        exchanges.append(Exchange(utterance.kind, utterance.text, reply.move, reply.text, reply.source, was_asked=True))
        last_move = reply.move
        interview = await chat.interview()
    assert find_problems(HeldInterview(habits, language, exchanges, interview.end_reason)) == []
    stored = [turn for turn in await chat.interviewer_turns() if turn.move is not Move.GREET]
    assert [turn.text for turn in stored[1:]] == [exchange.text for exchange in exchanges]
