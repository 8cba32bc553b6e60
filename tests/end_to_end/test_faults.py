"""Whatever dies: no turn lost, repeated or out of order on any screen; each reply and each evaluation once."""

import asyncio
import signal
from datetime import timedelta
from typing import Any

from bson import ObjectId

from models.clock import now
from models.evaluation import Evaluation, EvaluationStatus, list_evaluations
from models.interview import EndReason, InterviewStatus
from models.organization import Role
from models.turn import Move, read_turns
from sandbox.anthropic.provider import Script
from sandbox.processes import Child
from tests.end_to_end.fleet import Fleet, Held, eventually
from tests.factories import say

ANSWER = "I measured the wait of each lock, found two that were taken in turns, and made both take them in one order."
END = "mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { status } } }"


async def has_requests(fleet: Fleet, count: int) -> bool:
    return len(fleet.provider.requests) >= count


async def replies_to(held: Held, seq: int) -> list[str]:
    return [turn.text for turn in await read_turns(held.object_id) if turn.answers == seq]


async def end(fleet: Fleet, held: Held) -> None:
    await fleet.call(fleet.tokens[Role.RECRUITER], END, input={"interviewId": held.id})


async def completed(held: Held) -> Evaluation | None:
    versions = await list_evaluations(held.object_id)
    return versions[0] if versions and versions[0].status is EvaluationStatus.COMPLETED else None


async def reply_holder(fleet: Fleet, held: Held) -> Child:
    lease = (await held.document()).lease
    assert lease
    return fleet.holder(lease.holder)


async def test_a_worker_that_is_killed_in_mid_reply_is_replaced_and_the_reply_comes_once(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(Script(released=gate))
        seq = await held.say(ANSWER)
        await eventually(lambda: has_requests(fleet, 1))
        await (await reply_holder(fleet, held)).kill()
        gate.set()
        await dashboard.until_seq(seq + 1)
        # the next exchange shows that nothing late follows the first
        await fleet.mend()
        after = await held.say(ANSWER)
        await dashboard.until_seq(after + 1)
    assert len(await replies_to(held, seq)) == 1
    assert len(await replies_to(held, after)) == 1


async def test_a_worker_that_is_stopped_in_mid_reply_and_continued_says_nothing_more(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(Script(text="NEXT\nThis is the zombie.", released=gate))
        seq = await held.say(ANSWER)
        await eventually(lambda: has_requests(fleet, 1))
        zombie = await reply_holder(fleet, held)
        zombie.send(signal.SIGSTOP)
        try:
            await dashboard.until_seq(seq + 1)
        finally:
            zombie.send(signal.SIGCONT)
        gate.set()
        after = await held.say(ANSWER)
        await dashboard.until_seq(after + 1)
    assert len(await replies_to(held, seq)) == 1
    assert not any("zombie" in turn["text"] for turn in dashboard.turns)


async def test_two_messages_while_a_reply_is_composed_are_answered_together(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(Script(released=gate))
        await held.say(ANSWER)
        await eventually(lambda: has_requests(fleet, 1))
        last = await held.say("And I ran it two hundred times against a copy.")
        gate.set()
        await dashboard.until_seq(last + 1)
    turns = await read_turns(held.object_id)
    assert [(turn.speaker, turn.answers) for turn in turns[2:5]] == [
        ("CANDIDATE", None),
        ("CANDIDATE", None),
        ("INTERVIEWER", last),
    ]


async def test_a_worker_that_is_killed_in_mid_evaluation_is_replaced_and_it_is_made_once(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        seq = await held.say(ANSWER)
        await dashboard.until_seq(seq + 1)
        fleet.provider.requests.clear()
        gate = asyncio.Event()
        fleet.provider.scripts.append(Script(released=gate))
        await end(fleet, held)
        await dashboard.until(lambda reader: reader.completed)
    await eventually(lambda: has_requests(fleet, 1))
    (running,) = await list_evaluations(held.object_id)
    assert running.lease
    await fleet.holder(running.lease.holder).kill()
    gate.set()
    evaluation = await eventually(lambda: completed(held))
    assert (evaluation.version, evaluation.attempts) == (1, 2)
    assert len(await list_evaluations(held.object_id)) == 1
    assert (await held.document()).evaluated


async def test_redis_killed_in_mid_interview_and_in_mid_evaluation_loses_nothing(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        await fleet.valkey.kill()
        # away: the message is taken, answered, and shown all the same
        seq = await held.say(ANSWER)
        await dashboard.until_seq(seq + 1)
        await fleet.valkey.start()
        seq = await held.say(ANSWER)
        await dashboard.until_seq(seq + 1)
        fleet.provider.requests.clear()
        gate = asyncio.Event()
        fleet.provider.scripts.append(Script(released=gate))
        await end(fleet, held)
        await dashboard.until(lambda reader: reader.completed)
        await eventually(lambda: has_requests(fleet, 1))
        await fleet.valkey.kill()
        gate.set()
        evaluation = await eventually(lambda: completed(held))
    await fleet.valkey.start()
    assert evaluation.attempts == 1
    assert len(fleet.provider.judgements) == 1
    assert dashboard.connections == 1
    assert [turn["seq"] for turn in dashboard.turns] == list(range(1, 7))


async def test_an_evaluation_that_is_due_while_redis_is_away_is_made(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        seq = await held.say(ANSWER)
        await dashboard.until_seq(seq + 1)
    await fleet.valkey.kill()
    await end(fleet, held)
    assert (await eventually(lambda: completed(held))).attempts == 1


async def test_a_turn_of_a_process_that_died_between_commit_and_publish_is_shown(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        # stored by this process, which tells nobody
        turn = await say(await held.document(), ANSWER)
        await dashboard.until_seq(turn.seq)
        # and it is answered, though nobody was woken
        await dashboard.until_seq(turn.seq + 1)


async def test_messages_to_one_api_process_are_read_on_another(fleet: Fleet) -> None:
    other = 1 if len(fleet.apis) > 1 else await fleet.add_api()
    held = await fleet.start_interview()
    async with held.followed(api=other) as dashboard, held.followed(api=0) as second:
        await dashboard.until_seq(2)
        for place in range(3):
            seq = await held.say(ANSWER, api=place % 2)
            await dashboard.until_seq(seq + 1)
        await second.until_seq(seq + 1)
    assert dashboard.turns == second.turns


async def test_a_worker_that_is_asked_to_end_finishes_its_reply(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(Script(text="NEXT\nThis is the one that was asked to end.", released=gate))
        seq = await held.say(ANSWER)
        await eventually(lambda: has_requests(fleet, 1))
        leaving = await reply_holder(fleet, held)
        leaving.send(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert leaving.is_running
        gate.set()
        async with asyncio.timeout(20):
            assert await leaving.wait() == 0
        await dashboard.until_seq(seq + 1)
    assert "asked to end" in (await replies_to(held, seq))[0]
    assert len(fleet.provider.replies) == 1


async def test_with_claude_down_after_the_second_question_the_interview_completes_in_the_positions_words(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        seq = await held.say(ANSWER)
        await dashboard.until_seq(seq + 1)
        assert len(fleet.provider.replies) == 1
        fleet.provider.always = Script(status=529, error_type="overloaded_error")
        while not dashboard.completed:
            heard = len(dashboard.turns)
            if (await held.document()).status is InterviewStatus.IN_PROGRESS:
                await held.say(ANSWER)
            await dashboard.until_turns(heard + 2)
    interview = await held.document()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.WRAPPED_UP)
    assert interview.progress.question == interview.position.questions == 7
    assert interview.end_detail
    assert interview.end_detail.startswith("Claude did not answer in time for 6 of 7 replies")

    # nor is there a judgement, and it says so; it comes when Claude is back
    async def told() -> Any:
        (evaluation,) = await list_evaluations(held.object_id)
        return evaluation.failure

    assert "529" in await eventually(told)
    fleet.provider.always = None
    assert (await eventually(lambda: completed(held))).attempts >= 2


async def test_an_interview_in_which_nobody_writes_any_more_is_asked_about_once_and_ended(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard, fleet.workers_instead(INTERVIEW_SILENCE_SECONDS="1"):
        await dashboard.until_seq(2)
        await held.say(ANSWER)
        await dashboard.until(lambda reader: reader.completed)
    assert (await held.document()).end_reason is EndReason.CANDIDATE_LEFT
    moves = [turn.move for turn in await read_turns(held.object_id)]
    assert moves == [Move.GREET, Move.NEXT, None, Move.NEXT, Move.NUDGE, Move.CLOSE]


async def test_an_interview_that_is_out_of_time_ends_by_its_clock(fleet: Fleet) -> None:
    held = await fleet.start_interview()
    async with held.followed() as dashboard:
        await dashboard.until_seq(2)
        seq = await held.say(ANSWER)
        await dashboard.until_seq(seq + 1)
        # half an hour passes
        interview = await held.document()
        assert interview.started_at
        late = {"started_at": interview.started_at - timedelta(minutes=31), "due_at": now()}
        await type(interview).get_pymongo_collection().update_one({"_id": ObjectId(interview.id)}, {"$set": late})
        await dashboard.until(lambda reader: reader.completed)
    assert (await held.document()).end_reason is EndReason.OUT_OF_TIME
    assert dashboard.turns[-1]["questionKey"] is None
