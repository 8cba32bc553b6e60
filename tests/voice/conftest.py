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
"""the interviewer talks so many times faster than it would: nobody has to follow"""


@pytest.fixture(scope="package")
async def launched_fleet(
    bound_database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("voice")
    provider = AnthropicProvider()
    async with (
        serve(provider.app) as address,
        # it hears exactly what callers announce: what Whisper makes of espeak's voice is told by tests of its own
        SpeechProviderProcess("deepgram", folder, ROOT, "--phrases") as deepgram,
        SpeechProviderProcess("cartesia", folder, ROOT, "--speed-factor", SPEECH_SPEED) as cartesia,
    ):
        provider.url = f"http://127.0.0.1:{address.port}"
        async with launch_fleet(mongod, bound_database.name, provider, folder, SpeechProviders(deepgram, cartesia)) as fleet:
            yield fleet


@pytest.fixture
async def fleet(launched_fleet: Fleet) -> Fleet:
    """The processes, with a LiveKit, two voice workers and a recorder; all of them up, without scripts."""
    await launched_fleet.restore()
    return launched_fleet
