"""The events behind a change of the feed.

The feed says what changed, not how. An event is therefore a fact that the changed documents state, such as the time of the end.
It has an identity of its own, so that a fact that is found with several changes is one event.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bson import ObjectId

from models.documents.change import Change, ChangeKind
from models.documents.evaluation import Evaluation
from models.documents.interview import EndReason, EvaluationStatus, Interview, InterviewStatus, Reopening
from models.documents.recording import Recording, RecordingStatus
from models.documents.webhook import WebhookEventType

MAX_AGE = timedelta(days=1)
"""Facts that are older than this at the time of a change had an earlier change: they are no events of this one."""

_END_EVENTS = {
    InterviewStatus.COMPLETED: WebhookEventType.INTERVIEW_COMPLETED,
    InterviewStatus.FAILED: WebhookEventType.INTERVIEW_FAILED,
    InterviewStatus.CANCELLED: WebhookEventType.INTERVIEW_CANCELLED,
    InterviewStatus.EXPIRED: WebhookEventType.INTERVIEW_EXPIRED,
    InterviewStatus.OPTED_OUT: WebhookEventType.INTERVIEW_OPTED_OUT,
}
_EVALUATION_EVENTS = {
    EvaluationStatus.COMPLETED: WebhookEventType.EVALUATION_COMPLETED,
    EvaluationStatus.FAILED: WebhookEventType.EVALUATION_FAILED,
}


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """Something that happened to an interview. `key` is its identity within the organization."""

    type: WebhookEventType
    key: str
    occurred_at: datetime
    object_id: ObjectId | None = None
    seq: int | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedDocuments:
    """The documents that changes are about, by their ids, as they are now."""

    interviews: Mapping[ObjectId, Interview]
    evaluations: Mapping[ObjectId, Evaluation] = field(default_factory=dict)
    recordings: Mapping[ObjectId, Recording] = field(default_factory=dict)


def list_events(change: Change, documents: ChangedDocuments) -> list[WebhookEvent]:
    """Return the events that the change may have led to, also those of other changes in the day before."""
    interview = documents.interviews.get(change.interview_id)
    if interview is None:
        return []
    match change.kind:
        case ChangeKind.INTERVIEW:
            events = _list_interview_events(change, interview)
        case ChangeKind.EVALUATION:
            events = _list_evaluation_events(change, documents.evaluations.get(change.object_id))
        case ChangeKind.REVIEW:
            events = _list_review_events(documents.evaluations.get(change.object_id))
        case ChangeKind.RECORDING:
            events = _list_recording_events(change, documents.recordings.get(change.object_id))
        case ChangeKind.ERASURE:
            events = _list_erasure_events(change, interview)
    return [event for event in events if event.occurred_at >= change.changed_at - MAX_AGE]


def _list_interview_events(change: Change, interview: Interview) -> Iterator[WebhookEvent]:
    if interview.started_at is not None:
        started = WebhookEventType.INTERVIEW_STARTED
        yield WebhookEvent(started, f"{started}:{interview.id}", interview.started_at)
    # the states before each reopening, which jobs may not have seen if they were down for a while
    states: list[Interview | Reopening] = [*interview.reopenings, interview]
    for state in states:
        if state.status in _END_EVENTS and state.ended_at is not None:
            # what was said before a failure is judged, so the status is COMPLETED
            ended = WebhookEventType.INTERVIEW_FAILED if state.end_reason is EndReason.FAILED else _END_EVENTS[state.status]
            yield WebhookEvent(ended, f"{ended}:{interview.id}:{_to_milliseconds(state.ended_at)}", state.ended_at)
    yield from _list_troubles(change, interview)
    yield from _list_requests(interview)


def _list_troubles(change: Change, interview: Interview) -> Iterator[WebhookEvent]:
    if interview.status is not InterviewStatus.IN_PROGRESS:
        return
    kind = WebhookEventType.INTERVIEW_IN_TROUBLE
    if interview.speech_outage is not None:
        since = interview.speech_outage.since
        key = f"{kind}:{interview.id}:SPEECH_OUTAGE:{_to_milliseconds(since)}"
        yield WebhookEvent(kind, key, since, detail="SPEECH_OUTAGE")
    if interview.paused_at is not None:
        key = f"{kind}:{interview.id}:CLOCK_PAUSED:{_to_milliseconds(interview.paused_at)}"
        yield WebhookEvent(kind, key, interview.paused_at, detail="CLOCK_PAUSED")
    if interview.exhausted_budget is not None:
        key = f"{kind}:{interview.id}:BUDGET_EXHAUSTED:{interview.exhausted_budget}"
        yield WebhookEvent(kind, key, change.changed_at, detail="BUDGET_EXHAUSTED")


def _list_requests(interview: Interview) -> Iterator[WebhookEvent]:
    kind = WebhookEventType.CANDIDATE_REQUEST
    for request in interview.requests:
        yield WebhookEvent(kind, f"{kind}:{request.id}", request.requested_at, object_id=request.id)
    for question in interview.candidate_questions:
        # what the interviewer answered needs nobody
        if not question.facts:
            key = f"{kind}:{interview.id}:{_to_milliseconds(question.asked_at)}"
            yield WebhookEvent(kind, key, question.asked_at, seq=question.seq)


def _list_evaluation_events(change: Change, evaluation: Evaluation | None) -> Iterator[WebhookEvent]:
    if evaluation is not None and evaluation.status in _EVALUATION_EVENTS:
        kind = _EVALUATION_EVENTS[evaluation.status]
        at = evaluation.completed_at or change.changed_at
        yield WebhookEvent(kind, f"{kind}:{evaluation.id}", at, object_id=evaluation.id)


def _list_review_events(evaluation: Evaluation | None) -> Iterator[WebhookEvent]:
    kind = WebhookEventType.EVALUATION_REVIEWED
    for review in evaluation.reviews if evaluation is not None else ():
        yield WebhookEvent(kind, f"{kind}:{review.id}", review.created_at, object_id=evaluation.id if evaluation else None)


def _list_recording_events(change: Change, recording: Recording | None) -> Iterator[WebhookEvent]:
    kind = WebhookEventType.RECORDING_COMPLETED
    for file in recording.files if recording is not None else ():
        if file.status is RecordingStatus.COMPLETED:
            yield WebhookEvent(kind, f"{kind}:{file.id}", change.changed_at, object_id=file.id)


def _list_erasure_events(change: Change, interview: Interview) -> Iterator[WebhookEvent]:
    if interview.erasure is not None:
        kind, erasure = WebhookEventType.INTERVIEW_ERASED, interview.erasure
        at = erasure.marked_at or change.changed_at
        yield WebhookEvent(kind, f"{kind}:{interview.id}:{erasure.scope}", at, detail=erasure.scope)


def _to_milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
