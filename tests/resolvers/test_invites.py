"""Renewing invites. tests/schema/test_invites_api.py tests invites over HTTP."""

import pytest

from errors import Conflict
from models.documents.interview import InterviewStatus
from resolvers.ending import end_interview
from resolvers.invites import RenewRequest, renew_invite
from tests.resolvers.tenant import Tenant, global_id_of, minutes_from_now

SCHEDULED = InterviewStatus.SCHEDULED


async def test_repeating_an_earlier_renewal_returns_the_current_link(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(SCHEDULED), await tenant.admin()
    request = RenewRequest(interview_id=global_id_of(interview), idempotency_key="first")
    first = await renew_invite(tenant.services, caller, request)
    second = await renew_invite(
        tenant.services, caller, RenewRequest(interview_id=global_id_of(interview), idempotency_key="second")
    )
    repeated = await renew_invite(tenant.services, caller, request)
    assert (first.interview.invite_generation, repeated.interview.invite_generation) == (2, 3)
    assert repeated.invite == second.invite != first.invite


async def test_renewal_can_be_repeated_after_the_interview_has_ended(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(), await tenant.admin()
    request = RenewRequest(interview_id=global_id_of(interview), idempotency_key="a key")
    renewed = await renew_invite(tenant.services, caller, request)
    await end_interview(tenant.services, caller, global_id_of(interview), None)
    assert (await renew_invite(tenant.services, caller, request)).invite == renewed.invite
    with pytest.raises(Conflict, match="cannot be renewed"):
        await renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(interview), idempotency_key="another"))


async def test_renewal_without_times_keeps_the_time_and_restores_the_default_lifetime(tenant: Tenant) -> None:
    at, caller = minutes_from_now(60), await tenant.admin()
    interview = await tenant.make_interview(SCHEDULED, scheduled_for=at, expires_at=minutes_from_now(1))
    renewal = await renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(interview)))
    assert renewal.interview.scheduled_for == at
    assert (renewal.invite.expires_at - at).days == tenant.services.settings.auth.invite_days
    past = await tenant.make_interview(SCHEDULED, scheduled_for=minutes_from_now(-60), expires_at=minutes_from_now(1))
    renewal = await renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(past)))
    assert renewal.invite.expires_at > minutes_from_now(60 * 24 * 6), "counted from now, since the interview's time has passed"
