"""Whether speech works, checked through the unmodified plugins at loopback providers that fail."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from agent.voice.speech_checks import is_recognizer_working, is_speech_working, is_synthesizer_working, offer_voice_again
from lifecycle.presence import continue_in_text
from lifecycle.services import Services
from models.documents.interview import Interview, SpeechOutage
from models.documents.turn import Channel
from models.storage.clock import now
from models.writes.room_transitions import switch_channel_to_voice
from sandbox.cartesia.provider import CartesiaProvider
from sandbox.deepgram.provider import DeepgramProvider
from sandbox.deepgram.recognizer import FixedTextRecognizer
from sandbox.speech_failure import SpeechFailure
from settings import Settings
from tests.factories import make_voice_interview, reload_interview
from tests.schema.api_client import serve

FAILURES = [
    SpeechFailure(refused_status=402),
    SpeechFailure(refused_status=429, retry_after_seconds=1),
    SpeechFailure(is_silent=True),
]
WORKS = SpeechFailure()


@pytest.fixture
async def recognizer() -> AsyncIterator[DeepgramProvider]:
    provider = DeepgramProvider(FixedTextRecognizer(["never"]))
    async with serve(provider.app) as address:
        provider.url = f"http://127.0.0.1:{address.port}/v1/listen"
        yield provider


@pytest.fixture
async def synthesizer() -> AsyncIterator[CartesiaProvider]:
    provider = CartesiaProvider()
    async with serve(provider.app) as address:
        provider.url = f"http://127.0.0.1:{address.port}"
        yield provider


@pytest.fixture
def speech_settings(
    settings: Settings, recognizer: DeepgramProvider, synthesizer: CartesiaProvider, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setattr("agent.voice.speech_checks.CHECK_SECONDS", 0.5)
    key = SecretStr("key")
    return settings.model_copy(
        update={
            "deepgram": settings.deepgram.model_copy(update={"api_key": key, "base_url": recognizer.url}),
            "cartesia": settings.cartesia.model_copy(update={"api_key": key, "base_url": synthesizer.url}),
        }
    )


async def test_provider_works_unless_it_refuses_or_answers_nothing(
    speech_settings: Settings, recognizer: DeepgramProvider, synthesizer: CartesiaProvider
) -> None:
    assert await is_speech_working(speech_settings, "de-AT")
    assert (recognizer.streams[0].language, synthesizer.records[0].language) == ("de", "de")
    for failure in FAILURES:
        await recognizer.fail(failure)
        await synthesizer.fail(failure)
        assert not await is_recognizer_working(speech_settings, "en"), failure
        assert not await is_synthesizer_working(speech_settings, "en"), failure
    await synthesizer.fail(SpeechFailure(is_empty=True))
    assert not await is_synthesizer_working(speech_settings, "en")


async def test_voice_is_offered_again_once_speech_works(
    speech_settings: Settings, services: Services, recognizer: DeepgramProvider
) -> None:
    services = Services(speech_settings, services.live, services.jobs, services.rooms, services.rate_limits)
    interview = await make_voice_interview()
    changed = await continue_in_text(services, interview.id, {})
    assert changed
    first = changed.speech_outage
    assert first
    assert first.due_at
    assert (first.due_at - first.since, first.ended_at) == (timedelta(seconds=30), None)

    async def check() -> SpeechOutage:
        """Make the check that is due, which would be later without this."""
        await Interview.find_one(Interview.id == interview.id).update({"$set": {"speech_outage.due_at": now()}})
        await offer_voice_again(services)
        outage = (await reload_interview(interview)).speech_outage
        assert outage
        return outage

    await recognizer.fail(FAILURES[0])
    pauses = []
    for count in range(1, 6):
        outage = await check()
        assert outage.due_at
        assert (outage.since, outage.ended_at, outage.checks) == (first.since, None, count)
        pauses.append(round((outage.due_at - now()).total_seconds(), -1))
    assert pauses == [60, 120, 240, 300, 300]
    streams = len(recognizer.streams)
    await recognizer.fail(WORKS)
    await offer_voice_again(services)
    assert len(recognizer.streams) == streams, "no check is due"
    outage = await check()
    assert outage.due_at is None
    assert outage.ended_at
    assert outage.ended_at > outage.since
    assert (await reload_interview(interview)).channel is Channel.TEXT, "the candidate decides"
    back = await switch_channel_to_voice(interview.id, 10, 10)
    assert back
    assert back.speech_outage is None
