"""The simulated Cartesia through the unmodified LiveKit plugin."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
import pytest
from livekit.agents import APIConnectOptions, APIError, APIStatusError, APITimeoutError
from livekit.agents.utils import http_context
from livekit.agents.voice.io import TimedString
from livekit.plugins import cartesia

from sandbox.cartesia.context import ScriptedSpeech
from sandbox.cartesia.provider import CartesiaProvider
from sandbox.speech_failure import SpeechFailure
from tests.helpers import wait_until
from tests.schema.api_client import serve

# these tests measure real time
pytestmark = pytest.mark.servers

RATE = 24000
QUESTION = "Tell me about a bug that you fixed. What was the first thing you looked at?"
VOICE_ID = "f786b574-daa5-4673-aa0c-cbe3e8534c02"
NO_RETRY = APIConnectOptions(max_retry=0, timeout=5)
IMPATIENT = APIConnectOptions(max_retry=0, timeout=0.5)
REQUEST = {
    "model_id": "sonic-3",
    "voice": {"mode": "id", "id": VOICE_ID},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
    "language": "en",
}
VERSION_HEADERS = {"X-API-Key": "test", "Cartesia-Version": "2025-04-16"}


@pytest.fixture
async def cartesia_provider() -> AsyncIterator[CartesiaProvider]:
    provider = CartesiaProvider()
    async with serve(provider.app) as address:
        provider.url = f"http://127.0.0.1:{address.port}"
        yield provider


@asynccontextmanager
async def open_plugin(provider: CartesiaProvider, **options: Any) -> AsyncIterator[cartesia.TTS]:
    async with http_context.open():
        tts = cartesia.TTS(api_key="test", base_url=provider.url, **options)
        yield tts
        await tts.aclose()


class SynthesizedAudio:
    """The audio and words of one stream."""

    def __init__(self) -> None:
        self.samples = np.zeros(0, np.int16)
        self.words: list[TimedString] = []
        self.arrival_times: list[float] = []
        """Seconds from the first text to the arrival of each frame."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


async def synthesize_text(tts: cartesia.TTS, text: str, options: APIConnectOptions = NO_RETRY) -> SynthesizedAudio:
    heard = SynthesizedAudio()
    clock = asyncio.get_running_loop().time
    stream = tts.stream(conn_options=options)
    began = clock()
    for word in text.split(" "):
        stream.push_text(word + " ")
    stream.end_input()
    async for event in stream:
        heard.arrival_times.append(clock() - began)
        heard.samples = np.concatenate([heard.samples, np.frombuffer(event.frame.data, np.int16)])
        heard.words += event.frame.userdata.get("lk.timed_transcripts", [])
    await stream.aclose()
    return heard


async def test_text_becomes_audio_with_the_time_of_each_word(cartesia_provider: CartesiaProvider) -> None:
    async with open_plugin(cartesia_provider) as tts:
        heard = await synthesize_text(tts, QUESTION)
        await synthesize_text(tts, "Yes.")
        assert cartesia_provider.open_connections == 1, "the plugin reuses a connection whose context is done"
    assert 3 < heard.seconds < 8
    assert np.abs(heard.samples).max() > 3000
    assert " ".join("".join(heard.words).split()) == QUESTION
    starts = [word.start_time for word in heard.words if isinstance(word.start_time, float)]
    assert len(starts) == len(QUESTION.split())
    assert starts == sorted(starts)
    # the times of the second sentence count from the beginning of the audio
    assert starts[-1] > heard.seconds / 2
    assert cartesia_provider.texts == [QUESTION, "Yes."]
    assert all(spoken.is_done for spoken in cartesia_provider.records)


async def test_first_audio_arrives_when_the_script_says(cartesia_provider: CartesiaProvider) -> None:
    async with open_plugin(cartesia_provider) as tts:
        soon = await synthesize_text(tts, "Yes.")
        cartesia_provider.script = ScriptedSpeech(first_audio_seconds=0.6)
        late = await synthesize_text(tts, "Yes.")
    assert late.arrival_times[0] >= 0.6 > soon.arrival_times[0]


async def test_interrupted_stream_is_not_synthesized_further(cartesia_provider: CartesiaProvider) -> None:
    async with open_plugin(cartesia_provider) as tts:
        stream = tts.stream(conn_options=NO_RETRY)
        stream.push_text(" ".join([QUESTION] * 20))
        stream.end_input()
        await anext(aiter(stream))
        await stream.aclose()
        # the plugin closes an interrupted connection when it opens the next one
        assert (await synthesize_text(tts, "Yes.")).seconds < 1
        await wait_until(lambda: cartesia_provider.open_connections == 1)
        interrupted = cartesia_provider.records[0]
        seconds = interrupted.seconds
        await asyncio.sleep(0.1)
    assert not interrupted.is_done
    assert interrupted.seconds == seconds


async def test_bytes_request_returns_the_whole_audio(cartesia_provider: CartesiaProvider) -> None:
    async with open_plugin(cartesia_provider, language="de") as tts:
        stream = tts.synthesize(QUESTION, conn_options=NO_RETRY)
        whole = [event.frame async for event in stream]
        await stream.aclose()
    assert 3 < sum(frame.duration for frame in whole) < 8
    assert (cartesia_provider.records[0].language, cartesia_provider.records[0].is_done) == ("de", True)


@pytest.mark.parametrize(
    "options",
    [{"voice": "nobody"}, {"model": "whale-1"}, {"language": "xx"}],
)
async def test_unknown_voice_model_or_language_is_an_error(cartesia_provider: CartesiaProvider, options: dict[str, str]) -> None:
    async with open_plugin(cartesia_provider, **options) as tts:
        # the error is the last message of its context, and the plugin treats it as an end without audio
        with pytest.raises(APIError, match="no audio frames"):
            await synthesize_text(tts, "Yes.")
        with pytest.raises(APIStatusError):
            await tts.synthesize("Yes.", conn_options=NO_RETRY).collect()


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}])
async def test_request_without_a_key_is_refused(cartesia_provider: CartesiaProvider, headers: Mapping[str, str]) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{cartesia_provider.url}/tts/websocket?cartesia_version=2025-04-16", headers=headers)
        response = await session.post(
            f"{cartesia_provider.url}/tts/bytes", json={}, headers={"Cartesia-Version": "2025-04-16", **headers}
        )
    assert (refused.value.status, response.status) == (401, 401)


async def test_request_without_a_version_is_refused(cartesia_provider: CartesiaProvider) -> None:
    async with aiohttp.ClientSession() as session:
        response = await session.post(f"{cartesia_provider.url}/tts/bytes", json={}, headers={"X-API-Key": "test"})
    assert response.status == 400


async def test_invalid_message_is_answered_with_an_error_and_a_context_is_cancelled_by_its_id(
    cartesia_provider: CartesiaProvider,
) -> None:
    request = {**REQUEST, "transcript": " ".join([QUESTION] * 20)}
    address = f"{cartesia_provider.url}/tts/websocket?cartesia_version=2025-04-16"
    async with aiohttp.ClientSession() as session, session.ws_connect(address, headers={"X-API-Key": "test"}) as socket:
        await socket.send_str("no JSON")
        assert (await socket.receive_json())["error"] == "the message is not a JSON object"
        await socket.send_json({**request, "context_id": "mute", "voice": {"mode": "id", "id": "nobody"}})
        problem = await socket.receive_json()
        assert (problem["type"], problem["done"], problem["context_id"], problem["status_code"]) == ("error", True, "mute", 404)
        await socket.send_json({**request, "context_id": "long"})
        assert (await socket.receive_json())["context_id"] == "long"
        await socket.send_json({"context_id": "long", "cancel": True})
        await socket.send_json({**request, "context_id": "short", "transcript": "Yes."})
        messages: list[dict[str, Any]] = []
        while not messages or messages[-1]["type"] != "done":
            messages.append(await socket.receive_json())
    assert messages[-1]["context_id"] == "short"
    assert [spoken.is_done for spoken in cartesia_provider.records] == [False, True]


async def test_scripted_refusal_of_a_connection_has_the_documented_status(cartesia_provider: CartesiaProvider) -> None:
    await cartesia_provider.fail(SpeechFailure(refused_status=429, retry_after_seconds=3))
    async with open_plugin(cartesia_provider) as tts:
        with pytest.raises(APIStatusError) as refused:
            await synthesize_text(tts, "Yes.")
    async with aiohttp.ClientSession() as session:
        response = await session.post(f"{cartesia_provider.url}/tts/bytes", json=REQUEST, headers=VERSION_HEADERS)
        body = await response.json()
    assert (refused.value.status_code, response.status) == (429, 429)
    assert (body["error_code"], response.headers["retry-after"]) == ("concurrency_limited", "3")


async def test_open_connection_refuses_new_contexts_and_is_closed_with_1011(cartesia_provider: CartesiaProvider) -> None:
    address = f"{cartesia_provider.url}/tts/websocket?cartesia_version=2025-04-16"
    async with aiohttp.ClientSession() as session, session.ws_connect(address, headers={"X-API-Key": "test"}) as socket:
        answer = await session.post(f"{cartesia_provider.url}/failure", json={"refused_status": 402})
        assert answer.status == 204
        await socket.send_json({**REQUEST, "transcript": "Yes.", "context_id": "unpaid"})
        error = await socket.receive_json()
        assert (error["type"], error["done"], error["status_code"], error["context_id"]) == ("error", True, 402, "unpaid")
        await cartesia_provider.fail(SpeechFailure(closes_connections=True))
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1011


async def test_provider_that_sends_no_audio_fails_the_plugin(cartesia_provider: CartesiaProvider) -> None:
    async with open_plugin(cartesia_provider) as tts:
        await cartesia_provider.fail(SpeechFailure(is_silent=True))
        with pytest.raises(APITimeoutError):
            await synthesize_text(tts, "Yes.", IMPATIENT)
        await cartesia_provider.fail(SpeechFailure(is_empty=True))
        with pytest.raises(APIError, match="no audio frames"):
            await synthesize_text(tts, "Yes.")
        await cartesia_provider.fail(SpeechFailure())
        assert (await synthesize_text(tts, "Yes.")).seconds > 0
