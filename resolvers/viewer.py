"""The caller's organization."""

from auth import Principal
from models.documents.organization import Organization, get_organization
from resolvers.ids import IdKind, build_not_found


async def get_viewer_organization(principal: Principal) -> Organization:
    """Return the caller's organization. Raises NotFound if it no longer exists."""
    organization = await get_organization(principal.organization_id)
    if organization is None:
        raise build_not_found(IdKind.ORGANIZATION)
    return organization
