"""Erasure receipts: JWTs signed with Ed25519, which anybody can check with the published public keys.

Other tokens are signed with a shared secret (auth.py), so that only this deployment can check them.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from jwt.algorithms import OKPAlgorithm

from settings import AuthSettings

ALGORITHM = "EdDSA"
TOKEN_TYPE = "erasure-receipt+jwt"  # noqa: S105  # a media type, not a secret
_PEM = re.compile(r"-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", re.DOTALL)
_LINE_BREAKS = re.compile(r"\s|\\n")
"""Line breaks, also where an environment file could only hold them as `\\n`."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and its public key as a JSON Web Key (RFC 8037)."""

    private_key: Ed25519PrivateKey
    jwk: dict[str, str]

    @property
    def kid(self) -> str:
        """The id of the key: the thumbprint of its public key (RFC 7638)."""
        return self.jwk["kid"]


def create_signing_key() -> str:
    """Return a new private key as PEM on one line, with `\\n` for line breaks, as environment files can hold it."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode().strip().replace("\n", "\\n")


def parse_signing_keys(auth: AuthSettings) -> list[SigningKey]:
    """Return the keys of AUTH_SIGNING_KEY, the one that signs first. Raises ValueError, without the value, if one is invalid."""
    value = auth.signing_key.get_secret_value()
    encoded = _PEM.findall(value)
    if not encoded and value:
        raise ValueError("it is not a private key in PEM")
    return [_parse_key(_LINE_BREAKS.sub("", text)) for text in encoded]


def _parse_key(encoded: str) -> SigningKey:
    try:
        private_key = load_der_private_key(base64.b64decode(encoded, validate=True), password=None)
    except (binascii.Error, TypeError, ValueError):
        raise ValueError("it is not a private key in PEM") from None
    if not isinstance(private_key, Ed25519PrivateKey):
        raise ValueError("it is not an Ed25519 key")
    public = OKPAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    thumbprint = hashlib.sha256(orjson.dumps({name: public[name] for name in ("crv", "kty", "x")})).digest()
    kid = base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")
    members = {name: public[name] for name in ("kty", "crv", "x")}
    return SigningKey(private_key, {**members, "kid": kid, "alg": ALGORITHM, "use": "sig"})


def build_jwks(keys: list[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """Return the public keys as a JSON Web Key Set."""
    return {"keys": [key.jwk for key in keys]}


def sign_receipt(claims: Mapping[str, Any], key: SigningKey) -> str:
    """Return a JWT with these claims; the same claims and key give the same token."""
    return jwt.encode(dict(claims), key.private_key, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": TOKEN_TYPE})
