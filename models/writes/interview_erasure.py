"""Erasure of an interview, or of its recordings or transcript only.

First a mark by compare-and-set, which a legal hold refuses in the same step; then deletion, retried until confirmed.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from beanie import Document
from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from models.documents.assessment_order import AssessmentOrder, delete_orders
from models.documents.change import ChangedObject, ChangeKind
from models.documents.decision_record import DecisionRecord, build_decision_record
from models.documents.demographics import Demographics
from models.documents.evaluation import Evaluation, list_evaluations, pick_evaluation
from models.documents.evaluation_usage import sum_evaluation_usages
from models.documents.external_reference import ExternalReference, delete_references
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import (
    TERMINAL_STATUSES,
    Accommodations,
    Erasure,
    ErasureScope,
    Interview,
    InterviewStatus,
    get_interview,
)
from models.documents.judgement import JudgementDocument
from models.documents.organization import get_organization
from models.documents.recording import Recording, find_recordings
from models.documents.repair_attempt import RepairAttempt
from models.documents.turn import TurnDocument, compute_transcript_digest, get_turn_collection, read_turns
from models.documents.turn_correction import TurnCorrection
from models.documents.usage import Usage
from models.documents.webhook import forget_body_digests
from models.storage.backoff import Backoff
from models.storage.lease import from_now
from models.storage.transactions import run_in_transaction
from models.writes.interview_updates import update_interview

_INTERVIEW_DOCUMENTS: Sequence[type[Document]] = (
    TurnDocument,
    TurnCorrection,
    Evaluation,
    JudgementDocument,
    Recording,
    Demographics,
    ExternalReference,
    AssessmentOrder,
)
"""Documents that belong to an interview."""
_EVALUATION_FIELDS: dict[str, Any] = {
    "evaluation_status": None,
    "evaluated": False,
    "score": None,
    "recommendation": None,
    "counted_version": None,
    "adoptions": [],
    "evaluation_requests": [],
    "rated_by": [],
}
"""What the interview stores about its evaluations, which are erased with the transcript."""
_ERASED_FIELDS: dict[str, Any] = {
    **_EVALUATION_FIELDS,
    "candidate": None,
    "candidate_order": "",
    "name_terms": [],
    "email_terms": [],
    "resume": None,
    "job_description": None,
    "external_id": None,
    "end_detail": None,
    "decision": None,
    "decision_version": None,
    "decided_by": None,
    "decided_at": None,
    "released_legal_holds": [],
    "review_reasons": [],
    "candidate_questions": [],
    "notes": [],
    "deleted_notes": [],
    "requests": [],
    "withdrawal_reason": None,
    "accommodations": Accommodations(),
    "reopenings": [],
    "due_at": None,
    "lease": None,
    "origin": None,
}
_TRANSCRIPT_FIELDS: dict[str, Any] = {
    **_EVALUATION_FIELDS,
    # nobody can rate it any more: otherwise the decision, which remains, would be hidden from all reviewers
    "is_blind": False,
    "last_seq": 0,
    "last_candidate_seq": 0,
    "candidate_messages": 0,
    "candidate_characters": 0,
    "answered_seq": 0,
    "unjudged_seqs": [],
    "review_reasons": [],
    "candidate_questions": [],
    "notes": [],
    "deleted_notes": [],
}
"""What an erasure of the transcript changes in the interview. The decision stays with the candidate's data."""
MEDIA_BACKOFF = Backoff(base_seconds=2.0, max_seconds=600.0)
"""Pauses between attempts to delete the recording's files from the store."""

_ERASURE_CHANGED = (ChangedObject(ChangeKind.ERASURE),)
_ERASURE_MARK: dict[str, Any] = {
    "erased_at": "$$NOW",
    "ended_at": {"$ifNull": ["$ended_at", "$$NOW"]},
    "invite_generation": {"$add": ["$invite_generation", 1]},
}


async def mark_erased(
    interview_id: ObjectId, scope: ErasureScope = ErasureScope.INTERVIEW, condition: Mapping[str, Any] | None = None
) -> Interview | None:
    """Mark everything within `scope` as erased and remove it from the interview's document.

    With the scope INTERVIEW, set `erased_at`, remove every personal field and cancel the interview if it is not over.
    From then on no turn, evaluation or job writes to it: each is conditional on `erased_at` being null. The usage remains,
    because it contains no personal data.

    Returns None if the interview is unknown, held or already erased to this extent, or if `condition` does not hold.
    """
    while (interview := await get_interview(interview_id)) and is_erasable(interview, scope):
        versions = await list_evaluations(interview_id)
        erasure = await _build_erasure(interview, versions, scope)
        values, computed = _build_mark(interview, scope, erasure)
        # any write moves updated_at: then count again
        unchanged = {"updated_at": interview.updated_at, "erased_at": None, "legal_hold": None, **(condition or {})}
        record = await _build_decision_record(interview, versions, scope)
        if marked := await _store_mark(interview_id, unchanged, values, computed, record, visible=erasure.pending):
            return marked
        current = await get_interview(interview_id)
        if current is None or current.updated_at == interview.updated_at:
            return None
    return None


def is_erasable(interview: Interview, scope: ErasureScope) -> bool:
    """Return whether the interview is not held and something within the scope has not been marked yet."""
    if interview.erased_at is not None or interview.legal_hold is not None:
        return False
    return interview.erasure is None or interview.erasure.scope in narrower_scopes(scope)


def narrower_scopes(scope: ErasureScope) -> list[ErasureScope]:
    """Return the scopes that erase less."""
    scopes = list(ErasureScope)
    return scopes[: scopes.index(scope)]


async def _build_erasure(interview: Interview, versions: list[Evaluation], scope: ErasureScope) -> Erasure:
    """Return the erasure with the counts of its data, added to those of earlier erasures of a narrower scope."""
    earlier = interview.erasure or Erasure(turns=0, evaluations=0, pending=False)
    recordings = await find_recordings([interview.id]).to_list()
    files = sum(len(recording.files) for recording in recordings)
    turns = [] if scope is ErasureScope.RECORDINGS else await read_turns(interview.id)
    evaluations = 0 if scope is ErasureScope.RECORDINGS else len(versions)
    usages = {} if scope is ErasureScope.RECORDINGS else await sum_evaluation_usages([interview.id])
    return Erasure(
        scope=scope,
        turns=earlier.turns + len(turns),
        evaluations=earlier.evaluations + evaluations,
        evaluation_usage=earlier.evaluation_usage.plus(usages.get(interview.id, Usage())),
        recordings=earlier.recordings + files,
        transcript_digest=compute_transcript_digest(turns) if turns else earlier.transcript_digest,
        awaits_media=bool(files) or (earlier.pending and bool(earlier.awaits_media)),
        # of most interviews there is no recording, so that nothing is to be deleted, and nothing changes for callers
        pending=bool(recordings) or earlier.pending or scope is not ErasureScope.RECORDINGS,
    )


def _build_mark(interview: Interview, scope: ErasureScope, erasure: Erasure) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the literal values and the computed ones of the mark."""
    times: dict[str, Any] = {
        "marked_at": "$$NOW",
        "recordings_erased_at": {"$ifNull": ["$erasure.recordings_erased_at", "$$NOW" if erasure.recordings else None]},
        "transcript_erased_at": {"$ifNull": ["$erasure.transcript_erased_at", "$$NOW" if erasure.turns else None]},
    }
    literal = {"$literal": Encoder().encode(erasure)}
    computed: dict[str, Any] = {"erasure": {"$mergeObjects": [literal, times]}, "fence": {"$add": ["$fence", 1]}}
    if scope is ErasureScope.RECORDINGS:
        return {}, computed
    if scope is ErasureScope.TRANSCRIPT:
        return _TRANSCRIPT_FIELDS, computed
    is_over = interview.status in TERMINAL_STATUSES
    cancellation = {} if is_over else {"status": InterviewStatus.CANCELLED, "end_reason": None}
    return {**_ERASED_FIELDS, **cancellation}, {**computed, **_ERASURE_MARK}


async def _build_decision_record(interview: Interview, versions: list[Evaluation], scope: ErasureScope) -> DecisionRecord | None:
    """Return the record that remains, if the organization keeps one and this erasure is the first to remove the evaluation."""
    is_recorded = interview.erasure is not None and interview.erasure.scope is ErasureScope.TRANSCRIPT
    if scope is ErasureScope.RECORDINGS or is_recorded:
        return None
    organization = None if interview.try_out_of else await get_organization(interview.organization_id)
    if organization is None or not organization.retention.keep_decision_record:
        return None
    return build_decision_record(interview, versions, pick_evaluation(versions, None, interview.counted_version))


async def _store_mark(
    interview_id: ObjectId,
    condition: Mapping[str, Any],
    values: Mapping[str, Any],
    computed: Mapping[str, Any],
    record: DecisionRecord | None,
    *,
    visible: bool,
) -> Interview | None:
    if record is None:
        return await update_interview(interview_id, condition, values, computed, visible=visible, changed=_ERASURE_CHANGED)

    async def work(session: AsyncClientSession) -> Interview | None:
        marked = await update_interview(interview_id, condition, values, computed, session, changed=_ERASURE_CHANGED)
        if marked is not None:
            await record.insert(session=session)
        return marked

    return await run_in_transaction(Interview, interview_id, work)


async def delete_erased(interview_id: ObjectId) -> Interview | None:
    """Delete what the mark covers and clear the pending flag. Idempotent.

    An interview with recorded files stays pending until `confirm_media_erased`. Returns None, and deletes nothing, if
    the interview is not marked.
    """
    interview = await get_interview(interview_id)
    if interview is None or interview.erasure is None:
        return None
    erasure = interview.erasure
    await Recording.find({"interview_id": interview_id}).delete()
    if erasure.scope is not ErasureScope.RECORDINGS:
        await get_turn_collection().delete_many({"interview_id": interview_id})
        await TurnCorrection.find({"interview_id": interview_id}).delete()
        await Evaluation.find({"interview_id": interview_id}).delete()
        await JudgementDocument.find({"interview_id": interview_id}).delete()
        await forget_body_digests(interview_id)
    if erasure.scope is ErasureScope.INTERVIEW:
        await Demographics.find({"interview_id": interview_id}).delete()
        await delete_references(interview_id)
        await delete_orders(interview_id)
    awaits_media = bool(erasure.recordings) if erasure.awaits_media is None else erasure.awaits_media
    if awaits_media or not erasure.pending:
        return interview
    # a mark raises the fence: one with a wider scope since then is not confirmed here
    return await _confirm(interview_id, {"fence": interview.fence}) or await get_interview(interview_id)


async def erase_restored_interview(interview_id: ObjectId, scope: ErasureScope) -> bool:
    """Erase an interview again that a restored backup has brought back; return whether there was something to erase.

    A legal hold does not prevent it: it was released before the erasure, but the backup may have it.
    """
    interviews = Interview.get_pymongo_collection()
    await interviews.update_one({"_id": interview_id, "erased_at": None}, {"$set": {"legal_hold": None}})
    marked = await mark_erased(interview_id, scope)
    # also of an interview whose erasure was pending when the backup was made
    await delete_erased(interview_id)
    return marked is not None


async def delete_interviews(interview_ids: Collection[ObjectId]) -> None:
    """Delete erased interviews, with what an interrupted erasure has left. Their own documents are the last."""
    for model in _INTERVIEW_DOCUMENTS:
        await model.find({"interview_id": {"$in": interview_ids}}).delete()
    await RepairAttempt.find({"document_id": {"$in": interview_ids}}).delete()
    await IdempotencyClaim.find({"caller": {"$in": [f"candidate:{interview_id}" for interview_id in interview_ids]}}).delete()
    await Interview.find({"_id": {"$in": interview_ids}}).delete()


async def _confirm(interview_id: ObjectId, condition: Mapping[str, Any]) -> Interview | None:
    return await update_interview(
        interview_id,
        {"erasure.pending": True, **condition},
        {"erasure.pending": False},
        {"erasure.completed_at": "$$NOW"},
        changed=_ERASURE_CHANGED,
    )


async def begin_media_deletion(interview_id: ObjectId) -> Interview | None:
    """Count an attempt to delete the files, and schedule the next one in case this one fails.

    An erasure is never given up, so attempts are unlimited and only slowed down. Returns None if nothing is pending.
    """
    attempts = {"$add": [{"$ifNull": ["$erasure.attempts", 0]}, 1]}
    return await update_interview(
        interview_id,
        {"erasure.pending": True},
        {},
        {"erasure.attempts": attempts, "erasure.due_at": from_now(MEDIA_BACKOFF.expression(attempts))},
        visible=False,
    )


async def confirm_media_erased(interview_id: ObjectId, quiet_seconds: float) -> bool:
    """Record that the store has no more files of the interview; return whether the erasure is complete.

    It is complete only `quiet_seconds` after the mark, because a recorder may keep writing until it notices the mark.
    """
    # null, where nothing is marked, sorts before every date: _confirm requires a pending erasure
    marked_at = {"$ifNull": ["$erasure.marked_at", "$erased_at"]}
    return await _confirm(interview_id, {"$expr": {"$lte": [marked_at, from_now(-quiet_seconds)]}}) is not None


async def find_pending_erasures(limit: int) -> list[ObjectId]:
    """Return interviews whose erasure is pending and whose next attempt is due."""
    is_due = {"$lte": [{"$ifNull": ["$erasure.due_at", "$$NOW"]}, "$$NOW"]}
    criteria = {"erasure.pending": True, "$expr": is_due}
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).limit(limit)
    return [row["_id"] async for row in rows]
