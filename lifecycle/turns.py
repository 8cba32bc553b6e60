"""Store turns and signals, then publish them: one function each for messages, signals, speech and the interviewer's turns.

Turns are stored before they are published, so that nothing that a dashboard has displayed can be lost.
"""

from collections.abc import Sequence

from bson import ObjectId

from lifecycle.budgets import count_message
from lifecycle.jobs import REPLY
from lifecycle.presence import switch_to_text
from lifecycle.services import Services
from live.messages import Interim
from models.documents.interview import CandidateSignal, Interview, get_interview
from models.documents.turn import AccessOrigin, Channel, NewTurn, Speaker, Turn
from models.storage.clock import now
from models.writes import candidate_signals
from models.writes.append_turns import (
    InterviewerUpdate,
    append_candidate_turn,
    append_interviewer_turns,
    closed_interview_error,
)


async def store_message(
    services: Services, interview: Interview, text: str, key: str, written_with: AccessOrigin | None = None
) -> Turn:
    """Store and publish a message that the candidate typed, and have it answered. `written_with` is the origin of the token.

    In a voice interview, an interviewer in the room answers by voice while the candidate is connected; otherwise the reply is
    written. Repeating the call with the same key returns the stored turn. Raises NotFound and Conflict like
    `append_candidate_turn`.
    """
    at = now()
    turn = NewTurn(
        key=f"client:{key}",
        speaker=Speaker.CANDIDATE,
        text=text,
        channel=Channel.TEXT,
        started_at=at,
        ended_at=at,
        written_with=written_with,
    )
    stored, changed, is_new = await append_candidate_turn(
        interview.id, turn, languages=services.languages, budgets=services.settings.budget, earlier=interview
    )
    await _publish_turns(services, changed, [stored])
    if changed.channel is Channel.TEXT:
        await services.jobs.kick(REPLY, interview.id)
    elif changed.last_candidate_seq > changed.answered_seq:
        # this changes nothing while the candidate is in the room, where the interviewer reads the turn
        await switch_to_text(services, interview.id)
    if is_new:
        await count_message(changed.organization_id)
    return stored


async def apply_signal(services: Services, interview: Interview, signal: CandidateSignal, request_id: ObjectId) -> Interview:
    """Store a signal of the candidate and have the interviewer act on it. Repeating the request has no further effect.

    Typing only delays what follows a silence, and followers learn of it as of words that are being said. Raises Conflict if the
    interview accepts no turns.
    """
    if signal is CandidateSignal.TYPING:
        changed = await candidate_signals.mark_typing(interview.id)
    elif signal is CandidateSignal.REPEAT:
        changed = await candidate_signals.request_repetition(interview.id, request_id)
    else:
        changed = await candidate_signals.request_more_time(interview.id, request_id)
    if changed is None:
        raise closed_interview_error(await get_interview(interview.id) or interview)
    if signal is CandidateSignal.TYPING:
        await services.live.publish_interim(Interim(changed.id, Speaker.CANDIDATE, "", changed.last_seq, now()))
    else:
        await services.live.publish_change(changed)
        if changed.channel is Channel.TEXT:
            await services.jobs.kick(REPLY, changed.id)
    return changed


async def store_spoken_turn(services: Services, interview_id: ObjectId, turn: NewTurn, fence: int) -> Turn:
    """Store and publish what the voice agent heard the candidate say.

    `fence` is that of the agent's lease. Raises LeaseLost, NotFound and Conflict like `append_candidate_turn`.
    """
    stored, changed, is_new = await append_candidate_turn(interview_id, turn, fence, services.languages)
    await _publish_turns(services, changed, [stored])
    if is_new:
        await count_message(changed.organization_id)
    return stored


async def store_interviewer_turns(
    services: Services, interview_id: ObjectId, turns: Sequence[NewTurn], update: InterviewerUpdate
) -> Interview:
    """Store and publish the interviewer's turns, spoken or written, under the lease of `update`.

    Raises LeaseLost and Superseded like `append_interviewer_turns`.
    """
    stored, changed = await append_interviewer_turns(interview_id, turns, update)
    await _publish_turns(services, changed, stored)
    return changed


async def _publish_turns(services: Services, interview: Interview, turns: Sequence[Turn]) -> None:
    for turn in turns:
        await services.live.publish_turn(turn)
    await services.live.publish_change(interview)
