"""The simulated Deepgram through the unmodified LiveKit plugin."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Any

import aiohttp
import jiwer
import numpy as np
import pytest
from livekit import rtc
from livekit.agents import APIConnectOptions, APIStatusError
from livekit.agents.stt import SpeechEvent, SpeechEventType
from livekit.agents.utils import http_context
from livekit.plugins import deepgram

from sandbox.deepgram.phrases import PhraseRecognizer
from sandbox.deepgram.provider import DeepgramProvider
from sandbox.deepgram.recognizer import FixedTextRecognizer, Recognizer
from sandbox.deepgram.stream import ScriptedResult
from sandbox.deepgram.whisper import WhisperRecognizer
from sandbox.speech import synthesize
from sandbox.speech_failure import SpeechFailure
from sandbox.voices import CANDIDATE_VOICE
from tests.schema.api_client import serve

# these tests measure real time
pytestmark = pytest.mark.servers

RATE = 16000
SENTENCE = "I fixed a bug in the parcel service, because two workers waited for each other."
QUERY = {"model": "nova-3", "encoding": "linear16", "sample_rate": str(RATE), "channels": "1", "interim_results": "true"}
AUTH_HEADERS = {"Authorization": "Token test"}
UPGRADE_HEADERS = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
NO_RETRY = APIConnectOptions(max_retry=0, timeout=5)


@asynccontextmanager
async def serve_deepgram(recognizer: Recognizer) -> AsyncIterator[DeepgramProvider]:
    provider = DeepgramProvider(recognizer)
    async with serve(provider.app) as address:
        provider.url = f"http://127.0.0.1:{address.port}/v1/listen"
        yield provider


def make_audio_pieces(*parts: str | float) -> list[bytes]:
    """Return texts in the candidate's voice and silences in seconds as audio, in pieces of 50 ms."""
    silence = [np.zeros(int(part * RATE), np.int16) for part in parts if isinstance(part, float)]
    speech = [synthesize(part, CANDIDATE_VOICE, RATE).samples for part in parts if isinstance(part, str)]
    samples = np.concatenate([(silence if isinstance(part, float) else speech).pop(0) for part in parts])
    return [samples[start : start + 800].tobytes() for start in range(0, len(samples), 800)]


async def transcribe_with_plugin(
    provider: DeepgramProvider, *parts: str | float, pace: float = 0.0, **options: Any
) -> list[SpeechEvent]:
    """Return the plugin's events for the audio, except usage events."""
    async with http_context.open():
        stt = deepgram.STT(api_key="test", base_url=provider.url, sample_rate=RATE, **options)
        stream = stt.stream(conn_options=NO_RETRY)
        # a refused stream is closed, and the iteration below raises its error
        with suppress(RuntimeError):
            for piece in make_audio_pieces(*parts):
                stream.push_frame(rtc.AudioFrame(piece, RATE, 1, len(piece) // 2))
                await asyncio.sleep(pace)
            stream.end_input()
        events = [event async for event in stream if event.type != SpeechEventType.RECOGNITION_USAGE]
        await stt.aclose()
    return events


def event_types(events: list[SpeechEvent]) -> list[str]:
    return [str(event.type.value) for event in events]


def final_texts(events: list[SpeechEvent]) -> list[str]:
    return [event.alternatives[0].text for event in events if event.type == SpeechEventType.FINAL_TRANSCRIPT]


@asynccontextmanager
async def open_socket(
    provider: DeepgramProvider, headers: Mapping[str, str] = AUTH_HEADERS, /, **query: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(provider.url, params={**QUERY, **query}, headers=headers) as socket,
    ):
        yield socket


async def read_until_closed(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
    return [message.json() async for message in socket]


async def test_real_audio_becomes_words_with_times_and_confidence() -> None:
    recognizer = WhisperRecognizer()
    async with serve_deepgram(recognizer) as provider:
        events = await transcribe_with_plugin(provider, 0.5, SENTENCE, 1.0, pace=0.02)
    recognizer.close()
    text = " ".join(final_texts(events))
    normal = jiwer.Compose([jiwer.ToLowerCase(), jiwer.RemovePunctuation(), jiwer.ReduceToListOfListOfWords()])
    assert jiwer.wer(SENTENCE, text, reference_transform=normal, hypothesis_transform=normal) <= 0.4, text
    said = [event.alternatives[0] for event in events if event.type == SpeechEventType.FINAL_TRANSCRIPT]
    words = [word for alternative in said for word in alternative.words or []]
    assert " ".join(words) == text
    times = [word.start_time for word in words if isinstance(word.start_time, float)]
    assert len(times) == len(words)
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert abs(times[0] - 0.5) < 0.4
    assert 0.4 < said[0].confidence <= 1
    assert any(event.type == SpeechEventType.INTERIM_TRANSCRIPT for event in events)


async def test_speech_has_a_start_interim_results_and_an_end() -> None:
    async with serve_deepgram(FixedTextRecognizer(["one two three"])) as provider:
        events = await transcribe_with_plugin(provider, 0.5, SENTENCE, 1.0, pace=0.01)
    types = event_types(events)
    assert types[0] == "start_of_speech"
    assert types[-2:] == ["final_transcript", "end_of_speech"]
    assert "interim_transcript" in types
    assert provider.streams[0].model == "nova-3"
    assert provider.open_streams == 0


async def test_announced_phrases_are_recognized_exactly_and_at_the_right_times() -> None:
    recognizer = PhraseRecognizer(CANDIDATE_VOICE)
    async with serve_deepgram(recognizer) as provider:
        async with aiohttp.ClientSession() as session:
            announced = await session.post(
                provider.url.replace("/v1/listen", "/phrases"), json={"texts": [SENTENCE, "Yes, of course."]}
            )
            assert announced.status == 204
        events = await transcribe_with_plugin(provider, 0.5, "Yes, of course.", 1.5, SENTENCE, 1.0, "Nobody announced this.", 1.0)
    assert " ".join(final_texts(events)) == f"Yes, of course. {SENTENCE}"
    heard = [
        word for event in events if event.type == SpeechEventType.FINAL_TRANSCRIPT for word in event.alternatives[0].words or []
    ]
    spoken = synthesize("Yes, of course.", CANDIDATE_VOICE, RATE)
    at = [0.5 + word.start for word in spoken.words] + [
        2.0 + spoken.seconds + w.start for w in synthesize(SENTENCE, CANDIDATE_VOICE, RATE).words
    ]
    assert [word.start_time for word in heard] == pytest.approx(at, abs=0.15)


async def test_scripted_delay_postpones_the_final_result() -> None:
    delay_seconds = 1.5
    clock = asyncio.get_running_loop().time
    async with serve_deepgram(FixedTextRecognizer(["Done."])) as provider:
        provider.script = ScriptedResult(final_seconds=delay_seconds)
        async with open_socket(provider) as socket:
            pieces = make_audio_pieces("One two three")
            last_loud = max(index for index, piece in enumerate(pieces) if np.abs(np.frombuffer(piece, np.int16)).max() > 1000)
            ended = 0.0
            for index, piece in enumerate(pieces + make_audio_pieces(2.0)):
                await socket.send_bytes(piece)
                ended = clock() if index == last_loud else ended
                await asyncio.sleep(0.05 if index > last_loud else 0)
            while not (await socket.receive_json()).get("is_final"):
                pass
    assert clock() - ended >= delay_seconds - 0.05


async def test_plugin_reports_a_refused_stream() -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider:
        with pytest.raises(APIStatusError) as refused:
            await transcribe_with_plugin(provider, "One.", 1.0, model="whisper-9")
    assert refused.value.status_code == 400


@pytest.mark.parametrize(
    ("failure", "code", "is_retryable"),
    [
        (SpeechFailure(refused_status=402), "ASR_PAYMENT_REQUIRED", False),
        (SpeechFailure(refused_status=429, retry_after_seconds=7), "TOO_MANY_REQUESTS", True),
    ],
)
async def test_scripted_refusal_has_the_documented_status_and_code(failure: SpeechFailure, code: str, is_retryable: bool) -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider:
        await provider.fail(failure)
        with pytest.raises(APIStatusError) as refused:
            await transcribe_with_plugin(provider, "One.", 1.0)
        async with aiohttp.ClientSession() as session:
            # the plugin hides body and headers
            response = await session.get(provider.url, params=QUERY, headers={**AUTH_HEADERS, **UPGRADE_HEADERS})
            body = await response.json()
    assert (refused.value.status_code, refused.value.retryable) == (failure.refused_status, is_retryable)
    assert (response.status, body["err_code"]) == (failure.refused_status, code)
    assert response.headers["dg-error"] == body["err_msg"]
    assert response.headers.get("retry-after") == (failure.retry_after_seconds and str(failure.retry_after_seconds))


async def test_scripted_closing_ends_an_open_stream_with_1011() -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider, open_socket(provider) as socket:
        await socket.send_bytes(make_audio_pieces(0.1)[0])
        async with aiohttp.ClientSession() as session:
            failure = {"refused_status": 402, "closes_connections": True}
            answer = await session.post(provider.url.replace("/v1/listen", "/failure"), json=failure)
        assert answer.status == 204
        assert await read_until_closed(socket) == []
        assert socket.close_code == 1011
        await provider.fail(SpeechFailure())
        async with open_socket(provider) as again:
            assert not again.closed


async def test_scripted_stream_returns_no_words() -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider, open_socket(provider) as socket:
        await provider.fail(SpeechFailure(is_empty=True))
        for piece in make_audio_pieces(0.2, "One two three", 1.0):
            await socket.send_bytes(piece)
        await socket.send_json({"type": "CloseStream"})
        results = [message for message in await read_until_closed(socket) if message["type"] == "Results"]
    assert {result["channel"]["alternatives"][0]["transcript"] for result in results} == {""}


async def test_scripted_silence_answers_nothing_and_closes_nothing() -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider, open_socket(provider) as socket:
        await provider.fail(SpeechFailure(is_silent=True))
        provider.idle_seconds = 0.1
        for piece in make_audio_pieces(0.2, "One two three", 1.0):
            await socket.send_bytes(piece)
        await socket.send_json({"type": "CloseStream"})
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.5)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token "}, {"Authorization": "Basic dGVzdA=="}])
async def test_stream_without_a_valid_key_is_refused(headers: dict[str, str]) -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with open_socket(provider, headers):
                pass
    assert refused.value.status == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "whisper-9"},
        {"language": "xx"},
        {"encoding": "telepathy"},
        {"sample_rate": "fast"},
        {"sample_rate": "400"},
        {"channels": "2"},
        {"interim_results": "maybe"},
        {"endpointing": "soon"},
        {"utterance_end_ms": "400"},
        {"utterance_end_ms": "1000", "interim_results": "false"},
        {"keywords": "parcel:2"},
        {"model": "nova-2", "keyterm": "parcel"},
        {"language": "de-AT"},
        {"language": "en-ZA"},
        {"language": "es-MX"},
        {"model": "nova-2", "language": "en-CA"},
        {"model": "nova-2-phonecall", "language": "de"},
        {"keyterm": "parcel " * 72},
    ],
)
async def test_invalid_parameter_is_refused(wrong: dict[str, str]) -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with open_socket(provider, **wrong):
                pass
    assert refused.value.status == 400
    assert refused.value.headers is not None
    assert refused.value.headers["dg-error"]


async def test_finalize_returns_a_final_result_for_the_speech_so_far() -> None:
    async with serve_deepgram(FixedTextRecognizer(["so far"])) as provider, open_socket(provider) as socket:
        for piece in make_audio_pieces(0.2, SENTENCE)[:30]:
            await socket.send_bytes(piece)
        await socket.send_json({"type": "Finalize"})
        message = await socket.receive_json()
        while not message["is_final"]:
            message = await socket.receive_json()
        assert message["from_finalize"]
        assert message["channel"]["alternatives"][0]["transcript"] == "so far"
        # without new speech, Finalize still gets an empty result
        await socket.send_json({"type": "Finalize"})
        empty = await socket.receive_json()
        assert (empty["from_finalize"], empty["channel"]["alternatives"][0]["transcript"]) == (True, "")


@pytest.mark.parametrize("closing", ['{"type": "CloseStream"}', b""])
async def test_closing_the_stream_returns_the_last_results_and_then_the_metadata(closing: str | bytes) -> None:
    async with serve_deepgram(FixedTextRecognizer(["the last words"])) as provider, open_socket(provider) as socket:
        for piece in make_audio_pieces(0.2, "One two three"):
            await socket.send_bytes(piece)
        await (socket.send_str(closing) if isinstance(closing, str) else socket.send_bytes(closing))
        messages = await read_until_closed(socket)
        assert [message["type"] for message in messages][-2:] == ["Results", "Metadata"]
        assert messages[-2]["channel"]["alternatives"][0]["transcript"] == "the last words"
        assert messages[-1]["duration"] > 0.5
        assert socket.close_code == 1000


async def test_utterance_end_is_sent_on_request() -> None:
    async with (
        serve_deepgram(FixedTextRecognizer(["one"])) as provider,
        open_socket(provider, utterance_end_ms="1000", vad_events="true") as socket,
    ):
        for piece in make_audio_pieces(0.2, "One.", 2.0):
            await socket.send_bytes(piece)
        await socket.send_json({"type": "CloseStream"})
        types = [message["type"] for message in await read_until_closed(socket)]
    assert types[0] == "SpeechStarted"
    assert types.count("UtteranceEnd") == 1


async def test_keepalive_keeps_an_idle_stream_open() -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider:
        provider.idle_seconds = 0.6
        async with open_socket(provider) as socket:
            for _ in range(4):
                await socket.send_json({"type": "KeepAlive"})
                await asyncio.sleep(0.3)
            assert not socket.closed
            assert await read_until_closed(socket) == []
            assert socket.close_code == 1011


async def test_unknown_message_is_an_error() -> None:
    async with serve_deepgram(FixedTextRecognizer(["never"])) as provider, open_socket(provider) as socket:
        await socket.send_str(json.dumps({"type": "Sing"}))
        assert [message["type"] for message in await read_until_closed(socket)] == ["Error"]
        assert socket.close_code == 1008
