"""Connections of one interview: its turns and the versions of its evaluation."""

from typing import Any
from unittest.mock import Mock

import pytest

from models.documents.evaluation import find_evaluation_versions, list_version_numbers
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import iterate_turn_ranges
from models.writes.interview_erasure import mark_erased
from schema import loaders
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token

ARGUMENTS = "$first: Int, $after: String, $last: Int, $before: String"
PAGE = "(first: $first, after: $after, last: $last, before: $before)"
FIELDS = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { __typename } } nodes"


def page_query(connection: str, number: str) -> str:
    page = f"list: {connection}{PAGE} {{ {FIELDS} {{ number: {number} }} }}"
    return f"query($id: ID!, {ARGUMENTS}) {{ interview(id: $id) {{ {page} }} }}"


TURNS, VERSIONS = page_query("turns", "seq"), page_query("evaluationVersions", "version")


async def make_interview_with_five_of_each(tenant: Tenant) -> Interview:
    interview = await tenant.make_interview()
    for number in range(5):
        await add_candidate_turn(interview, f"answer {number}")
        await tenant.make_evaluation(interview, version=number + 1)
    return interview


@pytest.mark.parametrize(("query", "numbers"), [(TURNS, [1, 2, 3, 4, 5]), (VERSIONS, [5, 4, 3, 2, 1])], ids=["turns", "versions"])
async def test_pages_cover_the_list_in_both_directions(api: ApiClient, tenant: Tenant, query: str, numbers: list[int]) -> None:
    interview = await make_interview_with_five_of_each(tenant)
    token = await issue_token(tenant, Role.INTEGRATION)

    async def read(**arguments: Any) -> Any:
        return (await api.execute(query, token, id=global_id_of(interview), **arguments))["interview"]["list"]

    def numbers_of(page: Any) -> list[int]:
        assert len(page["edges"]) == len(page["nodes"])
        return [node["number"] for node in page["nodes"]]

    whole = await read()
    assert (numbers_of(whole), whole["totalCount"]) == (numbers, 5)
    assert (whole["pageInfo"]["hasNextPage"], whole["pageInfo"]["hasPreviousPage"]) == (False, False)
    first = await read(first=2)
    middle = await read(first=2, after=first["pageInfo"]["endCursor"])
    assert [numbers_of(page) for page in (first, middle)] == [numbers[:2], numbers[2:4]]
    assert (middle["pageInfo"]["hasNextPage"], middle["pageInfo"]["hasPreviousPage"]) == (True, True)
    last = await read(last=2)
    before = await read(last=2, before=last["pageInfo"]["startCursor"])
    assert [numbers_of(page) for page in (before, last)] == [numbers[1:3], numbers[3:]]
    assert numbers_of(await read(first=0)) == []
    other = await make_interview_with_five_of_each(tenant)
    refused = await api.execute(query, token, id=global_id_of(other), after=first["pageInfo"]["endCursor"])
    assert (refused.data, refused.codes) == ({"interview": {"list": None}}, ["BAD_INPUT"])
    assert (await api.execute(query, token, id=global_id_of(other), first=101)).codes == ["BAD_INPUT"]


async def test_lists_are_empty_once_the_interview_is_marked_erased(api: ApiClient, tenant: Tenant) -> None:
    interview = await make_interview_with_five_of_each(tenant)
    await mark_erased(interview.id)  # turns and evaluations are deleted later
    for query in (TURNS, VERSIONS):
        found = (await api.execute(query, await issue_token(tenant, Role.ADMIN), id=global_id_of(interview)))["interview"]["list"]
        assert (found["nodes"], found["totalCount"], found["pageInfo"]["hasNextPage"]) == ([], 0, False)


async def test_connections_of_a_page_of_interviews_need_one_read_each(
    api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await make_interview_with_five_of_each(tenant)
    await tenant.make_interview(InterviewStatus.SCHEDULED)
    readers = {
        reader.__name__: Mock(wraps=reader) for reader in (iterate_turn_ranges, list_version_numbers, find_evaluation_versions)
    }
    for name, reader in readers.items():
        monkeypatch.setattr(loaders, name, reader)
    selected = "turns(last: 2) { nodes { seq } } evaluationVersions(first: 1) { totalCount nodes { version } }"
    query = f"{{ interviews {{ nodes {{ {selected} }} }} }}"
    nodes = (await api.execute(query, await issue_token(tenant, Role.INTEGRATION)))["interviews"]["nodes"]
    assert (
        nodes[1:]
        == [{"turns": {"nodes": [{"seq": 4}, {"seq": 5}]}, "evaluationVersions": {"totalCount": 5, "nodes": [{"version": 5}]}}]
        * 3
    )
    assert nodes[0] == {"turns": {"nodes": []}, "evaluationVersions": {"totalCount": 0, "nodes": []}}
    assert {name: reader.call_count for name, reader in readers.items()} == dict.fromkeys(readers, 1)
