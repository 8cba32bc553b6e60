"""All of Viva on this machine: servers, the loopback provider, the API and a jobs worker, each a process on a loopback port.

The product has one code path: what stands here only gives it servers, settings and base URLs.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
from beanie import PydanticObjectId
from pydantic_settings import EnvSettingsSource
from rich.console import Console

from models.organization import Role
from sandbox.mongod import Mongod
from sandbox.processes import Child, free_port
from sandbox.valkey import Valkey
from settings import Settings

Provision = Callable[[Settings, str, Role, str], Awaitable[tuple[PydanticObjectId, str]]]
"""settings, organization, role, name of the key -> id and secret of a new key"""

ORGANIZATION = "Sandbox"
BANNER = "SANDBOX: loopback providers stand in for Claude; nothing that is said or scored here is for decisions."


@dataclass(frozen=True, slots=True)
class Stack:
    """What is up: where, and with which settings its processes run."""

    api_url: str
    environment: Mapping[str, str]
    settings: Settings


@asynccontextmanager
async def running(root: Path, data: Path, *, api_port: int | None = None, workers: int = 1) -> AsyncIterator[Stack]:
    """Everything up, data kept under `data`; down again at the end, and when this process is killed.

    MONGODB_URL and REDIS_URL of the environment win over servers of our own. Raises RuntimeError, with the end of the
    log, when one does not come up.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    port = api_port or free_port()
    async with AsyncExitStack() as up:
        own = {
            "MONGODB_URL": os.environ.get("MONGODB_URL") or (await up.enter_async_context(Mongod(data / "mongod"))).url,
            "REDIS_URL": os.environ.get("REDIS_URL") or (await up.enter_async_context(Valkey(data / "valkey"))).url,
            "ANTHROPIC_API_KEY": "sandbox",
            "AUTH_SECRET": _kept_secret(data / "secret"),
            "API_PORT": str(port),
            "API_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "API_IDE": "true",
            "SANDBOX": "true",
            "LOG_LEVEL": "WARNING",
        }
        provider_port = free_port()
        own["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{provider_port}"
        environment = {**os.environ, **own}
        logs = data / "logs"
        provider = Child(
            [sys.executable, "-m", "sandbox.anthropic", "--port", str(provider_port)], logs / "anthropic.log", cwd=root
        )
        api = Child([sys.executable, "main.py", "serve"], logs / "api.log", cwd=root, environment=environment)
        await up.enter_async_context(provider)
        await up.enter_async_context(api)
        for number in range(workers):
            worker = Child([sys.executable, "main.py", "jobs"], logs / f"jobs-{number}.log", cwd=root, environment=environment)
            await up.enter_async_context(worker)
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await api.wait_until(lambda: _is_ready(client))
        yield Stack(f"http://127.0.0.1:{port}", environment, _settings_of(own))


async def _is_ready(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).is_success
    except httpx2.TransportError:
        return False


def _settings_of(environment: Mapping[str, str]) -> Settings:
    # the same reading of names as the processes get, without changing this process's environment
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in environment.items()}
    return Settings.model_validate(source())


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")


async def issue_keys(stack: Stack, data: Path, provision: Provision) -> dict[Role, str]:
    """A key of each role that has keys, the same ones as long as the sandbox's data is kept."""
    path = data / "keys.json"
    with suppress(FileNotFoundError):
        return {Role(role): secret for role, secret in json.loads(path.read_text(encoding="utf-8")).items()}
    roles = [role for role in Role if role is not Role.CANDIDATE]
    issued: dict[Role, str] = {
        role: (await provision(stack.settings, ORGANIZATION, role, f"Sandbox {role.lower()}"))[1] for role in roles
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(issued), encoding="utf-8")
    return issued


FIRST_QUERY = """{
  viewer { role organization { name } }
  positions { nodes { key title limitMinutes } }
  interviews(first: 5) { nodes { id status candidate { name } progress { question questions } evaluation { overallScore } } }
}"""


async def keep_up(root: Path, provision: Provision, port: int = 8000) -> None:
    """`make dev`: everything up until this is interrupted; prints where it is, a token for each role and a first query."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold yellow]{BANNER}[/]")
    async with running(root, root / ".viva", api_port=port) as stack:
        issued = await issue_keys(stack, root / ".viva", provision)
        console.print(f"\nGraphQL IDE   [bold]{stack.api_url}/graphql[/]")
        console.print("Headers tab   " + '{"Authorization": "Bearer <token>"}')
        console.print("\nTokens")
        for role, secret in issued.items():
            console.print(f"  {role:<12} {secret}")
        console.print("  CANDIDATE    startInterview answers one as access.token")
        console.print(f"\nA first query\n{FIRST_QUERY}")
        console.print("\nLogs: .viva/logs. Ctrl-C ends all of it; the data stays in .viva (make clean removes it).")
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
