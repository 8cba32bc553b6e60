"""What the page behind an invite shows before the candidate agrees."""

from datetime import datetime

import strawberry

from lifecycle import consent
from resolvers import invites
from resolvers.ids import IdKind, encode_id
from schema.types.enums import Channel, InterviewStatus
from schema.types.interview import Consent


@strawberry.type(description="The words that the candidate agrees to.")
class ConsentText:
    """A version of the consent's text."""

    version: str = strawberry.field(description="To be sent as ConsentInput.textVersion.")
    language: str = strawberry.field(description="BCP 47: the language that it is written in.")
    text: str = strawberry.field(description="The words, in paragraphs.")

    @classmethod
    def of(cls, text: consent.ConsentText) -> "ConsentText":
        """The text as callers see it."""
        return cls(version=text.version, language=text.language, text=text.text)


@strawberry.type(description="What an invite is for.")
class Invitation:
    """An invite, opened."""

    interview_id: strawberry.ID = strawberry.field(description="The interview.")
    status: InterviewStatus = strawberry.field(description="Where it stands.")
    organization: str = strawberry.field(description="Who invites.")
    position_title: str = strawberry.field(description="For which position.")
    candidate_name: str = strawberry.field(description="Whom.")
    language: str = strawberry.field(description="BCP 47: the interview's language.")
    channel: Channel = strawberry.field(description="How it is held, unless the candidate joins by another channel.")
    limit_minutes: int = strawberry.field(description="The longest that it takes.")
    scheduled_for: datetime | None = strawberry.field(description="When it is meant to begin.")
    expires_at: datetime = strawberry.field(description="Until then it can be joined.")
    consent_text: ConsentText = strawberry.field(description="To be shown before the first join.")
    consent: Consent | None = strawberry.field(description="What the candidate agreed to already: it stands.")

    @classmethod
    def of(cls, invitation: invites.InvitationDetails) -> "Invitation":
        """The invitation as its holder sees it."""
        interview = invitation.interview
        return cls(
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, interview.id)),
            status=interview.status,
            organization=invitation.organization.name,
            position_title=interview.position.title,
            candidate_name=interview.candidate.name if interview.candidate else "",
            language=interview.language,
            channel=interview.channel,
            limit_minutes=interview.position.limit_minutes,
            scheduled_for=interview.scheduled_for,
            expires_at=interview.expires_at,
            consent_text=ConsentText.of(invitation.consent_text),
            consent=Consent.of(interview.consent) if interview.consent else None,
        )
