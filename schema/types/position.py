"""Positions: the questions of their interviews, and the rubric by which answers are evaluated."""

from datetime import datetime
from typing import ClassVar

import strawberry

from agent.recognition import resolve_recognition_language
from auth import Action, Principal
from models.documents import position as documents
from models.documents.interview import PositionRef
from resolvers.ids import IdKind, encode_id
from schema.context import Info
from schema.decorators import document_field, object_type, resolved_field
from schema.types.node import Node


@object_type
class Question:
    """A core question.

    Every candidate is asked all core questions, in the same order and in these words.
    """

    key: str = strawberry.field(description="The question's key, unique within the position.")
    text: str = strawberry.field(description="The words in which the question is asked.")
    listen_for: list[str] = strawberry.field(
        description="What a good answer would mention. Only the interviewer sees this; candidates never do."
    )
    max_probes: int = strawberry.field(description="The maximum number of follow-up questions, 0 to 5.")
    criterion_keys: list[str] = strawberry.field(
        description="Keys of the criteria for which answers to this question count as evidence."
    )


@object_type
class Level:
    """One of the five anchored levels of a criterion."""

    value: int = strawberry.field(description="The level, 1 (lowest) to 5 (highest).")
    anchor: str = strawberry.field(description="What answers at this level look like.")


@object_type
class Criterion:
    """A criterion of the rubric by which answers are evaluated."""

    key: str = strawberry.field(description="The criterion's key, unique within the position.")
    name: str = strawberry.field(description="The criterion's display name.")
    description: str = strawberry.field(description="What the criterion means.")
    weight: float = strawberry.field(description="The criterion's weight in the overall score, relative to the other criteria.")
    levels: list[Level] = strawberry.field(description="The five levels, from 1 to 5.")


@object_type
class CriterionAnalysis:
    """Why a criterion is in the rubric, and why it has its weight."""

    key: str = strawberry.field(description="The criterion's key.")
    reason: str = strawberry.field(description="Why the criterion is in the rubric.")
    weight_reason: str = strawberry.field(description="Why the criterion has its weight.")


@object_type
class JobAnalysis:
    """The tasks of the job, how they were determined, and how the rubric follows from them."""

    tasks: list[str] = strawberry.field(description="The main tasks of the job.")
    method: str = strawberry.field(description="How the tasks and criteria were determined, and what was not examined.")
    criteria: list[CriterionAnalysis] = strawberry.field(
        description="The reasons for the criteria of the rubric. A criterion may have no entry."
    )


@object_type
class Fact:
    """A question that candidates ask about the job, and its answer."""

    question: str = strawberry.field(description="The question.")
    answer: str = strawberry.field(description="The words with which the interviewer answers.")


@object_type
class Position(Node):
    """One version of a position. Versions never change: savePosition stores a new one.

    Callers with role CANDIDATE can read `title`, `description`, `language`, `limitMinutes`,
    `correctionHours`, `reopenMinutes` and `extraTimeFactor` of their own interview's position; other fields are FORBIDDEN.
    """

    PROJECTED_FIELDS: ClassVar = ("id", "key", "version", "title", "limitMinutes")
    """Fields that an interview's copy of its position holds."""

    document: strawberry.Private[documents.Position | PositionRef]
    """The position, or the interview's copy if only projected fields are selected."""
    caller: strawberry.Private[Principal]
    key: str = document_field("The position's key, the same in all versions.", guard=Action.READ_POSITION)
    version: int = document_field("The version number, counted from 1.", guard=Action.READ_POSITION)
    title: str = document_field("The position's display name.")
    description: str = document_field(
        "A description of the position, addressed to candidates. The interviewer receives it as background."
    )
    language: str = document_field("The language of the questions, as a BCP 47 tag.")
    wrap_up_after_exchanges: int = document_field(
        "The number of exchanges (a question and its answer) after which the interviewer wraps up.", guard=Action.READ_POSITION
    )
    limit_minutes: int = document_field("The maximum duration of an interview, in minutes.")
    archived: bool = document_field("Whether new interviews for this position are refused.", guard=Action.READ_POSITION)
    questions: list[Question] | None = document_field(
        "The core questions, in the order in which they are asked.", guard=Action.READ_QUESTIONS
    )
    criteria: list[Criterion] | None = document_field("The criteria of the rubric.", guard=Action.READ_QUESTIONS)
    job_analysis: JobAnalysis | None = document_field(
        "The tasks of the job, and why the rubric has these criteria and weights. Null if the position has no job analysis.",
        guard=Action.READ_QUESTIONS,
    )
    key_terms: list[str] | None = document_field(
        "Words and names that candidates are likely to say, for the speech recognizer.", guard=Action.READ_QUESTIONS
    )
    facts: list[Fact] | None = document_field(
        "What the interviewer says when candidates ask about the job. It answers no other questions.", guard=Action.READ_QUESTIONS
    )
    blind_review: bool | None = document_field(
        "Whether reviewers rate an interview before they see its evaluation.", guard=Action.READ_POSITION
    )
    correction_hours: int = document_field(
        "Hours after the end of an interview in which the candidate can correct turns. 0 if there are no corrections."
    )
    reopen_minutes: int = document_field(
        "Minutes after an interview has ended early in which the candidate can come back by the invite. 0 if they cannot."
    )
    extra_time_factor: float = document_field(
        "The factor by which the time limit is longer for candidates who request extra time. With 1, people decide on "
        "each request."
    )

    created_at: datetime | None = document_field("When the version was saved.", guard=Action.READ_POSITION)
    created_by: str | None = document_field(
        "The name of the member or API key that saved the version. Null: it was made on the command line, or copied for the "
        "test environment.",
        guard=Action.READ_POSITION,
    )

    @resolved_field(guard=Action.LIST_INTERVIEWS)
    async def interview_count(self, info: Info) -> int | None:
        """The number of interviews for the position, in any version. It is counted only if this field is selected."""
        return await info.context.loaders.interview_counts.load((self.caller.organization_id, self.document.key))

    @resolved_field(guard=Action.READ_POSITION)
    def recognition_language(self, info: Info) -> str | None:
        """The language code that voice interviews request from the speech recognizer.

        It differs from `language` where the recognizer has no model for the region: de for de-AT,
        es-419 for es-MX.
        """
        return resolve_recognition_language(info.context.services.settings.deepgram.model, self.language)

    @classmethod
    def of(cls, document: documents.Position | PositionRef, caller: Principal) -> "Position":
        """Build the version as this caller sees it."""
        return cls(document=document, caller=caller, id=strawberry.ID(encode_id(IdKind.POSITION, document.id)))
