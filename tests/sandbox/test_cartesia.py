"""The stand-in for Cartesia, through the unmodified LiveKit plugin."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
import pytest
from livekit.agents import APIConnectOptions, APIError, APIStatusError
from livekit.agents.utils import http_context
from livekit.agents.voice.io import TimedString
from livekit.plugins import cartesia

from sandbox import voices
from sandbox.cartesia.context import Script
from sandbox.cartesia.options import parse_options
from sandbox.cartesia.provider import Provider
from tests.schema.api import served

# they take their time by the clock
pytestmark = pytest.mark.servers

RATE = 24000
QUESTION = "Tell me about a bug that you fixed. What was the first thing you looked at?"
VOICE = "f786b574-daa5-4673-aa0c-cbe3e8534c02"
REQUEST = {
    "model_id": "sonic-3",
    "transcript": "Yes.",
    "voice": {"mode": "id", "id": VOICE},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
}
ONCE = APIConnectOptions(max_retry=0, timeout=5)


@pytest.fixture
async def speaker() -> AsyncIterator[Provider]:
    provider = Provider()
    async with served(provider.app) as address:
        provider.url = f"http://127.0.0.1:{address.port}"
        yield provider


@asynccontextmanager
async def plugin(provider: Provider, **options: Any) -> AsyncIterator[cartesia.TTS]:
    async with http_context.open():
        tts = cartesia.TTS(api_key="test", base_url=provider.url, **options)
        yield tts
        await tts.aclose()


class Heard:
    """What came out of a stream."""

    def __init__(self) -> None:
        self.samples = np.zeros(0, np.int16)
        self.words: list[TimedString] = []
        self.at: list[float] = []
        """when each frame came, from the first text on"""

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


async def speak(tts: cartesia.TTS, text: str) -> Heard:
    heard = Heard()
    clock = asyncio.get_running_loop().time
    stream = tts.stream(conn_options=ONCE)
    began = clock()
    for word in text.split(" "):
        stream.push_text(word + " ")
    stream.end_input()
    async for event in stream:
        heard.at.append(clock() - began)
        heard.samples = np.concatenate([heard.samples, np.frombuffer(event.frame.data, np.int16)])
        heard.words += event.frame.userdata.get("lk.timed_transcripts", [])
    await stream.aclose()
    return heard


async def test_text_becomes_sound_with_the_time_of_each_word_as_it_was_sent(speaker: Provider) -> None:
    async with plugin(speaker) as tts:
        heard = await speak(tts, QUESTION)
    assert 3 < heard.seconds < 8
    assert np.abs(heard.samples).max() > 3000
    assert " ".join("".join(heard.words).split()) == QUESTION
    starts = [word.start_time for word in heard.words if isinstance(word.start_time, float)]
    assert len(starts) == len(QUESTION.split())
    assert starts == sorted(starts)
    # the second sentence is timed from the beginning of the whole
    assert starts[-1] > heard.seconds / 2
    assert (speaker.texts, speaker.spoken[0].is_done) == ([QUESTION], True)


async def test_long_texts_are_not_there_at_once_and_come_faster_than_they_are_heard(speaker: Provider) -> None:
    async with plugin(speaker) as tts:
        heard = await speak(tts, " ".join([QUESTION] * 3))
    took = heard.at[-1] - heard.at[0]
    assert 0.8 * heard.seconds / 6 < took < heard.seconds


async def test_a_provider_in_haste_speaks_so_much_faster_than_it_was_asked_to() -> None:
    rates = [
        parse_options({**REQUEST, "generation_config": {"speed": 1.2}}, haste).voice.rate / voices.INTERVIEWER_RATE
        for haste in (1.0, 2.0)
    ]
    assert rates == pytest.approx([1.2, 2.4])


async def test_the_first_sound_comes_when_the_script_says(speaker: Provider) -> None:
    speaker.scripts.append(Script(first_audio_seconds=0.6))
    async with plugin(speaker) as tts:
        late, soon = await speak(tts, "Yes."), await speak(tts, "Yes.")
    assert late.at[0] >= 0.6 > soon.at[0]


async def test_one_connection_carries_one_text_after_another(speaker: Provider) -> None:
    async with plugin(speaker) as tts:
        await speak(tts, "One.")
        assert speaker.open == 1
        await speak(tts, "Two.")
        assert speaker.open == 1
    assert speaker.texts == ["One.", "Two."]


async def test_who_goes_away_is_not_spoken_to_any_more(speaker: Provider) -> None:
    async with plugin(speaker) as tts:
        stream = tts.stream(conn_options=ONCE)
        stream.push_text(" ".join([QUESTION] * 20))
        stream.end_input()
        await anext(aiter(stream))
        await stream.aclose()
        # the plugin closes an interrupted connection when it takes the next one
        assert (await speak(tts, "Yes.")).seconds < 1
        while speaker.open > 1:
            await asyncio.sleep(0.01)
        interrupted = speaker.spoken[0]
        seconds = interrupted.seconds
        await asyncio.sleep(0.1)
    assert not interrupted.is_done
    assert interrupted.seconds == seconds


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
async def test_the_language_decides_how_it_sounds(speaker: Provider, language: str) -> None:
    async with plugin(speaker, language=language) as tts:
        heard = await speak(tts, "Information, question, international.")
    assert speaker.spoken[0].language == language
    assert heard.seconds > 1
    assert len(heard.words) == 3


async def test_bytes_are_the_whole_sound(speaker: Provider) -> None:
    async with plugin(speaker) as tts:
        stream = tts.synthesize(QUESTION, conn_options=ONCE)
        whole = [event.frame async for event in stream]
        await stream.aclose()
    assert 3 < sum(frame.duration for frame in whole) < 8
    assert speaker.spoken[0].is_done


@pytest.mark.parametrize(
    "options",
    [{"voice": "nobody"}, {"model": "whale-1"}, {"language": "xx"}],
)
async def test_what_the_real_one_does_not_have_is_an_error(speaker: Provider, options: dict[str, str]) -> None:
    async with plugin(speaker, **options) as tts:
        # an error is the last message of its context, and the plugin takes it for an end without sound
        with pytest.raises(APIError, match="no audio frames"):
            await speak(tts, "Yes.")
        with pytest.raises(APIStatusError):
            await tts.synthesize("Yes.", conn_options=ONCE).collect()


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}])
async def test_no_key_is_refused(speaker: Provider, headers: Mapping[str, str]) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{speaker.url}/tts/websocket?cartesia_version=2025-04-16", headers=headers)
        answer = await session.post(f"{speaker.url}/tts/bytes", json={}, headers={"Cartesia-Version": "2025-04-16", **headers})
    assert (refused.value.status, answer.status) == (401, 401)


async def test_no_version_is_refused(speaker: Provider) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{speaker.url}/tts/bytes", json={}, headers={"X-API-Key": "test"})
    assert answer.status == 400


async def test_a_connection_may_be_refused_with_any_status(speaker: Provider) -> None:
    speaker.refusals.append(429)
    async with plugin(speaker) as tts:
        with pytest.raises(APIStatusError) as refused:
            await speak(tts, "Yes.")
        assert refused.value.status_code == 429
        assert (await speak(tts, "Yes.")).seconds > 0


async def test_scripts_break_off_fail_and_stall(speaker: Provider) -> None:
    speaker.scripts += [Script(error="out of breath"), Script(cut_after=0.5), Script(stall_after=0.5)]
    async with plugin(speaker) as tts:
        with pytest.raises(APIError, match="no audio frames"):
            await speak(tts, QUESTION)
        with pytest.raises(APIError, match="closed unexpectedly"):
            await speak(tts, QUESTION)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(speak(tts, QUESTION), 1.0)
    assert [round(spoken.seconds, 1) for spoken in speaker.spoken] == [0.0, 0.5, 0.5]


async def test_a_context_is_cancelled_by_its_name(speaker: Provider) -> None:
    request = {
        "model_id": "sonic-3",
        "voice": {"mode": "id", "id": VOICE},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
        "language": "en",
        "transcript": " ".join([QUESTION] * 20),
    }
    address = f"{speaker.url}/tts/websocket?cartesia_version=2025-04-16"
    async with aiohttp.ClientSession() as session, session.ws_connect(address, headers={"X-API-Key": "test"}) as socket:
        await socket.send_str("no JSON")
        assert (await socket.receive_json())["error"] == "the message is no JSON object"
        await socket.send_json({**request, "context_id": "mute", "voice": {"mode": "id", "id": "nobody"}})
        problem = await socket.receive_json()
        assert (problem["type"], problem["done"], problem["context_id"], problem["status_code"]) == ("error", True, "mute", 404)
        await socket.send_json({**request, "context_id": "long"})
        assert (await socket.receive_json())["context_id"] == "long"
        await socket.send_json({"context_id": "long", "cancel": True})
        await socket.send_json({**request, "context_id": "short", "transcript": "Yes."})
        told: list[dict[str, Any]] = []
        while not told or told[-1]["type"] != "done":
            told.append(await socket.receive_json())
    assert told[-1]["context_id"] == "short"
    assert [spoken.is_done for spoken in speaker.spoken] == [False, True]
