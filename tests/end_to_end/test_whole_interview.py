"""A typed interview through the public API, from startInterview to the stored evaluation, followed live."""

import asyncio
from typing import Any

import pytest
from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError

from cli import keys
from models.documents.organization import Role
from models.documents.turn import Move, Source, Speaker, read_turns
from sandbox.candidate import OWN_QUESTION, SimulatedCandidate, load_answers
from tests.end_to_end.fleet import ROOT, Fleet, RunningInterview
from tests.helpers import wait_until

INTERVIEW_CHANGED = """subscription($id: ID!) { interviewChanged(interviewId: $id) {
  status endReason endDetail updatedAt progress { question questions exchanges }
} }"""
INTERIM_TRANSCRIPT = "subscription($id: ID!) { interimTranscript(interviewId: $id) { speaker text afterSeq } }"
RESULT_QUERY = """query($id: ID!) {
  interview(id: $id) {
    status endReason endDetail startedAt endedAt lastSeq
    transcript { isComplete lastSeq turns { id seq speaker text questionKey } }
  }
  evaluation(interviewId: $id) {
    version status failure overallScore recommendation coverage sandbox
    criteria { key assessed level score evidence { quote seq start end turn { speaker text } } }
    strengths { evidence { seq } } weaknesses { evidence { seq } }
  }
}"""


async def answer_questions(running_interview: RunningInterview, candidate: SimulatedCandidate) -> None:
    """Answer each turn of the interviewer until the interview is over."""
    async with running_interview.follow() as heard:
        index = 0
        while not heard.completed:
            await heard.wait_for_turns(index + 1)
            for turn in heard.turns[index:]:
                index += 1
                words = candidate.answer(turn["questionKey"], turn["text"]) if turn["speaker"] == "INTERVIEWER" else None
                if words:
                    await running_interview.say(words)


async def collect_events(fleet: Fleet, running_interview: RunningInterview, text: str, into: list[Any]) -> None:
    async with fleet.client(fleet.tokens[Role.RECRUITER]) as session:
        async for event in session.subscribe(GraphQLRequest(text, variable_values={"id": running_interview.id})):
            into.extend(event.values())


async def test_interview_is_conducted_followed_and_evaluated(fleet: Fleet) -> None:
    prepared = load_answers(ROOT / "sandbox" / "answers" / "software_engineer.yaml")
    questions = next(it for it in keys.load_starter_positions() if it["key"] == "software_engineer")["questions"]
    running_interview = await fleet.start_interview()
    states: list[Any] = []
    interims: list[Any] = []
    subscriptions = [
        asyncio.create_task(collect_events(fleet, running_interview, INTERVIEW_CHANGED, states)),
        asyncio.create_task(collect_events(fleet, running_interview, INTERIM_TRANSCRIPT, interims)),
    ]
    async with running_interview.follow() as dashboard:
        await answer_questions(running_interview, SimulatedCandidate(prepared))
        await dashboard.wait_until(lambda reader: reader.completed)
    result = await wait_until(lambda: find_completed_result(fleet, running_interview))
    # states are sent at most once a second, and the last one always
    await wait_until(lambda: bool(states) and states[-1]["status"] == "COMPLETED")
    for task in subscriptions:
        task.cancel()
    await asyncio.wait(subscriptions)

    interview, evaluation = result["interview"], result["evaluation"]
    turns = interview["transcript"]["turns"]
    assert (interview["status"], interview["endReason"], interview["endDetail"]) == ("COMPLETED", "WRAPPED_UP", None)
    # the dashboard received live what is stored
    assert dashboard.turns == turns
    assert [turn["seq"] for turn in turns] == list(range(1, interview["lastSeq"] + 1))
    assert interview["transcript"]["isComplete"]
    assert " AI" in turns[0]["text"]
    # every core question was asked in order and in the position's words; one answer was probed, one question repeated
    asked = [turn["questionKey"] for turn in turns if turn["speaker"] == "INTERVIEWER" and turn["questionKey"]]
    assert list(dict.fromkeys(asked)) == [question["key"] for question in questions]
    for question in questions:
        words = " ".join(question["text"].split())
        own = [turn["text"] for turn in turns if turn["questionKey"] == question["key"] and turn["speaker"] == "INTERVIEWER"]
        assert own[0].endswith(words)
    stored = await read_turns(running_interview.object_id)
    spoken = [turn for turn in stored if turn.speaker is Speaker.INTERVIEWER]
    extra = [(turn.move, turn.question_key) for turn in spoken if turn.move not in (Move.GREET, Move.NEXT, Move.CLOSE)]
    assert extra == [
        (Move.PROBE, "hard_bug"),
        (Move.ANSWER, "risky_change"),
        (Move.REPEAT, "two_ways"),
        (Move.STOP, "inherited_code"),
        (Move.REPEAT, "inherited_code"),
        (Move.ANYTHING_ELSE, None),
    ]
    # each message got one reply, in order, for one call of the model, unless code recognized a request
    messages = [turn.seq for turn in stored if turn.speaker is Speaker.CANDIDATE]
    assert [turn.answers for turn in spoken[2:]] == messages
    assert [turn.move for turn in spoken[2:] if turn.source is Source.CODE] == [Move.REPEAT, Move.STOP, Move.REPEAT]
    assert len(fleet.provider.reply_requests) == len(messages) - 3
    (noted,) = (await running_interview.document()).candidate_questions
    assert (noted.text, noted.facts) == (OWN_QUESTION, [])
    # answers belong to the question that they answer
    answered = {turn["questionKey"] for turn in turns if turn["speaker"] == "CANDIDATE"}
    assert answered == {None, *(question["key"] for question in questions)}

    assert states[-1]["progress"] == {"question": 7, "questions": 7, "exchanges": states[-1]["progress"]["exchanges"]}
    moments = [state["updatedAt"] for state in states]
    assert moments == sorted(set(moments))
    assert interims
    assert all(interim["speaker"] == "INTERVIEWER" for interim in interims)

    assert evaluation["sandbox"]
    assert evaluation["coverage"] == 1
    assert 0 <= evaluation["overallScore"] <= 100
    for result in evaluation["criteria"]:
        assert result["assessed"]
        assert result["evidence"]
        for evidence in result["evidence"]:
            assert evidence["turn"]["speaker"] == "CANDIDATE"
            assert evidence["turn"]["text"][evidence["start"] : evidence["end"]] == evidence["quote"]
    with pytest.raises(TransportQueryError, match="VIEWER may not read evaluations"):
        await fleet.execute(fleet.tokens[Role.VIEWER], RESULT_QUERY, id=running_interview.id)


async def find_completed_result(fleet: Fleet, running_interview: RunningInterview) -> Any:
    response = await fleet.execute(fleet.tokens[Role.RECRUITER], RESULT_QUERY, id=running_interview.id)
    return response if response["evaluation"] and response["evaluation"]["status"] == "COMPLETED" else None
