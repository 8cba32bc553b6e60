"""The inputs of the mutations about webhooks."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from resolvers.webhooks import DEFAULT_OVERLAP_MINUTES
from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY
from schema.types.enums import WebhookDeliveryStatus, WebhookEventType

ENDPOINT_ID = "The id of the webhook endpoint."
URL = (
    "The https URL that receives the events. It must be reachable from the internet, and must not contain a user name. At most "
    "2,000 characters."
)
DETAILS = (
    "Whether payloads also have the interview's externalId, status and endReason, the score and recommendation of completed "
    "evaluations, the decision of reviews, and the kinds of candidates' requests. In blind reviews they have no results. Of an "
    "integration, whether it gets the score of completed interviews."
)


@input_type
class CreateWebhookEndpointInput:
    """The input of createWebhookEndpoint."""

    idempotency_key: str | None = strawberry.field(
        default=UNSET, description=f"{IDEMPOTENCY_KEY} The repetition returns no secret."
    )
    url: str = strawberry.field(description=URL)
    description: str | None = strawberry.field(
        default=UNSET, description="What the endpoint is for. At most 200 characters, on one line."
    )
    events: list[WebhookEventType] | None = strawberry.field(
        default=UNSET, description="The types of events to send. Null: all types that there are now."
    )
    include_details: bool = strawberry.field(
        default=False, description=f"{DETAILS} Default: false. FORBIDDEN for callers who may not read all of them."
    )


@input_type
class UpdateWebhookEndpointInput:
    """The input of updateWebhookEndpoint. A field that is left out does not change."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    webhook_endpoint_id: strawberry.ID = strawberry.field(description=ENDPOINT_ID)
    url: str | None = strawberry.field(default=UNSET, description=URL)
    description: str | None = strawberry.field(
        default=UNSET, description="What the endpoint is for. At most 200 characters, on one line. Null removes it."
    )
    events: list[WebhookEventType] | None = strawberry.field(
        default=UNSET, description="The types of events to send. Null: all types that there are now."
    )
    include_details: bool | None = strawberry.field(
        default=UNSET, description=f"{DETAILS} FORBIDDEN for callers who may not read all of them."
    )
    is_paused: bool | None = strawberry.field(
        default=UNSET,
        description="true pauses the endpoint; false resumes it, and sends the events since it was paused, up to 30 days.",
    )


@input_type
class RotateWebhookSecretInput:
    """The input of rotateWebhookSecret."""

    idempotency_key: str | None = strawberry.field(
        default=UNSET, description=f"{IDEMPOTENCY_KEY} The repetition returns no secret."
    )
    webhook_endpoint_id: strawberry.ID = strawberry.field(description=ENDPOINT_ID)
    overlap_minutes: int = strawberry.field(
        default=DEFAULT_OVERLAP_MINUTES,
        description="Minutes for which the replaced secret also signs, 0 to 43,200 (30 days). Default: 1,440 (a day).",
    )


@input_type
class DeleteWebhookEndpointInput:
    """The input of deleteWebhookEndpoint."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    webhook_endpoint_id: strawberry.ID = strawberry.field(description=ENDPOINT_ID)


@input_type
class ReplayDeliveryInput:
    """The input of replayDelivery."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    webhook_delivery_id: strawberry.ID = strawberry.field(description="The id of the delivery.")


@input_type
class ReplayDeliveriesInput:
    """The input of replayDeliveries."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    webhook_endpoint_id: strawberry.ID = strawberry.field(description=ENDPOINT_ID)
    since: datetime = strawberry.field(description="Sends the events again that occurred at this time or later.")
    statuses: list[WebhookDeliveryStatus] | None = strawberry.field(
        default=UNSET, description="Only deliveries in one of these states. Null: in any state."
    )
