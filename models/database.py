"""The process's connection to MongoDB, and the documents that are bound to it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pymongo
from beanie import init_beanie
from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

import settings
from models.documents.assessment_order import AssessmentOrder
from models.documents.audit_entry import AuditEntry
from models.documents.change import Change, ChangePosition
from models.documents.change_sequencer import ChangeSequencer
from models.documents.consent_text import AgreedConsentText
from models.documents.decision_record import DecisionRecord
from models.documents.demographics import Demographics
from models.documents.evaluation import Evaluation
from models.documents.external_reference import ExternalReference
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import TURN_STATUSES, Interview
from models.documents.interview_indexes import INDEXED_UPDATED_AT, build_index_keys
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
from models.storage.transactions import APP_NAME

DOCUMENTS = [
    Organization,
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

HEARTBEAT_SECONDS = 1.0
"""Between two checks of MongoDB by the driver's monitor."""
STALE_SECONDS = 3.0
"""Age of the last answer to the monitor above which MongoDB counts as unavailable: the process may be late, too."""


@asynccontextmanager
async def connect(mongodb: settings.MongodbSettings) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """Connect to MongoDB, bind the documents to the database and build their indexes; close the connection at the end.

    Every operation is bounded by `mongodb.timeout_seconds`, which PyMongo also sends as maxTimeMS, except the one that prepares
    interviews of an earlier version.

    Raises pymongo.errors.PyMongoError when it cannot be reached within `mongodb.timeout_seconds`.
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
        await index_update_times(client[mongodb.database])
        await init_beanie(database=client[mongodb.database], document_models=DOCUMENTS)
        yield client


async def index_update_times(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Fill in `indexed_updated_at` of interviews that an earlier version has stored, once, and build its index.

    The index comes last, so that a process that is stopped before has its work continued by the next one.
    """
    interviews = database[Interview.Settings.name]
    index = IndexModel(build_index_keys(INDEXED_UPDATED_AT))
    if index.document["name"] in await interviews.index_information():
        return
    # a minute or more for a million interviews
    with pymongo.timeout(None):
        await interviews.update_many(
            {INDEXED_UPDATED_AT: None, "status": {"$nin": list(TURN_STATUSES)}}, [{"$set": {INDEXED_UPDATED_AT: "$updated_at"}}]
        )
        await interviews.create_indexes([index])


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
