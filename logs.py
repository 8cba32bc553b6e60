"""Logs: one event per line on standard error, with the request's or job's ids, without secrets or transcript text."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

import settings
from errors import extract_locations


def configure(log: settings.LogSettings) -> None:
    """Send our events and the libraries' warnings to standard error in the configured format.

    Of an exception the log has only the type and locations, of a library's message only the first line, and of
    LiveKit's only what precedes the first colon: the rest, and the exception's message, may contain transcript text or secrets.
    """
    level = logging.getLevelNamesMapping()[log.level]
    shared_processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact_exception,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if log.format == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared_processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=[*shared_processors, _redact_message])
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    uvicorn_log = logging.getLogger("uvicorn.error")
    uvicorn_log.setLevel(max(level, logging.INFO))
    # the one access log that uvicorn writes to this logger: its URL has the client's query string
    uvicorn_log.addFilter(_is_not_access_log)
    # taskiq logs failures with their messages; lifecycle.jobs logs them without
    logging.getLogger("taskiq").setLevel(logging.CRITICAL)


def _is_not_access_log(record: logging.LogRecord) -> bool:
    return '"WebSocket %s"' not in str(record.msg)


def _redact_exception(_: object, __: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["reason"] = type(error).__name__
        event["traceback"] = extract_locations(error)
    return event


def _redact_message(_: object, __: str, event: EventDict) -> EventDict:
    message = str(event["event"]).strip().partition("\n")[0]
    library = event["_record"].name.partition(".")[0]
    if library == "livekit":
        # livekit-agents appends the text of errors, which may quote what is being said
        message = message.partition(": ")[0]
    elif library == "strawberry":
        # it quotes the client's headers
        message = message.partition(" '")[0]
    event["event"] = message
    return event
