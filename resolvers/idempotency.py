"""Idempotency keys: repeating a mutation with the same key and input has no second effect."""

import hmac
from dataclasses import dataclass

import orjson
from bson import ObjectId

from auth import Principal, verification_keys
from lifecycle.services import Services
from models.documents import idempotency_claim
from resolvers.input_text import clean_line


@dataclass(frozen=True, slots=True)
class IdempotentCall:
    """One call of a mutation with the caller's idempotency key. Without a key, every call is a new one."""

    caller: str
    mutation: str
    key: str | None
    digests: tuple[str, ...]
    """Keyed digests of the input, one for each secret that verifies; the first is stored."""

    async def find_claimed_id(self) -> ObjectId | None:
        """Return the id that an earlier call with this key claimed, so that a repetition can complete an interrupted call.

        Raises Conflict if the earlier call had another input.
        """
        return await idempotency_claim.find_claimed_id(self.caller, self.mutation, self.key, self.digests) if self.key else None

    async def claim(self, result_id: ObjectId) -> ObjectId:
        """Claim `result_id` for this key, and return the id that was claimed first. Call it before the first write.

        Raises Conflict if the key was used with another input.
        """
        if self.key is None:
            return result_id
        return await idempotency_claim.claim_key(self.caller, self.mutation, self.key, self.digests, result_id)


def idempotent(
    services: Services, principal: Principal, mutation: str, key: str | None, validated_input: object
) -> IdempotentCall:
    """Return the caller's call of a mutation. The validated input may hold dataclasses, mappings, lists and scalars.

    Raises BadInput for a key that is blank, longer than 200 characters, or contains control characters.
    """
    if key is not None:
        key = clean_line(key, "idempotencyKey")
    content = orjson.dumps(validated_input, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    # Keyed digests: without the secret, a reader of the database cannot recover an input by guessing.
    digests = (hmac.digest(secret.encode(), content, "sha256").hex() for secret in verification_keys(services.settings.auth))
    return IdempotentCall(principal.caller, mutation, key, tuple(digests))
