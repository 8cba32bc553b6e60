"""The process's connection to MongoDB, and the documents that are bound to it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from beanie import init_beanie
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

import settings
from models.documents.assessment_order import AssessmentOrder
from models.documents.audit_entry import AuditEntry
from models.documents.change import Change, ChangePosition
from models.documents.change_sequencer import ChangeSequencer
from models.documents.consent_text import AgreedConsentText
from models.documents.decision_record import DecisionRecord
from models.documents.deleted_organization import DeletedOrganization
from models.documents.demographics import Demographics
from models.documents.evaluation import Evaluation
from models.documents.external_reference import ExternalReference
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import Interview
from models.documents.judgement import JudgementDocument
from models.documents.logo import Logo
from models.documents.member import Member
from models.documents.member_invitation import MemberInvitation
from models.documents.notice import Notice
from models.documents.organization import ApiKey, Organization
from models.documents.organization_usage import OrganizationUsage
from models.documents.position import Position
from models.documents.recording import Recording
from models.documents.repair_attempt import RepairAttempt
from models.documents.session import Session
from models.documents.try_out import TryOut
from models.documents.turn import TurnDocument
from models.documents.turn_correction import TurnCorrection
from models.documents.used_sign_in import UsedSignIn
from models.documents.webhook import WebhookDelivery, WebhookEndpoint
from models.documents.worker_heartbeat import WorkerHeartbeat
from models.migrations.data_version import read_data_version, require_compatible
from models.migrations.indexes import compute_index_digest, list_declared_indexes
from models.migrations.runner import migrate_if_needed
from models.migrations.steps import DATA_VERSION
from models.storage.transactions import APP_NAME

DOCUMENTS = [
    Organization,
    DeletedOrganization,
    OrganizationUsage,
    ApiKey,
    Member,
    MemberInvitation,
    Session,
    UsedSignIn,
    Notice,
    Logo,
    Position,
    Interview,
    TryOut,
    AgreedConsentText,
    TurnDocument,
    TurnCorrection,
    Evaluation,
    JudgementDocument,
    Recording,
    RepairAttempt,
    IdempotencyClaim,
    Demographics,
    DecisionRecord,
    AuditEntry,
    Change,
    ChangePosition,
    ChangeSequencer,
    ExternalReference,
    WebhookEndpoint,
    WebhookDelivery,
    AssessmentOrder,
    WorkerHeartbeat,
]
"""Every document class: a class that is missing here is not bound to the database and has no indexes."""
INDEX_DIGEST = compute_index_digest(list_declared_indexes(DOCUMENTS))
"""Digest of the indexes of this version, by which processes know whether the database has them."""

HEARTBEAT_SECONDS = 1.0
"""Between two checks of MongoDB by the driver's monitor."""
STALE_SECONDS = 3.0
"""Age of the last answer to the monitor above which MongoDB counts as unavailable: the process may be late, too."""


@asynccontextmanager
async def open_client(mongodb: settings.MongodbSettings) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """Open a connection to MongoDB, and close it at the end. No document is bound to it.

    Every operation is bounded by `mongodb.timeout_seconds`, which PyMongo also sends as maxTimeMS.
    """
    timeout_ms = int(mongodb.timeout_seconds * 1000)
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        mongodb.url,
        tz_aware=True,
        timeoutMS=timeout_ms,
        serverSelectionTimeoutMS=timeout_ms,
        connectTimeoutMS=timeout_ms,
        heartbeatFrequencyMS=int(HEARTBEAT_SECONDS * 1000),
        w="majority",
        journal=True,
        appname=APP_NAME,
    )
    async with client:
        yield client


@asynccontextmanager
async def connect(mongodb: settings.MongodbSettings) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """Connect to MongoDB and bind the documents to the database; close the connection at the end.

    With `mongodb.migrate_at_start`, migrate the database first, unless it is prepared for this version.

    Raises models.migrations.data_version.IncompatibleDatabase if this version cannot work with the database, and
    pymongo.errors.PyMongoError if MongoDB cannot be reached within `mongodb.timeout_seconds`.
    """
    async with open_client(mongodb) as client:
        database = client[mongodb.database]
        if mongodb.migrate_at_start:
            await migrate_if_needed(database, DOCUMENTS)
        await require_prepared(database)
        await bind_documents(database)
        yield client


async def require_prepared(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Raise models.migrations.data_version.IncompatibleDatabase if this version cannot work with the database."""
    require_compatible(await read_data_version(database), DATA_VERSION, INDEX_DIGEST)


async def bind_documents(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Bind the documents to the database. Builds no index: only migrations do."""
    await init_beanie(database=database, document_models=DOCUMENTS, skip_indexes=True)


def get_database() -> AsyncDatabase[dict[str, Any]]:
    """Return the database that `connect` has bound the documents to."""
    return Interview.get_pymongo_collection().database


def is_available() -> bool:
    """Return whether MongoDB has a primary that has answered the driver's monitor within the last seconds.

    The monitor has a connection of its own, for which it does not compete with operations.
    """
    oldest = time.monotonic() - STALE_SECONDS
    servers = get_database().client.topology_description.server_descriptions().values()
    return any(server.is_writable and server.last_update_time > oldest for server in servers)
