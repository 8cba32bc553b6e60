"""Evaluations: results by criterion, the quotes behind them, and the reviews of people."""

from datetime import datetime
from typing import Annotated, cast

import strawberry
from bson import ObjectId

from models.documents import evaluation as documents
from resolvers.blind_review import VisibleEvaluation
from resolvers.evaluations import list_raw_judgements
from resolvers.ids import IdKind, build_not_found, encode_id, encode_person_id
from resolvers.reports import ReportKind, build_report_url
from schema.context import Info
from schema.decorators import as_graphql, document_field, object_type, resolved_field
from schema.types.enums import (
    Budget,
    CriterionState,
    Decision,
    EvaluationStatus,
    EvidenceFlag,
    InconclusiveReason,
    Recommendation,
    ReviewFlag,
)
from schema.types.interview_edge import InterviewEdge, load_interview_edge
from schema.types.node import Node
from schema.types.position import Position
from schema.types.transcript import Turn


@object_type
class Evidence:
    """A literal quote from a turn of the candidate.

    Code has found it there: the model cannot invent quotes. `start` and `end` count Unicode code
    points, so that the quote is `text[start:end]` of the turn.
    """

    document: strawberry.Private[documents.Evidence]
    interview_id: strawberry.Private[ObjectId]
    quote: str = document_field("The quoted words, exactly as in the turn.")
    seq: int = document_field("`seq` of the turn.")
    start: int = document_field("The index of the quote's first code point in the turn's text.")
    end: int = document_field("The index after the quote's last code point.")
    sentence: str = document_field(
        "The whole sentence that the quote is taken from, or a part of it if it is long: `text[sentenceStart:sentenceEnd]` of "
        "the turn. Empty in evaluations made before December 2026."
    )
    sentence_start: int = document_field("The index of the sentence's first code point in the turn's text.")
    sentence_end: int = document_field("The index after the sentence's last code point.")
    flags: list[EvidenceFlag] = document_field("What in the sentence may turn the meaning of the quote. Check the turn.")

    @resolved_field()
    async def turn(self, info: Info) -> Turn:
        """The quoted turn. NOT_FOUND if the interview has been erased in the meantime."""
        turn = await info.context.loaders.turns.load((self.interview_id, self.seq))
        if turn is None:
            raise build_not_found(IdKind.TURN)
        return Turn.of(turn, await info.context.principal())

    @classmethod
    def list_of(cls, found: list[documents.Evidence], interview_id: ObjectId) -> "list[Evidence]":
        """Build the evidence of one result."""
        return [cls(document=evidence, interview_id=interview_id) for evidence in found]


@object_type
class QuestionCoverage:
    """Whether a question that serves a criterion was asked and answered."""

    question_key: str = strawberry.field(description="The key of the position's question.")
    asked: bool = strawberry.field(description="Whether the interview reached the question.")
    answered: bool = strawberry.field(
        description="Whether an answer to it has substance: more than a few words, and not only that there is no answer."
    )


@object_type
class CriterionResult:
    """The result for one criterion of the rubric."""

    document: strawberry.Private[documents.CriterionResult]
    key: str = document_field("The key of the criterion.")
    name: str = document_field("The display name of the criterion.")
    weight: float = document_field("The criterion's weight, relative to the other criteria.")
    assessed: bool = strawberry.field(
        description="Whether there was enough evidence for a level. A criterion that was not assessed does not lower the score."
    )
    state: CriterionState = document_field("Whether the criterion has a level, and if not, why.")
    level: int | None = document_field("The level, 1 (lowest) to 5 (highest): the median of the passes. Null if not assessed.")
    score: float | None = document_field("The level as a score: (level - 1) x 25, so 0 to 100. Null if not assessed.")
    rationale: str = document_field("Why the model chose this level, or why the criterion could not be assessed.")
    evidence: list[Evidence] = strawberry.field(description="The quotes that support the level.")
    questions: list[QuestionCoverage] = document_field(
        "The questions that serve this criterion. Empty in evaluations made before December 2026."
    )
    pass_levels: list[int | None] = document_field("The level of each pass that counts, in the order of the passes.")
    spread: int | None = document_field("The highest level of the passes minus the lowest. Null if no pass gave a level.")
    flags: list[ReviewFlag] = document_field("What people should look at before they rely on the level.")

    @classmethod
    def of(cls, document: documents.CriterionResult, interview_id: ObjectId) -> "CriterionResult":
        """Build the result from its document."""
        evidence = Evidence.list_of(document.evidence, interview_id)
        return cls(document=document, assessed=document.level is not None, evidence=evidence)


@object_type
class Finding:
    """A strength or a weakness of the candidate."""

    document: strawberry.Private[documents.Finding]
    text: str = document_field("The finding.")
    evidence: list[Evidence] = strawberry.field(description="The quotes that support the finding.")

    @classmethod
    def of(cls, document: documents.Finding, interview_id: ObjectId) -> "Finding":
        """Build the finding from its document."""
        return cls(document=document, evidence=Evidence.list_of(document.evidence, interview_id))


@object_type
class Usage:
    """Calls of a language model with their tokens and cost, failed attempts included as far as the model reported them."""

    calls: int = strawberry.field(
        description="Calls that the model answered, at least in part. Calls made before December 2026 do not count."
    )
    input_tokens: int = strawberry.field(description="Input tokens, without those read from the prompt cache.")
    cache_write_tokens: int = strawberry.field(description="The part of `inputTokens` that was written to the prompt cache.")
    cached_input_tokens: int = strawberry.field(description="Input tokens read from the prompt cache.")
    output_tokens: int = strawberry.field(description="Output tokens.")
    cost_usd: float | None = strawberry.field(description="The cost in US dollars, by the prices in the deployment's settings.")


@object_type
class JudgePass:
    """One pass of the model over the whole transcript. Each pass assesses the criteria in another order."""

    number: int = strawberry.field(description="The number of the pass, counted from 1.")
    model: str = strawberry.field(description="The model that answered.")
    message_id: str = strawberry.field(description="The id of the answer at the model's provider.")
    max_tokens: int = strawberry.field(description="The limit of the answer, in tokens.")
    prompt_digest: str = strawberry.field(description="SHA-256 of the request, in hexadecimal.")
    judgement_digest: str = strawberry.field(description="SHA-256 of the raw answer, in hexadecimal.")
    claimed_quotes: int = strawberry.field(description="The number of quotes that the model gave.")
    failed_quotes: int = strawberry.field(description="How many of them are not in the transcript.")
    is_void: bool = strawberry.field(
        description="Whether more than a third of the quotes failed, so that the pass does not count."
    )
    overall_score: float | None = strawberry.field(description="The score by this pass alone. Null if it is inconclusive.")
    usage: Usage = strawberry.field(description="Tokens and cost of the call.")


@object_type
class Provenance:
    """What an evaluation was made from, beside the transcript and the judgements."""

    rubric_digest: str = strawberry.field(
        description="SHA-256, in hexadecimal, of the position's questions and criteria as JSON with sorted keys."
    )
    consent_text_version: str | None = strawberry.field(description="The version of the text that the candidate agreed to.")
    consent_language: str | None = strawberry.field(
        description="The language of that text. Null if it was not recorded, as before December 2026."
    )
    interviewer_model: str | None = strawberry.field(description="The model of the interviewer's replies. Null if it gave none.")
    interviewer_prompt_version: str | None = strawberry.field(description="The version of the interviewer's prompt.")


@object_type
class RawJudgement:
    """A pass's raw answer, as the model gave it: before quotes, levels and texts were checked."""

    number: int = strawberry.field(description="The number of the pass, counted from 1.")
    text: str = strawberry.field(description="The answer, as JSON.")


@object_type
class LevelOverride:
    """A reviewer's level for a criterion, in place of the model's."""

    criterion_key: str = strawberry.field(description="The key of the criterion.")
    level: int | None = strawberry.field(description="The level, 1 to 5. Null means not assessed, for example after bad audio.")
    reason: str = strawberry.field(description="The reviewer's reason.")


@object_type
class Review:
    """A person's review of an evaluation. Reviews never change the evaluation's own results."""

    decision: Decision = strawberry.field(description="The decision about the candidate.")
    reason: str = strawberry.field(description="The reviewer's reason.")
    reviewer: str = strawberry.field(description="The name of the reviewer at that time: of the member or the API key.")
    created_at: datetime = strawberry.field(description="When the review was added.")
    overrides: list[LevelOverride] = strawberry.field(description="Levels that the reviewer changed.")
    overall_score: float | None = strawberry.field(
        description="The overall score with the overrides applied, computed like the evaluation's. Null if inconclusive."
    )

    @resolved_field()
    def reviewer_id(self) -> strawberry.ID | None:
        """The id of the reviewer: of the member, or of the API key, also after it was rotated. Null in old reviews."""
        review = cast(documents.Review, self)
        person_id = review.reviewer_id
        return strawberry.ID(encode_person_id(person_id, is_member=review.reviewer_is_member)) if person_id else None


@object_type
class RatedLevel:
    """A reviewer's own level for a criterion."""

    criterion_key: str = strawberry.field(description="The key of the criterion.")
    level: int | None = strawberry.field(description="The level, 1 to 5. Null means that it cannot be assessed.")
    reason: str | None = strawberry.field(description="The reviewer's reason.")


@object_type
class Rating:
    """The levels that a reviewer gave before seeing any result of the interview. A rating never changes."""

    reviewer: str = strawberry.field(description="The name of the reviewer at that time: of the member or the API key.")
    created_at: datetime = strawberry.field(description="When the levels were given.")
    levels: list[RatedLevel] = strawberry.field(description="A level for each criterion.")

    @resolved_field()
    def reviewer_id(self) -> strawberry.ID:
        """The id of the reviewer: of the member, or of the API key, also after it was rotated."""
        rating = cast(documents.Rating, self)
        return strawberry.ID(encode_person_id(rating.reviewer_id, is_member=rating.reviewer_is_member))


@object_type
class Evaluation(Node):
    """One version of an interview's evaluation. Results of a completed version never change.

    The model assigns levels; scores, coverage and recommendation are computed from them in code.
    While the evaluation is not completed, and while `isBlind` is true, its results are null or empty.
    """

    document: strawberry.Private[documents.Evaluation]
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")
    is_blind: bool = strawberry.field(
        description="Whether the results, ratings and reviews are hidden from the caller, a reviewer of a position with blind "
        "review, until the caller has given levels (rateEvaluation). Interview.decision is null for that time, and lists that "
        "are filtered or ordered by results leave the interview out."
    )
    version: int = document_field("The version number within the interview, counted from 1.")
    status: EvaluationStatus = document_field("The state of the evaluation.")
    failure: str | None = document_field("Why the last attempt failed, and whether it will be retried.")
    exhausted_budget: Budget | None = document_field(
        "The daily budget for which the evaluation waits, while it is PENDING: it goes on when the budget is open again, "
        "and fails after seven days. Null if it does not wait."
    )
    overall_score: float | None = strawberry.field(
        description="The weighted mean of the scores of the assessed criteria, 0 to 100, rounded down to one decimal place. Null "
        "until the evaluation is completed, and if there is an `inconclusiveReason`."
    )
    inconclusive_reason: InconclusiveReason | None = strawberry.field(
        description="Why there is no overall score. Show it in the score's place. Null with a score, until the evaluation is "
        "completed, and in evaluations made before December 2026."
    )
    lowest_score: float | None = strawberry.field(
        description="The lowest overall score of the passes, each taken alone. Null without a score."
    )
    highest_score: float | None = strawberry.field(
        description="The highest overall score of the passes, each taken alone. Null without a score."
    )
    recommendation: Recommendation | None = strawberry.field(
        description="The band of the exact overall score: STRONG_HIRE from 75, HIRE from 50, NO_HIRE from 25, STRONG_NO_HIRE "
        "below, INCONCLUSIVE without a score. Null until the evaluation is completed."
    )
    summary: str | None = strawberry.field(description="The model's summary. Null until the evaluation is completed.")
    coverage: float | None = strawberry.field(
        description="The share of the rubric's weight that could be assessed, 0 to 1, rounded down to four decimal places: each "
        "assessed criterion counts by the share of its questions that were answered. Below 0.6 there is no overall score. Null "
        "until the evaluation is completed."
    )
    criteria: list[CriterionResult] = strawberry.field(
        description="The results by criterion. Empty until the evaluation is completed."
    )
    strengths: list[Finding] = strawberry.field(description="What spoke for the candidate.")
    weaknesses: list[Finding] = strawberry.field(description="What spoke against the candidate.")
    position_version: int = document_field("The version of the position whose rubric was used.")
    prompt_version: str = document_field("The version of the prompt. Empty until a worker has begun the evaluation.")
    model: str = strawberry.field(
        description="The model that made the evaluation; until the evaluation is completed, the model that is asked."
    )
    transcript_digest: str = document_field(
        "SHA-256 of the evaluated transcript, in hexadecimal. Empty until the evaluation is completed."
    )
    usage: Usage | None = strawberry.field(description="Tokens and cost. Null until the evaluation is completed.")
    flags: list[ReviewFlag] = strawberry.field(description="What people should look at before they rely on the evaluation.")
    passes: list[JudgePass] = strawberry.field(
        description="The passes of the model, from which the levels are combined. Empty until the evaluation is completed."
    )
    evaluator_addresses: list[int] = strawberry.field(
        description="`seq` of the turns in which the candidate addresses the evaluator. They are no evidence."
    )
    removed_sentences: int = strawberry.field(
        description="How many of the model's sentences were removed: they held a quote that was not found, a score, a verdict, a "
        "protected trait, markup or another language."
    )
    replaced_texts: int = strawberry.field(
        description="How many of the model's texts lost every sentence, so that a standard text replaces them."
    )
    provenance: Provenance | None = strawberry.field(
        description="What the evaluation was made from. Null until it is completed, and if it was made before December 2026."
    )
    sandbox: bool = document_field(
        "Whether the evaluation was made in the sandbox, by a simulated model. Never base a decision on such an evaluation."
    )
    requested_by: str | None = document_field(
        "The name of the member or API key that requested this version. Null for the first version, which is requested "
        "automatically."
    )
    request_reason: str | None = document_field("The reason given to evaluateInterview. Null if none was given.")
    created_at: datetime = document_field("When the evaluation was requested.")
    completed_at: datetime | None = document_field("When the evaluation was completed or failed. Null until then.")
    ratings: list[Rating] = document_field("Levels that reviewers gave blind, oldest first.")
    reviews: list[Review] = document_field("Reviews by people, oldest first.")

    @resolved_field()
    async def interview(self, info: Info) -> InterviewEdge | None:
        """The interview that was evaluated."""
        return await load_interview_edge(info, self.document.interview_id, await info.context.principal())

    @resolved_field()
    async def position(self, info: Info) -> Position | None:
        """The version of the position whose rubric was used."""
        document = await info.context.loaders.positions.load(self.document.position_id)
        if document is None:
            raise build_not_found(IdKind.POSITION)
        return Position.of(document, await info.context.principal())

    @resolved_field()
    async def raw_judgements(self, info: Info) -> list[RawJudgement] | None:
        """The raw answers of the model, one per pass. Empty if `isBlind`. FORBIDDEN for other roles than ADMIN."""
        visible = VisibleEvaluation(self.document, self.is_blind)
        judgements = await list_raw_judgements(await info.context.principal(), visible, info.context.loaders.judgements.load)
        return [as_graphql(RawJudgement, judgement) for judgement in judgements]

    @resolved_field()
    def report_url(self, info: Info) -> str | None:
        """A link to the printable report, which opens without any other credential.

        With the ending .pdf or .json instead of .html, it returns the same as a file. It expires
        after 15 minutes unless the deployment sets another time. Null until the evaluation is
        completed.
        """
        return build_report_url(info.context.services, ReportKind.REPORT, self.document)

    @resolved_field()
    def explanation_url(self, info: Info) -> str | None:
        """A link to the candidate's explanation, in the language of the interview, like `reportUrl`.

        It leaves out reviewers' names and reasons, and flags for reviewers. Nothing sends it to the
        candidate.
        """
        return build_report_url(info.context.services, ReportKind.EXPLANATION, self.document)

    @resolved_field()
    def feedback_letter_url(self, info: Info) -> str | None:
        """A link to the draft of a feedback letter without scores, as plain text, like `reportUrl`.

        It is in the language of the interview. A person reads, changes and sends it: Viva never
        does.
        """
        return build_report_url(info.context.services, ReportKind.FEEDBACK_LETTER, self.document)

    @resolved_field()
    def criterion(
        self, key: Annotated[str, strawberry.argument(description="The key of the criterion.")]
    ) -> CriterionResult | None:
        """The result for one criterion.

        Null if the rubric has no criterion with this key, or there are no results yet.
        """
        return next((result for result in self.criteria if result.key == key), None)

    @classmethod
    def of(cls, visible: VisibleEvaluation) -> "Evaluation":
        """Build the evaluation as a caller with permission to read evaluations may see it."""
        document = visible.document
        interview_id = document.interview_id
        outcome = document.outcome
        return cls(
            document=document,
            id=strawberry.ID(encode_id(IdKind.EVALUATION, document.id)),
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, interview_id)),
            is_blind=visible.is_blind,
            overall_score=outcome.overall_score if outcome else None,
            recommendation=outcome.recommendation if outcome else None,
            summary=outcome.summary if outcome else None,
            coverage=outcome.coverage if outcome else None,
            criteria=[CriterionResult.of(result, interview_id) for result in outcome.criteria] if outcome else [],
            strengths=[Finding.of(finding, interview_id) for finding in outcome.strengths] if outcome else [],
            weaknesses=[Finding.of(finding, interview_id) for finding in outcome.weaknesses] if outcome else [],
            model=outcome.model if outcome else document.model,
            usage=as_graphql(Usage, document.usage) if outcome else None,
            inconclusive_reason=outcome.inconclusive_reason if outcome else None,
            lowest_score=outcome.lowest_score if outcome else None,
            highest_score=outcome.highest_score if outcome else None,
            flags=outcome.flags if outcome else [],
            passes=[as_graphql(JudgePass, one) for one in outcome.passes] if outcome else [],
            evaluator_addresses=outcome.evaluator_addresses if outcome else [],
            removed_sentences=outcome.removed_sentences if outcome else 0,
            replaced_texts=outcome.replaced_texts if outcome else 0,
            provenance=as_graphql(Provenance, outcome.provenance) if outcome and outcome.provenance else None,
        )
