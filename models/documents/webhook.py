"""Webhooks: endpoints that an organization has registered, and the deliveries to them (ADR 27).

An endpoint reads the organization's change feed from a cursor of its own. A delivery holds ids and times only: its body is
built for each attempt, so that nothing personal is stored here.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from models.storage.clock import now
from models.storage.lease import Lease
from models.storage.stored_document import StoredDocument

DELIVERY_DAYS = 30
"""Days for which deliveries, and the remains of deleted endpoints, are stored."""
MAX_STORED_ATTEMPTS = 20
"""The newest attempts of a delivery that are stored."""


class WebhookEventType(StrEnum):
    """What happened; the value is the `type` of the payload."""

    INTERVIEW_STARTED = "interview.started"
    INTERVIEW_COMPLETED = "interview.completed"
    INTERVIEW_FAILED = "interview.failed"
    INTERVIEW_CANCELLED = "interview.cancelled"
    INTERVIEW_EXPIRED = "interview.expired"
    INTERVIEW_OPTED_OUT = "interview.opted_out"
    INTERVIEW_IN_TROUBLE = "interview.in_trouble"
    INTERVIEW_ERASED = "interview.erased"
    EVALUATION_COMPLETED = "evaluation.completed"
    EVALUATION_FAILED = "evaluation.failed"
    EVALUATION_REVIEWED = "evaluation.reviewed"
    RECORDING_COMPLETED = "recording.completed"
    CANDIDATE_REQUEST = "candidate.request"


class WebhookIntegration(StrEnum):
    """An applicant tracking system whose adapter (ats) notifies it through an endpoint."""

    GREENHOUSE = "GREENHOUSE"


class WebhookPauseReason(StrEnum):
    """Why an endpoint receives nothing."""

    REQUESTED = "REQUESTED"
    FAILING = "FAILING"
    GONE = "GONE"
    UNDECRYPTABLE = "UNDECRYPTABLE"


class WebhookDeliveryStatus(StrEnum):
    """State of a delivery."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class WebhookFailure(StrEnum):
    """Why an attempt failed."""

    STATUS = "STATUS"
    TIMEOUT = "TIMEOUT"
    CONNECTION = "CONNECTION"
    CERTIFICATE = "CERTIFICATE"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"


class EventSubscription(BaseModel):
    """A type of event that an endpoint receives, and since when: earlier events are not sent to it."""

    type: WebhookEventType
    since: datetime = Field(default_factory=now)


class SigningSecret(BaseModel):
    """A secret that signs the payloads of an endpoint."""

    id: PydanticObjectId
    """Id of the call that made it, so that a repeated call makes no other; for an integration, of the API key."""
    encrypted: str
    """auth.encrypt_secret of the secret: the receiver verifies signatures with it, so that a digest would not do.

    For an integration, the secret is the API key that the system calls with, and that it expects in return.
    """
    expires_at: datetime | None = None
    """When it stops to sign, after a rotation."""


class WebhookEndpoint(StoredDocument):
    """A URL that receives an organization's events."""

    organization_id: PydanticObjectId
    url: str
    integration: WebhookIntegration | None = None
    """The system whose orders are notified, at the URL of each order (ADR 28); None for an endpoint that receives webhooks."""
    description: str | None = None
    subscriptions: list[EventSubscription]
    include_details: bool = False
    """Whether payloads have more than ids: status, reference, score and decision."""
    secrets: list[SigningSecret]
    """The newest first; after a rotation, the previous one also signs for a while."""
    created_at: datetime = Field(default_factory=now)
    created_by: str
    """Name of the API key or member."""
    updates: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the newest updates, so that a retried update changes nothing."""
    paused_at: datetime | None = None
    pause_reason: WebhookPauseReason | None = None
    """None while the endpoint is active."""
    deleted_at: datetime | None = None
    cursor: int
    """Number of the last change (models.documents.change) whose events have deliveries."""
    lost_changes_at: datetime | None = None
    """When changes were last found to be no longer available, because the endpoint was paused for too long."""
    failures: int = 0
    """Failed attempts in a row, of any delivery."""
    failing_since: datetime | None = None
    """Time of the first of these failures."""
    retry_at: datetime | None = None
    """Until then nothing is sent, because several attempts in a row have failed."""
    fence: int = 0
    lease: Lease | None = None

    class Settings:
        name = "webhook_endpoints"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("created_at", ASCENDING)]),
            IndexModel([("deleted_at", ASCENDING)], expireAfterSeconds=DELIVERY_DAYS * 24 * 3600),
        ]


class DeliveryAttempt(BaseModel):
    """One request to an endpoint."""

    attempted_at: datetime
    latency_ms: int
    response_status: int | None = None
    """HTTP status; None without a response."""
    failure: WebhookFailure | None = None
    """None for a success."""
    body_digest: str
    """SHA-256 (hex) of the body."""


class WebhookDelivery(StoredDocument):
    """An event that is sent to one endpoint. Its id is the `webhook-id` of every attempt."""

    organization_id: PydanticObjectId
    endpoint_id: PydanticObjectId
    type: WebhookEventType
    event_key: str
    """Identity of the event: an endpoint has one delivery of each."""
    number: int
    """Number of the change that the event was found with."""
    interview_id: PydanticObjectId
    object_id: PydanticObjectId | None = None
    """Id of the evaluation, recording file or request that the event is about."""
    seq: int | None = None
    """Seq of the turn with the candidate's question that the event is about."""
    detail: str | None = None
    """What exactly happened, as a code: the trouble, or the scope of an erasure."""
    order_id: PydanticObjectId | None = None
    """Id of the order (models.documents.assessment_order) that is notified; None for a webhook."""
    occurred_at: datetime
    created_at: datetime = Field(default_factory=now)
    status: WebhookDeliveryStatus = WebhookDeliveryStatus.PENDING
    due_at: datetime | None = Field(default_factory=now)
    """When the next attempt is due; None unless PENDING."""
    retry_until: datetime | None = None
    """After that time, a failed attempt is the last; None before the first attempt."""
    attempts: int = 0
    """Attempts so far, counted when they begin."""
    newest_attempts: list[DeliveryAttempt] = Field(default_factory=list)
    """At most MAX_STORED_ATTEMPTS, oldest first."""
    delivered_at: datetime | None = None
    replays: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the newest replays, so that a retried replay has no further effect."""

    class Settings:
        name = "webhook_deliveries"
        indexes: ClassVar = [
            IndexModel([("endpoint_id", ASCENDING), ("event_key", ASCENDING)], unique=True),
            IndexModel([("endpoint_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
            IndexModel(
                [("endpoint_id", ASCENDING), ("due_at", ASCENDING)],
                partialFilterExpression={"status": WebhookDeliveryStatus.PENDING.value},
                name="pending",
            ),
            IndexModel([("interview_id", ASCENDING)]),
            IndexModel([("organization_id", ASCENDING)]),
            IndexModel([("created_at", ASCENDING)], expireAfterSeconds=DELIVERY_DAYS * 24 * 3600),
        ]


async def find_organization_endpoint(organization_id: ObjectId, endpoint_id: ObjectId) -> WebhookEndpoint | None:
    """Return the endpoint if it belongs to the organization and is not deleted."""
    return await WebhookEndpoint.find_one({"_id": endpoint_id, "organization_id": organization_id, "deleted_at": None})


async def find_organization_delivery(organization_id: ObjectId, delivery_id: ObjectId) -> WebhookDelivery | None:
    """Return the delivery if it belongs to the organization."""
    return await WebhookDelivery.find_one({"_id": delivery_id, "organization_id": organization_id})


async def forget_body_digests(interview_id: ObjectId) -> None:
    """Delete the digests of bodies about the interview: from that of a body with a score, the score could be guessed."""
    await WebhookDelivery.get_pymongo_collection().update_many(
        {"interview_id": interview_id, "newest_attempts.0": {"$exists": True}}, {"$set": {"newest_attempts.$[].body_digest": ""}}
    )
