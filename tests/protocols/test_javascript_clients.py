"""The npm clients that the API guide names work with the API, and so do its examples of them."""

import pytest
from starlette.applications import Starlette

from api import http
from api.http import build_routes
from engine import metrics
from lifecycle.consent import CURRENT_CONSENT_VERSION
from lifecycle.services import Services
from models.documents.organization import Role
from tests.helpers import wait_until
from tests.protocols.conftest import RestartableServer
from tests.protocols.node_scripts import run_script
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import issue_token, serve, with_services

pytestmark = pytest.mark.usefixtures("node")


@pytest.mark.parametrize("script", ["graphql_ws.mjs", "graphql_sse.mjs", "apollo.mjs", "urql.mjs"])
async def test_client_works_with_the_api(
    services: Services,
    tenant: Tenant,
    restartable_server: RestartableServer,
    script: str,
    subtests: pytest.Subtests,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.sse.HEARTBEAT_SECONDS", 0.02)
    with monkeypatch.context() as patch:
        patch.setattr(http, "INIT_SECONDS", 0.05)
        short_timeout_app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with serve(short_timeout_app) as short_timeout_server:
        environment = {
            "GRAPHQL_URL": restartable_server.address.http_url,
            "WEBSOCKET_URL": restartable_server.address.websocket_url,
            "SHORT_TIMEOUT_URL": short_timeout_server.websocket_url,
            "RESTART_URL": restartable_server.restart_url,
            "TOKEN": await issue_token(tenant, Role.RECRUITER),
            "POSITION": tenant.position.key,
            "CONSENT_VERSION": CURRENT_CONSENT_VERSION,
        }
        await run_script(script, environment, subtests)
    await wait_until(lambda: not metrics.OPEN_STREAMS._value.get() and not metrics.OPEN_SOCKETS._value.get())
