"""How long the candidate waits for a spoken reply, stage by stage: on each reply's turn, and in the worker's metrics."""

from dataclasses import asdict

from prometheus_client import Histogram

from agent.voice.speech_player import SpokenText
from models.documents.turn import Latency

REPLY_STAGE_SECONDS = Histogram(
    "viva_reply_seconds",
    "From the end of the candidate's speech until a stage of the reply",
    ["stage"],
    buckets=(0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0),
)


def measure_latency(stopped_at: float, final_at: float, committed_at: float, spoken: SpokenText) -> Latency:
    """The stages of one reply, all moments in seconds as time.time counts; counted in the metrics, too."""
    latency = Latency(
        final=_compute_elapsed(stopped_at, final_at),
        committed=_compute_elapsed(stopped_at, committed_at),
        first_word=_compute_elapsed(stopped_at, spoken.first_word_at),
        first_audio=_compute_elapsed(stopped_at, spoken.first_audio_at),
        heard=_compute_elapsed(stopped_at, spoken.started_at),
    )
    for stage, seconds in asdict(latency).items():
        if seconds is not None:
            REPLY_STAGE_SECONDS.labels(stage).observe(seconds)
    return latency


def _compute_elapsed(start: float, moment: float | None) -> float | None:
    return None if moment is None else round(max(moment - start, 0.0), 3)
