"""What /metrics tells of the API."""

from collections.abc import Iterator

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class LockFreeCounter(Collector):
    """A counter of the event loop's thread alone: it needs no lock, which would be a thirtieth of what is counted."""

    def __init__(self, name: str, documentation: str) -> None:
        self.count = 0
        """add to it"""
        self._name = name
        self._documentation = documentation
        REGISTRY.register(self)

    def collect(self) -> Iterator[Metric]:
        """What Prometheus is told."""
        yield CounterMetricFamily(self._name, self._documentation, value=self.count)


OPERATIONS = Counter("viva_graphql_operations", "Operations by outcome: OK, or the code of the first error", ["outcome"])
SHARED_EVENTS = LockFreeCounter("viva_graphql_shared_events", "Events sent whose bytes were made for all who ask the same")
OPERATION_SECONDS = Histogram("viva_graphql_seconds", "Time that a query or mutation took")
OPEN_STREAMS = Gauge("viva_graphql_streams", "Operations that run over WebSocket or SSE now")
OPEN_SOCKETS = Gauge("viva_websockets", "WebSockets that are open now")
ASYNCIO_TASKS = Gauge("viva_tasks", "asyncio tasks of the process that are alive now")
