"""Changing a document only while it is what the caller believes it to be, and the clock and lease expressions that go with it.

All of it is decided by MongoDB in one step, by MongoDB's clock.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from beanie import Document, UpdateResponse
from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

D = TypeVar("D", bound=Document)

LEASE_IS_FREE: dict[str, Any] = {"$lte": [{"$ifNull": ["$lease.until", "$$NOW"]}, "$$NOW"]}
"""nobody holds the document's lease"""


async def compare_and_set(
    model: type[D],
    document_id: ObjectId,
    condition: Mapping[str, Any],
    values: Mapping[str, Any],
    computed: Mapping[str, Any] | None = None,
    session: AsyncClientSession | None = None,
) -> D | None:
    """The changed document, or None when `condition` does not hold (any more).

    `values` are taken literally, so that text from outside is never read as an expression; `resolved_field` are aggregation
    expressions, such as "$$NOW".
    """
    literal = {name: {"$literal": Encoder().encode(value)} for name, value in values.items()}
    changed = await model.find_one({"_id": document_id, **condition}, session=session).update(
        [{"$set": {**literal, **(computed or {})}}],  # type: ignore[arg-type]  # Beanie takes a pipeline, its annotation does not say so
        response_type=UpdateResponse.NEW_DOCUMENT,
        session=session,
    )
    return cast(D | None, changed)


def from_now(seconds: float) -> dict[str, Any]:
    """The expression for a moment that many seconds from now; negative: ago."""
    return {"$add": ["$$NOW", int(seconds * 1000)]}


def lease_expression(holder: str, seconds: float) -> dict[str, Any]:
    """The expression for a models.documents.interview.Lease of `holder` from now on."""
    return {"holder": {"$literal": holder}, "until": from_now(seconds)}


async def extend_lease(
    model: type[Document], document_id: ObjectId, condition: Mapping[str, Any], holder: str, seconds: float
) -> bool:
    """Give `holder` the lease for so long from now on; whether `condition` holds.

    The one step that every holder takes each second: the document, which nobody looks at, is not sent back and not parsed,
    which takes two thirds of what `compare_and_set` takes.
    """
    changed = await model.get_pymongo_collection().update_one(
        {"_id": document_id, **condition}, [{"$set": {"lease": lease_expression(holder, seconds)}}]
    )
    return changed.matched_count == 1
