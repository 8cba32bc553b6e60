"""The caller, and the caller's organization."""

from auth import Principal
from models.documents.organization import Organization, get_organization
from resolvers.ids import IdKind, build_not_found


async def get_viewer(principal: Principal) -> tuple[Principal, Organization]:
    """Return the caller and the caller's organization. Raises NotFound if the organization no longer exists."""
    organization = await get_organization(principal.organization_id)
    if organization is None:
        raise build_not_found(IdKind.ORGANIZATION)
    return principal, organization
