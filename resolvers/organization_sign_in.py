"""Signing in with the organization's identity provider: the authorization code flow of OpenID Connect, with PKCE."""

from settings import ApiSettings

CALLBACK_PATH = "/sign-in/oidc/callback"


def build_redirect_uri(api: ApiSettings) -> str:
    """Return the URL to which identity providers send people back, which is registered with each of them."""
    return f"{api.public_url.rstrip('/')}{CALLBACK_PATH}"
