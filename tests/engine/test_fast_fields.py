"""The fast path returns the same results as graphql-core, including errors and nulls."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
import strawberry
from bson import ObjectId
from graphql import print_ast
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from auth import Action, Principal
from engine.fast_fields import FastFieldExecutor, Projected, SelectionPlans
from models.documents.organization import Role
from schema.decorators import PermissionGuard, document_field, object_type, resolved_field
from schema.types.node import Node
from schema.types.scalars import DATE_TIME


@strawberry.enum
class Colour(StrEnum):
    RED = "r"
    BLUE = "b"


@strawberry.type
class ThingPart:
    caller: strawberry.Private[Principal]
    name: str
    size: int | None = strawberry.field(extensions=[PermissionGuard(Action.READ_EVALUATION)])


@object_type
class Thing(Node):
    document: strawberry.Private[Any]
    caller: strawberry.Private[Principal]
    title: str = document_field("A text.")
    count: int | None = document_field("A number.")
    ratio: float | None = document_field("Another.")
    made_at: datetime | None = document_field("A moment.")
    colour: Colour = document_field("An enum.")
    colours: list[Colour] = document_field("A list of leaves.")
    words: list[str | None] | None = document_field("Words, or none.")
    secret: str | None = document_field("Guarded.", guard=Action.READ_EVALUATION)

    @resolved_field()
    def part(self) -> ThingPart:
        return ThingPart(caller=self.caller, name=self.document.title, size=self.document.count)

    @resolved_field()
    def other(self) -> ThingPart | None:
        return None if self.document.count is None else self.part()

    @resolved_field(guard=Action.READ_RECORDING)
    def guarded(self) -> ThingPart | None:
        return self.part()

    @resolved_field()
    def parts(self) -> list[ThingPart]:
        return [self.part()] * 2

    @resolved_field()
    async def async_title(self) -> str:
        title: str = self.document.title
        return title

    @resolved_field()
    def times(self, n: int = 2) -> int | None:
        return None if self.document.count is None else self.document.count * n

    @resolved_field(projected=Projected(["name"], lambda thing: ThingPart(caller=thing.caller, name="projected", size=0)))
    async def projected_part(self) -> ThingPart:
        return ThingPart(caller=self.caller, name="projected", size=7)

    @resolved_field()
    def known(self, info: strawberry.Info) -> str:
        return info.field_name


@dataclass
class ThingDocument:
    title: Any = "a title"
    count: Any = 3
    ratio: Any = 0.5
    made_at: Any = datetime(2026, 11, 28, 5, tzinfo=UTC)
    colour: Any = Colour.RED
    colours: Any = field(default_factory=lambda: [Colour.BLUE, Colour.RED])
    words: Any = field(default_factory=lambda: ["one", None])
    secret: Any = "secret"


def make_things(context: Any) -> list[Thing]:
    return [
        Thing(id=strawberry.ID(f"thing {n}"), document=document, caller=context.caller)
        for n, document in enumerate(context.documents)
    ]


@strawberry.type
class Query:
    @strawberry.field
    def things(self, info: strawberry.Info) -> list[Thing]:
        return make_things(info.context)

    @strawberry.field
    async def maybe(self, info: strawberry.Info) -> list[Thing | None] | None:
        return [*make_things(info.context)]

    @strawberry.field
    def node(self, info: strawberry.Info) -> Node:
        return make_things(info.context)[0]


@dataclass
class ThingContext:
    caller: Principal
    documents: list[ThingDocument]
    plans: SelectionPlans | None


class ReferenceExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core without the fast path."""


def build_thing_schema(executor: type[StrawberryGraphQLCoreExecutionContext]) -> strawberry.Schema:
    return strawberry.Schema(
        Query, types=[Thing], execution_context_class=executor, config=StrawberryConfig(scalar_map={datetime: DATE_TIME})
    )


FAST_SCHEMA, REFERENCE_SCHEMA = build_thing_schema(FastFieldExecutor), build_thing_schema(ReferenceExecutor)

QUERIES = [
    "{ things { id title count ratio madeAt colour colours words } }",
    "{ things { __typename title part { __typename name } other { name } parts { name } } }",
    "{ things { b: title a: title title colour x: part { y: name } } }",
    "{ things { secret } }",
    "{ things { title guarded { name } } }",
    "{ things { part { name size } } }",
    "{ things { asyncTitle title } }",
    "{ things { title asyncTitle times three: times(n: 3) count } }",
    "{ things { projectedPart { name } } }",
    "{ things { projectedPart { name size } } }",
    "{ things { projectedPart { name __typename } known } }",
    "{ maybe { id colour part { name } } }",
    "{ maybe { asyncTitle colour } things { title } }",
    "{ node { id ... on Thing { title part { name } } } }",
    "query($on: Boolean!) { things { title @include(if: $on) count @skip(if: $on) part { name @skip(if: $on) size } } }",
    "fragment F on Thing { title part { name } } { things { ...F ... on Node { id } part { size } } }",
    "{ things { nothing: words words } }",
]

DOCUMENT_SETS: dict[str, list[ThingDocument]] = {
    "plain": [ThingDocument(), ThingDocument(title="another")],
    "none": [],
    "nulls in nullable fields": [ThingDocument(count=None, ratio=None, made_at=None, words=None, secret=None)],
    "a null in a non-null field": [ThingDocument(), ThingDocument(title=None)],
    "a null for an enum": [ThingDocument(colour=None)],
    "an unknown enum value": [ThingDocument(colour="green")],
    "an enum's value instead of its member": [ThingDocument(colour="r")],
    "a null in a list": [ThingDocument(colours=[Colour.RED, None])],
    "an exception as a value": [ThingDocument(title=ValueError("broken")), ThingDocument(count=ValueError("broken"))],
    "a text for a number": [ThingDocument(count="many", ratio="much")],
    "a number for a text": [ThingDocument(title=7, words=[1, "x"])],
    "a number that is too large": [ThingDocument(count=2**40)],
    "a time without an offset": [ThingDocument(made_at=datetime(2026, 11, 28))],  # noqa: DTZ001  # naive on purpose
    "a text and a tuple for lists": [ThingDocument(words="a text", colours=(Colour.RED,))],
}


async def execute_query(
    schema: strawberry.Schema, text: str, role: Role, documents: list[ThingDocument], *, on: bool, plans: SelectionPlans | None
) -> Any:
    caller = Principal(ObjectId(), role, "somebody", "key:1")
    variables = {"on": on} if "$on" in text else None
    result = await schema.execute(text, variables, ThingContext(caller, documents, plans))
    return str(result.data), sorted((str(error.message), error.path, error.locations) for error in result.errors or [])


@pytest.mark.parametrize("document_set", DOCUMENT_SETS)
async def test_fast_path_returns_the_result_of_graphql_core(document_set: str) -> None:
    documents = DOCUMENT_SETS[document_set]
    for text in QUERIES:
        cached_plans: SelectionPlans | None = None if "$on" in text else {}
        for role in (Role.ADMIN, Role.VIEWER):
            for on in (True, False):
                expected = await execute_query(REFERENCE_SCHEMA, text, role, documents, on=on, plans=None)
                assert await execute_query(FAST_SCHEMA, text, role, documents, on=on, plans=None) == expected, text
                assert await execute_query(FAST_SCHEMA, text, role, documents, on=on, plans=cached_plans) == expected, text


async def test_simple_fields_do_not_reach_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    executed: list[str] = []
    original = StrawberryGraphQLCoreExecutionContext.execute_field

    def execute_field(self: Any, parent_type: Any, source: Any, details: Any, *arguments: Any) -> Any:
        executed.append(print_ast(details[0].node).split(" ")[0])
        return original(self, parent_type, source, details, *arguments)

    monkeypatch.setattr(StrawberryGraphQLCoreExecutionContext, "execute_field", execute_field)
    text = "{ things { title colour part { name size } projectedPart { name } } }"
    assert "projectedPart" in (await execute_query(FAST_SCHEMA, text, Role.ADMIN, [ThingDocument()] * 3, on=True, plans=None))[0]
    assert executed == ["things"]
