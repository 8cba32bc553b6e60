"""API keys by mutation: what they may grant, the test environment, rotation with overlap, and revocation."""

from datetime import timedelta
from typing import Any

import pytest

from auth import Action, authenticate
from errors import Conflict, Unauthenticated
from models.documents.organization import ApiKey, Role, create_key, get_key, rotate_key
from models.storage.clock import now
from resolvers.ids import IdKind, decode_id, encode_id
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

SELECTION = "secret apiKey { id name role isTest permissions createdBy lastUsedAt expiresAt isActive }"
START_INPUT = {"candidateName": "Grace Hopper", "positionKey": "tester", "channel": "TEXT", "consent": CONSENT_INPUT}


async def call(api: ApiClient, mutation: str, token: str, selection: str = SELECTION, **fields: Any) -> dict[str, Any]:
    """Return the payload of a mutation that succeeds."""
    payload: dict[str, Any] = (await api.mutate(mutation, token, selection, **fields))[mutation]
    return payload


async def create(api: ApiClient, token: str, **fields: Any) -> tuple[dict[str, Any], str]:
    """Create a key by mutation; return its fields and its secret."""
    payload = await call(api, "createApiKey", token, **{"name": "a program", "role": "ADMIN", **fields})
    return payload["apiKey"], payload["secret"]


async def read_organization(api: ApiClient, token: str) -> dict[str, Any]:
    organization: dict[str, Any] = (await read_viewer(api, token))["viewer"]["organization"]
    return organization


async def list_names(api: ApiClient, token: str) -> list[str]:
    """Return the names of the keys that the caller can list."""
    return [node["name"] for node in (await api.execute("{ apiKeys { nodes { name } } }", token))["apiKeys"]["nodes"]]


async def read_viewer(api: ApiClient, token: str) -> GraphQLResponse:
    return await api.execute("{ viewer { name role may organization { name isTest } } }", token)


async def test_new_key_works_is_listed_and_its_use_is_noted(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    key, secret = await create(api, admin, name="  ATS ", role="INTEGRATION")
    assert (key["name"], key["role"], key["createdBy"], key["isActive"]) == ("ATS", "INTEGRATION", "a admin", True)
    assert key["lastUsedAt"] is None
    viewer = (await read_viewer(api, secret))["viewer"]
    assert (viewer["name"], viewer["role"], viewer["organization"]["isTest"]) == ("ATS", "INTEGRATION", False)
    assert viewer["may"] == key["permissions"]
    listed = (await api.execute("{ apiKeys { totalCount nodes { id name lastUsedAt } } }", admin))["apiKeys"]
    assert [node["name"] for node in listed["nodes"]] == ["ATS", "a admin"]
    assert listed["totalCount"] == 2
    assert all(node["lastUsedAt"] for node in listed["nodes"])
    assert (await api.execute("query($id: ID!) { node(id: $id) { id __typename } }", admin, id=key["id"]))["node"] == {
        "id": key["id"],
        "__typename": "ApiKey",
    }


async def test_narrowed_key_may_do_nothing_else(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    key, secret = await create(api, admin, permissions=["READ_INTERVIEW", "LIST_INTERVIEWS", "MANAGE_KEYS"])
    assert key["permissions"] == ["READ_INTERVIEW", "LIST_INTERVIEWS", "MANAGE_KEYS"]
    assert (await read_viewer(api, secret))["viewer"]["may"] == key["permissions"]
    assert (await api.execute("{ interviews { totalCount } }", secret)).codes == []
    refused = await api.mutate("startInterview", secret, "__typename", **START_INPUT)
    assert (refused.codes, "permission START_INTERVIEW" in refused.error["message"]) == (["FORBIDDEN"], True)
    for fields in ({"role": "ADMIN"}, {"role": "RECRUITER", "permissions": ["READ_EVALUATION"]}):
        refused = await api.mutate("createApiKey", secret, SELECTION, name="more", **fields)
        assert refused.codes == ["FORBIDDEN"], "it cannot make a key that may do more"
    other = encode_id(IdKind.API_KEY, (await create_key(tenant.id, Role.RECRUITER, "another"))[0].id)
    assert (await api.mutate("rotateApiKey", secret, SELECTION, apiKeyId=other)).codes == ["FORBIDDEN"]
    _, narrower = await create(api, secret, permissions=["LIST_INTERVIEWS"])
    assert (await read_viewer(api, narrower))["viewer"]["may"] == ["LIST_INTERVIEWS"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "CANDIDATE"}, "role"),
        ({"role": "VIEWER", "permissions": ["READ_INTERVIEW", "ERASE_INTERVIEW"]}, "permissions[1]"),
        ({"role": "VIEWER", "permissions": []}, "permissions"),
        ({"role": "VIEWER", "expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"role": "VIEWER", "name": " "}, "name"),
    ],
)
async def test_key_that_cannot_be_made_is_refused(api: ApiClient, tenant: Tenant, fields: dict[str, Any], field: str) -> None:
    refused = await api.mutate(
        "createApiKey", await issue_token(tenant, Role.ADMIN), SELECTION, **{"name": "a program", **fields}
    )
    assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], field)
    assert await ApiKey.find({"organization_id": tenant.id}).count() == 1


async def test_what_a_test_key_makes_is_in_no_real_list_and_the_reverse(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    key, secret = await create(api, admin, isTest=True)
    assert key["isTest"]
    started = (await api.mutate("startInterview", secret, "interview { id }", **START_INPUT))["startInterview"]["interview"]["id"]
    real = (await api.mutate("startInterview", admin, "interview { id }", **START_INPUT))["startInterview"]["interview"]["id"]
    for token, visible, hidden in ((secret, started, real), (admin, real, started)):
        listed = (await api.execute("{ interviews { totalCount nodes { id } } }", token))["interviews"]
        assert listed == {"totalCount": 1, "nodes": [{"id": visible}]}
        assert (await api.execute("query($id: ID!) { interview(id: $id) { id } }", token, id=hidden)).codes == ["NOT_FOUND"]
    _, second = await create(api, admin, isTest=True, name="another")
    assert await read_organization(api, second) == await read_organization(api, secret)
    assert await list_names(api, admin) == ["another", "a program", "a admin"]
    assert await list_names(api, secret) == ["another", "a program"], "a test key manages no real keys"
    _, third = await create(api, secret, name="of the test environment")
    assert (await read_organization(api, third))["isTest"]


async def test_rotated_key_is_the_same_caller_and_the_old_one_works_during_the_overlap(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    key, secret = await create(api, admin, expiresAt=(now() + timedelta(days=90)).isoformat(), permissions=["START_INTERVIEW"])
    claim = {**START_INPUT, "idempotencyKey": "once"}
    started = (await api.mutate("startInterview", secret, "interview { id }", **claim))["startInterview"]
    rotated = await call(api, "rotateApiKey", admin, apiKeyId=key["id"], overlapMinutes=60)
    for token in (secret, rotated["secret"]):
        assert (await api.mutate("startInterview", token, "interview { id }", **claim))["startInterview"] == started
    old = await get_key(decode_id(IdKind.API_KEY, key["id"]))
    new = await get_key(decode_id(IdKind.API_KEY, rotated["apiKey"]["id"]))
    assert old and new
    assert old.expires_at
    assert timedelta(minutes=59) < old.expires_at - now() <= timedelta(minutes=60)
    assert new.expires_at
    assert timedelta(days=89) < new.expires_at - now() <= timedelta(days=90), "it lives as long as the first was made for"
    assert (old.replaced_by, new.permissions) == (new.id, ["START_INTERVIEW"])
    again = await api.mutate("rotateApiKey", admin, SELECTION, apiKeyId=key["id"])
    assert again.codes == ["CONFLICT"]
    ended = (await api.mutate("rotateApiKey", admin, SELECTION, apiKeyId=rotated["apiKey"]["id"], overlapMinutes=0))[
        "rotateApiKey"
    ]
    assert (await read_viewer(api, rotated["secret"])).codes == ["UNAUTHENTICATED"]
    assert (await api.mutate("startInterview", ended["secret"], "interview { id }", **claim))["startInterview"] == started


async def test_revoked_key_is_refused_and_cannot_be_rotated(api: ApiClient, tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    key, secret = await create(api, admin)
    revoked = (await api.mutate("revokeApiKey", admin, "apiKey { isActive revokedAt }", apiKeyId=key["id"]))["revokeApiKey"][
        "apiKey"
    ]
    assert not revoked["isActive"]
    assert (await read_viewer(api, secret)).codes == ["UNAUTHENTICATED"]
    again = (await api.mutate("revokeApiKey", admin, "apiKey { isActive revokedAt }", apiKeyId=key["id"]))["revokeApiKey"][
        "apiKey"
    ]
    assert again == revoked
    assert (await api.mutate("rotateApiKey", admin, SELECTION, apiKeyId=key["id"])).codes == ["CONFLICT"]


async def test_keys_of_another_organization_are_not_found(api: ApiClient, tenant: Tenant, other_tenant: Tenant) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    foreign = encode_id(IdKind.API_KEY, (await create_key(other_tenant.id, Role.ADMIN, "theirs"))[0].id)
    for mutation in ("rotateApiKey", "revokeApiKey"):
        assert (await api.mutate(mutation, admin, "__typename", apiKeyId=foreign)).codes == ["NOT_FOUND"]
    node = await api.execute("query($id: ID!) { node(id: $id) { id } }", admin, id=foreign)
    assert (node.data, node.codes) == ({"node": None}, ["NOT_FOUND"])


async def test_rotation_that_is_refused_stores_nothing(tenant: Tenant) -> None:
    key, secret = await create_key(tenant.id, Role.ADMIN, "a key")
    await rotate_key(key, timedelta(0))
    before = await ApiKey.find_all().to_list()
    with pytest.raises(Conflict):
        await rotate_key(key, timedelta(0))
    assert await ApiKey.find_all().to_list() == before
    with pytest.raises(Unauthenticated):
        await authenticate(secret, tenant.services.settings.auth, tenant.services.credentials)


async def test_action_that_this_version_does_not_know_grants_nothing(tenant: Tenant) -> None:
    _, secret = await create_key(tenant.id, Role.ADMIN, "a key", permissions=["READ_INTERVIEW", "OF_A_LATER_VERSION"])
    caller = await authenticate(secret, tenant.services.settings.auth, tenant.services.credentials)
    assert caller.permissions == frozenset({Action.READ_INTERVIEW})
