"""The compiled module of durable-rules, driven by hand: no host, no timers, one session at a time,
always emptied.

See `docs/decisions/engine.md` for what was measured and why it is driven so.
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import durable_rules_engine

from app.engine.compiler import CASE, NAME_LENGTH, Meaning, Program
from app.engine.evaluation import EngineFault


class _Native(Protocol):
    def create_ruleset(self, name: str, rules: str) -> int: ...
    def assert_fact(self, ruleset: int, message: str) -> tuple[int, int]: ...
    def start_action_for_state(self, ruleset: int, state: int) -> tuple[str, str] | None: ...
    def complete_and_start_action(self, ruleset: int, state: int) -> str | None: ...
    def delete_state(self, ruleset: int, sid: str) -> None: ...
    def retract_fact(self, ruleset: int, message: str) -> tuple[int, int]: ...


_native = cast(_Native, durable_rules_engine)
_numbers = itertools.count(1)
NAME_END = 2 + NAME_LENGTH
FIRINGS_AT_MOST = 4_000
"""More firings than rules times any real number of messages: the engine is going round
in circles.
"""


def property(name: str, code: int) -> str:
    """A property with its code, as it stands in a message."""
    return f'"{name}":{code}'


FIRST = property(CASE, 1)


class Ruleset:
    """A program loaded into the engine; it stays there for the life of the process, because the
    engine cannot unload.

    Making the engine's state for a session costs more than all messages of a decision. So one state
    serves one decision after another, each of which takes its messages back; where that did not
    happen to the end, the state is never used again.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._handle = _native.create_ruleset(f"law{next(_numbers)}", json.dumps(program.rules))
        self._empty: str | None = None

    def open(self) -> "Session":
        """A session for one decision. The caller holds the engine's lock until it is closed."""
        sid, self._empty = self._empty or str(next(_numbers)), None
        return Session(self._handle, sid, self.program.meanings)

    def close(self, session: "Session") -> None:
        """Take the session's messages back, and keep its state for the next one if that
        went well.
        """
        if session.retract():
            self._empty = session.sid

    def start_afresh(self) -> None:
        """Use a new state for the next session, and drop the one at hand."""
        if self._empty is not None:
            _native.delete_state(self._handle, self._empty)
            self._empty = None


class Session:
    """The messages of one decision. The engine remembers them until they are taken back."""

    def __init__(self, handle: int, sid: str, meanings: Mapping[str, Meaning]) -> None:
        self._handle, self.sid, self._meanings = handle, sid, meanings
        self._posted: list[str] = []
        self._is_broken = False

    def post(self, properties: Sequence[str]) -> list[Meaning]:
        """Assert a message of properties, each as `property` writes it, and say what fired.

        Raises:
            EngineFault: the engine refused the message or fired without end.
        """
        fired: list[Meaning] = []
        if not self._posted:
            properties = [FIRST, *properties]
        elif not properties:
            return fired
        text = f'{{"id":{len(self._posted) + 1},"sid":"{self.sid}",{",".join(properties)}}}'
        try:
            _, state = _native.assert_fact(self._handle, text)
            self._posted.append(text)
            started = _native.start_action_for_state(self._handle, state)
            action = started[1] if started else None
            meanings, handle, next_action = (
                self._meanings,
                self._handle,
                _native.complete_and_start_action,
            )
            for _ in range(FIRINGS_AT_MOST):
                if action is None:
                    return fired
                meaning = meanings.get(action[2:NAME_END])  # {"0042":{"m":…
                if meaning is not None:
                    fired.append(meaning)
                action = next_action(handle, state)
        except durable_rules_engine.error as error:
            self._is_broken = True
            raise EngineFault(f"the engine refused a message: {error}") from None
        self._is_broken = True
        raise EngineFault("the engine fired without end")

    def retract(self) -> bool:
        """Take back every message; whether the engine has forgotten all of them.

        A session whose message was refused is half made: touching it again crashes the process, so
        it is left behind.
        """
        if self._is_broken:
            return False
        try:
            for text in self._posted:
                _native.retract_fact(self._handle, text)
        except durable_rules_engine.error:
            return False
        return True
