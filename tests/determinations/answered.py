"""The answer of the law in force to stated facts, as JSON has it."""

from datetime import date
from typing import Any

import orjson

from app.determinations.case import make_case, read_facts
from app.determinations.decide import Decider


def answer(
    decider: Decider,
    question: str,
    facts: dict[str, object],
    as_of: str | None = None,
    edition: str = "current",
) -> dict[str, Any]:
    """The full answer, as JSON has it."""
    stated = read_facts(decider.lawbook, question, facts)
    day = date.fromisoformat(as_of) if as_of else None
    case = make_case(decider.lawbook, question, stated, day, edition, date(2026, 10, 1))
    return orjson.loads(decider.decide(case).json())  # type: ignore[no-any-return]


def steps(decided: dict[str, Any]) -> list[str]:
    return [step["says"] for step in decided["next_steps"]]
