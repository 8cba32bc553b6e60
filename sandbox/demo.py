"""`make demo`: one whole interview through the public API, shown in the terminal as its subscriptions deliver it."""

import asyncio
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lifecycle.consent import CURRENT
from models.organization import Role
from sandbox.candidate import Candidate, load_answers
from sandbox.stack import BANNER, Provision, Stack, issue_keys, running, teller

POSITION = "software_engineer"
PAUSE_SECONDS = 0.8
"""before the candidate types, so that a person can follow"""
WATCH_SECONDS = 120.0
"""no demo takes longer; one that does has failed"""
WIDTH = 110
"""a line that is longer is hard to read"""
WITHOUT_EVALUATION = ("CANCELLED", "EXPIRED", "FAILED")

START = """
  mutation Start($input: StartInterviewInput!) {
    startInterview(input: $input) {
      interview { id position { title limitMinutes } progress { questions } }
      access { token }
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
      overallScore recommendation coverage summary model sandbox
      criteria { name weight assessed level score rationale evidence { quote seq } }
      strengths { text evidence { quote seq } }
      weaknesses { text evidence { quote seq } }
    }
  }
"""


def connect(stack: Stack, token: str | None) -> Client:
    """A client of the API over one WebSocket, with a caller's token."""
    payload = {"authorization": f"Bearer {token}"} if token else {}
    transport = WebsocketsTransport(url=stack.api_url.replace("http", "ws") + "/graphql", init_payload=payload)
    return Client(transport=transport)


async def run(root: Path, provision: Provision, *, voice: bool = True) -> int:
    """Play the demo. Returns the exit code: 0 when a completed evaluation was shown, else 1, after a sentence that says why.

    Raises SandboxFailed when something does not come up, or ends.
    """
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    console.print(f"[bold yellow]{BANNER}[/]\n")
    console.print("[dim]starting mongod, valkey, the loopback providers, the API and its workers ...[/]")

    data = root / ".viva" / "demo"
    async with running(root, data, voice=voice, tell=teller(console)) as stack:
        if stack.no_voice:
            console.print(f"[yellow]This interview is typed, not spoken:[/] {escape(stack.no_voice)}")
        issued = await issue_keys(stack, data, provision)
        try:
            async with asyncio.timeout(WATCH_SECONDS):
                problem = await _hold(console, stack, issued, root)
        except* TimeoutError:
            problem = f"There is no evaluation after {WATCH_SECONDS:.0f} s."
        except* TransportError as broken:
            problem = f"The API did not do as it should: {'; '.join(str(error) for error in broken.exceptions)}"
    if problem:
        console.print(f"[red]{escape(problem)}[/] The logs are in {(data / 'logs').relative_to(root)}.")
        return 1
    console.print("\nThat was all of it. `make dev` keeps the sandbox up, to call it yourself.")
    return 0


async def _hold(console: Console, stack: Stack, issued: dict[Role, str], root: Path) -> str | None:
    """Hold the interview and show its evaluation. Answers what went wrong, if something did."""
    prepared = load_answers(root / "sandbox" / "answers" / f"{POSITION}.yaml")
    async with connect(stack, issued[Role.RECRUITER]) as recruiter, connect(stack, issued[Role.VIEWER]) as viewer:
        wish = {
            "candidateName": prepared.name,
            "candidateEmail": prepared.email,
            "experience": prepared.experience,
            "positionKey": POSITION,
            "channel": "TEXT",
            "resume": prepared.resume,
            "jobDescription": prepared.job_description,
            "consent": {"textVersion": CURRENT, "recording": False},
        }
        started = (await recruiter.execute(GraphQLRequest(START, variable_values={"input": wish})))["startInterview"]
        interview_id, position = started["interview"]["id"], started["interview"]["position"]
        console.print(
            f"\n[bold]{position['title']}[/] with {prepared.name}: {started['interview']['progress']['questions']} questions, "
            f"at most {position['limitMinutes']} minutes ({interview_id})\n"
        )
        async with connect(stack, started["access"]["token"]) as candidate, asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_take_part(candidate, interview_id, Candidate(prepared))),
                group.create_task(_show(console, viewer, interview_id)),
            ]
            state = await _await_end(console, recruiter, interview_id)
            if state["status"] != "COMPLETED":
                # a stream of what will never go on
                for task in tasks:
                    task.cancel()
        if state["status"] != "COMPLETED":
            return f"The interview is {state['status']}: {state['endDetail'] or 'no reason was given'}."
        if state["evaluation"]["status"] != "COMPLETED":
            return f"The evaluation is {state['evaluation']['status']}: {state['evaluation']['failure']}"
        evaluation = (await recruiter.execute(_about(EVALUATION, interview_id)))["evaluation"]
        show_evaluation(console, evaluation)
    return None


def _about(text: str, interview_id: str) -> GraphQLRequest:
    return GraphQLRequest(text, variable_values={"id": interview_id})


async def _take_part(session: AsyncClientSession, interview_id: str, candidate: Candidate) -> None:
    async for event in session.subscribe(_about(TURNS, interview_id)):
        turn = event["turnAdded"]
        words = candidate.answer(turn["questionKey"]) if turn["speaker"] == "INTERVIEWER" else None
        if words is None:
            continue
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            message = {"interviewId": interview_id, "text": words}
            await session.execute(GraphQLRequest(SAY, variable_values={"input": message}))
        except TransportQueryError as error:
            # the interviewer may have closed while the candidate was still thinking
            if not any((problem.get("extensions") or {}).get("code") == "CONFLICT" for problem in error.errors or []):
                raise


async def _show(console: Console, session: AsyncClientSession, interview_id: str) -> None:
    async for event in session.subscribe(_about(TURNS, interview_id)):
        turn = event["turnAdded"]
        who = "[bold cyan]Interviewer[/]" if turn["speaker"] == "INTERVIEWER" else "[bold green]Candidate[/]"
        line = Table.grid(padding=(0, 2, 0, 0))
        line.add_column(width=3, justify="right", style="dim")
        line.add_column(width=len("Interviewer"))
        line.add_column()
        line.add_row(str(turn["seq"]), who, escape(turn["text"]))
        console.print(line)


async def _await_end(console: Console, session: AsyncClientSession, interview_id: str) -> dict[str, Any]:
    line = ""
    async for event in session.subscribe(_about(INTERVIEW, interview_id)):
        state: dict[str, Any] = event["interviewChanged"]
        evaluation = state["evaluation"] or {"status": None, "failure": None}
        now = _progress_line(state, evaluation)
        if now != line:
            line = now
            console.print(f"     [yellow]{escape(now)}[/]")
        if state["status"] in WITHOUT_EVALUATION or evaluation["status"] in ("COMPLETED", "FAILED"):
            if state["endDetail"]:
                console.print(f"     [yellow]{escape(state['endDetail'])}[/]")
            return state
    raise RuntimeError("the subscription of the interview ended before its evaluation was there")


def _progress_line(state: dict[str, Any], evaluation: dict[str, Any]) -> str:
    progress = state["progress"]
    minutes, limit = progress["elapsedSeconds"] / 60, progress["limitSeconds"] / 60
    parts = [
        f"-- question {progress['question']} of {progress['questions']}, {minutes:.1f} of {limit:.0f} min, {state['status']}",
        *([state["endReason"]] if state["endReason"] else []),
        *([f"evaluation {evaluation['status']}"] if evaluation["status"] else []),
        *([evaluation["failure"]] if evaluation["failure"] else []),
    ]
    return ", ".join(parts)


def show_evaluation(console: Console, evaluation: dict[str, Any]) -> None:
    """Print an evaluation: each score with the quotes that stand behind it."""
    console.print()
    console.rule("Evaluation" + (" (made by the sandbox, not for decisions)" if evaluation["sandbox"] else ""))
    score = "none" if evaluation["overallScore"] is None else f"{evaluation['overallScore']:.0f} of 100"
    console.print(
        f"Overall [bold]{score}[/], {evaluation['recommendation']}, {evaluation['coverage']:.0%} of the rubric assessed"
    )
    console.print(escape(evaluation["summary"] or ""))
    table = Table("Criterion", "Weight", "Level", "Quotes that were found in the transcript", show_lines=True)
    for result in evaluation["criteria"]:
        level = f"{result['level']} of 5" if result["assessed"] else "not assessed"
        table.add_row(result["name"], f"{result['weight']:.0%}", level, _quotes(result["evidence"]))
    console.print(table)
    for title, findings in (("Strengths", evaluation["strengths"]), ("Weaknesses", evaluation["weaknesses"])):
        console.print(f"[bold]{title}[/]" if findings else f"[bold]{title}[/]: none with a quote behind it")
        for finding in findings:
            console.print(f"  - {escape(finding['text'])}\n    [dim]{_quotes(finding['evidence'])}[/]")


def _quotes(evidence: list[dict[str, Any]]) -> str:
    return "\n".join(f'turn {found["seq"]}: "{escape(found["quote"])}"' for found in evidence) or "-"
