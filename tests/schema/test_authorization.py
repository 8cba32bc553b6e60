"""Authorization over HTTP and WebSocket, for every element of the schema. An element without a row in the table fails."""

from typing import Any

import pytest
from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from graphql import GraphQLInputField

from models.documents.organization import Role
from tests.resolvers.tenant import ORGANIZATION_ROLES, STAFF, Tenant, global_id_of
from tests.schema.api_client import ApiClient, ServerAddress, issue_token
from tests.schema.authorization_table import (
    ALL_ROLES,
    FIELD_ROLES,
    MUTATION_PAYLOAD_TYPES,
    SCHEMA,
    SUBSCRIPTION_ONLY_TYPES,
    TYPE_QUERIES,
    UNREACHABLE_TYPES,
    AuthorizationScenario,
    authorized_types,
    field_selection,
    fields_of,
    input_fields_of,
    input_names_of,
    member_names,
    roles_by_field,
    sample_value,
)


def test_every_readable_type_is_in_the_table() -> None:
    without = set(authorized_types()) - MUTATION_PAYLOAD_TYPES - SUBSCRIPTION_ONLY_TYPES - UNREACHABLE_TYPES - set(FIELD_ROLES)
    assert not without, (
        f"no row says who may read {sorted(without)}: add them to FIELD_ROLES and TYPE_QUERIES (authorization_table.py)"
    )
    assert set(FIELD_ROLES) <= set(authorized_types())
    assert set(FIELD_ROLES) - {"Mutation", "Subscription", "InterviewFilter", "InterviewOrderField"} == set(TYPE_QUERIES)


@pytest.mark.parametrize("kind", FIELD_ROLES)
def test_every_field_is_in_the_table(kind: str) -> None:
    there, roles = set(member_names(SCHEMA.type_map[kind])), roles_by_field(kind)
    without = [f"{kind}.{name}" for name in there - roles.keys()]
    assert not without, f"no row says who may read, filter by or do {without}: add it to FIELD_ROLES (authorization_table.py)"
    assert roles.keys() <= there
    assert sum(len(fields.split()) for fields in FIELD_ROLES[kind].values()) == len(there), "a field has one row"


# --- reading


@pytest.mark.parametrize("role", Role)
async def test_field_is_readable_by_its_roles_only(api: ApiClient, scenario: AuthorizationScenario, role: Role) -> None:
    expected, actual = {}, {}
    for kind, query in TYPE_QUERIES.items():
        for name, roles in roles_by_field(kind).items():
            codes = await scenario.query_error_codes(api, role, query.replace("FIELD", field_selection(kind, name)))
            # a list gives one refusal for each of its items
            actual[f"{kind}.{name}"] = set(codes)
            expected[f"{kind}.{name}"] = set() if role in roles else {"FORBIDDEN"}
    assert actual == expected


async def test_forbidden_field_is_null_and_leaves_other_fields_intact(api: ApiClient, scenario: AuthorizationScenario) -> None:
    query = "query($id: ID!) { interview(id: $id) { status decision evaluation { overallScore } candidate { name email } } }"
    response = await api.execute(query, scenario.tokens[Role.VIEWER], id=scenario.variables["interview"])
    assert response.data == {
        "interview": {
            "status": "COMPLETED",
            "decision": None,
            "evaluation": None,
            "candidate": {"name": "Ada Lovelace", "email": None},
        }
    }
    assert sorted(".".join(error["path"]) for error in response.errors) == [
        "interview.candidate.email",
        "interview.decision",
        "interview.evaluation",
    ]
    assert set(response.codes) == {"FORBIDDEN"}


@pytest.mark.parametrize("role", Role)
async def test_list_filter_on_a_forbidden_field_is_refused(api: ApiClient, scenario: AuthorizationScenario, role: Role) -> None:
    actual, expected = {}, {}
    for name, roles in roles_by_field("InterviewFilter").items():
        value = sample_value(input_fields_of("InterviewFilter")[name], scenario)
        query = "query($filter: InterviewFilter) { interviews(filter: $filter) { nodes { id } } }"
        response = await api.execute(query, scenario.tokens[role], filter={name: value})
        actual[name] = response.codes
        expected[name] = [] if role in roles else ["FORBIDDEN"]
    assert actual == expected


@pytest.mark.parametrize("role", Role)
async def test_list_order_by_a_forbidden_field_is_refused(api: ApiClient, scenario: AuthorizationScenario, role: Role) -> None:
    actual, expected = {}, {}
    for name, roles in roles_by_field("InterviewOrderField").items():
        actual[name] = await scenario.query_error_codes(
            api, role, f"{{ interviews(orderBy: {{ field: {name} }}) {{ nodes {{ id }} }} }}"
        )
        expected[name] = [] if role in roles else ["FORBIDDEN"]
    assert actual == expected


# --- doing

SUBSCRIPTIONS_OF_ORGANIZATION = {
    "interviewsChanged": "interviewsChanged(filter: {statuses: [COMPLETED]})",
    "liveInterviews": "liveInterviews",
    "changed": 'changed(after: "CURSOR")',
}
MUTATIONS_WITH_CREDENTIAL = {"joinInterview", "openTranscript", "signIn", "acceptMemberInvitation"}
"""Mutations whose input has the credential."""


@pytest.mark.parametrize("role", [*Role, None])
async def test_mutation_is_allowed_for_its_roles_only(api: ApiClient, scenario: AuthorizationScenario, role: Role | None) -> None:
    actual, expected = {}, {}
    for name, roles in roles_by_field("Mutation").items():
        if role is Role.ADMIN and name == "eraseInterview":
            continue  # it would erase the scenario's interview; test_endings_api.py covers it
        argument = fields_of("Mutation")[name].args["input"]
        value = sample_value(GraphQLInputField(argument.type), scenario)
        query = f"mutation($input: {argument.type}) {{ {name}(input: $input) {{ __typename }} }}"
        codes = set((await api.execute(query, scenario.tokens[role] if role else None, input=value)).codes)
        actual[name] = codes & {"FORBIDDEN", "UNAUTHENTICATED", "INTERNAL"}
        refusal = "FORBIDDEN" if role else "UNAUTHENTICATED"
        expected[name] = set() if role in roles or name in MUTATIONS_WITH_CREDENTIAL else {refusal}
    assert actual == expected


@pytest.mark.parametrize("role", [*Role, None])
async def test_subscription_is_allowed_for_its_roles_only(
    server: ServerAddress, scenario: AuthorizationScenario, role: Role | None
) -> None:
    actual, expected = {}, {}
    for name, roles in roles_by_field("Subscription").items():
        text = f"subscription($id: ID!) {{ {name}(interviewId: $id) {{ __typename }} }}"
        variables = {"id": scenario.variables["interview"]}
        if name in SUBSCRIPTIONS_OF_ORGANIZATION:
            text, variables = f"subscription {{ {SUBSCRIPTIONS_OF_ORGANIZATION[name]} {{ __typename }} }}", {}
            text = text.replace("CURSOR", scenario.first_change_cursor)
        actual[name] = await read_refusal_code(server, scenario.tokens[role] if role else None, text, variables)
        expected[name] = None if role in roles else "FORBIDDEN" if role else "UNAUTHENTICATED"
    assert actual == expected


async def read_refusal_code(server: ServerAddress, token: str | None, text: str, variables: dict[str, Any]) -> str | None:
    """Return the code with which the stream is refused, or None if it starts or completes."""
    async with server.open_client(token) as session:
        stream = session.subscribe(GraphQLRequest(text, variable_values=variables))
        try:
            await anext(stream, None)
        except TransportQueryError as error:
            code: str = (error.errors or [{}])[0]["extensions"]["code"]
            return code
        finally:
            await stream.aclose()
    return None


async def test_request_without_a_token_returns_no_data(api: ApiClient, scenario: AuthorizationScenario) -> None:
    actual = {
        name: await scenario.query_error_codes(api, None, f"{{ {field_selection('Query', name)} }}")
        for name in roles_by_field("Query")
    }
    public = {"invitation", "signInOptions", "memberLink"}
    assert actual == {name: [] if name in public else ["UNAUTHENTICATED"] for name in roles_by_field("Query")}


# --- another tenant


def fields_naming_ids(kind: str) -> list[str]:
    """Return the mutations or subscriptions with an id in their input."""
    ids = {"interviewId", "evaluationId"}
    return [name for name, field in fields_of(kind).items() if ids & set(input_names_of(field))]


async def test_objects_of_another_organization_are_not_found(
    api: ApiClient, scenario: AuthorizationScenario, other_tenant: Tenant
) -> None:
    token = await issue_token(other_tenant, Role.ADMIN)
    actual = {}
    for name in ("interview", "transcript", "evaluation", "compareEvaluations"):
        query = f"query($interview: ID!) {{ {field_selection('Query', name)} }}"
        response = await api.execute(query, token, interview=scenario.variables["interview"])
        actual[name] = (response.data, response.codes)
    assert actual == {name: ({name: None}, ["NOT_FOUND"]) for name in actual}
    for node in scenario.nodes:
        response = await api.execute("query($id: ID!) { node(id: $id) { id } }", token, id=node)
        assert (response.data, response.codes) == ({"node": None}, ["NOT_FOUND"])
        own = await api.execute("query($id: ID!) { node(id: $id) { id } }", scenario.tokens[Role.ADMIN], id=node)
        assert own["node"] == {"id": node}
    lists = await api.execute("{ interviews { totalCount } positions { nodes { id } } }", token)
    assert lists["interviews"] == {"totalCount": 0}
    assert lists["positions"]["nodes"] == [{"id": global_id_of(other_tenant.position)}]


async def test_objects_of_another_organization_cannot_be_changed(
    api: ApiClient, scenario: AuthorizationScenario, other_tenant: Tenant
) -> None:
    own = await other_tenant.make_interview()
    actual = {}
    for name in fields_naming_ids("Mutation"):
        argument = fields_of("Mutation")[name].args["input"]
        value = sample_value(GraphQLInputField(argument.type), scenario)
        query = f"mutation($input: {argument.type}) {{ {name}(input: $input) {{ __typename }} }}"
        for role in roles_by_field("Mutation")[name]:
            response = await api.execute(query, await issue_token(other_tenant, role, own), input=value)
            actual[name, role] = (response.data, response.codes)
    assert len(actual) > 10
    assert actual == {(name, role): ({name: None}, ["NOT_FOUND"]) for name, role in actual}


async def test_objects_of_another_organization_cannot_be_followed(
    server: ServerAddress, scenario: AuthorizationScenario, other_tenant: Tenant
) -> None:
    own = await other_tenant.make_interview()
    actual = {}
    for name in fields_naming_ids("Subscription"):
        text = f"subscription($id: ID!) {{ {name}(interviewId: $id) {{ __typename }} }}"
        for role in (Role.ADMIN, Role.CANDIDATE):
            token = await issue_token(other_tenant, role, own)
            actual[name, role] = await read_refusal_code(server, token, text, {"id": scenario.variables["interview"]})
    assert actual == dict.fromkeys(actual, "NOT_FOUND")
    assert len(actual) == 6


async def test_candidate_reaches_no_other_interview_of_the_organization(
    api: ApiClient, server: ServerAddress, scenario: AuthorizationScenario, tenant: Tenant
) -> None:
    token = await issue_token(tenant, Role.CANDIDATE, await tenant.make_interview())
    variables = {"interview": scenario.variables["interview"]}
    actual: dict[str, Any] = {}
    for name in ("interview", "transcript"):
        response = await api.execute(f"query($interview: ID!) {{ {field_selection('Query', name)} }}", token, **variables)
        actual[name] = response.codes
    for name in fields_naming_ids("Mutation"):
        if Role.CANDIDATE in roles_by_field("Mutation")[name]:
            argument = fields_of("Mutation")[name].args["input"]
            query = f"mutation($input: {argument.type}) {{ {name}(input: $input) {{ __typename }} }}"
            response = await api.execute(query, token, input=sample_value(GraphQLInputField(argument.type), scenario))
            actual[name] = response.codes
    for name in fields_naming_ids("Subscription"):
        text = f"subscription($interview: ID!) {{ {name}(interviewId: $interview) {{ __typename }} }}"
        actual[name] = [await read_refusal_code(server, token, text, variables)]
    assert actual == {name: ["NOT_FOUND"] for name in actual}
    assert {"sendMessage", "endInterview", "turnAdded", "interimTranscript", "interviewChanged"} <= actual.keys()
    for node, code in zip(scenario.nodes, ("NOT_FOUND", "FORBIDDEN", "FORBIDDEN", None, "NOT_FOUND", "FORBIDDEN"), strict=True):
        response = await api.execute("query($id: ID!) { node(id: $id) { id } }", token, id=node)
        assert (response.data, response.codes) == ({"node": None if code else {"id": node}}, [code] if code else [])


async def test_node_is_forbidden_for_roles_that_may_not_read_its_kind(api: ApiClient, scenario: AuthorizationScenario) -> None:
    readers = dict(zip(scenario.nodes, (ALL_ROLES, STAFF, ORGANIZATION_ROLES, ALL_ROLES, ALL_ROLES, STAFF), strict=True))
    actual = {}
    for node in readers:
        for role in Role:
            response = await api.execute("query($id: ID!) { node(id: $id) { id } }", scenario.tokens[role], id=node)
            actual[node, role] = (response.data, response.codes)
    assert actual == {
        (node, role): ({"node": {"id": node}}, []) if role in roles else ({"node": None}, ["FORBIDDEN"])
        for node, roles in readers.items()
        for role in Role
    }
