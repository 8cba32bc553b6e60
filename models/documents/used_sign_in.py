"""Sign-ins that have come back from an identity provider, each of which counts once."""

from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.documents.organization import digest_secret
from models.storage.stored_document import StoredDocument


class UsedSignIn(StoredDocument):
    """The `state` of a sign-in, as a digest. MongoDB deletes it once the sign-in would have expired anyway."""

    digest: str
    expires_at: datetime

    class Settings:
        name = "used_sign_ins"
        indexes: ClassVar = [
            IndexModel([("digest", ASCENDING)], unique=True),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]


async def claim_sign_in(state: str, expires_at: datetime) -> bool:
    """Use the sign-in with this state; return whether it had not been used."""
    try:
        await UsedSignIn(digest=digest_secret(state), expires_at=expires_at).insert()
    except DuplicateKeyError:
        return False
    return True
