/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Transcript($id: ID!, $after: Int!) {\n    transcript(interviewId: $id, after: $after) {\n      turns { ...TurnFields }\n      lastSeq\n      isComplete\n    }\n  }\n  fragment TurnFields on Turn {\n    id seq speaker text channel questionKey startedAt endedAt interrupted language isUncertain\n    uncertainWords { start end }\n  }\n": typeof types.TranscriptDocument,
    "\n  subscription TurnAdded($id: ID!, $after: Int!) {\n    turnAdded(interviewId: $id, after: $after) { ...TurnFields }\n  }\n": typeof types.TurnAddedDocument,
    "\n  subscription Interim($id: ID!) {\n    interimTranscript(interviewId: $id) { ...InterimFields }\n  }\n  fragment InterimFields on InterimTranscript {\n    speaker text afterSeq at\n  }\n": typeof types.InterimDocument,
    "\n  query Compared($id: ID!, $recording: Boolean!) {\n    interview(id: $id) {\n      id status channel createdAt scheduledFor startedAt erasedAt decision decidedBy\n      candidate { name }\n      position { key version title criteria { key name weight levels { value anchor } } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      evaluation {\n        isBlind status overallScore lowestScore highestScore inconclusiveReason recommendation coverage flags sandbox\n        criteria {\n          key name state level rationale passLevels flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags turn { startedAt endedAt text } }\n        }\n        reviews { reviewer overrides { criterionKey level } }\n      }\n    }\n  }\n": typeof types.ComparedDocument,
    "\n  query CheckImport($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = false) {\n    checkCandidateImport(input: $input) { ignoredColumns rows { ...ImportedRow } }\n  }\n  fragment ImportedRow on CandidateImportRow {\n    line candidateName externalId positionKey positionTitle scheduledFor language channel outcome\n    faults { message }\n    warnings { message }\n    interview { id }\n    invite @include(if: $isImport) { url expiresAt invitationText(timeZone: $timeZone) calendarFile }\n  }\n": typeof types.CheckImportDocument,
    "\n  mutation ImportCandidates($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = true) {\n    importCandidates(input: $input) { candidateImport { ignoredColumns rows { ...ImportedRow } } }\n  }\n": typeof types.ImportCandidatesDocument,
    "\n  query Interviews($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int!, $after: String, $results: Boolean!, $counted: Boolean!) {\n    interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {\n      nodes { ...ListedInterview }\n      pageInfo { hasNextPage endCursor }\n      totalCount @include(if: $counted)\n    }\n  }\n  fragment ListedInterview on Interview {\n    id status endReason isPartial channel createdAt updatedAt scheduledFor startedAt endedAt expiresAt erasedAt externalId candidatePresent\n    candidate { name }\n    position { key version title }\n    progress { question questions }\n    decision @include(if: $results)\n    evaluation @include(if: $results) { isBlind status overallScore recommendation flags }\n  }\n": typeof types.InterviewsDocument,
    "\n  query TabCounts($results: Boolean!) {\n    review: interviews(filter: { reviewed: false }, first: 0) @include(if: $results) { totalCount }\n    live: interviews(filter: { statuses: [WAITING, IN_PROGRESS, ENDING] }, first: 0) { totalCount }\n    scheduled: interviews(filter: { statuses: [SCHEDULED] }, first: 0) { totalCount }\n    all: interviews(first: 0) { totalCount }\n  }\n": typeof types.TabCountsDocument,
    "\n  query ChangesCursor {\n    changes(first: 0) { latestCursor }\n  }\n": typeof types.ChangesCursorDocument,
    "\n  subscription InterviewChanges($after: String, $results: Boolean!) {\n    changed(after: $after) { cursor interviewId interview { ...ListedInterview } }\n  }\n": typeof types.InterviewChangesDocument,
    "\n  query Invite($id: ID!) {\n    interview(id: $id) { invite { url expiresAt } }\n  }\n": typeof types.InviteDocument,
    "\n  query PositionChoices {\n    positions(first: 100) { nodes { key version title language limitMinutes } }\n    interviews(first: 1) { nodes { position { key } } }\n  }\n": typeof types.PositionChoicesDocument,
    "\n  mutation Schedule($input: ScheduleInterviewInput!, $timeZone: String) {\n    scheduleInterview(input: $input) { interview { id } invite { url expiresAt invitationText(timeZone: $timeZone) calendarFile } }\n  }\n": typeof types.ScheduleDocument,
    "\n  mutation Renew($input: RenewInviteInput!) {\n    renewInvite(input: $input) { invite { url expiresAt } }\n  }\n": typeof types.RenewDocument,
    "\n  mutation Cancel($input: CancelInterviewInput!) {\n    cancelInterview(input: $input) { interview { id } }\n  }\n": typeof types.CancelDocument,
    "\n  subscription LiveInterviews {\n    liveInterviews {\n      kind\n      interview { ...LiveTile }\n    }\n  }\n  fragment LiveTile on Interview {\n    id status channel createdAt scheduledFor startedAt expiresAt pausedAt candidatePresent\n    speechOutage { endedAt }\n    candidate { name }\n    position { title }\n    progress { question questions elapsedSeconds }\n    lastTurn { seq speaker channel text }\n  }\n": typeof types.LiveInterviewsDocument,
    "\n  mutation EndLiveInterview($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { id } }\n  }\n": typeof types.EndLiveInterviewDocument,
    "\n  query Viewer {\n    viewer { role name may organization { id name } }\n  }\n": typeof types.ViewerDocument,
    "\n  query SignInOptions {\n    signInOptions { apiKey sandboxRoles organizationSignIn }\n  }\n": typeof types.SignInOptionsDocument,
    "\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) { viewer { role name may organization { id name } } }\n  }\n": typeof types.SignInDocument,
    "\n  query MemberLink($token: String!) {\n    memberLink(token: $token) { organization name email role expiresAt hasIdentityProvider }\n  }\n": typeof types.MemberLinkDocument,
    "\n  mutation AcceptInvitation($token: String!) {\n    acceptMemberInvitation(input: { token: $token }) { viewer { role name may organization { id name } } }\n  }\n": typeof types.AcceptInvitationDocument,
    "\n  mutation SignOut {\n    signOut(input: {}) { __typename }\n  }\n": typeof types.SignOutDocument,
    "\n  query Invitation($token: String!) {\n    invitation(token: $token) {\n      interviewId status state organization contact { name email } logoUrl positionTitle candidateName language channel\n      limitMinutes questions scheduledFor opensAt canReopenUntil calendarFile\n      consentText { version language text digest recordingText }\n      consent { recording withdrawnAt }\n      mayRequest endReason\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n      isTryOut\n    }\n  }\n  fragment RequestFields on CandidateRequest {\n    id kinds details status note\n  }\n": typeof types.InvitationDocument,
    "\n  mutation Join($input: JoinInterviewInput!) {\n    joinInterview(input: $input) {\n      interview { id consent { recording withdrawnAt } mayBeRecorded }\n      access { token room { url name token } }\n    }\n  }\n": typeof types.JoinDocument,
    "\n  subscription State($id: ID!) {\n    interviewChanged(interviewId: $id) {\n      status endReason startedAt pausedAt channel\n      speechOutage { endedAt }\n      progress { question questions elapsedSeconds limitSeconds }\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n    }\n  }\n": typeof types.StateDocument,
    "\n  mutation Withdraw($input: WithdrawConsentInput!) {\n    withdrawConsent(input: $input) { receipt }\n  }\n": typeof types.WithdrawDocument,
    "\n  mutation RequestAccommodation($input: RequestAccommodationInput!) {\n    requestAccommodation(input: $input) { interview { id } }\n  }\n": typeof types.RequestAccommodationDocument,
    "\n  mutation RequestAlternative($input: RequestAlternativeInput!) {\n    requestAlternative(input: $input) { interview { id } }\n  }\n": typeof types.RequestAlternativeDocument,
    "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { turn { seq } }\n  }\n": typeof types.SendDocument,
    "\n  mutation Signal($input: SignalInterviewerInput!) {\n    signalInterviewer(input: $input) { interview { id } }\n  }\n": typeof types.SignalDocument,
    "\n  mutation End($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { status } }\n  }\n": typeof types.EndDocument,
    "\n  query PositionList($after: String) {\n    page: positions(includeArchived: true, first: 100, after: $after) {\n      nodes { id key version title language limitMinutes archived createdAt createdBy interviewCount questions { key } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.PositionListDocument,
    "\n  query PositionVersion($key: String!, $version: Int) {\n    position(key: $key, version: $version) { ...PositionVersion }\n  }\n  fragment PositionVersion on Position {\n    id key version title description language wrapUpAfterExchanges limitMinutes archived keyTerms blindReview correctionHours reopenMinutes\n    extraTimeFactor createdAt createdBy\n    questions { key text listenFor maxProbes criterionKeys }\n    criteria { key name description weight levels { value anchor } }\n    jobAnalysis { tasks method criteria { key reason weightReason } }\n    facts { question answer }\n  }\n": typeof types.PositionVersionDocument,
    "\n  query PositionVersions($key: String!, $after: String) {\n    page: positionVersions(key: $key, first: 20, after: $after) {\n      nodes { ...PositionVersion }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.PositionVersionsDocument,
    "\n  mutation SavePosition($input: SavePositionInput!) {\n    savePosition(input: $input) { position { ...PositionVersion } }\n  }\n": typeof types.SavePositionDocument,
    "\n  query CheckPosition($input: SavePositionInput!) {\n    checkPosition(input: $input) { path message }\n  }\n": typeof types.CheckPositionDocument,
    "\n  query OpenInvitations($key: String!) {\n    interviews(filter: { positionKeys: [$key], statuses: [SCHEDULED, WAITING, IN_PROGRESS] }, first: 0) { totalCount }\n  }\n": typeof types.OpenInvitationsDocument,
    "\n  mutation StartTryOut($input: StartTryOutInput!) {\n    startTryOut(input: $input) { invite { url } }\n  }\n": typeof types.StartTryOutDocument,
    "\n  subscription Reviewed($id: ID!, $version: Int, $results: Boolean!, $recording: Boolean!, $questions: Boolean!) {\n    interviewChanged(interviewId: $id) {\n      id status endReason isPartial endDetail channel createdAt scheduledFor startedAt durationSeconds erasedAt externalId isTryOut\n      candidate { name }\n      position {\n        title version\n        questions @include(if: $questions) { key criterionKeys }\n        criteria @include(if: $questions) { key name weight levels { value anchor } }\n      }\n      progress { question questions elapsedSeconds limitSeconds }\n      consent { recording }\n      corrections { seq text }\n      latency { replies p50 { heard } p95 { heard } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      notes @include(if: $results) { ...NoteFields }\n      reviewReasons @include(if: $results)\n      decision @include(if: $results)\n      adoptions @include(if: $results) { version reason adoptedBy adoptedAt }\n      evaluation(version: $version) @include(if: $results) {\n        id version isBlind status failure overallScore lowestScore highestScore inconclusiveReason recommendation summary coverage sandbox flags\n        model completedAt positionVersion\n        passes { number claimedQuotes failedQuotes }\n        criteria {\n          key name weight state level rationale passLevels spread flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags }\n        }\n        ratings { reviewer createdAt levels { criterionKey level reason } }\n        reviews { decision reason reviewer createdAt overallScore overrides { criterionKey level reason } }\n      }\n    }\n  }\n  fragment RecordingFields on Recording {\n    id kind status url downloadUrl: url(download: true) mimeType startedAt durationSeconds failure\n  }\n  fragment NoteFields on Note {\n    id seq at text author createdAt mayDelete\n  }\n": typeof types.ReviewedDocument,
    "\n  query Recordings($id: ID!) {\n    interview(id: $id) { recordings { ...RecordingFields } }\n  }\n": typeof types.RecordingsDocument,
    "\n  query EvaluationVersions($id: ID!) {\n    interview(id: $id) {\n      evaluation { version }\n      evaluationVersions(first: 100) { nodes { id version status isBlind overallScore recommendation createdAt requestedBy requestReason } }\n    }\n  }\n": typeof types.EvaluationVersionsDocument,
    "\n  query NeedsReview {\n    interviews(filter: { reviewed: false }, first: 100) { nodes { id } }\n  }\n": typeof types.NeedsReviewDocument,
    "\n  mutation ReviewEvaluation($input: ReviewEvaluationInput!) {\n    reviewEvaluation(input: $input) { evaluation { id } }\n  }\n": typeof types.ReviewEvaluationDocument,
    "\n  mutation RateEvaluation($input: RateEvaluationInput!) {\n    rateEvaluation(input: $input) { evaluation { id } }\n  }\n": typeof types.RateEvaluationDocument,
    "\n  mutation AddNote($input: AddNoteInput!) {\n    addNote(input: $input) { note { ...NoteFields } }\n  }\n": typeof types.AddNoteDocument,
    "\n  mutation DeleteNote($input: DeleteNoteInput!) {\n    deleteNote(input: $input) { interview { id } }\n  }\n": typeof types.DeleteNoteDocument,
    "\n  mutation EvaluateInterview($input: EvaluateInterviewInput!) {\n    evaluateInterview(input: $input) { evaluation { id version } }\n  }\n": typeof types.EvaluateInterviewDocument,
    "\n  mutation AdoptEvaluation($input: AdoptEvaluationInput!) {\n    adoptEvaluation(input: $input) { evaluation { id } }\n  }\n": typeof types.AdoptEvaluationDocument,
    "\n  mutation EraseInterview($input: EraseInterviewInput!) {\n    eraseInterview(input: $input) { interview { id } }\n  }\n": typeof types.EraseInterviewDocument,
    "\n  query ApiKeys($after: String) {\n    page: apiKeys(first: 100, after: $after) {\n      nodes { ...ApiKeyParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment ApiKeyParts on ApiKey {\n    id name role isTest createdAt createdBy lastUsedAt expiresAt revokedAt isActive isRotated permissions\n  }\n": typeof types.ApiKeysDocument,
    "\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n": typeof types.CreateApiKeyDocument,
    "\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n": typeof types.RotateApiKeyDocument,
    "\n  mutation RevokeApiKey($input: RevokeApiKeyInput!) {\n    revokeApiKey(input: $input) { apiKey { ...ApiKeyParts } }\n  }\n": typeof types.RevokeApiKeyDocument,
    "\n  query Members($after: String) {\n    page: members(first: 100, after: $after) {\n      nodes { ...MemberParts }\n      pageInfo { hasNextPage endCursor }\n    }\n    viewer { member { id } }\n  }\n  fragment MemberParts on Member {\n    id name email role invitedBy createdAt lastSignedInAt hasIdentity\n  }\n": typeof types.MembersDocument,
    "\n  query MemberInvitations($after: String) {\n    page: memberInvitations(first: 100, after: $after) {\n      nodes { ...InvitationParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment InvitationParts on MemberInvitation {\n    id name email role invitedBy createdAt expiresAt isRenewal\n  }\n": typeof types.MemberInvitationsDocument,
    "\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) { invitation { ...InvitationParts } url }\n  }\n": typeof types.InviteMemberDocument,
    "\n  mutation RevokeMemberInvitation($input: RevokeMemberInvitationInput!) {\n    revokeMemberInvitation(input: $input) { invitation { id } }\n  }\n": typeof types.RevokeMemberInvitationDocument,
    "\n  mutation UpdateMember($input: UpdateMemberInput!) {\n    updateMember(input: $input) { member { ...MemberParts } }\n  }\n": typeof types.UpdateMemberDocument,
    "\n  mutation RenewMemberLink($input: RenewMemberLinkInput!) {\n    renewMemberLink(input: $input) { invitation { ...InvitationParts } url }\n  }\n": typeof types.RenewMemberLinkDocument,
    "\n  mutation RemoveMember($input: RemoveMemberInput!) {\n    removeMember(input: $input) { member { id } }\n  }\n": typeof types.RemoveMemberDocument,
    "\n  query OwnOrganization {\n    viewer { organization { ...OrganizationParts } }\n  }\n  fragment OrganizationParts on Organization {\n    id name logoUrl contact { name email }\n  }\n": typeof types.OwnOrganizationDocument,
    "\n  mutation UpdateOrganization($input: UpdateOrganizationInput!) {\n    updateOrganization(input: $input) { organization { ...OrganizationParts } }\n  }\n": typeof types.UpdateOrganizationDocument,
    "\n  query WebhookEndpoints($after: String) {\n    page: webhookEndpoints(first: 100, after: $after) {\n      nodes { ...WebhookEndpointParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookEndpointParts on WebhookEndpoint {\n    id url description events includeDetails createdAt createdBy pauseReason failingSince lostChangesAt previousSecretExpiresAt\n  }\n": typeof types.WebhookEndpointsDocument,
    "\n  mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {\n    createWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n": typeof types.CreateWebhookEndpointDocument,
    "\n  mutation UpdateWebhookEndpoint($input: UpdateWebhookEndpointInput!) {\n    updateWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } }\n  }\n": typeof types.UpdateWebhookEndpointDocument,
    "\n  mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {\n    rotateWebhookSecret(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n": typeof types.RotateWebhookSecretDocument,
    "\n  mutation DeleteWebhookEndpoint($input: DeleteWebhookEndpointInput!) {\n    deleteWebhookEndpoint(input: $input) { webhookEndpoint { id } }\n  }\n": typeof types.DeleteWebhookEndpointDocument,
    "\n  query WebhookDeliveries($endpointId: ID!, $statuses: [WebhookDeliveryStatus!], $after: String) {\n    page: webhookDeliveries(endpointId: $endpointId, statuses: $statuses, first: 50, after: $after) {\n      nodes { ...WebhookDeliveryParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookDeliveryParts on WebhookDelivery {\n    id type occurredAt status attempts nextAttemptAt interviewId\n    newestAttempts { attemptedAt latencyMs responseStatus failure }\n  }\n": typeof types.WebhookDeliveriesDocument,
    "\n  mutation ReplayDelivery($input: ReplayDeliveryInput!) {\n    replayDelivery(input: $input) { delivery { ...WebhookDeliveryParts } }\n  }\n": typeof types.ReplayDeliveryDocument,
    "\n  mutation ReplayDeliveries($input: ReplayDeliveriesInput!) {\n    replayDeliveries(input: $input) { deliveries }\n  }\n": typeof types.ReplayDeliveriesDocument,
};
const documents: Documents = {
    "\n  query Transcript($id: ID!, $after: Int!) {\n    transcript(interviewId: $id, after: $after) {\n      turns { ...TurnFields }\n      lastSeq\n      isComplete\n    }\n  }\n  fragment TurnFields on Turn {\n    id seq speaker text channel questionKey startedAt endedAt interrupted language isUncertain\n    uncertainWords { start end }\n  }\n": types.TranscriptDocument,
    "\n  subscription TurnAdded($id: ID!, $after: Int!) {\n    turnAdded(interviewId: $id, after: $after) { ...TurnFields }\n  }\n": types.TurnAddedDocument,
    "\n  subscription Interim($id: ID!) {\n    interimTranscript(interviewId: $id) { ...InterimFields }\n  }\n  fragment InterimFields on InterimTranscript {\n    speaker text afterSeq at\n  }\n": types.InterimDocument,
    "\n  query Compared($id: ID!, $recording: Boolean!) {\n    interview(id: $id) {\n      id status channel createdAt scheduledFor startedAt erasedAt decision decidedBy\n      candidate { name }\n      position { key version title criteria { key name weight levels { value anchor } } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      evaluation {\n        isBlind status overallScore lowestScore highestScore inconclusiveReason recommendation coverage flags sandbox\n        criteria {\n          key name state level rationale passLevels flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags turn { startedAt endedAt text } }\n        }\n        reviews { reviewer overrides { criterionKey level } }\n      }\n    }\n  }\n": types.ComparedDocument,
    "\n  query CheckImport($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = false) {\n    checkCandidateImport(input: $input) { ignoredColumns rows { ...ImportedRow } }\n  }\n  fragment ImportedRow on CandidateImportRow {\n    line candidateName externalId positionKey positionTitle scheduledFor language channel outcome\n    faults { message }\n    warnings { message }\n    interview { id }\n    invite @include(if: $isImport) { url expiresAt invitationText(timeZone: $timeZone) calendarFile }\n  }\n": types.CheckImportDocument,
    "\n  mutation ImportCandidates($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = true) {\n    importCandidates(input: $input) { candidateImport { ignoredColumns rows { ...ImportedRow } } }\n  }\n": types.ImportCandidatesDocument,
    "\n  query Interviews($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int!, $after: String, $results: Boolean!, $counted: Boolean!) {\n    interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {\n      nodes { ...ListedInterview }\n      pageInfo { hasNextPage endCursor }\n      totalCount @include(if: $counted)\n    }\n  }\n  fragment ListedInterview on Interview {\n    id status endReason isPartial channel createdAt updatedAt scheduledFor startedAt endedAt expiresAt erasedAt externalId candidatePresent\n    candidate { name }\n    position { key version title }\n    progress { question questions }\n    decision @include(if: $results)\n    evaluation @include(if: $results) { isBlind status overallScore recommendation flags }\n  }\n": types.InterviewsDocument,
    "\n  query TabCounts($results: Boolean!) {\n    review: interviews(filter: { reviewed: false }, first: 0) @include(if: $results) { totalCount }\n    live: interviews(filter: { statuses: [WAITING, IN_PROGRESS, ENDING] }, first: 0) { totalCount }\n    scheduled: interviews(filter: { statuses: [SCHEDULED] }, first: 0) { totalCount }\n    all: interviews(first: 0) { totalCount }\n  }\n": types.TabCountsDocument,
    "\n  query ChangesCursor {\n    changes(first: 0) { latestCursor }\n  }\n": types.ChangesCursorDocument,
    "\n  subscription InterviewChanges($after: String, $results: Boolean!) {\n    changed(after: $after) { cursor interviewId interview { ...ListedInterview } }\n  }\n": types.InterviewChangesDocument,
    "\n  query Invite($id: ID!) {\n    interview(id: $id) { invite { url expiresAt } }\n  }\n": types.InviteDocument,
    "\n  query PositionChoices {\n    positions(first: 100) { nodes { key version title language limitMinutes } }\n    interviews(first: 1) { nodes { position { key } } }\n  }\n": types.PositionChoicesDocument,
    "\n  mutation Schedule($input: ScheduleInterviewInput!, $timeZone: String) {\n    scheduleInterview(input: $input) { interview { id } invite { url expiresAt invitationText(timeZone: $timeZone) calendarFile } }\n  }\n": types.ScheduleDocument,
    "\n  mutation Renew($input: RenewInviteInput!) {\n    renewInvite(input: $input) { invite { url expiresAt } }\n  }\n": types.RenewDocument,
    "\n  mutation Cancel($input: CancelInterviewInput!) {\n    cancelInterview(input: $input) { interview { id } }\n  }\n": types.CancelDocument,
    "\n  subscription LiveInterviews {\n    liveInterviews {\n      kind\n      interview { ...LiveTile }\n    }\n  }\n  fragment LiveTile on Interview {\n    id status channel createdAt scheduledFor startedAt expiresAt pausedAt candidatePresent\n    speechOutage { endedAt }\n    candidate { name }\n    position { title }\n    progress { question questions elapsedSeconds }\n    lastTurn { seq speaker channel text }\n  }\n": types.LiveInterviewsDocument,
    "\n  mutation EndLiveInterview($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { id } }\n  }\n": types.EndLiveInterviewDocument,
    "\n  query Viewer {\n    viewer { role name may organization { id name } }\n  }\n": types.ViewerDocument,
    "\n  query SignInOptions {\n    signInOptions { apiKey sandboxRoles organizationSignIn }\n  }\n": types.SignInOptionsDocument,
    "\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) { viewer { role name may organization { id name } } }\n  }\n": types.SignInDocument,
    "\n  query MemberLink($token: String!) {\n    memberLink(token: $token) { organization name email role expiresAt hasIdentityProvider }\n  }\n": types.MemberLinkDocument,
    "\n  mutation AcceptInvitation($token: String!) {\n    acceptMemberInvitation(input: { token: $token }) { viewer { role name may organization { id name } } }\n  }\n": types.AcceptInvitationDocument,
    "\n  mutation SignOut {\n    signOut(input: {}) { __typename }\n  }\n": types.SignOutDocument,
    "\n  query Invitation($token: String!) {\n    invitation(token: $token) {\n      interviewId status state organization contact { name email } logoUrl positionTitle candidateName language channel\n      limitMinutes questions scheduledFor opensAt canReopenUntil calendarFile\n      consentText { version language text digest recordingText }\n      consent { recording withdrawnAt }\n      mayRequest endReason\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n      isTryOut\n    }\n  }\n  fragment RequestFields on CandidateRequest {\n    id kinds details status note\n  }\n": types.InvitationDocument,
    "\n  mutation Join($input: JoinInterviewInput!) {\n    joinInterview(input: $input) {\n      interview { id consent { recording withdrawnAt } mayBeRecorded }\n      access { token room { url name token } }\n    }\n  }\n": types.JoinDocument,
    "\n  subscription State($id: ID!) {\n    interviewChanged(interviewId: $id) {\n      status endReason startedAt pausedAt channel\n      speechOutage { endedAt }\n      progress { question questions elapsedSeconds limitSeconds }\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n    }\n  }\n": types.StateDocument,
    "\n  mutation Withdraw($input: WithdrawConsentInput!) {\n    withdrawConsent(input: $input) { receipt }\n  }\n": types.WithdrawDocument,
    "\n  mutation RequestAccommodation($input: RequestAccommodationInput!) {\n    requestAccommodation(input: $input) { interview { id } }\n  }\n": types.RequestAccommodationDocument,
    "\n  mutation RequestAlternative($input: RequestAlternativeInput!) {\n    requestAlternative(input: $input) { interview { id } }\n  }\n": types.RequestAlternativeDocument,
    "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { turn { seq } }\n  }\n": types.SendDocument,
    "\n  mutation Signal($input: SignalInterviewerInput!) {\n    signalInterviewer(input: $input) { interview { id } }\n  }\n": types.SignalDocument,
    "\n  mutation End($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { status } }\n  }\n": types.EndDocument,
    "\n  query PositionList($after: String) {\n    page: positions(includeArchived: true, first: 100, after: $after) {\n      nodes { id key version title language limitMinutes archived createdAt createdBy interviewCount questions { key } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.PositionListDocument,
    "\n  query PositionVersion($key: String!, $version: Int) {\n    position(key: $key, version: $version) { ...PositionVersion }\n  }\n  fragment PositionVersion on Position {\n    id key version title description language wrapUpAfterExchanges limitMinutes archived keyTerms blindReview correctionHours reopenMinutes\n    extraTimeFactor createdAt createdBy\n    questions { key text listenFor maxProbes criterionKeys }\n    criteria { key name description weight levels { value anchor } }\n    jobAnalysis { tasks method criteria { key reason weightReason } }\n    facts { question answer }\n  }\n": types.PositionVersionDocument,
    "\n  query PositionVersions($key: String!, $after: String) {\n    page: positionVersions(key: $key, first: 20, after: $after) {\n      nodes { ...PositionVersion }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.PositionVersionsDocument,
    "\n  mutation SavePosition($input: SavePositionInput!) {\n    savePosition(input: $input) { position { ...PositionVersion } }\n  }\n": types.SavePositionDocument,
    "\n  query CheckPosition($input: SavePositionInput!) {\n    checkPosition(input: $input) { path message }\n  }\n": types.CheckPositionDocument,
    "\n  query OpenInvitations($key: String!) {\n    interviews(filter: { positionKeys: [$key], statuses: [SCHEDULED, WAITING, IN_PROGRESS] }, first: 0) { totalCount }\n  }\n": types.OpenInvitationsDocument,
    "\n  mutation StartTryOut($input: StartTryOutInput!) {\n    startTryOut(input: $input) { invite { url } }\n  }\n": types.StartTryOutDocument,
    "\n  subscription Reviewed($id: ID!, $version: Int, $results: Boolean!, $recording: Boolean!, $questions: Boolean!) {\n    interviewChanged(interviewId: $id) {\n      id status endReason isPartial endDetail channel createdAt scheduledFor startedAt durationSeconds erasedAt externalId isTryOut\n      candidate { name }\n      position {\n        title version\n        questions @include(if: $questions) { key criterionKeys }\n        criteria @include(if: $questions) { key name weight levels { value anchor } }\n      }\n      progress { question questions elapsedSeconds limitSeconds }\n      consent { recording }\n      corrections { seq text }\n      latency { replies p50 { heard } p95 { heard } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      notes @include(if: $results) { ...NoteFields }\n      reviewReasons @include(if: $results)\n      decision @include(if: $results)\n      adoptions @include(if: $results) { version reason adoptedBy adoptedAt }\n      evaluation(version: $version) @include(if: $results) {\n        id version isBlind status failure overallScore lowestScore highestScore inconclusiveReason recommendation summary coverage sandbox flags\n        model completedAt positionVersion\n        passes { number claimedQuotes failedQuotes }\n        criteria {\n          key name weight state level rationale passLevels spread flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags }\n        }\n        ratings { reviewer createdAt levels { criterionKey level reason } }\n        reviews { decision reason reviewer createdAt overallScore overrides { criterionKey level reason } }\n      }\n    }\n  }\n  fragment RecordingFields on Recording {\n    id kind status url downloadUrl: url(download: true) mimeType startedAt durationSeconds failure\n  }\n  fragment NoteFields on Note {\n    id seq at text author createdAt mayDelete\n  }\n": types.ReviewedDocument,
    "\n  query Recordings($id: ID!) {\n    interview(id: $id) { recordings { ...RecordingFields } }\n  }\n": types.RecordingsDocument,
    "\n  query EvaluationVersions($id: ID!) {\n    interview(id: $id) {\n      evaluation { version }\n      evaluationVersions(first: 100) { nodes { id version status isBlind overallScore recommendation createdAt requestedBy requestReason } }\n    }\n  }\n": types.EvaluationVersionsDocument,
    "\n  query NeedsReview {\n    interviews(filter: { reviewed: false }, first: 100) { nodes { id } }\n  }\n": types.NeedsReviewDocument,
    "\n  mutation ReviewEvaluation($input: ReviewEvaluationInput!) {\n    reviewEvaluation(input: $input) { evaluation { id } }\n  }\n": types.ReviewEvaluationDocument,
    "\n  mutation RateEvaluation($input: RateEvaluationInput!) {\n    rateEvaluation(input: $input) { evaluation { id } }\n  }\n": types.RateEvaluationDocument,
    "\n  mutation AddNote($input: AddNoteInput!) {\n    addNote(input: $input) { note { ...NoteFields } }\n  }\n": types.AddNoteDocument,
    "\n  mutation DeleteNote($input: DeleteNoteInput!) {\n    deleteNote(input: $input) { interview { id } }\n  }\n": types.DeleteNoteDocument,
    "\n  mutation EvaluateInterview($input: EvaluateInterviewInput!) {\n    evaluateInterview(input: $input) { evaluation { id version } }\n  }\n": types.EvaluateInterviewDocument,
    "\n  mutation AdoptEvaluation($input: AdoptEvaluationInput!) {\n    adoptEvaluation(input: $input) { evaluation { id } }\n  }\n": types.AdoptEvaluationDocument,
    "\n  mutation EraseInterview($input: EraseInterviewInput!) {\n    eraseInterview(input: $input) { interview { id } }\n  }\n": types.EraseInterviewDocument,
    "\n  query ApiKeys($after: String) {\n    page: apiKeys(first: 100, after: $after) {\n      nodes { ...ApiKeyParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment ApiKeyParts on ApiKey {\n    id name role isTest createdAt createdBy lastUsedAt expiresAt revokedAt isActive isRotated permissions\n  }\n": types.ApiKeysDocument,
    "\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n": types.CreateApiKeyDocument,
    "\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n": types.RotateApiKeyDocument,
    "\n  mutation RevokeApiKey($input: RevokeApiKeyInput!) {\n    revokeApiKey(input: $input) { apiKey { ...ApiKeyParts } }\n  }\n": types.RevokeApiKeyDocument,
    "\n  query Members($after: String) {\n    page: members(first: 100, after: $after) {\n      nodes { ...MemberParts }\n      pageInfo { hasNextPage endCursor }\n    }\n    viewer { member { id } }\n  }\n  fragment MemberParts on Member {\n    id name email role invitedBy createdAt lastSignedInAt hasIdentity\n  }\n": types.MembersDocument,
    "\n  query MemberInvitations($after: String) {\n    page: memberInvitations(first: 100, after: $after) {\n      nodes { ...InvitationParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment InvitationParts on MemberInvitation {\n    id name email role invitedBy createdAt expiresAt isRenewal\n  }\n": types.MemberInvitationsDocument,
    "\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) { invitation { ...InvitationParts } url }\n  }\n": types.InviteMemberDocument,
    "\n  mutation RevokeMemberInvitation($input: RevokeMemberInvitationInput!) {\n    revokeMemberInvitation(input: $input) { invitation { id } }\n  }\n": types.RevokeMemberInvitationDocument,
    "\n  mutation UpdateMember($input: UpdateMemberInput!) {\n    updateMember(input: $input) { member { ...MemberParts } }\n  }\n": types.UpdateMemberDocument,
    "\n  mutation RenewMemberLink($input: RenewMemberLinkInput!) {\n    renewMemberLink(input: $input) { invitation { ...InvitationParts } url }\n  }\n": types.RenewMemberLinkDocument,
    "\n  mutation RemoveMember($input: RemoveMemberInput!) {\n    removeMember(input: $input) { member { id } }\n  }\n": types.RemoveMemberDocument,
    "\n  query OwnOrganization {\n    viewer { organization { ...OrganizationParts } }\n  }\n  fragment OrganizationParts on Organization {\n    id name logoUrl contact { name email }\n  }\n": types.OwnOrganizationDocument,
    "\n  mutation UpdateOrganization($input: UpdateOrganizationInput!) {\n    updateOrganization(input: $input) { organization { ...OrganizationParts } }\n  }\n": types.UpdateOrganizationDocument,
    "\n  query WebhookEndpoints($after: String) {\n    page: webhookEndpoints(first: 100, after: $after) {\n      nodes { ...WebhookEndpointParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookEndpointParts on WebhookEndpoint {\n    id url description events includeDetails createdAt createdBy pauseReason failingSince lostChangesAt previousSecretExpiresAt\n  }\n": types.WebhookEndpointsDocument,
    "\n  mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {\n    createWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n": types.CreateWebhookEndpointDocument,
    "\n  mutation UpdateWebhookEndpoint($input: UpdateWebhookEndpointInput!) {\n    updateWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } }\n  }\n": types.UpdateWebhookEndpointDocument,
    "\n  mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {\n    rotateWebhookSecret(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n": types.RotateWebhookSecretDocument,
    "\n  mutation DeleteWebhookEndpoint($input: DeleteWebhookEndpointInput!) {\n    deleteWebhookEndpoint(input: $input) { webhookEndpoint { id } }\n  }\n": types.DeleteWebhookEndpointDocument,
    "\n  query WebhookDeliveries($endpointId: ID!, $statuses: [WebhookDeliveryStatus!], $after: String) {\n    page: webhookDeliveries(endpointId: $endpointId, statuses: $statuses, first: 50, after: $after) {\n      nodes { ...WebhookDeliveryParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookDeliveryParts on WebhookDelivery {\n    id type occurredAt status attempts nextAttemptAt interviewId\n    newestAttempts { attemptedAt latencyMs responseStatus failure }\n  }\n": types.WebhookDeliveriesDocument,
    "\n  mutation ReplayDelivery($input: ReplayDeliveryInput!) {\n    replayDelivery(input: $input) { delivery { ...WebhookDeliveryParts } }\n  }\n": types.ReplayDeliveryDocument,
    "\n  mutation ReplayDeliveries($input: ReplayDeliveriesInput!) {\n    replayDeliveries(input: $input) { deliveries }\n  }\n": types.ReplayDeliveriesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Transcript($id: ID!, $after: Int!) {\n    transcript(interviewId: $id, after: $after) {\n      turns { ...TurnFields }\n      lastSeq\n      isComplete\n    }\n  }\n  fragment TurnFields on Turn {\n    id seq speaker text channel questionKey startedAt endedAt interrupted language isUncertain\n    uncertainWords { start end }\n  }\n"): (typeof documents)["\n  query Transcript($id: ID!, $after: Int!) {\n    transcript(interviewId: $id, after: $after) {\n      turns { ...TurnFields }\n      lastSeq\n      isComplete\n    }\n  }\n  fragment TurnFields on Turn {\n    id seq speaker text channel questionKey startedAt endedAt interrupted language isUncertain\n    uncertainWords { start end }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription TurnAdded($id: ID!, $after: Int!) {\n    turnAdded(interviewId: $id, after: $after) { ...TurnFields }\n  }\n"): (typeof documents)["\n  subscription TurnAdded($id: ID!, $after: Int!) {\n    turnAdded(interviewId: $id, after: $after) { ...TurnFields }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Interim($id: ID!) {\n    interimTranscript(interviewId: $id) { ...InterimFields }\n  }\n  fragment InterimFields on InterimTranscript {\n    speaker text afterSeq at\n  }\n"): (typeof documents)["\n  subscription Interim($id: ID!) {\n    interimTranscript(interviewId: $id) { ...InterimFields }\n  }\n  fragment InterimFields on InterimTranscript {\n    speaker text afterSeq at\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Compared($id: ID!, $recording: Boolean!) {\n    interview(id: $id) {\n      id status channel createdAt scheduledFor startedAt erasedAt decision decidedBy\n      candidate { name }\n      position { key version title criteria { key name weight levels { value anchor } } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      evaluation {\n        isBlind status overallScore lowestScore highestScore inconclusiveReason recommendation coverage flags sandbox\n        criteria {\n          key name state level rationale passLevels flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags turn { startedAt endedAt text } }\n        }\n        reviews { reviewer overrides { criterionKey level } }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Compared($id: ID!, $recording: Boolean!) {\n    interview(id: $id) {\n      id status channel createdAt scheduledFor startedAt erasedAt decision decidedBy\n      candidate { name }\n      position { key version title criteria { key name weight levels { value anchor } } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      evaluation {\n        isBlind status overallScore lowestScore highestScore inconclusiveReason recommendation coverage flags sandbox\n        criteria {\n          key name state level rationale passLevels flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags turn { startedAt endedAt text } }\n        }\n        reviews { reviewer overrides { criterionKey level } }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CheckImport($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = false) {\n    checkCandidateImport(input: $input) { ignoredColumns rows { ...ImportedRow } }\n  }\n  fragment ImportedRow on CandidateImportRow {\n    line candidateName externalId positionKey positionTitle scheduledFor language channel outcome\n    faults { message }\n    warnings { message }\n    interview { id }\n    invite @include(if: $isImport) { url expiresAt invitationText(timeZone: $timeZone) calendarFile }\n  }\n"): (typeof documents)["\n  query CheckImport($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = false) {\n    checkCandidateImport(input: $input) { ignoredColumns rows { ...ImportedRow } }\n  }\n  fragment ImportedRow on CandidateImportRow {\n    line candidateName externalId positionKey positionTitle scheduledFor language channel outcome\n    faults { message }\n    warnings { message }\n    interview { id }\n    invite @include(if: $isImport) { url expiresAt invitationText(timeZone: $timeZone) calendarFile }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ImportCandidates($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = true) {\n    importCandidates(input: $input) { candidateImport { ignoredColumns rows { ...ImportedRow } } }\n  }\n"): (typeof documents)["\n  mutation ImportCandidates($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = true) {\n    importCandidates(input: $input) { candidateImport { ignoredColumns rows { ...ImportedRow } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Interviews($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int!, $after: String, $results: Boolean!, $counted: Boolean!) {\n    interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {\n      nodes { ...ListedInterview }\n      pageInfo { hasNextPage endCursor }\n      totalCount @include(if: $counted)\n    }\n  }\n  fragment ListedInterview on Interview {\n    id status endReason isPartial channel createdAt updatedAt scheduledFor startedAt endedAt expiresAt erasedAt externalId candidatePresent\n    candidate { name }\n    position { key version title }\n    progress { question questions }\n    decision @include(if: $results)\n    evaluation @include(if: $results) { isBlind status overallScore recommendation flags }\n  }\n"): (typeof documents)["\n  query Interviews($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int!, $after: String, $results: Boolean!, $counted: Boolean!) {\n    interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {\n      nodes { ...ListedInterview }\n      pageInfo { hasNextPage endCursor }\n      totalCount @include(if: $counted)\n    }\n  }\n  fragment ListedInterview on Interview {\n    id status endReason isPartial channel createdAt updatedAt scheduledFor startedAt endedAt expiresAt erasedAt externalId candidatePresent\n    candidate { name }\n    position { key version title }\n    progress { question questions }\n    decision @include(if: $results)\n    evaluation @include(if: $results) { isBlind status overallScore recommendation flags }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TabCounts($results: Boolean!) {\n    review: interviews(filter: { reviewed: false }, first: 0) @include(if: $results) { totalCount }\n    live: interviews(filter: { statuses: [WAITING, IN_PROGRESS, ENDING] }, first: 0) { totalCount }\n    scheduled: interviews(filter: { statuses: [SCHEDULED] }, first: 0) { totalCount }\n    all: interviews(first: 0) { totalCount }\n  }\n"): (typeof documents)["\n  query TabCounts($results: Boolean!) {\n    review: interviews(filter: { reviewed: false }, first: 0) @include(if: $results) { totalCount }\n    live: interviews(filter: { statuses: [WAITING, IN_PROGRESS, ENDING] }, first: 0) { totalCount }\n    scheduled: interviews(filter: { statuses: [SCHEDULED] }, first: 0) { totalCount }\n    all: interviews(first: 0) { totalCount }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ChangesCursor {\n    changes(first: 0) { latestCursor }\n  }\n"): (typeof documents)["\n  query ChangesCursor {\n    changes(first: 0) { latestCursor }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription InterviewChanges($after: String, $results: Boolean!) {\n    changed(after: $after) { cursor interviewId interview { ...ListedInterview } }\n  }\n"): (typeof documents)["\n  subscription InterviewChanges($after: String, $results: Boolean!) {\n    changed(after: $after) { cursor interviewId interview { ...ListedInterview } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Invite($id: ID!) {\n    interview(id: $id) { invite { url expiresAt } }\n  }\n"): (typeof documents)["\n  query Invite($id: ID!) {\n    interview(id: $id) { invite { url expiresAt } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PositionChoices {\n    positions(first: 100) { nodes { key version title language limitMinutes } }\n    interviews(first: 1) { nodes { position { key } } }\n  }\n"): (typeof documents)["\n  query PositionChoices {\n    positions(first: 100) { nodes { key version title language limitMinutes } }\n    interviews(first: 1) { nodes { position { key } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Schedule($input: ScheduleInterviewInput!, $timeZone: String) {\n    scheduleInterview(input: $input) { interview { id } invite { url expiresAt invitationText(timeZone: $timeZone) calendarFile } }\n  }\n"): (typeof documents)["\n  mutation Schedule($input: ScheduleInterviewInput!, $timeZone: String) {\n    scheduleInterview(input: $input) { interview { id } invite { url expiresAt invitationText(timeZone: $timeZone) calendarFile } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Renew($input: RenewInviteInput!) {\n    renewInvite(input: $input) { invite { url expiresAt } }\n  }\n"): (typeof documents)["\n  mutation Renew($input: RenewInviteInput!) {\n    renewInvite(input: $input) { invite { url expiresAt } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Cancel($input: CancelInterviewInput!) {\n    cancelInterview(input: $input) { interview { id } }\n  }\n"): (typeof documents)["\n  mutation Cancel($input: CancelInterviewInput!) {\n    cancelInterview(input: $input) { interview { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription LiveInterviews {\n    liveInterviews {\n      kind\n      interview { ...LiveTile }\n    }\n  }\n  fragment LiveTile on Interview {\n    id status channel createdAt scheduledFor startedAt expiresAt pausedAt candidatePresent\n    speechOutage { endedAt }\n    candidate { name }\n    position { title }\n    progress { question questions elapsedSeconds }\n    lastTurn { seq speaker channel text }\n  }\n"): (typeof documents)["\n  subscription LiveInterviews {\n    liveInterviews {\n      kind\n      interview { ...LiveTile }\n    }\n  }\n  fragment LiveTile on Interview {\n    id status channel createdAt scheduledFor startedAt expiresAt pausedAt candidatePresent\n    speechOutage { endedAt }\n    candidate { name }\n    position { title }\n    progress { question questions elapsedSeconds }\n    lastTurn { seq speaker channel text }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EndLiveInterview($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { id } }\n  }\n"): (typeof documents)["\n  mutation EndLiveInterview($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer { role name may organization { id name } }\n  }\n"): (typeof documents)["\n  query Viewer {\n    viewer { role name may organization { id name } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SignInOptions {\n    signInOptions { apiKey sandboxRoles organizationSignIn }\n  }\n"): (typeof documents)["\n  query SignInOptions {\n    signInOptions { apiKey sandboxRoles organizationSignIn }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) { viewer { role name may organization { id name } } }\n  }\n"): (typeof documents)["\n  mutation SignIn($input: SignInInput!) {\n    signIn(input: $input) { viewer { role name may organization { id name } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MemberLink($token: String!) {\n    memberLink(token: $token) { organization name email role expiresAt hasIdentityProvider }\n  }\n"): (typeof documents)["\n  query MemberLink($token: String!) {\n    memberLink(token: $token) { organization name email role expiresAt hasIdentityProvider }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AcceptInvitation($token: String!) {\n    acceptMemberInvitation(input: { token: $token }) { viewer { role name may organization { id name } } }\n  }\n"): (typeof documents)["\n  mutation AcceptInvitation($token: String!) {\n    acceptMemberInvitation(input: { token: $token }) { viewer { role name may organization { id name } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut {\n    signOut(input: {}) { __typename }\n  }\n"): (typeof documents)["\n  mutation SignOut {\n    signOut(input: {}) { __typename }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Invitation($token: String!) {\n    invitation(token: $token) {\n      interviewId status state organization contact { name email } logoUrl positionTitle candidateName language channel\n      limitMinutes questions scheduledFor opensAt canReopenUntil calendarFile\n      consentText { version language text digest recordingText }\n      consent { recording withdrawnAt }\n      mayRequest endReason\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n      isTryOut\n    }\n  }\n  fragment RequestFields on CandidateRequest {\n    id kinds details status note\n  }\n"): (typeof documents)["\n  query Invitation($token: String!) {\n    invitation(token: $token) {\n      interviewId status state organization contact { name email } logoUrl positionTitle candidateName language channel\n      limitMinutes questions scheduledFor opensAt canReopenUntil calendarFile\n      consentText { version language text digest recordingText }\n      consent { recording withdrawnAt }\n      mayRequest endReason\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n      isTryOut\n    }\n  }\n  fragment RequestFields on CandidateRequest {\n    id kinds details status note\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Join($input: JoinInterviewInput!) {\n    joinInterview(input: $input) {\n      interview { id consent { recording withdrawnAt } mayBeRecorded }\n      access { token room { url name token } }\n    }\n  }\n"): (typeof documents)["\n  mutation Join($input: JoinInterviewInput!) {\n    joinInterview(input: $input) {\n      interview { id consent { recording withdrawnAt } mayBeRecorded }\n      access { token room { url name token } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription State($id: ID!) {\n    interviewChanged(interviewId: $id) {\n      status endReason startedAt pausedAt channel\n      speechOutage { endedAt }\n      progress { question questions elapsedSeconds limitSeconds }\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n    }\n  }\n"): (typeof documents)["\n  subscription State($id: ID!) {\n    interviewChanged(interviewId: $id) {\n      status endReason startedAt pausedAt channel\n      speechOutage { endedAt }\n      progress { question questions elapsedSeconds limitSeconds }\n      requests { ...RequestFields }\n      accommodations { timeFactor captions typing }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Withdraw($input: WithdrawConsentInput!) {\n    withdrawConsent(input: $input) { receipt }\n  }\n"): (typeof documents)["\n  mutation Withdraw($input: WithdrawConsentInput!) {\n    withdrawConsent(input: $input) { receipt }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RequestAccommodation($input: RequestAccommodationInput!) {\n    requestAccommodation(input: $input) { interview { id } }\n  }\n"): (typeof documents)["\n  mutation RequestAccommodation($input: RequestAccommodationInput!) {\n    requestAccommodation(input: $input) { interview { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RequestAlternative($input: RequestAlternativeInput!) {\n    requestAlternative(input: $input) { interview { id } }\n  }\n"): (typeof documents)["\n  mutation RequestAlternative($input: RequestAlternativeInput!) {\n    requestAlternative(input: $input) { interview { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { turn { seq } }\n  }\n"): (typeof documents)["\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { turn { seq } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Signal($input: SignalInterviewerInput!) {\n    signalInterviewer(input: $input) { interview { id } }\n  }\n"): (typeof documents)["\n  mutation Signal($input: SignalInterviewerInput!) {\n    signalInterviewer(input: $input) { interview { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation End($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { status } }\n  }\n"): (typeof documents)["\n  mutation End($input: EndInterviewInput!) {\n    endInterview(input: $input) { interview { status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PositionList($after: String) {\n    page: positions(includeArchived: true, first: 100, after: $after) {\n      nodes { id key version title language limitMinutes archived createdAt createdBy interviewCount questions { key } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query PositionList($after: String) {\n    page: positions(includeArchived: true, first: 100, after: $after) {\n      nodes { id key version title language limitMinutes archived createdAt createdBy interviewCount questions { key } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PositionVersion($key: String!, $version: Int) {\n    position(key: $key, version: $version) { ...PositionVersion }\n  }\n  fragment PositionVersion on Position {\n    id key version title description language wrapUpAfterExchanges limitMinutes archived keyTerms blindReview correctionHours reopenMinutes\n    extraTimeFactor createdAt createdBy\n    questions { key text listenFor maxProbes criterionKeys }\n    criteria { key name description weight levels { value anchor } }\n    jobAnalysis { tasks method criteria { key reason weightReason } }\n    facts { question answer }\n  }\n"): (typeof documents)["\n  query PositionVersion($key: String!, $version: Int) {\n    position(key: $key, version: $version) { ...PositionVersion }\n  }\n  fragment PositionVersion on Position {\n    id key version title description language wrapUpAfterExchanges limitMinutes archived keyTerms blindReview correctionHours reopenMinutes\n    extraTimeFactor createdAt createdBy\n    questions { key text listenFor maxProbes criterionKeys }\n    criteria { key name description weight levels { value anchor } }\n    jobAnalysis { tasks method criteria { key reason weightReason } }\n    facts { question answer }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PositionVersions($key: String!, $after: String) {\n    page: positionVersions(key: $key, first: 20, after: $after) {\n      nodes { ...PositionVersion }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query PositionVersions($key: String!, $after: String) {\n    page: positionVersions(key: $key, first: 20, after: $after) {\n      nodes { ...PositionVersion }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SavePosition($input: SavePositionInput!) {\n    savePosition(input: $input) { position { ...PositionVersion } }\n  }\n"): (typeof documents)["\n  mutation SavePosition($input: SavePositionInput!) {\n    savePosition(input: $input) { position { ...PositionVersion } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CheckPosition($input: SavePositionInput!) {\n    checkPosition(input: $input) { path message }\n  }\n"): (typeof documents)["\n  query CheckPosition($input: SavePositionInput!) {\n    checkPosition(input: $input) { path message }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OpenInvitations($key: String!) {\n    interviews(filter: { positionKeys: [$key], statuses: [SCHEDULED, WAITING, IN_PROGRESS] }, first: 0) { totalCount }\n  }\n"): (typeof documents)["\n  query OpenInvitations($key: String!) {\n    interviews(filter: { positionKeys: [$key], statuses: [SCHEDULED, WAITING, IN_PROGRESS] }, first: 0) { totalCount }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartTryOut($input: StartTryOutInput!) {\n    startTryOut(input: $input) { invite { url } }\n  }\n"): (typeof documents)["\n  mutation StartTryOut($input: StartTryOutInput!) {\n    startTryOut(input: $input) { invite { url } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Reviewed($id: ID!, $version: Int, $results: Boolean!, $recording: Boolean!, $questions: Boolean!) {\n    interviewChanged(interviewId: $id) {\n      id status endReason isPartial endDetail channel createdAt scheduledFor startedAt durationSeconds erasedAt externalId isTryOut\n      candidate { name }\n      position {\n        title version\n        questions @include(if: $questions) { key criterionKeys }\n        criteria @include(if: $questions) { key name weight levels { value anchor } }\n      }\n      progress { question questions elapsedSeconds limitSeconds }\n      consent { recording }\n      corrections { seq text }\n      latency { replies p50 { heard } p95 { heard } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      notes @include(if: $results) { ...NoteFields }\n      reviewReasons @include(if: $results)\n      decision @include(if: $results)\n      adoptions @include(if: $results) { version reason adoptedBy adoptedAt }\n      evaluation(version: $version) @include(if: $results) {\n        id version isBlind status failure overallScore lowestScore highestScore inconclusiveReason recommendation summary coverage sandbox flags\n        model completedAt positionVersion\n        passes { number claimedQuotes failedQuotes }\n        criteria {\n          key name weight state level rationale passLevels spread flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags }\n        }\n        ratings { reviewer createdAt levels { criterionKey level reason } }\n        reviews { decision reason reviewer createdAt overallScore overrides { criterionKey level reason } }\n      }\n    }\n  }\n  fragment RecordingFields on Recording {\n    id kind status url downloadUrl: url(download: true) mimeType startedAt durationSeconds failure\n  }\n  fragment NoteFields on Note {\n    id seq at text author createdAt mayDelete\n  }\n"): (typeof documents)["\n  subscription Reviewed($id: ID!, $version: Int, $results: Boolean!, $recording: Boolean!, $questions: Boolean!) {\n    interviewChanged(interviewId: $id) {\n      id status endReason isPartial endDetail channel createdAt scheduledFor startedAt durationSeconds erasedAt externalId isTryOut\n      candidate { name }\n      position {\n        title version\n        questions @include(if: $questions) { key criterionKeys }\n        criteria @include(if: $questions) { key name weight levels { value anchor } }\n      }\n      progress { question questions elapsedSeconds limitSeconds }\n      consent { recording }\n      corrections { seq text }\n      latency { replies p50 { heard } p95 { heard } }\n      recordings @include(if: $recording) { ...RecordingFields }\n      notes @include(if: $results) { ...NoteFields }\n      reviewReasons @include(if: $results)\n      decision @include(if: $results)\n      adoptions @include(if: $results) { version reason adoptedBy adoptedAt }\n      evaluation(version: $version) @include(if: $results) {\n        id version isBlind status failure overallScore lowestScore highestScore inconclusiveReason recommendation summary coverage sandbox flags\n        model completedAt positionVersion\n        passes { number claimedQuotes failedQuotes }\n        criteria {\n          key name weight state level rationale passLevels spread flags\n          questions { questionKey asked answered }\n          evidence { quote seq start end sentence sentenceStart flags }\n        }\n        ratings { reviewer createdAt levels { criterionKey level reason } }\n        reviews { decision reason reviewer createdAt overallScore overrides { criterionKey level reason } }\n      }\n    }\n  }\n  fragment RecordingFields on Recording {\n    id kind status url downloadUrl: url(download: true) mimeType startedAt durationSeconds failure\n  }\n  fragment NoteFields on Note {\n    id seq at text author createdAt mayDelete\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Recordings($id: ID!) {\n    interview(id: $id) { recordings { ...RecordingFields } }\n  }\n"): (typeof documents)["\n  query Recordings($id: ID!) {\n    interview(id: $id) { recordings { ...RecordingFields } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EvaluationVersions($id: ID!) {\n    interview(id: $id) {\n      evaluation { version }\n      evaluationVersions(first: 100) { nodes { id version status isBlind overallScore recommendation createdAt requestedBy requestReason } }\n    }\n  }\n"): (typeof documents)["\n  query EvaluationVersions($id: ID!) {\n    interview(id: $id) {\n      evaluation { version }\n      evaluationVersions(first: 100) { nodes { id version status isBlind overallScore recommendation createdAt requestedBy requestReason } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query NeedsReview {\n    interviews(filter: { reviewed: false }, first: 100) { nodes { id } }\n  }\n"): (typeof documents)["\n  query NeedsReview {\n    interviews(filter: { reviewed: false }, first: 100) { nodes { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReviewEvaluation($input: ReviewEvaluationInput!) {\n    reviewEvaluation(input: $input) { evaluation { id } }\n  }\n"): (typeof documents)["\n  mutation ReviewEvaluation($input: ReviewEvaluationInput!) {\n    reviewEvaluation(input: $input) { evaluation { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RateEvaluation($input: RateEvaluationInput!) {\n    rateEvaluation(input: $input) { evaluation { id } }\n  }\n"): (typeof documents)["\n  mutation RateEvaluation($input: RateEvaluationInput!) {\n    rateEvaluation(input: $input) { evaluation { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddNote($input: AddNoteInput!) {\n    addNote(input: $input) { note { ...NoteFields } }\n  }\n"): (typeof documents)["\n  mutation AddNote($input: AddNoteInput!) {\n    addNote(input: $input) { note { ...NoteFields } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteNote($input: DeleteNoteInput!) {\n    deleteNote(input: $input) { interview { id } }\n  }\n"): (typeof documents)["\n  mutation DeleteNote($input: DeleteNoteInput!) {\n    deleteNote(input: $input) { interview { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EvaluateInterview($input: EvaluateInterviewInput!) {\n    evaluateInterview(input: $input) { evaluation { id version } }\n  }\n"): (typeof documents)["\n  mutation EvaluateInterview($input: EvaluateInterviewInput!) {\n    evaluateInterview(input: $input) { evaluation { id version } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AdoptEvaluation($input: AdoptEvaluationInput!) {\n    adoptEvaluation(input: $input) { evaluation { id } }\n  }\n"): (typeof documents)["\n  mutation AdoptEvaluation($input: AdoptEvaluationInput!) {\n    adoptEvaluation(input: $input) { evaluation { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EraseInterview($input: EraseInterviewInput!) {\n    eraseInterview(input: $input) { interview { id } }\n  }\n"): (typeof documents)["\n  mutation EraseInterview($input: EraseInterviewInput!) {\n    eraseInterview(input: $input) { interview { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiKeys($after: String) {\n    page: apiKeys(first: 100, after: $after) {\n      nodes { ...ApiKeyParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment ApiKeyParts on ApiKey {\n    id name role isTest createdAt createdBy lastUsedAt expiresAt revokedAt isActive isRotated permissions\n  }\n"): (typeof documents)["\n  query ApiKeys($after: String) {\n    page: apiKeys(first: 100, after: $after) {\n      nodes { ...ApiKeyParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment ApiKeyParts on ApiKey {\n    id name role isTest createdAt createdBy lastUsedAt expiresAt revokedAt isActive isRotated permissions\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n"): (typeof documents)["\n  mutation CreateApiKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n"): (typeof documents)["\n  mutation RotateApiKey($input: RotateApiKeyInput!) {\n    rotateApiKey(input: $input) { apiKey { ...ApiKeyParts } secret }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeApiKey($input: RevokeApiKeyInput!) {\n    revokeApiKey(input: $input) { apiKey { ...ApiKeyParts } }\n  }\n"): (typeof documents)["\n  mutation RevokeApiKey($input: RevokeApiKeyInput!) {\n    revokeApiKey(input: $input) { apiKey { ...ApiKeyParts } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Members($after: String) {\n    page: members(first: 100, after: $after) {\n      nodes { ...MemberParts }\n      pageInfo { hasNextPage endCursor }\n    }\n    viewer { member { id } }\n  }\n  fragment MemberParts on Member {\n    id name email role invitedBy createdAt lastSignedInAt hasIdentity\n  }\n"): (typeof documents)["\n  query Members($after: String) {\n    page: members(first: 100, after: $after) {\n      nodes { ...MemberParts }\n      pageInfo { hasNextPage endCursor }\n    }\n    viewer { member { id } }\n  }\n  fragment MemberParts on Member {\n    id name email role invitedBy createdAt lastSignedInAt hasIdentity\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MemberInvitations($after: String) {\n    page: memberInvitations(first: 100, after: $after) {\n      nodes { ...InvitationParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment InvitationParts on MemberInvitation {\n    id name email role invitedBy createdAt expiresAt isRenewal\n  }\n"): (typeof documents)["\n  query MemberInvitations($after: String) {\n    page: memberInvitations(first: 100, after: $after) {\n      nodes { ...InvitationParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment InvitationParts on MemberInvitation {\n    id name email role invitedBy createdAt expiresAt isRenewal\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) { invitation { ...InvitationParts } url }\n  }\n"): (typeof documents)["\n  mutation InviteMember($input: InviteMemberInput!) {\n    inviteMember(input: $input) { invitation { ...InvitationParts } url }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeMemberInvitation($input: RevokeMemberInvitationInput!) {\n    revokeMemberInvitation(input: $input) { invitation { id } }\n  }\n"): (typeof documents)["\n  mutation RevokeMemberInvitation($input: RevokeMemberInvitationInput!) {\n    revokeMemberInvitation(input: $input) { invitation { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateMember($input: UpdateMemberInput!) {\n    updateMember(input: $input) { member { ...MemberParts } }\n  }\n"): (typeof documents)["\n  mutation UpdateMember($input: UpdateMemberInput!) {\n    updateMember(input: $input) { member { ...MemberParts } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenewMemberLink($input: RenewMemberLinkInput!) {\n    renewMemberLink(input: $input) { invitation { ...InvitationParts } url }\n  }\n"): (typeof documents)["\n  mutation RenewMemberLink($input: RenewMemberLinkInput!) {\n    renewMemberLink(input: $input) { invitation { ...InvitationParts } url }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveMember($input: RemoveMemberInput!) {\n    removeMember(input: $input) { member { id } }\n  }\n"): (typeof documents)["\n  mutation RemoveMember($input: RemoveMemberInput!) {\n    removeMember(input: $input) { member { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OwnOrganization {\n    viewer { organization { ...OrganizationParts } }\n  }\n  fragment OrganizationParts on Organization {\n    id name logoUrl contact { name email }\n  }\n"): (typeof documents)["\n  query OwnOrganization {\n    viewer { organization { ...OrganizationParts } }\n  }\n  fragment OrganizationParts on Organization {\n    id name logoUrl contact { name email }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateOrganization($input: UpdateOrganizationInput!) {\n    updateOrganization(input: $input) { organization { ...OrganizationParts } }\n  }\n"): (typeof documents)["\n  mutation UpdateOrganization($input: UpdateOrganizationInput!) {\n    updateOrganization(input: $input) { organization { ...OrganizationParts } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WebhookEndpoints($after: String) {\n    page: webhookEndpoints(first: 100, after: $after) {\n      nodes { ...WebhookEndpointParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookEndpointParts on WebhookEndpoint {\n    id url description events includeDetails createdAt createdBy pauseReason failingSince lostChangesAt previousSecretExpiresAt\n  }\n"): (typeof documents)["\n  query WebhookEndpoints($after: String) {\n    page: webhookEndpoints(first: 100, after: $after) {\n      nodes { ...WebhookEndpointParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookEndpointParts on WebhookEndpoint {\n    id url description events includeDetails createdAt createdBy pauseReason failingSince lostChangesAt previousSecretExpiresAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {\n    createWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n"): (typeof documents)["\n  mutation CreateWebhookEndpoint($input: CreateWebhookEndpointInput!) {\n    createWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateWebhookEndpoint($input: UpdateWebhookEndpointInput!) {\n    updateWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } }\n  }\n"): (typeof documents)["\n  mutation UpdateWebhookEndpoint($input: UpdateWebhookEndpointInput!) {\n    updateWebhookEndpoint(input: $input) { webhookEndpoint { ...WebhookEndpointParts } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {\n    rotateWebhookSecret(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n"): (typeof documents)["\n  mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {\n    rotateWebhookSecret(input: $input) { webhookEndpoint { ...WebhookEndpointParts } secret }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteWebhookEndpoint($input: DeleteWebhookEndpointInput!) {\n    deleteWebhookEndpoint(input: $input) { webhookEndpoint { id } }\n  }\n"): (typeof documents)["\n  mutation DeleteWebhookEndpoint($input: DeleteWebhookEndpointInput!) {\n    deleteWebhookEndpoint(input: $input) { webhookEndpoint { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WebhookDeliveries($endpointId: ID!, $statuses: [WebhookDeliveryStatus!], $after: String) {\n    page: webhookDeliveries(endpointId: $endpointId, statuses: $statuses, first: 50, after: $after) {\n      nodes { ...WebhookDeliveryParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookDeliveryParts on WebhookDelivery {\n    id type occurredAt status attempts nextAttemptAt interviewId\n    newestAttempts { attemptedAt latencyMs responseStatus failure }\n  }\n"): (typeof documents)["\n  query WebhookDeliveries($endpointId: ID!, $statuses: [WebhookDeliveryStatus!], $after: String) {\n    page: webhookDeliveries(endpointId: $endpointId, statuses: $statuses, first: 50, after: $after) {\n      nodes { ...WebhookDeliveryParts }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n  fragment WebhookDeliveryParts on WebhookDelivery {\n    id type occurredAt status attempts nextAttemptAt interviewId\n    newestAttempts { attemptedAt latencyMs responseStatus failure }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReplayDelivery($input: ReplayDeliveryInput!) {\n    replayDelivery(input: $input) { delivery { ...WebhookDeliveryParts } }\n  }\n"): (typeof documents)["\n  mutation ReplayDelivery($input: ReplayDeliveryInput!) {\n    replayDelivery(input: $input) { delivery { ...WebhookDeliveryParts } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReplayDeliveries($input: ReplayDeliveriesInput!) {\n    replayDeliveries(input: $input) { deliveries }\n  }\n"): (typeof documents)["\n  mutation ReplayDeliveries($input: ReplayDeliveriesInput!) {\n    replayDeliveries(input: $input) { deliveries }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;