"""What a database says about the version of its data, and which processes can work with it.

Two things decide. The number of the last migration says which form the stored documents have. The digests of the declared indexes
say for which versions of Viva the indexes exist: several while a new version is deployed, because processes of both run.
"""

from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

COLLECTION = "data_version"
"""Collection with the one document of the data's version, the lease of the migration, and the names of the indexes it created."""
DOCUMENT_ID = "viva"


class IncompatibleDatabase(Exception):
    """This version of Viva cannot work with the database. The message says why, and what to do."""


async def read_data_version(database: AsyncDatabase[dict[str, Any]]) -> dict[str, Any]:
    """Return the document of the data's version; empty if no migration has run."""
    return await database[COLLECTION].find_one({"_id": DOCUMENT_ID}) or {}


def require_compatible(stored: Mapping[str, Any], number: int, digest: str) -> None:
    """Raise IncompatibleDatabase unless a process with this last migration and these indexes can work with the database."""
    if stored.get("restore_started_at"):
        raise IncompatibleDatabase(
            "A backup is being restored into this database, or that was interrupted: wait for `main.py restore`, or repeat it "
            "with --force."
        )
    if stored.get("oldest_number", 0) > number:
        raise IncompatibleDatabase(
            f"The database was migrated by a newer version of Viva (data version {stored['number']}), whose data this version "
            f"(data version {number}) cannot read: deploy the newer version, or restore a backup."
        )
    if not is_prepared(stored, number, digest):
        raise IncompatibleDatabase(
            "The database is not prepared for this version of Viva: run `main.py migrate` once, then start the processes. Those "
            "of the version before may still be running."
        )


def is_prepared(stored: Mapping[str, Any], number: int, digest: str) -> bool:
    """Return whether the migrations up to this number have run, and the indexes of this digest exist."""
    return stored.get("number", -1) >= number and digest in stored.get("index_digests", ())
