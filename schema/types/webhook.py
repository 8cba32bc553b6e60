"""Webhook endpoints and deliveries, as administrators see them."""

from datetime import datetime

import strawberry

from auth import Principal
from models.documents import webhook as documents
from models.storage.clock import now
from resolvers.ids import IdKind, encode_id
from schema.context import Info
from schema.decorators import as_graphql, document_field, object_type, resolved_field
from schema.types.enums import (
    WebhookDeliveryStatus,
    WebhookEventType,
    WebhookFailure,
    WebhookIntegration,
    WebhookPauseReason,
)
from schema.types.interview import Interview
from schema.types.node import Node


@object_type
class WebhookEndpoint(Node):
    """A URL that receives events of the organization, without its secrets."""

    document: strawberry.Private[documents.WebhookEndpoint]
    url: str = document_field("The URL that receives the events. Of an integration, the server that is notified.")
    integration: WebhookIntegration | None = document_field(
        "The applicant tracking system that is notified of results, by requests in its own form. "
        "Null: the endpoint receives webhooks."
    )
    description: str | None = document_field("What the endpoint is for.")
    include_details: bool = document_field(
        "Whether payloads have more than ids (CreateWebhookEndpointInput.includeDetails). "
        "Of an integration, whether it gets scores."
    )
    created_at: datetime = document_field("When the endpoint was created.")
    created_by: str = document_field("The name of the member or API key that created it.")
    pause_reason: WebhookPauseReason | None = document_field("Why the endpoint receives nothing. Null: it is active.")
    paused_at: datetime | None = document_field("Since when the endpoint is paused. Null: it is active.")
    failing_since: datetime | None = document_field("Since when every attempt has failed. Null: the last one succeeded.")
    lost_changes_at: datetime | None = document_field(
        "When events were lost, because the endpoint was paused for more than 30 days: read the lists again. Null: none were."
    )

    @resolved_field()
    def events(self) -> list[WebhookEventType]:
        """The types of events that are sent."""
        return [subscription.type for subscription in self.document.subscriptions]

    @resolved_field()
    def previous_secret_expires_at(self) -> datetime | None:
        """Until when the replaced secret also signs. Null: only one secret signs."""
        expiries = [secret.expires_at for secret in self.document.secrets if secret.expires_at and secret.expires_at > now()]
        return max(expiries, default=None)

    @classmethod
    def of(cls, document: documents.WebhookEndpoint) -> "WebhookEndpoint":
        """Build the endpoint from its document."""
        return cls(document=document, id=strawberry.ID(encode_id(IdKind.WEBHOOK_ENDPOINT, document.id)))


@object_type
class WebhookAttempt:
    """A request to an endpoint, successful or not."""

    attempted_at: datetime = strawberry.field(description="When the request began.")
    latency_ms: int = strawberry.field(description="Milliseconds until the response, or until the attempt failed.")
    response_status: int | None = strawberry.field(description="The HTTP status. Null: there was no response.")
    failure: WebhookFailure | None = strawberry.field(description="Why the attempt failed. Null: it succeeded.")
    body_digest: str = strawberry.field(
        description="The SHA-256 of the body in hex. Empty once the interview or its transcript is erased."
    )


@object_type
class WebhookDelivery(Node):
    """An event that is sent to an endpoint until the endpoint accepts it. Its id is the `webhook-id` of every attempt.

    Deliveries are stored for 30 days. They hold ids and times only.
    """

    document: strawberry.Private[documents.WebhookDelivery]
    caller: strawberry.Private[Principal]
    type: WebhookEventType = document_field("The type of the event.")
    occurred_at: datetime = document_field("When the event occurred.")
    created_at: datetime = document_field("When the delivery was created.")
    status: WebhookDeliveryStatus = document_field("The state of the delivery.")
    attempts: int = document_field("The number of attempts.")
    delivered_at: datetime | None = document_field("When the endpoint last accepted the event. Null: it never has.")
    next_attempt_at: datetime | None = strawberry.field(description="When the next attempt is due. Null: none is.")
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")

    @resolved_field()
    def newest_attempts(self) -> list[WebhookAttempt]:
        """The last 20 attempts, oldest first."""
        return [as_graphql(WebhookAttempt, attempt) for attempt in self.document.newest_attempts]

    @resolved_field()
    async def interview(self, info: Info) -> Interview | None:
        """The interview as it is now. It remains, without personal data, after an erasure."""
        found = await info.context.loaders.interviews.load(self.document.interview_id)
        return Interview.of(found, self.caller) if found else None

    @classmethod
    def of(cls, document: documents.WebhookDelivery, caller: Principal) -> "WebhookDelivery":
        """Build the delivery from its document."""
        return cls(
            document=document,
            caller=caller,
            id=strawberry.ID(encode_id(IdKind.WEBHOOK_DELIVERY, document.id)),
            next_attempt_at=document.due_at,
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, document.interview_id)),
        )
