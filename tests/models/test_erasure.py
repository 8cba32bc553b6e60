"""Erasure: the mark refuses later writes, then all personal data is deleted."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from errors import Conflict, NotFound
from models.documents.evaluation import RatedLevel, Rating, list_evaluations
from models.documents.interview import Adoption, Candidate, Decision, EvaluationStatus, Interview, InterviewStatus, get_interview
from models.documents.turn import Speaker, Turn, read_turns
from models.documents.turn_correction import TurnCorrection, list_corrections
from models.storage.clock import now
from models.storage.lease import renew_lease
from models.writes.append_turns import append_candidate_turn
from models.writes.evaluation_transitions import (
    add_evaluation,
    add_rating,
    add_review,
    adopt_evaluation,
    claim_evaluation,
    complete_evaluation,
)
from models.writes.interview_erasure import delete_erased, find_pending_erasures, mark_erased
from models.writes.interview_transitions import claim_reply
from models.writes.turn_corrections import add_correction
from tests.factories import (
    add_candidate_turn,
    make_interview,
    new_evaluation,
    new_interview_note,
    new_outcome,
    new_review,
    new_turn,
)

# quoted, because the letters alone may occur in an id
SECRETS = (
    "'ada'",
    "Lovelace",
    "ada@example.org",
    "first program",
    "a secret answer",
    "ATS-7",
    "looms",
    "by the door",
    "because",
    "office",
    "a better word",
)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("status", InterviewStatus)
async def test_mark_cancels_open_interviews_and_removes_personal_fields(status: InterviewStatus) -> None:
    interview = await make_interview(status=status, due_at=now(), score=70.0, evaluated=True, decision=Decision.HOLD)
    marked = await mark_erased(interview.id)
    assert marked
    is_over = status in ("COMPLETED", "CANCELLED", "EXPIRED", "FAILED", "OPTED_OUT")
    assert marked.status is (status if is_over else InterviewStatus.CANCELLED)
    assert marked.erased_at
    assert marked.ended_at
    assert (marked.candidate, marked.name_terms, marked.due_at, marked.score, marked.decision) == (None, [], None, None, None)
    assert marked.invite_generation == interview.invite_generation + 1
    assert await mark_erased(interview.id) is None


async def test_erasure_leaves_no_personal_data(database: AsyncDatabase[dict[str, Any]]) -> None:
    interview = await make_interview(
        candidate=Candidate(name="Ada Lovelace", email="ada@example.org", experience="looms"),
        resume="I wrote the first program.",
        job_description="looms",
        external_id="ATS-7",
        end_detail="by the door",
        email_terms=["ada@example.org"],
        notes=[new_interview_note(text="because of the looms", author="Somebody at the office")],
    )
    turn = await add_candidate_turn(interview, "a secret answer")
    await TurnCorrection(interview_id=interview.id, seq=turn.seq, text="a better word").insert()
    outcome = new_outcome()
    evaluation = new_evaluation(
        interview,
        status=EvaluationStatus.COMPLETED,
        outcome=outcome,
        reviews=[new_review()],
        requested_by="Somebody at the office",
        request_reason="Another look at the looms.",
    )
    await evaluation.insert()
    await add_review(evaluation, new_review().model_copy(update={"reviewer": "Somebody at the office"}))
    rating = Rating(
        id=ObjectId(),
        reviewer_id=ObjectId(),
        reviewer="Somebody at the office",
        created_at=now(),
        levels=[RatedLevel(criterion_key="technical", level=2, reason="because of the looms")],
    )
    assert await add_rating(evaluation, rating)
    adoption = Adoption(
        id=ObjectId(), version=1, reason="because of the looms", adopted_by="Somebody at the office", adopted_at=now()
    )
    await adopt_evaluation(evaluation, outcome, adoption)
    assert await find_leaked_secrets(database), "the scan finds stored secrets"
    await mark_erased(interview.id)
    erased = await delete_erased(interview.id)
    assert erased
    assert (erased.rated_by, erased.adoptions, erased.decided_by, erased.decided_at) == ([], [], None, None)
    assert await find_leaked_secrets(database) == []


async def find_leaked_secrets(database: AsyncDatabase[dict[str, Any]]) -> list[str]:
    """Return the secrets that are still stored outside the positions, whose anchors are not personal."""
    stored = [
        repr(row).casefold()
        for name in await database.list_collection_names()
        if name != "positions"
        async for row in database[name].find({})
    ]
    return [secret for secret in SECRETS if any(secret.casefold() in row for row in stored)]


@pytest.mark.usefixtures("database")
async def test_writes_after_the_mark_are_refused() -> None:
    interview = await make_interview(status=InterviewStatus.COMPLETED)
    interview_id = interview.id
    done = await new_evaluation(interview, status=EvaluationStatus.COMPLETED, outcome=new_outcome(), due_at=None).insert()
    await new_evaluation(interview, version=2).insert()
    pending = (await list_evaluations(interview_id))[0]
    running = await claim_evaluation(pending.id, "holder", 60, prompt_version="test")
    assert running
    await mark_erased(interview_id)
    with pytest.raises(NotFound):
        await append_candidate_turn(interview_id, new_turn("client:1", speaker=Speaker.CANDIDATE))
    assert await complete_evaluation(running, new_outcome(), transcript_digest="") is None
    assert await add_review(done, new_review()) is None
    with pytest.raises(Conflict, match="was erased"):
        await add_evaluation(new_evaluation(interview, version=3))
    await delete_erased(interview_id)
    with pytest.raises(Conflict):
        await add_evaluation(new_evaluation(interview))
    assert await claim_evaluation(pending.id, "holder", 60, prompt_version="test") is None
    with pytest.raises(Conflict):
        await add_correction(TurnCorrection(interview_id=PydanticObjectId(interview_id), seq=1, text="Later."), 72)
    assert await list_corrections([interview_id]) == []
    assert await read_turns(interview_id) == []
    assert await list_evaluations(interview_id) == []
    stored = await get_interview(interview_id)
    assert stored
    assert (stored.score, stored.evaluated, stored.decision) == (None, False, None)


@pytest.mark.usefixtures("database")
async def test_erasure_revokes_the_lease() -> None:
    interview = await make_interview(due_at=now() - timedelta(seconds=1))
    claimed = await claim_reply(interview.id, "holder", 60)
    assert claimed
    await mark_erased(interview.id)
    assert not await renew_lease(Interview, interview.id, claimed.fence, "holder", 60)
    assert await claim_reply(interview.id, "holder", 60) is None


@pytest.mark.usefixtures("database")
async def test_erasure_counts_match_concurrent_messages() -> None:
    for _ in range(5):
        interview = await make_interview()
        interview_id = interview.id
        messages = [add_candidate_turn(interview, f"message {number}") for number in range(10)]
        marked, *said = await asyncio.gather(mark_erased(interview_id), *messages, return_exceptions=True)
        assert isinstance(marked, Interview)
        assert marked.erasure
        assert {type(refused) for refused in said if not isinstance(refused, Turn)} <= {NotFound}
        assert marked.erasure.turns == sum(isinstance(turn, Turn) for turn in said) == len(await read_turns(interview_id))


@pytest.mark.usefixtures("database")
async def test_erasure_stays_pending_until_deletion_succeeds() -> None:
    interview = await make_interview()
    await add_candidate_turn(interview, "hello")
    interview_id = interview.id
    assert await find_pending_erasures(10) == []
    marked = await mark_erased(interview_id)
    assert await find_pending_erasures(10) == [interview_id]
    assert len(await read_turns(interview_id)) == 1
    deleted = await delete_erased(interview_id)
    assert marked
    assert deleted
    assert marked.erasure
    assert deleted.erasure
    completed_at = deleted.erasure.completed_at
    assert completed_at
    assert deleted.erasure == marked.erasure.model_copy(update={"pending": False, "completed_at": completed_at})
    assert await find_pending_erasures(10) == []
    assert await delete_erased(interview_id) == deleted, "repeating the deletion changes nothing"


@pytest.mark.usefixtures("database")
async def test_unmarked_interview_is_not_deleted() -> None:
    interview = await make_interview()
    turn = await add_candidate_turn(interview, "hello")
    assert await delete_erased(interview.id) is None
    assert await read_turns(interview.id) == [turn]
    assert await mark_erased(ObjectId()) is None
    assert await delete_erased(ObjectId()) is None
