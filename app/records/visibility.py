"""The stored determinations that a caller sees. Others do not exist for the caller."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything; or the determinations of one organization, and all determinations of some
    questions.
    """

    everything: bool = False
    organization: str | None = None
    questions: frozenset[str] = frozenset()


EVERYTHING = Reach(everything=True)
NOTHING = Reach()
