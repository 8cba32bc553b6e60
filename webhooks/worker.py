"""The webhook worker: a loop in every jobs process that turns changes into deliveries, and sends them (ADR 27).

One process at a time works on an endpoint, by the endpoint's lease. It needs only MongoDB, not Redis. It stores each step before
the next one, so that a process that is killed at any moment loses nothing; the receiver may then get a delivery twice, with the
same `webhook-id`.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from beanie import PydanticObjectId
from bson import ObjectId

from ats.adapters import build_notification, is_final_refusal
from ats.orders import expand_to_orders
from ats.port import OutgoingRequest
from auth import decrypt_secret, encrypt_secret, is_encrypted_by_an_earlier_secret
from engine.metrics import WEBHOOK_ATTEMPTS, WEBHOOK_SECONDS
from errors import CursorExpired
from lifecycle.jobs import create_holder_name
from lifecycle.lease_renewal import hold_lease
from lifecycle.repairs import run_periodically
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.change import Change, ChangeKind
from models.documents.evaluation import Evaluation
from models.documents.interview import find_interviews
from models.documents.recording import Recording
from models.documents.webhook import WebhookDelivery, WebhookEndpoint, WebhookEventType, WebhookPauseReason
from models.reads.change_list import ChangeSelection, read_changes
from models.storage.clock import now
from models.storage.lease import LeaseLost, renew_lease
from models.writes.webhook_deliveries import (
    add_deliveries,
    begin_attempt,
    claim_endpoint,
    complete_attempt,
    discard_delivery,
    find_due_delivery,
    find_endpoints_with_work,
    pause_endpoint,
    release_endpoint,
)
from models.writes.webhook_endpoints import SINCE_MARGIN, replace_encrypted_secret
from webhooks.events import ChangedDocuments, list_events
from webhooks.payload import build_body, build_details, build_headers, build_message_id
from webhooks.sender import GONE, WebhookSender

log = structlog.get_logger(__name__)

CHANGES_PER_STEP = 100
"""Changes that are turned into deliveries at a time."""
DELIVERIES_PER_ROUND = 200
"""Deliveries that a process sends to one endpoint before others get their turn."""
_OF_EVALUATIONS = (
    WebhookEventType.EVALUATION_COMPLETED,
    WebhookEventType.EVALUATION_FAILED,
    WebhookEventType.EVALUATION_REVIEWED,
)


async def run_webhooks(services: Services, stop: asyncio.Event) -> None:
    """Send webhooks until `stop` is set."""
    async with WebhookSender(services.settings) as sender:
        worker = WebhookWorker(services, sender, stop)
        try:
            await run_periodically(worker.start_rounds, services, stop)
        finally:
            await worker.close()


class WebhookWorker:
    """Works on the endpoints that have something to do, several at the same time."""

    def __init__(self, services: Services, sender: WebhookSender, stop: asyncio.Event | None = None) -> None:
        self._services = services
        self._sender = sender
        self._stop = stop or asyncio.Event()
        self._holder = create_holder_name()
        self._rounds: dict[ObjectId, asyncio.Task[None]] = {}

    async def start_rounds(self) -> None:
        """Start a round for each endpoint with work, as far as the concurrency permits."""
        closed = await self._services.credentials.closed_organizations.read_ids()
        limit = self._services.settings.webhook.concurrency
        for endpoint_id in await find_endpoints_with_work(limit, closed):
            if endpoint_id not in self._rounds and len(self._rounds) < limit:
                self._start_round(endpoint_id)

    def _start_round(self, endpoint_id: ObjectId) -> None:
        round_task = asyncio.create_task(self._run_logged(endpoint_id), name=f"webhooks:{endpoint_id}")
        self._rounds[endpoint_id] = round_task
        round_task.add_done_callback(lambda _: self._rounds.pop(endpoint_id, None))

    async def close(self) -> None:
        """Let the rounds end with the request in progress, for as long as jobs have; cancel what remains."""
        if self._rounds:
            await asyncio.wait(list(self._rounds.values()), timeout=self._services.settings.jobs.drain_seconds)
        for round_task in list(self._rounds.values()):
            await cancel_and_wait(round_task)

    async def _run_logged(self, endpoint_id: ObjectId) -> None:
        try:
            await self.run_round(endpoint_id)
        except LeaseLost:
            log.warning("another process sends to the webhook endpoint", endpoint_id=str(endpoint_id))
        except Exception as error:
            log.error("webhooks failed", endpoint_id=str(endpoint_id), reason=type(error).__name__)

    async def run_round(self, endpoint_id: ObjectId) -> None:
        """Turn new changes into deliveries, and send what is due. Raises LeaseLost and pymongo.errors.PyMongoError."""
        lease_seconds = self._services.settings.jobs.lease_seconds
        endpoint = await claim_endpoint(endpoint_id, self._holder, lease_seconds)
        if endpoint is None:
            return
        renew = partial(renew_lease, WebhookEndpoint, endpoint_id, endpoint.fence, self._holder, lease_seconds)
        async with hold_lease(renew, lease_seconds):
            current = await self._read_changes(endpoint)
            for _ in range(DELIVERIES_PER_ROUND):
                if current is None or self._stop.is_set():
                    break
                current = await self._send_next(current)
        await release_endpoint(endpoint)

    async def _read_changes(self, endpoint: WebhookEndpoint) -> WebhookEndpoint | None:
        """Store deliveries for the changes after the cursor. None if the endpoint may no longer be sent to."""
        current: WebhookEndpoint | None = endpoint
        while current is not None and not self._stop.is_set():
            selection = ChangeSelection(current.organization_id, list(ChangeKind))
            has_lost_changes = False
            try:
                page = await read_changes(selection, current.cursor, CHANGES_PER_STEP)
            except CursorExpired:
                log.warning("webhook events lost: the endpoint was paused for too long", endpoint_id=str(current.id))
                has_lost_changes = True
                page = await read_changes(selection, None, CHANGES_PER_STEP)
            if page.next_number == current.cursor and not has_lost_changes:
                return current
            deliveries = await build_deliveries(current, page.changes)
            current = await add_deliveries(current, deliveries, page.next_number, has_lost_changes=has_lost_changes)
        return current

    async def _send_next(self, endpoint: WebhookEndpoint) -> WebhookEndpoint | None:
        """Send the next delivery that is due. None if there is none, or nothing more may be sent for now."""
        delivery = await find_due_delivery(endpoint.id)
        if delivery is None:
            return None
        secrets = await self._decrypt_secrets(endpoint)
        if not secrets:
            log.error("webhook secret cannot be decrypted: rotate it", endpoint_id=str(endpoint.id))
            await pause_endpoint(endpoint, WebhookPauseReason.UNDECRYPTABLE)
            return None
        delivery = await begin_attempt(delivery)
        if delivery is None:
            return endpoint
        at = now()
        request = await _build_request(endpoint, delivery, secrets, at)
        if request is None:
            await discard_delivery(delivery)
            return endpoint
        attempt = await self._sender.send(request.url, request.body, request.headers, at, request.method)
        WEBHOOK_ATTEMPTS.labels(attempt.failure.value if attempt.failure else "DELIVERED").inc()
        WEBHOOK_SECONDS.observe(attempt.latency_ms / 1000)
        log.info(
            "webhook sent" if attempt.failure is None else "webhook not accepted",
            endpoint_id=str(endpoint.id),
            delivery_id=str(delivery.id),
            status=attempt.response_status,
            failure=attempt.failure,
            latency_ms=attempt.latency_ms,
        )
        is_final = is_final_refusal(endpoint, attempt.response_status)
        updated = await complete_attempt(endpoint, delivery, attempt, is_final=is_final)
        if updated is not None and attempt.response_status == GONE and not is_final:
            await pause_endpoint(updated, WebhookPauseReason.GONE)
            return None
        return updated if updated is not None and updated.retry_at is None else None

    async def _decrypt_secrets(self, endpoint: WebhookEndpoint) -> list[str]:
        """Return the secrets that sign now. One that an earlier AUTH_SECRET has encrypted is encrypted again."""
        auth, secrets = self._services.settings.auth, []
        for stored in endpoint.secrets:
            if stored.expires_at is not None and stored.expires_at <= now():
                continue
            secret = decrypt_secret(stored.encrypted, auth)
            if secret is None:
                continue
            secrets.append(secret)
            if is_encrypted_by_an_earlier_secret(stored.encrypted, auth):
                await replace_encrypted_secret(endpoint.id, stored.encrypted, encrypt_secret(secret, auth))
        return secrets


async def build_deliveries(endpoint: WebhookEndpoint, changes: list[Change]) -> list[WebhookDelivery]:
    """Return deliveries of the events of these changes that the endpoint receives."""
    since = {subscription.type: subscription.since - SINCE_MARGIN for subscription in endpoint.subscriptions}
    documents = await _load_documents(changes)
    deliveries = [
        WebhookDelivery(
            organization_id=endpoint.organization_id,
            endpoint_id=endpoint.id,
            type=event.type,
            event_key=event.key,
            number=change.number,
            interview_id=change.interview_id,
            object_id=event.object_id and PydanticObjectId(event.object_id),
            seq=event.seq,
            detail=event.detail,
            occurred_at=event.occurred_at,
        )
        for change in changes
        for event in list_events(change, documents)
        if event.type in since and event.occurred_at >= since[event.type]
    ]
    return deliveries if endpoint.integration is None else await expand_to_orders(endpoint, deliveries)


async def _load_documents(changes: list[Change]) -> ChangedDocuments:
    ids = {kind: [change.object_id for change in changes if change.kind is kind] for kind in ChangeKind}
    interviews = await find_interviews(list({change.interview_id for change in changes})).to_list()
    evaluation_ids = [*ids[ChangeKind.EVALUATION], *ids[ChangeKind.REVIEW]]
    evaluations = await Evaluation.find({"_id": {"$in": evaluation_ids}}).to_list() if evaluation_ids else []
    recording_ids = ids[ChangeKind.RECORDING]
    recordings = await Recording.find({"_id": {"$in": recording_ids}}).to_list() if recording_ids else []
    return ChangedDocuments(
        {interview.id: interview for interview in interviews},
        {evaluation.id: evaluation for evaluation in evaluations},
        {recording.id: recording for recording in recordings},
    )


async def _build_request(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, secrets: list[str], at: datetime
) -> OutgoingRequest | None:
    """Return the request of an attempt; None if there is nothing to notify any more."""
    if endpoint.integration is not None:
        return await build_notification(endpoint, delivery, secrets[0])
    body = build_body(delivery, await _read_details(delivery) if endpoint.include_details else None)
    return OutgoingRequest(endpoint.url, build_headers(build_message_id(delivery), body, secrets, at), body=body)


async def _read_details(delivery: WebhookDelivery) -> Mapping[str, Any]:
    interviews = await find_interviews([delivery.interview_id]).to_list()
    is_about_evaluation = delivery.type in _OF_EVALUATIONS and delivery.object_id is not None
    evaluation = await Evaluation.get(delivery.object_id) if is_about_evaluation and delivery.object_id else None
    return build_details(delivery, interviews[0] if interviews else None, evaluation)
