"""Entries of the audit log: who read or changed what. Nothing changes or deletes an entry before it expires."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import PydanticObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import BulkWriteError

from models.documents.organization import Role
from models.documents.turn import AccessOrigin
from models.storage.clock import now
from models.storage.stored_document import StoredDocument

_DUPLICATE_KEY = 11000
"""MongoDB's code of the error for an entry that is already stored."""


class AuditKind(StrEnum):
    """What an action did."""

    READ = "READ"
    CHANGE = "CHANGE"


class AuditActorKind(StrEnum):
    """What identified the actor."""

    API_KEY = "API_KEY"
    MEMBER = "MEMBER"
    CANDIDATE = "CANDIDATE"
    LINK = "LINK"
    COMMAND_LINE = "COMMAND_LINE"


class PersonalData(StrEnum):
    """A class of personal data that an action read."""

    CANDIDATE = "CANDIDATE"
    INVITE = "INVITE"
    EMAIL = "EMAIL"
    TRANSCRIPT = "TRANSCRIPT"
    EVALUATION = "EVALUATION"
    RAW_JUDGEMENT = "RAW_JUDGEMENT"
    RECORDING = "RECORDING"
    REQUESTS = "REQUESTS"
    LEGAL_HOLD = "LEGAL_HOLD"
    DEMOGRAPHICS = "DEMOGRAPHICS"
    DECISION_RECORDS = "DECISION_RECORDS"
    AUDIT_LOG = "AUDIT_LOG"


class AuditActor(BaseModel):
    """Who acted. API keys and members are recorded with name and role at that time; a candidate only with the interview."""

    kind: AuditActorKind
    key_id: PydanticObjectId | None = None
    key_name: str | None = None
    member_id: PydanticObjectId | None = None
    member_name: str | None = None
    role: Role | None = None
    interview_id: PydanticObjectId | None = None
    """The interview of a candidate."""
    origin: AccessOrigin | None = None
    """How a candidate's token was obtained."""
    issued_to: PydanticObjectId | None = None
    """Id of the API key that got the token from startInterview."""
    issued_to_member: PydanticObjectId | None = None
    """Id of the member who got the token from startInterview."""


class AuditEntry(StoredDocument):
    """One action. It holds ids and names of fields, and nobody's words or secrets."""

    organization_id: PydanticObjectId
    at: datetime = Field(default_factory=now)
    kind: AuditKind
    action: str
    """Name of the field of Query, Mutation or Subscription, exported file, command, or operation of an integration."""
    actor: AuditActor
    object_ids: list[str] = Field(default_factory=list)
    """Ids in the API of what was read or changed."""
    interview_id: PydanticObjectId | None = None
    """The interview that the object belongs to, if there is one."""
    data: list[PersonalData] = Field(default_factory=list)
    filters: list[str] = Field(default_factory=list)
    """Names of the filter's fields that were set, without their values."""
    rows: int | None = None
    """Number of the items that a list returned."""
    outcome: str
    """DONE, or the code of the error."""
    address: str | None = None
    """Network address of the client."""
    request_id: str | None = None
    expires_at: datetime

    class Settings:
        name = "audit_log"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
            *(
                IndexModel([("organization_id", ASCENDING), (field, ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)])
                for field in ("object_ids", "interview_id", "actor.key_id", "actor.member_id", "action")
            ),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]


async def insert_entries(entries: list[AuditEntry]) -> None:
    """Store the entries. Those that an interrupted call has already stored stay as they are."""
    # Beanie's insert_many takes six times as long to encode them, and each subscription that is opened makes one
    documents = [entry.model_dump(by_alias=True, exclude={"revision_id"}) for entry in entries]
    try:
        await AuditEntry.get_pymongo_collection().insert_many(documents, ordered=False)
    except BulkWriteError as error:
        if any(failed["code"] != _DUPLICATE_KEY for failed in (error.details or {})["writeErrors"]):
            raise
