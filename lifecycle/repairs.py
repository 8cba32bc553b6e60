"""Find and complete the work that a crash or a Redis outage left undone. A loop in every jobs process; needs only MongoDB.

Each repair is a compare-and-set or a job under a lease, so any number of processes may run this loop. Attempts are counted
when they begin and bounded, also those that end with their process, so that one document never stops the repairs of others.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog
from bson import ObjectId
from pymongo.errors import OperationFailure, PyMongoError

from engine.metrics import count_attempt
from lifecycle.jobs import ERASE_MEDIA, EVALUATE, REPLY
from lifecycle.organization_deletion import delete_organization
from lifecycle.presence import continue_in_text, switch_to_text
from lifecycle.retention import apply_retention_policy
from lifecycle.services import Services
from lifecycle.states import end_interview, expire_interview, finish_interview
from lifecycle.try_outs import delete_try_out
from models.database import get_database
from models.documents.interview import EndReason, get_interview
from models.documents.try_out import find_due_try_outs
from models.documents.turn import Move, read_turns
from models.writes import interview_transitions, room_transitions
from models.writes.evaluation_transitions import find_due_evaluations
from models.writes.interview_erasure import delete_erased, find_pending_erasures
from models.writes.name_keys import rebuild_outdated_name_keys
from models.writes.organization_closing import find_requested_deletions
from models.writes.repair_attempts import MAX_ATTEMPTS, claim_repair, complete_repair, list_waiting_repairs
from models.writes.retention import find_due_organizations

log = structlog.get_logger(__name__)

BATCH_SIZE = 100
"""Documents that each repair takes in one round; the next round takes the rest."""
REBUILD_BATCH_SIZE = 1000
"""Interviews whose name keys are rebuilt in one round, after an update of Viva that changes their form."""
ENDING_GRACE_SECONDS = 5.0
"""Seconds that the process that ended an interview has to complete it before repairs do."""
WAKE_UP_GRACE_SECONDS = 1.0
"""Seconds that a wake-up may take to arrive before its work is started here."""


async def run_repairs(services: Services, stop: asyncio.Event) -> None:
    """Run all repairs every settings.jobs.sweep_seconds until `stop` is set."""
    await run_periodically(lambda: repair_all(services), services, stop)


async def run_periodically(work: Callable[[], Awaitable[None]], services: Services, stop: asyncio.Event) -> None:
    """Call `work` every settings.jobs.sweep_seconds until `stop` is set.

    After a failed round the pause is longer by settings.jobs.lease_seconds, so that holders can renew the leases that lapsed
    during the outage.
    """
    wait = services.settings.jobs.sweep_seconds
    while not stop.is_set():
        try:
            await work()
            pause = wait
        except Exception as error:
            log.warning("periodic task failed", reason=type(error).__name__)
            pause = wait + services.settings.jobs.lease_seconds
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def repair_all(services: Services) -> None:
    """Run one round of repairs. One that fails does not stop the others. Raises PyMongoError if MongoDB is unreachable."""
    # these come first: an interview that a transaction has locked cannot be repaired
    await services.transaction_reaper.abort_orphaned_transactions(get_database().client)
    waiting = await list_waiting_repairs()
    for repair in _list_repairs(services):
        excluded = waiting.get(repair.name, set())
        for document_id in await repair.find(BATCH_SIZE + len(excluded)):
            if document_id not in excluded:
                await _attempt_repair(repair, document_id)
    closed = await services.credentials.closed_organizations.read_ids()
    for interview_id in await interview_transitions.find_due_replies(WAKE_UP_GRACE_SECONDS, BATCH_SIZE, closed):
        services.jobs.start_locally(REPLY, interview_id)
    for evaluation_id in await find_due_evaluations(BATCH_SIZE, closed):
        services.jobs.start_locally(EVALUATE, evaluation_id)
    await _run_logged("rebuild name keys", None, rebuild_outdated_name_keys(REBUILD_BATCH_SIZE))


@dataclass(frozen=True, slots=True)
class _Repair:
    """A kind of work that a crash or an outage may leave undone."""

    name: str
    find: Callable[[int], Awaitable[list[ObjectId]]]
    """Returns documents that need the repair, up to that many."""
    run: Callable[[ObjectId], Awaitable[object]]
    is_bounded: bool = True
    """Whether the repair of one document is given up after several attempts (models.writes.repair_attempts)."""


def _list_repairs(services: Services) -> list[_Repair]:
    grace_seconds = services.settings.voice.grace_seconds
    return [
        _Repair("expire", interview_transitions.find_expired_interviews, partial(expire_interview, services)),
        _Repair(
            "finish",
            partial(interview_transitions.find_ending_interviews, ENDING_GRACE_SECONDS),
            partial(_finish_interview, services),
        ),
        # personal data that have to be erased are never given up
        _Repair("erase", find_pending_erasures, partial(_erase_interview, services), is_bounded=False),
        _Repair("delete try-out", find_due_try_outs, partial(delete_try_out, services), is_bounded=False),
        _Repair("apply retention policy", find_due_organizations, partial(apply_retention_policy, services)),
        _Repair("delete organization", find_requested_deletions, partial(delete_organization, services), is_bounded=False),
        _Repair(
            "end",
            partial(room_transitions.find_abandoned_interviews, grace_seconds),
            partial(_end_abandoned_interview, services),
        ),
        _Repair(
            "switch to text",
            partial(room_transitions.find_unanswered_messages, WAKE_UP_GRACE_SECONDS),
            partial(switch_to_text, services),
        ),
        _Repair(
            "continue in text",
            room_transitions.find_interviews_without_interviewer,
            lambda interview_id: continue_in_text(services, interview_id, room_transitions.NO_INTERVIEWER_ANSWERED),
        ),
    ]


async def _attempt_repair(repair: _Repair, document_id: ObjectId) -> None:
    attempt = await claim_repair(repair.name, document_id, is_bounded=repair.is_bounded)
    if attempt is None:
        # another process attempts it, or has done so in vain
        return
    count_attempt("repair", attempt)
    if await _run_logged(repair.name, document_id, repair.run(document_id)):
        await complete_repair(repair.name, document_id)
    elif attempt >= MAX_ATTEMPTS:
        log.error("repair given up" if repair.is_bounded else "repair overdue", repair=repair.name, id=str(document_id))


async def _run_logged(name: str, document_id: ObjectId | None, work: Awaitable[object]) -> bool:
    """Return whether the work succeeded. Raises PyMongoError if MongoDB is unreachable."""
    try:
        await work
    except Exception as error:
        if isinstance(error, PyMongoError) and (error.timeout or not isinstance(error, OperationFailure)):
            raise
        log.error("repair failed", repair=name, id=document_id and str(document_id), reason=type(error).__name__)
        return False
    return True


async def _erase_interview(services: Services, interview_id: ObjectId) -> None:
    erased = await delete_erased(interview_id)
    if erased and erased.erasure and erased.erasure.pending:
        services.jobs.start_locally(ERASE_MEDIA, interview_id)


async def _finish_interview(services: Services, interview_id: ObjectId) -> None:
    if interview := await get_interview(interview_id):
        log.info("interview finished by repairs", interview_id=str(interview_id))
        await finish_interview(services, interview)


async def _end_abandoned_interview(services: Services, interview_id: ObjectId) -> None:
    if interview := await get_interview(interview_id):
        log.info("candidate has left", interview_id=str(interview_id))
        condition = room_transitions.abandonment_condition(services.settings.voice.grace_seconds)
        turns = [turn for turn in await read_turns(interview_id) if turn.move is not None]
        # a closing before the interview was reopened does not count
        has_closed = bool(turns) and turns[-1].move is Move.CLOSE and turns[-1].seq > (interview.reopened_after_seq or 0)
        # after the last question, only the candidate's own questions are left
        is_complete = has_closed or any(turn.move is Move.ANYTHING_ELSE for turn in turns)
        reason = EndReason.WRAPPED_UP if is_complete else EndReason.CANDIDATE_LEFT
        await end_interview(services, interview, reason, condition=condition)
