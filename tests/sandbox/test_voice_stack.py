"""The voice part of the sandbox: which LiveKit it uses, what happens without one, and when workers are ready."""

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
def _unset_livekit_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in voice_stack.LIVEKIT_VARIABLES:
        monkeypatch.delenv(name, raising=False)


async def start_voice_processes(
    folder: Path, report: ReportProgress = print
) -> tuple[list[ChildProcess], dict[str, str], str | None]:
    started: list[ChildProcess] = []

    async def start(child: ChildProcess) -> None:
        started.append(child)

    return started, *(await voice_stack.start_voice(start, folder, folder, WEBHOOK_URL, report))


def stub_build(monkeypatch: pytest.MonkeyPatch, result: Callable[[], Path]) -> None:
    async def find_or_build(_: ReportProgress) -> Path:
        return result()

    monkeypatch.setattr(voice_stack, "find_or_build", find_or_build)


async def test_voice_is_off_with_a_reason_if_livekit_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Path:
        raise SandboxFailed("there is no Go")

    stub_build(monkeypatch, fail)
    started, settings, reason = await start_voice_processes(tmp_path)
    assert not started
    assert settings == {"LIVEKIT_URL": ""}
    assert reason == "there is no Go"


async def test_livekit_in_the_environment_takes_precedence_if_its_keys_are_set(
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


async def test_worker_is_ready_once_it_logs_its_registration_in_this_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "has run"
    logs_registration_once = f"""
import pathlib, time
marker = pathlib.Path({str(marker)!r})
print("" if marker.exists() else {voice_stack.REGISTERED_MESSAGE!r}, flush=True)
marker.touch()
time.sleep(60)
"""
    async with ChildProcess([sys.executable, "-c", logs_registration_once], tmp_path / "log") as worker:
        await voice_stack.wait_until_registered(worker)
        await worker.kill()
        await worker.start()
        monkeypatch.setattr(voice_stack, "REGISTERED_SECONDS", 0.5)
        with pytest.raises(SandboxFailed, match="was not ready"):
            await voice_stack.wait_until_registered(worker)
