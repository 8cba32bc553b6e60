"""updateOrganization: what an organization tells candidates about itself, and its logo."""

import base64
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from models.documents.logo import Logo
from models.documents.organization import Role
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, ServerAddress, issue_token

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
CONTACT = {"name": "Recruiting", "email": "jobs@example.org"}
SELECTION = "organization { name contact { name email } logoUrl }"


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


async def update(api: ApiClient, tenant: Tenant, **fields: Any) -> dict[str, Any]:
    """Return the organization after updateOrganization."""
    updated = await api.mutate("updateOrganization", await issue_token(tenant, Role.ADMIN), SELECTION, **fields)
    organization: dict[str, Any] = updated["updateOrganization"]["organization"]
    return organization


async def test_candidates_read_the_contact_and_see_the_logo(api: ApiClient, server: ServerAddress, tenant: Tenant) -> None:
    organization = await update(api, tenant, name="Analytical Engines", contact=CONTACT, logo=encode(PNG))
    digest = sha256(PNG).hexdigest()
    assert organization == {
        "name": "Analytical Engines",
        "contact": CONTACT,
        "logoUrl": f"{tenant.services.settings.api.public_url}/logos/{digest}",
    }
    token = tenant.invite_token(await tenant.make_interview())
    query = """query($token: String!) { invitation(token: $token) {
      organization contact { name email } logoUrl consentText { text } } }"""
    invitation = (await api.execute(query, token=token))["invitation"]
    assert f"please contact: {CONTACT['name']}, {CONTACT['email']}." in invitation.pop("consentText")["text"]
    assert invitation == {
        "organization": "Analytical Engines",
        "contact": CONTACT,
        "logoUrl": organization["logoUrl"],
    }
    async with httpx2.AsyncClient(base_url=server.http_url.removesuffix("/graphql")) as client:
        response = await client.get(f"/logos/{digest}")
        assert (response.content, response.headers["content-type"]) == (PNG, "image/png")
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        for unknown in ("x", "é", "b" * 64):
            assert (await client.get(f"/logos/{unknown}")).status_code == 404


async def test_update_changes_only_what_is_sent_and_null_removes(api: ApiClient, tenant: Tenant) -> None:
    before = await update(api, tenant, contact=CONTACT, logo=encode(PNG))
    jpeg = await update(api, tenant, logo=encode(JPEG))
    assert (jpeg["contact"], jpeg["logoUrl"]) == (CONTACT, before["logoUrl"].replace(*map(_digest, (PNG, JPEG))))
    assert [logo.content for logo in await Logo.find_all().to_list()] == [JPEG], "one logo is stored for each organization"
    assert await update(api, tenant, contact=None) == {**jpeg, "contact": None}
    assert (await update(api, tenant, logo=None))["logoUrl"] is None
    assert await Logo.count() == 0


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({}, "BAD_INPUT", None),
        ({"name": None}, "BAD_INPUT", "name"),
        ({"contact": {**CONTACT, "email": "jobs"}}, "BAD_INPUT", "contact.email"),
        ({"contact": {**CONTACT, "name": " "}}, "BAD_INPUT", "contact.name"),
        ({"logo": "not base64"}, "BAD_INPUT", "logo"),
        ({"logo": encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")}, "BAD_INPUT", "logo"),
        ({"logo": encode(PNG + bytes(64 * 1024))}, "BAD_INPUT", "logo"),
    ],
)
async def test_invalid_update_is_refused(
    api: ApiClient, tenant: Tenant, fields: dict[str, Any], code: str, field: str | None
) -> None:
    refused = await api.mutate("updateOrganization", await issue_token(tenant, Role.ADMIN), SELECTION, **fields)
    assert (refused.codes, refused.error["extensions"].get("field")) == ([code], field)
    assert await Logo.count() == 0


async def test_name_of_another_organization_is_a_conflict(api: ApiClient, tenant: Tenant, other_tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    name = other_tenant.organization.name
    refused = await api.mutate("updateOrganization", token, SELECTION, name=name, logo=encode(PNG))
    assert (refused.codes, refused.error["extensions"]["field"]) == (["CONFLICT"], "name")
    assert await Logo.count() == 0
