"""The connection to the database: SQLite by default, PostgreSQL by address."""

import logging
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from app.records.errors import RecordsUnavailable

log = logging.getLogger(__name__)

WRITES = "writes"
"""Execution option of connections that write: on SQLite they take the write lock at once, since
upgrading fails under load.
"""
SAFE_SQLITE = (3, 51, 3)
"""Earlier versions can damage a database in write-ahead mode when a checkpoint and a reset of the
log meet.
"""
LOCK_WAIT_MS = 10_000
SERVER_WAIT_SECONDS = 5
"""How long a server is waited for, whether for a connection, a free one of the pool, or a lock.

Then the request is refused.
"""
CONNECTIONS_OF_A_THREAD = 2
"""A request with an idempotency key holds one connection for the key and writes through another."""
CONNECTIONS_BESIDE = 4
"""Connections for sealing and for health checks."""
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    "trusted_schema = OFF",
    f"busy_timeout = {LOCK_WAIT_MS}",
)


def sqlite_module() -> ModuleType:
    """pysqlite3, which carries a recent SQLite, where it is installed.

    Else the module of the standard library.
    """
    try:
        import pysqlite3.dbapi2 as recent
    except ImportError:
        return sqlite3
    return recent  # type: ignore[no-any-return]


def open_database(address: str, threads: int = 4) -> Engine:
    """An engine for a database address, to be used by so many threads at once.

    Nothing is connected yet.

    Raises:
        RecordsUnavailable: the address cannot be read as one, its driver is not installed, or it
            names an SQLite database in memory or in a folder that is not there.
    """
    try:
        url = make_url(address)
        return _sqlite(url) if url.get_backend_name() == "sqlite" else _on_server(url, threads)
    except (ArgumentError, ImportError, ValueError) as error:
        raise RecordsUnavailable(f"invalid database address: {type(error).__name__}") from None


def _sqlite(url: URL) -> Engine:
    file = _file(url)
    module = sqlite_module()
    if module.sqlite_version_info < SAFE_SQLITE:
        log.warning(
            "SQLite %s is older than %s and can damage a database; install pysqlite3",
            module.sqlite_version,
            "3.51.3",
        )
    engine = create_engine(url, module=module)
    event.listen(engine, "do_connect", lambda *_: _make_private(file))
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _file(url: URL) -> Path:
    """The file of an SQLite database.

    Raises:
        RecordsUnavailable: it is in memory, or its folder is not there; a folder that was mistyped
            must not become one.
    """
    named = (url.database or "").removeprefix("file:")
    if named in ("", ":memory:") or url.query.get("mode") == "memory":
        raise RecordsUnavailable(
            "a database in memory stores nothing, name a file as in "
            "sqlite:////var/lib/eligibility/kept.sqlite"
        )
    file = Path(named)
    if not file.parent.is_dir():
        raise RecordsUnavailable(
            f"the folder {file.parent} does not exist, create it or correct DATABASE_URL"
        )
    return file


def _make_private(file: Path) -> None:
    """Restrict a new file to its owner. SQLite's files beside it get the same mode."""
    with suppress(OSError):  # it is there, or connecting will say why it cannot be
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _on_server(url: URL, threads: int) -> Engine:
    """What the address itself sets stays as it is set there."""
    waits = {
        "connect_timeout": SERVER_WAIT_SECONDS,
        "options": f"-c lock_timeout={SERVER_WAIT_SECONDS}s",
    }
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=CONNECTIONS_OF_A_THREAD * threads + CONNECTIONS_BESIDE,
        max_overflow=0,
        pool_timeout=SERVER_WAIT_SECONDS,
        connect_args={name: value for name, value in waits.items() if name not in url.query},
    )


def _prepare_connection(connection: Any, _record: object) -> None:
    """Leave transactions to SQLAlchemy: the driver of Python 3.11 begins them late and of the wrong
    kind.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(
        "BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES, False) else "BEGIN"
    )
