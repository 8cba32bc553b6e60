"""The voice worker's job: one interview in its room, by Deepgram, Claude and Cartesia under the plan.

LiveKit dispatches it with the number of a lease; whoever has the lease speaks. Everything else is rebuilt from what is stored, so
a job that dies is replaced by another (lifecycle.attendance).
"""

import asyncio
import json
from functools import partial

import structlog
from anthropic import AsyncAnthropic
from bson import ObjectId
from livekit.agents import AgentServer, JobContext, JobProcess
from livekit.agents.voice.room_io import AudioInputOptions, RoomOptions, TextInputOptions

import logs
from agent.attention import Attention
from agent.claude import create_claude
from agent.conversation import Conversation
from agent.failure import put_off
from agent.hearing import Hearing
from agent.speech import Speech
from agent.transcript import Transcript
from agent.voice import Interviewer, create_session
from lifecycle.attendance import attend_all
from lifecycle.jobs import holder_name
from lifecycle.lease import kept
from lifecycle.rooms import CANDIDATE
from lifecycle.services import Services, open_services
from lifecycle.states import finish_interview
from lifecycle.worker import create_server
from models import room, transition
from models.append import LeaseLost
from models.interview import Interview
from models.position import get_position
from settings import Settings, read_settings

log = structlog.get_logger(__name__)


def create_worker(settings: Settings, prompt_version: str) -> AgentServer:
    """The worker that holds interviews. `prompt_version`: evaluation.prompt.VERSION, for evaluations that it makes pending."""
    server = create_server(settings, partial(prepare, prompt_version=prompt_version), __name__, metrics=True)
    server.rtc_session(agent_name=settings.livekit.agent_name, on_session_end=end_job)(hold_job)

    def attend(*_: object) -> None:
        # those that nobody could take are not told to a worker that comes later
        task = asyncio.create_task(_attend_all(settings, prompt_version))
        server_tasks.add(task)
        task.add_done_callback(server_tasks.discard)

    server_tasks: set[asyncio.Task[None]] = set()
    server.on("worker_registered", attend)
    return server


async def _attend_all(settings: Settings, prompt_version: str) -> None:
    try:
        async with open_services(settings, prompt_version) as services:
            await attend_all(services)
    except Exception as error:
        log.warning("interviews without an interviewer are left to the sweep", reason=type(error).__name__)


def prepare(process: JobProcess, prompt_version: str) -> None:
    """Make a job's process ready before it has a job."""
    settings = read_settings()
    logs.configure(settings.log)
    process.userdata.update(settings=settings, prompt_version=prompt_version)


async def hold_job(context: JobContext) -> None:
    """LiveKit has dispatched this process into a room: hold the interview there, in a task of its own.

    What the task raises ends the job with a lease that is free at once, so that another takes over.
    """
    job = _Job(context)
    context.proc.userdata["job"] = job
    await context.connect()
    job.start()


async def end_job(context: JobContext) -> None:
    """The job ends, for whatever reason: what was heard is stored, and the lease is free."""
    if job := context.proc.userdata.get("job"):
        await job.stop()


class _Job:
    def __init__(self, context: JobContext) -> None:
        self._context = context
        metadata = json.loads(context.job.metadata or "{}")
        self._interview_id = ObjectId(metadata["interview"])
        self._fence = int(metadata["fence"])
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="interview")

    async def stop(self) -> None:
        self._stopping.set()
        if self._task:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        structlog.contextvars.bind_contextvars(interview_id=str(self._interview_id), fence=self._fence)
        why = "over"
        try:
            await self._hold()
        except LeaseLost:
            why = "another attends"
        except Exception as error:
            why = "failed"
            log.error("interviewer failed", reason=type(error).__name__, traceback=logs.places_of(error))
        finally:
            log.info("interviewer leaves", why=why)
            self._context.shutdown(why)

    async def _hold(self) -> None:
        data = self._context.proc.userdata
        settings: Settings = data["settings"]
        holder, lease_seconds = holder_name(), settings.jobs.lease_seconds
        async with (
            open_services(settings, data["prompt_version"]) as services,
            create_claude(settings) as claude,
        ):
            interview = await room.claim_voice(self._interview_id, self._fence, holder, lease_seconds)
            if interview is None:
                raise LeaseLost

            async def renew() -> bool:
                return await transition.renew_lease(self._interview_id, self._fence, holder, lease_seconds)

            try:
                async with kept(renew, lease_seconds):
                    if over := await self._converse(services, claude, interview):
                        await finish_interview(services, over)
            except LeaseLost:
                raise
            except Exception as error:
                await put_off(services, interview, error)
                raise
            await transition.release_lease(self._interview_id, self._fence)

    async def _converse(self, services: Services, claude: AsyncAnthropic, interview: Interview) -> Interview | None:
        """Until the interview is ENDING, which it answers; None when the job is asked to stop before."""
        position = await get_position(ObjectId(interview.position.id))
        if position is None:
            raise RuntimeError("the version of the position that this interview uses is gone")
        session = create_session(services.settings, interview.language)
        hearing, speech = Hearing(), Speech(session)
        transcript = Transcript(services, self._interview_id, self._fence)
        conversation = Conversation(services, claude, interview, position, hearing=hearing, speech=speech, transcript=transcript)
        attention = Attention(
            services,
            self._context.room,
            interview,
            session=session,
            conversation=conversation,
            hearing=hearing,
            transcript=transcript,
        )
        session.on("user_state_changed", hearing.note_state)
        session.on("agent_state_changed", speech.note_state)
        agent = Interviewer(conversation, hearing, speech)
        await session.start(
            agent,
            room=self._context.room,
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
        return await attention.keep(self._stopping)
