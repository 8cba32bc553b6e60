"""Signing keys of receipts: their forms in the environment, and what others need to check a receipt."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from receipts import build_jwks, create_signing_key, parse_signing_keys, sign_receipt
from settings import AuthSettings


def make_settings(value: str) -> AuthSettings:
    return AuthSettings(signing_key=SecretStr(value))


@pytest.mark.parametrize("line_break", ["\n", "\\n", "\r\n", " "])
def test_key_is_read_with_any_form_of_line_breaks(line_break: str) -> None:
    text = create_signing_key()
    [key] = parse_signing_keys(make_settings(text.replace("\\n", line_break)))
    [expected] = parse_signing_keys(make_settings(text))
    assert key.jwk == expected.jwk


def test_first_key_signs_and_receipts_of_every_key_can_be_checked() -> None:
    old, new = create_signing_key(), create_signing_key()
    [old_key] = parse_signing_keys(make_settings(old))
    receipt = sign_receipt({"sub": "int_1"}, old_key)
    keys = parse_signing_keys(make_settings(f"{new}\n{old}\n"))
    assert [key.kid for key in keys][1] == old_key.kid
    key_set = jwt.PyJWKSet.from_dict(build_jwks(keys))
    for token in (receipt, sign_receipt({"sub": "int_1"}, keys[0])):
        kid = jwt.get_unverified_header(token)["kid"]
        assert jwt.decode(token, key_set[kid], algorithms=["EdDSA"]) == {"sub": "int_1"}
        wrong_key = next(key for key in keys if key.kid != kid)
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(token, key_set[wrong_key.kid], algorithms=["EdDSA"])


def test_published_keys_hold_no_private_part() -> None:
    jwks = build_jwks(parse_signing_keys(make_settings(create_signing_key())))
    [key] = jwks["keys"]
    assert key.keys() == {"kty", "crv", "x", "kid", "alg", "use"}
    assert build_jwks(parse_signing_keys(make_settings(""))) == {"keys": []}


def test_kid_is_the_thumbprint_of_rfc_8037() -> None:
    # appendix A.1 to A.3 of RFC 8037, as PKCS #8
    private = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
    [key] = parse_signing_keys(make_settings(f"-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----"))
    assert key.jwk["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def make_elliptic_key() -> str:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a secret", "not a private key"),
        ("-----BEGIN PRIVATE KEY-----secret-----END PRIVATE KEY-----", "not a private key"),
        (make_elliptic_key(), "not an Ed25519 key"),
    ],
)
def test_invalid_key_is_refused_without_showing_it(value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        parse_signing_keys(make_settings(value))
    assert "secret" not in str(refused.value)
