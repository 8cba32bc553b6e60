"""What callers send to save a position."""

from typing import Any

import strawberry
from strawberry import UNSET

from schema.inputs.interviews import IDEMPOTENCY_KEY

KEY_FORMAT = "snake_case: lowercase letters, digits and underscores, a letter first, at most 64."


@strawberry.input(description="A core question.")
class QuestionInput:
    """One of the position's questions."""

    key: str = strawberry.field(description=f"Its name within the position, {KEY_FORMAT}")
    text: str = strawberry.field(description="The words in which every candidate is asked, at most 2,000 characters.")
    listen_for: list[str] = strawberry.field(
        default_factory=list, description="What a good answer would touch on: for the interviewer only."
    )
    max_probes: int = strawberry.field(default=2, description="How often the interviewer may follow up, 0 to 5.")
    criterion_keys: list[str] = strawberry.field(
        default_factory=list, description="The criteria on which its answers throw light."
    )


@strawberry.input(description="One of the five anchors of a criterion.")
class LevelInput:
    """A level and what it looks like."""

    value: int = strawberry.field(description="1 to 5, each exactly once.")
    anchor: str = strawberry.field(description="What answers at this level look like, at most 2,000 characters.")


@strawberry.input(description="What is judged, and how much it counts.")
class CriterionInput:
    """One of the position's criteria."""

    key: str = strawberry.field(description=f"Its name within the position, {KEY_FORMAT}")
    name: str = strawberry.field(description="Its name for people.")
    description: str = strawberry.field(default="", description="What it means.")
    weight: float = strawberry.field(description="How much it counts, relative to the other criteria; above 0.")
    levels: list[LevelInput] = strawberry.field(description="The five anchors.")


@strawberry.input(description="The whole of the new version: what is left out gets its default, not the old value.")
class SavePositionInput:
    """A position to save."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    key: str = strawberry.field(description=f"Its name, the same in all versions, {KEY_FORMAT}")
    based_on_version: int | None = strawberry.field(
        default=UNSET,
        description="The version that the caller edited: CONFLICT when it is no longer the newest; null for a new position.",
    )
    title: str = strawberry.field(description="Its name for people.")
    description: str = strawberry.field(default="", description="What the position is about, at most 5,000 characters.")
    language: str = strawberry.field(
        default="en", description="BCP 47: in which the questions are written; one that the interviewer speaks."
    )
    questions: list[QuestionInput] = strawberry.field(description="The core questions, in the order in which they are asked.")
    criteria: list[CriterionInput] = strawberry.field(description="The rubric, at least one criterion.")
    wrap_up_after_exchanges: int = strawberry.field(
        default=15, description="Exchanges after which the interviewer wraps up, at least one for each question."
    )
    limit_minutes: int = strawberry.field(
        default=30, description="The longest that an interview may take, at least a minute for each question."
    )
    archived: bool = strawberry.field(default=False, description="No new interviews are made for it.")

    def to_body(self) -> dict[str, Any]:
        """The fields of models.documents.position.PositionBody."""
        return {
            "key": self.key,
            "title": self.title,
            "description": self.description,
            "language": self.language,
            "questions": [
                {
                    "key": question.key,
                    "text": question.text,
                    "listen_for": question.listen_for,
                    "max_probes": question.max_probes,
                    "criterion_keys": question.criterion_keys,
                }
                for question in self.questions
            ],
            "criteria": [
                {
                    "key": criterion.key,
                    "name": criterion.name,
                    "description": criterion.description,
                    "weight": criterion.weight,
                    "levels": [{"value": level.value, "anchor": level.anchor} for level in criterion.levels],
                }
                for criterion in self.criteria
            ],
            "wrap_up_after_exchanges": self.wrap_up_after_exchanges,
            "limit_minutes": self.limit_minutes,
            "archived": self.archived,
        }
