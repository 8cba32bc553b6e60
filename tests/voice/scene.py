"""An interview by voice as a test stages it: what is stored, who is in the room, and what the candidate hears."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

from livekit.api import ListParticipantsRequest, LiveKitAPI, ServerError
from livekit.protocol.models import ParticipantInfo

from lifecycle.rooms import AGENT_NAME, name_of
from models.interview import DISPATCH, OPEN, Interview, InterviewStatus
from models.organization import Role
from models.turn import Move, Speaker, Turn, read_turns
from sandbox.caller.participant import Caller
from sandbox.processes import Child
from sandbox.voice import SpeechProvider
from tests.end_to_end.fleet import ROOT, Fleet, Held
from tests.end_to_end.launch import SHORT

END = "mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { status } } }"
LOOK_SECONDS = 0.1

ANSWER = "I measured the wait of each lock, found two that were taken in turns, and made both take them in one order."
OTHER_ANSWER = "We could poll the table or follow its changes, and I chose to follow them since polling was too slow for us."
THIN_ANSWER = "It was a race."


@dataclass
class Scene:
    """One interview, and the candidate in its room."""

    fleet: Fleet
    held: Held
    caller: Caller
    api: int = 0
    """number of the API process that is asked"""

    async def document(self) -> Interview:
        return await self.held.document()

    async def turns(self) -> list[Turn]:
        return await read_turns(self.held.object_id)

    async def until(self, is_so: Callable[[list[Turn]], bool], seconds: float = 60) -> list[Turn]:
        """The stored turns, once they are so. Raises TimeoutError that tells what was stored."""
        turns: list[Turn] = []
        try:
            async with asyncio.timeout(seconds):
                while not is_so(turns := await self.turns()):
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"stored after {seconds:.0f} s: {told(turns)}") from None
        return turns

    async def until_asked(self, count: int, seconds: float = 60) -> list[Turn]:
        """The stored turns, once so many core questions were put, to their end."""
        return await self.until(lambda turns: len(moves(turns, Move.NEXT)) >= count, seconds)

    async def until_said(self, move: Move, count: int = 1, seconds: float = 60) -> list[Turn]:
        """The stored turns, once the interviewer has made that move so often."""
        return await self.until(lambda turns: len(moves(turns, move)) >= count, seconds)

    async def until_status(self, status: InterviewStatus, seconds: float = 60) -> Interview:
        """The interview, once it has come to that."""
        async with asyncio.timeout(seconds):
            while (interview := await self.document()).status is not status:
                await asyncio.sleep(LOOK_SECONDS)
        return interview

    async def until_heard(self, since: float, seconds: float) -> float:
        """Seconds from that moment (time.time) until the interviewer was heard."""
        try:
            async with asyncio.timeout(seconds):
                while not (sounds := [sound for sound in self.caller.sounds if sound.started_at > since]):
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"nobody was heard for {seconds:.0f} s; stored: {told(await self.turns())}") from None
        return sounds[0].started_at - since

    async def until_over(self) -> Interview:
        """The interview, once it is over and its room is gone."""
        interview = await self.until_status(InterviewStatus.COMPLETED)
        await asyncio.wait_for(self.caller.wait_until_over(), 20)
        return interview

    async def worker(self) -> Child:
        """The voice worker whose process attends."""
        parents = {agent.pid: agent for agent in self.fleet.agents if agent.is_running}
        pid = await self.job()
        while pid not in parents:
            status = await asyncio.to_thread(Path(f"/proc/{pid}/stat").read_text)
            pid = int(status.rpartition(")")[2].split()[1])
            assert pid > 1, "the process that attends is no worker's of the fleet"
        return parents[pid]

    async def job(self) -> int:
        """The number of the process that attends."""
        async with asyncio.timeout(30):
            while not (lease := (await self.document()).lease) or lease.holder == DISPATCH:
                await asyncio.sleep(LOOK_SECONDS)
        return int(lease.holder.split(":")[1])

    async def end(self) -> None:
        """The recruiter ends the interview."""
        await self.fleet.call(self.fleet.tokens[Role.RECRUITER], END, self.api, input={"interviewId": self.held.id})

    @asynccontextmanager
    async def watched(self) -> AsyncIterator["Watch"]:
        """While the block lasts it is looked who is in the room."""
        watch = Watch(self.fleet, name_of(self.held.object_id))
        task = asyncio.create_task(watch.look())
        try:
            yield watch
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@dataclass
class Watch:
    """How many interviewers LiveKit had in a room, look by look."""

    fleet: Fleet
    room: str
    counts: list[int] = field(default_factory=list)

    async def look(self) -> None:
        assert self.fleet.livekit
        server, name = self.fleet.livekit, self.fleet.environment["LIVEKIT_AGENT_NAME"]
        async with LiveKitAPI(server.url, server.api_key, server.api_secret) as livekit:
            while True:
                with suppress(ServerError):
                    found = await livekit.room.list_participants(ListParticipantsRequest(room=self.room))
                    interviewers = [
                        one
                        for one in found.participants
                        if one.kind == ParticipantInfo.Kind.AGENT and one.attributes.get(AGENT_NAME) == name
                    ]
                    self.counts.append(len(interviewers))
                await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def staged(
    fleet: Fleet, position_key: str = SHORT, *, recording: bool = False, is_there: bool = True, api: int = 0
) -> AsyncIterator[Scene]:
    """An interview, and its candidate in the room, or not yet; it is ended with the block, if it goes on till then."""
    held = await fleet.start_interview(position_key, "VOICE", recording, api)
    caller = held.caller()
    if is_there:
        await caller.join()
    scene = Scene(fleet, held, caller, api)
    try:
        yield scene
    finally:
        if (await scene.document()).status in OPEN:
            await scene.end()
        await caller.leave()


@asynccontextmanager
async def heard_by(fleet: Fleet, *options: str) -> AsyncIterator[None]:
    """For the length of the block one voice worker attends, and a Deepgram with these options of its command line listens."""
    assert fleet.speech
    usual = fleet.speech
    async with (
        SpeechProvider("deepgram", fleet.logs, ROOT, "--phrases", *options) as deepgram,
        fleet.agents_instead(DEEPGRAM_BASE_URL=deepgram.url),
    ):
        fleet.speech = replace(usual, deepgram=deepgram)
        try:
            yield
        finally:
            fleet.speech = usual


def moves(turns: list[Turn], move: Move) -> list[Turn]:
    """The interviewer's turns of that move."""
    return [turn for turn in turns if turn.move is move]


def by(turns: list[Turn], speaker: Speaker) -> list[Turn]:
    """The turns of one side."""
    return [turn for turn in turns if turn.speaker is speaker]


def plain(text: str) -> list[str]:
    """Its words, without what is not heard."""
    return re.findall(r"[\w']+", text.lower())


def is_heard(text: str, said: str) -> bool:
    """Whether what was stored is what was said, but for words that a starved machine's sound has lost."""
    return SequenceMatcher(None, plain(text), plain(said), autojunk=False).ratio() > 0.7


def told(turns: list[Turn]) -> list[tuple[int, str, str | None, bool, str]]:
    """Turns, as a failed test shows them."""
    return [(turn.seq, turn.speaker, turn.move, turn.interrupted, turn.text) for turn in turns]
