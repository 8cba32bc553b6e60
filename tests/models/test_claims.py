"""Claims of idempotency keys: one key, one result."""

import asyncio

import pytest
from bson import ObjectId

from errors import Conflict
from models.documents.idempotency_claim import CLAIM_TTL_SECONDS, IdempotencyClaim, claim_key, find_claimed_id

pytestmark = pytest.mark.usefixtures("database")


async def test_concurrent_claims_of_a_key_return_one_id() -> None:
    wanted = [ObjectId() for _ in range(10)]
    got = await asyncio.gather(*(claim_key("key:1", "startInterview", "mine", "digest", result_id) for result_id in wanted))
    assert len(set(got)) == 1
    assert got[0] in wanted
    assert await find_claimed_id("key:1", "startInterview", "mine", "digest") == got[0]
    assert await IdempotencyClaim.count() == 1


@pytest.mark.parametrize(
    ("caller", "mutation", "key"), [("key:2", "start", "mine"), ("key:1", "schedule", "mine"), ("key:1", "start", "other")]
)
async def test_claims_are_separate_per_caller_mutation_and_key(caller: str, mutation: str, key: str) -> None:
    first, second = ObjectId(), ObjectId()
    await claim_key("key:1", "start", "mine", "digest", first)
    assert await find_claimed_id(caller, mutation, key, "digest") is None
    assert await claim_key(caller, mutation, key, "digest", second) == second
    assert await find_claimed_id("key:1", "start", "mine", "digest") == first


async def test_reusing_a_key_with_another_input_raises_conflict() -> None:
    await claim_key("key:1", "start", "mine", "digest", ObjectId())
    for again in (
        find_claimed_id("key:1", "start", "mine", "another"),
        claim_key("key:1", "start", "mine", "another", ObjectId()),
    ):
        with pytest.raises(Conflict, match="send the same input again, or a new key") as refused:
            await again
        assert refused.value.field == "idempotencyKey"
    assert await IdempotencyClaim.count() == 1


async def test_claims_expire_after_a_day() -> None:
    indexes = await IdempotencyClaim.get_pymongo_collection().index_information()
    ttls = {index["key"][0][0]: index["expireAfterSeconds"] for index in indexes.values() if "expireAfterSeconds" in index}
    assert ttls == {"created_at": CLAIM_TTL_SECONDS}
