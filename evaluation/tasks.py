"""The job that turns an ended interview into a score. What is due, and in whose hands, stands in the evaluation's document."""

import asyncio
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
from live.cancellation import end
from live.reads import patiently
from models import evaluation_job as job
from models.append import LeaseLost
from models.evaluation import CriterionResult, Evaluation, Finding, Outcome, Usage
from models.interview import Interview, Recommendation, get_interview
from models.position import Position, get_position
from models.turn import Speaker, Turn, read_turns

log = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 300.0
NO_EVIDENCE = "Not assessed: no quote for this criterion was found in the transcript."
ABANDONED = (
    "All {attempts} attempts are used up, and the last one broke off: its worker was stopped, or lost its lease. "
    "evaluateInterview asks for another version."
)
NOTHING_SAID = "The candidate said nothing that could be assessed."


async def evaluate(services: Services, claude: AsyncAnthropic, evaluation_id: ObjectId) -> None:
    """Make the evaluation if it is due and nobody holds its lease.

    A failure is stored in the evaluation: it is due again later, or FAILED once its attempts are used up.
    """
    jobs, holder = services.settings.jobs, services.jobs.holder
    evaluation = await job.claim_evaluation(evaluation_id, holder, jobs.lease_seconds)
    if evaluation is None:
        return
    if evaluation.attempts > jobs.judge_attempts:
        log.error("evaluation given up: attempts used up", evaluation_id=str(evaluation_id), attempts=jobs.judge_attempts)
        if failed := await job.fail_evaluation(evaluation_id, evaluation.fence, ABANDONED.format(attempts=jobs.judge_attempts)):
            await _tell(services, failed)
        return
    fence = evaluation.fence
    await _tell(services, evaluation)
    call: asyncio.Task[Answer] | None = None
    try:
        async with kept(lambda: job.renew_evaluation(evaluation_id, fence, holder, jobs.lease_seconds), jobs.lease_seconds):
            interview, position, turns = await _load(evaluation)
            if any(turn.speaker is Speaker.CANDIDATE for turn in turns):
                # a task of its own, which losing the lease does not cancel: the call is paid for, so its cost is recorded
                call = asyncio.create_task(_ask(services, claude, evaluation, interview, position, turns))
                outcome = await _assess(position, turns, await asyncio.shield(call))
            else:
                outcome = _nothing_said(position)
            changed = await job.complete_evaluation(evaluation, outcome, prompt_version=VERSION, transcript_digest=digest(turns))
    except LeaseLost:
        if call is not None:
            await asyncio.gather(call, return_exceptions=True)
        return
    except JudgeFailed as failed:
        changed = await _give_up(services, evaluation, failed)
    except Exception as error:
        # a defect of ours: tried again all the same, and named as what it is
        await _give_up(services, evaluation, JudgeFailed(f"The evaluation failed on our side ({type(error).__name__})."))
        await _tell(services, evaluation)
        raise
    finally:
        if call is not None:
            await end(call)
    if changed:
        await _tell(services, changed)


async def _load(evaluation: Evaluation) -> tuple[Interview, Position, list[Turn]]:
    interview = await get_interview(ObjectId(evaluation.interview_id))
    position = await get_position(ObjectId(evaluation.position_id))
    if interview is None or interview.erased_at is not None:
        raise JudgeFailed("The interview has been erased.", passing=False)
    if position is None:
        raise JudgeFailed("The version of the position that this interview used is gone.", passing=False)
    return interview, position, await read_turns(ObjectId(interview.id))


async def _ask(
    services: Services,
    claude: AsyncAnthropic,
    evaluation: Evaluation,
    interview: Interview,
    position: Position,
    turns: Sequence[Turn],
) -> Answer:
    async def record_usage(usage: Usage) -> None:
        # retried while MongoDB is away: otherwise a judgement that is already paid for would be lost, and paid for again
        await patiently(job.record_usage, ObjectId(evaluation.id), evaluation.fence, usage)

    settings = services.settings
    timeout_seconds = settings.jobs.judge_seconds
    return await ask_judge(claude, settings.anthropic, position, interview.language, turns, timeout_seconds, record_usage)


async def _assess(position: Position, turns: Sequence[Turn], answer: Answer) -> Outcome:
    # in a thread: on a long transcript it would hold up the event loop, and with it the renewal of the lease
    return await asyncio.to_thread(assess, position, turns, answer)


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
        return await job.fail_evaluation(evaluation_id, evaluation.fence, str(failed))
    if evaluation.attempts >= attempts:
        told = f"{failed} That was try {evaluation.attempts} of {attempts}: evaluateInterview asks for another version."
        return await job.fail_evaluation(evaluation_id, evaluation.fence, told)
    pause = max(failed.retry_after_seconds, min(RETRY_SECONDS * 2.0 ** (evaluation.attempts - 1), MAX_RETRY_SECONDS))
    told = f"{failed} It is tried again in {pause:.0f} seconds (try {evaluation.attempts} of {attempts})."
    return await job.postpone_evaluation(evaluation_id, evaluation.fence, told, pause)


async def _tell(services: Services, evaluation: Evaluation) -> None:
    await services.live.publish_change(ObjectId(evaluation.organization_id), ObjectId(evaluation.interview_id))
