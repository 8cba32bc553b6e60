"""Fields that are read in short answer as graphql-core itself does, errors and nulls included."""

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
from models.organization import Role
from schema.attributes import AttributeExecutor, Copied, Plans
from schema.fields import Guard, computed, shows_document, stored
from schema.types.node import Node
from schema.types.scalars import DATE_TIME


@strawberry.enum
class Colour(StrEnum):
    RED = "r"
    BLUE = "b"


@strawberry.type
class Part:
    caller: strawberry.Private[Principal]
    name: str
    size: int | None = strawberry.field(extensions=[Guard(Action.READ_EVALUATION)])


@shows_document
@strawberry.type
class Thing(Node):
    document: strawberry.Private[Any]
    caller: strawberry.Private[Principal]
    title: str = stored("A text.")
    count: int | None = stored("A number.")
    ratio: float | None = stored("Another.")
    made_at: datetime | None = stored("A moment.")
    colour: Colour = stored("An enum.")
    colours: list[Colour] = stored("A list of leaves.")
    words: list[str | None] | None = stored("Words, or none.")
    secret: str | None = stored("Guarded.", guard=Action.READ_EVALUATION)

    @computed("An object.")
    def part(self) -> Part:
        return Part(caller=self.caller, name=self.document.title, size=self.document.count)

    @computed("May be missing.")
    def other(self) -> Part | None:
        return None if self.document.count is None else self.part()

    @computed("A guarded object.", guard=Action.READ_RECORDING)
    def guarded(self) -> Part | None:
        return self.part()

    @computed("A list of objects.")
    def parts(self) -> list[Part]:
        return [self.part()] * 2

    @computed("It waits.")
    async def late(self) -> str:
        title: str = self.document.title
        return title

    @computed("It takes an argument.")
    def times(self, n: int = 2) -> int | None:
        return None if self.document.count is None else self.document.count * n

    @computed("A copy.", copied=Copied(["name"], lambda thing: Part(caller=thing.caller, name="copied", size=0)))
    async def copied(self) -> Part:
        return Part(caller=self.caller, name="copied", size=7)

    @computed("It knows the operation.")
    def known(self, info: strawberry.Info) -> str:
        return info.field_name


@dataclass
class Document:
    title: Any = "a title"
    count: Any = 3
    ratio: Any = 0.5
    made_at: Any = datetime(2026, 11, 28, 5, tzinfo=UTC)
    colour: Any = Colour.RED
    colours: Any = field(default_factory=lambda: [Colour.BLUE, Colour.RED])
    words: Any = field(default_factory=lambda: ["one", None])
    secret: Any = "secret"


def things_of(context: Any) -> list[Thing]:
    return [
        Thing(id=strawberry.ID(f"thing {n}"), document=document, caller=context.caller)
        for n, document in enumerate(context.documents)
    ]


@strawberry.type
class Query:
    @strawberry.field
    def things(self, info: strawberry.Info) -> list[Thing]:
        return things_of(info.context)

    @strawberry.field
    async def maybe(self, info: strawberry.Info) -> list[Thing | None] | None:
        return [*things_of(info.context)]

    @strawberry.field
    def node(self, info: strawberry.Info) -> Node:
        return things_of(info.context)[0]


@dataclass
class Context:
    caller: Principal
    documents: list[Document]
    plans: Plans | None


class Plain(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's own way."""


def schema_of(executor: type[StrawberryGraphQLCoreExecutionContext]) -> strawberry.Schema:
    return strawberry.Schema(
        Query, types=[Thing], execution_context_class=executor, config=StrawberryConfig(scalar_map={datetime: DATE_TIME})
    )


SHORT, PLAIN = schema_of(AttributeExecutor), schema_of(Plain)

DOCUMENTS = [
    "{ things { id title count ratio madeAt colour colours words } }",
    "{ things { __typename title part { __typename name } other { name } parts { name } } }",
    "{ things { b: title a: title title colour x: part { y: name } } }",
    "{ things { secret } }",
    "{ things { title guarded { name } } }",
    "{ things { part { name size } } }",
    "{ things { late title } }",
    "{ things { title late times three: times(n: 3) count } }",
    "{ things { copied { name } } }",
    "{ things { copied { name size } } }",
    "{ things { copied { name __typename } known } }",
    "{ maybe { id colour part { name } } }",
    "{ maybe { late colour } things { title } }",
    "{ node { id ... on Thing { title part { name } } } }",
    "query($on: Boolean!) { things { title @include(if: $on) count @skip(if: $on) part { name @skip(if: $on) size } } }",
    "fragment F on Thing { title part { name } } { things { ...F ... on Node { id } part { size } } }",
    "{ things { nothing: words words } }",
]

SOURCES: dict[str, list[Document]] = {
    "plain": [Document(), Document(title="another")],
    "none": [],
    "nulls that may be": [Document(count=None, ratio=None, made_at=None, words=None, secret=None)],
    "a null that may not": [Document(), Document(title=None)],
    "a null enum": [Document(colour=None)],
    "a wrong enum": [Document(colour="green")],
    "an enum by its value": [Document(colour="r")],
    "a null in a list": [Document(colours=[Colour.RED, None])],
    "an exception for a value": [Document(title=ValueError("broken")), Document(count=ValueError("broken"))],
    "a number that is none": [Document(count="many", ratio="much")],
    "a number for a text": [Document(title=7, words=[1, "x"])],
    "a number that is too large": [Document(count=2**40)],
    "a moment without an offset": [Document(made_at=datetime(2026, 11, 28))],  # noqa: DTZ001  # the mistake meant
    "no list": [Document(words="a text", colours=(Colour.RED,))],
}


async def answer(
    schema: strawberry.Schema, text: str, role: Role, documents: list[Document], *, on: bool, plans: Plans | None
) -> Any:
    caller = Principal(ObjectId(), role, "somebody", "key:1")
    variables = {"on": on} if "$on" in text else None
    result = await schema.execute(text, variables, Context(caller, documents, plans))
    return str(result.data), sorted((str(error.message), error.path, error.locations) for error in result.errors or [])


@pytest.mark.parametrize("text", DOCUMENTS)
@pytest.mark.parametrize("source", SOURCES)
async def test_what_is_read_in_short_is_what_graphql_core_says(text: str, source: str) -> None:
    documents = SOURCES[source]
    lasting: Plans | None = None if "$on" in text else {}
    for role in (Role.ADMIN, Role.VIEWER):
        for on in (True, False):
            expected = await answer(PLAIN, text, role, documents, on=on, plans=None)
            assert await answer(SHORT, text, role, documents, on=on, plans=None) == expected
            assert await answer(SHORT, text, role, documents, on=on, plans=lasting) == expected


async def test_a_plain_page_does_not_go_through_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    executed: list[str] = []
    original = StrawberryGraphQLCoreExecutionContext.execute_field

    def execute_field(self: Any, parent_type: Any, source: Any, details: Any, *arguments: Any) -> Any:
        executed.append(print_ast(details[0].node).split(" ")[0])
        return original(self, parent_type, source, details, *arguments)

    monkeypatch.setattr(StrawberryGraphQLCoreExecutionContext, "execute_field", execute_field)
    text = "{ things { title colour part { name size } copied { name } } }"
    assert "copied" in (await answer(SHORT, text, Role.ADMIN, [Document()] * 3, on=True, plans=None))[0]
    assert executed == ["things"]
