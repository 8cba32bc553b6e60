"""Workloads on which Viva is compared with its peers, and the goals for the ratios."""

from dataclasses import dataclass
from enum import StrEnum


class Peer(StrEnum):
    """A server that is measured: Viva, or one that it is compared with."""

    VIVA = "viva"
    STOCK = "stock"
    NODE = "node"
    RAW = "raw"


NAMES = {Peer.VIVA: "Viva", Peer.STOCK: "Strawberry, stock", Peer.NODE: "Node, graphql-ws and yoga", Peer.RAW: "raw Starlette"}


@dataclass(frozen=True, slots=True)
class Workload:
    """A load of subscriptions or of list queries."""

    name: str
    interviews: int = 1
    subscribers: int = 0
    """Subscribers of each interview."""
    window: int = 0
    """Turns of each interview in flight; 0 means that `rate` decides. It must be below 32: Viva's feed holds the last 32 turns
    in memory, and a subscriber that is further behind cannot catch up because the turns of the load are not stored."""
    rate: float = 0.0
    """Turns per second of each interview."""
    connections: int = 0
    """Connections that send the list query, one request at a time; 0 for a load of subscriptions."""
    seconds: float = 2.0
    """Viva polls MongoDB, and checks each subscriber's access, every two seconds: once in the default duration."""

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Servers that can take the load: the raw peer has no list query."""
        return tuple(peer for peer in Peer if peer is not Peer.RAW or not self.connections)


CONNECT = "connect"
"""Name of the results for connecting many subscribers: time and memory."""
CONNECT_SUBSCRIBERS = 1000
WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("1x100", subscribers=100, window=16),
        Workload("1x1000", subscribers=CONNECT_SUBSCRIBERS, window=16),
        Workload("200x2", interviews=200, subscribers=2, window=16),
        Workload("latency", subscribers=200, rate=20.0, seconds=5.0),
        Workload("list, 1 connection", connections=1, seconds=3.0),
        Workload("list, 32 connections", connections=32, seconds=3.0),
    )
}


class Metric(StrEnum):
    """A measured quantity, with its unit."""

    RATE = "messages/s"
    RESPONSES = "responses/s"
    P50 = "p50 ms"
    P95 = "p95 ms"
    P99 = "p99 ms"
    CONNECT = "connect s"
    MEMORY = "KiB per subscriber"


LESS_IS_BETTER = frozenset(Metric) - {Metric.RATE, Metric.RESPONSES}


@dataclass(frozen=True, slots=True)
class Goal:
    """Bound for the ratio of Viva's figure to a peer's: at least `factor`, or at most if less is better."""

    workload: str
    metric: Metric
    peer: Peer
    factor: float


GOALS = (
    Goal("1x100", Metric.RATE, Peer.STOCK, 8.0),
    Goal("1x100", Metric.RATE, Peer.NODE, 2.0),
    Goal("1x100", Metric.RATE, Peer.RAW, 0.9),
    Goal("1x1000", Metric.RATE, Peer.STOCK, 8.0),
    Goal("1x1000", Metric.RATE, Peer.NODE, 2.0),
    Goal("1x1000", Metric.RATE, Peer.RAW, 0.9),
    Goal("200x2", Metric.RATE, Peer.STOCK, 2.5),
    Goal("latency", Metric.P99, Peer.RAW, 2.0),
    Goal(CONNECT, Metric.CONNECT, Peer.RAW, 1.5),
    Goal(CONNECT, Metric.MEMORY, Peer.RAW, 1.2),
    *(Goal(workload.name, Metric.RESPONSES, Peer.STOCK, 2.0) for workload in WORKLOADS.values() if workload.connections),
)
