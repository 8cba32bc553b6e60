"""Prometheus metrics of one process, served at /metrics.

What concerns the whole deployment is in lifecycle.metrics_page. Labels have few values: never a name that callers choose.
"""

from collections.abc import Iterator
from typing import Any

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Metric, disable_created_metrics
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

# a series for the time at which each other series began would double their number
disable_created_metrics()

_OPERATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class LockFreeCounter(Collector):
    """A counter for the event loop's thread only.

    A lock would cost 3 % of the event that is counted.
    """

    def __init__(self, name: str, documentation: str) -> None:
        self.count = 0
        """The value. Callers add to it."""
        self._name = name
        self._documentation = documentation
        REGISTRY.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the metric."""
        yield CounterMetricFamily(self._name, self._documentation, value=self.count)


class ResolvedLabel(dict[str, Any]):
    """The children of a metric with one label by its value, each resolved once: `labels` takes longer than what it measures.

    The label must have few values, because no child is ever removed.
    """

    def __init__(self, metric: Counter | Histogram) -> None:
        super().__init__()
        self._metric = metric

    def __missing__(self, value: str) -> Any:
        child = self[value] = self._metric.labels(value)
        return child


# --- the API

OPERATIONS = Counter("viva_graphql_operations", "Operations by outcome: OK, or the code of the first error", ["outcome"])
OUTCOMES = ResolvedLabel(OPERATIONS)
OPERATION_SECONDS = Histogram(
    "viva_graphql_seconds",
    "Duration of queries and mutations by their first root field",
    ["operation"],
    buckets=_OPERATION_BUCKETS,
)
SECONDS_BY_OPERATION = ResolvedLabel(OPERATION_SECONDS)
OPERATION_ERRORS = Counter(
    "viva_graphql_errors",
    "Failed queries and mutations by their first root field and the code of the error",
    ["operation", "code"],
)
SHARED_EVENTS = LockFreeCounter("viva_graphql_shared_events", "Events sent to subscribers of shared subscriptions")
RATE_LIMITED = Counter("viva_rate_limited", "Calls that were refused because of a rate limit", ["rate"])
RATE_SYNC_FAILURES = Counter("viva_rate_sync_failures", "Failed attempts to count rates together in Redis")
OPEN_STREAMS = Gauge("viva_graphql_streams", "Operations running over WebSocket or SSE", multiprocess_mode="livesum")
OPEN_SOCKETS = Gauge("viva_websockets", "Open WebSockets", multiprocess_mode="livesum")
REFUSED_CREDENTIALS = Counter("viva_refused_credentials", "Credentials that were refused", ["kind"])

# --- live events

REJECTED_MESSAGES = Counter("viva_redis_rejected_messages", "Messages in Redis without a valid signature, which were ignored")
TURN_SECONDS = Histogram(
    "viva_turn_delivery_seconds",
    "Seconds from the end of a turn until this process has it for its subscribers",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
TURNS_FOUND_BY_POLLING = Counter(
    "viva_turns_found_by_polling", "Turns that subscribers got from MongoDB, because no message in Redis announced them"
)

# --- jobs

JOBS = Counter("viva_jobs", "Jobs that ended, by their outcome: done or failed", ["job", "outcome"])
JOB_SECONDS = Histogram(
    "viva_job_seconds", "Duration of jobs", ["job"], buckets=(0.01, 0.05, 0.25, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
)
ATTEMPTS = Counter(
    "viva_attempts", "Attempts at work: the first, or again after one that failed or was lost", ["work", "attempt"]
)
LEASES_LOST = Counter("viva_leases_lost", "Leases that lapsed while their holder was at work, so that another took over")
WAKE_UPS_NOT_SENT = Counter("viva_wake_ups_not_sent", "Wake-ups that Redis did not accept, so that the work began later")
LIVEKIT_REQUESTS = Counter("viva_livekit_requests", "Requests to LiveKit's API by outcome: done or failed", ["outcome"])

# --- Claude

CLAUDE_CALLS = Counter("viva_claude_calls", "Calls of Claude for replies and evaluations by outcome", ["purpose", "outcome"])
CLAUDE_TOKENS = Counter("viva_claude_tokens", "Tokens of these calls", ["purpose", "kind"])
CLAUDE_USD = Counter("viva_claude_usd", "Cost of these calls in US dollars", ["purpose"])

# --- webhooks

WEBHOOK_ATTEMPTS = Counter("viva_webhook_attempts", "Attempts to deliver a webhook: DELIVERED, or why it failed", ["outcome"])
WEBHOOK_SECONDS = Histogram(
    "viva_webhook_seconds", "Time that receivers of webhooks took to respond", buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
)


def count_attempt(work: str, attempts: int) -> None:
    """Count an attempt, which is the first if `attempts` is 1."""
    ATTEMPTS.labels(work, "first" if attempts == 1 else "again").inc()


# queries that compare outcomes need all of them, also before the first event
for _outcome in ("done", "failed"):
    LIVEKIT_REQUESTS.labels(_outcome)
for _purpose in ("reply", "judge"):
    for _outcome in ("answered", "failed"):
        CLAUDE_CALLS.labels(_purpose, _outcome)
