"""The compiled module of durable-rules, driven by hand: no host, no timers, one session at a time, always deleted.

See `docs/decisions/engine.md` for what was measured and why it is driven so.
"""

import itertools
import json
from collections.abc import Mapping
from typing import Protocol, cast

import durable_rules_engine

from app.engine.compiler import CASE, MESSAGE_PROPERTIES, Meaning, Program
from app.engine.evaluation import EngineFault


class _Native(Protocol):
    def create_ruleset(self, name: str, rules: str) -> int: ...
    def assert_fact(self, ruleset: int, message: str) -> tuple[int, int]: ...
    def start_action_for_state(self, ruleset: int, state: int) -> tuple[str, str] | None: ...
    def complete_and_start_action(self, ruleset: int, state: int) -> str | None: ...
    def delete_state(self, ruleset: int, sid: str) -> None: ...


_native = cast(_Native, durable_rules_engine)
_numbers = itertools.count(1)
FIRINGS_AT_MOST = 4_000
"""More firings than rules times any real number of messages: the engine is going round in circles."""


class Ruleset:
    """A program loaded into the engine; it stays there for the life of the process, because the engine cannot unload."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._meanings = program.meanings
        self._handle = _native.create_ruleset(f"law{next(_numbers)}", json.dumps(program.rules))

    def open(self) -> "Session":
        """A session for one decision. The caller holds the engine's lock until it is closed."""
        return Session(self._handle, self._meanings)


class Session:
    """The messages of one decision. The engine remembers them until the session is closed."""

    def __init__(self, handle: int, meanings: Mapping[str, Meaning]) -> None:
        self._handle, self._meanings = handle, meanings
        self._sid = str(next(_numbers))
        self._messages = 0

    def post(self, properties: Mapping[str, int]) -> list[Meaning]:
        """Assert a message, split where it is too wide to be safe, and say what fired.

        Raises:
            EngineFault: the engine refused a message or fired without end.
        """
        fired: list[Meaning] = []
        if len(properties) <= MESSAGE_PROPERTIES:
            self._post_one(properties, fired)
            return fired
        items = list(properties.items())
        for at in range(0, len(items), MESSAGE_PROPERTIES):
            self._post_one(dict(items[at : at + MESSAGE_PROPERTIES]), fired)
        return fired

    def _post_one(self, message: Mapping[str, int], fired: list[Meaning]) -> None:
        self._messages += 1
        if self._messages == 1:
            message = {CASE: 1, **message}
        elif not message:
            return
        properties = ",".join([f'"{name}":{code}' for name, code in message.items()])
        text = f'{{"id":{self._messages},"sid":"{self._sid}",{properties}}}'
        try:
            _, state = _native.assert_fact(self._handle, text)
            started = _native.start_action_for_state(self._handle, state)
            action = started[1] if started else None
            meanings, handle, next_action = self._meanings, self._handle, _native.complete_and_start_action
            for _ in range(FIRINGS_AT_MOST):
                if action is None:
                    return
                meaning = meanings.get(action[2 : action.index('"', 2)])
                if meaning is not None:
                    fired.append(meaning)
                action = next_action(handle, state)
        except durable_rules_engine.error as error:
            raise EngineFault(f"the engine refused a message: {error}") from None
        raise EngineFault("the engine fired without end")

    def close(self) -> None:
        """Forget the messages. A session that never posted does not exist for the engine and must not be deleted."""
        if self._messages:
            _native.delete_state(self._handle, self._sid)
