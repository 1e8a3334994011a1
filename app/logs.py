"""The log: JSON on standard error, one object per line, with the id of the request.

Modules use loggers of the standard library, with a few words and further values in `extra`. No line
contains a value that a caller sent. The server's own lines go through here too. A newline stays
inside its JSON string, so nobody can add a line.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
FRAMES_AT_MOST = 40
QUIET = ("alembic", "werkzeug", "sqlalchemy", "asyncio", "urllib3")
"""Libraries whose lines do not help operators, or quote requests. The log has only their warnings.
"""


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send all logging of this process to *stream*, standard error where none is given, from
    *level* upwards.
    """
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _frames_for_exception,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.set_name(__name__)
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if other.get_name() != __name__] + [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _frames_for_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """In place of an exception its kind and where it arose.

    Its message may quote what a caller sent.
    """
    found = _exception(event.pop("exc_info", None))
    if found is not None:
        event["exception"] = found[0].__name__
        event["frames"] = frames(found[1])
    return event


def _exception(given: Any) -> _ExcInfo | None:
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    if isinstance(given, tuple) and given[0] is not None:
        return cast(_ExcInfo, given)
    if given and sys.exc_info()[0] is not None:
        return cast(_ExcInfo, sys.exc_info())
    return None


def frames(error: BaseException) -> list[str]:
    """Where an error arose, innermost first."""
    found = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(found)][
        :FRAMES_AT_MOST
    ]
