"""Playback of recordings at /recordings/<id>, whole or by byte range (RFC 9110, section 14)."""

import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

import structlog
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from api.client_addresses import read_client_address
from engine.errors import to_failure
from errors import ErrorCode
from lifecycle.security_log import CredentialKind
from lifecycle.services import Services
from models.documents.audit_entry import PersonalData
from recording.storage import RecordingStore, StoreFailed
from resolvers.audit_log import DONE, record_file
from resolvers.recordings import PlayableFile, authorize_playback
from schema.context import choose_request_id

log = structlog.get_logger(__name__)

MAX_RECENT_USES = 10_000

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)
_STATUS_CODES = {ErrorCode.FORBIDDEN: 403, ErrorCode.NOT_FOUND: 404, ErrorCode.UNAVAILABLE: 503}
_HEADERS = {
    # The link is a credential, so neither shared caches nor the browser may store what it returns.
    "Cache-Control": "private, no-store",
}


def playback_routes(store: RecordingStore | None, middleware: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """Return the playback route, which reads from this store and has this middleware. Without a store it answers 503."""

    recent_uses = _RecentUses()

    async def play(request: Request) -> Response:
        """Return the recording, or an error in plain text: 403, 404, 416 or 503."""
        services: Services = request.state.services
        request_id = choose_request_id(request.headers.get("x-request-id"))
        recording_id, token = request.path_params["id"], request.query_params.get("token", "")
        address = read_client_address(request.scope)
        try:
            playable = await authorize_playback(services.settings, recording_id, token)
            if recent_uses.add((token, address)):
                await record_file(
                    services,
                    None,
                    "recordings",
                    (PersonalData.RECORDING,),
                    [recording_id],
                    outcome=DONE,
                    address=address,
                    request_id=request_id,
                )
        except Exception as error:
            failure = to_failure(error, request_id)
            if failure.code is ErrorCode.FORBIDDEN:
                services.security_log.record_refusal(CredentialKind.LINK, address)
            return _error_response(failure.message, _STATUS_CODES.get(failure.code, 500))
        if store is None:
            return _error_response("This server has no recording store: set RECORDING_STORE.", 503)
        return await _stream_file(request, store, playable)

    return [Route("/recordings/{id}", play, methods=["GET", "HEAD"], middleware=middleware)]


class _RecentUses:
    """The latest links that were used, each with the address: players send many requests, of which the first is recorded."""

    def __init__(self) -> None:
        self._uses: OrderedDict[tuple[str, str], None] = OrderedDict()

    def add(self, use: tuple[str, str]) -> bool:
        """Remember the use of a link, and return whether it is new."""
        is_new = use not in self._uses
        self._uses[use] = None
        self._uses.move_to_end(use)
        if len(self._uses) > MAX_RECENT_USES:
            self._uses.popitem(last=False)
        return is_new


async def _stream_file(request: Request, store: RecordingStore, playable: PlayableFile) -> Response:
    file = playable.file
    size, path = file.size_bytes or 0, file.path or ""
    # A file that has a path is never changed, so its id identifies its content.
    etag = f'"{file.id}"'
    is_download = request.query_params.get("download") == "true"
    # RFC 6266, section 4.1
    disposition = f"attachment; filename*=UTF-8''{quote(playable.name, safe='')}" if is_download else "inline"
    headers = {**_HEADERS, "Accept-Ranges": "bytes", "Content-Disposition": disposition, "ETag": etag}
    requested_range = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        requested_range = None
    start, end, status = 0, size, 200
    if requested_range is not None and (match := _RANGE.fullmatch(requested_range)) and any(match.groups()):
        first, last = match.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(size, int(last) + 1) if first and last else size
        if first and last and int(last) < int(first):
            start, end = 0, size  # an invalid range is ignored (RFC 9110, section 14.1.1)
        elif start >= size:
            return _error_response("The range begins after the end of the recording.", 416, {"Content-Range": f"bytes */{size}"})
        else:
            status = 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        return Response(None, status, headers, media_type=file.mime_type)
    pieces = store.read(path, start, end)
    try:
        # Read the first piece before sending the status, so that a missing file is an error and not a truncated response.
        first_piece = await anext(pieces, b"")
    except StoreFailed as failed:
        log.error("recording unreadable", reason=str(failed))
        return _error_response(f"The recording cannot be read at the moment: {failed}.", 503)
    return StreamingResponse(_prepend(first_piece, pieces), status, headers, media_type=file.mime_type)


async def _prepend(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


def _error_response(message: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(message, status, {**_HEADERS, **(headers or {})})
