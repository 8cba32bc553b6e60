"""The request that began work which goes on after it, such as an interview or an evaluation."""

from pydantic import BaseModel


class RequestOrigin(BaseModel):
    """Ids with which logs and traces of later work are found. They are stored once, with the work, and never change."""

    request_id: str
    """The id of the request, as in its errors and in the audit log."""
    traceparent: str | None = None
    """Context of the request's span, in the format of W3C Trace Context; None if there were no traces."""

    @property
    def trace_id(self) -> str | None:
        """Id of the trace, in hex."""
        return self.traceparent.split("-")[1] if self.traceparent else None
