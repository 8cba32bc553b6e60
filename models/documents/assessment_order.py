"""Assessment orders: interviews for which an applicant tracking system (ATS) has asked, and where it is notified (ADR 28)."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.storage.clock import now
from models.storage.stored_document import StoredDocument

MAX_ORDERS = 10
"""Orders of one interview: an ATS that sends the same test again may name another URL each time."""


class AssessmentOrder(StoredDocument):
    """An order of an ATS for one interview. The interview's erasure deletes it, because its URL names a candidate's test."""

    organization_id: PydanticObjectId
    endpoint_id: PydanticObjectId
    """The endpoint (models.documents.webhook) through which the ATS is notified."""
    interview_id: PydanticObjectId
    callback_url: str
    """The URL that the ATS wants to have called when the result is available."""
    created_at: datetime = Field(default_factory=now)

    class Settings:
        name = "assessment_orders"
        indexes: ClassVar = [
            IndexModel([("interview_id", ASCENDING), ("endpoint_id", ASCENDING), ("callback_url", ASCENDING)], unique=True)
        ]


async def add_order(order: AssessmentOrder) -> AssessmentOrder:
    """Store the order, or return the stored one for the same interview, endpoint and URL.

    Raises Conflict if the interview has too many.
    """
    same = {"interview_id": order.interview_id, "endpoint_id": order.endpoint_id, "callback_url": order.callback_url}
    while (stored := await AssessmentOrder.find_one(same)) is None:
        if await AssessmentOrder.find({"interview_id": order.interview_id}).count() >= MAX_ORDERS:
            raise Conflict(f"The test was sent {MAX_ORDERS} times already: use the interview that it has made.")
        try:
            return await order.insert()
        except DuplicateKeyError:
            continue  # a concurrent call has stored it, unless the interview is being erased
    return stored


async def find_orders(endpoint_id: ObjectId, interview_ids: Collection[ObjectId]) -> list[AssessmentOrder]:
    """Return the orders of these interviews that came through the endpoint, oldest first."""
    criteria = {"interview_id": {"$in": list(interview_ids)}, "endpoint_id": endpoint_id}
    return await AssessmentOrder.find(criteria).sort("+_id").to_list()


async def find_newest_order(organization_id: ObjectId, interview_id: ObjectId) -> AssessmentOrder | None:
    """Return the organization's newest order of the interview, or None if no ATS has ordered it."""
    criteria = {"interview_id": interview_id, "organization_id": organization_id}
    return await AssessmentOrder.find(criteria).sort("-_id").first_or_none()


async def delete_orders(interview_id: ObjectId) -> None:
    """Delete the orders of an interview that is erased."""
    await AssessmentOrder.find({"interview_id": interview_id}).delete()
