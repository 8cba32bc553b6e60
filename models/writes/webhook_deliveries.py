"""State changes of webhook deliveries, and of endpoints while a worker has their lease.

One worker at a time works on an endpoint, by its lease and fence. An attempt is counted, and the next one scheduled, before the
request is sent: a worker that is killed at any moment leaves a delivery that is sent again, with the same id.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo.errors import BulkWriteError, DuplicateKeyError

from models.documents.change import ChangePosition
from models.documents.webhook import (
    MAX_STORED_ATTEMPTS,
    DeliveryAttempt,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookEndpoint,
    WebhookPauseReason,
)
from models.storage.backoff import Backoff
from models.storage.clock import now
from models.storage.compare_and_set import compare_and_set
from models.storage.lease import LEASE_IS_FREE, NEXT_FENCE, build_lease, from_now
from models.writes.webhook_endpoints import make_pending_deliveries_due

RETRY_BACKOFF = Backoff(base_seconds=5.0, max_seconds=3600.0)
"""Pauses between the attempts of one delivery."""
RETRY_PERIOD = timedelta(days=3)
"""Time from the first attempt of a delivery after which a failed attempt is the last."""
FAILURES_BEFORE_PAUSES = 3
"""Failed attempts in a row, of any delivery, after which there are pauses between the attempts of the endpoint."""
ENDPOINT_BACKOFF = Backoff(base_seconds=5.0, max_seconds=300.0)
"""These pauses. They bound the requests to a receiver that is down, however many deliveries wait."""
FAILING_PERIOD = timedelta(days=5)
"""Time without a success after which an endpoint is paused; longer than RETRY_PERIOD, so that one event cannot cause it."""
_DUPLICATE_KEY = 11000
_MAX_REMEMBERED_REPLAYS = 10

_IS_ACTIVE: dict[str, Any] = {"pause_reason": None, "deleted_at": None}
_MAY_SEND: dict[str, Any] = {"$lte": [{"$ifNull": ["$retry_at", "$$NOW"]}, "$$NOW"]}


async def find_endpoints_with_work(limit: int, closed: Collection[ObjectId] = ()) -> list[ObjectId]:
    """Return active endpoints without a worker that have changes to read or deliveries to send.

    Those of the organizations in `closed` are left out.
    """
    pending = [
        {"$match": {"status": WebhookDeliveryStatus.PENDING.value, "$expr": {"$lte": ["$due_at", "$$NOW"]}}},
        {"$limit": 1},
        {"$project": {"_id": 1}},
    ]
    deliveries = {"from": WebhookDelivery.get_pymongo_collection().name, "localField": "_id", "foreignField": "endpoint_id"}
    positions = {"from": ChangePosition.get_pymongo_collection().name, "localField": "organization_id", "foreignField": "_id"}
    has_changes = {"$expr": {"$gt": [{"$first": "$position.number"}, "$cursor"]}}
    pipeline: list[dict[str, Any]] = [
        {
            "$match": {
                **_IS_ACTIVE,
                "organization_id": {"$nin": list(closed)},
                "$expr": {"$and": [LEASE_IS_FREE, _MAY_SEND]},
            }
        },
        {"$lookup": {**positions, "as": "position"}},
        {"$lookup": {**deliveries, "pipeline": pending, "as": "due"}},
        {"$match": {"$or": [{"due.0": {"$exists": True}}, has_changes]}},
        {"$limit": limit},
        {"$project": {"_id": 1}},
    ]
    rows = await WebhookEndpoint.get_pymongo_collection().aggregate(pipeline)
    return [row["_id"] async for row in rows]


async def claim_endpoint(endpoint_id: ObjectId, holder: str, lease_seconds: float) -> WebhookEndpoint | None:
    """Claim the lease of an active endpoint; None while another worker has it, or nothing may be sent."""
    condition = {**_IS_ACTIVE, "$expr": {"$and": [LEASE_IS_FREE, _MAY_SEND]}}
    changes = {"fence": NEXT_FENCE, "lease": build_lease(holder, lease_seconds)}
    return await compare_and_set(WebhookEndpoint, endpoint_id, condition, {}, changes)


async def release_endpoint(endpoint: WebhookEndpoint) -> None:
    """Release the lease."""
    await compare_and_set(WebhookEndpoint, endpoint.id, {"fence": endpoint.fence}, {"lease": None})


async def add_deliveries(
    endpoint: WebhookEndpoint, deliveries: Sequence[WebhookDelivery], cursor: int, *, has_lost_changes: bool
) -> WebhookEndpoint | None:
    """Store the deliveries that are not stored yet, then advance the cursor. None if the lease was lost.

    If the process is killed in between, the next worker finds the same events again, which changes nothing.
    """
    if deliveries:
        try:
            await WebhookDelivery.insert_many(deliveries, ordered=False)
        except BulkWriteError as error:
            failures = [*error.details["writeErrors"], *error.details["writeConcernErrors"]]
            if any(each["code"] != _DUPLICATE_KEY for each in failures):
                raise
    lost = {"lost_changes_at": "$$NOW"} if has_lost_changes else {}
    return await compare_and_set(WebhookEndpoint, endpoint.id, _holds_lease(endpoint), {"cursor": cursor}, lost)


async def add_delivery(delivery: WebhookDelivery) -> None:
    """Store a delivery, unless the endpoint has one of the same event."""
    with suppress(DuplicateKeyError):
        await delivery.insert()


async def discard_delivery(delivery: WebhookDelivery) -> None:
    """Delete a delivery about which there is nothing to say any more."""
    await WebhookDelivery.find_one({"_id": delivery.id}).delete()


async def find_due_delivery(endpoint_id: ObjectId) -> WebhookDelivery | None:
    """Return the delivery to send next: of those that are due, the one of the earliest change."""
    criteria = {"endpoint_id": endpoint_id, "status": WebhookDeliveryStatus.PENDING, "due_at": {"$lte": now()}}
    return await WebhookDelivery.find(criteria).sort("+number", "+_id").first_or_none()


async def begin_attempt(delivery: WebhookDelivery) -> WebhookDelivery | None:
    """Count an attempt and schedule the next one. None if the delivery is no longer pending."""
    condition = {"status": WebhookDeliveryStatus.PENDING, "attempts": delivery.attempts}
    changes = {
        "attempts": {"$add": ["$attempts", 1]},
        "due_at": from_now(RETRY_BACKOFF.jittered_seconds(delivery.attempts + 1)),
        "retry_until": {"$ifNull": ["$retry_until", from_now(RETRY_PERIOD.total_seconds())]},
    }
    return await compare_and_set(WebhookDelivery, delivery.id, condition, {}, changes)


async def complete_attempt(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, attempt: DeliveryAttempt, *, is_final: bool = False
) -> WebhookEndpoint | None:
    """Store how an attempt ended, in the delivery and in the endpoint. None if the endpoint may no longer be sent to.

    A success after a series of failures has everything that waits for a retry sent now. With `is_final`, a failure concerns only
    this delivery, which is not tried again: the receiver responds, so that it is not failing.
    """
    is_success = attempt.failure is None
    values: dict[str, Any] = {"newest_attempts": [*delivery.newest_attempts, attempt][-MAX_STORED_ATTEMPTS:]}
    if is_success:
        values |= {"status": WebhookDeliveryStatus.DELIVERED, "due_at": None, "delivered_at": attempt.attempted_at}
    elif is_final or (delivery.retry_until is not None and delivery.retry_until <= now()):
        values |= {"status": WebhookDeliveryStatus.FAILED, "due_at": None}
    # a replay that came meanwhile has its own attempt
    condition = {"attempts": delivery.attempts, "replays": delivery.replays}
    await compare_and_set(WebhookDelivery, delivery.id, condition, values)
    if not (is_success or is_final):
        return await _count_failure(endpoint, attempt.attempted_at)
    cleared = {"failures": 0, "failing_since": None, "retry_at": None}
    updated = await compare_and_set(WebhookEndpoint, endpoint.id, _holds_lease(endpoint), cleared)
    if endpoint.failures >= FAILURES_BEFORE_PAUSES:
        await make_pending_deliveries_due(endpoint.id)
    return updated


async def _count_failure(endpoint: WebhookEndpoint, at: datetime) -> WebhookEndpoint | None:
    failures = endpoint.failures + 1
    failing_since = endpoint.failing_since or at
    values: dict[str, Any] = {"failures": failures, "failing_since": failing_since}
    computed: dict[str, Any] = {}
    if failures >= FAILURES_BEFORE_PAUSES:
        pause = ENDPOINT_BACKOFF.jittered_seconds(failures - FAILURES_BEFORE_PAUSES + 1)
        computed["retry_at"] = from_now(pause)
    updated = await compare_and_set(WebhookEndpoint, endpoint.id, _holds_lease(endpoint), values, computed)
    if updated is not None and at - failing_since >= FAILING_PERIOD:
        await pause_endpoint(endpoint, WebhookPauseReason.FAILING)
        return None
    return updated


async def pause_endpoint(endpoint: WebhookEndpoint, reason: WebhookPauseReason) -> None:
    """Pause the endpoint, unless the lease was lost. Its deliveries stay pending."""
    changes = {"paused_at": "$$NOW"}
    await compare_and_set(WebhookEndpoint, endpoint.id, _holds_lease(endpoint), {"pause_reason": reason}, changes)


async def replay(criteria: Mapping[str, Any], replay_id: ObjectId) -> int:
    """Have these deliveries sent again, once per `replay_id`; return how many that are or were."""
    deliveries = WebhookDelivery.get_pymongo_collection()
    # a replay changes states, which the criteria may name
    replayed = {**{name: value for name, value in criteria.items() if name != "status"}, "replays": replay_id}
    if await deliveries.find_one(replayed, {"_id": 1}) is None:
        await deliveries.update_many(
            {**criteria, "replays": {"$ne": replay_id}},
            {
                "$set": {"status": WebhookDeliveryStatus.PENDING.value, "due_at": now(), "retry_until": None},
                "$push": {"replays": {"$each": [replay_id], "$slice": -_MAX_REMEMBERED_REPLAYS}},
            },
        )
    return await deliveries.count_documents(replayed)


def _holds_lease(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"fence": endpoint.fence, **_IS_ACTIVE}
