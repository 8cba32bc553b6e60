"""What is said: stored, then shown, then answered. In this order, so that what a screen shows is never lost."""

from collections.abc import Sequence

from bson import ObjectId

from lifecycle.jobs import REPLY
from lifecycle.presence import switch_to_text
from lifecycle.services import Services
from models.documents.interview import Interview
from models.documents.turn import Channel, NewTurn, Speaker, Turn
from models.storage.clock import now
from models.writes.append_turns import InterviewerUpdate, append_candidate_turn, append_interviewer_turns


async def store_message(services: Services, interview: Interview, text: str, key: str) -> Turn:
    """Store what the candidate typed, show it, and have it answered; the same key again answers the stored turn.

    It is answered by voice while the candidate is in the room of a voice interview, else in writing.

    Raises NotFound, Conflict as models.writes.append_turns.append_candidate.
    """
    at = now()
    turn = NewTurn(key=f"client:{key}", speaker=Speaker.CANDIDATE, text=text, channel=Channel.TEXT, started_at=at, ended_at=at)
    stored, changed = await append_candidate_turn(interview.id, turn)
    await _publish_turns(services, changed, [stored])
    if changed.channel is Channel.TEXT:
        await services.jobs.kick(REPLY, interview.id)
    elif changed.last_candidate_seq > changed.answered_seq:
        # whoever attends sees the turn; without a candidate in the room it goes on in writing
        await switch_to_text(services, interview.id)
    return stored


async def store_spoken_turn(services: Services, interview_id: ObjectId, turn: NewTurn, fence: int) -> Turn:
    """Store what the candidate was heard to say, under the voice agent's lease, and show it.

    Raises LeaseLost, NotFound, Conflict as models.writes.append_turns.append_candidate.
    """
    stored, changed = await append_candidate_turn(interview_id, turn, fence)
    await _publish_turns(services, changed, [stored])
    return stored


async def store_interviewer_turns(
    services: Services, interview_id: ObjectId, turns: Sequence[NewTurn], update: InterviewerUpdate
) -> Interview:
    """Store the interviewer's turns under the lease, and show them. Raises LeaseLost, Superseded (models.writes.append_turns)."""
    stored, changed = await append_interviewer_turns(interview_id, turns, update)
    await _publish_turns(services, changed, stored)
    return changed


async def _publish_turns(services: Services, interview: Interview, turns: Sequence[Turn]) -> None:
    for turn in turns:
        await services.live.publish_turn(turn)
    await services.live.publish_change(interview)
