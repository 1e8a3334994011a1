"""The conditions of provisions, described: the test as data and in words."""

from collections.abc import Iterable, Mapping
from datetime import date

from app.api.law.answers import ConditionAnswer
from app.determinations.telling.wording import as_json, needed_in_words, with_unit
from app.law.edition_law import EditionLaw
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.provision import CalendarName, Condition, Operand, ParameterName
from app.law.running_text import filled

TESTS = {
    "is_not": "not {}",
    "at_least": "at least {}",
    "at_most": "at most {}",
    "more_than": "more than {}",
    "less_than": "less than {}",
    "on_or_after": "on {} or later",
    "on_or_before": "on {} or earlier",
    "after": "after {}",
    "before": "before {}",
}
"""Operators in words; those that are not here add nothing to what they compare with."""


def condition_answer(
    lawbook: Lawbook,
    law: EditionLaw,
    condition: Condition,
    values: Mapping[str, Value],
    day: date,
) -> ConditionAnswer:
    """One condition of a provision, with the numbers of the law on a day."""
    fact = lawbook.fact(condition.fact)
    required = _required(lawbook, law, fact, condition.operand, values, day)
    return ConditionAnswer(
        condition.id,
        filled(condition.words, values),
        condition.fact,
        condition.operator,
        _operand(condition.operand),
        fact.label,
        TESTS.get(condition.operator, "{}").format(with_unit(fact, required)),
        required,
        str(condition.met),
        str(condition.not_met),
    )


def calendars_of(conditions: Iterable[Condition]) -> set[str]:
    """The ids of the calendars that conditions use."""
    return {c.operand.id for c in conditions if isinstance(c.operand, CalendarName)}


def _required(
    lawbook: Lawbook,
    law: EditionLaw,
    fact: FactDefinition,
    operand: Operand,
    values: Mapping[str, Value],
    day: date,
) -> str:
    if isinstance(operand, CalendarName):
        standing = law.calendars.get(operand.id)
        if standing is None:  # the edition contains neither it nor the provision
            return lawbook.calendars[operand.id].title
        return needed_in_words(fact, standing, day)
    required = values[operand.name] if isinstance(operand, ParameterName) else operand
    return needed_in_words(fact, required, day)


def _operand(operand: Operand) -> object:
    if isinstance(operand, ParameterName):
        return f"${operand.name}"
    if isinstance(operand, CalendarName):
        return operand.id
    if isinstance(operand, tuple):
        return [[as_json(v) for v in m] if isinstance(m, tuple) else as_json(m) for m in operand]
    return as_json(operand)
