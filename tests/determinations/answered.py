"""What the law in force answers to facts as callers send them."""

from datetime import date
from typing import Any

import orjson

from app.determinations.cases.case import make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.determination import Determination

TODAY = date(2026, 10, 1)


def determination_of(
    decider: Decider,
    question: str,
    facts: dict[str, object],
    as_of: date | None = None,
    edition: str = "chapter-288",
    today: date = TODAY,
) -> Determination:
    """The determination of a request that names its edition."""
    stated = read_facts(decider.lawbook, question, facts)
    return decider.decide(make_case(decider.lawbook, question, stated, as_of, edition, today))


def answer(
    decider: Decider,
    question: str,
    facts: dict[str, object],
    as_of: str | None = None,
    edition: str = "current",
    today: date = TODAY,
) -> dict[str, Any]:
    """The full answer, as JSON has it."""
    day = date.fromisoformat(as_of) if as_of else None
    decided = determination_of(decider, question, facts, day, edition, today)
    return orjson.loads(decided.json())  # type: ignore[no-any-return]


def steps(decided: dict[str, Any]) -> list[str]:
    """The sentences of the next steps."""
    return [step["says"] for step in decided["next_steps"]]
