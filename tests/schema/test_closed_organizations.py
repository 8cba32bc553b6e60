"""A closed organization: no credential of it works, candidates learn whom to ask, and nothing that costs money begins."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from auth import authenticate_session
from errors import Forbidden, Unauthenticated
from lifecycle.jobs import EVALUATE, REPLY
from lifecycle.presence import candidate_joined, dispatch_interviewer
from lifecycle.repairs import repair_all
from lifecycle.retention import apply_retention_policy
from models.documents.interview import Interview, InterviewStatus, RoomState
from models.documents.member import Member
from models.documents.organization import (
    Contact,
    Organization,
    RetentionPolicy,
    Role,
    digest_secret,
    find_test_organization,
)
from models.documents.recording import RecordingFile
from models.documents.session import Session
from models.documents.turn import Channel
from models.reads import closed_organizations
from models.storage.clock import now
from models.storage.lease import renew_lease
from models.writes.interview_transitions import claim_reply
from models.writes.organization_closing import close_organization, reopen_organization, request_deletion
from models.writes.retention import set_retention_policy
from models.writes.room_transitions import find_ended_interviews, read_presence
from resolvers.recordings import build_playback_url
from resolvers.sign_in import open_session
from resolvers.subscriptions import follow_turns
from tests.factories import add_candidate_turn, new_evaluation, new_recording, new_recording_file, reload_interview
from tests.helpers import TIMEOUT_SECONDS
from tests.lifecycle.job_worker import JobSpy
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, issue_token

INVITATION = "query($token: String!) { invitation(token: $token) { state contact { email } mayRequest canReopenUntil } }"


@pytest.fixture(autouse=True)
def read_without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_organizations, "MAX_AGE_SECONDS", 0.0)


async def close(tenant: Tenant) -> None:
    await close_organization(tenant.organization)


async def test_no_credential_works_until_the_organization_is_reopened(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant
) -> None:
    interview = await tenant.make_interview()
    tokens = [await issue_token(tenant, role, interview) for role in Role]
    created = await api.mutate("createApiKey", tokens[0], "secret", name="of a test", role="ADMIN", isTest=True)
    tokens.append(created["createApiKey"]["secret"])
    of_another = await issue_token(other_tenant, Role.ADMIN)

    async def read_codes() -> set[str]:
        responses = [await api.execute("{ viewer { role } }", token) for token in tokens]
        return {code for response in responses for code in response.codes or ["OK"]}

    assert await read_codes() == {"OK"}
    await close(tenant)
    assert await read_codes() == {"UNAUTHENTICATED"}
    assert (await api.execute("{ viewer { role } }", of_another)).codes == []
    assert await reopen_organization(tenant.organization)
    assert await read_codes() == {"OK"}


async def test_invite_says_that_the_organization_is_closed_and_whom_to_ask(api: ApiClient, tenant: Tenant) -> None:
    await tenant.organization.set({Organization.contact: Contact(name="Recruiting", email="jobs@example.org")})
    token = tenant.invite_token(await tenant.make_interview(InterviewStatus.SCHEDULED))
    await close(tenant)
    assert (await api.execute(INVITATION, token=token))["invitation"] == {
        "state": "CLOSED",
        "contact": {"email": "jobs@example.org"},
        "mayRequest": [],
        "canReopenUntil": None,
    }
    for mutation, fields in (
        ("joinInterview", {"consent": CONSENT_INPUT}),
        ("openTranscript", {}),
        ("requestAlternative", {}),
    ):
        refused = await api.mutate(mutation, None, "interview { id }", invite=token, **fields)
        assert refused.codes == ["CONFLICT"]
        assert "has closed its interviews" in refused.error["message"]
    await reopen_organization(tenant.organization)
    assert (await api.execute(INVITATION, token=token))["invitation"]["state"] == "OPEN"


async def test_candidate_can_withdraw_the_consent_and_have_the_data_erased(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview()
    token = tenant.invite_token(interview)
    await close(tenant)
    withdrawn = await api.mutate("withdrawConsent", None, "receipt", invite=token, eraseData=True)
    assert withdrawn["withdrawConsent"]["receipt"]
    current = await Interview.get(interview.id)
    assert current is not None and current.erased_at is not None and current.is_consent_withdrawn


async def test_session_does_not_work(tenant: Tenant) -> None:
    member = await Member(organization_id=tenant.organization.id, role=Role.ADMIN, name="Ada", email="a@example.org").insert()
    expires_at = now() + timedelta(hours=1)
    secret = "a secret of a session"
    await Session(
        organization_id=member.organization_id, digest=digest_secret(secret), member_id=member.id, expires_at=expires_at
    ).insert()
    credentials = tenant.services.credentials
    assert (await authenticate_session(secret, credentials)).name == "Ada"
    await close(tenant)
    with pytest.raises(Unauthenticated, match="is closed"):
        await authenticate_session(secret, credentials)
    with pytest.raises(Forbidden, match="is closed"):
        await open_session(member)


async def test_streams_end(tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    callers = [await tenant.principal(Role.VIEWER), await tenant.principal(Role.CANDIDATE, interview)]
    streams = [await follow_turns(tenant.services, each, global_id_of(interview), 0, recheck_seconds=0.05) for each in callers]
    pending = [asyncio.ensure_future(anext(stream)) for stream in streams]
    await close(tenant)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        for stream in pending:
            with pytest.raises(Unauthenticated, match="closed"):
                await stream


async def test_links_to_recordings_open_nothing(api: ApiClient, tenant: Tenant) -> None:
    file: RecordingFile = new_recording_file(path="a")
    interview = await tenant.make_completed_interview()
    await new_recording(interview, files=[file], is_open=False).insert()
    url = build_playback_url(tenant.services, file)
    assert url
    path = url.removeprefix(tenant.services.settings.api.public_url)
    await close(tenant)
    response = await api.client.get(path)
    assert (response.status_code, "is closed" in response.text) == (403, True)


async def test_replies_evaluations_and_rooms_do_not_begin_until_it_is_reopened(tenant: Tenant) -> None:
    services = tenant.services
    reply_jobs, evaluation_jobs = JobSpy(), JobSpy()
    services.jobs.register(REPLY, reply_jobs)
    services.jobs.register(EVALUATE, evaluation_jobs)
    long_ago = now() - timedelta(minutes=1)
    typed = await tenant.make_interview(due_at=long_ago)
    room = RoomState(expected_until=now() + timedelta(minutes=5))
    spoken = await tenant.make_interview(channel=Channel.VOICE, room=room)
    evaluation = await new_evaluation(await tenant.make_completed_interview(), due_at=long_ago).insert()
    await close(tenant)
    closed = await services.credentials.closed_organizations.read_ids()
    await repair_all(services)
    assert await claim_reply(typed.id, "a job", 60, closed) is None
    assert await dispatch_interviewer(services, spoken.id) is None
    # the reconciler deletes its room
    assert await read_presence(10, closed) == {}
    assert set(await find_ended_interviews([typed.id, spoken.id], closed)) == {typed.id, spoken.id}
    # a LiveKit token remains valid: who joins with it is disconnected, and no interviewer comes
    await candidate_joined(services, spoken.id, "PA_1")
    stored = (await reload_interview(spoken)).room
    assert stored is not None
    assert stored.participant is None
    assert (reply_jobs.ended_ids, evaluation_jobs.ended_ids) == ([], [])
    await reopen_organization(tenant.organization)
    await repair_all(services)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not (reply_jobs.ended_ids and evaluation_jobs.ended_ids):
            await asyncio.sleep(0.01)
    assert (reply_jobs.ended_ids, evaluation_jobs.ended_ids) == ([typed.id], [evaluation.id])


async def test_interviewer_at_work_loses_its_lease(tenant: Tenant) -> None:
    interview = await tenant.make_interview(due_at=now())
    await add_candidate_turn(interview, "I wrote a program.")
    claimed = await claim_reply(interview.id, "a job", 60)
    assert claimed
    await close(tenant)
    assert not await renew_lease(type(interview), interview.id, claimed.fence, "a job", 60)


async def test_retention_goes_on(tenant: Tenant) -> None:
    old = await tenant.make_completed_interview()
    at = now() - timedelta(days=400)
    await old.set({"created_at": at, "started_at": at, "ended_at": at})
    assert await set_retention_policy(tenant.id, RetentionPolicy(candidate_days=365), ObjectId())
    await close(tenant)
    await apply_retention_policy(tenant.services, tenant.id)
    assert (await reload_interview(old)).erased_at


async def test_only_a_closed_organization_is_deleted_and_then_stays_closed(api: ApiClient, tenant: Tenant) -> None:
    assert not await request_deletion(tenant.organization)
    token = await issue_token(tenant, Role.ADMIN)
    await api.mutate("createApiKey", token, "secret", name="of a test", role="ADMIN", isTest=True)
    await close(tenant)
    assert await request_deletion(tenant.organization)
    assert not await reopen_organization(tenant.organization)
    assert (await api.execute("{ viewer { role } }", token)).codes == ["UNAUTHENTICATED"]
    test = await find_test_organization(tenant.id)
    assert test is not None
    assert test.deletion_requested_at is not None
