"""Inputs of the mutations that create, open and end interviews."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.types.enums import CandidateSignal, Channel, IfExists

IDEMPOTENCY_KEY = (
    "Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and "
    "returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At "
    "most 200 characters, on one line."
)
INTERVIEW_ID = "The id of the interview."


@input_type
class ConsentInput:
    """The candidate's consent."""

    text_version: str = strawberry.field(description="The version of the text that the candidate saw: ConsentText.version.")
    recording: bool = strawberry.field(description="Whether the candidate also consents to audio and video recording.")
    language: str | None = strawberry.field(
        default=UNSET,
        description="The language of the text that the candidate saw: ConsentText.language. Default: that of the interview.",
    )
    text_digest: str | None = strawberry.field(
        default=UNSET,
        description="The digest of the text that the candidate saw: ConsentText.digest. If the text has changed since, the "
        "mutation is a CONFLICT. Default: the digest of the current text is recorded.",
    )


@input_type
class InterviewInput:
    """The fields that startInterview and scheduleInterview share."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    candidate_name: str = strawberry.field(
        description="The candidate's name, which the interviewer says. At most 80 characters, on one line, without markup."
    )
    candidate_email: str | None = strawberry.field(
        default=UNSET, description="The candidate's email address. Only its form is checked. At most 254 characters."
    )
    position_key: str = strawberry.field(
        description="The key of the position. The interview uses the position's newest version. BAD_INPUT if there is no such "
        "position, CONFLICT if it is archived."
    )
    experience: str | None = strawberry.field(
        default=UNSET, description="A summary of the candidate's experience. At most 2,000 characters."
    )
    channel: Channel = strawberry.field(
        default=Channel.VOICE,
        description="How the interview is held. On a server without LiveKit, starting or joining in VOICE is UNAVAILABLE: use "
        "TEXT. The candidate may join through another channel.",
    )
    language: str | None = strawberry.field(
        default=UNSET,
        description="The language of the interview, as a BCP 47 tag. It must be the position's language, but may name another "
        "region. Default: the position's language.",
    )
    resume: str | None = strawberry.field(
        default=UNSET,
        description="The candidate's resume. It shapes follow-up questions, never the core questions. At most 20,000 characters.",
    )
    job_description: str | None = strawberry.field(
        default=UNSET,
        description="The job description. It shapes follow-up questions, never the core questions. At most 20,000 characters.",
    )
    external_id: str | None = strawberry.field(
        default=UNSET,
        description="Your own reference, such as the id of an application in an ATS. It need not be unique. At most 200 "
        "characters, on one line.",
    )
    if_exists: IfExists | None = strawberry.field(
        default=UNSET,
        description="What to do if there is an interview with the same externalId and positionKey. Default: CREATE.",
    )


@input_type
class StartInterviewInput(InterviewInput):
    """The input of startInterview."""

    consent: ConsentInput = strawberry.field(description="The consent that the candidate gave in your system.")


@input_type
class ScheduleInterviewInput(InterviewInput):
    """The input of scheduleInterview."""

    scheduled_for: datetime | None = strawberry.field(
        default=UNSET,
        description="The agreed time. It must lie in the future, at most 366 days ahead; to begin now, leave it out. The "
        "candidate can join from 15 minutes earlier. Default: the candidate may join at any time until expiresAt.",
    )
    expires_at: datetime | None = strawberry.field(
        default=UNSET,
        description="The end of the invite: an interview not joined by then becomes EXPIRED. It must lie in the future, "
        "at most 366 days ahead, and after scheduledFor. Default: 7 days (or what the deployment sets) after scheduledFor, or "
        "from now.",
    )


@input_type
class ImportCandidatesInput:
    """The input of importCandidates and checkCandidateImport."""

    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="Makes retries safe, as in other mutations. Importing is safe without it, too: see importCandidates.",
    )
    csv: str = strawberry.field(
        description="The content of the CSV file (RFC 4180): delimited by commas, semicolons or tabs, with the titles of the "
        "columns in the first line, in any order and case. `name` is required; `external id` (or `reference`), `position` (its "
        "key), `scheduled for`, `language` and `channel` (`voice` or `text`) may be left out or empty. At most 500 candidates, "
        "and as much as a request of 256 KiB has room for."
    )
    position_key: str | None = strawberry.field(
        default=UNSET, description="The key of the position of rows that name none. Required if the file has no such column."
    )
    channel: Channel = strawberry.field(default=Channel.VOICE, description="The channel of rows that name none.")
    time_zone: str | None = strawberry.field(
        default=UNSET,
        description="The time zone of times without an offset from UTC, by its name in the IANA database, such as "
        "Europe/Berlin. Without it, such a time is a fault of its row.",
    )


@input_type
class StartTryOutInput:
    """The input of startTryOut."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    position_key: str = strawberry.field(
        description="The key of the position, which may be archived. BAD_INPUT if there is no such position."
    )
    version: int | None = strawberry.field(
        default=UNSET, description="The version of the position. BAD_INPUT if there is no such version. Default: the newest."
    )
    channel: Channel = strawberry.field(
        default=Channel.VOICE,
        description="How the try-out is held. On a server without LiveKit, joining in VOICE is UNAVAILABLE: use TEXT.",
    )


@input_type
class RenewInviteInput:
    """The input of renewInvite."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    scheduled_for: datetime | None = strawberry.field(
        default=UNSET,
        description="A new time, which must lie in the future, at most 366 days ahead. Only for SCHEDULED and EXPIRED "
        "interviews, else CONFLICT. Default: the time stays as it is.",
    )
    expires_at: datetime | None = strawberry.field(
        default=UNSET,
        description="The end of the new invite. It must lie in the future, at most 366 days ahead, and after scheduledFor. "
        "Default: 7 days (or what the deployment sets) after the interview's time, or from now.",
    )


@input_type
class ReopenInterviewInput:
    """The input of reopenInterview."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    reason: str = strawberry.field(description="The reason, which Interview.reopenings returns. 1 to 500 characters.")
    expires_at: datetime | None = strawberry.field(
        default=UNSET,
        description="The end of the new invite. It must lie in the future, at most 366 days ahead. Default: 7 days (or what the "
        "deployment sets) from now.",
    )


@input_type
class JoinInterviewInput:
    """The input of joinInterview."""

    invite: str = strawberry.field(description="The token of the invite.")
    consent: ConsentInput | None = strawberry.field(
        default=UNSET,
        description="Required for the first join, else BAD_INPUT. Later joins ignore it: the first consent is final.",
    )
    channel: Channel | None = strawberry.field(
        default=UNSET,
        description="The channel to continue in. VOICE is UNAVAILABLE on a server without LiveKit. Default: the interview's "
        "current channel.",
    )
    reopen: bool | None = strawberry.field(
        default=UNSET,
        description="Whether to reopen an interview that has ended early (Invitation.canReopenUntil). Send true if the candidate "
        "asks to come back, and false if the client joins again without being asked. Default: it is reopened unless the "
        "candidate ended it.",
    )


@input_type
class OpenTranscriptInput:
    """The input of openTranscript."""

    invite: str = strawberry.field(description="The token of the invite.")


@input_type
class CorrectTurnInput:
    """The input of correctTurn."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    seq: int = strawberry.field(description="`seq` of one of the candidate's own turns.")
    text: str = strawberry.field(description="The correction. At most 2,000 characters.")


@input_type
class SendMessageInput:
    """The input of sendMessage."""

    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="Makes retries safe. Repeating the mutation with the same key and the same text returns the stored turn; the "
        "same key with another text is a CONFLICT. A key never expires, and is unique within the interview. At most 200 "
        "characters, on one line.",
    )
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    text: str = strawberry.field(description="The message. At most 20,000 characters, and at least one that is not whitespace.")


@input_type
class SignalInterviewerInput:
    """The input of signalInterviewer."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    signal: CandidateSignal = strawberry.field(description="The signal.")


@input_type
class EndInterviewInput:
    """The input of endInterview."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)


@input_type
class CancelInterviewInput:
    """The input of cancelInterview."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    reason: str | None = strawberry.field(
        default=UNSET, description="The reason, which Interview.endDetail returns. At most 2,000 characters."
    )


@input_type
class EraseInterviewInput:
    """The input of eraseInterview."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
