"""One whole voice interview in a real LiveKit room with real audio, recorded, followed and evaluated."""

from datetime import datetime

import pytest

from models.documents.turn import Channel, Move, Speaker
from tests.audio import find_loud_spans
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.fleet_launch import SHORT_POSITION_QUESTIONS
from tests.voice.voice_scene import is_transcribed, turns_of_speaker
from tests.voice.whole_interview import WORDS_OVER_GREETING, WholeInterview, download_audio, hold_whole_interview

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(300)]  # the first test starts the processes
AUDIBLE_AMPLITUDE = 900
"""Amplitude of soft speech; where nobody speaks, a recording is almost silent."""


@pytest.fixture(scope="module")
async def whole_interview(launched_fleet: Fleet) -> WholeInterview:
    return await hold_whole_interview(launched_fleet)


async def test_whole_voice_interview_is_completed_and_evaluated(whole_interview: WholeInterview) -> None:
    interview, evaluation = whole_interview.interview, whole_interview.evaluation
    assert (interview["status"], interview["endReason"], interview["endDetail"]) == ("COMPLETED", "WRAPPED_UP", None)
    assert interview["channel"] == "VOICE"
    asked = [(turn.move, turn.question_key) for turn in turns_of_speaker(whole_interview.turns, Speaker.INTERVIEWER)]
    first, second = SHORT_POSITION_QUESTIONS
    assert asked == [
        (Move.GREET, None),
        (Move.NEXT, first),
        (Move.PROBE, first),
        (Move.NEXT, second),
        (Move.ANYTHING_ELSE, None),
        (Move.CLOSE, None),
    ]
    for turn, said in zip(
        turns_of_speaker(whole_interview.turns, Speaker.CANDIDATE), whole_interview.candidate_words, strict=True
    ):
        assert is_transcribed(turn.text, said.text), (turn.text, said.text)
    assert evaluation["coverage"] > 0
    quotes = [quote for criterion in evaluation["criteria"] for quote in criterion["evidence"]]
    assert quotes
    for quote in quotes:
        assert quote["turn"]["speaker"] == "CANDIDATE"
        assert quote["quote"] in quote["turn"]["text"]


async def test_dashboard_receives_each_turn_once_in_order_as_stored(whole_interview: WholeInterview) -> None:
    assert [turn.seq for turn in whole_interview.turns] == list(range(1, len(whole_interview.turns) + 1))
    assert [(turn["seq"], turn["speaker"], turn["text"], turn["questionKey"]) for turn in whole_interview.dashboard_turns] == [
        (turn.seq, turn.speaker, turn.text, turn.question_key) for turn in whole_interview.turns
    ]
    assert {turn.channel for turn in whole_interview.turns} == {Channel.VOICE}


async def test_turns_have_times_confidence_and_reply_latency(
    whole_interview: WholeInterview,
) -> None:
    first, second = SHORT_POSITION_QUESTIONS
    spoken = turns_of_speaker(whole_interview.turns, Speaker.CANDIDATE)
    for turn, said in zip(spoken, whole_interview.candidate_words, strict=True):
        assert turn.confidence == pytest.approx(0.99)
        assert abs(turn.started_at.timestamp() - said.started_at) < 2
        assert abs(turn.ended_at.timestamp() - said.ended_at) < 3
    # The words spoken over the greeting, then each answer, then nothing to add.
    assert [turn.question_key for turn in spoken] == [None, first, first, second, None]
    opening, *replies = [turn for turn in whole_interview.turns if turn.move in (Move.PROBE, Move.NEXT, Move.CLOSE)]
    # The words over the greeting waited for its end, so no latency is measured from them.
    assert opening.latency is None
    for reply in replies:
        assert reply.latency
        stages = (reply.latency.final, reply.latency.committed, reply.latency.first_audio, reply.latency.heard)
        assert all(stage is not None and 0 <= stage < 30 for stage in stages), stages


async def test_greeting_is_not_interrupted_and_words_spoken_over_it_are_stored(
    whole_interview: WholeInterview,
) -> None:
    greeting, over = whole_interview.turns[:2]
    assert (greeting.text, greeting.interrupted) == (whole_interview.greeting, False)
    assert " AI" in greeting.text
    assert is_transcribed(over.text, WORDS_OVER_GREETING)
    assert over.started_at < greeting.ended_at


async def test_recording_contains_each_answer_at_the_time_of_its_turn(whole_interview: WholeInterview) -> None:
    (audio,) = [recording for recording in whole_interview.interview["recordings"] if recording["kind"] == "AUDIO"]
    status, (left, _) = await download_audio(audio["url"])
    assert status == 206
    begun = datetime.fromisoformat(audio["startedAt"])
    heard = find_loud_spans(left, amplitude=AUDIBLE_AMPLITUDE)
    for turn in turns_of_speaker(whole_interview.turns, Speaker.CANDIDATE):
        place = (turn.started_at - begun).total_seconds()
        # The candidate is silent in the second before the turn and audible from its start.
        audible = next(begin for begin, end in heard if end > place - 1.5)
        assert audible == pytest.approx(place, abs=0.5), (turn.text, heard)
