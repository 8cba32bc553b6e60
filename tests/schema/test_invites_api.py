"""From the invite to the access, over the wire: scheduled, opened, joined, renewed, expired."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lifecycle.consent import CURRENT
from models.clock import now
from models.interview import Interview, InterviewStatus
from models.organization import Role
from schema.types.scalars import write_datetime
from tests.resolvers.tenant import Tenant, id_of, soon
from tests.schema.api import Answer, Api, token_of

INVITATION = """query($token: String!) { invitation(token: $token) {
  interviewId status organization positionTitle candidateName language channel limitMinutes scheduledFor expiresAt
  consentText { version language text } consent { textVersion recording }
} }"""
JOINED = "interview { id status consent { textVersion givenAt recording } } access { token expiresAt room { name } }"
CONSENT = {"textVersion": CURRENT, "recording": False}


async def schedule(api: Api, tenant: Tenant, **given: Any) -> dict[str, Any]:
    """The payload of scheduleInterview."""
    token = await token_of(tenant, Role.INTEGRATION)
    wanted = {"candidateName": "Ada Lovelace", "positionKey": "tester", "channel": "TEXT", **given}
    selected = "interview { id status scheduledFor expiresAt } invite { token url expiresAt }"
    payload: dict[str, Any] = (await api.change("scheduleInterview", token, selected, **wanted))["scheduleInterview"]
    return payload


async def join(api: Api, invite: str, **given: Any) -> Answer:
    return await api.change("joinInterview", None, JOINED, invite=invite, **given)


async def joined(api: Api, invite: str, **given: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await join(api, invite, **given))["joinInterview"]
    return payload


async def role_of(api: Api, token: str) -> str:
    """The role that a token stands for, or the code of its refusal."""
    answer = await api.ask("{ viewer { role } }", token)
    return str(answer["viewer"]["role"] if not answer.errors else answer.codes[0])


async def test_an_invite_shows_what_it_is_for_and_opens_the_interview(api: Api, tenant: Tenant) -> None:
    scheduled = await schedule(api, tenant, candidateEmail="ada@example.org")
    invite = scheduled["invite"]["token"]
    assert scheduled["interview"]["status"] == "SCHEDULED"
    assert scheduled["invite"]["url"].endswith(f"/join#{invite}")

    shown = (await api.ask(INVITATION, token=invite))["invitation"]
    text = shown.pop("consentText")
    assert shown == {
        "interviewId": scheduled["interview"]["id"],
        "status": "SCHEDULED",
        "organization": tenant.organization.name,
        "positionTitle": "Tester",
        "candidateName": "Ada Lovelace",
        "language": "en",
        "channel": "TEXT",
        "limitMinutes": 30,
        "scheduledFor": None,
        "expiresAt": scheduled["invite"]["expiresAt"],
        "consent": None,
    }
    assert (text["version"], text["language"]) == (CURRENT, "en")
    assert "artificial intelligence" in text["text"]

    came = await joined(api, invite, consent={"textVersion": text["version"], "recording": True})
    assert came["interview"]["status"] == "WAITING"
    assert came["access"]["room"] is None
    assert await role_of(api, came["access"]["token"]) == "CANDIDATE"
    assert (await api.ask(INVITATION, token=invite))["invitation"]["consent"] == {"textVersion": CURRENT, "recording": True}


async def test_without_a_consent_nobody_comes_in(api: Api, tenant: Tenant) -> None:
    invite = (await schedule(api, tenant))["invite"]["token"]
    for given, field in (
        ({}, "consent"),
        ({"consent": None}, "consent"),
        ({"consent": {"textVersion": "2019", "recording": True}}, "consent.textVersion"),
    ):
        refused = await join(api, invite, **given)
        assert (refused.data, refused.codes) == ({"joinInterview": None}, ["BAD_INPUT"])
        assert refused.error["extensions"]["field"] == field
    assert (await api.ask(INVITATION, token=invite))["invitation"]["status"] == "SCHEDULED"


async def test_the_first_consent_stands_whatever_comes_later(api: Api, tenant: Tenant) -> None:
    invite = (await schedule(api, tenant))["invite"]["token"]
    first = (await joined(api, invite, consent=CONSENT))["interview"]["consent"]
    assert (first["textVersion"], first["recording"]) == (CURRENT, False)
    for given in ({}, {"consent": None}, {"consent": {"textVersion": CURRENT, "recording": True}}):
        assert (await joined(api, invite, **given))["interview"]["consent"] == first


async def test_of_several_who_come_at_once_all_get_in_under_one_consent(api: Api, tenant: Tenant) -> None:
    invite = (await schedule(api, tenant))["invite"]["token"]
    given = [{"textVersion": CURRENT, "recording": bool(number % 2)} for number in range(6)]
    came = await asyncio.gather(*(joined(api, invite, consent=consent) for consent in given))
    assert len({str(payload["interview"]["consent"]) for payload in came}) == 1
    assert {await role_of(api, payload["access"]["token"]) for payload in came} == {"CANDIDATE"}


async def test_who_comes_back_gets_a_fresh_access_in_the_middle_of_the_interview(api: Api, tenant: Tenant) -> None:
    invite = (await schedule(api, tenant))["invite"]["token"]
    first = await joined(api, invite, consent=CONSENT)
    said = {"interviewId": first["interview"]["id"], "text": "I was just here."}
    assert (await api.change("sendMessage", first["access"]["token"], "turn { seq }", **said)).errors == []
    again = await joined(api, invite)
    assert again["interview"]["status"] == "IN_PROGRESS"
    said = {"interviewId": again["interview"]["id"], "text": "And here I am again."}
    assert (await api.change("sendMessage", again["access"]["token"], "turn { seq }", **said))["sendMessage"]["turn"]["seq"] == 2


async def test_what_a_joining_caller_sees_is_what_the_candidate_may_see(api: Api, tenant: Tenant) -> None:
    invite = (await schedule(api, tenant, externalId="ATS-7"))["invite"]["token"]
    wanted = "interview { status externalId position { title key } } access { token }"
    admin = await token_of(tenant, Role.ADMIN)
    for token in (None, admin, "viva_worthless"):
        answer = await api.change("joinInterview", token, wanted, invite=invite, consent=CONSENT)
        assert answer.data is not None
        assert answer.data["joinInterview"] is None or answer.data["joinInterview"]["interview"]["externalId"] is None
        assert set(answer.codes) == {"FORBIDDEN"}


@pytest.mark.parametrize("false", ["", "x", "a.b.c", "viva_x", "\0", "é"])
async def test_a_false_invite_opens_nothing(api: Api, tenant: Tenant, false: str) -> None:
    shown = await api.ask(INVITATION, token=false)
    assert (shown.data, shown.codes) == ({"invitation": None}, ["NOT_FOUND"])
    refused = await join(api, false, consent=CONSENT)
    assert (refused.data, refused.codes) == ({"joinInterview": None}, ["NOT_FOUND"])


async def test_no_other_credential_passes_for_an_invite_nor_an_invite_for_a_credential(api: Api, tenant: Tenant) -> None:
    invite = (await schedule(api, tenant))["invite"]["token"]
    access = (await joined(api, invite, consent=CONSENT))["access"]["token"]
    for other in (access, await token_of(tenant, Role.ADMIN)):
        assert (await api.ask(INVITATION, token=other)).codes == ["NOT_FOUND"]
    assert await role_of(api, invite) == "UNAUTHENTICATED"


async def test_a_renewed_invite_stops_the_old_link_and_the_access_by_it(api: Api, tenant: Tenant) -> None:
    scheduled = await schedule(api, tenant)
    old, interview_id = scheduled["invite"]["token"], scheduled["interview"]["id"]
    access = (await joined(api, old, consent=CONSENT))["access"]["token"]
    recruiter = await token_of(tenant, Role.RECRUITER)
    renewed = await api.change("renewInvite", recruiter, "invite { token expiresAt }", interviewId=interview_id)
    new = renewed["renewInvite"]["invite"]["token"]
    assert new != old
    assert (await api.ask(INVITATION, token=old)).codes == ["NOT_FOUND"]
    assert (await join(api, old)).codes == ["NOT_FOUND"]
    assert await role_of(api, access) == "UNAUTHENTICATED"
    assert await role_of(api, (await joined(api, new))["access"]["token"]) == "CANDIDATE"


async def test_a_renewal_may_set_a_new_time_until_the_candidate_has_come(api: Api, tenant: Tenant) -> None:
    scheduled = await schedule(api, tenant, scheduledFor=write_datetime(soon(30)))
    token, interview_id = await token_of(tenant, Role.RECRUITER), scheduled["interview"]["id"]
    selected = "interview { scheduledFor expiresAt } invite { token expiresAt }"
    later, end = write_datetime(soon(10)), write_datetime(soon(70))
    renewed = await api.change("renewInvite", token, selected, interviewId=interview_id, scheduledFor=later, expiresAt=end)
    payload = renewed["renewInvite"]
    assert payload["interview"] == {"scheduledFor": later, "expiresAt": end}
    assert payload["invite"]["expiresAt"] == end
    await joined(api, payload["invite"]["token"], consent=CONSENT)
    refused = await api.change("renewInvite", token, selected, interviewId=interview_id, scheduledFor=later)
    assert (refused.codes, refused.error["extensions"].get("field")) == (["CONFLICT"], "scheduledFor")


async def test_nobody_comes_much_too_early(api: Api, tenant: Tenant) -> None:
    early = await schedule(api, tenant, scheduledFor=write_datetime(soon(20)))
    refused = await join(api, early["invite"]["token"], consent=CONSENT)
    assert refused.codes == ["CONFLICT"]
    assert "too early" in refused.error["message"]
    in_time = await schedule(api, tenant, scheduledFor=write_datetime(soon(10)))
    assert (await joined(api, in_time["invite"]["token"], consent=CONSENT))["interview"]["status"] == "WAITING"


@pytest.mark.parametrize("status", [InterviewStatus.SCHEDULED, InterviewStatus.WAITING, InterviewStatus.EXPIRED])
async def test_an_expired_invite_opens_nothing_until_it_is_renewed(api: Api, tenant: Tenant, status: InterviewStatus) -> None:
    interview = await tenant.interview(status, expires_at=now() - timedelta(seconds=1))
    refused = await join(api, tenant.invite(interview), consent=CONSENT)
    assert refused.codes == ["CONFLICT"]
    assert "expired" in refused.error["message"]
    token = await token_of(tenant, Role.RECRUITER)
    renewed = await api.change("renewInvite", token, "invite { token }", interviewId=id_of(interview))
    if status is InterviewStatus.EXPIRED:
        assert renewed.codes == ["CONFLICT"]
    else:
        assert (await joined(api, renewed["renewInvite"]["invite"]["token"], consent=CONSENT))["interview"]["status"] == "WAITING"


async def test_who_is_in_the_middle_of_it_comes_back_after_the_invites_time(api: Api, tenant: Tenant) -> None:
    interview = await tenant.interview(expires_at=now() - timedelta(hours=1))
    assert (await joined(api, tenant.invite(interview)))["interview"]["status"] == "IN_PROGRESS"


@pytest.mark.parametrize("status", ["ENDING", "COMPLETED", "CANCELLED", "FAILED"])
async def test_an_interview_that_is_over_is_shown_but_not_joined_or_renewed(api: Api, tenant: Tenant, status: str) -> None:
    interview = await tenant.interview(InterviewStatus(status))
    assert (await api.ask(INVITATION, token=tenant.invite(interview)))["invitation"]["status"] == status
    refused = await join(api, tenant.invite(interview), consent=CONSENT)
    assert refused.codes == ["CONFLICT"]
    assert status in refused.error["message"]
    token = await token_of(tenant, Role.RECRUITER)
    assert (await api.change("renewInvite", token, "invite { token }", interviewId=id_of(interview))).codes == ["CONFLICT"]


async def test_without_livekit_nobody_joins_by_voice_and_is_told_what_to_do(api: Api, tenant: Tenant) -> None:
    scheduled = await schedule(api, tenant, channel="VOICE")
    invite = scheduled["invite"]["token"]
    for given in ({}, {"channel": "VOICE"}):
        refused = await join(api, invite, consent=CONSENT, **given)
        assert (refused.data, refused.codes) == ({"joinInterview": None}, ["UNAVAILABLE"])
        assert "use channel TEXT" in refused.error["message"]
    came = await joined(api, invite, consent=CONSENT, channel="TEXT")
    assert came["interview"]["status"] == "WAITING"
    assert (await api.ask(INVITATION, token=invite))["invitation"]["channel"] == "TEXT"


async def test_without_livekit_a_voice_interview_is_not_started_and_nothing_is_stored(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    given = {"candidateName": "Ada", "positionKey": "tester", "consent": CONSENT}
    for channel in ({}, {"channel": "VOICE"}):
        refused = await api.change("startInterview", token, "interview { id }", **given, **channel)
        assert (refused.data, refused.codes) == ({"startInterview": None}, ["UNAVAILABLE"])
    assert await Interview.find({"organization_id": tenant.id}).count() == 0


async def test_a_started_interview_is_open_and_its_link_brings_the_candidate_back(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    given = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT", "consent": CONSENT}
    selected = (
        "interview { id status channel consent { recording } recordings { id } } access { token room { url } } invite { token }"
    )
    started = (await api.change("startInterview", token, selected, **given))["startInterview"]
    assert started["interview"] == {
        "id": started["interview"]["id"],
        "status": "WAITING",
        "channel": "TEXT",
        "consent": {"recording": False},
        "recordings": [],
    }
    assert started["access"]["room"] is None
    again = await joined(api, started["invite"]["token"])
    for access in (started["access"]["token"], again["access"]["token"]):
        assert await role_of(api, access) == "CANDIDATE"


PAST, FAR = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"scheduledFor": PAST}, "scheduledFor"),
        ({"scheduledFor": FAR}, "scheduledFor"),
        ({"expiresAt": PAST}, "expiresAt"),
        ({"expiresAt": FAR}, "expiresAt"),
    ],
)
async def test_times_that_cannot_be_are_refused_when_an_invite_is_made_and_when_it_is_renewed(
    api: Api, tenant: Tenant, times: dict[str, datetime], field: str
) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    given = {name: write_datetime(moment) for name, moment in times.items()}
    who = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT"}
    interview = await tenant.interview(InterviewStatus.SCHEDULED)
    for mutation, what in (("scheduleInterview", who), ("renewInvite", {"interviewId": id_of(interview)})):
        refused = await api.change(mutation, token, "invite { token }", **what, **given)
        assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], field)
    assert await Interview.find({"organization_id": tenant.id}).count() == 1
