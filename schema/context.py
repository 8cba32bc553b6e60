"""The context of a GraphQL operation: services, the caller and data loaders."""

import asyncio
import re
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import uuid4

import strawberry
from graphql import ExecutionResult, FieldNode, OperationDefinitionNode
from opentelemetry.trace import SpanKind
from pymongo.errors import PyMongoError

import tracing
from auth import Principal, authenticate, authenticate_program, authenticate_session
from engine.errors import find_error_code
from engine.shared_subscriptions import SubscriptionContext
from errors import BadInput, NotFound, Unauthenticated
from lifecycle.access_monitor import AccessMonitor
from lifecycle.security_log import CredentialKind
from lifecycle.services import Services
from lifecycle.sessions import end_session
from live.rate_limits import Rate
from models.documents.organization import KEY_PREFIX
from oidc import read_issuer
from schema.loaders import Loaders

MAX_OPERATION_NAME = 100
"""Characters of an operation's name in its span."""
MAX_NAMED_FIELDS = 3
"""Root fields of an operation that the name of its span contains."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_BEARER = re.compile(r"\s*bearer\s+(\S+)\s*", re.IGNORECASE)


class SessionWriter(Protocol):
    """Writes the session's cookie into the response."""

    def write(self, secret: str, expires_at: datetime) -> None:
        """Let the browser use the session until it expires."""

    def clear(self) -> None:
        """Make the browser forget its session."""


@dataclass(kw_only=True, slots=True)
class GraphQLContext(SubscriptionContext):
    """The context of one operation.

    That of a WebSocket is a template for its operations (`for_operation`).
    """

    services: Services
    address: str = ""
    """The client's network address."""
    authorization: str | None
    """The value of the Authorization header, or of `authorization` in the payload of connection_init."""
    session_secret: str | None = None
    """The secret of the session that came as a cookie, which counts only without an Authorization header."""
    session_refusal: str | None = None
    """Why a session counts for nothing in this request, and cannot be started by it; None if it can."""
    session_writer: SessionWriter | None = None
    """Writes the cookie of a new session; None if the response cannot have one, as over WebSocket."""
    connection_params: dict[str, object] = field(default_factory=dict)
    """The payload of connection_init, set by Strawberry."""
    access_monitor: AccessMonitor | None = None
    """Rechecks the caller of a WebSocket. None until connection_init is accepted, and over HTTP."""
    _loaders: Loaders | None = field(default=None, init=False)
    _principal: Principal | None = None
    _refusal: Exception | None = None
    """Why the caller could not be authenticated."""
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @property
    def loaders(self) -> Loaders:
        """The operation's data loaders, which subscribers that share an execution never need."""
        if self._loaders is None:
            self._loaders = Loaders(self.limits, self.own_share)
        return self._loaders

    def for_operation(self) -> "GraphQLContext":
        """Return a context for another operation, which authenticates its caller and loads its data independently."""
        return GraphQLContext(
            services=self.services,
            request_id=self.request_id,
            address=self.address,
            authorization=self.authorization,
            session_secret=self.session_secret,
            session_refusal=self.session_refusal,
            session_writer=self.session_writer,
            access_monitor=self.access_monitor,
            shared_operations=self.shared_operations,
            event_sink=self.event_sink,
            limits=self.limits,
            loop_share=self.loop_share,
        )

    def for_scope(self, scope: Principal) -> "GraphQLContext":
        """Return a context for executing events on behalf of all callers of the scope (Principal.scope)."""
        return GraphQLContext(
            services=self.services,
            request_id="",
            authorization=None,
            limits=self.limits,
            loop_share=self.loop_share,
            cost=self.cost,
            _principal=scope,
        )

    def begin_execution(self) -> None:
        """Let the operation, or an event of a subscription, read as much as its limits allow."""
        if self._loaders is not None:
            self._loaders.read_meter.reset()

    def trace_operation(
        self, operation: OperationDefinitionNode, result: Awaitable[ExecutionResult]
    ) -> Awaitable[ExecutionResult]:
        """Measure the operation as a span if there are traces."""
        return _trace_operation(operation, result, self.request_id) if tracing.is_enabled() else result

    async def principal(self) -> Principal:
        """Return the caller, who is authenticated once for the operation.

        Raises Unauthenticated.
        """
        if self._principal is None:
            # fields are resolved concurrently: the first authenticates the caller, and the others wait for it
            async with self._lock:
                if self._refusal is not None:
                    raise self._refusal
                if self._principal is None:
                    try:
                        self._principal = await self.authenticate()
                    except Exception as error:
                        self._refusal = error
                        raise
        return self._principal

    @property
    def known_caller(self) -> Principal | None:
        """The caller, if this operation or its connection has authenticated one."""
        if self._principal is None and self.access_monitor is not None:
            return self.access_monitor.principal
        return self._principal

    async def subscriber(self) -> Principal:
        """Return the caller of a subscription.

        A check of this connection within the last seconds is not repeated. Raises Unauthenticated.
        The stream must recheck the caller while it lasts (lifecycle.access_monitor).
        """
        if self.access_monitor is not None and self.access_monitor.is_fresh:
            return self.access_monitor.principal
        return await self.principal()

    async def identify_caller(self) -> tuple[str, bool]:
        """Return an id of the caller and True or, without a valid credential, the network address and False."""
        if self.access_monitor is not None:
            return self.access_monitor.principal.caller, True
        if self.has_credential:
            # the fields that need the caller raise the same error, and those that need none work
            with suppress(Unauthenticated, PyMongoError):
                return (await self.principal()).caller, True
        return self.address, False

    @property
    def has_credential(self) -> bool:
        """Whether the request or the connection came with a credential, which may be invalid."""
        return self.authorization is not None or self.session_secret is not None

    async def authenticate(self) -> Principal:
        """Return the caller that the credential of the request or the connection authenticates.

        An Authorization header takes precedence over a session, whether it is valid or not. Raises as `authenticate_header` does.
        """
        if self.authorization is not None or self.session_secret is None:
            return await self.verify_authorization(self.authorization)
        return await authenticate_cookie(self.services, self.session_secret, self.session_refusal, self.address)

    @contextmanager
    def recording_refusal(self, kind: CredentialKind) -> Iterator[None]:
        """Count a credential that turns out to be unknown, and raise the NotFound that says so."""
        try:
            yield
        except NotFound:
            record_refused_credential(self.services, kind, self.address)
            raise

    def require_session_writer(self) -> SessionWriter:
        """Return what writes the session's cookie. Raises Unauthenticated or BadInput if this request cannot start a session."""
        if self.session_refusal is not None:
            raise Unauthenticated(self.session_refusal)
        if self.session_writer is None:
            raise BadInput("The response to this operation cannot set a cookie: send it by POST, and accept application/json.")
        return self.session_writer

    async def verify_api_key(self, secret: str) -> Principal:
        """Return the caller of an API key. Raises as `authenticate_header` does, also for a candidate's token."""
        if not secret.startswith(KEY_PREFIX):
            record_refused_credential(self.services, CredentialKind.API_KEY, self.address)
            raise Unauthenticated(f"This is no API key: send one, which begins with {KEY_PREFIX}.")
        return await self.verify_authorization(f"Bearer {secret}")

    async def replace_session(self, principal: Principal) -> None:
        """End the session that the browser has had, and continue the operation as the caller of the new one."""
        if self.session_secret is not None and self.session_secret.isascii():
            earlier = await self.services.credentials.find_session_by_secret(self.session_secret)
            if earlier is not None:
                await end_session(earlier.session_id)
        self._principal = principal

    def forget_session(self) -> None:
        """Delete the cookie if it is the credential of this request. Raises as `require_session_writer` does."""
        if self.authorization is None and self.session_secret is not None:
            self.require_session_writer().clear()

    async def check_caller(self) -> None:
        """Authenticate the caller. Raises Unauthenticated."""
        await self.subscriber()

    async def verify_authorization(self, authorization: str | None) -> Principal:
        """Return the caller that a header value authenticates.

        Raises as `authenticate_header` does.
        """
        return await authenticate_header(self.services, authorization, self.address)

    async def charge(self, cost: int) -> None:
        """Charge the operation to its caller, or to the network address of one without a valid credential.

        Raises RateLimited above the limit.
        """
        caller, _ = await self.identify_caller()
        allowance = self.services.rate_limits.spend(Rate.OPERATIONS, caller, cost)
        if allowance is not None:
            self.bill = {
                "operation": cost,
                "limit": allowance.limit,
                "remaining": allowance.remaining,
                "resetSeconds": allowance.reset_seconds,
            }


async def _trace_operation(
    operation: OperationDefinitionNode, result: Awaitable[ExecutionResult], request_id: str
) -> ExecutionResult:
    kind = operation.operation.value
    # fields of the schema name the span; the name that the client has chosen is an attribute
    fields = [selection.name.value for selection in operation.selection_set.selections if isinstance(selection, FieldNode)]
    attributes: dict[str, str] = {"graphql.operation.type": kind, "viva.request_id": request_id}
    if operation.name:
        attributes["graphql.operation.name"] = operation.name.value[:MAX_OPERATION_NAME]
    with tracing.start_span(f"{kind} {', '.join(fields[:MAX_NAMED_FIELDS])}", attributes, kind=SpanKind.SERVER) as span:
        executed = await result
        if executed.errors:
            tracing.set_error(span, find_error_code(executed.errors[0]))
        return executed


Info = strawberry.Info[GraphQLContext, None]


async def authenticate_header(services: Services, authorization: str | None, address: str) -> Principal:
    """Return the caller that the value of an Authorization header authenticates. Refusals are in the security log.

    Raises Unauthenticated, or RateLimited if this network address has sent too many invalid credentials, and PyMongoError if
    MongoDB is unavailable.
    """
    if authorization is None:
        raise Unauthenticated("The request has no credential: send the header Authorization: Bearer <API key or token>.")
    bearer = _BEARER.fullmatch(authorization)
    if bearer is None:
        services.security_log.record_refusal(CredentialKind.MALFORMED, address)
        raise Unauthenticated("The credential is malformed: send Authorization: Bearer <API key or token>.")
    # our own tokens name no issuer
    issuer = None if bearer[1].startswith(KEY_PREFIX) else read_issuer(bearer[1])
    try:
        if issuer is not None:
            return await authenticate_program(bearer[1], issuer, services.identity_providers)
        return await authenticate(bearer[1], services.settings.auth, services.credentials)
    except Unauthenticated:
        kind = CredentialKind.API_KEY if bearer[1].startswith(KEY_PREFIX) else CredentialKind.CANDIDATE_TOKEN
        if issuer is not None:
            kind = CredentialKind.PROGRAM_TOKEN
        record_refused_credential(services, kind, address)
        raise


async def authenticate_cookie(services: Services, secret: str, refusal: str | None, address: str) -> Principal:
    """Return the caller of a session, unless `refusal` says why it counts for nothing. Raises as `authenticate_header` does."""
    if refusal is not None:
        raise Unauthenticated(refusal)
    try:
        return await authenticate_session(secret, services.credentials)
    except Unauthenticated:
        record_refused_credential(services, CredentialKind.SESSION, address)
        raise


def record_refused_credential(services: Services, kind: CredentialKind, address: str) -> None:
    """Count a credential that was refused. Raises RateLimited if this network address has sent too many."""
    services.security_log.record_refusal(kind, address)
    # Only after the credential has been checked: valid ones still work, or else a stranger who shares an office's address
    # could lock it out. Credentials are too long to guess.
    services.rate_limits.spend(Rate.FAILED_CREDENTIALS, address)


def choose_request_id(header: str | None) -> str:
    """Return the request id that the caller sent if it is well-formed, otherwise a new one."""
    return header if header and _REQUEST_ID.fullmatch(header) else uuid4().hex
