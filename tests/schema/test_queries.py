from models.organization import Role
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Api, token_of


async def test_viewer_tells_who_is_asking(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.INTEGRATION)
    answer = await api.ask("{ viewer { role name organization { id name } } }", token)
    assert answer["viewer"] == {
        "role": "INTEGRATION",
        "name": "a integration",
        "organization": {"id": id_of(tenant.organization), "name": tenant.organization.name},
    }
