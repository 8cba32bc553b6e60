"""The limits on teardown, tried in test sessions of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.servers

CONFTEST = """
from tests import stuck_tasks
from tests.stuck_tasks import pytest_runtest_teardown, pytest_sessionfinish, stuck_tasks_fail

stuck_tasks.CANCELLATION_SECONDS = 0.5
"""
SHORT_TEARDOWN = "stuck_tasks.TEARDOWN_SECONDS = 1.0"
STUBBORN_TASK = """
import asyncio

import pytest


async def ignore_cancellations():
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass
"""
LEFT_BEHIND = """

async def test_leaves_a_task():
    task = asyncio.create_task(ignore_cancellations(), name="stubborn")
    pytest.shared = task
    await asyncio.sleep(0)
"""
HANGING_FIXTURE = """

@pytest.fixture(scope="session")
async def hanging():
    task = asyncio.create_task(ignore_cancellations(), name="stubborn")
    await asyncio.sleep(0)
    yield
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.1)


async def test_passes(hanging):
    pass


async def test_fails(hanging):
    raise AssertionError
"""


def run_session(folder: Path, code: str, *options: str, configuration: str = "") -> tuple[int, str]:
    """Run the code as a test module in a process of its own; return the exit code and the output."""
    (folder / "conftest.py").write_text(CONFTEST + configuration)
    (folder / "test_example.py").write_text(STUBBORN_TASK + code)
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode=auto\nasyncio_default_fixture_loop_scope=session\nasyncio_default_test_loop_scope=session\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_task_that_ignores_its_cancellation_fails_the_session_by_name(tmp_path: Path) -> None:
    code, output = run_session(tmp_path, LEFT_BEHIND)
    assert code == 1
    assert "1 passed, 1 error" in output
    assert "These tasks ignored their cancellation:\nstubborn (<coroutine object ignore_cancellations" in output
    assert "test_example.py:10" in output


@pytest.mark.parametrize("options", [["-k", "passes"], ["-k", "fails", "-x"]], ids=["last test", "session that ends early"])
def test_fixture_that_never_ends_exits_the_session_and_names_its_tasks(tmp_path: Path, options: list[str]) -> None:
    code, output = run_session(tmp_path, HANGING_FIXTURE, *options, configuration=SHORT_TEARDOWN)
    assert code == 1
    assert "The teardown took longer than 1.0 s. Tasks that are left:" in output
    assert "stubborn (<coroutine object ignore_cancellations" in output
