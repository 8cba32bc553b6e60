"""The interviewer's job: one interview in its room, by Deepgram, Claude and Cartesia under the plan.

Whoever has the lease speaks. Everything else is rebuilt from what is stored, so a job that dies is replaced by another
(lifecycle.attendance).
"""

import asyncio

import structlog
from anthropic import AsyncAnthropic
from livekit.agents import AgentServer
from livekit.agents.voice.room_io import AudioInputOptions, RoomOptions, TextInputOptions

from agent.attention import Attention
from agent.claude import create_claude
from agent.composition import position_of
from agent.conversation import Conversation
from agent.failure import put_off
from agent.hearing import Hearing
from agent.speech import Speech
from agent.transcript import Transcript
from agent.voice import Interviewer, create_session
from lifecycle import worker
from lifecycle.attendance import attend_all
from lifecycle.lease import kept
from lifecycle.room_job import RoomJob
from lifecycle.rooms import CANDIDATE
from lifecycle.services import open_services
from lifecycle.states import finish_interview
from models import room, transition
from models.append import LeaseLost
from models.interview import Interview
from settings import Settings

log = structlog.get_logger(__name__)


def create_worker(settings: Settings, prompt_version: str) -> AgentServer:
    """The worker that holds interviews. `prompt_version`: evaluation.prompt.VERSION, for evaluations that it makes pending."""
    server = worker.create_worker(settings, settings.livekit.agent_name, hold_interview, prompt_version, metrics=True)
    tasks: set[asyncio.Task[None]] = set()

    def attend(*_: object) -> None:
        # those that nobody could take are not told to a worker that comes later
        task = asyncio.create_task(_attend_all(settings, prompt_version))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server.on("worker_registered", attend)
    return server


async def _attend_all(settings: Settings, prompt_version: str) -> None:
    try:
        async with open_services(settings, prompt_version) as services:
            await attend_all(services)
    except Exception as error:
        log.warning("interviews without an interviewer are left to the sweep", reason=type(error).__name__)


async def hold_interview(job: RoomJob) -> None:
    """Hold the interview until it is over, or the job is to stop: then another takes over.

    Raises LeaseLost, and what went wrong, after it was put off (agent.failure).
    """
    services, lease_seconds = job.services, job.services.settings.jobs.lease_seconds
    interview = await room.claim_voice(job.interview_id, job.fence, job.holder, lease_seconds)
    if interview is None:
        raise LeaseLost

    async def renew() -> bool:
        return await transition.renew_lease(job.interview_id, job.fence, job.holder, lease_seconds)

    try:
        async with create_claude(services.settings) as claude, kept(renew, lease_seconds):
            if over := await _converse(job, claude, interview):
                await finish_interview(services, over)
    except LeaseLost:
        raise
    except Exception as error:
        await put_off(services, interview, error)
        raise
    await transition.release_lease(job.interview_id, job.fence)


async def _converse(job: RoomJob, claude: AsyncAnthropic, interview: Interview) -> Interview | None:
    """Until the interview is ENDING, which it answers; None when the job is to stop before."""
    position = await position_of(interview)
    session = create_session(job.services.settings, interview.language)
    hearing, speech = Hearing(), Speech(session)
    transcript = Transcript(job.services, job.interview_id, job.fence)
    conversation = Conversation(job.services, claude, interview, position, hearing=hearing, speech=speech, transcript=transcript)
    attention = Attention(
        job.services,
        job.room,
        interview,
        session=session,
        conversation=conversation,
        hearing=hearing,
        transcript=transcript,
    )
    session.on("user_state_changed", hearing.note_state)
    session.on("user_state_changed", speech.note_candidate)
    session.on("agent_state_changed", speech.note_state)
    await session.start(
        Interviewer(conversation, hearing, speech),
        room=job.room,
        record=False,
        # else anybody in the room could read instructions and put words into the candidate's mouth
        session_host=False,
        room_options=RoomOptions(
            participant_identity=CANDIDATE,
            close_on_disconnect=False,
            # sent at half of full scale it arrived clipped
            audio_input=AudioInputOptions(auto_gain_control=False),
            text_input=TextInputOptions(text_input_cb=attention.take_text),
        ),
    )
    return await attention.keep(job.stopping)
