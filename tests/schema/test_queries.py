from models.documents.organization import Role
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token


async def test_viewer_returns_the_caller(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    data = await api.execute("{ viewer { role name organization { id name } } }", token)
    assert data["viewer"] == {
        "role": "INTEGRATION",
        "name": "a integration",
        "organization": {"id": global_id_of(tenant.organization), "name": tenant.organization.name},
    }
