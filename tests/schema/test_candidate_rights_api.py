"""Withdrawing consent, alternatives and accommodations through the API."""

from typing import Any

import pytest
from beanie import PydanticObjectId

from models.documents.evaluation import Evaluation
from models.documents.interview import Consent, EvaluationStatus, Interview, InterviewStatus, LegalHold
from models.documents.organization import Role
from models.storage.clock import now
from tests.factories import reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token

STATE = "interview { status endReason consent { withdrawnAt } }"
REQUESTS = "interview { status pausedAt channel progress { limitSeconds } requests { kinds status details seqs note } }"
GIVEN = Consent(text_version="2026-12", given_at=now(), recording=False)


@pytest.mark.parametrize("status", ["SCHEDULED", "WAITING", "IN_PROGRESS", "ENDING"])
async def test_withdrawing_by_the_invite_ends_at_any_time_without_an_evaluation(
    api: ApiClient, tenant: Tenant, status: str
) -> None:
    interview = await tenant.make_interview(InterviewStatus(status))
    named = {"invite": tenant.invite_token(interview), "idempotencyKey": "once"}
    first = (await api.mutate("withdrawConsent", None, STATE, **named))["withdrawConsent"]["interview"]
    assert (first["status"], first["endReason"]) == ("OPTED_OUT", "CONSENT_WITHDRAWN")
    again = (await api.mutate("withdrawConsent", None, STATE, **named))["withdrawConsent"]["interview"]
    assert again == first
    assert await Evaluation.find({"interview_id": interview.id}).to_list() == []
    refused = await api.mutate("joinInterview", None, "access { token }", invite=named["invite"])
    assert (refused.codes, "opted out" in refused.error["message"]) == (["CONFLICT"], True)
    renewed = await api.mutate(
        "renewInvite", await issue_token(tenant, Role.ADMIN), "invite { token }", interviewId=global_id_of(interview)
    )
    assert renewed.codes == ["CONFLICT"]


async def test_withdrawing_after_the_end_stops_and_hides_evaluations(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview(consent=GIVEN, evaluated=True, score=80.0)
    await tenant.make_evaluation(interview)
    pending = await tenant.make_evaluation(interview, version=2, status=EvaluationStatus.PENDING, outcome=None, due_at=now())
    token, admin = await issue_token(tenant, Role.CANDIDATE, interview), await issue_token(tenant, Role.ADMIN)
    named = {"interviewId": global_id_of(interview)}
    withdrawn = (await api.mutate("withdrawConsent", token, STATE, **named, reason="Too long."))["withdrawConsent"]["interview"]
    assert withdrawn["status"] == "COMPLETED"
    assert withdrawn["consent"]["withdrawnAt"]
    stopped = await Evaluation.get(PydanticObjectId(pending.id))
    assert stopped
    assert (stopped.status, stopped.due_at, stopped.fence) == (EvaluationStatus.FAILED, None, pending.fence + 1)
    query = """query($id: ID!, $e: ID!) { interview(id: $id) { evaluation { id } evaluations { id } withdrawalReason }
      evaluation(interviewId: $id) { id } node(id: $e) { id } interviews(filter: {minScore: 1}) { totalCount } }"""
    shown = await api.execute(query, admin, id=named["interviewId"], e=global_id_of(pending))
    assert shown.data == {
        "interview": {"evaluation": None, "evaluations": [], "withdrawalReason": "Too long."},
        "evaluation": None,
        "node": None,
        "interviews": {"totalCount": 0},
    }
    assert (await api.mutate("evaluateInterview", admin, "evaluation { id }", **named)).codes == ["CONFLICT"]


async def test_withdrawing_with_erasure_erases_unless_there_is_a_legal_hold(api: ApiClient, tenant: Tenant) -> None:
    held = await tenant.make_interview(legal_hold=LegalHold(reason="A lawsuit.", set_by="Eve", set_at=now()))
    refused = await api.mutate("withdrawConsent", None, STATE, invite=tenant.invite_token(held), eraseData=True)
    assert refused.codes == ["CONFLICT"]
    assert "lawsuit" not in refused.error["message"], "the candidate does not learn the reason"
    assert (await reload_interview(held)).status is InterviewStatus.IN_PROGRESS
    interview = await tenant.make_interview()
    recruiter = await issue_token(tenant, Role.RECRUITER)
    named = {"interviewId": global_id_of(interview), "eraseData": True}
    assert (await api.mutate("withdrawConsent", recruiter, STATE, **named)).codes == ["FORBIDDEN"]
    selection = "receipt interview { status erasedAt }"
    erased = (await api.mutate("withdrawConsent", None, selection, invite=tenant.invite_token(interview), eraseData=True)).data
    assert erased
    assert erased["withdrawConsent"]["receipt"]
    assert erased["withdrawConsent"]["interview"]["status"] == "OPTED_OUT"
    assert erased["withdrawConsent"]["interview"]["erasedAt"]


@pytest.mark.parametrize("named", [{}, {"interviewId": "int_1", "invite": "x"}])
async def test_interview_is_named_in_exactly_one_way(api: ApiClient, tenant: Tenant, named: dict[str, Any]) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    for mutation, fields in (("withdrawConsent", {}), ("requestAlternative", {}), ("requestAccommodation", {"kinds": ["OTHER"]})):
        assert (await api.mutate(mutation, token, "interview { id }", **named, **fields)).codes == ["BAD_INPUT"]


async def test_alternative_opts_out_and_leaves_an_open_request(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED)
    named = {"invite": tenant.invite_token(interview), "details": "Please call me.", "idempotencyKey": "once"}
    for _ in range(2):
        answer = (await api.mutate("requestAlternative", None, REQUESTS, **named))["requestAlternative"]["interview"]
        assert answer["status"] == "OPTED_OUT"
        (request,) = answer["requests"]
        assert (request["kinds"], request["status"], request["details"]) == (["HUMAN"], "OPEN", "Please call me.")
    admin = await issue_token(tenant, Role.ADMIN)
    query = "query($open: Boolean!) { interviews(filter: {hasOpenRequests: $open}) { nodes { id requests { id } } } }"
    (found,) = (await api.execute(query, admin, open=True))["interviews"]["nodes"]
    answer_fields = {
        "interviewId": found["id"],
        "requestId": found["requests"][0]["id"],
        "status": "GRANTED",
        "note": "On Monday.",
    }
    resolved = await api.mutate("resolveRequest", admin, "interview { requests { status note answeredBy } }", **answer_fields)
    (request,) = resolved["resolveRequest"]["interview"]["requests"]
    assert (request["status"], request["note"]) == ("GRANTED", "On Monday.")
    assert request["answeredBy"]
    assert (await api.execute(query, admin, open=True))["interviews"]["nodes"] == []
    assert len((await api.execute(query, admin, open=False))["interviews"]["nodes"]) == 1
    changed = await api.mutate("resolveRequest", admin, "interview { id }", **{**answer_fields, "status": "DECLINED"})
    assert changed.codes == ["CONFLICT"]
    over = await tenant.make_completed_interview()
    token = await issue_token(tenant, Role.CANDIDATE, over)
    refused = await api.mutate("requestAlternative", token, "interview { id }", interviewId=global_id_of(over))
    assert refused.codes == ["CONFLICT"]


async def test_accommodations_are_granted_before_the_start(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel="VOICE")
    invite = tenant.invite_token(interview)
    fields = {"kinds": ["TYPING", "EXTRA_TIME"], "details": "I stutter.", "idempotencyKey": "once", "invite": invite}
    for _ in range(2):
        answer = (await api.mutate("requestAccommodation", None, REQUESTS, **fields))["requestAccommodation"]["interview"]
    (request,) = answer["requests"]
    assert (request["kinds"], request["status"]) == (["EXTRA_TIME", "TYPING"], "GRANTED")
    assert (answer["channel"], answer["pausedAt"], answer["progress"]["limitSeconds"]) == ("TEXT", None, 45 * 60)
    selection = "limitMinutes mayRequest endReason accommodations { timeFactor typing captions } requests { kinds status }"
    shown = (await api.execute(f"query($t: String!) {{ invitation(token: $t) {{ {selection} }} }}", None, t=invite))["invitation"]
    assert (shown["limitMinutes"], len(shown["mayRequest"]), shown["endReason"]) == (45, 5, None)
    assert shown["accommodations"] == {"timeFactor": 1.5, "typing": True, "captions": False}
    assert shown["requests"] == [{"kinds": request["kinds"], "status": "GRANTED"}]
    viewer = await issue_token(tenant, Role.VIEWER)
    listed = "{ interviews { nodes { progress { limitSeconds } endsAt pausedAt } } }"
    assert (await api.execute(listed, viewer))["interviews"]["nodes"] == [
        {"progress": {"limitSeconds": 45 * 60}, "endsAt": None, "pausedAt": None}
    ]


async def test_request_in_the_interview_pauses_the_clock(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    token = await issue_token(tenant, Role.CANDIDATE, interview)
    fields = {"kinds": ["OTHER"], "interviewId": global_id_of(interview)}
    answer = (await api.mutate("requestAccommodation", token, REQUESTS, **fields))["requestAccommodation"]["interview"]
    assert answer["pausedAt"]
    assert answer["requests"][0]["status"] == "OPEN"
    stored = await Interview.get_pymongo_collection().find_one({"_id": interview.id})
    assert stored
    await api.mutate("eraseInterview", await issue_token(tenant, Role.ADMIN), "receipt", interviewId=global_id_of(interview))
    assert (await reload_interview(interview)).requests == []
