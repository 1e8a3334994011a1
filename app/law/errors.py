"""What can go wrong with the law itself, named for what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


class LawError(Exception):
    """Something about the encoded law; the base of every error of this package."""


@dataclass(frozen=True, order=True)
class Place:
    """Where in the rulesets something is written: a file (relative path) and a line, counted from
    1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Places:
    """Where a thing is written, and where each of its keys is: `answers`,
    `concludes/coverage.effective_on`.
    """

    start: Place = Place("", 0)
    keys: Mapping[str, Place] = field(default_factory=dict)

    def of(self, *keys: str) -> Place:
        """The place of a key, or of the thing where the key is not written."""
        return self.keys.get("/".join(keys), self.start)


@dataclass(frozen=True, order=True)
class Fault:
    """One complaint about one place in the rulesets."""

    place: Place
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class UnsoundLaw(LawError):
    """The rulesets cannot be used; `faults` holds every complaint, in file and line order."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnknownQuestion(LawError):
    """There is no such question."""

    def __init__(self, question: str) -> None:
        super().__init__(f"there is no question {question}")
        self.question = question


class UnknownEdition(LawError):
    """There is no such edition of the law."""

    def __init__(self, edition: str, known: list[str]) -> None:
        super().__init__(f"there is no edition {edition}; there are {', '.join(known)}")
        self.edition, self.known = edition, known


class LawNotEncoded(LawError):
    """The day asked about is outside the days for which the law was read and encoded."""

    def __init__(self, question: str, as_of: date, edition: str, because: str) -> None:
        super().__init__(
            f"{question} cannot be decided as of {as_of} in the edition {edition}: {because}"
        )
        self.question, self.as_of, self.edition, self.because = question, as_of, edition, because
