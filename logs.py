"""Logs: one event a line on standard error, with the request's or job's ids. Never a secret, never what people said."""

import logging
import sys
from typing import Any

import structlog

import settings


def configure(log: settings.Log) -> None:
    """Send our events and the libraries' warnings to standard error in the configured form."""
    level = logging.getLevelNamesMapping()[log.level]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Any = (
        structlog.processors.JSONRenderer() if log.format == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(max(level, logging.INFO))
    # taskiq tells each task and, with the traceback, each failure; lifecycle.jobs does that without what people said
    logging.getLogger("taskiq").setLevel(logging.CRITICAL)
