"""A voice interview under test: what is stored, who is in the room, and what the candidate hears."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from livekit.api import ListParticipantsRequest, LiveKitAPI, ServerError
from livekit.protocol.models import ParticipantInfo

from lifecycle.rooms import AGENT_NAME_ATTRIBUTE, build_room_name
from models.documents.interview import OPEN_STATUSES, Interview, InterviewStatus
from models.documents.turn import Channel, Move, Speaker, Turn, read_turns
from models.storage.lease import PENDING_DISPATCH, Lease
from sandbox.caller.listener import VoiceActivity
from sandbox.caller.participant import VoiceCaller
from sandbox.candidate import NOTHING_TO_ADD
from sandbox.processes import ChildProcess
from sandbox.voice_stack import SpeechProviderProcess
from tests.end_to_end.fleet import ROOT, Fleet, RunningInterview
from tests.end_to_end.fleet_launch import SHORT_POSITION_KEY, SHORT_POSITION_QUESTIONS
from tests.helpers import wait_until

T = TypeVar("T")

POLL_SECONDS = 0.1
"""Longer than in other tests, because these share the processor with speech in real time."""

OTHER_ANSWER = "We could poll the table or follow its changes, and I chose to follow them since polling was too slow for us."
WRITING_SECONDS = 15
"""Longest time until a candidate reads that the interview continues in writing."""
THIN_ANSWER = "It was a race."


@dataclass
class Scene:
    """One interview and the caller who is its candidate."""

    fleet: Fleet
    running_interview: RunningInterview
    caller: VoiceCaller
    api: int = 0
    """Index of the API process that the test uses."""

    async def document(self) -> Interview:
        return await self.running_interview.document()

    async def turns(self) -> list[Turn]:
        return await read_turns(self.running_interview.object_id)

    async def _poll(self, find: Callable[[], Awaitable[T | None]], seconds: float) -> T:
        """Return the first result of `find`. Raises a TimeoutError that describes the stored turns."""
        try:
            return await wait_until(find, seconds, POLL_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"stored turns after {seconds:.0f} s: {describe_turns(await self.turns())}") from None

    async def wait_until(self, condition: Callable[[list[Turn]], bool], seconds: float = 60) -> list[Turn]:
        """Return the stored turns once they meet the condition."""

        async def find_turns() -> list[Turn] | None:
            turns = await self.turns()
            return turns if condition(turns) else None

        return await self._poll(find_turns, seconds)

    async def wait_for_questions(self, count: int, seconds: float = 60) -> list[Turn]:
        """Return the stored turns once `count` core questions were asked to their end."""
        return await self.wait_until(lambda turns: len(turns_of_move(turns, Move.NEXT)) >= count, seconds)

    async def wait_for_moves(self, move: Move, count: int = 1, seconds: float = 60) -> list[Turn]:
        """Return the stored turns once the interviewer has made the move `count` times."""
        return await self.wait_until(lambda turns: len(turns_of_move(turns, move)) >= count, seconds)

    async def wait_until_interview(self, condition: Callable[[Interview], bool], seconds: float = 60) -> Interview:
        """Return the interview once it meets the condition."""

        async def find_interview() -> Interview | None:
            interview = await self.document()
            return interview if condition(interview) else None

        return await self._poll(find_interview, seconds)

    async def wait_for_status(self, status: InterviewStatus, seconds: float = 60) -> Interview:
        """Return the interview once it has that status."""
        return await self.wait_until_interview(lambda interview: interview.status is status, seconds)

    async def wait_until_heard(self, since: float, seconds: float) -> float:
        """Return the seconds from `since`, a time as `time.time` returns it, until the interviewer is heard."""

        async def find_sound() -> VoiceActivity | None:
            return next((sound for sound in self.caller.sounds if sound.started_at > since), None)

        return (await self._poll(find_sound, seconds)).started_at - since

    async def decline_to_add_anything(self) -> None:
        """Answer the last question before the closing."""
        await self.wait_for_moves(Move.ANYTHING_ELSE, seconds=90)
        await self.caller.say(NOTHING_TO_ADD)

    async def wait_until_over(self) -> Interview:
        """Return the interview once it is completed and its room is closed."""
        interview = await self.wait_for_status(InterviewStatus.COMPLETED)
        await asyncio.wait_for(self.caller.wait_until_disconnected(), 20)
        return interview

    async def find_voice_worker(self) -> ChildProcess:
        """Return the worker whose job process holds the interviewer's lease."""
        parents = {agent.pid: agent for agent in self.fleet.agents if agent.is_running}
        pid = await self.find_interviewer_pid()
        while pid not in parents:
            status = await asyncio.to_thread(Path(f"/proc/{pid}/stat").read_text)
            pid = int(status.rpartition(")")[2].split()[1])
            assert pid > 1, "the interviewer's process belongs to no worker of the fleet"
        return parents[pid]

    async def find_interviewer_pid(self) -> int:
        """Return the PID of the process that holds the interviewer's lease."""

        async def find_lease() -> Lease | None:
            lease = (await self.document()).lease
            return lease if lease and lease.holder != PENDING_DISPATCH else None

        return int((await self._poll(find_lease, 30)).holder.split(":")[1])

    async def end_interview(self) -> None:
        """End the interview as the recruiter."""
        await self.running_interview.end(self.api)

    @asynccontextmanager
    async def count_interviewers(self) -> AsyncIterator["InterviewerCounter"]:
        """Count the interviewers in the room during the block."""
        counter = InterviewerCounter(self.fleet, build_room_name(self.running_interview.object_id))
        task = asyncio.create_task(counter.count_repeatedly())
        try:
            yield counter
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@dataclass
class InterviewerCounter:
    """Counts the interviewers in a room at regular intervals."""

    fleet: Fleet
    room: str
    counts: list[int] = field(default_factory=list)

    async def count_repeatedly(self) -> None:
        assert self.fleet.livekit
        server, name = self.fleet.livekit, self.fleet.environment["LIVEKIT_AGENT_NAME"]
        async with LiveKitAPI(server.url, server.api_key, server.api_secret) as livekit:
            while True:
                with suppress(ServerError):
                    found = await livekit.room.list_participants(ListParticipantsRequest(room=self.room))
                    interviewers = [
                        one
                        for one in found.participants
                        if one.kind == ParticipantInfo.Kind.AGENT and one.attributes.get(AGENT_NAME_ATTRIBUTE) == name
                    ]
                    self.counts.append(len(interviewers))
                await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def stage_interview(
    fleet: Fleet,
    position_key: str = SHORT_POSITION_KEY,
    *,
    recording: bool = False,
    is_there: bool = True,
    api: int = 0,
    echo_gain: float = 0.0,
) -> AsyncIterator[Scene]:
    """Start an interview whose candidate joins the room if `is_there`.

    With an `echo_gain`, the candidate's microphone picks up the interviewer's voice. The interview is ended with the block at
    the latest.
    """
    running_interview = await fleet.start_interview(position_key, "VOICE", recording, api)
    caller = running_interview.make_caller(echo_gain)
    if is_there:
        await caller.join()
    scene = Scene(fleet, running_interview, caller, api)
    try:
        yield scene
    finally:
        if (await scene.document()).status in OPEN_STATUSES:
            await scene.end_interview()
        await caller.leave()


@asynccontextmanager
async def replace_by_whisper(fleet: Fleet) -> AsyncIterator[None]:
    """During the block, use one voice worker, a Deepgram that recognizes any voice, and speech slow enough for it."""
    assert fleet.speech
    original_providers = fleet.speech
    async with (
        SpeechProviderProcess("deepgram", fleet.logs, ROOT) as deepgram,
        SpeechProviderProcess("cartesia", fleet.logs, ROOT) as cartesia,
        fleet.replace_agents(DEEPGRAM_BASE_URL=deepgram.url, CARTESIA_BASE_URL=cartesia.url),
    ):
        fleet.speech = replace(original_providers, deepgram=deepgram, cartesia=cartesia, knows_phrases=False)
        try:
            yield
        finally:
            fleet.speech = original_providers


@asynccontextmanager
async def replace_deepgram(fleet: Fleet, *options: str) -> AsyncIterator[None]:
    """During the block, use one voice worker and a loopback Deepgram with these command line options."""
    assert fleet.speech
    original_providers = fleet.speech
    async with (
        SpeechProviderProcess("deepgram", fleet.logs, ROOT, "--phrases", *options) as deepgram,
        fleet.replace_agents(DEEPGRAM_BASE_URL=deepgram.url),
    ):
        fleet.speech = replace(original_providers, deepgram=deepgram)
        try:
            yield
        finally:
            fleet.speech = original_providers


@asynccontextmanager
async def speech_failure(provider: SpeechProviderProcess, **failure: Any) -> AsyncIterator[None]:
    """Make a speech provider fail during the block; the arguments are those of sandbox.speech_failure.SpeechFailure."""
    url = f"http://127.0.0.1:{provider.port}/failure"
    async with httpx2.AsyncClient(trust_env=False) as client:
        (await client.post(url, json=failure)).raise_for_status()
        try:
            yield
        finally:
            (await client.post(url, json={})).raise_for_status()


async def wait_for_notice(scene: Scene, failed_at: float) -> Turn:
    """Return the written turn that informs the candidate of the failure, and assert that it comes in time."""
    turns = await scene.wait_until(lambda turns: turns[-1].channel is Channel.TEXT, 2 * WRITING_SECONDS)
    notice = next(turn for turn in turns if turn.channel is Channel.TEXT)
    assert notice.started_at.timestamp() - failed_at < WRITING_SECONDS, describe_turns(turns)
    assert notice.text.startswith("I'm sorry, there is a technical problem with the voice connection."), describe_turns(turns)
    return notice


def turns_of_move(turns: list[Turn], move: Move) -> list[Turn]:
    """Return the interviewer's turns with that move."""
    return [turn for turn in turns if turn.move is move]


def turns_of_speaker(turns: list[Turn], speaker: Speaker) -> list[Turn]:
    """Return the turns of one speaker."""
    return [turn for turn in turns if turn.speaker is speaker]


def assert_each_question_is_asked_once(turns: list[Turn]) -> None:
    """Assert that both questions of the short position were asked to their end, in order."""
    asked = [turn.question_key for turn in turns_of_move(turns, Move.NEXT)]
    assert asked == list(SHORT_POSITION_QUESTIONS), describe_turns(turns)


def spoken_words(text: str) -> list[str]:
    """Return the words in lower case, without punctuation."""
    return re.findall(r"[\w']+", text.lower())


def is_transcribed(text: str, said: str) -> bool:
    """Return whether the stored text matches what was said, except for words lost on an overloaded machine."""
    return SequenceMatcher(None, spoken_words(text), spoken_words(said), autojunk=False).ratio() > 0.7


def describe_turns(turns: list[Turn]) -> list[tuple[int, str, str | None, bool, str]]:
    """Return a summary of the turns for assertion messages."""
    return [(turn.seq, turn.speaker, turn.move, turn.interrupted, turn.text) for turn in turns]
