"""Budgets through the API: what is refused by name, what a candidate learns, and the usage of an organization."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role, set_organization_budget
from models.documents.organization_usage import begin_of_next_day, get_organization_usage
from models.documents.usage import Usage
from models.storage.clock import now
from resolvers.starting import schedule_interview
from schema.types.scalars import serialize_datetime
from tests.factories import add_organization_usage, reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

START_FIELDS = {"candidateName": "Ada Lovelace", "positionKey": "tester", "channel": "TEXT", "consent": CONSENT_INPUT}


async def start_interview(api: ApiClient, token: str, **fields: Any) -> GraphQLResponse:
    return await api.mutate("startInterview", token, "interview { status }", **START_FIELDS, **fields)


async def test_no_more_interviews_begin_than_the_budget_and_refusals_name_it(api: ApiClient, tenant: Tenant) -> None:
    await set_organization_budget(tenant.id, "daily_interviews", 2)
    token = await issue_token(tenant, Role.INTEGRATION)
    responses = await asyncio.gather(*(start_interview(api, token, idempotencyKey=str(n)) for n in range(6)))
    refused = [response.error["extensions"] for response in responses if response.errors]
    assert len(refused) == 4
    opens_at = begin_of_next_day(now())
    for extensions in refused:
        assert extensions["code"] == "RATE_LIMITED"
        assert extensions["budget"] == {"name": "DAILY_INTERVIEWS", "limit": 2.0, "used": 2.0}
        assert extensions["opensAt"] == serialize_datetime(opens_at)
        assert 0 < extensions["retryAfterSeconds"] <= 24 * 3600
    begun = await Interview.find({"organization_id": tenant.id, "status": InterviewStatus.WAITING}).count()
    assert begun == (await get_organization_usage(tenant.id, now())).interviews == 2

    await set_organization_budget(tenant.id, "daily_interviews", 0)
    completed = await asyncio.gather(*(start_interview(api, token, idempotencyKey=str(n)) for n in range(6)))
    assert [response["startInterview"]["interview"]["status"] for response in completed] == ["WAITING"] * 6
    assert await Interview.find({"organization_id": tenant.id}).count() == 6, "a repetition completes what was refused"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("daily_messages", "DAILY_MESSAGES"),
        ("daily_calls", "DAILY_CALLS"),
        ("daily_tokens", "DAILY_TOKENS"),
        ("daily_usd", "DAILY_COST"),
    ],
)
async def test_interview_that_could_not_be_held_with_claude_is_not_stored(
    api: ApiClient, tenant: Tenant, field: str, name: str
) -> None:
    await set_organization_budget(tenant.id, field, 1)
    usage = Usage(calls=1, input_tokens=1, output_tokens=1, cost_usd=1.5)
    await add_organization_usage(tenant.id, now(), messages=1, usage=usage)
    refused = (await start_interview(api, await issue_token(tenant, Role.RECRUITER))).error
    assert (refused["extensions"]["code"], refused["extensions"]["budget"]["name"]) == ("RATE_LIMITED", name)
    assert "is used up. It is open again on" in refused["message"]
    assert await Interview.find({"organization_id": tenant.id}).count() == 0


async def test_candidate_who_cannot_join_today_learns_when_and_loses_nothing(api: ApiClient, tenant: Tenant) -> None:
    await set_organization_budget(tenant.id, "daily_usd", 1)
    await add_organization_usage(tenant.id, now(), usage=Usage(calls=1, cost_usd=1.0))
    expires_at = now() + timedelta(minutes=5)
    request = tenant.schedule_request(expires_at=expires_at)
    interview = (await schedule_interview(tenant.services, await tenant.admin(), request)).interview
    invite = tenant.invite_token(interview)

    async def join() -> GraphQLResponse:
        return await api.mutate("joinInterview", None, "interview { status }", invite=invite, consent=CONSENT_INPUT)

    extensions = (await join()).error["extensions"]
    opens_at = begin_of_next_day(now())
    assert (extensions["code"], extensions["opensAt"]) == ("CONFLICT", serialize_datetime(opens_at))
    assert "budget" not in extensions, "what the organization spends does not concern the candidate"
    stored = await reload_interview(interview)
    assert stored.expires_at == opens_at + timedelta(days=2)
    await set_organization_budget(tenant.id, "daily_usd", None)
    assert (await join())["joinInterview"]["interview"]["status"] == "WAITING"


async def test_return_to_an_interview_that_has_begun_needs_no_budget(api: ApiClient, tenant: Tenant) -> None:
    started = await start_interview(api, await issue_token(tenant, Role.RECRUITER))
    assert started["startInterview"]["interview"]["status"] == "WAITING"
    await set_organization_budget(tenant.id, "daily_interviews", 1)
    interview = await Interview.find_one({"organization_id": tenant.id})
    assert interview
    joined = await api.mutate("joinInterview", None, "interview { status }", invite=tenant.invite_token(interview))
    assert joined["joinInterview"]["interview"]["status"] == "WAITING"


async def test_message_over_the_interviews_budget_is_refused_by_name(
    api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant.services.settings.budget, "interview_messages", 1)
    interview = await tenant.make_interview()
    token = await issue_token(tenant, Role.CANDIDATE, interview)
    fields = {"interviewId": global_id_of(interview), "text": "Hello."}
    for _ in range(2):
        sent = await api.mutate("sendMessage", token, "turn { seq }", **fields, idempotencyKey="first")
        assert sent["sendMessage"]["turn"]["seq"] == 1
    refused = (await api.mutate("sendMessage", token, "turn { seq }", **fields)).error
    assert refused["extensions"]["code"] == "CONFLICT"
    assert refused["extensions"]["budget"] == {"name": "INTERVIEW_MESSAGES", "limit": 1, "used": 1}
    staff = await issue_token(tenant, Role.RECRUITER)
    query = "query($id: ID!) { interview(id: $id) { exhaustedBudget usage { messages characters total { calls } } } }"
    read = (await api.execute(query, staff, id=global_id_of(interview)))["interview"]
    assert read == {"exhaustedBudget": None, "usage": {"messages": 1, "characters": 6, "total": {"calls": 0}}}


async def test_usage_of_the_organization_has_its_days_and_budgets(api: ApiClient, tenant: Tenant) -> None:
    await set_organization_budget(tenant.id, "daily_usd", 0)
    usage = Usage(calls=2, input_tokens=3_000_000_000, cached_input_tokens=10, output_tokens=5, cost_usd=0.1)
    for days in (0, 1, 40):
        await add_organization_usage(tenant.id, now() - timedelta(days=days), messages=3, usage=usage)
    query = """query($days: Int!) { organizationUsage(days: $days) {
      budgets { budget limit used opensAt }
      days { day interviews messages calls inputTokens cachedInputTokens outputTokens costUsd }
    } }"""
    token = await issue_token(tenant, Role.RECRUITER)
    read = (await api.execute(query, token, days=2))["organizationUsage"]
    opens_at = begin_of_next_day(now())
    assert [(day["day"], day["messages"], day["calls"], day["inputTokens"], day["costUsd"]) for day in read["days"]] == [
        (serialize_datetime(opens_at - timedelta(days=number)), 3, 2, 3e9, 0.1) for number in (1, 2)
    ]
    assert {one["budget"]: (one["limit"], one["used"]) for one in read["budgets"]} == {
        "DAILY_INTERVIEWS": (10_000.0, 0.0),
        "DAILY_MESSAGES": (1_000_000.0, 3.0),
        "DAILY_CALLS": (500_000.0, 2.0),
        "DAILY_TOKENS": (5e9, 3_000_000_015.0),
        "DAILY_COST": (None, 0.1),
        "DAILY_TRY_OUTS": (20.0, 0.0),
    }
    assert {one["opensAt"] for one in read["budgets"]} == {serialize_datetime(opens_at)}
    assert len((await api.execute(query, token, days=90))["organizationUsage"]["days"]) == 3
    for days in (0, 91):
        assert (await api.execute(query, token, days=days)).codes == ["BAD_INPUT"]
