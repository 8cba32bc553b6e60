"""An organization's notice: what its consent texts tell candidates about contacts and alternatives."""

from dataclasses import dataclass

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from lifecycle.services import Services
from models.documents.notice import Notice, insert_notice
from models.documents.organization import Organization
from resolvers.idempotency import idempotent
from resolvers.input_text import clean_line, clean_optional, clean_text
from resolvers.viewer import get_viewer_organization

ALTERNATIVE_LIMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRequest:
    """The input of Mutation.updateNotice. None selects the default wording."""

    contact: str | None = None
    alternative: str | None = None
    idempotency_key: str | None = None


async def update_notice(services: Services, principal: Principal, request: NoticeRequest) -> Organization:
    """Replace the organization's notice, once for each idempotency key, and return the organization. Raises BadInput."""
    require_permission(principal, Action.UPDATE_NOTICE)
    call = idempotent(services, principal, "updateNotice", request.idempotency_key, request)
    contact = clean_optional(clean_line, request.contact, "contact")
    alternative = clean_optional(
        lambda text, field: clean_text(text, field, ALTERNATIVE_LIMIT), request.alternative, "alternative"
    )
    organization = await get_viewer_organization(principal)
    await insert_notice(
        Notice(
            id=PydanticObjectId(await call.claim(ObjectId())),
            organization_id=organization.id,
            contact=contact,
            alternative=alternative,
            updated_by=principal.name,
        )
    )
    return organization
