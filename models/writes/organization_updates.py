"""Updates of an organization's name, contact and logo."""

from collections.abc import Mapping
from typing import Any

from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.logo import Logo
from models.documents.organization import Organization, get_organization
from models.storage.transactions import run_in_transaction

MAX_REMEMBERED_UPDATES = 100


async def update_organization(
    organization_id: ObjectId, values: Mapping[str, Any], logo: Logo | None, update_id: ObjectId
) -> Organization | None:
    """Set fields of the organization once per `update_id`, and return it; None if there is no such organization.

    If `values` has `logo_digest`, `logo` replaces the stored logo, and None removes it. Raises Conflict if the name is taken.
    """
    changes = {
        "$set": Encoder().encode(dict(values)),
        "$push": {"updates": {"$each": [update_id], "$slice": -MAX_REMEMBERED_UPDATES}},
    }

    async def work(session: AsyncClientSession) -> None:
        criteria = {"_id": organization_id, "updates": {"$ne": update_id}}
        updated = await Organization.get_pymongo_collection().update_one(criteria, changes, session=session)
        if not updated.modified_count or "logo_digest" not in values:
            return
        await Logo.find({"organization_id": organization_id}, session=session).delete(session=session)
        if logo is not None:
            await logo.insert(session=session)

    try:
        await run_in_transaction(Organization, organization_id, work)
    except DuplicateKeyError:
        raise Conflict("Another organization has this name: choose another.", field="name") from None
    return await get_organization(organization_id)
