"""The root type of mutations."""

from typing import Annotated, TypeVar

import strawberry

from lifecycle.security_log import CredentialKind
from models.documents.audit_entry import AuditKind
from resolvers import (
    api_keys,
    candidate_import,
    candidate_rights,
    corrections,
    demographics,
    ending,
    evaluations,
    invites,
    legal_holds,
    members,
    messages,
    notes,
    notices,
    organizations,
    positions,
    reopening,
    retention,
    sign_in,
    starting,
    try_outs,
    webhooks,
)
from resolvers.ids import IdKind, encode_id
from schema.arguments import RequestBuilder, to_dict_of_sent, to_dict_without_unset, unset_to_none
from schema.audit import audited
from schema.context import GraphQLContext, Info, SessionWriter
from schema.decorators import as_graphql, mutation, object_type
from schema.inputs.api_keys import CreateApiKeyInput, RevokeApiKeyInput, RotateApiKeyInput
from schema.inputs.candidate_rights import (
    RequestAccommodationInput,
    RequestAlternativeInput,
    ResolveRequestInput,
    WithdrawConsentInput,
)
from schema.inputs.data_protection import (
    ReleaseLegalHoldInput,
    SetDemographicsInput,
    SetLegalHoldInput,
    UpdateRetentionPolicyInput,
)
from schema.inputs.evaluations import (
    AddNoteInput,
    AdoptEvaluationInput,
    DeleteNoteInput,
    EvaluateInterviewInput,
    RateEvaluationInput,
    ReviewEvaluationInput,
)
from schema.inputs.interviews import (
    CancelInterviewInput,
    CorrectTurnInput,
    EndInterviewInput,
    EraseInterviewInput,
    ImportCandidatesInput,
    JoinInterviewInput,
    OpenTranscriptInput,
    RenewInviteInput,
    ReopenInterviewInput,
    ScheduleInterviewInput,
    SendMessageInput,
    SignalInterviewerInput,
    StartInterviewInput,
    StartTryOutInput,
)
from schema.inputs.members import (
    AcceptMemberInvitationInput,
    InviteMemberInput,
    RemoveMemberInput,
    RenewMemberLinkInput,
    RevokeMemberInvitationInput,
    UpdateMemberInput,
)
from schema.inputs.notices import UpdateNoticeInput
from schema.inputs.organizations import UpdateOrganizationInput
from schema.inputs.positions import SavePositionInput
from schema.inputs.sign_in import SignInInput, SignOutInput
from schema.inputs.webhooks import (
    CreateWebhookEndpointInput,
    DeleteWebhookEndpointInput,
    ReplayDeliveriesInput,
    ReplayDeliveryInput,
    RotateWebhookSecretInput,
    UpdateWebhookEndpointInput,
)
from schema.types.api_key import ApiKey
from schema.types.candidate_import import CandidateImport
from schema.types.data_protection import RetentionPolicy
from schema.types.evaluation import Evaluation
from schema.types.interview import Interview
from schema.types.invite import Invite
from schema.types.member import Member, MemberInvitation
from schema.types.note import Note
from schema.types.payloads import (
    AcceptMemberInvitationPayload,
    AddNotePayload,
    AdoptEvaluationPayload,
    CancelInterviewPayload,
    CandidateAccess,
    CorrectTurnPayload,
    CreateApiKeyPayload,
    CreateWebhookEndpointPayload,
    DeleteNotePayload,
    DeleteWebhookEndpointPayload,
    EndInterviewPayload,
    EraseInterviewPayload,
    EvaluateInterviewPayload,
    ImportCandidatesPayload,
    InviteMemberPayload,
    JoinInterviewPayload,
    OpenTranscriptPayload,
    PositionWarning,
    RateEvaluationPayload,
    ReleaseLegalHoldPayload,
    RemoveMemberPayload,
    RenewInvitePayload,
    RenewMemberLinkPayload,
    ReopenInterviewPayload,
    ReplayDeliveriesPayload,
    ReplayDeliveryPayload,
    RequestAccommodationPayload,
    RequestAlternativePayload,
    ResolveRequestPayload,
    ReviewEvaluationPayload,
    RevokeApiKeyPayload,
    RevokeMemberInvitationPayload,
    RotateApiKeyPayload,
    RotateWebhookSecretPayload,
    SavePositionPayload,
    ScheduleInterviewPayload,
    SendMessagePayload,
    SetDemographicsPayload,
    SetLegalHoldPayload,
    SignalInterviewerPayload,
    SignInPayload,
    SignOutPayload,
    StartInterviewPayload,
    StartTryOutPayload,
    UpdateMemberPayload,
    UpdateNoticePayload,
    UpdateOrganizationPayload,
    UpdateRetentionPolicyPayload,
    UpdateWebhookEndpointPayload,
    WithdrawConsentPayload,
)
from schema.types.position import Position
from schema.types.transcript import Turn
from schema.types.viewer import Organization, Viewer
from schema.types.webhook import WebhookDelivery, WebhookEndpoint

T = TypeVar("T")
Input = Annotated[T, strawberry.argument(name="input", description="The input of the mutation.")]

_START = RequestBuilder(starting.StartRequest)
_SCHEDULE = RequestBuilder(starting.ScheduleRequest)
_IMPORT = RequestBuilder(candidate_import.ImportRequest)
_TRY_OUT = RequestBuilder(try_outs.TryOutRequest)
_RENEW = RequestBuilder(invites.RenewRequest)
_REOPENING = RequestBuilder(reopening.ReopenRequest)
_JOIN = RequestBuilder(invites.JoinRequest)
_REVIEW = RequestBuilder(evaluations.ReviewRequest)
_RATING = RequestBuilder(evaluations.RatingRequest)
_NOTE = RequestBuilder(notes.NoteRequest)
_ADOPTION = RequestBuilder(evaluations.AdoptionRequest)
_RETENTION = RequestBuilder(retention.RetentionPolicyRequest)
_DEMOGRAPHICS = RequestBuilder(demographics.DemographicsRequest)
_CORRECTION = RequestBuilder(corrections.CorrectionRequest)
_WITHDRAWAL = RequestBuilder(candidate_rights.WithdrawalRequest)
_ALTERNATIVE = RequestBuilder(candidate_rights.AlternativeRequest)
_ACCOMMODATION = RequestBuilder(candidate_rights.AccommodationRequest)
_ANSWER = RequestBuilder(candidate_rights.RequestAnswer)
_NEW_KEY = RequestBuilder(api_keys.ApiKeyRequest)
_ROTATION = RequestBuilder(api_keys.RotationRequest)
_INVITATION = RequestBuilder(members.InviteRequest)
_MEMBER = RequestBuilder(members.UpdateRequest)
_SIGN_IN = RequestBuilder(sign_in.SignInRequest)
_NOTICE = RequestBuilder(notices.NoticeRequest)
_ENDPOINT = RequestBuilder(webhooks.EndpointRequest)
_SECRET_ROTATION = RequestBuilder(webhooks.SecretRotation)
_REPLAY = RequestBuilder(webhooks.ReplayRequest)


@audited(AuditKind.CHANGE)
@object_type
class Mutation:
    """The root of all mutations.

    A mutation that fails returns null and an error with a code (ErrorCode). In addition to the
    errors that each mutation lists, every mutation can fail with

    - UNAUTHENTICATED;
    - FORBIDDEN: the caller has another role;
    - BAD_INPUT: a text or the idempotencyKey is invalid;
    - CONFLICT: the idempotencyKey was used with another input;
    - RATE_LIMITED: the caller, or the network address, has sent too many operations;
    - UNAVAILABLE: the database does not respond;
    - INTERNAL.

    After UNAVAILABLE or a lost response, repeat the mutation with the same idempotencyKey: it
    completes what was begun.
    """

    @mutation
    async def start_interview(self, info: Info, data: Input[StartInterviewInput]) -> StartInterviewPayload | None:
        """Creates an interview and opens it for its candidate immediately.

        Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - BAD_INPUT: the position or the consent version is unknown, or the language is not the
          position's.
        - CONFLICT: the position is archived, or consent.textDigest is not that of the current text.
        - RATE_LIMITED: the organization has made too many invites, or has used up a budget of today
          (`extensions.budget`), until `extensions.opensAt`.
        - UNAVAILABLE: the channel is VOICE, and there is no LiveKit server or it does not respond.
        """
        caller = await info.context.principal()
        request = _START.build(data)
        started = await starting.start_interview(info.context.services, caller, request)
        return StartInterviewPayload(
            interview=Interview.of(started.interview, caller),
            access=as_graphql(CandidateAccess, started.access),
            invite=Invite.of(started.invite, started.interview),
            is_existing=started.is_existing,
        )

    @mutation
    async def schedule_interview(self, info: Info, data: Input[ScheduleInterviewInput]) -> ScheduleInterviewPayload | None:
        """Creates an interview that the candidate opens later with an invite.

        Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - BAD_INPUT: the position is unknown, the language is not the position's, or a time is in
          the past, too far ahead or in the wrong order.
        - CONFLICT: the position is archived.
        - RATE_LIMITED: the organization has made too many invites.
        """
        caller = await info.context.principal()
        request = _SCHEDULE.build(data)
        scheduled = await starting.schedule_interview(info.context.services, caller, request)
        return ScheduleInterviewPayload(
            interview=Interview.of(scheduled.interview, caller),
            invite=Invite.of(scheduled.invite, scheduled.interview),
            is_existing=scheduled.is_existing,
        )

    @mutation
    async def import_candidates(self, info: Info, data: Input[ImportCandidatesInput]) -> ImportCandidatesPayload | None:
        """Schedules an interview for each candidate in a CSV file. Rows with faults are not imported, the others are.

        Importing a file again, after an interruption or with corrected rows, makes nothing twice: a
        row with an external id is found by it and by its position, as with ifExists: RETURN_EXISTING,
        and any other row by its content for 24 hours, if the caller and the idempotencyKey are the
        same. checkCandidateImport returns the faults without importing. Roles: ADMIN, RECRUITER,
        INTEGRATION.

        Errors:
        - BAD_INPUT: the file cannot be read, has no candidates or more than 500, or has no column
          `name`; there is no such time zone, or no position.
        """
        caller = await info.context.principal()
        imported = await candidate_import.import_candidates(info.context.services, caller, _IMPORT.build(data))
        return ImportCandidatesPayload(
            candidate_import=CandidateImport.of(imported, caller), created_interview_ids=imported.created_interview_ids
        )

    @mutation
    async def start_try_out(self, info: Info, data: Input[StartTryOutInput]) -> StartTryOutPayload | None:
        """Creates a try-out: an interview in which the caller tries a version of a position as its candidate.

        It runs like a candidate's interview, by voice or by text. It is never evaluated, occurs in no list,
        count, statistic, feed or export, and is deleted within a day, with its recording. Until then the
        organization's roles can read it by its id. Roles: ADMIN, RECRUITER.

        Errors:
        - BAD_INPUT: there is no such position or version.
        - RATE_LIMITED: the organization has used up its try-outs of today (`extensions.budget`), until
          `extensions.opensAt`.
        """
        caller = await info.context.principal()
        started = await try_outs.start_try_out(info.context.services, caller, _TRY_OUT.build(data))
        return StartTryOutPayload(
            interview=Interview.of(started.interview, caller), invite=Invite.of(started.invite, started.interview)
        )

    @mutation
    async def renew_invite(self, info: Info, data: Input[RenewInviteInput]) -> RenewInvitePayload | None:
        """Replaces the invite of an interview, and optionally its time.

        Older invites and candidate tokens stop working. An interview that is EXPIRED becomes SCHEDULED
        again. Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such interview.
        - BAD_INPUT: a time is in the past, too far ahead or in the wrong order.
        - CONFLICT: the interview has ended, or it is open and the input has a new time.
        - RATE_LIMITED: the organization has made too many invites.
        """
        caller = await info.context.principal()
        request = _RENEW.build(data)
        renewed = await invites.renew_invite(info.context.services, caller, request)
        return RenewInvitePayload(
            interview=Interview.of(renewed.interview, caller), invite=Invite.of(renewed.invite, renewed.interview)
        )

    @mutation
    async def reopen_interview(self, info: Info, data: Input[ReopenInterviewInput]) -> ReopenInterviewPayload | None:
        """Reopens an interview that is COMPLETED or EXPIRED, with a new invite.

        The interview is SCHEDULED until the candidate joins by the invite. It then continues at the open
        question. The time since its last turn does not count, and there is time for at least one answer.
        Its evaluations no longer count, unless a person has adopted one. If the candidate does not join
        by expiresAt, or the interview is cancelled (cancelInterview), it becomes what it was before.
        Older invites and candidate tokens stop working. Roles: ADMIN, RECRUITER.

        Errors:
        - NOT_FOUND: there is no such interview.
        - BAD_INPUT: the reason is empty or too long, or expiresAt is in the past or too far ahead.
        - CONFLICT: the interview is not over, ENDING, CANCELLED or OPTED_OUT, its transcript was
          erased, or it was reopened 100 times.
        """
        caller = await info.context.principal()
        reopened = await reopening.reopen_interview(info.context.services, caller, _REOPENING.build(data))
        return ReopenInterviewPayload(
            interview=Interview.of(reopened.interview, caller), invite=Invite.of(reopened.invite, reopened.interview)
        )

    @mutation
    async def join_interview(self, info: Info, data: Input[JoinInterviewInput]) -> JoinInterviewPayload | None:
        """Opens an interview with its invite, or lets the candidate return to it, through the same or another channel.

        The invite is the credential; an Authorization header is ignored. Joining opens 15 minutes
        before scheduledFor and can be repeated: every join issues new credentials. For some time after an
        interview has ended early, joining reopens it (Invitation.canReopenUntil), as reopenInterview does.

        Errors:
        - NOT_FOUND: the invite is invalid or was replaced.
        - CONFLICT: it is too early, or the organization can begin no more interviews today
          (`extensions.opensAt` is the moment for both), the invite has expired before the candidate
          joined, the interview has ended, or consent.textDigest is not that of the current text.
        - BAD_INPUT: the first join has no consent, or the consent is to an unknown text.
        - RATE_LIMITED: the interview has been joined too often.
        - UNAVAILABLE: the channel is VOICE, and there is no LiveKit server or it does not respond.
        """
        joined = await invites.join_interview(info.context.services, _JOIN.build(data))
        # the invite is the credential: the payload shows what the candidate may read, whatever else the request carries
        candidate = await info.context.verify_authorization(f"Bearer {joined.access.token}")
        return JoinInterviewPayload(
            interview=Interview.of(joined.interview, candidate), access=as_graphql(CandidateAccess, joined.access)
        )

    @mutation
    async def open_transcript(self, info: Info, data: Input[OpenTranscriptInput]) -> OpenTranscriptPayload | None:
        """Lets the candidate return after an interview has ended, to read the transcript and correct turns.

        The invite is the credential; an Authorization header is ignored. It works for as long as the
        candidate can correct turns (Position.correctionHours), and can be repeated: every call issues
        new credentials.

        Errors:
        - NOT_FOUND: the invite is invalid or was replaced.
        - CONFLICT: the interview has not ended, or the time for corrections is over.
        - RATE_LIMITED: the interview has been joined too often.
        """
        opened = await invites.open_transcript(info.context.services, data.invite)
        # as in joinInterview, the payload shows what the candidate may read
        candidate = await info.context.verify_authorization(f"Bearer {opened.access.token}")
        return OpenTranscriptPayload(
            interview=Interview.of(opened.interview, candidate), access=as_graphql(CandidateAccess, opened.access)
        )

    @mutation
    async def correct_turn(self, info: Info, data: Input[CorrectTurnInput]) -> CorrectTurnPayload | None:
        """Puts a correction beside one of the candidate's own turns, once the interview has ended.

        The turn does not change, and evaluations do not take the correction into account: it is shown
        beside the turn, and asks people for a review (Interview.reviewReasons). A turn has at most one
        correction, which is final; repeating it with the same text has no further effect. The
        candidate's token works until it expires; openTranscript issues a new one. Role: CANDIDATE.

        Errors:
        - NOT_FOUND: the interview is not the candidate's own.
        - BAD_INPUT: the turn is not the candidate's own, or the text is empty or too long.
        - CONFLICT: the interview has not ended, the time for corrections (Position.correctionHours) is
          over, or the turn has another correction.
        """
        caller = await info.context.principal()
        turn = await corrections.correct_turn(info.context.services, caller, _CORRECTION.build(data))
        return CorrectTurnPayload(turn=Turn.of(turn, caller))

    @mutation
    async def send_message(self, info: Info, data: Input[SendMessageInput]) -> SendMessagePayload | None:
        """Sends a typed message as the candidate, in either channel.

        It returns once the message is stored as a turn. The interviewer's reply follows as another
        turn (Subscription.turnAdded). Role: CANDIDATE.

        Errors:
        - NOT_FOUND: the interview is not the candidate's own.
        - CONFLICT: the interview is not open yet or has ended, or all messages together would exceed
          1,000 messages or 400,000 characters (or what the deployment sets): then
          `extensions.budget` names which.
        - RATE_LIMITED: there were too many messages in a short time.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        turn = await messages.send_message(info.context.services, caller, data.interview_id, data.text, key)
        return SendMessagePayload(turn=Turn.of(turn, caller))

    @mutation
    async def signal_interviewer(self, info: Info, data: Input[SignalInterviewerInput]) -> SignalInterviewerPayload | None:
        """Asks the interviewer for a repetition or for time, or says that the candidate is typing.

        A signal is no turn and no answer, and does not start the interview's clock. What the
        interviewer says follows as a turn (Subscription.turnAdded). Role: CANDIDATE.

        Errors:
        - NOT_FOUND: the interview is not the candidate's own.
        - CONFLICT: the interview is not open yet or has ended.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        interview = await messages.signal_interviewer(info.context.services, caller, data.interview_id, data.signal, key)
        return SignalInterviewerPayload(interview=Interview.of(interview, caller))

    @mutation
    async def end_interview(self, info: Info, data: Input[EndInterviewInput]) -> EndInterviewPayload | None:
        """Ends an interview that is WAITING or IN_PROGRESS. Its transcript stays and is evaluated.

        Ending an interview that is ENDING or COMPLETED returns it unchanged. Roles: ADMIN,
        RECRUITER, INTEGRATION, CANDIDATE.

        Errors:
        - NOT_FOUND: there is no such interview.
        - CONFLICT: the interview is SCHEDULED (use cancelInterview), CANCELLED or EXPIRED.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        ended = await ending.end_interview(info.context.services, caller, data.interview_id, key)
        return EndInterviewPayload(interview=Interview.of(ended, caller))

    @mutation
    async def withdraw_consent(self, info: Info, data: Input[WithdrawConsentInput]) -> WithdrawConsentPayload | None:
        """Withdraws the candidate's consent: the interview ends immediately, and nothing of it is evaluated.

        An interview that is not over becomes OPTED_OUT. After the end, evaluations that are not
        completed stop, and completed ones are no longer shown (Consent.withdrawnAt). They stay stored
        until the interview is erased: with eraseData, immediately. After that, the invite and the
        candidate's token no longer work. Roles: ADMIN, RECRUITER, INTEGRATION, CANDIDATE.
        With an invite no other credential is needed. Repeating it has no further effect.

        Errors:
        - NOT_FOUND: there is no such interview, or the invite is invalid or was replaced.
        - BAD_INPUT: neither or both of interviewId and invite are given.
        - CONFLICT: with eraseData, the interview is under a legal hold.
        """
        caller = None if data.invite else await info.context.principal()
        result = await candidate_rights.withdraw_consent(info.context.services, caller, _WITHDRAWAL.build(data))
        return WithdrawConsentPayload(interview=Interview.of(result.interview, result.principal), receipt=result.receipt)

    @mutation
    async def request_alternative(self, info: Info, data: Input[RequestAlternativeInput]) -> RequestAlternativePayload | None:
        """Ends the interview because the candidate wants a process without the AI interviewer.

        The interview becomes OPTED_OUT. What was said until then is not evaluated. The request is one
        of Interview.requests until somebody answers it (resolveRequest). Roles: ADMIN, RECRUITER,
        INTEGRATION, CANDIDATE. With an invite no other credential is needed.

        Errors:
        - NOT_FOUND: there is no such interview, or the invite is invalid or was replaced.
        - BAD_INPUT: neither or both of interviewId and invite are given.
        - CONFLICT: the interview is over for another reason.
        """
        caller = None if data.invite else await info.context.principal()
        result = await candidate_rights.request_alternative(info.context.services, caller, _ALTERNATIVE.build(data))
        return RequestAlternativePayload(interview=Interview.of(result.interview, result.principal))

    @mutation
    async def request_accommodation(
        self, info: Info, data: Input[RequestAccommodationInput]
    ) -> RequestAccommodationPayload | None:
        """Records what the candidate needs in order to take part, before the interview or in it.

        EXTRA_TIME, CAPTIONS and TYPING are granted automatically (Interview.accommodations); HUMAN and
        OTHER wait for an answer (resolveRequest). In an interview that has begun, the clock is paused
        until the candidate goes on or the request is answered (Interview.pausedAt). Roles: ADMIN,
        RECRUITER, INTEGRATION, CANDIDATE. With an invite no other credential is needed.

        Errors:
        - NOT_FOUND: there is no such interview, or the invite is invalid or was replaced.
        - BAD_INPUT: no kind is named, or neither or both of interviewId and invite are given.
        - CONFLICT: the interview is over, or holds 20 requests.
        """
        caller = None if data.invite else await info.context.principal()
        result = await candidate_rights.request_accommodation(info.context.services, caller, _ACCOMMODATION.build(data))
        return RequestAccommodationPayload(interview=Interview.of(result.interview, result.principal))

    @mutation
    async def resolve_request(self, info: Info, data: Input[ResolveRequestInput]) -> ResolveRequestPayload | None:
        """Answers a candidate's request. If the clock was paused for it, the interview goes on.

        Roles: ADMIN, RECRUITER.

        Errors:
        - NOT_FOUND: there is no such interview or request.
        - BAD_INPUT: the status is OPEN, or the timeFactor is not 1 to 3 or goes with DECLINED.
        - CONFLICT: the request has another answer.
        """
        caller = await info.context.principal()
        answered = await candidate_rights.resolve_request(info.context.services, caller, _ANSWER.build(data))
        return ResolveRequestPayload(interview=Interview.of(answered, caller))

    @mutation
    async def cancel_interview(self, info: Info, data: Input[CancelInterviewInput]) -> CancelInterviewPayload | None:
        """Cancels an interview that is SCHEDULED or WAITING.

        Cancelling a CANCELLED interview returns it with its first reason. Roles: ADMIN, RECRUITER,
        INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such interview.
        - CONFLICT: the interview is IN_PROGRESS (use endInterview), or has ended otherwise.
        """
        caller = await info.context.principal()
        reason, key = unset_to_none(data.reason), unset_to_none(data.idempotency_key)
        cancelled = await ending.cancel_interview(info.context.services, caller, data.interview_id, reason, key)
        return CancelInterviewPayload(interview=Interview.of(cancelled, caller))

    @mutation
    async def evaluate_interview(self, info: Info, data: Input[EvaluateInterviewInput]) -> EvaluateInterviewPayload | None:
        """Requests another version of a completed interview's evaluation.

        The first version is requested automatically when the interview ends. While a version is
        PENDING or RUNNING, that version is returned instead. A new version changes neither which
        version counts (adoptEvaluation) nor the decision. Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such interview.
        - CONFLICT: the interview is not COMPLETED, or it was erased.
        - RATE_LIMITED: after 10 requests (or what the deployment sets) for one interview within 24
          hours, not counting those that returned an existing version.
        """
        caller = await info.context.principal()
        reason, key = unset_to_none(data.reason), unset_to_none(data.idempotency_key)
        evaluation = await evaluations.evaluate_interview(info.context.services, caller, data.interview_id, key, reason)
        return EvaluateInterviewPayload(evaluation=Evaluation.of(evaluation))

    @mutation
    async def rate_evaluation(self, info: Info, data: Input[RateEvaluationInput]) -> RateEvaluationPayload | None:
        """Stores the caller's own levels for an interview that is reviewed blind, and then shows its results.

        Until then Evaluation.isBlind is true for the caller. The transcript and Position.criteria are
        what there is to judge by. A reviewer rates an interview once, with all sessions and rotated
        keys, and a rating never changes. Query.agreement compares ratings with the model's levels. Roles: ADMIN,
        RECRUITER.

        Errors:
        - NOT_FOUND: there is no such evaluation.
        - CONFLICT: the evaluation is not COMPLETED or has 100 ratings, the interview is not reviewed
          blind, or the caller has rated it before.
        - BAD_INPUT: a criterion is missing, unknown or named a second time, or has a level other
          than 1 to 5 or null.
        """
        caller = await info.context.principal()
        request = _RATING.build(data)
        rated = await evaluations.rate_evaluation(info.context.services, caller, request)
        return RateEvaluationPayload(evaluation=Evaluation.of(rated))

    @mutation
    async def review_evaluation(self, info: Info, data: Input[ReviewEvaluationInput]) -> ReviewEvaluationPayload | None:
        """Adds a person's review, with a decision, to a completed evaluation.

        The evaluation's own results do not change. The decision becomes Interview.decision,
        whichever version is reviewed, and stands until somebody adds another review. Roles: ADMIN,
        RECRUITER.

        Errors:
        - NOT_FOUND: there is no such evaluation.
        - CONFLICT: the evaluation is not COMPLETED or has 100 reviews, or its results are still hidden
          from the caller (rateEvaluation).
        - BAD_INPUT: an override names an unknown criterion, names a criterion a second time, or has
          a level other than 1 to 5.
        """
        caller = await info.context.principal()
        request = _REVIEW.build(data)
        reviewed = await evaluations.review_evaluation(info.context.services, caller, request)
        return ReviewEvaluationPayload(evaluation=Evaluation.of(reviewed))

    @mutation
    async def adopt_evaluation(self, info: Info, data: Input[AdoptEvaluationInput]) -> AdoptEvaluationPayload | None:
        """Lets a completed version of an evaluation count instead of the one that counts now.

        Interview.evaluation, Query.evaluation, and the filters and the order of lists by score and
        recommendation follow the version that counts. The decision does not change. Each adoption is
        recorded in Interview.adoptions. Roles: ADMIN, RECRUITER.

        Errors:
        - NOT_FOUND: there is no such evaluation.
        - CONFLICT: the evaluation is not COMPLETED, its results are still hidden from the caller
          (rateEvaluation), or the interview has 100 adoptions.
        """
        caller = await info.context.principal()
        request = _ADOPTION.build(data)
        interview, adopted = await evaluations.adopt_evaluation(info.context.services, caller, request)
        return AdoptEvaluationPayload(evaluation=Evaluation.of(adopted), interview=Interview.of(interview, caller))

    @mutation
    async def add_note(self, info: Info, data: Input[AddNoteInput]) -> AddNotePayload | None:
        """Adds a note on a turn of an interview, or on a moment of its recording.

        Candidates never see notes, and neither the interviewer nor the evaluation takes them into
        account. They are erased with the transcript. Roles: ADMIN, RECRUITER.

        Errors:
        - NOT_FOUND: there is no such interview, or the note of a repeated call was deleted since.
        - BAD_INPUT: the text is empty or too long, or there is no such turn or moment.
        - CONFLICT: the interview has 100 notes, or its transcript was erased.
        """
        caller = await info.context.principal()
        interview, note = await notes.add_note(info.context.services, caller, _NOTE.build(data))
        return AddNotePayload(note=Note.of(note, caller), interview=Interview.of(interview, caller))

    @mutation
    async def delete_note(self, info: Info, data: Input[DeleteNoteInput]) -> DeleteNotePayload | None:
        """Deletes a note. Deleting it again returns the interview unchanged.

        Authors delete their own notes, and administrators those of others as well. Roles: ADMIN,
        RECRUITER.

        Errors:
        - NOT_FOUND: there is no such interview or note.
        - FORBIDDEN: the note is another person's, and the role is not ADMIN.
        - CONFLICT: the interview is under a legal hold.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        changed = await notes.delete_note(info.context.services, caller, data.interview_id, data.note_id, key)
        return DeleteNotePayload(interview=Interview.of(changed, caller))

    @mutation
    async def save_position(self, info: Info, data: Input[SavePositionInput]) -> SavePositionPayload | None:
        """Stores a new version of a position, or a new position.

        Existing interviews keep the version they were created with. `warnings` names what people should look at again.
        Roles: ADMIN, RECRUITER.

        Errors:
        - BAD_INPUT: the content is invalid. `field` is the path of the value at fault, such as
          questions[2].criterionKeys[0].
        - CONFLICT: basedOnVersion is not the newest version.
        """
        caller = await info.context.principal()
        content = to_dict_without_unset(data)
        based_on, key = content.pop("based_on_version", None), content.pop("idempotency_key", None)
        position = await positions.save_position(info.context.services, caller, content, based_on, key)
        found = await positions.warn_about_position(info.context.services, position)
        return SavePositionPayload(
            position=Position.of(position, caller), warnings=[as_graphql(PositionWarning, each) for each in found]
        )

    @mutation
    async def erase_interview(self, info: Info, data: Input[EraseInterviewInput]) -> EraseInterviewPayload | None:
        """Erases an interview permanently: its turns, evaluations, recordings and all personal data.

        An interview that has not ended becomes CANCELLED. Erasing it again returns the same
        receipt. Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such interview.
        - CONFLICT: the interview is under a legal hold.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        erased, receipt = await ending.erase_interview(info.context.services, caller, data.interview_id, key)
        return EraseInterviewPayload(interview=Interview.of(erased, caller), receipt=receipt)

    @mutation
    async def update_retention_policy(
        self, info: Info, data: Input[UpdateRetentionPolicyInput]
    ) -> UpdateRetentionPolicyPayload | None:
        """Replaces the policy by which data of the organization's interviews are erased.

        A stricter policy applies to existing interviews within seconds. Role: ADMIN.

        Errors:
        - BAD_INPUT: a number of days is out of range.
        """
        caller = await info.context.principal()
        request = _RETENTION.build(data)
        policy = await retention.update_retention_policy(info.context.services, caller, request)
        return UpdateRetentionPolicyPayload(retention_policy=as_graphql(RetentionPolicy, policy))

    @mutation
    async def set_legal_hold(self, info: Info, data: Input[SetLegalHoldInput]) -> SetLegalHoldPayload | None:
        """Protects an interview from every erasure, until the hold is released.

        Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such interview.
        - CONFLICT: the interview is erased, or under a legal hold already.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        held = await legal_holds.set_legal_hold(info.context.services, caller, data.interview_id, data.reason, key)
        return SetLegalHoldPayload(interview=Interview.of(held, caller))

    @mutation
    async def release_legal_hold(self, info: Info, data: Input[ReleaseLegalHoldInput]) -> ReleaseLegalHoldPayload | None:
        """Releases the legal hold of an interview.

        An interview without a hold is returned unchanged. Data that the retention policy no longer
        keeps are erased within about an hour. Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such interview.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        released = await legal_holds.release_legal_hold(info.context.services, caller, data.interview_id, key)
        return ReleaseLegalHoldPayload(interview=Interview.of(released, caller))

    @mutation
    async def set_demographics(self, info: Info, data: Input[SetDemographicsInput]) -> SetDemographicsPayload | None:
        """Stores demographic data of an interview's candidate, for Query.impactAnalysis only.

        They are stored apart from the interview, never sent to a model, and erased with the
        interview. Roles: ADMIN, RECRUITER, INTEGRATION.

        Errors:
        - NOT_FOUND: there is no such interview.
        - CONFLICT: the interview is erased.
        """
        caller = await info.context.principal()
        request = _DEMOGRAPHICS.build(data)
        stored = await demographics.set_demographics(info.context.services, caller, request)
        interview_id = strawberry.ID(encode_id(IdKind.INTERVIEW, stored.interview_id))
        return SetDemographicsPayload(
            stored_interview_id=stored.interview_id, caller=caller, interview_id=interview_id, updated_at=stored.updated_at
        )

    @mutation
    async def create_api_key(self, info: Info, data: Input[CreateApiKeyInput]) -> CreateApiKeyPayload | None:
        """Makes an API key for the organization or its test environment.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the role or a permission cannot be granted to a key, or expiresAt is in the past.
        - FORBIDDEN: the key would grant more than the caller's own.
        """
        caller = await info.context.principal()
        created = await api_keys.create_api_key(info.context.services, caller, _NEW_KEY.build(data))
        return CreateApiKeyPayload(api_key=ApiKey.of(created.document), secret=created.secret)

    @mutation
    async def rotate_api_key(self, info: Info, data: Input[RotateApiKeyInput]) -> RotateApiKeyPayload | None:
        """Replaces an API key by a new one, which is the same caller: its idempotency keys and reviews remain its own.

        The replaced key works until the overlap has passed, and then expires. Role: ADMIN.

        Errors:
        - BAD_INPUT: the overlap is too long, or expiresAt is in the past.
        - CONFLICT: the key is revoked, expired or has been rotated already.
        - FORBIDDEN: the key grants more than the caller's own.
        - NOT_FOUND: there is no such key.
        """
        caller = await info.context.principal()
        rotated = await api_keys.rotate_api_key(info.context.services, caller, _ROTATION.build(data))
        return RotateApiKeyPayload(api_key=ApiKey.of(rotated.document), secret=rotated.secret)

    @mutation
    async def revoke_api_key(self, info: Info, data: Input[RevokeApiKeyInput]) -> RevokeApiKeyPayload | None:
        """Revokes an API key: requests with it are refused, and its subscriptions end within 2 seconds.

        A revoked key is returned unchanged. Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such key.
        """
        caller = await info.context.principal()
        revoked = await api_keys.revoke_api_key(
            info.context.services, caller, data.api_key_id, unset_to_none(data.idempotency_key)
        )
        return RevokeApiKeyPayload(api_key=ApiKey.of(revoked))

    @mutation
    async def sign_in(self, info: Info, data: Input[SignInInput]) -> SignInPayload | None:
        """Starts a session of 12 hours and sets its cookie, with which a page authenticates its next requests.

        The input is the credential; an Authorization header is ignored. It works only by POST from a
        page of this server, because the cookie counts only there. A session that the browser already
        has ends. A session of an API key ends with the key. A candidate's token starts no session.

        Errors:
        - UNAUTHENTICATED: the key is invalid, or the request is not from a page of this server.
        - BAD_INPUT: neither or both credentials are given, the role is not one of people, or the
          operation was sent over WebSocket or as a stream.
        - FORBIDDEN: sandboxRole was sent to a server that is no sandbox.
        - CONFLICT: the key's organization has an identity provider, at which its members sign in.
        """
        context, request = info.context, _SIGN_IN.build(data)
        sign_in.check_request(context.services, request)
        writer = context.require_session_writer()
        if request.sandbox_role is not None:
            signed_in = await sign_in.sign_in_to_sandbox(request.sandbox_role)
        else:
            signed_in = await sign_in.sign_in_with_key(await context.verify_api_key(request.key or ""))
        viewer = await _begin_session(context, writer, signed_in)
        return SignInPayload(viewer=viewer, expires_at=signed_in.session.expires_at)

    @mutation
    async def accept_member_invitation(
        self, info: Info, data: Input[AcceptMemberInvitationInput]
    ) -> AcceptMemberInvitationPayload | None:
        """Uses the link of an invitation, once: the person becomes a member and is signed in, as after signIn.

        The token is the credential; an Authorization header is ignored. A link of renewMemberLink
        signs a member in again.

        Errors:
        - NOT_FOUND: the link is invalid, was used, revoked or replaced, or has expired.
        - UNAUTHENTICATED: the request is not from a page of this server.
        - BAD_INPUT: the operation was sent over WebSocket or as a stream.
        - CONFLICT: the organization has an identity provider: the person becomes a member by signing
          in there with the invited address.
        - FORBIDDEN: the organization is closed.
        """
        context = info.context
        with context.recording_refusal(CredentialKind.MEMBER_LINK):
            invitation = await members.get_link(context.services, data.token)
        writer = context.require_session_writer()
        signed_in = await members.accept_member_invitation(invitation)
        viewer = await _begin_session(context, writer, signed_in)
        return AcceptMemberInvitationPayload(viewer=viewer, expires_at=signed_in.session.expires_at)

    @mutation
    async def invite_member(self, info: Info, data: Input[InviteMemberInput]) -> InviteMemberPayload | None:
        """Makes a link with which a person becomes a member of the organization, within 7 days.

        It replaces an earlier link for the same address. Role: ADMIN.

        Errors:
        - BAD_INPUT: the address, the name or the role cannot be a member's.
        - CONFLICT: a member has this address already.
        - FORBIDDEN: the role may do more than the caller's own key.
        """
        caller = await info.context.principal()
        link = await members.invite_member(info.context.services, caller, _INVITATION.build(data))
        return InviteMemberPayload(invitation=MemberInvitation.of(link.invitation), url=link.url)

    @mutation
    async def renew_member_link(self, info: Info, data: Input[RenewMemberLinkInput]) -> RenewMemberLinkPayload | None:
        """Makes a link with which a member signs in again, once, where the organization has no identity provider.

        It replaces an earlier link of the member. Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such member.
        - CONFLICT: the member was removed, or the organization has an identity provider.
        - FORBIDDEN: the member may do more than the caller's own key.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        link = await members.renew_member_link(info.context.services, caller, data.member_id, key)
        return RenewMemberLinkPayload(invitation=MemberInvitation.of(link.invitation), url=link.url)

    @mutation
    async def revoke_member_invitation(
        self, info: Info, data: Input[RevokeMemberInvitationInput]
    ) -> RevokeMemberInvitationPayload | None:
        """Revokes a link that was not used. One that was used or revoked is returned unchanged.

        Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such invitation.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        revoked = await members.revoke_member_invitation(info.context.services, caller, data.member_invitation_id, key)
        return RevokeMemberInvitationPayload(invitation=MemberInvitation.of(revoked))

    @mutation
    async def update_member(self, info: Info, data: Input[UpdateMemberInput]) -> UpdateMemberPayload | None:
        """Changes a member's name or role. With a new role, open subscriptions of the member begin again within 2 seconds.

        Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such member.
        - BAD_INPUT: there is nothing to change, or the role is not one of people.
        - CONFLICT: the member was removed, or is the last ADMIN.
        - FORBIDDEN: the member may do more than the caller's own key.
        """
        caller = await info.context.principal()
        member = await members.update_member(info.context.services, caller, _MEMBER.build(data))
        return UpdateMemberPayload(member=Member.of(member))

    @mutation
    async def remove_member(self, info: Info, data: Input[RemoveMemberInput]) -> RemoveMemberPayload | None:
        """Removes a member: sessions, subscriptions and links of the member end within 2 seconds.

        What the member has done stays, with the member's name. A removed member is returned
        unchanged. Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such member.
        - CONFLICT: the member is the last ADMIN.
        - FORBIDDEN: the member may do more than the caller's own key.
        """
        caller = await info.context.principal()
        key = unset_to_none(data.idempotency_key)
        member = await members.remove_member(info.context.services, caller, data.member_id, key)
        return RemoveMemberPayload(member=Member.of(member))

    @mutation
    async def sign_out(self, info: Info, data: Input[SignOutInput]) -> SignOutPayload | None:
        """Ends the session of the cookie and deletes the cookie. Its sockets are closed within 2 seconds.

        Roles: ADMIN, RECRUITER, VIEWER, INTEGRATION.

        Errors:
        - BAD_INPUT: the request has an Authorization header, or was sent over WebSocket or as a stream.
        """
        # before the caller is authenticated, so that the cookie of a session that has ended is deleted, too
        info.context.forget_session()
        caller = await info.context.principal()
        await sign_in.sign_out(caller, everywhere=data.everywhere)
        return SignOutPayload(everywhere=data.everywhere)

    @mutation
    async def update_notice(self, info: Info, data: Input[UpdateNoticeInput]) -> UpdateNoticePayload | None:
        """Replaces what the organization tells candidates in the consent text: the contact and the alternative.

        It applies to texts that are shown from now on. Consents keep the text that the candidate saw.
        Role: ADMIN.

        Errors:
        - BAD_INPUT: the contact or the alternative is too long.
        """
        caller = await info.context.principal()
        organization = await notices.update_notice(info.context.services, caller, _NOTICE.build(data))
        return UpdateNoticePayload(organization=Organization.of(organization))

    @mutation
    async def update_organization(self, info: Info, data: Input[UpdateOrganizationInput]) -> UpdateOrganizationPayload | None:
        """Changes the organization's name, contact or logo, which candidates see.

        The contact is also in consent texts that are shown from now on, unless updateNotice has set another
        one. Role: ADMIN.

        Errors:
        - BAD_INPUT: the input changes nothing, the email address is not one, or the logo is too large or
          neither PNG nor JPEG.
        - CONFLICT: another organization of the deployment has the name.
        """
        caller = await info.context.principal()
        changes = to_dict_of_sent(data)
        key = changes.pop("idempotency_key", None)
        update = organizations.OrganizationUpdate(changes=changes, idempotency_key=key)
        organization = await organizations.update_organization(info.context.services, caller, update)
        return UpdateOrganizationPayload(organization=Organization.of(organization))

    @mutation
    async def create_webhook_endpoint(
        self, info: Info, data: Input[CreateWebhookEndpointInput]
    ) -> CreateWebhookEndpointPayload | None:
        """Registers a URL that receives the organization's events from now on, signed as specified by Standard Webhooks.

        The payloads have ids, not contents, and reach a test environment's endpoints for its own interviews
        only. docs/integrations.md describes them. Role: ADMIN.

        Errors:
        - BAD_INPUT: the URL is not https, or is not one of the public internet.
        - CONFLICT: the organization has 20 endpoints already.
        - FORBIDDEN: the caller may not read the details that are to be included.
        """
        caller = await info.context.principal()
        created = await webhooks.create_endpoint(info.context.services, caller, _ENDPOINT.build(data))
        return CreateWebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.of(created.document), secret=created.secret)

    @mutation
    async def update_webhook_endpoint(
        self, info: Info, data: Input[UpdateWebhookEndpointInput]
    ) -> UpdateWebhookEndpointPayload | None:
        """Changes the URL, the events or the details of a webhook endpoint, or pauses or resumes it.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the input changes nothing, or the URL is not https or not one of the public internet.
        - CONFLICT: the endpoint is an integration's, which sets its URL and events itself.
        - FORBIDDEN: the caller may not read the details that are to be included.
        - NOT_FOUND: there is no such endpoint.
        """
        caller = await info.context.principal()
        changes = to_dict_of_sent(data)
        key = changes.pop("idempotency_key", None)
        update = webhooks.EndpointUpdate(
            webhook_endpoint_id=changes.pop("webhook_endpoint_id"), changes=changes, idempotency_key=key
        )
        endpoint = await webhooks.update_endpoint(info.context.services, caller, update)
        return UpdateWebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.of(endpoint))

    @mutation
    async def rotate_webhook_secret(self, info: Info, data: Input[RotateWebhookSecretInput]) -> RotateWebhookSecretPayload | None:
        """Gives a webhook endpoint a new secret. Until the overlap has passed, both secrets sign every request.

        Role: ADMIN.

        Errors:
        - BAD_INPUT: the overlap is too long.
        - CONFLICT: another call rotated the secret at the same time, or the endpoint is an integration's.
        - NOT_FOUND: there is no such endpoint.
        """
        caller = await info.context.principal()
        rotated = await webhooks.rotate_secret(info.context.services, caller, _SECRET_ROTATION.build(data))
        return RotateWebhookSecretPayload(webhook_endpoint=WebhookEndpoint.of(rotated.document), secret=rotated.secret)

    @mutation
    async def delete_webhook_endpoint(
        self, info: Info, data: Input[DeleteWebhookEndpointInput]
    ) -> DeleteWebhookEndpointPayload | None:
        """Deletes a webhook endpoint with its secrets and deliveries. A deleted one is returned unchanged.

        Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such endpoint.
        """
        caller = await info.context.principal()
        deleted = await webhooks.delete_endpoint(
            info.context.services, caller, data.webhook_endpoint_id, unset_to_none(data.idempotency_key)
        )
        return DeleteWebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.of(deleted))

    @mutation
    async def replay_delivery(self, info: Info, data: Input[ReplayDeliveryInput]) -> ReplayDeliveryPayload | None:
        """Sends a webhook delivery again, with the same `webhook-id`: now, or once its endpoint is resumed.

        Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such delivery; they are stored for 30 days.
        """
        caller = await info.context.principal()
        delivery = await webhooks.replay_delivery(
            info.context.services, caller, data.webhook_delivery_id, unset_to_none(data.idempotency_key)
        )
        return ReplayDeliveryPayload(delivery=WebhookDelivery.of(delivery, caller))

    @mutation
    async def replay_deliveries(self, info: Info, data: Input[ReplayDeliveriesInput]) -> ReplayDeliveriesPayload | None:
        """Sends the webhook deliveries of an endpoint since a time again, each with the same `webhook-id` as before.

        Role: ADMIN.

        Errors:
        - NOT_FOUND: there is no such endpoint.
        """
        caller = await info.context.principal()
        endpoint, deliveries = await webhooks.replay_deliveries(info.context.services, caller, _REPLAY.build(data))
        return ReplayDeliveriesPayload(webhook_endpoint=WebhookEndpoint.of(endpoint), deliveries=deliveries)


async def _begin_session(context: GraphQLContext, writer: SessionWriter, signed_in: sign_in.SignedIn) -> Viewer:
    """Give the browser the session in place of an earlier one, and return its caller."""
    await context.replace_session(signed_in.principal)
    writer.write(signed_in.secret, signed_in.session.expires_at)
    return await Viewer.load(signed_in.principal)
