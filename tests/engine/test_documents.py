"""Limits on documents, and the cache of parsed and validated documents."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import DocumentNode, GraphQLSchema, get_introspection_query, parse, validate

from engine import documents
from engine.documents import (
    LIMITS,
    MAX_ANONYMOUS_CHARACTERS,
    MAX_ANONYMOUS_TOKENS,
    MAX_CHARACTERS,
    MAX_ERRORS,
    MAX_TOKENS,
    RULES,
    DocumentSize,
    measure_document,
)
from engine.errors import MAX_MESSAGE_CHARACTERS
from engine.execution import Schema
from errors import RateLimited
from schema.build import build_schema
from tests.schema.contexts import anonymous_context, known_caller_context


@pytest.fixture
def schema() -> Schema:
    return build_schema()


def core_schema(schema: Schema) -> GraphQLSchema:
    return schema._schema


def validation_errors(schema: Schema, document: str) -> list[str]:
    return [error.message for error in validate(core_schema(schema), parse(document), RULES)]


def test_fragments_count_wherever_they_are_spread() -> None:
    document = parse("{ ...a ...a } fragment a on Query { viewer { name } }")
    # twice in the operation, once as a definition
    assert measure_document(document) == DocumentSize(depth=2, fields=6, fragments=2, root_fields=2)


def test_all_dimensions_are_counted() -> None:
    document = parse(
        """query @skip(if: false) {
          one: viewer { name ... on Viewer @include(if: true) { role name } }
          interview(id: "x") { position { title } }
        }"""
    )
    assert measure_document(document) == DocumentSize(depth=3, fields=7, aliases=1, directives=2, repeats=1, root_fields=2)


@pytest.mark.parametrize(
    ("what", "document"),
    [
        ("depth", "{" + "a {" * LIMITS.depth + "a" + "}" * LIMITS.depth + "}"),
        ("fields", "{ viewer {" + " ".join(f"f{n}" for n in range(LIMITS.fields)) + "} }"),
        ("aliases", "{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(LIMITS.aliases + 1)) + "}"),
        ("fragments", "{" + "...a " * (LIMITS.fragments + 1) + "} fragment a on Query { viewer { name } }"),
        ("directives", "{ viewer { name " + "@skip(if: false) " * (LIMITS.directives + 1) + "} }"),
        ("repeats", "{ viewer {" + "name " * (LIMITS.repeats + 2) + "} }"),
        # a fragment that no operation spreads is validated all the same
        ("repeats", "{ viewer { name } } fragment a on Viewer {" + "name " * (LIMITS.repeats + 2) + "}"),
        # so is a second operation
        ("repeats", "query a { viewer { name } } query b { viewer {" + "name " * (LIMITS.repeats + 2) + "} }"),
        ("root_fields", "{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(LIMITS.root_fields + 1)) + "}"),
        ("root_fields", "{ ...a ... { ...a viewer { name } } } fragment a on Query {" + "viewer { name } " * 5 + "}"),
    ],
)
def test_document_that_is_too_large_is_refused_before_other_rules_run(schema: Schema, what: str, document: str) -> None:
    (message,) = validation_errors(schema, document)
    assert message.startswith(f"The document is too large: {what} ")


def test_introspection_query_of_an_ide_is_within_the_limits() -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert all(amount <= limit for amount, limit in zip(measure_document(parse(query)), LIMITS, strict=True))


def nested_fragments(times: int) -> str:
    """Return a document in which each fragment spreads the next one twice."""
    chain = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(times))
    return f"{{ ...f0 }} {chain} fragment f{times} on Query {{ viewer {{ name }} }}"


@pytest.fixture
def summed_sizes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Records how many sizes each call adds up."""
    counted: list[int] = []
    original = documents._combine

    def counting_sum(sizes: list[documents.DocumentSize]) -> documents.DocumentSize:
        counted.append(len(sizes))
        return original(sizes)

    monkeypatch.setattr(documents, "_combine", counting_sum)
    yield counted


def test_measuring_nested_fragments_takes_linear_time(summed_sizes: list[int]) -> None:
    measure_document(parse(nested_fragments(50)))
    small = sum(summed_sizes)
    summed_sizes.clear()
    size = measure_document(parse(nested_fragments(100)))
    assert size.fields > 2**100
    assert sum(summed_sizes) < 2.5 * small


def test_recursive_fragments_are_measured_and_refused(schema: Schema) -> None:
    messages = validation_errors(schema, "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a viewer { name } }")
    assert any(message.startswith("Cannot spread fragment 'a' within itself") for message in messages)


def test_chain_of_fragments_beyond_the_recursion_limit_is_refused(schema: Schema) -> None:
    chain = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(2_000))
    assert validation_errors(schema, f"{{ ...f0 }} {chain} fragment f2000 on Query {{ viewer {{ name }} }}") == [
        "Validation aborted."
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{" + "a " * MAX_TOKENS + "}", f"Syntax Error: Document contains more than {MAX_TOKENS} tokens. Parsing aborted."),
        (
            "#" + "x" * MAX_CHARACTERS,
            "The document is too large: 32001 characters, at most 32000. Send long texts as variables.",
        ),
        ("{ a" * 1_000, "Syntax Error: Document is nested too deeply. Parsing aborted."),
        ("{ viewer { name }", "Syntax Error: Expected Name, found <EOF>."),
        ("{ viewer { nam } }", "Cannot query field 'nam' on type 'Viewer'."),
        (
            '{ __type(name: "Query") { name } }',
            "GraphQL introspection has been disabled, but the requested query contained the field '__type'.",
        ),
    ],
)
async def test_invalid_document_is_refused_with_the_reason(schema: Schema, document: str, message: str) -> None:
    result = await schema.execute(document, context_value=known_caller_context())
    assert [error.message for error in result.errors or []] == [message]


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer {" + "name " * MAX_ANONYMOUS_TOKENS + "} }",
        "{ viewer { name } } #" + "x" * MAX_ANONYMOUS_CHARACTERS,
    ],
)
async def test_document_beyond_the_anonymous_limits_is_not_parsed_without_a_credential(
    schema: Schema, parsed_texts: list[str], document: str
) -> None:
    result = await schema.execute(document, context_value=anonymous_context())
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["UNAUTHENTICATED"]
    assert parsed_texts == []
    await schema.execute(document, context_value=known_caller_context())
    assert parsed_texts == [document]


@pytest.mark.parametrize(
    "document",
    [
        f"{{ interviews(first: {'9' * 5_000}) {{ totalCount }} }}",
        f"query q($first: Int = {'9' * 5_000}) {{ interviews(first: $first) {{ totalCount }} }}",
        f"{{ interviews(first: {'9' * 5_000}.5) {{ totalCount }} }}",
        "{ interviews(first: 1e99999) { totalCount } }",
        f"{{ interview(id: {'[' * 300}1{']' * 300}) {{ id }} }}",
        f"{{ interviews(filter: {'{a: ' * 300}1{'}' * 300}) {{ totalCount }} }}",
    ],
)
async def test_literal_that_cannot_be_read_is_bad_input(schema: Schema, document: str) -> None:
    result = await schema.execute(document, context_value=known_caller_context())
    codes = [(error.extensions or {})["code"] for error in result.errors or []]
    assert codes == ["BAD_INPUT"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{ interviews(first: "secret") { totalCount } }', "Int cannot represent non-integer value."),
        ('{ interviews(filter: {channel: ["secret"]}) { totalCount } }', "Enum 'Channel' cannot represent non-enum value."),
        ("{ interviews(filter: {channel: [SECRET]}) { totalCount } }", "The value does not exist in 'Channel' enum."),
    ],
)
async def test_error_message_quotes_no_value(schema: Schema, document: str, message: str) -> None:
    result = await schema.execute(document, context_value=anonymous_context())
    assert [error.message for error in result.errors or []] == [message]


async def test_error_message_quotes_a_long_name_in_part(schema: Schema) -> None:
    result = await schema.execute(f"{{ {'x' * 5_000} }}", context_value=anonymous_context())
    (error,) = result.errors or []
    assert error.message.startswith("Cannot query field 'xxx")
    assert len(error.message) == MAX_MESSAGE_CHARACTERS + 1


async def test_number_of_reported_errors_is_limited(schema: Schema) -> None:
    fields = " ".join(f"unknown{n}" for n in range(100))
    result = await schema.execute(f"{{ viewer {{ {fields} }} }}", context_value=anonymous_context())
    assert len(result.errors or []) == MAX_ERRORS + 1


@pytest.fixture
def parsed_texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records the texts that are parsed."""
    texts: list[str] = []

    def recording_parse(text: str, **options: Any) -> DocumentNode:
        texts.append(text)
        return parse(text, **options)

    monkeypatch.setattr("strawberry.schema.schema.parse", recording_parse)
    return texts


async def test_cached_document_is_neither_parsed_nor_validated_again(
    schema: Schema, parsed_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    validated: list[DocumentNode] = []

    def recording_validate(core: GraphQLSchema, document: DocumentNode, *arguments: Any, **options: Any) -> Any:
        validated.append(document)
        return validate(core, document, *arguments, **options)

    monkeypatch.setattr(documents, "validate", recording_validate)
    for _ in range(10):
        await schema.execute("query Known { viewer { name } }", context_value=anonymous_context())
    assert parsed_texts == ["query Known { viewer { name } }"]
    assert len(validated) == 1


async def test_schemas_do_not_share_validation_results() -> None:
    query = "{ __schema { queryType { name } } }"
    public, internal = build_schema(introspection=False), build_schema(introspection=True)
    for _ in range(2):
        assert (await public.execute(query, context_value=anonymous_context())).errors
        assert not (await internal.execute(query, context_value=anonymous_context())).errors


async def test_least_recently_used_document_is_evicted_first(schema: Schema, parsed_texts: list[str]) -> None:
    first, second, *others = (f"query Q{n} {{ viewer {{ name }} }}" for n in range(documents.MAX_CACHED_DOCUMENTS + 1))
    for text in (first, second, *others[:-1], first, others[-1], first, second):
        await schema.execute(text, context_value=known_caller_context())
    assert parsed_texts == [first, second, *others, second]


async def test_documents_without_a_credential_evict_only_each_other(
    schema: Schema, parsed_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MAX_CACHED_ANONYMOUS_DOCUMENTS", 1)
    known, first, second = (f"query Q{n} {{ viewer {{ name }} }}" for n in range(3))
    for text, context in (
        (known, known_caller_context()),
        (first, anonymous_context()),
        (second, anonymous_context()),
        (known, anonymous_context()),
        (first, anonymous_context()),
    ):
        await schema.execute(text, context_value=context)
    assert parsed_texts == [known, first, second, first]


async def test_new_documents_take_turns_and_the_event_loop_is_free_between_them() -> None:
    queue = documents.ParsingQueue(share=0.1, max_waiting=5)
    loop = asyncio.get_running_loop()
    before = loop.time()
    async with queue.turn("caller"):
        began = loop.time()
        while loop.time() < began + 0.01:
            """Work as parsing does, which nothing can interrupt."""
    after = loop.time()
    free_at = queue._free_at
    # tenfold, but not for a process that was suspended in the meantime
    assert before + 0.1 <= free_at <= after + documents.MAX_PAUSE_SECONDS
    async with queue.turn("another caller"):
        assert loop.time() >= free_at - 0.001


async def test_caller_with_too_many_waiting_documents_is_refused_and_others_wait_in_order() -> None:
    queue = documents.ParsingQueue(share=0.5, max_waiting=2)
    served: list[str] = []
    finish = asyncio.Event()

    async def parse(caller: str) -> None:
        async with queue.turn(caller):
            served.append(caller)
            await finish.wait()

    tasks = [asyncio.create_task(parse(caller)) for caller in ("first", "first", "second")]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited) as refused:
        await parse("first")
    assert refused.value.retry_after_seconds == 1
    tasks[1].cancel()
    finish.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert served == ["first", "second"]
    assert not queue._waiting


async def test_document_that_cannot_be_parsed_is_not_cached(schema: Schema, parsed_texts: list[str]) -> None:
    known = "{ viewer { name } }"
    await schema.execute(known, context_value=anonymous_context())
    bombs = [f"# {n}\n{'{a' * 1_001}" for n in range(documents.MAX_CACHED_DOCUMENTS)]
    for text in bombs:
        assert (await schema.execute(text, context_value=known_caller_context())).errors
    await schema.execute(known, context_value=anonymous_context())
    assert parsed_texts == [known, *bombs]


async def test_errors_of_a_cached_document_carry_each_requests_id(schema: Schema) -> None:
    context = anonymous_context()
    first = await schema.execute("{ nothing }", context_value=context)
    context.request_id = "another"
    second = await schema.execute("{ nothing }", context_value=context)
    error_extensions = [(result.errors or [])[0].extensions for result in (first, second)]
    assert [extensions["requestId"] for extensions in error_extensions if extensions] == ["test", "another"]


async def test_document_with_several_operations_needs_an_operation_name(schema: Schema) -> None:
    document = "query a { __typename } query b { __typename }"
    unnamed = await schema.execute(document, context_value=anonymous_context())
    assert [error.message for error in unnamed.errors or []] == [
        "The document has several operations: name the one to run in operationName."
    ]
    named = await schema.execute(document, context_value=anonymous_context(), operation_name="b")
    assert (named.data, named.errors) == ({"__typename": "Query"}, None)


async def test_introspection_is_possible_only_if_allowed() -> None:
    allowed = build_schema(introspection=True)
    result = await allowed.execute(get_introspection_query(), context_value=anonymous_context())
    assert result.errors is None
    assert result.data is not None


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ interviewz { id } }", None),
        ("{ interview(idd: 1) { id } }", None),
        ("{ viewer { ...on Viwer { name } } }", None),
        ("{ viewer { name @skp(if: true) } }", None),
        ("query($filter: InterviewFilte) { interviews(filter: $filter) { totalCount } }", None),
        ("{ interviews(filter: {statuss: [COMPLETED]}) { totalCount } }", None),
        ("{ interviews(filter: {statuses: [COMPLETE]}) { totalCount } }", None),
        ("query($filter: InterviewFilter) { interviews(filter: $filter) { totalCount } }", {"filter": {"statuss": []}}),
        (
            "query($filter: InterviewFilter) { interviews(filter: $filter) { totalCount } }",
            {"filter": {"statuses": ["COMPLETE"]}},
        ),
    ],
)
async def test_errors_suggest_no_names_of_the_schema(schema: Schema, document: str, variables: dict[str, Any] | None) -> None:
    result = await schema.execute(document, variables, anonymous_context())
    messages = [error.message for error in result.errors or []]
    assert messages
    assert not any("did you mean" in message.lower() for message in messages)
