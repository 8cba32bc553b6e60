"""The public keys that check erasure receipts, at /.well-known/jwks.json (RFC 7517)."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from receipts import build_jwks, parse_signing_keys
from settings import AuthSettings

JWKS_PATH = "/.well-known/jwks.json"
MAX_AGE_SECONDS = 300
"""Seconds that caches may keep the keys: a new key is known everywhere soon after its deployment."""


def jwks_routes(auth: AuthSettings) -> list[BaseRoute]:
    """Return the route of the key set, which is empty without AUTH_SIGNING_KEY. Raises ValueError if that is invalid."""
    content = orjson.dumps(build_jwks(parse_signing_keys(auth)))
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}", "Access-Control-Allow-Origin": "*"}

    async def read_keys(_: Request) -> Response:
        """Return the JSON Web Key Set."""
        return Response(content, headers=headers, media_type="application/jwk-set+json")

    return [Route(JWKS_PATH, read_keys)]
