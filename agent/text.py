"""The interviewer of typed interviews: a job that acts whenever the document says that it is due.

Everything is rebuilt from the stored turns, so any process can take the next message, and a killed one is replaced.
"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from anthropic import AsyncAnthropic
from bson import ObjectId

from agent.composition import background_of, greeting_of, position_of, read_plan, words_of
from agent.failure import put_off
from agent.interviewer import Opened, reply
from agent.plan import Plan
from agent.prompts import compose
from lifecycle.jobs import REPLY
from lifecycle.lease import kept
from lifecycle.services import Services
from lifecycle.states import finish_interview
from lifecycle.turns import store_words
from live.messages import Interim
from models import transition
from models.append import LeaseLost, Superseded, Words
from models.clock import now
from models.interview import OPEN, Interview, InterviewStatus, change, get_interview
from models.position import Position
from models.turn import Channel, Move, NewTurn, Source, Speaker, Turn, read_turns

log = structlog.get_logger(__name__)

COMPOSITIONS = 3
"""of one reply, when the candidate adds something meanwhile; the last one goes out in any case, and the rest gets its own"""


@dataclass(frozen=True, slots=True)
class Composed:
    """A reply before it is stored: its turns, with what they change."""

    turns: list[NewTurn]
    words: Words


async def act(services: Services, claude: AsyncAnthropic, interview_id: ObjectId) -> None:
    """Do what is due in a typed interview: greet, reply, nudge or close; nothing when nothing is due, or another is at it.

    Raises what went wrong, after it was put off (agent.failure).
    """
    jobs, holder = services.settings.jobs, services.jobs.holder
    interview = await transition.claim_reply(interview_id, holder, jobs.lease_seconds)
    if interview is None:
        return
    fence = interview.fence
    try:
        async with kept(lambda: transition.renew_lease(interview_id, fence, holder, jobs.lease_seconds), jobs.lease_seconds):
            changed: Interview | None = await _act_once(services, claude, interview)
    except LeaseLost:
        changed = await get_interview(interview_id)
    except Exception as error:
        await put_off(services, interview, error)
        raise
    if changed and changed.fence == fence and changed.status is InterviewStatus.ENDING:
        # nobody else speaks here: these were the last words
        await finish_interview(services, changed)
        return
    released = await transition.release_lease(interview_id, fence)
    if released and released.status in OPEN and released.last_candidate_seq > released.answered_seq:
        await services.jobs.kick(REPLY, interview_id)


async def _act_once(services: Services, claude: AsyncAnthropic, claimed: Interview) -> Interview | None:
    """The interview with what was said; None where nothing was to be said yet."""
    interview_id = ObjectId(claimed.id)
    position = await position_of(claimed)
    for composition in range(1, COMPOSITIONS + 1):
        turns = await read_turns(interview_id)
        interview = await get_interview(interview_id)
        if interview is None or interview.fence != claimed.fence:
            raise LeaseLost
        composed = await _compose(services, claude, interview, position, turns)
        if composed is None:
            return None
        last = turns[-1].seq if turns and composition < COMPOSITIONS else None
        try:
            return await store_words(services, interview_id, composed.turns, replace(composed.words, expected_seq=last))
        except Superseded:
            log.info("composed again: the candidate added something", interview_id=str(interview_id))
    raise LeaseLost


async def _compose(
    services: Services, claude: AsyncAnthropic, interview: Interview, position: Position, turns: Sequence[Turn]
) -> Composed | None:
    clocks = services.settings.interview
    plan = read_plan(
        interview,
        position,
        turns,
        # MongoDB's clock made the job due: ours may be behind it
        max(now(), interview.due_at or now()),
        closing_seconds=clocks.closing_seconds,
        silence_seconds=clocks.silence_seconds,
    )
    if not plan.greeted:
        return _greet(interview, plan)
    if plan.open_question is None and not plan.contribution:
        # greeted by voice, and gone before the first question
        first = _turn(plan, "reply:0:question", Move.NEXT, plan.words_after(Move.NEXT), Source.CODE)
        return Composed([first], words_of(plan, interview.fence, first))
    if plan.contribution:
        return await _reply(services, claude, interview, plan, turns)
    if plan.clock_move is None:
        # made due under a shorter silence than this process's settings have
        await _postpone(interview, plan)
        return None
    move, reason = plan.clock_move
    key = f"clock:{interview.last_seq}"
    turn = _turn(plan, key, move, plan.words_after(move, reason), Source.CODE)
    return Composed([turn], words_of(plan, interview.fence, turn, reason=reason))


async def _postpone(interview: Interview, plan: Plan) -> None:
    due_at = plan.due_after(plan.last_turn_at) if plan.last_turn_at else None
    unchanged = {"fence": interview.fence, "last_seq": interview.last_seq}
    await change(ObjectId(interview.id), unchanged, {"due_at": due_at}, visible=False)


def _greet(interview: Interview, plan: Plan) -> Composed:
    turns = [
        _turn(plan, "reply:0", Move.GREET, greeting_of(interview, plan), Source.CODE),
        _turn(plan, "reply:0:question", Move.NEXT, plan.words_after(Move.NEXT), Source.CODE),
    ]
    return Composed(turns, words_of(plan, interview.fence, turns[-1]))


async def _reply(services: Services, claude: AsyncAnthropic, interview: Interview, plan: Plan, turns: Sequence[Turn]) -> Composed:
    settings = services.settings
    prompt = compose(plan.position, background_of(interview), plan, turns)
    began, opened, text = now(), Opened(plan.fallback, Source.CODE), ""
    async with aclosing(reply(claude, settings.anthropic, settings.interview, plan, prompt)) as events:
        async for event in events:
            if isinstance(event, Opened):
                opened = event
                continue
            text += event
            interim = Interim(ObjectId(interview.id), Speaker.INTERVIEWER, text, turns[-1].seq, now())
            await services.live.publish_interim(interim)
    turn = _turn(plan, f"reply:{plan.answers}", opened.move, text, opened.source, began=began)
    return Composed([turn], words_of(plan, interview.fence, turn, by_code=opened.source is not Source.MODEL))


def _turn(plan: Plan, key: str, move: Move, text: str, source: Source, *, began: datetime | None = None) -> NewTurn:
    ended = now()
    return NewTurn(
        key=key,
        speaker=Speaker.INTERVIEWER,
        text=text,
        channel=Channel.TEXT,
        started_at=began or ended,
        ended_at=ended,
        question_key=plan.question_key_after(move),
        move=move,
        source=source,
        answers=plan.answers,
    )
