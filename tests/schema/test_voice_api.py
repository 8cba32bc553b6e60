"""Interviews by voice, over the wire: started, joined, switched to writing and back, ended; on a real LiveKit."""

import asyncio
from typing import Any

import jwt
import pytest
from bson import ObjectId

from lifecycle.consent import CURRENT
from lifecycle.rooms import name_of
from lifecycle.rounds import reconcile
from lifecycle.states import finish_interview
from models import room
from models.interview import DISPATCH, EndReason, Interview, InterviewStatus, get_interview
from models.organization import Role
from models.transition import release_lease
from models.turn import Channel
from resolvers.ids import Kind, decode
from sandbox.livekit.server import LivekitServer
from tests.live.reading import eventually
from tests.resolvers.tenant import Tenant
from tests.rooms import Livekit
from tests.schema.api import Answer, Api, token_of

CONSENT = {"textVersion": CURRENT, "recording": True}
GIVEN = {"candidateName": "Ada", "positionKey": "tester", "consent": CONSENT}
SELECTED = "interview { id status channel } access { token room { url name token } } invite { token }"
JOINED = "interview { id status channel } access { token room { url name token } }"
LONG = 60.0


async def start(api: Api, tenant: Tenant, **given: Any) -> Answer:
    token = await token_of(tenant, Role.RECRUITER)
    return await api.change("startInterview", token, SELECTED, **{**GIVEN, **given})


async def started(api: Api, tenant: Tenant, **given: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await start(api, tenant, **given))["startInterview"]
    return payload


async def join(api: Api, invite: str, **given: Any) -> dict[str, Any]:
    answer = await api.change("joinInterview", None, JOINED, invite=invite, **given)
    payload: dict[str, Any] = answer["joinInterview"]
    return payload


async def stored(payload: dict[str, Any]) -> Interview:
    """The interview of a payload as it is now."""
    interview = await get_interview(decode(Kind.INTERVIEW, payload["interview"]["id"]))
    assert interview
    return interview


async def attended(interview: Interview) -> Interview:
    """The same after the interviewer that was sent for has come."""
    claimed = await room.claim_voice(ObjectId(interview.id), interview.fence, "agent", LONG)
    assert claimed
    return claimed


async def is_closed(livekit: Livekit, interview: Interview) -> None:
    async def closed() -> bool:
        return not await livekit.rooms(interview)

    await eventually(closed)


async def test_a_started_interview_has_a_room_an_interviewer_on_the_way_and_a_key(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    payload = await started(api, tenant)
    assert (payload["interview"]["status"], payload["interview"]["channel"]) == ("WAITING", "VOICE")
    interview = await stored(payload)
    access = payload["access"]["room"]
    assert (access["url"], access["name"]) == (livekit_server.url, name_of(ObjectId(interview.id)))
    claims = jwt.decode(access["token"], livekit_server.api_secret, algorithms=["HS256"])
    assert (claims["sub"], claims["video"]["room"]) == ("candidate", access["name"])
    assert interview.lease
    assert interview.lease.holder == DISPATCH
    assert await livekit.fences(interview) == [interview.fence]


async def test_five_calls_with_one_key_make_one_interview_one_room_and_one_dispatch(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    token = await token_of(tenant, Role.INTEGRATION)
    given = {**GIVEN, "idempotencyKey": "key"}
    answers = await asyncio.gather(*(api.change("startInterview", token, SELECTED, **given) for _ in range(5)))
    payloads = [answer["startInterview"] for answer in answers]
    assert len({payload["interview"]["id"] for payload in payloads}) == 1
    interview = await stored(payloads[0])
    assert len(await livekit.rooms(interview)) == 1
    assert await livekit.fences(interview) == [1]


async def test_what_livekits_absence_left_undone_is_finished_by_the_same_call(
    own_livekit: LivekitServer, api: Api, tenant: Tenant
) -> None:
    token = await token_of(tenant, Role.INTEGRATION)
    given = {**GIVEN, "idempotencyKey": "key"}
    await own_livekit.kill()
    refused = await api.change("startInterview", token, SELECTED, **given)
    assert (refused.data, refused.codes) == ({"startInterview": None}, ["UNAVAILABLE"])
    assert "use channel TEXT" in refused.error["message"]
    assert refused.error["extensions"]["retryAfterSeconds"] > 0
    await own_livekit.start()
    payload = (await api.change("startInterview", token, SELECTED, **given))["startInterview"]
    assert payload["access"]["room"]
    assert await Interview.find({"organization_id": tenant.id}).count() == 1
    interview = await stored(payload)
    assert ObjectId(interview.id) in await tenant.services.rooms.list_open()


async def test_an_invited_candidate_opens_the_room_and_comes_back_with_a_fresh_key(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    scheduled = await api.change("scheduleInterview", token, "invite { token }", candidateName="Ada", positionKey="tester")
    invite = scheduled["scheduleInterview"]["invite"]["token"]
    first = await join(api, invite, consent=CONSENT)
    interview = await stored(first)
    assert interview.status is InterviewStatus.WAITING
    assert await livekit.fences(interview) == [1]
    await attended(interview)
    again = await join(api, invite)
    assert again["access"]["room"]["name"] == first["access"]["room"]["name"]
    assert await livekit.fences(interview) == [1], "the one who is there is enough"


async def test_who_comes_back_after_the_interviewer_died_is_expected_by_another(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    payload = await started(api, tenant)
    interview = await attended(await stored(payload))
    await release_lease(ObjectId(interview.id), interview.fence)
    await join(api, payload["invite"]["token"])
    assert await livekit.fences(interview) == [1, 2]


async def test_a_candidate_may_go_on_in_writing_and_come_back(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    payload = await started(api, tenant)
    invite = payload["invite"]["token"]
    interview = await attended(await stored(payload))
    await room.mark_present(ObjectId(interview.id), "PA_1")
    written = await join(api, invite, channel="TEXT")
    assert (written["interview"]["channel"], written["access"]["room"]) == ("TEXT", None)
    in_text = await stored(payload)
    assert (in_text.fence, in_text.lease) == (2, None)
    assert in_text.due_at is not None
    spoken = await join(api, invite, channel="VOICE")
    assert spoken["interview"]["channel"] == "VOICE"
    assert spoken["access"]["room"]
    back = await stored(payload)
    assert (back.fence, back.due_at) == (3, None)
    assert await livekit.fences(interview) == [1, 3]


async def test_who_goes_on_in_writing_is_put_out_of_the_room_and_stays_out(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    payload = await started(api, tenant)
    interview = await attended(await stored(payload))
    async with livekit.guest(interview), livekit.guest(interview, "agent", livekit.settings.agent_name):
        await reconcile(tenant.services)
        await join(api, payload["invite"]["token"], channel="TEXT")

        async def are_out() -> bool:
            return await livekit.identities(interview) == set()

        await eventually(are_out)
        await reconcile(tenant.services)
        now = await stored(payload)
        assert now.channel is Channel.TEXT
        assert now.room
        assert now.room.participant is None


async def test_a_typed_interview_goes_on_by_voice_when_the_candidate_asks_for_it(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    payload = await started(api, tenant, channel="TEXT")
    assert payload["access"]["room"] is None
    spoken = await join(api, payload["invite"]["token"], channel="VOICE")
    assert spoken["access"]["room"]["name"] == name_of(ObjectId((await stored(payload)).id))
    assert await livekit.fences(await stored(payload)) == [1]


# --- typed into an interview by voice


async def message(api: Api, payload: dict[str, Any], text: str, **given: Any) -> None:
    wanted = {"interviewId": payload["interview"]["id"], "text": text, **given}
    (await api.change("sendMessage", payload["access"]["token"], "turn { seq }", **wanted))["sendMessage"]


async def test_what_is_typed_while_the_candidate_is_in_the_room_is_left_to_the_voice(
    livekit_server: LivekitServer, api: Api, tenant: Tenant
) -> None:
    payload = await started(api, tenant)
    interview = await attended(await stored(payload))
    await room.mark_present(ObjectId(interview.id), "PA_1")
    await message(api, payload, "I spell it: L-o-v-e-l-a-c-e.")
    now = await stored(payload)
    assert (now.channel, now.fence, now.last_candidate_seq) == (Channel.VOICE, interview.fence, 1)


@pytest.mark.parametrize("came", [False, True])
async def test_what_is_typed_outside_the_room_is_answered_in_writing(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, came: bool
) -> None:
    payload = await started(api, tenant)
    interview = await attended(await stored(payload))
    if came:
        await room.mark_present(ObjectId(interview.id), "PA_1")
        await room.mark_away(ObjectId(interview.id), "PA_1")
    await message(api, payload, "My microphone does not work.", idempotencyKey="1")
    now = await stored(payload)
    assert (now.channel, now.fence, now.lease) == (Channel.TEXT, interview.fence + 1, None)
    assert now.due_at is not None
    await message(api, payload, "My microphone does not work.", idempotencyKey="1")
    assert (await stored(payload)).fence == now.fence, "once"


# --- the end


async def test_the_last_words_are_stored_before_the_room_is_closed(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    payload = await started(api, tenant)
    interview = await attended(await stored(payload))
    ended = await api.change(
        "endInterview", payload["access"]["token"], "interview { status }", interviewId=payload["interview"]["id"]
    )
    assert ended["endInterview"]["interview"]["status"] == "ENDING"
    assert await livekit.rooms(interview), "whoever attends has the last word"
    await finish_interview(tenant.services, await stored(payload))
    await is_closed(livekit, interview)
    again = await api.change("joinInterview", None, JOINED, invite=payload["invite"]["token"])
    assert again.codes == ["CONFLICT"]


async def test_an_interview_to_which_no_interviewer_has_come_ends_at_once(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit
) -> None:
    payload = await started(api, tenant)
    ended = await api.change(
        "endInterview", payload["access"]["token"], "interview { status }", interviewId=payload["interview"]["id"]
    )
    assert ended["endInterview"]["interview"]["status"] == "COMPLETED"
    assert (await stored(payload)).end_reason is EndReason.CANDIDATE_ENDED
    await is_closed(livekit, await stored(payload))


@pytest.mark.parametrize("mutation", ["cancelInterview", "eraseInterview"])
async def test_the_room_goes_with_the_interview(
    livekit_server: LivekitServer, api: Api, tenant: Tenant, livekit: Livekit, mutation: str
) -> None:
    payload = await started(api, tenant)
    interview = await attended(await stored(payload))
    answer = await api.change(
        mutation, await token_of(tenant, Role.ADMIN), "interview { id }", interviewId=payload["interview"]["id"]
    )
    assert answer[mutation]
    await is_closed(livekit, interview)


async def test_livekit_away_holds_up_no_end(own_livekit: LivekitServer, api: Api, tenant: Tenant) -> None:
    payload = await started(api, tenant)
    await own_livekit.kill()
    ended = await api.change(
        "endInterview", payload["access"]["token"], "interview { status }", interviewId=payload["interview"]["id"]
    )
    assert ended["endInterview"]["interview"]["status"] == "COMPLETED"
