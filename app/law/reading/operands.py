"""Tests of facts: an operator with what it compares with, written as keys or in one line."""

import re

from app.law.facts import Value
from app.law.provision import CalendarName, Operand, ParameterName
from app.law.reading.yaml_source import Item, Scalar

OPERATORS = (
    "is", "is_not", "one_of", "at_least", "at_most", "more_than", "less_than",
    "before", "after", "on_or_before", "on_or_after", "within",
)  # fmt: skip
_PAIRS = re.compile(r"\[[^\[\]]*\](?: *, *\[[^\[\]]*\])*")
_PAIR = re.compile(r"\[([^\[\]]*)\]")


def read_operand(item: Item) -> Operand:
    """What stands under an operator that is a key of its own.

    A complaint is nothing, or a list of anything but values or pairs.
    """
    if not item.is_list:
        return _single(item, item.scalar())
    members = item.items()
    if members and all(member.is_list for member in members):
        return tuple(_pair(item, [m.scalar() for m in member.items()]) for member in members)
    return _several(item, [member.scalar() for member in members])


def operand_of(item: Item, written: str) -> Operand:
    """The same, where it stands in one line behind its operator: `63`, `[lost, unpaid]`,
    `[[2011-01-01, 2011-02-15]]`; complaints name *item*.
    """
    if not written.startswith("["):
        return _single(item, item.plain(written))
    inner = written[1:-1].strip()
    if not written.endswith("]"):
        raise item.refuse(f"the list {written} is not closed")
    if _PAIRS.fullmatch(inner):
        return tuple(_pair(item, _members(item, pair)) for pair in _PAIR.findall(inner))
    return _several(item, _members(item, inner))


def read_test(item: Item, written: str) -> tuple[str, Operand]:
    """An operator and its operand in one line: `at_most $clock`.

    A complaint is an unknown operator, and one without operand.
    """
    operator, _, operand = " ".join(written.split()).partition(" ")
    if operator not in OPERATORS:
        raise item.refuse(f"nobody knows the operator {operator}; known are {', '.join(OPERATORS)}")
    if not operand:
        raise item.refuse(f"{operator} compares with nothing; write {operator} and a value")
    return operator, operand_of(item, operand)


def _members(item: Item, written: str) -> list[Scalar]:
    return [item.plain(member.strip()) for member in written.split(",")]


def _single(item: Item, value: Scalar) -> Operand:
    if isinstance(value, str) and value.startswith("$"):
        return ParameterName(value[1:])
    if isinstance(value, str) and value.startswith("calendars/"):
        return CalendarName(value)
    if value is None:
        raise item.refuse("must have a value")
    return value


def _several(item: Item, values: list[Scalar]) -> tuple[Value, ...]:
    if not values or any(value is None for value in values):
        raise item.refuse("must be a list of values")
    return tuple(value for value in values if value is not None)


def _pair(item: Item, ends: list[Scalar]) -> tuple[Value, Value]:
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise item.refuse("must be a pair of a first and a last value")
    return ends[0], ends[1]
