"""Transcripts, turns, and what is being said right now."""

from dataclasses import asdict
from datetime import datetime

import strawberry

from auth import Action, Principal
from live.messages import Interim
from models.documents import turn as documents
from models.reads import reply_latency as latencies
from resolvers import transcripts
from resolvers.ids import IdKind, encode_id
from schema.fields import resolved_field
from schema.types.enums import Channel, Speaker


@strawberry.type(
    description="What a spoken reply took: each stage in seconds after the end of the candidate's speech; null where it was not "
    "seen."
)
class TurnLatency:
    """The stages of a reply, in their order."""

    final: float | None = strawberry.field(description="The recognizer's last words were there.")
    committed: float | None = strawberry.field(description="The answer was taken to be over.")
    first_word: float | None = strawberry.field(description="The first word of the reply was there, as text.")
    first_audio: float | None = strawberry.field(description="The first sound of the reply was there.")
    heard: float | None = strawberry.field(description="It began to be played to the candidate.")

    @classmethod
    def of(cls, latency: documents.Latency) -> "TurnLatency":
        """The stages as callers see them."""
        return cls(**asdict(latency))


@strawberry.type(description="What the spoken replies of an interview took.")
class ReplyLatency:
    """The stages of all replies."""

    replies: int = strawberry.field(description="How many replies were measured.")
    p50: TurnLatency = strawberry.field(description="What half of the replies did not exceed, stage by stage.")
    p95: TurnLatency = strawberry.field(description="What nineteen of twenty replies did not exceed, stage by stage.")

    @classmethod
    def of(cls, latency: latencies.ReplyLatency) -> "ReplyLatency":
        """The figures as callers see them."""
        return cls(replies=latency.replies, p50=TurnLatency.of(latency.p50), p95=TurnLatency.of(latency.p95))


@strawberry.type(description="One uninterrupted contribution by one speaker. Once stored it never changes.")
class Turn:
    """A stored turn."""

    document: strawberry.Private[documents.Turn]
    caller: strawberry.Private[Principal]
    id: strawberry.ID = strawberry.field(description="Opaque, and the same for ever.")
    interview_id: strawberry.ID = strawberry.field(description="The interview that it belongs to.")
    seq: int = strawberry.field(description="Its place: contiguous from 1 within the interview.")
    speaker: Speaker = strawberry.field(description="Whose words.")
    text: str = strawberry.field(description="The words.")
    channel: Channel = strawberry.field(description="Whether they were spoken or typed.")
    question_key: str | None = strawberry.field(
        description="Key of the position's question that it belongs to; null in greeting and closing."
    )
    started_at: datetime = strawberry.field(description="When the speaker began.")
    ended_at: datetime = strawberry.field(description="When the speaker had finished.")
    confidence: float | None = strawberry.field(
        description="0-1 from the speech recognizer; null for typed turns and the interviewer."
    )
    interrupted: bool = strawberry.field(description="The candidate cut the interviewer off: text is what was spoken until then.")

    @resolved_field("What it took, if it is a spoken reply; else null.", guard=Action.READ_REFERENCES)
    def latency(self) -> TurnLatency | None:
        """The stages of the reply."""
        return TurnLatency.of(self.document.latency) if self.document.latency else None

    @classmethod
    def of(cls, turn: documents.Turn, caller: Principal) -> "Turn":
        """The turn as this caller sees it: what it does in the plan stays inside."""
        return cls(
            document=turn,
            caller=caller,
            id=strawberry.ID(encode_id(IdKind.TURN, turn.id)),
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, turn.interview_id)),
            seq=turn.seq,
            speaker=turn.speaker,
            text=turn.text,
            channel=turn.channel,
            question_key=turn.question_key,
            started_at=turn.started_at,
            ended_at=turn.ended_at,
            confidence=turn.confidence,
            interrupted=turn.interrupted,
        )


@strawberry.type(description="Turns of an interview, in order.")
class Transcript:
    """A stretch of an interview's turns."""

    interview_id: strawberry.ID = strawberry.field(description="The interview.")
    turns: list[Turn] = strawberry.field(description="The turns that were asked for, in order of seq.")
    last_seq: int = strawberry.field(description="seq of the interview's newest turn, 0 for none: subscribe after it.")
    is_complete: bool = strawberry.field(
        description="The interview has ended and no turn comes after lastSeq, whether or not `turns` holds them all."
    )

    @classmethod
    def of(cls, transcript: transcripts.TranscriptSlice, caller: Principal) -> "Transcript":
        """The transcript as this caller sees it."""
        return cls(
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, transcript.interview_id)),
            turns=[Turn.of(turn, caller) for turn in transcript.turns],
            last_seq=transcript.last_seq,
            is_complete=transcript.is_complete,
        )


@strawberry.type(
    description="What is being said or written right now: never stored, may be lost. Drop it once a turn after `afterSeq` by "
    "this speaker is held."
)
class InterimTranscript:
    """Words that are no turn yet."""

    interview_id: strawberry.ID = strawberry.field(description="The interview.")
    speaker: Speaker = strawberry.field(description="Whose words.")
    text: str = strawberry.field(description="All that the speaker has said since turn afterSeq; replaces what came before.")
    after_seq: int = strawberry.field(description="seq of the last turn that was stored when these words came.")
    at: datetime = strawberry.field(description="When they came.")

    @classmethod
    def of(cls, interim: Interim) -> "InterimTranscript":
        """The words as callers see them."""
        return cls(
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, interim.interview_id)),
            speaker=interim.speaker,
            text=interim.text,
            after_seq=interim.after_seq,
            at=interim.at,
        )
