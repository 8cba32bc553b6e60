"""Code generators accept the schema: relay-compiler, whose operations run, and graphql-codegen, whose types are checked."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.documents.interview import Interview
from models.documents.organization import Role
from tests.helpers import ROOT
from tests.protocols.node_scripts import FOLDER, run_command
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token

pytestmark = [pytest.mark.usefixtures("node"), pytest.mark.servers]


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the project that a generator works on, with the schema."""
    name: str = request.param
    project = tmp_path / name
    shutil.copytree(FOLDER / name, project)
    shutil.copy(ROOT / "schema.graphql", project)
    return project


@pytest.mark.parametrize("project", ["relay"], indirect=True)
async def test_relay_refetches_an_interview_as_a_node_and_pages_through_the_list(
    api: ApiClient, tenant: Tenant, project: Path
) -> None:
    (project / "artifacts").mkdir()
    (project / "operations.json").write_text("{}")
    code, output, stderr = await run_command("node", FOLDER / "node_modules" / "relay-compiler" / "cli.js", cwd=project)
    assert code == 0, output + stderr
    texts = json.loads((project / "operations.json").read_text()).values()
    operations = {text.split()[1].split("(")[0]: text for text in texts}
    token = await issue_token(tenant, Role.RECRUITER)
    interviews: list[Interview] = [await tenant.make_interview(name=name) for name in ("Grace Hopper", "Ada Lovelace")]

    async def execute(operation: str, **variables: Any) -> Any:
        response = await api.execute(operations[operation], token, **variables)
        assert not response.errors
        return response.data

    first = (await execute("InterviewsQuery"))["interviews"]
    second = (await execute("InterviewsPageQuery", cursor=first["pageInfo"]["endCursor"]))["interviews"]
    pages = [edge["node"]["id"] for page in (first, second) for edge in page["edges"]]
    assert pages == [global_id_of(interview) for interview in reversed(interviews)]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second)] == [True, False]
    ended = (await execute("InterviewsEndMutation", input={"interviewId": pages[0]}))["endInterview"]["interview"]
    again = (await execute("InterviewsRefetchQuery", id=pages[0]))["node"]
    assert again == {**ended, "__typename": "Interview"}
    assert (again["status"], again["candidate"]) == ("COMPLETED", {"name": "Ada Lovelace"})


@pytest.mark.parametrize("project", ["codegen"], indirect=True)
async def test_codegen_makes_types_of_the_schema_and_of_the_examples_in_the_api_guide(project: Path) -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```graphql\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    (project / "operations.graphql").write_text("\n".join(examples))
    packages = ROOT / "web" / "node_modules"
    (project / "node_modules").symlink_to(packages)
    for command in (["graphql-codegen", "--config", "codegen.json"], ["tsc", "--project", "."]):
        code, output, stderr = await run_command(packages / ".bin" / command[0], *command[1:], cwd=project)
        assert code == 0, output + stderr
