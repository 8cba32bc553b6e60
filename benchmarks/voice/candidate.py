"""A candidate in a process of its own, who answers every question with the same sentence.

Runs as `python -m benchmarks.voice.candidate FILE`, with LIVEKIT_URL and LIVEKIT_TOKEN in the environment, and writes what was
said and heard to FILE as JSON.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from sandbox.caller.participant import VoiceCaller

ANSWER = "I have used it for three years now."


def _answer(text: str) -> str | None:
    # the greeting and the closing ask nothing
    return ANSWER if "?" in text else None


async def _hold(path: Path) -> None:
    async with VoiceCaller(os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_TOKEN"]) as caller:
        await caller.converse(_answer)
    record = {"said": [asdict(said) for said in caller.utterances], "sounds": [asdict(sound) for sound in caller.sounds]}
    await asyncio.to_thread(path.write_text, json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_hold(Path(sys.argv[1])))
