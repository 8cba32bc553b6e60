"""The schema in SDL: the snapshot, the contract and the descriptions."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    assert_object_type,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
    is_non_null_type,
    is_specified_scalar_type,
)
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from engine.errors import Failure
from errors import ErrorCode, ExhaustedBudget
from models.documents.budget import Budget
from schema.build import print_sdl
from tests.helpers import ROOT

CONTRACT = ROOT.parent / "shared" / "contract.graphql"


@pytest.fixture(scope="module")
def printed_schema() -> GraphQLSchema:
    return build_schema(print_sdl())


def test_snapshot_equals_the_schema_in_the_code() -> None:
    snapshot = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert snapshot == print_sdl(), "run `make schema`, look at the difference, commit it"


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract lies beside the repository")
def test_no_promise_of_the_contract_is_broken(printed_schema: GraphQLSchema) -> None:
    contract = build_schema(CONTRACT.read_text(encoding="utf-8"))
    broken = [change.description for change in find_breaking_changes(contract, printed_schema)]
    dangerous = find_dangerous_changes(contract, printed_schema)
    assert broken + [change.description for change in dangerous if change.type.name.endswith("DEFAULT_VALUE_CHANGE")] == []


PROMISED_NON_NULL_ROOTS = {
    *("Query.viewer", "Query.interviews", "Query.positions"),
    *("Subscription.turnAdded", "Subscription.interimTranscript"),
    *("Subscription.interviewChanged", "Subscription.interviewsChanged"),
}
"""The first contract promises that they are not null (docs/adr/0019-api-review.md)."""


def test_root_fields_are_nullable_so_that_one_failure_leaves_the_others(printed_schema: GraphQLSchema) -> None:
    roots = [kind for kind in (printed_schema.query_type, printed_schema.mutation_type, printed_schema.subscription_type) if kind]
    non_null = {f"{kind}.{name}" for kind in roots for name, field in kind.fields.items() if is_non_null_type(field.type)}
    assert non_null == PROMISED_NON_NULL_ROOTS


def test_type_of_error_extensions_has_what_errors_have(printed_schema: GraphQLSchema) -> None:
    values: dict[str, Any] = {
        **{"code": ErrorCode.BAD_INPUT, "message": "Wrong.", "field": "input.text"},
        **{"retry_after_seconds": 5, "opens_at": datetime(2026, 12, 1, tzinfo=UTC)},
        "budget": ExhaustedBudget(Budget.INTERVIEW_MESSAGES, 1_000, 1_000),
    }
    assert values.keys() == {field.name for field in fields(Failure)}, "errors have a new field: add it here and to the type"
    extensions = Failure(**values).extensions("request")
    described = assert_object_type(printed_schema.type_map["ErrorExtensions"])
    assert extensions.keys() == described.fields.keys()
    assert {name for name, field in described.fields.items() if is_non_null_type(field.type)} == {"code", "requestId"}
    for name, value in extensions.items():
        kind = get_named_type(described.fields[name].type)
        if isinstance(kind, GraphQLObjectType):
            assert value.keys() == kind.fields.keys()
        else:
            assert is_leaf_type(kind)
            kind.coerce_output_value(value)


def list_descriptions(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", definition.description) for value, definition in kind.values.items())
        elif isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", definition.description) for field, definition in kind.fields.items())
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, output in kind.fields.items():
                yield f"{name}.{field}", output.description
                yield from ((f"{name}.{field}({each}:)", arg.description) for each, arg in output.args.items())


def test_every_schema_element_has_a_description(printed_schema: GraphQLSchema) -> None:
    assert [name for name, description in list_descriptions(printed_schema) if not description] == []


def test_optional_inputs_are_not_printed_with_a_null_default() -> None:
    assert "= null" not in print_sdl()


def test_printing_is_deterministic() -> None:
    assert print_sdl() == print_sdl()
