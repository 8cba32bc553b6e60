"""The audit log: every mutation and every read of personal data makes an entry, and no entry has anybody's words."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import orjson
import pytest
from graphql import (
    GraphQLInputField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    assert_object_type,
    get_named_type,
    is_composite_type,
)
from pymongo.errors import ServerSelectionTimeoutError

from errors import Unavailable
from lifecycle import audit_log as writer
from lifecycle.services import Services
from models.documents.audit_entry import AuditEntry, PersonalData, insert_entries
from models.documents.interview import Interview
from models.documents.organization import Role
from resolvers.audit_log import record_command
from schema.audit import DATA_BY_ACTION, DATA_BY_FIELD, DATA_BY_TYPE, find_guard
from schema.build import build_schema
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, ServerAddress, bearer_headers, issue_token
from tests.schema.authorization_table import (
    TYPE_QUERIES,
    AuthorizationScenario,
    fields_of,
    roles_by_field,
    sample_value,
)
from tests.schema.shared_turns import TURN_ADDED, receive_seqs

NOT_PERSONAL = {
    "ApiKey": "id name role isTest createdAt createdBy lastUsedAt expiresAt revokedAt isActive permissions isRotated",
    "BudgetUse": "budget limit used opensAt",
    "Change": "cursor kind interviewId evaluationId changedAt interview",
    "Consent": "textVersion givenAt recording recordingText language textDigest method withdrawnAt text",
    "ConsentText": "version language text digest recordingText",
    # of the organization, not of a candidate
    "Contact": "name email",
    "Criterion": "key name description weight levels",
    # ratings are anonymous there
    "CriterionAgreement": "positionVersion criterionKey ratings n exactShare kappa kappaLow kappaHigh",
    "CriterionAnalysis": "key reason weightReason",
    "DailyUsage": "day interviews messages calls inputTokens cachedInputTokens outputTokens costUsd",
    "Fact": "question answer",
    "Interview": (
        "id status endReason channel language createdAt scheduledFor startedAt endedAt expiresAt erasedAt endDetail externalId "
        "aiDisclosedAt pausedAt lastSeq updatedAt recognitionLanguage recordingsErasedAt transcriptErasedAt erasureReceipt "
        "speechOutage progress isPartial partialReason endsAt reopenings durationSeconds consent mayBeRecorded position url "
        "turns latency candidatePresent isTryOut trace"
    ),
    "InterviewTrace": "requestId traceId turns",
    "Invitation": (
        "interviewId status state organization contact logoUrl positionTitle language channel limitMinutes questions "
        "scheduledFor opensAt expiresAt canReopenUntil mayRequest consentText consent endReason isTryOut"
    ),
    "JobAnalysis": "tasks method criteria",
    "Level": "value anchor",
    "LiveInterviewEvent": "kind interview",
    # of the organization's own people
    "Member": "id name email role invitedBy createdAt lastSignedInAt removedAt hasIdentity",
    "MemberInvitation": "id name email role invitedBy createdAt expiresAt acceptedAt revokedAt isOpen isRenewal",
    "MemberLink": "organization name email role expiresAt hasIdentityProvider",
    "Notice": "contact alternative updatedBy updatedAt",
    "Organization": "id name isTest notice contact logoUrl",
    "OrganizationUsage": "budgets days",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Position": (
        "id key version title description language wrapUpAfterExchanges limitMinutes archived questions criteria jobAnalysis "
        "keyTerms facts blindReview correctionHours reopenMinutes extraTimeFactor recognitionLanguage createdAt createdBy "
        "interviewCount"
    ),
    "PositionWarning": "path code message",
    "Progress": "question questions exchanges elapsedSeconds limitSeconds",
    "Query": (
        "node viewer signInOptions memberLink interview invitation consentText interviews agreement position positions "
        "positionVersions checkPosition retentionPolicy apiKeys members memberInvitations "
        "auditLog decisionRecords changes organizationUsage webhookEndpoints webhookDeliveries"
    ),
    "Question": "key text listenFor maxProbes criterionKeys",
    "Reopening": "reopenedAt reopenedBy reason status endReason endDetail endedAt returnedAt creditedSeconds",
    "ReplyLatency": "replies p50 p95",
    "RetentionPolicy": "recordingDays transcriptDays candidateDays keepDecisionRecord updatedBy updatedAt",
    "SignInOptions": "apiKey sandboxRoles organizationSignIn",
    "SpeechOutage": "since endedAt",
    "Subscription": "interviewChanged interviewsChanged liveInterviews changed",
    "TimedStage": "stage startedAt seconds",
    "TurnLatency": "final committed firstWord firstAudio heard",
    "TurnTrace": "seq speaker channel startedAt endedAt stages",
    # of the caller itself
    "Viewer": "role organization name may member",
    "WebhookAttempt": "attemptedAt latencyMs responseStatus failure bodyDigest",
    "WebhookDelivery": (
        "id type occurredAt createdAt status attempts deliveredAt nextAttemptAt interviewId newestAttempts interview"
    ),
    "WebhookEndpoint": (
        "id url integration description includeDetails createdAt createdBy pauseReason pausedAt failingSince lostChangesAt "
        "events previousSecretExpiresAt"
    ),
}
"""Fields that are read without an entry, unless their selection has others. Every other field returns personal data."""

ENTRY = (
    "at kind action data filters rows address requestId objectIds interviewId outcome errorCode "
    "actor { kind role keyName apiKeyId memberId memberName interviewId origin issuedToApiKeyId issuedToMemberId }"
)


@pytest.fixture
async def admin(tenant: Tenant) -> str:
    return await issue_token(tenant, Role.ADMIN)


async def read_log(api: ApiClient, token: str, **criteria: Any) -> list[dict[str, Any]]:
    """Return the newest entries, oldest first, without those of this function."""
    query = f"query($filter: AuditLogFilter) {{ auditLog(filter: $filter, first: 100) {{ nodes {{ {ENTRY} }} }} }}"
    nodes = (await api.execute(query, token, filter=criteria or None))["auditLog"]["nodes"]
    return [node for node in reversed(nodes) if node["action"] != "auditLog"]


# --- what makes an entry


def list_unclassified_fields(schema: GraphQLSchema) -> dict[str, set[str]]:
    """Return the fields by type that a query or subscription can reach, and that are not classified as personal data."""
    found: dict[str, set[str]] = {}
    pending: list[GraphQLNamedType | None] = [schema.query_type, schema.subscription_type]
    while pending:
        kind = pending.pop()
        if not isinstance(kind, GraphQLObjectType) or kind.name in found:
            continue
        found[kind.name] = set()
        for name, field in kind.fields.items():
            returned = get_named_type(field.type)
            guard = find_guard(field)
            if returned.name in DATA_BY_TYPE or f"{kind.name}.{name}" in DATA_BY_FIELD or (guard and guard in DATA_BY_ACTION):
                continue
            found[kind.name].add(name)
            pending.append(returned)
    return found


def test_every_field_is_classified_as_personal_data_or_not() -> None:
    unclassified = {
        kind: names
        for kind, names in list_unclassified_fields(build_schema()._schema).items()
        if not kind.endswith(("Connection", "Edge"))
    }
    expected = {kind: set(names.split()) for kind, names in NOT_PERSONAL.items()}
    assert unclassified == expected, (
        "add fields with personal data to schema/audit.py, or those without to NOT_PERSONAL (test_audit_log.py)"
    )


def test_classified_types_and_fields_exist() -> None:
    kinds = build_schema()._schema.type_map
    assert set(DATA_BY_TYPE) <= set(kinds)
    assert all(name in assert_object_type(kinds[kind]).fields for kind, name in (path.split(".") for path in DATA_BY_FIELD))


async def test_every_mutation_makes_an_entry(api: ApiClient, scenario: AuthorizationScenario, tenant: Tenant) -> None:
    names = sorted(roles_by_field("Mutation"), key=lambda name: name == "eraseInterview")
    for name in names:
        role = Role.ADMIN if Role.ADMIN in roles_by_field("Mutation")[name] else Role.CANDIDATE
        argument = fields_of("Mutation")[name].args["input"]
        value = sample_value(GraphQLInputField(argument.type), scenario)
        query = f"mutation($input: {argument.type}) {{ {name}(input: $input) {{ __typename }} }}"
        response = await api.execute(query, scenario.tokens[role], input=value)
        [entry] = await AuditEntry.find({"organization_id": tenant.id}).sort("-at", "-_id").limit(1).to_list()
        assert (entry.action, entry.kind) == (name, "CHANGE"), "the entry is stored before the response"
        assert entry.outcome == (response.codes[0] if response.codes else "DONE"), name
        invited = name in ("joinInterview", "openTranscript")
        assert entry.actor.role is (Role.CANDIDATE if invited else role)
        if "interviewId" in value or invited:
            assert entry.interview_id, name
    assert await AuditEntry.find({"organization_id": tenant.id, "kind": "CHANGE"}).count() == len(names)


def list_personal_selections() -> Iterator[tuple[str, PersonalData]]:
    """Return queries for each type and each guarded field with personal data, and what the entry has to say."""
    schema = build_schema()._schema
    for kind, query in TYPE_QUERIES.items():
        if kind in DATA_BY_TYPE:
            yield query.replace("FIELD", "__typename"), DATA_BY_TYPE[kind]
        for name, field in assert_object_type(schema.type_map[kind]).fields.items():
            guard = find_guard(field)
            data = DATA_BY_FIELD.get(f"{kind}.{name}") or (DATA_BY_ACTION.get(guard) if guard else None)
            if data and kind not in DATA_BY_TYPE:
                below = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
                yield query.replace("FIELD", f"{name}{below}"), data


async def test_every_read_of_personal_data_makes_an_entry(
    api: ApiClient, scenario: AuthorizationScenario, services: Services, tenant: Tenant
) -> None:
    selections = list(list_personal_selections())
    assert len(selections) > 30
    for query, data in selections:
        earlier = await AuditEntry.distinct("_id")
        assert await scenario.query_error_codes(api, Role.ADMIN, query) == []
        await services.audit_log.flush()
        [entry] = await AuditEntry.find({"organization_id": tenant.id, "_id": {"$nin": earlier}}).to_list()
        assert data in entry.data, query
        assert (entry.kind, entry.outcome) == ("READ", "DONE")


async def test_reads_without_personal_data_make_no_entry(api: ApiClient, admin: str, interview: Interview) -> None:
    await api.execute("query($id: ID!) { interview(id: $id) { status } }", admin, id=global_id_of(interview))
    await api.execute("{ interviews { nodes { id status } totalCount } positions { nodes { title } } viewer { name } }", admin)
    assert await read_log(api, admin) == []


# --- what an entry says


async def test_entry_names_actor_object_data_and_origin(api: ApiClient, tenant: Tenant, admin: str) -> None:
    interview = await tenant.make_completed_interview("I am a secret gardener.")
    query = "query($id: ID!) { interview(id: $id) { candidate { name } transcript { turns { text } } } }"
    response = await api.post(
        {"query": query, "variables": {"id": global_id_of(interview)}}, {**bearer_headers(admin), "X-Request-Id": "mine"}
    )
    assert not response.errors
    [entry] = await read_log(api, admin)
    assert entry.pop("at") and entry["actor"].pop("apiKeyId").startswith("key_")
    assert entry == {
        "kind": "READ",
        "action": "interview",
        "data": ["CANDIDATE", "TRANSCRIPT"],
        "filters": [],
        "rows": None,
        "address": "127.0.0.1",
        "requestId": "mine",
        "objectIds": [global_id_of(interview)],
        "interviewId": global_id_of(interview),
        "outcome": "DONE",
        "errorCode": None,
        "actor": {
            "kind": "API_KEY",
            "role": "ADMIN",
            "keyName": "a admin",
            **dict.fromkeys(("memberId", "memberName", "interviewId", "origin", "issuedToApiKeyId", "issuedToMemberId")),
        },
    }


async def test_list_makes_one_entry_with_filter_names_and_rows(api: ApiClient, tenant: Tenant, admin: str) -> None:
    for name in ("Ada Lovelace", "Ada Byron"):
        await tenant.make_interview(name=name)
    query = 'query { interviews(filter: { candidate: "ada", statuses: [IN_PROGRESS] }) { nodes { candidate { name } } } }'
    assert len((await api.execute(query, admin))["interviews"]["nodes"]) == 2
    [entry] = await read_log(api, admin)
    assert (sorted(entry["filters"]), entry["rows"], entry["data"]) == (["candidate", "statuses"], 2, ["CANDIDATE"])
    assert (entry["objectIds"], entry["interviewId"]) == ([], None)


async def test_entries_have_nobodys_words_and_no_secrets(api: ApiClient, tenant: Tenant, admin: str) -> None:
    started = await api.mutate(
        "startInterview",
        admin,
        "interview { id } access { token } invite { token }",
        candidateName="Zaphod",
        candidateEmail="zaphod@example.org",
        positionKey=tenant.position.key,
        channel="TEXT",
        externalId="int_0123456789",
        consent={"textVersion": "2026-11", "recording": False},
    )
    payload = started["startInterview"]
    interview_id, token, invite = payload["interview"]["id"], payload["access"]["token"], payload["invite"]["token"]
    await api.mutate("sendMessage", token, "turn { text }", interviewId=interview_id, text="I am from Betelgeuse")
    await api.execute("query($token: String!) { invitation(token: $token) { candidateName } }", None, token=invite)
    await api.mutate("eraseInterview", admin, "interview { erasedAt }", interviewId=interview_id)
    entries = await read_log(api, admin)
    assert [(entry["action"], entry["actor"]["kind"]) for entry in entries] == [
        ("startInterview", "API_KEY"),
        ("sendMessage", "CANDIDATE"),
        ("invitation", "CANDIDATE"),
        ("eraseInterview", "API_KEY"),
    ]
    assert {entry["interviewId"] for entry in entries} == {interview_id}, "they stay after the erasure"
    [by_staff, by_invite] = [entry["actor"] for entry in entries[1:3]]
    assert (by_staff["origin"], by_staff["issuedToApiKeyId"]) == ("START_INTERVIEW", entries[0]["actor"]["apiKeyId"])
    assert (by_invite["origin"], by_invite["issuedToApiKeyId"]) == ("INVITE", None)
    stored = str(await AuditEntry.get_pymongo_collection().find().to_list())
    for text in ("Zaphod", "zaphod", "Betelgeuse", "int_0123456789", token, invite):
        assert text not in stored


async def test_data_that_the_role_may_not_read_are_recorded_as_refused(
    api: ApiClient, tenant: Tenant, admin: str, interview: Interview
) -> None:
    viewer = await issue_token(tenant, Role.VIEWER)
    query = "query($id: ID!) { interview(id: $id) { candidate { name email } evaluation { id } } }"
    await api.execute(query, viewer, id=global_id_of(interview))
    await api.mutate("eraseInterview", viewer, "interview { id }", interviewId=global_id_of(interview))
    found = [(entry["action"], entry["data"], entry["outcome"], entry["errorCode"]) for entry in await read_log(api, admin)]
    assert found == [
        ("interview", ["CANDIDATE"], "DONE", None),
        ("interview", ["EMAIL", "EVALUATION"], "FAILED", "FORBIDDEN"),
        ("eraseInterview", [], "FAILED", "FORBIDDEN"),
    ]


async def test_each_subscriber_makes_an_entry_also_if_the_subscription_is_shared(
    api: ApiClient, server: ServerAddress, tenant: Tenant, admin: str, interview: Interview
) -> None:
    await add_candidate_turn(interview, "Hello.")
    token = await issue_token(tenant, Role.CANDIDATE, interview)
    async with connect_raw(server, admin) as one, connect_raw(server, admin) as other, connect_raw(server, token) as candidate:
        for client in (one, other, candidate):
            await client.subscribe(TURN_ADDED, "1", id=global_id_of(interview))
            assert await receive_seqs(client, 1) == [1]
        await other.subscribe(TURN_ADDED, "2", id=global_id_of(await tenant.make_interview()))
        await other.subscribe(TURN_ADDED, "3", id="int_000000000000000000000000")
        assert (await other.receive())["type"] == "error"
    entries = await read_log(api, admin, actions=["turnAdded"])
    assert [(entry["actor"]["kind"], entry["outcome"], entry["data"]) for entry in entries[:3]] == [
        ("API_KEY", "DONE", ["TRANSCRIPT"]),
        ("API_KEY", "DONE", ["TRANSCRIPT"]),
        ("CANDIDATE", "DONE", ["TRANSCRIPT"]),
    ]
    assert [entry["errorCode"] for entry in entries[3:]] == [None, "NOT_FOUND"]


# --- reading it


async def test_log_is_filtered_and_of_one_organization(api: ApiClient, tenant: Tenant, other_tenant: Tenant, admin: str) -> None:
    interviews = [await tenant.make_interview() for _ in range(2)]
    recruiter = await issue_token(tenant, Role.RECRUITER)
    query = "query($id: ID!) { interview(id: $id) { candidate { name } } }"
    for token in (admin, recruiter):
        for interview in interviews:
            await api.execute(query, token, id=global_id_of(interview))
    everything = await read_log(api, admin)
    assert len(everything) == 4
    key_ids = [entry["actor"]["apiKeyId"] for entry in everything]
    first_id, last_at = global_id_of(interviews[0]), everything[-1]["at"]
    assert await read_log(api, admin, interviewIds=[first_id]) == everything[::2]
    assert await read_log(api, admin, objectIds=[first_id]) == everything[::2]
    assert await read_log(api, admin, apiKeyIds=[key_ids[-1]]) == everything[2:]
    assert await read_log(api, admin, actions=["eraseInterview"]) == []
    assert await read_log(api, admin, until=everything[0]["at"]) == []
    assert everything[-1] in await read_log(api, admin, since=last_at, interviewIds=[global_id_of(interviews[1])])
    assert await read_log(api, await issue_token(other_tenant, Role.ADMIN)) == []
    refused = await api.execute("{ auditLog { nodes { at } } }", recruiter)
    assert refused.codes == ["FORBIDDEN"]
    assert (await read_log(api, admin))[-1:] == everything[-1:]


async def test_export_has_the_fields_of_the_query(api: ApiClient, tenant: Tenant, admin: str, interview: Interview) -> None:
    await api.execute("query($id: ID!) { interview(id: $id) { candidate { email } } }", admin, id=global_id_of(interview))
    [expected] = await read_log(api, admin)
    response = await api.client.get("/audit-log.jsonl", headers=bearer_headers(admin))
    lines = [orjson.loads(line) for line in response.text.splitlines()]
    assert response.headers["content-type"] == "application/jsonl"
    assert lines[0] == expected
    later = await api.client.get("/audit-log.jsonl?since=2100-01-01T00:00:00Z", headers=bearer_headers(admin))
    assert (later.status_code, later.text) == (200, "")
    assert (await api.client.get("/audit-log.jsonl?since=now", headers=bearer_headers(admin))).status_code == 400
    viewer = await issue_token(tenant, Role.VIEWER)
    assert (await api.client.get("/audit-log.jsonl", headers=bearer_headers(viewer))).status_code == 403
    exports = await read_exports(api, admin)
    assert exports == [("DONE", "ADMIN"), ("DONE", "ADMIN"), ("FAILED", "ADMIN"), ("FAILED", "VIEWER")]


async def read_exports(api: ApiClient, admin: str) -> list[tuple[str, str]]:
    entries = await read_log(api, admin, actions=["audit-log.jsonl"])
    return [(entry["outcome"], entry["actor"]["role"]) for entry in entries]


async def test_exported_files_make_entries(api: ApiClient, scenario: AuthorizationScenario, tenant: Tenant) -> None:
    admin, variables = scenario.tokens[Role.ADMIN], scenario.variables
    links = await api.execute(
        "query($id: ID!) { evaluation(interviewId: $id) { feedbackLetterUrl } }", admin, id=variables["interview"]
    )
    link = httpx2.URL(links["evaluation"]["feedbackLetterUrl"])
    paths = [f"/interviews/{variables['interview']}/transcript.txt", f"/evaluations/{variables['evaluation']}/report.json"]
    for path in paths:
        assert (await api.client.get(path, headers=bearer_headers(admin))).status_code == 200
    assert (await api.client.get(f"{link.path}?{link.query.decode()}")).status_code == 200
    assert (await api.client.get(f"{link.path}?token=forged")).status_code == 403
    # after those of the scenario and of the query above
    entries = (await read_log(api, admin))[2:]
    assert [(entry["action"], entry["actor"]["kind"], entry["data"], entry["interviewId"]) for entry in entries] == [
        ("transcript.txt", "API_KEY", ["TRANSCRIPT"], variables["interview"]),
        ("report.json", "API_KEY", ["EVALUATION"], variables["interview"]),
        ("feedback-letter.txt", "LINK", ["EVALUATION"], variables["interview"]),
    ]


async def test_command_makes_an_entry(api: ApiClient, tenant: Tenant, admin: str) -> None:
    await record_command(tenant.services.settings.audit, tenant.id, "keys create", ["key_000000000000000000000000"])
    [entry] = await read_log(api, admin)
    assert (entry["action"], entry["actor"]["kind"], entry["address"]) == ("keys create", "COMMAND_LINE", None)


# --- writing it


async def test_entries_expire_after_the_days_of_the_setting(api: ApiClient, tenant: Tenant, admin: str) -> None:
    await api.mutate("endInterview", admin, "interview { id }", interviewId="int_0")
    [entry] = await AuditEntry.find_all().to_list()
    assert (entry.expires_at - entry.at).days == tenant.services.settings.audit.days == 400
    indexes = await AuditEntry.get_pymongo_collection().index_information()
    assert [index["key"] for index in indexes.values() if index.get("expireAfterSeconds") == 0] == [[("expires_at", 1)]]


async def test_interrupted_insert_is_repeated_without_doubling_entries(
    services: Services, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = (await make_entry(tenant)).model_dump(exclude={"id", "at", "expires_at"})
    insert = insert_entries

    async def insert_and_fail(entries: list[AuditEntry]) -> None:
        await insert(entries)
        raise ServerSelectionTimeoutError("the response was lost")

    for _ in range(3):
        services.audit_log.add(**values)
    with monkeypatch.context() as patched:
        patched.setattr(writer, "insert_entries", insert_and_fail)
        with pytest.raises(ServerSelectionTimeoutError):
            await services.audit_log.flush()
    await asyncio.gather(*(services.audit_log.flush() for _ in range(3)))
    assert await AuditEntry.find_all().count() == 4


async def test_mutation_whose_entry_cannot_be_stored_is_unavailable_until_it_is(
    api: ApiClient, admin: str, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: list[AuditEntry]) -> None:
        raise ServerSelectionTimeoutError("MongoDB does not respond")

    ending = {"interviewId": global_id_of(interview), "idempotencyKey": "mine"}
    with monkeypatch.context() as patched:
        patched.setattr(writer, "insert_entries", fail)
        refused = await api.mutate("endInterview", admin, "interview { id }", **ending)
    assert (refused.data, refused.codes) == ({"endInterview": None}, ["UNAVAILABLE"])
    assert (await api.mutate("endInterview", admin, "interview { id }", **ending)).errors == []
    entries = await read_log(api, admin, actions=["endInterview"])
    assert [entry["outcome"] for entry in entries] == ["DONE", "DONE"], "the first entry has waited"


async def test_full_queue_refuses_operations(services: Services, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_QUEUED", 2)
    values = (await make_entry(tenant)).model_dump(exclude={"id", "at", "expires_at"})
    for _ in range(2):
        services.audit_log.add(**values)
    with pytest.raises(Unavailable):
        services.audit_log.add(**values)


async def make_entry(tenant: Tenant) -> AuditEntry:
    await record_command(tenant.services.settings.audit, tenant.id, "keys create", [])
    [entry] = await AuditEntry.find_all().to_list()
    return entry
