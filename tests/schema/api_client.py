"""Clients of the API: over ASGI without a socket, or over HTTP and WebSocket to a server in this process."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
import uvicorn
from gql import Client
from gql.transport.websockets import WebsocketsTransport
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from api.http import MAX_FRAME_BYTES
from api.request_limits import BoundedHttpProtocol
from api.socket_limits import PacedSocketProtocol
from lifecycle.consent import CURRENT_CONSENT_VERSION
from lifecycle.services import Services
from models.documents.interview import Interview
from models.documents.organization import Role, create_key
from resolvers.candidate_credentials import issue_candidate_access
from tests.resolvers.tenant import Tenant

CONSENT_INPUT = {"textVersion": CURRENT_CONSENT_VERSION, "recording": False}


@dataclass(frozen=True)
class GraphQLResponse:
    """The response to a GraphQL request."""

    http_response: httpx2.Response
    data: dict[str, Any] | None
    errors: list[dict[str, Any]]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def error(self) -> dict[str, Any]:
        """The error of a response that must have exactly one."""
        assert len(self.errors) == 1, self.errors
        return self.errors[0]

    def __getitem__(self, name: str) -> Any:
        assert self.data is not None and not self.errors, self.errors
        return self.data[name]


@dataclass(frozen=True)
class ApiClient:
    """A client that sends requests by POST."""

    client: httpx2.AsyncClient

    async def execute(self, query: str, token: str | None = None, /, **variables: Any) -> GraphQLResponse:
        """Run an operation."""
        return await self.post({"query": query, "variables": variables}, headers=bearer_headers(token))

    async def mutate(self, mutation: str, token: str | None, selection: str, /, **fields: Any) -> GraphQLResponse:
        """Run one mutation with the input `fields`, selecting `selection` of its payload."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        return await self.execute(
            f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} }} }}", token, input=fields
        )

    async def post(self, body: Any, headers: Mapping[str, str] | None = None) -> GraphQLResponse:
        """Send a body as JSON."""
        content = {"Content-Type": "application/json", **(headers or {})}
        response = await self.client.post("/graphql", content=orjson.dumps(body), headers=content)
        result = response.json()
        return GraphQLResponse(response, result.get("data"), result.get("errors", []))


def bearer_headers(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


async def issue_token(tenant: Tenant, role: Role, interview: Interview | None = None) -> str:
    """Issues a credential of the role. That of a candidate is for `interview`."""
    if role is Role.CANDIDATE:
        assert interview, "a candidate is a caller of one interview"
        return issue_candidate_access(tenant.services, interview).token
    return (await create_key(tenant.id, role, f"a {role.lower()}"))[1]


def with_services(app: Starlette, services: Services) -> Any:
    """Wrap the application so that requests have the state that its lifespan would give them."""

    async def app_with_state(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"services": services}
        await app(scope, receive, send)

    return app_with_state


class _SignalFreeServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True)
class ServerAddress:
    """The address of a running API server."""

    port: int

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def open_client(self, token: str | None) -> Client:
        """Open a gql client over one WebSocket."""
        payload = {"authorization": f"Bearer {token}"} if token else {}
        return Client(transport=WebsocketsTransport(url=self.websocket_url, init_payload=payload))


@asynccontextmanager
async def serve(app: Any, port: int = 0, **options: Any) -> AsyncIterator[ServerAddress]:
    """Serve the application with uvicorn, as main does, on `port` or a free one. `options` are uvicorn's."""
    config = uvicorn.Config(
        app,
        port=port,
        lifespan="off",
        http=BoundedHttpProtocol,
        ws=PacedSocketProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        log_config=None,
        access_log=False,
        # do not wait for requests that a test left open
        timeout_graceful_shutdown=1,
        **options,
    )
    server = _SignalFreeServer(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield ServerAddress(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await task
