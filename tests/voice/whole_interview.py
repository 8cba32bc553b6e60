"""One whole voice interview, conducted once, whose results several tests check."""

import asyncio
import io
from dataclasses import dataclass
from typing import Any

import httpx2

from agent.interview_context import compose_greeting, derive_interview_plan
from agent.phrases import load_phrasebook
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.position import get_position
from models.documents.turn import Move, Turn
from recording.timeline import Samples
from sandbox.caller.participant import CallerUtterance
from tests.audio import decode_channels
from tests.end_to_end.fleet import ANSWER, Fleet
from tests.helpers import wait_until
from tests.voice.voice_scene import OTHER_ANSWER, THIN_ANSWER, Scene, stage_interview

WORDS_OVER_GREETING = "Good morning, I am glad to be here."
ECHO_SECONDS = 4.0
"""Seconds after the interviewer's first sound in which echo cancelling discards the candidate's audio, and a margin."""
RESULT_QUERY = """query($id: ID!) {
  interview(id: $id) {
    status endReason endDetail channel
    recordings { kind status mimeType durationSeconds sizeBytes startedAt failure url }
  }
  evaluation(interviewId: $id) { status coverage criteria { evidence { quote turn { speaker text } } } }
}"""


@dataclass
class WholeInterview:
    """The results of the interview."""

    interview: dict[str, Any]
    """The interview as the API returns it."""
    turns: list[Turn]
    dashboard_turns: list[dict[str, Any]]
    """The turns as a dashboard received them."""
    candidate_words: list[CallerUtterance]
    """What the candidate said."""
    greeting: str
    evaluation: dict[str, Any]


async def hold_whole_interview(fleet: Fleet) -> WholeInterview:
    """Conduct an interview with words over the greeting, a probe, a recording and an evaluation."""
    async with stage_interview(fleet, recording=True) as scene, scene.running_interview.follow() as reader:
        await scene.caller.wait_until_spoken_to()
        await asyncio.sleep(ECHO_SECONDS)
        await scene.caller.say(WORDS_OVER_GREETING)
        await scene.wait_for_questions(1)
        await scene.caller.say(THIN_ANSWER)
        await scene.wait_for_moves(Move.PROBE)
        await scene.caller.say(ANSWER)
        await scene.wait_for_questions(2)
        await scene.caller.say(OTHER_ANSWER)
        await scene.decline_to_add_anything()
        interview = await scene.wait_for_status(InterviewStatus.COMPLETED)
        await asyncio.wait_for(scene.caller.wait_until_disconnected(), 20)
        await reader.wait_until(lambda reader: reader.completed)
        result = await wait_until(lambda: _find_completed_result(scene), 60)
        return WholeInterview(
            result["interview"],
            await scene.turns(),
            reader.turns,
            scene.caller.utterances,
            await _expected_greeting(interview),
            result["evaluation"],
        )


async def _find_completed_result(scene: Scene) -> dict[str, Any] | None:
    """Return what the API says of the interview once its evaluation and recordings are completed."""
    fleet = scene.fleet
    result: dict[str, Any] = await fleet.execute(fleet.tokens[Role.RECRUITER], RESULT_QUERY, id=scene.running_interview.id)
    recordings = result["interview"]["recordings"]
    made = [result["evaluation"], *recordings]
    return result if recordings and all(item and item["status"] == "COMPLETED" for item in made) else None


async def _expected_greeting(interview: Interview) -> str:
    position = await get_position(interview.position.id)
    assert position
    phrases = load_phrasebook().get(interview.language)
    plan = derive_interview_plan(interview, position, phrases, [], interview.created_at, closing_seconds=60, silence_seconds=60)
    return compose_greeting(interview, plan)


async def download_audio(url: str) -> tuple[int, list[Samples]]:
    """Return the HTTP status of a range request, and the samples of each channel of the whole audio."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        part = await client.get(url, headers={"range": "bytes=0-99"})
        whole = (await client.get(url)).raise_for_status()
    assert whole.content[:100] == part.content
    return part.status_code, decode_channels(io.BytesIO(whole.content))
