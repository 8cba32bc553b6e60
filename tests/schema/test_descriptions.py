"""Every number that a description promises is the number in the code.

The behaviour behind each number has its own test: tests/resolvers for limits and times, tests/evaluation/test_rubric.py for
scores, tests/engine/test_documents.py for documents, tests/api for requests and connections.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from pydantic import BaseModel

from agent.phrases import LANGUAGES
from api.http import INIT_SECONDS, MAX_BODY_BYTES, MAX_FRAME_BYTES, MAX_OPERATIONS
from auth import PERMISSIONS, Action
from engine.documents import LIMITS, MAX_TOKENS
from evaluation.rubric import MIN_COVERAGE, RECOMMENDATION_BANDS, to_score
from lifecycle.access_monitor import RECHECK_SECONDS
from models.documents.change import CHANGE_DAYS
from models.documents.idempotency_claim import CLAIM_TTL_SECONDS
from models.documents.interview import Recommendation
from models.documents.organization import Role
from models.documents.position import Criterion, JobAnalysis, Level, PositionContent, Question
from models.reads.interview_list import UPDATED_AFTER_OVERLAP
from models.reads.pagination import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from models.writes.evaluation_transitions import REQUEST_PERIOD_SECONDS
from resolvers.agreement import MAX_VERSIONS as MAX_AGREEMENT_VERSIONS
from resolvers.demographics import MAX_ANALYZED_INTERVIEWS
from resolvers.history import MAX_ENTRIES
from resolvers.impact_analysis import MIN_SAMPLE
from resolvers.input_text import CANDIDATE_NAME_LIMIT, DETAIL_LIMIT, DOCUMENT_LIMIT, MAX_FILTER_VALUES, NAME_LIMIT
from resolvers.invites import EARLY_JOIN_WINDOW
from resolvers.notices import ALTERNATIVE_LIMIT
from resolvers.organizations import MAX_LOGO_KIB
from resolvers.positions import MAX_CRITERIA, MAX_QUESTIONS
from resolvers.reopening import MAX_REASON_CHARACTERS
from resolvers.retention import MAX_RETENTION_DAYS
from resolvers.starting import MAX_LEAD_TIME
from resolvers.subscriptions import MAX_INITIAL_INTERVIEWS
from schema.build import print_sdl
from settings import AuditSettings, AuthSettings, BudgetSettings, JobsSettings, RecordingSettings


@pytest.fixture(scope="module")
def printed_schema() -> GraphQLSchema:
    return build_schema(print_sdl())


def find_description(schema: GraphQLSchema, path: str) -> str:
    """The description at Type, Type.field, Enum.VALUE or Type.field(argument:), on one line."""
    match = re.fullmatch(r"(\w+)(?:\.(\w+)(?:\((\w+):\))?)?", path)
    assert match, path
    kind, member, argument = match.groups()
    element: Any = schema.type_map[kind]
    if member:
        element = (element.values if hasattr(element, "values") else element.fields)[member]
    if argument:
        element = element.args[argument]
    assert element.description, path
    return " ".join(element.description.split())


def bound(model: type[BaseModel], field: str, attribute: str) -> Any:
    """The bound of a Pydantic field: ge, gt, le or max_length."""
    (value,) = (
        getattr(constraint, attribute) for constraint in model.model_fields[field].metadata if hasattr(constraint, attribute)
    )
    return value


@dataclass(frozen=True)
class Promise:
    """A phrase in descriptions, with the number from the code in its place."""

    phrase: str
    paths: tuple[str, ...]


def minutes(seconds: float) -> int:
    return round(seconds / 60)


EARLY_MINUTES = minutes(EARLY_JOIN_WINDOW.total_seconds())
BANDS = {band: f"{least:g}" for least, band in RECOMMENDATION_BANDS}

PROMISES = [
    Promise(
        f"{EARLY_MINUTES} minutes",
        ("Interview.scheduledFor", "Invitation.scheduledFor", "Mutation.joinInterview", "ScheduleInterviewInput.scheduledFor"),
    ),
    Promise(
        f"must lie in the future, at most {MAX_LEAD_TIME.days} days ahead",
        ("ScheduleInterviewInput.scheduledFor", "RenewInviteInput.scheduledFor", "ReopenInterviewInput.expiresAt"),
    ),
    Promise(
        f"must lie in the future, at most {MAX_LEAD_TIME.days} days ahead, and after scheduledFor",
        ("ScheduleInterviewInput.expiresAt", "RenewInviteInput.expiresAt"),
    ),
    Promise(
        f"Default: {AuthSettings().invite_days} days",
        ("ScheduleInterviewInput.expiresAt", "RenewInviteInput.expiresAt", "ReopenInterviewInput.expiresAt"),
    ),
    Promise(f"after {AuditSettings().days} days", ("Query.auditLog",)),
    Promise(f"for {AuthSettings().ended_invite_days} days after the interview has ended", ("Query.invitation",)),
    Promise(f"after {AuthSettings().access_minutes} minutes", ("CandidateAccess.expiresAt",)),
    Promise(f"after {RecordingSettings().url_minutes} minutes", ("Recording.url",)),
    Promise(f"For {CLAIM_TTL_SECONDS // 3600} hours", ("StartInterviewInput.idempotencyKey", "SavePositionInput.idempotencyKey")),
    Promise(
        f"At most {NAME_LIMIT} characters, on one line",
        (
            "StartInterviewInput.idempotencyKey",
            "SendMessageInput.idempotencyKey",
            "ScheduleInterviewInput.externalId",
            "UpdateNoticeInput.contact",
            "UpdateOrganizationInput.name",
            "ContactInput.name",
        ),
    ),
    Promise(f"At most {CANDIDATE_NAME_LIMIT} characters", ("StartInterviewInput.candidateName",)),
    Promise(f"at most {MAX_LOGO_KIB} KiB", ("UpdateOrganizationInput.logo",)),
    Promise(f"At most {ALTERNATIVE_LIMIT:,} characters", ("UpdateNoticeInput.alternative",)),
    Promise(
        f"{bound(PositionContent, 'correction_hours', 'ge')} to {bound(PositionContent, 'correction_hours', 'le')}.",
        ("SavePositionInput.correctionHours",),
    ),
    Promise(
        f"{bound(PositionContent, 'reopen_minutes', 'ge')} to {bound(PositionContent, 'reopen_minutes', 'le'):,}.",
        ("SavePositionInput.reopenMinutes",),
    ),
    Promise(f"1 to {MAX_REASON_CHARACTERS} characters", ("ReopenInterviewInput.reason",)),
    Promise(f"At most {NAME_LIMIT} characters", ("InterviewFilter.candidate",)),
    Promise(
        f"At most {DETAIL_LIMIT:,} characters",
        (
            "StartInterviewInput.experience",
            "CancelInterviewInput.reason",
            "ReviewEvaluationInput.reason",
            "LevelOverrideInput.reason",
            "EvaluateInterviewInput.reason",
            "AdoptEvaluationInput.reason",
            "LevelRatingInput.reason",
            "SetLegalHoldInput.reason",
            "AddNoteInput.text",
            "Note.text",
            "CorrectTurnInput.text",
            "TurnCorrection.text",
        ),
    ),
    Promise(
        f"At most {DOCUMENT_LIMIT:,} characters",
        ("StartInterviewInput.resume", "StartInterviewInput.jobDescription", "SendMessageInput.text", "Turn.text"),
    ),
    Promise(f"At most {MAX_FILTER_VALUES} keys", ("InterviewFilter.positionKeys", "LiveFilter.positionKeys")),
    Promise(f"At most {MAX_FILTER_VALUES} values", ("InterviewFilter.externalIds",)),
    Promise(f"default {DEFAULT_PAGE_SIZE}, maximum {MAX_PAGE_SIZE}", ("Query.interviews(first:)", "Query.positions(first:)")),
    Promise(f"maximum {MAX_PAGE_SIZE}", ("Query.interviews(last:)", "Query.transcript(first:)")),
    Promise(f"`first` outside 0 to {MAX_PAGE_SIZE}", ("Query.transcript",)),
    Promise(f"1 to {MAX_QUESTIONS}.", ("SavePositionInput.questions",)),
    Promise(f"1 to {MAX_CRITERIA}.", ("SavePositionInput.criteria",)),
    Promise(f"{', '.join([*LANGUAGES][:-1])} and {[*LANGUAGES][-1]}", ("SavePositionInput.language",)),
    Promise(
        f"in minutes, {bound(PositionContent, 'limit_minutes', 'ge')} to {bound(PositionContent, 'limit_minutes', 'le')}.",
        ("SavePositionInput.limitMinutes",),
    ),
    Promise(
        f"wraps up, {bound(PositionContent, 'wrap_up_after_exchanges', 'ge')} to "
        f"{bound(PositionContent, 'wrap_up_after_exchanges', 'le')}.",
        ("SavePositionInput.wrapUpAfterExchanges",),
    ),
    Promise(f"At most {bound(PositionContent, 'description', 'max_length'):,} characters", ("SavePositionInput.description",)),
    Promise(
        f"{bound(JobAnalysis, 'tasks', 'min_length')} to {bound(JobAnalysis, 'tasks', 'max_length')}, each",
        ("JobAnalysisInput.tasks",),
    ),
    Promise(
        f"{bound(Question, 'max_probes', 'ge')} to {bound(Question, 'max_probes', 'le')}.",
        ("QuestionInput.maxProbes", "Question.maxProbes"),
    ),
    Promise(
        f"Above {bound(Criterion, 'weight', 'gt')}, at most {bound(Criterion, 'weight', 'le'):,}.",
        ("CriterionInput.weight",),
    ),
    Promise(
        f"{bound(Level, 'value', 'ge')} (lowest) to {bound(Level, 'value', 'le')} (highest)",
        ("LevelInput.value", "Level.value", "CriterionResult.level"),
    ),
    Promise(
        "STRONG_HIRE from {STRONG_HIRE}, HIRE from {HIRE}, NO_HIRE from {NO_HIRE}".format(**BANDS),
        ("Evaluation.recommendation",),
    ),
    Promise("{STRONG_HIRE} and above, {HIRE}, {NO_HIRE}, and below".format(**BANDS), ("Recommendation",)),
    Promise(f"at least {BANDS[Recommendation.STRONG_HIRE]}", ("Recommendation.STRONG_HIRE",)),
    Promise(
        "at least {HIRE} and below {STRONG_HIRE}".format(**BANDS),
        ("Recommendation.HIRE",),
    ),
    Promise("at least {NO_HIRE} and below {HIRE}".format(**BANDS), ("Recommendation.NO_HIRE",)),
    Promise("below {NO_HIRE}".format(**BANDS), ("Recommendation.STRONG_NO_HIRE",)),
    Promise(
        f"{BudgetSettings().interview_messages:,} messages or {BudgetSettings().interview_characters:,} characters",
        ("Mutation.sendMessage",),
    ),
    Promise(f"elow {float(MIN_COVERAGE)}", ("InconclusiveReason.LOW_COVERAGE", "Evaluation.coverage")),
    Promise(f"(level - 1) x {to_score(2):g}, so {to_score(1):g} to {to_score(5):g}", ("CriterionResult.score",)),
    Promise(
        f"after {JobsSettings().evaluations_per_day} requests (or what the deployment sets) for one interview within "
        f"{REQUEST_PERIOD_SECONDS // 3600} hours",
        ("Mutation.evaluateInterview",),
    ),
    Promise(
        f"1 to {MAX_RETENTION_DAYS:,}.",
        tuple(f"UpdateRetentionPolicyInput.{name}Days" for name in ("recording", "transcript", "candidate")),
    ),
    Promise(f"at most {NAME_LIMIT} characters, on one line", ("SetDemographicsInput",)),
    Promise(f"fewer than {MIN_SAMPLE} ", ("CategoryImpact", "CategoryImpact.isSmallSample")),
    Promise(f"more than {MAX_ANALYZED_INTERVIEWS:,} interviews", ("Query.impactAnalysis",)),
    Promise(f"at most {MAX_INITIAL_INTERVIEWS}", ("LiveEventKind.SNAPSHOT_COMPLETE",)),
    Promise(f"has {MAX_ENTRIES} reviews", ("Mutation.reviewEvaluation",)),
    Promise(f"has {MAX_ENTRIES} ratings", ("Mutation.rateEvaluation",)),
    Promise(f"has {MAX_ENTRIES} adoptions", ("Mutation.adoptEvaluation",)),
    Promise(f"reopened {MAX_ENTRIES} times", ("Mutation.reopenInterview",)),
    Promise(f"newest {MAX_AGREEMENT_VERSIONS} versions", ("Query.agreement",)),
    Promise(f"newest {MAX_PAGE_SIZE} versions", ("Interview.evaluations",)),
    Promise(f"newest {MAX_INITIAL_INTERVIEWS} interviews", ("Subscription.interviewsChanged",)),
    Promise(f"subtract {UPDATED_AFTER_OVERLAP // timedelta(minutes=1)} minutes", ("InterviewFilter.updatedAtOrAfter",)),
    Promise(f"valid for {CHANGE_DAYS} days", ("Change.cursor",)),
    Promise(f"oldest change, {CHANGE_DAYS} days ago", ("Query.changes",)),
    Promise(f"default {DEFAULT_PAGE_SIZE}, maximum {MAX_PAGE_SIZE}", ("Query.changes(first:)",)),
    Promise(f"every {RECHECK_SECONDS:g} seconds", ("Subscription",)),
    Promise(f"have {MAX_OPERATIONS} operations", ("Subscription",)),
    Promise(f"at most {MAX_FRAME_BYTES // 1024} KiB", ("Subscription",)),
    Promise(f"within {INIT_SECONDS} seconds", ("Subscription",)),
    Promise(f"at most {MAX_BODY_BYTES // 1024} KiB", ("Query",)),
    Promise(
        f"at most {MAX_TOKENS:,} tokens and, counting a fragment wherever it is spread, a depth of {LIMITS.depth}, "
        f"{LIMITS.fields} fields, {LIMITS.aliases} aliases, {LIMITS.fragments} fragment spreads "
        f"and {LIMITS.directives} directives",
        ("Query",),
    ),
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.phrase)
def test_description_states_the_number_in_the_code(printed_schema: GraphQLSchema, promise: Promise) -> None:
    for path in promise.paths:
        assert promise.phrase in find_description(printed_schema, path), path


ACTION_BY_FIELD = {
    "Mutation.startInterview": Action.START_INTERVIEW,
    "Mutation.scheduleInterview": Action.SCHEDULE_INTERVIEW,
    "Mutation.importCandidates": Action.SCHEDULE_INTERVIEW,
    "Query.checkCandidateImport": Action.SCHEDULE_INTERVIEW,
    "Mutation.renewInvite": Action.RENEW_INVITE,
    "Mutation.reopenInterview": Action.REOPEN_INTERVIEW,
    "Mutation.sendMessage": Action.SEND_MESSAGE,
    "Mutation.signalInterviewer": Action.SIGNAL_INTERVIEWER,
    "Mutation.endInterview": Action.END_INTERVIEW,
    "Mutation.cancelInterview": Action.CANCEL_INTERVIEW,
    "Mutation.evaluateInterview": Action.EVALUATE_INTERVIEW,
    "Mutation.reviewEvaluation": Action.REVIEW_EVALUATION,
    "Mutation.rateEvaluation": Action.REVIEW_EVALUATION,
    "Mutation.adoptEvaluation": Action.REVIEW_EVALUATION,
    "Mutation.addNote": Action.WRITE_NOTE,
    "Mutation.deleteNote": Action.WRITE_NOTE,
    "Mutation.savePosition": Action.SAVE_POSITION,
    "Mutation.startTryOut": Action.START_TRY_OUT,
    "Mutation.correctTurn": Action.CORRECT_TURN,
    "Mutation.updateNotice": Action.UPDATE_NOTICE,
    "Mutation.updateOrganization": Action.UPDATE_ORGANIZATION,
    "Mutation.createApiKey": Action.MANAGE_KEYS,
    "Mutation.rotateApiKey": Action.MANAGE_KEYS,
    "Mutation.revokeApiKey": Action.MANAGE_KEYS,
    "Mutation.inviteMember": Action.MANAGE_MEMBERS,
    "Mutation.renewMemberLink": Action.MANAGE_MEMBERS,
    "Mutation.revokeMemberInvitation": Action.MANAGE_MEMBERS,
    "Mutation.updateMember": Action.MANAGE_MEMBERS,
    "Mutation.removeMember": Action.MANAGE_MEMBERS,
    **dict.fromkeys(
        (
            *("Query.webhookEndpoints", "Query.webhookDeliveries", "Mutation.createWebhookEndpoint"),
            *("Mutation.updateWebhookEndpoint", "Mutation.rotateWebhookSecret", "Mutation.deleteWebhookEndpoint"),
            *("Mutation.replayDelivery", "Mutation.replayDeliveries"),
        ),
        Action.MANAGE_WEBHOOKS,
    ),
    "Query.members": Action.MANAGE_MEMBERS,
    "Query.memberInvitations": Action.MANAGE_MEMBERS,
    "Query.apiKeys": Action.MANAGE_KEYS,
    "Query.auditLog": Action.READ_AUDIT_LOG,
    "Mutation.eraseInterview": Action.ERASE_INTERVIEW,
    "Mutation.updateRetentionPolicy": Action.UPDATE_RETENTION_POLICY,
    "Mutation.setLegalHold": Action.SET_LEGAL_HOLD,
    "Mutation.releaseLegalHold": Action.SET_LEGAL_HOLD,
    "Mutation.setDemographics": Action.SET_DEMOGRAPHICS,
    "Mutation.withdrawConsent": Action.WITHDRAW_CONSENT,
    "Mutation.requestAlternative": Action.REQUEST_ACCOMMODATION,
    "Mutation.requestAccommodation": Action.REQUEST_ACCOMMODATION,
    "Mutation.resolveRequest": Action.RESOLVE_REQUEST,
    "Query.retentionPolicy": Action.READ_RETENTION_POLICY,
    "Query.decisionRecords": Action.READ_DECISION_RECORDS,
    "Query.impactAnalysis": Action.ANALYZE_IMPACT,
    "Query.consentText": Action.START_INTERVIEW,
    "Query.interviews": Action.LIST_INTERVIEWS,
    "Query.agreement": Action.REVIEW_EVALUATION,
    "Query.compareEvaluations": Action.READ_EVALUATION,
    "Query.evaluation": Action.READ_EVALUATION,
    "Query.position": Action.READ_POSITION,
    "Query.positions": Action.READ_POSITION,
    "Query.positionVersions": Action.READ_POSITION,
    "Query.checkPosition": Action.SAVE_POSITION,
    "Subscription.interviewsChanged": Action.LIST_INTERVIEWS,
    "Query.changes": Action.LIST_INTERVIEWS,
    "Subscription.liveInterviews": Action.LIST_INTERVIEWS,
    "Subscription.changed": Action.LIST_INTERVIEWS,
}


@pytest.mark.parametrize("path", ACTION_BY_FIELD)
def test_description_names_the_roles_with_permission(printed_schema: GraphQLSchema, path: str) -> None:
    stated = re.search(r"Roles?: ([A-Z, ]+)\.", find_description(printed_schema, path))
    assert stated
    assert set(stated[1].split(", ")) == {role for role in Role if ACTION_BY_FIELD[path] in PERMISSIONS[role]}


def test_every_mutation_names_its_roles_and_errors(printed_schema: GraphQLSchema) -> None:
    mutation = printed_schema.mutation_type
    assert mutation
    without_action = {"joinInterview", "openTranscript", "signIn", "signOut", "acceptMemberInvitation"}
    assert {name for name in mutation.fields if f"Mutation.{name}" not in ACTION_BY_FIELD} == without_action
    assert [name for name in mutation.fields if "Errors: " not in find_description(printed_schema, f"Mutation.{name}")] == []


GUARDED_FIELDS = {
    "Change.evaluation": Action.READ_EVALUATION,
    "Interview.adoptions": Action.READ_EVALUATION,
    "Interview.candidatePresent": Action.READ_REFERENCES,
    "Interview.decidedAt": Action.READ_EVALUATION,
    "Interview.decidedBy": Action.READ_EVALUATION,
    "Interview.decisionVersion": Action.READ_EVALUATION,
    "Candidate.email": Action.READ_EMAIL,
    "Interview.candidate": Action.READ_CANDIDATE,
    "Interview.decision": Action.READ_EVALUATION,
    "Interview.endDetail": Action.READ_REFERENCES,
    "Interview.evaluation": Action.READ_EVALUATION,
    "Interview.evaluations": Action.READ_EVALUATION,
    "Interview.evaluationVersions": Action.READ_EVALUATION,
    "Interview.externalId": Action.READ_REFERENCES,
    "Interview.invite": Action.RENEW_INVITE,
    "Interview.latency": Action.READ_REFERENCES,
    "Interview.legalHold": Action.READ_LEGAL_HOLD,
    "Interview.releasedLegalHolds": Action.READ_LEGAL_HOLD,
    "Interview.recognitionLanguage": Action.READ_REFERENCES,
    "Interview.recordings": Action.READ_RECORDING,
    "Interview.reopenings": Action.READ_REFERENCES,
    "Interview.reviewReasons": Action.READ_EVALUATION,
    "Interview.url": Action.READ_REFERENCES,
    "Interview.usage": Action.READ_EVALUATION,
}


@pytest.mark.parametrize("path", GUARDED_FIELDS)
def test_description_of_a_guarded_field_names_the_refused_roles(printed_schema: GraphQLSchema, path: str) -> None:
    stated = re.search(r"FORBIDDEN for ([A-Z]+(?:(?:, | and )[A-Z]+)*)\.", find_description(printed_schema, path))
    assert stated
    assert set(re.split(", | and ", stated[1])) == {role for role in Role if GUARDED_FIELDS[path] not in PERMISSIONS[role]}
