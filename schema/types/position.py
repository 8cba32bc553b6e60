"""Positions: what is asked, and by what the answers are judged."""

import strawberry
from bson import ObjectId

from auth import Action, Principal
from models import position as documents
from resolvers.ids import Kind, encode
from schema.fields import Guard, computed
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


@strawberry.type(description="One version of a position. A version never changes: saving makes a new one.")
class Position(Node):
    """A position as a caller sees it; a candidate sees title, language and limit."""

    document: strawberry.Private[documents.Position]
    caller: strawberry.Private[Principal]
    key: str = strawberry.field(description="Its name, the same in all versions.", extensions=[Guard(Action.READ_POSITION)])
    version: int = strawberry.field(description="From 1.", extensions=[Guard(Action.READ_POSITION)])
    title: str = strawberry.field(description="Its name for people.")
    description: str = strawberry.field(description="What the position is about.", extensions=[Guard(Action.READ_POSITION)])
    language: str = strawberry.field(description="BCP 47: the language in which its questions are written.")
    wrap_up_after_exchanges: int = strawberry.field(
        description="Exchanges after which the interviewer wraps up.", extensions=[Guard(Action.READ_POSITION)]
    )
    limit_minutes: int = strawberry.field(description="The longest that an interview may take.")
    archived: bool = strawberry.field(description="No new interviews are made for it.", extensions=[Guard(Action.READ_POSITION)])

    @computed("The core questions, in the order in which they are asked.", guard=Action.READ_QUESTIONS)
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
            for question in self.document.questions
        ]

    @computed("The rubric.", guard=Action.READ_QUESTIONS)
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
            for criterion in self.document.criteria
        ]

    @classmethod
    def of(cls, document: documents.Position, caller: Principal) -> "Position":
        """The version as this caller sees it."""
        return cls(
            document=document,
            caller=caller,
            id=strawberry.ID(encode(Kind.POSITION, ObjectId(document.id))),
            key=document.key,
            version=document.version,
            title=document.title,
            description=document.description,
            language=document.language,
            wrap_up_after_exchanges=document.wrap_up_after_exchanges,
            limit_minutes=document.limit_minutes,
            archived=document.archived,
        )
