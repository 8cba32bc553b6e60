"""The job that evaluates a completed interview.

Its due time, attempts and lease are stored in the evaluation's document.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from anthropic import AsyncAnthropic
from beanie import PydanticObjectId
from bson import ObjectId
from opentelemetry.trace import Span

import tracing
from engine.metrics import CLAUDE_CALLS, count_attempt
from errors import ExhaustedBudget
from evaluation.judge import MAX_TOKENS, JudgeAnswer, JudgeFailed, JudgeRejected, JudgeUnavailable, ask_judge
from evaluation.languages import Languages
from evaluation.passes import build_outcome
from evaluation.prompt import PROMPT_VERSION, exclude_uncertain, select_judged_turns
from lifecycle.budgets import count_usage, describe_exhausted_budget, find_exhausted_claude_budget
from lifecycle.jobs import EVALUATE
from lifecycle.lease_renewal import hold_lease
from lifecycle.origins import trace_job
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from live.single_flight import retry_until_available
from models.documents.budget import Budget
from models.documents.evaluation import Evaluation, get_evaluation
from models.documents.interview import Interview, get_interview
from models.documents.judgement import JudgementDocument, list_judgements
from models.documents.position import Position, get_position
from models.documents.turn import Speaker, Turn, compute_transcript_digest, read_turns
from models.documents.usage import Usage
from models.storage.clock import now
from models.storage.lease import LeaseLost, renew_lease
from models.writes import evaluation_transitions

log = structlog.get_logger(__name__)

ABANDONED = (
    "All {attempts} attempts are used up, and the last one was interrupted: its worker was stopped or lost its lease. "
    "Call evaluateInterview to request another version."
)


BUDGET_POLL_SECONDS = 900.0
"""Pause before it is checked again whether the organization's budget is open: the operator may have raised it."""
MAX_BUDGET_WAIT = timedelta(days=7)
"""How long an evaluation waits for its organization's budget before it fails."""
BUDGET_WAIT_ENDED = (
    "The organization's daily budgets were used up for more than {days} days. Call evaluateInterview to request another version."
)


async def run_evaluation(services: Services, claude: AsyncAnthropic, languages: Languages, evaluation_id: ObjectId) -> None:
    """Run the evaluation if it is due and no other worker holds its lease.

    Each claim makes one call of the judge, so that each pass has attempts of its own. A failure is stored in the evaluation,
    which is then due again later, or FAILED once the attempts of a pass are used up.
    """
    while await _run_step(services, claude, languages, evaluation_id):
        pass


async def _run_step(services: Services, claude: AsyncAnthropic, languages: Languages, evaluation_id: ObjectId) -> bool:
    """Run the next pass, or compute the outcome after the last; return whether another step may be due."""
    evaluation = await _claim(services, evaluation_id)
    if evaluation is None:
        return False
    attempt = {
        "viva.evaluation_version": evaluation.version,
        "viva.pass": evaluation.passes_done + 1,
        "viva.attempt": evaluation.attempts,
    }
    with trace_job(EVALUATE, evaluation.interview_id, evaluation.origin, attempt) as span:
        return await _run_claimed_step(services, claude, languages, evaluation, span)


async def _run_claimed_step(
    services: Services, claude: AsyncAnthropic, languages: Languages, evaluation: Evaluation, span: Span
) -> bool:
    evaluation_id, fence = evaluation.id, evaluation.fence
    jobs, holder = services.settings.jobs, services.jobs.holder
    await services.live.publish_change(evaluation)
    judge_call: asyncio.Task[JudgeAnswer] | None = None
    is_pass = False
    try:
        async with hold_lease(
            lambda: renew_lease(Evaluation, evaluation_id, fence, holder, jobs.lease_seconds), jobs.lease_seconds
        ):
            subject = await _load(evaluation)
            is_pass = subject.has_answers and evaluation.passes_done < jobs.judge_passes
            if is_pass:
                # losing the lease does not cancel this task: the call is paid for, so its cost must be recorded
                judge_call = asyncio.create_task(_call_judge(services, claude, evaluation, subject))
                judgement = _build_judgement(evaluation, await asyncio.shield(judge_call))
                with tracing.start_span("evaluation store"):
                    changed = await evaluation_transitions.complete_pass(evaluation, judgement)
            else:
                changed = await _complete(evaluation, subject, languages)
    except LeaseLost:
        if judge_call is not None:
            await asyncio.gather(judge_call, return_exceptions=True)
        return False
    except JudgeFailed as failed:
        tracing.set_error(span, type(failed).__name__)
        changed, is_pass = await _retry_or_fail(services, evaluation, failed), False
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
    return is_pass and changed is not None


async def _claim(services: Services, evaluation_id: ObjectId) -> Evaluation | None:
    """Claim the evaluation if it is due.

    Returns None if it is not, or if it has to wait for a budget, or fails because its attempts or the wait are used up.
    """
    jobs = services.settings.jobs
    exhausted = await _find_exhausted_budget(services, evaluation_id)
    if exhausted and await _wait_for_budget(services, evaluation_id, exhausted):
        return None
    evaluation = await evaluation_transitions.claim_evaluation(
        evaluation_id,
        services.jobs.holder,
        jobs.lease_seconds,
        prompt_version=PROMPT_VERSION,
        closed=await services.credentials.closed_organizations.read_ids(),
    )
    if evaluation is None:
        return None
    count_attempt("evaluation", evaluation.attempts)
    if exhausted:
        failure_text = BUDGET_WAIT_ENDED.format(days=MAX_BUDGET_WAIT.days)
    elif evaluation.attempts > jobs.judge_attempts:
        failure_text = ABANDONED.format(attempts=jobs.judge_attempts)
    else:
        return evaluation
    log.error("evaluation abandoned", evaluation_id=str(evaluation_id), attempts=evaluation.attempts, reason=failure_text)
    if abandoned := await evaluation_transitions.fail_evaluation(evaluation_id, evaluation.fence, failure_text):
        await services.live.publish_change(abandoned)
    return None


async def _find_exhausted_budget(services: Services, evaluation_id: ObjectId) -> ExhaustedBudget | None:
    """Return the daily budget that the next call of the judge would exceed; None if there is none, or no call is left."""
    evaluation = await get_evaluation(evaluation_id)
    if evaluation is None or evaluation.passes_done >= services.settings.jobs.judge_passes:
        return None
    return await find_exhausted_claude_budget(services, evaluation.organization_id)


async def _wait_for_budget(services: Services, evaluation_id: ObjectId, exhausted: ExhaustedBudget) -> bool:
    """Postpone the evaluation if it is due; return False if it has waited for longer than MAX_BUDGET_WAIT."""
    evaluation = await get_evaluation(evaluation_id)
    if evaluation is None or (evaluation.waiting_since and now() - evaluation.waiting_since > MAX_BUDGET_WAIT):
        return False
    failure_text = (
        f"{describe_exhausted_budget(exhausted, now())} The evaluation waits until then, for up to {MAX_BUDGET_WAIT.days} days."
    )
    changed = await evaluation_transitions.wait_for_budget(evaluation, Budget(exhausted.name), failure_text, BUDGET_POLL_SECONDS)
    if changed:
        log.warning("evaluation waits for a budget", evaluation_id=str(evaluation_id), budget=exhausted.name)
        await services.live.publish_change(changed)
    return True


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is evaluated."""

    interview: Interview
    position: Position
    turns: Sequence[Turn]
    """The turns that are evaluated, with those that were hardly understood."""
    transcript_digest: str

    @property
    def judged_turns(self) -> list[Turn]:
        """The turns that the judge reads."""
        return exclude_uncertain(self.turns)

    @property
    def has_answers(self) -> bool:
        return any(turn.speaker is Speaker.CANDIDATE for turn in self.judged_turns)


async def _load(evaluation: Evaluation) -> _Subject:
    interview = await get_interview(evaluation.interview_id)
    position = await get_position(evaluation.position_id)
    if interview is None or interview.candidate is None:
        raise JudgeRejected("The interview has been erased.")
    if interview.is_consent_withdrawn:
        raise JudgeRejected("The candidate has withdrawn the consent.")
    if not interview.has_transcript:
        raise JudgeRejected("The transcript has been erased.")
    if position is None:
        raise JudgeRejected("The version of the position that this interview used no longer exists.")
    turns = await read_turns(interview.id)
    return _Subject(interview, position, select_judged_turns(interview, turns), compute_transcript_digest(turns))


async def _call_judge(services: Services, claude: AsyncAnthropic, evaluation: Evaluation, subject: _Subject) -> JudgeAnswer:
    async def record_usage(usage: Usage) -> None:
        # retried during a MongoDB outage: otherwise a judgement that has been paid for would be lost, and paid for again
        recorded = await retry_until_available(evaluation_transitions.record_usage, evaluation.id, evaluation.fence, usage)
        if recorded:
            await count_usage(evaluation.organization_id, usage)

    settings, interview = services.settings, subject.interview
    outcome = "failed"
    try:
        with tracing.start_span("evaluation sample"):
            answer = await ask_judge(
                claude,
                settings.anthropic,
                subject.position,
                interview.language,
                subject.judged_turns,
                interview.candidate.name if interview.candidate else "",
                evaluation.passes_done + 1,
                settings.jobs.judge_seconds,
                record_usage,
            )
        outcome = "answered"
    except JudgeUnavailable:
        outcome = "unavailable"
        raise
    except JudgeRejected:
        outcome = "rejected"
        raise
    finally:
        CLAUDE_CALLS.labels("judge", outcome).inc()
    return answer


def _build_judgement(evaluation: Evaluation, answer: JudgeAnswer) -> JudgementDocument:
    return JudgementDocument(
        id=PydanticObjectId(),
        interview_id=evaluation.interview_id,
        evaluation_id=evaluation.id,
        number=evaluation.passes_done + 1,
        text=answer.text,
        model=answer.model,
        message_id=answer.message_id,
        max_tokens=MAX_TOKENS,
        prompt_digest=answer.prompt_digest,
        usage=answer.usage,
    )


async def _complete(evaluation: Evaluation, subject: _Subject, languages: Languages) -> Evaluation | None:
    judgements = await list_judgements(evaluation.id)
    # in a thread, because a long transcript would block the event loop, and with it the renewal of the lease
    with tracing.start_span("evaluation check"):
        outcome = await asyncio.to_thread(
            build_outcome, subject.interview, subject.position, subject.turns, judgements, languages
        )
    with tracing.start_span("evaluation store"):
        return await evaluation_transitions.complete_evaluation(evaluation, outcome, transcript_digest=subject.transcript_digest)


async def _retry_or_fail(services: Services, evaluation: Evaluation, failed: JudgeFailed) -> Evaluation | None:
    """Postpone the evaluation, or fail it if another attempt cannot help or none is left."""
    evaluation_id, fence, jobs = evaluation.id, evaluation.fence, services.settings.jobs
    log.warning("judgement failed", evaluation_id=str(evaluation_id), attempt=evaluation.attempts, reason=str(failed))
    if not failed.is_transient:
        return await evaluation_transitions.fail_evaluation(evaluation_id, fence, str(failed))
    if isinstance(failed, JudgeUnavailable):
        return await _wait_for_judge(evaluation, failed, timedelta(hours=jobs.judge_hours))
    if evaluation.attempts >= jobs.judge_attempts:
        failure_text = (
            f"{failed} That was attempt {evaluation.attempts} of {jobs.judge_attempts}. "
            "Call evaluateInterview to request another version."
        )
        return await evaluation_transitions.fail_evaluation(evaluation_id, fence, failure_text)
    pause = max(failed.retry_after_seconds, evaluation_transitions.BACKOFF.seconds(evaluation.attempts))
    failure_text = (
        f"{failed} The next attempt is in {pause:.0f} seconds (attempt {evaluation.attempts} of {jobs.judge_attempts} failed)."
    )
    return await evaluation_transitions.postpone_evaluation(evaluation_id, fence, failure_text, pause)


async def _wait_for_judge(evaluation: Evaluation, failed: JudgeUnavailable, patience: timedelta) -> Evaluation | None:
    """Postpone the evaluation for as long as it has been waiting, within bounds; fail it when the patience has ended."""
    waited = now() - evaluation.unavailable_since if evaluation.unavailable_since else timedelta()
    if waited > patience:
        failure_text = f"{failed} This lasted for more than {patience}. Call evaluateInterview to request another version."
        return await evaluation_transitions.fail_evaluation(evaluation.id, evaluation.fence, failure_text)
    backoff = evaluation_transitions.BACKOFF
    pause = max(failed.retry_after_seconds, min(backoff.max_seconds, max(backoff.base_seconds, waited.total_seconds())))
    failure_text = f"{failed} It is tried again in {pause:.0f} seconds, for up to {patience} in all."
    return await evaluation_transitions.postpone_evaluation(
        evaluation.id, evaluation.fence, failure_text, pause, judge_was_called=False
    )
