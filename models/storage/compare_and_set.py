"""Changing a document only while it is what the caller believes it to be, decided by MongoDB in one step."""

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
    """The changed document, or None when `condition` does not hold (any more).

    `values` are taken literally, so that text from outside is never read as an expression; `computed` are aggregation
    expressions, such as "$$NOW".
    """
    literal = {name: {"$literal": Encoder().encode(value)} for name, value in values.items()}
    changed = await model.find_one({"_id": document_id, **condition}, session=session).update(
        [{"$set": {**literal, **(computed or {})}}],  # type: ignore[arg-type]  # Beanie takes a pipeline, its annotation does not say so
        response_type=UpdateResponse.NEW_DOCUMENT,
        session=session,
    )
    return cast(D | None, changed)
