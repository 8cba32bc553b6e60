"""The endpoints that applicant tracking systems call: /integrations/greenhouse (docs/integrations.md).

The caller is an API key of role INTEGRATION, which is the user name of HTTP Basic authentication; the password is ignored.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
import structlog
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.client_addresses import delay_refusal, read_client_address
from ats.adapters import ADAPTERS
from ats.orders import encode_interview_id, list_assessments, place_order, read_result, require_integration
from ats.port import AtsAdapter
from auth import Principal
from engine.errors import find_error_code, to_failure
from errors import BadInput, ErrorCode, Unauthenticated
from lifecycle.security_log import CredentialKind
from lifecycle.services import Services
from live.rate_limits import Rate
from models.documents.audit_entry import AuditKind, PersonalData
from models.documents.organization import KEY_PREFIX
from models.documents.webhook import WebhookIntegration
from resolvers.audit_log import DONE, record_operation
from resolvers.ids import parse_id
from schema.context import authenticate_header, choose_request_id, record_refused_credential

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 64 * 1024
"""Maximum size of a request body."""
REQUEST_COST = 100
"""What a request costs its caller, compared with GraphQL operations (engine.cost)."""
_BASIC = "basic "
_STATUS_CODES = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.CONFLICT: 409,
    ErrorCode.BAD_INPUT: 400,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
}


class _Call:
    """One authenticated request of a system, and what the audit log says about it."""

    def __init__(self, request: Request, principal: Principal, api_key: str) -> None:
        self.request = request
        self.services: Services = request.state.services
        self.principal = principal
        self.api_key = api_key
        self.interview_id: str | None = None
        """The interview that is read or changed, once it is known."""
        self.data: list[PersonalData] = []

    async def read_json(self) -> Any:
        """Return the body. Raises BadInput if it is too large or no JSON."""
        body = b""
        async for chunk in self.request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise BadInput(f"The body is too large: the limit is {MAX_BODY_BYTES // 1024} KiB.")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise BadInput("The body is not JSON.") from None


Operation = Callable[[AtsAdapter, _Call], Awaitable[Any]]


def build_integration_routes(middleware: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """Return the routes of all systems, each with this middleware."""
    prefix, adapter = "/integrations/greenhouse", ADAPTERS[WebhookIntegration.GREENHOUSE]
    operations: list[tuple[str, str, Operation, AuditKind | None]] = [
        ("list_tests", "GET", _list_tests, None),
        ("send_test", "POST", _send_test, AuditKind.CHANGE),
        ("test_status", "GET", _read_status, AuditKind.READ),
        ("response_error", "POST", _log_problem, None),
    ]
    return [
        Route(f"{prefix}/{name}", _answer(name, adapter, run, kind), methods=[method], middleware=middleware)
        for name, method, run, kind in operations
    ]


async def _list_tests(adapter: AtsAdapter, call: _Call) -> Any:
    return adapter.write_assessments(await list_assessments(call.principal))


async def _send_test(adapter: AtsAdapter, call: _Call) -> Any:
    allow_loopback = call.services.settings.allows_loopback_webhooks
    order = adapter.read_order(await call.read_json(), allow_loopback=allow_loopback)
    interview, is_existing = await place_order(call.services, call.principal, adapter, order, call.api_key)
    call.interview_id = encode_interview_id(interview.id)
    log.info("test ordered", interview_id=str(interview.id), is_existing=is_existing)
    return adapter.write_receipt(call.interview_id)


async def _read_status(adapter: AtsAdapter, call: _Call) -> Any:
    named = call.request.query_params.get("partner_interview_id", "")
    call.interview_id = named if parse_id(named) else None
    result = await read_result(call.principal, named, call.services.settings.api.public_url)
    if result.score is not None:
        call.data = [PersonalData.EVALUATION]
    return adapter.write_result(result)


async def _log_problem(adapter: AtsAdapter, call: _Call) -> Any:
    problem = adapter.read_problem(await call.read_json())
    named = problem.interview_id if problem.interview_id and parse_id(problem.interview_id) else None
    log.warning(
        "response not understood by the integration",
        integration=adapter.integration,
        operation=problem.operation,
        errors=problem.errors,
        interview=named,
    )
    return {"status": 200}


def _answer(name: str, adapter: AtsAdapter, run: Operation, kind: AuditKind | None) -> Callable[[Request], Awaitable[Response]]:
    async def record(call: _Call, request_id: str, outcome: str) -> None:
        # a read of nothing personal makes no entry, as in GraphQL
        if kind is AuditKind.CHANGE or (kind is AuditKind.READ and call.data):
            await record_operation(
                call.services,
                call.principal,
                kind,
                f"{adapter.integration.lower()}/{name}",
                [call.interview_id] if call.interview_id else [],
                call.data,
                outcome=outcome,
                address=read_client_address(call.request.scope),
                request_id=request_id,
            )

    async def handle(request: Request) -> Response:
        """Return what the operation returns, which is in the audit log, or its error, as JSON."""
        request_id = choose_request_id(request.headers.get("x-request-id"))
        headers = {"Cache-Control": "no-store", "X-Request-Id": request_id}
        try:
            call = await _authenticate(request)
            try:
                content = await run(adapter, call)
            except Exception as error:
                outcome = find_error_code(error)
                # without MongoDB, a caller would wait for one more timeout
                if outcome is not ErrorCode.UNAVAILABLE:
                    await record(call, request_id, outcome)
                raise
            await record(call, request_id, DONE)
            status = 200
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            failure = to_failure(error, request_id)
            status, content = _STATUS_CODES.get(failure.code, 500), {"errors": [failure.message]}
            if failure.code is ErrorCode.UNAUTHENTICATED:
                headers["WWW-Authenticate"] = 'Basic realm="Viva"'
            if failure.code is ErrorCode.RATE_LIMITED:
                await delay_refusal()
            if failure.retry_after_seconds is not None:
                headers["Retry-After"] = str(failure.retry_after_seconds)
        return Response(orjson.dumps(content), status, headers, "application/json")

    return handle


async def _authenticate(request: Request) -> _Call:
    """Authenticate and charge the caller. Raises Unauthenticated, Forbidden and RateLimited."""
    services: Services = request.state.services
    address = read_client_address(request.scope)
    api_key = _read_user_name(request.headers.get("authorization"))
    if api_key is None:
        services.security_log.record_refusal(CredentialKind.MALFORMED, address)
        raise Unauthenticated("The credential is missing or malformed: send an API key as the user name of HTTP Basic.")
    if not api_key.startswith(KEY_PREFIX):
        record_refused_credential(services, CredentialKind.API_KEY, address)
        raise Unauthenticated(f"The user name is no API key: send one, which begins with {KEY_PREFIX}.")
    principal = await authenticate_header(services, f"Bearer {api_key}", address)
    services.rate_limits.spend(Rate.OPERATIONS, principal.caller, REQUEST_COST)
    require_integration(principal)
    return _Call(request, principal, api_key)


def _read_user_name(authorization: str | None) -> str | None:
    """Return the user name of HTTP Basic, or None if the header is missing or malformed."""
    if authorization is None or not authorization.lower().startswith(_BASIC):
        return None
    try:
        decoded = base64.b64decode(authorization[len(_BASIC) :].strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    user_name, separator, _ = decoded.partition(":")
    return user_name if separator and user_name and not any(map(str.isspace, user_name)) else None
