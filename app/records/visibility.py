"""Which kept determinations somebody may see at all.

What lies outside is as if it were not there.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything; or what one organization made, together with all determinations of some
    questions, whoever made them.
    """

    everything: bool = False
    organization: str | None = None
    questions: frozenset[str] = frozenset()


EVERYTHING = Reach(everything=True)
NOTHING = Reach()
