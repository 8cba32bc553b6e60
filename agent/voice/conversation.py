"""A voice interview: one loop that decides, from the stored turns, what the interviewer says next.

The loop runs whenever something happens. An answer in several parts, a typed message, an interrupted
reply and a candidate who reconnects therefore all take the same path. Plan, turns and replies are those
of the typed interview (agent.typed).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta

import structlog
from anthropic import AsyncAnthropic
from bson import ObjectId

from agent.interview_context import build_background, compose_greeting, derive_interview_plan
from agent.interviewer import MoveChosen, PrefetchedReply
from agent.phrases import CodePhrases
from agent.plan import InterviewPlan
from agent.prompts import compose_prompt
from agent.usage_meter import UsageMeter
from agent.voice.connection import ConnectionMonitor
from agent.voice.recognizer_monitor import RecognizerMonitor
from agent.voice.speech import AnswerTiming, SpeechPlayer, Utterance, UtteranceDelivery
from agent.voice.speech_collector import SpeechCollector
from agent.voice.transcript_writer import TranscriptWriter
from lifecycle.closings import build_missing_closing
from lifecycle.services import Services
from models.documents.interview import OPEN_STATUSES, EndReason, Interview, InterviewStatus, get_interview
from models.documents.language import primary_language
from models.documents.position import Position
from models.documents.turn import Channel, Move, Source, Speaker, Turn, read_turns
from models.storage.clock import now
from models.storage.lease import LeaseLost

log = structlog.get_logger(__name__)

LAST_WORDS_SECONDS = 1.5
"""Seconds after the end in which the candidate's last words are still transcribed and stored."""
MAX_OVERTIME_SECONDS = 30.0
"""Seconds that a candidate who is speaking at the time limit may go on."""
MIN_WAIT_SECONDS = 0.1
"""Shortest wait for something that is due, so that rounding does not make the loop spin."""
MAX_NOT_UNDERSTOOD = 2
"""Times that the interviewer says, on one question, that it could not understand the candidate."""
MAX_ECHOES = 2
"""Transcripts of the interviewer's own voice after which it speaks without interruptions and suggests headphones."""


class Conversation:
    """The conversation of one interviewer, under the lease that has `interview.fence`."""

    def __init__(
        self,
        services: Services,
        claude: AsyncAnthropic,
        phrases: CodePhrases,
        interview: Interview,
        position: Position,
        *,
        collector: SpeechCollector,
        speech_player: SpeechPlayer,
        transcript_writer: TranscriptWriter,
        usage_meter: UsageMeter,
        connection: ConnectionMonitor,
        recognizer_monitor: RecognizerMonitor,
    ) -> None:
        self._services = services
        self._prefetched_reply = PrefetchedReply(claude, services.settings, usage_meter)
        self._id = interview.id
        self._fence = interview.fence
        self._phrases = phrases
        self._position = position
        self._collector = collector
        self._delivery = UtteranceDelivery(interview.fence, speech_player, transcript_writer, usage_meter, self._was_audible)
        self._transcript_writer = transcript_writer
        self._connection = connection
        self._recognizer_monitor = recognizer_monitor
        self._has_taken_over: bool | None = None
        """Whether to say that this interviewer has replaced another in the room; None until turns are read."""
        self._has_named_noise = False
        self._has_named_echo = False
        self._unclear_question: str | None = None
        self._unclear_count = 0
        """Number of times that the interviewer said that it understood nothing on `_unclear_question`."""
        self._wake_up_event = asyncio.Event()
        self._is_present = False
        self._has_just_joined = False
        """Whether the candidate has joined and has not been addressed since."""
        self._left_at = 0.0
        """When the candidate was last connected before they left; 0 if they have never left."""
        self._is_closing = False
        """Whether the closing of an interview that another process has ended is being said."""
        self._cut_off_seq = 0
        """Sequence number of a candidate turn that was cut off. It gets no reply until another turn continues it."""
        self._due_at: datetime | None = None
        self._overtime_at: datetime | None = None
        self._turns_being_stored = 0
        """Number of candidate turns that are being stored."""

    # --- events

    def wake_up(self) -> None:
        """Make the loop check what is due."""
        self._wake_up_event.set()

    def candidate_speech_changed(self) -> None:
        """Publish what the candidate has said so far, and check what is due."""
        self._transcript_writer.update_interim(Speaker.CANDIDATE, self._collector.text)
        self.wake_up()

    def transcript_dropped(self) -> None:
        """Finish the current speech without further pauses if the interviewer's own voice interrupts it repeatedly."""
        if self._collector.echo_count >= MAX_ECHOES:
            self._delivery.protect()

    def candidate_joined(self) -> None:
        """Start speaking: the candidate is in the room and can hear."""
        self._is_present = True
        self._has_just_joined = True
        self.wake_up()

    async def candidate_left(self) -> None:
        """Stop speaking, and store what the candidate was saying. Raises LeaseLost."""
        if self._is_present:
            self._is_present, self._left_at = False, self._connection.last_alive_at
        self._due_at = None
        await self._delivery.interrupt()
        if segment := self._collector.take_segment():
            await self._transcript_writer.add_candidate_speech(segment, interrupted=True)

    async def commit_turn(
        self, started_at: float | None = None, stopped_at: float | None = None, *, measures_latency: bool = True
    ) -> None:
        """Store the transcripts collected so far as the candidate's answer. Raises LeaseLost.

        `started_at` and `stopped_at` are the session's times. `measures_latency` is False if the session made
        no turn of the transcripts, because the time at which the answer was complete is then unknown.
        """
        # If the recognizer fails, the rest of the answer is lost: `candidate_left` stores the words as a part of one.
        await self._recognizer_monitor.wait_until_connected()
        segment = self._collector.take_segment(started_at, stopped_at)
        if segment is None:
            return
        committed_at = time.time()
        self._turns_being_stored += 1
        try:
            # The transcript of words that were cut off may arrive after the candidate has reconnected.
            is_whole = await self._connection.is_alive() and self._is_present and segment.started_at.timestamp() > self._left_at
            stored = await self._transcript_writer.add_candidate_speech(segment, interrupted=not is_whole)
            if not is_whole:
                self._cut_off_seq = stored.seq
        finally:
            self._turns_being_stored -= 1
            self.wake_up()
        if measures_latency:
            self._delivery.start_latency_measurement(AnswerTiming(segment.ended_at.timestamp(), segment.final_at, committed_at))

    async def interrupt(self) -> None:
        """Stop speaking, and check what is due: another process has ended the interview."""
        if not self._is_closing:
            await self._delivery.interrupt()
        self.wake_up()

    # --- the loop

    async def run(self) -> Interview:
        """Speak whenever something is due, and return the interview once it is ENDING and its last words are stored.

        Raises LeaseLost when the interview belongs to a newer interviewer or to the typed channel.
        """
        try:
            return await self._run_until_ending()
        finally:
            await self._prefetched_reply.discard()

    async def _run_until_ending(self) -> Interview:
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
                await self._store_pending_speech()
                await self._say_missing_closing(interview)
                return interview
            if interview.status not in OPEN_STATUSES:
                raise LeaseLost
            if self._is_present and await self._speak_if_due(interview):
                continue
            if self._services.settings.voice.early_replies:
                await self._prefetch_reply(interview)
            await self._wait_until_due()

    async def _wait_until_due(self) -> None:
        """Wait for an event, or until something is due."""
        pending_since = self._collector.pending_since
        moments = [
            self._due_at.timestamp() if self._due_at else None,
            self._collector.next_change_at(),
            pending_since + self._max_pending_seconds if pending_since else None,
        ]
        seconds = min((moment - time.time() for moment in moments if moment), default=None)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake_up_event.wait(), None if seconds is None else max(seconds, MIN_WAIT_SECONDS))
        self._wake_up_event.clear()

    async def _store_pending_speech(self) -> None:
        await self._collector.wait_until_settled(LAST_WORDS_SECONDS)
        if segment := self._collector.take_segment():
            await self._transcript_writer.add_candidate_speech(segment, interrupted=True)

    async def _say_missing_closing(self, interview: Interview) -> None:
        """Say goodbye to a candidate in the room whose interview another process has ended."""
        turns = await read_turns(self._id)
        closing = build_missing_closing(self._services.closings, interview, turns)
        if closing is None or not self._is_present:
            # what nobody can hear is written when the interview is completed
            return
        self._is_closing = True
        utterance = Utterance(Move.CLOSE, Source.CODE, None, reason=interview.end_reason)
        await self._delivery.deliver(self._derive_plan(interview, turns), utterance, closing.text, interruptible=False)

    async def _speak_if_due(self, interview: Interview) -> bool:
        """Say what is due, and return whether anything was said. Raises LeaseLost."""
        if await self._must_wait():
            # Until then, events of the session end the wait, or the collector's own times.
            self._due_at = self._overtime_at
            return False
        turns = await read_turns(self._id)
        self._transcript_writer.note_stored(turns)
        if self._has_taken_over is None:
            self._has_taken_over = _has_voice_interviewer(turns)
        plan = self._derive_plan(interview, turns)
        self._due_at = plan.due_after(plan.last_turn_at) if plan.last_turn_at else None
        if started_at := plan.limits.started_at:
            self._overtime_at = started_at + plan.limits.total + timedelta(seconds=MAX_OVERTIME_SECONDS)
        if self._turns_being_stored or self._collector.has_pending_text:
            # The candidate spoke while the turns were read, so the turns are incomplete.
            return False
        if not plan.has_greeted:
            await self._delivery.deliver(
                plan,
                # What the candidate has said or typed before is answered by the next move.
                Utterance(Move.GREET, Source.CODE, None),
                compose_greeting(interview, plan),
                interruptible=False,
            )
            # The session makes no turn of words spoken over the greeting, which cannot be interrupted.
            await self.commit_turn(measures_latency=False)
            self._has_just_joined = False
            return True
        if plan.open_question is None and (plan.contribution or not plan.is_stop_pending):
            # The first question, unless the candidate has wished over the greeting to end the interview.
            self._has_just_joined = False
            (move,) = plan.allowed_moves
            utterance = Utterance(move, Source.CODE, plan.reply_to_seq)
            await self._deliver(plan, utterance, plan.scripted_text(move), interruptible=move is not Move.CLOSE)
            return True
        if self._has_just_joined:
            self._has_just_joined = False
            if not plan.contribution or self._is_last_answer_cut_off(turns):
                await self._resume_after_absence(plan)
                return True
        return await self._reply_or_act_on_timeout(interview, plan, turns)

    def _derive_plan(self, interview: Interview, turns: Sequence[Turn]) -> InterviewPlan:
        settings = self._services.settings
        return derive_interview_plan(
            interview,
            self._position,
            self._phrases,
            turns,
            now(),
            closing_seconds=settings.interview.closing_seconds,
            silence_seconds=settings.voice.silence_seconds,
        )

    @property
    def _max_pending_seconds(self) -> float:
        """Silence after transcribed words within which the session makes a turn of them, unless it has dropped the turn."""
        return self._services.settings.voice.max_delay_seconds + LAST_WORDS_SECONDS

    async def _must_wait(self) -> bool:
        """Return whether the candidate is speaking, or their words are not yet transcribed or stored."""
        collector = self._collector
        if collector.pending_since and time.time() - collector.pending_since > self._max_pending_seconds:
            # livekit-agents has dropped the turn.
            await self.commit_turn(measures_latency=False)
        elif collector.has_pending_text and collector.is_speaking and not collector.holds_floor:
            # Noise goes on after the answer, so the session does not see its end.
            await self.commit_turn(measures_latency=False)
        if self._turns_being_stored:
            return True
        if self._overtime_at and now() > self._overtime_at:
            return False
        return collector.holds_floor or collector.has_pending_text or collector.is_awaiting_transcript

    async def _was_audible(self, started_at: float) -> bool:
        """Return whether the candidate was connected when a speech began."""
        if not await self._connection.is_alive():
            return started_at < self._connection.last_alive_at
        return self._is_present or started_at < self._left_at

    async def _resume_after_absence(self, plan: InterviewPlan) -> None:
        """Repeat the open question after an absence.

        An answer that may have been cut off gets no reply until the candidate has continued it.
        """
        self._cut_off_seq = plan.reply_to_seq if plan.contribution else 0
        move = plan.pending_confirmation or Move.REPEAT
        opening = self._take_opening(plan)
        opening = f"{opening}{plan.phrases.question_again}" if opening else plan.phrases.after_interruption
        await self._deliver(plan, Utterance(move, Source.CODE, None), plan.repeat_question(opening))

    async def _reply_or_act_on_timeout(self, interview: Interview, plan: InterviewPlan, turns: Sequence[Turn]) -> bool:
        if plan.contribution and plan.may_finish_message:
            self._due_at = plan.finish_at
            return False
        if plan.contribution and plan.reply_to_seq > self._cut_off_seq:
            await self._reply(interview, plan, turns)
            return True
        if await self._say_not_understood(plan):
            return True
        if plan.timeout_move is None:
            return False
        move, reason = plan.timeout_move
        silence = self._collector.sound.seconds_since_sound(time.time())
        if reason is not EndReason.OUT_OF_TIME and silence < plan.limits.max_silence.total_seconds():
            # Sound without words is not silence.
            self._due_at = now() + timedelta(seconds=plan.limits.max_silence.total_seconds() - silence)
            return False
        # A nudge is no reply to an answer that was cut off.
        reply_to_seq = plan.reply_to_seq if move is Move.CLOSE or not plan.contribution else None
        utterance = Utterance(move, Source.CODE, reply_to_seq, reason=reason)
        text = plan.timeout_text(move, reason)
        if move is Move.NUDGE and self._connection.is_muted():
            text = plan.repeat_question(plan.phrases.microphone_muted)
        await self._deliver(plan, utterance, text, interruptible=move is not Move.CLOSE)
        return True

    async def _say_not_understood(self, plan: InterviewPlan) -> bool:
        """Repeat the open question after speech without recognized words, and return whether that was due."""
        question = plan.open_question
        if question is None or plan.time_left == timedelta() or not self._collector.sound.is_unclear(time.time()):
            return False
        if question.key != self._unclear_question:
            self._unclear_question, self._unclear_count = question.key, 0
        if self._unclear_count >= MAX_NOT_UNDERSTOOD:
            return False
        self._unclear_count += 1
        text = plan.repeat_question(plan.phrases.not_understood)
        move = plan.pending_confirmation or Move.REPEAT
        await self._deliver(plan, Utterance(move, Source.CODE, None), text)
        return True

    def _take_opening(self, plan: InterviewPlan) -> str:
        """Return what the first words of an interviewer that has replaced another begin with; later an empty string.

        A candidate who has come back to a reopened interview is welcomed instead. Otherwise, what was said or typed into the
        room in between reached nobody, and LiveKit does not repeat it.
        """
        has_taken_over, self._has_taken_over = self._has_taken_over, False
        if plan.welcome:
            return f"{plan.welcome} "
        return f"{plan.phrases.after_takeover} " if has_taken_over else ""

    def _take_remark(self, plan: InterviewPlan) -> str:
        """Return what to say, once each, about a return, a takeover, noise or an echo before the next reply."""
        if opening := self._take_opening(plan):
            return opening
        if self._collector.echo_count >= MAX_ECHOES and not self._has_named_echo:
            self._has_named_echo = True
            return f"{plan.phrases.use_headphones} "
        if self._collector.sound.is_noise(time.time()) and not self._has_named_noise:
            self._has_named_noise = True
            return f"{plan.phrases.background_noise} "
        return ""

    async def _deliver(
        self, plan: InterviewPlan, utterance: Utterance, words: str | AsyncGenerator[str, None], *, interruptible: bool = True
    ) -> None:
        """Deliver the words, without interruptions by noise or by the interviewer's own voice."""
        sound = self._collector.sound
        is_disturbed = self._collector.echo_count >= MAX_ECHOES or sound.is_noise(time.time())
        await self._delivery.deliver(plan, utterance, words, interruptible=interruptible and not is_disturbed)
        sound.restart(time.time())

    async def _reply(self, interview: Interview, plan: InterviewPlan, turns: Sequence[Turn]) -> None:
        utterance = Utterance(plan.fallback_move, Source.CODE, plan.reply_to_seq, is_code_reply=True)
        # what code recognizes of the candidate's rights is answered, however it was pronounced
        is_unheard = _is_uncertain(turns, plan.reply_to_seq) and not plan.unjudged_seqs and not plan.must_name_language
        if is_unheard and Move.REPEAT in plan.allowed_moves:
            utterance.move, utterance.is_code_reply = Move.REPEAT, None
            await self._deliver(plan, utterance, plan.repeat_question(plan.phrases.not_heard))
            return
        prompt = compose_prompt(plan.position, build_background(interview), plan, turns)
        utterance.span = self._prefetched_reply.find_span(prompt)

        async def stream_text() -> AsyncGenerator[str, None]:
            remark = self._take_remark(plan)
            async with aclosing(self._prefetched_reply.stream(plan, prompt)) as events:
                async for event in events:
                    if isinstance(event, MoveChosen):
                        utterance.move, utterance.source = event.move, event.source
                        utterance.is_code_reply = None if plan.code_move else event.source is not Source.MODEL
                        if event.move is Move.CLOSE:
                            # Thanks spoken over the closing must not cut it off.
                            self._delivery.protect()
                        if remark:
                            yield remark
                            remark = ""
                    else:
                        yield event

        await self._deliver(plan, utterance, stream_text())

    def _is_last_answer_cut_off(self, turns: Sequence[Turn]) -> bool:
        """Return whether the candidate may have left in the middle of the last answer.

        An answer of which the connection carried every word may be half of one, unless a reply was audible before the
        candidate left.
        """
        answer = next((turn for turn in reversed(turns) if turn.speaker is Speaker.CANDIDATE), None)
        if answer is None or answer.interrupted:
            return answer is not None
        return answer is turns[-1] and answer.channel is Channel.VOICE and answer.started_at.timestamp() < self._left_at

    async def _prefetch_reply(self, interview: Interview) -> None:
        """Request the reply to what the candidate has said so far, in case the answer is complete."""
        collector = self._collector
        if collector.is_speaking:
            await self._prefetched_reply.discard()
        is_quiet = collector.has_pending_text and not collector.is_speaking and not collector.is_awaiting_transcript
        if not is_quiet or self._has_just_joined or not self._is_present:
            return
        text = collector.pending_text
        turns = await read_turns(self._id)
        if collector.pending_text != text:
            # The answer was committed or has grown in the meantime, so this prompt would be out of date.
            return
        language = self._services.languages.identify_other_language(text, primary_language(interview.language))
        turns.append(_build_provisional_turn(self._id, text, turns, language))
        plan = self._derive_plan(interview, turns)
        if plan.open_question:
            prompt = compose_prompt(plan.position, build_background(interview), plan, turns)
            await self._prefetched_reply.prefetch(plan, prompt, collector.sound.last_sound_at or None)


def _has_voice_interviewer(turns: Sequence[Turn]) -> bool:
    """Return whether an interviewer has spoken last, and not written."""
    last = next((turn for turn in reversed(turns) if turn.speaker is Speaker.INTERVIEWER), None)
    return last is not None and last.channel is Channel.VOICE


def _is_uncertain(turns: Sequence[Turn], seq: int) -> bool:
    return any(turn.is_uncertain for turn in turns if turn.seq == seq)


def _build_provisional_turn(interview_id: ObjectId, text: str, turns: Sequence[Turn], language: str | None) -> Turn:
    """Build the turn that will be stored next if the candidate says nothing more."""
    at = now()
    return Turn(
        id=ObjectId(),
        interview_id=interview_id,
        seq=turns[-1].seq + 1 if turns else 1,
        key="provisional",
        speaker=Speaker.CANDIDATE,
        text=text,
        channel=Channel.VOICE,
        started_at=at,
        ended_at=at,
        language=language,
    )
