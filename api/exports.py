"""Files to save or print: transcripts, reports, explanations for candidates, letters and comparisons.

A caller sends its credential in the Authorization header. What is about an evaluation can also be opened by a link, such as
Evaluation.reportUrl, because a browser sends no header when it opens a page.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api.client_addresses import read_client_address
from auth import Principal
from engine.errors import to_failure
from errors import BadInput, ErrorCode
from evaluation.reports.pages import PageRenderer
from evaluation.reports.pdf import PdfRenderer
from evaluation.reports.texts import ReportTexts
from evaluation.reports.transcript import to_plain_text, to_webvtt
from lifecycle.services import Services
from live.rate_limits import Rate
from resolvers import candidate_comparison, reports
from resolvers.reports import ReportAccess
from schema.context import authenticate_header, choose_request_id

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

    handlers = {
        **{f"/interviews/{{id}}/transcript.{suffix}": serve_transcript for suffix in ("json", "txt", "vtt")},
        **{f"/evaluations/{{id}}/report.{suffix}": serve_report for suffix in ("json", "html", "pdf")},
        **{f"/evaluations/{{id}}/explanation.{suffix}": serve_explanation for suffix in ("json", "html", "pdf")},
        "/evaluations/{id}/feedback-letter.txt": serve_letter,
        "/comparison.csv": serve_comparison,
    }
    return [Route(path, _answer_errors(handler), middleware=middleware) for path, handler in handlers.items()]


def _answer_errors(handler: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        """Return what the handler returns, or its error in plain text."""
        request_id = choose_request_id(request.headers.get("x-request-id"))
        try:
            response = await handler(request)
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
    principal = await authenticate_header(services, request.headers.get("authorization"), read_client_address(request.scope))
    services.rate_limits.spend(Rate.OPERATIONS, principal.caller, FILE_COST)
    return principal


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


def _get_suffix(request: Request) -> str:
    return request.url.path.rpartition(".")[2]


def _services(request: Request) -> Services:
    services: Services = request.state.services
    return services
