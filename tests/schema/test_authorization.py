"""Who may read, filter, order and do what, over the wire. The rows are checked against the schema: a field without one fails."""

from typing import Any

import pytest
from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from graphql import GraphQLInputField

from models.organization import Role
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Api, Served, token_of
from tests.schema.rights import (
    ANSWERED_TO_WHO_DID_IT,
    NEVER_REACHED_YET,
    PATHS,
    READS,
    SCHEMA,
    World,
    described_types,
    field_of,
    fields_of,
    input_fields_of,
    inputs_of,
    members,
    rows,
    sample,
)


def test_every_type_that_can_be_read_has_its_rows() -> None:
    without = set(described_types()) - ANSWERED_TO_WHO_DID_IT - NEVER_REACHED_YET - set(READS)
    assert not without, f"no row says who may read {sorted(without)}: add them to READS and PATHS (rights.py)"
    assert set(READS) <= set(described_types())
    assert set(READS) - {"Mutation", "Subscription", "InterviewFilter", "InterviewOrderField"} == set(PATHS)


@pytest.mark.parametrize("kind", READS)
def test_every_field_has_its_row(kind: str) -> None:
    there, told = set(members(SCHEMA.type_map[kind])), rows(kind)
    without = [f"{kind}.{name}" for name in there - told.keys()]
    assert not without, f"no row says who may read, filter by or do {without}: add it to READS (rights.py)"
    assert told.keys() <= there
    assert sum(len(fields.split()) for fields in READS[kind].values()) == len(there), "a field has one row"


# --- reading


@pytest.mark.parametrize("kind", PATHS)
async def test_a_field_is_read_by_its_roles_only(api: Api, world: World, kind: str) -> None:
    expected, told = {}, {}
    for name, roles in rows(kind).items():
        for role in Role:
            codes = await world.ask(api, role, PATHS[kind].replace("FIELD", field_of(kind, name)))
            # a list of one or of three gives as many refusals
            told[name, role] = set(codes)
            expected[name, role] = set() if role in roles else {"FORBIDDEN"}
    assert told == expected


async def test_what_may_not_be_read_is_null_and_costs_nothing_else(api: Api, world: World) -> None:
    query = "query($id: ID!) { interview(id: $id) { status decision evaluation { overallScore } candidate { name email } } }"
    answer = await api.ask(query, world.tokens[Role.VIEWER], id=world.variables["interview"])
    assert answer.data == {
        "interview": {
            "status": "COMPLETED",
            "decision": None,
            "evaluation": None,
            "candidate": {"name": "Ada Lovelace", "email": None},
        }
    }
    assert sorted(".".join(error["path"]) for error in answer.errors) == [
        "interview.candidate.email",
        "interview.decision",
        "interview.evaluation",
    ]
    assert set(answer.codes) == {"FORBIDDEN"}


@pytest.mark.parametrize("role", Role)
async def test_a_list_is_filtered_by_what_the_role_may_read_only(api: Api, world: World, role: Role) -> None:
    told, expected = {}, {}
    for name, roles in rows("InterviewFilter").items():
        value = sample(input_fields_of("InterviewFilter")[name], world)
        query = "query($filter: InterviewFilter) { interviews(filter: $filter) { nodes { id } } }"
        answer = await api.ask(query, world.tokens[role], filter={name: value})
        told[name] = answer.codes
        expected[name] = [] if role in roles else ["FORBIDDEN"]
    assert told == expected


@pytest.mark.parametrize("role", Role)
async def test_a_list_is_ordered_by_what_the_role_may_read_only(api: Api, world: World, role: Role) -> None:
    told, expected = {}, {}
    for name, roles in rows("InterviewOrderField").items():
        told[name] = await world.ask(api, role, f"{{ interviews(orderBy: {{ field: {name} }}) {{ nodes {{ id }} }} }}")
        expected[name] = [] if role in roles else ["FORBIDDEN"]
    assert told == expected


# --- doing


@pytest.mark.parametrize("role", [*Role, None])
async def test_a_mutation_is_for_its_roles_only(api: Api, world: World, role: Role | None) -> None:
    told, expected = {}, {}
    for name, roles in rows("Mutation").items():
        if role is Role.ADMIN and name == "eraseInterview":
            continue  # it would take the world away; tests of erasing do it
        argument = fields_of("Mutation")[name].args["input"]
        value = sample(GraphQLInputField(argument.type), world)
        query = f"mutation($input: {argument.type}) {{ {name}(input: $input) {{ __typename }} }}"
        codes = set((await api.ask(query, world.tokens[role] if role else None, input=value)).codes)
        told[name] = codes & {"FORBIDDEN", "UNAUTHENTICATED", "INTERNAL"}
        refusal = "FORBIDDEN" if role else "UNAUTHENTICATED"
        expected[name] = set() if role in roles or name == "joinInterview" else {refusal}
    assert told == expected


@pytest.mark.parametrize("role", [*Role, None])
async def test_a_subscription_is_for_its_roles_only(server: Served, world: World, role: Role | None) -> None:
    told, expected = {}, {}
    for name, roles in rows("Subscription").items():
        is_wall = name == "interviewsChanged"
        text = "subscription { interviewsChanged(filter: {status: [COMPLETED]}) { id } }"
        if not is_wall:
            text = f"subscription($id: ID!) {{ {name}(interviewId: $id) {{ __typename }} }}"
        variables = {} if is_wall else {"id": world.variables["interview"]}
        told[name] = await code_of_first(server, world.tokens[role] if role else None, text, variables)
        expected[name] = None if role in roles else "FORBIDDEN" if role else "UNAUTHENTICATED"
    assert told == expected


async def code_of_first(server: Served, token: str | None, text: str, variables: dict[str, Any]) -> str | None:
    """The code with which the stream is refused; None when it begins, or ends because there is nothing to say."""
    async with server.client(token) as session:
        stream = session.subscribe(GraphQLRequest(text, variable_values=variables))
        try:
            await anext(stream, None)
        except TransportQueryError as error:
            code: str = (error.errors or [{}])[0]["extensions"]["code"]
            return code
        finally:
            await stream.aclose()
    return None


async def test_without_a_token_there_is_no_data(api: Api, world: World) -> None:
    told = {name: await world.ask(api, None, f"{{ {field_of('Query', name)} }}") for name in rows("Query")}
    assert told == {name: [] if name == "invitation" else ["UNAUTHENTICATED"] for name in rows("Query")}


# --- another tenant


def naming(kind: str) -> list[str]:
    """The mutations or subscriptions that name something by its id."""
    ids = {"interviewId", "evaluationId"}
    return [name for name, field in fields_of(kind).items() if ids & set(inputs_of(field))]


async def test_what_another_organization_has_is_not_found(api: Api, world: World, stranger: Tenant) -> None:
    token = await token_of(stranger, Role.ADMIN)
    told = {}
    for name in ("interview", "transcript", "evaluation"):
        query = f"query($interview: ID!) {{ {field_of('Query', name)} }}"
        answer = await api.ask(query, token, interview=world.variables["interview"])
        told[name] = (answer.data, answer.codes)
    assert told == {name: ({name: None}, ["NOT_FOUND"]) for name in told}
    for node in world.nodes:
        answer = await api.ask("query($id: ID!) { node(id: $id) { id } }", token, id=node)
        assert (answer.data, answer.errors) == ({"node": None}, [])
        own = await api.ask("query($id: ID!) { node(id: $id) { id } }", world.tokens[Role.ADMIN], id=node)
        assert own["node"] == {"id": node}
    lists = await api.ask("{ interviews { totalCount } positions { nodes { id } } }", token)
    assert lists["interviews"] == {"totalCount": 0}
    assert lists["positions"]["nodes"] == [{"id": id_of(stranger.position)}]


async def test_what_another_organization_has_is_not_changed(api: Api, world: World, stranger: Tenant) -> None:
    own = await stranger.interview()
    told = {}
    for name in naming("Mutation"):
        argument = fields_of("Mutation")[name].args["input"]
        value = sample(GraphQLInputField(argument.type), world)
        query = f"mutation($input: {argument.type}) {{ {name}(input: $input) {{ __typename }} }}"
        for role in rows("Mutation")[name]:
            answer = await api.ask(query, await token_of(stranger, role, own), input=value)
            told[name, role] = (answer.data, answer.codes)
    assert len(told) > 10
    assert told == {(name, role): ({name: None}, ["NOT_FOUND"]) for name, role in told}


async def test_what_another_organization_has_is_not_followed(server: Served, world: World, stranger: Tenant) -> None:
    own = await stranger.interview()
    told = {}
    for name in naming("Subscription"):
        text = f"subscription($id: ID!) {{ {name}(interviewId: $id) {{ __typename }} }}"
        for role in (Role.ADMIN, Role.CANDIDATE):
            token = await token_of(stranger, role, own)
            told[name, role] = await code_of_first(server, token, text, {"id": world.variables["interview"]})
    assert told == dict.fromkeys(told, "NOT_FOUND")
    assert len(told) == 6
