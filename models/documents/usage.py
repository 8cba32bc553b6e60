"""Tokens and cost of calls of a model."""

from pydantic import BaseModel


class Usage(BaseModel):
    """Tokens used by calls of the model, and their cost in US dollars at the prices in settings."""

    input_tokens: int = 0
    """Input tokens, without those read from the cache."""
    cached_input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
