"""Retention by class of data, legal holds, and the records that erased interviews leave."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId
from bson import ObjectId

from errors import Conflict
from models.database import DOCUMENTS
from models.documents.audit_entry import AuditEntry
from models.documents.change import Change
from models.documents.decision_record import DecisionRecord
from models.documents.demographics import Demographics
from models.documents.evaluation import RatedLevel, Rating, Review, list_evaluations
from models.documents.interview import (
    Adoption,
    Decision,
    ErasureScope,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    LegalHold,
    Recommendation,
)
from models.documents.organization import Organization, RetentionPolicy, Role
from models.documents.position import Position
from models.documents.recording import get_interview_recording
from models.documents.turn import compute_transcript_digest, read_turns
from models.documents.webhook import WebhookDelivery
from models.reads.interview_usage import read_interview_usages
from models.storage.clock import now
from models.writes.demographics import store_demographics
from models.writes.evaluation_transitions import (
    add_evaluation,
    add_rating,
    add_review,
    adopt_evaluation,
    claim_evaluation,
    complete_evaluation,
)
from models.writes.interview_erasure import confirm_media_erased, delete_erased, find_pending_erasures, mark_erased
from models.writes.legal_hold import release_legal_hold, set_legal_hold
from models.writes.retention import (
    build_limit_condition,
    claim_retention_check,
    find_due_organizations,
    find_interviews_over_limit,
    set_retention_policy,
)
from tests.factories import (
    add_candidate_turn,
    make_interview,
    make_position,
    new_evaluation,
    new_outcome,
    new_recording,
    new_recording_file,
    reload_interview,
)

pytestmark = pytest.mark.usefixtures("database")

COMPLETED = InterviewStatus.COMPLETED
RECORDINGS, TRANSCRIPT, INTERVIEW = ErasureScope


def days_ago(days: float) -> Any:
    return now() - timedelta(days=days)


def new_hold() -> LegalHold:
    return LegalHold(reason="a lawsuit", set_by="an admin", set_at=now())


async def make_organization(**policy: Any) -> tuple[Organization, Position]:
    """Store an organization with this policy, and a position of it."""
    organization = await Organization(name=f"organization {ObjectId()}", retention=RetentionPolicy(**policy)).insert()
    return organization, await make_position(organization.id)


async def make_ended_interview(
    position: Position, days: float = 40, status: InterviewStatus = COMPLETED, **values: Any
) -> Interview:
    """Store an interview that was created and ended that many days ago."""
    times = {"created_at": days_ago(days), "started_at": days_ago(days), "ended_at": days_ago(days)}
    return await make_interview(position, status, **{**times, **values})


def new_review(decision: Decision = Decision.ADVANCE) -> Review:
    return Review(
        id=PydanticObjectId(),
        decision=decision,
        reason="a private reason",
        reviewer="Grace",
        reviewer_role=Role.RECRUITER,
        created_at=now(),
        overrides=[],
        overall_score=50.0,
    )


def new_rating() -> Rating:
    return Rating(
        id=PydanticObjectId(),
        reviewer_id=PydanticObjectId(),
        reviewer="Grace",
        created_at=now(),
        levels=[RatedLevel(criterion_key="technical", level=2)],
    )


async def make_decided_interview(position: Position, *, with_recording: bool = False) -> Interview:
    """Store a completed interview with a turn, an evaluation and a decision."""
    interview = await make_interview(position)
    await add_candidate_turn(interview, "a secret answer")
    ended = {"status": COMPLETED, "created_at": days_ago(40), "started_at": days_ago(40), "ended_at": days_ago(40)}
    await interview.set({**ended, "score": 50.0, "evaluated": True, "decision": Decision.REJECT})
    done = {"status": EvaluationStatus.COMPLETED, "outcome": new_outcome(), "due_at": None, "usage": {"output_tokens": 7}}
    await new_evaluation(interview, **done, reviews=[new_review(Decision.REJECT)]).insert()
    if with_recording:
        await new_recording(interview, files=[new_recording_file(), new_recording_file()]).insert()
    return await reload_interview(interview)


# --- what is over


async def test_days_count_from_the_end_or_from_the_creation_of_an_interview_that_never_began() -> None:
    organization, position = await make_organization()
    over = await make_ended_interview(position, 31)
    await make_ended_interview(position, 31, ended_at=days_ago(29))
    expired = await make_interview(
        position, InterviewStatus.EXPIRED, created_at=days_ago(31), started_at=None, ended_at=days_ago(1)
    )
    await make_interview(position, InterviewStatus.EXPIRED, created_at=days_ago(29), started_at=None, ended_at=days_ago(29))
    await make_ended_interview((await make_organization())[1], 31)
    for scope in ErasureScope:
        assert set(await find_interviews_over_limit(organization.id, scope, 30, 10)) == {over.id, expired.id}
        assert len(await find_interviews_over_limit(organization.id, scope, 30, 1)) == 1


@pytest.mark.parametrize("status", InterviewStatus)
async def test_open_interviews_are_never_over(status: InterviewStatus) -> None:
    organization, position = await make_organization()
    await make_ended_interview(position, status=status)
    found = await find_interviews_over_limit(organization.id, INTERVIEW, 30, 10)
    assert len(found) == (status in ("COMPLETED", "CANCELLED", "EXPIRED", "FAILED", "OPTED_OUT"))


async def test_erased_and_held_interviews_are_left_alone() -> None:
    organization, position = await make_organization()
    erased, held = await make_ended_interview(position), await make_ended_interview(position)
    await mark_erased(erased.id)
    await set_legal_hold(held.id, new_hold())
    assert await find_interviews_over_limit(organization.id, INTERVIEW, 30, 10) == []


async def test_limit_condition_is_checked_when_the_mark_is_set() -> None:
    _, position = await make_organization()
    interview = await make_ended_interview(position, 10)
    assert await mark_erased(interview.id, RECORDINGS, build_limit_condition(RECORDINGS, 11)) is None
    assert await mark_erased(interview.id, RECORDINGS, build_limit_condition(RECORDINGS, 9))


async def test_check_of_an_organization_is_due_after_its_policy_is_set_and_claimed_once() -> None:
    organization, _ = await make_organization()
    assert await find_due_organizations(10) == []
    update_id = ObjectId()
    assert await set_retention_policy(organization.id, RetentionPolicy(transcript_days=30), update_id)
    assert await set_retention_policy(organization.id, RetentionPolicy(transcript_days=7), update_id) is None
    assert await find_due_organizations(10) == [organization.id]
    claims = await asyncio.gather(*(claim_retention_check(organization.id) for _ in range(5)))
    [claimed] = [claim for claim in claims if claim]
    assert claimed.retention.transcript_days == 30
    assert await find_due_organizations(10) == []
    await set_retention_policy(organization.id, RetentionPolicy(), ObjectId())
    assert await find_due_organizations(10) == [], "a policy that keeps everything needs no check"


# --- scopes


async def test_erased_recordings_leave_transcript_and_evaluation() -> None:
    interview = await make_decided_interview((await make_organization())[1], with_recording=True)
    marked = await mark_erased(interview.id, RECORDINGS)
    assert marked and marked.erasure and marked.erasure.pending
    assert marked.updated_at > interview.updated_at
    assert await find_pending_erasures(10) == [interview.id]
    pending = await delete_erased(interview.id)
    assert pending and pending.erasure and pending.erasure.pending, "the files are still in the store"
    assert await confirm_media_erased(interview.id, 0)
    stored = await reload_interview(interview)
    assert stored.erasure
    assert (stored.erasure.recordings, stored.erasure.turns, stored.erasure.transcript_erased_at) == (2, 0, None)
    assert stored.erasure.recordings_erased_at and stored.erasure.completed_at
    assert (stored.erased_at, stored.score, stored.last_seq, stored.candidate) == (None, 50.0, 1, interview.candidate)
    assert await get_interview_recording(interview.id) is None
    assert len(await read_turns(interview.id)) == len(await list_evaluations(interview.id)) == 1


async def test_erasing_recordings_that_do_not_exist_changes_nothing_for_callers() -> None:
    interview = await make_decided_interview((await make_organization())[1])
    marked = await mark_erased(interview.id, RECORDINGS)
    assert marked and marked.erasure
    assert (marked.updated_at, marked.erasure.pending, marked.erasure.recordings_erased_at) == (interview.updated_at, False, None)
    assert await mark_erased(interview.id, RECORDINGS) is None, "it is found only once"


async def test_erased_transcript_leaves_candidate_and_decision() -> None:
    interview = await make_decided_interview((await make_organization())[1])
    adopted = {"version": 1, "reason": "The best.", "adopted_by": "somebody", "adopted_at": now()}
    await interview.set(
        {
            "evaluation_status": EvaluationStatus.COMPLETED,
            "counted_version": 1,
            "adoptions": [Adoption(id=PydanticObjectId(), **adopted)],
            "evaluation_requests": [now()],
            "rated_by": [PydanticObjectId()],
            "is_blind": True,
            "decision_version": 1,
            "decided_by": "somebody",
        }
    )
    turns = await read_turns(interview.id)
    await mark_erased(interview.id, TRANSCRIPT)
    stored = await delete_erased(interview.id)
    assert stored and stored.erasure
    assert not stored.erasure.pending
    assert (stored.erasure.turns, stored.erasure.evaluations, stored.erased_at) == (1, 1, None)
    assert stored.erasure.transcript_digest == compute_transcript_digest(turns)
    assert (stored.evaluated, stored.score, stored.last_seq, stored.candidate_characters) == (False, None, 0, 0)
    assert (stored.evaluation_status, stored.counted_version) == (None, None)
    assert (stored.adoptions, stored.evaluation_requests, stored.rated_by) == ([], [], [])
    assert (stored.candidate, stored.decision) == (interview.candidate, Decision.REJECT)
    assert (stored.decision_version, stored.decided_by) == (1, "somebody")
    assert not stored.is_blind, "nobody can rate it, so the decision would remain hidden from all reviewers"
    assert await read_turns(interview.id) == []
    assert await list_evaluations(interview.id) == []
    with pytest.raises(Conflict, match="transcript was erased"):
        await add_evaluation(new_evaluation(interview))


async def test_evaluation_in_progress_changes_nothing_after_its_transcript_is_marked() -> None:
    interview = await make_decided_interview((await make_organization())[1])
    await new_evaluation(interview, version=2).insert()
    running = await claim_evaluation((await list_evaluations(interview.id))[0].id, "holder", 60, prompt_version="test")
    assert running
    await mark_erased(interview.id, TRANSCRIPT)
    assert await complete_evaluation(running, new_outcome(), transcript_digest="") is None
    completed = (await list_evaluations(interview.id))[1]
    assert completed.outcome
    assert await add_review(completed, new_review()) is None
    assert await add_rating(completed, new_rating()) is None
    adoption = Adoption(id=PydanticObjectId(), version=1, reason="The best.", adopted_by="somebody", adopted_at=now())
    assert await adopt_evaluation(completed, completed.outcome, adoption) is None
    stored = await reload_interview(interview)
    assert (stored.evaluated, stored.score, stored.decision) == (False, None, Decision.REJECT)


async def test_erasures_of_growing_scope_add_up() -> None:
    interview = await make_decided_interview((await make_organization())[1], with_recording=True)
    turns = await read_turns(interview.id)
    for scope in ErasureScope:
        assert await mark_erased(interview.id, scope)
        await delete_erased(interview.id)
        await confirm_media_erased(interview.id, 0)
        assert await mark_erased(interview.id, scope) is None
        usage = (await read_interview_usages([interview.id]))[interview.id]
        assert usage.evaluations.output_tokens == 7, "usage is no personal data, and remains"
    stored = await reload_interview(interview)
    assert stored.erasure
    assert (stored.erasure.turns, stored.erasure.evaluations, stored.erasure.recordings) == (1, 1, 2)
    assert stored.erasure.transcript_digest == compute_transcript_digest(turns)
    assert not stored.erasure.pending
    assert stored.erasure.awaits_media is False, "files that are gone are not waited for again"
    assert stored.erased_at
    assert await mark_erased(interview.id, RECORDINGS) is None


async def test_erasure_deletes_every_document_that_refers_to_the_interview() -> None:
    interview = await make_interview(status=COMPLETED)
    await mark_erased(interview.id)
    # changes, deliveries of webhooks and entries of the audit log hold ids only, and outlive an erasure
    outliving = {Change, WebhookDelivery, AuditEntry}
    referring = [document for document in set(DOCUMENTS) - outliving if "interview_id" in document.model_fields]
    assert len(referring) >= 4
    for document in referring:
        await document.get_pymongo_collection().insert_one({"interview_id": interview.id})
    await delete_erased(interview.id)
    left = {it.__name__: await it.get_pymongo_collection().count_documents({"interview_id": interview.id}) for it in referring}
    assert left == dict.fromkeys(left, 0), "delete it in delete_erased"


async def test_transcript_digest_is_computed_as_documented() -> None:
    interview = await make_interview()
    turn = await add_candidate_turn(interview, "Grüß Gott")
    expected = f'[[1,"CANDIDATE","{turn.text}"]]'.encode()
    assert compute_transcript_digest(await read_turns(interview.id)) == hashlib.sha256(expected).hexdigest()


# --- legal holds


@pytest.mark.parametrize("scope", ErasureScope)
async def test_held_interview_is_not_erased_until_the_hold_is_released(scope: ErasureScope) -> None:
    interview = await make_decided_interview((await make_organization())[1], with_recording=True)
    hold = new_hold()
    held = await set_legal_hold(interview.id, hold)
    assert held and held.legal_hold and held.updated_at > interview.updated_at
    assert await set_legal_hold(interview.id, new_hold()) is None
    assert await mark_erased(interview.id, scope) is None
    assert await delete_erased(interview.id) is None
    assert await release_legal_hold(interview.id, ObjectId(), "an admin") is None
    released = await release_legal_hold(interview.id, hold.id, "another admin")
    assert released and released.legal_hold is None
    [past] = released.released_legal_holds
    assert (past.reason, past.set_by, past.released_by) == ("a lawsuit", "an admin", "another admin")
    assert past.released_at
    assert await set_legal_hold(interview.id, hold) is None, "a repeated request does not set a released hold again"
    assert await mark_erased(interview.id, scope)


async def test_hold_and_erasure_at_the_same_time_exclude_each_other() -> None:
    for number in range(20):
        interview = await make_interview(status=COMPLETED)
        works: list[Any] = [set_legal_hold(interview.id, new_hold()), mark_erased(interview.id)]
        results = await asyncio.gather(*(works if number % 2 else reversed(works)))
        assert sum(result is not None for result in results) == 1
        stored = await reload_interview(interview)
        assert (stored.legal_hold is None) == (stored.erased_at is not None)
        assert (stored.candidate is None) == (stored.erased_at is not None)
    assert await set_legal_hold((await make_erased_interview()).id, new_hold()) is None


async def make_erased_interview() -> Interview:
    interview = await make_interview(status=COMPLETED)
    await mark_erased(interview.id)
    return interview


async def test_erasure_removes_the_reasons_of_released_holds() -> None:
    interview = await make_interview(status=COMPLETED)
    hold = new_hold()
    await set_legal_hold(interview.id, hold)
    await release_legal_hold(interview.id, hold.id, "an admin")
    await mark_erased(interview.id)
    assert (await reload_interview(interview)).released_legal_holds == []


# --- decision records


@pytest.mark.parametrize("scopes", [[INTERVIEW], [TRANSCRIPT, INTERVIEW], [RECORDINGS, TRANSCRIPT, INTERVIEW]])
async def test_first_erasure_of_an_evaluation_leaves_one_record_without_personal_data(scopes: list[ErasureScope]) -> None:
    organization, position = await make_organization(keep_decision_record=True)
    interview = await make_decided_interview(position)
    for scope in scopes:
        await mark_erased(interview.id, scope)
        await delete_erased(interview.id)
    [record] = await DecisionRecord.find_all().to_list()
    assert record.model_dump(exclude={"id"}) == {
        "organization_id": organization.id,
        "position_key": "tester",
        "position_version": 1,
        "interview_month": f"{days_ago(40):%Y-%m}",
        "evaluation_version": 1,
        "overall_score": 50.0,
        "recommendation": Recommendation.HIRE,
        "decision": Decision.REJECT,
        "decided_by_role": Role.RECRUITER,
    }
    [row] = await DecisionRecord.get_pymongo_collection().find().to_list()
    stored = repr(row)
    assert str(interview.id) not in stored
    assert not any(secret in stored for secret in ("Ada", "Lovelace", "Grace", "private", "secret"))
    # an ordinary ObjectId begins with the time of the erasure, which the erased interview shows as well
    assert abs((record.id.generation_time - now()).total_seconds()) > 60


async def test_record_has_the_version_that_counted_and_the_newest_decision() -> None:
    _, position = await make_organization(keep_decision_record=True)
    interview = await make_decided_interview(position)
    done = {"status": EvaluationStatus.COMPLETED, "due_at": None}
    await new_evaluation(interview, version=2, outcome=new_outcome(5), **done, reviews=[new_review()]).insert()
    await interview.set({"counted_version": 1, "decision": Decision.ADVANCE, "decision_version": 2})
    await mark_erased(interview.id)
    [record] = await DecisionRecord.find_all().to_list()
    assert (record.evaluation_version, record.overall_score) == (1, 50.0)
    assert (record.decision, record.decided_by_role) == (Decision.ADVANCE, Role.RECRUITER)


async def test_no_record_is_left_without_the_policy_or_without_an_evaluation_and_a_decision() -> None:
    _, position = await make_organization()
    await mark_erased((await make_decided_interview(position)).id)
    _, position = await make_organization(keep_decision_record=True)
    await mark_erased((await make_interview(position, InterviewStatus.CANCELLED)).id)
    await mark_erased((await make_decided_interview(position)).id, RECORDINGS)
    assert await DecisionRecord.count() == 0


async def test_concurrent_erasures_leave_one_record() -> None:
    _, position = await make_organization(keep_decision_record=True)
    interview = await make_decided_interview(position)
    marked = await asyncio.gather(*(mark_erased(interview.id) for _ in range(5)))
    assert sum(result is not None for result in marked) == 1
    assert await DecisionRecord.count() == 1


# --- demographics


def new_demographics(interview: Interview) -> Demographics:
    return Demographics(
        interview_id=interview.id, organization_id=interview.organization_id, sex="female", updated_by="an integration"
    )


async def test_erasure_of_the_interview_removes_its_demographic_data_and_refuses_new_ones() -> None:
    interview = await make_decided_interview((await make_organization())[1])
    assert await store_demographics(new_demographics(interview), ObjectId())
    await mark_erased(interview.id, TRANSCRIPT)
    await delete_erased(interview.id)
    assert await Demographics.count() == 1, "they belong to the candidate's data"
    await mark_erased(interview.id)
    await delete_erased(interview.id)
    assert await Demographics.count() == 0
    assert await store_demographics(new_demographics(interview), ObjectId()) is None
    assert await Demographics.count() == 0


async def test_demographic_data_stored_while_the_interview_is_erased_do_not_remain() -> None:
    for _ in range(10):
        interview = await make_interview(status=COMPLETED)

        async def erase(interview_id: ObjectId = interview.id) -> None:
            await mark_erased(interview_id)
            await delete_erased(interview_id)

        await asyncio.gather(store_demographics(new_demographics(interview), ObjectId()), erase())
        assert await Demographics.count() == 0


async def test_interview_documents_have_no_demographic_field() -> None:
    fields = {"sex", "race_ethnicity", "age_band", "demographics"}
    assert not fields & Interview.model_fields.keys()
