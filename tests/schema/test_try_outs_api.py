"""Try-outs through the API: taken like an interview, never evaluated, in no list, and deleted within a day."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId

from lifecycle.jobs import ERASE_MEDIA
from lifecycle.repairs import repair_all
from lifecycle.states import end_interview
from models.documents.change import Change, ChangeKind
from models.documents.change_sequencer import StreamedChange, ensure_sequencer
from models.documents.evaluation import Evaluation
from models.documents.interview import EndReason, Interview, InterviewStatus
from models.documents.organization import Role, set_organization_budget
from models.documents.organization_usage import get_organization_usage
from models.documents.recording import Recording
from models.documents.try_out import TryOut
from models.documents.turn import TurnDocument, read_turns
from models.reads import closed_organizations
from models.reads.watermarks import list_changes_since
from models.storage.clock import now
from models.writes.change_sequence import claim_sequencer, record_changes
from models.writes.interview_erasure import confirm_media_erased
from models.writes.organization_closing import close_organization
from models.writes.position_versions import save_position
from resolvers.ids import IdKind, decode_id
from resolvers.recordings import find_recording_file
from tests.factories import add_candidate_turn, new_recording, new_recording_file, position_body, reload_interview
from tests.lifecycle.job_worker import JobSpy
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

LISTS = """{
  interviews { totalCount nodes { id } }
  newest: interviews(orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { id } }
  agreement(positionKey: "tester") { criterionKey }
  organizationUsage(days: 1) { days { interviews messages } budgets { budget used } }
}"""
READ = "query($id: ID!) { interview(id: $id) { status isTryOut evaluation { id } transcript { turns { text } } } }"


async def start(
    api: ApiClient, token: str, selection: str = "interview { id } invite { token }", **fields: Any
) -> GraphQLResponse:
    return await api.mutate("startTryOut", token, selection, **{"positionKey": "tester", "channel": "TEXT", **fields})


async def load(response: GraphQLResponse) -> Interview:
    """Return the try-out that a response has started."""
    found = await Interview.get(PydanticObjectId(decode_id(IdKind.INTERVIEW, response["startTryOut"]["interview"]["id"])))
    assert found
    return found


async def join(api: ApiClient, invite: str) -> str:
    """Join as the candidate and return the token."""
    joined = await api.mutate("joinInterview", None, "access { token }", invite=invite, consent=CONSENT_INPUT)
    token: str = joined["joinInterview"]["access"]["token"]
    return token


async def test_try_out_is_taken_by_its_invite_and_never_evaluated(api: ApiClient, tenant: Tenant) -> None:
    recruiter = await issue_token(tenant, Role.RECRUITER)
    started = await start(api, recruiter, "interview { id isTryOut status candidate { name } } invite { token }")
    invite = started["startTryOut"]["invite"]["token"]
    shown = await api.execute("query($token: String!) { invitation(token: $token) { isTryOut organization } }", token=invite)
    assert shown["invitation"] == {"isTryOut": True, "organization": tenant.organization.name}
    token, try_out = await join(api, invite), await load(started)
    sent = await api.mutate("sendMessage", token, "turn { seq }", interviewId=global_id_of(try_out), text="Hello.")
    assert sent["sendMessage"]["turn"]["seq"] == 1
    ended = await end_interview(tenant.services, await reload_interview(try_out), EndReason.RECRUITER_ENDED)
    assert (ended.status, ended.evaluation_status) == (InterviewStatus.COMPLETED, None)
    assert await Evaluation.find({"interview_id": try_out.id}).count() == 0
    read = (await api.execute(READ, recruiter, id=global_id_of(try_out)))["interview"]
    assert (read["status"], read["isTryOut"], read["evaluation"]) == ("COMPLETED", True, None)
    assert read["transcript"]["turns"][0]["text"] == "Hello."
    own = await api.execute("query($id: ID!) { interview(id: $id) { isTryOut } }", token, id=global_id_of(try_out))
    assert own["interview"]["isTryOut"]


async def test_try_out_cannot_be_evaluated_held_or_renewed(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    interview_id = global_id_of(await load(await start(api, admin)))
    for mutation, fields in (("evaluateInterview", {}), ("setLegalHold", {"reason": "A lawsuit."}), ("renewInvite", {})):
        refused = (await api.mutate(mutation, admin, "__typename", interviewId=interview_id, **fields)).error
        assert refused["extensions"]["code"] == "CONFLICT", mutation
        assert refused["message"].startswith("A try-out cannot be"), mutation


async def test_version_is_chosen_and_unknown_ones_are_named(api: ApiClient, tenant: Tenant) -> None:
    await save_position(tenant.id, position_body(title="Tester, second version"), 1)
    recruiter, selection = await issue_token(tenant, Role.RECRUITER), "interview { position { version } }"
    newest = await start(api, recruiter, selection)
    assert newest["startTryOut"]["interview"]["position"]["version"] == 2
    first = await start(api, recruiter, selection, version=1)
    assert first["startTryOut"]["interview"]["position"]["version"] == 1
    for fields, field in (({"version": 9}, "version"), ({"positionKey": "nothing"}, "positionKey")):
        refused = (await start(api, recruiter, selection, **fields)).error
        assert (refused["extensions"]["code"], refused["extensions"]["field"]) == ("BAD_INPUT", field)


async def test_try_out_is_in_no_list_count_usage_or_feed(api: ApiClient, tenant: Tenant) -> None:
    recruiter = await issue_token(tenant, Role.RECRUITER)
    started = await start(api, recruiter)
    try_out = await load(started)
    token = await join(api, started["startTryOut"]["invite"]["token"])
    await api.mutate("sendMessage", token, "turn { seq }", interviewId=global_id_of(try_out), text="Hello.")
    lists = await api.execute(LISTS, recruiter)
    assert lists["interviews"] == {"totalCount": 0, "nodes": []}
    assert lists["newest"]["nodes"] == []
    assert lists["organizationUsage"]["days"] == [{"interviews": 0, "messages": 0}]
    used = {each["budget"]: each["used"] for each in lists["organizationUsage"]["budgets"]}
    assert used["DAILY_TRY_OUTS"] == 1
    assert await list_changes_since(tenant.id, now() - timedelta(hours=1)) == [], "live lists follow this query"
    await ensure_sequencer()
    sequencer = await claim_sequencer("a test", 60)
    assert sequencer
    interview = await tenant.make_interview()
    changes = [StreamedChange(changed.id, [(ChangeKind.INTERVIEW, changed.id)], [], now()) for changed in (try_out, interview)]
    assert await record_changes(sequencer, changes, {}, 60) == {tenant.id}
    assert [change.interview_id for change in await Change.find_all().to_list()] == [interview.id]


async def test_daily_budget_of_try_outs_is_refused_by_name_and_stops_no_interview(api: ApiClient, tenant: Tenant) -> None:
    await set_organization_budget(tenant.id, "daily_try_outs", 2)
    recruiter = await issue_token(tenant, Role.RECRUITER)
    responses = await asyncio.gather(*(start(api, recruiter) for _ in range(4)))
    refused = [response.error for response in responses if response.errors]
    assert len(refused) == 2
    assert refused[0]["extensions"]["code"] == "RATE_LIMITED"
    assert refused[0]["extensions"]["budget"] == {"name": "DAILY_TRY_OUTS", "limit": 2.0, "used": 2.0}
    assert "budget of 2 try-outs per day is used up" in refused[0]["message"]
    fields = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT", "consent": CONSENT_INPUT}
    begun = await api.mutate("startInterview", recruiter, "interview { status }", **fields)
    assert begun["startInterview"]["interview"]["status"] == "WAITING"
    assert (await get_organization_usage(tenant.id, now())).interviews == 1


async def test_try_out_belongs_to_its_organization_alone_and_closes_with_it(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = await start(api, await issue_token(tenant, Role.RECRUITER))
    invite, interview_id = started["startTryOut"]["invite"]["token"], started["startTryOut"]["interview"]["id"]
    stranger = await issue_token(other_tenant, Role.ADMIN)
    assert (await api.execute(READ, stranger, id=interview_id)).codes == ["NOT_FOUND"]
    monkeypatch.setattr(closed_organizations, "MAX_AGE_SECONDS", 0.0)
    await close_organization(tenant.organization)
    closed = await api.mutate("joinInterview", None, "__typename", invite=invite, consent=CONSENT_INPUT)
    assert closed.codes == ["CONFLICT"]


async def test_try_out_is_deleted_with_its_recording_when_its_time_is_over(api: ApiClient, tenant: Tenant) -> None:
    tenant.services.jobs.register(ERASE_MEDIA, JobSpy())
    recruiter = await issue_token(tenant, Role.RECRUITER)
    started = await start(api, recruiter)
    try_out, kept = await load(started), await load(await start(api, recruiter))
    await join(api, started["startTryOut"]["invite"]["token"])
    await add_candidate_turn(try_out, "a secret")
    file = new_recording_file()
    await new_recording(try_out, organization_id=tenant.id, files=[file], is_open=False).insert()
    await repair_all(tenant.services)
    assert await read_turns(try_out.id)
    assert await find_recording_file(tenant.id, file.id), "until then its organization can play it"
    await TryOut.find({"_id": try_out.id}).update({"$set": {"delete_at": now() - timedelta(seconds=1)}})
    await asyncio.gather(*(repair_all(tenant.services) for _ in range(2)))
    # the recorded files are deleted first
    assert (await reload_interview(try_out)).erased_at
    assert await confirm_media_erased(try_out.id, 0)
    await repair_all(tenant.services)
    for model in (Interview, TryOut):
        assert [each.id for each in await model.find_all().to_list()] == [kept.id]
    for belonging in (TurnDocument, Recording):
        assert await belonging.find({"interview_id": try_out.id}).count() == 0
    assert (await api.execute(READ, recruiter, id=global_id_of(try_out))).codes == ["NOT_FOUND"]
