"""Every query uses an index, by MongoDB's query plans with thousands of documents. Lists are in test_list_indexes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId

from models.database import get_database
from models.documents import (
    consent_text,
    evaluation,
    idempotency_claim,
    notice,
    organization,
    organization_usage,
    recording,
    turn,
    turn_correction,
)
from models.documents.audit_entry import AuditEntry
from models.documents.demographics import DemographicAttribute, Demographics
from models.documents.interview import (
    OPEN_STATUSES,
    TERMINAL_STATUSES,
    TURN_STATUSES,
    Consent,
    EndReason,
    Erasure,
    ErasureScope,
    Interview,
    InterviewStatus,
    RoomState,
    get_interview,
    get_interviews,
    get_organization_interview,
)
from models.documents.recording import Recording, RecordingPart, VideoSize
from models.documents.turn import Channel, Speaker
from models.reads import reply_latency, watermarks
from models.reads.audit_list import NEWEST_FIRST, AuditCriteria, list_entries
from models.reads.backlog import count_voice_interviews, count_workers, read_due_work, read_waiting_evaluations
from models.reads.blind_ratings import list_level_pairs
from models.reads.closed_organizations import ClosedOrganizations
from models.reads.credentials import CredentialReader
from models.reads.daily_totals import read_daily_totals
from models.reads.decision_record_list import NEWEST_MONTH_FIRST, list_decision_records
from models.reads.erasures import ErasedObject, read_erasures
from models.reads.impact_data import read_results
from models.reads.interview_list import has_blind_interviews
from models.reads.pagination import PageRequest
from models.storage.lease import renew_lease
from models.writes import interview_transitions, recording_transitions, room_transitions
from models.writes.append_turns import append_candidate_turn, append_interviewer_turns
from models.writes.demographics import store_demographics
from models.writes.evaluation_transitions import add_evaluation, claim_evaluation, find_due_evaluations
from models.writes.interview_erasure import delete_erased, find_pending_erasures, mark_erased
from models.writes.name_keys import rebuild_outdated_name_keys
from models.writes.organization_closing import find_requested_deletions
from models.writes.recording_transitions import find_open_recordings, find_unrecorded_interviews
from models.writes.retention import find_due_organizations, find_interviews_over_limit
from models.writes.speech_outages import find_due_speech_checks
from settings import BudgetSettings
from tests.factories import (
    make_interview,
    new_evaluation,
    new_interviewer_update,
    new_outcome,
    new_recording,
    new_turn,
    new_webhook_endpoint,
)
from tests.models.dataset import SampleDataset, assert_uses_indexes
from tests.models.interview_list_cases import MIDDLE_TIME
from tests.models.profiler import Profiler


async def list_erasures() -> list[ErasedObject]:
    return [erasure async for erasure in read_erasures()]


async def read_all(turns: AsyncIterator[turn.Turn]) -> list[turn.Turn]:
    return [each async for each in turns]


async def test_sweep_queries_read_only_due_documents(dataset: SampleDataset, profiler: Profiler) -> None:
    plans = await profiler.plans(
        interview_transitions.find_due_replies(1, 100),
        interview_transitions.find_ending_interviews(5, 100),
        interview_transitions.find_expired_interviews(100),
        find_pending_erasures(100),
        list_erasures(),
        find_due_evaluations(100),
        room_transitions.find_unattended_interviews(100),
        room_transitions.find_interviews_without_interviewer(100),
        room_transitions.find_abandoned_interviews(120, 100),
        find_open_recordings(100),
        find_unrecorded_interviews(100),
        find_due_organizations(100),
        rebuild_outdated_name_keys(100),
        find_due_speech_checks(100),
        find_requested_deletions(100),
        ClosedOrganizations().read_ids(),
    )
    # no recording is looked up when there is no interview to record
    assert_uses_indexes(plans, 17)
    for plan in plans:
        assert not plan.sorts, plan
        # thousands are stored, and none is due
        assert (plan.keys <= 10, plan.documents) == (True, 0), plan


async def test_monitoring_reads_only_due_documents(dataset: SampleDataset, profiler: Profiler) -> None:
    database = get_database()
    endpoint = new_webhook_endpoint(dataset.organization_id)
    await endpoint.insert()
    plans = await profiler.plans(read_due_work(database))
    assert len(plans) >= 9, plans
    open_voice = {"status": {"$in": list(OPEN_STATUSES)}, "channel": Channel.VOICE}
    open_voice_count = await Interview.get_pymongo_collection().count_documents(open_voice)
    for plan in plans:
        if "'aggregate': 'webhook_endpoints'" in plan.command:
            # a small collection without an index by state
            continue
        assert_uses_indexes([plan])
        # thousands are stored, and none is due; a waiting interviewer can be found only among the open voice interviews
        limit = open_voice_count if "room.dispatches" in plan.command else 2
        assert (plan.documents <= limit, plan.keys <= limit + 8) == (True, True), plan
    await endpoint.delete()
    (plan,) = await profiler.plans(count_voice_interviews(database))
    assert open_voice_count and plan.documents <= open_voice_count, plan
    plans = await profiler.plans(read_waiting_evaluations(database))
    assert_uses_indexes(plans, 1)
    active = {"status": {"$in": list(evaluation.ACTIVE_STATUSES)}}
    assert plans[0].documents <= await evaluation.Evaluation.get_pymongo_collection().count_documents(active)
    plans = await profiler.plans(read_daily_totals(BudgetSettings(), dataset.stored_at), count_workers(database))
    assert_uses_indexes(plans, 3)
    assert max(plan.documents for plan in plans) <= 51, "the organizations of one day"


async def test_impact_data_and_decision_records_use_indexes(dataset: SampleDataset, profiler: Profiler) -> None:
    period = (dataset.stored_at - timedelta(days=3650), dataset.stored_at)
    of_position = {"organization_id": dataset.organization_id, "position.key": "position1"}
    count = await Interview.get_pymongo_collection().count_documents(of_position)
    plans = await profiler.plans(
        read_results(dataset.organization_id, "position1", *period, DemographicAttribute.SEX, 1000),
        list_decision_records(dataset.organization_id, PageRequest(NEWEST_MONTH_FIRST)),
        store_demographics(
            Demographics(interview_id=dataset.interview.id, organization_id=dataset.organization_id, updated_by="a"), ObjectId()
        ),
    )
    assert_uses_indexes(plans)
    assert len(plans) >= 5
    for plan in plans:
        assert not plan.sorts, plan
        # only the interviews of the position, which is one of five
        assert plan.keys <= count + 6, plan


async def test_pages_of_the_audit_log_read_only_their_entries(dataset: SampleDataset, profiler: Profiler) -> None:
    at, key_id, member_id, interview_id = dataset.stored_at, ObjectId(), ObjectId(), ObjectId()
    actor = {"kind": "API_KEY", "key_id": key_id, "member_id": member_id}
    common = {"organization_id": dataset.organization_id, "kind": "READ", "outcome": "DONE", "expires_at": at + timedelta(days=9)}
    others = [
        {**common, "at": at + timedelta(seconds=number), "action": "a", "actor": {"kind": "LINK"}, "object_ids": ["b"]}
        for number in range(1, 301)
    ]
    ours = {**common, "action": "c", "actor": actor, "object_ids": ["d"], "interview_id": interview_id, "at": at}
    await AuditEntry.get_pymongo_collection().insert_many([*others, ours])
    selections: list[dict[str, Any]] = [
        {"actions": ["c"]},
        {"key_ids": [key_id]},
        {"member_ids": [member_id]},
        {"interview_ids": [interview_id]},
        {"object_ids": ["d"]},
        {"until": at + timedelta(milliseconds=1)},
    ]
    every: dict[str, Any] = dict.fromkeys(("actions", "key_ids", "member_ids", "interview_ids", "object_ids", "since", "until"))
    for selected in selections:
        criteria = AuditCriteria(organization_id=dataset.organization_id, **{**every, **selected})
        plans = await profiler.plans(list_entries(criteria, PageRequest(NEWEST_FIRST)))
        assert_uses_indexes(plans, 1)
        assert (plans[0].documents, plans[0].sorts) == (1, False), (selected, plans)
    first = AuditCriteria(organization_id=dataset.organization_id, **every)
    plans = await profiler.plans(list_entries(first, PageRequest(NEWEST_FIRST, size=10)))
    assert plans[0].keys <= 11
    await AuditEntry.delete_all()


async def test_queries_of_live_feeds_use_indexes(dataset: SampleDataset, profiler: Profiler) -> None:
    marks = await profiler.plans(watermarks.read_watermarks([dataset.interview.id, ObjectId()]))
    assert_uses_indexes(marks, 1)
    assert marks[0].keys <= 4
    changes = await profiler.plans(watermarks.list_changes_since(dataset.organization_id, MIDDLE_TIME))
    assert_uses_indexes(changes, 2)
    assert sum(plan.returned for plan in changes) > 200
    storing_turns = sum(interview.status in TURN_STATUSES for interview in dataset.interviews)
    assert (changes[0].documents <= storing_turns, changes[0].sorts) == (True, False)
    assert (changes[1].documents, changes[1].sorts) == (0, False), "covered by the index"
    assert changes[1].keys <= changes[1].returned + 2


async def test_lookups_read_at_most_one_document(dataset: SampleDataset, profiler: Profiler) -> None:
    interview_id = dataset.interview.id
    [claimed] = await idempotency_claim.IdempotencyClaim.find({"key": "7"}).to_list()
    credentials = CredentialReader()
    key = await credentials.find_key_by_secret(dataset.secret)
    assert key
    plans = await profiler.plans(
        get_interview(interview_id),
        get_organization_interview(dataset.organization_id, interview_id),
        get_interviews([interview_id]),
        turn.find_turn(interview_id, "7"),
        evaluation.get_evaluation(ObjectId()),
        evaluation.get_organization_evaluation(dataset.organization_id, ObjectId()),
        evaluation.list_evaluations(interview_id),
        evaluation.find_evaluations_of_interviews([interview_id]).to_list(),
        evaluation.list_version_numbers([interview_id]),
        evaluation.find_evaluation_versions({interview_id: [1]}).to_list(),
        turn.get_turn(ObjectId()),
        read_all(turn.iterate_turn_ranges([(interview_id, 1, 1)])),
        recording.find_recording_with_file(ObjectId()),
        recording.find_recordings([interview_id]).to_list(),
        credentials.find_key_by_secret(dataset.secret),
        credentials.find_key_by_id(key.id),
        organization.list_keys(key.organization_id),
        organization.get_organization(ObjectId()),
        organization.ensure_organization("organization 7"),
        organization.find_organization_of_program("https://accounts.example", ["viva"]),
        organization.has_identity_providers(),
        idempotency_claim.find_claimed_id(claimed.caller, claimed.mutation, claimed.key, claimed.digest),
        notice.find_current_notice(dataset.organization_id),
        consent_text.find_consent_texts(["7"]).to_list(),
        turn_correction.find_correction(interview_id, 1),
        turn_correction.list_corrections([interview_id]),
        organization_usage.get_organization_usage(dataset.organization_id, dataset.stored_at),
        organization_usage.list_organization_usage(dataset.organization_id, dataset.stored_at),
    )
    assert_uses_indexes(plans, 28)
    for plan in plans:
        assert not plan.sorts, plan
        assert plan.keys <= 3, plan
        assert plan.documents <= 1, plan


async def test_blind_reviews_are_found_without_reading_others(dataset: SampleDataset, profiler: Profiler) -> None:
    interview = await make_interview(organization_id=dataset.organization_id, status=InterviewStatus.COMPLETED, is_blind=True)
    rating = evaluation.Rating(
        id=PydanticObjectId(), reviewer_id=PydanticObjectId(), reviewer="somebody", created_at=dataset.stored_at, levels=[]
    )
    values = {"position_id": dataset.interview.position.id, "outcome": new_outcome(), "due_at": None, "status": "COMPLETED"}
    await new_evaluation(interview, **values, ratings=[rating]).insert()
    key, since = dataset.interview.position.key, dataset.stored_at - timedelta(days=1)
    plans = await profiler.plans(
        list_level_pairs(dataset.organization_id, key, None, None),
        list_level_pairs(dataset.organization_id, key, since, dataset.stored_at),
        has_blind_interviews(dataset.organization_id),
    )
    assert_uses_indexes(plans, 5)
    for plan in plans:
        assert plan.documents <= 1, plan
        assert plan.keys <= 3, plan
    await interview.delete()


async def test_reading_turns_needs_no_sort(dataset: SampleDataset, profiler: Profiler) -> None:
    interview_id = dataset.interview.id
    plans = await profiler.plans(
        turn.read_turns(interview_id),
        turn.read_turns(interview_id, 40),
        turn.read_turns_by_seq({interview_id: [3, 9], ObjectId(): [1]}),
        read_all(turn.iterate_turns([interview_id, ObjectId()], 0)),
        read_all(turn.iterate_turns([interview_id, ObjectId()], 5, 10)),
    )
    assert_uses_indexes(plans, 5)
    assert [plan.returned for plan in plans] == [51, 11, 2, 51, 10]
    for plan in plans:
        assert not plan.sorts, plan
        assert plan.keys <= plan.returned + 3, plan


async def test_interview_changes_find_their_document_by_id(dataset: SampleDataset, profiler: Profiler) -> None:
    interview = await make_interview(organization_id=dataset.organization_id)
    interview_id = interview.id

    async def run_lifecycle() -> None:
        await append_candidate_turn(interview_id, new_turn("client:1", speaker=Speaker.CANDIDATE))
        claimed = await interview_transitions.claim_reply(interview_id, "holder", 60)
        assert claimed
        await renew_lease(Interview, interview_id, claimed.fence, "holder", 60)
        await append_interviewer_turns(interview_id, [new_turn("reply:1")], new_interviewer_update(claimed.fence, answers=1))
        await interview_transitions.release_interview_lease(interview_id, claimed.fence)
        await interview_transitions.reschedule_interview(interview_id, ObjectId(), None, dataset.stored_at)
        await interview_transitions.mark_ending(interview_id, EndReason.WRAPPED_UP)
        pending = new_evaluation(interview)
        await interview_transitions.mark_completed(pending.interview_id, pending, None)
        await claim_evaluation(pending.id, "holder", 60, prompt_version="test")
        await add_evaluation(new_evaluation(interview))
        assert await mark_erased(interview_id)
        assert await delete_erased(interview_id)

    plans = await profiler.plans(run_lifecycle())
    assert_uses_indexes(plans)
    assert len(plans) > 15
    for plan in plans:
        assert plan.keys <= 6, plan


async def test_room_changes_find_their_document_by_id(dataset: SampleDataset, profiler: Profiler) -> None:
    interview_id = ObjectId((await make_interview(organization_id=dataset.organization_id, status=InterviewStatus.SCHEDULED)).id)

    async def run_lifecycle() -> None:
        assert await room_transitions.open_room(interview_id, None, 60, 60)
        assert await room_transitions.expect_candidate(interview_id, 90)
        assert await room_transitions.mark_present(interview_id, "PA_1", dataset.stored_at)
        assert await room_transitions.claim_interviewer_dispatch(interview_id, 60, ignore_pending_dispatch=True)
        assert await room_transitions.claim_interviewer_lease(interview_id, 2, "agent", 60)
        assert await room_transitions.mark_away(interview_id, "PA_1")
        assert await room_transitions.switch_channel_to_text(interview_id)
        assert await room_transitions.switch_channel_to_voice(interview_id, 60, 60)

    plans = await profiler.plans(run_lifecycle(), room_transitions.find_ended_interviews([interview_id]))
    assert_uses_indexes(plans)
    assert len(plans) >= 9
    for plan in plans:
        assert plan.keys <= 6, plan


async def test_reconciler_and_latency_queries_use_indexes(dataset: SampleDataset, profiler: Profiler) -> None:
    plans = await profiler.plans(room_transitions.read_presence(10), reply_latency.read_reply_latencies([dataset.interview.id]))
    assert_uses_indexes(plans, 2)


async def test_recording_changes_find_their_document_by_id(dataset: SampleDataset, profiler: Profiler) -> None:
    interview = await make_interview(
        organization_id=dataset.organization_id,
        channel=Channel.VOICE,
        consent=Consent(text_version="test", given_at=dataset.stored_at, recording=True),
        room=RoomState(expected_until=dataset.stored_at, participant="PA_1"),
    )
    new = new_recording(interview)
    new.id = PydanticObjectId()
    recording_id = new.id

    async def run_lifecycle() -> None:
        assert await recording_transitions.create_recording(new)
        assert await recording_transitions.claim_recorder_dispatch(recording_id, 60, 60)
        recorded = await recording_transitions.claim_recording(recording_id, 1, "recorder", 60)
        assert recorded
        assert await renew_lease(Recording, recording_id, 1, "recorder", 60)
        recorded = await recording_transitions.add_part(recorded, RecordingPart(number=1, started_at=dataset.stored_at))
        assert recorded
        assert await recording_transitions.add_video(recorded, VideoSize(width=640, height=360))
        assert await recording_transitions.release_recording_lease(recorded)
        await interview_transitions.mark_ending(interview.id, EndReason.WRAPPED_UP)
        finishing = await recording_transitions.claim_file_job(recording_id, "jobs", 60)
        assert finishing
        assert await recording_transitions.complete_recording(finishing, [])

    plans = await profiler.plans(run_lifecycle())
    assert_uses_indexes(plans)
    assert len(plans) > 15
    for plan in plans:
        assert plan.keys <= 6, plan


async def test_retention_reads_no_erased_interview_and_none_within_the_limit(dataset: SampleDataset, profiler: Profiler) -> None:
    rows = Interview.get_pymongo_collection()
    organization_id = dataset.organization_id
    own = await rows.count_documents({"organization_id": organization_id})
    assert own > 1000
    every_scope = [
        find_interviews_over_limit(organization_id, scope, days, 20) for scope in ErasureScope for days in (30, 36_500)
    ]
    plans = await profiler.plans(*every_scope)
    assert_uses_indexes(plans, 6)
    for plan in plans:
        assert not plan.sorts, plan
        assert (plan.keys <= 60, plan.documents <= 60) == (True, True), plan
    assert [plan.returned for plan in plans] == [20, 0] * 3, "none was created a hundred years ago"
    # the last test of this module: it changes the data set
    is_over = {"_id": {"$ne": dataset.interview.id}, "status": {"$in": list(TERMINAL_STATUSES)}}
    erasure = Erasure(turns=0, evaluations=0, pending=False).model_dump(mode="json")
    await rows.update_many(is_over, {"$set": {"candidate": None, "erasure": erasure}})
    plans = await profiler.plans(*(find_interviews_over_limit(organization_id, scope, 1, 20) for scope in ErasureScope))
    assert_uses_indexes(plans, 3)
    for plan in plans:
        assert (plan.returned, plan.documents, plan.keys <= 10) == (0, 0, True), plan
