"""The change feed through the API: pages, cursors, what each role sees, and streams that resume."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from pymongo.asynchronous.database import AsyncDatabase

from lifecycle.change_sequencer import sequence_changes
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.audit_entry import AuditEntry
from models.documents.change import Change, ChangePosition
from models.documents.change_sequencer import ensure_sequencer
from models.documents.interview import Interview, LegalHold
from models.documents.organization import Role, create_key, list_keys
from models.writes.evaluation_transitions import add_review
from models.writes.interview_erasure import delete_erased, mark_erased
from models.writes.interview_transitions import mark_cancelled
from models.writes.interview_updates import update_interview
from models.writes.legal_hold import set_legal_hold
from tests.factories import new_review
from tests.helpers import ROOT
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, ServerAddress, issue_token

CHANGES = """query($after: String, $first: Int) { changes(after: $after, first: $first) {
    nodes { kind evaluationId interviewId cursor interview { status erasedAt candidate { name } } }
    nextCursor latestCursor pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
async def feed(database: AsyncDatabase[dict[str, object]], services: Services) -> AsyncIterator[None]:
    """A jobs process that numbers the changes."""
    await ensure_sequencer()
    task = asyncio.create_task(sequence_changes(services, asyncio.Event()))
    yield
    await cancel_and_wait(task)


async def touch(interview: Interview) -> None:
    assert await update_interview(interview.id, {}, {"resume": "changed"})


async def wait_for_change(tenant: Tenant, number: int) -> None:
    async with asyncio.timeout(20):
        while not await ChangePosition.find_one({"_id": tenant.id, "number": {"$gte": number}}):
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("feed")
async def test_poller_holds_what_is_stored(api: ApiClient, tenant: Tenant, other_tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    start = (await api.execute(CHANGES, token, first=0))["changes"]
    assert (start["nodes"], start["pageInfo"]["hasNextPage"]) == ([], False)
    await other_tenant.make_interview()
    interview = await tenant.make_completed_interview()
    evaluation = await tenant.make_evaluation(interview)
    assert await add_review(evaluation, new_review())
    assert await mark_erased(interview.id)
    await delete_erased(interview.id)
    await wait_for_change(tenant, 4)
    found, cursor = [], start["latestCursor"]
    while True:
        page = (await api.execute(CHANGES, token, after=cursor, first=1))["changes"]
        found += page["nodes"]
        cursor = page["nextCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    kinds = [(change["kind"], change["evaluationId"]) for change in found]
    assert kinds == [("INTERVIEW", None), ("REVIEW", global_id_of(evaluation)), ("ERASURE", None), ("ERASURE", None)]
    assert {change["interviewId"] for change in found} == {global_id_of(interview)}
    assert found[-1]["interview"]["erasedAt"] and found[-1]["interview"]["candidate"] is None
    assert cursor == page["latestCursor"]
    assert (await api.execute(CHANGES, token, after=cursor))["changes"]["nodes"] == []
    whole = (await api.execute(CHANGES, token))["changes"]
    assert [change["cursor"] for change in whole["nodes"]] == [change["cursor"] for change in found]


@pytest.mark.usefixtures("feed")
async def test_viewer_sees_no_evaluation_and_passes_it(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    interview = await tenant.make_completed_interview()
    assert await add_review(await tenant.make_evaluation(interview), new_review())
    await wait_for_change(tenant, 2)
    page = (await api.execute(CHANGES, token))["changes"]
    assert [change["kind"] for change in page["nodes"]] == ["INTERVIEW"]
    assert page["nextCursor"] == page["latestCursor"] != page["pageInfo"]["endCursor"]


@pytest.mark.usefixtures("feed")
async def test_foreign_and_expired_cursors_are_refused(api: ApiClient, tenant: Tenant, other_tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    interview = await tenant.make_interview()
    await touch(interview)
    await wait_for_change(tenant, 2)
    foreign = (await api.execute(CHANGES, await issue_token(other_tenant, Role.ADMIN)))["changes"]["latestCursor"]
    interviews = await api.execute("{ interviews { pageInfo { endCursor } } }", token)
    for cursor in (foreign, interviews["interviews"]["pageInfo"]["endCursor"], "x"):
        assert (await api.execute(CHANGES, token, after=cursor)).codes == ["BAD_INPUT"]
    assert (await api.execute(CHANGES, token, first=101)).codes == ["BAD_INPUT"]
    first = (await api.execute(CHANGES, token, first=1))["changes"]
    await Change.find_all().delete()
    expired = await api.execute(CHANGES, token, after=first["nextCursor"])
    assert expired.codes == ["CURSOR_EXPIRED"]
    assert expired.errors[0]["extensions"]["field"] == "after"


async def read_stream(server: ServerAddress, token: str, count: int, after: str | None = None) -> list[dict[str, Any]]:
    """Return the first changes of a stream, which then is disconnected."""
    query = (
        "subscription($after: String) { changed(after: $after) { cursor kind interview { resume: lastSeq } evaluation { id } } }"
    )
    request = GraphQLRequest(query, variable_values={"after": after})
    found: list[dict[str, Any]] = []
    async with server.open_client(token) as session, asyncio.timeout(20):
        stream = session.subscribe(request)
        async for event in stream:
            found.append(event["changed"])
            if len(found) == count:
                break
        await stream.aclose()
    return found


@pytest.mark.usefixtures("feed")
async def test_stream_resumes_after_its_last_cursor(server: ServerAddress, api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    start = (await api.execute(CHANGES, token, first=0))["changes"]["latestCursor"]
    interview = await tenant.make_completed_interview()
    following = asyncio.create_task(read_stream(server, token, 2, start))
    await touch(interview)
    first = await following
    assert await add_review(await tenant.make_evaluation(interview), new_review())
    await touch(interview)
    second = await read_stream(server, token, 2, first[-1]["cursor"])
    assert [change["kind"] for change in (*first, *second)] == ["INTERVIEW", "INTERVIEW", "REVIEW", "INTERVIEW"]
    assert second[0]["evaluation"]
    page = (await api.execute(CHANGES, token, after=start))["changes"]
    assert [change["cursor"] for change in page["nodes"]] == [change["cursor"] for change in (*first, *second)]


@pytest.mark.usefixtures("feed")
async def test_stream_without_a_cursor_begins_with_the_next_change_and_ends_at_a_gap(
    server: ServerAddress, tenant: Tenant
) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    interview = await tenant.make_completed_interview()
    await wait_for_change(tenant, 1)
    async with server.open_client(token) as session, asyncio.timeout(20):
        stream = session.subscribe(GraphQLRequest("subscription { changed { kind } }"))
        following = asyncio.ensure_future(anext(stream))
        while not following.done():
            # the subscription begins at a moment that the client does not learn
            await touch(interview)
            await asyncio.wait({following}, timeout=0.2)
        assert (await following)["changed"]["kind"] == "INTERVIEW"
        await ChangePosition.find_one({"_id": tenant.id}).update({"$inc": {"number": 1}, "$set": {"floor": 10**6}})
        with pytest.raises(TransportQueryError) as failed:
            while True:
                await anext(stream)
        assert (failed.value.errors or [{}])[0]["extensions"]["code"] == "CURSOR_EXPIRED"


@pytest.mark.usefixtures("feed")
async def test_changes_are_those_that_the_role_can_see(api: ApiClient, services: Services, tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview(is_blind=True)
    evaluation = await tenant.make_evaluation(interview)
    hold = LegalHold(reason="A lawsuit.", set_by="somebody", set_at=interview.created_at)
    assert await set_legal_hold(interview.id, hold)
    assert await add_review(evaluation, new_review())
    await touch(interview)
    await wait_for_change(tenant, 4)
    seen = {}
    for role in (Role.ADMIN, Role.RECRUITER, Role.INTEGRATION, Role.VIEWER):
        token = await issue_token(tenant, role)
        if role is Role.ADMIN:
            key = (await list_keys(tenant.id))[-1]
            await interview.set({"rated_by": [key.id]})
        page = (await api.execute(CHANGES, token))["changes"]
        seen[role] = [change["kind"] for change in page["nodes"]]
        assert page["nextCursor"] == page["latestCursor"]
    assert seen == {
        Role.ADMIN: ["INTERVIEW", "INTERVIEW", "REVIEW", "INTERVIEW"],
        # a reviewer who has not rated the interview
        Role.RECRUITER: ["INTERVIEW", "INTERVIEW", "INTERVIEW"],
        # nothing tells it of the legal hold
        Role.INTEGRATION: ["INTERVIEW", "REVIEW", "INTERVIEW"],
        Role.VIEWER: ["INTERVIEW", "INTERVIEW"],
    }
    await services.audit_log.flush()
    entries = await AuditEntry.find({"action": "changes", "outcome": "DONE"}).sort("at").to_list()
    assert [entry.rows for entry in entries] == [len(kinds) for kinds in seen.values()]


@pytest.mark.usefixtures("feed")
async def test_ats_example_of_the_api_guide_loses_and_doubles_nothing(
    api: ApiClient, server: ServerAddress, tenant: Tenant, other_tenant: Tenant
) -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    example = re.search(r"^## Synchronize an ATS\n.*?^```python\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert example
    scope: dict[str, Any] = {}
    exec(example[1], scope)
    url, db = server.http_url, sqlite3.connect(":memory:", check_same_thread=False)
    permissions = re.search(r"^A key of role `INTEGRATION` with the permissions (.*?) is enough", guide, re.MULTILINE | re.DOTALL)
    assert permissions
    _, key = await create_key(tenant.id, Role.INTEGRATION, "ATS", permissions=re.findall(r"`([A-Z_]+)`", permissions[1]))
    scope["prepare"](db)
    scope["time"] = SimpleNamespace(sleep=lambda _: None)
    open_url, lost = scope["urlopen"], iter([True])

    def lose_first_answer(*args: Any, **options: Any) -> Any:
        response = open_url(*args, **options)
        if next(lost, False):
            raise TimeoutError
        return response

    async def invite(application: str) -> str:
        link: str = await asyncio.to_thread(scope["invite"], url, key, application, "Ada Lovelace", tenant.position.key)
        return link

    async def synchronize() -> dict[str, str]:
        """Return the status of each application in the copy."""
        stored = await Interview.find({"organization_id": tenant.id}).to_list()
        await wait_for_change(tenant, len(stored))
        await asyncio.to_thread(scope["synchronize"], db, url, key)
        return dict(db.execute("SELECT application, status FROM interviews").fetchall())

    scope["urlopen"] = lose_first_answer
    assert await invite("1") == await invite("1"), "one interview, although the first answer was lost"
    await other_tenant.make_interview()
    assert await synchronize() == {"1": "SCHEDULED"}

    await invite("2")
    first = await Interview.find_one({"organization_id": tenant.id, "external_id": "1"})
    assert first
    assert await mark_cancelled(first.id, "The position is filled.")
    await wait_for_change(tenant, 3)

    class KilledProcess(Exception):
        """The process is killed after it has stored the changes, and before it has stored the cursor."""

    class KilledConnection:
        def execute(self, statement: str, *values: Any) -> Any:
            if statement.startswith("UPDATE viva"):
                raise KilledProcess
            return db.execute(statement, *values)

        def __enter__(self) -> None:
            db.__enter__()

        def __exit__(self, *error: Any) -> None:
            db.__exit__(*error)

    with pytest.raises(KilledProcess):
        await asyncio.to_thread(scope["synchronize"], KilledConnection(), url, key)
    assert await synchronize() == {"1": "CANCELLED", "2": "SCHEDULED"}

    # the feed no longer reaches back to the cursor, and meanwhile an interview was erased
    assert await mark_erased(first.id)
    await delete_erased(first.id)
    await wait_for_change(tenant, 5)
    await ChangePosition.find({"_id": tenant.id}).update({"$set": {"floor": 5}})
    assert await synchronize() == {"2": "SCHEDULED"}
    db.close()
