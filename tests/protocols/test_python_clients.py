"""gql for Python works with the API over each of its transports, and so does the example of the API guide."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.async_transport import AsyncTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

from lifecycle.states import end_interview
from models.documents.interview import EndReason, Interview
from models.documents.organization import Role
from tests.factories import add_candidate_turn
from tests.helpers import ROOT
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, bearer_headers, issue_token
from tests.schema.shared_turns import TURN_ADDED


def open_http_transport(server: ServerAddress, token: str) -> AsyncTransport:
    return AIOHTTPTransport(server.http_url, headers=bearer_headers(token))


def open_websockets_transport(server: ServerAddress, token: str) -> AsyncTransport:
    return WebsocketsTransport(server.websocket_url, init_payload={"authorization": f"Bearer {token}"})


def open_aiohttp_websockets_transport(server: ServerAddress, token: str) -> AsyncTransport:
    return AIOHTTPWebsocketsTransport(server.websocket_url, init_payload={"authorization": f"Bearer {token}"})


OpenTransport = Callable[[ServerAddress, str], AsyncTransport]
WEBSOCKET_TRANSPORTS = [open_websockets_transport, open_aiohttp_websockets_transport]


@pytest.mark.parametrize("open_transport", [open_http_transport, *WEBSOCKET_TRANSPORTS])
async def test_gql_runs_queries_and_mutations_and_reports_the_codes_of_errors(
    server: ServerAddress, tenant: Tenant, interview: Interview, open_transport: OpenTransport
) -> None:
    variables = {"id": global_id_of(interview)}
    async with Client(transport=open_transport(server, await issue_token(tenant, Role.RECRUITER))) as session:
        assert await session.execute(gql("{ viewer { role } }")) == {"viewer": {"role": "RECRUITER"}}
        end = gql("mutation($id: ID!) { endInterview(input: {interviewId: $id}) { interview { endReason } } }")
        ended = await session.execute(GraphQLRequest(end, variable_values=variables))
        assert ended == {"endInterview": {"interview": {"endReason": "RECRUITER_ENDED"}}}
        for query, code in (('{ interview(id: "int_x") { id } }', "NOT_FOUND"), ("{ unknown }", "BAD_INPUT")):
            with pytest.raises(TransportQueryError) as refused:
                await session.execute(gql(query))
            assert refused.value.errors is not None
            assert [error["extensions"]["code"] for error in refused.value.errors] == [code]


@pytest.mark.parametrize("open_transport", WEBSOCKET_TRANSPORTS)
async def test_gql_follows_a_transcript_to_its_end(
    server: ServerAddress, tenant: Tenant, interview: Interview, open_transport: OpenTransport
) -> None:
    await add_candidate_turn(interview, "first")
    seen = []
    async with Client(transport=open_transport(server, await issue_token(tenant, Role.VIEWER))) as session:
        async for event in session.subscribe(GraphQLRequest(TURN_ADDED, variable_values={"id": global_id_of(interview)})):
            seen.append(event["turnAdded"]["text"])
            if len(seen) == 1:
                await add_candidate_turn(interview, "second")
                await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
    assert seen == ["first", "second"]


async def test_example_of_the_api_guide_resumes_after_a_lost_connection(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    example = re.search(r"^### gql for Python\n\n```python\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert example
    scope: dict[str, Any] = {}
    exec(example[1], scope)
    connections: list[WebsocketsTransport] = []

    class RecordedTransport(WebsocketsTransport):
        async def connect(self) -> None:
            await super().connect()
            connections.append(self)

    scope["WebsocketsTransport"] = RecordedTransport
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)
    turns: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    token = await issue_token(tenant, Role.VIEWER)
    following = asyncio.create_task(
        scope["follow_transcript"](server.websocket_url, token, global_id_of(interview), turns.put_nowait)
    )
    await add_candidate_turn(interview, "first")
    assert (await turns.get())["text"] == "first"
    lost_connection = connections[0].adapter.websocket
    assert lost_connection
    lost_connection.transport.abort()
    await add_candidate_turn(interview, "second")
    assert (await turns.get())["text"] == "second"
    await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
    await following
    assert (len(connections), turns.qsize()) == (2, 0)
