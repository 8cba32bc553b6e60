"""The interviewer's job in a LiveKit room: runs one interview with Deepgram, Claude and Cartesia.

The job that holds the lease speaks. All state is rebuilt from the stored turns, so another job can
replace one that dies (lifecycle.presence).
"""

import asyncio
import time
from functools import partial

import structlog
from anthropic import AsyncAnthropic
from livekit.agents import AgentServer
from livekit.agents.voice.room_io import AudioInputOptions, RoomOptions, TextInputOptions

import tracing
from agent.interview_context import build_interviewer_update, derive_interview_plan, load_position
from agent.interviewer import create_claude_client
from agent.phrases import Phrasebook, load_phrasebook
from agent.recognition import collect_key_terms
from agent.retry_policy import give_up_if_exhausted, retry_or_give_up
from agent.usage_meter import UsageMeter
from agent.voice.connection import ConnectionMonitor
from agent.voice.conversation import Conversation
from agent.voice.recognizer_monitor import RecognizerMonitor
from agent.voice.room_events import RoomEvents
from agent.voice.session import VoiceAgent, create_session
from agent.voice.speech import SpeechPlayer, SpeechSessionFailed
from agent.voice.speech_checks import is_recognizer_working, is_speech_working, run_speech_checks
from agent.voice.speech_collector import SpeechCollector
from agent.voice.transcript_writer import TranscriptWriter
from engine.metrics import count_attempt
from lifecycle.budgets import InterviewBudgets
from lifecycle.lease_renewal import hold_lease
from lifecycle.livekit_worker import RoomJob, create_livekit_worker, run_worker
from lifecycle.presence import continue_in_text, dispatch_missing_interviewers
from lifecycle.rooms import CANDIDATE_IDENTITY
from lifecycle.services import Services, open_services
from lifecycle.states import finish_interview
from lifecycle.turns import store_interviewer_turns
from live.cancellation import cancel_and_wait
from models.documents.interview import Interview, get_interview
from models.documents.turn import Channel, Move, NewTurn, Source, Speaker, read_turns
from models.documents.worker_heartbeat import WorkerKind
from models.storage.clock import now
from models.storage.lease import LeaseLost, renew_lease
from models.writes import interview_transitions, room_transitions
from settings import Settings

log = structlog.get_logger(__name__)

MAX_ATTEMPTS_BY_VOICE = 1
"""Attempts in a row without a stored turn after which a failure of speech is not retried by voice."""
RESTART_SECONDS = 5.0
"""Seconds after an error in which a speech provider may restart before the interview continues in writing."""
RESTART_POLL_SECONDS = 1.5
"""Pause between two checks in this time; a provider that limits the rate of requests must not be flooded."""


class SpeechInterrupted(SpeechSessionFailed):
    """Speech has failed, but works again, so that another job may go on by voice."""


async def run_interviewer_worker(settings: Settings) -> None:
    """Run the LiveKit worker that conducts interviews, until SIGTERM or SIGINT.

    Its process also checks whether speech works again where it had failed. Raises PyMongoError if MongoDB is unreachable.
    """
    async with open_services(settings) as services:
        checking = asyncio.create_task(run_speech_checks(services, asyncio.Event()))
        try:
            await run_worker(create_interviewer_worker(services), services, WorkerKind.AGENT)
        finally:
            await cancel_and_wait(checking)


def create_interviewer_worker(services: Services) -> AgentServer:
    """Create the LiveKit worker that conducts interviews."""
    settings = services.settings
    server = create_livekit_worker(
        settings, settings.livekit.agent_name, conduct_interview, service="viva-agent", load_resources=load_phrasebook
    )
    tasks: set[asyncio.Task[None]] = set()

    def dispatch_on_registration(*_: object) -> None:
        # LiveKit drops a dispatch that no worker could take, and does not repeat it when one registers.
        task = asyncio.create_task(_dispatch_missing_interviewers(services))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server.on("worker_registered", dispatch_on_registration)
    return server


async def _dispatch_missing_interviewers(services: Services) -> None:
    try:
        await dispatch_missing_interviewers(services)
    except Exception as error:
        log.warning("dispatch failed; the reconciler will dispatch missing interviewers", reason=type(error).__name__)


async def conduct_interview(job: RoomJob) -> None:
    """Conduct the interview until it ends or the job is asked to stop, in which case another job takes over.

    Raises LeaseLost. Other errors are re-raised after a retry is scheduled (agent.retry_policy).
    """
    services, lease_seconds = job.services, job.services.settings.jobs.lease_seconds
    interview = await room_transitions.claim_interviewer_lease(job.interview_id, job.fence, job.holder, lease_seconds)
    if interview is None:
        raise LeaseLost
    count_attempt("spoken interview", interview.attempts)
    if await give_up_if_exhausted(services, interview):
        return

    async def renew() -> bool:
        return await renew_lease(Interview, job.interview_id, job.fence, job.holder, lease_seconds)

    usage_meter = UsageMeter(InterviewBudgets(interview, services.settings.budget))
    try:
        async with create_claude_client(services.settings) as claude, hold_lease(renew, lease_seconds):
            if ending := await _run_session(job, claude, interview, usage_meter):
                await finish_interview(services, ending)
    except LeaseLost:
        raise
    except SpeechSessionFailed as error:
        if isinstance(error, SpeechInterrupted) or not await continue_in_writing(services, interview, job.resources):
            await retry_or_give_up(services, interview, error)
        raise
    except Exception as error:
        await retry_or_give_up(services, interview, error)
        raise
    finally:
        await usage_meter.store_rest(job.interview_id)
    await interview_transitions.release_interview_lease(job.interview_id, job.fence)


async def continue_in_writing(services: Services, claimed: Interview, phrasebook: Phrasebook) -> bool:
    """Tell the candidate in writing that voice has failed, and continue in the TEXT channel.

    Returns False, and changes nothing, if no candidate is in the room: the retry policy then applies. `claimed` is the
    document that the claim returned. Raises LeaseLost.
    """
    interview = await get_interview(claimed.id)
    if interview is None or interview.fence != claimed.fence:
        raise LeaseLost
    if interview.room is None or interview.room.participant is None:
        return False
    limits, turns = services.settings.interview, await read_turns(claimed.id)
    plan = derive_interview_plan(
        interview,
        await load_position(interview),
        phrasebook.get(interview.language),
        turns,
        now(),
        closing_seconds=limits.closing_seconds,
        silence_seconds=limits.silence_seconds,
    )
    # An answer that is stored gets its reply in writing, with the next question, unless the failure has cut it off.
    repeats_question = plan.open_question is not None and (plan.is_cut_off or not plan.contribution)
    notice = plan.phrases.continue_in_writing
    text = f"{notice} {plan.go_on_text}" if plan.is_cut_off else plan.repeat_question(notice) if repeats_question else notice
    at = now()
    turn = NewTurn(
        key=f"voice-failed:{claimed.fence}",
        speaker=Speaker.INTERVIEWER,
        text=text,
        channel=Channel.TEXT,
        started_at=at,
        ended_at=at,
        question_key=plan.open_question.key if plan.open_question else None,
        move=(plan.pending_confirmation or Move.REPEAT) if repeats_question else None,
        source=Source.CODE,
    )
    await store_interviewer_turns(services, claimed.id, [turn], build_interviewer_update(plan, claimed.fence, turn))
    present = {"fence": claimed.fence, "room.participant": {"$type": "string"}}
    return await continue_in_text(services, claimed.id, present) is not None


async def _run_session(job: RoomJob, claude: AsyncAnthropic, interview: Interview, usage_meter: UsageMeter) -> Interview | None:
    """Return the interview once it is ENDING, or None if the job was asked to stop first."""
    position = await load_position(interview)
    settings = job.services.settings
    session = create_session(settings, interview.language, collect_key_terms(settings.deepgram.model, interview, position))
    phrasebook: Phrasebook = job.resources
    phrases = phrasebook.get(interview.language)
    speech_player, connection = SpeechPlayer(session), ConnectionMonitor(job.room)
    recognizer_monitor = RecognizerMonitor(partial(is_recognizer_working, settings, interview.language))
    collector = SpeechCollector(lambda: speech_player.playbacks, phrases)
    transcript_writer = TranscriptWriter(job.services, job.interview_id, job.fence)
    conversation = Conversation(
        job.services,
        claude,
        phrases,
        interview,
        position,
        collector=collector,
        speech_player=speech_player,
        transcript_writer=transcript_writer,
        usage_meter=usage_meter,
        connection=connection,
        recognizer_monitor=recognizer_monitor,
    )
    events = RoomEvents(
        job.services,
        job.room,
        interview,
        session=session,
        connection=connection,
        recognizer_monitor=recognizer_monitor,
        conversation=conversation,
        transcript_writer=transcript_writer,
    )
    starting_at = time.time()
    await session.start(
        VoiceAgent(session, conversation, collector, speech_player, recognizer_monitor),
        room=job.room,
        record=False,
        # A session host would let any participant read instructions and inject words as the candidate's.
        session_host=False,
        room_options=RoomOptions(
            participant_identity=CANDIDATE_IDENTITY,
            close_on_disconnect=False,
            # Gain control clipped audio that was sent at half of full scale.
            audio_input=AudioInputOptions(auto_gain_control=False),
            text_input=TextInputOptions(text_input_cb=events.on_text_input),
        ),
    )
    # not current while the session starts: its tasks last as long as the interview, and would keep it as their parent
    tracing.record_span("session start", starting_at, time.time(), {"viva.attempt": interview.attempts})
    try:
        return await events.run(job.stop_requested)
    except SpeechSessionFailed as error:
        if await _is_speech_restored(job.services, interview, speech_player.first_error_at):
            raise SpeechInterrupted from error
        raise


async def _is_speech_restored(services: Services, claimed: Interview, failed_at: float) -> bool:
    """Return whether speech works again soon after `failed_at`, and has not failed in several attempts in a row.

    `failed_at` is 0 if no provider reported an error: then a check has just shown that speech does not work.
    """
    interview = await get_interview(claimed.id)
    if not failed_at or interview is None or interview.attempts > MAX_ATTEMPTS_BY_VOICE:
        return False
    while not await is_speech_working(services.settings, claimed.language):
        if time.time() - failed_at > RESTART_SECONDS:
            return False
        await asyncio.sleep(RESTART_POLL_SECONDS)
    return True
