"""What an organization tells candidates about itself: its name, a contact and a logo."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, Forbidden
from lifecycle.services import Services
from models.documents.logo import Logo
from models.documents.organization import Contact, Organization, get_organization
from models.writes import organization_updates
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found
from resolvers.input_text import clean_email, clean_line

MAX_LOGO_KIB = 64
LOGO_PATH = "/logos"
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
"""The first bytes of the accepted formats. None of them can contain a script, as SVG can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationUpdate:
    """The input of Mutation.updateOrganization."""

    changes: Mapping[str, Any]
    """The fields to set: `name`, `contact` (a mapping, or None to remove it) and `logo` (base64, or None to remove it)."""
    idempotency_key: str | None = None


async def require_open_organization(organization_id: ObjectId) -> None:
    """Raise Forbidden if the organization is closed or deleted: before a session starts, and for links."""
    organization = await get_organization(organization_id)
    if organization is None or organization.closed_at is not None:
        raise Forbidden(
            "The organization is closed, and none of its credentials and links works: ask the operator of this deployment."
        )


def build_logo_url(services: Services, organization: Organization) -> str | None:
    """Return the address of the organization's logo, if it has one."""
    digest = organization.logo_digest
    return f"{services.settings.api.public_url}{LOGO_PATH}/{digest}" if digest else None


async def update_organization(services: Services, principal: Principal, update: OrganizationUpdate) -> Organization:
    """Set fields of the caller's organization, once for each idempotency key. Raises BadInput, and Conflict for a taken name."""
    require_permission(principal, Action.UPDATE_ORGANIZATION)
    call = idempotent(services, principal, "updateOrganization", update.idempotency_key, update)
    values: dict[str, Any] = {}
    logo = None
    if "name" in update.changes:
        values["name"] = clean_line(update.changes["name"] or "", "name")
    if "contact" in update.changes:
        values["contact"] = _clean_contact(update.changes["contact"])
    if "logo" in update.changes:
        logo = _decode_logo(principal.organization_id, update.changes["logo"])
        values["logo_digest"] = logo.digest if logo else None
    if not values:
        raise BadInput("The input changes nothing: send name, contact or logo.")
    update_id = await call.claim(ObjectId())
    updated = await organization_updates.update_organization(principal.organization_id, values, logo, update_id)
    if updated is None:
        raise build_not_found(IdKind.ORGANIZATION)
    return updated


def _clean_contact(contact: Mapping[str, str] | None) -> Contact | None:
    if contact is None:
        return None
    return Contact(name=clean_line(contact["name"], "contact.name"), email=clean_email(contact["email"], "contact.email"))


def _decode_logo(organization_id: ObjectId, encoded: str | None) -> Logo | None:
    if encoded is None:
        return None
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("logo is not base64: send the bytes of the image in base64, without line breaks.", field="logo") from None
    if len(content) > MAX_LOGO_KIB * 1024:
        raise BadInput(f"logo has {len(content)} bytes: the limit is {MAX_LOGO_KIB} KiB.", field="logo")
    media_type = next((media_type for start, media_type in _SIGNATURES if content.startswith(start)), None)
    if media_type is None:
        raise BadInput("logo is neither a PNG nor a JPEG image: convert it to one of them.", field="logo")
    digest = hashlib.sha256(content).hexdigest()
    return Logo(organization_id=organization_id, digest=digest, media_type=media_type, content=content)
