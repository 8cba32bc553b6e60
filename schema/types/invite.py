"""Invites."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from models.documents import interview as documents
from models.documents.organization import Organization
from models.reads.interview_row import InterviewRow
from resolvers.candidate_credentials import InviteLink
from resolvers.ids import IdKind, build_not_found
from resolvers.input_text import clean_time_zone
from resolvers.invitation_files import build_calendar_file, compose_invitation_text
from schema.arguments import unset_to_none
from schema.context import Info
from schema.decorators import document_field, object_type, resolved_field

TimeZone = Annotated[
    str | None,
    strawberry.argument(
        description="The time zone of the times in the text, by its name in the IANA database, such as Europe/Berlin. "
        "Default: UTC."
    ),
]


@object_type
class Invite:
    """A link for the candidate.

    Anyone who has it can join the interview: treat it like a password.
    """

    link: strawberry.Private[InviteLink]
    interview: strawberry.Private[documents.Interview | InterviewRow]
    token: str = document_field("The token to pass to joinInterview and Query.invitation.", source="link")
    url: str = document_field("The link to send to the candidate.", source="link")
    expires_at: datetime = document_field(
        "An interview that has not begun can be joined until then. One in progress can be rejoined even later.", source="link"
    )

    @resolved_field()
    async def invitation_text(self, info: Info, time_zone: TimeZone = UNSET) -> str | None:
        """A message to the candidate with the link, as plain text in the language of the interview.

        It says who invites, when, for how long, what is needed and whom to ask
        (Organization.contact). Viva does not send it.

        Errors:
        - BAD_INPUT: there is no such time zone.
        """
        name = unset_to_none(time_zone)
        zone = clean_time_zone(name, "timeZone") if name is not None else None
        organization = await self._load_organization(info)
        return compose_invitation_text(info.context.services, self.interview, organization, self.link, zone)

    @resolved_field()
    async def calendar_file(self, info: Info) -> str | None:
        """The appointment as an iCalendar file (RFC 5545, text/calendar), with the link.

        A later file of the same interview replaces the entry in the candidate's calendar. Null unless
        the interview is SCHEDULED for a time.
        """
        organization = await self._load_organization(info)
        return build_calendar_file(info.context.services, self.interview, organization, self.link)

    async def _load_organization(self, info: Info) -> Organization:
        organization = await info.context.loaders.organizations.load(self.interview.owner_id)
        if organization is None:
            raise build_not_found(IdKind.ORGANIZATION)
        return organization

    @classmethod
    def of(cls, link: InviteLink, interview: documents.Interview | InterviewRow) -> "Invite":
        """Build the invite of an interview from its link."""
        return cls(link=link, interview=interview)
