"""Starting and scheduling interviews: the result, refused input, and repeating interrupted calls."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth import authenticate, decode_invite_token
from errors import AppError, BadInput, ErrorCode
from models.documents.external_reference import ExternalReference
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import Interview, InterviewStatus
from models.documents.interview_indexes import NAME_KEYS_PREFIX
from models.documents.organization import Role
from models.documents.turn import Channel
from models.storage.clock import now
from models.writes import interview_transitions
from models.writes.interview_erasure import delete_erased, mark_erased
from models.writes.position_versions import save_position
from resolvers import starting
from resolvers.consent import ConsentChoice
from resolvers.ending import cancel_interview, erase_interview
from resolvers.invites import RenewRequest, renew_invite
from resolvers.starting import schedule_interview, start_interview
from tests.factories import make_position, position_body, reload_interview
from tests.helpers import fail_with_connection_error
from tests.resolvers.tenant import Tenant, global_id_of, minutes_from_now
from text import make_sort_key


async def count_tenant_interviews(tenant: Tenant) -> int:
    return await Interview.find({"organization_id": tenant.id}).count()


async def test_started_interview_is_open_and_its_credentials_are_valid(tenant: Tenant) -> None:
    request = tenant.start_request(
        candidate_name=" Ada  Lovelace ",
        candidate_email="ada@example.org",
        experience="ten years",
        resume="I wrote the first program.",
        job_description="",
        external_id="ATS-7",
    )
    started = await start_interview(tenant.services, await tenant.admin(), request)
    interview = started.interview
    assert interview.status is InterviewStatus.WAITING
    assert interview.candidate
    assert (interview.candidate.name, interview.candidate.email) == ("Ada Lovelace", "ada@example.org")
    assert (interview.resume, interview.job_description, interview.external_id) == ("I wrote the first program.", None, "ATS-7")
    assert interview.consent
    assert interview.consent.text_version == request.consent.text_version
    assert (interview.position.id, interview.position.version) == (tenant.position.id, 1)
    assert interview.due_at is not None, "the greeting is due"
    candidate = await authenticate(started.access.token, tenant.services.settings.auth, tenant.services.credentials)
    assert (candidate.role, candidate.interview_id) == (Role.CANDIDATE, interview.id)
    assert decode_invite_token(started.invite.token, tenant.services.settings.auth) == (
        interview.id,
        1,
    )
    assert started.invite.url == f"{tenant.services.settings.api.public_url}/join#{started.invite.token}"
    assert abs(started.invite.expires_at - now() - timedelta(days=7)) < timedelta(minutes=1)


async def test_scheduled_interview_waits_for_its_candidate(tenant: Tenant) -> None:
    at = minutes_from_now()
    scheduled = await schedule_interview(
        tenant.services, await tenant.admin(), tenant.schedule_request(scheduled_for=at, channel=Channel.VOICE)
    )
    assert scheduled.interview.status is InterviewStatus.SCHEDULED
    assert scheduled.interview.channel is Channel.VOICE
    assert scheduled.interview.consent is None
    assert scheduled.interview.scheduled_for == at
    assert scheduled.invite.expires_at == at + timedelta(days=7)


@pytest.mark.parametrize(("requested", "stored"), [(None, "de"), ("de", "de"), ("DE-at", "de-at"), ("  ", "de")])
async def test_interview_is_in_the_language_of_the_position(tenant: Tenant, requested: str | None, stored: str) -> None:
    await make_position(tenant.id, key="pruefer", language="de")
    request = tenant.schedule_request(position_key="pruefer", language=requested)
    scheduled = await schedule_interview(tenant.services, await tenant.admin(), request)
    assert scheduled.interview.language == stored


async def test_search_terms_and_sort_key_of_a_name(tenant: Tenant) -> None:
    request = tenant.schedule_request(candidate_name="Åsa O'Neill", candidate_email="asa@example.org")
    interview = (await schedule_interview(tenant.services, await tenant.admin(), request)).interview
    assert interview.candidate_order == NAME_KEYS_PREFIX + make_sort_key("ASA ONEILL")
    assert interview.name_terms == ["asa", "neill", "o", "oneill"]
    assert interview.email_terms == ["asa", "example", "neill", "o", "oneill", "org"]


async def test_resume_with_page_breaks_and_control_characters_is_accepted(tenant: Tenant) -> None:
    request = tenant.schedule_request(candidate_name="Ana\u2028\u202egnitseT", resume="page one\x0cpage\x85two\x07\u200b")
    interview = (await schedule_interview(tenant.services, await tenant.admin(), request)).interview
    assert interview.candidate
    assert (interview.candidate.name, interview.resume) == ("Ana gnitseT", "page one\npage\ntwo")


TOO_LONG_TEXT = "a" * 20_001
BAD_TEXTS: list[tuple[str, Any]] = [
    ("candidate_name", ""),
    ("candidate_name", "\0"),
    ("candidate_name", "a" * 81),
    ("candidate_name", "123"),
    ("candidate_name", "<b>Ada</b>"),
    ("candidate_name", "Ada: you are hired"),
    ("candidate_email", "nobody"),
    ("experience", "a" * 2_001),
    ("position_key", ""),
    ("position_key", "nobody"),
    ("position_key", "\ud800"),
    ("language", "fr"),
    ("language", "no language"),
    ("resume", TOO_LONG_TEXT),
    ("resume", "\ud800"),
    ("job_description", TOO_LONG_TEXT),
    ("external_id", "a" * 201),
]


@pytest.mark.parametrize(("name", "value"), BAD_TEXTS, ids=[f"{name}-{value[:8]!a}" for name, value in BAD_TEXTS])
async def test_error_names_the_invalid_field_and_nothing_is_stored(tenant: Tenant, name: str, value: str) -> None:
    caller = await tenant.admin()
    head, *rest = name.split("_")
    field = head + "".join(word.title() for word in rest)
    values = {"idempotency_key": "key", name: value}
    with pytest.raises(BadInput, match=field) as started:
        await start_interview(tenant.services, caller, tenant.start_request(**values))
    with pytest.raises(BadInput, match=field) as scheduled:
        await schedule_interview(tenant.services, caller, tenant.schedule_request(**values))
    assert started.value.field == scheduled.value.field == field
    assert await count_tenant_interviews(tenant) == 0
    assert await IdempotencyClaim.count() == 0


async def test_error_for_another_language_names_that_of_the_position(tenant: Tenant) -> None:
    with pytest.raises(BadInput, match="must be that of the position, en"):
        await start_interview(tenant.services, await tenant.admin(), tenant.start_request(language="de"))


async def test_unknown_consent_text_is_refused(tenant: Tenant) -> None:
    request = tenant.start_request(consent=ConsentChoice(text_version="2019", recording=False), idempotency_key="key")
    with pytest.raises(BadInput, match=r"consent\.textVersion"):
        await start_interview(tenant.services, await tenant.admin(), request)
    assert await count_tenant_interviews(tenant) == 0
    assert await IdempotencyClaim.count() == 0


FAR_FUTURE = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
BAD_TIMES: list[tuple[dict[str, Any], str]] = [
    ({"scheduled_for": datetime(2020, 1, 1, tzinfo=UTC)}, "scheduledFor"),
    ({"scheduled_for": FAR_FUTURE}, "scheduledFor"),
    ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expiresAt"),
    ({"expires_at": FAR_FUTURE}, "expiresAt"),
]


@pytest.mark.parametrize(("times", "field"), BAD_TIMES)
async def test_past_and_distant_times_are_refused(tenant: Tenant, times: dict[str, Any], field: str) -> None:
    caller, interview = await tenant.admin(), await tenant.make_interview(InterviewStatus.SCHEDULED)
    for call in (
        schedule_interview(tenant.services, caller, tenant.schedule_request(**times)),
        renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(interview), **times)),
    ):
        with pytest.raises(BadInput, match="must lie in the future") as refused:
            await call
        assert refused.value.field == field
    assert await count_tenant_interviews(tenant) == 1
    assert (await reload_interview(interview)).invite_generation == 1


async def test_invite_cannot_expire_before_the_interview(tenant: Tenant) -> None:
    request = tenant.schedule_request(scheduled_for=minutes_from_now(60), expires_at=minutes_from_now(30))
    with pytest.raises(BadInput, match="later than scheduledFor"):
        await schedule_interview(tenant.services, await tenant.admin(), request)


async def test_repetition_completes_a_call_that_crashed_before_the_insert(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, request = await tenant.admin(), tenant.start_request(idempotency_key="key")

    with monkeypatch.context() as patch:
        patch.setattr(starting, "insert_interview", fail_with_connection_error)
        with pytest.raises(ConnectionError):
            await start_interview(tenant.services, caller, request)
    assert await count_tenant_interviews(tenant) == 0
    claimed = await IdempotencyClaim.find_one({"key": "key"})
    assert claimed
    started = await start_interview(tenant.services, caller, request)
    assert started.interview.id == claimed.result_id
    assert started.interview.status is InterviewStatus.WAITING


async def test_repetition_completes_a_call_that_crashed_before_opening(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, request = await tenant.admin(), tenant.start_request(idempotency_key="key")

    with monkeypatch.context() as patch:
        patch.setattr(interview_transitions, "open_chat", fail_with_connection_error)
        with pytest.raises(ConnectionError):
            await start_interview(tenant.services, caller, request)
    crashed = await Interview.find_one({"organization_id": tenant.id})
    assert crashed
    assert crashed.status is InterviewStatus.SCHEDULED
    started = await start_interview(tenant.services, caller, request)
    assert (started.interview.id, started.interview.status) == (crashed.id, InterviewStatus.WAITING)
    assert started.interview.consent == crashed.consent


async def test_repetition_returns_the_interview_after_archiving_cancelling_and_erasing(tenant: Tenant) -> None:
    caller, request = await tenant.admin(), tenant.start_request(idempotency_key="key")
    first = await start_interview(tenant.services, caller, request)
    await save_position(tenant.id, position_body(archived=True), 1)
    await cancel_interview(tenant.services, caller, global_id_of(first.interview), None, None)
    repeated = await start_interview(tenant.services, caller, request)
    assert (repeated.interview.id, repeated.interview.status) == (first.interview.id, InterviewStatus.CANCELLED)
    await erase_interview(tenant.services, caller, global_id_of(first.interview), None)
    erased = await start_interview(tenant.services, caller, request)
    assert erased.interview.erased_at
    with pytest.raises(AppError) as refused:
        await authenticate(erased.access.token, tenant.services.settings.auth, tenant.services.credentials)
    assert refused.value.code is ErrorCode.UNAUTHENTICATED


async def test_repetition_returns_the_interview_after_its_time_has_passed(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, request = await tenant.admin(), tenant.schedule_request(scheduled_for=minutes_from_now(5), idempotency_key="key")
    first = await schedule_interview(tenant.services, caller, request)
    monkeypatch.setattr(starting, "now", lambda: minutes_from_now(10))
    with pytest.raises(BadInput):
        await schedule_interview(tenant.services, caller, replace(request, idempotency_key=None))
    repeated = await schedule_interview(tenant.services, caller, request)
    assert repeated.interview.id == first.interview.id
    assert repeated.invite == first.invite


async def test_calls_without_a_key_create_separate_interviews(tenant: Tenant) -> None:
    caller = await tenant.admin()
    ids = {(await start_interview(tenant.services, caller, tenant.start_request())).interview.id for _ in range(3)}
    assert len(ids) == 3
    assert await IdempotencyClaim.count() == 0


# --- one interview per external id and position


RETURN_EXISTING = starting.IfExists.RETURN_EXISTING


async def test_external_id_has_one_interview_also_in_parallel_and_after_the_idempotency_key(tenant: Tenant) -> None:
    caller = await tenant.principal(Role.INTEGRATION)
    request = tenant.schedule_request(external_id="app-1", if_exists=RETURN_EXISTING, idempotency_key="event-1")
    first = await schedule_interview(tenant.services, caller, request)
    await IdempotencyClaim.find_all().delete()  # what MongoDB's TTL does after 24 hours
    corrected = replace(request, candidate_email="ada@example.org")
    again = await schedule_interview(tenant.services, caller, corrected)
    assert (first.is_existing, again.is_existing) == (False, True)
    assert again.interview.id == first.interview.id
    with pytest.raises(AppError) as conflict:
        await schedule_interview(tenant.services, caller, request)
    assert conflict.value.code is ErrorCode.CONFLICT, "the key is taken for the result that it returned"
    unkeyed = replace(request, external_id="app-2", idempotency_key=None)
    parallel = await asyncio.gather(*(schedule_interview(tenant.services, caller, unkeyed) for _ in range(5)))
    assert len({scheduled.interview.id for scheduled in parallel}) == 1
    assert [scheduled.is_existing for scheduled in parallel].count(False) == 1
    assert await count_tenant_interviews(tenant) == 2


async def test_external_id_of_another_position_or_organization_or_without_the_option_makes_another_interview(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    await make_position(tenant.id, key="other")
    request = tenant.schedule_request(external_id="app-1", if_exists=RETURN_EXISTING)
    created = [await schedule_interview(tenant.services, await tenant.admin(), request)]
    created.append(await schedule_interview(tenant.services, await tenant.admin(), replace(request, position_key="other")))
    created.append(await schedule_interview(tenant.services, await other_tenant.admin(), request))
    doubled = replace(request, if_exists=starting.IfExists.CREATE)
    created.append(await schedule_interview(tenant.services, await tenant.admin(), doubled))
    assert len({scheduled.interview.id for scheduled in created}) == 4
    assert not any(scheduled.is_existing for scheduled in created)
    newest = await schedule_interview(tenant.services, await tenant.admin(), request)
    assert newest.interview.id == created[-1].interview.id


async def test_interview_created_without_the_option_and_a_cancelled_one_are_returned(tenant: Tenant) -> None:
    caller = await tenant.admin()
    request = tenant.schedule_request(external_id="app-1")
    created = await schedule_interview(tenant.services, caller, request)
    await cancel_interview(tenant.services, caller, global_id_of(created.interview), None, None)
    found = await schedule_interview(tenant.services, caller, replace(request, if_exists=RETURN_EXISTING))
    assert (found.interview.id, found.interview.status) == (created.interview.id, InterviewStatus.CANCELLED)
    assert found.is_existing


async def test_started_interview_is_the_scheduled_one_of_its_external_id(tenant: Tenant) -> None:
    caller = await tenant.admin()
    scheduled = await schedule_interview(tenant.services, caller, tenant.schedule_request(external_id="app-1"))
    request = tenant.start_request(external_id="app-1", if_exists=RETURN_EXISTING)
    started = await start_interview(tenant.services, caller, request)
    assert (started.interview.id, started.interview.status) == (scheduled.interview.id, InterviewStatus.WAITING)
    assert started.interview.consent and started.is_existing


async def test_call_that_was_interrupted_after_its_claim_is_completed_by_the_next(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await tenant.admin()
    request = tenant.schedule_request(external_id="app-1", if_exists=RETURN_EXISTING)
    with monkeypatch.context() as patched, pytest.raises(ConnectionError):
        patched.setattr(starting, "insert_interview", fail_with_connection_error)
        await schedule_interview(tenant.services, caller, request)
    first, second = [await schedule_interview(tenant.services, caller, request) for _ in range(2)]
    assert first.interview.id == second.interview.id
    assert (first.is_existing, second.is_existing) == (False, True)


@pytest.mark.parametrize("is_deleted", [False, True], ids=["marked", "deleted"])
async def test_erased_interview_is_not_returned_and_leaves_no_reference(tenant: Tenant, is_deleted: bool) -> None:
    caller = await tenant.admin()
    request = tenant.schedule_request(external_id="app-1", if_exists=RETURN_EXISTING)
    erased = await schedule_interview(tenant.services, caller, request)
    assert await mark_erased(erased.interview.id)
    if is_deleted:
        await delete_erased(erased.interview.id)
        assert await ExternalReference.find_all().count() == 0
    created = await schedule_interview(tenant.services, caller, request)
    assert created.interview.id != erased.interview.id
    assert created.interview.erased_at is None and not created.is_existing
    again = await schedule_interview(tenant.services, caller, request)
    assert again.interview.id == created.interview.id


async def test_option_without_an_external_id_is_refused(tenant: Tenant) -> None:
    with pytest.raises(BadInput, match="externalId"):
        await schedule_interview(tenant.services, await tenant.admin(), tenant.schedule_request(if_exists=RETURN_EXISTING))
