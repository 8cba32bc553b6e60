"""Fixtures for all tests: real servers, an empty database, settings, services, tenants and the API.

Each pytest process starts its own servers (0.5 s), so that parallel workers share nothing. MONGODB_URL and REDIS_URL in the
environment name servers to use instead.
"""

import asyncio
import functools
import gc
import os
import signal
from collections.abc import AsyncIterator, Iterator
from ctypes.util import find_library
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from anthropic import AsyncAnthropic
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

import main
import settings as configuration
from api import client_addresses, http
from api.http import build_routes
from evaluation.languages import Languages, load_languages
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from live.hub import LiveHub
from live.rate_limits import RateLimits
from models.database import DOCUMENTS, bind_documents, connect
from models.documents.interview import Interview
from sandbox.anthropic.provider import AnthropicProvider
from sandbox.livekit.server import LivekitServer
from sandbox.mongod import Mongod
from sandbox.valkey import Valkey
from schema.build import build_schema
from tests.helpers import AUTH
from tests.live.streams import RedisSubscriptions
from tests.livekit_probe import LivekitProbe, make_livekit_settings, open_livekit_probe
from tests.livekit_rooms import find_livekit
from tests.oidc_issuer import OidcIssuer, RegisteredClient, SigningKey
from tests.resolvers.tenant import Tenant, make_tenant
from tests.schema.api_client import ApiClient, ServerAddress, serve, with_services
from tests.stuck_tasks import pytest_runtest_teardown, pytest_sessionfinish, stuck_tasks_fail

__all__ = ["pytest_runtest_teardown", "pytest_sessionfinish", "stuck_tasks_fail"]

COALESCE_SECONDS = 0.2


@pytest.fixture(scope="session", autouse=True)
def _build_each_schema_once() -> Iterator[None]:
    """Build the schema once for each process, as the product does. It takes as long as a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "build_schema", functools.cache(build_schema))
        yield


@pytest.fixture(autouse=True)
def _refuse_without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer at the same moment above a rate limit, too."""
    monkeypatch.setattr(client_addresses, "REFUSAL_SECONDS", 0.0)


def pytest_configure() -> None:
    """Restore the handling of SIGINT, which a shell makes its background jobs ignore, and which processes inherit.

    Use the API's thresholds for the garbage collector: with the default ones it takes a fifth of the time of the unit tests.
    """
    gc.set_threshold(*main.GC_THRESHOLDS)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


LONG_FILES = (
    "test_interview.py",
    "test_whole_interview.py",
    "test_voice_interview.py",
    "test_scenarios.py",
    "test_commands.py",
    "test_dev_by_voice.py",
    "test_generator.py",
    "test_demo.py",
)
"""Files that take longest, which begin first: otherwise one process would still run the last of them when the others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server, so that `make check` can skip them; let the longest files begin first."""
    items.sort(key=lambda item: item.path.name not in LONG_FILES)
    for item in items:
        if {"mongod", "own_mongod", "valkey", "own_valkey", "provider", "livekit_server", "own_livekit", "pango"} & set(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker("servers")


def pytest_collection_finish() -> None:
    """Exclude all modules and collected tests, which stay until the end, from garbage collections."""
    gc.freeze()


@pytest.fixture(scope="session")
async def mongod(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Return the URL of a replica set."""
    if url := os.environ.get("MONGODB_URL"):
        yield url
        return
    async with Mongod(tmp_path_factory.mktemp("servers") / "mongod") as server:
        # Synchronous tests suspend the event loop, after which a streaming heartbeat would seem lost. Polling has none.
        yield f"{server.url}&serverMonitoringMode=poll"


@pytest.fixture(scope="session")
async def valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Return the URL of a Redis server that stays up."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    async with Valkey(tmp_path_factory.mktemp("servers") / "valkey") as server:
        yield server.url


@pytest.fixture
async def own_valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Valkey]:
    """A server for one test, which may kill(), freeze (SIGSTOP) and start() it again under the same URL."""
    async with Valkey(tmp_path_factory.mktemp("servers") / "valkey") as server:
        yield server
        # A frozen process cannot handle SIGTERM.
        if server.is_running:
            server.send_signal(signal.SIGCONT)


@pytest.fixture(scope="session")
async def livekit_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivekitServer]:
    """A server of this pytest process that sends no webhooks. Tests are isolated by the names of their rooms.

    It configures the voice channel in the `settings` of the tests that use it.
    """
    async with LivekitServer(await find_livekit(), tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture
async def own_livekit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivekitServer]:
    """A server for one test, which may kill() and start() it again under the same URL and keys. See `livekit_server`."""
    async with LivekitServer(await find_livekit(), tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture(scope="session")
async def bound_database(mongod: str) -> AsyncIterator[AsyncDatabase[dict[str, object]]]:
    """A database of this pytest process to which the documents are bound. It is dropped at the end."""
    # tests wait for effects: on a loaded machine transactions that conflict take longer than the default timeout
    mongodb = configuration.MongodbSettings(
        url=mongod, database=f"viva_test_{uuid4().hex}", timeout_seconds=30.0, migrate_at_start=True
    )
    async with connect(mongodb) as client:
        yield client[mongodb.database]
        await client.drop_database(mongodb.database)


@pytest.fixture
async def database(bound_database: AsyncDatabase[dict[str, object]]) -> AsyncDatabase[dict[str, object]]:
    """The database with its indexes and no document."""
    used = await _find_used_collections(bound_database)
    await asyncio.gather(*(bound_database[name].delete_many({}) for name in used))
    return bound_database


async def _find_used_collections(database: AsyncDatabase[dict[str, object]]) -> list[str]:
    """Return which collections of documents have any, in one round trip: most tests use a few of fifty."""
    first, *others = (document.get_pymongo_collection().name for document in DOCUMENTS)
    union = [{"$unionWith": {"coll": name, "pipeline": _name_if_used(name)}} for name in others]
    async with await database[first].aggregate([*_name_if_used(first), *union]) as found:
        return [str(row["name"]) async for row in found]


def _name_if_used(collection: str) -> list[dict[str, Any]]:
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": collection}}}]


@pytest.fixture
async def own_mongod(
    tmp_path_factory: pytest.TempPathFactory, bound_database: AsyncDatabase[dict[str, object]]
) -> AsyncIterator[Mongod]:
    """A server for one test, to which the documents are bound during the test. The test may kill() and start() it again."""
    async with Mongod(tmp_path_factory.mktemp("servers") / "mongod") as server:
        own = configuration.MongodbSettings(url=server.url, database="own", timeout_seconds=1.0, migrate_at_start=True)
        async with connect(own):
            yield server
        await bind_documents(bound_database)


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, database: AsyncDatabase[dict[str, object]], mongod: str, valkey: str
) -> configuration.Settings:
    """Settings with short intervals and a Redis prefix of its own. Neither .env nor the environment has an effect."""
    livekit = configuration.LivekitSettings()
    for name in ("livekit_server", "own_livekit"):
        if name in request.fixturenames:
            livekit = make_livekit_settings(request.getfixturevalue(name))
    return configuration.Settings(
        _env_file=None,
        sandbox=True,
        mongodb=configuration.MongodbSettings(url=mongod, database=database.name),
        redis=configuration.RedisSettings(url=valkey, prefix=f"test-{uuid4().hex}"),
        anthropic=configuration.AnthropicSettings(api_key=SecretStr("test")),
        api=configuration.ApiSettings(),
        # all clients have one address, and tests are faster than people
        rate=configuration.RateSettings(requests=""),
        auth=AUTH.model_copy(),
        livekit=livekit,
        interview=configuration.InterviewSettings(first_word_seconds=1.0, gap_seconds=1.0),
        jobs=configuration.JobsSettings(lease_seconds=1.5, sweep_seconds=0.2, drain_seconds=3.0, judge_seconds=5.0),
        log=configuration.LogSettings(),
    )


@pytest.fixture
async def livekit(livekit_server: LivekitServer, settings: configuration.Settings) -> AsyncIterator[LivekitProbe]:
    """A client of LiveKit that knows the agent names of this test."""
    async with open_livekit_probe(settings.livekit) as livekit:
        yield livekit


@pytest.fixture
async def live(settings: configuration.Settings) -> AsyncIterator[LiveHub]:
    """Live feeds that poll every 0.2 s."""
    async with LiveHub(settings.redis, settings.auth, poll_seconds=0.2, coalesce_seconds=COALESCE_SECONDS) as feeds:
        yield feeds


@pytest.fixture
async def unpolled_live(settings: configuration.Settings) -> AsyncIterator[LiveHub]:
    """Live feeds that poll only when a follower starts, so that everything later has come by a Redis message."""
    async with LiveHub(settings.redis, settings.auth, poll_seconds=3600, coalesce_seconds=COALESCE_SECONDS) as feeds:
        yield feeds


@pytest.fixture
async def redis_subscriptions(settings: configuration.Settings) -> AsyncIterator[RedisSubscriptions]:
    """Wait for subscribers of a Redis channel."""
    async with Redis.from_url(settings.redis.url) as redis:
        yield RedisSubscriptions(redis, settings.redis.prefix)


@pytest.fixture
async def services(settings: configuration.Settings, live: LiveHub) -> AsyncIterator[Services]:
    """The services of a process. No worker runs their jobs unless the test starts one."""
    async with (
        Jobs(settings.redis, settings.auth, concurrency=1) as jobs,
        Rooms(settings) as rooms,
        RateLimits(settings.redis, settings.rate) as rate_limits,
    ):
        process_services = Services(settings, live, jobs, rooms, rate_limits)
        async with process_services.audit_log:
            yield process_services


@pytest.fixture
async def tenant(services: Services) -> Tenant:
    return await make_tenant(services)


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    """A typed interview of the tenant that is in progress."""
    return await tenant.make_interview()


@pytest.fixture
async def api(services: Services) -> AsyncIterator[ApiClient]:
    """A client that calls the API's application without a socket."""
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        yield ApiClient(client)


@pytest.fixture
async def server(services: Services) -> AsyncIterator[ServerAddress]:
    """The API behind a real server."""
    async with serve(with_services(Starlette(routes=build_routes(services.settings)), services)) as address:
        yield address


@pytest.fixture
async def other_tenant(services: Services) -> Tenant:
    """Another tenant, whose position has the same key."""
    return await make_tenant(services)


class _ProviderProxy:
    """One server for the Claude providers of all tests. Each test installs its own provider behind it."""

    url = ""
    provider: AnthropicProvider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.provider.app(scope, receive, send)


@pytest.fixture(scope="session")
async def provider_proxy() -> AsyncIterator[_ProviderProxy]:
    """The server behind which tests install their loopback Claude provider."""
    proxy = _ProviderProxy()
    async with serve(proxy) as address:
        proxy.url = f"http://127.0.0.1:{address.port}"
        yield proxy


@pytest.fixture
def provider(provider_proxy: _ProviderProxy) -> AnthropicProvider:
    """A loopback Claude provider without delays, which records requests and accepts scripted replies."""
    provider_proxy.provider = AnthropicProvider()
    provider_proxy.provider.url = provider_proxy.url
    return provider_proxy.provider


class _IssuerProxy:
    """One server for the identity providers of all tests. Each test installs its own provider behind it."""

    url = ""
    issuer: OidcIssuer

    def __init__(self) -> None:
        # making a key takes longer than a test
        self.keys = [SigningKey(), SigningKey("ES256")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.issuer(scope, receive, send)


@pytest.fixture(scope="session")
async def issuer_proxy() -> AsyncIterator[_IssuerProxy]:
    """The server behind which tests install their identity provider."""
    proxy = _IssuerProxy()
    async with serve(proxy) as address:
        proxy.url = f"http://127.0.0.1:{address.port}"
        yield proxy


@pytest.fixture
def issuer(issuer_proxy: _IssuerProxy) -> OidcIssuer:
    """An identity provider on loopback, at which the product is registered. It signs with RSA; its second key is elliptic."""
    client = RegisteredClient("viva", "a client secret: +/%&", f"{configuration.ApiSettings().public_url}/sign-in/oidc/callback")
    issuer_proxy.issuer = OidcIssuer(issuer_proxy.url, client, list(issuer_proxy.keys))
    return issuer_proxy.issuer


@pytest.fixture(scope="session")
def pango() -> None:
    """Skip the tests of PDF files where the library is missing; fail in CI, where nobody would notice the skip."""
    if find_library("pangoft2-1.0"):
        return
    reason = "Pango is not installed (Debian: libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0)"
    if os.environ.get("CI"):
        pytest.fail(f"PDF files cannot be tested: {reason}")
    pytest.skip(f"PDF files are not tested: {reason}")


@pytest.fixture(scope="session")
def languages() -> Languages:
    """What evaluations need of each language, loaded once."""
    return load_languages()


@pytest.fixture
async def claude(provider: AnthropicProvider) -> AsyncIterator[AsyncAnthropic]:
    """The real Claude client, connected to the loopback provider."""
    async with AsyncAnthropic(api_key="test", base_url=provider.url, max_retries=0) as client:
        yield client
