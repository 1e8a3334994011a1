"""Every disclosure and every refusal leaves its audit entry: what a view did not enter by itself is
entered here, before the answer leaves.
"""

import atexit
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from weakref import WeakSet

from flask import Flask, current_app, request
from werkzeug.exceptions import NotFound

from app.access.origin import REFUSED
from app.access.principal import ANYBODY, PUBLIC
from app.api.http.answered.responses import Problem
from app.api.http.asked.authentication import asks_not_to_keep
from app.api.http.disclosures import WITHOUT_KEEPING, Disclosure, disclosure_of
from app.api.http.service import current_service, entered, origin, principal
from app.records.entries import AuditEntry
from app.records.errors import RecordsUnavailable
from app.records.store import Store

TOGETHER = 500
WAIT_SECONDS = 0.25
TRIED = "determination.tried"
"""A decision that was not stored: it discloses nothing that is, and its entry may wait a moment."""
_NAME = "tried"
View = Callable[..., Any]
_ALL: "WeakSet[Waiting]" = WeakSet()


class Waiting:
    """Entries that wait a quarter of a second to be stored together. Safe to share between threads.

    A process that is killed loses those of its last quarter of a second.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, threading.Lock()
        self._entries: list[AuditEntry] = []
        self._timer: threading.Timer | None = None
        _ALL.add(self)

    def add(self, entry: AuditEntry) -> None:
        """Store an entry soon, together with others."""
        with self._lock:
            self._entries.append(entry)
            is_full = len(self._entries) >= TOGETHER
            if self._timer is None and not is_full:
                self._timer = threading.Timer(WAIT_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()
        if is_full:
            self.flush()

    def flush(self) -> None:
        """Store what waits. If the database is unavailable, it is stored with the next entries, as
        far as there are not too many.
        """
        with self._lock:
            entries, self._entries, self._timer = self._entries, [], None
        if not entries:
            return
        try:
            self._store.note(*entries)
        except RecordsUnavailable:
            with self._lock:
                self._entries = [*entries, *self._entries][:TOGETHER]


@atexit.register
def _flush_all() -> None:
    for waiting in list(_ALL):
        waiting.flush()


def enter_disclosures(app: Flask, store: Store) -> None:
    """See that every route which is not public enters what it discloses and refuses."""
    app.extensions[_NAME] = Waiting(store)
    for endpoint, view in app.view_functions.items():
        if getattr(view, "permission", PUBLIC) != PUBLIC:
            app.view_functions[endpoint] = _watched(view)


def flush_tried(app: Flask) -> None:
    """Store the entries that wait."""
    cast(Waiting, app.extensions[_NAME]).flush()


def _watched(view: View) -> View:
    @wraps(view)
    def watched(**address: Any) -> Any:
        disclosure = _declared()
        try:
            answered = view(**address)
        except (Problem, NotFound) as refused:
            status = refused.type.status if isinstance(refused, Problem) else 404
            if status == 404 and disclosure is not None:
                _enter_refusal(disclosure, address)
            raise
        status = _status_of(answered)
        if disclosure is not None and status < 300:
            _enter_disclosure(disclosure, address)
        elif disclosure is not None and status == 404:
            _enter_refusal(disclosure, address)
        return answered

    return watched


def _declared() -> Disclosure | None:
    rule = request.url_rule
    if rule is None or principal() is ANYBODY:
        return None
    route = f"{'GET' if request.method == 'HEAD' else request.method} {rule.rule}"
    without = request.query_string and asks_not_to_keep(request.query_string)
    found = disclosure_of(f"{route}{WITHOUT_KEEPING}") if without else None
    return found or disclosure_of(route)


def _status_of(answered: Any) -> int:
    if isinstance(answered, tuple):
        return next((part for part in answered[1:] if isinstance(part, int)), 200)
    return int(getattr(answered, "status_code", 200))


def _enter_disclosure(disclosure: Disclosure, address: dict[str, Any]) -> None:
    actions = {entry.action for entry in entered()}
    if not disclosure.actions or actions & set(disclosure.actions):
        return
    entry = origin().did(disclosure.actions[0], _object(disclosure, address), kind=disclosure.kind)
    if entry.action == TRIED:
        cast(Waiting, current_app.extensions[_NAME]).add(entry)
    else:
        current_service().store.note(entry)


def _enter_refusal(disclosure: Disclosure, address: dict[str, Any]) -> None:
    if not disclosure.refused or any(entry.outcome == REFUSED for entry in entered()):
        return
    id = _object(disclosure, address)
    current_service().store.note(origin().did(disclosure.refused, id, REFUSED, disclosure.kind))


def _object(disclosure: Disclosure, address: dict[str, Any]) -> str | None:
    id = address.get(disclosure.variable)
    return None if id is None else str(id)[:100]
