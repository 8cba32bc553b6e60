"""Versions of positions: consecutive, immutable, with the newest marked."""

import asyncio

import pytest
from bson import ObjectId

from errors import Conflict
from models.documents.position import Position, find_position, get_position
from models.writes.position_versions import save_position
from tests.factories import position_body

pytestmark = pytest.mark.usefixtures("database")


async def list_versions(organization_id: ObjectId, key: str = "tester") -> list[tuple[int, bool]]:
    found = await Position.find({"organization_id": organization_id, "key": key}).sort("+version").to_list()
    return [(position.version, position.newest) for position in found]


async def test_each_save_creates_a_version_and_marks_the_newest() -> None:
    organization_id = ObjectId()
    for version in (1, 2, 3):
        saved = await save_position(organization_id, position_body(title=f"Tester {version}"), version - 1 or None)
        assert (saved.version, saved.title) == (version, f"Tester {version}")
        stored = await get_position(saved.id)
        assert stored == saved
    assert await list_versions(organization_id) == [(1, False), (2, False), (3, True)]
    first, newest = await find_position(organization_id, "tester", 1), await find_position(organization_id, "tester")
    assert first
    assert newest
    assert (first.title, newest.title) == ("Tester 1", "Tester 3")
    assert await find_position(organization_id, "tester", 4) is None


@pytest.mark.parametrize("based_on", [None, 1, 3])
async def test_saving_over_an_outdated_version_raises_conflict(based_on: int | None) -> None:
    organization_id = ObjectId()
    await save_position(organization_id, position_body(), None)
    await save_position(organization_id, position_body(), 1)
    with pytest.raises(Conflict, match="its newest version is 2") as refused:
        await save_position(organization_id, position_body(title="Lost"), based_on)
    assert refused.value.field == "basedOnVersion"
    assert await list_versions(organization_id) == [(1, False), (2, True)]


async def test_second_version_requires_a_first() -> None:
    with pytest.raises(Conflict, match="there is no such position yet"):
        await save_position(ObjectId(), position_body(), 1)
    assert await Position.count() == 0


@pytest.mark.parametrize("based_on", [None, 1])
async def test_concurrent_saves_have_one_winner_and_conflicts(based_on: int | None) -> None:
    organization_id = ObjectId()
    if based_on:
        await save_position(organization_id, position_body(), None)
    saves = (save_position(organization_id, position_body(title=f"Tester {n}"), based_on) for n in range(5))
    results = await asyncio.gather(*saves, return_exceptions=True)
    [won] = [result for result in results if isinstance(result, Position)]
    assert sum(isinstance(result, Conflict) for result in results) == 4, results
    assert won.version == (based_on or 0) + 1
    assert await find_position(organization_id, "tester") == won
    assert [newest for _, newest in await list_versions(organization_id)] == [False] * (based_on or 0) + [True]


@pytest.mark.parametrize("based_on", [None, 1])
async def test_concurrent_retries_of_one_save_return_one_version(based_on: int | None) -> None:
    organization_id, position_id = ObjectId(), ObjectId()
    if based_on:
        await save_position(organization_id, position_body(), None)
    saves = (save_position(organization_id, position_body(title="Mine"), based_on, position_id) for _ in range(5))
    saved = await asyncio.gather(*saves)
    assert {(position.id, position.version) for position in saved} == {(position_id, (based_on or 0) + 1)}
    await save_position(organization_id, position_body(title="Next"), (based_on or 0) + 1)
    again = await save_position(organization_id, position_body(title="Mine"), based_on, position_id)
    assert (again.id, again.title) == (position_id, "Mine"), "even after another version was saved"
