"""What is wrong with a case before anything is decided."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class FactError:
    """One fact that cannot be taken, by its name, and what to send instead.

    *path* has the keys that lead to it in the request, where its name does not say them.
    """

    fact: str
    detail: str
    path: tuple[str, ...] = ()


class FactsRefused(ValueError):
    """Some facts are unknown to the question or not of their type; `errors` holds every one."""

    def __init__(self, errors: list[FactError]) -> None:
        super().__init__("; ".join(f"{error.fact}: {error.detail}" for error in errors))
        self.errors = errors


class FactsContradict(FactsRefused):
    """Facts that cannot be so together; each is named, with the same sentence."""


class AsOfDiffers(ValueError):
    """The law looks at the day of a stated fact, and `as_of` names another."""

    def __init__(self, governing: str, day: date, as_of: date) -> None:
        super().__init__(
            f"The law of {governing} ({day}) governs; leave as_of out or send the same day."
        )
        self.governing, self.day, self.as_of = governing, day, as_of
