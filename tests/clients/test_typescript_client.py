"""clients/typescript against the real API: its types, its examples, and what typescript_client.mjs tests."""

import json
import shutil
import signal
from pathlib import Path
from typing import cast

import pytest
from bson import ObjectId
from graphql import GraphQLEnumType, build_schema
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lifecycle.consent import CURRENT_CONSENT_VERSION
from lifecycle.states import end_interview
from models.documents.interview import EndReason, Interview
from models.documents.organization import Role, create_key, revoke_key
from tests.clients.conftest import ApiProcess
from tests.factories import add_candidate_turn, make_position, reload_interview
from tests.faults.oracle import expected_text
from tests.helpers import ROOT
from tests.protocols.conftest import node
from tests.protocols.node_scripts import FOLDER, run_command, run_script
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token, serve

__all__ = ["node"]

pytestmark = [pytest.mark.usefixtures("node"), pytest.mark.servers]

PACKAGE = ROOT / "clients" / "typescript"
WEB_PACKAGES = ROOT / "web" / "node_modules"
GENERATED = Path("src") / "generated.ts"


@pytest.fixture(scope="module")
async def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with newly generated and compiled code."""
    root = tmp_path_factory.mktemp("typescript")
    copy = root / "clients" / "typescript"
    ignored = shutil.ignore_patterns("node_modules", "dist", GENERATED.name)
    shutil.copytree(PACKAGE, copy, ignore=ignored)
    shutil.copy(ROOT / "schema.graphql", root)
    shutil.copy(PACKAGE.parent / "operations.graphql", copy.parent)
    shutil.copy(Path(__file__).parent / "typescript_client.mjs", copy)
    packages = copy / "node_modules"
    packages.mkdir()
    for name in ("@graphql-codegen", "@types", "typescript"):
        (packages / name).symlink_to(WEB_PACKAGES / name)
    for name in ("@graphql-typed-document-node", "graphql", "graphql-ws", "standardwebhooks", "ws"):
        (packages / name).symlink_to(FOLDER / "node_modules" / name)
    for tool, *arguments in (
        ("graphql-codegen", "--config", "codegen.json"),
        ("tsc", "--project", "tsconfig.json"),
        ("tsc", "--project", "tsconfig.examples.json"),
    ):
        code, output, stderr = await run_command(WEB_PACKAGES / ".bin" / tool, *arguments, cwd=copy)
        assert code == 0, output + stderr
    return copy


def test_generated_types_are_those_of_the_schema(project: Path) -> None:
    generated = (project / GENERATED).read_text(encoding="utf-8")
    assert generated == (PACKAGE / GENERATED).read_text(encoding="utf-8"), "run make clients"


class Controls:
    """What the script asks the test to do, each a POST request."""

    def __init__(self, tenant: Tenant, process: ApiProcess) -> None:
        self._tenant = tenant
        self._process = process
        self._key_id = ObjectId()
        self._interview: Interview

    async def begin(self) -> object:
        """Start an interview, and return its id and two keys."""
        self._interview = await self._tenant.make_interview()
        key, secret = await create_key(self._tenant.id, Role.VIEWER, "first")
        self._key_id = key.id
        return {"id": global_id_of(self._interview), "keys": [secret, await issue_token(self._tenant, Role.VIEWER)]}

    async def speak(self) -> object:
        """Store two turns, and return them."""
        last = (await reload_interview(self._interview)).last_seq
        turns = [{"seq": seq, "text": expected_text(global_id_of(self._interview), seq)} for seq in (last + 1, last + 2)]
        for turn in turns:
            await add_candidate_turn(self._interview, str(turn["text"]))
        return turns

    async def kill(self) -> None:
        await self._process.process.kill()

    async def start(self) -> None:
        await self._process.start()

    async def freeze(self) -> None:
        self._process.process.send_signal(signal.SIGSTOP)

    async def thaw(self) -> None:
        self._process.process.send_signal(signal.SIGCONT)

    async def revoke(self) -> None:
        await revoke_key(self._key_id)

    async def end(self) -> None:
        await end_interview(self._tenant.services, self._interview, EndReason.RECRUITER_ENDED)

    async def answer(self) -> None:
        """Answer in the interview of the example, and end it."""
        self._interview = (await Interview.find(Interview.position.key == "software_engineer").to_list())[0]
        await add_candidate_turn(self._interview, "Good morning.")
        await self.end()

    async def handle(self, request: Request) -> JSONResponse:
        return JSONResponse(await getattr(self, request.path_params["name"])())


@pytest.mark.usefixtures("change_feed")
async def test_client_and_its_examples(
    project: Path, server: ServerAddress, api_process: ApiProcess, tenant: Tenant, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    await make_position(tenant.id, key="software_engineer")
    ended = await tenant.make_completed_interview("Good morning.", **{"candidate.name": "Grace Hopper"})
    evaluation = await tenant.make_evaluation(ended)
    schema = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    controls = Controls(tenant, api_process)
    async with serve(Starlette(routes=[Route("/{name}", controls.handle, methods=["POST"])])) as control:
        environment = {
            "API_URL": f"http://127.0.0.1:{server.port}",
            "PROCESS_URL": api_process.url,
            "CONTROL_URL": f"http://127.0.0.1:{control.port}",
            "KEY": await issue_token(tenant, Role.RECRUITER),
            "POSITION": tenant.position.key,
            "CONSENT_VERSION": CURRENT_CONSENT_VERSION,
            "ERROR_CODES": json.dumps(sorted(cast(GraphQLEnumType, schema.type_map["ErrorCode"]).values)),
            "COPY": str(tmp_path / "interviews.json"),
            "ENDED_INTERVIEW": global_id_of(ended),
            "EVALUATION": global_id_of(evaluation),
        }
        await run_script(str(project / "typescript_client.mjs"), environment, subtests)
