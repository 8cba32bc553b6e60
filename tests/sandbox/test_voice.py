"""What the sandbox adds for voice: whose LiveKit is used, what is said where there is none, and when workers count as up."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import voice_stack
from sandbox.livekit.build import ReportProgress
from sandbox.livekit.server import LivekitServer
from sandbox.processes import ChildProcess, SandboxFailed

pytestmark = pytest.mark.servers

WEBHOOK_URL = "http://127.0.0.1:9/webhooks/livekit"


@pytest.fixture(autouse=True)
def _no_livekit_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in voice_stack.LIVEKIT_VARIABLES:
        monkeypatch.delenv(name, raising=False)


async def start_voice_processes(
    folder: Path, tell: ReportProgress = print
) -> tuple[list[ChildProcess], dict[str, str], str | None]:
    started: list[ChildProcess] = []

    async def start(child: ChildProcess) -> None:
        started.append(child)

    return started, *(await voice_stack.start_voice(start, folder, folder, WEBHOOK_URL, tell))


def stub_build(monkeypatch: pytest.MonkeyPatch, result: Callable[[], Path]) -> None:
    async def find_or_build(_: ReportProgress) -> Path:
        return result()

    monkeypatch.setattr(voice_stack, "find_or_build", find_or_build)


async def test_where_there_is_no_livekit_interviews_are_typed_and_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Path:
        raise SandboxFailed("there is no Go")

    stub_build(monkeypatch, fail)
    started, settings, reason = await start_voice_processes(tmp_path)
    assert not started
    assert settings == {"LIVEKIT_URL": ""}
    assert reason == "there is no Go"


async def test_a_livekit_of_the_environment_wins_where_its_keys_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_build(monkeypatch, lambda: tmp_path / "livekit-server")
    monkeypatch.setenv("LIVEKIT_URL", "wss://livekit.example")
    monkeypatch.setenv("LIVEKIT_API_KEY", "key")
    messages: list[str] = []
    started, settings, _ = await start_voice_processes(tmp_path, messages.append)
    assert isinstance(started[0], LivekitServer)
    assert settings["LIVEKIT_URL"] == started[0].url
    assert [line for line in messages if "LIVEKIT_API_SECRET is not set" in line]

    monkeypatch.setenv("LIVEKIT_API_SECRET", "secret")
    started, settings, reason = await start_voice_processes(tmp_path)
    assert not [child for child in started if isinstance(child, LivekitServer)]
    assert settings["LIVEKIT_URL"] == "wss://livekit.example"
    assert reason is None


async def test_workers_of_two_runs_have_different_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_build(monkeypatch, lambda: tmp_path / "livekit-server")
    runs = [(await start_voice_processes(tmp_path))[1] for _ in range(2)]
    names = {run[name] for run in runs for name in ("LIVEKIT_AGENT_NAME", "LIVEKIT_RECORDER_NAME")}
    assert len(names) == 4


async def test_a_worker_counts_as_up_once_it_says_that_it_is_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "was here"
    says_it_once = f"""
import pathlib, time
marker = pathlib.Path({str(marker)!r})
print("" if marker.exists() else {voice_stack.REGISTERED_MESSAGE!r}, flush=True)
marker.touch()
time.sleep(60)
"""
    async with ChildProcess([sys.executable, "-c", says_it_once], tmp_path / "log") as worker:
        await voice_stack.wait_until_registered(worker)
        await worker.kill()
        await worker.start()
        monkeypatch.setattr(voice_stack, "REGISTERED_SECONDS", 0.5)
        with pytest.raises(SandboxFailed, match="is not up"):
            await voice_stack.wait_until_registered(worker)
