"""One whole voice interview, conducted once, whose results several tests check."""

import asyncio
import io
from dataclasses import dataclass
from typing import Any

import av
import httpx2
import numpy as np
from numpy.typing import NDArray

from agent.interview_context import compose_greeting, derive_interview_plan
from agent.phrases import load_phrasebook
from models.documents.evaluation import Evaluation, EvaluationStatus, list_evaluations
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.position import get_position
from models.documents.turn import Move, Turn
from sandbox.caller.participant import CallerUtterance
from tests.end_to_end.fleet import Fleet, RunningInterview
from tests.helpers import wait_until
from tests.voice.voice_scene import ANSWER, OTHER_ANSWER, THIN_ANSWER, Scene, stage_interview

WORDS_OVER_GREETING = "Good morning, I am glad to be here."
ECHO_SECONDS = 4.0
"""Seconds after the interviewer's first sound in which echo cancelling discards the candidate's audio, and a margin."""
RECORDINGS = """query($id: ID!) {
  interview(id: $id) { recordings { kind status mimeType durationSeconds sizeBytes startedAt failure url } }
}"""


@dataclass
class WholeInterview:
    """The results of the interview."""

    interview: Interview
    turns: list[Turn]
    dashboard_turns: list[dict[str, Any]]
    """The turns as a dashboard received them."""
    candidate_words: list[CallerUtterance]
    """What the candidate said."""
    greeting: str
    evaluation: Evaluation
    recordings: list[dict[str, Any]]


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
        interview = await scene.wait_for_status(InterviewStatus.COMPLETED)
        await asyncio.wait_for(scene.caller.wait_until_disconnected(), 20)
        await reader.wait_until(lambda reader: reader.completed)
        evaluation = await wait_until(lambda: _find_completed_evaluation(scene.running_interview), 60)
        recordings = await wait_until(lambda: _find_completed_recordings(scene), 60)
        greeting = await _expected_greeting(interview)
        return WholeInterview(
            interview, await scene.turns(), reader.turns, scene.caller.utterances, greeting, evaluation, recordings
        )


async def _find_completed_evaluation(running_interview: RunningInterview) -> Evaluation | None:
    versions = await list_evaluations(running_interview.object_id)
    return versions[0] if versions and versions[0].status is EvaluationStatus.COMPLETED else None


async def _find_completed_recordings(scene: Scene) -> list[dict[str, Any]] | None:
    response = await scene.fleet.execute(scene.fleet.tokens[Role.RECRUITER], RECORDINGS, id=scene.running_interview.id)
    recordings: list[dict[str, Any]] = response["interview"]["recordings"]
    is_made = recordings and all(recording["status"] == "COMPLETED" for recording in recordings)
    return recordings if is_made else None


async def _expected_greeting(interview: Interview) -> str:
    position = await get_position(interview.position.id)
    assert position
    phrases = load_phrasebook().get(interview.language)
    plan = derive_interview_plan(interview, position, phrases, [], interview.created_at, closing_seconds=60, silence_seconds=60)
    return compose_greeting(interview, plan)


async def download_audio(url: str) -> tuple[int, NDArray[np.int16]]:
    """Return the HTTP status of a range request, and the whole audio as channels by samples at 48 kHz."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        part = await client.get(url, headers={"range": "bytes=0-99"})
        whole = (await client.get(url)).raise_for_status()
    assert whole.content[:100] == part.content
    with av.open(io.BytesIO(whole.content), mode="r") as container:
        resampler = av.AudioResampler(format="s16p", layout="stereo", rate=48_000)
        frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)]
    return part.status_code, np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def loud_seconds(channel: NDArray[np.int16], window: float = 0.02) -> NDArray[np.float64]:
    """Return the seconds at which a channel is loud, one for each window."""
    size = int(48_000 * window)
    pieces = channel[: len(channel) // size * size].astype(np.float64).reshape(-1, size)
    return np.asarray(np.flatnonzero(np.sqrt((pieces**2).mean(axis=1)) > 300) * window, np.float64)
