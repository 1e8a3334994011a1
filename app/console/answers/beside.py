"""Two answers beside each other: line by line, the same or not."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from app.api.determinations.stored import law_texts
from app.api.http.service import current_service
from app.console.answers.telling import STATUSES, Told
from app.determinations.again.comparison import changed_files, differing_provisions


@dataclass(frozen=True, slots=True)
class Line:
    """What two answers say of one matter, in sentences; *moved* says how far a day lies from the
    other.
    """

    name: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    moved: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two say something else."""
        return self.first != self.second

    @property
    def shared(self) -> set[str]:
        """The sentences that both say."""
        return {*self.first} & {*self.second}


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision that comes out otherwise: what it does in each answer."""

    id: str
    title: str
    first: str
    second: str
    text_changed: bool


@dataclass(frozen=True)
class Pair:
    """Two answers to one question. *heads* say which is which."""

    first: Told
    second: Told
    heads: tuple[str, str]

    @classmethod
    def of(
        cls, first: Mapping[str, Any], second: Mapping[str, Any], heads: tuple[str, str]
    ) -> "Pair":
        """Two answers, given as documents."""
        decider = current_service().decider
        return cls(Told(decider, first), Told(decider, second), heads)

    @property
    def is_same_outcome(self) -> bool:
        """Whether both come to the same outcome."""
        return bool(self.first.outcome == self.second.outcome)

    @property
    def lines(self) -> list[Line]:
        """The matters that at least one of the two speaks of."""
        found = [
            self._line("Answer", lambda told: [f"{told.tag}. {told.says}"]),
            self._line("Because", lambda told: told.because or []),
            self._line("What to do, by when", lambda told: list(told.to_do)),
            self._line("Still needed", lambda told: [need["asks"] for need in told.needs or []]),
            *self._concluded(),
            self._line(
                "Holds through", lambda told: [told.until or "No end is known"], "valid_until"
            ),
            self._line("The law of", lambda told: [f"{told.day}, edition {told.edition}"], "as_of"),
            self._line("Read with care", lambda told: told.cautions or []),
        ]
        return [line for line in found if line.first or line.second]

    def _line(
        self, name: str, said: Callable[[Told], Iterable[str]], day: str | None = None
    ) -> Line:
        """A line from both documents; *day* names the member that is its day."""
        first, second = self.first.document, self.second.document
        moved = "" if day is None else days_apart(first.get(day), second.get(day))
        return Line(name, tuple(said(self.first)), tuple(said(self.second)), moved)

    def _concluded(self) -> Iterator[Line]:
        first, second = (
            {name: f"{value}. {stays}".rstrip(". ") for name, value, stays in told.concluded}
            for told in (self.first, self.second)
        )
        moved = {
            self.first.describe(name): days_apart(
                value, self.second.document["concludes"].get(name)
            )
            for name, value in self.first.document["concludes"].items()
        }
        for line in _beside(first, second):
            yield replace(line, moved=moved.get(line.name, ""))

    @property
    def facts(self) -> list[Line]:
        """The facts that were stated otherwise."""
        both = dict(self.first.stated), dict(self.second.stated)
        return [line for line in _beside(*both) if line.differs]

    @property
    def provisions(self) -> list[Provision]:
        """The provisions that make the difference."""
        both = self.first.document, self.second.document
        return [_provision(each) for each in differing_provisions(*both, *self._texts)]

    @property
    def law_files(self) -> list[str]:
        """The files of the law that were changed, added or removed between the two."""
        first, second = self._texts
        if first is None or second is None:
            return []
        changed: Mapping[str, list[str]] = cast(Any, changed_files(first, second))
        return sorted(file for files in changed.values() for file in files)

    @property
    def _texts(self) -> tuple[Mapping[str, str] | None, Mapping[str, str] | None]:
        first, second = (
            law_texts(current_service(), told.document["law"]["digest"])
            for told in (self.first, self.second)
        )
        return first, second


def _beside(first: Mapping[str, str], second: Mapping[str, str]) -> Iterator[Line]:
    for name in dict.fromkeys([*first, *second]):
        yield Line(name, _said(first.get(name)), _said(second.get(name)))


def _said(words: str | None) -> tuple[str, ...]:
    return () if words is None else (words,)


def days_apart(first: object, second: object) -> str:
    """How many days later or earlier the second day is, or begins where both are spans, as JSON
    carries them; nothing where they are the same, or no days.
    """
    if isinstance(first, list) and isinstance(second, list):
        began = days_apart(first[0], second[0])
        return began and f"begins {began}"
    if not (isinstance(first, str) and isinstance(second, str)):
        return ""
    try:
        days = (date.fromisoformat(second) - date.fromisoformat(first)).days
    except ValueError:
        return ""
    if not days:
        return ""
    number = f"{abs(days):,} day" + ("" if abs(days) == 1 else "s")
    return f"{number} {'later' if days > 0 else 'earlier'}"


def _provision(each: Mapping[str, Any]) -> Provision:
    then, now = _status(each["then"]), _status(each["now"])
    return Provision(each["id"], each["title"], then, now, bool(each["text_changed"]))


def _status(side: Mapping[str, Any] | None) -> str:
    return "Not in that law" if side is None else STATUSES[side["status"]]
