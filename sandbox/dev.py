"""`make dev`: runs the whole sandbox until Ctrl-C, and prints what a person needs to use it."""

import asyncio
import os
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import httpx2
from rich.console import Console
from rich.markup import escape

from models.documents.organization import Role
from sandbox.ide.install import install_ide
from sandbox.processes import SandboxFailed, free_port
from sandbox.stack import BANNER, ProvisionKey, Stack, console_reporter, issue_keys, run_stack

SCHEDULE = """mutation($input: ScheduleInterviewInput!) {
  scheduleInterview(input: $input) { interview { url } invite { url } }
}"""
FIRST_QUERY = """{
  viewer { role organization { name } }
  positions { nodes { key title limitMinutes questions { text } } }
  interviews(first: 5) { nodes { id status candidate { name } progress { question questions } } }
}"""


def choose_port(preferred: int) -> int:
    """Return the preferred port, or a free one if another process listens on it."""
    with socket.socket() as probe:
        # as uvicorn does, so that connections in TIME_WAIT do not make a port appear taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
    return preferred


async def run(root: Path, provision: ProvisionKey, *, voice: bool = True, port: int = 8000) -> None:
    """Run everything until SIGINT or SIGTERM. Prints the links to open first, a token for each role, and a first query.

    The sample interview is spoken if `voice` is true and available on this machine. Raises SandboxFailed if a process does not
    start, or ends early.
    """
    task = asyncio.current_task()
    if task:
        # asyncio.run already does this for SIGINT
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold yellow]{BANNER}[/]")
    chosen = choose_port(port)
    if chosen != port:
        console.print(f"Port {port} is taken: this run uses {chosen}.")
    ide = await install_ide(root / ".viva" / "ide")
    if ide is None:
        console.print("npm is missing or failed: the page of the IDE loads its scripts from the network.")
    extra_settings = {"API_IDE_ASSETS": str(ide)} if ide else {}
    data, report = root / ".viva", console_reporter(console)
    try:
        async with run_stack(root, data, api_port=chosen, voice=voice, extra_settings=extra_settings, report=report) as stack:
            issued = await issue_keys(stack, data, provision)
            await _print_guide(console, root, stack, issued)
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        console.print("\nEverything is down.")


async def _print_guide(console: Console, root: Path, stack: Stack, issued: Mapping[Role, str]) -> None:
    if stack.voice_unavailable_reason:
        console.print(f"\n[yellow]Interviews are typed, not spoken:[/] {escape(stack.voice_unavailable_reason)}")
    if not (root / "web" / "dist" / "index.html").exists():
        console.print("\n[yellow]The pages are not built:[/] install Node 20.19 or newer, and run `make dev` again.")
    join, watch = await schedule_sample_interview(stack, issued[Role.RECRUITER])
    console.print("\n[bold]Open first[/]")
    console.print(f"  Hold an interview   {join}")
    console.print(f"  Follow it           {watch}   (paste the RECRUITER token)")
    console.print(f'  GraphQL IDE         {stack.api_url}/graphql   (Headers tab: {{"Authorization": "Bearer <token>"}})')
    console.print("\n[bold]Tokens[/]")
    for role, secret in issued.items():
        console.print(f"  {role:<12} {secret}")
    console.print("  CANDIDATE    returned by startInterview as access.token")
    console.print(f"\n[bold]A first query[/]\n{FIRST_QUERY}")
    if "MONGODB_URL" not in os.environ:
        url = stack.settings.mongodb.url
        console.print("\n[bold]For commands such as `.venv/bin/python main.py organizations list`[/]")
        console.print(f'  export MONGODB_URL="{url}" AUTH_SECRET="$(cat .viva/secret)" API_PUBLIC_URL={stack.api_url}')
    console.print("\nLogs: .viva/logs. Ctrl-C ends all of it; the data stays in .viva (make clean removes it).")


async def schedule_sample_interview(stack: Stack, token: str) -> tuple[str, str]:
    """Schedule an interview, spoken if voice is available. Returns the candidate's link and the live transcript's link."""
    schedule_input = {
        "candidateName": "You",
        "positionKey": "software_engineer",
        "channel": "TEXT" if stack.voice_unavailable_reason else "VOICE",
    }
    async with httpx2.AsyncClient(base_url=stack.api_url, trust_env=False) as client:
        body = {"query": SCHEDULE, "variables": {"input": schedule_input}}
        response = await client.post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})
    result = response.json()
    if result.get("errors"):
        raise SandboxFailed(f"The sample interview could not be scheduled: {result['errors'][0]['message']}")
    scheduled = result["data"]["scheduleInterview"]
    return scheduled["invite"]["url"], scheduled["interview"]["url"]
