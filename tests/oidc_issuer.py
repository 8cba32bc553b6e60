"""An OpenID Connect provider on loopback, which refuses what the specifications refuse.

Authlib's authorization server decides what is valid: redirect URIs, client credentials, codes and PKCE. So the product's client
is tested against another implementation of the protocol, and not against its own reading of it.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import jwt
import orjson
from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

CODE_SECONDS = 60
"""Seconds for which an authorization code is valid."""


@dataclass
class Person:
    """Somebody who has an account at the provider, and approves every sign-in."""

    subject: str = "ada-1815"
    email: str | None = "Ada@Example.org"
    verified: Mapping[str, Any] = field(default_factory=lambda: {"email_verified": True})


@dataclass
class RegisteredClient(ClientMixin):
    """The product's registration with the provider."""

    client_id: str
    client_secret: str | None
    redirect_uri: str
    auth_method: str = "client_secret_basic"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return self.client_secret is not None and secrets.compare_digest(self.client_secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.auth_method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class IssuedCode(AuthorizationCodeMixin):
    """An authorization code that has not been used."""

    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    person: Person
    issued_at: float = field(default_factory=time.monotonic)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class SigningKey:
    """A key with which the provider signs, RSA or elliptic."""

    def __init__(self, algorithm: str = "RS256") -> None:
        self.kid = secrets.token_hex(8)
        self.algorithm = algorithm
        if algorithm == "ES256":
            self.private_key: Any = ec.generate_private_key(ec.SECP256R1())
            public = ECAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True)
        else:
            self.private_key = rsa.generate_private_key(65537, 2048)
            public = RSAAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True)
        self.jwk = {name: value for name, value in public.items() if name != "key_ops"} | {"kid": self.kid, "use": "sig"}

    def sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self.private_key, algorithm=self.algorithm, headers={"kid": self.kid})


class _Grant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        self.server.issuer.codes[code] = IssuedCode(
            code,
            request.client.client_id,
            data["redirect_uri"],
            request.scope,
            data.get("nonce"),
            data.get("code_challenge"),
            data.get("code_challenge_method"),
            request.user,
        )

    def query_authorization_code(self, code: str, client: RegisteredClient) -> IssuedCode | None:
        found: IssuedCode | None = self.server.issuer.codes.get(code)
        is_valid = found and found.client_id == client.client_id and time.monotonic() - found.issued_at < CODE_SECONDS
        return found if is_valid else None

    def delete_authorization_code(self, authorization_code: IssuedCode) -> None:
        del self.server.issuer.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: IssuedCode) -> Person:
        return authorization_code.person


class _IdToken(OpenIDCode):
    def __init__(self, issuer: "OidcIssuer") -> None:
        super().__init__(require_nonce=True)
        self._issuer = issuer

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in self._issuer.codes.values())

    def encode_id_token(self, token: Mapping[str, Any], request: OAuth2Request) -> str:
        code: IssuedCode = request.authorization_code
        issuer = self._issuer
        issuer.access_tokens[token["access_token"]] = code.person
        claims = {name: value for name, value in issuer.describe(code.person).items() if name not in issuer.userinfo_only}
        return issuer.sign({"aud": code.client_id, "nonce": code.nonce, **claims, **issuer.id_token_claims})


class _Server(AuthorizationServer):
    def __init__(self, issuer: "OidcIssuer") -> None:
        super().__init__(scopes_supported=["openid", "email"])
        self.issuer = issuer
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: secrets.token_urlsafe(32)))
        self.register_grant(_Grant, [CodeChallenge(required=True), _IdToken(issuer)])

    def query_client(self, client_id: str) -> RegisteredClient | None:
        return self.issuer.client if client_id == self.issuer.client.client_id else None

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        pass

    def send_signal(self, name: str, *arguments: Any, **values: Any) -> None:
        pass

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        return JSONResponse(body, status, dict(headers)) if isinstance(body, dict) else Response(body, status, dict(headers))


class _Request(OAuth2Request):
    def __init__(self, request: Request, data: Mapping[str, str]) -> None:
        # Authlib refuses http, which this provider uses on loopback only
        super().__init__(request.method, str(request.url.replace(scheme="https")), headers=request.headers)
        self.payload = BasicOAuth2Payload(dict(data))

    @property
    def form(self) -> Mapping[str, str]:
        return dict(self.payload.data)


class OidcIssuer:
    """One provider with one client. Tests change its fields to make it misbehave; serve it with tests.schema.api_client.serve."""

    def __init__(self, url: str, client: RegisteredClient, keys: list[SigningKey]) -> None:
        self.url = url
        self.client = client
        self.keys = keys
        """The keys that are published; the first one signs."""
        self.person: Person | None = Person()
        """Who signs in; None declines."""
        self.userinfo_only: set[str] = set()
        """Claims that are not in ID tokens, but at the userinfo endpoint only."""
        self.id_token_claims: dict[str, Any] = {}
        """Claims that replace those of ID tokens."""
        self.sign_with: Callable[[Mapping[str, Any]], str] | None = None
        """Signs instead of the first key."""
        self.metadata: dict[str, Any] = {}
        """Fields that replace those of the discovery document; None removes one."""
        self.outage: Response | None = None
        """The answer to every request of a client, instead of the right one."""
        self.authorization_error: str | None = None
        self.delay_seconds = 0.0
        self.codes: dict[str, IssuedCode] = {}
        self.access_tokens: dict[str, Person] = {}
        self.requests: list[str] = []
        """Paths of the requests so far."""
        self._server = _Server(self)
        self._app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/jwks", self._publish_keys),
                Route("/authorize", self._authorize),
                Route("/token", self._exchange, methods=["POST"]),
                Route("/userinfo", self._read_userinfo),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests.append(scope["path"])
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        await (self.outage or self._app)(scope, receive, send)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a token with these claims and the usual ones; a claim that is None is left out."""
        seconds = int(time.time())
        complete = {"iss": self.url, "iat": seconds, "exp": seconds + 300, **claims}
        present = {name: value for name, value in complete.items() if value is not None}
        return (self.sign_with or self.keys[0].sign)(present)

    def describe(self, person: Person) -> dict[str, Any]:
        """Return the claims about a person."""
        return {"sub": person.subject, "email": person.email, **person.verified}

    def issue(self, audience: str | list[str], **claims: Any) -> str:
        """Return an access token for a program."""
        return self.sign({"sub": "a program", "aud": audience, **claims})

    async def _discover(self, _: Request) -> Response:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [self.client.auth_method],
            **self.metadata,
        }
        return JSONResponse({name: value for name, value in document.items() if value is not None})

    async def _publish_keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [key.jwk for key in self.keys]})

    async def _authorize(self, request: Request) -> Response:
        asked = _Request(request, request.query_params)
        try:
            grant = self._server.get_consent_grant(asked, end_user=self.person)
        except OAuth2Error as error:
            return JSONResponse(dict(error.get_body()), 400)
        response: Response = self._server.create_authorization_response(asked, grant_user=self.person, grant=grant)
        if self.authorization_error is not None:
            parameters = f"error={self.authorization_error}&error_description=%3Cscript%3E&state={request.query_params['state']}"
            response.headers["location"] = f"{self.client.redirect_uri}?{parameters}"
        return response

    async def _exchange(self, request: Request) -> Response:
        data = dict(parse_qsl((await request.body()).decode()))
        response: Response = self._server.create_token_response(_Request(request, data))
        return response

    async def _read_userinfo(self, request: Request) -> Response:
        person = self.access_tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return JSONResponse(self.describe(person)) if person else Response(status_code=401)


def sign_with_public_key(key: SigningKey) -> Callable[[Mapping[str, Any]], str]:
    """Return a function that signs tokens by HS256 with a public key as the secret, which everybody knows."""
    pem = key.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(claims: Mapping[str, Any]) -> str:
        head, body = ({"alg": "HS256", "kid": key.kid}, claims)
        content = b".".join(_encode(orjson.dumps(part)) for part in (head, dict(body)))
        return (content + b"." + _encode(hmac.digest(pem, content, hashlib.sha256))).decode()

    return sign


def leave_unsigned(claims: Mapping[str, Any]) -> str:
    """Return a token without a signature."""
    return jwt.encode(dict(claims), "", algorithm="none")


def _encode(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
