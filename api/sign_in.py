"""Sign-in with the organization's identity provider: /sign-in/oidc leads there, and the callback starts the session.

The session's cookie is SameSite=Strict: browsers would not send it with the navigation that began at the provider. So the
callback answers with a page of ours, which goes on to where the person wanted to go.
"""

import secrets
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from pymongo.errors import PyMongoError
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.client_addresses import read_client_address
from api.session_cookies import HOST_PREFIX, SessionCookies
from engine.errors import to_failure
from errors import RateLimited, Unavailable
from lifecycle.security_log import CredentialKind
from lifecycle.services import Services
from models.wording.data_files import read_yaml
from resolvers.organization_sign_in import (
    CALLBACK_PATH,
    PENDING_LIFETIME,
    SignInFailed,
    SignInProblem,
    begin_sign_in,
    choose_target,
    complete_sign_in,
)
from schema.context import choose_request_id, record_refused_credential
from settings import ApiSettings, Settings

SIGN_IN_PATH = "/sign-in/oidc"
PAGE_PATH = "/sign-in"
"""The page from which people sign in, to which each page of an error leads back."""
PENDING_COOKIE = "viva_sign_in"
DEFAULT_LANGUAGE = "en"
TOO_MANY = "too_many"

_STATUS_CODES = {
    SignInProblem.UNKNOWN_ORGANIZATION: 404,
    SignInProblem.EXPIRED: 400,
    SignInProblem.DECLINED: 403,
    SignInProblem.UNAVAILABLE: 503,
    SignInProblem.REFUSED: 502,
    SignInProblem.UNVERIFIED_EMAIL: 403,
    SignInProblem.NO_MEMBER: 403,
}
_HARMLESS = (SignInProblem.DECLINED, SignInProblem.UNAVAILABLE)
"""Problems that nobody causes by guessing."""

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
{head}<title>{title} · Viva</title>
<style nonce="{nonce}">
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 32rem; margin: 15vh auto 0; padding: 0 1.5rem }}
h1 {{ font-size: 1.375rem; line-height: 1.3 }}
</style>
</head>
<body><main><h1>{title}</h1>{text}<p><a href="{link}">{label}</a></p></main></body>
</html>
"""


def sign_in_routes(settings: Settings, middleware: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """Return the routes of the sign-in with an identity provider, with this middleware."""
    session_cookies, pending_cookie = SessionCookies(settings.api), _PendingCookie(settings.api)
    pages = _Pages()

    async def begin(request: Request) -> Response:
        """Send the browser to the provider of the organization in the query."""
        target = choose_target(request.query_params.get("to"))
        try:
            pending = await begin_sign_in(request.state.services, request.query_params.get("organization", ""), target)
        except Exception as error:
            return _describe_failure(pages, request, error, target)
        response = RedirectResponse(pending.authorization_url, 303, {"Cache-Control": "no-store"})
        pending_cookie.write(response, pending.token)
        return response

    async def finish(request: Request) -> Response:
        """Start the session of the person whom the provider has sent back."""
        try:
            signed_in, target = await complete_sign_in(
                request.state.services,
                pending_cookie.read(request),
                request.query_params,
                address=read_client_address(request.scope),
                request_id=choose_request_id(request.headers.get("x-request-id")),
            )
        except Exception as error:
            response = _describe_failure(pages, request, error, None)
        else:
            response = pages.build_continuation(request, target)
            session_cookies.write(response, signed_in.secret, signed_in.session.expires_at)
        pending_cookie.clear(response)
        return response

    return [
        Route(SIGN_IN_PATH, begin, methods=["GET"], middleware=middleware),
        Route(CALLBACK_PATH, finish, methods=["GET"], middleware=middleware),
    ]


def _describe_failure(pages: "_Pages", request: Request, error: Exception, target: str | None) -> Response:
    """Return the page of a failed sign-in. What failed by guessing is counted and in the security log."""
    services: Services = request.state.services
    match error:
        case SignInFailed():
            problem, target = error.problem, error.target
        case PyMongoError() | Unavailable():
            problem = SignInProblem.UNAVAILABLE
        case _:
            to_failure(error, choose_request_id(request.headers.get("x-request-id")))  # logs it
            problem = SignInProblem.UNAVAILABLE
    if problem not in _HARMLESS:
        try:
            record_refused_credential(services, CredentialKind.SIGN_IN, read_client_address(request.scope))
        except RateLimited as limit:
            response = pages.build_error(request, TOO_MANY, 429, target)
            response.headers["Retry-After"] = str(limit.retry_after_seconds)
            return response
    return pages.build_error(request, problem, _STATUS_CODES[problem], target)


class _PendingCookie:
    """The cookie of a sign-in that has begun, which binds the provider's answer to this browser.

    It is SameSite=Lax, because the browser has to send it with the navigation that comes from the provider.
    """

    def __init__(self, api: ApiSettings) -> None:
        self._is_secure = api.public_url.startswith("https:")
        self._name = f"{HOST_PREFIX}{PENDING_COOKIE}" if self._is_secure else PENDING_COOKIE

    def read(self, request: Request) -> str | None:
        return request.cookies.get(self._name)

    def write(self, response: Response, token: str) -> None:
        self._set(response, token, int(PENDING_LIFETIME.total_seconds()))

    def clear(self, response: Response) -> None:
        self._set(response, "", 0)

    def _set(self, response: Response, value: str, max_age: int) -> None:
        response.set_cookie(self._name, value, max_age=max_age, secure=self._is_secure, httponly=True, samesite="lax")


class _Pages:
    """The pages, in the browser's language. They hold nothing that the provider or the client sent but our own path."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("sign_in_texts.yaml"))

    def build_error(self, request: Request, problem: str, status: int, target: str | None) -> Response:
        """Return the page that says what went wrong, with a way back to the sign-in."""
        back = f"{PAGE_PATH}?to={quote(target, safe='')}" if target and target != "/" else PAGE_PATH
        return self._build(request, problem, status, back)

    def build_continuation(self, request: Request, target: str) -> Response:
        """Return the page that goes on to a path of ours."""
        return self._build(request, None, 200, target, f'<meta http-equiv="refresh" content="0;url={escape(target)}">\n')

    def _build(self, request: Request, problem: str | None, status: int, link: str, head: str = "") -> Response:
        language = self._choose_language(request.headers.get("accept-language", ""))
        texts = self._texts[language]
        nonce = secrets.token_urlsafe(16)
        page = _PAGE.format(
            language=language,
            head=head,
            nonce=nonce,
            title=escape(texts["title" if problem else "signed_in"]),
            text=f"<p>{escape(texts[problem])}</p>" if problem else "",
            link=escape(link),
            label=escape(texts["back" if problem else "continue"]),
        )
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return HTMLResponse(page, status, {"Cache-Control": "no-store", "Content-Security-Policy": policy})

    def _choose_language(self, header: str) -> str:
        """Return the first language of the Accept-Language header in which there are texts; browsers send the preferred first."""
        tags = (part.split(";")[0].strip().lower() for part in header.split(",")[:10])
        return next((tag[:2] for tag in tags if tag[:2] in self._texts), DEFAULT_LANGUAGE)
