"""Answers worth remembering: pure functions of what stands in the key, asked again in one case
after another.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT_AT_MOST = 4_096


class Remembered(Generic[T]):
    """Answers by key; forgets all when there are too many.

    Shared between threads: at worst work is done twice.
    """

    __slots__ = ("_answers", "_at_most")

    def __init__(self, at_most: int = KEPT_AT_MOST) -> None:
        self._answers: dict[Hashable, T] = {}
        self._at_most = at_most

    def find(self, key: Hashable) -> T | None:
        """The answer for a key, or none where it is not remembered."""
        return self._answers.get(key)

    def keep(self, key: Hashable, answer: T) -> T:
        """Remember an answer."""
        if len(self._answers) >= self._at_most:
            self._answers = {}
        self._answers[key] = answer
        return answer

    def forget(self) -> None:
        """Remember nothing of what was so far."""
        self._answers = {}

    def get(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """The answer for a key, worked out once."""
        answer = self._answers.get(key)
        if answer is None:
            answer = self.keep(key, work_out())
        return answer
