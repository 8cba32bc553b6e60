"""Voice interviews through the API, with a real LiveKit server: starting, joining, switching channels and ending."""

import asyncio
from typing import Any

import jwt
import pytest
from bson import ObjectId

from lifecycle.reconciler import reconcile_rooms
from lifecycle.rooms import build_room_name
from lifecycle.states import finish_interview
from models.documents.interview import EndReason, Interview, InterviewStatus, get_interview
from models.documents.organization import Role
from models.documents.turn import Channel
from models.storage.lease import PENDING_DISPATCH
from models.writes import room_transitions
from models.writes.interview_transitions import release_interview_lease
from resolvers.ids import IdKind, decode_id
from sandbox.livekit.server import LivekitServer
from tests.factories import LEASE_SECONDS
from tests.helpers import wait_until
from tests.livekit_probe import LivekitProbe
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

START_INPUT = {"candidateName": "Ada", "positionKey": "tester", "consent": CONSENT_INPUT}
START_SELECTION = "interview { id status channel } access { token room { url name token } } invite { token }"
JOIN_SELECTION = "interview { id status channel } access { token room { url name token } }"


async def start_interview(api: ApiClient, tenant: Tenant, **fields: Any) -> GraphQLResponse:
    token = await issue_token(tenant, Role.RECRUITER)
    return await api.mutate("startInterview", token, START_SELECTION, **{**START_INPUT, **fields})


async def start_successfully(api: ApiClient, tenant: Tenant, **fields: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await start_interview(api, tenant, **fields))["startInterview"]
    return payload


async def join_successfully(api: ApiClient, invite: str, **fields: Any) -> dict[str, Any]:
    response = await api.mutate("joinInterview", None, JOIN_SELECTION, invite=invite, **fields)
    payload: dict[str, Any] = response["joinInterview"]
    return payload


async def load_stored_interview(payload: dict[str, Any]) -> Interview:
    """Return the stored interview of a payload."""
    interview = await get_interview(decode_id(IdKind.INTERVIEW, payload["interview"]["id"]))
    assert interview
    return interview


async def claim_as_interviewer(interview: Interview) -> Interview:
    """Claim the lease as the dispatched interviewer does, and return the interview."""
    claimed = await room_transitions.claim_interviewer_lease(interview.id, interview.fence, "agent", LEASE_SECONDS)
    assert claimed
    return claimed


async def wait_until_closed(livekit: LivekitProbe, interview: Interview) -> None:
    async def is_gone() -> bool:
        return not await livekit.list_rooms(interview)

    await wait_until(is_gone)


async def test_started_voice_interview_has_a_room_a_dispatch_and_a_room_token(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    payload = await start_successfully(api, tenant)
    assert (payload["interview"]["status"], payload["interview"]["channel"]) == ("WAITING", "VOICE")
    interview = await load_stored_interview(payload)
    access = payload["access"]["room"]
    assert (access["url"], access["name"]) == (livekit_server.url, build_room_name(interview.id))
    claims = jwt.decode(access["token"], livekit_server.api_secret, algorithms=["HS256"])
    assert (claims["sub"], claims["video"]["room"]) == ("candidate", access["name"])
    assert interview.lease
    assert interview.lease.holder == PENDING_DISPATCH
    assert await livekit.list_interviewer_fences(interview) == [interview.fence]


async def test_five_calls_with_one_key_create_one_interview_room_and_dispatch(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    input_fields = {**START_INPUT, "idempotencyKey": "key"}
    responses = await asyncio.gather(*(api.mutate("startInterview", token, START_SELECTION, **input_fields) for _ in range(5)))
    payloads = [response["startInterview"] for response in responses]
    assert len({payload["interview"]["id"] for payload in payloads}) == 1
    interview = await load_stored_interview(payloads[0])
    assert len(await livekit.list_rooms(interview)) == 1
    assert await livekit.list_interviewer_fences(interview) == [1]


async def test_repeating_the_call_completes_what_a_livekit_outage_interrupted(
    own_livekit: LivekitServer, api: ApiClient, tenant: Tenant
) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    input_fields = {**START_INPUT, "idempotencyKey": "key"}
    await own_livekit.kill()
    refused = await api.mutate("startInterview", token, START_SELECTION, **input_fields)
    assert (refused.data, refused.codes) == ({"startInterview": None}, ["UNAVAILABLE"])
    assert "use channel TEXT" in refused.error["message"]
    assert refused.error["extensions"]["retryAfterSeconds"] > 0
    await own_livekit.start()
    payload = (await api.mutate("startInterview", token, START_SELECTION, **input_fields))["startInterview"]
    assert payload["access"]["room"]
    assert await Interview.find({"organization_id": tenant.id}).count() == 1
    interview = await load_stored_interview(payload)
    assert interview.id in await tenant.services.rooms.list_interviews_with_room()


async def test_candidate_opens_the_room_and_rejoins_with_a_new_token(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    scheduled = await api.mutate("scheduleInterview", token, "invite { token }", candidateName="Ada", positionKey="tester")
    invite = scheduled["scheduleInterview"]["invite"]["token"]
    first = await join_successfully(api, invite, consent=CONSENT_INPUT)
    interview = await load_stored_interview(first)
    assert interview.status is InterviewStatus.WAITING
    assert await livekit.list_interviewer_fences(interview) == [1]
    await claim_as_interviewer(interview)
    again = await join_successfully(api, invite)
    assert again["access"]["room"]["name"] == first["access"]["room"]["name"]
    assert await livekit.list_interviewer_fences(interview) == [1], "the one who is there is enough"


async def test_rejoining_after_the_interviewer_died_dispatches_another(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    payload = await start_successfully(api, tenant)
    interview = await claim_as_interviewer(await load_stored_interview(payload))
    await release_interview_lease(interview.id, interview.fence)
    await join_successfully(api, payload["invite"]["token"])
    assert await livekit.list_interviewer_fences(interview) == [1, 2]


async def test_candidate_may_switch_to_text_and_back(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    payload = await start_successfully(api, tenant)
    invite = payload["invite"]["token"]
    interview = await claim_as_interviewer(await load_stored_interview(payload))
    await room_transitions.mark_present(interview.id, "PA_1")
    written = await join_successfully(api, invite, channel="TEXT")
    assert (written["interview"]["channel"], written["access"]["room"]) == ("TEXT", None)
    in_text = await load_stored_interview(payload)
    assert (in_text.fence, in_text.lease) == (2, None)
    assert in_text.due_at is not None
    spoken = await join_successfully(api, invite, channel="VOICE")
    assert spoken["interview"]["channel"] == "VOICE"
    assert spoken["access"]["room"]
    back = await load_stored_interview(payload)
    assert (back.fence, back.due_at) == (3, None)
    assert await livekit.list_interviewer_fences(interview) == [1, 3]


async def test_switching_to_text_removes_the_candidate_from_the_room(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    payload = await start_successfully(api, tenant)
    interview = await claim_as_interviewer(await load_stored_interview(payload))
    async with livekit.join(interview), livekit.join(interview, "agent", livekit.settings.agent_name):
        await reconcile_rooms(tenant.services)
        await join_successfully(api, payload["invite"]["token"], channel="TEXT")

        async def are_out() -> bool:
            return await livekit.list_identities(interview) == set()

        await wait_until(are_out)
        await reconcile_rooms(tenant.services)
        now = await load_stored_interview(payload)
        assert now.channel is Channel.TEXT
        assert now.room
        assert now.room.participant is None


async def test_text_interview_switches_to_voice_on_request(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    payload = await start_successfully(api, tenant, channel="TEXT")
    assert payload["access"]["room"] is None
    spoken = await join_successfully(api, payload["invite"]["token"], channel="VOICE")
    assert spoken["access"]["room"]["name"] == build_room_name(ObjectId((await load_stored_interview(payload)).id))
    assert await livekit.list_interviewer_fences(await load_stored_interview(payload)) == [1]


# --- typed into an interview by voice


async def send_message(api: ApiClient, payload: dict[str, Any], text: str, **fields: Any) -> None:
    input_fields = {"interviewId": payload["interview"]["id"], "text": text, **fields}
    (await api.mutate("sendMessage", payload["access"]["token"], "turn { seq }", **input_fields))["sendMessage"]


async def test_message_typed_in_the_room_is_answered_by_voice(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant
) -> None:
    payload = await start_successfully(api, tenant)
    interview = await claim_as_interviewer(await load_stored_interview(payload))
    await room_transitions.mark_present(interview.id, "PA_1")
    await send_message(api, payload, "I spell it: L-o-v-e-l-a-c-e.")
    now = await load_stored_interview(payload)
    assert (now.channel, now.fence, now.last_candidate_seq) == (Channel.VOICE, interview.fence, 1)


@pytest.mark.parametrize("came", [False, True])
async def test_message_typed_outside_the_room_is_answered_by_text(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, came: bool
) -> None:
    payload = await start_successfully(api, tenant)
    interview = await claim_as_interviewer(await load_stored_interview(payload))
    if came:
        await room_transitions.mark_present(interview.id, "PA_1")
        await room_transitions.mark_away(interview.id, "PA_1")
    await send_message(api, payload, "My microphone does not work.", idempotencyKey="1")
    now = await load_stored_interview(payload)
    assert (now.channel, now.fence, now.lease) == (Channel.TEXT, interview.fence + 1, None)
    assert now.due_at is not None
    await send_message(api, payload, "My microphone does not work.", idempotencyKey="1")
    assert (await load_stored_interview(payload)).fence == now.fence, "once"


# --- the end


async def test_last_turns_are_stored_before_the_room_is_deleted(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    payload = await start_successfully(api, tenant)
    interview = await claim_as_interviewer(await load_stored_interview(payload))
    ended = await api.mutate(
        "endInterview", payload["access"]["token"], "interview { status }", interviewId=payload["interview"]["id"]
    )
    assert ended["endInterview"]["interview"]["status"] == "ENDING"
    assert await livekit.list_rooms(interview), "the room must remain until the interviewer has stored its last turns"
    await finish_interview(tenant.services, await load_stored_interview(payload))
    await wait_until_closed(livekit, interview)
    again = await api.mutate("joinInterview", None, JOIN_SELECTION, invite=payload["invite"]["token"])
    assert again.codes == ["CONFLICT"]


async def test_interview_without_an_interviewer_ends_immediately(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe
) -> None:
    payload = await start_successfully(api, tenant)
    ended = await api.mutate(
        "endInterview", payload["access"]["token"], "interview { status }", interviewId=payload["interview"]["id"]
    )
    assert ended["endInterview"]["interview"]["status"] == "COMPLETED"
    assert (await load_stored_interview(payload)).end_reason is EndReason.CANDIDATE_ENDED
    await wait_until_closed(livekit, await load_stored_interview(payload))


@pytest.mark.parametrize("mutation", ["cancelInterview", "eraseInterview"])
async def test_room_is_deleted_with_its_interview(
    livekit_server: LivekitServer, api: ApiClient, tenant: Tenant, livekit: LivekitProbe, mutation: str
) -> None:
    payload = await start_successfully(api, tenant)
    interview = await claim_as_interviewer(await load_stored_interview(payload))
    response = await api.mutate(
        mutation, await issue_token(tenant, Role.ADMIN), "interview { id }", interviewId=payload["interview"]["id"]
    )
    assert response[mutation]
    await wait_until_closed(livekit, interview)


async def test_livekit_outage_does_not_delay_the_end(own_livekit: LivekitServer, api: ApiClient, tenant: Tenant) -> None:
    payload = await start_successfully(api, tenant)
    await own_livekit.kill()
    ended = await api.mutate(
        "endInterview", payload["access"]["token"], "interview { status }", interviewId=payload["interview"]["id"]
    )
    assert ended["endInterview"]["interview"]["status"] == "COMPLETED"
