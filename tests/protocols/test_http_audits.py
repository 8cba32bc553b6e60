"""The audits of graphql-http, the reference implementation's suite for servers of GraphQL over HTTP."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette

from api.http import build_routes
from lifecycle.services import Services
from tests.protocols.node_scripts import run_script
from tests.schema.api_client import serve, with_services


@pytest.mark.usefixtures("node")
async def test_every_audit_of_graphql_http_passes(services: Services, subtests: pytest.Subtests) -> None:
    # Four audits read a type by introspection.
    api = services.settings.api.model_copy(update={"ide": True})
    settings = services.settings.model_copy(update={"api": api})
    app = with_services(Starlette(routes=build_routes(settings)), replace(services, settings=settings))
    async with serve(app) as server:
        results = await run_script("audits.mjs", {"GRAPHQL_URL": server.http_url}, subtests)
    assert len(results) == 61
