"""Backups are consistent and complete, and erased people do not come back with one."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bson import encode
from pymongo.asynchronous.database import AsyncDatabase

from cli import backup
from cli.backup import back_up, restore
from lifecycle.organization_deletion import delete_organization
from lifecycle.services import Services
from lifecycle.states import erase_data, erase_interview
from models.database import bind_documents, connect
from models.documents.evaluation import Evaluation
from models.documents.interview import ErasureScope, Interview, LegalHold
from models.documents.organization import get_organization
from models.documents.turn import Speaker, get_turn_collection, read_turns
from models.migrations.data_version import IncompatibleDatabase
from models.storage import dump
from models.storage.clock import now
from models.storage.dump import DumpFailed, read_manifest
from models.writes.interview_erasure import confirm_media_erased
from models.writes.organization_closing import close_organization, request_deletion
from recording.erasure_log import ErasureLog, export_erasures, read_list_of_store
from recording.storage import RecordingStore
from settings import Settings
from tests.factories import add_candidate_turn, new_recording, new_recording_file, reload_interview
from tests.resolvers.tenant import Tenant

SECRET = b"the words of a person"
Database = AsyncDatabase[dict[str, Any]]


@pytest.fixture
async def target(settings: Settings, bound_database: Database) -> AsyncIterator[Settings]:
    """Settings of a database that does not exist yet."""
    name = f"viva_restored_{uuid4().hex}"
    mongodb = settings.mongodb.model_copy(update={"database": name, "timeout_seconds": 30.0})
    yield settings.model_copy(update={"mongodb": mongodb})
    await bind_documents(bound_database)
    await bound_database.client.drop_database(name)


async def make_recorded_interview(tenant: Tenant, store: RecordingStore, **values: Any) -> Interview:
    """Make a completed interview with words in the transcript, the recording and an evaluation."""
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, f"{SECRET.decode()} {interview.id}")
    await interview.set({"status": "COMPLETED", "ended_at": now(), **values})
    await tenant.make_evaluation(interview)
    await new_recording(interview, files=[new_recording_file()]).insert()
    await store.put(f"{interview.id}/audio.ogg", SECRET)
    return interview


async def find_words(database: Database, *interviews: Interview) -> list[str]:
    """Return the collections that have words of one of the interviews."""
    words = [SECRET + b" " + str(interview.id).encode() for interview in interviews]
    found = []
    for name in await database.list_collection_names():
        contents = [encode(document) async for document in database[name].find({})]
        found += [name] if any(word in content for word in words for content in contents) else []
    return found


async def test_what_was_erased_after_the_backup_does_not_come_back(
    tenant: Tenant,
    other_tenant: Tenant,
    services: Services,
    store: RecordingStore,
    folder: Path,
    target: Settings,
    tmp_path: Path,
) -> None:
    kept, erased, transcript = [await make_recorded_interview(tenant, store) for _ in range(3)]
    hold = LegalHold(reason="A lawsuit.", set_by="somebody", set_at=now())
    held = await make_recorded_interview(tenant, store, legal_hold=hold)
    of_other = await make_recorded_interview(other_tenant, store)
    erasure_log = ErasureLog(store)
    await erasure_log.update()
    await back_up(services.settings, tmp_path / "backup")
    shutil.copytree(folder, tmp_path / "copied", ignore=shutil.ignore_patterns("erasures"))

    await held.set({Interview.legal_hold: None})
    for interview in (erased, held):
        await erase_interview(services, await reload_interview(interview))
    # as the retention policy does
    await erase_data(services, transcript.id, ErasureScope.TRANSCRIPT)
    await close_organization(other_tenant.organization)
    assert await request_deletion(other_tenant.organization)
    while await get_organization(other_tenant.id):
        await delete_organization(services, other_tenant.id)
        await confirm_media_erased(of_other.id, 0)
    await erasure_log.update()
    listed = await read_list_of_store(store)
    assert listed
    assert listed.erasures == {
        ("INTERVIEW", erased.id),
        ("INTERVIEW", held.id),
        ("TRANSCRIPT", transcript.id),
        ("ORGANIZATION", other_tenant.id),
    }

    # the recordings come back, too
    shutil.copytree(tmp_path / "copied", folder, dirs_exist_ok=True)
    await restore(target, tmp_path / "backup", store, [])
    async with connect(target.mongodb) as client:
        database = client[target.mongodb.database]
        assert await find_words(database, erased, transcript, held, of_other) == []
        assert "turns" in await find_words(database, kept)
        assert [turn.seq for turn in await read_turns(kept.id)] == [1]
        assert (await reload_interview(erased)).candidate is None
        assert (await reload_interview(transcript)).candidate is not None
        assert await get_organization(other_tenant.id) is None
        left = {str(row["organization_id"]) async for row in Evaluation.get_pymongo_collection().find({})}
        assert left == {str(tenant.id)}
        # a later restore of the same backup needs the list again
        assert {line.split(b'"')[3] for line in (await export_erasures()).splitlines()[1:]} >= {b"ORGANIZATION", b"TRANSCRIPT"}
    with_files = {path.split("/")[0] for path in await store.list("")} - {"erasures"}
    assert with_files == {str(kept.id)}


async def test_restore_refuses_what_would_bring_erased_people_back_or_replace_data(
    tenant: Tenant, settings: Settings, target: Settings, tmp_path: Path
) -> None:
    await tenant.make_interview()
    early = tmp_path / "early.jsonl"
    early.write_bytes(await export_erasures())
    folder = tmp_path / "backup"
    await asyncio.sleep(0.01)
    await back_up(settings, folder)
    with pytest.raises(DumpFailed, match="no list of what was erased"):
        await restore(target, folder, None, [])
    with pytest.raises(DumpFailed, match="before the backup was made"):
        await restore(target, folder, None, [early])
    with pytest.raises(DumpFailed, match="is not a list of erasures"):
        await restore(target, folder, None, [folder / "manifest.json"])
    with pytest.raises(DumpFailed, match="has data"):
        await restore(settings, folder, None, [], no_erasures=True)
    with pytest.raises(DumpFailed, match="is not empty"):
        await back_up(settings, folder)
    with (folder / "interviews.bson.gz").open("r+b") as file:
        file.seek(20)
        file.write(b"?")
    with pytest.raises(DumpFailed, match="damaged"):
        await restore(target, folder, None, [], no_erasures=True)
    with pytest.raises(IncompatibleDatabase):
        async with connect(target.mongodb):
            pass
    (folder / "manifest.json").unlink()
    with pytest.raises(DumpFailed, match="not a complete backup"):
        await restore(target, folder, None, [], no_erasures=True)
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}, "only the owner may read it"


async def test_backup_is_of_one_moment_although_writes_go_on(
    tenant: Tenant, settings: Settings, target: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, "before")
    dump_collection = dump._dump_collection

    async def write_after(database: Database, name: str, *others: Any) -> Any:
        dumped = await dump_collection(database, name, *others)
        await add_candidate_turn(interview, f"after {name}")
        return dumped

    monkeypatch.setattr(dump, "_dump_collection", write_after)
    await back_up(settings, tmp_path / "backup")
    await restore(target, tmp_path / "backup", None, [], no_erasures=True)
    async with connect(target.mongodb):
        assert [turn.text for turn in await read_turns(interview.id)] == ["before"]
        stored = await reload_interview(interview)
        assert stored.last_seq == 1
        # it goes on where it was
        turn = await add_candidate_turn(stored, "again")
        assert (turn.seq, turn.speaker) == (2, Speaker.CANDIDATE)


async def test_interrupted_restore_remembers_the_erasures_of_the_data_that_it_replaced(
    tenant: Tenant, services: Services, store: RecordingStore, target: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased = await make_recorded_interview(tenant, store)
    await back_up(services.settings, tmp_path / "first")
    await restore(target, tmp_path / "first", None, [], no_erasures=True)
    async with connect(target.mongodb):
        await erase_interview(services, await reload_interview(erased))

    async def fail(*_: Any, **__: Any) -> None:
        raise DumpFailed("the disk is full")

    with monkeypatch.context() as patch, pytest.raises(DumpFailed, match="disk"):
        patch.setattr(backup, "load_dump", fail)
        await restore(target, tmp_path / "first", None, [], force=True)
    with pytest.raises(IncompatibleDatabase, match="being restored"):
        async with connect(target.mongodb):
            pass
    await restore(target, tmp_path / "first", None, [], force=True)
    async with connect(target.mongodb) as client:
        database = client[target.mongodb.database]
        assert await find_words(database, erased) == []
        assert await get_turn_collection().count_documents({}) == 0
        assert "pending_erasures" not in await database.list_collection_names()


def test_manifest_of_another_format_is_refused(tmp_path: Path) -> None:
    manifest = dump.Manifest(format=9, viva_version="7", data_version=1, database="viva", taken_at=now(), collections={})
    (tmp_path / "manifest.json").write_text(manifest.model_dump_json())
    with pytest.raises(DumpFailed, match="format 9: restore it with Viva 7"):
        read_manifest(tmp_path)
