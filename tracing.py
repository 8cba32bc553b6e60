"""Traces by OpenTelemetry, sent to a collector if OTEL_EXPORTER_OTLP_ENDPOINT is set (docs/tracing.md).

Without a collector, the SDK is not loaded, no thread runs, and a span is a no-op. Attributes hold ids, codes, counts and names of
the API only, never what people say, write or are called.

The tracer provider is not registered as the global one of OpenTelemetry. livekit-agents would use that for its own spans, whose
attributes contain the transcript.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import INVALID_SPAN, Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import settings
from version import read_version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

TRACEPARENT = "traceparent"
"""Header and label with the context of a span, in the format of W3C Trace Context."""
FLUSH_SECONDS = 2.0
"""Seconds that the last spans may take to reach the collector when a process ends."""

Attributes = Mapping[str, str | int | float | bool]

_NO_SPAN: AbstractContextManager[Span] = nullcontext(INVALID_SPAN)
_PROPAGATOR = TraceContextTextMapPropagator()
_cause: ContextVar[SpanContext | None] = ContextVar("cause", default=None)
"""Context of the span that woke the job that runs."""
_work_attributes: ContextVar[Attributes | None] = ContextVar("work_attributes", default=None)


@dataclass(slots=True)
class _Exporting:
    """What this process sends traces with; nothing until `export_traces` has started."""

    provider: "TracerProvider | None" = None
    tracer: trace.Tracer | None = None


_exporting = _Exporting()


def is_enabled() -> bool:
    """Return whether this process sends traces."""
    return _exporting.tracer is not None


def get_provider() -> "TracerProvider | None":
    """Return the tracer provider, for libraries that take one; None if this process sends no traces."""
    return _exporting.provider


@asynccontextmanager
async def export_traces(otel: settings.OtelSettings, service: str) -> AsyncIterator[None]:
    """Send traces as `service`, unless the settings have no collector or another name; send the rest at the end."""
    if not otel.exporter_otlp_endpoint or otel.sdk_disabled:
        yield
        return
    _start(otel, service)
    try:
        yield
    finally:
        await _stop()


def _start(otel: settings.OtelSettings, service: str) -> None:
    # only a process that sends traces loads the SDK
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
    from opentelemetry.sdk.trace import Span as SdkSpan
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    from opentelemetry.util.re import parse_env_headers

    class WorkAttributes(SpanProcessor):
        def on_start(self, span: SdkSpan, parent_context: Context | None = None) -> None:  # noqa: ARG002  # the library's
            span.set_attributes(_work_attributes.get() or {})

    # The decision depends on the trace's id only, so that all processes make the same one, whatever flag a caller has sent.
    share = TraceIdRatioBased(otel.traces_sampler_arg)
    provider = TracerProvider(
        sampler=ParentBased(share, remote_parent_sampled=share),
        resource=Resource.create({SERVICE_NAME: otel.service_name or service, SERVICE_VERSION: read_version()}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(
        f"{otel.exporter_otlp_endpoint.rstrip('/')}/v1/traces",
        headers=parse_env_headers(otel.exporter_otlp_headers.get_secret_value(), liberal=True),
    )
    provider.add_span_processor(WorkAttributes())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _exporting.provider, _exporting.tracer = provider, provider.get_tracer("viva", read_version())


async def _stop() -> None:
    provider, _exporting.provider, _exporting.tracer = _exporting.provider, None, None
    if provider is None:
        return
    # A daemon thread: the SDK waits for half a minute for a collector that does not answer, and the process must not.
    stopping = threading.Thread(target=provider.shutdown, name="flush traces", daemon=True)
    stopping.start()
    await asyncio.to_thread(stopping.join, FLUSH_SECONDS)


# --- context


def format_traceparent() -> str | None:
    """Return the context of the current span as the value of a traceparent header; None without a span."""
    if _exporting.tracer is None:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get(TRACEPARENT)


def parse_traceparent(traceparent: str | None) -> Context | None:
    """Return the context that a traceparent header names; None if it is missing or malformed, or if there are no traces."""
    if _exporting.tracer is None or not traceparent:
        return None
    context = _PROPAGATOR.extract({TRACEPARENT: traceparent}, Context())
    return context if trace.get_current_span(context).get_span_context().is_valid else None


def continue_trace(traceparent: str | None) -> AbstractContextManager[None]:
    """Make the span that a traceparent header names the parent of the spans within; do nothing without one."""
    context = parse_traceparent(traceparent)
    return _use_context(context) if context else nullcontext()


@contextmanager
def _use_context(context: Context) -> Iterator[None]:
    token = attach(context)
    try:
        yield
    finally:
        detach(token)


def set_cause(traceparent: str | None) -> None:
    """Link the spans of `trace_work` in this task to the span that has caused the work."""
    context = parse_traceparent(traceparent)
    _cause.set(trace.get_current_span(context).get_span_context() if context else None)


# --- spans


def set_work_attributes(attributes: Attributes) -> None:
    """Set attributes of all spans of this task, and of the tasks that it starts from now on, including those of libraries."""
    _work_attributes.set(attributes)


def open_span(
    name: str,
    attributes: Attributes | None = None,
    *,
    started_at: float | None = None,
    context: Context | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    links: Sequence[Link] = (),
) -> Span:
    """Start a span, which the caller ends (`run_in_span`). The parent is the span of `context`, or the current one.

    `started_at` is in seconds, as `time.time` returns them; None is now.
    """
    if _exporting.tracer is None:
        return INVALID_SPAN
    start_time = None if started_at is None else _to_nanoseconds(started_at)
    return _exporting.tracer.start_span(name, context, kind, attributes, links, start_time)


def activate(span: Span) -> AbstractContextManager[None]:
    """Make `span` the parent of the spans within. It is not ended."""
    return _use_context(trace.set_span_in_context(span)) if is_enabled() else nullcontext()


@contextmanager
def run_in_span(span: Span) -> Iterator[Span]:
    """Make `span` the parent of the spans within, and end it with the block.

    An exception makes it an error with the exception's type, but without its message, which may quote what people said.
    """
    with activate(span):
        try:
            yield span
        except Exception as error:
            set_error(span, type(error).__name__)
            raise
        finally:
            span.end()


def start_span(
    name: str, attributes: Attributes | None = None, *, kind: SpanKind = SpanKind.INTERNAL
) -> AbstractContextManager[Span]:
    """Measure the block as a span, which is the parent of the spans within. Exceptions are recorded as by `run_in_span`."""
    return run_in_span(open_span(name, attributes, kind=kind)) if is_enabled() else _NO_SPAN


@contextmanager
def trace_work(name: str, traceparent: str | None, attributes: Attributes | None = None) -> Iterator[Span]:
    """Measure an attempt of a job as a span of the trace of the request that began the work, linked to the span that woke it.

    `traceparent` is stored with the work; without one, the span that woke the job is the parent.
    """
    cause = _cause.get()
    context = parse_traceparent(traceparent)
    links = [Link(cause)] if cause is not None else []
    if context is None:
        context = trace.set_span_in_context(trace.NonRecordingSpan(cause), Context()) if cause is not None else Context()
    with run_in_span(open_span(name, attributes, context=context, kind=SpanKind.CONSUMER, links=links)) as span:
        yield span


def record_span(name: str, started_at: float, ended_at: float, attributes: Attributes | None = None) -> None:
    """Record a child of the current span that is over, from its times in seconds, as `time.time` returns them."""
    if _exporting.tracer is not None:
        span = _exporting.tracer.start_span(name, attributes=attributes, start_time=_to_nanoseconds(started_at))
        span.end(_to_nanoseconds(max(started_at, ended_at)))


def set_error(span: Span, error_type: str) -> None:
    """Mark the span as failed with this code or name of an exception."""
    span.set_status(Status(StatusCode.ERROR))
    span.set_attribute("error.type", error_type)


def _to_nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
