"""Compare-and-set: a conditional update of one document, decided atomically by MongoDB."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from beanie import Document, UpdateResponse
from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

D = TypeVar("D", bound=Document)


async def compare_and_set(
    model: type[D],
    document_id: ObjectId,
    condition: Mapping[str, Any],
    values: Mapping[str, Any],
    computed: Mapping[str, Any] | None = None,
    session: AsyncClientSession | None = None,
) -> D | None:
    """Change the document if `condition` holds. Returns the changed document, or None if the condition does not hold.

    `values` are stored literally, so that user input is never evaluated as an expression.
    `computed` are aggregation expressions, such as "$$NOW".
    """
    changed = await model.find_one({"_id": document_id, **condition}, session=session).update(
        [{"$set": {**to_literals(values), **(computed or {})}}],  # type: ignore[arg-type]  # Beanie accepts a pipeline, but its annotation does not
        response_type=UpdateResponse.NEW_DOCUMENT,
        session=session,
    )
    return cast(D | None, changed)


def to_literals(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as expressions that MongoDB does not evaluate."""
    return {name: {"$literal": Encoder().encode(value)} for name, value in values.items()}
