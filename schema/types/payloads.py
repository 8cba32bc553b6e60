"""The payloads of mutations."""

from datetime import datetime

import strawberry
from bson import ObjectId

from auth import Principal
from schema.context import Info
from schema.decorators import object_type, resolved_field
from schema.types.api_key import ApiKey
from schema.types.candidate_import import CandidateImport
from schema.types.data_protection import RetentionPolicy
from schema.types.enums import PositionWarningCode
from schema.types.evaluation import Evaluation
from schema.types.interview import Interview
from schema.types.interview_edge import load_interview_edge
from schema.types.invite import Invite
from schema.types.member import Member, MemberInvitation
from schema.types.note import Note
from schema.types.position import Position
from schema.types.transcript import Turn
from schema.types.viewer import Organization, Viewer
from schema.types.webhook import WebhookDelivery, WebhookEndpoint


@object_type
class SignInPayload:
    """The result of signIn. The session itself is in a cookie, which scripts cannot read."""

    viewer: Viewer = strawberry.field(description="The caller of requests that the session authenticates.")
    expires_at: datetime = strawberry.field(description="When the session expires: after 12 hours, or with the API key.")


@object_type
class AcceptMemberInvitationPayload:
    """The result of acceptMemberInvitation. The session itself is in a cookie, as after signIn."""

    viewer: Viewer = strawberry.field(description="The caller of requests that the session authenticates.")
    expires_at: datetime = strawberry.field(description="When the session expires: after 12 hours.")


@object_type
class InviteMemberPayload:
    """The result of inviteMember."""

    invitation: MemberInvitation = strawberry.field(description="The invitation.")
    url: str = strawberry.field(description="The link, for this person only. Viva sends no mail: pass it on.")


@object_type
class RenewMemberLinkPayload:
    """The result of renewMemberLink."""

    invitation: MemberInvitation = strawberry.field(description="The link, without its URL.")
    url: str = strawberry.field(description="The link, for this member only. Viva sends no mail: pass it on.")


@object_type
class RevokeMemberInvitationPayload:
    """The result of revokeMemberInvitation."""

    invitation: MemberInvitation = strawberry.field(description="The revoked invitation.")


@object_type
class UpdateMemberPayload:
    """The result of updateMember."""

    member: Member = strawberry.field(description="The member.")


@object_type
class RemoveMemberPayload:
    """The result of removeMember."""

    member: Member = strawberry.field(description="The member who was removed.")


@object_type
class SignOutPayload:
    """The result of signOut."""

    everywhere: bool = strawberry.field(description="Whether the member's sessions in all browsers have ended.")


@object_type
class WithdrawConsentPayload:
    """The result of withdrawConsent."""

    interview: Interview = strawberry.field(description="The interview.")
    receipt: str | None = strawberry.field(
        description="With eraseData, a signed receipt of the erasure, as EraseInterviewPayload.receipt. Otherwise null."
    )


@object_type
class RequestAlternativePayload:
    """The result of requestAlternative."""

    interview: Interview = strawberry.field(description="The interview, in state OPTED_OUT.")


@object_type
class RequestAccommodationPayload:
    """The result of requestAccommodation."""

    interview: Interview = strawberry.field(description="The interview, with the request.")


@object_type
class ResolveRequestPayload:
    """The result of resolveRequest."""

    interview: Interview = strawberry.field(description="The interview, with the answered request.")


@object_type
class RoomAccess:
    """What a LiveKit client needs to join the room of a voice interview."""

    url: str = strawberry.field(description="The URL of the LiveKit server.")
    name: str = strawberry.field(description="The name of the room.")
    token: str = strawberry.field(description="The candidate's LiveKit token, valid for this room only.")


@object_type
class CandidateAccess:
    """The candidate's credentials for one interview."""

    token: str = strawberry.field(description="A bearer token for this API with role CANDIDATE, valid for this interview only.")
    expires_at: datetime = strawberry.field(
        description="When the token expires: after 240 minutes unless the deployment sets another time. joinInterview issues a "
        "new one."
    )
    room: RoomAccess | None = strawberry.field(description="Access to the LiveKit room. Null in the TEXT channel.")


IS_EXISTING = (
    "Whether the interview existed before this request, which then has not changed its data: an earlier request had the same "
    "idempotencyKey or, with ifExists: RETURN_EXISTING, the same externalId and positionKey."
)


@object_type
class StartInterviewPayload:
    """The result of startInterview."""

    interview: Interview = strawberry.field(description="The interview, open for its candidate.")
    access: CandidateAccess = strawberry.field(description="The candidate's credentials, issued with every response.")
    invite: Invite = strawberry.field(description="A link with which the candidate can return until the interview ends.")
    is_existing: bool = strawberry.field(description=IS_EXISTING)


@object_type
class ScheduleInterviewPayload:
    """The result of scheduleInterview."""

    interview: Interview = strawberry.field(description="The interview, in state SCHEDULED.")
    invite: Invite = strawberry.field(description="The link to send to the candidate. Viva does not send it.")
    is_existing: bool = strawberry.field(description=IS_EXISTING)


@object_type
class ImportCandidatesPayload:
    """The result of importCandidates."""

    created_interview_ids: strawberry.Private[list[ObjectId]]
    """For the audit log, which has an entry for each of them."""
    candidate_import: CandidateImport = strawberry.field(description="The rows of the file, with what became of them.")


@object_type
class StartTryOutPayload:
    """The result of startTryOut."""

    interview: Interview = strawberry.field(description="The try-out, in state SCHEDULED. No list contains it: remember its id.")
    invite: Invite = strawberry.field(description="The link with which the caller takes the interview as its candidate.")


@object_type
class RenewInvitePayload:
    """The result of renewInvite."""

    interview: Interview = strawberry.field(description="The interview.")
    invite: Invite = strawberry.field(description="The new link. Older links no longer work.")


@object_type
class ReopenInterviewPayload:
    """The result of reopenInterview."""

    interview: Interview = strawberry.field(description="The interview, in state SCHEDULED.")
    invite: Invite = strawberry.field(description="The new link. Older links no longer work. Viva does not send it.")


@object_type
class JoinInterviewPayload:
    """The result of joinInterview."""

    interview: Interview = strawberry.field(description="The interview, as far as its candidate may read it.")
    access: CandidateAccess = strawberry.field(description="The candidate's new credentials.")


@object_type
class OpenTranscriptPayload:
    """The result of openTranscript."""

    interview: Interview = strawberry.field(description="The interview, as far as its candidate may read it.")
    access: CandidateAccess = strawberry.field(description="The candidate's new credentials.")


@object_type
class CorrectTurnPayload:
    """The result of correctTurn."""

    turn: Turn = strawberry.field(description="The unchanged turn, with the correction beside it.")


@object_type
class CreateApiKeyPayload:
    """The result of createApiKey."""

    api_key: ApiKey = strawberry.field(description="The new key.")
    secret: str | None = strawberry.field(
        description="The credential to send as `Authorization: Bearer ...`. Save it: it is not stored and cannot be returned "
        "again. Null for the repetition of a call; rotateApiKey then gives another."
    )


@object_type
class RotateApiKeyPayload:
    """The result of rotateApiKey."""

    api_key: ApiKey = strawberry.field(description="The new key, which is the same caller as the one that it replaces.")
    secret: str | None = strawberry.field(
        description="The credential of the new key. Save it: it is not stored and cannot be returned again. Null for the "
        "repetition of a call; rotate the new key then."
    )


@object_type
class RevokeApiKeyPayload:
    """The result of revokeApiKey."""

    api_key: ApiKey = strawberry.field(description="The revoked key.")


@object_type
class CreateWebhookEndpointPayload:
    """The result of createWebhookEndpoint."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="The new endpoint.")
    secret: str | None = strawberry.field(
        description="The secret to verify signatures with, as libraries of the Standard Webhooks specification take it. Save it: "
        "it cannot be returned again. Null for the repetition of a call; rotateWebhookSecret then gives another."
    )


@object_type
class UpdateWebhookEndpointPayload:
    """The result of updateWebhookEndpoint."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")


@object_type
class RotateWebhookSecretPayload:
    """The result of rotateWebhookSecret."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")
    secret: str | None = strawberry.field(
        description="The new secret. Save it: it cannot be returned again. Null for the repetition of a call; rotate again then."
    )


@object_type
class DeleteWebhookEndpointPayload:
    """The result of deleteWebhookEndpoint."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="The endpoint as it was.")


@object_type
class ReplayDeliveryPayload:
    """The result of replayDelivery."""

    delivery: WebhookDelivery = strawberry.field(description="The delivery.")


@object_type
class ReplayDeliveriesPayload:
    """The result of replayDeliveries."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")
    deliveries: int = strawberry.field(description="The number of deliveries that are sent again.")


@object_type
class UpdateNoticePayload:
    """The result of updateNotice."""

    organization: Organization = strawberry.field(description="The organization, with its notice.")


@object_type
class UpdateOrganizationPayload:
    """The result of updateOrganization."""

    organization: Organization = strawberry.field(description="The organization after the update.")


@object_type
class SendMessagePayload:
    """The result of sendMessage."""

    turn: Turn = strawberry.field(
        description="The stored message. The interviewer's reply follows as another turn: subscribe to turnAdded."
    )


@object_type
class SignalInterviewerPayload:
    """The result of signalInterviewer."""

    interview: Interview = strawberry.field(description="The interview. What the interviewer says follows as a turn.")


@object_type
class EndInterviewPayload:
    """The result of endInterview."""

    interview: Interview = strawberry.field(description="The interview, in state ENDING or COMPLETED.")


@object_type
class CancelInterviewPayload:
    """The result of cancelInterview."""

    interview: Interview = strawberry.field(description="The interview, in state CANCELLED.")


@object_type
class EvaluateInterviewPayload:
    """The result of evaluateInterview."""

    evaluation: Evaluation = strawberry.field(description="The new version, or the one that was already PENDING or RUNNING.")


@object_type
class ReviewEvaluationPayload:
    """The result of reviewEvaluation."""

    evaluation: Evaluation = strawberry.field(description="The evaluation, with the new review in `reviews`.")


@object_type
class RateEvaluationPayload:
    """The result of rateEvaluation."""

    evaluation: Evaluation = strawberry.field(description="The evaluation with all its results, and the new rating in `ratings`.")


@object_type
class AdoptEvaluationPayload:
    """The result of adoptEvaluation."""

    evaluation: Evaluation = strawberry.field(description="The evaluation that counts now.")
    interview: Interview = strawberry.field(description="The interview, with the adoption in `adoptions`.")


@object_type
class AddNotePayload:
    """The result of addNote."""

    note: Note = strawberry.field(description="The note.")
    interview: Interview = strawberry.field(description="The interview, with the note in `notes`.")


@object_type
class DeleteNotePayload:
    """The result of deleteNote."""

    interview: Interview = strawberry.field(description="The interview, without the note.")


@object_type
class PositionWarning:
    """Something in a position that makes its interviews unfair, incomplete or hard to follow."""

    path: str = strawberry.field(description="The path of the value that it is about, such as questions[2].text.")
    code: PositionWarningCode = strawberry.field(description="Why there is a warning.")
    message: str = strawberry.field(description="What is wrong and what to do about it, in English.")


@object_type
class SavePositionPayload:
    """The result of savePosition."""

    position: Position = strawberry.field(description="The new version of the position.")
    warnings: list[PositionWarning] = strawberry.field(
        description="What people should look at again before the first interview. The position is saved all the same."
    )


@object_type
class EraseInterviewPayload:
    """The result of eraseInterview."""

    interview: Interview = strawberry.field(
        description="What remains of the interview: state, times, position, consent and usage."
    )
    receipt: str = strawberry.field(
        description="A signed JWT (HS256) without personal data: the interview's id, erasedAt, and how many turns, evaluations "
        "and recordings were erased. The same interview always gives the same receipt."
    )


@object_type
class UpdateRetentionPolicyPayload:
    """The result of updateRetentionPolicy."""

    retention_policy: RetentionPolicy = strawberry.field(description="The organization's policy.")


@object_type
class SetLegalHoldPayload:
    """The result of setLegalHold."""

    interview: Interview = strawberry.field(description="The interview, with its legal hold.")


@object_type
class ReleaseLegalHoldPayload:
    """The result of releaseLegalHold."""

    interview: Interview = strawberry.field(description="The interview, without a legal hold.")


@object_type
class SetDemographicsPayload:
    """The result of setDemographics. The data themselves cannot be read: impactAnalysis returns rates."""

    stored_interview_id: strawberry.Private[ObjectId]
    caller: strawberry.Private[Principal]
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")
    updated_at: datetime = strawberry.field(description="When the data were stored.")

    @resolved_field()
    async def interview(self, info: Info) -> Interview | None:
        """The interview of the candidate."""
        return await load_interview_edge(info, self.stored_interview_id, self.caller)
