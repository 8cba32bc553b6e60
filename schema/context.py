"""What every field of an operation can reach: the process's services, the caller, the loaders."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

import strawberry

from auth import Principal, verify
from errors import Unauthenticated
from lifecycle.services import Services
from schema.attributes import Plans
from schema.loaders import Loaders
from schema.sharing import Outlet, Variants

if TYPE_CHECKING:
    from schema.executor import OperationExecutor

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_BEARER = re.compile(r"\s*bearer\s+(\S+)\s*", re.IGNORECASE)


@dataclass(kw_only=True)
class Context:
    """The context of one operation; that of a WebSocket is only the pattern of its operations' (`for_operation`)."""

    services: Services
    request_id: str
    authorization: str | None
    """as the header, or the connection_init payload, has it"""
    connection_params: dict[str, object] = field(default_factory=dict)
    """the payload of connection_init; set by Strawberry"""
    loaders: Loaders = field(default_factory=Loaders)
    variants: Variants = field(default_factory=Variants)
    """what the process shares among subscriptions that ask the same"""
    outlet: Outlet | None = None
    """where events of the operation go that are executed for others as well; None: they are its own results"""
    executor: "OperationExecutor | None" = None
    """that runs the operation; set by itself"""
    mentioned: frozenset[str] = frozenset()
    """the names of all fields that the operation's document mentions anywhere; set once it is parsed"""
    plans: Plans | None = None
    """what has been worked out for operations of the same document (schema.attributes), where that is always the same"""
    _principal: Principal | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def for_operation(self) -> "Context":
        """The same for another operation: whoever asks is verified anew, nothing that was loaded is used again."""
        return Context(
            services=self.services,
            request_id=self.request_id,
            authorization=self.authorization,
            variants=self.variants,
            outlet=self.outlet,
        )

    def for_scope(self, scope: Principal) -> "Context":
        """The same for what is executed for several callers of that scope (Principal.scope): it knows none of them."""
        return Context(services=self.services, request_id="", authorization=None, _principal=scope)

    async def principal(self) -> Principal:
        """The caller, verified once for the operation. Raises Unauthenticated."""
        async with self._lock:
            if self._principal is None:
                self._principal = await self.verified(self.authorization)
            return self._principal

    async def verified(self, authorization: str | None) -> Principal:
        """Whoever this header value stands for. Raises Unauthenticated, and PyMongoError when MongoDB is away."""
        if authorization is None:
            raise Unauthenticated("No credential came with this: send the header Authorization: Bearer <API key or token>.")
        bearer = _BEARER.fullmatch(authorization)
        if bearer is None:
            raise Unauthenticated("The credential can not be read: send Authorization: Bearer <API key or token>.")
        return await verify(bearer[1], self.services.settings.auth)


Info = strawberry.Info[Context, None]


def request_id_of(header: str | None) -> str:
    """The request's own id if it has a sane one, else a new one."""
    return header if header and _REQUEST_ID.fullmatch(header) else uuid4().hex
