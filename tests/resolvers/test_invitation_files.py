"""What candidates get with a link: the text of the invitation, and the calendar file, which a library of its own reads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from bson import ObjectId

from agent.phrases import LANGUAGES
from models.documents.interview import Accommodations, Candidate, Interview, InterviewStatus
from models.documents.organization import Contact, get_organization
from models.documents.turn import Channel
from models.writes.organization_updates import update_organization
from resolvers.candidate_credentials import issue_invite_link
from resolvers.input_text import clean_time_zone
from resolvers.invitation_files import MAX_LINE_BYTES, build_calendar_file, compose_invitation_text
from tests.resolvers.tenant import Tenant

AT = datetime(2099, 12, 1, 9, tzinfo=UTC)
ODD_NAME = 'Größe; "Maß", Übermut \\ Straße ' + "ü" * 60


async def make_scheduled(tenant: Tenant, **values: Any) -> Interview:
    fields = {"candidate": Candidate(name="{Ada} Lovelace"), "scheduled_for": AT, "channel": Channel.VOICE, **values}
    return await tenant.make_interview(InterviewStatus.SCHEDULED, **fields)


async def write_text(tenant: Tenant, interview: Interview, zone: str | None = None) -> str:
    organization = await get_organization(tenant.id)
    assert organization
    link = issue_invite_link(tenant.services, interview)
    return compose_invitation_text(
        tenant.services, interview, organization, link, clean_time_zone(zone, "zone") if zone else None
    )


async def write_calendar(tenant: Tenant, interview: Interview) -> str | None:
    organization = await get_organization(tenant.id)
    assert organization
    return build_calendar_file(tenant.services, interview, organization, issue_invite_link(tenant.services, interview))


WHEN = {
    "en": "When: Tuesday, 1 December 2099, 10:00 (Europe/Berlin, UTC+01:00).",
    "de": "Wann: Dienstag, 1. Dezember 2099, 10:00 Uhr (Europe/Berlin, UTC+01:00).",
    "es": "Cuándo: martes, 1 de diciembre de 2099, 10:00 h (Europe/Berlin, UTC+01:00).",
    "fr": "Quand : mardi 1er décembre 2099 à 10:00 (Europe/Berlin, UTC+01:00).",
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_invitation_has_everything_in_the_language_of_the_interview(tenant: Tenant, language: str) -> None:
    await update_organization(tenant.id, {"contact": Contact(name="Grace Hopper", email="grace@example.org")}, None, ObjectId())
    interview = await make_scheduled(tenant, language=language, accommodations=Accommodations(time_factor=1.5))
    text = await write_text(tenant, interview, "Europe/Berlin")
    link = issue_invite_link(tenant.services, interview).url
    minutes = str(round(tenant.position.limit_minutes * 1.5))
    for part in (
        WHEN[language],
        f"\n{link}\n",
        "{Ada} Lovelace",
        tenant.organization.name,
        "Tester",
        minutes,
        "Grace Hopper, grace@example.org",
    ):
        assert part in text
    assert "{" not in text.replace("{Ada}", "")
    assert set(tenant.services.invitation_wordings) == set(LANGUAGES)


async def test_invitation_without_a_time_or_a_contact_says_until_when(tenant: Tenant) -> None:
    interview = await make_scheduled(tenant, scheduled_for=None, expires_at=AT, channel=Channel.TEXT)
    text = await write_text(tenant, interview)
    assert "When: at any time that suits you, until Tuesday, 1 December 2099, 09:00 (UTC)." in text
    assert "you need no microphone" in text
    assert "questions, please write" not in text
    # a time that has passed says nothing any more
    passed = await make_scheduled(tenant, scheduled_for=AT - timedelta(days=40_000), expires_at=AT)
    assert "at any time" in await write_text(tenant, passed)


async def test_calendar_file_is_read_by_another_library(tenant: Tenant) -> None:
    contact = Contact(name="Grace Hopper", email="grace+jobs@example.org")
    await update_organization(tenant.id, {"contact": contact, "name": ODD_NAME}, None, ObjectId())
    interview = await make_scheduled(tenant, accommodations=Accommodations(time_factor=1.5), invite_generation=3)
    content = await write_calendar(tenant, interview)
    assert content
    assert max(len(line.encode()) for line in content.split("\r\n")) <= MAX_LINE_BYTES
    assert "\n" not in content.replace("\r\n", "")
    calendar: Any = icalendar.Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert event["UID"] == f"int_{interview.id}@viva"
    assert event["SEQUENCE"] == 3, "two renewals, and extra time"
    assert event["DTSTART"].dt == AT
    assert event["DURATION"].dt == timedelta(minutes=tenant.position.limit_minutes * 1.5)
    link = issue_invite_link(tenant.services, interview).url
    assert str(event["URL"]) == link
    assert event["SUMMARY"] == f'Interview for "Tester", {ODD_NAME}'
    assert event["DESCRIPTION"] == f"Your link opens 15 minutes before the interview:\n{link}"
    assert event["ORGANIZER"].params["CN"] == ODD_NAME.replace('"', "'")
    assert not calendar.errors
    assert not event.errors
    assert "Ada" not in content


async def test_calendar_file_needs_a_time_and_names_no_organizer_without_a_contact(tenant: Tenant) -> None:
    assert await write_calendar(tenant, await make_scheduled(tenant, scheduled_for=None)) is None
    assert await write_calendar(tenant, await tenant.make_interview(InterviewStatus.WAITING, scheduled_for=AT)) is None
    content = await write_calendar(tenant, await make_scheduled(tenant))
    assert content
    assert "METHOD" not in content
    assert "ORGANIZER" not in content
    assert icalendar.Calendar.from_ical(content).walk("VEVENT")
