"""The job that turns an ended interview into a score. What is due, and in whose hands, stands in the evaluation's document."""

from collections.abc import Sequence

import structlog
from anthropic import AsyncAnthropic
from bson import ObjectId

from evaluation.evidence import Transcript
from evaluation.judge import Answer, JudgeFailed, ask_judge
from evaluation.prompt import VERSION, JudgedFinding, digest, judged
from evaluation.rubric import score_of, total
from lifecycle.lease import kept
from lifecycle.services import Services
from models import evaluation_job as job
from models.append import LeaseLost
from models.evaluation import CriterionResult, Evaluation, Finding, Outcome
from models.interview import Interview, Recommendation, get_interview
from models.position import Position, get_position
from models.turn import Speaker, Turn, read_turns

log = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 300.0
NO_EVIDENCE = "Not assessed: no quote for this criterion was found in the transcript."
NOTHING_SAID = "The candidate said nothing that could be assessed."


async def evaluate(services: Services, claude: AsyncAnthropic, evaluation_id: ObjectId) -> None:
    """Make the evaluation, if it is due and in nobody's hands. Whatever goes wrong stands in it: due again, or FAILED."""
    jobs, holder = services.settings.jobs, services.jobs.holder
    evaluation = await job.claim_evaluation(evaluation_id, holder, jobs.lease_seconds)
    if evaluation is None:
        return
    fence = evaluation.fence
    await _tell(services, evaluation)
    try:
        async with kept(lambda: job.renew_evaluation(evaluation_id, fence, holder, jobs.lease_seconds), jobs.lease_seconds):
            changed = await _judge(services, claude, evaluation)
    except LeaseLost:
        return
    except JudgeFailed as failed:
        changed = await _give_up(services, evaluation, failed)
    except Exception as error:
        # a defect of ours: tried again all the same, and told as what it is
        await _give_up(services, evaluation, JudgeFailed(f"The evaluation failed on our side ({type(error).__name__})."))
        await _tell(services, evaluation)
        raise
    if changed:
        await _tell(services, changed)


async def _judge(services: Services, claude: AsyncAnthropic, evaluation: Evaluation) -> Evaluation | None:
    interview = await get_interview(ObjectId(evaluation.interview_id))
    position = await get_position(ObjectId(evaluation.position_id))
    if interview is None or interview.erased_at is not None:
        raise JudgeFailed("The interview has been erased.", passing=False)
    if position is None:
        raise JudgeFailed("The version of the position that this interview used is gone.", passing=False)
    turns = await read_turns(ObjectId(interview.id))
    outcome = await _outcome(services, claude, interview, position, turns)
    return await job.complete_evaluation(evaluation, outcome, prompt_version=VERSION, transcript_digest=digest(turns))


async def _outcome(
    services: Services, claude: AsyncAnthropic, interview: Interview, position: Position, turns: Sequence[Turn]
) -> Outcome:
    if not any(turn.speaker is Speaker.CANDIDATE for turn in turns):
        return _nothing_said(position)
    settings = services.settings
    answer = await ask_judge(claude, settings.anthropic, position, interview.language, turns, settings.jobs.judge_seconds)
    return assess(position, turns, answer)


def assess(position: Position, turns: Sequence[Turn], answer: Answer) -> Outcome:
    """The judgement with its quotes looked up and its totals computed: what has no quote is not assessed, or left out."""
    transcript = Transcript(turns)
    results = []
    for criterion in position.criteria:
        said = judged(answer.judgement, criterion.key)
        evidence = transcript.find(said.quotes)
        level = said.level if evidence else None
        unfounded = said.level is not None and level is None
        results.append(
            CriterionResult(
                key=criterion.key,
                name=criterion.name,
                weight=criterion.weight,
                level=level,
                score=score_of(level),
                rationale=NO_EVIDENCE if unfounded else said.rationale,
                evidence=evidence,
            )
        )
    totals = total((result.weight, result.level) for result in results)
    return Outcome(
        overall_score=totals.overall_score,
        recommendation=totals.recommendation,
        summary=answer.judgement.summary,
        coverage=totals.coverage,
        criteria=results,
        strengths=_founded(transcript, answer.judgement.strengths),
        weaknesses=_founded(transcript, answer.judgement.weaknesses),
        model=answer.model,
        usage=answer.usage,
    )


def _founded(transcript: Transcript, findings: Sequence[JudgedFinding]) -> list[Finding]:
    """Those that a quote shows."""
    looked_up = [Finding(text=finding.text, evidence=transcript.find(finding.quotes)) for finding in findings]
    return [finding for finding in looked_up if finding.evidence]


def _nothing_said(position: Position) -> Outcome:
    results = [
        CriterionResult(
            key=criterion.key,
            name=criterion.name,
            weight=criterion.weight,
            level=None,
            score=None,
            rationale=NOTHING_SAID,
            evidence=[],
        )
        for criterion in position.criteria
    ]
    return Outcome(
        overall_score=None,
        recommendation=Recommendation.INCONCLUSIVE,
        summary=NOTHING_SAID,
        coverage=0.0,
        criteria=results,
        strengths=[],
        weaknesses=[],
        model="none",
    )


async def _give_up(services: Services, evaluation: Evaluation, failed: JudgeFailed) -> Evaluation | None:
    """For now, or for good when another try would not help or the tries are used up."""
    evaluation_id, attempts = ObjectId(evaluation.id), services.settings.jobs.judge_attempts
    log.warning("no judgement", evaluation_id=str(evaluation_id), attempt=evaluation.attempts, reason=str(failed))
    if not failed.passing:
        return await job.fail_evaluation(evaluation_id, evaluation.fence, str(failed), failed.usage)
    if evaluation.attempts >= attempts:
        told = f"{failed} That was try {evaluation.attempts} of {attempts}: evaluateInterview asks for another version."
        return await job.fail_evaluation(evaluation_id, evaluation.fence, told, failed.usage)
    pause = max(failed.retry_after_seconds, min(RETRY_SECONDS * 2.0 ** (evaluation.attempts - 1), MAX_RETRY_SECONDS))
    told = f"{failed} It is tried again in {pause:.0f} seconds (try {evaluation.attempts} of {attempts})."
    return await job.postpone_evaluation(evaluation_id, evaluation.fence, told, pause, failed.usage)


async def _tell(services: Services, evaluation: Evaluation) -> None:
    await services.live.publish_change(ObjectId(evaluation.organization_id), ObjectId(evaluation.interview_id))
