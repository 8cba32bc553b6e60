"""Invites through the API: scheduling, opening, joining, renewal and expiry."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from lifecycle.consent import CURRENT_CONSENT_VERSION
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import OPEN_STATUSES, EndReason, Interview, InterviewStatus, RoomState
from models.documents.organization import Role
from models.documents.position import Position
from models.documents.turn import Channel
from models.storage.clock import now
from schema.types.scalars import serialize_datetime
from tests.factories import add_candidate_turn, reload_interview
from tests.resolvers.tenant import Tenant, global_id_of, minutes_from_now
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

INVITATION_QUERY = """query($token: String!) { invitation(token: $token) {
  interviewId status state organization positionTitle candidateName language channel limitMinutes questions
  scheduledFor opensAt expiresAt
  consentText { version language text recordingText }
  consent { textVersion recording recordingText }
} }"""
JOIN_SELECTION = "interview { id status consent { textVersion givenAt recording } } access { token expiresAt room { name } }"


async def schedule_interview(api: ApiClient, tenant: Tenant, **fields: Any) -> dict[str, Any]:
    """Return the payload of scheduleInterview."""
    token = await issue_token(tenant, Role.INTEGRATION)
    input_fields = {"candidateName": "Ada Lovelace", "positionKey": "tester", "channel": "TEXT", **fields}
    selected = "interview { id status scheduledFor expiresAt } invite { token url expiresAt }"
    payload: dict[str, Any] = (await api.mutate("scheduleInterview", token, selected, **input_fields))["scheduleInterview"]
    return payload


async def join_interview(api: ApiClient, invite: str, **fields: Any) -> GraphQLResponse:
    return await api.mutate("joinInterview", None, JOIN_SELECTION, invite=invite, **fields)


async def join_successfully(api: ApiClient, invite: str, **fields: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await join_interview(api, invite, **fields))["joinInterview"]
    return payload


async def read_role(api: ApiClient, token: str) -> str:
    """Return the role of a token, or the error code if it is refused."""
    response = await api.execute("{ viewer { role } }", token)
    return str(response["viewer"]["role"] if not response.errors else response.codes[0])


async def test_invite_shows_its_interview_and_opens_it(api: ApiClient, tenant: Tenant) -> None:
    scheduled = await schedule_interview(api, tenant, candidateEmail="ada@example.org")
    invite = scheduled["invite"]["token"]
    assert scheduled["interview"]["status"] == "SCHEDULED"
    assert scheduled["invite"]["url"].endswith(f"/join#{invite}")

    invitation = (await api.execute(INVITATION_QUERY, token=invite))["invitation"]
    text = invitation.pop("consentText")
    assert invitation == {
        "interviewId": scheduled["interview"]["id"],
        "status": "SCHEDULED",
        "state": "OPEN",
        "organization": tenant.organization.name,
        "positionTitle": "Tester",
        "candidateName": "Ada Lovelace",
        "language": "en",
        "channel": "TEXT",
        "limitMinutes": 30,
        "questions": len(tenant.position.questions),
        "scheduledFor": None,
        "opensAt": None,
        "expiresAt": scheduled["invite"]["expiresAt"],
        "consent": None,
    }
    assert (text["version"], text["language"]) == (CURRENT_CONSENT_VERSION, "en")
    assert "artificial intelligence" in text["text"]

    joined = await join_successfully(api, invite, consent={"textVersion": text["version"], "recording": True})
    assert joined["interview"]["status"] == "WAITING"
    assert joined["access"]["room"] is None
    assert await read_role(api, joined["access"]["token"]) == "CANDIDATE"
    assert (await api.execute(INVITATION_QUERY, token=invite))["invitation"]["consent"] == {
        "textVersion": CURRENT_CONSENT_VERSION,
        "recording": True,
        "recordingText": text["recordingText"],
    }
    assert "recorded" in text["recordingText"]


async def test_first_join_without_consent_is_refused(api: ApiClient, tenant: Tenant) -> None:
    invite = (await schedule_interview(api, tenant))["invite"]["token"]
    for input_fields, field in (
        ({}, "consent"),
        ({"consent": None}, "consent"),
        ({"consent": {"textVersion": "2019", "recording": True}}, "consent.textVersion"),
    ):
        refused = await join_interview(api, invite, **input_fields)
        assert (refused.data, refused.codes) == ({"joinInterview": None}, ["BAD_INPUT"])
        assert refused.error["extensions"]["field"] == field
    assert (await api.execute(INVITATION_QUERY, token=invite))["invitation"]["status"] == "SCHEDULED"


async def test_later_joins_do_not_change_the_first_consent(api: ApiClient, tenant: Tenant) -> None:
    invite = (await schedule_interview(api, tenant))["invite"]["token"]
    first = (await join_successfully(api, invite, consent=CONSENT_INPUT))["interview"]["consent"]
    assert (first["textVersion"], first["recording"]) == (CURRENT_CONSENT_VERSION, False)
    for input_fields in ({}, {"consent": None}, {"consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": True}}):
        assert (await join_successfully(api, invite, **input_fields))["interview"]["consent"] == first


async def test_concurrent_first_joins_all_succeed_under_one_consent(api: ApiClient, tenant: Tenant) -> None:
    invite = (await schedule_interview(api, tenant))["invite"]["token"]
    consents = [{"textVersion": CURRENT_CONSENT_VERSION, "recording": bool(number % 2)} for number in range(6)]
    joined = await asyncio.gather(*(join_successfully(api, invite, consent=consent) for consent in consents))
    assert len({str(payload["interview"]["consent"]) for payload in joined}) == 1
    assert {await read_role(api, payload["access"]["token"]) for payload in joined} == {"CANDIDATE"}


async def test_rejoining_an_interview_in_progress_issues_new_credentials(api: ApiClient, tenant: Tenant) -> None:
    invite = (await schedule_interview(api, tenant))["invite"]["token"]
    first = await join_successfully(api, invite, consent=CONSENT_INPUT)
    message = {"interviewId": first["interview"]["id"], "text": "I was just here."}
    assert (await api.mutate("sendMessage", first["access"]["token"], "turn { seq }", **message)).errors == []
    again = await join_successfully(api, invite)
    assert again["interview"]["status"] == "IN_PROGRESS"
    message = {"interviewId": again["interview"]["id"], "text": "And here I am again."}
    assert (await api.mutate("sendMessage", again["access"]["token"], "turn { seq }", **message))["sendMessage"]["turn"][
        "seq"
    ] == 2


async def test_join_payload_shows_only_what_the_candidate_may_read(api: ApiClient, tenant: Tenant) -> None:
    invite = (await schedule_interview(api, tenant, externalId="ATS-7"))["invite"]["token"]
    selection = "interview { status externalId position { title key } } access { token }"
    admin = await issue_token(tenant, Role.ADMIN)
    for token in (None, admin, "viva_invalid"):
        response = await api.mutate("joinInterview", token, selection, invite=invite, consent=CONSENT_INPUT)
        assert response.data is not None
        assert response.data["joinInterview"] is None or response.data["joinInterview"]["interview"]["externalId"] is None
        assert set(response.codes) == {"FORBIDDEN"}


async def test_state_is_open_only_if_the_candidate_can_join_now(api: ApiClient, tenant: Tenant) -> None:
    past, future = now() - timedelta(seconds=1), minutes_from_now(60)
    never_joined = RoomState(expected_until=past)
    for status, values, state in (
        (InterviewStatus.SCHEDULED, {"scheduled_for": future}, "EARLY"),
        (InterviewStatus.SCHEDULED, {"scheduled_for": minutes_from_now(10)}, "OPEN"),
        (InterviewStatus.SCHEDULED, {"expires_at": past}, "EXPIRED"),
        (InterviewStatus.WAITING, {"expires_at": past, "channel": Channel.VOICE, "room": never_joined}, "EXPIRED"),
        (InterviewStatus.IN_PROGRESS, {"expires_at": past}, "OPEN"),
        (InterviewStatus.EXPIRED, {}, "EXPIRED"),
        (InterviewStatus.CANCELLED, {}, "CANCELLED"),
        (InterviewStatus.ENDING, {}, "OVER"),
        (InterviewStatus.OPTED_OUT, {"end_reason": EndReason.CONSENT_WITHDRAWN}, "OVER"),
        (InterviewStatus.FAILED, {"end_reason": EndReason.FAILED}, "FAILED"),
    ):
        token = tenant.invite_token(await tenant.make_interview(status, **values))
        assert (await api.execute(INVITATION_QUERY, token=token))["invitation"]["state"] == state
        # the state is what joinInterview decides by
        joined = await join_interview(api, token, consent=CONSENT_INPUT, channel="TEXT", reopen=False)
        assert (joined.codes == []) == (state == "OPEN"), (status, values)


@pytest.mark.parametrize("invite", ["", "x", "a.b.c", "viva_x", "\0", "é"])
async def test_invalid_invite_is_not_found(api: ApiClient, tenant: Tenant, invite: str) -> None:
    response = await api.execute(INVITATION_QUERY, token=invite)
    assert (response.data, response.codes) == ({"invitation": None}, ["NOT_FOUND"])
    refused = await join_interview(api, invite, consent=CONSENT_INPUT)
    assert (refused.data, refused.codes) == ({"joinInterview": None}, ["NOT_FOUND"])


async def test_invites_and_other_credentials_are_not_interchangeable(api: ApiClient, tenant: Tenant) -> None:
    invite = (await schedule_interview(api, tenant))["invite"]["token"]
    access = (await join_successfully(api, invite, consent=CONSENT_INPUT))["access"]["token"]
    for other in (access, await issue_token(tenant, Role.ADMIN)):
        assert (await api.execute(INVITATION_QUERY, token=other)).codes == ["NOT_FOUND"]
    assert await read_role(api, invite) == "UNAUTHENTICATED"


async def test_renewed_invite_revokes_the_old_link_and_its_credentials(api: ApiClient, tenant: Tenant) -> None:
    scheduled = await schedule_interview(api, tenant)
    old, interview_id = scheduled["invite"]["token"], scheduled["interview"]["id"]
    access = (await join_successfully(api, old, consent=CONSENT_INPUT))["access"]["token"]
    recruiter = await issue_token(tenant, Role.RECRUITER)
    renewed = await api.mutate("renewInvite", recruiter, "invite { token expiresAt }", interviewId=interview_id)
    new = renewed["renewInvite"]["invite"]["token"]
    assert new != old
    assert (await api.execute(INVITATION_QUERY, token=old)).codes == ["NOT_FOUND"]
    assert (await join_interview(api, old)).codes == ["NOT_FOUND"]
    assert await read_role(api, access) == "UNAUTHENTICATED"
    assert await read_role(api, (await join_successfully(api, new))["access"]["token"]) == "CANDIDATE"


async def test_present_link_can_be_read_until_it_opens_nothing(api: ApiClient, tenant: Tenant) -> None:
    scheduled = await schedule_interview(api, tenant)
    recruiter, interview_id = await issue_token(tenant, Role.RECRUITER), scheduled["interview"]["id"]

    async def read_link() -> tuple[object, object]:
        """Return the link as an interview alone has it, and as a list has it."""
        query = "query($id: ID!) { interview(id: $id) { invite { url } } interviews { nodes { invite { url } } } }"
        found = await api.execute(query, recruiter, id=interview_id)
        return found["interview"]["invite"], found["interviews"]["nodes"][0]["invite"]

    link = {"url": scheduled["invite"]["url"]}
    assert await read_link() == (link, link)
    await join_successfully(api, scheduled["invite"]["token"], consent=CONSENT_INPUT)
    stored = Interview.get_pymongo_collection()
    await stored.update_many({}, {"$set": {"expires_at": now() - timedelta(seconds=1)}})
    assert await read_link() == (link, link), "who joined in time can come back"
    await stored.update_many({}, {"$set": {"status": "SCHEDULED"}})
    assert await read_link() == (None, None)
    await stored.update_many({}, {"$set": {"status": "CANCELLED", "expires_at": minutes_from_now(10)}})
    assert await read_link() == (None, None)


async def test_list_says_who_is_present_and_what_was_said_last(api: ApiClient, tenant: Tenant) -> None:
    away = RoomState(expected_until=now(), left_at=now())
    present = RoomState(expected_until=now(), participant="PA_1")
    await tenant.make_interview(channel=Channel.VOICE, room=away)
    talking = await tenant.make_interview(channel=Channel.VOICE, room=present)
    await tenant.make_interview()
    await tenant.make_interview(InterviewStatus.COMPLETED, channel=Channel.VOICE, room=present)
    await add_candidate_turn(talking, "I wrote it.")
    query = "{ interviews(orderBy: {direction: ASC}) { nodes { candidatePresent lastTurn { speaker text } } } }"
    nodes = (await api.execute(query, await issue_token(tenant, Role.VIEWER)))["interviews"]["nodes"]
    assert [node["candidatePresent"] for node in nodes] == [False, True, None, None]
    assert [node["lastTurn"] for node in nodes] == [None, {"speaker": "CANDIDATE", "text": "I wrote it."}, None, None]


async def test_renewal_may_set_a_new_time_until_the_candidate_has_joined(api: ApiClient, tenant: Tenant) -> None:
    scheduled = await schedule_interview(api, tenant, scheduledFor=serialize_datetime(minutes_from_now(30)))
    token, interview_id = await issue_token(tenant, Role.RECRUITER), scheduled["interview"]["id"]
    selected = "interview { scheduledFor expiresAt } invite { token expiresAt }"
    later, end = serialize_datetime(minutes_from_now(10)), serialize_datetime(minutes_from_now(70))
    renewed = await api.mutate("renewInvite", token, selected, interviewId=interview_id, scheduledFor=later, expiresAt=end)
    payload = renewed["renewInvite"]
    assert payload["interview"] == {"scheduledFor": later, "expiresAt": end}
    assert payload["invite"]["expiresAt"] == end
    await join_successfully(api, payload["invite"]["token"], consent=CONSENT_INPUT)
    refused = await api.mutate("renewInvite", token, selected, interviewId=interview_id, scheduledFor=later)
    assert (refused.codes, refused.error["extensions"].get("field")) == (["CONFLICT"], "scheduledFor")


async def test_joining_more_than_15_minutes_early_is_a_conflict(api: ApiClient, tenant: Tenant) -> None:
    time = minutes_from_now(20)
    early = await schedule_interview(api, tenant, scheduledFor=serialize_datetime(time))
    opens_at = serialize_datetime(time - timedelta(minutes=15))
    invitation = await api.execute(
        "query($token: String!) { invitation(token: $token) { opensAt } }", token=early["invite"]["token"]
    )
    assert invitation["invitation"] == {"opensAt": opens_at}
    refused = await join_interview(api, early["invite"]["token"], consent=CONSENT_INPUT)
    assert refused.codes == ["CONFLICT"]
    assert "too early" in refused.error["message"]
    # the moment is not in the sentence, so that the page can show it in the candidate's time zone
    assert refused.error["extensions"]["opensAt"] == opens_at
    assert opens_at[:10] not in refused.error["message"]
    in_time = await schedule_interview(api, tenant, scheduledFor=serialize_datetime(minutes_from_now(10)))
    assert (await join_successfully(api, in_time["invite"]["token"], consent=CONSENT_INPUT))["interview"]["status"] == "WAITING"


@pytest.mark.parametrize("status", [InterviewStatus.SCHEDULED, InterviewStatus.WAITING, InterviewStatus.EXPIRED])
async def test_expired_invite_works_again_only_after_a_renewal(api: ApiClient, tenant: Tenant, status: InterviewStatus) -> None:
    past = now() - timedelta(seconds=1)
    # a voice interview that was opened for a candidate who never came
    interview = await tenant.make_interview(status, expires_at=past, channel=Channel.VOICE, room=RoomState(expected_until=past))
    refused = await join_interview(api, tenant.invite_token(interview), consent=CONSENT_INPUT, channel="TEXT")
    assert refused.codes == ["CONFLICT"]
    assert "expired" in refused.error["message"]
    token = await issue_token(tenant, Role.RECRUITER)
    renewed = await api.mutate("renewInvite", token, "invite { token }", interviewId=global_id_of(interview))
    if status is InterviewStatus.EXPIRED:
        scheduled = await reload_interview(interview)
        assert (scheduled.status, scheduled.ended_at, scheduled.room) == (InterviewStatus.SCHEDULED, None, None)
    invite = renewed["renewInvite"]["invite"]["token"]
    joined = await join_successfully(api, invite, consent=CONSENT_INPUT, channel="TEXT")
    assert joined["interview"]["status"] == "WAITING"


@pytest.mark.parametrize("status", [InterviewStatus.COMPLETED, InterviewStatus.CANCELLED])
async def test_invitation_tells_nothing_once_the_interview_has_been_over_for_a_month(
    api: ApiClient, tenant: Tenant, status: InterviewStatus
) -> None:
    for days, codes in ((29, []), (31, ["NOT_FOUND"])):
        interview = await tenant.make_interview(status, ended_at=now() - timedelta(days=days))
        response = await api.execute(INVITATION_QUERY, token=tenant.invite_token(interview))
        assert response.codes == codes
    assert response.data == {"invitation": None}
    assert "more than 30 days" in response.error["message"]
    assert "Ada" not in str(response.errors)


async def test_invitation_works_while_turns_can_be_corrected(
    api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant.services.settings.auth, "ended_invite_days", 0)
    interview = await tenant.make_interview(InterviewStatus.COMPLETED, ended_at=now() - timedelta(hours=1))
    assert (await api.execute(INVITATION_QUERY, token=tenant.invite_token(interview))).errors == []
    await tenant.position.set({Position.correction_hours: 0})
    assert (await api.execute(INVITATION_QUERY, token=tenant.invite_token(interview))).codes == ["NOT_FOUND"]


@pytest.mark.parametrize("status", OPEN_STATUSES)
async def test_interview_joined_in_time_can_be_rejoined_after_the_invite_expires(
    api: ApiClient, tenant: Tenant, status: InterviewStatus
) -> None:
    interview = await tenant.make_interview(status, expires_at=now() - timedelta(hours=1))
    assert (await join_successfully(api, tenant.invite_token(interview)))["interview"]["status"] == status


@pytest.mark.parametrize("status", ["ENDING", "COMPLETED", "CANCELLED", "FAILED"])
async def test_ended_interview_is_shown_but_cannot_be_joined_or_renewed(api: ApiClient, tenant: Tenant, status: str) -> None:
    interview = await tenant.make_interview(InterviewStatus(status))
    assert (await api.execute(INVITATION_QUERY, token=tenant.invite_token(interview)))["invitation"]["status"] == status
    refused = await join_interview(api, tenant.invite_token(interview), consent=CONSENT_INPUT)
    assert refused.codes == ["CONFLICT"]
    assert status in refused.error["message"]
    token = await issue_token(tenant, Role.RECRUITER)
    assert (await api.mutate("renewInvite", token, "invite { token }", interviewId=global_id_of(interview))).codes == ["CONFLICT"]


async def test_joining_by_voice_without_livekit_is_unavailable_with_a_remedy(api: ApiClient, tenant: Tenant) -> None:
    scheduled = await schedule_interview(api, tenant, channel="VOICE")
    invite = scheduled["invite"]["token"]
    for input_fields in ({}, {"channel": "VOICE"}):
        refused = await join_interview(api, invite, consent=CONSENT_INPUT, **input_fields)
        assert (refused.data, refused.codes) == ({"joinInterview": None}, ["UNAVAILABLE"])
        assert "use channel TEXT" in refused.error["message"]
    joined = await join_successfully(api, invite, consent=CONSENT_INPUT, channel="TEXT")
    assert joined["interview"]["status"] == "WAITING"
    assert (await api.execute(INVITATION_QUERY, token=invite))["invitation"]["channel"] == "TEXT"


async def test_starting_by_voice_without_livekit_stores_nothing(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    input_fields = {"candidateName": "Ada", "positionKey": "tester", "consent": CONSENT_INPUT, "idempotencyKey": "once"}
    for channel in ({}, {"channel": "VOICE"}):
        refused = await api.mutate("startInterview", token, "interview { id }", **input_fields, **channel)
        assert (refused.data, refused.codes) == ({"startInterview": None}, ["UNAVAILABLE"])
        assert "use channel TEXT" in refused.error["message"]
    assert await Interview.find({"organization_id": tenant.id}).count() == 0
    assert await IdempotencyClaim.count() == 0


async def test_started_interview_is_open_and_its_invite_can_be_rejoined(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    input_fields = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT", "consent": CONSENT_INPUT}
    selected = (
        "interview { id status channel consent { recording } recordings { id } } access { token room { url } } invite { token }"
    )
    started = (await api.mutate("startInterview", token, selected, **input_fields))["startInterview"]
    assert started["interview"] == {
        "id": started["interview"]["id"],
        "status": "WAITING",
        "channel": "TEXT",
        "consent": {"recording": False},
        "recordings": [],
    }
    assert started["access"]["room"] is None
    again = await join_successfully(api, started["invite"]["token"])
    for access in (started["access"]["token"], again["access"]["token"]):
        assert await read_role(api, access) == "CANDIDATE"


async def test_interview_that_ended_early_says_until_when_it_can_be_reopened(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview(end_reason=EndReason.CANDIDATE_LEFT)
    invite = tenant.invite_token(interview)
    query = "query($token: String!) { invitation(token: $token) { canReopenUntil } }"
    assert interview.ended_at
    expected = serialize_datetime(interview.ended_at + timedelta(minutes=tenant.position.reopen_minutes))
    assert (await api.execute(query, token=invite))["invitation"] == {"canReopenUntil": expected}
    await tenant.position.set({Position.reopen_minutes: 0})
    assert (await api.execute(query, token=invite))["invitation"] == {"canReopenUntil": None}
    assert (await join_interview(api, invite)).codes == ["CONFLICT"]


async def test_reopened_interview_has_a_new_invite_and_a_clock_that_stands_still(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview(end_reason=EndReason.WRAPPED_UP, elapsed_seconds=90.0)
    recruiter = await issue_token(tenant, Role.RECRUITER)
    input_fields = {"interviewId": global_id_of(interview), "reason": " The power failed. "}
    selected = """interview { status endsAt durationSeconds progress { elapsedSeconds }
      reopenings { reopenedBy reason endReason returnedAt creditedSeconds } } invite { token }"""
    for reason in ("", "x" * 501):
        assert (await api.mutate("reopenInterview", recruiter, selected, **{**input_fields, "reason": reason})).codes == [
            "BAD_INPUT"
        ]
    payload = (await api.mutate("reopenInterview", recruiter, selected, **input_fields))["reopenInterview"]
    assert payload["interview"] == {
        "status": "SCHEDULED",
        "endsAt": None,
        "durationSeconds": None,
        "progress": {"elapsedSeconds": 90},
        "reopenings": [
            {
                "reopenedBy": "a recruiter",
                "reason": "The power failed.",
                "endReason": "WRAPPED_UP",
                "returnedAt": None,
                "creditedSeconds": None,
            }
        ],
    }
    assert (await join_interview(api, tenant.invite_token(interview))).codes == ["NOT_FOUND"]
    joined = await join_successfully(api, payload["invite"]["token"], consent=CONSENT_INPUT)
    assert joined["interview"]["status"] == "IN_PROGRESS"
    message = {"interviewId": joined["interview"]["id"], "text": "I am back."}
    assert (await api.mutate("sendMessage", joined["access"]["token"], "turn { seq }", **message)).errors == []


IMPORT = """mutation($csv: String!, $zone: String) {
  importCandidates(input: {csv: $csv, positionKey: "tester", channel: TEXT}) {
    candidateImport { ignoredColumns rows {
      line outcome interview { id } invite { token url calendarFile invitationText(timeZone: $zone) }
    } }
  }
}"""


async def test_import_returns_links_and_is_in_the_audit_log_of_each_interview(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    csv = f"Name;E-mail;Scheduled for\r\nAda;ada@example.org;{minutes_from_now():%Y-%m-%dT%H:%MZ}\r\nGrace;;\r\n<b>;;\r\n"
    imported = (await api.execute(IMPORT, token, csv=csv, zone="Asia/Tokyo"))["importCandidates"]["candidateImport"]
    ada, grace, invalid = imported["rows"]
    assert imported["ignoredColumns"] == ["E-mail"]
    assert [row["outcome"] for row in imported["rows"]] == ["CREATED", "CREATED", "INVALID"]
    assert (invalid["line"], invalid["interview"], invalid["invite"]) == (4, None, None)
    assert ada["invite"]["url"] in ada["invite"]["invitationText"]
    assert "Asia/Tokyo, UTC+09:00" in ada["invite"]["invitationText"]
    assert grace["invite"]["calendarFile"] is None
    query = "query($token: String!) { invitation(token: $token) { candidateName calendarFile } }"
    invitation = (await api.execute(query, None, token=ada["invite"]["token"]))["invitation"]
    assert invitation["candidateName"] == "Ada"
    assert read_without_stamp(invitation["calendarFile"]) == read_without_stamp(ada["invite"]["calendarFile"])

    made = {row["interview"]["id"] for row in (ada, grace)}
    log = "query($ids: [ID!]) { auditLog(filter: {interviewIds: $ids}) { nodes { action interviewId } } }"
    entries = (await api.execute(log, await issue_token(tenant, Role.ADMIN), ids=sorted(made)))["auditLog"]["nodes"]
    assert {entry["interviewId"] for entry in entries if entry["action"] == "importCandidates"} == made

    # an argument that is not valid leaves the links of what was imported
    refused = await api.execute(IMPORT, token, csv=csv, zone="nowhere")
    assert set(refused.codes) == {"BAD_INPUT"}
    assert refused.data
    rows = refused.data["importCandidates"]["candidateImport"]["rows"]
    assert [(row["outcome"], row["interview"]) for row in rows[:2]] == [
        ("EXISTING", ada["interview"]),
        ("EXISTING", grace["interview"]),
    ]
    assert rows[0]["invite"]["url"] == ada["invite"]["url"]


def read_without_stamp(calendar: str) -> list[str]:
    """Return the lines of a calendar file without the moment at which it was made."""
    return [line for line in calendar.split("\r\n") if not line.startswith("DTSTAMP")]
