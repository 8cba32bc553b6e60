"""Demographic data of candidates, for bias audits only.

It is in a collection of its own, which refers to the interview and not the other way round: whoever reads an interview, and
thereby the interviewer and the judge, never loads it.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import PydanticObjectId
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.storage.clock import now
from models.storage.stored_document import StoredDocument


class DemographicAttribute(StrEnum):
    """An attribute by which impact is analyzed."""

    SEX = "SEX"
    RACE_ETHNICITY = "RACE_ETHNICITY"
    AGE_BAND = "AGE_BAND"
    SEX_AND_RACE_ETHNICITY = "SEX_AND_RACE_ETHNICITY"
    """Intersectional categories: each combination of both."""


class Demographics(StoredDocument):
    """What the candidate of one interview stated, in the organization's own categories. None means not stated."""

    interview_id: PydanticObjectId
    organization_id: PydanticObjectId
    sex: str | None = None
    race_ethnicity: str | None = None
    age_band: str | None = None
    updated_by: str
    """Name of the API key."""
    updated_at: datetime = Field(default_factory=now)
    updates: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the updates applied so far, so that a retried update changes nothing."""

    class Settings:
        name = "demographics"
        indexes: ClassVar = [IndexModel([("interview_id", ASCENDING)], unique=True)]

    def get_category(self, attribute: DemographicAttribute) -> str | None:
        """Return the candidate's category of the attribute; None if it, or a part of it, is not stated."""
        parts = {
            DemographicAttribute.SEX: [self.sex],
            DemographicAttribute.RACE_ETHNICITY: [self.race_ethnicity],
            DemographicAttribute.AGE_BAND: [self.age_band],
            DemographicAttribute.SEX_AND_RACE_ETHNICITY: [self.sex, self.race_ethnicity],
        }[attribute]
        stated = [part for part in parts if part is not None]
        return ", ".join(stated) if len(stated) == len(parts) else None
