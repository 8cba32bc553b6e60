"""Server-sent events against a real server: how a stream ends, with the interview and with the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import orjson
import pytest
from starlette.applications import Starlette

from lifecycle.services import Services
from lifecycle.states import end_interview
from models.interview import EndReason, Interview
from models.organization import Role
from schema.transport import routes
from tests.factories import say
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Served, bearer, served, token_of, with_services
from tests.schema.sharing import TURNS


class Stream:
    """The events of one subscription as they come."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> str | None:
        """The text of the next turn, "complete", or None when the stream has ended without a word."""
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line == "event: complete":
                    return "complete"
                if line.startswith("data: "):
                    text: str = orjson.loads(line.removeprefix("data: "))["data"]["turnAdded"]["text"]
                    return text
        return None


@asynccontextmanager
async def streaming(server: Served, token: str, interview: Interview, after: int = 0) -> AsyncIterator[Stream]:
    body = {"query": TURNS, "variables": {"id": id_of(interview), "after": after}}
    headers = {**bearer(token), "Accept": "text/event-stream"}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=10) as client,
        client.stream("POST", server.http, json=body, headers=headers) as response,
    ):
        yield Stream(response)


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    return await tenant.interview()


async def test_turns_come_as_they_are_stored_and_the_stream_completes_with_the_interview(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    await say(interview, "first")
    async with streaming(server, await token_of(tenant, Role.VIEWER), interview) as stream:
        assert await stream.next() == "first"
        await tenant.services.live.publish_turn(await say(interview, "second"))
        assert await stream.next() == "second"
        await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        assert await stream.next() == "complete"
        assert await stream.next() is None


async def test_a_process_that_ends_breaks_its_streams_off_and_another_goes_on(
    services: Services, server: Served, tenant: Tenant, interview: Interview
) -> None:
    closing = asyncio.Event()
    token = await token_of(tenant, Role.VIEWER)
    await say(interview, "first")
    async with served(with_services(Starlette(routes=routes(services.settings, closing)), services)) as leaving:
        async with streaming(leaving, token, interview) as stream:
            assert await stream.next() == "first"
            closing.set()
            # not completed: clients would not come back
            assert await stream.next() is None
        async with streaming(leaving, token, interview) as late:
            assert await late.next() is None
    await say(interview, "second")
    async with streaming(server, token, interview, after=1) as stream:
        assert await stream.next() == "second"
