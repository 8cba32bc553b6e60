"""The adapters of applicant tracking systems, and the notifications that the webhook worker sends to them."""

from collections.abc import Mapping

from ats.greenhouse import Greenhouse
from ats.port import AtsAdapter, OutgoingRequest
from models.documents.assessment_order import AssessmentOrder
from models.documents.organization import get_key
from models.documents.webhook import WebhookDelivery, WebhookEndpoint, WebhookIntegration

ADAPTERS: Mapping[WebhookIntegration, AtsAdapter] = {adapter.integration: adapter for adapter in (Greenhouse(),)}


async def build_notification(endpoint: WebhookEndpoint, delivery: WebhookDelivery, api_key: str) -> OutgoingRequest | None:
    """Return the request that notifies the system of a result.

    None if the order was erased with its interview, or if the API key was revoked, which disconnects the system.
    """
    order = await AssessmentOrder.get(delivery.order_id) if delivery.order_id else None
    key = await get_key(endpoint.secrets[0].id)
    if order is None or key is None or key.revoked_at is not None or endpoint.integration is None:
        return None
    return ADAPTERS[endpoint.integration].build_notification(order.callback_url, api_key)


def is_final_refusal(endpoint: WebhookEndpoint, status: int | None) -> bool:
    """Return whether the response to a notification concerns this order only, so that it is not sent again."""
    return endpoint.integration is not None and status is not None and ADAPTERS[endpoint.integration].is_final(status)
