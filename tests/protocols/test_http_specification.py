"""The specification GraphQL over HTTP: the audits of graphql-http pass, and every requirement has its tests."""

import ast
import json
import re
from dataclasses import replace
from functools import cache
from importlib.metadata import version

import pytest
from starlette.applications import Starlette

from api.http import build_routes
from lifecycle.services import Services
from tests.helpers import ROOT
from tests.protocols.http_requirements import REQUIREMENTS, Requirement
from tests.protocols.node_scripts import FOLDER, run_script
from tests.schema.api_client import serve, with_services


@pytest.mark.usefixtures("node")
async def test_every_audit_of_graphql_http_passes(services: Services, subtests: pytest.Subtests) -> None:
    # Four audits read a type by introspection.
    api = services.settings.api.model_copy(update={"ide": True})
    settings = services.settings.model_copy(update={"api": api})
    app = with_services(Starlette(routes=build_routes(settings)), replace(services, settings=settings))
    async with serve(app) as server:
        results = await run_script("audits.mjs", {"GRAPHQL_URL": server.http_url}, subtests)
    audits = {name.split()[0] for name in results}
    assert len(audits) == 61
    assert audits.issuperset(audit for requirement in REQUIREMENTS for audit in requirement.audits)


def test_api_guide_names_the_tested_versions() -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"([\w@/-]+) (\d+\.\d+\.\d+)", guide))
    web, clients = (json.loads((folder / "package.json").read_text()) for folder in (ROOT / "web", FOLDER))
    assert named.pop("gql") == version("gql")
    assert {"graphql-http", "graphql-ws", "graphql-sse", "@apollo/client", "@urql/core", "relay-compiler"} <= named.keys()
    installed = {**web["devDependencies"], **clients["dependencies"]}
    assert named == {name: installed[name] for name in named}


@cache
def find_tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}


def test_requirements_are_complete_and_have_different_names() -> None:
    assert len({requirement.name for requirement in REQUIREMENTS}) == len(REQUIREMENTS) == 33


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda requirement: requirement.name)
def test_requirement_has_tests_or_does_not_concern_the_api(requirement: Requirement) -> None:
    assert bool(requirement.tests or requirement.audits) != bool(requirement.exemption)
    for path, name in (test.split("::") for test in requirement.tests):
        assert name in find_tests(path)
