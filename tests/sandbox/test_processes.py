"""Child processes end with their parent, however it ends, and their failures are explained."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from sandbox.processes import ChildProcess, SandboxFailed, free_port
from tests.sandbox.parent_process import run_parent, wait_until_gone

SLEEP_CODE = "import time; print('up', flush=True); time.sleep(60)"
pytestmark = pytest.mark.servers


async def test_child_runs_only_during_the_block(tmp_path: Path) -> None:
    async with ChildProcess([sys.executable, "-c", SLEEP_CODE], tmp_path / "log") as child:
        assert child.is_running
        pid = child.pid
    assert not child.is_running
    await wait_until_gone(pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_child_ends_with_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    script = f"""
        async with ChildProcess([sys.executable, "-c", {SLEEP_CODE!r}], folder / "log") as child:
            while "up" not in (folder / "log").read_text():
                await asyncio.sleep(0.01)
            print(child.pid, flush=True)
            await asyncio.sleep(60)
    """
    async with run_parent(script, tmp_path) as (parent, (pid,)):
        os.kill(pid, 0)
        parent.send_signal(number)
        await parent.wait()
        await wait_until_gone(pid)


async def test_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    ignores_sigterm = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP_CODE}"
    async with ChildProcess([sys.executable, "-c", ignores_sigterm], tmp_path / "log") as child:
        await child.wait_until(lambda: log_contains(tmp_path / "log", "up"))
        await child.stop(seconds=0.2)
        assert await child.wait() == -signal.SIGKILL


async def test_ctrl_c_reaches_only_the_parent(tmp_path: Path) -> None:
    async with ChildProcess([sys.executable, "-c", SLEEP_CODE], tmp_path / "log") as child:
        # a terminal sends the signal to the whole process group
        assert os.getpgid(child.pid) != os.getpgrp()


async def test_failure_of_a_child_that_ends_early_contains_only_the_log_of_this_run(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("from an earlier run\n", encoding="utf-8")
    child = ChildProcess([sys.executable, "-c", "raise SystemExit('no such table')"], log)
    await child.start()
    with pytest.raises(SandboxFailed) as failed:
        await child.wait_until_port(free_port())
    assert "ended before it was ready" in str(failed.value)
    assert "no such table" in str(failed.value)
    assert str(log) in str(failed.value)
    assert "from an earlier run" not in str(failed.value)
    assert await child.wait() == 1


async def test_child_that_is_not_ready_in_time_is_reported(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    async with ChildProcess([sys.executable, "-c", SLEEP_CODE], tmp_path / "log") as child:
        with pytest.raises(SandboxFailed, match="was not ready after 0 s"):
            await child.wait_until(never, seconds=0.2)


async def test_missing_command_is_reported(tmp_path: Path) -> None:
    child = ChildProcess([str(tmp_path / "no-such-server")], tmp_path / "log")
    await child.start()
    with pytest.raises(SandboxFailed, match="no-such-server cannot be run: No such file"):
        await child.wait_until_port(free_port())


async def test_killed_child_can_be_started_again(tmp_path: Path) -> None:
    async with ChildProcess([sys.executable, "-c", SLEEP_CODE], tmp_path / "log") as child:
        first = child.pid
        await child.kill()
        assert not child.is_running
        await child.start()
        assert child.is_running
        assert child.pid != first


async def test_child_that_was_not_started_has_no_process_id(tmp_path: Path) -> None:
    child = ChildProcess(["true"], tmp_path / "log")
    assert not child.is_running
    await child.stop()
    await child.kill()
    with pytest.raises(RuntimeError, match="was not started"):
        _ = child.pid
    with pytest.raises(RuntimeError, match="was not started"):
        await child.wait()


async def log_contains(log: Path, words: str) -> bool:
    return words in await asyncio.to_thread(log.read_text, encoding="utf-8")
