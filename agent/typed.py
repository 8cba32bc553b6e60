"""The interviewer of typed interviews: a job that acts when the interview's `due_at` has passed.

All state is rebuilt from the stored turns, so any process can reply to the next message, and another
process can take over from one that is killed.
"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from anthropic import AsyncAnthropic
from bson import ObjectId

import tracing
from agent.interview_context import (
    build_background,
    build_interviewer_update,
    compose_greeting,
    derive_interview_plan,
    load_position,
)
from agent.interviewer import MoveChosen, stream_reply
from agent.phrases import Phrasebook
from agent.plan import InterviewPlan
from agent.prompts import compose_prompt
from agent.retry_policy import give_up_if_exhausted, retry_or_give_up
from agent.usage_meter import UsageMeter
from engine.metrics import count_attempt
from lifecycle.budgets import InterviewBudgets
from lifecycle.jobs import REPLY
from lifecycle.lease_renewal import hold_lease
from lifecycle.origins import trace_job
from lifecycle.services import Services
from lifecycle.states import finish_interview
from lifecycle.turns import store_interviewer_turns
from live.messages import Interim
from models.documents.interview import OPEN_STATUSES, Interview, InterviewStatus, get_interview
from models.documents.position import Position
from models.documents.turn import Channel, Move, NewTurn, Source, Speaker, Turn, read_turns
from models.storage.clock import now
from models.storage.lease import LeaseLost, renew_lease
from models.writes import interview_transitions
from models.writes.append_turns import InterviewerUpdate, Superseded
from models.writes.interview_updates import update_interview

log = structlog.get_logger(__name__)

MAX_COMPOSITIONS = 3
"""Times that one reply is composed when the candidate adds to the contribution meanwhile.

The last composition is stored in any case; what the candidate added then gets a reply of its own.
"""


@dataclass(frozen=True, slots=True)
class ComposedTurns:
    """The turns of a reply that is not stored yet, and the update to store with them."""

    turns: list[NewTurn]
    update: InterviewerUpdate


async def respond_if_due(services: Services, claude: AsyncAnthropic, phrasebook: Phrasebook, interview_id: ObjectId) -> None:
    """Greet, reply, nudge or close, whichever is due; do nothing if nothing is due or another process holds the lease.

    Errors are re-raised after a retry is scheduled (agent.retry_policy).
    """
    jobs, holder = services.settings.jobs, services.jobs.holder
    closed = await services.credentials.closed_organizations.read_ids()
    interview = await interview_transitions.claim_reply(interview_id, holder, jobs.lease_seconds, closed)
    if interview is None:
        return
    count_attempt("reply", interview.attempts)
    with trace_job(REPLY, interview_id, interview.origin, {"viva.attempt": interview.attempts}):
        if not await give_up_if_exhausted(services, interview):
            await _respond(services, claude, phrasebook, interview)


async def _respond(services: Services, claude: AsyncAnthropic, phrasebook: Phrasebook, interview: Interview) -> None:
    interview_id, jobs, holder = interview.id, services.settings.jobs, services.jobs.holder
    fence, usage_meter = interview.fence, UsageMeter(InterviewBudgets(interview, services.settings.budget))
    try:
        async with hold_lease(
            lambda: renew_lease(Interview, interview_id, fence, holder, jobs.lease_seconds), jobs.lease_seconds
        ):
            changed: Interview | None = await _compose_and_store(services, claude, phrasebook, interview, usage_meter)
    except LeaseLost:
        changed = await get_interview(interview_id)
    except Exception as error:
        await retry_or_give_up(services, interview, error)
        raise
    finally:
        await usage_meter.store_rest(interview_id)
    if changed and changed.fence == fence and changed.status is InterviewStatus.ENDING:
        # In a typed interview these were the last words, so the interview can finish now.
        await finish_interview(services, changed)
        return
    released = await interview_transitions.release_interview_lease(interview_id, fence)
    if released is None or released.status not in OPEN_STATUSES:
        return
    is_due = released.due_at is not None and released.due_at <= now()
    if is_due or released.last_candidate_seq > released.answered_seq:
        await services.jobs.kick(REPLY, interview_id)


async def _compose_and_store(
    services: Services, claude: AsyncAnthropic, phrasebook: Phrasebook, claimed: Interview, usage_meter: UsageMeter
) -> Interview | None:
    """Store what is due and return the changed interview, or None if nothing is due yet."""
    interview_id = claimed.id
    position = await load_position(claimed)
    for attempt in range(1, MAX_COMPOSITIONS + 1):
        turns = await read_turns(interview_id)
        interview = await get_interview(interview_id)
        if interview is None or interview.fence != claimed.fence:
            raise LeaseLost
        composed = await _compose(services, claude, phrasebook, interview, position, turns, usage_meter)
        if composed is None:
            return None
        last = turns[-1].seq if turns and attempt < MAX_COMPOSITIONS else None
        reply_usage = usage_meter.take()
        try:
            with tracing.start_span("store turns"):
                return await store_interviewer_turns(
                    services, interview_id, composed.turns, replace(composed.update, expected_seq=last, reply_usage=reply_usage)
                )
        except Superseded:
            usage_meter.put_back(reply_usage)
            log.info("reply superseded by a new message; composing again", interview_id=str(interview_id))
    raise LeaseLost


async def _compose(
    services: Services,
    claude: AsyncAnthropic,
    phrasebook: Phrasebook,
    interview: Interview,
    position: Position,
    turns: Sequence[Turn],
    usage_meter: UsageMeter,
) -> ComposedTurns | None:
    limits = services.settings.interview
    plan = derive_interview_plan(
        interview,
        position,
        phrasebook.get(interview.language),
        turns,
        # The job became due by MongoDB's clock, which may be ahead of this machine's.
        max(now(), interview.due_at or now()),
        closing_seconds=limits.closing_seconds,
        silence_seconds=limits.silence_seconds,
    )
    if not plan.has_greeted:
        return _compose_greeting(interview, plan)
    if plan.open_question is None and not plan.contribution:
        # The interview was greeted by voice and switched to text before the first question.
        first = _build_turn(plan, "reply:0:question", Move.NEXT, plan.scripted_text(Move.NEXT), Source.CODE)
        return ComposedTurns([first], build_interviewer_update(plan, interview.fence, first))
    if plan.contribution and plan.may_finish_message:
        await _postpone(interview, plan.finish_at)
        return None
    if plan.contribution and (not plan.is_held or not plan.time_left):
        return await _compose_reply(services, claude, interview, plan, turns, usage_meter)
    if plan.timeout_move is None:
        # The candidate is typing or has asked for time, or this process has a longer silence limit.
        await _postpone(interview, plan.due_after(plan.last_turn_at) if plan.last_turn_at else None)
        return None
    move, reason = plan.timeout_move
    key = f"clock:{interview.last_seq}"
    is_reply = not plan.is_held or move is Move.CLOSE
    turn = _build_turn(plan, key, move, plan.timeout_text(move, reason), Source.CODE, is_reply=is_reply)
    return ComposedTurns([turn], build_interviewer_update(plan, interview.fence, turn, reason=reason))


async def _postpone(interview: Interview, due_at: datetime | None) -> None:
    """Set when the job acts next, unless a turn or a signal has come in the meantime."""
    unchanged = {"fence": interview.fence, "last_seq": interview.last_seq, "due_at": interview.due_at}
    await update_interview(interview.id, unchanged, {"due_at": due_at}, visible=False)


def _compose_greeting(interview: Interview, plan: InterviewPlan) -> ComposedTurns:
    turns = [
        _build_turn(plan, "reply:0", Move.GREET, compose_greeting(interview, plan), Source.CODE),
        _build_turn(plan, "reply:0:question", Move.NEXT, plan.scripted_text(Move.NEXT), Source.CODE),
    ]
    return ComposedTurns(turns, build_interviewer_update(plan, interview.fence, turns[-1]))


async def _compose_reply(
    services: Services,
    claude: AsyncAnthropic,
    interview: Interview,
    plan: InterviewPlan,
    turns: Sequence[Turn],
    usage_meter: UsageMeter,
) -> ComposedTurns:
    if plan.is_cut_off and not plan.is_held and plan.time_left:
        move = plan.pending_confirmation or Move.REPEAT
        turn = _build_turn(plan, f"cut-off:{plan.reply_to_seq}", move, plan.go_on_text, Source.CODE, is_reply=False)
        return ComposedTurns([turn], build_interviewer_update(plan, interview.fence, turn))
    settings = services.settings
    prompt = compose_prompt(plan.position, build_background(interview), plan, turns)
    started_at, chosen = now(), MoveChosen(plan.fallback_move, Source.CODE)
    text = f"{plan.welcome} " if plan.welcome else ""
    async with aclosing(stream_reply(claude, settings.anthropic, settings.interview, plan, prompt, usage_meter)) as events:
        async for event in events:
            if isinstance(event, MoveChosen):
                chosen = event
                continue
            text += event
            interim = Interim(interview.id, Speaker.INTERVIEWER, text, turns[-1].seq, now())
            await services.live.publish_interim(interim)
    reopened_after_seq = plan.limits.reopened_after_seq or 0
    # the closing that a reopening has undone has the key of the same contribution
    key = f"reply:{plan.reply_to_seq}" + (f":{reopened_after_seq}" if plan.reply_to_seq <= reopened_after_seq else "")
    turn = _build_turn(plan, key, chosen.move, text, chosen.source, started_at=started_at)
    is_code_reply = None if plan.code_move else chosen.source is not Source.MODEL
    return ComposedTurns([turn], build_interviewer_update(plan, interview.fence, turn, is_code_reply=is_code_reply))


def _build_turn(
    plan: InterviewPlan,
    key: str,
    move: Move,
    text: str,
    source: Source,
    *,
    started_at: datetime | None = None,
    is_reply: bool = True,
) -> NewTurn:
    ended_at = now()
    return NewTurn(
        key=key,
        speaker=Speaker.INTERVIEWER,
        text=text,
        channel=Channel.TEXT,
        started_at=started_at or ended_at,
        ended_at=ended_at,
        question_key=plan.question_key_after(move),
        move=move,
        source=source,
        answers=plan.reply_to_seq if is_reply else None,
    )
