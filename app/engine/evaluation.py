"""What an evaluation finds: each condition met, not met or unknown, each provision, each question's
outcome.
"""

from dataclasses import dataclass, field

from app.law.questions import Outcome


class EngineFault(Exception):
    """The engine failed, or disagrees with the plain evaluator.

    Nothing may be issued; the message names no values.
    """


@dataclass
class Evaluation:
    """Truth by index: true (met, applies), false (not met, does not apply) or none (unknown,
    undetermined).
    """

    conditions: list[bool | None]
    provisions: list[bool | None]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
