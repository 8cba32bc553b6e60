"""`make test-upgrade`: two versions of Viva side by side on one database, as while a new version is deployed.

The earlier version is the revision in tests/migrations/previous_revision.txt, or that of `--revision`. Its processes run from a
copy of its files, with the packages of this checkout. Interviews are held whose messages alternate between the versions, while
one or the other or both have a jobs worker; each version shows the same as the other; nothing is lost or refused.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from gql import Client, GraphQLRequest
from gql.transport.websockets import WebsocketsTransport

from lifecycle.consent import CURRENT_CONSENT_VERSION
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess, free_port
from sandbox.stack import make_environment, wait_until_ready
from sandbox.valkey import Valkey
from tests.helpers import ROOT
from tests.migrations.write_data import extract_revision

REVISION_FILE = Path(__file__).parent / "migrations" / "previous_revision.txt"
ANSWER = "I measured the wait of each lock, found two that were taken in turns, and made both take them in one order."
EXCHANGES = 4
LONGEST_SECONDS = 300.0

START = """mutation($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token } }
}"""
SAY = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"
END = "mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { status } } }"
READ = """query($id: ID!) {
  interview(id: $id) { status endReason updatedAt progress { question exchanges } evaluation { status failure version } }
  transcript(interviewId: $id) { turns { seq speaker text questionKey } }
}"""
EVALUATION = "query($id: ID!) { evaluation(interviewId: $id) { version overallScore coverage criteria { name level } } }"
FOLLOW = "subscription($id: ID!) { turnAdded(interviewId: $id, after: 0) { seq speaker text questionKey } }"


class Version:
    """The processes of one version: its API, and the jobs worker while it runs."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str], logs: Path) -> None:
        self.name = name
        self.port = free_port()
        self._main = folder / "main.py"
        self._folder = folder
        self._environment = {**environment, "API_PORT": str(self.port)}
        self._logs = logs

    async def run(self, *arguments: str) -> str:
        """Run a command of this version, and return what it prints. Raises RuntimeError if it fails."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(self._main), *arguments),
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        output, errors = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(arguments)} failed: {errors.decode()}")
        return output.decode()

    async def migrate(self, *options: str) -> None:
        """Run the migration, if this version has one."""
        if (self._folder / "cli" / "migrate.py").exists():
            say(f"{self.name}: {(await self.run('migrate', *options)).splitlines()[-1]}")

    def create_process(self, command: str) -> ChildProcess:
        log = self._logs / f"{self.name}-{command}.log"
        return ChildProcess([sys.executable, str(self._main), command], log, cwd=self._folder, environment=self._environment)

    @asynccontextmanager
    async def run_jobs(self) -> AsyncIterator[None]:
        async with self.create_process("jobs"):
            yield

    async def call(self, token: str, text: str, **variables: Any) -> dict[str, Any]:
        """Execute an operation. Raises RuntimeError if it has an error."""
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30) as client:
            headers = {"Authorization": f"Bearer {token}"}
            response = await client.post("/graphql", json={"query": text, "variables": variables}, headers=headers)
        result = response.json()
        if result.get("errors"):
            raise RuntimeError(f"{self.name} refused: {result['errors']}")
        data: dict[str, Any] = result["data"]
        return data

    async def follow(self, token: str, interview_id: str) -> list[dict[str, Any]]:
        """Return the turns that a subscription delivers until the interview is over."""
        transport = WebsocketsTransport(
            url=f"ws://127.0.0.1:{self.port}/graphql", init_payload={"authorization": f"Bearer {token}"}
        )
        async with Client(transport=transport) as session:
            request = GraphQLRequest(FOLLOW, variable_values={"id": interview_id})
            return [event["turnAdded"] async for event in session.subscribe(request)]


def say(text: str) -> None:
    print(text, flush=True)


async def hold_interview(versions: Sequence[Version], token: str) -> str:
    """Hold an interview whose requests alternate between the versions, and check what both show. Returns its id."""
    turn_taker = cycle(versions)
    start_input = {
        "candidateName": "Maya Lindqvist",
        "positionKey": "software_engineer",
        "channel": "TEXT",
        "consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": False},
    }
    started = (await next(turn_taker).call(token, START, input=start_input))["startInterview"]
    interview_id: str = started["interview"]["id"]
    candidate = started["access"]["token"]
    followers = [asyncio.create_task(version.follow(token, interview_id)) for version in versions]
    said = []
    for number in range(EXCHANGES):
        await wait_for_reply(next(turn_taker), token, interview_id)
        said.append(f"{ANSWER} That was case {number}.")
        message = {"interviewId": interview_id, "text": said[-1], "idempotencyKey": str(uuid4())}
        first, second = next(turn_taker), next(turn_taker)
        sent = await first.call(candidate, SAY, input=message)
        # a retry may reach the other version
        assert await second.call(candidate, SAY, input=message) == sent, "a message was stored twice"
    await wait_for_reply(next(turn_taker), token, interview_id)
    await next(turn_taker).call(token, END, input={"interviewId": interview_id})
    evaluation = await wait_for_evaluation(next(turn_taker), token, interview_id)
    assert evaluation["failure"] is None, evaluation

    reads = [await version.call(token, READ, id=interview_id) for version in versions]
    turns = reads[0]["transcript"]["turns"]
    assert [turn["seq"] for turn in turns] == list(range(1, len(turns) + 1)), "turns are missing or in another order"
    assert [turn["text"] for turn in turns if turn["speaker"] == "CANDIDATE"] == said
    for version, read, follower in zip(versions, reads, followers, strict=True):
        assert read == reads[0], f"{version.name} shows something else"
        assert await follower == turns, f"a subscription of {version.name} has missed or repeated turns"
    evaluations = [await version.call(token, EVALUATION, id=interview_id) for version in versions]
    assert evaluations[0]["evaluation"]["criteria"]
    assert all(each == evaluations[0] for each in evaluations)
    return interview_id


async def wait_for_reply(version: Version, token: str, interview_id: str) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while True:
            turns = (await version.call(token, READ, id=interview_id))["transcript"]["turns"]
            if turns and turns[-1]["speaker"] == "INTERVIEWER":
                return
            await asyncio.sleep(0.3)


async def wait_for_evaluation(version: Version, token: str, interview_id: str) -> dict[str, Any]:
    async with asyncio.timeout(LONGEST_SECONDS):
        while True:
            evaluation: dict[str, Any] | None = (await version.call(token, READ, id=interview_id))["interview"]["evaluation"]
            if evaluation and evaluation["status"] in ("COMPLETED", "FAILED"):
                return evaluation
            await asyncio.sleep(0.5)


async def upgrade(revision: str, folder: Path) -> None:
    """Deploy this checkout beside the processes of the revision, and then without them. Raises AssertionError or RuntimeError."""
    earlier_files = folder / "earlier"
    earlier_files.mkdir()
    await asyncio.to_thread(extract_revision, revision, earlier_files)
    async with AsyncExitStack() as stack:
        mongod = await stack.enter_async_context(Mongod(folder / "mongod"))
        valkey = await stack.enter_async_context(Valkey(folder / "valkey"))
        port = free_port()
        provider = [sys.executable, "-m", "sandbox.anthropic", "--port", str(port)]
        await stack.enter_async_context(ChildProcess(provider, folder / "claude.log", cwd=ROOT))
        environment = make_environment(
            mongodb_url=mongod.url,
            redis_url=valkey.url,
            provider_url=f"http://127.0.0.1:{port}",
            secret="a secret of both versions that is long enough",
            api_port=0,
            MONGODB_MIGRATE_AT_START="false",
            MONGODB_TIMEOUT_SECONDS="15",
        )
        earlier, present = (
            Version(name, files, environment, folder) for name, files in (("earlier", earlier_files), ("present", ROOT))
        )
        await earlier.migrate()
        async with AsyncExitStack() as of_earlier:
            api = await of_earlier.enter_async_context(earlier.create_process("serve"))
            await wait_until_ready(api, earlier.port)
            token = (await earlier.run("keys", "create", "--new", "Example", "ADMIN", "Ada")).strip()
            async with earlier.run_jobs():
                say(f"{await hold_interview([earlier], token)} held by the earlier version alone")
                await present.migrate()
                api = await stack.enter_async_context(present.create_process("serve"))
                await wait_until_ready(api, present.port)
                say(f"{await hold_interview([earlier, present], token)} held by both, with the earlier version's jobs")
                async with present.run_jobs():
                    both = await asyncio.gather(*(hold_interview([earlier, present], token) for _ in range(2)))
                    say(f"{', '.join(both)} held by both, with jobs of both")
            async with present.run_jobs():
                say(f"{await hold_interview([present, earlier], token)} held by both, with the present version's jobs")
        await present.migrate("--finish")
        async with present.run_jobs():
            say(f"{await hold_interview([present], token)} held by the present version alone")
        count = "{ interviews(first: 50) { nodes { id status evaluation { status } } } }"
        interviews = (await present.call(token, count))["interviews"]["nodes"]
        assert len(interviews) == 6
        assert {each["evaluation"]["status"] for each in interviews} == {"COMPLETED"}
    say("Nothing was lost or refused.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--revision", default=REVISION_FILE.read_text(encoding="utf-8").strip())
    revision = parser.parse_args().revision
    with tempfile.TemporaryDirectory() as folder:
        say(f"The earlier version is {revision}.")
        asyncio.run(upgrade(revision, Path(folder)))


if __name__ == "__main__":
    main()
