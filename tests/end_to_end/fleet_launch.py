"""Launch the processes of a deployment for end-to-end tests, with or without voice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli.keys import load_starter_positions
from models.documents.organization import Organization, Role, create_key
from resolvers.positions import seed_positions
from sandbox.anthropic.provider import AnthropicProvider
from sandbox.livekit.server import LivekitServer
from sandbox.processes import free_port
from sandbox.stack import make_environment
from sandbox.valkey import Valkey
from sandbox.voice_stack import TEXT_ONLY, SpeechProviderProcess, build_livekit_environment, build_voice_environment
from tests.end_to_end.fleet import ROOT, Fleet, SpeechProviders
from tests.livekit_rooms import find_livekit
from tests.schema.api_client import serve

SPEECH_SPEED = "1.8"
"""Factor by which the interviewer speaks faster than normal, to shorten the tests."""
SHORT_POSITION_KEY = "short"
"""Key of a position with two short questions, because speech takes real time."""
SHORT_POSITION_QUESTIONS = {
    "hard_bug": "Tell me about a bug that was hard to find. How did you get from the first symptom to its cause?",
    "two_ways": "When did you see two ways to build something, and how did you choose between them?",
}


def make_short_position(starter_positions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the short position, derived from the software engineer's."""
    full_position = next(position for position in starter_positions if position["key"] == "software_engineer")
    full_questions = {question["key"]: question for question in full_position["questions"]}
    questions = [{**full_questions[key], "text": text} for key, text in SHORT_POSITION_QUESTIONS.items()]
    served = {key for question in questions for key in question["criterion_keys"]}
    return {
        **full_position,
        "key": SHORT_POSITION_KEY,
        "questions": questions,
        "criteria": [criterion for criterion in full_position["criteria"] if criterion["key"] in served],
        "job_analysis": None,
    }


@asynccontextmanager
async def launch_fleet(mongodb_url: str, database: str, folder: Path, *, has_voice: bool = False) -> AsyncIterator[Fleet]:
    """Run a loopback Claude, Redis, one API process and two jobs workers with short intervals.

    With `has_voice`, also run loopback speech providers, LiveKit, two voice workers and a recorder.
    """
    port = free_port()
    provider = AnthropicProvider()
    async with AsyncExitStack() as stack:
        provider.url = f"http://127.0.0.1:{(await stack.enter_async_context(serve(provider.app))).port}"
        speech: SpeechProviders | None = None
        livekit: LivekitServer | None = None
        voice = TEXT_ONLY
        if has_voice:
            # It recognizes exactly what callers announce; other tests cover how Whisper hears espeak.
            deepgram = await stack.enter_async_context(SpeechProviderProcess("deepgram", folder, ROOT, "--phrases"))
            cartesia = await stack.enter_async_context(
                SpeechProviderProcess("cartesia", folder, ROOT, "--speed-factor", SPEECH_SPEED)
            )
            speech = SpeechProviders(deepgram, cartesia)
            webhook = f"http://127.0.0.1:{port}/webhooks/livekit"
            livekit = await stack.enter_async_context(LivekitServer(await find_livekit(), folder, webhooks=[webhook]))
            livekit_environment = build_livekit_environment(livekit)
            voice = build_voice_environment(livekit_environment, deepgram.url, cartesia.url, folder / "recordings")
        valkey = await stack.enter_async_context(Valkey(folder / "valkey"))
        organization = await Organization(name=f"Fleet {uuid4().hex}").insert()
        starter_positions = load_starter_positions()
        await seed_positions(organization.id, [*starter_positions, make_short_position(starter_positions)])
        roles: list[Role] = [role for role in Role if role is not Role.CANDIDATE]
        tokens: dict[Role, str] = {role: (await create_key(organization.id, role, role.lower()))[1] for role in roles}
        environment = make_environment(
            mongodb_url=mongodb_url,
            redis_url=valkey.url,
            provider_url=provider.url,
            secret="a secret of the fleet that is long enough",
            api_port=port,
            MONGODB_DATABASE=database,
            JOBS_LEASE_SECONDS="1.5",
            JOBS_SWEEP_SECONDS="0.3",
            INTERVIEW_FIRST_WORD_SECONDS="10",
            **voice,
        )
        fleet = Fleet(environment, folder / "logs", provider, valkey, tokens, livekit=livekit, speech=speech)
        stack.push_async_callback(fleet.stop)
        voice_processes = [fleet.add_agent(), fleet.add_agent(), fleet.add_recorder()] if speech else []
        await asyncio.gather(fleet.add_api(port), fleet.add_worker(), fleet.add_worker(), *voice_processes)
        yield fleet
