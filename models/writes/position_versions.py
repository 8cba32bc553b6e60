"""Storing versions of positions."""

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.position import Position, PositionContent, find_position, get_position
from models.storage.transactions import run_in_transaction


async def save_position(
    organization_id: ObjectId,
    content: PositionContent,
    based_on: int | None,
    position_id: ObjectId | None = None,
    created_by: str | None = None,
) -> Position:
    """Store the version after `based_on`, or the first if `based_on` is None. Storing an id again returns the stored version.

    Raises Conflict when `based_on` is not the newest version.
    """
    position = Position(
        id=PydanticObjectId(position_id or ObjectId()),
        organization_id=PydanticObjectId(organization_id),
        version=(based_on or 0) + 1,
        created_by=created_by,
        **content.model_dump(),
    )

    async def work(session: AsyncClientSession) -> bool:
        if based_on is not None:
            base_version = {"organization_id": organization_id, "key": content.key, "version": based_on, "newest": True}
            update = {"$set": {"newest": False}}
            if not (await Position.get_pymongo_collection().update_one(base_version, update, session=session)).modified_count:
                return False
        await position.insert(session=session)
        return True

    try:
        saved = await run_in_transaction(Position, organization_id, work)
    except DuplicateKeyError:
        saved = False
    if saved:
        return position
    if stored := await get_position(position.id):
        return stored
    newest = await find_position(organization_id, content.key)
    raise _stale_version_error(content.key, newest.version if newest else None)


def _stale_version_error(key: str, newest: int | None) -> Conflict:
    state = f"its newest version is {newest}" if newest else "there is no such position yet"
    return Conflict(
        f"Position '{key}' was not saved: {state}. Load it, apply your change to it and send its version as basedOnVersion.",
        field="basedOnVersion",
    )
