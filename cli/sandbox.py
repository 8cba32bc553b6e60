"""`main.py dev` and `main.py demo`: everything on this machine, without a key."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import typer

from cli.common import exit_with_error
from cli.keys import provision_key
from sandbox import demo, dev
from sandbox.processes import SandboxFailed

T = TypeVar("T")

ROOT = Path(__file__).parents[1]


def run_dev(*, voice: bool) -> None:
    """Run the sandbox until Ctrl-C."""
    _run(dev.run(ROOT, provision_key, voice=voice))


def run_demo(*, voice: bool) -> int:
    """Hold a whole interview and return the exit code: 0 once its evaluation is complete."""
    return _run(demo.run(ROOT, provision_key, voice=voice))


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(coroutine)
    except SandboxFailed as failed:
        raise exit_with_error(str(failed)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
