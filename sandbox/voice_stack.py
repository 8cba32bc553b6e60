"""What interviews by voice need besides: LiveKit, loopback Deepgram and Cartesia, and workers under names of this run alone."""

import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from sandbox.livekit.build import ReportProgress, find_or_build
from sandbox.livekit.server import LivekitServer
from sandbox.processes import ChildProcess, SandboxFailed, free_port

StartChild = Callable[[ChildProcess], Awaitable[None]]
"""starts a process and keeps it until the whole stack ends"""

MAIN = Path(__file__).parents[1] / "main.py"
TEXT_ONLY = {"LIVEKIT_URL": ""}
"""settings without voice, whatever the environment or a .env says"""
LIVEKIT_VARIABLES = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
PROVIDER_PATHS = {"deepgram": "/v1/listen"}
"""of the providers whose plugin is given one"""
REGISTERED_MESSAGE = "worker registered"
"""what a worker logs once LiveKit may send it work; before that, what is sent is lost"""
REGISTERED_SECONDS = 180.0
"""one alone takes 8 s, three at once on two cores 20 s, and 60 s beside other work"""


async def start_voice(
    start: StartChild,
    root: Path,
    data: Path,
    webhook: str,
    report: ReportProgress,
    provider_options: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[dict[str, str], str | None]:
    """Start LiveKit and the providers, with the options of each; returns the settings that lead to them, and None.

    Where there can be no LiveKit: the settings without voice, and why. Raises SandboxFailed when a provider does not come up.
    """
    try:
        livekit = await _start_livekit(start, data, webhook, report)
    except SandboxFailed as failed:
        return TEXT_ONLY, str(failed)
    deepgram, cartesia = (
        SpeechProviderProcess(name, data / "logs", root, *provider_options.get(name, ())) for name in ("deepgram", "cartesia")
    )
    for provider in (deepgram, cartesia):
        await start(provider)
    return build_voice_environment(livekit, deepgram.url, cartesia.url, data / "recordings"), None


def configured_livekit() -> dict[str, str] | None:
    """The environment's settings of a LiveKit server; None unless all of them are set."""
    configured = {name: os.environ.get(name, "") for name in LIVEKIT_VARIABLES}
    return configured if all(configured.values()) else None


async def _start_livekit(start: StartChild, data: Path, webhook: str, report: ReportProgress) -> Mapping[str, str]:
    if configured := configured_livekit():
        return configured
    if os.environ.get("LIVEKIT_URL"):
        report(
            f"LIVEKIT_URL is not used: {' or '.join(name for name in LIVEKIT_VARIABLES if not os.environ.get(name))} is not set."
        )
    server = LivekitServer(await find_or_build(report), data, webhooks=[webhook])
    await start(server)
    return build_livekit_environment(server)


def build_livekit_environment(server: LivekitServer) -> dict[str, str]:
    """How processes, and browsers on this machine, reach that server."""
    keys = {"LIVEKIT_API_KEY": server.api_key, "LIVEKIT_API_SECRET": server.api_secret}
    return {"LIVEKIT_URL": server.url, "LIVEKIT_PUBLIC_URL": "", **keys}


def build_voice_environment(livekit: Mapping[str, str], deepgram_url: str, cartesia_url: str, recordings: Path) -> dict[str, str]:
    """The settings of a run with voice; each provider's URL as its plugin takes it."""
    run = secrets.token_hex(4)
    return {
        **livekit,
        # workers of one name share their work: those of another run would take some of this one's
        "LIVEKIT_AGENT_NAME": f"viva-interviewer-{run}",
        "LIVEKIT_RECORDER_NAME": f"viva-recorder-{run}",
        "DEEPGRAM_API_KEY": "sandbox",
        "DEEPGRAM_BASE_URL": deepgram_url,
        "CARTESIA_API_KEY": "sandbox",
        "CARTESIA_BASE_URL": cartesia_url,
        # the model that tells whether an answer is over was made for people: after espeak's voice it waits as long as it may
        "VOICE_TURN_DETECTION": "vad",
        # who ends the sandbox does not wait for an interview in it
        "VOICE_DRAIN_SECONDS": "3",
        "RECORDING_STORE": str(recordings),
    }


class SpeechProviderProcess(ChildProcess):
    """A loopback provider: `deepgram`, which knows words by their sound, or `cartesia`, which speaks them."""

    def __init__(self, name: str, logs: Path, root: Path, *options: str) -> None:
        """`provider_options` of its command line; `root` is the repository."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{PROVIDER_PATHS.get(name, '')}"
        command = [sys.executable, "-m", f"sandbox.{name}", "--port", str(self.port), *options]
        super().__init__(command, logs / f"{name}.log", cwd=root)

    async def start(self) -> None:
        """Start it and wait until it listens. Raises SandboxFailed, with the end of the log, when it does not."""
        await super().start()
        await self.wait_until_port(self.port)


def create_voice_workers(environment: Mapping[str, str], logs: Path, folder: Path) -> list[ChildProcess]:
    """Two interviewers, so that one takes over from the other, and a recorder; not started yet."""
    names = {"agent-1": "agent", "agent-2": "agent", "recorder": "recorder"}
    return [create_worker_process(command, environment, logs / f"{name}.log", folder) for name, command in names.items()]


def create_worker_process(command: str, environment: Mapping[str, str], log: Path, folder: Path) -> ChildProcess:
    """`main.py agent` or `main.py recorder`, not started yet; reads the .env of `folder`."""
    # at INFO it says when it is registered
    return ChildProcess([sys.executable, str(MAIN), command], log, cwd=folder, environment={**environment, "LOG_LEVEL": "INFO"})


async def wait_until_registered(worker: ChildProcess) -> None:
    """Wait until LiveKit may send it work. Raises SandboxFailed when it does not come to that."""
    await worker.wait_until_logged(REGISTERED_MESSAGE, REGISTERED_SECONDS)
