"""`python -m sandbox.caller`: the simulated candidate in a process of its own, which can be killed or stopped as a network can.

LIVEKIT_URL and LIVEKIT_TOKEN of the environment say where. One JSON object a line tells what it says and hears.
"""

import argparse
import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx2

from sandbox.caller.participant import VoiceCaller
from sandbox.candidate import SimulatedCandidate, load_answers, load_questions


def _print_event(kind: str, **data: Any) -> None:
    print(json.dumps({"event": kind, **data}), flush=True)


async def _call(arguments: argparse.Namespace) -> None:
    candidate = SimulatedCandidate(load_answers(arguments.answers), load_questions(arguments.position))

    async def announce(texts: list[str]) -> None:
        if arguments.phrases_url:
            async with httpx2.AsyncClient(trust_env=False) as client:
                (await client.post(arguments.phrases_url, json={"texts": texts})).raise_for_status()

    caller = VoiceCaller(os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_TOKEN"], announce=announce)

    def respond(heard: str) -> str | None:
        answer = candidate.answer_spoken(heard)
        _print_event("heard", text=heard, answer=answer)
        return answer

    async with caller:
        _print_event("joined")
        await caller.converse(respond)
    _print_event(
        "over",
        said=[asdict(said) for said in caller.utterances],
        sounds=[asdict(sound) for sound in caller.sounds],
        replies=caller.reply_delays,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, required=True, help="prepared answers, YAML")
    parser.add_argument("--position", type=Path, required=True, help="the starter position whose questions are asked, YAML")
    parser.add_argument(
        "--phrases-url", help="where texts are announced before they are said (python -m sandbox.deepgram --phrases)"
    )
    asyncio.run(_call(parser.parse_args()))
