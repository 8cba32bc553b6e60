"""The voice part of the sandbox: LiveKit, loopback Deepgram and Cartesia, and workers under names unique to this run."""

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
"""Starts a process that runs until the whole stack ends."""

MAIN = Path(__file__).parents[1] / "main.py"
TEXT_ONLY = {"LIVEKIT_URL": ""}
"""Settings that turn voice off, whatever the environment or a .env file says."""
LIVEKIT_VARIABLES = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
PROVIDER_PATHS = {"deepgram": "/v1/listen"}
"""Path in a provider's base URL, for providers whose plugin expects one."""
REGISTERED_MESSAGE = "worker registered"
"""What a worker logs once LiveKit can send it jobs; jobs sent before that are lost."""
REGISTERED_SECONDS = 180.0
"""Seconds to wait for that: one worker takes 8 s, three together on two cores 20 s, or 60 s on a busy machine."""


async def start_voice(
    start: StartChild,
    root: Path,
    data: Path,
    webhook: str,
    report: ReportProgress,
    provider_options: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[dict[str, str], str | None]:
    """Start LiveKit and the speech providers, each with its options. Returns the settings that point to them, and None.

    If LiveKit is unavailable, returns the settings that turn voice off, and the reason. Raises SandboxFailed if a provider
    does not start.
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
    """Return the settings of a LiveKit server in the environment, or None unless all of them are set."""
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
    """Return the settings by which processes, and browsers on this machine, reach that server."""
    keys = {"LIVEKIT_API_KEY": server.api_key, "LIVEKIT_API_SECRET": server.api_secret}
    return {"LIVEKIT_URL": server.url, "LIVEKIT_PUBLIC_URL": "", **keys}


def build_voice_environment(livekit: Mapping[str, str], deepgram_url: str, cartesia_url: str, recordings: Path) -> dict[str, str]:
    """Return the settings of a run with voice. Provider URLs have the form that their plugins expect."""
    run = secrets.token_hex(4)
    return {
        **livekit,
        # LiveKit distributes jobs among all workers of a name, so workers of another run would take some of this run's
        "LIVEKIT_AGENT_NAME": f"viva-interviewer-{run}",
        "LIVEKIT_RECORDER_NAME": f"viva-recorder-{run}",
        "DEEPGRAM_API_KEY": "sandbox",
        "DEEPGRAM_BASE_URL": deepgram_url,
        "CARTESIA_API_KEY": "sandbox",
        "CARTESIA_BASE_URL": cartesia_url,
        # the turn detection model is trained on people: after espeak's voice it always waits for the maximum delay
        "VOICE_TURN_DETECTION": "vad",
        # stopping the sandbox does not wait for its interviews to end
        "VOICE_DRAIN_SECONDS": "3",
        "RECORDING_STORE": str(recordings),
    }


class SpeechProviderProcess(ChildProcess):
    """A loopback speech provider: `deepgram`, which transcribes speech, or `cartesia`, which synthesizes it."""

    def __init__(self, name: str, logs: Path, root: Path, *options: str) -> None:
        """`options` are command-line options of the provider, and `root` is the repository."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{PROVIDER_PATHS.get(name, '')}"
        command = [sys.executable, "-m", f"sandbox.{name}", "--port", str(self.port), *options]
        super().__init__(command, logs / f"{name}.log", cwd=root)

    async def start(self) -> None:
        """Start the provider and wait until it listens. Raises SandboxFailed, with the end of the log, if it does not."""
        await super().start()
        await self.wait_until_port(self.port)


def create_voice_workers(environment: Mapping[str, str], logs: Path, folder: Path) -> list[ChildProcess]:
    """Return two interviewers, so that one can take over from the other, and a recorder. None of them is started."""
    names = {"agent-1": "agent", "agent-2": "agent", "recorder": "recorder"}
    return [create_worker_process(command, environment, logs / f"{name}.log", folder) for name, command in names.items()]


def create_worker_process(command: str, environment: Mapping[str, str], log: Path, folder: Path) -> ChildProcess:
    """Return `main.py agent` or `main.py recorder`, not started yet, which reads the .env of `folder`."""
    # workers log their registration at INFO
    return ChildProcess([sys.executable, str(MAIN), command], log, cwd=folder, environment={**environment, "LOG_LEVEL": "INFO"})


async def wait_until_registered(worker: ChildProcess) -> None:
    """Wait until LiveKit can send the worker jobs. Raises SandboxFailed if it does not register in time."""
    await worker.wait_until_logged(REGISTERED_MESSAGE, REGISTERED_SECONDS)
