"""The cookie of a session, which counts only for requests of our own pages.

Browsers attach cookies to requests that other sites cause. SameSite=Strict prevents that for other sites, but not for other hosts
of the same site. Therefore the cookie counts only for POST requests and WebSockets, for which browsers always send the Origin.
"""

from datetime import datetime

from starlette.requests import HTTPConnection
from starlette.responses import Response
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from models.storage.clock import now
from settings import ApiSettings

NAME = "viva_session"
HOST_PREFIX = "__Host-"
"""Prefix with which browsers accept a cookie only over HTTPS, and only from this host itself."""


class SessionCookies:
    """Reads and writes the cookie of a deployment's sessions."""

    def __init__(self, api: ApiSettings) -> None:
        self._is_secure = api.public_url.startswith("https:")
        self._public_origin = normalize_origin(api.public_url)
        self.name = f"{HOST_PREFIX}{NAME}" if self._is_secure else NAME

    def read(self, connection: HTTPConnection) -> str | None:
        """Return the secret of the session, which counts only if `find_refusal` returns None; None without a cookie."""
        return connection.cookies.get(self.name) or None

    def find_refusal(self, connection: HTTPConnection) -> str | None:
        """Return why this request can neither use nor start a session; None if it can."""
        if connection.scope["type"] == "http" and connection.scope["method"] != "POST":
            return "A session counts only for POST requests and WebSockets: send the operation by POST."
        if not self._is_own_origin(connection):
            return "A session counts only for pages of this server: the request has no Origin header, or that of another site."
        return None

    def write(self, response: Response, secret: str, expires_at: datetime) -> None:
        """Set the cookie, which pages' scripts cannot read, until the session expires."""
        self._set(response, secret, max(0, int((expires_at - now()).total_seconds())))

    def clear(self, response: Response) -> None:
        """Make the browser delete the cookie."""
        self._set(response, "", 0)

    def _set(self, response: Response, value: str, max_age: int) -> None:
        response.set_cookie(self.name, value, max_age=max_age, path="/", secure=self._is_secure, httponly=True, samesite="strict")

    def _is_own_origin(self, connection: HTTPConnection) -> bool:
        origin = normalize_origin(connection.headers.get("origin", ""))
        if origin is None or (self._is_secure and not origin.startswith("https:")):
            return False
        return origin == self._public_origin or is_same_origin(origin, connection.headers.get("host"))


class ResponseCookie:
    """Writes the cookie into one response."""

    def __init__(self, cookies: SessionCookies, response: Response) -> None:
        self._cookies = cookies
        self._response = response

    def write(self, secret: str, expires_at: datetime) -> None:
        """Set the cookie until the session expires."""
        self._cookies.write(self._response, secret, expires_at)

    def clear(self) -> None:
        """Make the browser delete the cookie."""
        self._cookies.clear(self._response)
