"""graphql-transport-ws against a real server: gql as the client, and bare messages where no client would send them."""

import asyncio
from typing import Any

import pytest
import websockets
from gql import GraphQLRequest, gql

from engine import metrics
from lifecycle.states import end_interview
from models.documents.interview import EndReason, Interview
from models.documents.organization import Role, list_keys, revoke_key
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.helpers import wait_until
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token
from tests.schema.shared_turns import TURN_ADDED

# --- what works


async def test_turns_come_as_they_are_stored_and_the_stream_completes_with_the_interview(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    await add_candidate_turn(interview, "first")
    async with server.open_client(await issue_token(tenant, Role.VIEWER)) as session:
        seen = []
        async for event in session.subscribe(GraphQLRequest(TURN_ADDED, variable_values={"id": global_id_of(interview)})):
            seen.append((event["turnAdded"]["seq"], event["turnAdded"]["text"]))
            if len(seen) == 1:
                await tenant.services.live.publish_turn(await add_candidate_turn(interview, "second"))
            if len(seen) == 2:
                await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        assert seen == [(1, "first"), (2, "second")]


async def test_a_wall_shows_what_goes_on_and_what_changes(server: ServerAddress, tenant: Tenant, interview: Interview) -> None:
    wall = gql("subscription { interviewsChanged { id status position { title } candidate { name } } }")
    async with server.open_client(await issue_token(tenant, Role.VIEWER)) as session:
        seen = []
        async for event in session.subscribe(wall):
            seen.append(event["interviewsChanged"]["status"])
            if len(seen) == 1:
                await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
            if seen[-1] == "COMPLETED":
                break
        assert seen[0] == "IN_PROGRESS"


async def test_interviews_and_words_that_are_no_turns_yet_can_be_followed(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:

    from live.messages import Interim
    from models.documents.turn import Speaker
    from models.storage.clock import now

    token = await issue_token(tenant, Role.CANDIDATE, interview)
    variables = {"id": global_id_of(interview)}
    words = GraphQLRequest(
        "subscription($id: ID!) { interimTranscript(interviewId: $id) { speaker text afterSeq } }", variable_values=variables
    )
    changes = GraphQLRequest(
        "subscription($id: ID!) { interviewChanged(interviewId: $id) { status progress { questions } } }",
        variable_values=variables,
    )
    async with server.open_client(token) as session:
        async for event in session.subscribe(changes):
            assert event["interviewChanged"] == {"status": "IN_PROGRESS", "progress": {"questions": 3}}
            break

        async def speak() -> None:
            while True:
                interim = Interim(interview.id, Speaker.INTERVIEWER, "So far", 0, now())
                await tenant.services.live.publish_interim(interim)
                await asyncio.sleep(0.02)

        speaking = asyncio.create_task(speak())
        async for event in session.subscribe(words):
            assert event["interimTranscript"] == {"speaker": "INTERVIEWER", "text": "So far", "afterSeq": 0}
            break
        speaking.cancel()


async def test_queries_run_on_the_same_connection(server: ServerAddress, tenant: Tenant) -> None:
    async with server.open_client(await issue_token(tenant, Role.VIEWER)) as session:
        assert await session.execute(gql("{ viewer { role } }")) == {"viewer": {"role": "VIEWER"}}


async def test_a_client_that_leaves_ends_its_streams(server: ServerAddress, tenant: Tenant, interview: Interview) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for number in range(3):
            await client.subscribe(TURN_ADDED, str(number), id=global_id_of(interview))
        await add_candidate_turn(interview, "hello")
        assert {(await client.receive())["id"] for _ in range(3)} == {"0", "1", "2"}
        assert metrics.OPEN_STREAMS._value.get() == 3
    await wait_until(lambda: not metrics.OPEN_STREAMS._value.get() and not metrics.OPEN_SOCKETS._value.get())


async def test_a_stream_that_is_completed_by_the_client_ends_alone(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURN_ADDED, "a", id=global_id_of(interview))
        await client.subscribe(TURN_ADDED, "b", id=global_id_of(interview))
        await client.send({"type": "complete", "id": "a"})
        # what comes before the pong came before the server had read that
        await client.send({"type": "ping"})
        assert await client.receive() == {"type": "pong"}
        await add_candidate_turn(interview, "hello")
        assert (await client.receive())["id"] == "b"


@pytest.mark.parametrize("how", ["complete", "close"])
async def test_a_stream_ends_though_it_lost_its_cancellation(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("live.cancellation.CANCEL_RETRY_SECONDS", 0.1)
    begun, losses = asyncio.Event(), 0

    async def stubborn(*_: Any) -> Any:
        nonlocal losses
        while True:
            begun.set()
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                losses += 1
                if losses > 1:
                    raise
        yield

    monkeypatch.setattr("live.hub.LiveHub.follow_turns", stubborn)
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURN_ADDED, "a", id=global_id_of(interview))
        await begun.wait()
        if how == "complete":
            await client.send({"type": "complete", "id": "a"})
            await wait_until(lambda: not metrics.OPEN_STREAMS._value.get())
            # the connection goes on
            await client.subscribe("{ __typename }", "a")
            assert (await client.receive())["id"] == "a"
    await wait_until(lambda: not metrics.OPEN_STREAMS._value.get() and not metrics.OPEN_SOCKETS._value.get())
    assert losses == 2


# --- who may


async def test_without_a_credential_only_the_invite_s_own_operations_answer(server: ServerAddress, tenant: Tenant) -> None:
    scheduled = await tenant.make_interview()
    async with connect_raw(server) as client:
        await client.subscribe("query($t: String!) { invitation(token: $t) { candidateName } }", t=tenant.invite_token(scheduled))
        assert (await client.receive())["payload"] == {"data": {"invitation": {"candidateName": "Ada Lovelace"}}}
        assert (await client.receive())["type"] == "complete"
        for name, query in (("q", "{ interviews { nodes { id } } }"), ("s", "subscription { interviewsChanged { id } }")):
            await client.subscribe(query, name)
            message = await client.receive()
            errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
            assert [error["extensions"]["code"] for error in errors] == ["UNAUTHENTICATED"]
            if message["type"] == "next":
                assert (await client.receive())["type"] == "complete"


@pytest.mark.parametrize("authorization", ["Bearer viva_wrong", "viva_wrong", "", 7, {"a": 1}])
async def test_a_false_credential_closes_the_socket_for_good(server: ServerAddress, authorization: Any) -> None:
    async with connect_raw(server, init=False) as client:
        await client.send({"type": "connection_init", "payload": {"authorization": authorization}})
        code, reason = await client.wait_closed()
        assert code == 4401
        assert reason.startswith("UNAUTHENTICATED: ")


async def test_the_header_of_the_handshake_is_a_credential_too(server: ServerAddress, tenant: Tenant) -> None:
    headers = {"Authorization": f"Bearer {await issue_token(tenant, Role.VIEWER)}"}
    async with connect_raw(server, additional_headers=headers) as client:
        await client.subscribe("{ viewer { role } }")
        assert (await client.receive())["payload"] == {"data": {"viewer": {"role": "VIEWER"}}}


async def test_a_key_that_is_revoked_ends_the_connection_with_its_next_operation(server: ServerAddress, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    (key,) = await list_keys(tenant.id)
    async with connect_raw(server, token) as client:
        await revoke_key(key.id)
        await client.subscribe("subscription { interviewsChanged { id } }")
        code, reason = await client.wait_closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")


async def test_a_stream_whose_caller_loses_access_closes_the_socket_with_a_name(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifecycle.access_monitor._seconds_to_check", lambda *_: 0.05)
    token = await issue_token(tenant, Role.VIEWER)
    (key,) = await list_keys(tenant.id)
    await add_candidate_turn(interview, "hello")
    async with connect_raw(server, token) as client:
        await client.subscribe(TURN_ADDED, id=global_id_of(interview))
        assert (await client.receive())["type"] == "next"
        await revoke_key(key.id)
        code, reason = await client.wait_closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")


async def test_pages_of_other_origins_are_not_let_in(server: ServerAddress) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connect_raw(server, init=False, origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_the_page_of_the_own_host_is_let_in(server: ServerAddress) -> None:
    async with connect_raw(server, origin=f"http://127.0.0.1:{server.port}"):
        pass
