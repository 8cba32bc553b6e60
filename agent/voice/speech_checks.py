"""Checks whether the speech providers work: for interviews that continue in writing because speech had failed."""

import asyncio
from collections import defaultdict

import structlog
from aiohttp import ClientError, ClientSession
from bson import ObjectId
from livekit.agents import APIConnectOptions, APIError
from livekit.agents.utils import http_context

from agent.recognition import resolve_recognition_language
from agent.voice.session import create_synthesizer
from lifecycle.repairs import run_periodically
from lifecycle.services import Services
from models.writes import speech_outages
from settings import Settings

log = structlog.get_logger(__name__)

CHECK_SECONDS = 2.0
"""Seconds in which a provider that works answers a short request. The candidate may be waiting in silence."""
CHECK_OPTIONS = APIConnectOptions(max_retry=0, timeout=CHECK_SECONDS)
SAMPLE_TEXT = "OK."
BATCH_SIZE = 100
"""Interviews that one round takes; the next round takes the rest."""


async def run_speech_checks(services: Services, stop: asyncio.Event) -> None:
    """Make the checks that are due, every settings.jobs.sweep_seconds until `stop` is set."""
    await run_periodically(lambda: offer_voice_again(services), services, stop)


async def offer_voice_again(services: Services) -> None:
    """Check speech for each interview whose check is due, and publish where the candidate may return to voice."""
    ids_by_language: defaultdict[str, list[ObjectId]] = defaultdict(list)
    closed = await services.credentials.closed_organizations.read_ids()
    for interview_id in await speech_outages.find_due_speech_checks(BATCH_SIZE, closed):
        if claimed := await speech_outages.claim_speech_check(interview_id):
            ids_by_language[claimed.language].append(interview_id)
    for language, interview_ids in ids_by_language.items():
        if not await is_speech_working(services.settings, language):
            continue
        for interview_id in interview_ids:
            if changed := await speech_outages.end_speech_outage(interview_id):
                log.info("speech works again", interview_id=str(interview_id))
                await services.live.publish_change(changed)


async def is_speech_working(settings: Settings, language: str) -> bool:
    """Return whether an interview in that language could be held by voice now."""
    return all(await asyncio.gather(is_recognizer_working(settings, language), is_synthesizer_working(settings, language)))


async def is_recognizer_working(settings: Settings, language: str) -> bool:
    """Return whether Deepgram accepts a stream, and reports on it when it is closed.

    That a stream is accepted proves nothing: a recognizer may take all audio and answer nothing. livekit-agents cannot tell,
    because its plugin drops what has no words.
    """
    deepgram = settings.deepgram
    query = {
        "model": deepgram.model,
        "language": resolve_recognition_language(deepgram.model, language),
        "encoding": "linear16",
        "sample_rate": "16000",
        "mip_opt_out": "true",
    }
    headers = {"Authorization": f"Token {deepgram.api_key.get_secret_value()}"}
    try:
        async with (
            asyncio.timeout(CHECK_SECONDS),
            ClientSession() as session,
            session.ws_connect(deepgram.base_url, params=query, headers=headers) as socket,
        ):
            await socket.send_json({"type": "CloseStream"})
            return "Metadata" in [message.json()["type"] async for message in socket]
    except (ClientError, TimeoutError, ValueError) as error:
        log.info("speech recognition does not work", reason=type(error).__name__)
        return False


async def is_synthesizer_working(settings: Settings, language: str) -> bool:
    """Return whether the synthesizer returns audio."""
    async with http_context.open():
        synthesizer = create_synthesizer(settings, language)
        stream = synthesizer.stream(conn_options=CHECK_OPTIONS)
        try:
            stream.push_text(SAMPLE_TEXT)
            stream.end_input()
            async with asyncio.timeout(CHECK_SECONDS):
                await anext(aiter(stream))
        except (APIError, TimeoutError, StopAsyncIteration) as error:
            log.info("speech synthesis does not work", reason=type(error).__name__)
            return False
        finally:
            await stream.aclose()
            await synthesizer.aclose()
    return True
