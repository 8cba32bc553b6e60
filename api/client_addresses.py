"""The network address of a client, and the limit on its requests."""

import asyncio
from functools import lru_cache
from ipaddress import IPv6Network, ip_address
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import to_failure
from errors import RateLimited
from lifecycle.services import Services
from live.rate_limits import Rate
from schema.context import choose_request_id
from settings import ApiSettings

IPV6_PREFIX = 64
"""Leading bits of an IPv6 address that identify a client: a subscriber has all the addresses that share them."""
REFUSAL_SECONDS = 1.0
"""Seconds after which a request above a limit is answered."""
UNKNOWN_ADDRESS = "unknown"
"""The address of a client whose proxy did not say one. All such clients share their limits."""


def build_proxy_options(api: ApiSettings) -> dict[str, Any]:
    """Return uvicorn's options by which requests have the address and scheme that trusted proxies say.

    Of the addresses in X-Forwarded-For, the last one counts that is not a trusted proxy: a client can only add others before it.
    """
    return {"proxy_headers": bool(api.trusted_proxies), "forwarded_allow_ips": [str(network) for network in api.trusted_proxies]}


def read_client_address(scope: Scope) -> str:
    """Return the address to which the request's rates are counted: the IPv4 address, or the network of the IPv6 address."""
    host, _ = scope.get("client") or ("", 0)
    return _identify_client(host)


@lru_cache(maxsize=10_000)
def _identify_client(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return UNKNOWN_ADDRESS
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))


class RequestRateMiddleware:
    """Answers 429 to requests and new WebSockets above the limit of their client's address.

    It is not for health checks, whose failure would stop the process, nor for the webhooks of LiveKit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        services: Services = scope["state"]["services"]
        try:
            services.rate_limits.spend(Rate.REQUESTS, read_client_address(scope))
        except RateLimited as error:
            await delay_refusal()
            response = _refuse(error, choose_request_id(Headers(scope=scope).get("x-request-id")))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def delay_refusal() -> None:
    """Return after REFUSAL_SECONDS. A client that does not wait would otherwise be refused as fast as the process can."""
    await asyncio.sleep(REFUSAL_SECONDS)


def _refuse(error: RateLimited, request_id: str) -> Response:
    failure = to_failure(error, request_id)
    body = {"errors": [{"message": failure.message, "extensions": failure.extensions(request_id)}]}
    headers = {"Retry-After": str(failure.retry_after_seconds), "X-Request-Id": request_id, "Cache-Control": "no-store"}
    return Response(orjson.dumps(body), 429, headers, "application/json")
