"""Comparisons of candidates, links to reports and letters, through the API."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from models.documents.evaluation import Evaluation
from models.documents.interview import Candidate, Interview, InterviewStatus
from models.documents.organization import Role
from resolvers.candidate_comparison import MAX_COMPARED
from tests.factories import make_position, new_outcome
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, bearer_headers, issue_token

COMPLETED = InterviewStatus.COMPLETED
COMPARISON = """query($key: String!, $version: Int!, $ids: [ID!], $filter: InterviewFilter) {
  compareCandidates(positionKey: $key, positionVersion: $version, interviewIds: $ids, filter: $filter) {
    position { key version }
    candidates { interview { candidate { name } } evaluation { version isBlind coverage flags } }
    criteria { criterion { key name } results { key level state } }
  } }"""
LINKS = "query($id: ID!) { evaluation(interviewId: $id) { isBlind reportUrl explanationUrl feedbackLetterUrl } }"


async def make_evaluated_interview(tenant: Tenant, name: str, level: int | None = 3, **values: Any) -> Interview:
    interview = await tenant.make_interview(COMPLETED, name=name, candidate=Candidate(name=name), **values)
    await tenant.make_evaluation(interview, outcome=new_outcome(level))
    return interview


async def compare(api: ApiClient, tenant: Tenant, role: Role = Role.RECRUITER, /, **variables: Any) -> GraphQLResponse:
    named = {"key": tenant.position.key, "version": 1, **variables}
    return await api.execute(COMPARISON, await issue_token(tenant, role), **named)


def names_of(response: GraphQLResponse) -> list[str]:
    return [candidate["interview"]["candidate"]["name"] for candidate in response["compareCandidates"]["candidates"]]


# --- comparison


async def test_candidates_are_side_by_side_in_the_order_of_their_ids(api: ApiClient, tenant: Tenant) -> None:
    zoe = await make_evaluated_interview(tenant, "Zoë", 2)
    ada = await make_evaluated_interview(tenant, "Ada", None)
    bob = await tenant.make_interview(COMPLETED, candidate=Candidate(name="Bob"))
    response = await compare(api, tenant, ids=[global_id_of(interview) for interview in (zoe, ada, bob)])
    assert names_of(response) == ["Zoë", "Ada", "Bob"]
    compared = response["compareCandidates"]
    assert compared["position"] == {"key": tenant.position.key, "version": 1}
    assert [candidate["evaluation"] and candidate["evaluation"]["version"] for candidate in compared["candidates"]] == [
        1,
        1,
        None,
    ]
    assert [row["criterion"]["key"] for row in compared["criteria"]] == ["technical", "communication", "problem_solving"]
    assert compared["criteria"][0]["results"] == [
        {"key": "technical", "level": 2, "state": "ASSESSED"},
        {"key": "technical", "level": None, "state": "NOT_ASSESSED"},
        None,
    ]


async def test_candidates_found_by_filter_are_ordered_by_name_and_not_by_result(api: ApiClient, tenant: Tenant) -> None:
    for name, level in (("Carl", 1), ("Ada", 2), ("Bob", 5)):
        await make_evaluated_interview(tenant, name, level)
    await tenant.make_interview(InterviewStatus.CANCELLED, name="Dora", candidate=Candidate(name="Dora"))
    assert names_of(await compare(api, tenant)) == ["Ada", "Bob", "Carl", "Dora"]
    assert names_of(await compare(api, tenant, filter={"statuses": ["COMPLETED"]})) == ["Ada", "Bob", "Carl"]


async def test_interviews_of_other_versions_positions_and_organizations_are_left_out(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant
) -> None:
    own = await make_evaluated_interview(tenant, "Ada")
    newer = Tenant(tenant.services, tenant.organization, await make_position(tenant.id, key="newer"), {})
    strangers = [await make_evaluated_interview(newer, "Bob"), await make_evaluated_interview(other_tenant, "Eve")]
    updated = await tenant.make_interview(COMPLETED)
    await updated.set({Interview.position: own.position.model_copy(update={"version": 2})})
    assert names_of(await compare(api, tenant)) == ["Ada"]
    for interview, code in ((strangers[0], "BAD_INPUT"), (strangers[1], "NOT_FOUND")):
        refused = await compare(api, tenant, ids=[global_id_of(own), global_id_of(interview)])
        assert (refused.data, refused.codes) == ({"compareCandidates": None}, [code])


async def test_interview_of_another_position_version_is_refused_with_its_place(api: ApiClient, tenant: Tenant) -> None:
    own = await make_evaluated_interview(tenant, "Ada")
    position = await make_position(tenant.id, key="other")
    other = await Tenant(tenant.services, tenant.organization, position, {}).make_interview(COMPLETED)
    error = (await compare(api, tenant, ids=[global_id_of(own), global_id_of(other)])).error
    assert error["extensions"]["field"] == "interviewIds[1]"
    assert "uses version 1 of other" in error["message"]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"ids": []}, "interviewIds"),
        ({"ids": [f"int_{index:024x}" for index in range(MAX_COMPARED + 1)]}, "interviewIds"),
        ({"ids": ["int_" + "0" * 24] * 2}, "interviewIds"),
        ({"ids": ["int_" + "0" * 24], "filter": {}}, "filter"),
        ({"filter": {"positionKeys": ["tester"]}}, "filter.positionKeys"),
        ({"filter": {"positionVersion": 2}}, "filter.positionVersion"),
    ],
)
async def test_contradictory_selection_is_bad_input(
    api: ApiClient, tenant: Tenant, variables: dict[str, Any], field: str
) -> None:
    error = (await compare(api, tenant, **variables)).error
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


async def test_more_candidates_than_fit_are_refused_and_never_cut_off(api: ApiClient, tenant: Tenant) -> None:
    for index in range(MAX_COMPARED):
        await tenant.make_interview(COMPLETED, name=f"Ada {index}")
    assert len(names_of(await compare(api, tenant))) == MAX_COMPARED
    await tenant.make_interview(COMPLETED, name="Bob")
    error = (await compare(api, tenant)).error
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", "filter")
    assert len(names_of(await compare(api, tenant, filter={"candidate": "Ada"}))) == MAX_COMPARED


async def test_unknown_position_version_is_not_found(api: ApiClient, tenant: Tenant) -> None:
    assert (await compare(api, tenant, version=2)).codes == ["NOT_FOUND"]
    assert (await compare(api, tenant, key="none")).codes == ["NOT_FOUND"]


# --- reports and letters


async def test_links_open_the_report_the_explanation_and_the_letter(api: ApiClient, tenant: Tenant) -> None:
    interview = await make_evaluated_interview(tenant, "Ada Lovelace")
    read = (await api.execute(LINKS, await issue_token(tenant, Role.INTEGRATION), id=global_id_of(interview)))["evaluation"]
    for name, title in (("reportUrl", "Evaluation report: Tester"), ("explanationUrl", "How your interview was assessed")):
        parts = urlsplit(read[name])
        page = await api.client.get(f"{parts.path}?{parts.query}")
        assert (page.status_code, f"<title>{title}</title>" in page.text) == (200, True)
    parts = urlsplit(read["feedbackLetterUrl"])
    letter = await api.client.get(f"{parts.path}?{parts.query}")
    assert letter.text.startswith("Your interview for the position Tester\n\nDear Ada Lovelace,")


async def test_evaluation_that_is_not_completed_has_no_links(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview(COMPLETED)
    await tenant.make_evaluation(interview, status="PENDING", outcome=None)
    read = await api.execute(LINKS, await issue_token(tenant, Role.ADMIN), id=global_id_of(interview))
    assert read["evaluation"] == {"isBlind": False, "reportUrl": None, "explanationUrl": None, "feedbackLetterUrl": None}


# --- blind review


@pytest.mark.usefixtures("pango")
async def test_blind_reviewer_gets_no_link_and_no_pdf_before_rating(api: ApiClient, tenant: Tenant) -> None:
    interview = await make_evaluated_interview(tenant, "Ada", 5, is_blind=True)
    (evaluation,) = await Evaluation.find({"interview_id": interview.id}).to_list()
    token = await issue_token(tenant, Role.RECRUITER)
    path = f"/evaluations/{global_id_of(evaluation)}/report.pdf"
    refused = await api.client.get(path, headers=bearer_headers(token))
    assert (refused.status_code, "rateEvaluation" in refused.text) == (409, True)
    links = (await api.execute(LINKS, token, id=global_id_of(interview)))["evaluation"]
    assert links == {"isBlind": True, "reportUrl": None, "explanationUrl": None, "feedbackLetterUrl": None}
    levels = [{"criterionKey": key, "level": 2} for key in ("technical", "communication", "problem_solving")]
    fields = {"evaluationId": global_id_of(evaluation), "ratings": levels}
    rated = await api.mutate("rateEvaluation", token, "evaluation { isBlind }", **fields)
    assert rated["rateEvaluation"]["evaluation"] == {"isBlind": False}
    assert (await api.client.get(path, headers=bearer_headers(token))).status_code == 200
    links = (await api.execute(LINKS, token, id=global_id_of(interview)))["evaluation"]
    assert None not in links.values()
