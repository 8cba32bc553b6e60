"""What can be changed."""

from typing import Annotated, TypeVar

import strawberry

from resolvers import ending, evaluations, invites, messages, positions, starting
from schema.arguments import unset_to_none
from schema.context import Info
from schema.fields import mutation
from schema.inputs.evaluations import EvaluateInterviewInput, ReviewEvaluationInput
from schema.inputs.interviews import (
    CancelInterviewInput,
    EndInterviewInput,
    EraseInterviewInput,
    JoinInterviewInput,
    RenewInviteInput,
    ScheduleInterviewInput,
    SendMessageInput,
    StartInterviewInput,
)
from schema.inputs.positions import SavePositionInput
from schema.types.evaluation import Evaluation
from schema.types.interview import Interview
from schema.types.payloads import (
    CancelInterviewPayload,
    CandidateAccess,
    EndInterviewPayload,
    EraseInterviewPayload,
    EvaluateInterviewPayload,
    Invite,
    JoinInterviewPayload,
    RenewInvitePayload,
    ReviewEvaluationPayload,
    SavePositionPayload,
    ScheduleInterviewPayload,
    SendMessagePayload,
    StartInterviewPayload,
)
from schema.types.position import Position
from schema.types.transcript import Turn

T = TypeVar("T")
Input = Annotated[T, strawberry.argument(name="input", description="What is to be done.")]


@strawberry.type(description="What can be changed. Each mutation takes effect as a whole or not at all.")
class Mutation:
    """The root of every mutation."""

    @mutation("Make an interview and open it for its candidate at once.")
    async def start_interview(self, info: Info, data: Input[StartInterviewInput]) -> StartInterviewPayload | None:
        """An interview that begins now."""
        caller = await info.context.principal()
        started = await starting.start_interview(info.context.services, caller, data.to_request())
        return StartInterviewPayload(
            interview=Interview.of(started.interview, caller),
            access=CandidateAccess.of(started.access),
            invite=Invite.of(started.invite),
        )

    @mutation("Make an interview that the candidate opens with an invite.")
    async def schedule_interview(self, info: Info, data: Input[ScheduleInterviewInput]) -> ScheduleInterviewPayload | None:
        """An interview for later."""
        caller = await info.context.principal()
        scheduled = await starting.schedule_interview(info.context.services, caller, data.to_request())
        return ScheduleInterviewPayload(interview=Interview.of(scheduled.interview, caller), invite=Invite.of(scheduled.invite))

    @mutation("A new link, and a new time if given; the old link stops working.")
    async def renew_invite(self, info: Info, data: Input[RenewInviteInput]) -> RenewInvitePayload | None:
        """A new link."""
        caller = await info.context.principal()
        renewed = await invites.renew_invite(info.context.services, caller, data.to_request())
        return RenewInvitePayload(interview=Interview.of(renewed.interview, caller), invite=Invite.of(renewed.invite))

    @mutation(
        "Open the interview with its invite, or come back to it. It needs no other credential; a second join of the "
        "same interview gives a fresh access to it."
    )
    async def join_interview(self, info: Info, data: Input[JoinInterviewInput]) -> JoinInterviewPayload | None:
        """The candidate comes, or comes back."""
        joined = await invites.join_interview(info.context.services, data.to_request())
        # whoever asks has shown the invite: the answer is what the candidate may see, whatever other credential came along
        candidate = await info.context.verify_authorization(f"Bearer {joined.access.token}")
        return JoinInterviewPayload(interview=Interview.of(joined.interview, candidate), access=CandidateAccess.of(joined.access))

    @mutation(
        "Say something as the candidate, in writing. It answers once the turn is stored; the interviewer's reply "
        "comes through the transcript."
    )
    async def send_message(self, info: Info, data: Input[SendMessageInput]) -> SendMessagePayload | None:
        """What the candidate wrote."""
        caller = await info.context.principal()
        turn = await messages.send_message(
            info.context.services, caller, data.interview_id, data.text, unset_to_none(data.idempotency_key)
        )
        return SendMessagePayload(turn=Turn.of(turn, caller))

    @mutation("End an interview that is open. What was said is kept, and evaluated.")
    async def end_interview(self, info: Info, data: Input[EndInterviewInput]) -> EndInterviewPayload | None:
        """An interview to end."""
        caller = await info.context.principal()
        ended = await ending.end_interview(info.context.services, caller, data.interview_id, unset_to_none(data.idempotency_key))
        return EndInterviewPayload(interview=Interview.of(ended, caller))

    @mutation("Call off an interview that has not begun.")
    async def cancel_interview(self, info: Info, data: Input[CancelInterviewInput]) -> CancelInterviewPayload | None:
        """An interview to call off."""
        caller = await info.context.principal()
        cancelled = await ending.cancel_interview(
            info.context.services, caller, data.interview_id, unset_to_none(data.reason), unset_to_none(data.idempotency_key)
        )
        return CancelInterviewPayload(interview=Interview.of(cancelled, caller))

    @mutation("Ask for one more evaluation of a completed interview; while one is PENDING or RUNNING, answers that one.")
    async def evaluate_interview(self, info: Info, data: Input[EvaluateInterviewInput]) -> EvaluateInterviewPayload | None:
        """One more evaluation."""
        caller = await info.context.principal()
        evaluation = await evaluations.evaluate_interview(
            info.context.services, caller, data.interview_id, unset_to_none(data.idempotency_key)
        )
        return EvaluateInterviewPayload(evaluation=Evaluation.of(evaluation))

    @mutation("Decide about a candidate, beside a completed evaluation, which keeps its own scores.")
    async def review_evaluation(self, info: Info, data: Input[ReviewEvaluationInput]) -> ReviewEvaluationPayload | None:
        """A person's decision."""
        caller = await info.context.principal()
        reviewed = await evaluations.review_evaluation(info.context.services, caller, data.to_request())
        return ReviewEvaluationPayload(evaluation=Evaluation.of(reviewed))

    @mutation("Save a new version of a position. Interviews keep the version that they use.")
    async def save_position(self, info: Info, data: Input[SavePositionInput]) -> SavePositionPayload | None:
        """A position to save."""
        caller = await info.context.principal()
        position = await positions.save_position(
            info.context.services,
            caller,
            data.to_body(),
            unset_to_none(data.based_on_version),
            unset_to_none(data.idempotency_key),
        )
        return SavePositionPayload(position=Position.of(position, caller))

    @mutation("Erase an interview for good: turns, evaluations, recordings and everything personal. It ends if it is open.")
    async def erase_interview(self, info: Info, data: Input[EraseInterviewInput]) -> EraseInterviewPayload | None:
        """An interview to erase."""
        caller = await info.context.principal()
        erased, receipt = await ending.erase_interview(
            info.context.services, caller, data.interview_id, unset_to_none(data.idempotency_key)
        )
        return EraseInterviewPayload(interview=Interview.of(erased, caller), receipt=receipt)
