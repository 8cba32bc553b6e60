"""`make demo`: holds a typed and a spoken interview through the public API, and prints them as its subscriptions deliver them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from rich.console import Console
from rich.markup import escape

from lifecycle.consent import CURRENT_CONSENT_VERSION
from models.documents.organization import Role
from sandbox.caller.participant import VoiceCaller
from sandbox.candidate import PreparedAnswers, SimulatedCandidate, load_answers, load_questions
from sandbox.livekit.build import find_or_build
from sandbox.processes import SandboxFailed
from sandbox.stack import BANNER, ProvisionKey, Stack, issue_keys, run_stack
from sandbox.terminal import RunningSteps, format_progress, show_evaluation, show_recordings, show_turn, show_word_errors
from sandbox.voice_stack import configured_livekit

POSITION = "software_engineer"
PAUSE_SECONDS = 0.8
"""Seconds before each typed answer, so that a person can read along."""
MAX_DEMO_SECONDS = {"TEXT": 120.0, "VOICE": 360.0}
"""Seconds after which an interview without an evaluation counts as failed, by channel."""
RECORDING_WAIT_SECONDS = 30.0
"""Seconds to wait for recordings after the evaluation."""
WIDTH = 110
"""Maximum width of the output in columns, because longer lines are hard to read."""
STATUSES_WITHOUT_EVALUATION = ("CANCELLED", "EXPIRED", "FAILED", "OPTED_OUT")
STARTING = {
    "TEXT": "Starting the servers for a typed interview ...",
    "VOICE": "Starting the servers and voice workers for a spoken interview ...",
}

START = """
  mutation Start($input: StartInterviewInput!) {
    startInterview(input: $input) {
      interview { id position { title limitMinutes } progress { questions } }
      access { token room { url token } }
    }
  }
"""
SAY = "mutation Say($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"
TURNS = "subscription Turns($id: ID!) { turnAdded(interviewId: $id) { seq speaker text questionKey } }"
INTERVIEW = """
  subscription Interview($id: ID!) {
    interviewChanged(interviewId: $id) {
      status endReason endDetail
      progress { question questions exchanges elapsedSeconds limitSeconds }
      evaluation { status failure }
    }
  }
"""
EVALUATION = """
  query Evaluation($id: ID!) {
    evaluation(interviewId: $id) {
      overallScore lowestScore highestScore inconclusiveReason recommendation coverage summary model sandbox flags
      criteria {
        name weight state level passLevels rationale questions { questionKey answered } evidence { ...Quoted }
      }
      strengths { text evidence { ...Quoted } }
      weaknesses { text evidence { ...Quoted } }
    }
  }
  fragment Quoted on Evidence { quote seq start end sentence sentenceStart flags }
"""

RECORDINGS = """
  query Recordings($id: ID!) { interview(id: $id) { recordings { kind status mimeType durationSeconds failure url } } }
"""


def connect(stack: Stack, token: str | None) -> Client:
    """Return an API client that sends every operation over one WebSocket, authenticated by `token`."""
    payload = {"authorization": f"Bearer {token}"} if token else {}
    transport = WebsocketsTransport(url=stack.api_url.replace("http", "ws") + "/graphql", init_payload=payload)
    return Client(transport=transport)


async def run(root: Path, provision: ProvisionKey, *, voice: bool = True) -> int:
    """Hold a typed interview and then, if `voice`, a spoken one. livekit-server is built during the typed one.

    Returns the exit code: 0 if every interview was evaluated, else 1, after printing the reason. If voice is unavailable, the
    demo prints the reason and succeeds with the typed interview alone. Raises SandboxFailed if a process does not start, or
    ends early.
    """
    # LiveKit's SDK logs an error when a room is closed, which is expected here
    logging.getLogger("livekit").addHandler(logging.NullHandler())
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    console.print(f"[bold yellow]{BANNER}[/]")
    data = root / ".viva" / "demo"
    with RunningSteps(console) as steps:
        async with _finding_server(steps, is_needed=voice and configured_livekit() is None) as server:
            problem = await _play(console, steps, root, data, provision, voice=False)
            if voice and not problem:
                console.print()
                try:
                    await server
                except SandboxFailed as failed:
                    _explain_no_voice(console, str(failed))
                else:
                    problem = await _play(console, steps, root, data, provision, voice=True)
    if problem:
        console.print(f"[red]{escape(problem)}[/] The logs are in {(data / 'logs').relative_to(root)}.")
        return 1
    console.print("\nThe demo is complete. `make dev` keeps the sandbox running, so that you can use it yourself.")
    return 0


@asynccontextmanager
async def _finding_server(steps: RunningSteps, *, is_needed: bool) -> AsyncIterator[asyncio.Task[None]]:
    """Find or build livekit-server while the block runs. Yields a task that raises SandboxFailed if that fails."""

    async def find_server() -> None:
        if is_needed:
            with steps.step("Looking for livekit-server ...") as report:
                await find_or_build(report, interval=steps.report_interval)

    task = asyncio.create_task(find_server())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _explain_no_voice(console: Console, reason: str) -> None:
    console.print(f"[yellow]There is no spoken interview:[/] {escape(reason)}")


async def _play(
    console: Console, steps: RunningSteps, root: Path, data: Path, provision: ProvisionKey, *, voice: bool
) -> str | None:
    """Hold one interview on its own servers. Returns what went wrong, or None."""
    watch_seconds = MAX_DEMO_SECONDS["VOICE" if voice else "TEXT"]
    async with AsyncExitStack() as exit_stack:
        with steps.step(STARTING["VOICE" if voice else "TEXT"]) as report:
            stack = await exit_stack.enter_async_context(run_stack(root, data, voice=voice, report=report))
            if voice and stack.voice_unavailable_reason:
                _explain_no_voice(console, stack.voice_unavailable_reason)
                return None
            issued = await issue_keys(stack, data, provision)
        try:
            async with asyncio.timeout(watch_seconds):
                return await _hold_interview(console, stack, issued, root, data)
        except* TimeoutError:
            problem = f"There is no evaluation after {watch_seconds:.0f} s."
        except* TransportError as broken:
            problem = f"The API returned an error: {'; '.join(str(error) for error in broken.exceptions)}"
    return problem


async def _hold_interview(console: Console, stack: Stack, issued: dict[Role, str], root: Path, data: Path) -> str | None:
    """Hold the interview and print its evaluation. Returns what went wrong, or None."""
    spoken = "" if stack.voice_unavailable_reason else "_spoken"
    prepared = load_answers(root / "sandbox" / "answers" / f"{POSITION}{spoken}.yaml")
    simulated = SimulatedCandidate(prepared, load_questions(root / "positions" / f"{POSITION}.yaml"))
    async with connect(stack, issued[Role.RECRUITER]) as recruiter, connect(stack, issued[Role.VIEWER]) as viewer:
        start_input = _make_start_input(
            prepared, "VOICE" if spoken else "TEXT", is_recorded=bool(spoken and stack.settings.recording.store)
        )
        started = (await recruiter.execute(GraphQLRequest(START, variable_values={"input": start_input})))["startInterview"]
        interview_id, position = started["interview"]["id"], started["interview"]["position"]
        questions = started["interview"]["progress"]["questions"]
        console.print(
            f"\n[bold]{position['title']}, {'spoken' if spoken else 'typed'}[/], with {prepared.name}: {questions} questions, "
            f"at most {position['limitMinutes']} minutes ({interview_id})\n"
        )
        said: list[str] = []
        heard: list[str] = []
        async with connect(stack, started["access"]["token"]) as candidate, asyncio.TaskGroup() as group:
            room = started["access"]["room"]
            answering = _answer_by_voice(room, simulated, said) if room else _answer_by_text(candidate, interview_id, simulated)
            tasks = [group.create_task(answering), group.create_task(_show_turns(console, viewer, interview_id, heard))]
            state = await _await_end(console, recruiter, interview_id)
            if state["status"] != "COMPLETED":
                # these subscriptions would wait forever for further turns
                for task in tasks:
                    task.cancel()
        if state["status"] != "COMPLETED":
            return f"The interview is {state['status']}: {state['endDetail'] or 'no reason was given'}."
        if state["evaluation"]["status"] != "COMPLETED":
            return f"The evaluation is {state['evaluation']['status']}: {state['evaluation']['failure']}"
        show_word_errors(console, said, heard)
        evaluation = (await recruiter.execute(_request_for_interview(EVALUATION, interview_id)))["evaluation"]
        show_evaluation(console, evaluation)
        if start_input["consent"]["recording"]:
            recordings = await _await_recordings(recruiter, interview_id)
            folder = data / "recordings" / interview_id.removeprefix("int_") / "files"
            files = [path.relative_to(root) for path in sorted(folder.rglob("*")) if path.is_file()]
            show_recordings(console, recordings, files)
    return None


def _make_start_input(prepared: PreparedAnswers, channel: str, *, is_recorded: bool) -> dict[str, Any]:
    """Return the input of startInterview."""
    return {
        "candidateName": prepared.name,
        "candidateEmail": prepared.email,
        "experience": prepared.experience,
        "positionKey": POSITION,
        "channel": channel,
        "resume": prepared.resume,
        "jobDescription": prepared.job_description,
        "consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": is_recorded},
    }


def _request_for_interview(text: str, interview_id: str) -> GraphQLRequest:
    return GraphQLRequest(text, variable_values={"id": interview_id})


async def _answer_by_text(session: AsyncClientSession, interview_id: str, candidate: SimulatedCandidate) -> None:
    async for event in session.subscribe(_request_for_interview(TURNS, interview_id)):
        turn = event["turnAdded"]
        words = candidate.answer(turn["questionKey"], turn["text"]) if turn["speaker"] == "INTERVIEWER" else None
        if words is None:
            continue
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            message = {"interviewId": interview_id, "text": words}
            await session.execute(GraphQLRequest(SAY, variable_values={"input": message}))
        except TransportQueryError as error:
            # the interviewer may close the interview during the pause
            if not any((problem.get("extensions") or {}).get("code") == "CONFLICT" for problem in error.errors or []):
                raise


async def _answer_by_voice(room: dict[str, str], candidate: SimulatedCandidate, said: list[str]) -> None:
    """Take part by voice until the room is closed. Appends what the candidate said to `said`."""
    async with VoiceCaller(room["url"], room["token"]) as caller:
        await caller.converse(candidate.answer_spoken)
    said += [utterance.text for utterance in caller.utterances]


async def _show_turns(console: Console, session: AsyncClientSession, interview_id: str, heard: list[str]) -> None:
    """Print turns as they are stored. Appends the candidate's to `heard`."""
    async for event in session.subscribe(_request_for_interview(TURNS, interview_id)):
        turn = event["turnAdded"]
        show_turn(console, turn)
        if turn["speaker"] == "CANDIDATE":
            heard.append(turn["text"])


async def _await_recordings(session: AsyncClientSession, interview_id: str) -> list[dict[str, Any]]:
    """Return the recordings once all are complete, or after RECORDING_WAIT_SECONDS.

    Adds `isPlayed` to each: whether its link returned audio.
    """
    recordings: list[dict[str, Any]] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(RECORDING_WAIT_SECONDS):
            while not recordings or any(recording["status"] in ("STARTING", "ACTIVE") for recording in recordings):
                recordings = (await session.execute(_request_for_interview(RECORDINGS, interview_id)))["interview"]["recordings"]
                await asyncio.sleep(PAUSE_SECONDS)
    async with httpx2.AsyncClient(trust_env=False) as client:
        for recording in recordings:
            part = await client.get(recording["url"], headers={"Range": "bytes=0-999"}) if recording["url"] else None
            recording["isPlayed"] = part is not None and part.status_code == 206 and len(part.content) == 1000
    return recordings


async def _await_end(console: Console, session: AsyncClientSession, interview_id: str) -> dict[str, Any]:
    line = ""
    async for event in session.subscribe(_request_for_interview(INTERVIEW, interview_id)):
        state: dict[str, Any] = event["interviewChanged"]
        current_line = format_progress(state)
        if current_line != line:
            line = current_line
            console.print(f"     [yellow]{escape(current_line)}[/]")
        if state["status"] in STATUSES_WITHOUT_EVALUATION or (state["evaluation"] or {}).get("status") in ("COMPLETED", "FAILED"):
            if state["endDetail"]:
                console.print(f"     [yellow]{escape(state['endDetail'])}[/]")
            return state
    raise RuntimeError("the interviewChanged subscription ended before the interview was evaluated")
