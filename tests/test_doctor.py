"""`main.py doctor`: each thing that is wrong gets a sentence that says what to do, and no secret in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cli import doctor
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from sandbox.livekit.server import LivekitServer
from sandbox.processes import ChildProcess, free_port
from settings import Settings
from tests.schema.api_client import serve

SECRET_KEY = "a key that nobody may see"


@pytest.fixture
def valid_settings(settings: Settings, provider: AnthropicProvider) -> Settings:
    """Settings with which all is well."""
    settings.anthropic.base_url = provider.url
    settings.anthropic.api_key = SecretStr(SECRET_KEY)
    settings.mongodb.timeout_seconds = 1.0
    return settings


async def run_checks(settings: Settings) -> dict[str, doctor.CheckResult]:
    found = {finding.subject: finding async for finding in doctor.examine(settings)}
    sentences = " ".join(finding.message for finding in found.values())
    assert SECRET_KEY not in sentences
    assert settings.auth.secret.get_secret_value() not in sentences or not settings.auth.secret.get_secret_value()
    return found


async def read_only_failure(settings: Settings, subject: str) -> str:
    """The sentence about the one thing that is wrong."""
    found = await run_checks(settings)
    assert [name for name, finding in found.items() if not finding.is_ok] == [subject]
    return found[subject].message


async def test_when_all_is_well_it_says_so(valid_settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert await doctor.run_doctor(valid_settings) == 0
    output = capsys.readouterr().out
    assert "MongoDB 6.0.5, replica set viva." in output
    assert "valkey 9.1" in output
    assert "wrong" not in output


@pytest.mark.parametrize("secret", ["", "short"])
async def test_a_secret_that_protects_nothing(valid_settings: Settings, secret: str) -> None:
    valid_settings.auth.secret = SecretStr(secret)
    assert "openssl rand" in await read_only_failure(valid_settings, "AUTH_SECRET")
    assert await doctor.run_doctor(valid_settings) == 1


@pytest.mark.parametrize(("url", "told"), [("viva.example", "not an http"), ("http://viva.example", "Put TLS in front")])
async def test_an_address_that_browsers_cannot_or_should_not_use(valid_settings: Settings, url: str, told: str) -> None:
    valid_settings.api.public_url = url
    assert told in await read_only_failure(valid_settings, "API_PUBLIC_URL")


@pytest.mark.parametrize("url", ["mongodb://127.0.0.1:9/?directConnection=true", "rubbish"])
async def test_no_mongodb(valid_settings: Settings, url: str) -> None:
    valid_settings.mongodb.url = url
    assert "Start MongoDB" in await read_only_failure(valid_settings, "MONGODB_URL")


async def test_a_mongodb_without_transactions(valid_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    from sandbox.mongod import find_mongod

    folder, port = tmp_path_factory.mktemp("standalone"), free_port()
    command = [find_mongod(), "--dbpath", str(folder), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    async with ChildProcess(command, folder / "mongod.log") as mongod:
        await mongod.wait_until_port(port)
        valid_settings.mongodb.url = f"mongodb://127.0.0.1:{port}"
        assert "--replSet" in await read_only_failure(valid_settings, "MONGODB_URL")


async def test_a_direct_connection_to_mongodb(valid_settings: Settings) -> None:
    assert "replicaSet=viva" in valid_settings.mongodb.url
    valid_settings.mongodb.url = valid_settings.mongodb.url.replace("replicaSet=viva", "directConnection=true")
    assert "replicaSet=viva" in await read_only_failure(valid_settings, "MONGODB_URL")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "rubbish"])
async def test_no_redis(valid_settings: Settings, url: str) -> None:
    valid_settings.redis.url = url
    assert "Start Redis or valkey" in await read_only_failure(valid_settings, "REDIS_URL")


async def test_no_key_for_claude(valid_settings: Settings) -> None:
    valid_settings.anthropic.api_key = SecretStr("")
    assert "make dev" in await read_only_failure(valid_settings, "ANTHROPIC_API_KEY")


@pytest.mark.parametrize(
    ("script", "subject", "told"),
    [
        (ScriptedReply(status=401, error_type="authentication_error"), "ANTHROPIC_API_KEY", "Make a new key"),
        (ScriptedReply(status=403, error_type="permission_error"), "ANTHROPIC_API_KEY", "Make a new key"),
        (ScriptedReply(status=529, error_type="overloaded_error"), "ANTHROPIC_INTERVIEWER_MODEL", "Try again"),
        (ScriptedReply(status=404, error_type="not_found_error"), "ANTHROPIC_INTERVIEWER_MODEL", "there is no model"),
    ],
)
async def test_what_claude_answers(valid_settings: Settings, script: ScriptedReply, subject: str, told: str) -> None:
    async with serve_error(script) as url:
        valid_settings.anthropic.base_url = url
        found = await run_checks(valid_settings)
    assert told in found[subject].message
    assert not found[subject].is_ok


@pytest.mark.parametrize(
    ("can", "subject", "told"),
    [
        ({"thinking": {"types": {"disabled": {"supported": False}}}}, "ANTHROPIC_INTERVIEWER_MODEL", "thinks before it speaks"),
        ({"structured_outputs": {"supported": False}}, "ANTHROPIC_JUDGE_MODEL", "no structured output"),
    ],
)
async def test_a_model_that_cannot_do_what_is_asked_of_it(
    valid_settings: Settings, provider: AnthropicProvider, can: dict[str, Any], subject: str, told: str
) -> None:
    whole = {"thinking": {"types": {"disabled": {"supported": True}}}, "structured_outputs": {"supported": True}}
    provider.capabilities = {**whole, **can}
    assert told in await read_only_failure(valid_settings, subject)


async def test_nobody_at_claudes_address(valid_settings: Settings) -> None:
    valid_settings.anthropic.base_url = "http://127.0.0.1:9"
    assert "no answer" in await read_only_failure(valid_settings, "ANTHROPIC_BASE_URL")


@asynccontextmanager
async def serve_error(script: ScriptedReply) -> AsyncIterator[str]:
    """Something at Claude's address that answers every request with this error."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f'{{"type": "error", "error": {{"type": "{script.error_type}", "message": "as scripted"}}}}'
        head = f"HTTP/1.1 {script.status} Error\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        writer.write(f"{head}connection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


# --- by voice


@pytest.fixture
async def speech_providers() -> AsyncIterator[dict[str, Any]]:
    """What stands at Deepgram's and Cartesia's addresses: the status of their next answer, and what they were asked."""
    board: dict[str, Any] = {"status": 200, "asked": []}

    async def answer(request: Request) -> Response:
        board["asked"].append((request.url.path, request.headers.get("authorization"), request.headers.get("x-api-key")))
        return Response("{}", board["status"])

    async with serve(Starlette(routes=[Route("/{path:path}", answer)])) as address:
        board["url"] = f"http://127.0.0.1:{address.port}"
        yield board


@pytest.fixture
def valid_voice_settings(livekit_server: LivekitServer, valid_settings: Settings, speech_providers: dict[str, Any]) -> Settings:
    """Settings with which all is well by voice, too."""
    valid_settings.deepgram.api_key = valid_settings.cartesia.api_key = SecretStr(SECRET_KEY)
    valid_settings.deepgram.base_url, valid_settings.cartesia.base_url = (
        f"{speech_providers['url']}/v1/listen",
        speech_providers["url"],
    )
    return valid_settings


async def test_without_livekit_interviews_are_typed_and_that_is_fine(valid_settings: Settings) -> None:
    found = await run_checks(valid_settings)
    assert found["LIVEKIT_URL"].is_ok
    assert "interviews are typed" in found["LIVEKIT_URL"].message
    assert "DEEPGRAM_API_KEY" not in found


async def test_when_all_is_well_by_voice_it_says_so(valid_voice_settings: Settings, speech_providers: dict[str, Any]) -> None:
    found = await run_checks(valid_voice_settings)
    assert [finding.message for finding in found.values() if not finding.is_ok] == []
    assert (found["DEEPGRAM_API_KEY"].message, found["CARTESIA_API_KEY"].message) == (
        "Deepgram takes it.",
        "Cartesia takes it.",
    )
    assert speech_providers["asked"] == [("/v1/auth/token", f"Token {SECRET_KEY}", None), ("/voices", None, SECRET_KEY)]


@pytest.mark.parametrize(
    ("name", "value", "subject", "told"),
    [
        ("url", "viva.example", "LIVEKIT_URL", "ws://"),
        ("url", "ws://127.0.0.1:9", "LIVEKIT_URL", "Start livekit-server"),
        ("api_key", SecretStr(""), "LIVEKIT_API_KEY", "not set"),
        ("api_key", SecretStr("another"), "LIVEKIT_API_KEY", "must be a pair"),
        ("api_secret", SecretStr(""), "LIVEKIT_API_SECRET", "not set"),
        ("api_secret", SecretStr("short"), "LIVEKIT_API_SECRET", "5 characters long"),
        ("api_secret", SecretStr("w" * 40), "LIVEKIT_API_KEY", "must be a pair"),
        ("public_url", "ws://rooms.example", "LIVEKIT_PUBLIC_URL", "say wss"),
        ("public_url", "https://rooms.example", "LIVEKIT_PUBLIC_URL", "wss://"),
    ],
)
async def test_what_is_wrong_about_livekit(
    valid_voice_settings: Settings, name: str, value: Any, subject: str, told: str
) -> None:
    setattr(valid_voice_settings.livekit, name, value)
    found = [finding async for finding in doctor.examine(valid_voice_settings) if not finding.is_ok]
    assert found[0].subject == subject
    assert told in found[0].message
    assert "www" not in found[0].message, "no secret is told"


@pytest.mark.parametrize("group", ["deepgram", "cartesia"])
async def test_what_is_wrong_about_a_provider_of_speech(
    valid_voice_settings: Settings, speech_providers: dict[str, Any], group: str
) -> None:
    provider = getattr(valid_voice_settings, group)
    provider.api_key = SecretStr("")
    assert "put your key into .env" in await read_only_failure(valid_voice_settings, f"{group.upper()}_API_KEY")
    provider.api_key = SecretStr(SECRET_KEY)
    provider.base_url = "http://127.0.0.1:9/v1/listen"
    assert "no answer" in await read_only_failure(valid_voice_settings, f"{group.upper()}_BASE_URL")


async def test_a_key_that_a_provider_of_speech_refuses(valid_voice_settings: Settings, speech_providers: dict[str, Any]) -> None:
    speech_providers["status"] = 401
    found = await run_checks(valid_voice_settings)
    assert [name for name, finding in found.items() if not finding.is_ok] == ["DEEPGRAM_API_KEY", "CARTESIA_API_KEY"]
    assert "Make a new key" in found["CARTESIA_API_KEY"].message
    speech_providers["status"] = 404
    found = await run_checks(valid_voice_settings)
    assert found["DEEPGRAM_API_KEY"].is_ok
    assert "does not say" in found["DEEPGRAM_API_KEY"].message


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_store_of_recordings_is_tried(valid_voice_settings: Settings, tmp_path: Path) -> None:
    assert (await run_checks(valid_voice_settings))["RECORDING_STORE"].message == "not set: nothing is recorded."
    valid_voice_settings.recording.store = str(tmp_path / "recordings")
    assert (await run_checks(valid_voice_settings))["RECORDING_STORE"].message == "can be written, read and deleted in."
    assert list_names(tmp_path / "recordings") == [], "nothing is left of the trial"
    (tmp_path / "file").write_bytes(b"")
    valid_voice_settings.recording.store = str(tmp_path / "file")
    assert "It must be a folder, or s3://bucket/prefix" in await read_only_failure(valid_voice_settings, "RECORDING_STORE")
    valid_voice_settings.recording.store = "s3:///prefix"
    assert "name of a bucket" in await read_only_failure(valid_voice_settings, "RECORDING_STORE")
