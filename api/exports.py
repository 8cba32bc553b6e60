"""Files to save or print: transcripts, reports, explanations for candidates, letters and comparisons.

A caller sends its credential in the Authorization header, and a page of the server its session, which counts by POST only. What
is about an evaluation can also be opened by a link, such as Evaluation.reportUrl, because a browser sends no header when it opens
a page.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from api.client_addresses import read_client_address
from api.session_cookies import SessionCookies
from auth import Principal
from engine.errors import find_error_code, to_failure
from errors import BadInput, ErrorCode
from evaluation.reports.pages import PageRenderer
from evaluation.reports.pdf import PdfRenderer
from evaluation.reports.texts import ReportTexts
from evaluation.reports.transcript import to_plain_text, to_webvtt
from lifecycle.security_log import CredentialKind
from lifecycle.services import Services
from live.rate_limits import Rate
from models.documents.audit_entry import PersonalData
from resolvers import candidate_comparison, reports
from resolvers.audit_log import DONE, AuditLogFilter, export_audit_log, record_file, write_entry
from resolvers.candidate_comparison import MAX_COMPARED
from resolvers.ids import parse_id
from resolvers.reports import ReportAccess
from schema.context import authenticate_cookie, authenticate_header, choose_request_id
from schema.types.scalars import parse_datetime

_STATUS_CODES = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.CONFLICT: 409,
    ErrorCode.BAD_INPUT: 400,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UNAVAILABLE: 503,
}
_HEADERS = {
    # The files are personal data, and the link to a page is a credential: no cache may store either.
    "Cache-Control": "private, no-store",
}
_MEDIA_TYPES = {
    "csv": "text/csv; header=present; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}

FILE_COST = 1_000
"""What a file costs its caller, compared with GraphQL operations (engine.cost)."""

Handler = Callable[[Request], Awaitable[Response]]


def build_export_routes(middleware: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """Return the routes of all files, each with this middleware."""
    texts, pages, pdf_renderer = ReportTexts(), PageRenderer(), PdfRenderer()

    async def serve_transcript(request: Request) -> Response:
        """Return the transcript as JSON, plain text or WebVTT."""
        principal = await _authenticate(request)
        transcript = await reports.export_transcript(principal, request.path_params["id"])
        labels = texts.get_labels(transcript.language)
        match _get_suffix(request):
            case "json":
                content = transcript.to_json()
            case "txt":
                content = to_plain_text(transcript, labels)
            case _:
                content = to_webvtt(transcript, labels)
        return _file_response(request, "transcript", content)

    async def serve_report(request: Request) -> Response:
        """Return the report as JSON, HTML or PDF."""
        report = await reports.get_report(_services(request), texts, await _read_access(request), request.path_params["id"])
        return await serve_document(request, "report", report.to_json, lambda: pages.render_report(report))

    async def serve_explanation(request: Request) -> Response:
        """Return the candidate's explanation as JSON, HTML or PDF."""
        explanation = await reports.get_explanation(
            _services(request), texts, await _read_access(request), request.path_params["id"]
        )
        labels = texts.get_labels(explanation.language)
        return await serve_document(
            request, "explanation", explanation.to_json, lambda: pages.render_explanation(explanation, labels)
        )

    async def serve_document(request: Request, name: str, to_json: Callable[[], str], to_html: Callable[[], str]) -> Response:
        match _get_suffix(request):
            case "json":
                return _file_response(request, name, to_json())
            case "html":
                headers = {"Content-Security-Policy": pages.content_security_policy}
                return _file_response(request, name, to_html(), disposition="inline", headers=headers)
            case _:
                return _file_response(request, name, await pdf_renderer.render(to_html()))

    async def serve_letter(request: Request) -> Response:
        """Return the draft of a feedback letter as plain text."""
        letter = await reports.draft_letter(_services(request), texts, await _read_access(request), request.path_params["id"])
        return _file_response(request, "feedback-letter", letter)

    async def serve_comparison(request: Request) -> Response:
        """Return the comparison of candidates as CSV: of those named by interviewId, or else of the whole position version."""
        principal = await _authenticate(request)
        query = request.query_params
        version = query.get("positionVersion", "")
        if "positionKey" not in query or not version.isascii() or not version.isdecimal() or len(version) > 9:
            raise BadInput("Send positionKey and positionVersion, a whole number, as query parameters.")
        interview_ids = query.getlist("interviewId") or None
        compared = await candidate_comparison.compare_candidates(
            principal, query["positionKey"], int(version), interview_ids, None
        )
        return _file_response(request, "comparison", candidate_comparison.write_comparison(_services(request), compared))

    async def serve_audit_log(request: Request) -> Response:
        """Return the audit log as JSON lines, oldest first: all of it, or from `since` on and before `until`."""
        principal = await _authenticate(request)
        where = AuditLogFilter(since=_read_time(request, "since"), until=_read_time(request, "until"))
        entries = await export_audit_log(_services(request), principal, where)
        return StreamingResponse(
            (write_entry(entry) async for entry in entries),
            headers={**_HEADERS, "Content-Disposition": 'attachment; filename="audit-log.jsonl"'},
            media_type=_MEDIA_TYPES["jsonl"],
        )

    transcript, evaluation = (PersonalData.TRANSCRIPT,), (PersonalData.EVALUATION,)
    handlers = {
        **{f"/interviews/{{id}}/transcript.{suffix}": (serve_transcript, transcript) for suffix in ("json", "txt", "vtt")},
        **{f"/evaluations/{{id}}/report.{suffix}": (serve_report, evaluation) for suffix in ("json", "html", "pdf")},
        **{f"/evaluations/{{id}}/explanation.{suffix}": (serve_explanation, evaluation) for suffix in ("json", "html", "pdf")},
        "/evaluations/{id}/feedback-letter.txt": (serve_letter, evaluation),
        "/comparison.csv": (serve_comparison, (PersonalData.CANDIDATE, PersonalData.EVALUATION)),
        "/audit-log.jsonl": (serve_audit_log, (PersonalData.AUDIT_LOG,)),
    }
    return [
        Route(path, _answer(handler, data), methods=["GET", "POST"], middleware=middleware)
        for path, (handler, data) in handlers.items()
    ]


def _answer(handler: Handler, data: Collection[PersonalData]) -> Handler:
    async def handle(request: Request) -> Response:
        """Return what the handler returns, which is recorded in the audit log, or its error in plain text."""
        request_id = choose_request_id(request.headers.get("x-request-id"))
        try:
            try:
                response = await handler(request)
            except Exception as error:
                outcome = find_error_code(error)
                # without MongoDB, a caller would wait for one more timeout
                if outcome is not ErrorCode.UNAVAILABLE:
                    await _record(request, data, request_id, outcome)
                raise
            await _record(request, data, request_id, DONE)
        except Exception as error:
            failure = to_failure(error, request_id)
            response = PlainTextResponse(failure.message, _STATUS_CODES.get(failure.code, 500), _HEADERS)
            if failure.code is ErrorCode.UNAUTHENTICATED:
                response.headers["WWW-Authenticate"] = "Bearer"
            if failure.retry_after_seconds is not None:
                response.headers["Retry-After"] = str(failure.retry_after_seconds)
        response.headers["X-Request-Id"] = request_id
        return response

    return handle


async def _read_access(request: Request) -> ReportAccess:
    token = request.query_params.get("token")
    if token is not None:
        return ReportAccess(None, token)
    return ReportAccess(await _authenticate(request), None)


async def _authenticate(request: Request) -> Principal:
    """Return the caller, who is charged for the file. Raises Unauthenticated and RateLimited."""
    services = _services(request)
    authorization, cookies = request.headers.get("authorization"), SessionCookies(services.settings.api)
    secret = cookies.read(request)
    if authorization is None and secret is not None:
        principal = await authenticate_cookie(services, secret, cookies.find_refusal(request), _address(request))
    else:
        principal = await authenticate_header(services, authorization, _address(request))
    services.rate_limits.spend(Rate.OPERATIONS, principal.caller, FILE_COST)
    # after the charge: an operation above the limit leaves no entry in the audit log
    request.state.principal = principal
    return principal


async def _record(request: Request, data: Collection[PersonalData], request_id: str, outcome: str) -> None:
    """Record who read the file. A caller without a valid credential leaves no entry."""
    principal = getattr(request.state, "principal", None)
    if principal is None and outcome != DONE:
        if outcome == ErrorCode.FORBIDDEN:
            _services(request).security_log.record_refusal(CredentialKind.LINK, _address(request))
        return
    named = [*request.path_params.values(), *request.query_params.getlist("interviewId")]
    await record_file(
        _services(request),
        principal,
        request.url.path.rpartition("/")[2],
        data,
        [each for each in named if parse_id(each)][:MAX_COMPARED],
        outcome=outcome,
        address=_address(request),
        request_id=request_id,
    )


def _file_response(
    request: Request,
    name: str,
    content: str | bytes,
    *,
    disposition: str = "attachment",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the file. Its name has the id in the path, and never the name of a person."""
    suffix = _get_suffix(request)
    file_name = "-".join([name, *request.path_params.values()]) + f".{suffix}"
    disposition_header = f'{disposition}; filename="{file_name}"'
    return Response(
        content,
        headers={**_HEADERS, "Content-Disposition": disposition_header, **(headers or {})},
        media_type=_MEDIA_TYPES[suffix],
    )


def _read_time(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    return None if text is None else parse_datetime(text)


def _get_suffix(request: Request) -> str:
    return request.url.path.rpartition(".")[2]


def _address(request: Request) -> str:
    return read_client_address(request.scope)


def _services(request: Request) -> Services:
    services: Services = request.state.services
    return services
