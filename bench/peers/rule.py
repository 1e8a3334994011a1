"""The small rule that engines are compared with: seven facts, seven tests in order, the first that
fits decides. This is the reference.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

SEED = 288
FIRST, LAST = date(2011, 1, 1), date(2014, 12, 31)
LONGEST = timedelta(days=63)
Facts = Mapping[str, Any]
"""As they come out of JSON: days as ISO text, none where no coverage was lost."""
Answer = tuple[str, bytes]
"""What an engine says, and its answer with its explanation as JSON text."""


@dataclass(frozen=True)
class Contestant:
    """An engine that was loaded with the rule: its name, what it explains, how it decides."""

    name: str
    explains: str
    decide: Callable[[Facts], Answer]


def reference(facts: Facts) -> str:
    """The answer of the rule."""
    applied_on = date.fromisoformat(facts["applied_on"])
    if not facts["resident"] or facts["employer_plan_open"]:
        return "ineligible"
    lost_recently = facts["coverage_lost"] and (
        applied_on - date.fromisoformat(facts["coverage_lost_on"]) <= LONGEST
    )
    if (
        _is_open(applied_on)
        or facts["waiver_granted"]
        or facts["qualifying_event"]
        or lost_recently
    ):
        return "may enroll"
    return "denied"


def _is_open(day: date) -> bool:
    in_winter = date(2011, 1, 1) <= day <= date(2011, 2, 15)
    return in_winter or (7, 1) <= (day.month, day.day) <= (8, 15)


def random_facts(count: int) -> list[Facts]:
    """Different people, the same ones in every run."""
    chance = Random(SEED)
    made: dict[object, Facts] = {}
    while len(made) < count:
        applied_on = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days + 1))
        lost = chance.random() < 0.4
        lost_on = applied_on - timedelta(days=chance.randrange(160))
        facts = {
            "resident": chance.random() < 0.9,
            "employer_plan_open": chance.random() < 0.1,
            "applied_on": applied_on.isoformat(),
            "waiver_granted": chance.random() < 0.1,
            "qualifying_event": chance.random() < 0.2,
            "coverage_lost": lost,
            "coverage_lost_on": lost_on.isoformat() if lost else None,
        }
        made[tuple(facts.values())] = facts
    return list(made.values())
