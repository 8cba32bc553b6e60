"""`main.py doctor`: every problem is reported with its remedy, and without any secret."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http import build_routes
from auth import encrypt_secret
from cli import deployment_checks, doctor
from lifecycle.services import Services
from models.documents.change_sequencer import ChangeSequencer
from models.documents.organization import IdentityProvider, ensure_organization, set_identity_provider
from models.documents.worker_heartbeat import WorkerHeartbeat, WorkerKind
from models.storage.clock import now
from models.writes.organization_closing import close_organization
from receipts import create_signing_key
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from sandbox.livekit.server import LivekitServer
from sandbox.processes import ChildProcess, free_port
from settings import RedisSettings, Settings
from tests.helpers import ROOT
from tests.oidc_issuer import OidcIssuer
from tests.schema.api_client import serve, with_services

SECRET_KEY = "a key that nobody may see"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A folder with built pages."""
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "index.html").touch()
    return folder


@pytest.fixture
def valid_settings(
    settings: Settings, provider: AnthropicProvider, dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings with which all checks of a typed deployment succeed."""
    monkeypatch.setattr(doctor, "DIST", dist)
    monkeypatch.setattr(doctor, "ENV_FILE", tmp_path / ".env")
    settings.api.public_url = f"http://127.0.0.1:{free_port()}"
    settings.anthropic.base_url = provider.url
    settings.anthropic.api_key = SecretStr(SECRET_KEY)
    settings.mongodb.timeout_seconds = 1.0
    return settings


async def run_checks(settings: Settings) -> dict[str, deployment_checks.CheckResult]:
    results = {result.subject: result async for result in doctor.run_checks(settings)}
    messages = " ".join(result.message for result in results.values())
    assert SECRET_KEY not in messages
    assert settings.auth.secret.get_secret_value() not in messages or not settings.auth.secret.get_secret_value()
    return results


async def read_only_failure(settings: Settings, subject: str) -> str:
    """Run the checks, assert that only the given one fails, and return its message."""
    results = await run_checks(settings)
    assert [name for name, result in results.items() if not result.is_ok] == [subject]
    return results[subject].message


async def test_doctor_reports_success_when_all_checks_succeed(
    valid_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await doctor.run_doctor(valid_settings) == 0
    output = capsys.readouterr().out
    assert "MongoDB 6.0.5, replica set viva." in output
    assert "valkey 9.1" in output
    assert "error" not in output


@pytest.mark.parametrize("secret", ["", "short"])
async def test_missing_or_short_secret_is_reported(valid_settings: Settings, secret: str) -> None:
    valid_settings.auth.secret = SecretStr(secret)
    assert "openssl rand" in await read_only_failure(valid_settings, "AUTH_SECRET")
    assert await doctor.run_doctor(valid_settings) == 1


async def test_signing_key_is_optional_and_an_invalid_one_is_reported(valid_settings: Settings) -> None:
    missing = (await run_checks(valid_settings))["AUTH_SIGNING_KEY"]
    assert missing.is_ok and "main.py keys signing-key" in missing.message
    valid_settings.auth.signing_key = SecretStr(f"{create_signing_key()}\n{create_signing_key()}")
    found = (await run_checks(valid_settings))["AUTH_SIGNING_KEY"]
    assert found.is_ok and found.message.startswith("2 Ed25519 keys; ")
    valid_settings.auth.signing_key = SecretStr(SECRET_KEY)
    assert "Create one with" in await read_only_failure(valid_settings, "AUTH_SIGNING_KEY")


@pytest.mark.parametrize(("url", "message"), [("viva.example", "not an http"), ("http://viva.example", "Terminate TLS in front")])
async def test_unusable_or_insecure_public_url_is_reported(valid_settings: Settings, url: str, message: str) -> None:
    valid_settings.api.public_url = url
    assert message in await read_only_failure(valid_settings, "API_PUBLIC_URL")


async def test_recent_gap_of_the_change_feed_is_reported(valid_settings: Settings) -> None:
    await ChangeSequencer(resume_token={}, gaps=2, last_gap_at=now()).insert()
    await add_worker(WorkerKind.JOBS)
    message = await read_only_failure(valid_settings, "MONGODB_URL")
    assert "the change feed has 2 gaps" in message
    assert "enlarge the oplog" in message
    await ChangeSequencer.find_all().update({"$set": {"last_gap_at": now() - timedelta(days=31)}})
    assert all(result.is_ok for result in (await run_checks(valid_settings)).values())


async def test_identity_providers_are_checked(valid_settings: Settings, issuer: OidcIssuer) -> None:
    organization, _ = await ensure_organization("Acme")
    secret = encrypt_secret(SECRET_KEY, valid_settings.auth)
    provider = IdentityProvider(issuer=issuer.url, client_id="viva", client_secret=secret)
    await set_identity_provider(organization.id, provider)
    assert (await run_checks(valid_settings))["Sign-in of Acme"].is_ok
    issuer.metadata = {"issuer": "https://another.example"}
    assert "names another issuer" in await read_only_failure(valid_settings, "Sign-in of Acme")
    valid_settings.auth.secret = SecretStr("another secret that is long enough")
    assert "cannot be decrypted" in await read_only_failure(valid_settings, "Sign-in of Acme")


async def test_missing_trusted_proxies_are_reported_for_https(valid_settings: Settings) -> None:
    valid_settings.api.public_url = "https://viva.example"
    assert "share the rate limits" in await read_only_failure(valid_settings, "API_TRUSTED_PROXIES")
    valid_settings.api.trusted_proxies = [ip_network("10.0.0.0/8")]
    assert (await run_checks(valid_settings))["API_TRUSTED_PROXIES"] == deployment_checks.CheckResult(
        "API_TRUSTED_PROXIES", True, "10.0.0.0/8"
    )


@pytest.mark.parametrize("url", ["mongodb://127.0.0.1:9/?directConnection=true", "rubbish"])
async def test_unavailable_mongodb_is_reported(valid_settings: Settings, url: str) -> None:
    valid_settings.mongodb.url = url
    assert "Start MongoDB" in await read_only_failure(valid_settings, "MONGODB_URL")


@pytest.mark.parametrize(
    ("options", "queries", "message"),
    [
        ([], ["", "?replicaSet=viva"], "a standalone server"),
        (["--replSet", "viva"], ["?replicaSet=viva"], "its replica set is not initiated. Run rs.initiate()"),
    ],
)
async def test_mongodb_without_a_replica_set_is_reported(
    valid_settings: Settings, tmp_path: Path, options: list[str], queries: list[str], message: str
) -> None:
    from sandbox.mongod import find_mongod

    folder, port = tmp_path / "mongod", free_port()
    folder.mkdir()
    command = [find_mongod(), "--dbpath", str(folder), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket", *options]
    async with ChildProcess(command, folder / "mongod.log") as mongod:
        await mongod.wait_until_port(port)
        for query in queries:
            valid_settings.mongodb.url = f"mongodb://127.0.0.1:{port}/{query}"
            assert message in await read_only_failure(valid_settings, "MONGODB_URL")


async def test_wrong_name_of_the_replica_set_is_reported(valid_settings: Settings) -> None:
    valid_settings.mongodb.url = valid_settings.mongodb.url.replace("replicaSet=viva", "replicaSet=rs0")
    message = await read_only_failure(valid_settings, "MONGODB_URL")
    assert message == "the server belongs to the replica set viva, but the URL names rs0. Write replicaSet=viva."


@pytest.mark.parametrize(
    ("primary", "message"),
    [
        (None, "has no primary. Start a majority of its members (mongodb:27017)"),
        ("mongodb:27017", "does not reach its members under their own names (mongodb:27017)"),
    ],
)
def test_replica_set_that_cannot_be_used_is_reported(primary: str | None, message: str) -> None:
    hello = {"setName": "rs0", "hosts": ["mongodb:27017"], "primary": primary}
    assert message in deployment_checks.explain_hello(hello, "rs0")


def test_clocks_that_differ_are_reported() -> None:
    before, after = now(), now() + timedelta(seconds=5)
    for seconds, is_ok in ((-2, True), (0, True), (4, True), (7, True), (-3, False), (8, False)):
        result = deployment_checks.check_clock(before + timedelta(seconds=seconds), before, after)
        assert (result.is_ok, "NTP" in result.message) == (is_ok, not is_ok), "the answer may come from any time in between"


async def test_direct_connection_to_mongodb_is_reported(valid_settings: Settings) -> None:
    assert "replicaSet=viva" in valid_settings.mongodb.url
    valid_settings.mongodb.url = valid_settings.mongodb.url.replace("replicaSet=viva", "directConnection=true")
    assert "replicaSet=viva" in await read_only_failure(valid_settings, "MONGODB_URL")


async def add_worker(kind: WorkerKind) -> None:
    await WorkerHeartbeat(kind=kind, holder="host/1", version="1", started_at=now(), seen_at=now()).insert()


async def test_missing_workers_are_reported_after_the_first_start(valid_voice_settings: Settings) -> None:
    commands = ("main.py jobs", "main.py agent")
    results = await run_checks(valid_voice_settings)
    assert [results[command].is_note for command in commands] == [True, True]
    await ChangeSequencer(resume_token={}).insert()
    results = await run_checks(valid_voice_settings)
    assert [command for command, result in results.items() if not result.is_ok] == list(commands)
    assert "evaluations and repairs wait: start one" in results["main.py jobs"].message
    for kind in (WorkerKind.JOBS, WorkerKind.AGENT):
        await add_worker(kind)
    assert all(result.is_ok for result in (await run_checks(valid_voice_settings)).values())
    await ChangeSequencer.find_all().update({"$set": {"advanced_at": now() - timedelta(minutes=2)}})
    assert "change_feed for 1" in await read_only_failure(valid_voice_settings, "Overdue work")


async def test_missing_organization_is_a_note(valid_settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    result = (await run_checks(valid_settings))["Organizations"]
    assert (result.is_ok, result.is_note) == (True, True)
    assert "main.py members invite" in result.message
    organization, _ = await ensure_organization("Acme")
    assert (await run_checks(valid_settings))["Organizations"] == deployment_checks.CheckResult("Organizations", True, "1.")
    await close_organization(organization)
    assert (await run_checks(valid_settings))["Organizations"].is_note
    assert await doctor.run_doctor(valid_settings) == 0
    assert "note Organizations: there is none" in capsys.readouterr().out


async def test_pages_that_are_not_built_are_reported(valid_settings: Settings, dist: Path) -> None:
    (dist / "index.html").unlink()
    assert "make web" in await read_only_failure(valid_settings, "Web pages")


def test_unknown_names_of_settings_are_reported(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MONGODB_URI=canary\nAUTH_SECRET=x\nLIVEKIT_COLOUR=canary\nCOMPOSE_PROFILES=voice\n", encoding="utf-8")
    environment = {"CARTESIA_API_KEYS": "canary", "API_PORT_8000_TCP": "tcp://10.0.0.1", "REDIS_PASSWORD": "x", "PATH": "/bin"}
    results = {result.subject: result.message for result in deployment_checks.check_names(file, environment)}
    assert results.keys() == {"MONGODB_URI", "LIVEKIT_COLOUR", "CARTESIA_API_KEYS"}
    assert "Did you mean MONGODB_URL?" in results["MONGODB_URI"]
    assert "docs/configuration.md" in results["LIVEKIT_COLOUR"]
    assert "the environment has no effect. Did you mean CARTESIA_API_KEY?" in results["CARTESIA_API_KEYS"]
    assert "canary" not in str(results)
    assert [result.is_ok for result in deployment_checks.check_names(ROOT / ".env.example", {})] == [True]


async def test_answer_at_the_public_url_is_checked(valid_settings: Settings, services: Services) -> None:
    assert (await run_checks(valid_settings))["API_PUBLIC_URL (answer)"].is_note, "the API may not have been started"
    other = Starlette(routes=[Route("/{path:path}", lambda _: Response("<html>"))])
    async with serve(other) as address:
        valid_settings.api.public_url = f"http://127.0.0.1:{address.port}"
        assert "something other than Viva's API" in await read_only_failure(valid_settings, "API_PUBLIC_URL (answer)")
    async with serve(with_services(Starlette(routes=build_routes(valid_settings)), services)) as address:
        valid_settings.api.public_url = f"http://127.0.0.1:{address.port}"
        assert (await run_checks(valid_settings))["API_PUBLIC_URL (answer)"].message == "Viva's API answers."


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "rubbish"])
async def test_unavailable_redis_is_reported(valid_settings: Settings, url: str) -> None:
    valid_settings.redis.url = url
    assert "Start Redis or valkey" in await read_only_failure(valid_settings, "REDIS_URL")


@pytest.mark.parametrize(
    ("url", "prefix", "missing"),
    [
        ("redis://10.0.0.7:6379/0", "viva", ["TLS", "a user", "a password", "a prefix"]),
        ("redis://viva:secret@redis.internal/0", "viva-eu", ["TLS"]),
        ("rediss://:secret@redis.internal/0", "viva-eu", ["a user"]),
        ("rediss://default:secret@redis.internal/0", "viva-eu", ["a user"]),
        ("rediss://viva:secret@redis.internal/0", "viva", ["a prefix"]),
        ("rediss://viva@redis.internal/0", "viva-eu", ["a password"]),
        ("rediss://viva:secret@redis.internal/0", "viva-eu", []),
        ("redis://localhost:6379/0", "viva", []),
        ("unix:///run/redis.sock", "viva", []),
    ],
)
def test_missing_protection_of_redis_on_another_host_is_reported(url: str, prefix: str, missing: list[str]) -> None:
    result = doctor.check_redis_protection(RedisSettings(url=url, prefix=prefix))
    assert result.is_ok is not bool(missing)
    assert [part for part in ("TLS (", "a user with", "a password", "a prefix of") if part in result.message] == [
        {"TLS": "TLS (", "a user": "a user with", "a prefix": "a prefix of"}.get(part, part) for part in missing
    ]
    assert "secret" not in result.message


@pytest.mark.parametrize(
    ("url", "bind", "mode", "is_ok"),
    [
        ("redis://127.0.0.1/0", "* -::*", "no", False),
        ("redis://127.0.0.1/0", "", "no", False),
        ("redis://127.0.0.1/0", "127.0.0.1 10.0.0.7", "no", False),
        ("redis://:secret@127.0.0.1/0", "* -::*", "no", True),
        ("redis://127.0.0.1/0", "* -::*", "yes", True),
        ("redis://127.0.0.1/0", "127.0.0.1 -::1", "no", True),
    ],
)
def test_redis_without_a_password_is_reported_if_the_network_reaches_it(url: str, bind: str, mode: str, is_ok: bool) -> None:
    result = doctor.check_redis_protection(RedisSettings(url=url), {"bind": bind, "protected-mode": mode})
    assert (result.is_ok, "requirepass" in result.message) == (is_ok, not is_ok)


async def test_missing_claude_key_is_reported(valid_settings: Settings) -> None:
    valid_settings.anthropic.api_key = SecretStr("")
    assert "make dev" in await read_only_failure(valid_settings, "ANTHROPIC_API_KEY")


async def test_prices_of_another_model_are_reported_until_they_are_set(valid_settings: Settings) -> None:
    assert "ANTHROPIC_REPLY_INPUT_USD" not in await run_checks(valid_settings)
    valid_settings.anthropic.interviewer_model = "claude-opus-5-5"
    result = (await run_checks(valid_settings))["ANTHROPIC_REPLY_INPUT_USD"]
    assert not result.is_ok
    assert "count the prices of claude-haiku-5-5 for claude-opus-5-5" in result.message
    for name in ("reply_input_usd", "reply_cached_input_usd", "reply_output_usd"):
        setattr(valid_settings.anthropic, name, 4.0)
    assert "ANTHROPIC_REPLY_INPUT_USD" not in await run_checks(valid_settings)


@pytest.mark.parametrize(
    ("script", "subject", "message"),
    [
        (ScriptedReply(status=401, error_type="authentication_error"), "ANTHROPIC_API_KEY", "Create a new key"),
        (ScriptedReply(status=403, error_type="permission_error"), "ANTHROPIC_API_KEY", "Create a new key"),
        (ScriptedReply(status=529, error_type="overloaded_error"), "ANTHROPIC_INTERVIEWER_MODEL", "Try again"),
        (ScriptedReply(status=404, error_type="not_found_error"), "ANTHROPIC_INTERVIEWER_MODEL", "there is no model"),
    ],
)
async def test_error_response_of_claude_is_reported(
    valid_settings: Settings, script: ScriptedReply, subject: str, message: str
) -> None:
    async with serve_error(script) as url:
        valid_settings.anthropic.base_url = url
        results = await run_checks(valid_settings)
    assert message in results[subject].message
    assert not results[subject].is_ok


@pytest.mark.parametrize(
    ("capability", "subject", "message"),
    [
        (
            {"thinking": {"types": {"disabled": {"supported": False}}}},
            "ANTHROPIC_INTERVIEWER_MODEL",
            "does not support disabling extended thinking",
        ),
        ({"structured_outputs": {"supported": False}}, "ANTHROPIC_JUDGE_MODEL", "does not support structured outputs"),
    ],
)
async def test_model_without_a_required_capability_is_reported(
    valid_settings: Settings, provider: AnthropicProvider, capability: dict[str, Any], subject: str, message: str
) -> None:
    all_capabilities = {"thinking": {"types": {"disabled": {"supported": True}}}, "structured_outputs": {"supported": True}}
    provider.capabilities = {**all_capabilities, **capability}
    assert message in await read_only_failure(valid_settings, subject)


async def test_unreachable_claude_url_is_reported(valid_settings: Settings) -> None:
    valid_settings.anthropic.base_url = "http://127.0.0.1:9"
    assert "no answer" in await read_only_failure(valid_settings, "ANTHROPIC_BASE_URL")


@asynccontextmanager
async def serve_error(script: ScriptedReply) -> AsyncIterator[str]:
    """A server at Claude's URL that answers every request with this error."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f'{{"type": "error", "error": {{"type": "{script.error_type}", "message": "as scripted"}}}}'
        head = f"HTTP/1.1 {script.status} Error\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        writer.write(f"{head}connection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


# --- voice


@pytest.fixture
async def speech_providers() -> AsyncIterator[dict[str, Any]]:
    """A server at the URLs of Deepgram and Cartesia: `status` is that of every response, `requests` records the requests."""
    state: dict[str, Any] = {"status": 200, "requests": []}

    async def respond(request: Request) -> Response:
        state["requests"].append((request.url.path, request.headers.get("authorization"), request.headers.get("x-api-key")))
        return Response("{}", state["status"])

    async with serve(Starlette(routes=[Route("/{path:path}", respond)])) as address:
        state["url"] = f"http://127.0.0.1:{address.port}"
        yield state


@pytest.fixture
def valid_voice_settings(livekit_server: LivekitServer, valid_settings: Settings, speech_providers: dict[str, Any]) -> Settings:
    """Settings with which all checks of a voice deployment succeed, too."""
    valid_settings.deepgram.api_key = valid_settings.cartesia.api_key = SecretStr(SECRET_KEY)
    valid_settings.deepgram.base_url, valid_settings.cartesia.base_url = (
        f"{speech_providers['url']}/v1/listen",
        speech_providers["url"],
    )
    return valid_settings


async def test_deployment_without_livekit_is_valid(valid_settings: Settings) -> None:
    results = await run_checks(valid_settings)
    assert results["LIVEKIT_URL"].is_ok
    assert "interviews are typed" in results["LIVEKIT_URL"].message
    assert "DEEPGRAM_API_KEY" not in results


async def test_all_checks_of_a_voice_deployment_succeed(valid_voice_settings: Settings, speech_providers: dict[str, Any]) -> None:
    results = await run_checks(valid_voice_settings)
    assert [result.message for result in results.values() if not result.is_ok] == []
    assert (results["DEEPGRAM_API_KEY"].message, results["CARTESIA_API_KEY"].message) == (
        "Deepgram accepts it.",
        "Cartesia accepts it.",
    )
    assert speech_providers["requests"] == [("/v1/auth/token", f"Token {SECRET_KEY}", None), ("/voices", None, SECRET_KEY)]
    assert "de for de-AT, en for en-ZA, es-419 for es-MX, fr for fr-BE" in results["DEEPGRAM_MODEL"].message
    valid_voice_settings.deepgram.model = "enhanced"
    assert "regions are not requested" in (await run_checks(valid_voice_settings))["DEEPGRAM_MODEL"].message


@pytest.mark.parametrize(
    ("name", "value", "subject", "message"),
    [
        ("url", "viva.example", "LIVEKIT_URL", "ws://"),
        ("url", "ws://127.0.0.1:9", "LIVEKIT_URL", "Start livekit-server"),
        ("api_key", SecretStr(""), "LIVEKIT_API_KEY", "not set"),
        ("api_key", SecretStr("another"), "LIVEKIT_API_KEY", "must be a pair"),
        ("api_secret", SecretStr(""), "LIVEKIT_API_SECRET", "not set"),
        ("api_secret", SecretStr("short"), "LIVEKIT_API_SECRET", "5 characters long"),
        ("api_secret", SecretStr("w" * 40), "LIVEKIT_API_KEY", "must be a pair"),
        ("public_url", "ws://rooms.example", "LIVEKIT_PUBLIC_URL", "use wss"),
        ("public_url", "https://rooms.example", "LIVEKIT_PUBLIC_URL", "wss://"),
    ],
)
async def test_invalid_livekit_setting_is_reported(
    valid_voice_settings: Settings, name: str, value: Any, subject: str, message: str
) -> None:
    setattr(valid_voice_settings.livekit, name, value)
    failures = [result async for result in doctor.run_checks(valid_voice_settings) if not result.is_ok]
    assert failures[0].subject == subject
    assert message in failures[0].message
    assert "www" not in failures[0].message, "the secret is not in the message"


@pytest.mark.parametrize("group", ["deepgram", "cartesia"])
async def test_missing_key_and_unreachable_url_of_a_speech_provider_are_reported(
    valid_voice_settings: Settings, speech_providers: dict[str, Any], group: str
) -> None:
    provider = getattr(valid_voice_settings, group)
    provider.api_key = SecretStr("")
    assert "put your key into .env" in await read_only_failure(valid_voice_settings, f"{group.upper()}_API_KEY")
    provider.api_key = SecretStr(SECRET_KEY)
    provider.base_url = "http://127.0.0.1:9/v1/listen"
    assert "no answer" in await read_only_failure(valid_voice_settings, f"{group.upper()}_BASE_URL")


async def test_key_that_a_speech_provider_refuses_is_reported(
    valid_voice_settings: Settings, speech_providers: dict[str, Any]
) -> None:
    speech_providers["status"] = 401
    results = await run_checks(valid_voice_settings)
    assert [name for name, result in results.items() if not result.is_ok] == ["DEEPGRAM_API_KEY", "CARTESIA_API_KEY"]
    assert "Create a new key" in results["CARTESIA_API_KEY"].message
    speech_providers["status"] = 404
    results = await run_checks(valid_voice_settings)
    assert results["DEEPGRAM_API_KEY"].is_ok
    assert "does not confirm" in results["DEEPGRAM_API_KEY"].message


async def test_webhook_of_livekit_that_does_not_arrive_is_reported(
    valid_voice_settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment_checks, "WEBHOOK_SECONDS", 0.3)  # this server sends no webhooks
    async with serve(with_services(Starlette(routes=build_routes(valid_voice_settings)), services)) as address:
        valid_voice_settings.api.public_url = url = f"http://127.0.0.1:{address.port}"
        message = await read_only_failure(valid_voice_settings, "LiveKit's webhook")
    assert f"urls: [{url}/webhooks/livekit]" in message


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_recording_store_is_checked_by_writing_reading_and_deleting(valid_voice_settings: Settings, tmp_path: Path) -> None:
    assert (await run_checks(valid_voice_settings))["RECORDING_STORE"].message == "not set: nothing is recorded."
    valid_voice_settings.recording.store = str(tmp_path / "recordings")
    assert (await run_checks(valid_voice_settings))["RECORDING_STORE"].message == "writing, reading and deleting succeed."
    assert list_names(tmp_path / "recordings") == [], "the check leaves nothing behind"
    (tmp_path / "file").write_bytes(b"")
    valid_voice_settings.recording.store = str(tmp_path / "file")
    assert "It must be a folder, or s3://bucket/prefix" in await read_only_failure(valid_voice_settings, "RECORDING_STORE")
    valid_voice_settings.recording.store = "s3:///prefix"
    assert "name of a bucket" in await read_only_failure(valid_voice_settings, "RECORDING_STORE")
