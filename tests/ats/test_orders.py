"""Orders of Greenhouse: repeated, late and out-of-order calls make one interview and one result."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase
from starlette.applications import Starlette

from api.http import build_routes
from ats import orders
from auth import decrypt_secret
from lifecycle.services import Services
from lifecycle.states import erase_interview
from models.documents import assessment_order
from models.documents.assessment_order import AssessmentOrder
from models.documents.audit_entry import AuditEntry
from models.documents.change import ChangeKind
from models.documents.interview import Consent, ErasureScope, EvaluationStatus, Interview, InterviewStatus, get_interview
from models.documents.organization import ApiKey, Role, create_key, get_key, revoke_key, rotate_key
from models.documents.webhook import SigningSecret, WebhookDelivery, WebhookDeliveryStatus, WebhookEndpoint, WebhookPauseReason
from models.storage.clock import now
from models.writes.interview_erasure import mark_erased
from resolvers.ids import IdKind, decode_id, encode_id
from tests.ats.fake_greenhouse import PREFIX, FakeGreenhouse, basic_headers, build_send_test, run_greenhouse
from tests.factories import make_position, new_outcome, record_change
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, bearer_headers, issue_token, with_services
from webhooks.sender import WebhookSender
from webhooks.worker import WebhookWorker


class Integration:
    """A tenant with its Greenhouse, and a worker that notifies it when a test says so."""

    def __init__(self, tenant: Tenant, greenhouse: FakeGreenhouse, key: ApiKey, sender: WebhookSender) -> None:
        self.tenant = tenant
        self.greenhouse = greenhouse
        self.key = key
        self.worker = WebhookWorker(tenant.services, sender)

    async def notify(self) -> list[str]:
        """Run a round, in which nothing waits; return the ids of the tests that Greenhouse has been notified of in it."""
        before = len(self.greenhouse.notified)
        await WebhookDelivery.find({"status": WebhookDeliveryStatus.PENDING}).update({"$set": {"due_at": now()}})
        await WebhookEndpoint.find_one({"_id": self.key.id}).update({"$set": {"retry_at": None, "lease": None}})
        await self.worker.run_round(self.key.id)
        return self.greenhouse.notified[before:]

    async def judge(self, interview_id: str, status: EvaluationStatus = EvaluationStatus.COMPLETED, **values: Any) -> Interview:
        """Complete the interview with an evaluation, and record the changes in the feed. `values` replace fields."""
        interview = await self.find(interview_id)
        is_completed = status is EvaluationStatus.COMPLETED
        results: dict[str, Any] = {"evaluated": True, "score": 50.0} if is_completed else {}
        ended = {"status": InterviewStatus.COMPLETED, "started_at": now(), "ended_at": now(), "evaluation_status": status}
        interview = await interview.set({**ended, **results, **values})
        outcome = new_outcome() if is_completed else None
        evaluation = await self.tenant.make_evaluation(interview, status=status, outcome=outcome)
        await record_change(interview)
        await record_change(interview, ChangeKind.EVALUATION, evaluation.id)
        return interview

    async def find(self, interview_id: str) -> Interview:
        found = await get_interview(decode_id(IdKind.INTERVIEW, interview_id))
        assert found
        return found

    async def read_endpoint(self) -> WebhookEndpoint:
        found = await WebhookEndpoint.get(self.key.id)
        assert found
        return found


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx2.AsyncClient]:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        yield client


@pytest.fixture
async def integration(tenant: Tenant, client: httpx2.AsyncClient) -> AsyncIterator[Integration]:
    key, secret = await create_key(tenant.id, Role.INTEGRATION, "greenhouse")
    async with WebhookSender(tenant.services.settings) as sender, run_greenhouse(client, secret) as greenhouse:
        yield Integration(tenant, greenhouse, key, sender)


@pytest.fixture
def greenhouse(integration: Integration) -> FakeGreenhouse:
    return integration.greenhouse


# --- tests and orders


async def test_tests_are_the_positions_that_are_not_archived(
    integration: Integration, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "MAX_PAGE_SIZE", 1)
    await make_position(integration.tenant.id, key="chef", title="Chef")
    await make_position(integration.tenant.id, key="old", title="Old", archived=True)
    await make_position(other_tenant.id, key="foreign", title="Foreign")
    assert (await integration.greenhouse.get("list_tests")).json() == [
        {"partner_test_id": "chef", "partner_test_name": "Chef"},
        {"partner_test_id": "tester", "partner_test_name": "Tester"},
    ]


async def test_repeated_and_concurrent_orders_make_one_interview(
    integration: Integration, greenhouse: FakeGreenhouse, database: AsyncDatabase[dict[str, Any]]
) -> None:
    ids = await asyncio.gather(*(greenhouse.order() for _ in range(4)))
    ids += [await greenhouse.order(), await greenhouse.order(first_name="Corrected", preferred_name=None)]
    assert len(set(ids)) == 1
    assert (await Interview.count(), await AssessmentOrder.count(), await WebhookEndpoint.count()) == (1, 1, 1)
    interview = await integration.find(ids[0])
    assert (interview.status, interview.external_id) == (InterviewStatus.SCHEDULED, "greenhouse:26234709")
    assert interview.candidate
    assert (interview.candidate.name, interview.candidate.email) == ("The Chosen One Potter", "hpotter@hogwarts.edu")
    stored = [repr(row) for name in await database.list_collection_names() async for row in database[name].find({})]
    for unused in ("hogwarts.com/resume", "123-456-7890", "17681532", "test_sender@example.org"):
        assert not any(unused in row for row in stored), "properties without a use are not stored"


async def test_other_application_or_test_makes_another_interview(integration: Integration, greenhouse: FakeGreenhouse) -> None:
    await make_position(integration.tenant.id, key="chef", title="Chef")
    first, other = await greenhouse.order(), await greenhouse.order(test_id="2", application_id="7")
    body = {**build_send_test(f"{greenhouse.origin}/3"), "partner_test_id": "chef"}
    third = await greenhouse.client.post(f"{PREFIX}/send_test", json=body, headers=basic_headers(greenhouse.api_key))
    assert len({first, other, third.json()["partner_interview_id"]}) == 3


async def test_order_that_was_interrupted_is_completed_by_its_repetition(
    integration: Integration, greenhouse: FakeGreenhouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: AssessmentOrder) -> AssessmentOrder:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(orders, "add_order", fail)
        assert (await greenhouse.send_test()).status_code == 500
    interview_id = await greenhouse.order()
    assert (await Interview.count(), await AssessmentOrder.count()) == (1, 1)
    await integration.judge(interview_id)
    assert await integration.notify() == ["12345"]


async def test_orders_of_one_interview_are_bounded(greenhouse: FakeGreenhouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessment_order, "MAX_ORDERS", 2)
    for number in range(2):
        await greenhouse.order(test_id=str(number))
    assert (await greenhouse.send_test(test_id="another")).status_code == 409
    assert (await greenhouse.send_test(test_id="0")).status_code == 200
    assert await AssessmentOrder.count() == 2


# --- the state and the result


STATES: list[tuple[dict[str, Any], str]] = [
    ({}, "scheduled"),
    ({"status": InterviewStatus.WAITING}, "in_progress"),
    ({"status": InterviewStatus.IN_PROGRESS}, "in_progress"),
    ({"status": InterviewStatus.ENDING}, "in_progress"),
    ({"status": InterviewStatus.CANCELLED}, "cancelled"),
    ({"status": InterviewStatus.EXPIRED}, "expired"),
    ({"status": InterviewStatus.OPTED_OUT}, "opted_out"),
    ({"status": InterviewStatus.FAILED}, "failed"),
    ({"status": InterviewStatus.COMPLETED, "evaluation_status": EvaluationStatus.RUNNING}, "evaluating"),
    ({"evaluation_status": EvaluationStatus.FAILED}, "complete"),
    ({"evaluation_status": EvaluationStatus.RUNNING, "evaluated": True}, "complete"),
]
"""Changes of one interview, each with the state after it."""


async def test_only_an_interview_that_people_can_judge_is_complete(integration: Integration, greenhouse: FakeGreenhouse) -> None:
    interview_id = await greenhouse.order()
    url = f"{integration.tenant.services.settings.api.public_url}/interviews/{interview_id}"
    for fields, state in STATES:
        await (await integration.find(interview_id)).set({**fields, "ended_at": now()})
        content = await greenhouse.read_status(interview_id)
        assert (content["partner_status"], content["partner_profile_url"], content["partner_score"]) == (state, url, None)
        assert ("Completed At" in content["metadata"]) == (state == "complete")


async def test_score_is_sent_only_if_an_administrator_says_so_and_there_is_one(
    integration: Integration, greenhouse: FakeGreenhouse, api: ApiClient
) -> None:
    interview_id = await greenhouse.order()
    interview = await integration.judge(interview_id)
    assert (await greenhouse.read_status(interview_id))["partner_score"] is None
    endpoint_id = encode_id(IdKind.WEBHOOK_ENDPOINT, integration.key.id)
    admin = await issue_token(integration.tenant, Role.ADMIN)
    # the desk's form sends all fields
    fields = {"webhookEndpointId": endpoint_id, "url": f"{greenhouse.origin}/", "includeDetails": True}
    fields["events"] = ["EVALUATION_COMPLETED", "EVALUATION_FAILED"]
    updated = await api.mutate("updateWebhookEndpoint", admin, "webhookEndpoint { integration includeDetails }", **fields)
    assert updated["updateWebhookEndpoint"]["webhookEndpoint"] == {"integration": "GREENHOUSE", "includeDetails": True}
    assert (await greenhouse.read_status(interview_id))["partner_score"] == 50.0
    withdrawn = Consent(text_version="test", given_at=now(), recording=False, withdrawn_at=now())
    for hidden in ({"is_blind": True}, {"consent": withdrawn.model_dump()}, {"score": None}):
        before = {name: getattr(interview, name) for name in hidden}
        await Interview.find_one({"_id": interview.id}).update({"$set": hidden})
        assert (await greenhouse.read_status(interview_id))["partner_score"] is None, hidden
        await Interview.find_one({"_id": interview.id}).update({"$set": before})
    await integration.tenant.services.audit_log.flush()
    entries = await AuditEntry.find({"action": "greenhouse/test_status"}).to_list()
    assert [(entry.data, entry.interview_id, entry.outcome) for entry in entries] == [(["EVALUATION"], interview.id, "DONE")]


# --- notifications


@pytest.mark.parametrize("status", [EvaluationStatus.COMPLETED, EvaluationStatus.FAILED])
async def test_greenhouse_is_notified_once_of_each_result_and_of_no_other_interview(
    integration: Integration, greenhouse: FakeGreenhouse, status: EvaluationStatus
) -> None:
    interview_id = await greenhouse.order()
    other = await integration.tenant.make_interview()
    assert await integration.notify() == []
    interview = await integration.judge(interview_id, status)
    await integration.judge(encode_id(IdKind.INTERVIEW, other.id))
    await record_change(interview)
    assert await integration.notify() == ["12345"]
    await record_change(interview)
    assert await integration.notify() == []
    assert greenhouse.accepted == ["12345"]
    assert (await greenhouse.read_status(interview_id))["partner_status"] == "complete"


async def test_greenhouse_that_is_down_is_notified_when_it_is_back(integration: Integration, greenhouse: FakeGreenhouse) -> None:
    for number in ("1", "2"):
        await integration.judge(await greenhouse.order(test_id=number, application_id=number))
    greenhouse.statuses = [503, 503, 503]
    assert await integration.notify() == ["1", "2"]
    assert await integration.notify() == ["1"], "three failures in a row make a pause"
    assert sorted(await integration.notify()) == ["1", "2"]
    assert sorted(greenhouse.accepted) == ["1", "2"]
    assert await integration.notify() == []


async def test_refusal_of_one_test_is_final_and_stops_no_other(integration: Integration, greenhouse: FakeGreenhouse) -> None:
    for number in ("1", "2", "3"):
        await integration.judge(await greenhouse.order(test_id=number, application_id=number))
    greenhouse.statuses = [404, 410]
    assert await integration.notify() == ["1", "2", "3"]
    assert await integration.notify() == []
    endpoint = await integration.read_endpoint()
    assert (endpoint.failures, endpoint.pause_reason) == (0, None)
    deliveries = await WebhookDelivery.find({"endpoint_id": endpoint.id}).sort("+number").to_list()
    assert [delivery.status for delivery in deliveries] == ["FAILED", "FAILED", "DELIVERED"]


async def test_order_that_comes_after_the_result_is_notified(integration: Integration, greenhouse: FakeGreenhouse) -> None:
    interview_id = await greenhouse.order(test_id="1")
    await integration.judge(interview_id)
    assert await integration.notify() == ["1"]
    assert await greenhouse.order(test_id="2") == interview_id
    await greenhouse.order(test_id="2")
    assert await integration.notify() == ["2"]
    assert await integration.notify() == []
    contents = [await greenhouse.read_status(interview_id) for _ in range(2)]
    assert contents[0] == contents[1]


async def test_rotated_key_is_used_once_greenhouse_has_it(integration: Integration, greenhouse: FakeGreenhouse) -> None:
    auth = integration.tenant.services.settings.auth
    first = await greenhouse.order(test_id="1", application_id="1")
    old_key = greenhouse.api_key
    key = await get_key(integration.key.id)
    assert key
    successor, greenhouse.api_key = await rotate_key(key, overlap=now() - now())
    assert (await greenhouse.client.get(f"{PREFIX}/list_tests", headers=basic_headers(old_key))).status_code == 401
    await integration.judge(first)
    assert (await integration.notify(), greenhouse.accepted) == (["1"], []), "the earlier key is refused"
    await greenhouse.order(test_id="2", application_id="2")
    (secret,) = (await integration.read_endpoint()).secrets
    assert decrypt_secret(secret.encrypted, auth) == greenhouse.api_key
    assert greenhouse.api_key not in repr(await WebhookEndpoint.get_pymongo_collection().find_one({}))
    assert (await integration.notify(), greenhouse.accepted) == (["1"], ["1"])
    assert await WebhookEndpoint.count() == 1
    await integration.judge(await greenhouse.order(test_id="2", application_id="2"))
    await revoke_key(successor.id)
    assert await integration.notify() == [], "a revoked key disconnects Greenhouse"


async def test_next_order_replaces_a_key_that_cannot_be_decrypted_and_a_deleted_endpoint(
    integration: Integration, greenhouse: FakeGreenhouse, api: ApiClient
) -> None:
    await integration.judge(await greenhouse.order())
    unreadable = SigningSecret(id=ObjectId(), encrypted="of another deployment")
    await (await integration.read_endpoint()).set({"secrets": [unreadable.model_dump()]})
    assert await integration.notify() == []
    assert (await integration.read_endpoint()).pause_reason is WebhookPauseReason.UNDECRYPTABLE
    await greenhouse.order()
    assert await integration.notify() == ["12345", "12345"], "of the event, and of the order that came after it"
    admin = await issue_token(integration.tenant, Role.ADMIN)
    endpoint_id = encode_id(IdKind.WEBHOOK_ENDPOINT, integration.key.id)
    await api.mutate("deleteWebhookEndpoint", admin, "webhookEndpoint { id }", webhookEndpointId=endpoint_id)
    assert (await integration.read_endpoint()).secrets == []
    interview_id = await greenhouse.order(test_id="2", application_id="2")
    await integration.judge(interview_id)
    assert await integration.notify() == ["2"]


async def test_integration_sets_its_url_events_and_secret_itself(
    integration: Integration, greenhouse: FakeGreenhouse, api: ApiClient
) -> None:
    await greenhouse.order()
    admin = await issue_token(integration.tenant, Role.ADMIN)
    endpoint = {"webhookEndpointId": encode_id(IdKind.WEBHOOK_ENDPOINT, integration.key.id)}
    for mutation, fields in (
        ("updateWebhookEndpoint", {"url": "https://hooks.example.org/"}),
        ("updateWebhookEndpoint", {"events": ["INTERVIEW_STARTED"]}),
        ("rotateWebhookSecret", {}),
    ):
        assert (await api.mutate(mutation, admin, "__typename", **endpoint, **fields)).codes == ["CONFLICT"], (mutation, fields)


# --- erasure


async def test_erasure_leaves_no_order_and_notifies_nobody(integration: Integration, greenhouse: FakeGreenhouse) -> None:
    interview_id = await greenhouse.order()
    interview = await integration.judge(interview_id)
    greenhouse.statuses = [503]
    assert await integration.notify() == ["12345"]
    await erase_interview(integration.tenant.services, interview)
    assert await AssessmentOrder.count() == 0
    assert await integration.notify() == []
    assert await WebhookDelivery.count() == 0
    assert (await greenhouse.get("test_status", partner_interview_id=interview_id)).status_code == 404
    assert await greenhouse.order() != interview_id, "it cannot be known that the application was interviewed"


async def test_erased_transcript_leaves_a_complete_test_without_a_score(
    integration: Integration, greenhouse: FakeGreenhouse
) -> None:
    interview_id = await greenhouse.order()
    interview = await integration.judge(interview_id)
    await (await integration.read_endpoint()).set({"include_details": True})
    await mark_erased(interview.id, ErasureScope.TRANSCRIPT)
    content = await greenhouse.read_status(interview_id)
    assert (content["partner_status"], content["partner_score"]) == ("complete", None)


# --- callers


async def test_only_keys_of_an_integration_are_accepted(
    integration: Integration, client: httpx2.AsyncClient, other_tenant: Tenant
) -> None:
    interview_id = await integration.greenhouse.order()
    keys = {role: (await create_key(integration.tenant.id, role, "a key"))[1] for role in Role if role is not Role.CANDIDATE}
    candidate = await issue_token(integration.tenant, Role.CANDIDATE, await integration.find(interview_id))
    _, foreign = await create_key(other_tenant.id, Role.INTEGRATION, "foreign")
    _, narrowed = await create_key(integration.tenant.id, Role.INTEGRATION, "narrowed", permissions=["READ_POSITION"])
    cases: list[tuple[dict[str, str], int]] = [
        ({}, 401),
        (bearer_headers(keys[Role.INTEGRATION]), 401),
        ({"Authorization": "Basic !"}, 401),
        (basic_headers(""), 401),
        (basic_headers("viva_unknown"), 401),
        (basic_headers(candidate), 401),
        *((basic_headers(keys[role]), 403) for role in (Role.ADMIN, Role.RECRUITER, Role.VIEWER)),
        (basic_headers(narrowed), 403),
        (basic_headers(foreign), 404),
        (basic_headers(keys[Role.INTEGRATION]), 200),
        (basic_headers(keys[Role.INTEGRATION], "ignored"), 200),
    ]
    for headers, status in cases:
        parameters = {"partner_interview_id": interview_id}
        response = await client.get(f"{PREFIX}/test_status", params=parameters, headers=headers)
        assert response.status_code == status, (headers, response.text)
        assert response.headers["cache-control"] == "no-store"
        assert ("www-authenticate" in response.headers) == (status == 401)
    refused = await client.post(f"{PREFIX}/send_test", json=build_send_test(), headers=basic_headers(keys[Role.ADMIN]))
    assert refused.status_code == 403
    assert await WebhookEndpoint.count() == 1, "no other key is stored"


async def test_interview_that_greenhouse_has_not_ordered_is_not_found(
    integration: Integration, greenhouse: FakeGreenhouse
) -> None:
    other = await integration.tenant.make_interview()
    for named in (encode_id(IdKind.INTERVIEW, other.id), encode_id(IdKind.INTERVIEW, ObjectId()), "98765", ""):
        assert (await greenhouse.get("test_status", partner_interview_id=named)).status_code == 404, named


MALFORMED: list[tuple[Any, int]] = [
    (b"{", 400),
    (b'"' + b"a" * 70_000 + b'"', 400),
    (b"[]", 400),
    ({**build_send_test(), "url": "https://example.org/hpotter"}, 400),
    ({**build_send_test(), "partner_test_id": "unknown"}, 404),
    (build_send_test(email="hpotter"), 400),
    (build_send_test(preferred_name="<b>Hal</b>"), 400),
]
"""Bodies of send_test with the status of the response."""


async def test_malformed_order_is_refused_and_makes_nothing(greenhouse: FakeGreenhouse) -> None:
    for content, status in MALFORMED:
        body = {"content": content} if isinstance(content, bytes) else {"json": content}
        response = await greenhouse.client.post(f"{PREFIX}/send_test", headers=basic_headers(greenhouse.api_key), **body)
        assert response.status_code == status, content
        assert "hpotter" not in response.text
    assert (await Interview.count(), await AssessmentOrder.count()) == (0, 0)


async def test_orders_are_in_the_audit_log_and_reports_of_problems_are_logged_without_their_words(
    integration: Integration, greenhouse: FakeGreenhouse, capsys: pytest.CaptureFixture[str]
) -> None:
    interview_id = await greenhouse.order()
    await greenhouse.send_test(email="hpotter")
    entries = await AuditEntry.find({"action": "greenhouse/send_test"}).sort("+at", "+_id").to_list()
    assert [(entry.kind, entry.object_ids, entry.outcome) for entry in entries] == [
        ("CHANGE", [interview_id], "DONE"),
        ("CHANGE", [], "BAD_INPUT"),
    ]
    assert entries[0].actor.key_id == integration.key.id
    body = {"api_call": "test_status", "errors": ["a secret"], "candidate_email": "hpotter@hogwarts.edu"}
    response = await greenhouse.client.post(
        f"{PREFIX}/response_error", json={**body, "partner_interview_id": interview_id}, headers=basic_headers(greenhouse.api_key)
    )
    assert (response.status_code, response.json()) == (200, {"status": 200})
    output = "".join(capsys.readouterr())
    assert "response not understood by the integration" in output
    assert "a secret" not in output
    assert "hogwarts" not in output
