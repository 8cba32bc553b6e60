"""Interview filters of the API, alone and in pairs, compared with predicates in Python."""

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any

from models.documents.interview import Interview
from models.documents.organization import Role
from models.reads.interview_list import InterviewOrderField
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, issue_token
from tests.schema.authorization_table import roles_by_field
from tests.schema.interview_lists import FIRST_CREATED_AT, ids_of, read_interviews, sort_ids

Predicate = Callable[[Interview], bool]
MIDDLE_TIME = FIRST_CREATED_AT + timedelta(hours=6)
MIDDLE_TIMESTAMP = "2026-11-01T18:00:00.000Z"


def is_scored_between(interview: Interview, minimum: float, maximum: float) -> bool:
    return interview.score is not None and minimum <= interview.score <= maximum


FILTERS: list[tuple[dict[str, Any], Predicate]] = [
    ({"status": ["WAITING", "COMPLETED"]}, lambda i: i.status in ("WAITING", "COMPLETED")),
    ({"status": []}, lambda i: False),
    ({"positionKey": ["other"]}, lambda i: i.position.key == "other"),
    ({"positionKey": ["other", "tester"]}, lambda i: True),
    ({"channel": ["VOICE"]}, lambda i: i.channel == "VOICE"),
    ({"externalId": ["ATS-1"]}, lambda i: i.external_id == "ATS-1"),
    ({"externalId": ["ATS-1", "ATS-2", "unknown"]}, lambda i: i.external_id is not None),
    ({"createdAfter": MIDDLE_TIMESTAMP}, lambda i: i.created_at >= MIDDLE_TIME),
    ({"createdBefore": "2026-11-01T20:00:00.000+01:00"}, lambda i: i.created_at < MIDDLE_TIME + timedelta(hours=1)),
    ({"updatedAfter": MIDDLE_TIMESTAMP}, lambda i: i.updated_at >= MIDDLE_TIME),
    ({"minScore": 50}, lambda i: is_scored_between(i, 50, 100)),
    ({"maxScore": 50}, lambda i: is_scored_between(i, 0, 50)),
    ({"minScore": 50, "maxScore": 50.0}, lambda i: is_scored_between(i, 50, 50)),
    ({"recommendation": ["HIRE", "INCONCLUSIVE"]}, lambda i: i.recommendation in ("HIRE", "INCONCLUSIVE")),
    ({"decision": ["ADVANCE"]}, lambda i: i.decision == "ADVANCE"),
    ({"reviewed": True}, lambda i: i.evaluated and i.decision is not None),
    ({"reviewed": False}, lambda i: i.evaluated and i.decision is None),
    ({"candidate": "ada"}, lambda i: "Ada" in candidate_name(i)),
    ({"candidate": "LOVE"}, lambda i: "Lovelace" in candidate_name(i)),
    ({"candidate": "love ada"}, lambda i: "Lovelace" in candidate_name(i)),
    ({"candidate": "ovelace"}, lambda i: False),
    ({"candidate": "åsa neill"}, lambda i: "Åsa" in candidate_name(i)),
    ({"candidate": "hopper"}, lambda i: "opper" in candidate_name(i)),
    ({"candidate": "mail.example"}, lambda i: "mail.example" in (i.candidate.email or "") if i.candidate else False),
    ({"candidate": "-"}, lambda i: False),
    ({"candidate": ".*"}, lambda i: False),
]


def candidate_name(interview: Interview) -> str:
    return interview.candidate.name if interview.candidate else ""


def test_every_filter_field_has_a_case() -> None:
    assert {name for selected_filter, _ in FILTERS for name in selected_filter} == set(roles_by_field("InterviewFilter"))


async def test_filters_select_matching_interviews_alone_and_combined(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    pairs = [
        ({**first, **second}, (matches_first, matches_second))
        for (first, matches_first), (second, matches_second) in combinations(FILTERS, 2)
        if not first.keys() & second.keys()
    ]
    found, expected, nonempty = {}, {}, 0
    for selected_filter, predicates in [*((selected_filter, (matches,)) for selected_filter, matches in FILTERS), *pairs]:
        page = await read_interviews(api, token, filter=selected_filter, first=100)
        matching = [interview for interview in forty_interviews if all(matches(interview) for matches in predicates)]
        found[str(selected_filter)] = (ids_of(page), page["totalCount"])
        expected[str(selected_filter)] = (sort_ids(matching, InterviewOrderField.CREATED_AT, descending=True), len(matching))
        nonempty += bool(matching)
    assert found == expected
    assert nonempty > len(FILTERS), "most of the filters match an interview"


async def test_filtered_list_is_paginated_in_order_of_score(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    matching = [interview for interview in forty_interviews if interview.evaluated and interview.decision is None]
    order = {"field": "SCORE", "direction": "DESC"}
    seen: list[str] = []
    cursor = None
    while not seen or cursor:
        page = await read_interviews(api, token, filter={"reviewed": False}, orderBy=order, first=4, after=cursor)
        assert page["totalCount"] == len(matching)
        seen += ids_of(page)
        cursor = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    assert seen == sort_ids(matching, InterviewOrderField.SCORE, descending=True)


async def test_viewer_finds_candidates_by_name_but_not_by_email(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    assert (await read_interviews(api, token, filter={"candidate": "lovelace"}))["totalCount"] > 0
    assert (await read_interviews(api, token, filter={"candidate": "mail.example"}))["totalCount"] == 0
