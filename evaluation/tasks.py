"""The job that evaluates a completed interview.

Its due time, attempts and lease are stored in the evaluation's document.
"""

import asyncio
from collections.abc import Sequence

import structlog
from anthropic import AsyncAnthropic
from bson import ObjectId

from evaluation.evidence import SearchableTranscript
from evaluation.judge import JudgeAnswer, JudgeFailed, ask_judge
from evaluation.prompt import PROMPT_VERSION, JudgedFinding, get_criterion_judgement
from evaluation.rubric import compute_totals, to_score
from lifecycle.lease_renewal import hold_lease
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from live.single_flight import retry_until_available
from models.documents.evaluation import CriterionResult, Evaluation, EvaluationOutcome, Finding, Usage
from models.documents.interview import Interview, Recommendation, get_interview
from models.documents.position import Position, get_position
from models.documents.turn import Speaker, Turn, compute_transcript_digest, read_turns
from models.storage.lease import LeaseLost, renew_lease
from models.writes import evaluation_transitions

log = structlog.get_logger(__name__)

NO_EVIDENCE = "Not assessed: no quote for this criterion was found in the transcript."
ABANDONED = (
    "All {attempts} attempts are used up, and the last one was interrupted: its worker was stopped or lost its lease. "
    "Call evaluateInterview to request another version."
)
NOTHING_SAID = "The candidate said nothing that could be assessed."


async def run_evaluation(services: Services, claude: AsyncAnthropic, evaluation_id: ObjectId) -> None:
    """Run the evaluation if it is due and no other worker holds its lease.

    A failure is stored in the evaluation, which is then due again later, or FAILED once its attempts are used up.
    """
    jobs, holder = services.settings.jobs, services.jobs.holder
    evaluation = await evaluation_transitions.claim_evaluation(
        evaluation_id, holder, jobs.lease_seconds, prompt_version=PROMPT_VERSION
    )
    if evaluation is None:
        return
    if evaluation.attempts > jobs.judge_attempts:
        log.error("evaluation abandoned", evaluation_id=str(evaluation_id), attempts=jobs.judge_attempts)
        failure_text = ABANDONED.format(attempts=jobs.judge_attempts)
        if abandoned := await evaluation_transitions.fail_evaluation(evaluation_id, evaluation.fence, failure_text):
            await services.live.publish_change(abandoned)
        return
    fence = evaluation.fence
    await services.live.publish_change(evaluation)
    judge_call: asyncio.Task[JudgeAnswer] | None = None
    try:
        async with hold_lease(
            lambda: renew_lease(Evaluation, evaluation_id, fence, holder, jobs.lease_seconds), jobs.lease_seconds
        ):
            interview, position, turns = await _load(evaluation)
            if any(turn.speaker is Speaker.CANDIDATE for turn in turns):
                # losing the lease does not cancel this task: the call is paid for, so its cost must be recorded
                judge_call = asyncio.create_task(_call_judge(services, claude, evaluation, interview, position, turns))
                outcome = await _assess(position, turns, await asyncio.shield(judge_call))
            else:
                outcome = _build_empty_outcome(position)
            changed = await evaluation_transitions.complete_evaluation(
                evaluation, outcome, transcript_digest=compute_transcript_digest(turns)
            )
    except LeaseLost:
        if judge_call is not None:
            await asyncio.gather(judge_call, return_exceptions=True)
        return
    except JudgeFailed as failed:
        changed = await _retry_or_fail(services, evaluation, failed)
    except Exception as error:
        # a defect in our code: retried like any failure, but also raised, so that it is reported as a defect
        await _retry_or_fail(
            services, evaluation, JudgeFailed(f"The evaluation failed because of an internal error ({type(error).__name__}).")
        )
        await services.live.publish_change(evaluation)
        raise
    finally:
        if judge_call is not None:
            await cancel_and_wait(judge_call)
    if changed:
        await services.live.publish_change(changed)


async def _load(evaluation: Evaluation) -> tuple[Interview, Position, list[Turn]]:
    interview = await get_interview(evaluation.interview_id)
    position = await get_position(evaluation.position_id)
    if interview is None or interview.erased_at is not None:
        raise JudgeFailed("The interview has been erased.", is_transient=False)
    if position is None:
        raise JudgeFailed("The version of the position that this interview used no longer exists.", is_transient=False)
    return interview, position, await read_turns(interview.id)


async def _call_judge(
    services: Services,
    claude: AsyncAnthropic,
    evaluation: Evaluation,
    interview: Interview,
    position: Position,
    turns: Sequence[Turn],
) -> JudgeAnswer:
    async def record_usage(usage: Usage) -> None:
        # retried during a MongoDB outage: otherwise a judgement that has been paid for would be lost, and paid for again
        await retry_until_available(evaluation_transitions.record_usage, evaluation.id, evaluation.fence, usage)

    settings = services.settings
    timeout_seconds = settings.jobs.judge_seconds
    return await ask_judge(claude, settings.anthropic, position, interview.language, turns, timeout_seconds, record_usage)


async def _assess(position: Position, turns: Sequence[Turn], answer: JudgeAnswer) -> EvaluationOutcome:
    # in a thread, because a long transcript would block the event loop, and with it the renewal of the lease
    return await asyncio.to_thread(build_outcome, position, turns, answer)


def build_outcome(position: Position, turns: Sequence[Turn], answer: JudgeAnswer) -> EvaluationOutcome:
    """Verify the quotes of a judgement and compute its totals.

    A criterion without a verified quote is not assessed; a strength or weakness without one is dropped.
    """
    transcript = SearchableTranscript(turns)
    results = []
    for criterion in position.criteria:
        judgement = get_criterion_judgement(answer.judgement, criterion.key)
        evidence = transcript.find_evidence(judgement.quotes)
        level = judgement.level if evidence else None
        lacks_evidence = judgement.level is not None and level is None
        results.append(
            CriterionResult(
                key=criterion.key,
                name=criterion.name,
                weight=criterion.weight,
                level=level,
                score=to_score(level),
                rationale=NO_EVIDENCE if lacks_evidence else judgement.rationale,
                evidence=evidence,
            )
        )
    totals = compute_totals((result.weight, result.level) for result in results)
    return EvaluationOutcome(
        overall_score=totals.overall_score,
        recommendation=totals.recommendation,
        summary=answer.judgement.summary,
        coverage=totals.coverage,
        criteria=results,
        strengths=_keep_findings_with_evidence(transcript, answer.judgement.strengths),
        weaknesses=_keep_findings_with_evidence(transcript, answer.judgement.weaknesses),
        model=answer.model,
        usage=answer.usage,
    )


def _keep_findings_with_evidence(transcript: SearchableTranscript, findings: Sequence[JudgedFinding]) -> list[Finding]:
    findings_with_evidence = [
        Finding(text=finding.text, evidence=transcript.find_evidence(finding.quotes)) for finding in findings
    ]
    return [finding for finding in findings_with_evidence if finding.evidence]


def _build_empty_outcome(position: Position) -> EvaluationOutcome:
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
    return EvaluationOutcome(
        overall_score=None,
        recommendation=Recommendation.INCONCLUSIVE,
        summary=NOTHING_SAID,
        coverage=0.0,
        criteria=results,
        strengths=[],
        weaknesses=[],
        model="none",
    )


async def _retry_or_fail(services: Services, evaluation: Evaluation, failed: JudgeFailed) -> Evaluation | None:
    """Postpone the evaluation, or fail it if another attempt cannot help or none is left."""
    evaluation_id, attempts = evaluation.id, services.settings.jobs.judge_attempts
    log.warning("judgement failed", evaluation_id=str(evaluation_id), attempt=evaluation.attempts, reason=str(failed))
    if not failed.is_transient:
        return await evaluation_transitions.fail_evaluation(evaluation_id, evaluation.fence, str(failed))
    if evaluation.attempts >= attempts:
        failure_text = (
            f"{failed} That was attempt {evaluation.attempts} of {attempts}. Call evaluateInterview to request another version."
        )
        return await evaluation_transitions.fail_evaluation(evaluation_id, evaluation.fence, failure_text)
    pause = max(failed.retry_after_seconds, evaluation_transitions.BACKOFF.seconds(evaluation.attempts))
    failure_text = f"{failed} The next attempt is in {pause:.0f} seconds (attempt {evaluation.attempts} of {attempts} failed)."
    return await evaluation_transitions.postpone_evaluation(evaluation_id, evaluation.fence, failure_text, pause)
