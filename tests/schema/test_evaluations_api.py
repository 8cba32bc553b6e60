"""Evaluations and reviews through the API."""

import asyncio
from typing import Any

import pytest

from models.documents.evaluation import Evaluation, Evidence, Finding
from models.documents.interview import EvaluationStatus, Interview, InterviewStatus, Recommendation
from models.documents.organization import Role
from models.documents.usage import Usage
from models.writes.evaluation_transitions import claim_evaluation, complete_evaluation
from tests.factories import add_candidate_turn, new_outcome, reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, issue_token

COMPLETED = InterviewStatus.COMPLETED
EVALUATION_FIELDS = "version status overallScore recommendation"
REVIEW_SELECTION = """evaluation { overallScore recommendation criteria { key level score }
  reviews { decision reason reviewer overallScore overrides { criterionKey level reason } } }"""


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    return await tenant.make_interview(COMPLETED)


async def review_evaluation(api: ApiClient, token: str, evaluation: Evaluation, **fields: Any) -> GraphQLResponse:
    input_fields = {"evaluationId": global_id_of(evaluation), "decision": "ADVANCE", "reason": "Convincing.", **fields}
    return await api.mutate("reviewEvaluation", token, REVIEW_SELECTION, **input_fields)


# --- reading


async def test_all_evaluation_fields_are_readable_and_each_quote_is_in_its_turn(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    turn = await add_candidate_turn(interview, "Zoë 🌱 pruned the roses in spring.")
    await interview.set({Interview.status: COMPLETED})
    quote = Evidence(quote="pruned the roses", seq=1, start=6, end=22)
    judged = new_outcome()
    judged.criteria[0].evidence = [quote]
    judged.strengths, judged.weaknesses = (
        [Finding(text="Knows roses", evidence=[quote])],
        [Finding(text="No tulips", evidence=[])],
    )
    usage = Usage(input_tokens=9, cached_input_tokens=4, output_tokens=2, cost_usd=0.25)
    await tenant.make_evaluation(interview, outcome=judged, usage=usage)
    query = """query($id: ID!) { evaluation(interviewId: $id) {
      interviewId version status failure overallScore recommendation summary coverage
      criteria { key name weight assessed level score rationale evidence { quote seq start end turn { id text } } }
      criterion(key: "communication") { key level } none: criterion(key: "charm") { key }
      strengths { text evidence { seq turn { seq } } } weaknesses { text evidence { seq } }
      positionVersion promptVersion model transcriptDigest sandbox createdAt completedAt reviews { decision }
      usage { inputTokens cachedInputTokens outputTokens costUsd }
    } }"""
    read = (await api.execute(query, await issue_token(tenant, Role.INTEGRATION), id=global_id_of(interview)))["evaluation"]
    assert read["interviewId"] == global_id_of(interview)
    first = read["criteria"][0]
    assert (first["key"], first["assessed"], first["level"], first["score"]) == ("technical", True, 3, 50.0)
    (evidence,) = first["evidence"]
    assert evidence["turn"]["text"][evidence["start"] : evidence["end"]] == evidence["quote"] == turn.text[6:22]
    assert (read["criterion"], read["none"]) == ({"key": "communication", "level": 3}, None)
    assert read["strengths"] == [{"text": "Knows roses", "evidence": [{"seq": 1, "turn": {"seq": 1}}]}]
    assert read["weaknesses"] == [{"text": "No tulips", "evidence": []}]
    assert read["usage"] == {"inputTokens": 9, "cachedInputTokens": 4, "outputTokens": 2, "costUsd": 0.25}
    assert (read["sandbox"], read["reviews"], read["failure"]) == (True, [], None)


async def test_uncounted_evaluation_defaults_to_newest_completed_version_and_accepts_any_version(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    query = f"""query($id: ID!, $v: Int) {{
      evaluation(interviewId: $id, version: $v) {{ {EVALUATION_FIELDS} }}
      interview(id: $id) {{ evaluation(version: $v) {{ {EVALUATION_FIELDS} }} evaluations {{ version }} }}
    }}"""

    async def read_versions() -> tuple[Any, ...]:
        found_versions = []
        for wanted in (None, 1, 2, 3, 4):
            response = await api.execute(query, token, id=global_id_of(interview), v=wanted)
            assert response["evaluation"] == response["interview"]["evaluation"]
            found_versions.append(response["evaluation"] and response["evaluation"]["version"])
        return (*found_versions, [each["version"] for each in response["interview"]["evaluations"]])

    assert await read_versions() == (None, None, None, None, None, [])
    failed = EvaluationStatus.FAILED
    await tenant.make_evaluation(interview, version=1, status=failed, outcome=None, failure="The judge refused.")
    assert await read_versions() == (1, 1, None, None, None, [1])
    await tenant.make_evaluation(interview, version=2)
    await tenant.make_evaluation(interview, version=3, status=failed, outcome=None)
    assert await read_versions() == (2, 1, 2, 3, None, [3, 2, 1])


async def test_failed_evaluation_has_a_reason_and_no_results(api: ApiClient, tenant: Tenant, interview: Interview) -> None:
    values = {"status": EvaluationStatus.FAILED, "outcome": None, "failure": "Claude refused to judge this transcript."}
    await tenant.make_evaluation(interview, **values)
    query = "query($id: ID!) { evaluation(interviewId: $id) { status failure overallScore recommendation summary coverage } }"
    read = (await api.execute(query, await issue_token(tenant, Role.RECRUITER), id=global_id_of(interview)))["evaluation"]
    assert read.pop("failure") == values["failure"]
    assert read == {"status": "FAILED", **dict.fromkeys(("overallScore", "recommendation", "summary", "coverage"))}


# --- usage


async def test_usage_of_an_interview_has_its_replies_and_all_versions_of_its_evaluation(api: ApiClient, tenant: Tenant) -> None:
    replies = {"input_tokens": 1000, "cached_input_tokens": 200, "output_tokens": 30, "cost_usd": 0.01}
    interview = await tenant.make_interview(COMPLETED, reply_usage=replies)
    unused = await tenant.make_interview(COMPLETED)
    usage = Usage(input_tokens=9, cached_input_tokens=4, output_tokens=2, cost_usd=0.25)
    await tenant.make_evaluation(interview, version=1, status=EvaluationStatus.FAILED, outcome=None, usage=usage)
    await tenant.make_evaluation(interview, version=2, usage=usage)
    parts = " ".join(
        f"{part} {{ inputTokens cachedInputTokens outputTokens costUsd }}" for part in ("replies", "evaluations", "total")
    )
    query = (
        f"query($id: ID!) {{ interview(id: $id) {{ usage {{ {parts} }} }} interviews {{ nodes {{ id usage {{ {parts} }} }} }} }}"
    )
    token = await issue_token(tenant, Role.INTEGRATION)
    expected = {
        "replies": {"inputTokens": 1000, "cachedInputTokens": 200, "outputTokens": 30, "costUsd": 0.01},
        "evaluations": {"inputTokens": 18, "cachedInputTokens": 8, "outputTokens": 4, "costUsd": 0.5},
        "total": {"inputTokens": 1018, "cachedInputTokens": 208, "outputTokens": 34, "costUsd": 0.51},
    }
    nothing = {"inputTokens": 0, "cachedInputTokens": 0, "outputTokens": 0, "costUsd": 0.0}
    read = await api.execute(query, token, id=global_id_of(interview))
    assert read["interview"]["usage"] == expected
    assert {node["id"]: node["usage"] for node in read["interviews"]["nodes"]} == {
        global_id_of(interview): expected,
        global_id_of(unused): dict.fromkeys(expected, nothing),
    }
    await api.mutate(
        "eraseInterview", await issue_token(tenant, Role.ADMIN), "receipt { __typename }", id=global_id_of(interview)
    )
    erased = await api.execute(query, token, id=global_id_of(interview))
    assert erased["interview"]["usage"] == expected


# --- evaluateInterview


async def test_requesting_an_evaluation_while_one_is_pending_returns_the_pending_one(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    await tenant.make_evaluation(interview)
    token = await issue_token(tenant, Role.INTEGRATION)

    async def request_evaluation() -> Any:
        response = await api.mutate(
            "evaluateInterview", token, "evaluation { id version status }", interviewId=global_id_of(interview)
        )
        return response["evaluateInterview"]["evaluation"]

    first = await request_evaluation()
    assert (first["version"], first["status"]) == (2, "PENDING")
    assert [await request_evaluation() for _ in range(2)] == [first, first]
    at_once = await asyncio.gather(*(request_evaluation() for _ in range(5)))
    assert at_once == [first] * 5
    stored = await Evaluation.find_one({"interview_id": interview.id, "version": 2})
    assert stored
    await stored.set({Evaluation.status: EvaluationStatus.RUNNING})
    assert await request_evaluation() == {**first, "status": "RUNNING"}
    await stored.set({Evaluation.status: EvaluationStatus.FAILED})
    assert (await request_evaluation())["version"] == 3


async def test_evaluating_an_interview_that_is_not_completed_is_a_conflict(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    token = await issue_token(tenant, Role.RECRUITER)
    refused = await api.mutate("evaluateInterview", token, "evaluation { id }", interviewId=global_id_of(interview))
    assert (refused.data, refused.codes) == ({"evaluateInterview": None}, ["CONFLICT"])
    assert await Evaluation.find({"interview_id": interview.id}).count() == 0


async def test_new_version_has_its_requester_and_reason(api: ApiClient, tenant: Tenant, interview: Interview) -> None:
    await tenant.make_evaluation(interview)
    token = await issue_token(tenant, Role.INTEGRATION)
    fields = {"interviewId": global_id_of(interview), "reason": " The audio was repaired. "}
    selection = "evaluation { version requestedBy requestReason }"
    requested = await api.mutate("evaluateInterview", token, selection, **fields)
    by_key = {"version": 2, "requestedBy": "a integration", "requestReason": "The audio was repaired."}
    assert requested["evaluateInterview"]["evaluation"] == by_key
    query = "query($id: ID!) { interview(id: $id) { evaluations { version requestedBy requestReason } } }"
    read = await api.execute(query, token, id=global_id_of(interview))
    assert read["interview"]["evaluations"] == [by_key, {"version": 1, "requestedBy": None, "requestReason": None}]
    for reason in ("a" * 2001, "\0"):
        refused = await api.mutate("evaluateInterview", token, selection, **{**fields, "reason": reason})
        assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], "reason")


async def test_requests_beyond_the_limit_are_refused_until_a_day_has_passed(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    limit = tenant.services.settings.jobs.evaluations_per_day

    async def request_evaluation(key: str) -> GraphQLResponse:
        requested = await api.mutate(
            "evaluateInterview", token, "evaluation { version }", interviewId=global_id_of(interview), idempotencyKey=key
        )
        await Evaluation.find({"interview_id": interview.id}).update({"$set": {"status": EvaluationStatus.FAILED}})
        return requested

    for number in range(1, limit + 1):
        for _ in range(2):
            repeated = await request_evaluation(f"key {number}")
            assert repeated["evaluateInterview"] == {"evaluation": {"version": number}}
    refused = await request_evaluation("one more")
    assert (refused.data, refused.codes) == ({"evaluateInterview": None}, ["RATE_LIMITED"])
    assert 0 < refused.error["extensions"]["retryAfterSeconds"] <= 24 * 3600
    assert await Evaluation.find({"interview_id": interview.id}).count() == limit


# --- adoptEvaluation


COUNTED_QUERY = """query($id: ID!) {
  evaluation(interviewId: $id) { version }
  interview(id: $id) {
    evaluation { version overallScore } decision decisionVersion decidedBy decidedAt
    adoptions { version reason adoptedBy adoptedAt }
  }
  hire: interviews(filter: { recommendations: [HIRE] }) { totalCount }
  strong: interviews(filter: { minScore: 90 }) { nodes { evaluation { version } adoptions { version } decidedAt } }
  rejected: interviews(filter: { decisions: [REJECT], reviewed: true }) { totalCount }
}"""


async def test_adopted_version_counts_everywhere_and_the_decision_stands(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    first = await tenant.make_evaluation(interview)
    strong = new_outcome(5).model_copy(update={"recommendation": Recommendation.STRONG_HIRE})
    second = await tenant.make_evaluation(interview, version=2, outcome=strong)
    selection = "evaluation { version } interview { evaluation { version } decision }"
    for evaluation in (first, second, first):
        adopted = await api.mutate("adoptEvaluation", token, selection, evaluationId=global_id_of(evaluation), reason="Chosen.")
        version = {"version": evaluation.version}
        assert adopted["adoptEvaluation"] == {"evaluation": version, "interview": {"evaluation": version, "decision": None}}
    await review_evaluation(api, token, first, decision="REJECT")
    read = await api.execute(COUNTED_QUERY, token, id=global_id_of(interview))
    assert (read["evaluation"]["version"], read["hire"]["totalCount"], read["strong"]["nodes"]) == (1, 1, [])
    key = {"evaluationId": global_id_of(second), "reason": "Checked again.", "idempotencyKey": "once"}
    for _ in range(3):
        await api.mutate("adoptEvaluation", token, selection, **key)
    read = await api.execute(COUNTED_QUERY, token, id=global_id_of(interview))
    (listed,) = read["strong"]["nodes"]
    shown = read["interview"]
    assert read["evaluation"] == listed["evaluation"] == {"version": 2}
    assert shown["evaluation"] == {"version": 2, "overallScore": 100.0}
    assert (shown["decision"], shown["decisionVersion"], shown["decidedBy"]) == ("REJECT", 1, "a recruiter")
    assert listed["decidedAt"] == shown["decidedAt"] is not None
    assert (read["hire"]["totalCount"], read["rejected"]["totalCount"]) == (0, 1)
    assert [adoption["version"] for adoption in shown["adoptions"]] == [1, 2, 1, 2]
    newest = shown["adoptions"][-1]
    assert (newest["reason"], newest["adoptedBy"]) == ("Checked again.", "a recruiter")
    assert newest["adoptedAt"]
    assert listed["adoptions"] == [{"version": adoption["version"]} for adoption in shown["adoptions"]]


async def test_interview_stored_by_an_older_release_has_its_newest_completed_evaluation_and_its_decision(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    for version in (1, 2):
        await tenant.make_evaluation(interview, version=version)
    fields = ("counted_version", "adoptions", "evaluation_requests", "is_blind", "rated_by", "evaluation_status")
    newer = dict.fromkeys((*fields, "decision_version", "decided_by", "decided_at"), "")
    older = {"evaluated": True, "score": 50.0, "recommendation": "HIRE", "decision": "HOLD"}
    await Interview.get_pymongo_collection().update_one({"_id": interview.id}, {"$set": older, "$unset": newer})
    selection = "decision decisionVersion decidedBy decidedAt adoptions { version } evaluation { version isBlind }"
    query = f"""query($id: ID!) {{ interview(id: $id) {{ {selection} }}
      interviews(filter: {{ evaluationStatuses: [COMPLETED], decisions: [HOLD] }}, orderBy: {{ field: SCORE }}) {{
        totalCount nodes {{ {selection} }} }} }}"""
    read = await api.execute(query, await issue_token(tenant, Role.RECRUITER), id=global_id_of(interview))
    unknown = dict.fromkeys(("decisionVersion", "decidedBy", "decidedAt"))
    expected: dict[str, Any] = {"decision": "HOLD", **unknown, "adoptions": [], "evaluation": {"version": 2, "isBlind": False}}
    assert read["interview"] == expected
    assert read["interviews"] == {"totalCount": 1, "nodes": [expected]}


@pytest.mark.parametrize("status", [status for status in EvaluationStatus if status is not EvaluationStatus.COMPLETED])
async def test_adopting_an_evaluation_that_is_not_completed_is_a_conflict(
    api: ApiClient, tenant: Tenant, interview: Interview, status: EvaluationStatus
) -> None:
    evaluation = await tenant.make_evaluation(interview, status=status, outcome=None)
    token = await issue_token(tenant, Role.ADMIN)
    fields = {"evaluationId": global_id_of(evaluation), "reason": "Chosen."}
    refused = await api.mutate("adoptEvaluation", token, "evaluation { id }", **fields)
    assert (refused.data, refused.codes) == ({"adoptEvaluation": None}, ["CONFLICT"])
    assert (await reload_interview(interview)).adoptions == []


async def test_program_cannot_undo_a_decision(api: ApiClient, tenant: Tenant, interview: Interview) -> None:
    evaluation = await tenant.make_evaluation(interview)
    await interview.set({Interview.evaluated: True, Interview.counted_version: 1})
    await review_evaluation(api, await issue_token(tenant, Role.RECRUITER), evaluation, decision="REJECT")
    program = await issue_token(tenant, Role.INTEGRATION)
    await api.mutate("evaluateInterview", program, "evaluation { id }", interviewId=global_id_of(interview))
    pending = await Evaluation.find_one({"interview_id": interview.id, "version": 2})
    assert pending
    claimed = await claim_evaluation(pending.id, "holder", 60, prompt_version="test")
    assert claimed
    assert await complete_evaluation(claimed, new_outcome(5), transcript_digest="")
    read = await api.execute(COUNTED_QUERY, program, id=global_id_of(interview))
    assert (read["interview"]["decision"], read["rejected"]["totalCount"], read["evaluation"]["version"]) == ("REJECT", 1, 1)


# --- reviewEvaluation


async def test_review_computes_its_own_score_and_leaves_results_unchanged(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    evaluation = await tenant.make_evaluation(interview)
    token = await issue_token(tenant, Role.RECRUITER)
    overrides: list[dict[str, Any]] = [
        {"criterionKey": "technical", "level": 5, "reason": "She wrote the compiler."},
        {"criterionKey": "communication", "level": None, "reason": "Bad audio."},
    ]
    padded = [{**override, "reason": f" {override['reason']} "} for override in overrides]
    response = await review_evaluation(api, token, evaluation, reason=" Convincing. ", overrides=padded)
    reviewed = response["reviewEvaluation"]["evaluation"]
    assert (reviewed["overallScore"], reviewed["recommendation"]) == (50.0, "HIRE")
    assert [criterion["level"] for criterion in reviewed["criteria"]] == [3, 3, 3]
    assert reviewed["reviews"] == [
        {
            "decision": "ADVANCE",
            "reason": "Convincing.",
            "reviewer": "a recruiter",
            "overallScore": 75.0,  # (100 + 50) / 2 of the two that are assessed
            "overrides": overrides,
        }
    ]
    second = await review_evaluation(api, token, evaluation, decision="REJECT", reason="Not after all.")
    both = second["reviewEvaluation"]["evaluation"]["reviews"]
    assert [(each["decision"], each["overallScore"]) for each in both] == [("ADVANCE", 75.0), ("REJECT", 50.0)]
    query = "query($id: ID!) { interview(id: $id) { decision } interviews(filter: {decisions: [REJECT]}) { totalCount } }"
    read = await api.execute(query, token, id=global_id_of(interview))
    assert (read["interview"]["decision"], read["interviews"]["totalCount"]) == ("REJECT", 1)


async def test_review_below_minimum_coverage_has_no_score(api: ApiClient, tenant: Tenant, interview: Interview) -> None:
    evaluation = await tenant.make_evaluation(interview)
    overrides = [{"criterionKey": key, "reason": "Bad audio."} for key in ("technical", "communication")]
    reviewed = await review_evaluation(api, await issue_token(tenant, Role.ADMIN), evaluation, overrides=overrides)
    (review,) = reviewed["reviewEvaluation"]["evaluation"]["reviews"]
    assert review["overallScore"] is None


OVERRIDE = {"criterionKey": "technical", "level": 3, "reason": "Because."}
INVALID_REVIEWS: list[tuple[dict[str, Any], str]] = [
    ({"reason": ""}, "reason"),
    ({"reason": "a" * 2001}, "reason"),
    ({"reason": "\0"}, "reason"),
    ({"overrides": [{**OVERRIDE, "criterionKey": "charm"}]}, "overrides[0].criterionKey"),
    ({"overrides": [{**OVERRIDE, "criterionKey": ""}]}, "overrides[0].criterionKey"),
    ({"overrides": [OVERRIDE, OVERRIDE]}, "overrides[1].criterionKey"),
    ({"overrides": [{**OVERRIDE, "level": 0}]}, "overrides[0].level"),
    ({"overrides": [{**OVERRIDE, "level": 6}]}, "overrides[0].level"),
    ({"overrides": [{**OVERRIDE, "reason": " "}]}, "overrides[0].reason"),
    ({"overrides": [{**OVERRIDE, "reason": "a" * 2001}]}, "overrides[0].reason"),
]


@pytest.mark.parametrize(
    ("fields", "field"), INVALID_REVIEWS, ids=[f"{place}-{field}" for place, (_, field) in enumerate(INVALID_REVIEWS)]
)
async def test_invalid_review_is_refused_with_the_path_of_the_value(
    api: ApiClient, tenant: Tenant, interview: Interview, fields: dict[str, Any], field: str
) -> None:
    evaluation = await tenant.make_evaluation(interview)
    refused = await review_evaluation(api, await issue_token(tenant, Role.ADMIN), evaluation, **fields)
    assert (refused.data, refused.codes) == ({"reviewEvaluation": None}, ["BAD_INPUT"])
    assert refused.error["extensions"]["field"] == field
    stored = await Evaluation.get(evaluation.id)
    assert stored
    assert stored.reviews == []
    assert (await reload_interview(interview)).decision is None


@pytest.mark.parametrize("status", [status for status in EvaluationStatus if status is not EvaluationStatus.COMPLETED])
async def test_reviewing_an_evaluation_that_is_not_completed_is_a_conflict(
    api: ApiClient, tenant: Tenant, interview: Interview, status: EvaluationStatus
) -> None:
    evaluation = await tenant.make_evaluation(interview, status=status, outcome=None)
    refused = await review_evaluation(api, await issue_token(tenant, Role.ADMIN), evaluation)
    assert refused.codes == ["CONFLICT"]
    assert status in refused.error["message"]


# --- compareEvaluations


COMPARISON_QUERY = """query($id: ID!, $a: Int!, $b: Int!) { compareEvaluations(interviewId: $id, a: $a, b: $b) {
  a { version } b { version } scoreDifference recommendationDiffers
  rubricDiffers promptDiffers modelDiffers transcriptDiffers
  criteria { key name levelDifference scoreDifference a { level score } b { level score }
    evidenceOnlyInA { quote seq } evidenceOnlyInB { quote seq } } } }"""


def quote(text: str, seq: int, start: int) -> Evidence:
    return Evidence(quote=text, seq=seq, start=start, end=start + len(text))


async def test_comparison_states_differences_by_criterion_in_both_directions(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    first, second = new_outcome(3), new_outcome(4)
    technical, communication, _ = first.criteria
    technical.evidence = [quote("one", 1, 0), quote("two", 1, 10)]
    second.criteria[0].evidence = [quote("two", 1, 10), quote("one", 2, 0)]
    communication.level = communication.score = None
    added = second.criteria[2].model_copy(update={"key": "teamwork", "name": "Teamwork"})
    second.criteria[2] = added
    second.overall_score, second.recommendation = 75.0, Recommendation.STRONG_HIRE
    digests = {"transcript_digest": "abc", "prompt_version": "1"}
    await tenant.make_evaluation(interview, outcome=first, **digests)
    await tenant.make_evaluation(interview, version=2, outcome=second, position_version=2, model="another", **digests)
    token = await issue_token(tenant, Role.INTEGRATION)

    async def compare(a: int, b: int) -> Any:
        response = await api.execute(COMPARISON_QUERY, token, id=global_id_of(interview), a=a, b=b)
        return response["compareEvaluations"]

    assessed = {3: {"level": 3, "score": 50.0}, 4: {"level": 4, "score": 75.0}, None: {"level": None, "score": None}}
    none: dict[str, Any] = {"levelDifference": None, "scoreDifference": None, "evidenceOnlyInA": [], "evidenceOnlyInB": []}
    compared = await compare(1, 2)
    assert compared.pop("criteria") == [
        {
            **{"key": "technical", "name": "technical", "levelDifference": 1, "scoreDifference": 25.0},
            **{"a": assessed[3], "b": assessed[4]},
            **{"evidenceOnlyInA": [{"quote": "one", "seq": 1}], "evidenceOnlyInB": [{"quote": "one", "seq": 2}]},
        },
        {"key": "communication", "name": "communication", "a": assessed[None], "b": assessed[4], **none},
        {"key": "problem_solving", "name": "problem_solving", "a": assessed[3], "b": None, **none},
        {"key": "teamwork", "name": "Teamwork", "a": None, "b": assessed[4], **none},
    ]
    differs = {"recommendationDiffers": True, "rubricDiffers": True, "modelDiffers": True}
    same = {"promptDiffers": False, "transcriptDiffers": False}
    assert compared == {"a": {"version": 1}, "b": {"version": 2}, "scoreDifference": 25.0, **differs, **same}
    reverse = await compare(2, 1)
    assert (reverse["scoreDifference"], reverse["criteria"][0]["levelDifference"]) == (-25.0, -1)
    unchanged = await compare(1, 1)
    assert (unchanged["scoreDifference"], unchanged["recommendationDiffers"], unchanged["rubricDiffers"]) == (0.0, False, False)
    assert {criterion["levelDifference"] for criterion in unchanged["criteria"]} == {0, None}
    assert await compare(1, 3) is None


async def test_comparison_with_a_version_that_is_not_completed_is_a_conflict(
    api: ApiClient, tenant: Tenant, interview: Interview
) -> None:
    await tenant.make_evaluation(interview)
    await tenant.make_evaluation(interview, version=2, status=EvaluationStatus.FAILED, outcome=None)
    token = await issue_token(tenant, Role.RECRUITER)
    for a, b in ((1, 2), (2, 1)):
        refused = await api.execute(COMPARISON_QUERY, token, id=global_id_of(interview), a=a, b=b)
        assert (refused.data, refused.codes) == ({"compareEvaluations": None}, ["CONFLICT"])
