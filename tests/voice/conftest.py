from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from sandbox.anthropic.provider import Provider
from sandbox.voice import SpeechProvider
from tests.end_to_end.fleet import ROOT, Fleet, Speech
from tests.end_to_end.launch import launched
from tests.schema.api import served

HASTE = "1.8"
"""the interviewer talks so many times faster than it would: nobody has to follow"""


@pytest.fixture(scope="package")
async def launched_fleet(
    bound_database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("voice")
    provider = Provider()
    async with (
        served(provider.app) as address,
        # it hears exactly what callers announce: what Whisper makes of espeak's voice is told by tests of its own
        SpeechProvider("deepgram", folder, ROOT, "--phrases") as deepgram,
        SpeechProvider("cartesia", folder, ROOT, "--haste", HASTE) as cartesia,
    ):
        provider.url = f"http://127.0.0.1:{address.port}"
        async with launched(mongod, bound_database.name, provider, folder, Speech(deepgram, cartesia)) as fleet:
            yield fleet


@pytest.fixture
async def fleet(launched_fleet: Fleet) -> Fleet:
    """The processes, with a LiveKit, two voice workers and a recorder; all of them up, without scripts."""
    await launched_fleet.mend()
    return launched_fleet
