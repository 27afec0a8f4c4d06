"""Logs as JSON, a line an event, on stderr: ours, the libraries' and the server's alike, each with the id of its request.

An event is a constant phrase plus keys: `log.info("import merged", import_id=…, rows=…)`. Logs are read by people who may see no
participant, so personal data has no way in: keys that stand for it are emptied, query strings are cut off, numbers written like a
social security number are blotted out, and an exception is told by its type and place alone, because its message often repeats
what was sent or stored ("Key (email)=(…) already exists").
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import nullcontext
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LEFT_OUT = "[left out]"

PERSONAL = re.compile(
    r"""(.*_)?(name|surname|alias|birth_?date|date_of_birth|dob|ssn|social_security_number|ssn_token
        |email|email_address|e_mail|phone|phone_number|telephone|mobile
        |address|street|line1|line2|lon|lat|longitude|latitude|ip|addr|client
        |body|payload|content|form|json|query|query_string|search|q|url|full_path|headers|cookies?
        |sql|statement|parameters|params|values|row|input
        |password|passphrase|secret|token|api_key|authorization|credentials)""",
    re.VERBOSE | re.IGNORECASE,
)
"""Keys that stand for personal data, for secrets, or for whatever a caller may have put into a request."""

_NUMBER = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])|(?<![\w.-])\d{9}(?![\w.-])")
_QUERY = re.compile(r"(?<=[\w/.:\]-])\?[^\s\"'<>]+")

QUIET = ("httpx", "httpcore", "sqlalchemy", "asyncio", "procrastinate", "fiona", "pyogrio", "psycopg", "multipart", "python_multipart")
"""Libraries whose chatter below a warning quotes statements, addresses or arguments."""


class _Lines:
    """Where our own events go: each is written as the line that it is, without a record, a handler and a formatter of `logging`."""

    def __init__(self, name: str, handler: logging.StreamHandler[TextIO]) -> None:
        self.name = name
        self._handler = handler

    def info(self, line: str) -> None:
        with self._handler.lock or nullcontext():  # shared with the libraries' lines
            self._handler.stream.write(line + "\n")
            self._handler.flush()

    debug = warning = error = critical = exception = info


_ENCODER = json.JSONEncoder(default=str)


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _ENCODER.encode(event)


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log of this process through here, from `level` on. Called once by an entry point."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.stdlib.ExtraAdder(allow=[]),  # no library's extra fields: nobody knows what they hold
        exceptions_without_messages,
        without_personal_data,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _line]
        )
    )
    named = structlog.stdlib.LoggerFactory(ignore_frame_names=[__name__])  # finds the module whose logger it is
    structlog.configure(
        processors=[*shared, _line],
        logger_factory=lambda *names: _Lines(named(*names).name, handler),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # uvicorn brings handlers of its own
        logging.getLogger(name).handlers = []
        logging.getLogger(name).setLevel(logging.NOTSET)  # it is `level` that says what is written
        # The application logs its requests itself, with their ids and without the caller's address and query string.
        logging.getLogger(name).propagate = name != "uvicorn.access"
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)


def without_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Empty what stands for personal data or secrets, at any depth, and blot out what looks like it inside texts."""
    # What begins with _ is structlog's own: the record, taken out before anything is written.
    return {key: value if key.startswith("_") else _clean(key, value) for key, value in event.items()}


@lru_cache(maxsize=1024)
def _stands_for_personal_data(key: str) -> bool:
    """Keys are few and constant."""
    return PERSONAL.fullmatch(key) is not None


def _clean(key: str, value: Any) -> Any:
    if value is not None and _stands_for_personal_data(key):
        return LEFT_OUT
    if isinstance(value, Mapping):
        return {str(inner): _clean(str(inner), each) for inner, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean("", each) for each in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return LEFT_OUT
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _NUMBER.sub(LEFT_OUT, _QUERY.sub("?" + LEFT_OUT, str(value)))


def exceptions_without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put in the place of an exception its chain of types and places, and what a database says of itself: SQLSTATE and constraint."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = _told(error)
    return event


def _told(error: BaseException) -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        one: MutableMapping[str, Any] = {"type": f"{type(current).__module__}.{type(current).__qualname__}"}
        diagnosis = getattr(current, "diag", None)
        for name, key in (("sqlstate", "sqlstate"), ("constraint_name", "constraint"), ("table_name", "table")):
            if (value := getattr(diagnosis, name, None)) is not None:
                one[key] = value
        chain.append({**one, "frames": _frames(current.__traceback__)})
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _frames(trace: TracebackType | None) -> list[str]:
    """The last places, outermost first; never a line of source or a local variable."""
    return [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in traceback.walk_tb(trace)][-12:]
