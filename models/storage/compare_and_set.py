"""Compare-and-set: a conditional update of one document, decided atomically by MongoDB."""

from collections.abc import Mapping
from typing import Any, TypeVar

from beanie import Document
from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo import ReturnDocument
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
    # Beanie would encode the whole pipeline, which takes a third of this process's time for a stored turn
    row = await model.get_pymongo_collection().find_one_and_update(
        {"_id": document_id, **condition},
        [{"$set": {**to_literals(values), **(computed or {})}}],
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    return None if row is None else model.model_validate(row)


def to_literals(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as expressions that MongoDB does not evaluate."""
    return {name: {"$literal": Encoder().encode(value)} for name, value in values.items()}
