"""Invitations: what an invite page shows before the candidate consents."""

from datetime import datetime

import strawberry

from auth import build_candidate_principal
from models.documents import interview as documents
from models.writes.candidate_requests import REQUESTABLE_STATUSES
from resolvers.candidate_credentials import issue_invite_link
from resolvers.ids import IdKind, encode_id
from resolvers.invitation_files import build_calendar_file, compute_limit_minutes
from resolvers.invites import InvitationDetails, get_opening_time
from schema.context import Info
from schema.decorators import as_graphql, document_field, object_type, resolved_field
from schema.types.enums import Channel, EndReason, InterviewStatus, InvitationState, RequestKind
from schema.types.interview import Accommodations, CandidateRequest, Consent
from schema.types.viewer import Contact


@object_type
class ConsentText:
    """The text that the candidate consents to."""

    version: str = strawberry.field(description="The version of the text; send it back as ConsentInput.textVersion.")
    language: str = strawberry.field(description="The language of the text, as a BCP 47 tag.")
    text: str = strawberry.field(
        description="The text. Paragraphs are separated by an empty line. The last one is the candidate's declaration."
    )
    digest: str = strawberry.field(
        description="SHA-256 of the text in UTF-8, in hexadecimal; send it back as ConsentInput.textDigest."
    )
    recording_text: str = strawberry.field(
        description="The candidate's declaration of consent to a recording, in the language of the text. To show beside the box "
        "that sets ConsentInput.recording."
    )


@object_type
class Invitation:
    """The interview behind an invite, as far as its candidate may know it before joining."""

    document: strawberry.Private[documents.Interview]
    details: strawberry.Private[InvitationDetails]
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")
    status: InterviewStatus = document_field(
        "The state of the interview. Only SCHEDULED, WAITING and IN_PROGRESS can be joined, and one with `canReopenUntil`."
    )
    state: InvitationState = strawberry.field(
        description="Whether the candidate can join now, and if not, why: by the server's clock, so that pages need none."
    )
    organization: str = strawberry.field(description="The name of the inviting organization.")
    contact: Contact | None = strawberry.field(
        description="Whom the candidate can write to. Null if the organization has named nobody (updateOrganization)."
    )
    logo_url: str | None = strawberry.field(description="Address of the organization's logo. Null if it has none.")
    position_title: str = strawberry.field(description="The title of the position.")
    candidate_name: str = strawberry.field(description="The candidate's name.")
    language: str = document_field("The language of the interview, as a BCP 47 tag.")
    channel: Channel = document_field("The channel of the interview. The candidate may join through another one.")
    limit_minutes: int = strawberry.field(
        description="The maximum duration of the interview, in minutes, with extra time that was granted."
    )
    questions: int = strawberry.field(description="The number of core questions.")
    scheduled_for: datetime | None = document_field(
        "The agreed time. joinInterview opens 15 minutes earlier. Null if the candidate may join at any time."
    )
    opens_at: datetime | None = strawberry.field(
        description="When joinInterview first succeeds: 15 minutes before scheduledFor. Null if the candidate may join "
        "at any time."
    )
    expires_at: datetime = document_field(
        "The end of the invite. An interview that the candidate has not joined by then becomes EXPIRED; one that was joined in "
        "time stays open and can be rejoined."
    )
    can_reopen_until: datetime | None = strawberry.field(
        description="Until when joinInterview reopens the interview, which ended early (Position.reopenMinutes). Null if it does "
        "not."
    )
    may_request: list[RequestKind] = strawberry.field(
        description="What the candidate may request with requestAccommodation. Empty once the interview is over. The candidate "
        "may also request a process without the AI interviewer (requestAlternative) or withdraw (withdrawConsent)."
    )
    consent_text: ConsentText = strawberry.field(description="The text to show before the first join.")
    consent: Consent | None = document_field("The consent that the candidate has already given. Null before the first join.")
    end_reason: EndReason | None = document_field(
        "Why the interview ended. Null until it ends, and if it was cancelled or expired."
    )
    requests: list[CandidateRequest] = strawberry.field(description="The candidate's requests, oldest first.")
    accommodations: Accommodations = strawberry.field(description="What the candidate was granted.")
    is_try_out: bool = strawberry.field(
        description="Whether this is a try-out (startTryOut): nobody is evaluated, and it is deleted within a day."
    )

    @resolved_field()
    def calendar_file(self, info: Info) -> str | None:
        """The appointment as an iCalendar file (RFC 5545, text/calendar), with the link.

        Null unless the interview is SCHEDULED for a time.
        """
        services, link = info.context.services, issue_invite_link(info.context.services, self.document)
        return build_calendar_file(services, self.document, self.details.organization, link)

    @classmethod
    def of(cls, details: InvitationDetails) -> "Invitation":
        """Build the invitation as the holder of the invite sees it."""
        interview = details.interview
        candidate = build_candidate_principal(interview)
        is_requestable = interview.status in REQUESTABLE_STATUSES and details.state is not InvitationState.CLOSED
        return cls(
            document=interview,
            details=details,
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, interview.id)),
            state=details.state,
            organization=details.organization.name,
            contact=as_graphql(Contact, details.organization.contact) if details.organization.contact else None,
            logo_url=details.logo_url,
            position_title=interview.position.title,
            candidate_name=interview.candidate.name if interview.candidate else "",
            opens_at=get_opening_time(interview),
            can_reopen_until=details.can_reopen_until,
            limit_minutes=compute_limit_minutes(interview),
            questions=interview.position.questions,
            may_request=list(RequestKind) if is_requestable else [],
            consent_text=as_graphql(ConsentText, details.consent_text),
            requests=[CandidateRequest(document=request, caller=candidate) for request in interview.requests],
            accommodations=as_graphql(Accommodations, interview.accommodations),
            is_try_out=interview.try_out_of is not None,
        )
