"""Usage on the interview: added in the transaction of the turns, each once, and kept when the interview is erased."""

import pytest
from bson import ObjectId

from models.documents.interview import EvaluationStatus, Interview, InterviewerRecord, InterviewStatus
from models.documents.usage import Usage
from models.reads.interview_usage import InterviewUsage, read_interview_usages
from models.storage.lease import LeaseLost
from models.writes.append_turns import Superseded, append_interviewer_turns
from models.writes.interview_erasure import delete_erased, mark_erased
from models.writes.reply_usage import ReplyUsage, add_reply_usage
from tests.factories import (
    add_candidate_turn,
    make_interview,
    new_evaluation,
    new_interviewer_update,
    new_turn,
    reload_interview,
)

pytestmark = pytest.mark.usefixtures("database")

USAGE = Usage(calls=1, input_tokens=100, cache_write_tokens=7, cached_input_tokens=10, output_tokens=5, cost_usd=0.1)
TWICE = Usage(calls=2, input_tokens=200, cache_write_tokens=14, cached_input_tokens=20, output_tokens=10, cost_usd=0.2)
THRICE = Usage(calls=3, input_tokens=300, cache_write_tokens=21, cached_input_tokens=30, output_tokens=15, cost_usd=0.3)
FIRST = ReplyUsage(USAGE, InterviewerRecord(model="first", prompt_version="1"))
SECOND = ReplyUsage(TWICE, InterviewerRecord(model="second", prompt_version="2"))


async def read_usage(interview: Interview) -> InterviewUsage:
    return (await read_interview_usages([interview.id]))[interview.id]


async def test_usage_of_replies_is_added_and_the_last_interviewer_is_stored() -> None:
    interview = await make_interview()
    for number, usage in enumerate([FIRST, None, SECOND]):
        await append_interviewer_turns(
            interview.id, [new_turn(f"reply:{number}")], new_interviewer_update(reply_usage=usage, is_code_reply=None)
        )
    stored = await reload_interview(interview)
    assert stored.reply_usage == THRICE, "the cost is exact, although 0.1 + 0.2 is not 0.3 in floating-point numbers"
    assert stored.interviewer == SECOND.interviewer


async def test_repeated_append_adds_its_usage_once() -> None:
    interview = await make_interview()
    for _ in range(3):
        await append_interviewer_turns(interview.id, [new_turn("reply:0")], new_interviewer_update(reply_usage=FIRST))
    assert (await reload_interview(interview)).reply_usage == USAGE


async def test_usage_is_not_added_without_the_turns() -> None:
    interview = await make_interview(fence=2)
    await add_candidate_turn(interview, "One more thing.")
    with pytest.raises(Superseded):
        update = new_interviewer_update(2, reply_usage=FIRST, expected_seq=0)
        await append_interviewer_turns(interview.id, [new_turn("reply:0")], update)
    with pytest.raises(LeaseLost):
        await append_interviewer_turns(interview.id, [new_turn("reply:0")], new_interviewer_update(1, reply_usage=FIRST))
    stored = await reload_interview(interview)
    assert (stored.reply_usage, stored.interviewer) == (Usage(), None)


async def test_remaining_usage_is_added_whoever_holds_the_lease_and_is_visible_as_a_change() -> None:
    interview = await make_interview(status=InterviewStatus.COMPLETED, fence=7)
    changed = await add_reply_usage(interview.id, FIRST)
    assert changed
    assert (changed.reply_usage, changed.interviewer, changed.fence) == (USAGE, FIRST.interviewer, 7)
    assert changed.updated_at > interview.updated_at


async def test_usage_is_added_to_interviews_that_were_stored_without_the_field() -> None:
    interview = await make_interview()
    unset = {"$unset": {"reply_usage": "", "interviewer": ""}}
    await Interview.get_pymongo_collection().update_one({"_id": interview.id}, unset)
    assert await read_usage(interview) == InterviewUsage(Usage(), Usage())
    await append_interviewer_turns(interview.id, [new_turn("reply:0")], new_interviewer_update(reply_usage=FIRST))
    assert (await reload_interview(interview)).reply_usage == USAGE


async def test_usage_of_an_interview_sums_all_versions_of_its_evaluation() -> None:
    interview, other = await make_interview(reply_usage=USAGE), await make_interview()
    for version, (status, usage) in enumerate(
        [(EvaluationStatus.COMPLETED, USAGE), (EvaluationStatus.FAILED, TWICE), (EvaluationStatus.RUNNING, Usage())], 1
    ):
        await new_evaluation(interview, version=version, status=status, usage=usage).insert()
    await new_evaluation(other, usage=TWICE).insert()
    usages = await read_interview_usages([interview.id, other.id, ObjectId()])
    assert usages == {
        interview.id: InterviewUsage(replies=USAGE, evaluations=THRICE),
        other.id: InterviewUsage(replies=Usage(), evaluations=TWICE),
    }
    assert usages[interview.id].total == TWICE.plus(TWICE)


async def test_erasure_keeps_the_usage_and_counts_the_deleted_evaluations_once() -> None:
    interview = await make_interview(status=InterviewStatus.COMPLETED, reply_usage=USAGE, interviewer=FIRST.interviewer, fence=1)
    await new_evaluation(interview, version=1, status=EvaluationStatus.COMPLETED, usage=USAGE, due_at=None).insert()
    await new_evaluation(interview, version=2, status=EvaluationStatus.FAILED, usage=TWICE, due_at=None).insert()
    before = await read_usage(interview)
    assert before == InterviewUsage(replies=USAGE, evaluations=THRICE)
    await mark_erased(interview.id)
    assert await read_usage(interview) == before
    await delete_erased(interview.id)
    assert await read_usage(interview) == before
    assert (await reload_interview(interview)).interviewer == FIRST.interviewer
    assert await add_reply_usage(interview.id, FIRST) is None
    assert await read_usage(interview) == before, "nothing is written to an erased interview"
