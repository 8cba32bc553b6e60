"""Tokens and cost of calls of a model."""

from pydantic import BaseModel


class Usage(BaseModel):
    """Tokens used by calls of the model, and their cost in US dollars at the prices in settings."""

    input_tokens: int = 0
    """Input tokens, without those read from the cache."""
    cached_input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0

    def plus(self, other: "Usage") -> "Usage":
        """Return the sum of both."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            cached_input_tokens=self.cached_input_tokens + other.cached_input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=round(self.cost_usd + other.cost_usd, 6),
        )
