"""What an evaluation finds: conditions and provisions as bits of whole numbers, and each question's
outcome.
"""

from dataclasses import dataclass

from app.law.questions import Outcome

OUTCOME_CODES: dict[Outcome, int] = {"eligible": 0, "ineligible": 1, "referred": 2}
"""The code of a question's outcome where another question uses it as a fact; undetermined is
unknown."""
DECIDED: tuple[Outcome, ...] = ("eligible", "ineligible")
"""The outcomes that nobody has to decide any more, and the ways in which a person may decide."""
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

    def both_ways(self, other: "Evaluation") -> "Evaluation":
        """What holds in this one and in another, where a person decides in one of two ways: an
        outcome that differs is referred, or undetermined where one of them is.
        """
        met, failed = self.met & other.met, self.known & ~self.met & other.known & ~other.met
        outcomes: dict[str, Outcome] = {}
        for id, outcome in self.outcomes.items():
            pair = {outcome, other.outcomes[id]}
            differing: Outcome = "undetermined" if "undetermined" in pair else "referred"
            outcomes[id] = outcome if len(pair) == 1 else differing
        applies, fails = self.applies & other.applies, self.fails & other.fails
        return Evaluation(met, met | failed, applies, fails, outcomes)

    def condition(self, index: int) -> bool | None:
        """Whether a condition is met; none where it is unknown."""
        return bool(self.met >> index & 1) if self.known >> index & 1 else None

    def provision(self, index: int) -> bool | None:
        """Whether a provision applies; none where it is undetermined."""
        return True if self.applies >> index & 1 else False if self.fails >> index & 1 else None
