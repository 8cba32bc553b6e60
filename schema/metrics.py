"""What /metrics tells of the API."""

from prometheus_client import Counter, Gauge, Histogram

OPERATIONS = Counter("viva_graphql_operations", "Operations by outcome: OK, or the code of the first error", ["outcome"])
SECONDS = Histogram("viva_graphql_seconds", "Time that a query or mutation took")
STREAMS = Gauge("viva_graphql_streams", "Operations that run over WebSocket or SSE now")
SOCKETS = Gauge("viva_websockets", "WebSockets that are open now")
TASKS = Gauge("viva_tasks", "asyncio tasks of the process that are alive now")
