"""What is compiled once in a process of tests, though each test has an application and a database
of its own: statements of SQL, and the functions that put addresses together. To compile them anew
takes longer than most tests.

A compiled statement depends on the kind of database alone, a compiled address on its rule.
Connections, transactions, settings and converters stay each test's own.
"""

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from app.records import database

MOST = 5_000
_STATEMENTS: LRUCache[Any, Any] = LRUCache(MOST)
_ADDRESSES = dict[tuple[Any, ...], Any]()
_compiled = Rule._compile_builder


def compile_once() -> None:
    """From now on engines of one kind of database share what they compile, and so do rules."""
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign, assignment]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    database.create_engine = _engine  # type: ignore[attr-defined]
    Rule._compile_builder = _builder  # type: ignore[method-assign]


def _engine(*arguments: Any, **settings: Any) -> Engine:
    engine = create_engine(*arguments, **settings)
    engine._compiled_cache = _STATEMENTS
    return engine


def _builder(rule: Rule, append_unknown: bool = True) -> Any:
    """A function that takes the rule, with its converters, as its first argument."""
    key = (*rule._trace, rule.rule, repr(rule.defaults), append_unknown)
    if key not in _ADDRESSES:
        _ADDRESSES[key] = _compiled(rule, append_unknown)
    return _ADDRESSES[key]
