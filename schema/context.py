"""What every field of an operation can reach: the process's services, the caller, the loaders."""

import asyncio
import re
from dataclasses import dataclass, field
from uuid import uuid4

import strawberry

from auth import Principal, authenticate
from engine.shared_subscriptions import SubscriptionContext
from errors import Unauthenticated
from lifecycle.access_monitor import AccessMonitor
from lifecycle.services import Services
from schema.loaders import Loaders

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_BEARER = re.compile(r"\s*bearer\s+(\S+)\s*", re.IGNORECASE)


@dataclass(kw_only=True, slots=True)
class GraphQLContext(SubscriptionContext):
    """The context of one operation; that of a WebSocket is only the pattern of its operations' (`for_operation`)."""

    services: Services
    authorization: str | None
    """as the header, or the connection_init payload, has it"""
    connection_params: dict[str, object] = field(default_factory=dict)
    """the payload of connection_init; set by Strawberry"""
    access_monitor: AccessMonitor | None = None
    """of the connection, since it was let in"""
    _loaders: Loaders | None = None
    _principal: Principal | None = None
    _lock: asyncio.Lock | None = None

    def for_operation(self) -> "GraphQLContext":
        """The same for another operation: whoever asks is verified anew, nothing that was loaded is used again."""
        return GraphQLContext(
            services=self.services,
            request_id=self.request_id,
            authorization=self.authorization,
            access_monitor=self.access_monitor,
            shared_operations=self.shared_operations,
            event_sink=self.event_sink,
        )

    def for_scope(self, scope: Principal) -> "GraphQLContext":
        """The same for what is executed for several callers of that scope (Principal.scope): it knows none of them."""
        return GraphQLContext(services=self.services, request_id="", authorization=None, _principal=scope)

    @property
    def loaders(self) -> Loaders:
        """The loaders of the operation."""
        if self._loaders is None:
            self._loaders = Loaders()
        return self._loaders

    async def principal(self) -> Principal:
        """The caller, verified once for the operation. Raises Unauthenticated."""
        if self._principal is None:
            # of several fields that ask at once the first one looks, and the others wait for it
            self._lock = self._lock or asyncio.Lock()
            async with self._lock:
                if self._principal is None:
                    self._principal = await self.verify_authorization(self.authorization)
        return self._principal

    async def subscriber(self) -> Principal:
        """The caller of a subscription: as `principal`, but who was verified on this connection a moment ago is not again.

        Raises Unauthenticated. What is followed must look at the access again by itself (lifecycle.access_monitor).
        """
        if self.access_monitor is not None and self.access_monitor.is_fresh:
            return self.access_monitor.principal
        return await self.principal()

    async def verify_authorization(self, authorization: str | None) -> Principal:
        """Whoever this header value stands for. Raises Unauthenticated, and PyMongoError when MongoDB is away."""
        if authorization is None:
            raise Unauthenticated("No credential came with this: send the header Authorization: Bearer <API key or token>.")
        bearer = _BEARER.fullmatch(authorization)
        if bearer is None:
            raise Unauthenticated("The credential can not be read: send Authorization: Bearer <API key or token>.")
        return await authenticate(bearer[1], self.services.settings.auth)


Info = strawberry.Info[GraphQLContext, None]


def choose_request_id(header: str | None) -> str:
    """The request's own id if it has a sane one, else a new one."""
    return header if header and _REQUEST_ID.fullmatch(header) else uuid4().hex
