"""`python -m sandbox.caller`: runs the simulated candidate in its own process, so that a test can kill or suspend it.

It joins the room of LIVEKIT_URL and LIVEKIT_TOKEN, and prints what it hears and says as one JSON object per line.
"""

import argparse
import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx2

from sandbox.caller.participant import CallerUtterance, VoiceCaller
from sandbox.candidate import SimulatedCandidate, load_answers, load_questions


def _print_event(kind: str, **data: Any) -> None:
    print(json.dumps({"event": kind, **data}), flush=True)


class _ReportingCaller(VoiceCaller):
    """Prints each utterance when its last sound has been played."""

    async def say(self, *parts: str | float) -> CallerUtterance:
        said = await super().say(*parts)
        _print_event("said", **asdict(said))
        return said


async def _call(arguments: argparse.Namespace) -> None:
    candidate = SimulatedCandidate(load_answers(arguments.answers), load_questions(arguments.position))

    async def announce(texts: list[str]) -> None:
        if arguments.phrases_url:
            async with httpx2.AsyncClient(trust_env=False) as client:
                (await client.post(arguments.phrases_url, json={"texts": texts})).raise_for_status()

    caller = _ReportingCaller(os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_TOKEN"], announce=announce)

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
    parser.add_argument("--answers", type=Path, required=True, help="YAML file of prepared answers")
    parser.add_argument("--position", type=Path, required=True, help="YAML file of the starter position")
    parser.add_argument(
        "--phrases-url", help="URL to which texts are posted before they are said (see python -m sandbox.deepgram --phrases)"
    )
    asyncio.run(_call(parser.parse_args()))
