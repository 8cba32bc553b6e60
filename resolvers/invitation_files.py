"""What an organization sends to a candidate together with the link: the text of the invitation, and a calendar file.

The library icalendar would write the file, too. It takes 0.2 seconds of each start of a process, so only the tests use it, to
read what is written here.
"""

import re
from datetime import UTC
from urllib.parse import quote
from zoneinfo import ZoneInfo

from lifecycle.invitation_wording import InvitationWording
from lifecycle.services import Services
from models.documents.interview import Interview, InterviewStatus
from models.documents.language import primary_language
from models.documents.organization import Organization
from models.reads.interview_row import InterviewRow
from models.storage.clock import now
from resolvers.candidate_credentials import InviteLink
from resolvers.ids import IdKind, encode_id
from resolvers.invites import EARLY_JOIN_WINDOW

MAX_LINE_BYTES = 75
"""Length of a line of an iCalendar file without its end."""
_UTC_FORMAT = "%Y%m%dT%H%M%SZ"
_EARLY_MINUTES = EARLY_JOIN_WINDOW.seconds // 60


def compute_limit_minutes(interview: Interview | InterviewRow) -> int:
    """Return the maximum duration of the interview in minutes, with extra time that was granted."""
    return round(interview.position.limit_minutes * interview.accommodations.time_factor)


def compose_invitation_text(
    services: Services, interview: Interview | InterviewRow, organization: Organization, link: InviteLink, zone: ZoneInfo | None
) -> str:
    """Return the invitation in the interview's language, with times in this zone, or in UTC."""
    wording = _get_wording(services, interview)
    scheduled_for = interview.scheduled_for
    if scheduled_for is not None and scheduled_for > now():
        when = wording.scheduled.format(moment=wording.format_moment(scheduled_for, zone), early=_EARLY_MINUTES)
    else:
        when = wording.unscheduled.format(moment=wording.format_moment(link.expires_at, zone))
    facts = [when, wording.duration.format(minutes=compute_limit_minutes(interview)), wording.requirements[interview.channel]]
    contact = organization.contact
    paragraphs = [
        wording.greeting.format(candidate=interview.candidate.name if interview.candidate else ""),
        wording.invitation.format(organization=organization.name, position=interview.position.title),
        "\n".join(facts),
        wording.link.format(url=link.url),
        wording.help,
        *([wording.contact.format(contact=contact.name, email=contact.email)] if contact else []),
        wording.closing.format(organization=organization.name),
    ]
    return "\n\n".join(paragraphs) + "\n"


def build_calendar_file(
    services: Services, interview: Interview | InterviewRow, organization: Organization, link: InviteLink
) -> str | None:
    """Return the appointment as an iCalendar file (RFC 5545).

    None unless the interview is scheduled for a time. A calendar that has an earlier file of the interview replaces its entry.
    """
    if interview.scheduled_for is None or interview.status is not InterviewStatus.SCHEDULED:
        return None
    wording = _get_wording(services, interview).calendar
    title = wording.title.format(position=interview.position.title, organization=organization.name)
    contact = organization.contact
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Viva//Interviews//EN",
        # RFC 5546: what is published has an organizer, and only an address identifies one
        *(["METHOD:PUBLISH"] if contact else []),
        "BEGIN:VEVENT",
        f"UID:{encode_id(IdKind.INTERVIEW, interview.id)}@viva",
        f"SEQUENCE:{_count_changes(interview)}",
        f"DTSTAMP:{now():{_UTC_FORMAT}}",
        f"DTSTART:{interview.scheduled_for.astimezone(UTC):{_UTC_FORMAT}}",
        f"DURATION:PT{compute_limit_minutes(interview)}M",
        f"SUMMARY:{_escape(title)}",
        f"DESCRIPTION:{_escape(wording.description.format(url=link.url, early=_EARLY_MINUTES))}",
        f"URL:{link.url}",
        *([f"ORGANIZER;CN={_quote(organization.name)}:mailto:{quote(contact.email, safe='@')}"] if contact else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def _escape(text: str) -> str:
    """Return the text as the value of a property (RFC 5545, 3.3.11)."""
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _quote(text: str) -> str:
    """Return the text as the value of a parameter, which can have no quotes (RFC 5545, 3.2)."""
    return '"' + text.replace('"', "'") + '"'


def _fold(line: str) -> str:
    """Return the line in pieces of at most 75 bytes, none of which ends within a character (RFC 5545, 3.1)."""
    folded, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > MAX_LINE_BYTES:
            folded, size = f"{folded}\r\n ", 1
        folded, size = folded + character, size + width
    return folded


def _count_changes(interview: Interview | InterviewRow) -> int:
    """Return a number that grows with each change of the appointment: with each renewal, and with extra time."""
    return interview.invite_generation - 1 + int(interview.accommodations.time_factor > 1)


def _get_wording(services: Services, interview: Interview | InterviewRow) -> InvitationWording:
    return services.invitation_wordings[primary_language(interview.language)]
