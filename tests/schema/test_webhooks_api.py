"""Webhook endpoints by mutation, and lists and replays of deliveries."""

from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId
from standardwebhooks import Webhook

from auth import decrypt_secret
from models.documents.organization import Role, create_key
from models.documents.webhook import (
    DeliveryAttempt,
    WebhookDelivery,
    WebhookDeliveryStatus,
    WebhookEndpoint,
    WebhookEventType,
    WebhookFailure,
    WebhookPauseReason,
)
from models.storage.clock import now
from resolvers.ids import IdKind, decode_id, encode_id
from tests.factories import new_webhook_endpoint
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, issue_token

URL = "https://hooks.example.org/viva"
SELECTION = "webhookEndpoint { id url description events includeDetails pauseReason previousSecretExpiresAt createdBy }"
DELIVERIES = """query Deliveries($id: ID!, $statuses: [WebhookDeliveryStatus!], $first: Int, $after: String) {
  webhookDeliveries(endpointId: $id, statuses: $statuses, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id type status attempts nextAttemptAt deliveredAt interview { id }
      newestAttempts { latencyMs responseStatus failure bodyDigest }
    }
  }
}"""


async def mutate(api: ApiClient, mutation: str, token: str, selection: str = SELECTION, **fields: Any) -> dict[str, Any]:
    """Return the payload of a mutation that succeeds."""
    payload: dict[str, Any] = (await api.mutate(mutation, token, selection, **fields))[mutation]
    return payload


async def read_endpoint(endpoint_id: str) -> WebhookEndpoint:
    found = await WebhookEndpoint.get(decode_id(IdKind.WEBHOOK_ENDPOINT, endpoint_id))
    assert found
    return found


async def make_deliveries(tenant: Tenant, endpoint: WebhookEndpoint, *statuses: WebhookDeliveryStatus) -> list[str]:
    """Store a delivery in each of these states, each an hour newer than the one before; return their ids."""
    interview = await tenant.make_interview()
    first_at = now() - timedelta(hours=len(statuses))
    deliveries = [
        await WebhookDelivery(
            organization_id=endpoint.organization_id,
            endpoint_id=endpoint.id,
            type=WebhookEventType.INTERVIEW_STARTED,
            event_key=str(index),
            number=index,
            interview_id=interview.id,
            occurred_at=first_at + timedelta(hours=index),
            created_at=first_at + timedelta(hours=index),
            status=status,
            due_at=now() if status is WebhookDeliveryStatus.PENDING else None,
            retry_until=now(),
            attempts=1,
            newest_attempts=[
                DeliveryAttempt(
                    attempted_at=now(), latency_ms=7, response_status=500, failure=WebhookFailure.STATUS, body_digest="ab"
                )
            ],
        ).insert()
        for index, status in enumerate(statuses)
    ]
    return [encode_id(IdKind.WEBHOOK_DELIVERY, delivery.id) for delivery in deliveries]


async def test_endpoint_is_created_with_a_secret_that_is_returned_once_and_stored_encrypted(
    api: ApiClient, tenant: Tenant
) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    fields = {"url": f" {URL} ", "description": "ATS", "idempotencyKey": "once"}
    payload = await mutate(api, "createWebhookEndpoint", admin, f"secret {SELECTION}", **fields)
    created, secret = payload["webhookEndpoint"], payload["secret"]
    expected = {"url": URL, "description": "ATS", "includeDetails": False, "pauseReason": None, "createdBy": "a admin"}
    assert created | expected == created
    assert created["events"] == [kind.name for kind in WebhookEventType]
    assert Webhook(secret).sign("id", now(), "{}").startswith("v1,")
    stored = await read_endpoint(created["id"])
    (signing_secret,) = stored.secrets
    assert decrypt_secret(signing_secret.encrypted, tenant.services.settings.auth) == secret
    assert secret.removeprefix("whsec_") not in stored.model_dump_json()
    again = await mutate(api, "createWebhookEndpoint", admin, f"secret {SELECTION}", **fields)
    assert again == {"secret": None, "webhookEndpoint": created}
    listed = (await api.execute("{ webhookEndpoints { totalCount nodes { id } } }", admin))["webhookEndpoints"]
    assert listed == {"totalCount": 1, "nodes": [{"id": created["id"]}]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "http://hooks.example.org/"}, "url"),
        ({"url": "https://192.168.0.1/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://user:password@hooks.example.org/"}, "url"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "description": "a" * 201}, "description"),
    ],
)
async def test_endpoint_with_invalid_fields_is_refused(
    api: ApiClient, tenant: Tenant, fields: dict[str, Any], field: str
) -> None:
    refused = await api.mutate("createWebhookEndpoint", await issue_token(tenant, Role.ADMIN), SELECTION, **fields)
    assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], field)
    assert await WebhookEndpoint.count() == 0


async def test_loopback_is_refused_outside_the_sandbox(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    local = "http://127.0.0.1:9/hook"
    assert (await api.mutate("createWebhookEndpoint", admin, SELECTION, url=local)).codes == []
    object.__setattr__(tenant.services.settings, "sandbox", False)
    assert (await api.mutate("createWebhookEndpoint", admin, SELECTION, url=local)).codes == ["BAD_INPUT"]


async def test_details_need_the_permissions_to_read_them(api: ApiClient, tenant: Tenant) -> None:
    _, narrowed = await create_key(tenant.id, Role.ADMIN, "narrowed", permissions=["MANAGE_WEBHOOKS"])
    refused = await api.mutate("createWebhookEndpoint", narrowed, SELECTION, url=URL, includeDetails=True)
    assert (refused.codes, refused.error["extensions"]["field"]) == (["FORBIDDEN"], "includeDetails")
    created = (await mutate(api, "createWebhookEndpoint", narrowed, url=URL))["webhookEndpoint"]
    refused = await api.mutate("updateWebhookEndpoint", narrowed, SELECTION, webhookEndpointId=created["id"], includeDetails=True)
    assert refused.codes == ["FORBIDDEN"]


async def test_update_changes_what_it_names_and_pauses_and_resumes(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    document = await new_webhook_endpoint(tenant.id, failures=7, failing_since=now(), retry_at=now()).insert()
    (delivery_id,) = await make_deliveries(tenant, document, WebhookDeliveryStatus.PENDING)
    common = {"webhookEndpointId": encode_id(IdKind.WEBHOOK_ENDPOINT, document.id)}
    events = ["EVALUATION_COMPLETED", "INTERVIEW_STARTED"]
    changed = await mutate(api, "updateWebhookEndpoint", admin, **common, events=events, description="ATS")
    assert changed["webhookEndpoint"]["events"] == ["INTERVIEW_STARTED", "EVALUATION_COMPLETED"]
    stored = await read_endpoint(common["webhookEndpointId"])
    since = {each.type: each.since for each in document.subscriptions}
    assert {each.type: each.since for each in stored.subscriptions}.items() <= since.items(), "they miss nothing"
    paused = await mutate(api, "updateWebhookEndpoint", admin, **common, isPaused=True)
    assert (paused["webhookEndpoint"]["pauseReason"], paused["webhookEndpoint"]["description"]) == ("REQUESTED", "ATS")
    resumed = await mutate(api, "updateWebhookEndpoint", admin, **common, isPaused=False, url=f"{URL}/new", description=None)
    expected = {"pauseReason": None, "description": None, "url": f"{URL}/new"}
    assert resumed["webhookEndpoint"] | expected == resumed["webhookEndpoint"]
    stored = await read_endpoint(common["webhookEndpointId"])
    assert (stored.failures, stored.failing_since, stored.retry_at) == (0, None, None)
    delivery = await WebhookDelivery.get(decode_id(IdKind.WEBHOOK_DELIVERY, delivery_id))
    assert delivery
    assert delivery.retry_until is None, "it has three days again"
    nothing = await api.mutate("updateWebhookEndpoint", admin, SELECTION, **common)
    assert nothing.codes == ["BAD_INPUT"]


async def test_rotation_keeps_one_previous_secret_until_the_overlap_ends(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    created = await mutate(api, "createWebhookEndpoint", admin, f"secret {SELECTION}", url=URL)
    common = {"webhookEndpointId": created["webhookEndpoint"]["id"]}
    secrets = [created["secret"]]
    for minutes in (60, 0):
        rotated = await mutate(api, "rotateWebhookSecret", admin, f"secret {SELECTION}", **common, overlapMinutes=minutes)
        secrets.append(rotated["secret"])
        assert (rotated["webhookEndpoint"]["previousSecretExpiresAt"] is not None) == bool(minutes)
    stored = (await read_endpoint(common["webhookEndpointId"])).secrets
    auth = tenant.services.settings.auth
    assert [decrypt_secret(each.encrypted, auth) for each in stored] == [secrets[2], secrets[1]]
    refused = await api.mutate("rotateWebhookSecret", admin, SELECTION, **common, overlapMinutes=43_201)
    assert refused.codes == ["BAD_INPUT"]


async def test_deleted_endpoint_leaves_neither_secrets_nor_deliveries(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    created = (await mutate(api, "createWebhookEndpoint", admin, url=URL))["webhookEndpoint"]
    document = await read_endpoint(created["id"])
    await make_deliveries(tenant, document, WebhookDeliveryStatus.PENDING)
    assert (await mutate(api, "deleteWebhookEndpoint", admin, webhookEndpointId=created["id"]))["webhookEndpoint"] == created
    assert ((await read_endpoint(created["id"])).secrets, await WebhookDelivery.count()) == ([], 0)
    assert (await api.execute("{ webhookEndpoints { totalCount } }", admin))["webhookEndpoints"] == {"totalCount": 0}
    assert (await api.execute(DELIVERIES, admin, id=created["id"])).codes == ["NOT_FOUND"]


async def test_deliveries_are_listed_and_replayed_one_or_since_a_time(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    document = await new_webhook_endpoint(tenant.id, pause_reason=WebhookPauseReason.REQUESTED).insert()
    endpoint_id = encode_id(IdKind.WEBHOOK_ENDPOINT, document.id)
    statuses = (WebhookDeliveryStatus.FAILED, WebhookDeliveryStatus.DELIVERED, WebhookDeliveryStatus.FAILED)
    ids = await make_deliveries(tenant, document, *statuses)
    page = (await api.execute(DELIVERIES, admin, id=endpoint_id, first=2))["webhookDeliveries"]
    assert ([node["id"] for node in page["nodes"]], page["totalCount"]) == ([ids[2], ids[1]], 3)
    attempt = {"latencyMs": 7, "responseStatus": 500, "failure": "STATUS", "bodyDigest": "ab"}
    assert page["nodes"][0]["newestAttempts"] == [attempt]
    rest = (await api.execute(DELIVERIES, admin, id=endpoint_id, after=page["pageInfo"]["endCursor"]))["webhookDeliveries"]
    assert [node["id"] for node in rest["nodes"]] == [ids[0]]
    failed = (await api.execute(DELIVERIES, admin, id=endpoint_id, statuses=["FAILED"]))["webhookDeliveries"]
    assert failed["totalCount"] == 2
    selection = "delivery { id status nextAttemptAt }"
    replayed = (await mutate(api, "replayDelivery", admin, selection, webhookDeliveryId=ids[1]))["delivery"]
    assert (replayed["id"], replayed["status"], bool(replayed["nextAttemptAt"])) == (ids[1], "PENDING", True)
    since = (now() - timedelta(hours=2.5)).isoformat()
    fields = {"webhookEndpointId": endpoint_id, "since": since, "statuses": ["FAILED"]}
    assert (await mutate(api, "replayDeliveries", admin, "deliveries", **fields)) == {"deliveries": 1}
    nodes = (await api.execute(DELIVERIES, admin, id=endpoint_id))["webhookDeliveries"]["nodes"]
    assert [node["status"] for node in nodes] == ["PENDING", "PENDING", "FAILED"]
    assert (await api.execute("query($id: ID!) { node(id: $id) { id } }", admin, id=ids[0]))["node"] == {"id": ids[0]}


async def test_endpoints_of_others_are_not_found_and_their_number_is_bounded(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    foreign = await new_webhook_endpoint(other_tenant.id).insert()
    (delivery,) = await make_deliveries(other_tenant, foreign, WebhookDeliveryStatus.FAILED)
    endpoint = {"webhookEndpointId": encode_id(IdKind.WEBHOOK_ENDPOINT, foreign.id)}
    for mutation, fields in (
        ("updateWebhookEndpoint", {**endpoint, "isPaused": True}),
        ("rotateWebhookSecret", endpoint),
        ("deleteWebhookEndpoint", endpoint),
        ("replayDelivery", {"webhookDeliveryId": delivery}),
        ("replayDeliveries", {**endpoint, "since": "2026-01-01T00:00:00Z"}),
    ):
        assert (await api.mutate(mutation, admin, "__typename", **fields)).codes == ["NOT_FOUND"], mutation
    for node_id in (endpoint["webhookEndpointId"], delivery):
        assert (await api.execute("query($id: ID!) { node(id: $id) { id } }", admin, id=node_id)).codes == ["NOT_FOUND"]
    monkeypatch.setattr("models.writes.webhook_endpoints.MAX_ENDPOINTS", 1)
    codes = [(await api.mutate("createWebhookEndpoint", admin, SELECTION, url=URL)).codes for _ in range(2)]
    assert codes == [[], ["CONFLICT"]]
    stored = await WebhookEndpoint.get(PydanticObjectId(foreign.id))
    assert stored == foreign


async def test_endpoint_of_a_test_key_is_of_the_test_environment(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    key = await mutate(api, "createApiKey", admin, "secret", name="of a test", role="ADMIN", isTest=True)
    created = (await mutate(api, "createWebhookEndpoint", key["secret"], url=URL))["webhookEndpoint"]
    assert (await read_endpoint(created["id"])).organization_id != tenant.id
    assert (await api.execute("{ webhookEndpoints { totalCount } }", admin))["webhookEndpoints"] == {"totalCount": 0}
