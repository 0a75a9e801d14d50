"""Every line is one JSON object: what happened in which request, never what somebody sent."""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog

from ciam.tracebacks import OURS, describe, headline

FULLY_TOLD = frozenset({"_granian", "psycopg.pool", "py.warnings"})  # they speak of processes, connections and code
IN_OTHER_WORDS = {  # what Django says itself repeats the request
    "django.request": "A request failed.",
    "django.security": "A suspicious request was refused.",
}
UNTOLD = "…"
SELDOM_SECONDS = 10

logger = logging.getLogger(__name__)


def configuration(level: str, file: str = "") -> dict[str, Any]:
    """What LOGGING says; other people's libraries never get as far as DEBUG, where some of them print headers.

    With a `file` every line goes there, and stderr has warnings and errors alone.
    """
    chatty = ("asyncio", "celery", "environ", "httpcore2", "httpx2", "kombu", "psycopg", "redis")
    quiet: dict[str, Any] = {name: {"level": "WARNING"} for name in chatty}
    stderr = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    handlers: dict[str, dict[str, Any]] = {"stderr": stderr}
    if file:
        stderr["level"] = "WARNING"
        handlers["file"] = {"class": "logging.handlers.WatchedFileHandler", "formatter": "json", "filename": file}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"unexpected": {"()": "ciam.answers.IsUnexpected"}, "seldom": {"()": "ciam.logs.Seldom"}},
        "formatters": {"json": {"()": "ciam.logs.formatter"}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": quiet
        | {
            "django.request": {"level": "ERROR", "filters": ["unexpected"]},
            "psycopg.pool": {"filters": ["seldom"]},  # a hundred lines a second in an outage
        },
    }


class Seldom(logging.Filter):
    """Pass one line in ten seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.created < self._next:
            return False
        self._next = record.created + SELDOM_SECONDS
        return True


def formatter() -> logging.Formatter:
    """The one formatter, with structlog made ready for it."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return JsonLine()


def catch_the_rest() -> None:
    """Warnings, and exceptions that nothing handles, become lines too; a line that cannot be written is let go."""
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # it would print what the line was made from
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _log_uncaught
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error or kind(), traceback)
    return logger.critical("uncaught", exc_info=error)


class JsonLine(logging.Formatter):
    """JSON escapes line breaks, terminal codes and all that is not ASCII, so a line stays one line.

    `ciam.tracebacks` describes exceptions: structlog's own renderers, some of which show local variables, are not used.
    """

    def format(self, record: logging.LogRecord) -> str:
        fields = record.msg.copy() if isinstance(record.msg, dict) else {"event": _event(record)}
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": fields.pop("event", ""),
            **dict(sorted(structlog.contextvars.get_contextvars().items())),
            **fields,
        }
        error = _exception(line.pop("exc_info", None) or record.exc_info)
        if error is not None:
            line["exception"] = describe(error)
        return json.dumps(line, default=_plain)


def _event(record: logging.LogRecord) -> str:
    """The message; of a library's message only its own words, numbers and errors, which hold nothing sent."""
    if record.name.partition(".")[0] in OURS or record.name in FULLY_TOLD:
        return record.getMessage()
    return IN_OTHER_WORDS.get(".".join(record.name.split(".")[:2])) or _without_texts(record)


def _without_texts(record: logging.LogRecord) -> str:
    template, arguments = str(record.msg), record.args
    if not arguments:
        return template
    try:
        if isinstance(arguments, dict):
            return template % {name: _harmless(value) for name, value in arguments.items()}
        return template % tuple(_harmless(value) for value in arguments)
    except (KeyError, TypeError, ValueError):
        return template


def _harmless(value: object) -> object:
    if isinstance(value, BaseException):
        return headline(value)
    return value if isinstance(value, (int, float)) else UNTOLD


def _exception(given: Any) -> BaseException | None:
    """From what `exc_info` may be: an exception, True, or a triple."""
    if isinstance(given, BaseException):
        return given
    return (sys.exc_info() if given is True else given)[1] if given else None


def _plain(value: object) -> str:
    return type(value).__name__
