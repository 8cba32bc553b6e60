"""What callers send to make, open and end interviews; each input knows the use case's request that it stands for."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from resolvers.invites import JoinRequest, RenewRequest
from resolvers.starting import ConsentChoice, ScheduleRequest, StartRequest
from schema.arguments import unset_to_none
from schema.types.enums import Channel

IDEMPOTENCY_KEY = (
    "Makes a repetition safe: per caller and mutation, kept for 24 hours. The same key with the same input has one effect and "
    "answers the same; with another input it is a CONFLICT."
)
CANDIDATE_NAME = "The candidate's name, at most 200 characters."
CANDIDATE_EMAIL = "The candidate's email."
POSITION_KEY = "Which position: the newest version of that key is used."
EXPERIENCE = "What is known of the candidate's experience, at most 2,000 characters."
CHANNEL = "How it is held. VOICE is UNAVAILABLE on a server without LiveKit, and while LiveKit is away: use TEXT."
LANGUAGE = "BCP 47: the position's language unless given, and no other."
RESUME = "At most 20,000 characters. Shapes how the interviewer follows up, never the core questions."
JOB_DESCRIPTION = "At most 20,000 characters; as resume."
EXTERNAL_ID = "The caller's own reference, such as an ATS application; need not be unique."
INTERVIEW_ID = "The interview's id."


@strawberry.input(description="What the candidate agreed to.")
class ConsentInput:
    """A consent."""

    text_version: str = strawberry.field(
        description="Version of the text that the candidate saw: Invitation.consentText.version."
    )
    recording: bool = strawberry.field(description="Whether the candidate agreed to a recording besides.")

    def to_consent(self) -> ConsentChoice:
        """The consent as the use cases take it."""
        return ConsentChoice(text_version=self.text_version, recording=self.recording)


@strawberry.input(description="Input of startInterview.")
class StartInterviewInput:
    """An interview that begins now."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    candidate_name: str = strawberry.field(description=CANDIDATE_NAME)
    candidate_email: str | None = strawberry.field(default=UNSET, description=CANDIDATE_EMAIL)
    position_key: str = strawberry.field(description=POSITION_KEY)
    experience: str | None = strawberry.field(default=UNSET, description=EXPERIENCE)
    channel: Channel = strawberry.field(default=Channel.VOICE, description=CHANNEL)
    language: str | None = strawberry.field(default=UNSET, description=LANGUAGE)
    resume: str | None = strawberry.field(default=UNSET, description=RESUME)
    job_description: str | None = strawberry.field(default=UNSET, description=JOB_DESCRIPTION)
    external_id: str | None = strawberry.field(default=UNSET, description=EXTERNAL_ID)
    consent: ConsentInput = strawberry.field(description="What the candidate agreed to in the calling system.")

    def to_request(self) -> StartRequest:
        """The use case's request."""
        return StartRequest(
            idempotency_key=unset_to_none(self.idempotency_key),
            candidate_name=self.candidate_name,
            candidate_email=unset_to_none(self.candidate_email),
            position_key=self.position_key,
            experience=unset_to_none(self.experience),
            channel=self.channel,
            language=unset_to_none(self.language),
            resume=unset_to_none(self.resume),
            job_description=unset_to_none(self.job_description),
            external_id=unset_to_none(self.external_id),
            consent=self.consent.to_consent(),
        )


@strawberry.input(description="Input of scheduleInterview.")
class ScheduleInterviewInput:
    """An interview for later."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    candidate_name: str = strawberry.field(description=CANDIDATE_NAME)
    candidate_email: str | None = strawberry.field(default=UNSET, description=CANDIDATE_EMAIL)
    position_key: str = strawberry.field(description=POSITION_KEY)
    experience: str | None = strawberry.field(default=UNSET, description=EXPERIENCE)
    channel: Channel = strawberry.field(
        default=Channel.VOICE, description="How it is meant to be held; the candidate may join by another channel."
    )
    language: str | None = strawberry.field(default=UNSET, description=LANGUAGE)
    resume: str | None = strawberry.field(default=UNSET, description=RESUME)
    job_description: str | None = strawberry.field(default=UNSET, description=JOB_DESCRIPTION)
    external_id: str | None = strawberry.field(default=UNSET, description=EXTERNAL_ID)
    scheduled_for: datetime | None = strawberry.field(
        default=UNSET, description="When it is meant to begin; unless given, the candidate may come at any time."
    )
    expires_at: datetime | None = strawberry.field(
        default=UNSET, description="Until when the invite is good; unless given, some days after scheduledFor, or from now."
    )

    def to_request(self) -> ScheduleRequest:
        """The use case's request."""
        return ScheduleRequest(
            idempotency_key=unset_to_none(self.idempotency_key),
            candidate_name=self.candidate_name,
            candidate_email=unset_to_none(self.candidate_email),
            position_key=self.position_key,
            experience=unset_to_none(self.experience),
            channel=self.channel,
            language=unset_to_none(self.language),
            resume=unset_to_none(self.resume),
            job_description=unset_to_none(self.job_description),
            external_id=unset_to_none(self.external_id),
            scheduled_for=unset_to_none(self.scheduled_for),
            expires_at=unset_to_none(self.expires_at),
        )


@strawberry.input(description="Input of renewInvite.")
class RenewInviteInput:
    """A new link."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    scheduled_for: datetime | None = strawberry.field(default=UNSET, description="A new time; unless given, it keeps its own.")
    expires_at: datetime | None = strawberry.field(
        default=UNSET,
        description="Until when the new invite is good; unless given, some days after the interview's time, or from now.",
    )

    def to_request(self) -> RenewRequest:
        """The use case's request."""
        return RenewRequest(
            idempotency_key=unset_to_none(self.idempotency_key),
            interview_id=self.interview_id,
            scheduled_for=unset_to_none(self.scheduled_for),
            expires_at=unset_to_none(self.expires_at),
        )


@strawberry.input(description="Input of joinInterview. It needs no other credential than the invite.")
class JoinInterviewInput:
    """A candidate who comes, or comes back."""

    invite: str = strawberry.field(description="The invite's token.")
    consent: ConsentInput | None = strawberry.field(
        default=UNSET, description="Required at the first join; null when coming back: the first consent stands."
    )
    channel: Channel | None = strawberry.field(default=UNSET, description="The interview's own unless given.")

    def to_request(self) -> JoinRequest:
        """The use case's request."""
        consent = unset_to_none(self.consent)
        return JoinRequest(
            invite=self.invite, consent=consent.to_consent() if consent else None, channel=unset_to_none(self.channel)
        )


@strawberry.input(description="Input of sendMessage.")
class SendMessageInput:
    """What the candidate wrote."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    text: str = strawberry.field(description="The words, at most 20,000 characters.")


@strawberry.input(description="Input of endInterview.")
class EndInterviewInput:
    """An interview to end."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)


@strawberry.input(description="Input of cancelInterview.")
class CancelInterviewInput:
    """An interview to call off."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    reason: str | None = strawberry.field(default=UNSET, description="Why, at most 2,000 characters: Interview.endDetail.")


@strawberry.input(description="Input of eraseInterview.")
class EraseInterviewInput:
    """An interview to erase."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
