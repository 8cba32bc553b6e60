"""Server-sent events from a real server: a stream ends with its interview or with the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import orjson
import pytest
from starlette.applications import Starlette

from api.http import build_routes
from lifecycle.services import Services
from lifecycle.states import end_interview
from models.documents.interview import EndReason, Interview
from models.documents.organization import Role
from tests.factories import add_candidate_turn
from tests.helpers import TIMEOUT_SECONDS
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, ServerAddress, bearer_headers, issue_token, serve, with_services
from tests.schema.shared_turns import TURN_ADDED


class SseStream:
    """Reads the events of one subscription."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def read_next(self) -> str | None:
        """Return the text of the next turn, "complete" for a `complete` event, or None at the end of the response."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async for line in self._lines:
                if line == "event: complete":
                    return "complete"
                if line.startswith("data: "):
                    text: str = orjson.loads(line.removeprefix("data: "))["data"]["turnAdded"]["text"]
                    return text
        return None


@asynccontextmanager
async def open_sse_stream(server: ServerAddress, token: str, interview: Interview, after: int = 0) -> AsyncIterator[SseStream]:
    body = {"query": TURN_ADDED, "variables": {"id": global_id_of(interview), "after": after}}
    headers = {**bearer_headers(token), "Accept": "text/event-stream"}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=TIMEOUT_SECONDS) as client,
        client.stream("POST", server.http_url, json=body, headers=headers) as response,
    ):
        yield SseStream(response)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"query": "{"}, "Syntax Error: Expected Name, found <EOF>."),
        ({"query": "{ unknown }"}, "Cannot query field 'unknown' on type 'Query'."),
        ({"query": "{ __typename }", "operationName": "a"}, 'Unknown operation named "a".'),
        (
            {"query": "query($id: ID!) { interview(id: $id) { id } }", "variables": {"id": [1]}},
            "Variable '$id' has invalid value: ID cannot represent value.",
        ),
        (
            {"query": "subscription { interviewsChanged { __typename } }"},
            "The request has no credential: send the header Authorization: Bearer <API key or token>.",
        ),
    ],
)
async def test_refused_operation_is_one_event_with_its_errors_and_the_end(api: ApiClient, body: Any, message: str) -> None:
    response = await api.client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
    event, end, nothing = response.text.split("\n\n")
    kind, data = event.split("\n")
    assert (kind, end, nothing) == ("event: next", "event: complete\ndata:", "")
    errors = orjson.loads(data.removeprefix("data: "))["errors"]
    assert [error["message"] for error in errors] == [message]


@pytest.mark.parametrize("body", [{}, {"query": 1}, {"query": "{ __typename }", "variables": [1]}, [], "text"])
async def test_request_that_is_not_well_formed_is_refused_as_without_a_stream(api: ApiClient, body: Any) -> None:
    response = await api.client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json; charset=utf-8")
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_mutation_by_get_is_refused_without_a_stream_too(api: ApiClient) -> None:
    mutation = 'mutation { endInterview(input: {interviewId: "x"}) { __typename } }'
    response = await api.client.get("/graphql", params={"query": mutation}, headers={"Accept": "text/event-stream"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_stream_sends_new_turns_and_completes_with_the_interview(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    await add_candidate_turn(interview, "first")
    async with open_sse_stream(server, await issue_token(tenant, Role.VIEWER), interview) as stream:
        assert await stream.read_next() == "first"
        await tenant.services.live.publish_turn(await add_candidate_turn(interview, "second"))
        assert await stream.read_next() == "second"
        await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        assert await stream.read_next() == "complete"
        assert await stream.read_next() is None


async def test_shutdown_interrupts_streams_and_another_server_resumes_them(
    services: Services, server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    shutdown = asyncio.Event()
    token = await issue_token(tenant, Role.VIEWER)
    await add_candidate_turn(interview, "first")
    async with serve(with_services(Starlette(routes=build_routes(services.settings, shutdown)), services)) as stopping:
        async with open_sse_stream(stopping, token, interview) as stream:
            assert await stream.read_next() == "first"
            shutdown.set()
            # no `complete` event, so that clients reconnect
            assert await stream.read_next() is None
        async with open_sse_stream(stopping, token, interview) as refused:
            assert await refused.read_next() is None
    await add_candidate_turn(interview, "second")
    async with open_sse_stream(server, token, interview, after=1) as stream:
        assert await stream.read_next() == "second"
