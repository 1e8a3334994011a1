"""A database that fails once, at a call of the test's choosing."""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError


class Failing:
    """Lets the n-th call to a database from now on fail: a statement, the begin of a transaction or
    its commit.
    """

    def __init__(self, engine: Engine) -> None:
        self._left: int | None = None
        self._engine, self._commit = engine, engine.dialect.do_commit
        self._loses_answer = False
        event.listen(engine, "before_cursor_execute", self._statement)
        engine.dialect.do_commit = self._commits  # type: ignore[method-assign]

    def at(self, number: int, loses_answer: bool = False) -> None:
        """Fail at the call of this number, counted from 1.

        With *loses_answer* a commit that fails has been done nevertheless.
        """
        self._left, self._loses_answer = number, loses_answer

    def stop(self) -> bool:
        """Fail no more; whether it has failed since."""
        failed, self._left = self._left == 0, None
        return failed

    def _is_due(self) -> bool:
        if not self._left:
            return False
        self._left -= 1
        return self._left == 0

    def _statement(self, connection: Connection, *_: Any) -> None:
        if self._is_due():
            raise _failure()

    def _commits(self, connection: Any) -> None:
        due = self._is_due()
        if not due or self._loses_answer:
            self._commit(connection)
        if due:
            raise _failure()


def _failure() -> OperationalError:
    return OperationalError(
        "a statement", None, OSError("server closed the connection unexpectedly")
    )
