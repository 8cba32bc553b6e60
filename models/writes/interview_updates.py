"""Conditional updates of interviews, alone or in one transaction with a document that belongs to the interview."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from models.documents.change import INTERVIEW_CHANGED, ChangedObject, ChangeKind, build_change_mark
from models.documents.evaluation import Evaluation
from models.documents.interview import TURN_STATUSES, ErasureScope, Interview
from models.documents.interview_indexes import INDEXED_UPDATED_AT
from models.documents.interview_views import ALL_VIEWS, EVALUATION_VIEWS, InterviewView, build_update_times, build_visibility
from models.documents.recording import Recording
from models.documents.turn_correction import TurnCorrection
from models.storage.compare_and_set import compare_and_set, to_literals
from models.storage.lease import NOT_ERASED
from models.storage.transactions import run_in_transaction

D = TypeVar("D", Evaluation, Recording)

HAS_TRANSCRIPT: dict[str, Any] = {**NOT_ERASED, "erasure.scope": {"$ne": ErasureScope.TRANSCRIPT}}
"""Condition that neither the interview nor its transcript, with the evaluations, was erased."""
NEXT_UPDATED_AT = {"$max": ["$$NOW", {"$add": ["$updated_at", 1]}]}
"""Expression for `updated_at` after a change: MongoDB's clock, but always later than the stored value."""
_CHANGE_KINDS: dict[type, ChangeKind] = {Evaluation: ChangeKind.EVALUATION, Recording: ChangeKind.RECORDING}
"""Kinds of the documents that change together with their interview. A correction is a change of the interview."""


async def update_interview(
    interview_id: ObjectId,
    condition: Mapping[str, Any],
    values: Mapping[str, Any],
    computed: Mapping[str, Any] | None = None,
    session: AsyncClientSession | None = None,
    *,
    visible: bool = True,
    also_visible_to: Collection[InterviewView] = (),
    changed: Sequence[ChangedObject] = INTERVIEW_CHANGED,
    changed_if: Any = True,
) -> Interview | None:
    """Change the interview if `condition` holds; return the changed interview, else None.

    Works like models.storage.compare_and_set. Also moves `updated_at`, and marks the objects in `changed` for the change feed,
    unless callers cannot see the change (`visible=False`). For callers with a limited view, the fields that change decide
    whether they see it; `also_visible_to` names views that contain what changes outside of the interview. `changed_if` is an
    expression that limits the mark to some states of the interview.
    """
    computed = computed or {}
    marks: dict[str, Any] = {}
    if visible:
        visibility = build_visibility(values, computed, also_visible_to)
        mark = build_change_mark(changed, NEXT_UPDATED_AT, visibility)
        marks = {
            "updated_at": NEXT_UPDATED_AT,
            "last_change": {"$cond": [changed_if, mark, "$last_change"]},
            **build_update_times(visibility),
        }
    if visible or "status" in values or "status" in computed:
        status = {**to_literals(values), **computed}.get("status", "$status")
        updated_at = NEXT_UPDATED_AT if visible else "$updated_at"
        marks[INDEXED_UPDATED_AT] = {"$cond": [{"$in": [status, list(TURN_STATUSES)]}, None, updated_at]}
    return await compare_and_set(Interview, interview_id, condition, values, {**marks, **computed}, session)


async def change_with_interview(
    model: type[D],
    document_id: ObjectId,
    condition: Mapping[str, Any],
    values: Mapping[str, Any],
    computed: Mapping[str, Any] | None = None,
    *,
    interview_condition: Mapping[str, Any] = HAS_TRANSCRIPT,
    interview_values: Mapping[str, Any] | None = None,
    interview_computed: Mapping[str, Any] | None = None,
    visible: bool = True,
) -> D | None:
    """Change the document and its interview in one transaction; None, with nothing changed, unless both conditions hold.

    `interview_values` and `interview_computed` are the interview's changes, as in `update_interview`. Its `updated_at` moves
    unless callers cannot see the change (`visible=False`), as it does for the views that contain the document. The status of an
    evaluation is copied to the interview: it changes only while the evaluation is the newest version.
    """

    copied = {"evaluation_status": values["status"]} if model is Evaluation and "status" in values else {}
    copied |= interview_values or {}

    async def work(session: AsyncClientSession) -> D | None:
        changed = await compare_and_set(model, document_id, condition, values, computed, session)
        if changed is None:
            return None
        interview = await update_interview(
            changed.interview_id,
            interview_condition,
            copied,
            interview_computed,
            session,
            visible=visible,
            also_visible_to=EVALUATION_VIEWS,
            changed=[ChangedObject(_CHANGE_KINDS[model], document_id)],
        )
        if interview is None:
            await session.abort_transaction()
            return None
        return changed

    return await run_in_transaction(Interview, document_id, work)


async def insert_with_interview(
    document: Evaluation | Recording | TurnCorrection,
    interview_condition: Mapping[str, Any],
    interview_values: Mapping[str, Any] | None = None,
    computed: Mapping[str, Any] | None = None,
) -> Interview | None:
    """Store a new document and change its interview in one transaction; None, with nothing stored, unless the condition holds.

    The status of an evaluation is copied to the interview. Raises DuplicateKeyError when a unique index already has the keys of
    the document.
    """
    values = {**(interview_values or {})}
    kind = _CHANGE_KINDS.get(type(document))
    changed = [ChangedObject(kind, document.id)] if kind else INTERVIEW_CHANGED
    if isinstance(document, Evaluation):
        values["evaluation_status"] = document.status

    async def work(session: AsyncClientSession) -> Interview | None:
        interview_id = document.interview_id
        # a correction is visible to all who see the transcript
        views = ALL_VIEWS if isinstance(document, TurnCorrection) else EVALUATION_VIEWS
        interview = await update_interview(
            interview_id, interview_condition, values, computed, session, also_visible_to=views, changed=changed
        )
        if interview is not None:
            await document.insert(session=session)
        return interview

    return await run_in_transaction(Interview, document.interview_id, work)
