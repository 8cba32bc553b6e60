"""A collector of traces on loopback, which parses what arrives by OTLP over HTTP."""

from collections.abc import Iterator

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Collector:
    """The spans that have arrived, and every request as it was sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.app = Starlette(routes=[Route("/v1/traces", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        self.headers.append(dict(request.headers))
        # the exporter's thread would keep an idle connection open, while the test's server shuts down
        headers = {"Connection": "close"}
        return Response(ExportTraceServiceResponse().SerializeToString(), 200, headers, "application/x-protobuf")

    @property
    def spans(self) -> list[Span]:
        return [span for request in self._requests() for part in request.resource_spans for span in _spans_of(part)]

    @property
    def services(self) -> set[str]:
        """The names of the services that have sent spans."""
        parts = [part for request in self._requests() for part in request.resource_spans]
        attributes = [attribute for part in parts for attribute in part.resource.attributes]
        return {attribute.value.string_value for attribute in attributes if attribute.key == "service.name"}

    def _requests(self) -> Iterator[ExportTraceServiceRequest]:
        return map(ExportTraceServiceRequest.FromString, self.bodies)

    def find(self, name: str) -> list[Span]:
        """Return the spans of this name, the one that began first being the first."""
        return sorted((span for span in self.spans if span.name == name), key=lambda span: span.start_time_unix_nano)


def _spans_of(part: object) -> Iterator[Span]:
    for scope in part.scope_spans:  # type: ignore[attr-defined]  # a generated class
        yield from scope.spans


def get_attributes(span: Span) -> dict[str, str | int]:
    """Return the attributes that are texts or whole numbers."""
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}
