"""Migrating a database: interrupted anywhere, by several processes, and beside processes of the version before."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from beanie import Document
from pymongo import ASCENDING, AsyncMongoClient, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from models.migrations import runner
from models.migrations.data_version import COLLECTION, IncompatibleDatabase, read_data_version, require_compatible
from models.migrations.indexes import compute_index_digest, list_declared_indexes
from models.migrations.runner import list_planned_steps, migrate
from models.migrations.steps import MIGRATIONS, Migration
from tests.helpers import killed_after

Database = AsyncDatabase[dict[str, Any]]


class EarlierCandidate(Document):
    """What the version before declared."""

    class Settings:
        name = "candidates"
        indexes: ClassVar = [IndexModel([("email", ASCENDING)], unique=True), IndexModel([("age", ASCENDING)])]


class Candidate(Document):
    """What this version declares: an email is unique in its organization only, and nobody looks for an age."""

    class Settings:
        name = "candidates"
        indexes: ClassVar = [
            IndexModel([("organization", ASCENDING), ("email", ASCENDING)], unique=True),
            IndexModel([("name", ASCENDING)], name="names", collation={"locale": "en", "strength": 1}),
        ]


ADD_NAME = Migration(1, "name everybody", "candidates", {"name": None}, [{"$set": {"name": "$email"}}], oldest_number=0)
OURS, OLD_UNIQUE, OLD_PLAIN = {"organization_1_email_1", "names"}, "email_1", "age_1"
OPERATORS_OWN = "an index of the operator"


@pytest.fixture(autouse=True)
def _use_one_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MIGRATIONS", (ADD_NAME,))
    monkeypatch.setattr(runner, "DATA_VERSION", 1)


@pytest.fixture
async def scratch(mongod: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A database of the version before, with a candidate and an index of the operator."""
    async with AsyncMongoClient[dict[str, Any]](mongod, tz_aware=True) as client:
        database = client[f"viva_migrations_{uuid4().hex}"]
        with monkeypatch.context() as before:
            before.setattr(runner, "MIGRATIONS", ())
            before.setattr(runner, "DATA_VERSION", 0)
            await migrate(database, [EarlierCandidate])
        await database.candidates.create_index("city", name=OPERATORS_OWN)
        await database.candidates.insert_one({"email": "ada@example.org", "organization": 1, "age": 36})
        yield database
        await client.drop_database(database)


async def read_index_names(database: Database) -> set[str]:
    return set(await database.candidates.index_information()) - {"_id_"}


async def read_name(database: Database) -> Any:
    return (await database.candidates.find_one({}) or {}).get("name")


def is_compatible(stored: dict[str, Any], number: int, model: type[Document]) -> bool:
    try:
        require_compatible(stored, number, compute_index_digest(list_declared_indexes([model])))
    except IncompatibleDatabase:
        return False
    return True


async def test_both_versions_work_until_the_migration_is_finished(scratch: Database) -> None:
    stored = await read_data_version(scratch)
    assert is_compatible(stored, 0, EarlierCandidate)
    assert not is_compatible(stored, 1, Candidate), "before the migration, the new version must not start"

    await migrate(scratch, [Candidate])
    assert await read_name(scratch) == "ada@example.org"
    # the unique index would refuse what the new version writes; the other one serves the version before
    assert await read_index_names(scratch) == {*OURS, OLD_PLAIN, OPERATORS_OWN}
    stored = await read_data_version(scratch)
    assert is_compatible(stored, 0, EarlierCandidate)
    assert is_compatible(stored, 1, Candidate)

    # a process of the version before writes what the migration changes
    await scratch.candidates.insert_one({"email": "ada@example.org", "organization": 2})
    await migrate(scratch, [Candidate], finish=True)
    assert await scratch.candidates.distinct("name") == ["ada@example.org"]
    assert await scratch.candidates.count_documents({"name": None}) == 0
    assert await read_index_names(scratch) == {*OURS, OPERATORS_OWN}
    stored = await read_data_version(scratch)
    assert not is_compatible(stored, 0, EarlierCandidate), "its indexes are gone"
    assert is_compatible(stored, 1, Candidate)


async def test_dry_run_lists_the_steps_and_changes_nothing(scratch: Database) -> None:
    before = await read_data_version(scratch), await read_index_names(scratch)
    assert await list_planned_steps(scratch, [Candidate]) == [
        "Migration 1: name everybody: 1 of candidates.",
        "Create unique index organization_1_email_1 of candidates (1 documents).",
        "Create index names of candidates (1 documents).",
        "Drop unique index email_1 of candidates (1 documents).",
    ]
    assert (await read_data_version(scratch), await read_index_names(scratch), await read_name(scratch)) == (*before, None)
    await migrate(scratch, [Candidate])
    assert await list_planned_steps(scratch, [Candidate]) == []
    assert await list_planned_steps(scratch, [Candidate], finish=True) == [
        "Migration 1: name everybody: 0 of candidates.",
        "Drop index age_1 of candidates (1 documents).",
    ]


async def test_changed_index_is_replaced(scratch: Database) -> None:
    await migrate(scratch, [Candidate])
    await scratch.candidates.drop_index("names")
    await scratch.candidates.create_index("name", name="names", sparse=True)
    # an index with the same keys and options under another name would prevent ours
    await scratch.candidates.drop_index("organization_1_email_1")
    await scratch.candidates.create_index([("organization", 1), ("email", 1)], name="theirs", unique=True)
    await migrate(scratch, [Candidate])
    indexes = await scratch.candidates.index_information()
    assert set(indexes) - {"_id_"} == {*OURS, OLD_PLAIN, OPERATORS_OWN}
    assert "sparse" not in indexes["names"]


CHANGES = ("update_many", "create_indexes", "drop_index", "update_one")
"""Methods that change something."""


async def test_migration_that_was_killed_anywhere_is_completed_by_the_next_one(
    scratch: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LEASE_SECONDS", 0.2)
    for finish in (False, True):
        for calls in range(1, 7):
            with killed_after(calls, *CHANGES):
                await migrate(scratch, [Candidate], finish=finish)
        await migrate(scratch, [Candidate], finish=finish)
        assert await list_planned_steps(scratch, [Candidate]) == []
    assert (await read_index_names(scratch), await read_name(scratch)) == ({*OURS, OPERATORS_OWN}, "ada@example.org")
    assert "lease" not in await read_data_version(scratch)


async def test_two_migrations_at_a_time_run_one_after_the_other(scratch: Database) -> None:
    reports: list[str] = []
    running = [asyncio.create_task(migrate(scratch, [Candidate], report=reports.append)) for _ in range(2)]
    await asyncio.gather(*running)
    assert sorted(reports) == sorted(
        [
            *("Migration 1: name everybody: 1 of candidates.", "Drop unique index email_1 of candidates."),
            *("Create unique index organization_1_email_1 of candidates.", "Create index names of candidates."),
            "Another process migrates this database: waiting for it.",
        ]
    )


async def test_unique_index_that_duplicates_prevent_is_named_without_their_values(scratch: Database) -> None:
    await scratch.candidates.drop_index(OLD_UNIQUE)
    await scratch.candidates.insert_one({"email": "ada@example.org", "organization": 1})
    with pytest.raises(IncompatibleDatabase, match=r"same keys.*organization_1_email_1") as refused:
        await migrate(scratch, [Candidate])
    assert "ada@" not in str(refused.value)
    assert not is_compatible(await read_data_version(scratch), 1, Candidate)


async def test_database_of_a_newer_version_is_refused(scratch: Database) -> None:
    await migrate(scratch, [Candidate])
    await scratch[COLLECTION].update_one({}, {"$set": {"number": 7, "oldest_number": 6}})
    with pytest.raises(IncompatibleDatabase, match=r"newer version of Viva \(data version 7\)"):
        await migrate(scratch, [Candidate])
    with pytest.raises(IncompatibleDatabase, match="deploy the newer version"):
        require_compatible(await read_data_version(scratch), 1, "any")


def test_migrations_are_numbered_consecutively() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert all(migration.oldest_number < migration.number for migration in MIGRATIONS), "the version before must go on working"
