"""The cost of operations, and the limits on it."""

import re
from typing import Any

import pytest
from graphql import get_operation_ast, parse

from engine.cost import (
    ASSUMED_LIST_SIZE,
    DEFAULT_PAGE_SIZE,
    MAX_ANONYMOUS_COST,
    MAX_COST,
    MAX_PAGE_SIZE,
    OperationCost,
    measure_cost,
)
from engine.documents import ParsedDocument
from engine.execution import Schema
from models.reads import pagination
from schema.build import build_schema
from tests.helpers import ROOT
from tests.schema.contexts import anonymous_context, known_caller_context
from tests.test_docs import OPERATIONS

WEB_DOCUMENT = re.compile(r"graphql\(`(.*?)`\)", re.DOTALL)
FRAGMENT = re.compile(r"^  fragment (\w+) on .*?^  }", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return build_schema()


def cost_of(schema: Schema, text: str, variables: dict[str, Any] | None = None) -> OperationCost:
    parsed = ParsedDocument.of(parse(text))
    operation = get_operation_ast(parsed.document)
    assert operation
    return measure_cost(schema._schema, operation, parsed.fragments, variables)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ viewer { role organization { name } } }", 4),
        ("{ interviews(first: 7) { totalCount nodes { id status } } }", 1 + 1 + 1 + 7 * 2),
        ("{ interviews { nodes { id } } }", 1 + 1 + DEFAULT_PAGE_SIZE),
        ("{ interviews(last: 3) { edges { cursor node { id } } } }", 1 + 1 + 3 * (1 + 1 + 1)),
        ("{ interviews(first: null, last: 3) { nodes { id } } }", 1 + 1 + 3),
        # such values are refused when the operation is executed
        ("{ interviews(first: 5000) { nodes { id } } }", 1 + 1 + MAX_PAGE_SIZE),
        ("{ interviews(first: -1) { nodes { id } } }", 2),
        ('{ transcript(interviewId: "i") { lastSeq turns { seq } } }', 1 + 1 + 1 + MAX_PAGE_SIZE),
        ('{ transcript(interviewId: "i", first: 4) { turns { seq text } } }', 1 + 1 + 4 * 2),
        (
            "{ interviews(first: 10) { nodes { transcript(first: 4) { turns { uncertainWords { start } } } } } }",
            1 + 1 + 10 * (1 + 1 + 4 * (1 + ASSUMED_LIST_SIZE)),
        ),
        # the size of a page applies to the lists directly below it only
        ("{ interviews(first: 2) { nodes { evaluations { version } } } }", 1 + 1 + 2 * (1 + ASSUMED_LIST_SIZE)),
        # fragments count wherever they are spread, by the size of the page that they are in
        (
            "{ a: interviews(first: 2) { ...f } b: interviews(first: 3) { ...f ... { ...f } } }"
            "fragment f on InterviewConnection { nodes { id } }",
            1 + (1 + 2) + 1 + 2 * (1 + 3),
        ),
        ('{ node(id: "i") { id ... on Interview { status recordings { url } } } }', 1 + 1 + 1 + 1 + ASSUMED_LIST_SIZE),
    ],
)
def test_selection_of_a_list_counts_once_for_each_item(schema: Schema, text: str, cost: int) -> None:
    assert cost_of(schema, text).total == cost


@pytest.mark.parametrize(
    ("variables", "size"),
    [
        (None, MAX_PAGE_SIZE),
        ({"first": 9}, 9),
        ({}, 6),
        ({"first": None}, DEFAULT_PAGE_SIZE),
        ({"first": 1_000}, MAX_PAGE_SIZE),
        ({"first": -9}, 0),
        ({"first": "many"}, MAX_PAGE_SIZE),
    ],
)
def test_size_of_a_page_may_be_a_variable(schema: Schema, variables: dict[str, Any] | None, size: int) -> None:
    text = "query($first: Int = 6) { interviews(first: $first) { nodes { id } } }"
    assert cost_of(schema, text, variables).total == 2 + size


def test_most_expensive_root_field_is_named(schema: Schema) -> None:
    cost = cost_of(schema, "{ few: interviews(first: 2) { nodes { id } } many: interviews(first: 3) { nodes { id } } }")
    assert cost == OperationCost(9, "many", 5, 2)


def test_charge_is_the_cost_but_has_a_minimum_for_each_root_field(schema: Schema) -> None:
    assert cost_of(schema, "{ a: interviews(first: 2) { nodes { id } } b: viewer { role } }").charge == 200
    assert cost_of(schema, "{ interviews(first: 98) { nodes { id } } }").charge == 100
    assert cost_of(schema, "{ interviews(first: 99) { nodes { id } } }").charge == 101


def test_sizes_of_pages_are_those_of_the_lists() -> None:
    assert (DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE) == (pagination.DEFAULT_PAGE_SIZE, pagination.MAX_PAGE_SIZE)


def find_web_documents() -> list[str]:
    """Return the documents of the web pages, each with the fragments that it spreads."""
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("web/src/**/*.ts*") if "gql" not in path.parts]
    documents = [document for text in texts for document in WEB_DOCUMENT.findall(text)]
    fragments = {match[1]: match[0] for document in documents for match in FRAGMENT.finditer(document)}
    return [
        document + "".join(text for name, text in fragments.items() if f"...{name}" in document and text not in document)
        for document in documents
    ]


def test_documents_of_the_web_pages_and_the_documentation_are_within_the_limit_for_strangers(schema: Schema) -> None:
    documents = [*find_web_documents(), *(text for _, text in OPERATIONS)]
    assert len(documents) > 30
    assert max(cost_of(schema, document).total for document in documents) < MAX_ANONYMOUS_COST / 2


TRANSCRIPTS = """query($first: Int!) {
  interviews(first: $first) { nodes { transcript { turns { seq speaker text channel startedAt endedAt } } } }
}"""


async def test_operation_that_is_too_expensive_is_refused_with_its_cost(schema: Schema) -> None:
    for variables in ({"first": 100}, {"first": 50_000}):
        result = await schema.execute(TRANSCRIPTS, variables, known_caller_context())
        (error,) = result.errors or []
        assert (error.extensions or {})["code"] == "BAD_INPUT"
        assert error.message == (
            f"The request is too expensive: its cost is 60202, at most {MAX_COST}, of which interviews has 60202. "
            "Request fewer items at a time (first), select less, or send several requests."
        )


async def test_expensive_operation_needs_a_credential(schema: Schema) -> None:
    context = anonymous_context()
    result = await schema.execute(TRANSCRIPTS, {"first": 50}, context)
    (error,) = result.errors or []
    assert ((error.extensions or {})["code"], error.path) == ("UNAUTHENTICATED", None)
    # with a smaller page the caller is authenticated by the field
    result = await schema.execute(TRANSCRIPTS, {"first": 15}, context)
    (error,) = result.errors or []
    assert ((error.extensions or {})["code"], error.path) == ("UNAUTHENTICATED", ["interviews"])
