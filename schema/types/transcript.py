"""Transcripts, their turns, and interim transcripts."""

from datetime import datetime

import strawberry

from auth import Action, Principal
from live.messages import Interim
from models.documents import turn as documents
from resolvers.ids import IdKind, encode_id
from resolvers.transcripts import TranscriptSlice
from schema.context import Info
from schema.decorators import as_graphql, document_field, object_type, resolved_field
from schema.types.enums import AccessOrigin, Channel, Speaker
from schema.types.interview_edge import InterviewEdge, load_interview_edge
from schema.types.node import Node


@object_type
class TurnLatency:
    """The latency of a spoken reply, stage by stage.

    Each stage is in seconds since the candidate stopped speaking, and null if it was not observed.
    """

    final: float | None = strawberry.field(description="The speech recognizer had delivered its final words.")
    committed: float | None = strawberry.field(description="The candidate's answer was considered complete.")
    first_word: float | None = strawberry.field(description="The first word of the reply was available as text.")
    first_audio: float | None = strawberry.field(description="The first audio of the reply was available.")
    heard: float | None = strawberry.field(description="Playback of the reply to the candidate began.")


@object_type
class ReplyLatency:
    """Percentiles of the latency of an interview's spoken replies."""

    replies: int = strawberry.field(description="The number of replies that were measured.")
    p50: TurnLatency = strawberry.field(description="The median of each stage.")
    p95: TurnLatency = strawberry.field(description="The 95th percentile of each stage.")


@object_type
class TurnCorrection:
    """What a candidate would like to correct in one of their own turns (correctTurn).

    The turn itself does not change. Evaluations do not take corrections into account: people do.
    """

    seq: int = strawberry.field(description="`seq` of the turn.")
    text: str = strawberry.field(description="The correction, in the candidate's words. At most 2,000 characters.")
    created_at: datetime = strawberry.field(description="When the candidate sent the correction.")


@object_type
class UncertainWord:
    """A word that the speech recognizer was not sure of, as a part of the text of its turn."""

    start: int = strawberry.field(description="The index of the word's first code point in the turn's text.")
    end: int = strawberry.field(description="The index after the word's last code point.")
    confidence: float = strawberry.field(description="The recognizer's confidence, from 0 to 1.")


@object_type
class Turn(Node):
    """One uninterrupted contribution by one speaker. A stored turn never changes."""

    document: strawberry.Private[documents.Turn]
    caller: strawberry.Private[Principal]
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")
    seq: int = document_field("The turn's number within the interview: 1, 2, 3 and so on, without gaps.")
    speaker: Speaker = document_field("Who spoke.")
    text: str = document_field("What was said. At most 20,000 characters if the candidate typed it.")
    channel: Channel = document_field("Whether the turn was spoken or typed.")
    question_key: str | None = document_field(
        "Key of the core question that the turn belongs to. Null for the greeting and the closing."
    )
    started_at: datetime = document_field("When the speaker began.")
    ended_at: datetime = document_field("When the speaker finished. Equal to startedAt for typed turns of the candidate.")
    confidence: float | None = document_field(
        "The speech recognizer's confidence, 0 to 1. Null for typed turns and for the interviewer."
    )
    is_uncertain: bool = document_field(
        "Whether the turn was hardly understood: its confidence was below the minimum (VOICE_MIN_CONFIDENCE) when it was spoken. "
        "Evaluations do not use such a turn."
    )
    uncertain_words: list[UncertainWord] = document_field(
        "The words whose confidence was below that minimum. Empty for a turn that is uncertain as a whole, and for a typed one."
    )
    language: str | None = document_field(
        "BCP 47 tag of the language that the candidate used instead of the interview's: en, de, es or fr. Null if the turn is in "
        "the interview's language, or in none that is certain. The judge does not see it."
    )
    interrupted: bool = document_field(
        "Whether the candidate interrupted the interviewer; `text` then ends where the interviewer stopped."
    )
    latency: TurnLatency | None = document_field(
        "The latency of a spoken reply. Null for all other turns. FORBIDDEN for candidates.", guard=Action.READ_REFERENCES
    )

    written_with: AccessOrigin | None = document_field(
        "How the sender of a message, or the speaker in the room, got the token: START_INTERVIEW means that staff may have "
        "written or spoken for the candidate. Null for the interviewer's turns and for older ones. FORBIDDEN for candidates.",
        guard=Action.READ_REFERENCES,
    )

    @resolved_field()
    async def interview(self, info: Info) -> InterviewEdge | None:
        """The interview that the turn belongs to.

        In turnAdded, it may be as it was when the turn was first sent, and results that a blind
        review hides stay hidden: use interviewChanged to follow an interview.
        """
        return await load_interview_edge(info, self.document.interview_id, self.caller)

    @resolved_field()
    async def correction(self, info: Info) -> TurnCorrection | None:
        """The candidate's correction of this turn. Null if there is none.

        turnAdded delivers a turn once and does not repeat it for a correction: Interview.corrections
        on interviewChanged shows new ones.
        """
        corrections = await info.context.loaders.corrections.load(self.document.interview_id)
        found = next((correction for correction in corrections if correction.seq == self.document.seq), None)
        return as_graphql(TurnCorrection, found) if found else None

    @classmethod
    def of(cls, turn: documents.Turn, caller: Principal) -> "Turn":
        """Build the turn as this caller sees it."""
        return cls(
            document=turn,
            caller=caller,
            id=strawberry.ID(encode_id(IdKind.TURN, turn.id)),
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, turn.interview_id)),
        )


@object_type
class Transcript:
    """Turns of an interview, in order."""

    document: strawberry.Private[TranscriptSlice]
    caller: strawberry.Private[Principal]
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")
    turns: list[Turn] = strawberry.field(description="The selected turns, ordered by `seq`.")
    last_seq: int = document_field(
        "`seq` of the interview's newest turn, 0 if there is none. Subscribe to turnAdded with this value as `after`."
    )
    is_complete: bool = document_field(
        "Whether the interview has ended, so that no turn will follow `lastSeq`. It says nothing about whether `turns` is the "
        "whole transcript."
    )

    @resolved_field()
    async def interview(self, info: Info) -> InterviewEdge | None:
        """The interview that the turns belong to."""
        return await load_interview_edge(info, self.document.interview_id, self.caller)

    @classmethod
    def of(cls, transcript: TranscriptSlice, caller: Principal) -> "Transcript":
        """Build the transcript as this caller sees it."""
        return cls(
            document=transcript,
            caller=caller,
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, transcript.interview_id)),
            turns=[Turn.of(turn, caller) for turn in transcript.turns],
        )


@object_type
class InterimTranscript:
    """Words that are being said or typed right now.

    They are never stored, and some may not be delivered. Discard an interim transcript once you
    have a turn of the same speaker with `seq` greater than `afterSeq`.
    """

    document: strawberry.Private[Interim]
    caller: strawberry.Private[Principal]
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")
    speaker: Speaker = document_field("Who is speaking.")
    text: str = document_field(
        "Everything that the speaker has said since turn `afterSeq`. It replaces the text of earlier interim transcripts. Empty "
        "while the candidate is typing (signalInterviewer): what is typed is known once it is sent."
    )
    after_seq: int = document_field("`seq` of the newest stored turn at that moment, 0 if there was none.")
    at: datetime = document_field("When the words were recognized.")

    @resolved_field()
    async def interview(self, info: Info) -> InterviewEdge | None:
        """The interview in which the words are said. Results that a blind review hides stay hidden here."""
        return await load_interview_edge(info, self.document.interview_id, self.caller)

    @classmethod
    def of(cls, interim: Interim, caller: Principal) -> "InterimTranscript":
        """Build the interim transcript from its message."""
        return cls(document=interim, caller=caller, interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, interim.interview_id)))
