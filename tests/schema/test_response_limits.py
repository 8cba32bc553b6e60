"""Limits on operations while they are executed: the size of a response, what is read for it, and the time."""

import asyncio
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock, Mock

import httpx2
import pytest
from bson import ObjectId
from gql import GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from graphql import get_named_type
from starlette.applications import Starlette
from strawberry.dataloader import DataLoader

from api.http import build_routes
from engine.limits import LoopShare, OperationLimits, ReadMeter
from engine.shared_subscriptions import SubscriptionContext
from errors import ResponseTooLarge
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.evaluation import Evaluation
from models.documents.interview import Interview, InterviewStatus
from models.documents.judgement import JudgementDocument
from models.documents.organization import Role
from models.documents.position import Position
from models.documents.turn import get_turn_collection
from resolvers import positions
from schema.build import build_schema
from schema.loaders import Loaders
from tests.factories import add_candidate_turn
from tests.helpers import wait_until
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, ServerAddress, bearer_headers, issue_token, serve, with_services
from tests.schema.authorization_table import FIELD_ARGUMENTS, AuthorizationScenario, fields_of
from tests.schema.contexts import anonymous_context

TURNS = 60
TEXT = "word " * 4_000
"""As long as a typed message may be."""


async def make_long_transcript(interview: Interview, turns: int = TURNS) -> None:
    """Store so many turns with the longest text."""
    turn = await add_candidate_turn(interview, TEXT)
    rows = get_turn_collection()
    row = await rows.find_one({"_id": turn.id})
    assert row
    await rows.insert_many([{**row, "_id": ObjectId(), "seq": seq, "key": f"{seq}"} for seq in range(2, turns + 1)])
    await interview.set({Interview.last_seq: turns})


@pytest.fixture
async def long_interview(tenant: Tenant) -> Interview:
    """An interview whose transcript has 1.2 MB."""
    interview = await tenant.make_interview()
    await make_long_transcript(interview)
    return interview


DOCUMENTS = {
    "a transcript": "{ transcript(interviewId: $id) { turns { text } } }",
    "aliases of a nested field": "{ interview(id: $id) { "
    + " ".join(f"t{n}: transcript {{ turns {{ text }} }}" for n in range(50))
    + " } }",
    "aliases of a text": "{ transcript(interviewId: $id) { turns { " + " ".join(f"t{n}: text" for n in range(50)) + " } } }",
    "aliases that read other turns": "{ "
    + " ".join(
        f"a{root}: interview(id: $id) {{ "
        + " ".join(f"t{n}: transcript(after: {root * 4 + n}) {{ turns {{ seq }} }}" for n in range(4))
        + " }"
        for root in range(10)
    )
    + " }",
    "fragments": "{ "
    + " ".join(f"a{n}: interview(id: $id) {{ ...f }}" for n in range(10))
    + " } fragment f on Interview { a: transcript { ...g } b: transcript { ...g } } fragment g on Transcript { turns { text } }",
    "a list in a list": "{ interviews(first: 20) { nodes { id transcript { turns { text } } } } }",
}


@pytest.mark.parametrize("kind", DOCUMENTS)
async def test_response_that_would_be_too_large_is_refused_before_it_takes_memory(
    api: ApiClient, tenant: Tenant, long_interview: Interview, kind: str
) -> None:
    text = DOCUMENTS[kind]
    if kind == "a list in a list":
        for _ in range(9):
            await make_long_transcript(await tenant.make_interview())
        token = await issue_token(tenant, Role.VIEWER)
    else:
        token = await issue_token(tenant, Role.CANDIDATE, long_interview)
    head = "query($id: ID!) " if "$id" in text else ""
    tracemalloc.start()
    try:
        response = await api.execute(f"{head}{text}", token, id=global_id_of(long_interview))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if kind == "a transcript":
        assert not response.errors
        assert len(response["transcript"]["turns"]) == TURNS
    else:
        assert set(response.codes) == {"RESPONSE_TOO_LARGE"}
        assert response.errors[0]["message"].startswith("The response would be larger than 8 MB. Request fewer items")
        assert len(response.http_response.content) < 100_000
    # 2.2 kB took 424 MB before there was a limit
    assert peak < 60e6


async def test_pages_of_large_positions_are_read_one_at_a_time_until_they_are_too_large(
    api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Position.get_pymongo_collection()
    row = await rows.find_one({"_id": tenant.position.id})
    assert row
    question = {**row["questions"][0], "listen_for": ["word " * 400] * 40}
    await rows.insert_many([{**row, "_id": ObjectId(), "key": f"p{n}", "questions": [question]} for n in range(60)])
    list_positions = AsyncMock(wraps=positions.list_positions)
    monkeypatch.setattr(positions, "list_positions", list_positions)
    token = await issue_token(tenant, Role.RECRUITER)
    page = "positions(first: 100) { nodes { key } }"
    assert len((await api.execute(f"{{ {page} }}", token))["positions"]["nodes"]) == 61
    list_positions.reset_mock()
    response = await api.execute("{ " + " ".join(f"p{n}: {page}" for n in range(10)) + " }", token)
    assert set(response.codes) == {"RESPONSE_TOO_LARGE"}
    assert list_positions.await_count == 2


async def test_every_loader_counts_what_it_reads(scenario: AuthorizationScenario) -> None:
    interview = await Interview.find_one({"external_id": "ATS-7"})
    assert interview
    assert interview.consent
    judgement = await JudgementDocument.find_one({"interview_id": interview.id})
    assert judgement
    keys_by_loader = {
        **dict.fromkeys(("interviews", "evaluations", "version_numbers", "latencies", "usages", "recordings"), interview.id),
        "corrections": interview.id,
        "positions": interview.position.id,
        "organizations": interview.organization_id,
        "interview_counts": (interview.organization_id, interview.position.key),
        "evaluation_versions": (interview.id, 1),
        "judgements": judgement.evaluation_id,
        "turn_ranges": (interview.id, 1, 2),
        "transcripts": (interview.id, 0, 0),
        "turns": (interview.id, 1),
        "consent_texts": interview.consent.text_digest,
    }
    loaders = Loaders(OperationLimits())
    assert keys_by_loader.keys() == {name for name, value in vars(loaders).items() if isinstance(value, DataLoader)}
    for name, key in keys_by_loader.items():
        loaders.begin_execution()
        assert await getattr(loaders, name).load(key)
        assert loaders.read_meter.bytes, name


async def test_evaluations_are_read_until_they_are_too_large(scenario: AuthorizationScenario) -> None:
    rows = Evaluation.get_pymongo_collection()
    row = await rows.find_one({})
    assert row
    await rows.insert_many([{**row, "_id": ObjectId(), "version": version} for version in range(1000, 1100)])
    size = len(Evaluation.model_validate(row).model_dump_json())
    loaders = Loaders(OperationLimits(response_bytes=10 * size))
    with pytest.raises(ResponseTooLarge):
        await loaders.evaluations.load(row["interview_id"])
    assert loaders.read_meter.bytes < 12 * size


CONNECTIONS = [name for name, field in fields_of("Query").items() if get_named_type(field.type).name.endswith("Connection")]


@pytest.mark.parametrize("field", CONNECTIONS)
async def test_every_list_counts_the_pages_that_it_reads(
    api: ApiClient, scenario: AuthorizationScenario, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    arguments = FIELD_ARGUMENTS.get(f"Query.{field}", "")
    text, variables = scenario.declare_variables(f"{{ {field}{arguments} {{ pageInfo {{ hasNextPage }} }} }}")
    assert not (await api.execute(text, scenario.tokens[Role.ADMIN], **variables)).errors
    monkeypatch.setattr(ReadMeter, "add_document", Mock(side_effect=OperationLimits().response_too_large()))
    assert (await api.execute(text, scenario.tokens[Role.ADMIN], **variables)).codes == ["RESPONSE_TOO_LARGE"]


def build_limited_app(services: Services, **settings: Any) -> Starlette:
    """Build an API with these settings."""
    limited = services.settings.model_copy(update={"api": services.settings.api.model_copy(update=settings)})
    app: Starlette = with_services(Starlette(routes=build_routes(limited)), services)
    return app


async def execute_with_limit(services: Services, token: str, text: str, **settings: Any) -> GraphQLResponse:
    """Send a request to an API with these settings."""
    app = build_limited_app(services, **settings)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        headers = {**bearer_headers(token), "Accept": "application/graphql-response+json"}
        return await ApiClient(client).post({"query": text}, headers)


@pytest.mark.parametrize(("aliases", "is_costly"), [(1, False), (30, True)])
async def test_only_costly_operations_take_turns_in_their_share_of_the_event_loop(
    api: ApiClient, tenant: Tenant, long_interview: Interview, monkeypatch: pytest.MonkeyPatch, aliases: int, is_costly: bool
) -> None:
    pieces: list[Callable[[], None]] = []
    call = LoopShare.call

    def record(share: LoopShare, piece: Callable[[], None]) -> None:
        pieces.append(piece)
        call(share, piece)

    monkeypatch.setattr(LoopShare, "call", record)
    fields = " ".join(f"t{n}: transcript {{ turns {{ seq speaker }} }}" for n in range(aliases))
    text = f"query($id: ID!) {{ interview(id: $id) {{ {fields} }} }}"
    response = await api.execute(text, await issue_token(tenant, Role.VIEWER), id=global_id_of(long_interview))
    assert not response.errors
    # its start, and each of its asynchronous fields
    assert len(pieces) > aliases if is_costly else not pieces


@pytest.mark.parametrize(
    "text", ["{ viewer { role } }", "mutation { updateNotice(input: {contact: null}) { organization { id } } }"]
)
async def test_operation_that_takes_too_long_is_cancelled(
    services: Services, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    cancelled = asyncio.Event()

    async def hang(*_: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    monkeypatch.setattr("schema.types.viewer.get_viewer_organization", hang)
    monkeypatch.setattr("resolvers.notices.update_notice", hang)
    response = await execute_with_limit(services, await issue_token(tenant, Role.ADMIN), text, operation_seconds=0.2)
    assert cancelled.is_set()
    assert response.codes == ["TIMEOUT"]
    assert response.errors[0]["message"].startswith("The operation took longer than 0.2 seconds and was stopped. Request less")
    # the operation was executed, so its data is null and the status that of a result
    assert response.http_response.json()["data"] is None
    assert response.http_response.status_code == 200


async def test_operation_of_a_stopped_request_ends_in_the_database(
    services: Services, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = get_turn_collection()
    await add_candidate_turn(await tenant.make_interview(), "Hello.")

    async def read_slowly(*_: Any) -> None:
        await turns.find({"$where": "sleep(60000) || true"}, comment="slow").to_list()

    async def is_running() -> bool:
        operations = turns.database.client.admin.aggregate([{"$currentOp": {}}, {"$match": {"command.comment": "slow"}}])
        return bool(await (await operations).to_list())

    monkeypatch.setattr("schema.types.viewer.get_viewer_organization", read_slowly)
    token = await issue_token(tenant, Role.ADMIN)
    request = asyncio.create_task(execute_with_limit(services, token, "{ viewer { role } }", operation_seconds=1.0))
    await wait_until(is_running)
    assert (await request).codes == ["TIMEOUT"]
    assert await wait_until(lambda: is_not(is_running()), seconds=10)


async def is_not(condition: Awaitable[bool]) -> bool:
    return not await condition


async def test_execution_that_never_awaits_is_stopped_by_its_time() -> None:
    context = anonymous_context()
    context.limits = OperationLimits(seconds=0.0)
    result = await build_schema().execute("{ __typename }", context_value=context)
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["TIMEOUT"]


async def test_event_of_a_subscription_that_would_be_too_large_ends_it_with_an_error(
    services: Services, tenant: Tenant, long_interview: Interview
) -> None:
    aliases = " ".join(f"t{n}: transcript {{ turns {{ text }} }}" for n in range(10))
    text = f'subscription {{ interviewChanged(interviewId: "{global_id_of(long_interview)}") {{ {aliases} }} }}'
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with serve(app) as server, server.open_client(await issue_token(tenant, Role.VIEWER)) as session:
        with pytest.raises(TransportQueryError) as refused:
            async for _ in session.subscribe(gql(text)):
                pass
    assert refused.value.errors is not None
    assert [error["extensions"]["code"] for error in refused.value.errors] == ["RESPONSE_TOO_LARGE"]


SLOW_SUBSCRIPTIONS = {
    "turnAdded(interviewId: $id) { seq }": "models.reads.credentials.CredentialReader.read_access_state",
    "interimTranscript(interviewId: $id) { text }": "models.reads.credentials.CredentialReader.read_access_state",
    "interviewChanged(interviewId: $id) { status }": "live.hub.get_interview",
    "interviewChanged(interviewId: $id) { usage { messages } }": "schema.loaders.read_interview_usages",
    "interviewsChanged { status }": "resolvers.subscriptions.list_interviews",
    "liveInterviews { kind }": "resolvers.subscriptions.list_interviews",
    "changed { cursor }": "resolvers.changes.read_changes",
}
"""Subscriptions, and what hangs while they are opened or while an event is executed."""


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[None]]:
    """A function that does not return. The time of the operation that calls it is over."""
    timeouts: list[asyncio.Timeout] = []
    enforce_time = OperationLimits.enforce_time

    @asynccontextmanager
    async def enforce(limits: OperationLimits) -> AsyncIterator[asyncio.Timeout]:
        async with enforce_time(limits) as timeout:
            timeouts.append(timeout)
            yield timeout

    async def hang(*_: Any) -> None:
        timeouts[-1].reschedule(asyncio.get_running_loop().time())
        await asyncio.Event().wait()

    monkeypatch.setattr(OperationLimits, "enforce_time", enforce)
    return hang


async def test_subscription_that_takes_too_long_to_open_or_to_execute_an_event_is_stopped(
    server: ServerAddress, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, hang: Callable[..., Awaitable[None]]
) -> None:
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, "Hello.")
    opened = "turnAdded(interviewId: $id) { text }"
    async with server.open_client(await issue_token(tenant, Role.ADMIN)) as session:

        def subscribe(text: str) -> AsyncGenerator[dict[str, Any], None]:
            head = "subscription($id: ID!)" if "$id" in text else "subscription"
            values = {"id": global_id_of(interview)} if "$id" in text else {}
            events: AsyncGenerator[dict[str, Any], None] = session.subscribe(
                GraphQLRequest(f"{head} {{ {text} }}", variable_values=values)
            )
            return events

        async def expect_timeout(text: str, slow: str) -> None:
            with monkeypatch.context() as patched, pytest.raises(TransportQueryError) as stopped:
                patched.setattr(slow, hang)
                await anext(subscribe(text))
            assert stopped.value.errors is not None
            assert [error["extensions"]["code"] for error in stopped.value.errors] == ["TIMEOUT"], text

        for text, slow in SLOW_SUBSCRIPTIONS.items():
            await expect_timeout(text, slow)
        first = subscribe(opened)
        assert await anext(first) == {"turnAdded": {"text": "Hello."}}
        # a second subscriber joins the execution of the first one
        await expect_timeout(opened, "resolvers.subscriptions.follow_turns")
        await add_candidate_turn(interview, "I am still here.")
        assert await anext(first) == {"turnAdded": {"text": "I am still here."}}
        await first.aclose()


async def test_open_subscription_waits_for_its_next_event_without_a_time_limit(
    server: ServerAddress, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: asyncio.Queue[asyncio.Timeout | None] = asyncio.Queue()
    end_opening = SubscriptionContext.end_opening

    def end(context: SubscriptionContext) -> None:
        timeout = context.opening
        end_opening(context)
        opened.put_nowait(timeout)

    monkeypatch.setattr(SubscriptionContext, "end_opening", end)
    interview_id = global_id_of(await tenant.make_interview(status=InterviewStatus.SCHEDULED))
    async with server.open_client(await issue_token(tenant, Role.ADMIN)) as session:
        for text in (f'turnAdded(interviewId: "{interview_id}") {{ seq }}', "interviewsChanged { status }", "changed { cursor }"):
            following = asyncio.ensure_future(anext(session.subscribe(gql(f"subscription {{ {text} }}"))))
            timeout = await opened.get()
            assert timeout is not None
            assert timeout.when() is None
            await cancel_and_wait(following)
