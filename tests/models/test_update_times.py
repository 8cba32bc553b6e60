"""Finding interviews by their last change, although a stored turn changes no index (ADR 26)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from beanie import PydanticObjectId
from bson import ObjectId
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from errors import Conflict, NotFound
from models.database import DOCUMENTS
from models.documents.interview import (
    TURN_STATUSES,
    EndReason,
    Interview,
    InterviewStatus,
    LegalHold,
    Reopening,
)
from models.documents.interview_indexes import INDEXED_UPDATED_AT, build_index_keys
from models.documents.turn import Channel, Speaker
from models.migrations.data_version import COLLECTION
from models.migrations.runner import migrate
from models.reads.interview_list import InterviewFilter, InterviewOrderField, list_interviews, to_sort_order
from models.reads.pagination import PageRequest
from models.reads.watermarks import list_changes_since
from models.storage.clock import now
from models.storage.lease import LeaseLost
from models.writes.append_turns import append_candidate_turn, append_interviewer_turns
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import (
    claim_reply,
    mark_cancelled,
    mark_completed,
    mark_ending,
    mark_opted_out,
    mark_reopened,
    open_chat,
)
from models.writes.legal_hold import set_legal_hold
from tests.factories import (
    CONSENT,
    make_interview,
    make_position,
    new_evaluation,
    new_interviewer_update,
    new_turn,
    reload_interview,
)

pytestmark = pytest.mark.usefixtures("database")

Row = dict[str, Any]
NEWEST_FIRST = to_sort_order(InterviewOrderField.UPDATED_AT, descending=True)


async def read_row(interview: Interview) -> Row:
    row: Row | None = await Interview.get_pymongo_collection().find_one({"_id": interview.id})
    assert row
    return row


def find_changes(before: Row, after: Row) -> set[str]:
    """Return the fields whose values differ, or that only one of the rows has."""
    missing = object()
    return {name for name in before | after if before.get(name, missing) != after.get(name, missing)}


async def read_indexed_fields() -> set[str]:
    """Return the fields that indexes have as keys or in the filter of a partial index."""
    indexes = (await Interview.get_pymongo_collection().index_information()).values()
    paths = {path for index in indexes for path in (*(key for key, _ in index["key"]), *index.get("partialFilterExpression", {}))}
    assert not any(path.startswith("$") for path in paths), "the fields within an operator are missing"
    return {path.partition(".")[0] for path in paths}


@pytest.mark.parametrize(("channel", "indexed_changes"), [(Channel.VOICE, set()), (Channel.TEXT, {"due_at"})])
async def test_stored_turn_changes_no_indexed_field_but_when_a_written_reply_is_due(
    channel: Channel, indexed_changes: set[str]
) -> None:
    interview = await make_interview(status=InterviewStatus.WAITING, channel=channel, fence=1)
    rows = []
    for number in range(3):
        answer = new_turn(f"item:{number}", "An answer.", Speaker.CANDIDATE, channel=channel)
        await append_candidate_turn(interview.id, answer, 1 if channel is Channel.VOICE else None)
        rows.append(await read_row(interview))
        update = new_interviewer_update(fence=1, answers=rows[-1]["last_seq"], due_at=now() + timedelta(minutes=number + 1))
        await append_interviewer_turns(interview.id, [new_turn(f"reply:{number}", channel=channel)], update)
        rows.append(await read_row(interview))
    indexed = await read_indexed_fields()
    assert {"status", "updated_for", INDEXED_UPDATED_AT, "due_at"} <= indexed
    for before, after in pairwise(rows):
        changes = find_changes(before, after)
        assert {"updated_at", "last_seq"} <= changes
        assert changes & indexed == indexed_changes


async def append_answer(interview: Interview) -> object:
    return await append_candidate_turn(interview.id, new_turn(f"{ObjectId()}", "An answer.", Speaker.CANDIDATE))


async def append_reply(interview: Interview, end_reason: EndReason | None = None) -> object:
    update = new_interviewer_update(fence=interview.fence, end_reason=end_reason)
    return await append_interviewer_turns(interview.id, [new_turn(f"{ObjectId()}")], update)


async def reopen(interview: Interview) -> object:
    reopening = Reopening(id=PydanticObjectId(), reopened_at=now(), status=interview.status, ended_at=interview.ended_at)
    return await mark_reopened(interview, reopening, now() + timedelta(days=1), None, renews_invite=False)


Write = Callable[[Interview], Awaitable[object]]
WRITES: dict[str, Write] = {
    "join": lambda interview: open_chat(interview.id, CONSENT, Channel.TEXT),
    "answer": append_answer,
    "reply": append_reply,
    "close": lambda interview: append_reply(interview, EndReason.WRAPPED_UP),
    "end": lambda interview: mark_ending(interview.id, EndReason.RECRUITER_ENDED),
    "complete": lambda interview: mark_completed(interview.id, new_evaluation(interview, due_at=None), None),
    "reopen": reopen,
    "cancel": lambda interview: mark_cancelled(interview.id, "Closed."),
    "opt out": lambda interview: mark_opted_out(interview.id, EndReason.CONSENT_WITHDRAWN, None),
    "claim": lambda interview: claim_reply(interview.id, "a job", 60),
    "hold": lambda interview: set_legal_hold(interview.id, LegalHold(reason="A claim.", set_by="somebody", set_at=now())),
    "erase": lambda interview: mark_erased(interview.id),
}
"""Changes of an interview."""
CHOICES: dict[InterviewStatus, list[str]] = {
    InterviewStatus.SCHEDULED: ["join", "join", "join", "cancel", "opt out", "hold"],
    InterviewStatus.WAITING: ["answer", "close", "end", "cancel", "claim", "opt out"],
    InterviewStatus.IN_PROGRESS: ["close", "answer", "end", "hold", "claim", "opt out"],
    InterviewStatus.ENDING: ["complete", "complete", "complete", "opt out", "claim", "hold"],
}
"""Changes to choose from in each state; the first of each go through the whole life of an interview."""
CHOICES_AT_THE_END = ["reopen", "reopen", "reopen", "answer", "hold", "erase"]


async def list_by_update(organization_id: ObjectId) -> list[tuple[Any, ObjectId]]:
    """Return time and id of the organization's interviews by last change, from the list."""
    page = await list_interviews(organization_id, InterviewFilter(), PageRequest(NEWEST_FIRST))
    return page.sort_keys


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(0, 5), min_size=4, max_size=12))
@example(numbers=[0] * 8)
async def test_interview_is_found_by_its_last_change_after_any_writes(numbers: list[int]) -> None:
    interview = await make_interview(status=InterviewStatus.SCHEDULED, started_at=None)
    for number in numbers:
        name = CHOICES.get(interview.status, CHOICES_AT_THE_END)[number]
        with suppress(Conflict, LeaseLost, NotFound):
            await WRITES[name](interview)
        before, interview = interview, await reload_interview(interview)
        expected = None if interview.status in TURN_STATUSES else interview.updated_at
        assert interview.indexed_updated_at == expected, (name, before.status, interview.status)
        assert await list_by_update(interview.organization_id) == [(interview.updated_at, interview.id)]
        changes = await list_changes_since(interview.organization_id, interview.updated_at - timedelta(milliseconds=1))
        assert changes == [(interview.id, interview.updated_at)]
        assert await list_changes_since(interview.organization_id, interview.updated_at) == []


async def test_interviews_of_an_earlier_version_are_listed_as_before_and_indexed_once(
    database: AsyncDatabase[dict[str, Any]],
) -> None:
    position = await make_position()
    statuses = (InterviewStatus.COMPLETED, InterviewStatus.IN_PROGRESS, InterviewStatus.SCHEDULED)
    made = [await make_interview(position, status=status) for status in statuses]
    rows, since = Interview.get_pymongo_collection(), made[0].updated_at - timedelta(seconds=1)
    oldest_first = [(interview.id, interview.updated_at) for interview in made]
    newest_first = [(interview.updated_at, interview.id) for interview in reversed(made)]
    index = IndexModel(build_index_keys(INDEXED_UPDATED_AT)).document["name"]
    await rows.update_many({}, {"$unset": {INDEXED_UPDATED_AT: ""}})
    assert await list_by_update(position.organization_id) == newest_first
    assert await list_changes_since(position.organization_id, since) == oldest_first

    await rows.drop_index(index)
    # a process of the version before goes on without the time
    for finish in (False, True):
        await rows.update_many({}, {"$unset": {INDEXED_UPDATED_AT: ""}})
        await database[COLLECTION].update_one({}, {"$set": {"number": 0, "finished_number": 0}})
        await migrate(database, DOCUMENTS, finish=finish)
        assert index in await rows.index_information()
        assert await list_by_update(position.organization_id) == newest_first
        assert await list_changes_since(position.organization_id, since) == oldest_first
        filled = [(await reload_interview(interview)).indexed_updated_at for interview in made]
        assert filled == [made[0].updated_at, None, made[2].updated_at]
