"""The authorization table: the permitted roles of every element of the schema, and a scenario to check them in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    assert_input_object_type,
    assert_object_type,
    build_schema,
    get_named_type,
    is_composite_type,
    is_introspection_type,
)

from auth import issue_member_link_token
from errors import ErrorCode
from models.documents.audit_entry import AuditActor, AuditActorKind, AuditEntry, AuditKind, PersonalData
from models.documents.budget import Budget
from models.documents.change import Change, ChangeKind, ChangePosition
from models.documents.decision_record import DecisionRecord
from models.documents.demographics import Demographics
from models.documents.evaluation import Evaluation as EvaluationDocument
from models.documents.evaluation import (
    Evidence,
    EvidenceFlag,
    Finding,
    InconclusiveReason,
    LevelOverride,
    RatedLevel,
    Rating,
    Review,
    ReviewFlag,
)
from models.documents.interview import (
    Adoption,
    Candidate,
    CandidateQuestion,
    CandidateRequest,
    ConsentMethod,
    Decision,
    EndReason,
    Interview,
    InterviewStatus,
    LegalHold,
    Progress,
    Recommendation,
    Reopening,
    RequestKind,
    RequestStatus,
    ReviewReason,
    SpeechOutage,
)
from models.documents.judgement import JudgementDocument
from models.documents.logo import Logo
from models.documents.member import Member
from models.documents.member_invitation import MemberInvitation
from models.documents.notice import Notice, insert_notice
from models.documents.organization import Contact, Organization, RetentionPolicy, Role
from models.documents.position import CriterionAnalysis, Fact, JobAnalysis, Position
from models.documents.recording import RecordingFile
from models.documents.request_origin import RequestOrigin
from models.documents.turn import AccessOrigin, Channel, Latency, Speaker, Turn, WordConfidence
from models.documents.turn_correction import TurnCorrection
from models.documents.usage import Usage
from models.documents.webhook import (
    DeliveryAttempt,
    SigningSecret,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEventType,
    WebhookFailure,
    WebhookIntegration,
    WebhookPauseReason,
)
from models.reads.pagination import encode_cursor
from models.storage.clock import now
from models.writes.append_turns import append_candidate_turn, append_interviewer_turns
from models.writes.organization_updates import update_organization
from resolvers.changes import CHANGE_ORDER
from resolvers.consent import record_consent
from resolvers.ids import IdKind, encode_id
from schema.build import print_sdl
from tests.factories import (
    add_organization_usage,
    new_interview_note,
    new_interviewer_update,
    new_outcome,
    new_recording,
    new_recording_file,
    new_turn,
    new_webhook_endpoint,
)
from tests.resolvers.tenant import CONSENT, ORGANIZATION_ROLES, STAFF, Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token

SCHEMA = build_schema(print_sdl())
ALL_ROLES = frozenset(Role)
DECIDERS = frozenset({Role.ADMIN, Role.RECRUITER})
ADMIN_ONLY = frozenset({Role.ADMIN})
CANDIDATE_ONLY = frozenset({Role.CANDIDATE})

FIELD_ROLES: dict[str, dict[frozenset[Role], str]] = {
    "Query": {
        ALL_ROLES: "node viewer interview invitation transcript signInOptions memberLink",
        ORGANIZATION_ROLES: "interviews position positions positionVersions changes",
        STAFF: "evaluation compareEvaluations compareCandidates retentionPolicy consentText checkCandidateImport",
        DECIDERS: "agreement organizationUsage checkPosition",
        ADMIN_ONLY: "decisionRecords impactAnalysis apiKeys auditLog members memberInvitations webhookEndpoints "
        "webhookDeliveries",
    },
    "OrganizationUsage": {DECIDERS: "budgets days"},
    "BudgetUse": {DECIDERS: "budget limit used opensAt"},
    "DailyUsage": {
        DECIDERS: "day interviews messages calls inputTokens cachedInputTokens outputTokens costUsd",
    },
    "RetentionPolicy": {STAFF: "recordingDays transcriptDays candidateDays keepDecisionRecord updatedBy updatedAt"},
    "LegalHold": {DECIDERS: "reason setBy setAt releasedBy releasedAt"},
    "DecisionRecord": {
        ADMIN_ONLY: (
            "positionKey positionVersion interviewMonth evaluationVersion overallScore recommendation decision decidedByRole"
        )
    },
    "DecisionRecordConnection": {ADMIN_ONLY: "edges nodes pageInfo totalCount"},
    "DecisionRecordEdge": {ADMIN_ONLY: "cursor node"},
    "ImpactAnalysis": {
        ADMIN_ONLY: "positionKey since until attribute interviews unknown positionVersions medianScore categories csv"
    },
    "CategoryImpact": {
        ADMIN_ONLY: (
            "category interviews scored aboveMedian scoringRate scoringImpactRatio decided advanced selectionRate "
            "selectionImpactRatio isSmallSample"
        )
    },
    "Viewer": {ALL_ROLES: "role organization name may member"},
    "SignInOptions": {ALL_ROLES: "apiKey sandboxRoles organizationSignIn"},
    "Organization": {ALL_ROLES: "id name isTest notice contact logoUrl"},
    "Contact": {ALL_ROLES: "name email"},
    "ApiKey": {
        ADMIN_ONLY: ("id name role isTest createdAt createdBy lastUsedAt expiresAt revokedAt isActive permissions isRotated")
    },
    "ApiKeyConnection": {ADMIN_ONLY: "edges nodes pageInfo totalCount"},
    "ApiKeyEdge": {ADMIN_ONLY: "cursor node"},
    "Member": {ADMIN_ONLY: "id name email role invitedBy createdAt lastSignedInAt removedAt hasIdentity"},
    "MemberConnection": {ADMIN_ONLY: "edges nodes pageInfo totalCount"},
    "MemberEdge": {ADMIN_ONLY: "cursor node"},
    "MemberInvitation": {ADMIN_ONLY: "id name email role invitedBy createdAt expiresAt acceptedAt revokedAt isOpen isRenewal"},
    "MemberInvitationConnection": {ADMIN_ONLY: "edges nodes pageInfo totalCount"},
    "MemberInvitationEdge": {ADMIN_ONLY: "cursor node"},
    "MemberLink": {ALL_ROLES: "organization name email role expiresAt hasIdentityProvider"},
    "WebhookEndpoint": {
        ADMIN_ONLY: "id url integration description includeDetails createdAt createdBy pauseReason pausedAt failingSince "
        "lostChangesAt events previousSecretExpiresAt"
    },
    "WebhookEndpointConnection": {ADMIN_ONLY: "edges nodes pageInfo totalCount"},
    "WebhookEndpointEdge": {ADMIN_ONLY: "cursor node"},
    "WebhookDelivery": {
        ADMIN_ONLY: "id type occurredAt createdAt status attempts deliveredAt nextAttemptAt interviewId newestAttempts interview"
    },
    "WebhookDeliveryConnection": {ADMIN_ONLY: "edges nodes pageInfo totalCount"},
    "WebhookDeliveryEdge": {ADMIN_ONLY: "cursor node"},
    "WebhookAttempt": {ADMIN_ONLY: "attemptedAt latencyMs responseStatus failure bodyDigest"},
    "AuditEntry": {
        ADMIN_ONLY: "at kind action actor objectIds interviewId data filters rows outcome errorCode address requestId"
    },
    "AuditActor": {
        ADMIN_ONLY: "kind role apiKeyId keyName memberId memberName interviewId origin issuedToApiKeyId issuedToMemberId"
    },
    "AuditEntryConnection": {ADMIN_ONLY: "edges nodes pageInfo totalCount"},
    "AuditEntryEdge": {ADMIN_ONLY: "cursor node"},
    "Notice": {ALL_ROLES: "contact alternative updatedAt", ADMIN_ONLY: "updatedBy"},
    "Interview": {
        ALL_ROLES: (
            "id status endReason channel language position progress createdAt scheduledFor startedAt endedAt updatedAt expiresAt "
            "erasedAt durationSeconds lastSeq isTryOut transcript turns consent aiDisclosedAt corrections recordingsErasedAt "
            "transcriptErasedAt erasureReceipt pausedAt endsAt candidateQuestions isPartial partialReason "
            "speechOutage mayBeRecorded lastTurn"
        ),
        DECIDERS | {Role.CANDIDATE}: "requests accommodations withdrawalReason",
        DECIDERS: "legalHold releasedLegalHolds",
        ORGANIZATION_ROLES: "candidate endDetail externalId url latency recognitionLanguage reopenings candidatePresent",
        STAFF: "decision decisionVersion decidedBy decidedAt adoptions evaluation evaluations evaluationVersions recordings "
        "usage reviewReasons exhaustedBudget invite notes",
        ADMIN_ONLY: "trace",
    },
    "CandidateRequest": {
        DECIDERS | {Role.CANDIDATE}: "id kinds details requestedAt seqs status answeredAt note",
        DECIDERS: "answeredBy",
    },
    "SpeechOutage": {ALL_ROLES: "since endedAt"},
    "Accommodations": {DECIDERS | {Role.CANDIDATE}: "timeFactor captions typing"},
    "CandidateQuestion": {ALL_ROLES: "seq text facts askedAt"},
    "Reopening": {
        ORGANIZATION_ROLES: "reopenedAt reopenedBy reason status endReason endDetail endedAt returnedAt creditedSeconds"
    },
    "Note": {STAFF: "id seq at text author authorId createdAt mayDelete"},
    "Adoption": {STAFF: "version reason adoptedBy adoptedAt"},
    "Candidate": {ORGANIZATION_ROLES: "name experience", STAFF: "email"},
    "Consent": {ALL_ROLES: "textVersion givenAt recording recordingText language textDigest method withdrawnAt text"},
    "Progress": {ALL_ROLES: "question questions exchanges elapsedSeconds limitSeconds"},
    "Transcript": {ALL_ROLES: "interviewId interview turns lastSeq isComplete"},
    "Turn": {
        ALL_ROLES: "id interviewId interview seq speaker text channel questionKey startedAt endedAt confidence isUncertain "
        "uncertainWords language interrupted correction",
        ORGANIZATION_ROLES: "latency writtenWith",
    },
    "UncertainWord": {ALL_ROLES: "start end confidence"},
    "TurnCorrection": {ALL_ROLES: "seq text createdAt"},
    "TurnLatency": {ORGANIZATION_ROLES: "final committed firstWord firstAudio heard"},
    "ReplyLatency": {ORGANIZATION_ROLES: "replies p50 p95"},
    "Position": {
        ALL_ROLES: "id title description language limitMinutes correctionHours reopenMinutes extraTimeFactor",
        ORGANIZATION_ROLES: "key version questions criteria wrapUpAfterExchanges archived jobAnalysis keyTerms facts blindReview "
        "recognitionLanguage createdAt createdBy interviewCount",
    },
    "Fact": {ORGANIZATION_ROLES: "question answer"},
    "JobAnalysis": {ORGANIZATION_ROLES: "tasks method criteria"},
    "CriterionAnalysis": {ORGANIZATION_ROLES: "key reason weightReason"},
    "Question": {ORGANIZATION_ROLES: "key text listenFor maxProbes criterionKeys"},
    "Criterion": {ORGANIZATION_ROLES: "key name description weight levels"},
    "Level": {ORGANIZATION_ROLES: "value anchor"},
    "InterviewConnection": {ORGANIZATION_ROLES: "edges nodes pageInfo totalCount"},
    "InterviewEdge": {ORGANIZATION_ROLES: "cursor node"},
    "PositionConnection": {ORGANIZATION_ROLES: "edges nodes pageInfo totalCount"},
    "PositionEdge": {ORGANIZATION_ROLES: "cursor node"},
    "PositionWarning": {DECIDERS: "path code message"},
    "TurnConnection": {ALL_ROLES: "edges nodes pageInfo totalCount"},
    "TurnEdge": {ALL_ROLES: "cursor node"},
    "EvaluationConnection": {STAFF: "edges nodes pageInfo totalCount"},
    "EvaluationEdge": {STAFF: "cursor node"},
    "PageInfo": {ALL_ROLES: "hasNextPage hasPreviousPage startCursor endCursor"},
    "Change": {ORGANIZATION_ROLES: "cursor kind interviewId evaluationId changedAt interview", STAFF: "evaluation"},
    "ChangeConnection": {ORGANIZATION_ROLES: "edges nodes pageInfo nextCursor latestCursor"},
    "ChangeEdge": {ORGANIZATION_ROLES: "cursor node"},
    "Evaluation": {
        STAFF: (
            "id interviewId interview position version status failure overallScore recommendation summary coverage criteria "
            "criterion strengths weaknesses positionVersion promptVersion model transcriptDigest usage sandbox requestedBy "
            "requestReason createdAt completedAt isBlind ratings reviews inconclusiveReason lowestScore highestScore flags "
            "passes evaluatorAddresses removedSentences replacedTexts provenance reportUrl explanationUrl feedbackLetterUrl "
            "exhaustedBudget"
        ),
        ADMIN_ONLY: "rawJudgements",
    },
    "CriterionAgreement": {DECIDERS: "positionVersion criterionKey ratings n exactShare kappa kappaLow kappaHigh"},
    "EvaluationComparison": {
        STAFF: ("a b criteria scoreDifference recommendationDiffers rubricDiffers promptDiffers modelDiffers transcriptDiffers")
    },
    "CandidateImport": {STAFF: "rows ignoredColumns"},
    "CandidateImportRow": {
        STAFF: "line candidateName externalId positionKey positionTitle scheduledFor language channel outcome faults warnings "
        "interview invite"
    },
    "CandidateImportProblem": {STAFF: "column code message"},
    "CandidateComparison": {STAFF: "position candidates criteria"},
    "ComparedCandidate": {STAFF: "interview evaluation"},
    "ComparedCriterion": {STAFF: "criterion results"},
    "CriterionComparison": {STAFF: "key name a b levelDifference scoreDifference evidenceOnlyInA evidenceOnlyInB"},
    "CriterionResult": {STAFF: "key name weight assessed level score rationale evidence state questions passLevels spread flags"},
    "QuestionCoverage": {STAFF: "questionKey asked answered"},
    "JudgePass": {
        STAFF: (
            "number model messageId maxTokens promptDigest judgementDigest claimedQuotes failedQuotes isVoid overallScore usage"
        )
    },
    "Provenance": {STAFF: "rubricDigest consentTextVersion consentLanguage interviewerModel interviewerPromptVersion"},
    "RawJudgement": {ADMIN_ONLY: "number text"},
    "InterviewTrace": {ADMIN_ONLY: "requestId traceId turns"},
    "TurnTrace": {ADMIN_ONLY: "seq speaker channel startedAt endedAt stages"},
    "TimedStage": {ADMIN_ONLY: "stage startedAt seconds"},
    "Finding": {STAFF: "text evidence"},
    "Evidence": {STAFF: "quote seq start end turn sentence sentenceStart sentenceEnd flags"},
    "InterviewUsage": {STAFF: "replies evaluations total messages characters"},
    "Usage": {STAFF: "calls inputTokens cacheWriteTokens cachedInputTokens outputTokens costUsd"},
    "Review": {STAFF: "decision reason reviewer reviewerId createdAt overrides overallScore"},
    "Rating": {STAFF: "reviewer reviewerId createdAt levels"},
    "RatedLevel": {STAFF: "criterionKey level reason"},
    "LevelOverride": {STAFF: "criterionKey level reason"},
    "Recording": {STAFF: "id interview kind status mimeType url durationSeconds sizeBytes startedAt failure"},
    "Invitation": {
        ALL_ROLES: (
            "interviewId status state organization contact logoUrl positionTitle candidateName language channel limitMinutes "
            "questions scheduledFor opensAt expiresAt canReopenUntil mayRequest consentText consent endReason requests "
            "accommodations isTryOut calendarFile"
        )
    },
    "ConsentText": {ALL_ROLES: "version language text digest recordingText"},
    "Mutation": {
        STAFF: "startInterview scheduleInterview importCandidates renewInvite cancelInterview evaluateInterview setDemographics",
        STAFF | {Role.CANDIDATE}: "endInterview withdrawConsent requestAlternative requestAccommodation",
        ALL_ROLES: "joinInterview openTranscript signIn signOut acceptMemberInvitation",
        CANDIDATE_ONLY: "sendMessage signalInterviewer correctTurn",
        DECIDERS: "rateEvaluation reviewEvaluation adoptEvaluation savePosition resolveRequest reopenInterview addNote "
        "deleteNote startTryOut",
        ADMIN_ONLY: "eraseInterview updateRetentionPolicy setLegalHold releaseLegalHold updateNotice createApiKey "
        "updateOrganization rotateApiKey revokeApiKey inviteMember renewMemberLink revokeMemberInvitation updateMember "
        "removeMember createWebhookEndpoint updateWebhookEndpoint rotateWebhookSecret deleteWebhookEndpoint replayDelivery "
        "replayDeliveries",
    },
    "Subscription": {
        ALL_ROLES: "turnAdded interimTranscript interviewChanged",
        ORGANIZATION_ROLES: "interviewsChanged liveInterviews changed",
    },
    "InterviewFilter": {
        ORGANIZATION_ROLES: (
            "statuses positionKeys positionVersion channels externalIds createdAtOrAfter createdBefore updatedAtOrAfter "
            "scheduledAfter scheduledBefore candidate status positionKey channel externalId createdAfter updatedAfter"
        ),
        STAFF: "minScore maxScore recommendations decisions reviewed evaluationStatuses recommendation decision evaluationStatus",
        DECIDERS: "hasOpenRequests",
    },
    "InterviewOrderField": {ORGANIZATION_ROLES: "CREATED_AT UPDATED_AT STARTED_AT SCHEDULED_FOR CANDIDATE", STAFF: "SCORE"},
}

MUTATION_PAYLOAD_TYPES = {
    *("StartInterviewPayload", "ScheduleInterviewPayload", "RenewInvitePayload", "JoinInterviewPayload", "SendMessagePayload"),
    *(
        "SignalInterviewerPayload",
        "EndInterviewPayload",
        "CancelInterviewPayload",
        "EvaluateInterviewPayload",
        "ReviewEvaluationPayload",
    ),
    *("RateEvaluationPayload", "AdoptEvaluationPayload"),
    *("SavePositionPayload", "EraseInterviewPayload", "CandidateAccess", "RoomAccess", "Invite"),
    *("UpdateRetentionPolicyPayload", "SetLegalHoldPayload", "ReleaseLegalHoldPayload", "SetDemographicsPayload"),
    *("WithdrawConsentPayload", "RequestAlternativePayload", "RequestAccommodationPayload", "ResolveRequestPayload"),
    *("SignInPayload", "SignOutPayload", "AcceptMemberInvitationPayload", "InviteMemberPayload", "RenewMemberLinkPayload"),
    *("RevokeMemberInvitationPayload", "UpdateMemberPayload", "RemoveMemberPayload"),
    *("CreateApiKeyPayload", "RotateApiKeyPayload", "RevokeApiKeyPayload"),
    *("AddNotePayload", "DeleteNotePayload"),
    *("OpenTranscriptPayload", "CorrectTurnPayload", "UpdateNoticePayload", "ReopenInterviewPayload"),
    *("UpdateOrganizationPayload", "StartTryOutPayload", "ImportCandidatesPayload"),
    *("CreateWebhookEndpointPayload", "UpdateWebhookEndpointPayload", "RotateWebhookSecretPayload"),
    *("DeleteWebhookEndpointPayload", "ReplayDeliveryPayload", "ReplayDeliveriesPayload"),
}
"""Readable by every role that may call the mutation; the rows of mutations name those roles."""
SUBSCRIPTION_ONLY_TYPES = {"InterimTranscript", "LiveInterviewEvent"}
"""Reachable only through a subscription, whose row names the roles."""
UNREACHABLE_TYPES = {"ErrorExtensions", "BudgetExtension"}
"""No field returns them."""

ALWAYS_NULL_FIELDS = {
    *("Interview.erasedAt", "Interview.recordingsErasedAt", "Interview.transcriptErasedAt", "Interview.erasureReceipt"),
    *("ApiKey.createdBy", "ApiKey.expiresAt", "ApiKey.revokedAt"),
    # its tokens are of API keys and of a candidate
    "Viewer.member",
    *("Member.removedAt", "MemberInvitation.acceptedAt", "MemberInvitation.revokedAt"),
    *("LegalHold.releasedBy", "LegalHold.releasedAt"),
    *("Interview.endsAt", "Interview.partialReason", "Consent.withdrawnAt"),
    # the interview is over
    *("Interview.invite", "Interview.candidatePresent", "CandidateImportRow.invite", "Invitation.calendarFile"),
    # the interview ended as it should
    "Invitation.canReopenUntil",
    # nothing can be requested in an interview that is over
    "Invitation.mayRequest",
    # there are too few interviews for a rate
    *("CategoryImpact.scoringRate", "CategoryImpact.scoringImpactRatio"),
    *("CategoryImpact.selectionRate", "CategoryImpact.selectionImpactRatio"),
    # one evaluation has one level of the model, so there is no variance
    *("CriterionAgreement.kappa", "CriterionAgreement.kappaLow", "CriterionAgreement.kappaHigh"),
    # for a viewer, who sees no changes of evaluations
    "Change.evaluationId",
}
"""Null in the scenario, for every role unless a comment says otherwise."""

_LEVELS = ", ".join(f'{{value: {value}, anchor: "Level {value}"}}' for value in range(1, 6))
UNSERVED_CRITERION = (
    '(input: {key: "gardener", title: "Gardener", questions: [{key: "soil", text: "What is good soil?"}], '
    f'criteria: [{{key: "plants", name: "Plants", weight: 1, levels: [{_LEVELS}]}}]}})'
)
"""The argument of checkPosition, for content with a warning."""
IMPORTED_CANDIDATES = (
    '(input: {csv: "name,reference,position,scheduled for,email\\nAda,ATS-7,tester,2026-11-30T09:30Z,\\n,,tester,,"})'
)
"""The argument of checkCandidateImport: the scenario's interview, and a row with a fault."""
IMPACT_ARGUMENTS = '(positionKey: $position, since: "2000-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z", attribute: SEX)'

# how each type is reached, with FIELD in the place of the field
TYPE_QUERIES = {
    "Query": "{ FIELD }",
    "Viewer": "{ viewer { FIELD } }",
    "SignInOptions": "{ signInOptions { FIELD } }",
    "Organization": "{ viewer { organization { FIELD } } }",
    "Contact": "{ viewer { organization { contact { FIELD } } } }",
    "Notice": "{ viewer { organization { notice { FIELD } } } }",
    "ApiKey": "{ apiKeys { nodes { FIELD } } }",
    "ApiKeyConnection": "{ apiKeys { FIELD } }",
    "ApiKeyEdge": "{ apiKeys { edges { FIELD } } }",
    "Member": "{ members { nodes { FIELD } } }",
    "MemberConnection": "{ members { FIELD } }",
    "MemberEdge": "{ members { edges { FIELD } } }",
    "MemberInvitation": "{ memberInvitations { nodes { FIELD } } }",
    "MemberInvitationConnection": "{ memberInvitations { FIELD } }",
    "MemberInvitationEdge": "{ memberInvitations { edges { FIELD } } }",
    "MemberLink": "{ memberLink(token: $memberLink) { FIELD } }",
    "WebhookEndpoint": "{ webhookEndpoints { nodes { FIELD } } }",
    "WebhookEndpointConnection": "{ webhookEndpoints { FIELD } }",
    "WebhookEndpointEdge": "{ webhookEndpoints { edges { FIELD } } }",
    "WebhookDelivery": "{ webhookDeliveries(endpointId: $webhookEndpoint) { nodes { FIELD } } }",
    "WebhookDeliveryConnection": "{ webhookDeliveries(endpointId: $webhookEndpoint) { FIELD } }",
    "WebhookDeliveryEdge": "{ webhookDeliveries(endpointId: $webhookEndpoint) { edges { FIELD } } }",
    "WebhookAttempt": "{ webhookDeliveries(endpointId: $webhookEndpoint) { nodes { newestAttempts { FIELD } } } }",
    "AuditEntry": "{ auditLog { nodes { FIELD } } }",
    "AuditActor": "{ auditLog { nodes { actor { FIELD } } } }",
    "AuditEntryConnection": "{ auditLog { FIELD } }",
    "AuditEntryEdge": "{ auditLog { edges { FIELD } } }",
    "Interview": "{ interview(id: $interview) { FIELD } }",
    "CandidateRequest": "{ interview(id: $interview) { requests { FIELD } } }",
    "Accommodations": "{ interview(id: $interview) { accommodations { FIELD } } }",
    "SpeechOutage": "{ interview(id: $interview) { speechOutage { FIELD } } }",
    "CandidateQuestion": "{ interview(id: $interview) { candidateQuestions { FIELD } } }",
    "Reopening": "{ interview(id: $interview) { reopenings { FIELD } } }",
    "Note": "{ interview(id: $interview) { notes { FIELD } } }",
    "Adoption": "{ interview(id: $interview) { adoptions { FIELD } } }",
    "OrganizationUsage": "{ organizationUsage { FIELD } }",
    "BudgetUse": "{ organizationUsage { budgets { FIELD } } }",
    "DailyUsage": "{ organizationUsage { days { FIELD } } }",
    "RetentionPolicy": "{ retentionPolicy { FIELD } }",
    "LegalHold": "{ interview(id: $interview) { legalHold { FIELD } } }",
    "DecisionRecord": "{ decisionRecords { nodes { FIELD } } }",
    "DecisionRecordConnection": "{ decisionRecords { FIELD } }",
    "DecisionRecordEdge": "{ decisionRecords { edges { FIELD } } }",
    "ImpactAnalysis": f"{{ impactAnalysis{IMPACT_ARGUMENTS} {{ FIELD }} }}",
    "CategoryImpact": f"{{ impactAnalysis{IMPACT_ARGUMENTS} {{ categories {{ FIELD }} }} }}",
    "Candidate": "{ interview(id: $interview) { candidate { FIELD } } }",
    "Consent": "{ interview(id: $interview) { consent { FIELD } } }",
    "Progress": "{ interview(id: $interview) { progress { FIELD } } }",
    "Transcript": "{ transcript(interviewId: $interview) { FIELD } }",
    "Turn": "{ transcript(interviewId: $interview) { turns { FIELD } } }",
    "UncertainWord": "{ transcript(interviewId: $interview) { turns { uncertainWords { FIELD } } } }",
    "TurnCorrection": "{ interview(id: $interview) { corrections { FIELD } } }",
    "TurnLatency": "{ interview(id: $interview) { latency { p50 { FIELD } } } }",
    "ReplyLatency": "{ interview(id: $interview) { latency { FIELD } } }",
    "Position": "{ interview(id: $interview) { position { FIELD } } }",
    "Question": "{ interview(id: $interview) { position { questions { FIELD } } } }",
    "Criterion": "{ interview(id: $interview) { position { criteria { FIELD } } } }",
    "Level": "{ interview(id: $interview) { position { criteria { levels { FIELD } } } } }",
    "Fact": "{ interview(id: $interview) { position { facts { FIELD } } } }",
    "JobAnalysis": "{ interview(id: $interview) { position { jobAnalysis { FIELD } } } }",
    "CriterionAnalysis": "{ interview(id: $interview) { position { jobAnalysis { criteria { FIELD } } } } }",
    "InterviewConnection": "{ interviews { FIELD } }",
    "InterviewEdge": "{ interviews { edges { FIELD } } }",
    "PositionConnection": "{ positions { FIELD } }",
    "PositionEdge": "{ positions { edges { FIELD } } }",
    "PositionWarning": f"{{ checkPosition{UNSERVED_CRITERION} {{ FIELD }} }}",
    "TurnConnection": "{ interview(id: $interview) { turns { FIELD } } }",
    "TurnEdge": "{ interview(id: $interview) { turns { edges { FIELD } } } }",
    "EvaluationConnection": "{ interview(id: $interview) { evaluationVersions { FIELD } } }",
    "EvaluationEdge": "{ interview(id: $interview) { evaluationVersions { edges { FIELD } } } }",
    "PageInfo": "{ interview(id: $interview) { turns { pageInfo { FIELD } } } }",
    "Change": "{ changes { nodes { FIELD } } }",
    "ChangeConnection": "{ changes { FIELD } }",
    "ChangeEdge": "{ changes { edges { FIELD } } }",
    "Evaluation": "{ evaluation(interviewId: $interview) { FIELD } }",
    "CriterionAgreement": "{ agreement(positionKey: $position) { FIELD } }",
    "EvaluationComparison": "{ compareEvaluations(interviewId: $interview, a: 1, b: 2) { FIELD } }",
    "CandidateImport": f"{{ checkCandidateImport{IMPORTED_CANDIDATES} {{ FIELD }} }}",
    "CandidateImportRow": f"{{ checkCandidateImport{IMPORTED_CANDIDATES} {{ rows {{ FIELD }} }} }}",
    "CandidateImportProblem": f"{{ checkCandidateImport{IMPORTED_CANDIDATES} {{ rows {{ warnings {{ FIELD }} }} }} }}",
    "CandidateComparison": "{ compareCandidates(positionKey: $position, positionVersion: 1) { FIELD } }",
    "ComparedCandidate": "{ compareCandidates(positionKey: $position, positionVersion: 1) { candidates { FIELD } } }",
    "ComparedCriterion": "{ compareCandidates(positionKey: $position, positionVersion: 1) { criteria { FIELD } } }",
    "CriterionComparison": "{ compareEvaluations(interviewId: $interview, a: 1, b: 2) { criteria { FIELD } } }",
    "CriterionResult": "{ evaluation(interviewId: $interview) { criteria { FIELD } } }",
    "QuestionCoverage": "{ evaluation(interviewId: $interview) { criteria { questions { FIELD } } } }",
    "JudgePass": "{ evaluation(interviewId: $interview) { passes { FIELD } } }",
    "Provenance": "{ evaluation(interviewId: $interview) { provenance { FIELD } } }",
    "RawJudgement": "{ evaluation(interviewId: $interview) { rawJudgements { FIELD } } }",
    "Finding": "{ evaluation(interviewId: $interview) { strengths { FIELD } } }",
    "Evidence": "{ evaluation(interviewId: $interview) { strengths { evidence { FIELD } } } }",
    "InterviewUsage": "{ interview(id: $interview) { usage { FIELD } } }",
    "InterviewTrace": "{ interview(id: $interview) { trace { FIELD } } }",
    "TurnTrace": "{ interview(id: $interview) { trace { turns { FIELD } } } }",
    "TimedStage": "{ interview(id: $interview) { trace { turns { stages { FIELD } } } } }",
    "Usage": "{ evaluation(interviewId: $interview) { usage { FIELD } } }",
    "Review": "{ evaluation(interviewId: $interview) { reviews { FIELD } } }",
    "Rating": "{ evaluation(interviewId: $interview) { ratings { FIELD } } }",
    "RatedLevel": "{ evaluation(interviewId: $interview) { ratings { levels { FIELD } } } }",
    "LevelOverride": "{ evaluation(interviewId: $interview) { reviews { overrides { FIELD } } } }",
    "Recording": "{ interview(id: $interview) { recordings { FIELD } } }",
    "Invitation": "{ invitation(token: $invite) { FIELD } }",
    "ConsentText": "{ invitation(token: $invite) { consentText { FIELD } } }",
}
FIELD_ARGUMENTS = {
    "Query.node": "(id: $interview)",
    "Query.interview": "(id: $interview)",
    "Query.invitation": "(token: $invite)",
    "Query.memberLink": "(token: $memberLink)",
    "Query.webhookDeliveries": "(endpointId: $webhookEndpoint)",
    "Query.transcript": "(interviewId: $interview)",
    "Query.evaluation": "(interviewId: $interview)",
    "Query.agreement": "(positionKey: $position)",
    "Query.compareEvaluations": "(interviewId: $interview, a: 1, b: 2)",
    "Query.compareCandidates": "(positionKey: $position, positionVersion: 1)",
    "Query.position": "(key: $position)",
    "Query.positionVersions": "(key: $position)",
    "Query.checkPosition": UNSERVED_CRITERION,
    "Query.checkCandidateImport": IMPORTED_CANDIDATES,
    "Query.impactAnalysis": IMPACT_ARGUMENTS,
    "Query.consentText": "(positionKey: $position)",
    "Evaluation.criterion": '(key: "technical")',
}


def roles_by_field(kind: str) -> dict[str, frozenset[Role]]:
    return {field: roles for roles, fields in FIELD_ROLES[kind].items() for field in fields.split()}


def member_names(kind: Any) -> list[str]:
    return list(kind.values if isinstance(kind, GraphQLEnumType) else kind.fields)


def fields_of(kind: str) -> dict[str, GraphQLField]:
    """Return the fields of an object type."""
    fields: dict[str, GraphQLField] = assert_object_type(SCHEMA.type_map[kind]).fields
    return fields


def input_fields_of(kind: str) -> dict[str, GraphQLInputField]:
    fields: dict[str, GraphQLInputField] = assert_input_object_type(SCHEMA.type_map[kind]).fields
    return fields


def input_names_of(field: GraphQLField) -> list[str]:
    """Return the arguments of the field, or the fields of its input."""
    return list(input_fields_of(get_named_type(field.args["input"].type).name) if "input" in field.args else field.args)


def authorized_types() -> Iterator[str]:
    for name, kind in SCHEMA.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind):
            yield name
    yield from ("InterviewFilter", "InterviewOrderField")


def leaf_presence(data: Any) -> Iterator[bool]:
    """Return whether each leaf of a response is present."""
    match data:
        case dict():
            for value in data.values():
                yield from leaf_presence(value)
        case list():
            for value in data:
                yield from leaf_presence(value)
        case _:
            yield data is not None


def field_selection(kind: str, name: str) -> str:
    """Return a selection of the field, with required arguments and subfields."""
    sub_selection = " { __typename }" if is_composite_type(get_named_type(fields_of(kind)[name].type)) else ""
    return f"{name}{FIELD_ARGUMENTS.get(f'{kind}.{name}', '')}{sub_selection}"


class AuthorizationScenario:
    """A tenant with a completed interview that has a value in every field, and a token of each role."""

    def __init__(
        self,
        tenant: Tenant,
        interview: Interview,
        evaluation: EvaluationDocument,
        turn: Turn,
        file: RecordingFile,
        link: MemberInvitation,
        endpoint: WebhookEndpoint,
        tokens: dict[Role, str],
    ) -> None:
        self.tokens = tokens
        self.variables = {
            "interview": global_id_of(interview),
            "evaluation": global_id_of(evaluation),
            "position": tenant.position.key,
            "invite": tenant.invite_token(interview),
            "memberLink": issue_member_link_token(link, tenant.services.settings.auth),
            "webhookEndpoint": encode_id(IdKind.WEBHOOK_ENDPOINT, endpoint.id),
        }
        self.first_change_cursor = encode_cursor(CHANGE_ORDER, 0, tenant.id)
        self.nodes = [
            *(global_id_of(document) for document in (interview, evaluation, tenant.position, tenant.organization)),
            encode_id(IdKind.TURN, turn.id),
            encode_id(IdKind.RECORDING, file.id),
        ]

    def declare_variables(self, query: str) -> tuple[str, dict[str, str]]:
        """Return the query with the declarations of the scenario's variables that it uses, and their values."""
        used = {name: value for name, value in self.variables.items() if f"${name}" in query}
        kinds = dict.fromkeys(("position", "invite", "memberLink"), "String!")
        declared = ", ".join(f"${name}: {kinds.get(name, 'ID!')}" for name in used)
        return f"query({declared}) {query}" if used else f"query {query}", used

    async def query_error_codes(self, api: ApiClient, role: Role | None, query: str) -> list[str]:
        """Return the error codes that the role gets for this query, which may use the scenario's variables."""
        text, variables = self.declare_variables(query)
        token = self.tokens[role] if role else None
        response = await api.execute(text, token, **variables)
        if response.errors:
            assert not any(leaf_presence(response.data)), "what is refused is null"
        else:
            assert any(leaf_presence(response.data)) or any(name.split(".")[1] in query for name in ALWAYS_NULL_FIELDS), (
                f"there is nothing to read: {query}"
            )
        return response.codes


async def make_authorization_scenario(tenant: Tenant) -> AuthorizationScenario:
    """Make the scenario. Only the fields in ALWAYS_NULL_FIELDS are null."""
    reasons = [CriterionAnalysis(key="technical", reason="It matters.", weight_reason="It matters much.")]
    analysis = JobAnalysis(tasks=["Tests programs."], method="By survey.", criteria=reasons)
    fact = Fact(question="Is it remote?", answer="Yes.")
    await tenant.position.set(
        {Position.job_analysis: analysis, "key_terms": ["kubectl"], "facts": [fact.model_dump()], "created_by": "Grace"}
    )
    interview = await tenant.make_interview(
        candidate=Candidate(name="Ada Lovelace", email="ada@example.org", experience="much"),
        progress=Progress(question=1, question_key="motivation", exchanges=1),
        scheduled_for=now(),
        ended_at=now(),
        end_reason=EndReason.WRAPPED_UP,
        end_detail="Nothing went wrong.",
        external_id="ATS-7",
        score=50.0,
        legal_hold=LegalHold(reason="A lawsuit.", set_by="somebody", set_at=now()),
        released_legal_holds=[LegalHold(reason="Another.", set_by="a", set_at=now(), released_by="b", released_at=now())],
        candidate_questions=[CandidateQuestion(seq=1, text="Is it remote?", facts=["Is it remote?"], asked_at=now())],
        requests=[
            CandidateRequest(
                id=PydanticObjectId(),
                kinds=[RequestKind.OTHER],
                details="An interpreter.",
                requested_at=now(),
                seqs=[1],
                status=RequestStatus.GRANTED,
                answered_by="somebody",
                answered_at=now(),
                note="One will be there.",
            )
        ],
        withdrawal_reason="It was too long.",
        origin=RequestOrigin(request_id="a request", traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    )
    recognition = {"confidence": 0.9, "language": "de", "uncertain_words": [WordConfidence(2, 7, 0.2)]}
    recognition["written_with"] = AccessOrigin.INVITE
    spoken = new_turn("item:1", "I wrote the first program there was.", Speaker.CANDIDATE, **recognition)
    turn, *_ = await append_candidate_turn(interview.id, spoken)
    took = Latency(final=0.1, committed=0.5, first_word=0.8, first_audio=0.9, heard=1.0)
    reply = new_turn("item:2", "What was it for?", channel=Channel.VOICE, answers=turn.seq, latency=took)
    await append_interviewer_turns(interview.id, [reply], new_interviewer_update(answers=turn.seq))
    reopening = Reopening(
        id=PydanticObjectId(),
        reopened_at=now(),
        reopened_by="somebody",
        reason="The power failed.",
        status=InterviewStatus.COMPLETED,
        end_reason=EndReason.OUT_OF_TIME,
        end_detail="Nothing else.",
        ended_at=now(),
        returned_at=now(),
        after_seq=1,
        credited_seconds=5.0,
    )
    adoption = Adoption(id=PydanticObjectId(), version=1, reason="The best.", adopted_by="somebody", adopted_at=now())
    await interview.set(
        {
            Interview.status: InterviewStatus.COMPLETED,
            Interview.adoptions: [adoption],
            Interview.reopenings: [reopening],
            Interview.decision: Decision.ADVANCE,
            Interview.decision_version: 1,
            Interview.decided_by: "somebody",
            Interview.notes: [new_interview_note(), new_interview_note(seq=None, at=now())],
            Interview.decided_at: now(),
            Interview.review_reasons: [ReviewReason.CORRECTION],
            Interview.ai_disclosed_at: now(),
            Interview.exhausted_budget: Budget.INTERVIEW_COST,
            Interview.paused_at: now(),
            Interview.speech_outage: SpeechOutage(since=now(), ended_at=now()),
            Interview.consent: await record_consent(
                tenant.services, interview, replace(CONSENT, recording=True), ConsentMethod.JOINED
            ),
        }
    )
    evidence = [
        Evidence(
            quote=turn.text[:7],
            seq=turn.seq,
            start=0,
            end=7,
            sentence=turn.text,
            sentence_end=len(turn.text),
            flags=[EvidenceFlag.NEGATION],
        )
    ]
    await add_organization_usage(interview.organization_id, now(), messages=1)
    await TurnCorrection(interview_id=interview.id, seq=turn.seq, text="The second program.").insert()
    logo = Logo(organization_id=tenant.organization.id, digest="a" * 64, media_type="image/png", content=b"")
    values = {"contact": Contact(name="Grace Hopper", email="grace@example.org"), "logo_digest": logo.digest}
    await update_organization(tenant.id, values, logo, ObjectId())
    await insert_notice(
        Notice(organization_id=interview.organization_id, contact="Ada", alternative="A letter.", updated_by="somebody")
    )
    judged = new_outcome().model_copy(
        update={
            **{name: [Finding(text="found", evidence=evidence)] for name in ("strengths", "weaknesses")},
            "inconclusive_reason": InconclusiveReason.LOW_COVERAGE,
            "flags": [ReviewFlag.BANDS_DIFFER],
            "evaluator_addresses": [turn.seq],
        }
    )
    judged.criteria[0].evidence = evidence
    judged.criteria[0].flags = [ReviewFlag.LEVELS_DIFFER]
    review = Review(
        id=PydanticObjectId(),
        decision=Decision.ADVANCE,
        reason="Convincing.",
        reviewer="somebody",
        reviewer_id=PydanticObjectId(),
        created_at=now(),
        overrides=[LevelOverride(criterion_key="technical", level=4, reason="More than that.")],
        overall_score=60.0,
    )
    rating = Rating(
        id=PydanticObjectId(),
        reviewer_id=PydanticObjectId(),
        reviewer="somebody",
        created_at=now(),
        levels=[RatedLevel(criterion_key="technical", level=4, reason="Sound.")],
    )
    evaluation = await tenant.make_evaluation(
        interview,
        outcome=judged,
        reviews=[review],
        ratings=[rating],
        requested_by="somebody",
        request_reason="To be sure.",
        failure="None, in the end.",
        exhausted_budget=Budget.DAILY_COST,
        transcript_digest="0123",
    )
    strict = new_outcome(1)
    strict.criteria[0].evidence = [Evidence(quote=turn.text, seq=turn.seq, start=0, end=len(turn.text))]
    await tenant.make_evaluation(interview, version=2, outcome=strict)
    await interview.set({Interview.evaluated: True, Interview.counted_version: 1})
    await JudgementDocument(
        id=PydanticObjectId(),
        interview_id=interview.id,
        evaluation_id=evaluation.id,
        number=1,
        text="{}",
        model="test",
        message_id="msg_test",
        max_tokens=1000,
        prompt_digest="01",
        usage=Usage(),
    ).insert()
    file = new_recording_file(failure="Not at first.")
    await new_recording(interview, files=[file]).insert()
    # an impact analysis needs five interviews
    others = [await tenant.make_interview(status=InterviewStatus.COMPLETED, evaluated=True, score=50.0) for _ in range(4)]
    for one in (interview, *others):
        await Demographics(
            interview_id=one.id,
            organization_id=tenant.id,
            sex="female",
            race_ethnicity="a",
            age_band="b",
            updated_by="somebody",
        ).insert()
    policy = RetentionPolicy(
        **dict.fromkeys(("recording_days", "transcript_days", "candidate_days"), 365), updated_by="somebody", updated_at=now()
    )
    await tenant.organization.set({Organization.retention: policy})
    await DecisionRecord(
        organization_id=PydanticObjectId(tenant.id),
        position_key="tester",
        position_version=1,
        interview_month="2026-11",
        evaluation_version=1,
        overall_score=50.0,
        recommendation=Recommendation.HIRE,
        decision=Decision.ADVANCE,
        decided_by_role=Role.RECRUITER,
    ).insert()
    await AuditEntry(
        organization_id=PydanticObjectId(tenant.id),
        kind=AuditKind.READ,
        action="interviews",
        actor=AuditActor(
            kind=AuditActorKind.API_KEY,
            key_id=PydanticObjectId(),
            key_name="a key",
            role=Role.ADMIN,
            interview_id=interview.id,
            origin=AccessOrigin.START_INTERVIEW,
            issued_to=PydanticObjectId(),
            member_id=PydanticObjectId(),
            member_name="somebody",
            issued_to_member=PydanticObjectId(),
        ),
        object_ids=[encode_id(IdKind.INTERVIEW, interview.id)],
        interview_id=interview.id,
        data=[PersonalData.CANDIDATE],
        filters=["candidate"],
        rows=1,
        outcome=ErrorCode.FORBIDDEN,
        address="127.0.0.1",
        request_id="mine",
        expires_at=now() + timedelta(days=1),
    ).insert()
    member = {"organization_id": tenant.id, "role": Role.ADMIN, "name": "Somebody", "invited_by": "somebody"}
    await Member(**member, email="somebody@example.org", last_signed_in_at=now()).insert()
    link = await MemberInvitation(**member, email="another@example.org", expires_at=now() + timedelta(days=1)).insert()
    endpoint = await new_webhook_endpoint(
        tenant.id,
        description="A system.",
        integration=WebhookIntegration.GREENHOUSE,
        pause_reason=WebhookPauseReason.FAILING,
        paused_at=now(),
        failing_since=now(),
        lost_changes_at=now(),
        secrets=[SigningSecret(id=PydanticObjectId(), encrypted="", expires_at=now() + timedelta(days=1))],
    ).insert()
    await WebhookDelivery(
        organization_id=tenant.id,
        endpoint_id=endpoint.id,
        type=WebhookEventType.INTERVIEW_COMPLETED,
        event_key="a key",
        number=1,
        interview_id=interview.id,
        occurred_at=now(),
        delivered_at=now(),
        newest_attempts=[
            DeliveryAttempt(
                attempted_at=now(), latency_ms=5, response_status=500, failure=WebhookFailure.STATUS, body_digest="0123"
            )
        ],
    ).insert()
    await ChangePosition(id=PydanticObjectId(tenant.id), number=2).insert()
    for number, (kind, document) in enumerate(((ChangeKind.INTERVIEW, interview), (ChangeKind.EVALUATION, evaluation)), 1):
        await Change(
            organization_id=PydanticObjectId(tenant.id),
            number=number,
            kind=kind,
            object_id=document.id,
            interview_id=interview.id,
            changed_at=now(),
        ).insert()
    tokens = {role: await issue_token(tenant, role, interview) for role in Role}
    return AuthorizationScenario(tenant, interview, evaluation, turn, file, link, endpoint, tokens)


def sample_value(field: GraphQLInputField, scenario: AuthorizationScenario, name: str = "") -> Any:
    """Return a valid value of the type; ids are those of the scenario."""
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if isinstance(kind, GraphQLList):
        return [sample_value(GraphQLInputField(kind.of_type), scenario, name)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {
            key: sample_value(part, scenario, key)
            for key, part in kind.fields.items()
            # the alternative to an id is an invite, which is a credential of its own
            if isinstance(part.type, GraphQLNonNull) or key == "interviewId"
        }
    plain = {"Int": 3, "Float": 0.5, "Boolean": False, "DateTime": "2026-11-25T00:00:00Z", "ID": scenario.variables["interview"]}
    named = {"evaluationId": scenario.variables["evaluation"], "invite": scenario.variables["invite"]}
    return named.get(name, plain.get(getattr(kind, "name", ""), "text"))
