"""The list of an organization's decision records."""

from bson import ObjectId

from models.documents.decision_record import DecisionRecord
from models.reads.pagination import Page, PageRequest, SortOrder, find_page

NEWEST_MONTH_FIRST = SortOrder("interview_month", descending=True)


async def list_decision_records(organization_id: ObjectId, request: PageRequest) -> Page[DecisionRecord]:
    """Return a page of the records, newest month first; within a month the order is arbitrary."""
    return await find_page(DecisionRecord, {"organization_id": organization_id}, request)


async def count_decision_records(organization_id: ObjectId) -> int:
    """Count the organization's records."""
    return await DecisionRecord.find({"organization_id": organization_id}).count()
