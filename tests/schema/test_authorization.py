"""Who may read, filter, order and do what, over the wire. The rows are checked against the schema: a field without one fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId
from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_composite_type,
    is_introspection_type,
)

from models.evaluation import Evaluation as EvaluationDocument
from models.evaluation import Evidence, Finding
from models.interview import Candidate, Interview, InterviewStatus
from models.organization import Role
from resolvers.ids import Kind, encode
from schema.api import print_sdl
from tests.factories import outcome, say
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Api, Served, token_of

SCHEMA = build_schema(print_sdl())
EVERYBODY = frozenset(Role)
STAFF = frozenset({Role.ADMIN, Role.RECRUITER, Role.INTEGRATION})
WATCHERS = STAFF | {Role.VIEWER}
DECIDERS = frozenset({Role.ADMIN, Role.RECRUITER})
NOBODY_ELSE = frozenset({Role.CANDIDATE})

READS: dict[str, dict[frozenset[Role], str]] = {
    "Query": {
        EVERYBODY: "node viewer interview invitation transcript",
        WATCHERS: "interviews position positions",
        STAFF: "evaluation",
    },
    "Viewer": {EVERYBODY: "role organization name"},
    "Organization": {EVERYBODY: "id name"},
    "Interview": {
        EVERYBODY: (
            "id status endReason channel language position progress createdAt scheduledFor startedAt endedAt updatedAt expiresAt "
            "erasedAt durationSeconds lastSeq transcript consent"
        ),
        WATCHERS: "candidate endDetail externalId url",
        STAFF: "decision evaluation evaluations recordings",
    },
    "Candidate": {WATCHERS: "name experience", STAFF: "email"},
    "Consent": {EVERYBODY: "textVersion givenAt recording"},
    "Progress": {EVERYBODY: "question questions exchanges elapsedSeconds limitSeconds"},
    "Transcript": {EVERYBODY: "interviewId turns lastSeq isComplete"},
    "Turn": {
        EVERYBODY: "id interviewId seq speaker text channel questionKey startedAt endedAt confidence interrupted",
    },
    "Position": {
        EVERYBODY: "id title language limitMinutes",
        WATCHERS: "key version description questions criteria wrapUpAfterExchanges archived",
    },
    "Question": {WATCHERS: "key text listenFor maxProbes criterionKeys"},
    "Criterion": {WATCHERS: "key name description weight levels"},
    "Level": {WATCHERS: "value anchor"},
    "InterviewConnection": {WATCHERS: "edges nodes pageInfo totalCount"},
    "InterviewEdge": {WATCHERS: "cursor node"},
    "PositionConnection": {WATCHERS: "edges nodes pageInfo totalCount"},
    "PositionEdge": {WATCHERS: "cursor node"},
    "PageInfo": {WATCHERS: "hasNextPage hasPreviousPage startCursor endCursor"},
    "Evaluation": {
        STAFF: (
            "id interviewId version status failure overallScore recommendation summary coverage criteria criterion strengths "
            "weaknesses positionVersion promptVersion model transcriptDigest usage sandbox createdAt completedAt reviews"
        )
    },
    "CriterionResult": {STAFF: "key name weight assessed level score rationale evidence"},
    "Finding": {STAFF: "text evidence"},
    "Evidence": {STAFF: "quote seq start end turn"},
    "Usage": {STAFF: "inputTokens cachedInputTokens outputTokens costUsd"},
    "Review": {STAFF: "decision reason reviewer createdAt overrides overallScore"},
    "LevelOverride": {STAFF: "criterionKey level reason"},
    "Invitation": {
        EVERYBODY: (
            "interviewId status organization positionTitle candidateName language channel limitMinutes scheduledFor expiresAt "
            "consentText consent"
        )
    },
    "ConsentText": {EVERYBODY: "version language text"},
    "Mutation": {
        STAFF: "startInterview scheduleInterview renewInvite cancelInterview evaluateInterview",
        STAFF | {Role.CANDIDATE}: "endInterview",
        EVERYBODY: "joinInterview",
        NOBODY_ELSE: "sendMessage",
        DECIDERS: "reviewEvaluation savePosition",
        frozenset({Role.ADMIN}): "eraseInterview",
    },
    "Subscription": {EVERYBODY: "turnAdded interimTranscript interviewChanged", WATCHERS: "interviewsChanged"},
    "InterviewFilter": {
        WATCHERS: "status positionKey channel externalId createdAfter createdBefore updatedAfter candidate",
        STAFF: "minScore maxScore recommendation decision reviewed",
    },
    "InterviewOrderField": {WATCHERS: "CREATED_AT UPDATED_AT STARTED_AT CANDIDATE", STAFF: "SCORE"},
}

ANSWERED_TO_WHO_DID_IT = {
    *("StartInterviewPayload", "ScheduleInterviewPayload", "RenewInvitePayload", "JoinInterviewPayload", "SendMessagePayload"),
    *("EndInterviewPayload", "CancelInterviewPayload", "EvaluateInterviewPayload", "ReviewEvaluationPayload"),
    *("SavePositionPayload", "EraseInterviewPayload", "CandidateAccess", "RoomAccess", "Invite"),
}
"""whoever may call the mutation may read its payload; rows of the mutations say who"""
NEVER_REACHED_YET = {"Recording", "InterimTranscript"}
"""no recording exists; an interim is reached by its subscription only, whose row says who"""

# how each type is reached, with FIELD in the place of the field
PATHS = {
    "Query": "{ FIELD }",
    "Viewer": "{ viewer { FIELD } }",
    "Organization": "{ viewer { organization { FIELD } } }",
    "Interview": "{ interview(id: $interview) { FIELD } }",
    "Candidate": "{ interview(id: $interview) { candidate { FIELD } } }",
    "Consent": "{ interview(id: $interview) { consent { FIELD } } }",
    "Progress": "{ interview(id: $interview) { progress { FIELD } } }",
    "Transcript": "{ transcript(interviewId: $interview) { FIELD } }",
    "Turn": "{ transcript(interviewId: $interview) { turns { FIELD } } }",
    "Position": "{ interview(id: $interview) { position { FIELD } } }",
    "Question": "{ interview(id: $interview) { position { questions { FIELD } } } }",
    "Criterion": "{ interview(id: $interview) { position { criteria { FIELD } } } }",
    "Level": "{ interview(id: $interview) { position { criteria { levels { FIELD } } } } }",
    "InterviewConnection": "{ interviews { FIELD } }",
    "InterviewEdge": "{ interviews { edges { FIELD } } }",
    "PositionConnection": "{ positions { FIELD } }",
    "PositionEdge": "{ positions { edges { FIELD } } }",
    "PageInfo": "{ interviews { pageInfo { FIELD } } }",
    "Evaluation": "{ evaluation(interviewId: $interview) { FIELD } }",
    "CriterionResult": "{ evaluation(interviewId: $interview) { criteria { FIELD } } }",
    "Finding": "{ evaluation(interviewId: $interview) { strengths { FIELD } } }",
    "Evidence": "{ evaluation(interviewId: $interview) { strengths { evidence { FIELD } } } }",
    "Usage": "{ evaluation(interviewId: $interview) { usage { FIELD } } }",
    "Review": "{ evaluation(interviewId: $interview) { reviews { FIELD } } }",
    "LevelOverride": "{ evaluation(interviewId: $interview) { reviews { overrides { FIELD } } } }",
    "Invitation": "{ invitation(token: $invite) { FIELD } }",
    "ConsentText": "{ invitation(token: $invite) { consentText { FIELD } } }",
}
ARGUMENTS = {
    "Query.node": "(id: $interview)",
    "Query.interview": "(id: $interview)",
    "Query.invitation": "(token: $invite)",
    "Query.transcript": "(interviewId: $interview)",
    "Query.evaluation": "(interviewId: $interview)",
    "Query.position": "(key: $position)",
    "Evaluation.criterion": '(key: "technical")',
}


def rows(kind: str) -> dict[str, frozenset[Role]]:
    return {field: roles for roles, fields in READS[kind].items() for field in fields.split()}


def members(kind: Any) -> list[str]:
    return list(kind.values if isinstance(kind, GraphQLEnumType) else kind.fields)


def described_types() -> Iterator[str]:
    for name, kind in SCHEMA.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind):
            yield name
    yield from ("InterviewFilter", "InterviewOrderField")


def test_every_type_that_can_be_read_has_its_rows() -> None:
    assert set(described_types()) - ANSWERED_TO_WHO_DID_IT - NEVER_REACHED_YET == set(READS)
    assert set(READS) - {"Mutation", "Subscription", "InterviewFilter", "InterviewOrderField"} == set(PATHS)


@pytest.mark.parametrize("kind", READS)
def test_every_field_has_its_row(kind: str) -> None:
    assert sorted(members(SCHEMA.type_map[kind])) == sorted(rows(kind)), "say here who may read, filter or do it"


# --- a world to read


class World:
    """A tenant with a completed interview of which everything there is to read is there, and a token of each role."""

    def __init__(self, tenant: Tenant, interview: Interview, evaluation: EvaluationDocument, tokens: dict[Role, str]) -> None:
        self.tokens = tokens
        self.variables = {
            "interview": id_of(interview),
            "evaluation": id_of(evaluation),
            "position": tenant.position.key,
            "invite": tenant.invite(interview),
        }

    async def ask(self, api: Api, role: Role | None, query: str) -> list[str]:
        """The codes of the errors that the role gets for this query, which may use the variables of the world."""
        used = [name for name in self.variables if f"${name}" in query]
        kinds = {"position": "String!", "invite": "String!"}
        declared = ", ".join(f"${name}: {kinds.get(name, 'ID!')}" for name in used)
        text = f"query({declared}) {query}" if used else f"query {query}"
        token = self.tokens[role] if role else None
        answer = await api.ask(text, token, **{name: self.variables[name] for name in used})
        assert answer.data is None or answer.errors or None not in (answer.data or {}).values()
        return answer.codes


@pytest.fixture
async def world(tenant: Tenant) -> World:
    interview = await tenant.interview(candidate=Candidate(name="Ada Lovelace", email="ada@example.org", experience="much"))
    turn = await say(interview, "I wrote the first program there was.")
    await interview.set({Interview.status: InterviewStatus.COMPLETED})
    found = Finding(text="a strength", evidence=[Evidence(quote=turn.text[:7], seq=turn.seq, start=0, end=7)])
    judged = outcome().model_copy(update={"strengths": [found]})
    evaluation = await tenant.evaluation(interview, outcome=judged)
    tokens = {role: await token_of(tenant, role, interview) for role in Role}
    return World(tenant, interview, evaluation, tokens)


def field_of(kind: str, name: str) -> str:
    """The field, with arguments and something selected in it if need be."""
    definition: GraphQLField = SCHEMA.type_map[kind].fields[name]  # type: ignore[attr-defined]  # of object types only
    below = " { __typename }" if is_composite_type(get_named_type(definition.type)) else ""
    return f"{name}{ARGUMENTS.get(f'{kind}.{name}', '')}{below}"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", PATHS)
async def test_a_field_is_read_by_its_roles_only(api: Api, world: World, kind: str, role: Role) -> None:
    expected, told = {}, {}
    for name, roles in rows(kind).items():
        codes = await world.ask(api, role, PATHS[kind].replace("FIELD", field_of(kind, name)))
        # a list of one or of three gives as many refusals
        told[name] = sorted(set(codes))
        expected[name] = [] if role in roles else ["FORBIDDEN"]
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
        value = sample(SCHEMA.type_map["InterviewFilter"].fields[name], world)  # type: ignore[attr-defined]
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


def sample(field: GraphQLInputField, world: World, name: str = "") -> Any:
    """A value that the schema takes; ids are those of the world."""
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if isinstance(kind, GraphQLList):
        return [sample(GraphQLInputField(kind.of_type), world, name)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {key: sample(part, world, key) for key, part in kind.fields.items() if isinstance(part.type, GraphQLNonNull)}
    plain = {"Int": 3, "Float": 0.5, "Boolean": False, "DateTime": "2026-11-25T00:00:00Z", "ID": world.variables["interview"]}
    named = {"evaluationId": world.variables["evaluation"], "invite": world.variables["invite"]}
    return named.get(name, plain.get(getattr(kind, "name", ""), "text"))


@pytest.mark.parametrize("role", [*Role, None])
async def test_a_mutation_is_for_its_roles_only(api: Api, world: World, role: Role | None) -> None:
    told, expected = {}, {}
    mutations = SCHEMA.type_map["Mutation"]
    for name, roles in rows("Mutation").items():
        if role is Role.ADMIN and name == "eraseInterview":
            continue  # it would take the world away; tests of erasing do it
        argument = mutations.fields[name].args["input"]  # type: ignore[attr-defined]
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


async def test_what_another_organization_has_is_not_found(api: Api, world: World, stranger: Tenant) -> None:
    token = await token_of(stranger, Role.ADMIN)
    told = {}
    for name in ("interview", "transcript", "evaluation"):
        query = f"query($interview: ID!) {{ {field_of('Query', name)} }}"
        answer = await api.ask(query, token, interview=world.variables["interview"])
        told[name] = (answer.data, answer.codes)
    assert told == {name: ({name: None}, ["NOT_FOUND"]) for name in told}
    node = await api.ask("query($id: ID!) { node(id: $id) { id } }", token, id=encode(Kind.INTERVIEW, ObjectId()))
    assert (node.data, node.errors) == ({"node": None}, [])
