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

from agent.claude import create_claude
from auth import MIN_SECRET
from recording.storage import StoreFailed, open_store
from settings import Livekit, Settings

OLDEST_MONGODB = (6, 0)
INTERVIEWER = "ANTHROPIC_INTERVIEWER_MODEL"
JUDGE = "ANTHROPIC_JUDGE_MODEL"
CARTESIA_VERSION = "2025-04-16"
"""of Cartesia's API: each request must name one"""
REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
STORE_SECONDS = 15.0
PROBE = "doctor"
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `sentence` says how it is, or what is wrong and what to do."""

    subject: str
    ok: bool
    sentence: str


async def run(settings: Settings) -> int:
    """Look at everything and print it. Returns the exit code: 0 when all is well, else 1."""
    console = Console()
    healthy = True
    async for finding in examine(settings):
        mark = "[green]ok[/]" if finding.ok else "[red]wrong[/]"
        console.print(f"{mark:>6} {finding.subject}: {finding.sentence}", highlight=False, soft_wrap=True)
        healthy = healthy and finding.ok
    return 0 if healthy else 1


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding, one after another."""
    yield _examine_secret(settings)
    yield _examine_public_url(settings)
    yield await _examine_mongodb(settings)
    yield await _examine_redis(settings)
    async for finding in _examine_voice(settings):
        yield finding
    if not settings.anthropic.api_key.get_secret_value():
        sentence = "not set. Put your key into .env; without one only the sandbox (make dev) can interview."
        yield Finding("ANTHROPIC_API_KEY", False, sentence)
        return
    async with create_claude(settings) as claude:
        for name, model in (
            (INTERVIEWER, settings.anthropic.interviewer_model),
            (JUDGE, settings.anthropic.judge_model),
        ):
            yield await _examine_model(claude, name, model)


def _examine_secret(settings: Settings) -> Finding:
    length = len(settings.auth.secret.get_secret_value())
    if length < MIN_SECRET:
        what = f"{length} characters long" if length else "not set"
        return Finding(
            "AUTH_SECRET",
            False,
            f"{what}; it signs links and tokens. Set it to `openssl rand -base64 48`, the same on every process.",
        )
    return Finding("AUTH_SECRET", True, f"set, {length} characters.")


def _examine_public_url(settings: Settings) -> Finding:
    url = urlsplit(settings.api.public_url)
    local = url.hostname in LOCAL
    if url.scheme not in ("http", "https") or not url.hostname:
        return Finding(
            "API_PUBLIC_URL", False, "not an http or https address. Set it to the address at which browsers reach the API."
        )
    if url.scheme == "http" and not local:
        return Finding(
            "API_PUBLIC_URL", False, "plain http to another host: links carry credentials. Put TLS in front and say https."
        )
    return Finding("API_PUBLIC_URL", True, settings.api.public_url + (" (this machine only)" if local else ""))


async def _examine_mongodb(settings: Settings) -> Finding:
    bound = int(settings.mongodb.timeout_seconds * 1000)
    try:
        async with AsyncMongoClient[dict[str, object]](
            settings.mongodb.url, timeoutMS=bound, serverSelectionTimeoutMS=bound
        ) as client:
            hello = await client.admin.command("hello")
            version = (await client.server_info())["version"]
            is_direct = client.options.direct_connection
    except OperationFailure:
        return Finding("MONGODB_URL", False, "the server refused us. Check user, password and authSource in the URL.")
    except (PyMongoError, ValueError) as error:
        return Finding(
            "MONGODB_URL", False, f"no answer ({type(error).__name__}). Start MongoDB, or correct the address and the network."
        )
    if "setName" not in hello:
        return Finding(
            "MONGODB_URL", False, "a standalone server; turns need transactions. Start it with --replSet and run rs.initiate()."
        )
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_MONGODB:
        return Finding("MONGODB_URL", False, f"MongoDB {version} is too old. Use 6.0 or newer.")
    if is_direct:
        remedy = f"put replicaSet={hello['setName']} in the place of directConnection=true"
        return Finding(
            "MONGODB_URL", False, f"a direct connection may take no transactions after a restart of MongoDB: {remedy}."
        )
    return Finding("MONGODB_URL", True, f"MongoDB {version}, replica set {hello['setName']}.")


async def _examine_redis(settings: Settings) -> Finding:
    try:
        async with Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2) as redis:
            info = await redis.info("server")
    except RedisAuthenticationError:
        return Finding("REDIS_URL", False, "the server refused us. Check user and password in the URL.")
    except (RedisError, OSError, ValueError) as error:
        return Finding("REDIS_URL", False, f"no answer ({type(error).__name__}). Start Redis or valkey, or correct the address.")
    name = "valkey" if "valkey_version" in info else "Redis"
    return Finding("REDIS_URL", True, f"{name} {info.get('valkey_version', info['redis_version'])}.")


async def _examine_voice(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.livekit.url:
        yield Finding(
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


async def _examine_store(settings: Settings) -> Finding:
    name = "RECORDING_STORE"
    try:
        store = open_store(settings.recording)
        if store is None:
            return Finding(name, True, "not set: nothing is recorded.")
        async with asyncio.timeout(STORE_SECONDS):
            await store.put(f"{PROBE}/a", b"written by main.py doctor")
            await store.get(f"{PROBE}/a")
            await store.delete(PROBE)
    except (OSError, ValueError, StoreFailed) as error:
        reason = (error.strerror or "no answer") if isinstance(error, OSError) else error
        return Finding(
            name, False, f"{reason}. It must be a folder, or s3://bucket/prefix, in which we may write, read and delete."
        )
    return Finding(name, True, "can be written, read and deleted in.")


async def _examine_livekit(livekit: Livekit) -> Finding:
    if urlsplit(livekit.url).scheme not in ("ws", "wss", "http", "https"):
        return Finding("LIVEKIT_URL", False, "not an address of LiveKit. It begins with ws:// or wss://.")
    return _examine_livekit_keys(livekit) or await _examine_livekit_answer(livekit)


def _examine_livekit_keys(livekit: Livekit) -> Finding | None:
    key, secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()
    if not key:
        return Finding("LIVEKIT_API_KEY", False, "not set. It and its secret stand under keys: in LiveKit's configuration.")
    if len(secret) < MIN_SECRET:
        what = f"{len(secret)} characters long" if secret else "not set"
        return Finding("LIVEKIT_API_SECRET", False, f"{what}: take one of {MIN_SECRET} characters or more, here and in LiveKit.")
    return None


async def _examine_livekit_answer(livekit: Livekit) -> Finding:
    key, secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()
    try:
        async with LiveKitAPI(livekit.url, key, secret, timeout=ClientTimeout(total=livekit.timeout_seconds)) as api:
            await api.room.list_rooms(ListRoomsRequest())
    except ServerError as error:
        if error.status in REFUSED:
            sentence = "refused. LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair that stands in LiveKit's configuration."
            return Finding("LIVEKIT_API_KEY", False, sentence)
        return Finding("LIVEKIT_URL", False, f"HTTP {error.status} and no LiveKit's answer. Correct the address.")
    except (ClientError, TimeoutError, ValueError) as error:
        sentence = f"no answer ({type(error).__name__}). Start livekit-server, or correct the address and the network."
        return Finding("LIVEKIT_URL", False, sentence)
    return Finding("LIVEKIT_URL", True, "LiveKit answers, and takes the key.")


def _examine_livekit_public_url(livekit: Livekit) -> Finding:
    name = "LIVEKIT_PUBLIC_URL" if livekit.public_url else "LIVEKIT_URL"
    url = urlsplit(livekit.public_url or livekit.url)
    if url.scheme not in ("ws", "wss"):
        return Finding(name, False, "not an address that browsers take. It begins with wss://, or ws:// on this machine.")
    if url.scheme == "ws" and url.hostname not in LOCAL:
        return Finding(name, False, "plain ws to another host: a page over https cannot use it. Put TLS in front and say wss.")
    return Finding(name, True, f"{livekit.public_url or livekit.url} is what browsers get.")


async def _examine_provider(group: str, provider: str, key: str, address: str, headers: dict[str, str]) -> Finding:
    if not key:
        return Finding(f"{group}_API_KEY", False, f"not set. Interviews by voice need {provider}: put your key into .env.")
    try:
        async with ClientSession(timeout=ClientTimeout(total=10)) as http, http.get(address, headers=headers) as answer:
            status = answer.status
    except (ClientError, TimeoutError, ValueError) as error:
        sentence = f"no answer ({type(error).__name__}). Check the network, a proxy, and the address if you set one."
        return Finding(f"{group}_BASE_URL", False, sentence)
    if status in REFUSED:
        return Finding(f"{group}_API_KEY", False, f"refused. Make a new key at {provider} and put it into .env.")
    if status != HTTPStatus.OK:
        return Finding(f"{group}_API_KEY", True, f"set; {provider} does not say whether it is good (HTTP {status}).")
    return Finding(f"{group}_API_KEY", True, f"{provider} takes it.")


async def _examine_model(claude: AsyncAnthropic, name: str, model: str) -> Finding:
    try:
        found = await claude.with_options(timeout=10).models.retrieve(model)
    except (AuthenticationError, PermissionDeniedError):
        return Finding("ANTHROPIC_API_KEY", False, "refused. Make a new key in the Anthropic console and put it into .env.")
    except NotFoundError:
        return Finding(name, False, f"there is no model {model} for this key. Name one that your account lists.")
    except APIConnectionError:
        return Finding("ANTHROPIC_BASE_URL", False, "no answer. Check the network, a proxy, and the address if you set one.")
    except AnthropicError as error:
        return Finding(name, False, f"could not be checked ({type(error).__name__}). Try again in a minute.")
    return _examine_capabilities(name, found)


def _examine_capabilities(name: str, model: ModelInfo) -> Finding:
    can = model.capabilities
    if name == INTERVIEWER and can and not can.thinking.types.disabled.supported:
        return Finding(name, False, f"{model.id} thinks before it speaks, and cannot be told not to. Name a model that can.")
    if name == JUDGE and can and not can.structured_outputs.supported:
        return Finding(name, False, f"{model.id} has no structured output, which evaluations need. Name a model that has.")
    return Finding(name, True, f"{model.id} answers.")
