"""GraphQL over WebSocket: subscriptions, their cancellation, and authorization, over a real server."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import websockets
from gql import GraphQLRequest, gql
from gql.client import AsyncClientSession

from engine import metrics
from lifecycle.states import end_interview
from live.messages import Interim
from models.documents.interview import EndReason, Interview
from models.documents.organization import Role, list_keys, revoke_key
from models.documents.turn import Speaker, Turn
from models.storage.clock import now
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.helpers import ignore_first_cancellation, wait_until
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token
from tests.schema.shared_turns import TURN_ADDED

# --- subscriptions


async def test_subscription_sends_new_turns_and_completes_with_the_interview(
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


async def test_live_list_sends_the_present_interviews_and_then_changes(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    live_list = gql("subscription { interviewsChanged { id status position { title } candidate { name } } }")
    async with server.open_client(await issue_token(tenant, Role.VIEWER)) as session:
        seen = []
        async for event in session.subscribe(live_list):
            seen.append(event["interviewsChanged"]["status"])
            if len(seen) == 1:
                await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
            if seen[-1] == "COMPLETED":
                break
        assert seen[0] == "IN_PROGRESS"


async def test_dashboard_drops_what_left_while_it_was_disconnected(server: ServerAddress, tenant: Tenant) -> None:
    staying, leaving = await tenant.make_interview(), await tenant.make_interview()
    live_list = gql("subscription { liveInterviews { kind interview { id } } }")
    shown: set[str] = set()

    async def follow(session: AsyncClientSession, until: str) -> list[str]:
        """Apply events to what the dashboard shows, until one of this kind, and return their kinds."""
        snapshot: set[str] = set()
        kinds = []
        async for message in session.subscribe(live_list):
            event = message["liveInterviews"]
            kinds.append(event["kind"])
            match event["kind"]:
                case "SNAPSHOT":
                    snapshot.add(event["interview"]["id"])
                case "SNAPSHOT_COMPLETE":
                    assert event["interview"] is None
                    shown.clear()
                    shown.update(snapshot)
                case "CHANGED":
                    shown.add(event["interview"]["id"])
                case "REMOVED":
                    shown.discard(event["interview"]["id"])
            if kinds[-1] == until:
                break
            if until == "REMOVED" and kinds[-1] == "SNAPSHOT_COMPLETE":
                await end_interview(tenant.services, staying, EndReason.RECRUITER_ENDED)
        return kinds

    token = await issue_token(tenant, Role.VIEWER)
    async with server.open_client(token) as session:
        assert await follow(session, "SNAPSHOT_COMPLETE") == ["SNAPSHOT", "SNAPSHOT", "SNAPSHOT_COMPLETE"]
    assert shown == {global_id_of(staying), global_id_of(leaving)}
    await end_interview(tenant.services, leaving, EndReason.RECRUITER_ENDED)
    async with server.open_client(token) as session:
        kinds = await follow(session, "REMOVED")
    assert kinds[:2] == ["SNAPSHOT", "SNAPSHOT_COMPLETE"] and kinds[-1] == "REMOVED"
    assert shown == set()


async def test_empty_live_list_says_that_its_snapshot_is_complete(server: ServerAddress, tenant: Tenant) -> None:
    async with server.open_client(await issue_token(tenant, Role.VIEWER)) as session:
        async for event in session.subscribe(gql("subscription { liveInterviews { kind interview { id } } }")):
            assert event["liveInterviews"] == {"kind": "SNAPSHOT_COMPLETE", "interview": None}
            break


async def test_candidate_can_subscribe_to_interview_changes_and_interim_transcripts(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
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


async def test_disconnecting_ends_all_streams_of_the_client(server: ServerAddress, tenant: Tenant, interview: Interview) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for number in range(3):
            await client.subscribe(TURN_ADDED, str(number), id=global_id_of(interview))
        await add_candidate_turn(interview, "hello")
        assert {(await client.receive())["id"] for _ in range(3)} == {"0", "1", "2"}
        assert metrics.OPEN_STREAMS._value.get() == 3
    await wait_until(lambda: not metrics.OPEN_STREAMS._value.get() and not metrics.OPEN_SOCKETS._value.get())


async def test_completing_one_stream_leaves_the_others_running(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURN_ADDED, "a", id=global_id_of(interview))
        await client.subscribe(TURN_ADDED, "b", id=global_id_of(interview))
        await client.send({"type": "complete", "id": "a"})
        # The pong shows that the server has handled the `complete` before it.
        await client.send({"type": "ping"})
        assert await client.receive() == {"type": "pong"}
        await add_candidate_turn(interview, "hello")
        assert (await client.receive())["id"] == "b"


@pytest.mark.parametrize("how", ["complete", "close"])
async def test_stream_that_ignores_its_first_cancellation_ends(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("live.cancellation.CANCEL_RETRY_SECONDS", 0.1)
    started, cancelled = asyncio.Event(), asyncio.Event()
    block = ignore_first_cancellation(started, None)

    async def follow_turns(*_: object) -> AsyncGenerator[Turn, None]:
        try:
            while True:
                await block()
            yield
        except asyncio.CancelledError:
            cancelled.set()
            raise

    monkeypatch.setattr("live.hub.LiveHub.follow_turns", follow_turns)
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURN_ADDED, "a", id=global_id_of(interview))
        await started.wait()
        if how == "complete":
            await client.send({"type": "complete", "id": "a"})
            await wait_until(lambda: not metrics.OPEN_STREAMS._value.get())
            # The connection stays open.
            await client.subscribe("{ __typename }", "a")
            assert (await client.receive())["id"] == "a"
    await wait_until(lambda: not metrics.OPEN_STREAMS._value.get() and not metrics.OPEN_SOCKETS._value.get())
    assert cancelled.is_set()


# --- authorization


async def test_client_without_a_credential_can_only_use_an_invite(server: ServerAddress, tenant: Tenant) -> None:
    scheduled = await tenant.make_interview()
    async with connect_raw(server) as client:
        await client.subscribe("query($t: String!) { invitation(token: $t) { candidateName } }", t=tenant.invite_token(scheduled))
        assert (await client.receive())["payload"]["data"] == {"invitation": {"candidateName": "Ada Lovelace"}}
        assert (await client.receive())["type"] == "complete"
        for name, query in (("q", "{ interviews { nodes { id } } }"), ("s", "subscription { interviewsChanged { id } }")):
            await client.subscribe(query, name)
            message = await client.receive()
            errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
            assert [error["extensions"]["code"] for error in errors] == ["UNAUTHENTICATED"]
            if message["type"] == "next":
                assert (await client.receive())["type"] == "complete"


@pytest.mark.parametrize("authorization", ["Bearer viva_wrong", "viva_wrong", "", 7, {"a": 1}])
async def test_invalid_credential_closes_the_socket_with_4401(server: ServerAddress, authorization: Any) -> None:
    async with connect_raw(server, init=False) as client:
        await client.send({"type": "connection_init", "payload": {"authorization": authorization}})
        code, reason = await client.wait_closed()
        assert code == 4401
        assert reason.startswith("UNAUTHENTICATED: ")


async def test_credential_can_be_sent_in_the_header_of_the_handshake(server: ServerAddress, tenant: Tenant) -> None:
    headers = {"Authorization": f"Bearer {await issue_token(tenant, Role.VIEWER)}"}
    async with connect_raw(server, additional_headers=headers) as client:
        await client.subscribe("{ viewer { role } }")
        assert (await client.receive())["payload"]["data"] == {"viewer": {"role": "VIEWER"}}


async def test_revoked_key_closes_the_socket_with_the_next_operation(server: ServerAddress, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    (key,) = await list_keys(tenant.id)
    async with connect_raw(server, token) as client:
        await revoke_key(key.id)
        await client.subscribe("subscription { interviewsChanged { id } }")
        code, reason = await client.wait_closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")


async def test_revoked_key_closes_the_socket_of_a_running_stream(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifecycle.access_monitor._compute_check_delay", lambda *_: 0.05)
    token = await issue_token(tenant, Role.VIEWER)
    (key,) = await list_keys(tenant.id)
    await add_candidate_turn(interview, "hello")
    async with connect_raw(server, token) as client:
        await client.subscribe(TURN_ADDED, id=global_id_of(interview))
        assert (await client.receive())["type"] == "next"
        await revoke_key(key.id)
        code, reason = await client.wait_closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")


async def test_other_origin_is_refused(server: ServerAddress) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connect_raw(server, init=False, origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_origin_of_the_server_itself_is_accepted(server: ServerAddress) -> None:
    async with connect_raw(server, origin=f"http://127.0.0.1:{server.port}"):
        pass
