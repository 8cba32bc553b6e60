"""Sends webhooks and the notifications of integrations: one request for each attempt, to public addresses only.

Redirects are not followed.
"""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from lifecycle.public_addresses import AddressRefused, PublicResolver, parse_literal, require_permitted
from models.documents.webhook import DeliveryAttempt, WebhookFailure
from settings import Settings

GONE = 410
"""The HTTP status with which a receiver says that it wants no more events."""


class WebhookSender:
    """The HTTP client for webhooks. Use as `async with`.

    It has no cookies and no proxy from the environment, and reads the status of a response, not its body.
    """

    def __init__(self, settings: Settings) -> None:
        self._allow_loopback = settings.allows_loopback_webhooks
        self._timeout = aiohttp.ClientTimeout(total=settings.webhook.timeout_seconds)
        self._concurrency = settings.webhook.concurrency
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        resolver = PublicResolver(allow_loopback=self._allow_loopback)
        # a connection for each request: its address was checked when the request began
        connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True, limit=self._concurrency)
        self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(
        self, url: str, body: bytes, headers: Mapping[str, str], at: datetime, method: str = "POST"
    ) -> DeliveryAttempt:
        """Send one request and return how it ended. Raises nothing that a receiver can cause."""
        began = time.monotonic()
        status, failure = await self._request(method, url, body, headers)
        return DeliveryAttempt(
            attempted_at=at,
            latency_ms=int((time.monotonic() - began) * 1000),
            response_status=status,
            failure=failure,
            body_digest=hashlib.sha256(body).hexdigest(),
        )

    async def _request(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int | None, WebhookFailure | None]:
        if self._session is None:
            raise RuntimeError("the sender is not open")
        try:
            host = urlsplit(url).hostname or ""
            # addresses pass no resolver
            if parse_literal(host) is not None:
                require_permitted([host], allow_loopback=self._allow_loopback)
            async with self._session.request(method, url, data=body or None, headers=headers, allow_redirects=False) as response:
                status = response.status
                # the rest of the response is not read
                response.close()
        except AddressRefused:
            return None, WebhookFailure.ADDRESS_REFUSED
        except TimeoutError:
            return None, WebhookFailure.TIMEOUT
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError):
            return None, WebhookFailure.CERTIFICATE
        except aiohttp.ClientConnectorDNSError as error:
            is_refused = isinstance(error.os_error, AddressRefused)
            return None, WebhookFailure.ADDRESS_REFUSED if is_refused else WebhookFailure.CONNECTION
        except (aiohttp.ClientError, OSError, ValueError):
            return None, WebhookFailure.CONNECTION
        return status, None if 200 <= status < 300 else WebhookFailure.STATUS
