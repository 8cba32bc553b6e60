"""Calls, tokens and cost of a model."""

from pydantic import BaseModel


class Usage(BaseModel):
    """Calls of the model with the tokens that it reported, and their cost in US dollars at the prices in settings."""

    calls: int = 0
    """Calls that the model began to answer. Also 0 in usage that was stored before calls were counted."""
    input_tokens: int = 0
    """Input tokens, without those read from the cache."""
    cache_write_tokens: int = 0
    """The part of `input_tokens` that was written to the cache."""
    cached_input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0

    @property
    def total_tokens(self) -> int:
        """All tokens, those read from the cache included."""
        return self.input_tokens + self.cached_input_tokens + self.output_tokens

    def plus(self, other: "Usage") -> "Usage":
        """Return the sum of both."""
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            cached_input_tokens=self.cached_input_tokens + other.cached_input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=round(self.cost_usd + other.cost_usd, 6),
        )
