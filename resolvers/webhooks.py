"""Webhooks: registering endpoints, rotating their secrets, and listing and replaying deliveries."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, encrypt_secret, require_permission
from errors import BadInput, Conflict
from lifecycle.public_addresses import find_url_problem
from lifecycle.services import Services
from models.documents.webhook import (
    SigningSecret,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookEndpoint,
    WebhookEventType,
    find_organization_delivery,
    find_organization_endpoint,
)
from models.reads.change_list import ChangeSelection, read_changes
from models.reads.pagination import Page, PageRequest, SortOrder, find_page
from models.storage.clock import now
from models.writes import webhook_deliveries, webhook_endpoints
from models.writes.webhook_endpoints import subscribe
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_line, clean_optional

OLDEST_FIRST = SortOrder("created_at")
NEWEST_FIRST = SortOrder("created_at", descending=True)
DEFAULT_OVERLAP_MINUTES = 24 * 60
MAX_OVERLAP_MINUTES = 30 * 24 * 60
_PREFIX = "whsec_"
_SECRET_BYTES = 32
_DETAIL_ACTIONS = (Action.READ_EVALUATION, Action.READ_REFERENCES, Action.READ_REQUESTS)
"""What a caller has to be permitted to have details sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRequest:
    """The input of Mutation.createWebhookEndpoint. Without `events`, the endpoint receives every type."""

    url: str
    description: str | None = None
    events: Sequence[WebhookEventType] | None = None
    include_details: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointUpdate:
    """The input of Mutation.updateWebhookEndpoint."""

    webhook_endpoint_id: str
    changes: Mapping[str, Any]
    """The fields to set: `url`, `description`, `events`, `include_details` and `is_paused`."""
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRotation:
    """The input of Mutation.rotateWebhookSecret."""

    webhook_endpoint_id: str
    overlap_minutes: int = DEFAULT_OVERLAP_MINUTES
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRequest:
    """The input of Mutation.replayDeliveries. Without `statuses`, deliveries in any state are sent again."""

    webhook_endpoint_id: str
    since: datetime
    statuses: Sequence[WebhookDeliveryStatus] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointWithSecret:
    """An endpoint with its new secret, which is None for the repetition of a call."""

    document: WebhookEndpoint
    secret: str | None


async def create_endpoint(services: Services, principal: Principal, request: EndpointRequest) -> EndpointWithSecret:
    """Register an endpoint, which receives events from now on. Raises BadInput, Conflict, and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    values = _clean(
        services,
        principal,
        {
            "url": request.url,
            "description": request.description,
            "include_details": request.include_details,
            "events": list(WebhookEventType) if request.events is None else request.events,
        },
    )
    call = idempotent(services, principal, "createWebhookEndpoint", request.idempotency_key, request)
    endpoint_id = PydanticObjectId(await call.claim(ObjectId()))
    secret = _generate_secret()
    endpoint = WebhookEndpoint(
        id=endpoint_id,
        organization_id=PydanticObjectId(principal.organization_id),
        secrets=[SigningSecret(id=endpoint_id, encrypted=encrypt_secret(secret, services.settings.auth))],
        subscriptions=subscribe(values.pop("events")),
        cursor=(await read_changes(ChangeSelection(principal.organization_id, ()), None, 0)).latest_number,
        created_by=principal.name,
        **values,
    )
    created = await webhook_endpoints.create_endpoint(endpoint)
    if created is None:
        return EndpointWithSecret(await _load_endpoint(principal, endpoint_id), None)
    return EndpointWithSecret(created, secret)


async def update_endpoint(services: Services, principal: Principal, update: EndpointUpdate) -> WebhookEndpoint:
    """Change, pause or resume an endpoint, once for each idempotency key. Raises BadInput, NotFound and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    call = idempotent(services, principal, "updateWebhookEndpoint", update.idempotency_key, update)
    endpoint = await _load_endpoint(principal, decode_id(IdKind.WEBHOOK_ENDPOINT, update.webhook_endpoint_id))
    values = _clean(services, principal, update.changes)
    if endpoint.integration is not None:
        _refuse_changes_of_integration(endpoint, values)
    if not values:
        raise BadInput("The input changes nothing: send url, description, events, includeDetails or isPaused.")
    is_paused = values.pop("is_paused", None)
    if "events" in values:
        values["subscriptions"] = subscribe(values.pop("events"), endpoint.subscriptions)
    update_id = await call.claim(ObjectId())
    updated = await webhook_endpoints.update_endpoint(endpoint, values, update_id, is_paused=is_paused)
    return updated or await _load_endpoint(principal, endpoint.id)


async def rotate_secret(services: Services, principal: Principal, rotation: SecretRotation) -> EndpointWithSecret:
    """Give an endpoint a new secret; both sign during the overlap. Raises BadInput, NotFound, Conflict and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    call = idempotent(services, principal, "rotateWebhookSecret", rotation.idempotency_key, rotation)
    if not 0 <= rotation.overlap_minutes <= MAX_OVERLAP_MINUTES:
        raise BadInput(f"overlapMinutes is {rotation.overlap_minutes}: send 0 to {MAX_OVERLAP_MINUTES}.", field="overlapMinutes")
    endpoint = await _load_endpoint(principal, decode_id(IdKind.WEBHOOK_ENDPOINT, rotation.webhook_endpoint_id))
    if endpoint.integration is not None:
        raise Conflict("This endpoint has no secret of its own: rotate the API key of the integration, and change it there.")
    secret = _generate_secret()
    rotated = await webhook_endpoints.rotate_secret(
        endpoint,
        await call.claim(ObjectId()),
        encrypt_secret(secret, services.settings.auth),
        now() + timedelta(minutes=rotation.overlap_minutes),
    )
    if rotated is None:
        return EndpointWithSecret(await _load_endpoint(principal, endpoint.id), None)
    return EndpointWithSecret(rotated, secret)


async def delete_endpoint(
    services: Services, principal: Principal, webhook_endpoint_id: str, idempotency_key: str | None
) -> WebhookEndpoint:
    """Delete an endpoint with its secrets and deliveries; a deleted one is returned unchanged. Raises NotFound, and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    call = idempotent(services, principal, "deleteWebhookEndpoint", idempotency_key, webhook_endpoint_id)
    endpoint_id = decode_id(IdKind.WEBHOOK_ENDPOINT, webhook_endpoint_id)
    await call.claim(endpoint_id)
    endpoint = await WebhookEndpoint.find_one({"_id": endpoint_id, "organization_id": principal.organization_id})
    if endpoint is None:
        raise build_not_found(IdKind.WEBHOOK_ENDPOINT)
    if endpoint.deleted_at is None:
        await webhook_endpoints.delete_endpoint(endpoint)
    return endpoint


async def list_endpoints(
    principal: Principal, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[WebhookEndpoint]:
    """Return a page of the endpoints, oldest first. Raises BadInput for page arguments, and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    request = PageRequest.from_relay_arguments(OLDEST_FIRST, first, after, last, before)
    return await find_page(WebhookEndpoint, _own_endpoints(principal), request)


async def count_endpoints(principal: Principal) -> int:
    """Return the number of the endpoints that `list_endpoints` lists."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    return await WebhookEndpoint.find(_own_endpoints(principal)).count()


async def find_endpoint(principal: Principal, endpoint_id: ObjectId) -> WebhookEndpoint | None:
    """Return the endpoint, or None if it does not exist or is another organization's."""
    return await find_organization_endpoint(principal.organization_id, endpoint_id)


async def find_delivery(principal: Principal, delivery_id: ObjectId) -> WebhookDelivery | None:
    """Return the delivery, or None if it does not exist or is another organization's."""
    return await find_organization_delivery(principal.organization_id, delivery_id)


@dataclass(frozen=True, slots=True)
class DeliverySelection:
    """The deliveries to one endpoint, in these states or in any."""

    webhook_endpoint_id: str
    statuses: Sequence[WebhookDeliveryStatus] | None = None


async def list_deliveries(
    principal: Principal,
    selection: DeliverySelection,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Page[WebhookDelivery]:
    """Return a page of the deliveries, newest first. Raises NotFound, BadInput for page arguments, and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    request = PageRequest.from_relay_arguments(NEWEST_FIRST, first, after, last, before)
    return await find_page(WebhookDelivery, await _select_deliveries(principal, selection), request)


async def count_deliveries(principal: Principal, selection: DeliverySelection) -> int:
    """Return the number of the deliveries that `list_deliveries` lists."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    return await WebhookDelivery.find(await _select_deliveries(principal, selection)).count()


async def replay_delivery(
    services: Services, principal: Principal, webhook_delivery_id: str, idempotency_key: str | None
) -> WebhookDelivery:
    """Send a delivery again, with the same webhook-id. Raises NotFound, and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    call = idempotent(services, principal, "replayDelivery", idempotency_key, webhook_delivery_id)
    delivery_id = decode_id(IdKind.WEBHOOK_DELIVERY, webhook_delivery_id)
    replay_id = await call.claim(ObjectId())
    await webhook_deliveries.replay({"_id": delivery_id, "organization_id": principal.organization_id}, replay_id)
    delivery = await find_delivery(principal, delivery_id)
    if delivery is None:
        raise build_not_found(IdKind.WEBHOOK_DELIVERY)
    return delivery


async def replay_deliveries(services: Services, principal: Principal, request: ReplayRequest) -> tuple[WebhookEndpoint, int]:
    """Send the deliveries of events since a time again; return the endpoint and their number. Raises NotFound, and Forbidden."""
    require_permission(principal, Action.MANAGE_WEBHOOKS)
    call = idempotent(services, principal, "replayDeliveries", request.idempotency_key, request)
    endpoint = await _load_endpoint(principal, decode_id(IdKind.WEBHOOK_ENDPOINT, request.webhook_endpoint_id))
    criteria: dict[str, Any] = {"endpoint_id": endpoint.id, "occurred_at": {"$gte": request.since}}
    if request.statuses is not None:
        criteria["status"] = {"$in": list(request.statuses)}
    return endpoint, await webhook_deliveries.replay(criteria, await call.claim(ObjectId()))


def _own_endpoints(principal: Principal) -> dict[str, Any]:
    return {"organization_id": principal.organization_id, "deleted_at": None}


async def _load_endpoint(principal: Principal, endpoint_id: ObjectId) -> WebhookEndpoint:
    endpoint = await find_endpoint(principal, endpoint_id)
    if endpoint is None:
        raise build_not_found(IdKind.WEBHOOK_ENDPOINT)
    return endpoint


async def _select_deliveries(principal: Principal, selection: DeliverySelection) -> dict[str, Any]:
    endpoint = await _load_endpoint(principal, decode_id(IdKind.WEBHOOK_ENDPOINT, selection.webhook_endpoint_id))
    criteria: dict[str, Any] = {"endpoint_id": endpoint.id}
    if selection.statuses is not None:
        criteria["status"] = {"$in": list(selection.statuses)}
    return criteria


def _generate_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _refuse_changes_of_integration(endpoint: WebhookEndpoint, values: dict[str, Any]) -> None:
    """Remove fields that stay as they are, as forms send them. Raises Conflict for another URL or other events."""
    present = {"url": endpoint.url, "events": {subscription.type for subscription in endpoint.subscriptions}}
    for name, value in present.items():
        if name in values and value != (set(values[name]) if name == "events" else values[name]):
            raise Conflict(f"{name} is set by the integration: change includeDetails, description or isPaused.", field=name)
        values.pop(name, None)


def _clean(services: Services, principal: Principal, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an endpoint as they are stored. Raises BadInput, and Forbidden for details."""
    values = dict(changes)
    if "url" in values:
        values["url"] = (values["url"] or "").strip()
        problem = find_url_problem(values["url"], allow_loopback=services.settings.allows_loopback_webhooks)
        if problem:
            raise BadInput(f"url: it {problem}. Send an https URL that is reachable from the internet.", field="url")
    if "description" in values:
        values["description"] = clean_optional(clean_line, values["description"], "description")
    if "events" in values:
        values["events"] = list(WebhookEventType) if values["events"] is None else values["events"]
        if not values["events"]:
            raise BadInput("events is empty: name at least one type, or pause the endpoint.", field="events")
    for name in ("include_details", "is_paused"):
        if values.get(name, False) is None:
            del values[name]
    if values.get("include_details"):
        for action in _DETAIL_ACTIONS:
            require_permission(principal, action, field="includeDetails")
    return values
