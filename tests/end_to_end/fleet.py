"""A deployment of Viva whose processes a test may kill: API servers and workers with scripted providers."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from beanie import PydanticObjectId
from bson import ObjectId
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import WebSocketException

from lifecycle.consent import CURRENT_CONSENT_VERSION
from models.documents.evaluation import Evaluation, list_evaluations
from models.documents.interview import EvaluationStatus, Interview
from models.documents.organization import Role
from resolvers.ids import IdKind, decode_id
from sandbox.anthropic.provider import AnthropicProvider
from sandbox.caller.participant import VoiceCaller
from sandbox.livekit.server import LivekitServer
from sandbox.processes import ChildProcess, free_port
from sandbox.stack import create_api_process, create_jobs_process, wait_until_ready
from sandbox.valkey import Valkey
from sandbox.voice_stack import SpeechProviderProcess, create_worker_process, wait_until_registered

TURN_ADDED = (
    "subscription($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { id seq speaker text questionKey } }"
)
START_INTERVIEW = """mutation($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token room { url token } } invite { token } }
}"""
JOIN_INTERVIEW = "mutation($input: JoinInterviewInput!) { joinInterview(input: $input) { interview { id } } }"
SEND_MESSAGE = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"
END_INTERVIEW = "mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { status } } }"
ROOT = Path(__file__).parents[2]
ANSWER = "I measured the wait of each lock, found two that were taken in turns, and made both take them in one order."
"""An answer that the loopback Claude does not probe."""


@dataclass(frozen=True, slots=True)
class SpeechProviders:
    """Loopback providers of speech. Deepgram recognizes only phrases that callers have announced."""

    deepgram: SpeechProviderProcess
    cartesia: SpeechProviderProcess
    knows_phrases: bool = True
    """False if Deepgram recognizes any speech, as well as Whisper can."""

    @property
    def phrases_url(self) -> str:
        """URL at which callers announce what they will say."""
        return f"http://127.0.0.1:{self.deepgram.port}/phrases"


@dataclass
class Fleet:
    """The running processes, with methods to start, replace and restore them."""

    environment: dict[str, str]
    logs: Path
    provider: AnthropicProvider
    valkey: Valkey
    tokens: dict[Role, str]
    apis: list[tuple[int, ChildProcess]] = field(default_factory=list)
    workers: list[ChildProcess] = field(default_factory=list)
    speech: SpeechProviders | None = None
    livekit: LivekitServer | None = None
    agents: list[ChildProcess] = field(default_factory=list)
    """Voice workers."""
    recorders: list[ChildProcess] = field(default_factory=list)

    def url(self, api: int = 0) -> str:
        return f"ws://127.0.0.1:{self.apis[api][0]}/graphql"

    def client(self, token: str, api: int = 0) -> Client:
        return Client(transport=WebsocketsTransport(url=self.url(api), init_payload={"authorization": f"Bearer {token}"}))

    async def execute(self, token: str, text: str, api: int = 0, **variables: Any) -> Any:
        """Execute one operation over its own connection."""
        async with self.client(token, api) as session:
            return await session.execute(GraphQLRequest(text, variable_values=variables))

    async def add_api(self, port: int | None = None) -> int:
        """Start another API process and return its index."""
        port = port or free_port()
        child = create_api_process({**self.environment, "API_PORT": str(port)}, self.logs / f"api-{port}.log", ROOT)
        await child.start()
        self.apis.append((port, child))
        await wait_until_ready(child, port)
        return len(self.apis) - 1

    async def add_worker(self) -> None:
        child = create_jobs_process(self.environment, self.logs / f"jobs-{len(self.workers)}.log", ROOT)
        await child.start()
        self.workers.append(child)

    async def add_agent(self, **settings: str) -> ChildProcess:
        """Start another voice worker with these settings, and wait until it has registered."""
        return await self._add_voice_worker("agent", self.agents, settings)

    async def add_recorder(self, **settings: str) -> ChildProcess:
        """Start another recorder with these settings, and wait until it has registered."""
        return await self._add_voice_worker("recorder", self.recorders, settings)

    async def _add_voice_worker(self, command: str, workers: list[ChildProcess], settings: dict[str, str]) -> ChildProcess:
        log = self.logs / f"{command}-{len(workers)}.log"
        workers.append(worker := create_worker_process(command, {**self.environment, **settings}, log, ROOT))
        await worker.start()
        await wait_until_registered(worker)
        return worker

    @asynccontextmanager
    async def replace_workers(self, **settings: str) -> AsyncIterator[None]:
        """Replace all jobs workers by one with these settings; `restore` starts the others again."""
        await asyncio.gather(*(worker.stop() for worker in self.workers))
        async with create_jobs_process({**self.environment, **settings}, self.logs / "jobs-replacement.log", ROOT):
            yield

    @asynccontextmanager
    async def replace_agents(self, **settings: str) -> AsyncIterator[ChildProcess]:
        """Replace all voice workers by one with these settings; `restore` starts the others again."""
        await asyncio.gather(*(agent.stop() for agent in self.agents))
        agent = create_worker_process("agent", {**self.environment, **settings}, self.logs / "agent-replacement.log", ROOT)
        async with agent:
            await wait_until_registered(agent)
            yield agent

    async def restore(self) -> None:
        """Restart the processes that a test has ended, and clear its scripts."""
        self.provider.default_script = None
        self.provider.scripts.clear()
        self.provider.requests.clear()
        servers = [self.valkey, self.livekit, self.speech and self.speech.deepgram, self.speech and self.speech.cartesia]
        for server in servers:
            if server and not server.is_running:
                await server.start()
        for port, api in self.apis:
            if not api.is_running:
                await api.start()
                await wait_until_ready(api, port)
        for worker in self.workers:
            if not worker.is_running:
                await worker.start()
        await asyncio.gather(*(_restart(worker) for worker in [*self.agents, *self.recorders]))

    async def stop(self) -> None:
        voices = [*self.agents, *self.recorders]
        for worker in voices:
            # a frozen process cannot react to a request to stop
            if worker.is_running:
                worker.send_signal(signal.SIGCONT)
        await asyncio.gather(*(child.stop() for child in [*voices, *self.workers, *(api for _, api in self.apis)]))

    # --- interviews

    async def start_interview(
        self, position_key: str = "software_engineer", channel: str = "TEXT", recording: bool = False, api: int = 0
    ) -> "RunningInterview":
        response = await self.execute(
            self.tokens[Role.RECRUITER],
            START_INTERVIEW,
            api,
            input={
                "candidateName": "Maya Lindqvist",
                "positionKey": position_key,
                "channel": channel,
                "consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": recording},
            },
        )
        started = response["startInterview"]
        access = started["access"]
        return RunningInterview(self, started["interview"]["id"], access["token"], access["room"], started["invite"]["token"])

    def find_lease_holder(self, name: str) -> ChildProcess:
        """Return the worker whose pid is in the name of the lease holder."""
        pid = int(name.split(":")[1])
        return next(worker for worker in self.workers if worker.is_running and worker.pid == pid)


@dataclass
class RunningInterview:
    """An interview in progress."""

    fleet: Fleet
    id: str
    token: str
    room: dict[str, str] | None = None
    """URL and token of a voice interview's room."""
    invite: str = ""

    @property
    def object_id(self) -> ObjectId:
        return decode_id(IdKind.INTERVIEW, self.id)

    async def say(self, text: str, api: int = 0) -> int:
        """Send a message as the candidate and return the turn's seq."""
        response = await self.fleet.execute(self.token, SEND_MESSAGE, api, input={"interviewId": self.id, "text": text})
        seq: int = response["sendMessage"]["turn"]["seq"]
        return seq

    async def join(self, channel: str, api: int = 0) -> None:
        """Join with the invite, as the candidate's page does."""
        await self.fleet.execute(self.token, JOIN_INTERVIEW, api, input={"invite": self.invite, "channel": channel})

    async def end(self, api: int = 0) -> None:
        """End the interview as the recruiter."""
        await self.fleet.execute(self.fleet.tokens[Role.RECRUITER], END_INTERVIEW, api, input={"interviewId": self.id})

    async def find_completed_evaluation(self) -> Evaluation | None:
        """Return the first version of the evaluation once it is completed."""
        versions = await list_evaluations(self.object_id)
        return versions[0] if versions and versions[0].status is EvaluationStatus.COMPLETED else None

    def make_caller(self, echo_gain: float = 0.0) -> VoiceCaller:
        """Return a caller that can join the interview's room as the candidate."""
        assert self.room, "the interview has no room"
        return VoiceCaller(self.room["url"], self.room["token"], announce=self._announce, echo_gain=echo_gain)

    async def _announce(self, texts: list[str]) -> None:
        if self.fleet.speech and self.fleet.speech.knows_phrases:
            async with httpx2.AsyncClient(trust_env=False) as client:
                (await client.post(self.fleet.speech.phrases_url, json={"texts": texts})).raise_for_status()

    async def document(self) -> Interview:
        interview = await Interview.get(PydanticObjectId(self.object_id))
        assert interview
        return interview

    @asynccontextmanager
    async def follow(self, api: int = 0, role: Role = Role.VIEWER, after: int = 0) -> AsyncIterator["DashboardReader"]:
        """Run a dashboard that reads the interview's turns while the block runs, and reconnects when it is disconnected."""
        reader = DashboardReader(self, self.fleet.tokens[role], api, after)
        task = asyncio.create_task(reader.read())
        try:
            yield reader
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@dataclass
class DashboardReader:
    """Subscribes to turnAdded and asserts that each turn arrives once and in order, over any number of connections."""

    running_interview: RunningInterview
    token: str
    api: int
    after: int
    turns: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    completed: bool = False
    turns_changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read(self) -> None:
        last = self.after
        while not self.completed:
            try:
                async with self.running_interview.fleet.client(self.token, self.api) as session:
                    self.connections += 1
                    request = GraphQLRequest(TURN_ADDED, variable_values={"id": self.running_interview.id, "after": last})
                    async for event in session.subscribe(request):
                        turn = event["turnAdded"]
                        assert turn["seq"] == last + 1, f"turn {turn['seq']} came after {last}"
                        last = turn["seq"]
                        await self._record_turn(turn)
                    self.completed = True
            except (TransportError, WebSocketException, OSError):
                await asyncio.sleep(0.1)
        await self._record_turn(None)

    async def _record_turn(self, turn: dict[str, Any] | None) -> None:
        async with self.turns_changed:
            if turn:
                self.turns.append(turn)
            self.turns_changed.notify_all()

    async def wait_until(self, condition: Callable[["DashboardReader"], bool], seconds: float = 30) -> None:
        """Wait until the condition holds. Raises TimeoutError with a summary of what was read."""
        try:
            async with asyncio.timeout(seconds), self.turns_changed:
                await self.turns_changed.wait_for(lambda: condition(self))
        except TimeoutError:
            summary = [(turn["seq"], turn["speaker"], turn["text"][:40]) for turn in self.turns]
            raise TimeoutError(f"completed: {self.completed}, connections: {self.connections}, read: {summary}") from None

    async def wait_for_turns(self, count: int) -> None:
        """Wait until `count` turns have been read or the interview is over."""
        await self.wait_until(lambda reader: reader.completed or len(reader.turns) >= count)

    async def wait_for_seq(self, seq: int) -> None:
        await self.wait_until(lambda reader: bool(reader.turns) and reader.turns[-1]["seq"] >= seq)


async def _restart(worker: ChildProcess) -> None:
    if not worker.is_running:
        await worker.start()
        await wait_until_registered(worker)
