"""Every query of the product is answered from an index: MongoDB tells how it ran it, with thousands of documents stored."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from models import (
    evaluation,
    follow,
    idempotency,
    latency,
    organization,
    position,
    recording,
    recording_job,
    room,
    transition,
    turn,
)
from models.append import append_candidate, append_interviewer
from models.erasure import delete_erased, find_pending_erasures, mark_erased
from models.evaluation_job import add_evaluation, claim_evaluation, find_due_evaluations
from models.interview import (
    Consent,
    Decision,
    EndReason,
    Interview,
    InterviewStatus,
    Recommendation,
    Room,
    get_interview,
    get_interviews,
    get_own_interview,
)
from models.interview_list import InterviewFilter, InterviewOrderField, count_interviews, list_interviews, order_of
from models.page import Order, Page, PageRequest
from models.recording import Part, Picture
from models.recording_job import find_open_recordings, find_unrecorded
from models.turn import Channel, Speaker
from tests.factories import make_interview, new_evaluation, new_recording, new_turn, words
from tests.models.archive import Archive, Plan, Profiler, stored_archive

SIZE = 20


@pytest.fixture(scope="module")
async def archive(bound_database: AsyncDatabase[Any]) -> AsyncIterator[Archive]:
    async with stored_archive(bound_database) as stored:
        yield stored


@pytest.fixture(scope="module")
def profiler(bound_database: AsyncDatabase[Any]) -> Profiler:
    return Profiler(bound_database)


def check(plans: list[Plan], count: int | None = None) -> None:
    """None of them goes through a whole collection."""
    assert len(plans) == count if count else plans
    for plan in plans:
        assert "COLLSCAN" not in plan.stages, plan
        assert {"IXSCAN", "COUNT_SCAN", "IDHACK", "EOF"} & set(plan.stages), plan


FILTERS: dict[str, Callable[[Archive], InterviewFilter]] = {
    "none": lambda _: InterviewFilter(),
    "status": lambda _: InterviewFilter(status=[InterviewStatus.COMPLETED]),
    "statuses": lambda _: InterviewFilter(status=[InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING]),
    "position": lambda _: InterviewFilter(position_key=["position1"]),
    "positions": lambda _: InterviewFilter(position_key=["position1", "position2", "nobody"]),
    "channel": lambda _: InterviewFilter(channel=[Channel.TEXT]),
    "external id": lambda _: InterviewFilter(external_id=["ATS-7", "ATS-8", "ATS-9"]),
    "recommendation": lambda _: InterviewFilter(recommendation=[Recommendation.HIRE]),
    "decision": lambda _: InterviewFilter(decision=[Decision.HOLD, Decision.ADVANCE]),
    "reviewed": lambda _: InterviewFilter(reviewed=True),
    "to review": lambda _: InterviewFilter(reviewed=False),
    "name": lambda _: InterviewFilter(candidate="some name12"),
    "email": lambda _: InterviewFilter(candidate="example name12", search_email=True),
    "one name": lambda _: InterviewFilter(candidate="some unique1999"),
    "one email": lambda _: InterviewFilter(candidate="example unique1999", search_email=True),
    "no word": lambda _: InterviewFilter(candidate="!"),
    "created": lambda a: InterviewFilter(created_after=a.at - timedelta(days=60), created_before=a.at - timedelta(days=30)),
    "updated": lambda a: InterviewFilter(updated_after=a.at - timedelta(days=30)),
    "score": lambda _: InterviewFilter(min_score=40, max_score=60),
    "nothing": lambda _: InterviewFilter(status=[]),
    "status of a position": lambda _: InterviewFilter(status=[InterviewStatus.COMPLETED], position_key=["position1"]),
    "typed and live": lambda _: InterviewFilter(status=[InterviewStatus.IN_PROGRESS], channel=[Channel.TEXT]),
    "good, to review": lambda _: InterviewFilter(reviewed=False, min_score=70, recommendation=[Recommendation.HIRE]),
    "recent of a name": lambda a: InterviewFilter(candidate="name1", created_after=a.at - timedelta(days=60)),
    "all at once": lambda a: InterviewFilter(
        status=[InterviewStatus.COMPLETED],
        position_key=["position1"],
        channel=[Channel.TEXT],
        created_after=a.at - timedelta(days=90),
        updated_after=a.at - timedelta(days=90),
        min_score=10,
        max_score=90,
        recommendation=list(Recommendation),
        decision=list(Decision),
        reviewed=True,
        candidate="some",
    ),
}

SINGLE = ("status", "statuses", "position", "positions", "recommendation", "decision", "to review", "created")
"""filters by which the newest are listed straight from an index"""

ORDERS = [(field, descending) for field in InterviewOrderField for descending in (True, False)]


async def pages(archive: Archive, name: str, order: Order) -> list[tuple[PageRequest, Page[Interview]]]:
    """The first page and, where there are so many, one from the middle forward, one backward, and the last."""
    where = FILTERS[name](archive)

    async def read(**values: Any) -> tuple[PageRequest, Page[Interview]]:
        request = PageRequest(order, **{"size": SIZE, **values})
        return request, await list_interviews(archive.organization_id, where, request)

    read_pages = [await read(), await read(backward=True)]
    _, long = await read(size=40)
    if long.has_next:
        middle = long.cursors[-1]
        _, further = await read(size=40, cursor=middle)
        read_pages += [await read(cursor=middle), await read(cursor=further.cursors[-1], backward=True)]
    return read_pages


@pytest.mark.parametrize("name", FILTERS)
async def test_no_list_of_interviews_goes_through_the_collection(archive: Archive, profiler: Profiler, name: str) -> None:
    plans = await profiler.plans(*(pages(archive, name, order_of(field, descending=descending)) for field, descending in ORDERS))
    check(plans)
    assert len(plans) >= 3 * len(ORDERS)


@pytest.mark.parametrize(("field", "descending"), ORDERS)
async def test_an_unfiltered_page_is_read_in_order_and_costs_what_it_shows_wherever_it_lies(
    archive: Archive, profiler: Profiler, field: InterviewOrderField, descending: bool
) -> None:
    read_pages = await pages(archive, "none", order_of(field, descending=descending))
    assert len(read_pages) == 4
    for request, page in read_pages:
        assert len(page.items) == SIZE
        [plan] = await profiler.plans(list_interviews(archive.organization_id, InterviewFilter(), request))
        assert not plan.sorts, plan
        assert plan.keys <= 2 * plan.returned, plan


@pytest.mark.parametrize("name", SINGLE)
async def test_the_newest_of_one_kind_are_read_in_order_and_cost_what_they_show(
    archive: Archive, profiler: Profiler, name: str
) -> None:
    newest = PageRequest(order_of(InterviewOrderField.CREATED_AT, descending=True), SIZE)
    where = FILTERS[name](archive)
    [plan] = await profiler.plans(list_interviews(archive.organization_id, where, newest))
    assert plan.returned == SIZE + 1
    assert not plan.sorts, plan
    assert plan.keys <= 6 * plan.returned, plan


@pytest.mark.parametrize("name", ["external id", "one name", "one email"])
async def test_who_looks_for_one_reads_few(archive: Archive, profiler: Profiler, name: str) -> None:
    newest = PageRequest(order_of(InterviewOrderField.CREATED_AT, descending=True), SIZE)
    [plan] = await profiler.plans(list_interviews(archive.organization_id, FILTERS[name](archive), newest))
    assert plan.returned > 0
    assert plan.keys <= 10, plan


@pytest.mark.parametrize("name", FILTERS)
async def test_no_count_goes_through_the_collection(archive: Archive, profiler: Profiler, name: str) -> None:
    check(await profiler.plans(count_interviews(archive.organization_id, FILTERS[name](archive))), 1)


@pytest.mark.parametrize("include_archived", [True, False])
async def test_positions_are_listed_and_found_by_their_indexes(
    archive: Archive, profiler: Profiler, include_archived: bool
) -> None:
    order, owner = Order("title"), archive.organization_id
    requests = [PageRequest(order, SIZE), PageRequest(order, SIZE, backward=True)]
    first = await position.list_positions(owner, requests[0], include_archived=include_archived)
    requests.append(PageRequest(order, SIZE, first.cursors[-1]))
    for request in requests:
        [plan] = await profiler.plans(position.list_positions(owner, request, include_archived=include_archived))
        check([plan])
        assert not plan.sorts, plan
        assert plan.keys <= 2 * plan.returned, plan
    check(await profiler.plans(position.count_positions(owner, include_archived=include_archived)), 1)
    found = await profiler.plans(
        position.find_position(owner, "p7"),
        position.find_position(owner, "p7", 1),
        position.get_positions([ObjectId(first.items[0].id)]),
        position.get_position(ObjectId(first.items[0].id)),
    )
    check(found, 4)
    assert all(plan.keys <= 3 for plan in found), found


async def test_the_sweep_reads_nothing_but_what_is_due(archive: Archive, profiler: Profiler) -> None:
    plans = await profiler.plans(
        transition.find_due_replies(1, 100),
        transition.find_ending(5, 100),
        transition.find_expired(100),
        find_pending_erasures(100),
        find_due_evaluations(100),
        room.find_unattended(100),
        room.find_gone(120, 100),
        find_open_recordings(100),
        find_unrecorded(100),
    )
    # for whom there is nothing to record, no recording is looked up
    check(plans, 9)
    for plan in plans:
        assert not plan.sorts, plan
        # thousands are there, and none of them is due
        assert (plan.keys <= 10, plan.documents) == (True, 0), plan


async def test_what_followers_ask_is_answered_from_indexes(archive: Archive, profiler: Profiler) -> None:
    marks = await profiler.plans(follow.read_marks([ObjectId(archive.interview.id), ObjectId()]))
    check(marks, 1)
    assert marks[0].keys <= 4
    changes = await profiler.plans(follow.changed_since(archive.organization_id, archive.at - timedelta(days=30)))
    check(changes)
    assert sum(plan.returned for plan in changes) > 200
    for plan in changes:
        assert (plan.documents, plan.sorts) == (0, False), "from the index alone"
        assert plan.keys <= plan.returned + 2


async def test_one_thing_is_found_by_looking_at_one(archive: Archive, profiler: Profiler) -> None:
    interview_id = ObjectId(archive.interview.id)
    [claimed] = await idempotency.Claim.find({"key": "7"}).to_list()
    key = await organization.find_key(archive.secret)
    assert key
    plans = await profiler.plans(
        get_interview(interview_id),
        get_own_interview(archive.organization_id, interview_id),
        get_interviews([interview_id]),
        turn.find_turn(interview_id, "7"),
        evaluation.get_evaluation(ObjectId()),
        evaluation.get_own_evaluation(archive.organization_id, ObjectId()),
        evaluation.list_evaluations(interview_id),
        evaluation.list_evaluations_of([interview_id]),
        recording.get_recording(ObjectId()),
        recording.find_file(ObjectId()),
        recording.list_recordings_of([interview_id]),
        organization.find_key(archive.secret),
        organization.find_live_key(ObjectId(key.id)),
        organization.list_keys(key.organization_id),
        organization.get_organization(ObjectId()),
        organization.ensure_organization("organization 7"),
        idempotency.find_claim(claimed.caller, claimed.mutation, claimed.key, claimed.digest),
    )
    check(plans, 17)
    for plan in plans:
        assert plan.keys <= 3, plan
        assert plan.documents <= 1, plan


async def test_turns_are_read_in_order_from_anywhere(archive: Archive, profiler: Profiler) -> None:
    interview_id = ObjectId(archive.interview.id)
    plans = await profiler.plans(
        turn.read_turns(interview_id), turn.read_turns(interview_id, 40), turn.read_turns_by_seq(interview_id, [3, 9])
    )
    check(plans, 3)
    assert [plan.returned for plan in plans] == [51, 11, 2]
    for plan in plans:
        assert not plan.sorts, plan
        assert plan.keys <= plan.returned + 3, plan


async def test_every_change_finds_its_document_by_its_id(archive: Archive, profiler: Profiler) -> None:
    interview = await make_interview(organization_id=archive.organization_id)
    interview_id = ObjectId(interview.id)

    async def life() -> None:
        await append_candidate(interview_id, new_turn("client:1", speaker=Speaker.CANDIDATE))
        claimed = await transition.claim_reply(interview_id, "holder", 60)
        assert claimed
        await transition.renew_lease(interview_id, claimed.fence, "holder", 60)
        await append_interviewer(interview_id, [new_turn("reply:1")], words(claimed.fence, answers=1))
        await transition.release_lease(interview_id, claimed.fence)
        await transition.reschedule(interview_id, ObjectId(), None, archive.at)
        await transition.close(interview_id, EndReason.WRAPPED_UP)
        pending = new_evaluation(interview)
        await transition.finish(interview_id, pending, None)
        await claim_evaluation(ObjectId(pending.id), "holder", 60)
        await add_evaluation(new_evaluation(interview))
        assert await mark_erased(interview_id)
        assert await delete_erased(interview_id)

    plans = await profiler.plans(life())
    check(plans)
    assert len(plans) > 15
    for plan in plans:
        assert plan.keys <= 6, plan


async def test_every_change_of_a_room_finds_its_document_by_its_id(archive: Archive, profiler: Profiler) -> None:
    interview_id = ObjectId((await make_interview(organization_id=archive.organization_id, status=InterviewStatus.SCHEDULED)).id)

    async def life() -> None:
        assert await room.open_room(interview_id, None, 60, 60)
        assert await room.expect_candidate(interview_id, 90)
        assert await room.mark_present(interview_id, "PA_1", archive.at)
        assert await room.claim_dispatch(interview_id, 60, at_once=True)
        assert await room.claim_voice(interview_id, 2, "agent", 60)
        assert await room.mark_away(interview_id, "PA_1")
        assert await room.go_on_in_text(interview_id)
        assert await room.return_to_voice(interview_id, 60, 60)

    plans = await profiler.plans(life(), room.find_over([interview_id]))
    check(plans)
    assert len(plans) >= 9
    for plan in plans:
        assert plan.keys <= 6, plan


async def test_what_the_rounds_ask_reads_open_interviews_only(archive: Archive, profiler: Profiler) -> None:
    plans = await profiler.plans(room.read_presence(10), latency.read_latencies([ObjectId(archive.interview.id)]))
    check(plans, 2)


async def test_every_change_of_a_recording_finds_its_document_by_its_id(archive: Archive, profiler: Profiler) -> None:
    interview = await make_interview(
        organization_id=archive.organization_id,
        channel=Channel.VOICE,
        consent=Consent(text_version="test", given_at=archive.at, recording=True),
        room=Room(wanted_until=archive.at, participant="PA_1"),
    )
    new = new_recording(interview)
    new.id = PydanticObjectId()
    recording_id = ObjectId(new.id)

    async def life() -> None:
        assert await recording_job.begin_recording(new)
        assert await recording_job.claim_recorder_dispatch(recording_id, 60, 60)
        recorded = await recording_job.claim_recorder(recording_id, 1, "recorder", 60)
        assert recorded
        assert await recording_job.renew_recording(recording_id, 1, "recorder", 60)
        recorded = await recording_job.add_part(recorded, Part(number=1, started_at=archive.at))
        assert recorded
        assert await recording_job.add_picture(recorded, Picture(width=640, height=360))
        assert await recording_job.release_recording(recorded)
        await transition.close(ObjectId(interview.id), EndReason.WRAPPED_UP)
        finishing = await recording_job.claim_files(recording_id, "jobs", 60)
        assert finishing
        assert await recording_job.complete_recording(finishing, [])

    plans = await profiler.plans(life())
    check(plans)
    assert len(plans) > 15
    for plan in plans:
        assert plan.keys <= 6, plan
