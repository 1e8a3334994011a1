"""What an evaluation finds: conditions and provisions as bits of whole numbers, and each question's
outcome.
"""

from dataclasses import dataclass

from app.law.questions import Outcome

OUTCOME_CODES: dict[Outcome, int] = {"eligible": 0, "ineligible": 1, "referred": 2}
"""The code of a question's outcome where another question uses it as a fact; undetermined is
unknown."""
OUTCOMES_BY_CODE: tuple[Outcome, ...] = ("eligible", "ineligible", "referred", "undetermined")


class EngineFault(Exception):
    """The engine failed, or the compiled law contradicts it. Nothing may be issued; the message
    names no values.
    """


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One case under one standing law.

    *met* and *known* have a bit for each condition, by index: a condition that is known and not met
    failed, one that is not known is in neither. *applies* and *fails* have a bit for each
    provision; an undetermined one is in neither.
    """

    met: int
    known: int
    applies: int
    fails: int
    outcomes: dict[str, Outcome]

    def condition(self, index: int) -> bool | None:
        """Whether a condition is met; none where it is unknown."""
        return bool(self.met >> index & 1) if self.known >> index & 1 else None

    def provision(self, index: int) -> bool | None:
        """Whether a provision applies; none where it is undetermined."""
        return True if self.applies >> index & 1 else False if self.fails >> index & 1 else None
