"""An interview in its room: who is there, what is due, what is said next. Plan, turns and reply are the typed interview's.

One loop decides, from the stored turns, whenever something has happened: so a contribution in pieces, a message that was typed, a
reply that was cut off and a candidate who comes back are all the same path.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta

import structlog
from anthropic import AsyncAnthropic
from bson import ObjectId

from agent.composition import background_of, greeting_of, read_plan
from agent.delivery import Answer, Delivery
from agent.hearing import LOOK_SECONDS, Hearing
from agent.interviewer import Opened
from agent.phrases import phrases_in
from agent.plan import Plan
from agent.prompts import compose
from agent.replies import Replies
from agent.speech import Speech
from agent.transcript import Transcript
from agent.utterance import Draft, provisional
from lifecycle.services import Services
from models.append import LeaseLost
from models.clock import now
from models.interview import OPEN, Interview, InterviewStatus, get_interview
from models.position import Position
from models.turn import Channel, Move, Source, Speaker, Turn, read_turns

log = structlog.get_logger(__name__)

LAST_WORDS_SECONDS = 1.5
"""after the end, for what the candidate was saying"""
OVERTIME_SECONDS = 30.0
"""who is speaking when the time is up may go on for so long"""


class Conversation:
    """One interviewer in one room, under the lease whose number is `interview.fence`."""

    def __init__(
        self,
        services: Services,
        claude: AsyncAnthropic,
        interview: Interview,
        position: Position,
        *,
        hearing: Hearing,
        speech: Speech,
        transcript: Transcript,
    ) -> None:
        self._services = services
        self._replies = Replies(claude, services.settings)
        self._id = ObjectId(interview.id)
        self._fence = interview.fence
        self._position = position
        self._hearing = hearing
        self._delivery = Delivery(interview.fence, speech, transcript)
        self._transcript = transcript
        self.is_line_alive: Callable[[], Awaitable[bool]] = _always
        """whether silence is the candidate's; may wait until that is sure"""
        self._occasion = asyncio.Event()
        self._is_present = False
        self._is_resuming = False
        self._left_at = 0.0
        self._held_seq = 0
        """what the candidate said up to here waits for more: it was cut off"""
        self._due_at: datetime | None = None
        self._overtime_at: datetime | None = None
        self._storing = 0
        """turns that have been heard and are not stored yet"""

    # --- what happens

    def notice(self) -> None:
        """Something has happened: look what is due."""
        self._occasion.set()

    def arrive(self) -> None:
        """The candidate is in the room, and hears: from now on somebody speaks."""
        self._is_present = True
        self._is_resuming = True
        self.notice()

    async def leave(self) -> None:
        """The candidate is gone: nothing more is said, and what they were saying is kept. Raises LeaseLost."""
        self._is_present = False
        self._left_at = time.time()
        await self._delivery.hush()
        if heard := self._hearing.take():
            await self._transcript.add_heard(heard, cut_off=True)

    async def commit(
        self, started_at: float | None = None, stopped_at: float | None = None, *, is_leftover: bool = False
    ) -> None:
        """What was heard is an answer, as far as can be told: by the session, whose times these are, or as a leftover, of which
        the session made nothing. Raises LeaseLost.
        """
        heard = self._hearing.take(started_at, stopped_at)
        if heard is None:
            return
        committed_at = time.time()
        self._storing += 1
        try:
            # the words that were cut off may come when the candidate is back already
            is_whole = await self.is_line_alive() and self._is_present and heard.started_at.timestamp() > self._left_at
            stored = await self._transcript.add_heard(heard, cut_off=not is_whole)
            if not is_whole:
                self._held_seq = stored.seq
        finally:
            self._storing -= 1
        if not is_leftover:  # that has waited for something else: how long tells nothing of the reply
            self._delivery.answer = Answer(heard.ended_at.timestamp(), heard.final_at, committed_at)
        self.notice()

    async def hush(self) -> None:
        """The end has come from elsewhere: stop speaking, and look."""
        await self._delivery.hush()
        self.notice()

    # --- what is done

    async def hold(self) -> Interview:
        """Speak whenever something is due, until the interview is ENDING and its last words are stored.

        Raises LeaseLost when it is another's: a newer agent's, or the typed channel's.
        """
        while True:
            interview = await get_interview(self._id)
            if (
                interview is None
                or interview.fence != self._fence
                or interview.erased_at
                or interview.channel is not Channel.VOICE
            ):
                raise LeaseLost
            if interview.status is InterviewStatus.ENDING:
                await self._replies.drop()
                await self._store_last_words()
                return interview
            if interview.status not in OPEN:
                raise LeaseLost
            if self._is_present and await self._act(interview):
                continue
            if self._services.settings.voice.early_replies:
                await self._prepare(interview)
            await self._wait()

    async def _wait(self) -> None:
        """Until something has happened, or is due."""
        seconds = (self._due_at - now()).total_seconds() if self._due_at else None
        if self._storing or self._hearing.is_pending or self._hearing.is_late:
            seconds = LOOK_SECONDS
        with suppress(TimeoutError):
            await asyncio.wait_for(self._occasion.wait(), None if seconds is None else max(seconds, LOOK_SECONDS))
        self._occasion.clear()

    async def _store_last_words(self) -> None:
        await self._hearing.settle(LAST_WORDS_SECONDS)
        if heard := self._hearing.take():
            await self._transcript.add_heard(heard, cut_off=True)

    async def _act(self, interview: Interview) -> bool:
        """Say what is due; whether something was said. Raises LeaseLost."""
        if await self._must_wait():
            return False
        turns = await read_turns(self._id)
        self._transcript.note(turns)
        plan = self._read_plan(interview, turns)
        self._due_at = plan.due_after(plan.last_turn_at) if plan.last_turn_at else None
        if started_at := plan.limits.started_at:
            self._overtime_at = started_at + plan.limits.limit + timedelta(seconds=OVERTIME_SECONDS)
        if self._storing or self._hearing.is_pending:
            # it was heard while the turns were read: they are not all
            return False
        if not plan.greeted:
            await self._delivery.say(
                plan, Draft(Move.GREET, Source.CODE, plan.answers), greeting_of(interview, plan), interruptible=False
            )
            # said over the greeting, which nothing cuts off
            await self.commit(is_leftover=True)
            self._is_resuming = False
            return True
        if plan.open_question is None:
            self._is_resuming = False
            await self._delivery.say(plan, Draft(Move.NEXT, Source.CODE, plan.answers), plan.words_after(Move.NEXT))
            return True
        if self._is_resuming:
            self._is_resuming = False
            if not plan.contribution or _is_cut_off(turns):
                await self._ask_again(plan)
                return True
        return await self._go_on(interview, plan, turns)

    def _read_plan(self, interview: Interview, turns: Sequence[Turn]) -> Plan:
        settings = self._services.settings
        return read_plan(
            interview,
            self._position,
            turns,
            now(),
            closing_seconds=settings.interview.closing_seconds,
            silence_seconds=settings.voice.silence_seconds,
        )

    async def _must_wait(self) -> bool:
        """Whether the candidate has the word, or some of theirs are not there, or not stored, yet."""
        hearing, voice = self._hearing, self._services.settings.voice
        if hearing.pending_seconds > voice.max_delay_seconds + LAST_WORDS_SECONDS:
            # livekit-agents has dropped the turn
            await self.commit(is_leftover=True)
        if self._storing:
            return True
        if self._overtime_at and now() > self._overtime_at:
            return False
        return hearing.is_speaking or hearing.is_pending or hearing.is_late

    async def _ask_again(self, plan: Plan) -> None:
        """The open question, after somebody was gone; what was cut off waits for its rest."""
        self._held_seq = plan.answers if plan.contribution else 0
        move = Move.STOP if plan.stop_pending else Move.REPEAT
        await self._delivery.say(plan, Draft(move, Source.CODE, None), plan.asking_again(phrases_in(plan.language).resumed))

    async def _go_on(self, interview: Interview, plan: Plan, turns: Sequence[Turn]) -> bool:
        if plan.contribution and plan.answers > self._held_seq:
            await self._reply(interview, plan, turns)
            return True
        if plan.clock_move is None:
            return False
        move, reason = plan.clock_move
        # what waits for its rest is not answered by a question whether somebody is there
        answers = plan.answers if move is Move.CLOSE or not plan.contribution else None
        draft = Draft(move, Source.CODE, answers, reason=reason)
        await self._delivery.say(plan, draft, plan.words_after(move, reason), interruptible=move is not Move.CLOSE)
        return True

    async def _reply(self, interview: Interview, plan: Plan, turns: Sequence[Turn]) -> None:
        draft = Draft(plan.fallback, Source.CODE, plan.answers, by_code=True)
        if self._is_badly_heard(turns, plan) and Move.REPEAT in plan.moves:
            draft.move, draft.by_code = Move.REPEAT, None
            await self._delivery.say(plan, draft, plan.asking_again(phrases_in(plan.language).not_heard))
            return
        prompt = compose(plan.position, background_of(interview), plan, turns)

        async def words() -> AsyncGenerator[str, None]:
            async with aclosing(self._replies.take(plan, prompt)) as events:
                async for event in events:
                    if isinstance(event, Opened):
                        draft.move, draft.source = event.move, event.source
                        draft.by_code = event.source is not Source.MODEL
                    else:
                        yield event

        await self._delivery.say(plan, draft, words())

    async def _prepare(self, interview: Interview) -> None:
        """Begin the reply to what was heard so far, as if it were all."""
        hearing = self._hearing
        if hearing.is_speaking:
            await self._replies.drop()
        is_quiet = hearing.is_pending and not hearing.is_speaking and not hearing.is_late
        if not is_quiet or self._is_resuming or not self._is_present:
            return
        text = hearing.pending_text
        turns = await read_turns(self._id)
        if hearing.pending_text != text:
            # it was taken, or is not all, by now: what is on its way is the better guess
            return
        turns.append(provisional(self._id, text, turns))
        plan = self._read_plan(interview, turns)
        if plan.open_question:
            await self._replies.begin(plan, compose(plan.position, background_of(interview), plan, turns))

    def _is_badly_heard(self, turns: Sequence[Turn], plan: Plan) -> bool:
        least = self._services.settings.voice.min_confidence
        spoken = [turn for turn in turns if turn.speaker is Speaker.CANDIDATE and turn.confidence is not None]
        return bool(spoken) and spoken[-1].seq == plan.answers and (spoken[-1].confidence or 0.0) < least


async def _always() -> bool:
    return True


def _is_cut_off(turns: Sequence[Turn]) -> bool:
    spoken = [turn for turn in turns if turn.speaker is Speaker.CANDIDATE]
    return bool(spoken) and spoken[-1].interrupted
