"""A case: one question, the facts stated, the day and the edition.

Facts are typed here, once, for every way in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.determinations.errors import AsOfDiffers, FactError, FactsContradict, FactsRefused
from app.law import relations
from app.law.fact_types import NotThatFact
from app.law.facts import Value
from app.law.lawbook import Lawbook
from app.law.names import is_beginning, walk


@dataclass(frozen=True)
class Case:
    """What is asked, of whom, as of when, in which edition of the law.

    *decided_on* is the day of deciding, in Massachusetts; none where the answer is about days as
    such, as in a calendar. *edition_named* is false where the caller left the edition to the
    service.
    """

    question: str
    facts: Mapping[str, Value]
    as_of: date
    edition: str
    decided_on: date | None = None
    edition_named: bool = True


def read_facts(lawbook: Lawbook, question: str, given: Mapping[str, object]) -> dict[str, Value]:
    """The typed facts of a question.

    Raises:
        FactsRefused: facts that the question does not know, that stand twice, or that are not of
            their type; all of them.
        FactsContradict: facts that cannot be so together.
        UnknownQuestion: there is no such question.
    """
    known = lawbook.known_facts(question)
    facts: dict[str, Value] = {}
    errors: list[FactError] = []
    for keys, value in walk(given):
        name = ".".join(keys)
        if value == {} and any(is_beginning(name, fact) for fact in known):
            continue  # a subject without facts
        definition = known.get(name)
        if name in facts:
            errors.append(FactError(name, "Is given twice."))
        elif definition is None:
            errors.append(FactError(name, _unknown(lawbook, question, name)))
        else:
            try:
                facts[name] = definition.read(value)
            except NotThatFact as error:
                errors.append(FactError(name, str(error)))
    if errors:
        raise FactsRefused(errors)
    broken = [
        FactError(name, order.says)
        for order in relations.broken_orders(lawbook.vocabulary.get, facts)
        for name in order.facts
    ]
    if broken:
        raise FactsContradict(broken)
    return facts


def _unknown(lawbook: Lawbook, question: str, name: str) -> str:
    fact = lawbook.vocabulary.get(name)
    if fact is not None and fact.computed is not None:
        return f"Is computed from {', '.join(lawbook.vocabulary.inputs_of(name))}; send those."
    return f"Is not a fact of {question}." if fact is not None else "There is no such fact."


def make_case(
    lawbook: Lawbook,
    question: str,
    facts: Mapping[str, Value],
    as_of: date | None,
    edition: str,
    today: date,
    edition_named: bool = True,
) -> Case:
    """A case on its governing day: that of the fact the law looks at, else *as_of*, else *today*,
    the day of deciding (in Massachusetts).

    Raises:
        AsOfDiffers: *as_of* is not the governing day.
    """
    governing = lawbook.question(question).governed_by
    day = facts.get(governing) if governing else None
    if not isinstance(day, date):
        day = as_of or today
    elif as_of is not None and as_of != day:
        raise AsOfDiffers(str(governing), day, as_of)
    return Case(question, facts, day, edition, today, edition_named)
