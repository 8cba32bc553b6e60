"""`python -m benchmarks.candidate`: a candidate in a process of its own, who answers whatever is asked, sentence by sentence.

LIVEKIT_URL and LIVEKIT_TOKEN of the environment say where. At the end it writes down, as JSON, what was said and what was heard.
"""

import argparse
import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

from sandbox.caller.participant import SpeechParts, VoiceCaller

ANSWER = "I have used it for three years now."
BEFORE, AFTER = "First I drew a plan", "and then I built the first part of it."
"""an answer with a pause in it"""


def script_of(answers: int, pauses: list[float]) -> list[SpeechParts]:
    """So many plain answers, with one that holds a pause after each of the first of them."""
    script: list[SpeechParts] = []
    for place in range(max(answers, len(pauses))):
        script += [ANSWER] if place < answers else []
        script += [[BEFORE, pauses[place], AFTER]] if place < len(pauses) else []
    return script


async def _call(script: list[SpeechParts], told: Path) -> None:
    left = iter(script)

    def mind(shown: str) -> SpeechParts | None:
        # greeting and closing ask nothing
        return next(left, ANSWER) if "?" in shown else None

    async with VoiceCaller(os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_TOKEN"]) as caller:
        await caller.converse(mind)
    heard = {"said": [asdict(said) for said in caller.utterances], "sounds": [asdict(sound) for sound in caller.sounds]}
    await asyncio.to_thread(told.write_text, json.dumps(heard), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, required=True, help="how many without a pause")
    parser.add_argument("--pauses", type=float, nargs="*", default=[], help="seconds of silence, one more answer with each")
    parser.add_argument("--told", type=Path, required=True, help="where it is written down")
    given = parser.parse_args()
    asyncio.run(_call(script_of(given.answers, given.pauses), given.told))
