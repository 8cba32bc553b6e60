"""The same mutation twice: one helper for all of them (contract.graphql, "inputs and payloads")."""

import hashlib
import hmac
from dataclasses import dataclass

import orjson
from bson import ObjectId

from auth import Principal, signing_key
from lifecycle.services import Services
from models.documents import idempotency_claim
from resolvers.input_text import clean_line


@dataclass(frozen=True, slots=True)
class IdempotentCall:
    """A mutation under its caller's key, or without one: then every call is a new one."""

    caller: str
    mutation: str
    key: str | None
    digest: str

    async def previous_result(self) -> ObjectId | None:
        """The id that an earlier call with this key works on, so that what was valid then is finished now.

        Raises Conflict when that call had another input.
        """
        return await idempotency_claim.find_claimed_id(self.caller, self.mutation, self.key, self.digest) if self.key else None

    async def claim(self, result_id: ObjectId) -> ObjectId:
        """The id to work on: `result_id`, or the one that this key got first. After validation, before the first write.

        Raises Conflict when the key came with another input.
        """
        if self.key is None:
            return result_id
        return await idempotency_claim.claim_key(self.caller, self.mutation, self.key, self.digest, result_id)


def idempotent(
    services: Services, principal: Principal, mutation: str, key: str | None, validated_input: object
) -> IdempotentCall:
    """The mutation of this caller with this validated input: dataclasses, mappings, lists and scalars.

    Raises BadInput for a key that is empty, longer than 200 characters, or holds control characters.
    """
    if key is not None:
        key = clean_line(key, "idempotencyKey")
    # keyed: whoever reads the database can not find out by trying what was said in an input
    secret = signing_key(services.settings.auth).encode()
    digest = hmac.new(secret, orjson.dumps(validated_input, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z), hashlib.sha256)
    return IdempotentCall(principal.caller, mutation, key, digest.hexdigest())
