"""Evaluations, the evidence behind them, and the reviews beside them."""

from datetime import datetime
from typing import Annotated

import strawberry
from bson import ObjectId

from models.documents import evaluation as documents
from resolvers.ids import IdKind, build_not_found, encode_id
from schema.context import Info
from schema.fields import resolved_field
from schema.types.enums import Decision, EvaluationStatus, Recommendation
from schema.types.node import Node
from schema.types.transcript import Turn


@strawberry.type(description="A quote that code has found in the candidate's turn: text[start:end] in Unicode code points.")
class Evidence:
    """A quote and where it stands."""

    interview_id: strawberry.Private[ObjectId]
    quote: str = strawberry.field(description="The words, as they stand in the turn.")
    seq: int = strawberry.field(description="The turn's seq.")
    start: int = strawberry.field(description="Where the quote begins in the turn's text.")
    end: int = strawberry.field(description="Where it ends: the first code point after it.")

    @resolved_field("The turn that it stands in.")
    async def turn(self, info: Info) -> Turn:
        """The turn. Raises NotFound when it has been erased meanwhile."""
        turn = await info.context.loaders.turns.load((self.interview_id, self.seq))
        if turn is None:
            raise build_not_found(IdKind.TURN)
        return Turn.of(turn, await info.context.principal())


@strawberry.type(description="How one criterion was judged.")
class CriterionResult:
    """The judgement of one criterion."""

    key: str = strawberry.field(description="The criterion's key in the position.")
    name: str = strawberry.field(description="Its name for people.")
    weight: float = strawberry.field(description="How much it counts, relative to the other criteria.")
    assessed: bool = strawberry.field(description="There was evidence enough for a level.")
    level: int | None = strawberry.field(description="1 to 5; null when not assessed.")
    score: float | None = strawberry.field(description="The level as 0-100; null when not assessed.")
    rationale: str = strawberry.field(description="Why this level.")
    evidence: list[Evidence] = strawberry.field(description="The quotes that it rests on.")


@strawberry.type(description="A strength or a weakness.")
class Finding:
    """What stood out."""

    text: str = strawberry.field(description="What was found.")
    evidence: list[Evidence] = strawberry.field(description="The quotes that it rests on.")


@strawberry.type(description="What the evaluation took, all calls together.")
class Usage:
    """Tokens and cost."""

    input_tokens: int = strawberry.field(description="Tokens that were read, without those from the cache.")
    cached_input_tokens: int = strawberry.field(description="Tokens that were read from the cache.")
    output_tokens: int = strawberry.field(description="Tokens that were written.")
    cost_usd: float | None = strawberry.field(description="By the prices in the settings, in US dollars.")


@strawberry.type(description="A level that a person put in the place of the AI's.")
class LevelOverride:
    """A reviewer's level."""

    criterion_key: str = strawberry.field(description="The criterion.")
    level: int | None = strawberry.field(description="1 to 5; null: not assessed, such as after bad audio.")
    reason: str = strawberry.field(description="Why.")


@strawberry.type(description="What a person decided. It stands beside the AI's scores and never changes them.")
class Review:
    """One review of an evaluation."""

    decision: Decision = strawberry.field(description="The decision.")
    reason: str = strawberry.field(description="Why.")
    reviewer: str = strawberry.field(description="Who decided: the name of their key.")
    created_at: datetime = strawberry.field(description="When.")
    overrides: list[LevelOverride] = strawberry.field(description="Levels that the person sees differently.")
    overall_score: float | None = strawberry.field(
        description="0-100 with the overrides in place, by the same code as the evaluation's; null when inconclusive."
    )


@strawberry.type(
    description="One version of an interview's evaluation. A completed one never changes; reviews are added beside it."
)
class Evaluation(Node):
    """An evaluation; whoever holds one may read evaluations."""

    interview_id: strawberry.ID = strawberry.field(description="The interview.")
    version: int = strawberry.field(description="From 1, within the interview.")
    status: EvaluationStatus = strawberry.field(description="Where it stands.")
    failure: str | None = strawberry.field(description="Why it failed, and what happens next.")
    overall_score: float | None = strawberry.field(
        description="0-100, computed in code; null while not completed, and when inconclusive."
    )
    recommendation: Recommendation | None = strawberry.field(description="The band of overallScore; null while not completed.")
    summary: str | None = strawberry.field(description="The AI's summary; null while not completed.")
    coverage: float | None = strawberry.field(
        description="Share of the rubric's weight that could be assessed, 0-1; null while not completed."
    )
    criteria: list[CriterionResult] = strawberry.field(description="Criterion by criterion; empty while not completed.")
    strengths: list[Finding] = strawberry.field(description="What spoke for the candidate.")
    weaknesses: list[Finding] = strawberry.field(description="What spoke against the candidate.")
    position_version: int = strawberry.field(description="Version of the position whose rubric was used.")
    prompt_version: str = strawberry.field(description="Version of the judge's prompt; empty until a worker has begun.")
    model: str = strawberry.field(description="The model that judged.")
    transcript_digest: str = strawberry.field(
        description="SHA-256 of the transcript that was judged, in hex; empty while not completed."
    )
    usage: Usage | None = strawberry.field(description="What it took; null while not completed.")
    sandbox: bool = strawberry.field(description="Made by the loopback provider: not for decisions.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    completed_at: datetime | None = strawberry.field(description="When it was completed, or given up.")
    reviews: list[Review] = strawberry.field(description="What people decided, oldest first.")

    @resolved_field("One of the criteria; null when the rubric has none of that key.")
    def criterion(self, key: Annotated[str, strawberry.argument(description="The criterion's key.")]) -> CriterionResult | None:
        """The judgement of one criterion."""
        return next((result for result in self.criteria if result.key == key), None)

    @classmethod
    def of(cls, document: documents.Evaluation) -> "Evaluation":
        """The version as callers see it."""
        interview_id = document.interview_id
        outcome = document.outcome
        return cls(
            id=strawberry.ID(encode_id(IdKind.EVALUATION, document.id)),
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, interview_id)),
            version=document.version,
            status=document.status,
            failure=document.failure,
            overall_score=outcome.overall_score if outcome else None,
            recommendation=outcome.recommendation if outcome else None,
            summary=outcome.summary if outcome else None,
            coverage=outcome.coverage if outcome else None,
            criteria=[_to_criterion_result(interview_id, result) for result in outcome.criteria] if outcome else [],
            strengths=[_to_finding(interview_id, finding) for finding in outcome.strengths] if outcome else [],
            weaknesses=[_to_finding(interview_id, finding) for finding in outcome.weaknesses] if outcome else [],
            position_version=document.position_version,
            prompt_version=document.prompt_version,
            model=outcome.model if outcome else document.model,
            transcript_digest=document.transcript_digest,
            usage=_to_usage(document.usage) if outcome else None,
            sandbox=document.sandbox,
            created_at=document.created_at,
            completed_at=document.completed_at,
            reviews=[_to_review(review) for review in document.reviews],
        )


def _to_criterion_result(interview_id: ObjectId, result: documents.CriterionResult) -> CriterionResult:
    return CriterionResult(
        key=result.key,
        name=result.name,
        weight=result.weight,
        assessed=result.level is not None,
        level=result.level,
        score=result.score,
        rationale=result.rationale,
        evidence=_to_evidence(interview_id, result.evidence),
    )


def _to_finding(interview_id: ObjectId, finding: documents.Finding) -> Finding:
    return Finding(text=finding.text, evidence=_to_evidence(interview_id, finding.evidence))


def _to_evidence(interview_id: ObjectId, found: list[documents.Evidence]) -> list[Evidence]:
    return [Evidence(interview_id=interview_id, quote=item.quote, seq=item.seq, start=item.start, end=item.end) for item in found]


def _to_usage(usage: documents.Usage) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=usage.cost_usd,
    )


def _to_review(review: documents.Review) -> Review:
    return Review(
        decision=review.decision,
        reason=review.reason,
        reviewer=review.reviewer,
        created_at=review.created_at,
        overrides=[
            LevelOverride(criterion_key=override.criterion_key, level=override.level, reason=override.reason)
            for override in review.overrides
        ],
        overall_score=review.overall_score,
    )
