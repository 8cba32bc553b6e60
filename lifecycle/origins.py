"""From a request to the work that goes on after it: one request id in all logs, one trace of all spans."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from bson import ObjectId
from opentelemetry.trace import Span

import tracing
from lifecycle.jobs import REQUEST_ID
from models.documents.request_origin import RequestOrigin


def capture_origin() -> RequestOrigin | None:
    """Return the request that is being handled, to be stored with the work that it begins; None outside of requests."""
    request_id = structlog.contextvars.get_contextvars().get(REQUEST_ID)
    return RequestOrigin(request_id=request_id, traceparent=tracing.format_traceparent()) if request_id else None


@contextmanager
def trace_job(
    name: str, interview_id: ObjectId, origin: RequestOrigin | None, attributes: tracing.Attributes | None = None
) -> Iterator[Span]:
    """Measure the block as an attempt of the job. The task's log then has the interview and the request that began it.

    `origin` is stored with the work. Without one, as in work from before origins were stored, the trace is that of the wake-up.
    """
    bind_work(interview_id, origin)
    traceparent = origin.traceparent if origin else None
    with tracing.trace_work(f"job {name}", traceparent, attributes) as span:
        yield span


def bind_work(interview_id: ObjectId, origin: RequestOrigin | None) -> None:
    """Let the log and the spans of this task, to its end, name the interview and the request that began the work."""
    ids = {"interview_id": str(interview_id), **({REQUEST_ID: origin.request_id} if origin else {})}
    structlog.contextvars.bind_contextvars(**ids)
    tracing.set_work_attributes({f"viva.{name}": value for name, value in ids.items()})
