"""Real servers, an empty database, and settings, for every test that asks for them.

MONGODB_URL and REDIS_URL of the environment win; else each pytest process starts its own servers (0.5 s), so that parallel
workers share nothing.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from anthropic import AsyncAnthropic
from beanie import init_beanie
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis
from starlette.types import Receive, Scope, Send

import settings as configuration
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from live.hub import LiveHub
from models.storage.database import DOCUMENTS, connect
from sandbox.anthropic.provider import AnthropicProvider
from sandbox.livekit.server import LivekitServer
from sandbox.mongod import Mongod
from sandbox.valkey import Valkey
from tests.live.streams import RedisSubscriptions
from tests.livekit_probe import LivekitProbe, make_livekit_settings, open_livekit_probe
from tests.livekit_rooms import find_livekit
from tests.resolvers.tenant import Tenant, make_tenant
from tests.schema.api_client import serve

COALESCE_SECONDS = 0.2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server, so that `make check` can leave it out."""
    for item in items:
        if {"mongod", "own_mongod", "valkey", "own_valkey", "provider", "livekit_server", "own_livekit"} & set(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker("servers")


@pytest.fixture(scope="session")
async def mongod(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a replica set."""
    if url := os.environ.get("MONGODB_URL"):
        yield url
        return
    async with Mongod(tmp_path_factory.mktemp("servers") / "mongod") as server:
        # the loop stands still while tests run that do not need it: a heartbeat that is waited for would be taken for lost then
        yield f"{server.url}&serverMonitoringMode=poll"


@pytest.fixture(scope="session")
async def valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a Redis that stays up."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    async with Valkey(tmp_path_factory.mktemp("servers") / "valkey") as server:
        yield server.url


@pytest.fixture
async def own_valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Valkey]:
    """A server for this test alone: kill() it, send() it SIGSTOP, start() it again; its URL stays."""
    async with Valkey(tmp_path_factory.mktemp("servers") / "valkey") as server:
        yield server
        # one that is frozen could not be asked to end
        if server.is_running:
            server.send_signal(signal.SIGCONT)


@pytest.fixture(scope="session")
async def livekit_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivekitServer]:
    """A server of this pytest process: rooms, and no webhooks. Tests keep apart by the names of their rooms.

    A test that asks for it has `settings` with a voice channel.
    """
    async with LivekitServer(await find_livekit(), tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture
async def own_livekit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivekitServer]:
    """A server for this test alone, as `livekit_server`: kill() it, start() it again; its URL and keys stay."""
    async with LivekitServer(await find_livekit(), tmp_path_factory.mktemp("servers")) as server:
        yield server


@pytest.fixture(scope="session")
async def bound_database(mongod: str) -> AsyncIterator[AsyncDatabase[dict[str, object]]]:
    """A database of this pytest process, with the documents bound to it; gone at the end."""
    mongodb = configuration.MongodbSettings(url=mongod, database=f"viva_test_{uuid4().hex}")
    async with connect(mongodb) as client:
        yield client[mongodb.database]
        await client.drop_database(mongodb.database)


@pytest.fixture
async def database(bound_database: AsyncDatabase[dict[str, object]]) -> AsyncDatabase[dict[str, object]]:
    """The database, with its indexes and without a document."""
    await asyncio.gather(*(document.get_pymongo_collection().delete_many({}) for document in DOCUMENTS))
    return bound_database


@pytest.fixture
async def own_mongod(
    tmp_path_factory: pytest.TempPathFactory, bound_database: AsyncDatabase[dict[str, object]]
) -> AsyncIterator[Mongod]:
    """A server for this test alone, which has the documents while the test lasts: kill() it, start() it again."""
    async with Mongod(tmp_path_factory.mktemp("servers") / "mongod") as server:
        async with connect(configuration.MongodbSettings(url=server.url, database="own", timeout_seconds=1.0)):
            yield server
        await init_beanie(database=bound_database, document_models=DOCUMENTS)


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, database: AsyncDatabase[dict[str, object]], mongod: str, valkey: str
) -> configuration.Settings:
    """Settings with fast clocks and a Redis prefix of this test alone; neither .env nor the environment has a say."""
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
        auth=configuration.AuthSettings(secret=SecretStr("a secret that is long enough for tests")),
        livekit=livekit,
        interview=configuration.InterviewSettings(first_word_seconds=1.0, gap_seconds=1.0),
        jobs=configuration.JobsSettings(lease_seconds=1.5, sweep_seconds=0.2, drain_seconds=3.0, judge_seconds=5.0),
        log=configuration.LogSettings(),
    )


@pytest.fixture
async def livekit(livekit_server: LivekitServer, settings: configuration.Settings) -> AsyncIterator[LivekitProbe]:
    """LiveKit itself, with the names of this test's agents."""
    async with open_livekit_probe(settings.livekit) as livekit:
        yield livekit


@pytest.fixture
async def live(settings: configuration.Settings) -> AsyncIterator[LiveHub]:
    """Live feeds that poll often enough for tests."""
    async with LiveHub(settings.redis, poll_seconds=0.2, coalesce_seconds=COALESCE_SECONDS) as feeds:
        yield feeds


@pytest.fixture
async def unpolled_live(settings: configuration.Settings) -> AsyncIterator[LiveHub]:
    """Live feeds that poll once, when somebody begins to follow: what comes after was carried by a message."""
    async with LiveHub(settings.redis, poll_seconds=3600, coalesce_seconds=COALESCE_SECONDS) as feeds:
        yield feeds


@pytest.fixture
async def redis_subscriptions(settings: configuration.Settings) -> AsyncIterator[RedisSubscriptions]:
    """Tells when somebody listens to a channel."""
    async with Redis.from_url(settings.redis.url) as redis:
        yield RedisSubscriptions(redis, settings.redis.prefix)


@pytest.fixture
async def services(settings: configuration.Settings, live: LiveHub) -> AsyncIterator[Services]:
    """What a process has open. Nobody works on its jobs: a test calls them, or starts a worker."""
    async with Jobs(settings.redis, concurrency=1) as jobs, Rooms(settings) as rooms:
        yield Services(settings, live, jobs, rooms)


@pytest.fixture
async def tenant(services: Services) -> Tenant:
    return await make_tenant(services)


@pytest.fixture
async def other_tenant(services: Services) -> Tenant:
    """Another tenant, with a position of the same key."""
    return await make_tenant(services)


class _ProviderProxy:
    """One server for all the providers of a process: each test puts its own behind it."""

    url = ""
    provider: AnthropicProvider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.provider.app(scope, receive, send)


@pytest.fixture(scope="session")
async def provider_proxy() -> AsyncIterator[_ProviderProxy]:
    """Where the stand-ins for Claude are reached."""
    proxy = _ProviderProxy()
    async with serve(proxy) as address:
        proxy.url = f"http://127.0.0.1:{address.port}"
        yield proxy


@pytest.fixture
def provider(provider_proxy: _ProviderProxy) -> AnthropicProvider:
    """The loopback stand-in for Claude, at full speed: see its requests, put scripts before its rules."""
    provider_proxy.provider = AnthropicProvider()
    provider_proxy.provider.url = provider_proxy.url
    return provider_proxy.provider


@pytest.fixture
async def claude(provider: AnthropicProvider) -> AsyncIterator[AsyncAnthropic]:
    """The real client, pointed at the stand-in."""
    async with AsyncAnthropic(api_key="test", base_url=provider.url, max_retries=0) as client:
        yield client
