"""Idempotency keys: the first request with a key chooses the id of its result, and every retry uses the same id.

A retry therefore completes a request that failed half-way, and concurrent requests create one result.
Neither tokens nor inputs are stored, only a keyed digest of the input.
"""

from collections.abc import Sequence
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

CLAIM_TTL_SECONDS = 24 * 3600


class IdempotencyClaim(StoredDocument):
    """An idempotency key of one caller and mutation, with the id of the result."""

    caller: str
    mutation: str
    key: str
    digest: str
    result_id: PydanticObjectId
    created_at: datetime = Field(default_factory=now)

    class Settings:
        name = "idempotency_claims"
        indexes: ClassVar = [
            IndexModel([("caller", ASCENDING), ("mutation", ASCENDING), ("key", ASCENDING)], unique=True),
            IndexModel([("created_at", ASCENDING)], expireAfterSeconds=CLAIM_TTL_SECONDS),
        ]


async def find_claimed_id(caller: str, mutation: str, key: str, digests: Sequence[str]) -> ObjectId | None:
    """Return the result id that this key was first claimed for, or None if the key is new.

    `digests` are of the same input, by the current secret first. Raises Conflict when the key was used with another input.
    """
    stored = await IdempotencyClaim.find_one({"caller": caller, "mutation": mutation, "key": key})
    if stored is None:
        return None
    if stored.digest not in digests:
        raise Conflict(
            "This idempotencyKey was used with another input in the last 24 hours: send the same input again, or a new key.",
            field="idempotencyKey",
        )
    return stored.result_id


async def find_claimed_ids(caller: str, mutation: str, keys: Sequence[str]) -> dict[str, ObjectId]:
    """Return the result id of each of the keys that is claimed, for keys that are digests of their input."""
    found = IdempotencyClaim.find({"caller": caller, "mutation": mutation, "key": {"$in": list(keys)}})
    return {claim.key: claim.result_id async for claim in found} if keys else {}


async def claim_key(caller: str, mutation: str, key: str, digests: Sequence[str], result_id: ObjectId) -> ObjectId:
    """Claim the key for `result_id`; return `result_id`, or the id that the key was claimed for earlier.

    `digests` are as for `find_claimed_id`. Raises Conflict when the key was used with another input.
    """
    new_claim = IdempotencyClaim(
        caller=caller, mutation=mutation, key=key, digest=digests[0], result_id=PydanticObjectId(result_id)
    )
    try:
        await new_claim.insert()
    except DuplicateKeyError:
        pass
    else:
        return result_id
    # an expired claim may be deleted between the two calls: then the key is new after all
    return await find_claimed_id(caller, mutation, key, digests) or await claim_key(caller, mutation, key, digests, result_id)
