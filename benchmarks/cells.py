"""What the comparison with peers measures, and the goals for Viva's ratios to them."""

from dataclasses import dataclass
from enum import StrEnum


class Peer(StrEnum):
    """A server that is measured."""

    VIVA = "viva"
    STOCK = "stock"
    NODE = "node"
    RAW = "raw"


NAMES = {Peer.VIVA: "Viva", Peer.STOCK: "Strawberry, stock", Peer.NODE: "Node, graphql-ws and yoga", Peer.RAW: "raw Starlette"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One load."""

    name: str
    interviews: int = 1
    subscribers: int = 0
    """Of each interview."""
    window: int = 0
    """Turns of each interview in flight; 0 means that `rate` decides. The product's feed keeps the last 32 turns in memory,
    and the turns of the load are not stored, so a subscriber must never be further behind."""
    rate: float = 0.0
    """Turns per second of each interview."""
    connections: int = 0
    """Of the list query, each with one request at a time; 0 means that the cell is no list query."""
    seconds: float = 2.0
    """The product polls MongoDB, and checks each subscriber's access, every two seconds: once in the measurement."""

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Servers that can take the load: the raw peer has no list query."""
        return tuple(peer for peer in Peer if peer is not Peer.RAW or not self.connections)


CONNECT = "connect"
"""Name of what a cell with many subscribers also measures: the time to connect, and memory."""
CONNECT_SUBSCRIBERS = 1000
CELLS = {
    cell.name: cell
    for cell in (
        Cell("1x100", subscribers=100, window=16),
        Cell("1x1000", subscribers=CONNECT_SUBSCRIBERS, window=16),
        Cell("200x2", interviews=200, subscribers=2, window=16),
        Cell("latency", subscribers=200, rate=20.0, seconds=5.0),
        Cell("list, 1 connection", connections=1, seconds=3.0),
        Cell("list, 32 connections", connections=32, seconds=3.0),
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
    """A ratio of Viva's figure to a peer's: at least `factor`, or at most where less is better."""

    cell: str
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
    *(Goal(cell.name, Metric.RESPONSES, Peer.STOCK, 2.0) for cell in CELLS.values() if cell.connections),
)
