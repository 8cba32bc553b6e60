from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from sandbox.anthropic.provider import AnthropicProvider
from sandbox.voice_stack import SpeechProviderProcess
from tests.end_to_end.fleet import ROOT, Fleet, SpeechProviders
from tests.end_to_end.fleet_launch import launch_fleet
from tests.schema.api_client import serve

SPEECH_SPEED = "1.8"
"""Factor by which the interviewer speaks faster than normal, to shorten the tests."""


@pytest.fixture(scope="package")
async def launched_fleet(
    bound_database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("voice")
    provider = AnthropicProvider()
    async with (
        serve(provider.app) as address,
        # Recognizes exactly what callers announce; other tests cover how Whisper hears espeak.
        SpeechProviderProcess("deepgram", folder, ROOT, "--phrases") as deepgram,
        SpeechProviderProcess("cartesia", folder, ROOT, "--speed-factor", SPEECH_SPEED) as cartesia,
    ):
        provider.url = f"http://127.0.0.1:{address.port}"
        async with launch_fleet(mongod, bound_database.name, provider, folder, SpeechProviders(deepgram, cartesia)) as fleet:
            yield fleet


@pytest.fixture
async def fleet(launched_fleet: Fleet) -> Fleet:
    """A fleet with LiveKit, two voice workers and a recorder, all running and without scripted replies."""
    await launched_fleet.restore()
    return launched_fleet
