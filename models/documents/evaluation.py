"""Evaluations: append-only, one document per version, with the reviews in which people decide."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from models.documents.budget import Budget
from models.documents.interview import Decision, EvaluationStatus, Recommendation
from models.documents.organization import Role
from models.documents.request_origin import RequestOrigin
from models.documents.usage import Usage
from models.storage.clock import now
from models.storage.lease import Lease
from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument

ACTIVE_STATUSES = (EvaluationStatus.PENDING, EvaluationStatus.RUNNING)


class InconclusiveReason(StrEnum):
    """Why an evaluation has no overall score. If several apply, the first of this order."""

    NOTHING_SAID = "NOTHING_SAID"
    CANDIDATE_STOPPED = "CANDIDATE_STOPPED"
    BROKEN_OFF = "BROKEN_OFF"
    HELD_BY_CODE = "HELD_BY_CODE"
    OTHER_LANGUAGE = "OTHER_LANGUAGE"
    HEARD_BADLY = "HEARD_BADLY"
    UNRELIABLE_QUOTES = "UNRELIABLE_QUOTES"
    LOW_COVERAGE = "LOW_COVERAGE"


class CriterionState(StrEnum):
    """Whether a criterion has a level, and if not, why.

    NOT_DEMONSTRATED: the questions that serve it were asked and followed up, and the answers offered nothing on it.
    """

    ASSESSED = "ASSESSED"
    NOT_DEMONSTRATED = "NOT_DEMONSTRATED"
    NOT_ASSESSED = "NOT_ASSESSED"


class ReviewFlag(StrEnum):
    """What people should look at before they rely on a result."""

    LEVELS_DIFFER = "LEVELS_DIFFER"
    """The passes differ by two levels or more."""
    PARTLY_ASSESSED = "PARTLY_ASSESSED"
    """Some passes gave a level and some did not."""
    BANDS_DIFFER = "BANDS_DIFFER"
    """The passes lead to different recommendations."""
    UNRELIABLE_QUOTES = "UNRELIABLE_QUOTES"
    """More than a third of a pass's quotes were not in the transcript, so the pass does not count."""
    ADDRESSES_EVALUATOR = "ADDRESSES_EVALUATOR"
    """The candidate addresses the evaluator in some turns, which are no evidence."""
    PROSE_REMOVED = "PROSE_REMOVED"
    """Sentences of the judge were removed, because they were not allowed or not supported."""


class EvidenceFlag(StrEnum):
    """What people should consider when they read a quote, because its sentence may say something else."""

    NEGATION = "NEGATION"
    """The sentence negates something, as in "I did not write the front end"."""
    CONDITION = "CONDITION"
    """The sentence says what would be, not what was."""
    OTHER_SUBJECT = "OTHER_SUBJECT"
    """The sentence says what somebody other than the candidate did."""


class Evidence(BaseModel):
    """A quote that code found in the transcript, with its sentence.

    The quote is text[start:end] of turn `seq`, its sentence text[sentence_start:sentence_end], in Unicode code points.
    """

    quote: str
    seq: int
    start: int
    end: int
    sentence: str = ""
    """The whole sentences that the quote is part of: text[sentence_start:sentence_end] of the turn."""
    sentence_start: int = 0
    sentence_end: int = 0
    flags: list[EvidenceFlag] = []


class QuestionCoverage(BaseModel):
    """Whether a question that serves a criterion was asked, and whether the candidate answered it."""

    question_key: str
    asked: bool
    answered: bool


class CriterionResult(BaseModel):
    """The result for one criterion. `level` (1-5) and `score` (0-100) are None unless it is ASSESSED."""

    key: str
    name: str
    weight: float
    level: int | None
    score: float | None
    rationale: str
    evidence: list[Evidence]
    state: CriterionState = CriterionState.NOT_ASSESSED
    questions: list[QuestionCoverage] = Field(default_factory=list)
    """The questions that serve the criterion; empty in evaluations made before coverage counted questions."""
    pass_levels: list[int | None] = Field(default_factory=list)
    """The level of each pass that counts, in the order of the passes."""
    spread: int | None = None
    """Highest level of the passes minus the lowest; None without a level."""
    flags: list[ReviewFlag] = Field(default_factory=list)

    @property
    def answered_share(self) -> Fraction:
        """The share of the questions that serve the criterion which were answered; 1 if no question is known."""
        if not self.questions:
            return Fraction(1)
        return Fraction(sum(question.answered for question in self.questions), len(self.questions))


class Finding(BaseModel):
    """A strength or a weakness."""

    text: str
    evidence: list[Evidence]


class JudgePass(BaseModel):
    """One pass of the judge over the whole transcript, and what identifies its call."""

    number: int
    """Counted from 1."""
    model: str
    message_id: str
    """The id of the answer at the provider."""
    max_tokens: int
    prompt_digest: str
    """SHA-256 (hex) of the request: system text, messages and schema of the answer."""
    judgement_digest: str
    """SHA-256 (hex) of the raw answer (models.documents.judgement)."""
    claimed_quotes: int
    failed_quotes: int
    """How many of the claimed quotes were not in the transcript."""
    is_void: bool
    """Whether too many quotes failed for the pass to count."""
    overall_score: float | None
    """Score by this pass alone; None if it is inconclusive."""
    usage: Usage


class Provenance(BaseModel):
    """What an outcome was computed from, beside the transcript and the judgements. Digests are SHA-256 in hex."""

    rubric_digest: str
    """Digest of the position's questions and criteria as JSON."""
    consent_text_version: str | None
    consent_language: str | None = None
    """Language of the text that the candidate agreed to; None if that was not recorded."""
    interviewer_model: str | None
    """The model of the interviewer's replies; None if Claude gave none."""
    interviewer_prompt_version: str | None


class LevelOverride(BaseModel):
    """A reviewer's level for a criterion; None means not assessed."""

    criterion_key: str
    level: int | None
    reason: str


class Review(BaseModel):
    """A person's decision. `overall_score` is computed like the evaluation's, with the overrides applied."""

    id: PydanticObjectId
    decision: Decision
    reason: str
    reviewer: str
    reviewer_id: PydanticObjectId | None = None
    """Id of the reviewer: of the member, or of the API key's caller; None in reviews stored before it was recorded."""
    reviewer_is_member: bool = False
    reviewer_role: Role | None = None
    """The reviewer's role; None in reviews stored before it was recorded."""
    created_at: datetime
    overrides: list[LevelOverride]
    overall_score: float | None


class RatedLevel(BaseModel):
    """A reviewer's level for a criterion, given blind; None means that it cannot be assessed."""

    criterion_key: str
    level: int | None
    reason: str | None = None


class Rating(BaseModel):
    """The levels that a reviewer gave before seeing any result of the interview. A rating never changes."""

    id: PydanticObjectId
    reviewer_id: PydanticObjectId
    """Id of the reviewer: of the member, or of the API key's caller."""
    reviewer_is_member: bool = False
    reviewer: str
    created_at: datetime
    levels: list[RatedLevel]


class EvaluationOutcome(BaseModel):
    """Everything that a completed judgement adds to its evaluation, in one update."""

    overall_score: float | None
    recommendation: Recommendation
    summary: str
    coverage: float
    criteria: list[CriterionResult]
    strengths: list[Finding]
    weaknesses: list[Finding]
    model: str
    usage: Usage = Usage()
    """Usage of the calls that produced this outcome."""
    inconclusive_reason: InconclusiveReason | None = None
    lowest_score: float | None = None
    """Lowest overall score of the passes that count, each taken alone; None if none has a score."""
    highest_score: float | None = None
    flags: list[ReviewFlag] = Field(default_factory=list)
    passes: list[JudgePass] = Field(default_factory=list)
    evaluator_addresses: list[int] = Field(default_factory=list)
    """Seqs of the turns in which the candidate addresses the evaluator."""
    removed_sentences: int = 0
    """Sentences of the judge that were removed."""
    replaced_texts: int = 0
    """Texts of which no sentence was left, so that code's text replaced them."""
    provenance: Provenance | None = None


class Evaluation(StoredDocument):
    """One version of an interview's evaluation, with the state of its job: `due_at`, `attempts`, `fence`, `lease`."""

    interview_id: PydanticObjectId
    organization_id: PydanticObjectId
    version: int
    status: EvaluationStatus = EvaluationStatus.PENDING
    failure: str | None = None
    outcome: EvaluationOutcome | None = None
    usage: Usage = Usage()
    """Usage of all calls, including those that failed or whose worker lost its lease."""
    billed_fences: list[int] = Field(default_factory=list)
    """Fences of the attempts included in `usage`, so that retrying to record one adds it only once."""
    passes_done: int = 0
    """Passes whose judgement is stored (models.documents.judgement); `attempts` counts those of the next pass."""
    unavailable_since: datetime | None = None
    """When the judge became unreachable in the current pass; None once it has answered."""
    exhausted_budget: Budget | None = None
    """The daily budget for which the next pass waits; None while it does not wait."""
    waiting_since: datetime | None = None
    """Since when the present pass has been waiting for a budget, with claims in between that found none either."""
    position_id: PydanticObjectId
    position_version: int
    prompt_version: str = ""
    """Version of the prompt, set by each claim; empty until the first."""
    model: str
    """The model requested; `outcome.model` is the one that answered."""
    transcript_digest: str
    """SHA-256 (hex) of the turns (models.documents.turn.compute_transcript_digest)."""
    sandbox: bool
    requested_by: str | None = None
    """Name of the API key that requested this version; None for the automatic first one."""
    request_reason: str | None = None
    origin: RequestOrigin | None = None
    """The request for this version; of the automatic first one, the request that created the interview."""
    created_at: datetime = Field(default_factory=now)
    completed_at: datetime | None = None
    reviews: list[Review] = Field(default_factory=list)
    ratings: list[Rating] = Field(default_factory=list)
    due_at: datetime | None = Field(default_factory=now)
    attempts: int = 0
    fence: int = 0
    lease: Lease | None = None

    class Settings:
        name = "evaluations"
        indexes: ClassVar = [
            IndexModel([("interview_id", ASCENDING), ("version", DESCENDING)], unique=True),
            IndexModel(
                [("position_id", ASCENDING), ("ratings.created_at", ASCENDING)],
                partialFilterExpression={"ratings.created_at": {"$exists": True}},
                name="rated",
            ),
            IndexModel([("due_at", ASCENDING)], partialFilterExpression={"status": {"$in": ["PENDING", "RUNNING"]}}),
            # at most one active evaluation per interview, whatever races
            IndexModel(
                [("interview_id", ASCENDING)],
                unique=True,
                partialFilterExpression={"status": {"$in": ["PENDING", "RUNNING"]}},
                name="one_active",
            ),
        ]


async def get_evaluation(evaluation_id: ObjectId) -> Evaluation | None:
    """Return the evaluation with this id, in any organization."""
    return await Evaluation.get(PydanticObjectId(evaluation_id))


async def get_organization_evaluation(organization_id: ObjectId, evaluation_id: ObjectId) -> Evaluation | None:
    """Return the evaluation with this id if it belongs to the organization."""
    return await Evaluation.find_one({"_id": evaluation_id, "organization_id": organization_id})


async def list_evaluations(interview_id: ObjectId) -> list[Evaluation]:
    """Return every version of the interview's evaluation, newest first."""
    return await Evaluation.find({"interview_id": interview_id}).sort("-version").to_list()


def find_evaluations_of_interviews(interview_ids: list[ObjectId]) -> FindMany[Evaluation]:
    """Return the query of every version of several interviews' evaluations, newest first."""
    return Evaluation.find({"interview_id": {"$in": interview_ids}}, batch_size=READ_BATCH_SIZE).sort("-version")


async def list_version_numbers(interview_ids: list[ObjectId]) -> dict[ObjectId, list[int]]:
    """Return the numbers of all versions of the interviews' evaluations, newest first, by interview."""
    criteria = {"interview_id": {"$in": interview_ids}}
    # an index covers these fields, in this order
    fields = {"_id": 0, "interview_id": 1, "version": 1}
    found = Evaluation.get_pymongo_collection().find(criteria, fields, batch_size=READ_BATCH_SIZE)
    numbers: defaultdict[ObjectId, list[int]] = defaultdict(list)
    async for row in found.sort([("interview_id", ASCENDING), ("version", DESCENDING)]):
        numbers[row["interview_id"]].append(row["version"])
    return numbers


def find_evaluation_versions(versions: Mapping[ObjectId, Collection[int]]) -> FindMany[Evaluation]:
    """Return the query of these versions, by interview, of which there is at least one, in no particular order."""
    conditions = [{"interview_id": each, "version": {"$in": sorted(numbers)}} for each, numbers in versions.items()]
    return Evaluation.find({"$or": conditions}, batch_size=READ_BATCH_SIZE)


def pick_evaluation(newest_first: list[Evaluation], version: int | None, counted_version: int | None) -> Evaluation | None:
    """Return the given version; without one, the version that counts, or the newest if none is completed.

    `counted_version` is the interview's. If it is None, the newest completed version counts, as it did when the interview was
    stored.
    """
    wanted = counted_version if version is None else version
    if wanted is not None:
        return next((e for e in newest_first if e.version == wanted), None)
    completed = (e for e in newest_first if e.status is EvaluationStatus.COMPLETED)
    return next(completed, newest_first[0] if newest_first else None)
