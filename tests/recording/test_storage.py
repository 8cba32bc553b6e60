"""The recording store, with a folder and with S3."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from obstore.store import S3Store
from pydantic import SecretStr

import settings
from recording.storage import READ_CHUNK_BYTES, RecordingStore, StoreFailed, open_store
from sandbox.processes import ChildProcess, free_port
from tests.recording.disks import mount_small_disk

# these tests depend on wall-clock time
pytestmark = pytest.mark.servers

KEY, SECRET = "recording", "a key for tests only"


@pytest.fixture(scope="module")
async def s3(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[settings.RecordingSettings]:
    """A bucket of a real S3 server, versitygw; skips the test if it is not on PATH."""
    if shutil.which("versitygw") is None:
        pytest.skip("versitygw is not on PATH: go install github.com/versity/versitygw/cmd/versitygw@v1.8.0")
    folder, port = tmp_path_factory.mktemp("s3"), free_port()
    (folder / "data" / "bucket").mkdir(parents=True)
    environment = {**os.environ, "ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    command = ["versitygw", "--port", f"127.0.0.1:{port}", "posix", str(folder / "data")]
    endpoint = f"http://127.0.0.1:{port}"
    async with ChildProcess(command, folder / "log", environment=environment) as server:
        recording = settings.RecordingSettings(
            store="s3://bucket/here", s3_endpoint=endpoint, s3_access_key=SecretStr(KEY), s3_secret_key=SecretStr(SECRET)
        )

        async def is_up() -> bool:
            try:
                store = open_store(recording)
                assert store
                return await store.list("") == []
            except StoreFailed:
                return False

        await server.wait_until(is_up)
        yield recording


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RecordingStore:
    recording = (
        request.getfixturevalue("s3") if request.param == "s3" else settings.RecordingSettings(store=str(tmp_path / "made"))
    )
    opened = open_store(recording)
    assert opened
    return opened


async def test_stored_object_is_read_whole_and_by_ranges(store: RecordingStore, tmp_path: Path) -> None:
    content = os.urandom(2 * READ_CHUNK_BYTES + 5)
    (tmp_path / "file").write_bytes(content)
    await store.put("one/file", tmp_path / "file")
    await store.put("one/small", b"few bytes")
    assert await store.get("one/small") == b"few bytes"
    for start, end in ((0, len(content)), (0, 1), (READ_CHUNK_BYTES - 1, READ_CHUNK_BYTES + 1), (len(content) - 1, len(content))):
        pieces = [piece async for piece in store.read("one/file", start, end)]
        assert b"".join(pieces) == content[start:end]
        assert max(map(len, pieces)) <= READ_CHUNK_BYTES


async def test_delete_removes_everything_below_the_path_only(store: RecordingStore) -> None:
    for path in ("two/a", "two/parts/1/b", "two/parts/2/c", "twofold/d"):
        await store.put(path, b"x")
    assert await store.list("two") == ["two/a", "two/parts/1/b", "two/parts/2/c"]
    await store.delete("two")
    await store.delete("two")
    assert await store.list("two") == []
    assert await store.list("twofold") == ["twofold/d"]
    with pytest.raises(StoreFailed, match="no longer exists"):
        await store.get("two/a")


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_delete_removes_temporary_files_of_a_killed_writer(tmp_path: Path) -> None:
    store = open_store(settings.RecordingSettings(store=str(tmp_path)))
    assert store
    await store.put("three/parts/1/a", b"x")
    (tmp_path / "three/parts/1/b#1").write_bytes(b"half of it")
    await store.delete("three")
    assert list_names(tmp_path) == []


async def test_full_disk_is_reported(tmp_path: Path) -> None:
    with mount_small_disk(tmp_path, kilobytes=64) as folder:
        store = open_store(settings.RecordingSettings(store=str(folder)))
        assert store
        with pytest.raises(StoreFailed, match="The disk is full"):
            await store.put("four/a", bytes(100_000))
        await store.put("four/b", b"small enough")


async def test_failure_message_contains_neither_path_nor_key(tmp_path: Path) -> None:
    objects = S3Store(
        "bucket",
        config={"endpoint": "http://127.0.0.1:9", "access_key_id": KEY, "secret_access_key": SECRET},
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    with pytest.raises(StoreFailed) as failed:
        await RecordingStore(objects).put("five/a", b"x")
    assert str(failed.value) == "The store did not respond as expected (GenericError)"
    assert failed.value.__cause__ is None


def test_open_store_without_a_setting_or_a_bucket_name() -> None:
    assert open_store(settings.RecordingSettings()) is None
    with pytest.raises(ValueError, match="name of a bucket"):
        open_store(settings.RecordingSettings(store="s3:///prefix"))
