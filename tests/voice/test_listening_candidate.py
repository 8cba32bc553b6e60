"""A voice interview with a simulated candidate that knows only what it hears, checked through the public API."""

import re
from collections.abc import Iterable
from typing import Any

import pytest

from cli.keys import load_starter_positions
from models.documents.organization import Role
from sandbox.candidate import SimulatedCandidate, load_answers
from tests.end_to_end.fleet import ROOT, Fleet, RunningInterview
from tests.end_to_end.fleet_launch import SHORT_POSITION_KEY, make_short_position
from tests.helpers import wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]  # speech takes real time
RESULT_QUERY = """query($id: ID!) {
  interview(id: $id) { status endReason endDetail channel transcript { isComplete turns { seq speaker text questionKey } } }
  evaluation(interviewId: $id) { status failure criteria { assessed evidence { quote seq } } }
}"""


async def test_candidate_that_only_listens_completes_an_interview(fleet: Fleet) -> None:
    questions = {question["key"]: question["text"] for question in make_short_position(load_starter_positions())["questions"]}
    candidate = SimulatedCandidate(load_answers(ROOT / "sandbox" / "answers" / "software_engineer_spoken.yaml"), questions)
    running_interview = await fleet.start_interview(SHORT_POSITION_KEY, channel="VOICE")
    async with running_interview.follow() as dashboard, running_interview.make_caller() as caller:
        await caller.converse(candidate.answer_spoken)
        await dashboard.wait_until(lambda reader: reader.completed)
    result = await wait_until(lambda: read_finished_result(fleet, running_interview), seconds=60)
    interview, evaluation = result["interview"], result["evaluation"]
    assert (interview["status"], interview["endReason"], interview["channel"]) == ("COMPLETED", "WRAPPED_UP", "VOICE")
    assert interview["endDetail"] is None

    turns = interview["transcript"]["turns"]
    assert [(turn["seq"], turn["text"]) for turn in turns] == [(turn["seq"], turn["text"]) for turn in dashboard.turns]
    spoken = [turn for turn in turns if turn["speaker"] == "INTERVIEWER"]
    assert "I'm Viva, an AI" in spoken[0]["text"]
    # each question is asked once, in order, except the one that the candidate asks to repeat
    asked = [key for turn in spoken for key, text in questions.items() if text in turn["text"]]
    assert asked == [key for key in questions for _ in range(2 if key == candidate.prepared.asks_to_repeat else 1)]
    assert all_words(turn["text"] for turn in turns if turn["speaker"] == "CANDIDATE") == all_words(
        utterance.text for utterance in caller.utterances
    )

    assert (evaluation["status"], evaluation["failure"]) == ("COMPLETED", None)
    by_seq = {turn["seq"]: turn for turn in turns}
    quotes = [quote for criterion in evaluation["criteria"] for quote in criterion["evidence"]]
    assert quotes
    for quote in quotes:
        assert quote["quote"] in by_seq[quote["seq"]]["text"]
        assert by_seq[quote["seq"]]["speaker"] == "CANDIDATE"


def all_words(texts: Iterable[str]) -> list[str]:
    """Return all words in order, because pauses split an answer into several turns."""
    return [word for text in texts for word in re.findall(r"\w+", text.lower())]


async def read_finished_result(fleet: Fleet, running_interview: RunningInterview) -> Any:
    result = await fleet.execute(fleet.tokens[Role.RECRUITER], RESULT_QUERY, id=running_interview.id)
    evaluation = result["evaluation"]
    return result if evaluation and evaluation["status"] in ("COMPLETED", "FAILED") else None
