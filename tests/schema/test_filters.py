"""Filters of interviews over the wire, one by one and in pairs, compared with what a filter in Python gives."""

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any

from models.interview import Interview
from models.interview_list import InterviewOrderField
from models.organization import Role
from tests.resolvers.tenant import Tenant
from tests.schema.api import Api, token_of
from tests.schema.lists import BEGIN, ids_of, in_order, listed
from tests.schema.rights import rows

Takes = Callable[[Interview], bool]
MIDDLE = BEGIN + timedelta(hours=6)
STAMP = "2026-11-01T18:00:00.000Z"


def scored(interview: Interview, least: float, most: float) -> bool:
    return interview.score is not None and least <= interview.score <= most


FILTERS: list[tuple[dict[str, Any], Takes]] = [
    ({"status": ["WAITING", "COMPLETED"]}, lambda i: i.status in ("WAITING", "COMPLETED")),
    ({"status": []}, lambda i: False),
    ({"positionKey": ["other"]}, lambda i: i.position.key == "other"),
    ({"positionKey": ["other", "tester"]}, lambda i: True),
    ({"channel": ["VOICE"]}, lambda i: i.channel == "VOICE"),
    ({"externalId": ["ATS-1"]}, lambda i: i.external_id == "ATS-1"),
    ({"externalId": ["ATS-1", "ATS-2", "unknown"]}, lambda i: i.external_id is not None),
    ({"createdAfter": STAMP}, lambda i: i.created_at >= MIDDLE),
    ({"createdBefore": "2026-11-01T20:00:00.000+01:00"}, lambda i: i.created_at < MIDDLE + timedelta(hours=1)),
    ({"updatedAfter": STAMP}, lambda i: i.updated_at >= MIDDLE),
    ({"minScore": 50}, lambda i: scored(i, 50, 100)),
    ({"maxScore": 50}, lambda i: scored(i, 0, 50)),
    ({"minScore": 50, "maxScore": 50.0}, lambda i: scored(i, 50, 50)),
    ({"recommendation": ["HIRE", "INCONCLUSIVE"]}, lambda i: i.recommendation in ("HIRE", "INCONCLUSIVE")),
    ({"decision": ["ADVANCE"]}, lambda i: i.decision == "ADVANCE"),
    ({"reviewed": True}, lambda i: i.evaluated and i.decision is not None),
    ({"reviewed": False}, lambda i: i.evaluated and i.decision is None),
    ({"candidate": "ada"}, lambda i: "Ada" in name_of(i)),
    ({"candidate": "LOVE"}, lambda i: "Lovelace" in name_of(i)),
    ({"candidate": "love ada"}, lambda i: "Lovelace" in name_of(i)),
    ({"candidate": "ovelace"}, lambda i: False),
    ({"candidate": "åsa neill"}, lambda i: "Åsa" in name_of(i)),
    ({"candidate": "hopper"}, lambda i: "opper" in name_of(i)),
    ({"candidate": "mail.example"}, lambda i: "mail.example" in (i.candidate.email or "") if i.candidate else False),
    ({"candidate": "-"}, lambda i: False),
    ({"candidate": ".*"}, lambda i: False),
]


def name_of(interview: Interview) -> str:
    return interview.candidate.name if interview.candidate else ""


def test_every_filter_is_tried() -> None:
    assert {name for chosen, _ in FILTERS for name in chosen} == set(rows("InterviewFilter"))


async def test_a_filter_finds_what_it_says_and_so_do_two_of_them(api: Api, tenant: Tenant, many: list[Interview]) -> None:
    token = await token_of(tenant, Role.INTEGRATION)
    pairs = [
        ({**one, **two}, (takes, also)) for (one, takes), (two, also) in combinations(FILTERS, 2) if not one.keys() & two.keys()
    ]
    found, expected, some = {}, {}, 0
    for chosen, predicates in [*((chosen, (takes,)) for chosen, takes in FILTERS), *pairs]:
        page = await listed(api, token, filter=chosen, first=100)
        matching = [interview for interview in many if all(takes(interview) for takes in predicates)]
        found[str(chosen)] = (ids_of(page), page["totalCount"])
        expected[str(chosen)] = (in_order(matching, InterviewOrderField.CREATED_AT, descending=True), len(matching))
        some += bool(matching)
    assert found == expected
    assert some > len(FILTERS), "most of the filters find something"


async def test_a_filtered_list_has_pages_in_any_order(api: Api, tenant: Tenant, many: list[Interview]) -> None:
    token = await token_of(tenant, Role.ADMIN)
    matching = [interview for interview in many if interview.evaluated and interview.decision is None]
    order = {"field": "SCORE", "direction": "DESC"}
    seen: list[str] = []
    cursor = None
    while not seen or cursor:
        page = await listed(api, token, filter={"reviewed": False}, orderBy=order, first=4, after=cursor)
        assert page["totalCount"] == len(matching)
        seen += ids_of(page)
        cursor = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    assert seen == in_order(matching, InterviewOrderField.SCORE, descending=True)


async def test_a_viewer_finds_candidates_by_name_and_not_by_what_it_may_not_read(
    api: Api, tenant: Tenant, many: list[Interview]
) -> None:
    token = await token_of(tenant, Role.VIEWER)
    assert (await listed(api, token, filter={"candidate": "lovelace"}))["totalCount"] > 0
    assert (await listed(api, token, filter={"candidate": "mail.example"}))["totalCount"] == 0
