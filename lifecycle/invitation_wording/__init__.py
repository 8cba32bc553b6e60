"""The wording of invitations by language: of the text with the link, and of the entry in the candidate's calendar.

Each language is one YAML file in this folder.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from models.documents.turn import Channel
from models.wording.data_files import read_yaml

_FOLDER = Path(__file__).parent


class CalendarWording(BaseModel):
    """The title and the description of a calendar entry, with placeholders in braces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    description: str


class InvitationWording(BaseModel):
    """The parts of an invitation in one language. Most have placeholders in braces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    greeting: str
    invitation: str
    scheduled: str
    unscheduled: str
    duration: str
    requirements: Mapping[Channel, str]
    link: str
    help: str
    contact: str
    closing: str
    moment: str
    """How a date and a time are written."""
    first_day: str
    """How the first day of a month is written."""
    weekdays: Annotated[list[str], Field(min_length=7, max_length=7)]
    """From Monday."""
    months: Annotated[list[str], Field(min_length=12, max_length=12)]
    calendar: CalendarWording

    def format_moment(self, moment: datetime, zone: ZoneInfo | None) -> str:
        """Return the date and the time in words, with the time zone and its offset; None is UTC."""
        local = moment.astimezone(zone or UTC)
        offset = local.strftime("%z")
        return self.moment.format(
            weekday=self.weekdays[local.weekday()],
            day=self.first_day if local.day == 1 else local.day,
            month=self.months[local.month - 1],
            year=local.year,
            time=f"{local:%H:%M}",
            zone=f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}" if zone else "UTC",
        )


InvitationWordings = Mapping[str, InvitationWording]
"""Wordings by primary BCP 47 subtag."""


def load_invitation_wordings() -> InvitationWordings:
    """Read the wording of every language. A process calls this once, when it starts."""
    return {path.stem: InvitationWording.model_validate(read_yaml(path)) for path in _FOLDER.glob("*.yaml")}
