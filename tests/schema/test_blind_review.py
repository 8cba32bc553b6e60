"""Blind review: until a reviewer has rated an interview, none of its results reaches that reviewer on any path of the API."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from beanie import PydanticObjectId
from gql import GraphQLRequest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from models.documents.change import Change, ChangeKind, ChangePosition
from models.documents.evaluation import (
    Evaluation,
    EvaluationOutcome,
    Finding,
    LevelOverride,
    RatedLevel,
    Rating,
    Review,
)
from models.documents.interview import (
    Adoption,
    Decision,
    ErasureScope,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    Recommendation,
)
from models.documents.judgement import JudgementDocument
from models.documents.organization import Role
from models.documents.usage import Usage
from models.reads.interview_list import InterviewOrderField
from models.storage.clock import now
from models.writes.evaluation_transitions import claim_evaluation, complete_evaluation
from models.writes.interview_erasure import delete_erased, mark_erased
from resolvers.starting import schedule_interview
from tests.factories import make_position, new_interview_note, new_outcome, new_recording, reload_interview
from tests.resolvers.tenant import STAFF, Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, ServerAddress, bearer_headers, issue_token
from tests.schema.authorization_table import SCHEMA, fields_of, roles_by_field

SECRETS = ("secret", "87.5", "STRONG_HIRE", "REJECT", '"level":4', "0.99")
"""In the stored results of the scenario, and in nothing else of it."""
CRITERIA = ("technical", "communication", "problem_solving")


def secret_outcome() -> EvaluationOutcome:
    outcome = new_outcome(4)
    for criterion in outcome.criteria:
        criterion.rationale = "a secret rationale"
    return outcome.model_copy(
        update={
            "overall_score": 87.5,
            "recommendation": Recommendation.STRONG_HIRE,
            "coverage": 0.99,
            "summary": "a secret summary",
            "strengths": [Finding(text="a secret strength", evidence=[])],
            "weaknesses": [Finding(text="a secret weakness", evidence=[])],
        }
    )


def secret_evaluation_values() -> dict[str, Any]:
    review = Review(
        id=PydanticObjectId(),
        decision=Decision.REJECT,
        reason="a secret reason",
        reviewer="a secret reviewer",
        created_at=now(),
        overrides=[LevelOverride(criterion_key="technical", level=4, reason="a secret override")],
        overall_score=87.5,
    )
    rating = Rating(
        id=PydanticObjectId(),
        reviewer_id=PydanticObjectId(),
        reviewer="a secret rater",
        created_at=now(),
        levels=[RatedLevel(criterion_key=key, level=4, reason="a secret level") for key in CRITERIA],
    )
    return {"outcome": secret_outcome(), "reviews": [review], "ratings": [rating], "request_reason": "a secret request"}


@dataclass(frozen=True)
class BlindScenario:
    """A completed interview of a position with blind review, whose results are full of secrets, and its callers' tokens."""

    api: ApiClient
    interview: Interview
    evaluation: Evaluation
    reviewer: str
    program: str

    async def execute(self, query: str, token: str, **variables: Any) -> GraphQLResponse:
        return await self.api.execute(query, token, **variables)

    async def rate(self, token: str, **fields: Any) -> GraphQLResponse:
        levels = [{"criterionKey": key, "level": 2, "reason": "My own."} for key in CRITERIA]
        input_fields = {"evaluationId": global_id_of(self.evaluation), "ratings": levels, **fields}
        return await self.api.mutate("rateEvaluation", token, f"evaluation {{ {select_all('Evaluation')} }}", **input_fields)


@pytest.fixture
async def blind(api: ApiClient, tenant: Tenant) -> BlindScenario:
    adoption = Adoption(
        id=PydanticObjectId(), version=1, reason="a secret adoption", adopted_by="a secret adopter", adopted_at=now()
    )
    interview = await tenant.make_completed_interview(
        is_blind=True,
        evaluated=True,
        counted_version=1,
        score=87.5,
        recommendation=Recommendation.STRONG_HIRE,
        adoptions=[adoption],
        decision=Decision.REJECT,
        decision_version=1,
        decided_by="a secret reviewer",
        decided_at=now(),
        notes=[new_interview_note(text="a secret note", author="a secret author")],
    )
    await new_recording(interview).insert()
    evaluation = await tenant.make_evaluation(interview, **secret_evaluation_values())
    await tenant.make_evaluation(interview, version=2, **secret_evaluation_values())
    await ChangePosition(id=PydanticObjectId(tenant.id), number=2).insert()
    for number, (kind, document) in enumerate(((ChangeKind.INTERVIEW, interview), (ChangeKind.EVALUATION, evaluation)), 1):
        change = Change(
            organization_id=PydanticObjectId(tenant.id),
            number=number,
            kind=kind,
            object_id=document.id,
            interview_id=interview.id,
            changed_at=now(),
        )
        await change.insert()
    # a key's name is shown where the key acts: it must not be one of the secrets
    tokens = [await issue_token(tenant, role) for role in (Role.RECRUITER, Role.INTEGRATION)]
    return BlindScenario(api, interview, evaluation, *tokens)


OTHER_SUBJECTS = {
    *("Turn", "Transcript", "Position", "Recording", "ReplyLatency", "LegalHold", "RawJudgement", "CandidateRequest"),
    *("Accommodations", "Interview.withdrawalReason", "Evaluation.interview"),
    *("Interview.evaluationVersions", "Interview.turns"),
    "Interview.trace",
}
"""Types and fields that hold no results of their own: their `interview` has a path of its own; and what has its own test, or is
for administrators only.
"""
ARGUMENTS = {"Evaluation.criterion": '(key: "technical")'}


def select_all(kind: str, path: tuple[str, ...] = ()) -> str:
    """Return a selection of every field of the type and of the types behind it."""
    selected = []
    for name, field in fields_of(kind).items():
        target = get_named_type(field.type)
        label = f"{name}{ARGUMENTS.get(f'{kind}.{name}', '')}"
        if f"{kind}.{name}" in OTHER_SUBJECTS:
            continue
        if is_leaf_type(target):
            selected.append(label)
        elif target.name not in OTHER_SUBJECTS and target.name not in path:
            selected.append(f"{label} {{ {select_all(target.name, (*path, kind))} }}")
    return " ".join(selected)


def find_secrets(response: object) -> set[str]:
    text = orjson.dumps(response).decode()
    # the digits of a time may contain a number
    return {secret for secret in SECRETS if re.search(rf"(?<![0-9]){re.escape(secret)}", text)}


Read = Callable[[BlindScenario, str], Awaitable[Any]]


def read_query(text: str, id_of: Callable[[BlindScenario], Interview | Evaluation] = lambda blind: blind.interview) -> Read:
    async def read(blind: BlindScenario, token: str) -> Any:
        response = await blind.execute(f"query($id: ID!) {{ {text} }}", token, id=global_id_of(id_of(blind)))
        assert response.errors == []
        return response.data

    return read


def read_list(text: str) -> Read:
    async def read(blind: BlindScenario, token: str) -> Any:
        response = await blind.execute(f"{{ {text} }}", token)
        assert response.errors == []
        return response.data

    return read


async def read_requested_evaluation(blind: BlindScenario, token: str) -> Any:
    """Request a version, complete it unless an earlier call did, and read it by repeating the request."""
    fields = {"interviewId": global_id_of(blind.interview), "idempotencyKey": "once"}
    selection = f"evaluation {{ {select_all('Evaluation')} }}"
    await blind.api.mutate("evaluateInterview", token, selection, **fields)
    requested = await Evaluation.find_one({"interview_id": blind.interview.id, "status": EvaluationStatus.PENDING})
    if requested:
        claimed = await claim_evaluation(requested.id, "holder", 60, prompt_version="test")
        assert claimed
        completed = await complete_evaluation(claimed, secret_outcome(), transcript_digest="")
        assert completed
        await completed.set({name: value for name, value in secret_evaluation_values().items() if name != "outcome"})
    return (await blind.api.mutate("evaluateInterview", token, selection, **fields))["evaluateInterview"]


async def read_ended_interview(blind: BlindScenario, token: str) -> Any:
    selection = f"interview {{ {select_all('Interview')} }}"
    return (await blind.api.mutate("endInterview", token, selection, interviewId=global_id_of(blind.interview)))["endInterview"]


def read_comparison(selection: str) -> Read:
    return read_list(f'compareCandidates(positionKey: "tester", positionVersion: 1) {{ {selection} }}')


def read_file(path: str) -> Read:
    """Read a file over HTTP. Every response may be shown to the caller, also that of a refusal."""

    async def read(blind: BlindScenario, token: str) -> Any:
        url = path.format(evaluation=global_id_of(blind.evaluation))
        return (await blind.api.client.get(url, headers=bearer_headers(token))).text

    return read


PATHS: dict[str, Read] = {
    "Query.evaluation": read_query(f"evaluation(interviewId: $id) {{ {select_all('Evaluation')} }}"),
    "Query.evaluation with a version": read_query(f"evaluation(interviewId: $id, version: 2) {{ {select_all('Evaluation')} }}"),
    "Query.node of the evaluation": read_query(
        f"node(id: $id) {{ ... on Evaluation {{ {select_all('Evaluation')} }} }}", lambda blind: blind.evaluation
    ),
    "Query.node of the interview": read_query(f"node(id: $id) {{ ... on Interview {{ {select_all('Interview')} }} }}"),
    "Query.interview": read_query(f"interview(id: $id) {{ {select_all('Interview')} }}"),
    "Interview.evaluation": read_query(f"interview(id: $id) {{ evaluation(version: 1) {{ {select_all('Evaluation')} }} }}"),
    "Interview.evaluations": read_query(f"interview(id: $id) {{ evaluations {{ {select_all('Evaluation')} }} }}"),
    "EvaluationConnection.nodes": read_query(
        f"interview(id: $id) {{ evaluationVersions(first: 5) {{ nodes {{ {select_all('Evaluation')} }} }} }}"
    ),
    "EvaluationEdge.node": read_query(
        f"interview(id: $id) {{ evaluationVersions(first: 5) {{ edges {{ node {{ {select_all('Evaluation')} }} }} }} }}"
    ),
    **{
        path: read_query(f"compareEvaluations(interviewId: $id, a: 1, b: 2) {{ {select_all('EvaluationComparison')} }}")
        for path in ("EvaluationComparison.a", "EvaluationComparison.b")
    },
    "ComparedCandidate.evaluation": read_comparison(f"candidates {{ evaluation {{ {select_all('Evaluation')} }} }}"),
    "ComparedCandidate.interview": read_comparison(f"candidates {{ interview {{ {select_all('Interview')} }} }}"),
    "ComparedCriterion.results": read_comparison(f"criteria {{ {select_all('ComparedCriterion')} }}"),
    **{
        f"HTTP.{path}": read_file(path)
        for path in (
            "/evaluations/{evaluation}/report.json",
            "/evaluations/{evaluation}/report.html",
            "/evaluations/{evaluation}/explanation.json",
            "/evaluations/{evaluation}/explanation.html",
            "/evaluations/{evaluation}/feedback-letter.txt",
            "/comparison.csv?positionKey=tester&positionVersion=1",
        )
    },
    "Evaluation.interview": read_query(f"evaluation(interviewId: $id) {{ interview {{ {select_all('Interview')} }} }}"),
    "Transcript.interview": read_query(f"transcript(interviewId: $id) {{ interview {{ {select_all('Interview')} }} }}"),
    "Change.evaluation": read_list(f"changes(first: 2) {{ nodes {{ evaluation {{ {select_all('Evaluation')} }} }} }}"),
    "Change.interview": read_list(f"changes(first: 2) {{ nodes {{ interview {{ {select_all('Interview')} }} }} }}"),
    "Turn.interview": read_query(
        f"transcript(interviewId: $id, first: 1) {{ turns {{ interview {{ {select_all('Interview')} }} }} }}"
    ),
    "Recording.interview": read_query(
        f"interview(id: $id) {{ recordings {{ interview {{ {select_all('Interview')} }} }} }}",
    ),
    "Query.interviews": read_list(f"interviews(first: 5) {{ nodes {{ {select_all('Interview')} }} }}"),
    "InterviewEdge.node": read_list(f"interviews(first: 5) {{ edges {{ node {{ {select_all('Interview')} }} }} }}"),
    # a field alone: lists read only the stored fields of what is selected
    **{
        f"Interview.{name} in a list": read_list(f"interviews(first: 1) {{ nodes {{ {name} {selection} }} }}")
        for name, selection in {
            **dict.fromkeys(("decision", "decisionVersion", "decidedBy", "decidedAt"), ""),
            "adoptions": "{ version reason adoptedBy adoptedAt }",
            "evaluation": "{ overallScore summary }",
            "evaluations": "{ overallScore summary }",
            "evaluationVersions": "{ nodes { overallScore summary } }",
        }.items()
    },
    "EvaluateInterviewPayload.evaluation": read_requested_evaluation,
    "EndInterviewPayload.interview": read_ended_interview,
}
REVEALING_FIELDS = {"RateEvaluationPayload.evaluation"}
"""Fields that show an evaluation to a caller who has just rated it."""
REFUSED_FIELDS = {"ReviewEvaluationPayload.evaluation", "AdoptEvaluationPayload.evaluation"}
"""Fields of mutations that refuse callers who have not rated the evaluation."""


def test_every_field_that_returns_an_evaluation_has_a_case() -> None:
    returning = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if get_named_type(field.type).name == "Evaluation"
    }
    assert returning - REVEALING_FIELDS - REFUSED_FIELDS == {path for path in PATHS if path in returning}


@pytest.mark.parametrize("path", PATHS)
async def test_reviewer_reads_no_result_before_rating_and_all_of_them_afterwards(blind: BlindScenario, path: str) -> None:
    read = PATHS[path]
    seen_by_program = find_secrets(await read(blind, blind.program))
    has_secrets = path.split(".")[1].split(maxsplit=1)[0] not in ("decisionVersion", "decidedAt")
    assert bool(seen_by_program) is has_secrets, "the path leads to results"
    hidden = await read(blind, blind.reviewer)
    assert find_secrets(hidden) == set()
    assert (await blind.rate(blind.reviewer)).errors == []
    shown = await read(blind, blind.reviewer)
    assert find_secrets(shown) == seen_by_program
    assert shown != hidden


async def test_blind_evaluation_says_so_and_has_its_state(blind: BlindScenario) -> None:
    query = """query($id: ID!) { interview(id: $id) { decision decisionVersion decidedBy decidedAt adoptions { version }
      evaluation { isBlind version status overallScore recommendation summary coverage criteria { key } strengths { text }
        weaknesses { text } usage { inputTokens } ratings { reviewer } reviews { reviewer } } } }"""
    read = (await blind.execute(query, blind.reviewer, id=global_id_of(blind.interview)))["interview"]
    assert read["evaluation"] == {
        **{"isBlind": True, "version": 1, "status": "COMPLETED"},
        **dict.fromkeys(("overallScore", "recommendation", "summary", "coverage", "usage")),
        **{name: [] for name in ("criteria", "strengths", "weaknesses", "ratings", "reviews")},
    }
    decision = dict.fromkeys(("decision", "decisionVersion", "decidedBy", "decidedAt"))
    assert {name: value for name, value in read.items() if name != "evaluation"} == {**decision, "adoptions": []}
    shown = await blind.execute(query, blind.program, id=global_id_of(blind.interview))
    assert shown["interview"]["evaluation"]["isBlind"] is False


async def test_raw_judgements_are_hidden_from_an_administrator_who_has_not_rated(blind: BlindScenario, tenant: Tenant) -> None:
    administrator = await issue_token(tenant, Role.ADMIN)
    judgement = {
        "number": 1,
        "text": "a secret judgement",
        "model": "test",
        "message_id": "msg_test",
        "max_tokens": 1000,
        "prompt_digest": "01",
        "usage": Usage(),
    }
    evaluation_id, interview_id = blind.evaluation.id, blind.interview.id
    await JudgementDocument(id=PydanticObjectId(), interview_id=interview_id, evaluation_id=evaluation_id, **judgement).insert()
    query = "query($id: ID!) { node(id: $id) { ... on Evaluation { rawJudgements { text } } } }"
    assert (await blind.execute(query, administrator, id=global_id_of(blind.evaluation)))["node"]["rawJudgements"] == []
    assert (await blind.rate(administrator)).errors == []
    shown = (await blind.execute(query, administrator, id=global_id_of(blind.evaluation)))["node"]["rawJudgements"]
    assert shown == [{"text": "a secret judgement"}]


# --- lists


MATCHING_FILTERS: dict[str, Any] = {
    "minScore": 80,
    "maxScore": 90,
    "recommendations": ["STRONG_HIRE"],
    "recommendation": ["STRONG_HIRE"],
    "decisions": ["REJECT"],
    "decision": ["REJECT"],
    "reviewed": True,
}
"""Filters by results that match the interview."""
BY_SCORE = {"field": InterviewOrderField.SCORE}
LIST_QUERY = """query($filter: InterviewFilter, $orderBy: InterviewOrder) {
  interviews(filter: $filter, orderBy: $orderBy) { totalCount nodes { id } } }"""


def test_every_filter_by_results_has_a_case() -> None:
    by_evaluation = {name for name, roles in roles_by_field("InterviewFilter").items() if roles == STAFF}
    # the state of an evaluation says nothing about its results
    assert by_evaluation - {"evaluationStatuses", "evaluationStatus"} == set(MATCHING_FILTERS)
    assert {name for name, roles in roles_by_field("InterviewOrderField").items() if roles == STAFF} == {BY_SCORE["field"]}


@pytest.mark.parametrize(
    "arguments",
    [*({"filter": {name: value}} for name, value in MATCHING_FILTERS.items()), {"orderBy": BY_SCORE}],
    ids=[*MATCHING_FILTERS, "order by score"],
)
async def test_list_by_results_leaves_out_interviews_that_the_reviewer_has_not_rated(
    blind: BlindScenario, tenant: Tenant, arguments: dict[str, Any]
) -> None:
    visible = await tenant.make_interview(
        InterviewStatus.COMPLETED,
        evaluated=True,
        score=87.5,
        recommendation=Recommendation.STRONG_HIRE,
        decision=Decision.REJECT,
    )
    # as stored before blind reviews existed
    await Interview.get_pymongo_collection().update_one({"_id": visible.id}, {"$unset": {"is_blind": "", "rated_by": ""}})

    async def list_ids(token: str) -> set[str]:
        page = (await blind.execute(LIST_QUERY, token, **arguments))["interviews"]
        assert page["totalCount"] == len(page["nodes"])
        return {node["id"] for node in page["nodes"]}

    both = {global_id_of(visible), global_id_of(blind.interview)}
    assert await list_ids(blind.program) == both
    assert await list_ids(blind.reviewer) == both - {global_id_of(blind.interview)}
    await blind.rate(blind.reviewer)
    assert await list_ids(blind.reviewer) == both
    assert await list_ids(await issue_token(tenant, Role.ADMIN)) == both - {global_id_of(blind.interview)}


# --- streams


@asynccontextmanager
async def open_stream(server: ServerAddress, token: str, text: str, **variables: Any) -> AsyncIterator[Any]:
    async with server.open_client(token) as session:
        stream = session.subscribe(GraphQLRequest(text, variable_values=variables))
        try:
            yield stream
        finally:
            await stream.aclose()


@pytest.mark.parametrize(
    "text",
    [
        f"subscription($id: ID!) {{ interviewChanged(interviewId: $id) {{ {select_all('Interview')} }} }}",
        f"subscription {{ interviewsChanged(filter: {{ statuses: [COMPLETED] }}) {{ {select_all('Interview')} }} }}",
    ],
    ids=["interviewChanged", "interviewsChanged"],
)
async def test_stream_has_no_result_before_the_reviewer_has_rated(blind: BlindScenario, server: ServerAddress, text: str) -> None:
    variables = {"id": global_id_of(blind.interview)} if "$id" in text else {}
    async with (
        open_stream(server, blind.reviewer, text, **variables) as seen_by_reviewer,
        open_stream(server, blind.program, text, **variables) as seen_by_program,
    ):
        everything = find_secrets(await anext(seen_by_program))
        assert everything == set(SECRETS)
        assert find_secrets(await anext(seen_by_reviewer)) == set()
        await blind.rate(blind.reviewer)
        async with asyncio.timeout(30):
            while find_secrets(await anext(seen_by_reviewer)) != everything:
                pass


async def test_interview_behind_a_followed_turn_has_no_result_for_reviewers(blind: BlindScenario, server: ServerAddress) -> None:
    text = f"subscription($id: ID!) {{ turnAdded(interviewId: $id) {{ interview {{ {select_all('Interview')} }} }} }}"
    for token, has_secrets in ((blind.program, True), (blind.reviewer, False)):
        async with open_stream(server, token, text, id=global_id_of(blind.interview)) as events:
            assert bool(find_secrets(await anext(events))) is has_secrets


# --- rateEvaluation


async def test_rating_is_stored_once_with_its_reviewer_and_reveals_the_results(blind: BlindScenario) -> None:
    levels = [
        {"criterionKey": "technical", "level": 3, "reason": "Sound."},
        {"criterionKey": "problem_solving", "level": None, "reason": None},
        {"criterionKey": "communication", "level": 5, "reason": None},
    ]
    responses = await asyncio.gather(*(blind.rate(blind.reviewer, ratings=levels) for _ in range(5)))
    codes = sorted(code for response in responses for code in response.codes)
    assert codes == ["CONFLICT"] * 4
    (rated,) = (response["rateEvaluation"]["evaluation"] for response in responses if not response.errors)
    assert (rated["isBlind"], rated["overallScore"]) == (False, 87.5)
    assert [rating["reviewer"] for rating in rated["ratings"]] == ["a secret rater", "a recruiter"]
    assert rated["ratings"][1]["levels"] == levels
    again = await blind.rate(blind.reviewer)
    assert (again.data, again.codes) == ({"rateEvaluation": None}, ["CONFLICT"])
    stored = await Evaluation.get(blind.evaluation.id)
    assert stored
    assert len(stored.ratings) == 2
    assert len((await reload_interview(blind.interview)).rated_by) == 1


@pytest.mark.parametrize("mutation", ["reviewEvaluation", "adoptEvaluation"])
async def test_reviewer_decides_only_after_rating(blind: BlindScenario, mutation: str) -> None:
    more = {"decision": "ADVANCE"} if mutation == "reviewEvaluation" else {}
    fields = {"evaluationId": global_id_of(blind.evaluation), "reason": "Because.", **more}
    refused = await blind.api.mutate(mutation, blind.reviewer, "evaluation { id overallScore }", **fields)
    assert (refused.data, refused.codes) == ({mutation: None}, ["CONFLICT"])
    assert await reload_interview(blind.interview) == blind.interview
    await blind.rate(blind.reviewer)
    done = await blind.api.mutate(mutation, blind.reviewer, "evaluation { overallScore }", **fields)
    assert done[mutation] == {"evaluation": {"overallScore": 87.5}}


async def test_decision_is_visible_to_all_reviewers_once_only_the_transcript_is_erased(blind: BlindScenario) -> None:
    await mark_erased(blind.interview.id, ErasureScope.TRANSCRIPT)
    await delete_erased(blind.interview.id)
    found = await blind.execute("{ interviews(filter: { decisions: [REJECT] }) { nodes { id decision } } }", blind.reviewer)
    assert found["interviews"]["nodes"] == [{"id": global_id_of(blind.interview), "decision": "REJECT"}]


COMPLETE = [{"criterionKey": key, "level": 3} for key in CRITERIA]
INVALID_RATINGS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no criterion": ([], "ratings"),
    "a missing criterion": (COMPLETE[:2], "ratings"),
    "a criterion twice": ([*COMPLETE, COMPLETE[0]], "ratings[3].criterionKey"),
    "an unknown criterion": ([*COMPLETE, {"criterionKey": "charm", "level": 3}], "ratings[3].criterionKey"),
    "level 0": ([{**COMPLETE[0], "level": 0}, *COMPLETE[1:]], "ratings[0].level"),
    "level 6": ([*COMPLETE[:2], {**COMPLETE[2], "level": 6}], "ratings[2].level"),
    "a long reason": ([*COMPLETE[:2], {**COMPLETE[2], "reason": "a" * 2001}], "ratings[2].reason"),
}


@pytest.mark.parametrize("case", INVALID_RATINGS)
async def test_invalid_rating_is_refused_with_the_path_of_the_value(blind: BlindScenario, case: str) -> None:
    ratings, field = INVALID_RATINGS[case]
    refused = await blind.rate(blind.reviewer, ratings=ratings)
    assert (refused.data, refused.codes) == ({"rateEvaluation": None}, ["BAD_INPUT"])
    assert refused.error["extensions"]["field"] == field
    assert (await reload_interview(blind.interview)).rated_by == []


async def test_interview_without_blind_review_cannot_be_rated(api: ApiClient, tenant: Tenant) -> None:
    evaluation = await tenant.make_evaluation(await tenant.make_interview(InterviewStatus.COMPLETED))
    fields = {"evaluationId": global_id_of(evaluation), "ratings": COMPLETE}
    refused = await api.mutate("rateEvaluation", await issue_token(tenant, Role.ADMIN), "evaluation { id }", **fields)
    assert refused.codes == ["CONFLICT"]


async def test_interview_is_blind_if_its_position_is_when_it_is_created(tenant: Tenant) -> None:
    for is_blind in (True, False):
        position = await make_position(tenant.id, key=f"position_{is_blind}".lower(), blind_review=is_blind)
        request = tenant.schedule_request(position_key=position.key)
        scheduled = await schedule_interview(tenant.services, await tenant.admin(), request)
        await position.set({"blind_review": not is_blind})
        assert (await reload_interview(scheduled.interview)).is_blind is is_blind


# --- agreement


AGREEMENT_QUERY = """query($key: String!, $since: DateTime, $until: DateTime) {
  agreement(positionKey: $key, since: $since, until: $until) {
    positionVersion criterionKey ratings n exactShare kappa kappaLow kappaHigh } }"""


async def rate_at(evaluation: Evaluation, day: int, *levels: int | None) -> None:
    """Add ratings with these levels for the technical criterion, given on that day of November."""
    ratings = [
        Rating(
            id=PydanticObjectId(),
            reviewer_id=PydanticObjectId(),
            reviewer="somebody",
            created_at=datetime(2026, 11, day, tzinfo=UTC),
            levels=[RatedLevel(criterion_key="technical", level=level)],
        )
        for level in levels
    ]
    await evaluation.set({"ratings": [*evaluation.ratings, *ratings]})


async def test_agreement_counts_blind_ratings_by_version_criterion_and_period(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)

    async def evaluate(judge_level: int | None, position_version: int = 1) -> Evaluation:
        interview = await tenant.make_interview(InterviewStatus.COMPLETED, is_blind=True)
        return await tenant.make_evaluation(interview, outcome=new_outcome(judge_level), position_version=position_version)

    # the pairs of the hand-computed case in tests/evaluation/test_agreement.py, on two days
    for judge_level, reviewer_level, day in ((1, 1, 1), (3, 2, 1), (4, 4, 2), (5, 5, 2)):
        await rate_at(await evaluate(judge_level), day, reviewer_level)
    await rate_at(await evaluate(3), 2, None)
    await rate_at(await evaluate(None), 2, 4)
    await rate_at(await evaluate(2, position_version=2), 2, 2)
    await evaluate(3)
    foreign = await other_tenant.make_evaluation(await other_tenant.make_interview(InterviewStatus.COMPLETED))
    await rate_at(foreign, 1, 3)

    async def read(**period: str) -> list[dict[str, Any]]:
        agreement: list[dict[str, Any]] = (await api.execute(AGREEMENT_QUERY, token, key="tester", **period))["agreement"]
        return agreement

    technical = {"criterionKey": "technical"}
    without_kappa = dict.fromkeys(("kappa", "kappaLow", "kappaHigh"))
    newer = {"positionVersion": 2, **technical, "ratings": 1, "n": 1, "exactShare": 1.0, **without_kappa}
    [first, second] = await read()
    assert first == newer
    assert second.pop("kappaLow") == pytest.approx(0.8338, abs=1e-3)
    expected = {"ratings": 6, "n": 4, "exactShare": 0.75, "kappa": 0.9474, "kappaHigh": 1.0}
    assert second == {"positionVersion": 1, **technical, **expected}
    day_1 = await read(since="2026-11-01T00:00:00Z", until="2026-11-02T00:00:00Z")
    assert [(row["ratings"], row["n"], row["exactShare"]) for row in day_1] == [(2, 2, 0.5)]
    day_2 = await read(since="2026-11-02T00:00:00Z")
    assert [(row["ratings"], row["n"], row["exactShare"]) for row in day_2] == [(1, 1, 1.0), (4, 2, 1.0)]
    assert await read(since="2026-11-03T00:00:00Z") == []


async def test_agreement_of_an_unknown_position_or_an_empty_period_is_refused(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    for key in ("unknown", "schlüssel"):
        assert (await api.execute(AGREEMENT_QUERY, token, key=key)).codes == ["NOT_FOUND"]
    same = "2026-11-02T00:00:00Z"
    refused = await api.execute(AGREEMENT_QUERY, token, key="tester", since=same, until=same)
    assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], "since")
