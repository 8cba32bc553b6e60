"""The shared resources of a process, opened once and passed to every use case and job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from lifecycle.access_monitor import AccessMonitors
from lifecycle.audit_log import AuditLog
from lifecycle.closings import Closings, load_closings
from lifecycle.consent import ConsentTexts, load_consent_texts
from lifecycle.deployment_state import DeploymentMonitor
from lifecycle.invitation_wording import InvitationWordings, load_invitation_wordings
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.security_log import SecurityLog
from live.hub import LiveHub
from live.rate_limits import RateLimits
from models import database
from models.reads.credentials import CredentialReader
from models.storage.transactions import TransactionReaper
from models.wording.function_words import LanguageIdentifier, load_language_identifier
from oidc import IdentityProviders
from settings import Settings
from tracing import export_traces


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the use cases and jobs of one process share, except the connection to MongoDB.

    `models.database.connect` binds the documents to MongoDB, so nobody has to pass that connection on.
    """

    settings: Settings
    live: LiveHub
    jobs: Jobs
    rooms: Rooms
    rate_limits: RateLimits
    consent_texts: ConsentTexts = field(default_factory=load_consent_texts)
    closings: Closings = field(default_factory=load_closings)
    invitation_wordings: InvitationWordings = field(default_factory=load_invitation_wordings)
    languages: LanguageIdentifier = field(default_factory=load_language_identifier)
    credentials: CredentialReader = field(default_factory=CredentialReader)
    identity_providers: IdentityProviders = field(default_factory=IdentityProviders)
    transaction_reaper: TransactionReaper = field(default_factory=TransactionReaper)
    access_monitors: AccessMonitors = field(init=False)
    audit_log: AuditLog = field(init=False)
    security_log: SecurityLog = field(default_factory=SecurityLog, init=False)
    deployment: DeploymentMonitor = field(init=False)

    def __post_init__(self) -> None:
        # a frozen dataclass sets its derived fields this way
        object.__setattr__(self, "access_monitors", AccessMonitors(self.credentials))
        object.__setattr__(self, "audit_log", AuditLog(self.settings.audit))
        object.__setattr__(self, "deployment", DeploymentMonitor(self.settings))


@asynccontextmanager
async def open_services(settings: Settings, service: str = "viva") -> AsyncIterator[Services]:
    """Open MongoDB, live feeds, the job broker, LiveKit rooms and rate limits; close them in reverse order.

    Traces, if the settings have a collector for them, are sent as `service`.

    Raises pymongo.errors.PyMongoError if MongoDB is unreachable. Redis and LiveKit may be unreachable.
    """
    async with (
        export_traces(settings.otel, service),
        database.connect(settings.mongodb),
        LiveHub(settings.redis, settings.auth) as live,
        Jobs(settings.redis, settings.auth, settings.jobs.concurrency) as jobs,
        Rooms(settings) as rooms,
        RateLimits(settings.redis, settings.rate) as rate_limits,
    ):
        services = Services(settings, live, jobs, rooms, rate_limits)
        async with services.audit_log:
            try:
                yield services
            finally:
                await services.deployment.close()
                services.security_log.close()
