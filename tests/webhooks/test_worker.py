"""Webhooks to a real receiver: events, retries, killed workers, refused addresses, rotation, test environments and erasure."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ThreadedResolver
from beanie import PydanticObjectId
from bson import ObjectId

from auth import encrypt_secret
from lifecycle.services import Services
from models.documents.change import Change, ChangeKind
from models.documents.interview import (
    CandidateQuestion,
    CandidateRequest,
    EndReason,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    Reopening,
    RequestKind,
    RequestStatus,
)
from models.documents.organization import ensure_test_organization
from models.documents.webhook import (
    EventSubscription,
    SigningSecret,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookEndpoint,
    WebhookEventType,
    WebhookFailure,
    WebhookPauseReason,
)
from models.storage.clock import now
from models.storage.compare_and_set import compare_and_set
from models.writes import webhook_deliveries
from models.writes.interview_erasure import delete_erased, mark_erased
from models.writes.webhook_deliveries import FAILING_PERIOD, FAILURES_BEFORE_PAUSES
from resolvers.ids import IdKind, encode_id
from tests.factories import new_recording, new_recording_file, new_review, new_webhook_endpoint, record_change
from tests.helpers import fail_with_connection_error
from tests.resolvers.tenant import Tenant
from tests.webhooks.receiver import WebhookReceiver, run_receiver
from webhooks import worker as worker_module
from webhooks.sender import WebhookSender
from webhooks.worker import WebhookWorker

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LONG_AGO = timedelta(days=10)


class Endpoint:
    """An endpoint of a tenant with the receiver behind it, and a worker that sends to it when a test says so."""

    def __init__(self, tenant: Tenant, receiver: WebhookReceiver, sender: WebhookSender, endpoint_id: ObjectId) -> None:
        self.tenant = tenant
        self.receiver = receiver
        self.worker = WebhookWorker(tenant.services, sender)
        self.id = endpoint_id

    async def run(self) -> None:
        """Run a round, in which nothing waits."""
        await WebhookEndpoint.get_pymongo_collection().update_one({"_id": self.id}, {"$set": {"retry_at": None, "lease": None}})
        await self.worker.run_round(self.id)

    async def run_later(self) -> None:
        """Run a round after every pause between attempts has passed."""
        await WebhookDelivery.find({"status": WebhookDeliveryStatus.PENDING}).update({"$set": {"due_at": now()}})
        await self.run()

    async def read(self) -> WebhookEndpoint:
        found = await WebhookEndpoint.get(self.id)
        assert found
        return found

    async def set(self, **values: Any) -> None:
        await WebhookEndpoint.find_one({"_id": self.id}).update({"$set": values})

    async def list_deliveries(self) -> list[WebhookDelivery]:
        return await WebhookDelivery.find({"endpoint_id": self.id}).sort("+number", "+_id").to_list()


def new_secret(services: Services, secret: str, **values: Any) -> SigningSecret:
    return SigningSecret(id=PydanticObjectId(), encrypted=encrypt_secret(secret, services.settings.auth), **values)


async def make_endpoint(tenant: Tenant, receiver: WebhookReceiver, sender: WebhookSender, **values: Any) -> Endpoint:
    fields = {"url": receiver.url, "secrets": [new_secret(tenant.services, SECRET)], **values}
    document = await new_webhook_endpoint(tenant.id, **fields).insert()
    return Endpoint(tenant, receiver, sender, document.id)


@pytest.fixture
async def sender(services: Services) -> AsyncIterator[WebhookSender]:
    async with WebhookSender(services.settings) as sender:
        yield sender


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with run_receiver(SECRET) as receiver:
        yield receiver


@pytest.fixture
async def endpoint(tenant: Tenant, receiver: WebhookReceiver, sender: WebhookSender) -> Endpoint:
    return await make_endpoint(tenant, receiver, sender)


async def make_started_interviews(tenant: Tenant, count: int) -> list[Interview]:
    """Store interviews that have just begun, each with its change in the feed."""
    interviews = [await tenant.make_interview() for _ in range(count)]
    for interview in interviews:
        await record_change(interview)
    return interviews


async def test_every_event_arrives_once_in_order_and_with_ids_only(tenant: Tenant, endpoint: Endpoint) -> None:
    request = CandidateRequest(
        id=PydanticObjectId(), kinds=[RequestKind.HUMAN], details="My words.", requested_at=now(), status=RequestStatus.OPEN
    )
    answered = CandidateQuestion(seq=1, text="My words.", facts=["Is it remote?"], asked_at=now())
    question = CandidateQuestion(seq=2, text="My words.", asked_at=now())
    interview = await tenant.make_interview(
        requests=[request], candidate_questions=[answered, question], paused_at=now(), external_id="ATS-7"
    )
    await record_change(interview)
    await record_change(interview)
    await endpoint.run()
    await interview.set({Interview.status: InterviewStatus.COMPLETED, Interview.ended_at: now()})
    await record_change(interview)
    evaluation = await tenant.make_evaluation(interview, reviews=[new_review()])
    failed = await tenant.make_evaluation(interview, version=2, status=EvaluationStatus.FAILED, completed_at=None)
    recording = await new_recording(interview, files=[new_recording_file()]).insert()
    for kind, object_id in (
        (ChangeKind.EVALUATION, evaluation.id),
        (ChangeKind.REVIEW, evaluation.id),
        (ChangeKind.EVALUATION, failed.id),
        (ChangeKind.RECORDING, recording.id),
    ):
        await record_change(interview, kind, object_id)
    await endpoint.run()
    await endpoint.run_later()
    assert endpoint.receiver.types == [
        *("interview.started", "interview.in_trouble", "candidate.request", "candidate.request"),
        *("interview.completed", "evaluation.completed", "evaluation.reviewed", "evaluation.failed", "recording.completed"),
    ]
    assert len(set(endpoint.receiver.ids)) == len(endpoint.receiver.ids)
    data = [payload["data"] for payload in endpoint.receiver.payloads]
    common = {"interviewId", "sequence", "cursor"}
    assert [set(each) - common for each in data] == [
        *(set(), {"reason"}, {"requestId"}, {"questionSeq"}, set()),
        *({"evaluationId"}, {"evaluationId"}, {"evaluationId"}, {"recordingId"}),
    ]
    assert {each["interviewId"] for each in data} == {encode_id(IdKind.INTERVIEW, interview.id)}
    assert [each["sequence"] for each in data] == sorted(each["sequence"] for each in data)
    assert (data[1]["reason"], data[2]["requestId"]) == ("CLOCK_PAUSED", encode_id(IdKind.REQUEST, request.id))
    assert data[-1]["recordingId"] == encode_id(IdKind.RECORDING, recording.files[0].id)
    assert "My words" not in str(endpoint.receiver.payloads)
    assert all(set(payload) == {"type", "timestamp", "data"} for payload in endpoint.receiver.payloads)


async def test_failed_delivery_is_sent_again_with_its_id_and_does_not_block_others(tenant: Tenant, endpoint: Endpoint) -> None:
    await make_started_interviews(tenant, 3)
    endpoint.receiver.statuses = [500]
    await endpoint.run()
    first = endpoint.receiver.ids[0]
    assert len(endpoint.receiver.accepted_ids) == 2
    await endpoint.run()
    assert endpoint.receiver.ids.count(first) == 1, "the pause has not passed"
    await endpoint.run_later()
    assert endpoint.receiver.accepted_ids[-1] == first
    deliveries = await endpoint.list_deliveries()
    assert [delivery.status for delivery in deliveries] == [WebhookDeliveryStatus.DELIVERED] * 3
    failure, success = deliveries[0].newest_attempts
    assert (failure.response_status, failure.failure, success.failure) == (500, WebhookFailure.STATUS, None)
    assert failure.body_digest == success.body_digest


async def test_nothing_is_missed_while_the_receiver_is_down_and_workers_are_killed(
    tenant: Tenant, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.receiver.statuses = [503] * 7
    for killed in ("add_deliveries", "complete_attempt"):
        await make_started_interviews(tenant, 2)
        with monkeypatch.context() as patch, pytest.raises(ConnectionError):
            if killed == "add_deliveries":
                # after the deliveries were stored, before the cursor was
                patch.setattr(webhook_deliveries, "compare_and_set", fail_after(1))
            else:
                patch.setattr(worker_module, killed, fail_with_connection_error)
            await endpoint.run()
        await endpoint.run_later()
    await make_started_interviews(tenant, 1)
    for _ in range(4):
        await endpoint.run_later()
    assert len(set(endpoint.receiver.accepted_ids)) == 5
    assert len(set(endpoint.receiver.interview_ids)) == 5
    deliveries = await endpoint.list_deliveries()
    assert [delivery.status for delivery in deliveries] == [WebhookDeliveryStatus.DELIVERED] * 5
    assert (await endpoint.read()).failures == 0


def fail_after(calls: int) -> Any:
    """Return compare_and_set, which raises ConnectionError after that many calls."""
    left = calls

    async def call(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise ConnectionError
        return await compare_and_set(*arguments, **options)

    return call


async def test_receiver_that_is_down_gets_few_requests_and_everything_once_it_is_back(tenant: Tenant, endpoint: Endpoint) -> None:
    await make_started_interviews(tenant, 5)
    endpoint.receiver.statuses = [503] * FAILURES_BEFORE_PAUSES
    await endpoint.run()
    assert len(endpoint.receiver.ids) == FAILURES_BEFORE_PAUSES
    assert (await endpoint.read()).retry_at
    await endpoint.worker.run_round(endpoint.id)
    assert len(endpoint.receiver.ids) == FAILURES_BEFORE_PAUSES, "the endpoint's pause has not passed"
    await endpoint.run()
    assert len(endpoint.receiver.accepted_ids) == 5, "the first success ends the pauses of the others"


async def test_delivery_is_given_up_after_three_days_and_can_be_replayed(tenant: Tenant, endpoint: Endpoint) -> None:
    await make_started_interviews(tenant, 1)
    endpoint.receiver.statuses = [500, 500]
    await endpoint.run()
    (delivery,) = await endpoint.list_deliveries()
    assert delivery.retry_until
    assert timedelta(days=2.9) < delivery.retry_until - now() <= timedelta(days=3)
    await delivery.set({WebhookDelivery.retry_until: now()})
    await endpoint.run_later()
    (delivery,) = await endpoint.list_deliveries()
    assert (delivery.status, delivery.due_at) == (WebhookDeliveryStatus.FAILED, None)
    assert await webhook_deliveries.replay({"endpoint_id": endpoint.id, "status": "FAILED"}, ObjectId()) == 1
    await endpoint.run()
    assert endpoint.receiver.accepted_ids == [encode_id(IdKind.WEBHOOK_DELIVERY, delivery.id)]


@pytest.mark.parametrize("reason", [WebhookPauseReason.GONE, WebhookPauseReason.FAILING, WebhookPauseReason.UNDECRYPTABLE])
async def test_endpoint_is_paused_and_continues_when_it_is_resumed(
    tenant: Tenant, endpoint: Endpoint, reason: WebhookPauseReason
) -> None:
    if reason is WebhookPauseReason.GONE:
        endpoint.receiver.statuses = [410]
    elif reason is WebhookPauseReason.FAILING:
        endpoint.receiver.statuses = [500]
        await endpoint.set(failing_since=now() - FAILING_PERIOD, failures=1)
    else:
        await endpoint.set(secrets=[{"id": ObjectId(), "encrypted": "of another deployment"}])
    await make_started_interviews(tenant, 2)
    await endpoint.run()
    requests = len(endpoint.receiver.ids)
    await endpoint.run_later()
    assert (len(endpoint.receiver.ids), (await endpoint.read()).pause_reason) == (requests, reason)
    await endpoint.set(pause_reason=None, failing_since=None, secrets=[new_secret(tenant.services, SECRET).model_dump()])
    await make_started_interviews(tenant, 1)
    await endpoint.run_later()
    assert len(endpoint.receiver.accepted_ids) == 3


@pytest.mark.parametrize(
    ("url", "addresses", "failure"),
    [
        ("", [], WebhookFailure.TIMEOUT),
        ("redirect", [], WebhookFailure.STATUS),
        ("http://127.0.0.1:1/", [], WebhookFailure.CONNECTION),
        ("http://10.0.0.1/", [], WebhookFailure.ADDRESS_REFUSED),
        ("http://[::ffff:169.254.169.254]/", [], WebhookFailure.ADDRESS_REFUSED),
        # what the name resolves to now counts, not what it resolved to when the endpoint was created
        ("https://hooks.example.org/", ["10.0.0.1"], WebhookFailure.ADDRESS_REFUSED),
        ("https://hooks.example.org/", ["93.184.215.14", "169.254.169.254"], WebhookFailure.ADDRESS_REFUSED),
    ],
)
async def test_attempt_that_fails_says_why_and_reaches_no_other_address(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, url: str, addresses: list[str], failure: WebhookFailure
) -> None:
    async def resolve(*_: object) -> list[dict[str, Any]]:
        common = {"hostname": "hooks.example.org", "port": 443, "family": 2, "proto": 0, "flags": 0}
        return [{**common, "host": address} for address in addresses]

    if addresses:
        monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    endpoint.receiver.is_stuck = failure is WebhookFailure.TIMEOUT
    endpoint.receiver.statuses = [307] if url == "redirect" else []
    if url.startswith("http"):
        await endpoint.set(url=url)
    settings = endpoint.tenant.services.settings
    short = settings.model_copy(update={"webhook": settings.webhook.model_copy(update={"timeout_seconds": 0.3})})
    async with WebhookSender(short) as sender:
        endpoint.worker = WebhookWorker(endpoint.tenant.services, sender)
        await make_started_interviews(endpoint.tenant, 1)
        await endpoint.run()
    (delivery,) = await endpoint.list_deliveries()
    assert [attempt.failure for attempt in delivery.newest_attempts] == [failure]
    assert len(endpoint.receiver.ids) == (not url.startswith("http")), "a redirect is not followed"


async def test_loopback_is_refused_unless_the_deployment_allows_it(endpoint: Endpoint) -> None:
    settings = endpoint.tenant.services.settings.model_copy(update={"sandbox": False})
    async with WebhookSender(settings) as sender:
        for host in ("127.0.0.1", "localhost", "[::1]"):
            attempt = await sender.send(endpoint.receiver.url.replace("127.0.0.1", host), b"{}", {}, now())
            assert attempt.failure is WebhookFailure.ADDRESS_REFUSED, host
    assert endpoint.receiver.ids == []


async def test_both_secrets_sign_during_the_overlap_of_a_rotation(tenant: Tenant, endpoint: Endpoint) -> None:
    new, old = new_secret(tenant.services, OTHER_SECRET), new_secret(tenant.services, SECRET, expires_at=now() + LONG_AGO)
    await endpoint.set(secrets=[new.model_dump(), old.model_dump()])
    await make_started_interviews(tenant, 1)
    await endpoint.run()
    endpoint.receiver.secret = OTHER_SECRET
    await make_started_interviews(tenant, 1)
    await endpoint.run()
    assert len(endpoint.receiver.accepted_ids) == 2
    await endpoint.set(secrets=[new.model_dump(), {**old.model_dump(), "expires_at": now()}])
    endpoint.receiver.secret = SECRET
    await make_started_interviews(tenant, 1)
    await endpoint.run()
    (*_, refused) = await endpoint.list_deliveries()
    assert (len(endpoint.receiver.accepted_ids), refused.newest_attempts[0].response_status) == (2, 500)


async def test_test_environment_has_its_own_endpoints(
    tenant: Tenant, endpoint: Endpoint, receiver: WebhookReceiver, sender: WebhookSender
) -> None:
    test = await ensure_test_organization(tenant.organization)
    of_test = await make_endpoint(Tenant(tenant.services, test, tenant.position, {}), receiver, sender)
    (interview,) = await make_started_interviews(tenant, 1)
    await of_test.run()
    assert receiver.ids == []
    await endpoint.run()
    assert receiver.interview_ids == [encode_id(IdKind.INTERVIEW, interview.id)]


async def test_details_are_sent_only_to_endpoints_that_ask_and_have_no_results_in_a_blind_review(
    tenant: Tenant, endpoint: Endpoint
) -> None:
    await endpoint.set(include_details=True)
    for is_blind in (False, True):
        interview = await tenant.make_completed_interview(is_blind=is_blind, external_id="ATS-7", decision="ADVANCE")
        evaluation = await tenant.make_evaluation(interview, reviews=[new_review()])
        await record_change(interview, ChangeKind.EVALUATION, evaluation.id)
        await record_change(interview, ChangeKind.REVIEW, evaluation.id)
    await endpoint.run()
    details = [payload["data"]["details"] for payload in endpoint.receiver.payloads]
    results = {"score": 50.0, "recommendation": "HIRE", "version": 1}
    assert [{name: each.get(name) for name in results} for each in details[:2]] == [results, results]
    assert details[1]["decision"] == "ADVANCE"
    assert details[2:] == [{"externalId": "ATS-7", "status": "COMPLETED", "endReason": None}] * 2


async def test_erasure_is_reported_and_nothing_but_ids_remains(tenant: Tenant, endpoint: Endpoint) -> None:
    await endpoint.set(include_details=True)
    interview = await tenant.make_completed_interview(external_id="ATS-7")
    evaluation = await tenant.make_evaluation(interview)
    await record_change(interview, ChangeKind.EVALUATION, evaluation.id)
    endpoint.receiver.statuses = [500]
    await endpoint.run()
    assert endpoint.receiver.payloads[0]["data"]["details"]["externalId"] == "ATS-7"
    assert await mark_erased(interview.id)
    await delete_erased(interview.id)
    (delivery,) = await endpoint.list_deliveries()
    assert [attempt.body_digest for attempt in delivery.newest_attempts] == [""]
    await record_change(interview, ChangeKind.ERASURE)
    await endpoint.run_later()
    retried, erased = endpoint.receiver.payloads[1:]
    assert (retried["data"]["details"], erased["type"], erased["data"]["scope"]) == ({}, "interview.erased", "INTERVIEW")


async def test_endpoint_gets_only_the_types_that_it_names_and_nothing_from_before(tenant: Tenant, endpoint: Endpoint) -> None:
    subscription = EventSubscription(type=WebhookEventType.INTERVIEW_COMPLETED)
    await endpoint.set(subscriptions=[subscription.model_dump()])
    earlier = now() - timedelta(hours=1)
    interview = await tenant.make_completed_interview()
    before = await tenant.make_completed_interview(ended_at=earlier)
    for each in (interview, before):
        await record_change(each)
    await endpoint.run()
    assert endpoint.receiver.interview_ids == [encode_id(IdKind.INTERVIEW, interview.id)]


async def test_each_end_of_a_reopened_interview_is_an_event(tenant: Tenant, endpoint: Endpoint) -> None:
    first, second = now() - timedelta(seconds=30), now()
    reopening = Reopening(
        id=PydanticObjectId(),
        reopened_at=first,
        status=InterviewStatus.COMPLETED,
        end_reason=EndReason.FAILED,
        ended_at=first,
    )
    interview = await tenant.make_completed_interview(ended_at=second, reopenings=[reopening])
    await record_change(interview)
    await endpoint.run()
    ends = [each for each in endpoint.receiver.types if each in ("interview.completed", "interview.failed")]
    assert ends == ["interview.failed", "interview.completed"]


async def test_endpoint_that_was_paused_for_too_long_says_that_events_were_lost(tenant: Tenant, endpoint: Endpoint) -> None:
    await make_started_interviews(tenant, 3)
    await Change.find({"organization_id": tenant.id, "number": {"$lte": 2}}).delete()
    await endpoint.run()
    assert len(endpoint.receiver.accepted_ids) == 1
    assert (await endpoint.read()).lost_changes_at


async def test_loop_sends_to_several_endpoints_one_of_which_hangs(
    tenant: Tenant, endpoint: Endpoint, sender: WebhookSender, services: Services
) -> None:
    stop = asyncio.Event()
    async with run_receiver(SECRET) as other:
        await make_endpoint(tenant, other, sender)
        paused = await make_endpoint(tenant, endpoint.receiver, sender, pause_reason=WebhookPauseReason.REQUESTED)
        endpoint.receiver.is_stuck = True
        await make_started_interviews(tenant, 1)
        task = asyncio.create_task(worker_module.run_webhooks(services, stop))
        async with asyncio.timeout(20):
            while not (other.accepted_ids and endpoint.receiver.ids):
                await asyncio.sleep(0.01)
        stop.set()
        services.settings.jobs.drain_seconds = 0.1
        await task
    assert (len(endpoint.receiver.ids), len(other.accepted_ids)) == (1, 1)
    assert await paused.list_deliveries() == []
