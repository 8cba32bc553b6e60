"""Prometheus metrics of the API, served at /metrics."""

from collections.abc import Iterator

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


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


OPERATIONS = Counter("viva_graphql_operations", "Operations by outcome: OK, or the code of the first error", ["outcome"])
SHARED_EVENTS = LockFreeCounter("viva_graphql_shared_events", "Events sent to subscribers of shared subscriptions")
OPERATION_SECONDS = Histogram("viva_graphql_seconds", "Duration of queries and mutations")
RATE_LIMITED = Counter("viva_rate_limited", "Calls that were refused because of a rate limit", ["rate"])
RATE_SYNC_FAILURES = Counter("viva_rate_sync_failures", "Failed attempts to count rates together in Redis")
OPEN_STREAMS = Gauge("viva_graphql_streams", "Operations running over WebSocket or SSE")
OPEN_SOCKETS = Gauge("viva_websockets", "Open WebSockets")
EVALUATIONS = Gauge(
    "viva_evaluations", "Interviews whose newest evaluation is in this state, in the whole deployment", ["status"]
)
REJECTED_MESSAGES = Counter("viva_redis_rejected_messages", "Messages in Redis without a valid signature, which were ignored")
CHANGE_FEED_GAPS = Gauge(
    "viva_change_feed_gaps", "Times that changes were lost to the change feed because MongoDB's oplog was too short"
)
CHANGE_FEED_STALLED_SECONDS = Gauge(
    "viva_change_feed_stalled_seconds", "Seconds since the change feed last advanced; it does so every second"
)
REPAIRS_GIVEN_UP = Gauge("viva_repairs_given_up", "Repairs that have used up their attempts, in the whole deployment")
ASYNCIO_TASKS = Gauge("viva_tasks", "asyncio tasks alive in the process")
