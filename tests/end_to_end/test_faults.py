"""Whatever dies: no turn lost, repeated or out of order on any screen; each reply and each evaluation once."""

import asyncio
import signal
from datetime import timedelta
from typing import Any

from models.documents.evaluation import Evaluation, EvaluationStatus, list_evaluations
from models.documents.interview import EndReason, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Move, read_turns
from models.storage.clock import now
from sandbox.anthropic.provider import ScriptedReply
from sandbox.processes import ChildProcess
from tests.end_to_end.fleet import Fleet, RunningInterview
from tests.factories import add_candidate_turn
from tests.helpers import wait_until

ANSWER = "I measured the wait of each lock, found two that were taken in turns, and made both take them in one order."
END_INTERVIEW = "mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { status } } }"


async def has_requests(fleet: Fleet, count: int) -> bool:
    return len(fleet.provider.requests) >= count


async def read_replies_to(running_interview: RunningInterview, seq: int) -> list[str]:
    return [turn.text for turn in await read_turns(running_interview.object_id) if turn.answers == seq]


async def end_interview(fleet: Fleet, running_interview: RunningInterview) -> None:
    await fleet.execute(fleet.tokens[Role.RECRUITER], END_INTERVIEW, input={"interviewId": running_interview.id})


async def find_completed_evaluation(running_interview: RunningInterview) -> Evaluation | None:
    versions = await list_evaluations(running_interview.object_id)
    return versions[0] if versions and versions[0].status is EvaluationStatus.COMPLETED else None


async def find_reply_worker(fleet: Fleet, running_interview: RunningInterview) -> ChildProcess:
    lease = (await running_interview.document()).lease
    assert lease
    return fleet.find_lease_holder(lease.holder)


async def test_a_worker_that_is_killed_in_mid_reply_is_replaced_and_the_reply_comes_once(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        seq = await running_interview.say(ANSWER)
        await wait_until(lambda: has_requests(fleet, 1))
        await (await find_reply_worker(fleet, running_interview)).kill()
        gate.set()
        await dashboard.wait_for_seq(seq + 1)
        # the next exchange shows that nothing late follows the first
        await fleet.restore()
        after = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(after + 1)
    assert len(await read_replies_to(running_interview, seq)) == 1
    assert len(await read_replies_to(running_interview, after)) == 1


async def test_a_worker_that_is_stopped_in_mid_reply_and_continued_says_nothing_more(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(text="NEXT\nThis is the zombie.", release_event=gate))
        seq = await running_interview.say(ANSWER)
        await wait_until(lambda: has_requests(fleet, 1))
        zombie = await find_reply_worker(fleet, running_interview)
        zombie.send_signal(signal.SIGSTOP)
        try:
            await dashboard.wait_for_seq(seq + 1)
        finally:
            zombie.send_signal(signal.SIGCONT)
        gate.set()
        after = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(after + 1)
    assert len(await read_replies_to(running_interview, seq)) == 1
    assert not any("zombie" in turn["text"] for turn in dashboard.turns)


async def test_two_messages_while_a_reply_is_composed_are_answered_together(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        await running_interview.say(ANSWER)
        await wait_until(lambda: has_requests(fleet, 1))
        last = await running_interview.say("And I ran it two hundred times against a copy.")
        gate.set()
        await dashboard.wait_for_seq(last + 1)
    turns = await read_turns(running_interview.object_id)
    assert [(turn.speaker, turn.answers) for turn in turns[2:5]] == [
        ("CANDIDATE", None),
        ("CANDIDATE", None),
        ("INTERVIEWER", last),
    ]


async def test_a_worker_that_is_killed_in_mid_evaluation_is_replaced_and_it_is_made_once(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        fleet.provider.requests.clear()
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        await end_interview(fleet, running_interview)
        await dashboard.wait_until(lambda reader: reader.completed)
    await wait_until(lambda: has_requests(fleet, 1))
    (running,) = await list_evaluations(running_interview.object_id)
    assert running.lease
    await fleet.find_lease_holder(running.lease.holder).kill()
    gate.set()
    evaluation = await wait_until(lambda: find_completed_evaluation(running_interview))
    assert (evaluation.version, evaluation.attempts) == (1, 2)
    assert len(await list_evaluations(running_interview.object_id)) == 1
    assert (await running_interview.document()).evaluated


async def test_redis_killed_in_mid_interview_and_in_mid_evaluation_loses_nothing(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        await fleet.valkey.kill()
        # away: the message is taken, answered, and shown all the same
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        await fleet.valkey.start()
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        fleet.provider.requests.clear()
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(release_event=gate))
        await end_interview(fleet, running_interview)
        await dashboard.wait_until(lambda reader: reader.completed)
        await wait_until(lambda: has_requests(fleet, 1))
        await fleet.valkey.kill()
        gate.set()
        evaluation = await wait_until(lambda: find_completed_evaluation(running_interview))
    await fleet.valkey.start()
    assert evaluation.attempts == 1
    assert len(fleet.provider.judgement_requests) == 1
    assert dashboard.connections == 1
    assert [turn["seq"] for turn in dashboard.turns] == list(range(1, 7))


async def test_an_evaluation_that_is_due_while_redis_is_away_is_made(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
    await fleet.valkey.kill()
    await end_interview(fleet, running_interview)
    assert (await wait_until(lambda: find_completed_evaluation(running_interview))).attempts == 1


async def test_a_turn_of_a_process_that_died_between_commit_and_publish_is_shown(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        # stored by this process, which tells nobody
        turn = await add_candidate_turn(await running_interview.document(), ANSWER)
        await dashboard.wait_for_seq(turn.seq)
        # and it is answered, though nobody was woken
        await dashboard.wait_for_seq(turn.seq + 1)


async def test_messages_to_one_api_process_are_read_on_another(fleet: Fleet) -> None:
    other = 1 if len(fleet.apis) > 1 else await fleet.add_api()
    running_interview = await fleet.start_interview()
    async with running_interview.follow(api=other) as dashboard, running_interview.follow(api=0) as second:
        await dashboard.wait_for_seq(2)
        for place in range(3):
            seq = await running_interview.say(ANSWER, api=place % 2)
            await dashboard.wait_for_seq(seq + 1)
        await second.wait_for_seq(seq + 1)
    assert dashboard.turns == second.turns


async def test_a_worker_that_is_asked_to_end_finishes_its_reply(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        gate = asyncio.Event()
        fleet.provider.scripts.append(ScriptedReply(text="NEXT\nThis is the one that was asked to end.", release_event=gate))
        seq = await running_interview.say(ANSWER)
        await wait_until(lambda: has_requests(fleet, 1))
        leaving = await find_reply_worker(fleet, running_interview)
        leaving.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert leaving.is_running
        gate.set()
        async with asyncio.timeout(20):
            assert await leaving.wait() == 0
        await dashboard.wait_for_seq(seq + 1)
    assert "asked to end" in (await read_replies_to(running_interview, seq))[0]
    assert len(fleet.provider.reply_requests) == 1


async def test_with_claude_down_after_the_second_question_the_interview_completes_in_the_positions_words(fleet: Fleet) -> None:
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
    assert interview.end_detail.startswith("Claude did not answer in time for 6 of 7 replies")

    # nor is there a judgement, and it says so; it comes when Claude is back
    async def read_failure() -> Any:
        (evaluation,) = await list_evaluations(running_interview.object_id)
        return evaluation.failure

    assert "529" in await wait_until(read_failure)
    fleet.provider.default_script = None
    assert (await wait_until(lambda: find_completed_evaluation(running_interview))).attempts >= 2


async def test_an_interview_in_which_nobody_writes_any_more_is_asked_about_once_and_ended(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard, fleet.replace_workers(INTERVIEW_SILENCE_SECONDS="1"):
        await dashboard.wait_for_seq(2)
        await running_interview.say(ANSWER)
        await dashboard.wait_until(lambda reader: reader.completed)
    assert (await running_interview.document()).end_reason is EndReason.CANDIDATE_LEFT
    moves = [turn.move for turn in await read_turns(running_interview.object_id)]
    assert moves == [Move.GREET, Move.NEXT, None, Move.NEXT, Move.NUDGE, Move.CLOSE]


async def test_an_interview_that_is_out_of_time_ends_by_its_clock(fleet: Fleet) -> None:
    running_interview = await fleet.start_interview()
    async with running_interview.follow() as dashboard:
        await dashboard.wait_for_seq(2)
        seq = await running_interview.say(ANSWER)
        await dashboard.wait_for_seq(seq + 1)
        # half an hour passes
        interview = await running_interview.document()
        assert interview.started_at
        late = {"started_at": interview.started_at - timedelta(minutes=31), "due_at": now()}
        await type(interview).get_pymongo_collection().update_one({"_id": interview.id}, {"$set": late})
        await dashboard.wait_until(lambda reader: reader.completed)
    assert (await running_interview.document()).end_reason is EndReason.OUT_OF_TIME
    assert dashboard.turns[-1]["questionKey"] is None
