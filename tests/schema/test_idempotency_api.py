"""Idempotency of every mutation: five concurrent calls with one key have one effect; another input is a CONFLICT."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId
from bson import ObjectId

from models.documents.demographics import Demographics
from models.documents.evaluation import Evaluation
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import CandidateRequest, Interview, InterviewStatus, LegalHold, RequestKind, RequestStatus
from models.documents.member import Member, get_member
from models.documents.member_invitation import MemberInvitation
from models.documents.notice import Notice
from models.documents.organization import ApiKey, Organization, Role, create_key
from models.documents.position import Position
from models.documents.turn import TurnDocument
from models.documents.turn_correction import list_corrections
from models.documents.webhook import (
    SigningSecret,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookEndpoint,
    WebhookEventType,
)
from models.storage.clock import now
from resolvers.ids import IdKind, encode_id
from tests.factories import new_interview_note, new_webhook_endpoint, reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token
from tests.schema.authorization_table import fields_of, input_names_of
from tests.schema.test_positions_api import position_input


@dataclass
class MutationScenario:
    """A tenant with an interview, which has an open request, or a turn of the candidate and an evaluation if it is completed."""

    tenant: Tenant
    interview: Interview
    evaluation: Evaluation | None
    api_key: ApiKey
    member: Member
    invitation: MemberInvitation
    endpoint: WebhookEndpoint
    delivery: WebhookDelivery

    @classmethod
    async def make(
        cls, tenant: Tenant, status: InterviewStatus, *, is_blind: bool = False, is_held: bool = False
    ) -> "MutationScenario":
        api_key, _ = await create_key(tenant.id, Role.VIEWER, "of a dashboard")
        person = {"organization_id": tenant.id, "role": Role.RECRUITER, "name": "Ada"}
        member = await Member(**person, email=f"{ObjectId()}@example.org").insert()
        invitation = await MemberInvitation(
            **person, email=f"{ObjectId()}@example.org", expires_at=now() + timedelta(days=1)
        ).insert()
        secret = SigningSecret(id=PydanticObjectId(), encrypted="")
        endpoint = await new_webhook_endpoint(tenant.id, secrets=[secret]).insert()
        delivery = await WebhookDelivery(
            organization_id=tenant.id,
            endpoint_id=endpoint.id,
            type=WebhookEventType.INTERVIEW_STARTED,
            event_key="a key",
            number=1,
            interview_id=PydanticObjectId(),
            occurred_at=now(),
            status=WebhookDeliveryStatus.FAILED,
        ).insert()
        hold = LegalHold(reason="A lawsuit.", set_by="somebody", set_at=now()) if is_held else None
        if status is not InterviewStatus.COMPLETED:
            request = CandidateRequest(
                id=PydanticObjectId(), kinds=[RequestKind.OTHER], requested_at=now(), status=RequestStatus.OPEN
            )
            interview = await tenant.make_interview(status, is_blind=is_blind, legal_hold=hold, requests=[request])
            return cls(tenant, interview, None, api_key, member, invitation, endpoint, delivery)
        interview = await tenant.make_completed_interview(is_blind=is_blind, legal_hold=hold, notes=[new_interview_note()])
        evaluation = await tenant.make_evaluation(interview)
        return cls(tenant, interview, evaluation, api_key, member, invitation, endpoint, delivery)


@dataclass(frozen=True)
class MutationCase:
    """A mutation: two different inputs, its selection, how its effects are counted, and the expected count."""

    make_input: Callable[[MutationScenario], dict[str, Any]]
    other_input: dict[str, Any]
    selection: str
    count_effects: Callable[[MutationScenario], Awaitable[int]]
    status: InterviewStatus = InterviewStatus.IN_PROGRESS
    role: Role = Role.ADMIN
    is_blind: bool = False
    is_held: bool = False
    """Whether the interview is under a legal hold."""


async def count_new_interviews(scenario: MutationScenario) -> int:
    return await Interview.find({"organization_id": scenario.tenant.id}).count() - 1


async def count_try_outs(scenario: MutationScenario) -> int:
    return await Interview.find({"try_out_of": scenario.tenant.id}).count()


async def count_renewals(scenario: MutationScenario) -> int:
    return (await reload_interview(scenario.interview)).invite_generation - 1


async def count_turns(scenario: MutationScenario) -> int:
    return await TurnDocument.find({"interview_id": scenario.interview.id}).count()


async def count_signals(scenario: MutationScenario) -> int:
    return len((await reload_interview(scenario.interview)).signals.applied)


async def count_new_versions(scenario: MutationScenario) -> int:
    return await Evaluation.find({"interview_id": scenario.interview.id}).count() - 1


async def count_reviews(scenario: MutationScenario) -> int:
    evaluation = await Evaluation.find_one({"interview_id": scenario.interview.id})
    assert evaluation
    return len(evaluation.reviews)


async def count_ratings(scenario: MutationScenario) -> int:
    evaluation = await Evaluation.find_one({"interview_id": scenario.interview.id})
    assert evaluation
    return len(evaluation.ratings)


async def count_adoptions(scenario: MutationScenario) -> int:
    return len((await reload_interview(scenario.interview)).adoptions)


async def count_new_positions(scenario: MutationScenario) -> int:
    return await Position.find({"organization_id": scenario.tenant.id}).count() - 1


async def count_ends(scenario: MutationScenario) -> int:
    return int((await reload_interview(scenario.interview)).ended_at is not None)


async def count_new_requests(scenario: MutationScenario) -> int:
    return len((await reload_interview(scenario.interview)).requests) - 1


async def count_answers(scenario: MutationScenario) -> int:
    return sum(request.answered_at is not None for request in (await reload_interview(scenario.interview)).requests)


async def count_policy_updates(scenario: MutationScenario) -> int:
    organization = await Organization.get(PydanticObjectId(scenario.tenant.id))
    assert organization
    return len(organization.retention_updates)


async def count_holds(scenario: MutationScenario) -> int:
    interview = await reload_interview(scenario.interview)
    return len(interview.released_legal_holds) + (interview.legal_hold is not None)


async def count_released_holds(scenario: MutationScenario) -> int:
    return len((await reload_interview(scenario.interview)).released_legal_holds)


async def count_demographics_updates(scenario: MutationScenario) -> int:
    [stored] = await Demographics.find({"interview_id": scenario.interview.id}).to_list()
    return len(stored.updates)


async def count_corrections(scenario: MutationScenario) -> int:
    return len(await list_corrections([scenario.interview.id]))


async def count_new_notes(scenario: MutationScenario) -> int:
    return len((await reload_interview(scenario.interview)).notes) - 1


async def count_deleted_notes(scenario: MutationScenario) -> int:
    return len((await reload_interview(scenario.interview)).deleted_notes)


async def count_notices(scenario: MutationScenario) -> int:
    return await Notice.find({"organization_id": scenario.tenant.id}).count()


async def count_organization_updates(scenario: MutationScenario) -> int:
    organization = await Organization.get(scenario.tenant.organization.id)
    return len(organization.updates) if organization else 0


async def count_new_keys(scenario: MutationScenario) -> int:
    return await ApiKey.find({"organization_id": scenario.tenant.id, "created_by": {"$ne": None}}).count()


async def count_revoked_keys(scenario: MutationScenario) -> int:
    return await ApiKey.find({"organization_id": scenario.tenant.id, "revoked_at": {"$ne": None}}).count()


async def count_invitations(scenario: MutationScenario) -> int:
    return await MemberInvitation.find({"organization_id": scenario.tenant.id}).count() - 1


async def count_revoked_invitations(scenario: MutationScenario) -> int:
    return await MemberInvitation.find({"organization_id": scenario.tenant.id, "revoked_at": {"$ne": None}}).count()


async def count_member_updates(scenario: MutationScenario) -> int:
    member = await get_member(scenario.member.id)
    assert member
    return len(member.updates)


async def count_removed_members(scenario: MutationScenario) -> int:
    return await Member.find({"organization_id": scenario.tenant.id, "removed_at": {"$ne": None}}).count()


def member_input(scenario: MutationScenario) -> dict[str, Any]:
    return {"memberId": encode_id(IdKind.MEMBER, scenario.member.id)}


def key_input(scenario: MutationScenario) -> dict[str, Any]:
    return {"apiKeyId": encode_id(IdKind.API_KEY, scenario.api_key.id)}


async def count_endpoints(scenario: MutationScenario) -> int:
    return await WebhookEndpoint.find({"organization_id": scenario.tenant.id, "deleted_at": None}).count() - 1


async def count_deleted_endpoints(scenario: MutationScenario) -> int:
    return -await count_endpoints(scenario)


async def count_endpoint_updates(scenario: MutationScenario) -> int:
    endpoint = await WebhookEndpoint.get(scenario.endpoint.id)
    return len(endpoint.updates) if endpoint else 0


async def count_secrets(scenario: MutationScenario) -> int:
    endpoint = await WebhookEndpoint.get(scenario.endpoint.id)
    return len(endpoint.secrets) - 1 if endpoint else 0


async def count_replays(scenario: MutationScenario) -> int:
    delivery = await WebhookDelivery.get(scenario.delivery.id)
    return len(delivery.replays) if delivery else 0


def endpoint_input(scenario: MutationScenario) -> dict[str, Any]:
    return {"webhookEndpointId": encode_id(IdKind.WEBHOOK_ENDPOINT, scenario.endpoint.id)}


def candidate_input(_: MutationScenario) -> dict[str, Any]:
    return {"candidateName": "Grace Hopper", "positionKey": "tester", "channel": "TEXT"}


def interview_input(scenario: MutationScenario) -> dict[str, Any]:
    return {"interviewId": global_id_of(scenario.interview)}


def rating_inputs(level: int) -> list[dict[str, Any]]:
    return [{"criterionKey": key, "level": level} for key in ("technical", "communication", "problem_solving")]


CASES: dict[str, MutationCase] = {
    "startInterview": MutationCase(
        lambda w: {**candidate_input(w), "consent": CONSENT_INPUT},
        {"candidateName": "Grace  Hopper II"},
        "interview { id createdAt candidate { name } } invite { token expiresAt }",
        count_new_interviews,
    ),
    "scheduleInterview": MutationCase(
        candidate_input, {"resume": "COBOL."}, "interview { id createdAt } invite { token expiresAt }", count_new_interviews
    ),
    "importCandidates": MutationCase(
        lambda _: {"csv": "name\nGrace Hopper\n", "positionKey": "tester", "channel": "TEXT"},
        {"channel": "VOICE"},
        "candidateImport { rows { interview { id createdAt } invite { token expiresAt } } }",
        count_new_interviews,
    ),
    "startTryOut": MutationCase(
        lambda _: {"positionKey": "tester", "channel": "TEXT"},
        {"channel": "VOICE"},
        "interview { id createdAt isTryOut } invite { token expiresAt }",
        count_try_outs,
        role=Role.RECRUITER,
    ),
    "renewInvite": MutationCase(
        interview_input, {"expiresAt": "2026-12-24T00:00:00Z"}, "interview { id } invite { token expiresAt }", count_renewals
    ),
    "reopenInterview": MutationCase(
        lambda w: {**interview_input(w), "reason": "The power failed."},
        {"reason": "The connection failed."},
        "interview { id status } invite { token expiresAt }",
        count_renewals,
        status=InterviewStatus.COMPLETED,
        role=Role.RECRUITER,
    ),
    "sendMessage": MutationCase(
        lambda w: {**interview_input(w), "text": "Good morning."},
        {"text": "Good evening."},
        "turn { id seq }",
        count_turns,
        role=Role.CANDIDATE,
    ),
    "signalInterviewer": MutationCase(
        lambda w: {**interview_input(w), "signal": "REPEAT"},
        {"signal": "MORE_TIME"},
        "interview { id }",
        count_signals,
        role=Role.CANDIDATE,
    ),
    "correctTurn": MutationCase(
        lambda w: {**interview_input(w), "seq": 1, "text": "I meant COBOL."},
        {"text": "I meant FORTRAN."},
        "turn { id seq text correction { text createdAt } }",
        count_corrections,
        InterviewStatus.COMPLETED,
        Role.CANDIDATE,
    ),
    "addNote": MutationCase(
        lambda w: {**interview_input(w), "seq": 1, "text": "To be asked."},
        {"text": "To be checked."},
        "note { id seq text createdAt }",
        count_new_notes,
        InterviewStatus.COMPLETED,
    ),
    "deleteNote": MutationCase(
        lambda w: {**interview_input(w), "noteId": encode_id(IdKind.NOTE, w.interview.notes[0].id)},
        {"noteId": f"nte_{'0' * 24}"},
        "interview { id notes { id } }",
        count_deleted_notes,
        InterviewStatus.COMPLETED,
    ),
    "updateNotice": MutationCase(
        lambda _: {"contact": "Grace Hopper"},
        {"contact": "Ada Lovelace"},
        "organization { id notice { contact updatedAt } }",
        count_notices,
    ),
    "updateOrganization": MutationCase(
        lambda _: {"contact": {"name": "Grace Hopper", "email": "grace@example.org"}, "logo": "iVBORw0KGgo="},
        {"logo": None},
        "organization { id contact { name } logoUrl }",
        count_organization_updates,
    ),
    "createApiKey": MutationCase(
        lambda _: {"name": "a program", "role": "INTEGRATION"}, {"role": "VIEWER"}, "apiKey { id name role }", count_new_keys
    ),
    "rotateApiKey": MutationCase(key_input, {"overlapMinutes": 5}, "apiKey { id name createdAt }", count_new_keys),
    "revokeApiKey": MutationCase(
        key_input, {"apiKeyId": f"key_{'0' * 24}"}, "apiKey { id revokedAt isActive }", count_revoked_keys
    ),
    "createWebhookEndpoint": MutationCase(
        lambda _: {"url": "https://example.org/hooks"},
        {"url": "https://example.com/hooks"},
        "webhookEndpoint { id url createdAt }",
        count_endpoints,
    ),
    "updateWebhookEndpoint": MutationCase(
        lambda w: {**endpoint_input(w), "isPaused": True},
        {"isPaused": False},
        "webhookEndpoint { id pausedAt }",
        count_endpoint_updates,
    ),
    "rotateWebhookSecret": MutationCase(
        endpoint_input, {"overlapMinutes": 5}, "webhookEndpoint { id previousSecretExpiresAt }", count_secrets
    ),
    "deleteWebhookEndpoint": MutationCase(
        endpoint_input, {"webhookEndpointId": f"whe_{'0' * 24}"}, "webhookEndpoint { id url }", count_deleted_endpoints
    ),
    "replayDelivery": MutationCase(
        lambda w: {"webhookDeliveryId": encode_id(IdKind.WEBHOOK_DELIVERY, w.delivery.id)},
        {"webhookDeliveryId": f"whd_{'0' * 24}"},
        "delivery { id status nextAttemptAt }",
        count_replays,
    ),
    "replayDeliveries": MutationCase(
        lambda w: {**endpoint_input(w), "since": "2026-01-01T00:00:00Z", "statuses": ["FAILED"]},
        {"statuses": None},
        "deliveries",
        count_replays,
    ),
    "inviteMember": MutationCase(
        lambda _: {"name": "Grace", "email": "Grace@Example.org", "role": "RECRUITER"},
        {"role": "VIEWER"},
        "invitation { id email role createdAt } url",
        count_invitations,
    ),
    "renewMemberLink": MutationCase(
        member_input, {"memberId": f"mem_{'0' * 24}"}, "invitation { id createdAt } url", count_invitations
    ),
    "revokeMemberInvitation": MutationCase(
        lambda w: {"memberInvitationId": encode_id(IdKind.MEMBER_INVITATION, w.invitation.id)},
        {"memberInvitationId": f"min_{'0' * 24}"},
        "invitation { id revokedAt isOpen }",
        count_revoked_invitations,
    ),
    "updateMember": MutationCase(
        lambda w: {**member_input(w), "role": "VIEWER"}, {"role": "ADMIN"}, "member { id role }", count_member_updates
    ),
    "removeMember": MutationCase(member_input, {"memberId": f"mem_{'0' * 24}"}, "member { id removedAt }", count_removed_members),
    "endInterview": MutationCase(interview_input, {"interviewId": "another"}, "interview { id endReason endedAt }", count_ends),
    "withdrawConsent": MutationCase(
        lambda w: {**interview_input(w), "reason": "Too long."},
        {"reason": "Too short."},
        "interview { id endReason endedAt withdrawalReason }",
        count_ends,
        role=Role.CANDIDATE,
    ),
    "requestAlternative": MutationCase(
        lambda w: {**interview_input(w), "details": "Please call me."},
        {"details": "Please write."},
        "interview { id endedAt requests { id details requestedAt } }",
        count_new_requests,
        role=Role.CANDIDATE,
    ),
    "requestAccommodation": MutationCase(
        lambda w: {**interview_input(w), "kinds": ["OTHER"], "details": "An interpreter."},
        {"kinds": ["HUMAN"]},
        "interview { id pausedAt requests { id kinds requestedAt } }",
        count_new_requests,
        role=Role.CANDIDATE,
    ),
    "resolveRequest": MutationCase(
        lambda w: {
            **interview_input(w),
            "requestId": encode_id(IdKind.REQUEST, w.interview.requests[0].id),
            "status": "GRANTED",
        },
        {"status": "DECLINED"},
        "interview { id requests { id status answeredAt } }",
        count_answers,
    ),
    "cancelInterview": MutationCase(
        lambda w: {**interview_input(w), "reason": "Filled."},
        {"reason": "Forgotten."},
        "interview { id endDetail endedAt }",
        count_ends,
        InterviewStatus.SCHEDULED,
    ),
    "evaluateInterview": MutationCase(
        interview_input, {"interviewId": "another"}, "evaluation { id version }", count_new_versions, InterviewStatus.COMPLETED
    ),
    "reviewEvaluation": MutationCase(
        lambda w: {"evaluationId": global_id_of(w.evaluation or w.interview), "decision": "HOLD", "reason": "Not sure."},
        {"decision": "REJECT"},
        "evaluation { id reviews { decision createdAt } }",
        count_reviews,
        InterviewStatus.COMPLETED,
    ),
    "rateEvaluation": MutationCase(
        lambda w: {"evaluationId": global_id_of(w.evaluation or w.interview), "ratings": rating_inputs(2)},
        {"ratings": rating_inputs(3)},
        "evaluation { id ratings { createdAt levels { criterionKey level } } }",
        count_ratings,
        InterviewStatus.COMPLETED,
        is_blind=True,
    ),
    "adoptEvaluation": MutationCase(
        lambda w: {"evaluationId": global_id_of(w.evaluation or w.interview), "reason": "Chosen."},
        {"reason": "Chosen again."},
        "evaluation { id } interview { adoptions { reason adoptedAt } }",
        count_adoptions,
        InterviewStatus.COMPLETED,
    ),
    "savePosition": MutationCase(
        lambda _: position_input(), {"title": "Head gardener"}, "position { id version title }", count_new_positions
    ),
    "updateRetentionPolicy": MutationCase(
        lambda _: {"recordingDays": 30},
        {"recordingDays": 31},
        "retentionPolicy { recordingDays updatedAt }",
        count_policy_updates,
    ),
    "setLegalHold": MutationCase(
        lambda w: {**interview_input(w), "reason": "A lawsuit."},
        {"reason": "Another lawsuit."},
        "interview { id legalHold { reason setAt } }",
        count_holds,
    ),
    "releaseLegalHold": MutationCase(
        interview_input,
        {"interviewId": "another"},
        "interview { id legalHold { reason } releasedLegalHolds { reason releasedAt } }",
        count_released_holds,
        is_held=True,
    ),
    "setDemographics": MutationCase(
        lambda w: {**interview_input(w), "sex": "female"},
        {"sex": "male"},
        "interviewId updatedAt",
        count_demographics_updates,
    ),
    "eraseInterview": MutationCase(interview_input, {"interviewId": "another"}, "interview { id erasedAt } receipt", count_ends),
}


def test_every_mutation_with_an_idempotency_key_has_a_case() -> None:
    mutations = fields_of("Mutation")
    with_key = {name for name, it in mutations.items() if "idempotencyKey" in input_names_of(it)}
    assert with_key == set(CASES)
    of_access = {"joinInterview", "openTranscript", "signIn", "signOut", "acceptMemberInvitation"}
    assert set(mutations) - with_key == of_access, "getting access and giving it up can be repeated without a key"


@pytest.fixture(params=CASES)
async def mutation(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def scenario(tenant: Tenant, mutation: str) -> MutationScenario:
    case = CASES[mutation]
    return await MutationScenario.make(tenant, case.status, is_blind=case.is_blind, is_held=case.is_held)


async def issue_token_for(scenario: MutationScenario, role: Role) -> str:
    return await issue_token(scenario.tenant, role, scenario.interview)


async def test_five_concurrent_calls_with_one_key_have_one_effect_and_one_result(
    api: ApiClient, scenario: MutationScenario, mutation: str
) -> None:
    case = CASES[mutation]
    token, input_fields = await issue_token_for(scenario, case.role), {**case.make_input(scenario), "idempotencyKey": "once"}

    async def call() -> GraphQLResponse:
        return await api.mutate(mutation, token, case.selection, **input_fields)

    responses = await asyncio.gather(*(call() for _ in range(5)))
    assert [response.errors for response in responses] == [[]] * 5
    assert all(response.data == responses[0].data for response in responses)
    assert (await call()).data == responses[0].data
    assert await case.count_effects(scenario) == 1


async def test_same_key_with_another_input_is_a_conflict_without_effect(
    api: ApiClient, scenario: MutationScenario, mutation: str
) -> None:
    case = CASES[mutation]
    token, input_fields = await issue_token_for(scenario, case.role), {**case.make_input(scenario), "idempotencyKey": "once"}
    first = await api.mutate(mutation, token, case.selection, **input_fields)
    assert first.errors == []
    other = dict(case.other_input)
    if "interviewId" in other:
        other["interviewId"] = global_id_of(await scenario.tenant.make_interview(case.status))
    before = await Interview.find({"organization_id": scenario.tenant.id}).sort("_id").to_list()
    refused = await api.mutate(mutation, token, case.selection, **{**input_fields, **other})
    assert (refused.data, refused.codes) == ({mutation: None}, ["CONFLICT"])
    assert refused.error["extensions"]["field"] == "idempotencyKey"
    assert await case.count_effects(scenario) == 1 or "interviewId" in other
    assert await Interview.find({"organization_id": scenario.tenant.id}).sort("_id").to_list() == before


async def test_keys_are_separate_for_each_caller_and_mutation(api: ApiClient, tenant: Tenant) -> None:
    input_fields = {"candidateName": "Grace Hopper", "positionKey": "tester", "channel": "TEXT", "idempotencyKey": "once"}
    interview_ids = set()
    for role in (Role.ADMIN, Role.RECRUITER):
        token = await issue_token(tenant, role)
        for mutation, more in (("scheduleInterview", {}), ("startInterview", {"consent": CONSENT_INPUT})):
            response = await api.mutate(mutation, token, "interview { id }", **input_fields, **more)
            interview_ids.add(response[mutation]["interview"]["id"])
    assert len(interview_ids) == 4


async def test_repeated_call_issues_new_tokens_and_stores_none(api: ApiClient, tenant: Tenant, database: Any) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    input_fields = {
        "candidateName": "Grace",
        "positionKey": "tester",
        "channel": "TEXT",
        "consent": CONSENT_INPUT,
        "idempotencyKey": "once",
    }
    response = await api.mutate("startInterview", token, "access { token } invite { token }", **input_fields)
    secrets = [part["token"] for part in response["startInterview"].values()]
    for name in await database.list_collection_names():
        stored = str(await database[name].find().to_list())
        assert not any(secret in stored for secret in [*secrets, token])
    (claim,) = await IdempotencyClaim.find_all().to_list()
    assert "Grace" not in str(claim)


@pytest.mark.parametrize("key", ["", "  ", "\0", "a" * 201])
async def test_invalid_key_is_refused_without_effect(api: ApiClient, tenant: Tenant, key: str) -> None:
    for mutation, case in CASES.items():
        scenario = await MutationScenario.make(tenant, case.status, is_blind=case.is_blind, is_held=case.is_held)
        input_fields = {**case.make_input(scenario), "idempotencyKey": key}
        refused = await api.mutate(mutation, await issue_token_for(scenario, case.role), "__typename", **input_fields)
        assert (mutation, refused.codes) == (mutation, ["BAD_INPUT"])
        assert refused.error["extensions"]["field"] == "idempotencyKey"
        assert (await reload_interview(scenario.interview)).updated_at == scenario.interview.updated_at
