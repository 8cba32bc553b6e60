"""Interviews."""

from collections.abc import Iterable
from datetime import datetime

import strawberry
from strawberry import UNSET

from agent.recognition import resolve_recognition_language
from auth import Action, Principal
from engine.fast_fields import Projected
from models.documents import interview as documents
from models.documents.evaluation import Evaluation as EvaluationDocument
from models.documents.evaluation import pick_evaluation
from models.reads.interview_row import InterviewRow
from models.reads.pagination import MAX_PAGE_SIZE, Page, PageRequest, SortOrder, fill_page, slice_numbers
from models.storage.clock import now
from resolvers.blind_review import is_blind_to, show_evaluation
from resolvers.candidate_credentials import find_invite_link
from resolvers.ending import build_erasure_receipt
from resolvers.ids import IdKind, build_not_found, encode_id
from resolvers.interview_views import get_update_time
from resolvers.notes import list_visible_notes
from resolvers.traces import trace_turns
from resolvers.transcripts import read_transcript
from schema.arguments import After, AfterSeq, Before, First, FirstTurns, Last, Version, build_page_request, unset_to_none
from schema.context import Info
from schema.decorators import NEXT_REMOVAL, as_graphql, document_field, map_stored_fields, object_type, resolved_field
from schema.types.connection import Connection
from schema.types.data_protection import LegalHold
from schema.types.enums import (
    Budget,
    Channel,
    ConsentMethod,
    Decision,
    EndReason,
    InterviewStatus,
    RequestKind,
    RequestStatus,
    ReviewReason,
)
from schema.types.evaluation import Evaluation, Usage
from schema.types.invite import Invite
from schema.types.node import Node
from schema.types.note import Note
from schema.types.position import Position
from schema.types.recording import Recording
from schema.types.trace import InterviewTrace, TurnTrace
from schema.types.transcript import ReplyLatency, Transcript, Turn, TurnCorrection

_TIME_LIMIT = ("position", "accommodations", "credited_seconds", "paused_at")
"""Stored fields that the time limit is computed from."""
_COMPLETENESS = ("status", "end_reason", "progress")
"""Stored fields that say whether the interview is partial."""
_VERSION_ORDER = SortOrder("version", descending=True)
_BLINDNESS = ("is_blind", "rated_by")
"""Stored fields that say from whom the interview's results are hidden."""


@object_type
class Candidate:
    """The person who is interviewed."""

    document: strawberry.Private[documents.Candidate]
    caller: strawberry.Private[Principal]
    name: str = document_field("The candidate's name.")
    email: str | None = document_field(
        "The candidate's email address. FORBIDDEN for VIEWER and CANDIDATE.", guard=Action.READ_EMAIL
    )
    experience: str | None = document_field("The candidate's experience, as given when the interview was created.")


@object_type
class Consent:
    """The candidate's consent, given before the first question. Later joins never change it."""

    text_version: str = strawberry.field(description="The version of the consent text (ConsentText.version).")
    given_at: datetime = strawberry.field(description="When the candidate consented.")
    recording: bool = strawberry.field(description="Whether the candidate also consented to audio and video recording.")
    language: str | None = strawberry.field(
        description="The language of the text, as a BCP 47 tag. Null for consents from before this field existed."
    )
    text_digest: str | None = strawberry.field(
        description="SHA-256 of the text in UTF-8, in hexadecimal: the ConsentText.digest that the candidate saw. Null for "
        "consents from before this field existed."
    )
    method: ConsentMethod | None = strawberry.field(
        description="How the consent was given. Null for consents from before this field existed."
    )
    recording_text: str | None = strawberry.field(
        description="The declaration with which the candidate agreed to a recording (ConsentText.recordingText). Null without "
        "that agreement, and for consents from before this field existed."
    )

    withdrawn_at: datetime | None = strawberry.field(
        description="When the candidate withdrew the consent. From then on evaluations are neither made nor shown. Null if not."
    )

    @resolved_field()
    async def text(self, info: Info) -> str | None:
        """The text that the candidate agreed to. Null for consents from before this field existed."""
        found = await info.context.loaders.consent_texts.load(self.text_digest) if self.text_digest else None
        return found.text if found else None


@object_type
class Progress:
    """How far an interview has advanced."""

    document: strawberry.Private[documents.Interview | InterviewRow]
    progress: strawberry.Private[documents.Progress]
    position: strawberry.Private[documents.PositionRef]
    question: int = document_field("The number of the current core question, 0 before the first.", source="progress")
    questions: int = document_field("The number of core questions.", source="position")
    exchanges: int = document_field(
        "The number of exchanges so far. Repeated questions and clarifications do not count.", source="progress"
    )

    @resolved_field()
    def elapsed_seconds(self) -> int:
        """Seconds from startedAt until now, or until endedAt once the interview has ended.

        0 before it starts. After a reopening it stands still until the candidate is back.
        """
        document = self.document
        if document.status is documents.InterviewStatus.SCHEDULED:
            return int((document.elapsed_seconds or 0) + document.credited_seconds)
        started_at, ended_at = document.started_at, document.ended_at or now()
        return max(0, int((ended_at - started_at).total_seconds())) if started_at else 0

    @resolved_field()
    def limit_seconds(self) -> int:
        """The maximum duration of the interview, in seconds.

        It includes extra time that the candidate was granted, and times that do not count, such as
        pauses of the clock.
        """
        return int(self.document.time_limit.total_seconds())


@object_type
class InterviewUsage:
    """What one interview has used. Erasing the interview does not change calls, tokens and cost."""

    replies: Usage = strawberry.field(
        description="All calls for the interviewer's replies, including those whose reply was not used. A call that was cut off "
        "counts with the output tokens that the model had reported by then."
    )
    evaluations: Usage = strawberry.field(description="All calls for all versions of the evaluation.")
    total: Usage = strawberry.field(description="The sum of both.")
    messages: int = strawberry.field(
        description="How many turns the candidate typed or spoke. 0 once the transcript is erased; turns stored before December "
        "2026 do not count."
    )
    characters: int = strawberry.field(
        description="How many characters the candidate typed or spoke. 0 once the transcript is erased."
    )


@object_type
class CandidateQuestion:
    """A question that the candidate asked about the job or the process."""

    seq: int = strawberry.field(description="`seq` of the last turn in which it was asked.")
    text: str = strawberry.field(description="What the candidate said, at most 2,000 characters.")
    facts: list[str] = strawberry.field(
        description="The questions of the position's facts with which the interviewer answered. Empty if it had no answer."
    )
    asked_at: datetime = strawberry.field(description="When the interviewer answered.")


@object_type
class Adoption:
    """A person's choice of the version of the evaluation that counts."""

    version: int = strawberry.field(description="The version that was adopted.")
    reason: str = strawberry.field(description="The person's reason.")
    adopted_by: str = strawberry.field(description="The name of the member or API key.")
    adopted_at: datetime = strawberry.field(description="When the version was adopted.")


@object_type
class Reopening:
    """A reopening of an interview that was over."""

    reopened_at: datetime = strawberry.field(description="When the interview was reopened.")
    reopened_by: str | None = strawberry.field(
        description="The name of the member or API key. Null if the candidate came back by the invite."
    )
    reason: str | None = strawberry.field(description="The person's reason. Null if the candidate came back by the invite.")
    status: InterviewStatus = strawberry.field(description="The state before.")
    end_reason: EndReason | None = strawberry.field(description="Why the interview had ended. Null if it had expired.")
    end_detail: str | None = strawberry.field(description="Interview.endDetail before.")
    ended_at: datetime | None = strawberry.field(description="When the interview had ended.")
    returned_at: datetime | None = strawberry.field(
        description="When the candidate joined again. Null until then: if they do not, the interview becomes what it was before."
    )
    credited_seconds: float | None = strawberry.field(
        description="Seconds by which the time limit became longer when the candidate joined again. Null until then."
    )


@object_type
class Accommodations:
    """What the candidate was granted."""

    time_factor: float = strawberry.field(description="The factor by which the time limit is longer, 1 if it is not.")
    captions: bool = strawberry.field(description="Whether what the interviewer says is to be shown in writing.")
    typing: bool = strawberry.field(description="Whether the candidate answers by typing.")


@object_type
class CandidateRequest:
    """A candidate's request for an accommodation, or for a process without the AI interviewer.

    Neither the judge nor the score depends on it.
    """

    document: strawberry.Private[documents.CandidateRequest]
    caller: strawberry.Private[Principal]
    kinds: list[RequestKind] = document_field("What is requested.")
    details: str | None = document_field(
        "The candidate's own words. Null if there are none, or if the request was made in the interview: see `seqs`."
    )
    requested_at: datetime = document_field("When the request was made.")
    seqs: list[int] = document_field("`seq` of the candidate's turns in which the request was made.")
    status: RequestStatus = document_field("The state of the request.")
    answered_at: datetime | None = document_field("When a person answered. Null if nobody has.")
    note: str | None = document_field("The note of the person who answered, addressed to the candidate.")

    @resolved_field()
    def id(self) -> strawberry.ID:
        """The id of the request, for resolveRequest. Query.node does not accept it."""
        return strawberry.ID(encode_id(IdKind.REQUEST, self.document.id))

    @resolved_field(guard=Action.RESOLVE_REQUEST)
    def answered_by(self) -> str | None:
        """The name of the member or API key that answered.

        Null if nobody has. FORBIDDEN for CANDIDATE.
        """
        return self.document.answered_by


@object_type
class SpeechOutage:
    """A failure of speech recognition or synthesis, because of which a voice interview continues in writing."""

    since: datetime = strawberry.field(description="Since when the interview continues in writing.")
    ended_at: datetime | None = strawberry.field(
        description="When speech was found to work again. From then on the candidate may return to voice by joinInterview with "
        "`channel: VOICE`. Null while speech does not work."
    )


@object_type
class Interview(Node):
    """An interview of one candidate for one position.

    Callers with role CANDIDATE can read the state, times, progress, consent and transcript of their
    own interview and the public fields of its position. Callers with role VIEWER cannot read
    emails, evaluations, decisions or recordings.
    """

    document: strawberry.Private[documents.Interview | InterviewRow]
    caller: strawberry.Private[Principal]
    status: InterviewStatus = document_field("The state of the interview.")
    end_reason: EndReason | None = document_field(
        "Why the interview ended. Null until it ends, and if it was cancelled or expired."
    )
    channel: Channel = document_field("The current channel. It changes if the candidate switches between voice and text.")
    language: str = document_field("The language of the interview, as a BCP 47 tag.")
    created_at: datetime = document_field("When the interview was created.")
    scheduled_for: datetime | None = document_field(
        "The agreed time. joinInterview opens 15 minutes earlier. Null if the candidate may join at any time."
    )
    started_at: datetime | None = document_field(
        "When the conversation began: by text with the candidate's first message, by voice with the first turn. The time limit "
        "counts from here."
    )
    ended_at: datetime | None = document_field("When the interview ended. Null until then.")
    expires_at: datetime | None = document_field(
        "The end of the invite. If the candidate has not joined by then, the interview becomes EXPIRED."
    )
    erased_at: datetime | None = document_field(
        "When the interview was erased. From then on `candidate`, `externalId`, `endDetail`, `decision` and `evaluation` are "
        "null, and the transcript and the lists of evaluations and recordings are empty."
    )
    end_detail: str | None = document_field(
        "The reason given to cancelInterview, or the technical detail of a failure. FORBIDDEN for CANDIDATE.",
        guard=Action.READ_REFERENCES,
    )
    external_id: str | None = document_field(
        "Your own reference, such as the id of an application in an ATS. FORBIDDEN for CANDIDATE.", guard=Action.READ_REFERENCES
    )
    ai_disclosed_at: datetime | None = document_field(
        "When the candidate first heard or read the greeting, in which the interviewer says that it is an AI. Null before it, "
        "and for greetings from before this field existed."
    )
    review_reasons: list[ReviewReason] | None = document_field(
        "Why a person should review the interview, possibly again. A review (reviewEvaluation) removes all reasons. FORBIDDEN "
        "for VIEWER and CANDIDATE.",
        guard=Action.READ_EVALUATION,
    )
    exhausted_budget: Budget | None = document_field(
        "The budget because of which the interviewer has replied without the language model, in the position's own words; the "
        "last one if there were several. Null if there was none. FORBIDDEN for VIEWER and CANDIDATE.",
        guard=Action.READ_EVALUATION,
    )
    paused_at: datetime | None = document_field(
        "Since when the clock is paused, because the candidate has requested an accommodation. It goes on with the candidate's "
        "next turn or with the answer to the request (resolveRequest), after 24 hours at the latest. Null while it runs."
    )
    withdrawal_reason: str | None = document_field(
        "The reason given to withdrawConsent. FORBIDDEN for INTEGRATION and VIEWER.", guard=Action.READ_REQUESTS
    )
    last_seq: int = document_field("`seq` of the newest turn, 0 if there is none.")

    @resolved_field(depends_on=("try_out_of",))
    def is_try_out(self) -> bool:
        """Whether this is a try-out (startTryOut): it is never evaluated, in no list, and deleted within a day."""
        return self.document.try_out_of is not None

    @resolved_field(depends_on=("updated_at", "updated_for", *_BLINDNESS))
    def updated_at(self) -> datetime:
        """When anything that you may see last changed, including evaluations, reviews, recordings and erasure.

        It strictly increases with every such change. What your role may not see does not move it.
        """
        return get_update_time(self.caller, self.document)

    @resolved_field(guard=Action.READ_REFERENCES, depends_on=("language",))
    def recognition_language(self, info: Info) -> str | None:
        """The language code that the interview requests from the speech recognizer when it is held by voice.

        It differs from `language` where the recognizer has no model for the region: de for de-AT,
        es-419 for es-MX. FORBIDDEN for CANDIDATE.
        """
        return resolve_recognition_language(info.context.services.settings.deepgram.model, self.language)

    @resolved_field(depends_on=("erasure",))
    def recordings_erased_at(self) -> datetime | None:
        """When the recordings were erased, by the retention policy or with the interview. Null if there were none."""
        return self.document.erasure.recordings_erased_at if self.document.erasure else None

    @resolved_field(depends_on=("erasure",))
    def transcript_erased_at(self) -> datetime | None:
        """When transcript and evaluations were erased, by the retention policy or with the interview.

        From then on the transcript and the list of evaluations are empty, and lastSeq is 0 unless
        the whole interview is erased. Null if there was no turn.
        """
        return self.document.erasure.transcript_erased_at if self.document.erasure else None

    @resolved_field(depends_on=("organization_id", "try_out_of", "erased_at", "erasure"))
    def erasure_receipt(self, info: Info) -> str | None:
        """A JWT (EdDSA) that proves the erasure to anybody, without personal data.

        It has the interview's id, when it was erased and when the deletion was confirmed, how many
        turns, evaluations and recordings were erased, and the SHA-256 of the transcript. The public
        keys are at /.well-known/jwks.json. Null until the last file is deleted, and if the
        deployment has no signing key.
        """
        return build_erasure_receipt(info.context.services, self.document)

    @resolved_field(guard=Action.READ_LEGAL_HOLD, depends_on=("legal_hold",))
    def legal_hold(self) -> LegalHold | None:
        """The legal hold that protects the interview from erasure.

        Null if there is none. FORBIDDEN for INTEGRATION, VIEWER and CANDIDATE.
        """
        return as_graphql(LegalHold, self.document.legal_hold) if self.document.legal_hold else None

    @resolved_field(guard=Action.READ_LEGAL_HOLD, depends_on=("released_legal_holds",))
    def released_legal_holds(self) -> list[LegalHold] | None:
        """The legal holds that were released, oldest first. FORBIDDEN for INTEGRATION, VIEWER and CANDIDATE."""
        return [as_graphql(LegalHold, hold) for hold in self.document.released_legal_holds]

    @resolved_field(depends_on=("speech_outage",))
    def speech_outage(self) -> SpeechOutage | None:
        """The failure of speech because of which the interview continues in writing, in the same room and by the same clock.

        Null if there is none, and once the candidate has returned to voice.
        """
        return as_graphql(SpeechOutage, self.document.speech_outage) if self.document.speech_outage else None

    @resolved_field(depends_on=("progress", "status", "started_at", "ended_at", "elapsed_seconds", *_TIME_LIMIT))
    def progress(self) -> Progress:
        """How far the interview has advanced."""
        return Progress(document=self.document, progress=self.document.progress, position=self.document.position)

    @resolved_field(depends_on=_COMPLETENESS)
    def is_partial(self) -> bool:
        """Whether the interview ended before all core questions were asked and answered.

        False while it is not COMPLETED, OPTED_OUT or FAILED.
        """
        document = self.document
        return documents.is_partial_interview(document.status, document.end_reason, document.progress)

    @resolved_field(depends_on=_COMPLETENESS)
    def partial_reason(self) -> EndReason | None:
        """Why the interview ended early. Null unless isPartial."""
        document = self.document
        is_partial = documents.is_partial_interview(document.status, document.end_reason, document.progress)
        return document.end_reason if is_partial else None

    @resolved_field(depends_on=("status", "started_at", "ended_at", *_TIME_LIMIT))
    def ends_at(self) -> datetime | None:
        """When the time limit ends the interview.

        It moves later while the clock is paused. Null before startedAt, once the interview has ended,
        and after a reopening until the candidate is back.
        """
        started_at = self.document.started_at
        is_running = self.document.ended_at is None and self.document.status is not documents.InterviewStatus.SCHEDULED
        return started_at + self.document.time_limit if started_at and is_running else None

    @resolved_field(guard=Action.READ_REFERENCES, depends_on=("reopenings",))
    def reopenings(self) -> list[Reopening] | None:
        """The reopenings of the interview, oldest first. FORBIDDEN for CANDIDATE."""
        return [as_graphql(Reopening, reopening) for reopening in self.document.reopenings]

    @resolved_field(guard=Action.READ_REQUESTS, depends_on=("requests",))
    def requests(self) -> list[CandidateRequest] | None:
        """The candidate's requests, oldest first. FORBIDDEN for INTEGRATION and VIEWER."""
        return [CandidateRequest(document=request, caller=self.caller) for request in self.document.requests]

    @resolved_field(guard=Action.READ_REQUESTS, depends_on=("accommodations",))
    def accommodations(self) -> Accommodations | None:
        """What the candidate was granted. FORBIDDEN for INTEGRATION and VIEWER."""
        return as_graphql(Accommodations, self.document.accommodations)

    @resolved_field(depends_on=("started_at", "ended_at"))
    def duration_seconds(self) -> float | None:
        """Seconds from startedAt to endedAt.

        Null until the interview has ended, and if it never started.
        """
        started_at, ended_at = self.document.started_at, self.document.ended_at
        return (ended_at - started_at).total_seconds() if started_at and ended_at else None

    @resolved_field(depends_on=("consent",))
    def consent(self) -> Consent | None:
        """What the candidate consented to. Null before the candidate's first join."""
        return as_graphql(Consent, self.document.consent) if self.document.consent else None

    @resolved_field(depends_on=("consent", "reopenings"))
    def may_be_recorded(self) -> bool:
        """Whether the interview may be recorded from now on, where recording is set up.

        The candidate has to have consented. What follows a return to a reopened interview is not recorded.
        """
        return documents.may_record(self.document.consent, self.document.reopenings)

    @resolved_field(guard=Action.READ_CANDIDATE, depends_on=("candidate",))
    def candidate(self) -> Candidate | None:
        """The person who is interviewed.

        Null once the interview is erased. FORBIDDEN for CANDIDATE.
        """
        stored = self.document.candidate
        return Candidate(document=stored, caller=self.caller) if stored else None

    @resolved_field(
        projected=Projected(
            Position.PROJECTED_FIELDS, lambda interview: Position.of(interview.document.position, interview.caller)
        ),
        depends_on=("position",),
    )
    async def position(self, info: Info) -> Position:
        """The version of the position that the interview was created with.

        Later versions do not affect the interview.
        """
        document = await info.context.loaders.positions.load(self.document.position.id)
        if document is None:
            raise build_not_found(IdKind.POSITION)
        return Position.of(document, self.caller)

    @resolved_field(guard=Action.READ_REFERENCES)
    def url(self, info: Info) -> str:
        """The web page where people follow and review the interview. FORBIDDEN for CANDIDATE."""
        return f"{info.context.services.settings.api.public_url}/interviews/{self.id}"

    @resolved_field(
        guard=Action.RENEW_INVITE,
        depends_on=("status", "channel", "room", "expires_at", "erased_at", "invite_generation"),
    )
    def invite(self, info: Info) -> Invite | None:
        """The candidate's present link, to send it again. Reading it replaces nothing.

        Null once the link opens nothing: the interview is over, or it has expired before the
        candidate joined. FORBIDDEN for VIEWER and CANDIDATE.
        """
        link = find_invite_link(info.context.services, self.document)
        return as_graphql(Invite, link) if link else None

    @resolved_field(guard=Action.READ_REFERENCES, depends_on=("status", "channel", "room"))
    def candidate_present(self) -> bool | None:
        """Whether the candidate is in the room now.

        Null if nobody can know: the interview is not open, or it is held in writing without a room.
        FORBIDDEN for CANDIDATE.
        """
        return documents.is_candidate_present(self.document.status, self.document.channel, self.document.room)

    @resolved_field(depends_on=("last_seq", "erased_at"))
    async def last_turn(self, info: Info) -> Turn | None:
        """The newest turn. Null if there is none."""
        # the mark of an erased transcript sets last_seq to 0, and precedes the deletion
        if self.document.erased_at is not None or self.document.last_seq == 0:
            return None
        found = await info.context.loaders.turns.load((self.document.id, self.document.last_seq))
        return Turn.of(found, self.caller) if found else None

    @resolved_field(depends_on=("status", "last_seq", "erased_at"))
    async def transcript(self, info: Info, after: AfterSeq = 0, first: FirstTurns = UNSET) -> Transcript:
        """The turns of the interview, as Query.transcript returns them."""
        found = await read_transcript(self.document, after, unset_to_none(first), info.context.loaders.read_turns)
        return Transcript.of(found, self.caller)

    @resolved_field(guard=Action.READ_TRACE, depends_on=("status", "last_seq", "erased_at", "origin"))
    async def trace(self, info: Info, after: AfterSeq = 0, first: FirstTurns = UNSET) -> InterviewTrace | None:
        """Where the time of each reply went, with the ids of logs and traces. FORBIDDEN for other roles than ADMIN."""
        found = await read_transcript(self.document, after, unset_to_none(first), info.context.loaders.read_turns)
        turns = {turn.seq: turn for turn in found.turns}
        # the message that a page's first reply answers is on the page before
        missing = {turn.answers for turn in found.turns if turn.answers} - turns.keys()
        loaded = [await info.context.loaders.turns.load((self.document.id, seq)) for seq in sorted(missing)]
        answered = {**turns, **{turn.seq: turn for turn in loaded if turn}}
        origin = self.document.origin
        return InterviewTrace(
            request_id=origin.request_id if origin else None,
            trace_id=origin.trace_id if origin else None,
            turns=[as_graphql(TurnTrace, trace) for trace in trace_turns(found.turns, answered)],
        )

    @resolved_field(depends_on=("last_seq", "erased_at"))
    async def turns(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Turn] | None:
        """The turns of the interview by `seq`, in pages.

        To follow an interview, use `transcript` and turnAdded.
        """
        request = build_page_request(SortOrder("seq"), first, after, last, before)
        # the mark of an erased transcript sets last_seq to 0, and precedes the deletion
        count = 0 if self.document.erased_at is not None else self.document.last_seq
        page = slice_numbers(range(1, count + 1), self.document.id, request)
        turns = (
            await info.context.loaders.turn_ranges.load((self.document.id, page.items[0], page.items[-1])) if page.items else []
        )
        return Connection.of(fill_page(page, {turn.seq: turn for turn in turns}), lambda turn: Turn.of(turn, self.caller), count)

    @resolved_field(depends_on=("erased_at", "last_seq"))
    async def corrections(self, info: Info) -> list[TurnCorrection]:
        """The candidate's corrections of turns, by `seq`."""
        # the mark of an erased transcript sets last_seq to 0, and precedes the deletion
        if self.document.erased_at is not None or self.document.last_seq == 0:
            return []
        found = await info.context.loaders.corrections.load(self.document.id)
        return [as_graphql(TurnCorrection, correction) for correction in found]

    @resolved_field(depends_on=("candidate_questions",))
    def candidate_questions(self) -> list[CandidateQuestion]:
        """What the candidate asked about the job or the process, oldest first.

        The interviewer answers from Position.facts only: a question without `facts` awaits an
        answer from a person. Empty once the transcript is erased.
        """
        return [as_graphql(CandidateQuestion, question) for question in self.document.candidate_questions]

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("notes", *_BLINDNESS))
    def notes(self) -> list[Note] | None:
        """Notes that reviewers wrote on turns or moments of the recording (addNote), in the order in which they were added.

        At most 100. Reviewers from whom results are hidden (Evaluation.isBlind) see only their own.
        Neither the interviewer nor the evaluation takes notes into account. FORBIDDEN for VIEWER and
        CANDIDATE.
        """
        return [Note.of(note, self.caller) for note in list_visible_notes(self.caller, self.document)]

    @resolved_field(guard=Action.READ_REFERENCES)
    async def latency(self, info: Info) -> ReplyLatency | None:
        """Percentiles of the latency of spoken replies.

        Null if there are none. FORBIDDEN for CANDIDATE.
        """
        found = await info.context.loaders.latencies.load(self.document.id)
        return as_graphql(ReplyLatency, found) if found else None

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("decision", *_BLINDNESS))
    def decision(self) -> Decision | None:
        """The decision of the newest review (reviewEvaluation), whichever version of the evaluation was reviewed.

        It stands until somebody adds another review; new versions do not change it. Null for
        reviewers from whom results are hidden (Evaluation.isBlind). FORBIDDEN for VIEWER and
        CANDIDATE.
        """
        return None if self._hides_results else self.document.decision

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("decision_version", *_BLINDNESS))
    def decision_version(self) -> int | None:
        """The version of the evaluation on which `decision` was made.

        Null if `decision` is null, or was made before Viva recorded this. FORBIDDEN for VIEWER and
        CANDIDATE.
        """
        return None if self._hides_results else self.document.decision_version

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("decided_by", *_BLINDNESS))
    def decided_by(self) -> str | None:
        """The name of the member or API key that made the decision.

        Null like `decisionVersion`. FORBIDDEN for VIEWER and CANDIDATE.
        """
        return None if self._hides_results else self.document.decided_by

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("decided_at", *_BLINDNESS))
    def decided_at(self) -> datetime | None:
        """When the decision was made. Null like `decisionVersion`. FORBIDDEN for VIEWER and CANDIDATE."""
        return None if self._hides_results else self.document.decided_at

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("adoptions", *_BLINDNESS))
    def adoptions(self) -> list[Adoption] | None:
        """Each time that a person let another version of the evaluation count (adoptEvaluation), oldest first.

        Empty for reviewers from whom results are hidden (Evaluation.isBlind). FORBIDDEN for VIEWER
        and CANDIDATE.
        """
        adoptions = [] if self._hides_results else self.document.adoptions
        return [as_graphql(Adoption, adoption) for adoption in adoptions]

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("erased_at", "consent", "counted_version", *_BLINDNESS))
    async def evaluation(self, info: Info, version: Version = UNSET) -> Evaluation | None:
        """The version of the evaluation that counts, or the newest one if none is completed yet.

        The first completed version counts until a person adopts another (adoptEvaluation). With
        `version`, that version. Null if there is no such evaluation. FORBIDDEN for VIEWER and
        CANDIDATE.
        """
        chosen = unset_to_none(version)
        number = self.document.counted_version if chosen is None else chosen
        if not self._has_evaluations:
            picked = None
        elif number is not None:
            picked = await info.context.loaders.evaluation_versions.load((self.document.id, number))
        else:
            picked = pick_evaluation(await info.context.loaders.evaluations.load(self.document.id), None, None)
        return self._to_evaluation(picked) if picked else None

    @resolved_field(
        guard=Action.READ_EVALUATION,
        depends_on=("erased_at", "consent", *_BLINDNESS),
        deprecation_reason=f"Use `evaluationVersions`. {NEXT_REMOVAL}",
    )
    async def evaluations(self, info: Info) -> list[Evaluation] | None:
        """The newest 100 versions of the evaluation, newest first. FORBIDDEN for VIEWER and CANDIDATE."""
        request = PageRequest(_VERSION_ORDER, MAX_PAGE_SIZE)
        page, _ = await self._read_versions(info, request)
        return [self._to_evaluation(document) for document in page.items]

    @resolved_field(guard=Action.READ_EVALUATION, depends_on=("erased_at", "consent", *_BLINDNESS))
    async def evaluation_versions(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Evaluation] | None:
        """All versions of the evaluation, newest first. FORBIDDEN for VIEWER and CANDIDATE."""
        request = build_page_request(_VERSION_ORDER, first, after, last, before)
        page, count = await self._read_versions(info, request)
        return Connection.of(page, self._to_evaluation, count)

    @resolved_field(guard=Action.READ_RECORDING, depends_on=("erased_at",))
    async def recordings(self, info: Info) -> list[Recording] | None:
        """The recordings of a voice interview whose candidate consented to recording, from the moment recording starts.

        FORBIDDEN for VIEWER and CANDIDATE.
        """
        if self.document.erased_at is not None:
            return []
        interview_id = self.document.id
        return [Recording.of(file, interview_id) for file in await info.context.loaders.recordings.load(interview_id)]

    @resolved_field(guard=Action.READ_EVALUATION)
    async def usage(self, info: Info) -> InterviewUsage | None:
        """What the interview has used so far: messages, and calls of the language models with tokens and cost.

        FORBIDDEN for VIEWER and CANDIDATE.
        """
        found = await info.context.loaders.usages.load(self.document.id)
        return as_graphql(InterviewUsage, found) if found else None

    @property
    def _hides_results(self) -> bool:
        return is_blind_to(self.caller, self.document)

    def _to_evaluation(self, document: EvaluationDocument) -> Evaluation:
        return Evaluation.of(show_evaluation(self.caller, self.document, document))

    @property
    def _has_evaluations(self) -> bool:
        consent = self.document.consent
        return self.document.erased_at is None and not (consent and consent.withdrawn_at)

    async def _read_versions(self, info: Info, request: PageRequest) -> tuple[Page[EvaluationDocument], int]:
        """Return a page of the versions, and how many there are in all."""
        loaders, interview_id = info.context.loaders, self.document.id
        numbers = await loaders.version_numbers.load(interview_id) if self._has_evaluations else []
        page = slice_numbers(numbers, interview_id, request)
        found = await loaders.evaluation_versions.load_many([(interview_id, number) for number in page.items])
        return fill_page(page, {version.version: version for version in found if version}), len(numbers)

    @classmethod
    def of(cls, document: documents.Interview | InterviewRow, caller: Principal) -> "Interview":
        """Build the interview as this caller sees it."""
        return cls(document=document, caller=caller, id=strawberry.ID(encode_id(IdKind.INTERVIEW, document.id)))


_STORED_FIELDS = map_stored_fields(Interview)


def stored_fields_to_load(names: Iterable[str]) -> frozenset[str]:
    """Return the stored fields that interviews need if fields with these names in the schema are selected."""
    return frozenset(stored for name in names for stored in _STORED_FIELDS.get(name, ()))
