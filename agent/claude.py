"""The client for replies and judgements."""

from anthropic import AsyncAnthropic

from settings import Settings


def create_claude_client(settings: Settings) -> AsyncAnthropic:
    """Each call sets its own time-out; retries are ours, so that none is spoken twice. Use as `async with`."""
    return AsyncAnthropic(
        api_key=settings.anthropic.api_key.get_secret_value(), base_url=settings.anthropic.base_url, max_retries=0
    )
