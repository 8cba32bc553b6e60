"""Interviews for tests of lists, and queries for them."""

from datetime import timedelta
from typing import Any

from beanie import PydanticObjectId

from models.documents.interview import (
    Candidate,
    CandidateRequest,
    Decision,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    Recommendation,
    RequestKind,
    RequestStatus,
    build_name_keys,
)
from models.documents.turn import Channel
from models.reads.interview_list import InterviewOrderField
from tests.models.interview_list_cases import FIRST_CREATED_AT, NAMES, sort_interviews
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient

INTERVIEWS_QUERY = """
query($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int, $after: String, $last: Int, $before: String) {
  interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id } }
    nodes { id }
  }
}"""

SCORES = (None, 50.0, 75.0, 50.0, None, 100.0, 0.0)


def _new_request(index: int) -> CandidateRequest:
    status = RequestStatus.OPEN if index % 4 else RequestStatus.GRANTED
    return CandidateRequest(id=PydanticObjectId(), kinds=[RequestKind.OTHER], requested_at=FIRST_CREATED_AT, status=status)


async def make_listed_interview(tenant: Tenant, index: int, **values: Any) -> Interview:
    """Make the interview at `index` of a list in which values repeat or are missing, as ordering and filtering must handle."""
    name, score = NAMES[index % len(NAMES)], SCORES[index % len(SCORES)]
    email = f"{name.split()[0].lower()}@{'mail' if index % 2 else 'post'}.example"
    created_at = FIRST_CREATED_AT + timedelta(hours=index // 3)
    recommendation = None if score is None else list(Recommendation)[index % len(Recommendation)]
    fields: dict[str, Any] = {
        "candidate": Candidate(name=name, email=email),
        **build_name_keys(name, email),
        "created_at": created_at,
        "updated_at": created_at + timedelta(days=index % 4),
        "scheduled_for": created_at + timedelta(hours=1) if index % 3 else None,
        "started_at": None if index % 5 == 0 else created_at + timedelta(minutes=index % 2),
        "score": score,
        "evaluated": score is not None or index % 4 == 0,
        "evaluation_status": [None, *EvaluationStatus][index % 5],
        "recommendation": recommendation,
        "decision": list(Decision)[index % 3] if score is not None and index % 2 else None,
        "channel": Channel.VOICE if index % 4 == 1 else Channel.TEXT,
        "requests": [_new_request(index)] if index % 6 == 2 else [],
        "external_id": None if index % 3 == 0 else f"ATS-{index % 3}",
    }
    return await tenant.make_interview(list(InterviewStatus)[index % len(InterviewStatus)], name, **{**fields, **values})


async def read_interviews(api: ApiClient, token: str, **arguments: Any) -> dict[str, Any]:
    response = await api.execute(INTERVIEWS_QUERY, token, **arguments)
    connection: dict[str, Any] = response["interviews"]
    assert [edge["node"] for edge in connection["edges"]] == connection["nodes"]
    return connection


def ids_of(connection: dict[str, Any]) -> list[str]:
    return [node["id"] for node in connection["nodes"]]


def sort_ids(interviews: list[Interview], field: InterviewOrderField, *, descending: bool) -> list[str]:
    return [global_id_of(interview) for interview in sort_interviews(interviews, field, descending=descending)]
