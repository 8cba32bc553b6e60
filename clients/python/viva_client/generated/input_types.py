from datetime import datetime
from typing import Optional

from .base_model import BaseModel
from .enums import (
    Channel,
    Decision,
    EvaluationStatus,
    IfExists,
    InterviewOrderField,
    InterviewStatus,
    OrderDirection,
    Recommendation,
)


class CancelInterviewInput(BaseModel):
    """The input of cancelInterview."""

    idempotency_key: Optional[str] = None
    "Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line."
    interview_id: str
    "The id of the interview."
    reason: Optional[str] = None
    "The reason, which Interview.endDetail returns. At most 2,000 characters."


class ConsentInput(BaseModel):
    """The candidate's consent."""

    text_version: str
    "The version of the text that the candidate saw: ConsentText.version."
    recording: bool
    "Whether the candidate also consents to audio and video recording."
    language: Optional[str] = None
    "The language of the text that the candidate saw: ConsentText.language. Default: that of the interview."
    text_digest: Optional[str] = None
    "The digest of the text that the candidate saw: ConsentText.digest. If the text has changed since, the mutation is a CONFLICT. Default: the digest of the current text is recorded."


class EndInterviewInput(BaseModel):
    """The input of endInterview."""

    idempotency_key: Optional[str] = None
    "Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line."
    interview_id: str
    "The id of the interview."


class EvaluateInterviewInput(BaseModel):
    """The input of evaluateInterview."""

    idempotency_key: Optional[str] = None
    "Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line."
    interview_id: str
    "The id of the interview."
    reason: Optional[str] = None
    "Why another version is needed, which Evaluation.requestReason returns. At most 2,000 characters."


class InterviewFilter(BaseModel):
    """Selects interviews. An interview is selected if it meets all given conditions."""

    statuses: Optional[list[InterviewStatus]] = None
    "Its state is one of these."
    position_keys: Optional[list[str]] = None
    "Its position has one of these keys, in any version. At most 100 keys."
    position_version: Optional[int] = None
    "Its position has this version. Use it with positionKeys for a list whose scores all stand on one rubric; without it, compare Interview.position.version."
    channels: Optional[list[Channel]] = None
    "Its current channel is one of these."
    external_ids: Optional[list[str]] = None
    "Its externalId is one of these. At most 100 values."
    created_at_or_after: Optional[datetime] = None
    "It was created at this time or later."
    created_before: Optional[datetime] = None
    "It was created before this time. Must be later than createdAtOrAfter."
    scheduled_after: Optional[datetime] = None
    "Its scheduledFor is this time or later. Leaves out interviews without one."
    scheduled_before: Optional[datetime] = None
    "Its scheduledFor is before this time. Must be later than scheduledAfter. Leaves out interviews without one."
    updated_at_or_after: Optional[datetime] = None
    "It last changed at this time or later. A change may become visible after others with a later time: to poll, subtract 2 minutes from the greatest `updatedAt` that you have, and expect to read interviews again. Query.changes needs no time and repeats nothing."
    min_score: Optional[float] = None
    "Its overall score, 0 to 100, is at least this. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER."
    max_score: Optional[float] = None
    "Its overall score, 0 to 100, is at most this. Must not be below minScore. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER."
    recommendations: Optional[list[Recommendation]] = None
    "The version of its evaluation that counts recommends one of these. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER."
    decisions: Optional[list[Decision]] = None
    "Its decision is one of these. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER."
    evaluation_statuses: Optional[list[EvaluationStatus]] = None
    "The newest version of its evaluation, whether or not that version counts, is in one of these states. FORBIDDEN for VIEWER."
    reviewed: Optional[bool] = None
    "true: it is evaluated, and a person has decided (Interview.decision is not null); false: it is evaluated, and nobody has decided yet. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER."
    has_open_requests: Optional[bool] = None
    "true: its candidate has made a request that nobody has answered yet; false: there is none. FORBIDDEN for INTEGRATION and VIEWER."
    candidate: Optional[str] = None
    "Every word is the beginning of a word in the candidate's name or email address, ignoring case, accents, apostrophes and hyphens: jose finds José, lukasz Łukasz, obrien O'Brien. For VIEWER, the name only. At most 200 characters."
    status: Optional[list[InterviewStatus]] = None
    "The same as `statuses`, with which it cannot be combined."
    position_key: Optional[list[str]] = None
    "The same as `positionKeys`, with which it cannot be combined."
    channel: Optional[list[Channel]] = None
    "The same as `channels`, with which it cannot be combined."
    external_id: Optional[list[str]] = None
    "The same as `externalIds`, with which it cannot be combined."
    created_after: Optional[datetime] = None
    "The same as `createdAtOrAfter`, with which it cannot be combined."
    updated_after: Optional[datetime] = None
    "The same as `updatedAtOrAfter`, with which it cannot be combined."
    recommendation: Optional[list[Recommendation]] = None
    "The same as `recommendations`, with which it cannot be combined."
    decision: Optional[list[Decision]] = None
    "The same as `decisions`, with which it cannot be combined."
    evaluation_status: Optional[list[EvaluationStatus]] = None
    "The same as `evaluationStatuses`, with which it cannot be combined."


class InterviewOrder(BaseModel):
    """The order of a list of interviews. Interviews with equal values are ordered by id."""

    field: InterviewOrderField = InterviewOrderField.CREATED_AT
    "The field to order by."
    direction: OrderDirection = OrderDirection.DESC
    "The direction."


class RenewInviteInput(BaseModel):
    """The input of renewInvite."""

    idempotency_key: Optional[str] = None
    "Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line."
    interview_id: str
    "The id of the interview."
    scheduled_for: Optional[datetime] = None
    "A new time, which must lie in the future, at most 366 days ahead. Only for SCHEDULED and EXPIRED interviews, else CONFLICT. Default: the time stays as it is."
    expires_at: Optional[datetime] = None
    "The end of the new invite. It must lie in the future, at most 366 days ahead, and after scheduledFor. Default: 7 days (or what the deployment sets) after the interview's time, or from now."


class ScheduleInterviewInput(BaseModel):
    """The input of scheduleInterview."""

    idempotency_key: Optional[str] = None
    "Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line."
    candidate_name: str
    "The candidate's name, which the interviewer says. At most 80 characters, on one line, without markup."
    candidate_email: Optional[str] = None
    "The candidate's email address. Only its form is checked. At most 254 characters."
    position_key: str
    "The key of the position. The interview uses the position's newest version. BAD_INPUT if there is no such position, CONFLICT if it is archived."
    experience: Optional[str] = None
    "A summary of the candidate's experience. At most 2,000 characters."
    channel: Channel = Channel.VOICE
    "How the interview is held. On a server without LiveKit, starting or joining in VOICE is UNAVAILABLE: use TEXT. The candidate may join through another channel."
    language: Optional[str] = None
    "The language of the interview, as a BCP 47 tag. It must be the position's language, but may name another region. Default: the position's language."
    resume: Optional[str] = None
    "The candidate's resume. It shapes follow-up questions, never the core questions. At most 20,000 characters."
    job_description: Optional[str] = None
    "The job description. It shapes follow-up questions, never the core questions. At most 20,000 characters."
    external_id: Optional[str] = None
    "Your own reference, such as the id of an application in an ATS. It need not be unique. At most 200 characters, on one line."
    if_exists: Optional[IfExists] = None
    "What to do if there is an interview with the same externalId and positionKey. Default: CREATE."
    scheduled_for: Optional[datetime] = None
    "The agreed time. It must lie in the future, at most 366 days ahead; to begin now, leave it out. The candidate can join from 15 minutes earlier. Default: the candidate may join at any time until expiresAt."
    expires_at: Optional[datetime] = None
    "The end of the invite: an interview not joined by then becomes EXPIRED. It must lie in the future, at most 366 days ahead, and after scheduledFor. Default: 7 days (or what the deployment sets) after scheduledFor, or from now."


class SendMessageInput(BaseModel):
    """The input of sendMessage."""

    idempotency_key: Optional[str] = None
    "Makes retries safe. Repeating the mutation with the same key and the same text returns the stored turn; the same key with another text is a CONFLICT. A key never expires, and is unique within the interview. At most 200 characters, on one line."
    interview_id: str
    "The id of the interview."
    text: str
    "The message. At most 20,000 characters, and at least one that is not whitespace."


class StartInterviewInput(BaseModel):
    """The input of startInterview."""

    idempotency_key: Optional[str] = None
    "Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line."
    candidate_name: str
    "The candidate's name, which the interviewer says. At most 80 characters, on one line, without markup."
    candidate_email: Optional[str] = None
    "The candidate's email address. Only its form is checked. At most 254 characters."
    position_key: str
    "The key of the position. The interview uses the position's newest version. BAD_INPUT if there is no such position, CONFLICT if it is archived."
    experience: Optional[str] = None
    "A summary of the candidate's experience. At most 2,000 characters."
    channel: Channel = Channel.VOICE
    "How the interview is held. On a server without LiveKit, starting or joining in VOICE is UNAVAILABLE: use TEXT. The candidate may join through another channel."
    language: Optional[str] = None
    "The language of the interview, as a BCP 47 tag. It must be the position's language, but may name another region. Default: the position's language."
    resume: Optional[str] = None
    "The candidate's resume. It shapes follow-up questions, never the core questions. At most 20,000 characters."
    job_description: Optional[str] = None
    "The job description. It shapes follow-up questions, never the core questions. At most 20,000 characters."
    external_id: Optional[str] = None
    "Your own reference, such as the id of an application in an ATS. It need not be unique. At most 200 characters, on one line."
    if_exists: Optional[IfExists] = None
    "What to do if there is an interview with the same externalId and positionKey. Default: CREATE."
    consent: "ConsentInput"
    "The consent that the candidate gave in your system."


StartInterviewInput.model_rebuild()
