"""Process and Redis failures: no turn is lost, repeated or reordered, and replies and evaluations happen once."""

import asyncio
import signal
from datetime import timedelta
from typing import Any

from models.documents.evaluation import list_evaluations
from models.documents.interview import EndReason, InterviewStatus
from models.documents.turn import Move, read_turns
from models.storage.clock import now
from models.storage.lease import Lease
from sandbox.anthropic.provider import ScriptedReply
from sandbox.processes import ChildProcess
from settings import JobsSettings
from tests.end_to_end.fleet import ANSWER, Fleet, RunningInterview
from tests.factories import add_candidate_turn
from tests.helpers import Outage, outage, wait_until

PASSES = JobsSettings().judge_passes


async def wait_for_requests(fleet: Fleet, count: int) -> None:
    await wait_until(lambda: len(fleet.provider.requests) >= count)


async def read_replies_to(running_interview: RunningInterview, seq: int) -> list[str]:
    return [turn.text for turn in await read_turns(running_interview.object_id) if turn.answers == seq]


async def find_reply_worker(fleet: Fleet, running_interview: RunningInterview) -> ChildProcess:
    """Return the process that holds the interview, or soon does: a slow one may have lost it since its request."""

    async def read_lease() -> Lease | None:
        return (await running_interview.document()).lease

    return fleet.find_lease_holder((await wait_until(read_lease)).holder)


async def test_worker_killed_during_a_reply_is_replaced_and_replies_once(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        seq = await running_interview.say(ANSWER)
        await wait_for_requests(fleet, 1)
        await (await find_reply_worker(fleet, running_interview)).kill()
        gate.set()
        await dashboard.wait_for_seq(seq + 1)
        # the next exchange would reveal a late second reply
        await fleet.restore()
        after = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(after + 1)
    assert len(await read_replies_to(running_interview, seq)) == 1
    assert len(await read_replies_to(running_interview, after)) == 1


async def test_worker_frozen_during_a_reply_stores_nothing_after_it_continues(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(text="NEXT\nThis is the zombie.", release_event=gate))
        seq = await running_interview.say(ANSWER)
        await wait_for_requests(fleet, 1)
        zombie = await find_reply_worker(fleet, running_interview)
        async with outage(zombie, Outage.FROZEN):
            await dashboard.wait_for_seq(seq + 1)
        gate.set()
        after = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(after + 1)
    assert len(await read_replies_to(running_interview, seq)) == 1
    assert not any("zombie" in turn["text"] for turn in dashboard.turns)


async def test_messages_sent_during_a_reply_are_answered_together(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        await running_interview.say(ANSWER)
        await wait_for_requests(fleet, 1)
        last = await running_interview.say("And I ran it two hundred times against a copy.")
        gate.set()
        await dashboard.wait_for_seq(last + 1)
    turns = await read_turns(running_interview.object_id)
    assert [(turn.speaker, turn.answers) for turn in turns[2:5]] == [
        ("CANDIDATE", None),
        ("CANDIDATE", None),
        ("INTERVIEWER", last),
    ]


async def test_worker_killed_during_an_evaluation_is_replaced_and_evaluates_once(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        fleet.provider.requests.clear()
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        await running_interview.end()
        await dashboard.wait_until(lambda reader: reader.completed)
    await wait_for_requests(fleet, 1)
    (running,) = await list_evaluations(running_interview.object_id)
    assert running.lease
    await fleet.find_lease_holder(running.lease.holder).kill()
    gate.set()
    evaluation = await wait_until(running_interview.find_completed_evaluation)
    assert (evaluation.version, evaluation.passes_done) == (1, PASSES)
    # the call of the worker that was killed was made again
    assert len(fleet.provider.judgement_requests) == 1 + PASSES
    assert len(await list_evaluations(running_interview.object_id)) == 1
    assert (await running_interview.document()).evaluated


async def test_redis_outage_during_interview_and_evaluation_loses_nothing(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        async with outage(fleet.valkey, Outage.KILLED):
            # without Redis the message is still accepted, answered and delivered
            seq = await running_interview.say(ANSWER)
            await dashboard.wait_for_seq(seq + 1)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        fleet.provider.requests.clear()
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        await running_interview.end()
        await dashboard.wait_until(lambda reader: reader.completed)
        await wait_for_requests(fleet, 1)
        async with outage(fleet.valkey, Outage.KILLED):
            gate.set()
            evaluation = await wait_until(running_interview.find_completed_evaluation)
    assert evaluation.passes_done == PASSES
    assert len(fleet.provider.judgement_requests) == PASSES
    assert dashboard.connections == 1
    # the last turn is the closing
    assert [turn["seq"] for turn in dashboard.turns] == list(range(1, 8))


async def test_due_evaluation_is_made_during_a_redis_outage(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
    async with outage(fleet.valkey, Outage.KILLED):
        await running_interview.end()
        assert (await wait_until(running_interview.find_completed_evaluation)).attempts == 1


async def test_turn_that_was_stored_but_not_published_is_delivered(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        # stored by this process, which publishes nothing
        turn = await add_candidate_turn(await running_interview.document(), ANSWER)
        await dashboard.wait_for_seq(turn.seq)
        # and answered, although no job was woken
        await dashboard.wait_for_seq(turn.seq + 1)


async def test_messages_to_one_api_process_are_delivered_by_another(fleet: Fleet) -> None:
    other = 1 if len(fleet.apis) > 1 else await fleet.add_api()
    running_interview = await fleet.start_interview()
    async with running_interview.follow(api=other) as dashboard, running_interview.follow(api=0) as second:
        await dashboard.wait_for_seq(2)
        for number in range(3):
            seq = await running_interview.say(ANSWER, api=number % 2)
            await dashboard.wait_for_seq(seq + 1)
        await second.wait_for_seq(seq + 1)
    assert dashboard.turns == second.turns


async def test_worker_that_is_asked_to_stop_finishes_its_reply(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(text="NEXT\nThis worker was asked to stop.", release_event=gate))
        seq = await running_interview.say(ANSWER)
        await wait_for_requests(fleet, 1)
        leaving = await find_reply_worker(fleet, running_interview)
        leaving.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert leaving.is_running
        gate.set()
        async with asyncio.timeout(20):
            assert await leaving.wait() == 0
        await dashboard.wait_for_seq(seq + 1)
    assert "asked to stop" in (await read_replies_to(running_interview, seq))[0]
    assert len(fleet.provider.reply_requests) == 1


async def test_interview_completes_with_the_positions_questions_when_claude_is_unavailable(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        assert len(fleet.provider.reply_requests) == 1
        fleet.provider.default_script = ScriptedReply(status=529, error_type="overloaded_error")
        while not dashboard.completed:
            heard = len(dashboard.turns)
            if (await running_interview.document()).status is InterviewStatus.IN_PROGRESS:
                await running_interview.say(ANSWER)
            await dashboard.wait_for_turns(heard + 2)
    interview = await running_interview.document()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.WRAPPED_UP)
    assert interview.progress.question == interview.position.questions == 7
    assert interview.end_detail
    assert interview.end_detail.startswith("Claude did not answer in time for 7 of 8 replies")

    # the evaluation reports the outage, and is made once Claude is available
    async def read_failure() -> Any:
        (evaluation,) = await list_evaluations(running_interview.object_id)
        return evaluation.failure

    assert "529" in await wait_until(read_failure)
    fleet.provider.default_script = None
    assert (await wait_until(running_interview.find_completed_evaluation)).passes_done == PASSES


async def test_silent_candidate_is_asked_once_before_the_interview_ends(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard, fleet.replace_workers(INTERVIEW_SILENCE_SECONDS="1"):
        await dashboard.wait_for_seq(2)
        await running_interview.say(ANSWER)
        await dashboard.wait_until(lambda reader: reader.completed)
    assert (await running_interview.document()).end_reason is EndReason.CANDIDATE_LEFT
    moves = [turn.move for turn in await read_turns(running_interview.object_id)]
    assert moves == [Move.GREET, Move.NEXT, None, Move.NEXT, Move.NUDGE, Move.CLOSE]


async def test_interview_ends_when_its_time_is_up(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        # as if its time had passed
        interview = await running_interview.document()
        assert interview.started_at
        late = {"started_at": interview.started_at - timedelta(minutes=interview.position.limit_minutes + 1), "due_at": now()}
        await type(interview).get_pymongo_collection().update_one({"_id": interview.id}, {"$set": late})
        await dashboard.wait_until(lambda reader: reader.completed)
    assert (await running_interview.document()).end_reason is EndReason.OUT_OF_TIME
    assert dashboard.turns[-1]["questionKey"] is None
