"""Positions: what is asked, and by what the answers are judged."""

from typing import ClassVar

import strawberry

from auth import Action, Principal
from models.documents import position as documents
from models.documents.interview import PositionRef
from resolvers.ids import IdKind, encode_id
from schema.fields import document_field, from_document, resolved_field
from schema.types.node import Node


@strawberry.type(description="A core question: asked of every candidate, in these words.")
class Question:
    """One of a position's questions."""

    key: str = strawberry.field(description="Its name within the position.")
    text: str = strawberry.field(description="The words in which it is asked.")
    listen_for: list[str] = strawberry.field(description="What a good answer would touch on: for the interviewer only.")
    max_probes: int = strawberry.field(description="How often the interviewer may follow up.")
    criterion_keys: list[str] = strawberry.field(description="The criteria on which its answers throw light.")


@strawberry.type(description="One of the five anchors of a criterion.")
class Level:
    """A level and what it looks like."""

    value: int = strawberry.field(description="1 to 5.")
    anchor: str = strawberry.field(description="What answers at this level look like.")


@strawberry.type(description="What is judged, and how much it counts.")
class Criterion:
    """One of a position's criteria."""

    key: str = strawberry.field(description="Its name within the position.")
    name: str = strawberry.field(description="Its name for people.")
    description: str = strawberry.field(description="What it means.")
    weight: float = strawberry.field(description="How much it counts, relative to the other criteria.")
    levels: list[Level] = strawberry.field(description="The anchors, from 1 to 5.")


@from_document
@strawberry.type(description="One version of a position. A version never changes: saving makes a new one.")
class Position(Node):
    """A position as a caller sees it; a candidate sees title, language and limit."""

    PROJECTED_FIELDS: ClassVar = ("id", "key", "version", "title", "limitMinutes")
    """what an interview keeps of the version that it uses"""

    document: strawberry.Private[documents.Position | PositionRef]
    """what an interview keeps, where no more is asked for"""
    caller: strawberry.Private[Principal]
    key: str = document_field("Its name, the same in all versions.", guard=Action.READ_POSITION)
    version: int = document_field("From 1.", guard=Action.READ_POSITION)
    title: str = document_field("Its name for people.")
    description: str = document_field("What the position is about.", guard=Action.READ_POSITION)
    language: str = document_field("BCP 47: the language in which its questions are written.")
    wrap_up_after_exchanges: int = document_field("Exchanges after which the interviewer wraps up.", guard=Action.READ_POSITION)
    limit_minutes: int = document_field("The longest that an interview may take.")
    archived: bool = document_field("No new interviews are made for it.", guard=Action.READ_POSITION)

    @resolved_field("The core questions, in the order in which they are asked.", guard=Action.READ_QUESTIONS)
    def questions(self) -> list[Question] | None:
        """The questions."""
        return [
            Question(
                key=question.key,
                text=question.text,
                listen_for=question.listen_for,
                max_probes=question.max_probes,
                criterion_keys=question.criterion_keys,
            )
            for question in self._full_document.questions
        ]

    @resolved_field("The rubric.", guard=Action.READ_QUESTIONS)
    def criteria(self) -> list[Criterion] | None:
        """The criteria."""
        return [
            Criterion(
                key=criterion.key,
                name=criterion.name,
                description=criterion.description,
                weight=criterion.weight,
                levels=[
                    Level(value=level.value, anchor=level.anchor)
                    for level in sorted(criterion.levels, key=lambda level: level.value)
                ],
            )
            for criterion in self._full_document.criteria
        ]

    @property
    def _full_document(self) -> documents.Position:
        if not isinstance(self.document, documents.Position):
            raise AttributeError("the copy has no questions and no criteria")
        return self.document

    @classmethod
    def of(cls, document: documents.Position | PositionRef, caller: Principal) -> "Position":
        """The version as this caller sees it."""
        return cls(document=document, caller=caller, id=strawberry.ID(encode_id(IdKind.POSITION, document.id)))
