"""Positions: questions, rubric and limits. Each saved version is an immutable document; the newest is marked."""

from datetime import datetime
from typing import Annotated, ClassVar

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from bson import ObjectId
from pydantic import BaseModel, Field, StringConstraints
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.collation import Collation, CollationStrength

from models.storage.clock import now
from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument

SnakeCaseKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A snake_case key: keys become field names in the output schema of the judge."""
NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]

KeyTerm = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=50)]


TITLE_COLLATION = Collation("en", strength=CollationStrength.PRIMARY)
"""Order of titles without case and accents. English adds no rules of its own to the Unicode Collation Algorithm."""


class Level(BaseModel):
    """One of five levels, described by the behaviour in the answers that earns it."""

    value: int = Field(ge=1, le=5)
    anchor: NonEmptyText


class Criterion(BaseModel):
    """A criterion of the rubric, with its weight in the overall score."""

    key: SnakeCaseKey
    name: NonEmptyText
    description: str = ""
    weight: float = Field(gt=0, le=1000)
    levels: list[Level]


class Question(BaseModel):
    """A core question, asked of every candidate in the same words. Only the interviewer sees `listen_for`."""

    key: SnakeCaseKey
    text: NonEmptyText
    listen_for: list[NonEmptyText] = []
    max_probes: int = Field(2, ge=0, le=5)
    criterion_keys: list[SnakeCaseKey] = []


class CriterionAnalysis(BaseModel):
    """Why a criterion is in the rubric, and why it has its weight."""

    key: SnakeCaseKey
    reason: NonEmptyText
    weight_reason: NonEmptyText


class JobAnalysis(BaseModel):
    """The tasks of the job, how they were determined, and how the rubric follows from them."""

    tasks: list[NonEmptyText] = Field(min_length=1, max_length=50)
    method: NonEmptyText
    criteria: list[CriterionAnalysis] = []


class Fact(BaseModel):
    """A question that candidates ask about the job or the process, and the answer in the words that the interviewer says."""

    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]


class PositionContent(BaseModel):
    """The content that people edit: a position without its version. resolvers.positions validates it as a whole."""

    key: SnakeCaseKey
    title: NonEmptyText
    description: str = Field("", max_length=5000)
    """Addressed to candidates, who can read it. The interviewer receives it as background."""
    language: str = "en"
    questions: list[Question]
    criteria: list[Criterion]
    wrap_up_after_exchanges: int = Field(15, ge=1, le=100)
    limit_minutes: int = Field(30, ge=1, le=240)
    archived: bool = False
    job_analysis: JobAnalysis | None = None
    key_terms: list[KeyTerm] = Field([], max_length=100)
    """Words and names that candidates are likely to say, for the speech recognizer (agent.recognition)."""
    facts: list[Fact] = Field([], max_length=50)
    """What the interviewer may say about the job. It answers no other question of a candidate."""
    blind_review: bool = False
    """Whether reviewers rate an interview before they see its evaluation."""
    correction_hours: int = Field(72, ge=0, le=720)
    """Hours after the end of an interview in which its candidate can correct turns; 0 for none."""
    reopen_minutes: int = Field(60, ge=0, le=1440)
    """Minutes after the end of an interview in which its candidate can come back by the invite; 0 for none."""
    extra_time_factor: float = Field(1.5, ge=1, le=3)
    """Factor by which the time limit becomes longer for candidates who request extra time; 1 grants none automatically."""


class Position(StoredDocument, PositionContent):
    """One version of a position."""

    organization_id: PydanticObjectId
    version: int
    newest: bool = True
    created_at: datetime = Field(default_factory=now)
    created_by: str | None = None
    """Name of the member or API key; None for versions that a command stored, and for copies in a test environment."""

    class Settings:
        name = "positions"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("key", ASCENDING), ("version", DESCENDING)], unique=True),
            IndexModel(
                [("organization_id", ASCENDING), ("title", ASCENDING), ("_id", ASCENDING)],
                partialFilterExpression={"newest": True},
                collation=TITLE_COLLATION,
                name="newest_by_title_collated",
            ),
        ]


async def get_position(position_id: ObjectId) -> Position | None:
    """Return the version with this id."""
    return await Position.get(PydanticObjectId(position_id))


def find_positions(position_ids: list[ObjectId]) -> FindMany[Position]:
    """Return the query of the versions with these ids that exist, in no particular order."""
    return Position.find({"_id": {"$in": position_ids}}, batch_size=READ_BATCH_SIZE)


async def find_position(organization_id: ObjectId, key: str, version: int | None = None) -> Position | None:
    """Return the given version of the organization's position, or the newest."""
    criteria: dict[str, object] = {"organization_id": organization_id, "key": key}
    if version is not None:
        criteria["version"] = version
    return await Position.find(criteria).sort("-version").first_or_none()
