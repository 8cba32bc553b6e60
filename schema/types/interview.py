"""The interview, and pages of interviews."""

from datetime import datetime
from functools import lru_cache

import strawberry
from strawberry import UNSET

from auth import Action, Principal
from engine.fast_fields import Projected
from models.documents import interview as documents
from models.documents.evaluation import Evaluation as EvaluationDocument
from models.documents.evaluation import pick_evaluation
from models.reads.interview_row import InterviewRow
from models.storage.clock import now
from resolvers.ids import IdKind, build_not_found, encode_id
from resolvers.transcripts import read_transcript
from schema.arguments import AfterSeq, FirstTurns, Version, unset_to_none
from schema.context import Info
from schema.fields import Guard, document_field, from_document, required_document_fields, resolved_field
from schema.types.enums import Channel, Decision, EndReason, InterviewStatus
from schema.types.evaluation import Evaluation
from schema.types.node import Node
from schema.types.position import Position
from schema.types.recording import Recording
from schema.types.transcript import ReplyLatency, Transcript


@strawberry.type(description="Who is interviewed.")
class Candidate:
    """The person; gone once the interview has been erased."""

    caller: strawberry.Private[Principal]
    name: str = strawberry.field(description="The candidate's name.")
    email: str | None = strawberry.field(description="The candidate's email.", extensions=[Guard(Action.READ_EMAIL)])
    experience: str | None = strawberry.field(description="What is known of the candidate's experience.")


@strawberry.type(description="What the candidate agreed to before the first question. It is never widened later.")
class Consent:
    """The candidate's consent."""

    text_version: str = strawberry.field(description="Version of the text that was shown.")
    given_at: datetime = strawberry.field(description="When.")
    recording: bool = strawberry.field(description="Whether the candidate agreed to a recording besides.")

    @classmethod
    def of(cls, consent: documents.Consent) -> "Consent":
        """The consent as callers see it."""
        return cls(text_version=consent.text_version, given_at=consent.given_at, recording=consent.recording)


@strawberry.type(description="How far the interview has come.")
class Progress:
    """How far it has come, and how long it took."""

    question: int = strawberry.field(description="Number of the open core question; 0 before the first.")
    questions: int = strawberry.field(description="How many core questions there are.")
    exchanges: int = strawberry.field(description="Exchanges that counted; repeats and clarifications do not.")
    elapsed_seconds: int = strawberry.field(description="Since it began, until now or its end.")
    limit_seconds: int = strawberry.field(description="The longest that it may take.")

    @classmethod
    def of(cls, interview: documents.Interview | InterviewRow) -> "Progress":
        """How far the interview has come by now."""
        begun, end = interview.started_at, interview.ended_at or now()
        return cls(
            question=interview.progress.question,
            questions=interview.position.questions,
            exchanges=interview.progress.exchanges,
            elapsed_seconds=max(0, int((end - begun).total_seconds())) if begun else 0,
            limit_seconds=interview.position.limit_minutes * 60,
        )


@from_document
@strawberry.type(description="One interview of one candidate for one position.")
class Interview(Node):
    """An interview as a caller sees it."""

    document: strawberry.Private[documents.Interview | InterviewRow]
    caller: strawberry.Private[Principal]
    status: InterviewStatus = document_field("Where it stands.")
    end_reason: EndReason | None = document_field("Why it ended; null while it has not.")
    channel: Channel = document_field("How it is held.")
    language: str = document_field("BCP 47.")
    created_at: datetime = document_field("When it was made.")
    scheduled_for: datetime | None = document_field("When it is meant to begin.")
    started_at: datetime | None = document_field("When the candidate first said something.")
    ended_at: datetime | None = document_field("When it ended.")
    updated_at: datetime = document_field(
        "Grows with every change that a caller can see, evaluations, reviews, recordings and erasure included."
    )
    expires_at: datetime | None = document_field("An invite is good until then.")
    erased_at: datetime | None = document_field(
        "Set once it has been erased: candidate and evaluation are null, there are no turns and no recordings."
    )
    end_detail: str | None = document_field("The reason given when it was cancelled; what failed.", guard=Action.READ_REFERENCES)
    external_id: str | None = document_field(
        "The caller's own reference, such as an ATS application.", guard=Action.READ_REFERENCES
    )
    decision: Decision | None = document_field(
        "Of the newest review of the evaluation that counts.", guard=Action.READ_EVALUATION
    )
    last_seq: int = document_field("seq of the newest turn, 0 for none.")

    @resolved_field("How far it has come.", depends_on=("progress", "position", "started_at", "ended_at"))
    def progress(self) -> Progress:
        """How far the interview has come by now."""
        return Progress.of(self.document)

    @resolved_field("From startedAt to endedAt.", depends_on=("started_at", "ended_at"))
    def duration_seconds(self) -> float | None:
        """How long it took, once it is over."""
        begun, ended = self.document.started_at, self.document.ended_at
        return (ended - begun).total_seconds() if begun and ended else None

    @resolved_field("What the candidate agreed to; null before that.", depends_on=("consent",))
    def consent(self) -> Consent | None:
        """The candidate's consent."""
        given_consent = self.document.consent
        return Consent.of(given_consent) if given_consent else None

    @resolved_field(
        "Who is interviewed; null once the interview has been erased.", guard=Action.READ_CANDIDATE, depends_on=("candidate",)
    )
    def candidate(self) -> Candidate | None:
        """The candidate."""
        stored_candidate = self.document.candidate
        if stored_candidate is None:
            return None
        return Candidate(
            caller=self.caller, name=stored_candidate.name, email=stored_candidate.email, experience=stored_candidate.experience
        )

    @resolved_field(
        "The version that this interview uses, whatever happened to the position since.",
        projected=Projected(
            Position.PROJECTED_FIELDS, lambda interview: Position.of(interview.document.position, interview.caller)
        ),
        depends_on=("position",),
    )
    async def position(self, info: Info) -> Position:
        """The position. Raises NotFound when it is gone."""
        document = await info.context.loaders.positions.load(self.document.position.id)
        if document is None:
            raise build_not_found(IdKind.POSITION)
        return Position.of(document, self.caller)

    @resolved_field("The page where people review it.", guard=Action.READ_REFERENCES)
    def url(self, info: Info) -> str:
        """The link."""
        return f"{info.context.services.settings.api.public_url}/interviews/{self.id}"

    @resolved_field("What was said. Same rule as Query.transcript.", depends_on=("status", "last_seq", "erased_at"))
    async def transcript(self, after: AfterSeq = 0, first: FirstTurns = UNSET) -> Transcript:
        """The turns."""
        return Transcript.of(await read_transcript(self.document, after, unset_to_none(first)), self.caller)

    @resolved_field("What the spoken replies took; null while there is none.", guard=Action.READ_REFERENCES)
    async def latency(self, info: Info) -> ReplyLatency | None:
        """The figures."""
        found = await info.context.loaders.latencies.load(self.document.id)
        return ReplyLatency.of(found) if found else None

    @resolved_field(
        "The newest completed version, or the newest while none is completed, unless one is named; null while there is none.",
        guard=Action.READ_EVALUATION,
        depends_on=("erased_at",),
    )
    async def evaluation(self, info: Info, version: Version = UNSET) -> Evaluation | None:
        """The evaluation that counts, or the named one."""
        picked = pick_evaluation(await self._load_evaluations(info), unset_to_none(version))
        return Evaluation.of(picked) if picked else None

    @resolved_field("Every version, newest first.", guard=Action.READ_EVALUATION, depends_on=("erased_at",))
    async def evaluations(self, info: Info) -> list[Evaluation] | None:
        """The evaluations."""
        return [Evaluation.of(document) for document in await self._load_evaluations(info)]

    @resolved_field(
        "What was recorded, where the candidate agreed to it: first while it is being made, then to be played.",
        guard=Action.READ_RECORDING,
        depends_on=("erased_at",),
    )
    async def recordings(self, info: Info) -> list[Recording] | None:
        """The recordings."""
        if self.document.erased_at is not None:
            return []
        return [Recording.of(file) for file in await info.context.loaders.recordings.load(self.document.id)]

    async def _load_evaluations(self, info: Info) -> list[EvaluationDocument]:
        if self.document.erased_at is not None:
            return []
        return await info.context.loaders.evaluations.load(self.document.id)

    @classmethod
    def of(cls, document: documents.Interview | InterviewRow, caller: Principal) -> "Interview":
        """The interview as this caller sees it."""
        return cls(document=document, caller=caller, id=strawberry.ID(encode_id(IdKind.INTERVIEW, document.id)))


@lru_cache(256)
def interview_fields_to_load(names: frozenset[str]) -> frozenset[str]:
    """What is to be read of stored interviews to show fields of these names (as the schema names them)."""
    return frozenset(required_document_fields(Interview, names))
