"""What is measured, and what of it is asked of Viva."""

from dataclasses import dataclass
from enum import StrEnum


class Peer(StrEnum):
    """Who is measured; benchmarks.fanout.servers says how each is started."""

    VIVA = "viva"
    STOCK = "stock"
    ARIADNE = "ariadne"
    NODE = "node"
    RAW = "raw"


NAMES = {
    Peer.VIVA: "Viva",
    Peer.STOCK: "Strawberry, stock",
    Peer.ARIADNE: "Ariadne",
    Peer.NODE: "Node, graphql-ws, yoga",
    Peer.RAW: "raw Starlette",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One load."""

    name: str
    interviews: int
    subscribers: int
    """of each interview"""
    window: int = 0
    """turns in flight of each interview; 0: `rate` decides. The product's feed keeps the last 32 in memory, and these are not
    stored, so a subscriber must never be further behind"""
    rate: float = 0.0
    """turns per second of each interview"""
    seconds: float = 2.0
    """the product looks at MongoDB, and at each subscriber's access, every two seconds: once in it"""
    compression: bool | None = None
    """of Viva's: its clients offer to decompress, as browsers do, and it is set to take the offer, or not to"""
    peers: tuple[Peer, ...] = tuple(Peer)


CONNECT = Cell("connect", 1, 1000, seconds=0.0)
"""any load with as many subscribers tells of connecting too, under this name"""
CELLS = {
    cell.name: cell
    for cell in (
        Cell("1x1", 1, 1, window=30),
        Cell("1x100", 1, 100, window=16),
        Cell("1x1000", 1, 1000, window=16),
        Cell("200x2", 200, 2, window=16),
        Cell("latency", 1, 200, rate=20.0, seconds=5.0),
        Cell("deflate on", 1, 100, window=16, compression=True, peers=(Peer.VIVA,)),
        Cell("deflate off", 1, 100, window=16, compression=False, peers=(Peer.VIVA,)),
        CONNECT,
    )
}
DEFAULT = tuple(name for name in CELLS if name != CONNECT.name)
LISTS = {1: "list, 1 at once", 32: "list, 32 at once"}
"""the list query (benchmarks.list_query), by how many ask at one moment"""


class Metric(StrEnum):
    """A figure of a sample, with its unit."""

    RATE = "messages/s"
    ANSWERS = "answers/s"
    P50 = "p50 ms"
    P95 = "p95 ms"
    P99 = "p99 ms"
    CONNECT = "connect s"
    MEMORY = "KiB a subscriber"
    WIRE = "bytes a message"


LESS_IS_BETTER = frozenset(Metric) - {Metric.RATE, Metric.ANSWERS}


@dataclass(frozen=True, slots=True)
class Ask:
    """A ratio of Viva's figure to a peer's that is asked for: at least `factor`, at most where less is better."""

    cell: str
    metric: Metric
    peer: Peer
    factor: float


ASKS = (
    Ask("1x100", Metric.RATE, Peer.STOCK, 8.0),
    Ask("1x100", Metric.RATE, Peer.NODE, 2.0),
    Ask("1x100", Metric.RATE, Peer.RAW, 0.9),
    Ask("1x1000", Metric.RATE, Peer.STOCK, 8.0),
    Ask("1x1000", Metric.RATE, Peer.NODE, 2.0),
    Ask("1x1000", Metric.RATE, Peer.RAW, 0.9),
    Ask("200x2", Metric.RATE, Peer.STOCK, 2.5),
    Ask("1x1", Metric.RATE, Peer.STOCK, 1.0),
    Ask("latency", Metric.P99, Peer.RAW, 2.0),
    Ask("connect", Metric.CONNECT, Peer.RAW, 1.5),
    Ask("connect", Metric.MEMORY, Peer.RAW, 1.2),
    *(Ask(name, Metric.ANSWERS, Peer.STOCK, 2.0) for name in LISTS.values()),
)
