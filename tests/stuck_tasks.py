"""Limits on the teardown of a test session, so that a task that ignores its cancellation fails the session by name.

Without them such a task hangs the session: pytest-asyncio closes its event loop with asyncio.Runner, which cancels every task
that is left and waits for all of them without a limit. pytest-timeout interrupts only the first thing that hangs.
tests/conftest.py imports the fixture and the hooks of this module.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CANCELLATION_SECONDS = 10.0
"""Time that the tasks which are left after the last test have to end after their cancellation."""
TEARDOWN_SECONDS = 90.0
"""Time for the whole teardown after the last test. A session that needs longer exits with status 1."""

_loop: asyncio.AbstractEventLoop | None = None


def describe_tasks(tasks: Iterable["asyncio.Task[Any]"]) -> str:
    """Return one line for each task: its name, and the file and line at which it waits."""
    lines = []
    for task in tasks:
        frames = task.get_stack()
        place = f"{frames[-1].f_code.co_filename}:{frames[-1].f_lineno}" if frames else "no frame"
        lines.append(f"{task.get_name()} ({task.get_coro()!r}) at {place}")
    return "\n".join(sorted(lines))


@pytest.fixture(scope="session", autouse=True)
async def stuck_tasks_fail() -> AsyncIterator[None]:
    """Fail the session if a task survives the last test and ignores its cancellation."""
    global _loop  # noqa: PLW0603  # the hooks below have no other way to the session's event loop
    _loop = asyncio.get_running_loop()
    yield
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        _, stuck = await asyncio.wait(tasks, timeout=CANCELLATION_SECONDS)
        # asyncio.Runner waits for every registered task when it closes the loop.
        for task in stuck:
            asyncio._unregister_task(task)
        if stuck:
            pytest.fail(f"These tasks ignored their cancellation:\n{describe_tasks(stuck)}", pytrace=False)


@contextmanager
def limited_teardown(config: pytest.Config) -> Iterator[None]:
    """Exit the process with status 1, and print the tasks that are left, when the block takes longer than TEARDOWN_SECONDS."""

    def exit_process() -> None:
        tasks = asyncio.all_tasks(_loop) if _loop else set()
        message = f"\nThe teardown took longer than {TEARDOWN_SECONDS} s. Tasks that are left:\n{describe_tasks(tasks)}\n"
        with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            os.write(2, message.encode())
        os._exit(1)

    watchdog = threading.Timer(TEARDOWN_SECONDS, exit_process)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Limit the teardown of the last test, which includes that of session fixtures and of the event loop."""
    if nextitem is not None:
        return (yield)
    with limited_teardown(item.config):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Limit the teardown of session fixtures when the session ends early (-x, --maxfail)."""
    with limited_teardown(session.config):
        return (yield)
