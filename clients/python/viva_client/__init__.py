"""Typed, asynchronous client of Viva's API. The types of inputs and results are in viva_client.generated."""

from standardwebhooks import WebhookVerificationError

from . import errors
from .client import Page, Viva, verify_webhook
from .retries import RetryPolicy

__all__ = ["Page", "RetryPolicy", "Viva", "WebhookVerificationError", "errors", "verify_webhook"]
