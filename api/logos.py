"""Logos of organizations at /logos/<digest>, for the pages of candidates."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api.web_pages import CACHE_FOR_A_YEAR
from models.documents.logo import find_logo
from resolvers.organizations import LOGO_PATH

# nosniff is in every response (api.http.security_headers)
_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "inline"}


def logo_routes(middleware: Sequence[Middleware]) -> list[BaseRoute]:
    """Return the route of the logos."""
    return [Route(f"{LOGO_PATH}/{{digest}}", send_logo, methods=["GET"], middleware=middleware)]


async def send_logo(request: Request) -> Response:
    """Return the image. Its address contains its digest, so that it never changes."""
    digest = request.path_params["digest"]
    logo = await find_logo(digest) if digest.isascii() else None
    if logo is None:
        return PlainTextResponse("There is no such logo.", 404, {"Cache-Control": "no-store"})
    return Response(logo.content, media_type=logo.media_type, headers={**_HEADERS, "Cache-Control": CACHE_FOR_A_YEAR})
