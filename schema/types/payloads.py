"""What mutations answer."""

from datetime import datetime

import strawberry

from resolvers import candidate_access
from schema.types.evaluation import Evaluation
from schema.types.interview import Interview
from schema.types.position import Position
from schema.types.transcript import Turn


@strawberry.type(description="What a LiveKit client needs to join.")
class RoomAccess:
    """A room and the key to it."""

    url: str = strawberry.field(description="The LiveKit server.")
    name: str = strawberry.field(description="The room.")
    token: str = strawberry.field(description="The candidate's token for this room only.")


@strawberry.type(description="What lets the candidate take part.")
class CandidateAccess:
    """A candidate's credentials."""

    token: str = strawberry.field(description="Bearer token for this API, for this interview only.")
    expires_at: datetime = strawberry.field(description="The token is good until then; joinInterview gives a fresh one.")
    room: RoomAccess | None = strawberry.field(description="The room to join; null in the TEXT channel.")

    @classmethod
    def of(cls, issued: candidate_access.AccessGrant) -> "CandidateAccess":
        """The access as callers see it."""
        room = issued.room
        return cls(
            token=issued.token,
            expires_at=issued.expires_at,
            room=RoomAccess(url=room.url, name=room.name, token=room.token) if room else None,
        )


@strawberry.type(description="A link for the candidate. Whoever has it may join: treat it as a password.")
class Invite:
    """The way in, and back."""

    token: str = strawberry.field(description="For joinInterview and invitation.")
    url: str = strawberry.field(description="The page to send to the candidate.")
    expires_at: datetime = strawberry.field(description="Until then an interview that has not begun can be joined.")

    @classmethod
    def of(cls, issued: candidate_access.InviteLink) -> "Invite":
        """The invite as callers see it."""
        return cls(token=issued.token, url=issued.url, expires_at=issued.expires_at)


@strawberry.type(description="An open interview.")
class StartInterviewPayload:
    """Answer of startInterview."""

    interview: Interview = strawberry.field(description="The interview.")
    access: CandidateAccess = strawberry.field(description="The candidate's access, issued afresh with every answer.")
    invite: Invite = strawberry.field(description="Brings the candidate back until the interview ends.")


@strawberry.type(description="An interview that its invite opens.")
class ScheduleInterviewPayload:
    """Answer of scheduleInterview."""

    interview: Interview = strawberry.field(description="The interview.")
    invite: Invite = strawberry.field(description="The link for the candidate.")


@strawberry.type(description="An interview with a new invite.")
class RenewInvitePayload:
    """Answer of renewInvite."""

    interview: Interview = strawberry.field(description="The interview.")
    invite: Invite = strawberry.field(description="The new link; the old one has stopped working.")


@strawberry.type(description="An open interview, as its candidate sees it.")
class JoinInterviewPayload:
    """Answer of joinInterview."""

    interview: Interview = strawberry.field(description="The interview.")
    access: CandidateAccess = strawberry.field(description="A fresh access to it.")


@strawberry.type(description="What the candidate wrote, stored.")
class SendMessagePayload:
    """Answer of sendMessage."""

    turn: Turn = strawberry.field(description="The turn. The interviewer's reply comes through the transcript.")


@strawberry.type(description="An interview that has ended, or is ending.")
class EndInterviewPayload:
    """Answer of endInterview."""

    interview: Interview = strawberry.field(description="The interview.")


@strawberry.type(description="A cancelled interview.")
class CancelInterviewPayload:
    """Answer of cancelInterview."""

    interview: Interview = strawberry.field(description="The interview.")


@strawberry.type(description="The evaluation that is being made.")
class EvaluateInterviewPayload:
    """Answer of evaluateInterview."""

    evaluation: Evaluation = strawberry.field(description="The new version, or the one that was at work already.")


@strawberry.type(description="An evaluation with a review more.")
class ReviewEvaluationPayload:
    """Answer of reviewEvaluation."""

    evaluation: Evaluation = strawberry.field(description="The evaluation; its own scores are unchanged.")


@strawberry.type(description="A saved position.")
class SavePositionPayload:
    """Answer of savePosition."""

    position: Position = strawberry.field(description="The new version.")


@strawberry.type(description="An erased interview.")
class EraseInterviewPayload:
    """Answer of eraseInterview."""

    interview: Interview = strawberry.field(description="What is left of it.")
    receipt: str = strawberry.field(description="Proof of what was erased, signed, without personal data.")
