"""What `main.py doctor` looks at: each setting, each server, and what to do about what is wrong."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout
from anthropic import (
    AnthropicError,
    APIConnectionError,
    AsyncAnthropic,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
)
from anthropic.types import ModelInfo
from livekit.api import ListRoomsRequest, LiveKitAPI, ServerError
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError as RedisAuthenticationError
from redis.exceptions import RedisError
from rich.console import Console

from agent.interviewer import create_claude_client
from auth import MIN_SECRET_LENGTH
from recording.storage import StoreFailed, open_store
from settings import LivekitSettings, Settings

MIN_MONGODB_VERSION = (6, 0)
INTERVIEWER_MODEL = "ANTHROPIC_INTERVIEWER_MODEL"
JUDGE_MODEL = "ANTHROPIC_JUDGE_MODEL"
CARTESIA_VERSION = "2025-04-16"
"""of Cartesia's API: each request must name one"""
REFUSED_STATUSES = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
STORE_TIMEOUT_SECONDS = 15.0
PROBE_FOLDER = "doctor"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that was looked at; `message` says how it is, or what is wrong and what to do."""

    subject: str
    is_ok: bool
    message: str


async def run_doctor(settings: Settings) -> int:
    """Look at everything and print it. Returns the exit code: 0 when all is well, else 1."""
    console = Console()
    healthy = True
    async for result in examine(settings):
        mark = "[green]ok[/]" if result.is_ok else "[red]wrong[/]"
        console.print(f"{mark:>6} {result.subject}: {result.message}", highlight=False, soft_wrap=True)
        healthy = healthy and result.is_ok
    return 0 if healthy else 1


async def examine(settings: Settings) -> AsyncIterator[CheckResult]:
    """Every finding, one after another."""
    yield _examine_secret(settings)
    yield _examine_public_url(settings)
    yield await _examine_mongodb(settings)
    yield await _examine_redis(settings)
    async for result in _examine_voice(settings):
        yield result
    if not settings.anthropic.api_key.get_secret_value():
        message = "not set. Put your key into .env; without one only the sandbox (make dev) can interview."
        yield CheckResult("ANTHROPIC_API_KEY", False, message)
        return
    async with create_claude_client(settings) as claude:
        for name, model in (
            (INTERVIEWER_MODEL, settings.anthropic.interviewer_model),
            (JUDGE_MODEL, settings.anthropic.judge_model),
        ):
            yield await _examine_model(claude, name, model)


def _examine_secret(settings: Settings) -> CheckResult:
    length = len(settings.auth.secret.get_secret_value())
    if length < MIN_SECRET_LENGTH:
        what = f"{length} characters long" if length else "not set"
        return CheckResult(
            "AUTH_SECRET",
            False,
            f"{what}; it signs links and tokens. Set it to `openssl rand -base64 48`, the same on every process.",
        )
    return CheckResult("AUTH_SECRET", True, f"set, {length} characters.")


def _examine_public_url(settings: Settings) -> CheckResult:
    url = urlsplit(settings.api.public_url)
    local = url.hostname in LOCAL_HOSTS
    if url.scheme not in ("http", "https") or not url.hostname:
        return CheckResult(
            "API_PUBLIC_URL", False, "not an http or https address. Set it to the address at which browsers reach the API."
        )
    if url.scheme == "http" and not local:
        return CheckResult(
            "API_PUBLIC_URL", False, "plain http to another host: links carry credentials. Put TLS in front and say https."
        )
    return CheckResult("API_PUBLIC_URL", True, settings.api.public_url + (" (this machine only)" if local else ""))


async def _examine_mongodb(settings: Settings) -> CheckResult:
    timeout_ms = int(settings.mongodb.timeout_seconds * 1000)
    try:
        async with AsyncMongoClient[dict[str, object]](
            settings.mongodb.url, timeoutMS=timeout_ms, serverSelectionTimeoutMS=timeout_ms
        ) as client:
            hello = await client.admin.command("hello")
            version = (await client.server_info())["version"]
            is_direct = client.options.direct_connection
    except OperationFailure:
        return CheckResult("MONGODB_URL", False, "the server refused us. Check user, password and authSource in the URL.")
    except (PyMongoError, ValueError) as error:
        return CheckResult(
            "MONGODB_URL", False, f"no answer ({type(error).__name__}). Start MongoDB, or correct the address and the network."
        )
    if "setName" not in hello:
        return CheckResult(
            "MONGODB_URL", False, "a standalone server; turns need transactions. Start it with --replSet and run rs.initiate()."
        )
    if tuple(int(part) for part in version.split(".")[:2]) < MIN_MONGODB_VERSION:
        return CheckResult("MONGODB_URL", False, f"MongoDB {version} is too old. Use 6.0 or newer.")
    if is_direct:
        remedy = f"put replicaSet={hello['setName']} in the place of directConnection=true"
        return CheckResult(
            "MONGODB_URL", False, f"a direct connection may take no transactions after a restart of MongoDB: {remedy}."
        )
    return CheckResult("MONGODB_URL", True, f"MongoDB {version}, replica set {hello['setName']}.")


async def _examine_redis(settings: Settings) -> CheckResult:
    try:
        async with Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2) as redis:
            info = await redis.info("server")
    except RedisAuthenticationError:
        return CheckResult("REDIS_URL", False, "the server refused us. Check user and password in the URL.")
    except (RedisError, OSError, ValueError) as error:
        return CheckResult(
            "REDIS_URL", False, f"no answer ({type(error).__name__}). Start Redis or valkey, or correct the address."
        )
    name = "valkey" if "valkey_version" in info else "Redis"
    return CheckResult("REDIS_URL", True, f"{name} {info.get('valkey_version', info['redis_version'])}.")


async def _examine_voice(settings: Settings) -> AsyncIterator[CheckResult]:
    if not settings.livekit.url:
        yield CheckResult(
            "LIVEKIT_URL", True, "not set: interviews are typed. Set it, and the keys of LiveKit, for interviews by voice."
        )
        return
    yield await _examine_livekit(settings.livekit)
    yield _examine_livekit_public_url(settings.livekit)
    deepgram, cartesia = settings.deepgram, settings.cartesia
    token, key = deepgram.api_key.get_secret_value(), cartesia.api_key.get_secret_value()
    address = f"{deepgram.base_url.rpartition('/')[0]}/auth/token"
    yield await _examine_provider("DEEPGRAM", "Deepgram", token, address, {"Authorization": f"Token {token}"})
    address = f"{cartesia.base_url}/voices?limit=1"
    yield await _examine_provider("CARTESIA", "Cartesia", key, address, {"X-API-Key": key, "Cartesia-Version": CARTESIA_VERSION})
    yield await _examine_store(settings)


async def _examine_store(settings: Settings) -> CheckResult:
    name = "RECORDING_STORE"
    try:
        store = open_store(settings.recording)
        if store is None:
            return CheckResult(name, True, "not set: nothing is recorded.")
        async with asyncio.timeout(STORE_TIMEOUT_SECONDS):
            await store.put(f"{PROBE_FOLDER}/a", b"written by main.py doctor")
            await store.get(f"{PROBE_FOLDER}/a")
            await store.delete(PROBE_FOLDER)
    except (OSError, ValueError, StoreFailed) as error:
        reason = (error.strerror or "no answer") if isinstance(error, OSError) else error
        return CheckResult(
            name, False, f"{reason}. It must be a folder, or s3://bucket/prefix, in which we may write, read and delete."
        )
    return CheckResult(name, True, "can be written, read and deleted in.")


async def _examine_livekit(livekit: LivekitSettings) -> CheckResult:
    if urlsplit(livekit.url).scheme not in ("ws", "wss", "http", "https"):
        return CheckResult("LIVEKIT_URL", False, "not an address of LiveKit. It begins with ws:// or wss://.")
    return _examine_livekit_keys(livekit) or await _examine_livekit_connection(livekit)


def _examine_livekit_keys(livekit: LivekitSettings) -> CheckResult | None:
    key, secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()
    if not key:
        return CheckResult("LIVEKIT_API_KEY", False, "not set. It and its secret stand under keys: in LiveKit's configuration.")
    if len(secret) < MIN_SECRET_LENGTH:
        what = f"{len(secret)} characters long" if secret else "not set"
        return CheckResult(
            "LIVEKIT_API_SECRET", False, f"{what}: take one of {MIN_SECRET_LENGTH} characters or more, here and in LiveKit."
        )
    return None


async def _examine_livekit_connection(livekit: LivekitSettings) -> CheckResult:
    key, secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()
    try:
        async with LiveKitAPI(livekit.url, key, secret, timeout=ClientTimeout(total=livekit.timeout_seconds)) as api:
            await api.room.list_rooms(ListRoomsRequest())
    except ServerError as error:
        if error.status in REFUSED_STATUSES:
            message = "refused. LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair that stands in LiveKit's configuration."
            return CheckResult("LIVEKIT_API_KEY", False, message)
        return CheckResult("LIVEKIT_URL", False, f"HTTP {error.status} and no LiveKit's answer. Correct the address.")
    except (ClientError, TimeoutError, ValueError) as error:
        message = f"no answer ({type(error).__name__}). Start livekit-server, or correct the address and the network."
        return CheckResult("LIVEKIT_URL", False, message)
    return CheckResult("LIVEKIT_URL", True, "LiveKit answers, and takes the key.")


def _examine_livekit_public_url(livekit: LivekitSettings) -> CheckResult:
    name = "LIVEKIT_PUBLIC_URL" if livekit.public_url else "LIVEKIT_URL"
    url = urlsplit(livekit.public_url or livekit.url)
    if url.scheme not in ("ws", "wss"):
        return CheckResult(name, False, "not an address that browsers take. It begins with wss://, or ws:// on this machine.")
    if url.scheme == "ws" and url.hostname not in LOCAL_HOSTS:
        return CheckResult(
            name, False, "plain ws to another host: a page over https cannot use it. Put TLS in front and say wss."
        )
    return CheckResult(name, True, f"{livekit.public_url or livekit.url} is what browsers get.")


async def _examine_provider(group: str, provider: str, key: str, address: str, headers: dict[str, str]) -> CheckResult:
    if not key:
        return CheckResult(f"{group}_API_KEY", False, f"not set. Interviews by voice need {provider}: put your key into .env.")
    try:
        async with ClientSession(timeout=ClientTimeout(total=10)) as http, http.get(address, headers=headers) as answer:
            status = answer.status
    except (ClientError, TimeoutError, ValueError) as error:
        message = f"no answer ({type(error).__name__}). Check the network, a proxy, and the address if you set one."
        return CheckResult(f"{group}_BASE_URL", False, message)
    if status in REFUSED_STATUSES:
        return CheckResult(f"{group}_API_KEY", False, f"refused. Make a new key at {provider} and put it into .env.")
    if status != HTTPStatus.OK:
        return CheckResult(f"{group}_API_KEY", True, f"set; {provider} does not say whether it is good (HTTP {status}).")
    return CheckResult(f"{group}_API_KEY", True, f"{provider} takes it.")


async def _examine_model(claude: AsyncAnthropic, name: str, model: str) -> CheckResult:
    try:
        found = await claude.with_options(timeout=10).models.retrieve(model)
    except (AuthenticationError, PermissionDeniedError):
        return CheckResult("ANTHROPIC_API_KEY", False, "refused. Make a new key in the Anthropic console and put it into .env.")
    except NotFoundError:
        return CheckResult(name, False, f"there is no model {model} for this key. Name one that your account lists.")
    except APIConnectionError:
        return CheckResult("ANTHROPIC_BASE_URL", False, "no answer. Check the network, a proxy, and the address if you set one.")
    except AnthropicError as error:
        return CheckResult(name, False, f"could not be checked ({type(error).__name__}). Try again in a minute.")
    return _examine_capabilities(name, found)


def _examine_capabilities(name: str, model: ModelInfo) -> CheckResult:
    capabilities = model.capabilities
    if name == INTERVIEWER_MODEL and capabilities and not capabilities.thinking.types.disabled.supported:
        return CheckResult(name, False, f"{model.id} thinks before it speaks, and cannot be told not to. Name a model that can.")
    if name == JUDGE_MODEL and capabilities and not capabilities.structured_outputs.supported:
        return CheckResult(name, False, f"{model.id} has no structured output, which evaluations need. Name a model that has.")
    return CheckResult(name, True, f"{model.id} answers.")
