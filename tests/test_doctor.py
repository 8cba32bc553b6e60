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

import checkup
from sandbox.anthropic.provider import Provider, Script
from sandbox.livekit.server import LivekitServer
from sandbox.processes import Child, free_port
from settings import Settings
from tests.schema.api import served

KEY = "a key that nobody may see"


@pytest.fixture
def sound(settings: Settings, provider: Provider) -> Settings:
    """Settings with which all is well."""
    settings.anthropic.base_url = provider.url
    settings.anthropic.api_key = SecretStr(KEY)
    settings.mongodb.timeout_seconds = 1.0
    return settings


async def findings(settings: Settings) -> dict[str, checkup.Finding]:
    found = {finding.subject: finding async for finding in checkup.examine(settings)}
    told = " ".join(finding.sentence for finding in found.values())
    assert KEY not in told
    assert settings.auth.secret.get_secret_value() not in told or not settings.auth.secret.get_secret_value()
    return found


async def wrong(settings: Settings, subject: str) -> str:
    """The sentence about the one thing that is wrong."""
    found = await findings(settings)
    assert [name for name, finding in found.items() if not finding.ok] == [subject]
    return found[subject].sentence


async def test_when_all_is_well_it_says_so(sound: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert await checkup.run(sound) == 0
    told = capsys.readouterr().out
    assert "MongoDB 6.0.5, replica set viva." in told
    assert "valkey 9.1" in told
    assert "wrong" not in told


@pytest.mark.parametrize("secret", ["", "short"])
async def test_a_secret_that_protects_nothing(sound: Settings, secret: str) -> None:
    sound.auth.secret = SecretStr(secret)
    assert "openssl rand" in await wrong(sound, "AUTH_SECRET")
    assert await checkup.run(sound) == 1


@pytest.mark.parametrize(("url", "told"), [("viva.example", "not an http"), ("http://viva.example", "Put TLS in front")])
async def test_an_address_that_browsers_cannot_or_should_not_use(sound: Settings, url: str, told: str) -> None:
    sound.api.public_url = url
    assert told in await wrong(sound, "API_PUBLIC_URL")


@pytest.mark.parametrize("url", ["mongodb://127.0.0.1:9/?directConnection=true", "rubbish"])
async def test_no_mongodb(sound: Settings, url: str) -> None:
    sound.mongodb.url = url
    assert "Start MongoDB" in await wrong(sound, "MONGODB_URL")


async def test_a_mongodb_without_transactions(sound: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    from sandbox.mongod import find_mongod

    folder, port = tmp_path_factory.mktemp("standalone"), free_port()
    command = [find_mongod(), "--dbpath", str(folder), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    async with Child(command, folder / "mongod.log") as mongod:
        await mongod.wait_until_port(port)
        sound.mongodb.url = f"mongodb://127.0.0.1:{port}"
        assert "--replSet" in await wrong(sound, "MONGODB_URL")


async def test_a_direct_connection_to_mongodb(sound: Settings) -> None:
    assert "replicaSet=viva" in sound.mongodb.url
    sound.mongodb.url = sound.mongodb.url.replace("replicaSet=viva", "directConnection=true")
    assert "replicaSet=viva" in await wrong(sound, "MONGODB_URL")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "rubbish"])
async def test_no_redis(sound: Settings, url: str) -> None:
    sound.redis.url = url
    assert "Start Redis or valkey" in await wrong(sound, "REDIS_URL")


async def test_no_key_for_claude(sound: Settings) -> None:
    sound.anthropic.api_key = SecretStr("")
    assert "make dev" in await wrong(sound, "ANTHROPIC_API_KEY")


@pytest.mark.parametrize(
    ("script", "subject", "told"),
    [
        (Script(status=401, error_type="authentication_error"), "ANTHROPIC_API_KEY", "Make a new key"),
        (Script(status=403, error_type="permission_error"), "ANTHROPIC_API_KEY", "Make a new key"),
        (Script(status=529, error_type="overloaded_error"), "ANTHROPIC_INTERVIEWER_MODEL", "Try again"),
        (Script(status=404, error_type="not_found_error"), "ANTHROPIC_INTERVIEWER_MODEL", "there is no model"),
    ],
)
async def test_what_claude_answers(sound: Settings, script: Script, subject: str, told: str) -> None:
    async with answering(script) as url:
        sound.anthropic.base_url = url
        found = await findings(sound)
    assert told in found[subject].sentence
    assert not found[subject].ok


@pytest.mark.parametrize(
    ("can", "subject", "told"),
    [
        ({"thinking": {"types": {"disabled": {"supported": False}}}}, "ANTHROPIC_INTERVIEWER_MODEL", "thinks before it speaks"),
        ({"structured_outputs": {"supported": False}}, "ANTHROPIC_JUDGE_MODEL", "no structured output"),
    ],
)
async def test_a_model_that_cannot_do_what_is_asked_of_it(
    sound: Settings, provider: Provider, can: dict[str, Any], subject: str, told: str
) -> None:
    whole = {"thinking": {"types": {"disabled": {"supported": True}}}, "structured_outputs": {"supported": True}}
    provider.capabilities = {**whole, **can}
    assert told in await wrong(sound, subject)


async def test_nobody_at_claudes_address(sound: Settings) -> None:
    sound.anthropic.base_url = "http://127.0.0.1:9"
    assert "no answer" in await wrong(sound, "ANTHROPIC_BASE_URL")


@asynccontextmanager
async def answering(script: Script) -> AsyncIterator[str]:
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
async def voices() -> AsyncIterator[dict[str, Any]]:
    """What stands at Deepgram's and Cartesia's addresses: the status of their next answer, and what they were asked."""
    board: dict[str, Any] = {"status": 200, "asked": []}

    async def answer(request: Request) -> Response:
        board["asked"].append((request.url.path, request.headers.get("authorization"), request.headers.get("x-api-key")))
        return Response("{}", board["status"])

    async with served(Starlette(routes=[Route("/{path:path}", answer)])) as address:
        board["url"] = f"http://127.0.0.1:{address.port}"
        yield board


@pytest.fixture
def speaking(livekit_server: LivekitServer, sound: Settings, voices: dict[str, Any]) -> Settings:
    """Settings with which all is well by voice, too."""
    sound.deepgram.api_key = sound.cartesia.api_key = SecretStr(KEY)
    sound.deepgram.base_url, sound.cartesia.base_url = f"{voices['url']}/v1/listen", voices["url"]
    return sound


async def test_without_livekit_interviews_are_typed_and_that_is_fine(sound: Settings) -> None:
    found = await findings(sound)
    assert found["LIVEKIT_URL"].ok
    assert "interviews are typed" in found["LIVEKIT_URL"].sentence
    assert "DEEPGRAM_API_KEY" not in found


async def test_when_all_is_well_by_voice_it_says_so(speaking: Settings, voices: dict[str, Any]) -> None:
    found = await findings(speaking)
    assert [finding.sentence for finding in found.values() if not finding.ok] == []
    assert (found["DEEPGRAM_API_KEY"].sentence, found["CARTESIA_API_KEY"].sentence) == (
        "Deepgram takes it.",
        "Cartesia takes it.",
    )
    assert voices["asked"] == [("/v1/auth/token", f"Token {KEY}", None), ("/voices", None, KEY)]


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
async def test_what_is_wrong_about_livekit(speaking: Settings, name: str, value: Any, subject: str, told: str) -> None:
    setattr(speaking.livekit, name, value)
    found = [finding async for finding in checkup.examine(speaking) if not finding.ok]
    assert found[0].subject == subject
    assert told in found[0].sentence
    assert "www" not in found[0].sentence, "no secret is told"


@pytest.mark.parametrize("group", ["deepgram", "cartesia"])
async def test_what_is_wrong_about_a_provider_of_speech(speaking: Settings, voices: dict[str, Any], group: str) -> None:
    provider = getattr(speaking, group)
    provider.api_key = SecretStr("")
    assert "put your key into .env" in await wrong(speaking, f"{group.upper()}_API_KEY")
    provider.api_key = SecretStr(KEY)
    provider.base_url = "http://127.0.0.1:9/v1/listen"
    assert "no answer" in await wrong(speaking, f"{group.upper()}_BASE_URL")


async def test_a_key_that_a_provider_of_speech_refuses(speaking: Settings, voices: dict[str, Any]) -> None:
    voices["status"] = 401
    found = await findings(speaking)
    assert [name for name, finding in found.items() if not finding.ok] == ["DEEPGRAM_API_KEY", "CARTESIA_API_KEY"]
    assert "Make a new key" in found["CARTESIA_API_KEY"].sentence
    voices["status"] = 404
    found = await findings(speaking)
    assert found["DEEPGRAM_API_KEY"].ok
    assert "does not say" in found["DEEPGRAM_API_KEY"].sentence


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_store_of_recordings_is_tried(speaking: Settings, tmp_path: Path) -> None:
    assert (await findings(speaking))["RECORDING_STORE"].sentence == "not set: nothing is recorded."
    speaking.recording.store = str(tmp_path / "recordings")
    assert (await findings(speaking))["RECORDING_STORE"].sentence == "can be written, read and deleted in."
    assert left_in(tmp_path / "recordings") == [], "nothing is left of the trial"
    (tmp_path / "file").write_bytes(b"")
    speaking.recording.store = str(tmp_path / "file")
    assert "It must be a folder, or s3://bucket/prefix" in await wrong(speaking, "RECORDING_STORE")
    speaking.recording.store = "s3:///prefix"
    assert "name of a bucket" in await wrong(speaking, "RECORDING_STORE")
