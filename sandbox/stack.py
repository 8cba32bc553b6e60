"""Runs all of Viva on this machine: servers, loopback providers, the API and workers, each a process on a loopback port.

The product has one code path: this module only provides servers, settings and base URLs.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx2
from beanie import PydanticObjectId
from pydantic_settings import EnvSettingsSource
from rich.console import Console
from rich.markup import escape

from models.documents.organization import Role
from receipts import create_signing_key
from sandbox.livekit.build import ReportProgress
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess, SandboxFailed, free_port
from sandbox.valkey import Valkey
from sandbox.voice_stack import TEXT_ONLY, create_voice_workers, start_voice, wait_until_registered
from settings import Settings

ProvisionKey = Callable[[Settings, str, Role, str], Awaitable[tuple[PydanticObjectId, str]]]
"""Creates an API key from the settings, the organization, the role and the key's name. Returns its id and its secret."""

MAIN = Path(__file__).parents[1] / "main.py"
ORGANIZATION = "Sandbox"
BANNER = "SANDBOX: simulated providers replace Claude, Deepgram and Cartesia. Base no decision on what is said or scored here."
LOAD_RATES = dict.fromkeys(("RATE_REQUESTS", "RATE_OPERATIONS", "RATE_INVITES", "RATE_MESSAGES"), "1000000000/minute")
"""Settings for tests under load, in which one address plays all clients: rates are counted, as ever, but never reached."""
EXIT_GRACE_SECONDS = 0.5
"""Seconds to wait after an error for the process that may have caused it to end."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running sandbox: its address, and the environment and settings of its processes."""

    api_url: str
    environment: Mapping[str, str]
    settings: Settings
    voice_unavailable_reason: str | None = None
    """Why interviews can only be typed; None if they can be spoken."""


@asynccontextmanager
async def run_stack(
    root: Path,
    data: Path,
    *,
    api_port: int | None = None,
    voice: bool = True,
    extra_settings: Mapping[str, str] = MappingProxyType({}),
    provider_options: Mapping[str, Sequence[str]] = MappingProxyType({}),
    report: ReportProgress = lambda _: None,
) -> AsyncIterator[Stack]:
    """Run the whole sandbox while the block runs, with its data under `data`. It also ends when this process ends.

    `extra_settings` has settings by their environment names. `provider_options` has the command-line options of the providers
    (anthropic, deepgram, cartesia). `report` receives the steps that take long. MONGODB_URL, REDIS_URL and LIVEKIT_URL in the
    environment replace the sandbox's own servers. If `voice` is unavailable, `Stack.voice_unavailable_reason` says why.
    Raises SandboxFailed, with the end of the log, if a process does not start, or ends before the block does.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    logs = data / "logs"
    port, provider_port = api_port or free_port(), free_port()
    async with AsyncExitStack() as exit_stack:
        children: list[ChildProcess] = []

        async def start(child: ChildProcess) -> None:
            children.append(await exit_stack.enter_async_context(child))

        webhook = f"http://127.0.0.1:{port}/webhooks/livekit"
        if voice:
            voice_environment, voice_unavailable_reason = await start_voice(start, root, data, webhook, report, provider_options)
        else:
            voice_environment, voice_unavailable_reason = TEXT_ONLY, "voice was not requested"
        servers = {name: os.environ.get(name, "") for name in ("MONGODB_URL", "REDIS_URL")}
        if not servers["MONGODB_URL"]:
            await start(mongod := Mongod(data / "mongod"))
            servers["MONGODB_URL"] = mongod.url
        if not servers["REDIS_URL"]:
            await start(valkey := Valkey(data / "valkey"))
            servers["REDIS_URL"] = valkey.url
        environment = make_environment(
            **{name.lower(): url for name, url in servers.items()},
            provider_url=f"http://127.0.0.1:{provider_port}",
            secret=_load_or_create_secret(data / "secret", lambda: secrets.token_urlsafe(48)),
            api_port=port,
            **{
                "AUTH_SIGNING_KEY": _load_or_create_secret(data / "signing-key", create_signing_key),
                **voice_environment,
                **extra_settings,
            },
        )
        provider = [
            sys.executable,
            "-m",
            "sandbox.anthropic",
            "--port",
            str(provider_port),
            *provider_options.get("anthropic", ()),
        ]
        await start(ChildProcess(provider, logs / "anthropic.log", cwd=root))
        await start(api := create_api_process(environment, logs / "api.log", root))
        await start(create_jobs_process(environment, logs / "jobs.log", root))
        workers = [] if voice_unavailable_reason else create_voice_workers(environment, logs, root)
        for worker in workers:
            await start(worker)
        # each worker takes seconds to drain, so they stop together
        exit_stack.push_async_callback(lambda: asyncio.gather(*(worker.stop() for worker in workers)))
        async with _fail_when_child_ends(children):
            await wait_until_ready(api, port)
            await asyncio.gather(*map(wait_until_registered, workers))
            yield Stack(f"http://127.0.0.1:{port}", environment, parse_settings(environment), voice_unavailable_reason)


def make_environment(
    *, mongodb_url: str, redis_url: str, provider_url: str, secret: str, api_port: int, **extra_settings: str
) -> dict[str, str]:
    """Return this process's environment with the sandbox's servers and providers. `extra_settings` take precedence."""
    return {
        # explicit, so that this process reads the database that they write to even if their .env names another
        "MONGODB_DATABASE": "viva",
        **os.environ,
        "MONGODB_URL": mongodb_url,
        "MONGODB_MIGRATE_AT_START": "true",
        "REDIS_URL": redis_url,
        "ANTHROPIC_API_KEY": "sandbox",
        "ANTHROPIC_BASE_URL": provider_url,
        "AUTH_SECRET": secret,
        "API_HOST": "127.0.0.1",
        "API_PORT": str(api_port),
        "API_PUBLIC_URL": f"http://127.0.0.1:{api_port}",
        "API_IDE": "true",
        "SANDBOX": "true",
        "LOG_LEVEL": "WARNING",
        **extra_settings,
    }


def create_api_process(environment: Mapping[str, str], log: Path, folder: Path) -> ChildProcess:
    """Return `main.py serve`, not started yet, which reads the .env of `folder`."""
    return ChildProcess([sys.executable, str(MAIN), "serve"], log, cwd=folder, environment=environment)


def create_jobs_process(environment: Mapping[str, str], log: Path, folder: Path) -> ChildProcess:
    """Return `main.py jobs`, not started yet, which reads the .env of `folder`."""
    return ChildProcess([sys.executable, str(MAIN), "jobs"], log, cwd=folder, environment=environment)


async def wait_until_ready(api: ChildProcess, port: int) -> None:
    """Wait until the API is ready. Raises SandboxFailed if it does not become ready."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:

        async def is_ready() -> bool:
            try:
                return (await client.get("/readyz")).is_success
            except httpx2.TransportError:
                return False

        await api.wait_until(is_ready)


@asynccontextmanager
async def _fail_when_child_ends(children: Sequence[ChildProcess]) -> AsyncIterator[None]:
    """Cancel the block when one of the processes ends, and raise SandboxFailed instead of whatever the block raised."""
    block_task = asyncio.current_task()
    if block_task is None:
        raise RuntimeError("this context manager must be used in an asyncio task")
    ended: list[SandboxFailed] = []

    async def watch(child: ChildProcess) -> None:
        ended.append(child.make_failure(f"ended with {await child.wait()}"))
        block_task.cancel()

    watchers = [asyncio.create_task(watch(child)) for child in children]
    try:
        yield
    except asyncio.CancelledError:
        if ended and block_task.uncancel() == 0:
            raise ended[0] from None
        raise
    except Exception:
        with suppress(asyncio.CancelledError):
            await asyncio.wait(watchers, timeout=EXIT_GRACE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if ended:
            block_task.uncancel()
            raise ended[0] from None
        raise
    finally:
        for watcher in watchers:
            watcher.cancel()


def parse_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that a process with this environment has."""
    # parses names as the processes do, without changing the environment of this process
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in environment.items()}
    return Settings.model_validate(source())


def _load_or_create_secret(path: Path, create: Callable[[], str]) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(create(), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def console_reporter(console: Console) -> ReportProgress:
    """Return a function that prints progress on a console."""
    return lambda line: console.print(f"[dim]{escape(line)}[/]")


async def issue_keys(stack: Stack, data: Path, provision: ProvisionKey) -> dict[Role, str]:
    """Return an API key for each role. The keys stay the same until the data of the sandbox is deleted."""
    path = data / "keys.json"
    with suppress(FileNotFoundError):
        saved_keys = {Role(role): secret for role, secret in json.loads(path.read_text(encoding="utf-8")).items()}
        if await _are_valid_keys(stack, saved_keys):
            return saved_keys
    roles = [role for role in Role if role is not Role.CANDIDATE]
    issued: dict[Role, str] = {
        role: (await provision(stack.settings, ORGANIZATION, role, f"Sandbox {role.lower()}"))[1] for role in roles
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(issued), encoding="utf-8")
    return issued


async def _are_valid_keys(stack: Stack, keys: Mapping[Role, str]) -> bool:
    """Return whether the running database has these keys: MONGODB_URL may name another database than last time."""
    async with httpx2.AsyncClient(base_url=stack.api_url, trust_env=False) as client:
        for secret in keys.values():
            headers = {"Authorization": f"Bearer {secret}"}
            response = await client.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
            if not response.json().get("data"):
                return False
    return True
