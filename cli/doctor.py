"""`main.py doctor`: checks of every setting and server, each with a remedy if it fails."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any
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
from pymongo.errors import PyMongoError
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError as RedisAuthenticationError
from redis.exceptions import RedisError, ResponseError
from rich.console import Console

from agent.interviewer import create_claude_client
from agent.recognition import DOCUMENTED_CODES, resolve_recognition_language
from api.web_pages import DIST
from auth import decrypt_secret
from cli.common import LOCAL_HOSTS
from cli.deployment_checks import CheckResult, check_api, check_livekit_webhook, check_mongodb, check_names, check_pages
from models.documents.organization import IdentityProvider
from oidc import InvalidProvider, ProviderUnavailable, check_provider
from receipts import parse_signing_keys
from recording.storage import StoreFailed, open_store
from settings import MIN_SECRET_LENGTH, AnthropicSettings, LivekitSettings, RedisSettings, Settings

ENV_FILE = Path(".env")
INTERVIEWER_MODEL = "ANTHROPIC_INTERVIEWER_MODEL"
JUDGE_MODEL = "ANTHROPIC_JUDGE_MODEL"
CARTESIA_VERSION = "2025-04-16"
"""Version of Cartesia's API. Every request must name one."""
REFUSED_STATUSES = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
STORE_TIMEOUT_SECONDS = 15.0
PROBE_FOLDER = "doctor"


async def run_doctor(settings: Settings) -> int:
    """Run all checks and print their results. Returns the exit code: 0 if all succeed, otherwise 1."""
    console = Console()
    healthy = True
    async for result in run_checks(settings):
        mark = "[yellow]note[/]" if result.is_note else "[green]ok[/]" if result.is_ok else "[red]error[/]"
        console.print(f"{mark:>6} {result.subject}: {result.message}", highlight=False, soft_wrap=True)
        healthy = healthy and result.is_ok
    return 0 if healthy else 1


async def run_checks(settings: Settings) -> AsyncIterator[CheckResult]:
    """Run all checks, and yield the result of each as soon as it is known."""
    yield _check_secret(settings)
    yield _check_signing_keys(settings)
    yield _check_public_url(settings)
    yield _check_trusted_proxies(settings)
    for result in _check_prices(settings.anthropic):
        yield result
    for result in check_names(ENV_FILE):
        yield result
    yield check_pages(DIST)
    is_available = False
    async for result in check_mongodb(settings):
        yield result
        is_available = is_available or result.is_ok
    if is_available:
        async for result in _check_identity_providers(settings):
            yield result
    api = await check_api(settings)
    yield api
    async for result in _check_redis(settings):
        yield result
    async for result in _check_voice(settings, is_api_running=api.is_ok and not api.is_note):
        yield result
    if not settings.anthropic.api_key.get_secret_value():
        message = "not set. Put your key into .env. Without one, only the sandbox (`make dev`) can hold interviews."
        yield CheckResult("ANTHROPIC_API_KEY", False, message)
        return
    async with create_claude_client(settings) as claude:
        for name, model in (
            (INTERVIEWER_MODEL, settings.anthropic.interviewer_model),
            (JUDGE_MODEL, settings.anthropic.judge_model),
        ):
            yield await _check_model(claude, name, model)


def _check_secret(settings: Settings) -> CheckResult:
    length = len(settings.auth.secret.get_secret_value())
    if length < MIN_SECRET_LENGTH:
        state = f"{length} characters long" if length else "not set"
        return CheckResult(
            "AUTH_SECRET",
            False,
            f"{state}; it signs links and tokens. Set it to the output of `openssl rand -base64 48`, the same for every process.",
        )
    return CheckResult("AUTH_SECRET", True, f"set, {length} characters.")


def _check_signing_keys(settings: Settings) -> CheckResult:
    name, command = "AUTH_SIGNING_KEY", "`main.py keys signing-key`"
    try:
        keys = parse_signing_keys(settings.auth)
    except ValueError as error:
        return CheckResult(name, False, f"{error}. Create one with {command}, or unset it.")
    if not keys:
        return CheckResult(name, True, f"not set: erasures have no receipt that others can check. Create a key with {command}.")
    return CheckResult(name, True, f"{len(keys)} Ed25519 key{'s' if len(keys) > 1 else ''}; {keys[0].kid} signs receipts.")


def _check_public_url(settings: Settings) -> CheckResult:
    url = urlsplit(settings.api.public_url)
    local = url.hostname in LOCAL_HOSTS
    if url.scheme not in ("http", "https") or not url.hostname:
        return CheckResult(
            "API_PUBLIC_URL", False, "not an http or https URL. Set it to the URL at which browsers reach the API."
        )
    if url.scheme == "http" and not local:
        return CheckResult(
            "API_PUBLIC_URL",
            False,
            "plain http to another host: links carry credentials. Terminate TLS in front of the API and use https.",
        )
    return CheckResult("API_PUBLIC_URL", True, settings.api.public_url + (" (this machine only)" if local else ""))


def _check_trusted_proxies(settings: Settings) -> CheckResult:
    name, proxies = "API_TRUSTED_PROXIES", settings.api.trusted_proxies
    if not proxies and settings.api.public_url.startswith("https:"):
        return CheckResult(
            name,
            False,
            "not set, but API_PUBLIC_URL is https, so a proxy must be in front: all clients share the rate limits of its "
            'address. Set it to the networks of your proxies, for example ["10.0.0.0/8"].',
        )
    return CheckResult(name, True, ", ".join(map(str, proxies)) or "no proxies.")


def _check_prices(anthropic: AnthropicSettings) -> Iterator[CheckResult]:
    """Report prices that were left at those of another model, because usage and budgets would be computed with them."""
    prices = {
        "interviewer_model": ("reply_input_usd", "reply_cached_input_usd", "reply_output_usd"),
        "judge_model": ("input_usd", "cached_input_usd", "output_usd"),
    }
    for model_field, price_fields in prices.items():
        default = AnthropicSettings.model_fields[model_field].default
        missing = [f"ANTHROPIC_{name.upper()}" for name in price_fields if name not in anthropic.model_fields_set]
        model = getattr(anthropic, model_field)
        if model != default and missing:
            message = (
                f"not set, so usage and budgets count the prices of {default} for {model}. "
                f"Set {', '.join(missing)} to the prices of {model}."
            )
            yield CheckResult(missing[0], False, message)


async def _check_identity_providers(settings: Settings) -> AsyncIterator[CheckResult]:
    """Yield a result for each organization whose people sign in with an identity provider."""
    has_provider = {"identity_provider.issuer": {"$type": "string"}}
    organizations: list[dict[str, Any]] = []
    timeout_ms = int(settings.mongodb.timeout_seconds * 1000)
    # MongoDB has been checked just now
    with suppress(PyMongoError):
        async with AsyncMongoClient[dict[str, Any]](settings.mongodb.url, timeoutMS=timeout_ms) as client:
            organizations = await client[settings.mongodb.database]["organizations"].find(has_provider).to_list()
    for organization in organizations:
        subject = f"Sign-in of {organization['name']}"
        provider = IdentityProvider.model_validate(organization["identity_provider"])
        has_secret = len(settings.auth.secret.get_secret_value()) >= MIN_SECRET_LENGTH
        if has_secret and provider.client_secret and decrypt_secret(provider.client_secret, settings.auth) is None:
            yield CheckResult(
                subject, False, "the client's secret cannot be decrypted with AUTH_SECRET. Run `main.py sign-in set` again."
            )
            continue
        try:
            # whether it offers PKCE was checked when the operator set it
            await check_provider(provider.issuer, assume_pkce=True)
        except (InvalidProvider, ProviderUnavailable) as error:
            yield CheckResult(subject, False, f"{provider.issuer}: {error}")
        else:
            yield CheckResult(subject, True, f"{provider.issuer} answers.")


async def _check_redis(settings: Settings) -> AsyncIterator[CheckResult]:
    configuration: Mapping[str, str] = {}
    try:
        async with Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2, decode_responses=True) as redis:
            info = await redis.info("server")
            # a user with the permissions that Viva needs may not read it
            with suppress(ResponseError):
                found = await redis.config_get("bind", "protected-mode")
                configuration = {str(name): str(value) for name, value in found.items()}
    except RedisAuthenticationError:
        yield CheckResult("REDIS_URL", False, "the server refused the connection. Check user and password in the URL.")
    except (RedisError, OSError, ValueError) as error:
        yield CheckResult("REDIS_URL", False, f"no answer ({type(error).__name__}). Start Redis or valkey, or correct the URL.")
    else:
        name = "valkey" if "valkey_version" in info else "Redis"
        yield CheckResult("REDIS_URL", True, f"{name} {info.get('valkey_version', info['redis_version'])}.")
    yield check_redis_protection(settings.redis, configuration)


def check_redis_protection(redis: RedisSettings, configuration: Mapping[str, str] = MappingProxyType({})) -> CheckResult:
    """Check what keeps strangers out of Redis: a password, and on another host TLS, a user of its own, and a prefix of its own.

    `configuration` has the server's `bind` and `protected-mode`, as far as they are known.
    """
    name, url = "REDIS_URL (protection)", urlsplit(redis.url)
    if url.hostname is None or url.hostname in LOCAL_HOSTS:
        if not url.password and is_open_to_network(configuration):
            return CheckResult(
                name, False, "the server accepts everybody in the network without a password. Set requirepass, or bind 127.0.0.1."
            )
        return CheckResult(name, True, "Redis is on this machine: nobody else may be able to reach it.")
    missing = []
    if url.scheme != "rediss":
        missing.append("TLS (use rediss://, because candidates' words pass through Redis)")
    if url.username in (None, "", "default"):
        missing.append("a user with the permissions that Viva needs (docs/operations.md has the ACL rule)")
    if not url.password:
        missing.append("a password")
    if redis.prefix == RedisSettings().prefix:
        missing.append("a prefix of its own (set REDIS_PREFIX, the same for every process, and use it in the ACL rule)")
    if missing:
        return CheckResult(name, False, f"Redis on another host lacks {'; and '.join(missing)}.")
    return CheckResult(name, True, f"TLS, user {url.username}, prefix {redis.prefix}.")


def is_open_to_network(configuration: Mapping[str, str]) -> bool:
    """Return whether a Redis server without a password can be used from other machines."""
    addresses = configuration.get("bind", "127.0.0.1").split() or ["*"]
    is_local = all(address.lstrip("-") in LOCAL_HOSTS for address in addresses)
    return configuration.get("protected-mode") == "no" and not is_local


async def _check_voice(settings: Settings, *, is_api_running: bool) -> AsyncIterator[CheckResult]:
    if not settings.livekit.url:
        yield CheckResult("LIVEKIT_URL", True, "not set: interviews are typed. Set it and LiveKit's keys for voice interviews.")
        return
    livekit = await _check_livekit(settings.livekit)
    yield livekit
    if livekit.is_ok and is_api_running:
        yield await check_livekit_webhook(settings)
    yield _check_livekit_public_url(settings.livekit)
    deepgram, cartesia = settings.deepgram, settings.cartesia
    token, key = deepgram.api_key.get_secret_value(), cartesia.api_key.get_secret_value()
    url = f"{deepgram.base_url.rpartition('/')[0]}/auth/token"
    yield await _check_provider("DEEPGRAM", "Deepgram", token, url, {"Authorization": f"Token {token}"})
    yield _check_recognition_model(deepgram.model)
    url = f"{cartesia.base_url}/voices?limit=1"
    yield await _check_provider("CARTESIA", "Cartesia", key, url, {"X-API-Key": key, "Cartesia-Version": CARTESIA_VERSION})
    yield await _check_store(settings)


async def _check_store(settings: Settings) -> CheckResult:
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
            name, False, f"{reason}. It must be a folder, or s3://bucket/prefix, with permission to write, read and delete."
        )
    return CheckResult(name, True, "writing, reading and deleting succeed.")


async def _check_livekit(livekit: LivekitSettings) -> CheckResult:
    if urlsplit(livekit.url).scheme not in ("ws", "wss", "http", "https"):
        return CheckResult("LIVEKIT_URL", False, "not a LiveKit URL. It must begin with ws:// or wss://.")
    return _check_livekit_keys(livekit) or await _check_livekit_connection(livekit)


def _check_livekit_keys(livekit: LivekitSettings) -> CheckResult | None:
    key, secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()
    if not key:
        return CheckResult("LIVEKIT_API_KEY", False, "not set. Key and secret are listed under keys: in LiveKit's configuration.")
    if len(secret) < MIN_SECRET_LENGTH:
        state = f"{len(secret)} characters long" if secret else "not set"
        return CheckResult(
            "LIVEKIT_API_SECRET",
            False,
            f"{state}. Use a secret of at least {MIN_SECRET_LENGTH} characters, here and in LiveKit's configuration.",
        )
    return None


async def _check_livekit_connection(livekit: LivekitSettings) -> CheckResult:
    key, secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()
    try:
        async with LiveKitAPI(livekit.url, key, secret, timeout=ClientTimeout(total=livekit.timeout_seconds)) as api:
            await api.room.list_rooms(ListRoomsRequest())
    except ServerError as error:
        if error.status in REFUSED_STATUSES:
            message = "refused. LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair from LiveKit's configuration."
            return CheckResult("LIVEKIT_API_KEY", False, message)
        return CheckResult("LIVEKIT_URL", False, f"HTTP {error.status}: this is not a LiveKit server. Correct the URL.")
    except (ClientError, TimeoutError, ValueError) as error:
        message = f"no answer ({type(error).__name__}). Start livekit-server, or correct the URL and the network."
        return CheckResult("LIVEKIT_URL", False, message)
    return CheckResult("LIVEKIT_URL", True, "LiveKit answers, and accepts the key.")


def _check_livekit_public_url(livekit: LivekitSettings) -> CheckResult:
    name = "LIVEKIT_PUBLIC_URL" if livekit.public_url else "LIVEKIT_URL"
    url = urlsplit(livekit.public_url or livekit.url)
    if url.scheme not in ("ws", "wss"):
        return CheckResult(name, False, "not a URL that browsers accept. It must begin with wss://, or ws:// on this machine.")
    if url.scheme == "ws" and url.hostname not in LOCAL_HOSTS:
        return CheckResult(
            name,
            False,
            "plain ws to another host: pages served over https cannot use it. Terminate TLS in front of LiveKit and use wss.",
        )
    return CheckResult(name, True, f"{livekit.public_url or livekit.url} is the URL for browsers.")


async def _check_provider(group: str, provider: str, key: str, url: str, headers: dict[str, str]) -> CheckResult:
    if not key:
        return CheckResult(f"{group}_API_KEY", False, f"not set. Voice interviews need {provider}: put your key into .env.")
    try:
        async with ClientSession(timeout=ClientTimeout(total=10)) as http, http.get(url, headers=headers) as response:
            status = response.status
    except (ClientError, TimeoutError, ValueError) as error:
        message = f"no answer ({type(error).__name__}). Check the network, any proxy, and the URL if you have set one."
        return CheckResult(f"{group}_BASE_URL", False, message)
    if status in REFUSED_STATUSES:
        return CheckResult(f"{group}_API_KEY", False, f"refused. Create a new key at {provider} and put it into .env.")
    if status != HTTPStatus.OK:
        return CheckResult(f"{group}_API_KEY", True, f"set, but {provider} does not confirm that it is valid (HTTP {status}).")
    return CheckResult(f"{group}_API_KEY", True, f"{provider} accepts it.")


def _check_recognition_model(model: str) -> CheckResult:
    name = "DEEPGRAM_MODEL"
    codes = DOCUMENTED_CODES.get(model.removesuffix("-general"))
    if codes is None:
        message = f"{model}: its languages are not known here, so regions are not requested: en for en-GB, es for es-MX."
        return CheckResult(name, True, message)
    examples = ", ".join(f"{resolve_recognition_language(model, tag)} for {tag}" for tag in ("de-AT", "en-ZA", "es-MX", "fr-BE"))
    return CheckResult(
        name, True, f"{model} is requested with {', '.join(sorted(codes))}; other tags become one of them: {examples}."
    )


async def _check_model(claude: AsyncAnthropic, name: str, model: str) -> CheckResult:
    try:
        found = await claude.with_options(timeout=10).models.retrieve(model)
    except (AuthenticationError, PermissionDeniedError):
        return CheckResult("ANTHROPIC_API_KEY", False, "refused. Create a new key in the Anthropic console and put it into .env.")
    except NotFoundError:
        return CheckResult(name, False, f"there is no model {model} for this key. Use one that your account lists.")
    except APIConnectionError:
        return CheckResult(
            "ANTHROPIC_BASE_URL", False, "no answer. Check the network, any proxy, and the URL if you have set one."
        )
    except AnthropicError as error:
        return CheckResult(name, False, f"could not be checked ({type(error).__name__}). Try again in a minute.")
    return _check_capabilities(name, found)


def _check_capabilities(name: str, model: ModelInfo) -> CheckResult:
    capabilities = model.capabilities
    if name == INTERVIEWER_MODEL and capabilities and not capabilities.thinking.types.disabled.supported:
        return CheckResult(
            name,
            False,
            f"{model.id} does not support disabling extended thinking, which would delay replies. Use a model that does.",
        )
    if name == JUDGE_MODEL and capabilities and not capabilities.structured_outputs.supported:
        return CheckResult(
            name, False, f"{model.id} does not support structured outputs, which evaluations need. Use a model that does."
        )
    return CheckResult(name, True, f"{model.id} is available.")
