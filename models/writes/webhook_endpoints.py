"""Changes of webhook endpoints by their organization."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.webhook import (
    EventSubscription,
    SigningSecret,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEventType,
    WebhookPauseReason,
)
from models.storage.clock import now
from models.storage.compare_and_set import compare_and_set

MAX_ENDPOINTS = 20
"""Endpoints that an organization can have."""
MAX_REMEMBERED_UPDATES = 100
SINCE_MARGIN = timedelta(minutes=1)
"""By how much an event may be older than the subscription to it: times of events precede their commits, by other clocks."""
_EXISTS: dict[str, Any] = {"deleted_at": None}


async def create_endpoint(endpoint: WebhookEndpoint) -> WebhookEndpoint | None:
    """Store a new endpoint; None if its id is stored already. Raises Conflict if the organization has too many."""
    if await WebhookEndpoint.get(endpoint.id) is not None:
        return None
    registered = {"organization_id": endpoint.organization_id, "integration": None, **_EXISTS}
    if await WebhookEndpoint.find(registered).count() >= MAX_ENDPOINTS:
        raise Conflict(f"The organization has {MAX_ENDPOINTS} webhook endpoints: delete one first.")
    try:
        return await endpoint.insert()
    except DuplicateKeyError:
        return None


async def connect_integration(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Store the endpoint of an integration, or return the stored one with this id. A deleted one is replaced."""
    try:
        return await endpoint.insert()
    except DuplicateKeyError:
        # a worker that is still at work must not pass for the holder of the next lease
        values = endpoint.model_dump(exclude={"id", "revision_id", "fence", "lease"})
        replaced = await compare_and_set(WebhookEndpoint, endpoint.id, {"deleted_at": {"$ne": None}}, values)
        stored = replaced or await WebhookEndpoint.get(endpoint.id)
        # nothing deletes the document within days of its creation
        return stored or endpoint


async def replace_integration_key(endpoint: WebhookEndpoint, secret: SigningSecret) -> None:
    """Store the API key that the system now calls with, and resume if the earlier one could not be decrypted."""
    resumed = {"paused_at": None, "pause_reason": None} if endpoint.pause_reason is WebhookPauseReason.UNDECRYPTABLE else {}
    await compare_and_set(WebhookEndpoint, endpoint.id, _EXISTS, {"secrets": [secret], **resumed})


async def update_endpoint(
    endpoint: WebhookEndpoint, values: Mapping[str, Any], update_id: ObjectId, *, is_paused: bool | None = None
) -> WebhookEndpoint | None:
    """Set fields once per `update_id`, and pause or resume if `is_paused` is given. None if nothing was to be done."""
    remembered = {"$slice": [{"$concatArrays": ["$updates", [update_id]]}, -MAX_REMEMBERED_UPDATES]}
    computed: dict[str, Any] = {"updates": remembered}
    if is_paused:
        computed |= {
            "paused_at": {"$ifNull": ["$paused_at", "$$NOW"]},
            "pause_reason": {"$ifNull": ["$pause_reason", WebhookPauseReason.REQUESTED]},
        }
    elif is_paused is not None:
        values = {**values, "paused_at": None, "pause_reason": None, "failures": 0, "failing_since": None, "retry_at": None}
    condition = {"updates": {"$ne": update_id}, **_EXISTS}
    updated = await compare_and_set(WebhookEndpoint, endpoint.id, condition, values, computed)
    if updated is not None and is_paused is False and endpoint.pause_reason is not None:
        await make_pending_deliveries_due(endpoint.id, {"retry_until": None})
    return updated


async def make_pending_deliveries_due(endpoint_id: ObjectId, changes: Mapping[str, Any] | None = None) -> None:
    """Have everything that waits for a retry sent now, because the endpoint is likely to accept it again."""
    await WebhookDelivery.get_pymongo_collection().update_many(
        {"endpoint_id": endpoint_id, "status": "PENDING"}, {"$set": {"due_at": now(), **(changes or {})}}
    )


def subscribe(types: Collection[WebhookEventType], current: Collection[EventSubscription] = ()) -> list[EventSubscription]:
    """Return subscriptions of these types; those that exist keep their time, so that no event is missed."""
    existing = {each.type: each for each in current}
    return [existing.get(each) or EventSubscription(type=each) for each in WebhookEventType if each in types]


async def rotate_secret(
    endpoint: WebhookEndpoint, secret_id: ObjectId, encrypted: str, overlap_ends_at: datetime
) -> WebhookEndpoint | None:
    """Add a secret; the previous one signs until `overlap_ends_at`. None if `secret_id` was added before.

    Raises Conflict if another rotation came first.
    """
    previous = [secret.model_copy(update={"expires_at": overlap_ends_at}) for secret in endpoint.secrets[:1]]
    secrets = [SigningSecret(id=PydanticObjectId(secret_id), encrypted=encrypted), *previous]
    condition = {"secrets.id": {"$ne": secret_id}, "secrets.0.id": endpoint.secrets[0].id, **_EXISTS}
    rotated = await compare_and_set(WebhookEndpoint, endpoint.id, condition, {"secrets": secrets})
    if rotated is None and await WebhookEndpoint.find_one({"_id": endpoint.id, "secrets.id": secret_id}) is None:
        raise Conflict("The secret was rotated at the same time: read the endpoint again, then decide.")
    return rotated


async def replace_encrypted_secret(endpoint_id: ObjectId, current: str, encrypted: str) -> None:
    """Replace an encrypted secret by the same secret, encrypted with a newer key."""
    await WebhookEndpoint.get_pymongo_collection().update_one(
        {"_id": endpoint_id, "secrets.encrypted": current}, {"$set": {"secrets.$.encrypted": encrypted}}
    )


async def delete_endpoint(endpoint: WebhookEndpoint) -> None:
    """Mark the endpoint as deleted, and delete its secrets and deliveries.

    The endpoint's document remains for some days, so that a repeated call has the same result.
    """
    await compare_and_set(WebhookEndpoint, endpoint.id, _EXISTS, {"secrets": []}, {"deleted_at": "$$NOW"})
    await WebhookDelivery.find({"endpoint_id": endpoint.id}).delete()
