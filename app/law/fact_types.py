"""The types of fact, one class for each: adding a type means adding a class here.

A fact has a value as people write it (a day, a flag, a decimal) and a *code*, a whole number that
orders and compares as the value does. Provisions are compared on codes, so that no comparison can
slip across types and none is inexact.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from app.law.spans import FIRST_DAY, LAST_DAY
from app.law.words import day_in_words, money_in_words, number_in_words, span_in_words

if TYPE_CHECKING:
    from app.law.facts import FactDefinition, Value

N = TypeVar("N", int, Decimal)

PLACES = 6
"""Decimal places of the grid on which decimals are compared.

No threshold of the law may need more.
"""
GRID: int = 10**PLACES
CODE_LIMIT = 2**61
"""Codes stay well inside what the engine's 64-bit reader carries without error."""
LARGEST = 1_000_000_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,13}(\.\d{1,20})?", re.ASCII)
_ORDERED = frozenset({"is", "is_not", "at_least", "at_most", "more_than", "less_than", "within"})


class NotThatFact(ValueError):
    """A value that is not of the fact's type or range.

    The message tells the caller what to send.
    """


class FactType(ABC):
    """What the facts of one type have in common. It holds nothing: each method is given the
    definition of the fact that it speaks of.

    *python_types* are those of its values where the law writes them; *fits* the kinds of arguments
    of functions (`app.law.functions`) that such a fact can be; *input* the form field of a page
    that asks for it, whose choices and bounds stand in the JSON Schema; *needs* what a definition
    must say beside the question, its `unit` or its `choices`. A *listed* type has few values, so
    that each can be tried.
    """

    name: ClassVar[str]
    operators: ClassVar[frozenset[str]]
    python_types: ClassVar[frozenset[type]]
    fits: ClassVar[frozenset[str]]
    input: ClassVar[Literal["radio", "number", "date"]]
    needs: ClassVar[str | None] = None
    is_listed: ClassVar[bool] = False
    is_outcome: ClassVar[bool] = False

    @abstractmethod
    def code_range(self, fact: FactDefinition) -> tuple[int, int]:
        """The smallest and the largest code a value can have."""

    def step(self, fact: FactDefinition) -> int:
        """The distance between the codes of two neighboring values that a caller can state."""
        return 1

    def scale(self) -> int:
        """How far the codes of two values lie apart that differ by one."""
        return 1

    @abstractmethod
    def code_of(self, fact: FactDefinition) -> Callable[[Any], int]:
        """The function from values to codes; it can be pickled."""

    @abstractmethod
    def value(self, fact: FactDefinition, code: int) -> Value:
        """The inverse, for every value a caller can state."""

    def code_near(self, fact: FactDefinition, day: date) -> int:
        """The code from which to look for others, where a fact was not stated."""
        return fact.first_code

    @abstractmethod
    def read(self, fact: FactDefinition, given: Any) -> Value:
        """The value of what a caller sent.

        Raises:
            NotThatFact: it is of another type, malformed, or out of range.
        """

    def complaint(self, fact: FactDefinition, value: Any) -> str | None:
        """What is wrong with a value that the text of the law holds, if anything."""
        if type(value) in self.python_types:
            return None
        return f"{fact.name} is of type {self.name}, which {value} is not"

    @abstractmethod
    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        """The JSON Schema of what callers send."""

    @abstractmethod
    def in_words(self, fact: FactDefinition, value: Any) -> str:
        """A value as it stands in a sentence."""

    @abstractmethod
    def example(self, fact: FactDefinition, day: date) -> object:
        """Some value that a caller may send for a case of a day."""


class _Listed(FactType):
    """Facts with few values, each with a label; the code is the place in the list."""

    is_listed = True
    input = "radio"
    fits = frozenset({"any"})

    @abstractmethod
    def labels(self, fact: FactDefinition) -> Mapping[Any, str]:
        """Each value with the words for it."""

    def code_range(self, fact: FactDefinition) -> tuple[int, int]:
        return 0, len(self.labels(fact)) - 1

    def code_of(self, fact: FactDefinition) -> Callable[[Any], int]:
        return {value: code for code, value in enumerate(self.labels(fact))}.__getitem__

    def value(self, fact: FactDefinition, code: int) -> Value:
        value: Value = list(self.labels(fact))[code]
        return value

    def in_words(self, fact: FactDefinition, value: Any) -> str:
        return self.labels(fact)[value]


class Flag(_Listed):
    """True or false, and nothing that merely looks like it."""

    name = "flag"
    operators = frozenset({"is"})
    python_types = frozenset({bool})

    def labels(self, fact: FactDefinition) -> Mapping[Any, str]:
        return {False: "no", True: "yes"}

    def read(self, fact: FactDefinition, given: Any) -> Value:
        if isinstance(given, bool):
            return given
        raise NotThatFact("Must be true or false.")

    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        return {"type": "boolean"}

    def example(self, fact: FactDefinition, day: date) -> object:
        return fact.presumed.value if fact.presumed else True


class Choice(_Listed):
    """One of the choices of the fact's own."""

    name = "choice"
    operators = frozenset({"is", "is_not", "one_of"})
    python_types = frozenset({str})
    needs = "choices"

    def labels(self, fact: FactDefinition) -> Mapping[Any, str]:
        return fact.choices

    def read(self, fact: FactDefinition, given: Any) -> Value:
        if isinstance(given, str) and given in fact.choices:
            return given
        raise NotThatFact(f"Must be one of {', '.join(fact.choices)}.")

    def complaint(self, fact: FactDefinition, value: Any) -> str | None:
        choices = ", ".join(fact.choices)
        return super().complaint(fact, value) or (
            None
            if value in fact.choices
            else f"{value} is not a choice of {fact.name}; there are {choices}"
        )

    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        return {"type": "string", "enum": list(fact.choices), "x-choices": dict(fact.choices)}

    def example(self, fact: FactDefinition, day: date) -> object:
        return next(iter(fact.choices))


class StatedOutcome(Choice):
    """The outcome of another question, where somebody decided it already; no ruleset defines it."""

    name = "outcome"
    fits = frozenset()
    is_outcome = True

    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        return {"type": "string", "enum": list(fact.choices), "x-question": fact.name}


class _Number(FactType):
    """Facts with a number between two bounds; what is computed has no bounds but the engine's."""

    operators = _ORDERED
    input = "number"
    needs = "unit"

    def code_range(self, fact: FactDefinition) -> tuple[int, int]:
        if fact.computed is not None:
            return -CODE_LIMIT, CODE_LIMIT
        return fact.minimum * self.scale(), fact.maximum * self.scale()

    def complaint(self, fact: FactDefinition, value: Any) -> str | None:
        return super().complaint(fact, value) or (
            None
            if _is_carried(value)
            else f"the engine cannot carry the number {value}: at most {LARGEST * 1000} and "
            f"{PLACES} decimal places"
        )

    def in_words(self, fact: FactDefinition, value: Any) -> str:
        return money_in_words(value) if fact.is_money else number_in_words(value)

    def in_range(self, fact: FactDefinition, number: N) -> N:
        """A number that was sent, within the bounds of the fact."""
        if not fact.minimum <= number <= fact.maximum:
            raise NotThatFact(f"Must be between {fact.minimum} and {fact.maximum}.")
        return number

    def example(self, fact: FactDefinition, day: date) -> object:
        return max(fact.minimum, min(1, fact.maximum))


class Integer(_Number):
    """A whole number; its code is itself."""

    name = "integer"
    python_types = frozenset({int})
    fits = frozenset({"integer", "number", "any"})

    def code_of(self, fact: FactDefinition) -> Callable[[Any], int]:
        return integer_code

    def value(self, fact: FactDefinition, code: int) -> Value:
        return code

    def read(self, fact: FactDefinition, given: Any) -> Value:
        if (
            isinstance(given, Decimal)
            and given.is_finite()
            and abs(given.adjusted()) < 30
            and given == given.to_integral_value()
        ):
            given = int(given)
        if isinstance(given, bool) or not isinstance(given, int):
            raise NotThatFact("Must be a whole number.")
        return self.in_range(fact, given)

    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        return {"type": "integer", "minimum": fact.minimum, "maximum": fact.maximum}


class ExactDecimal(_Number):
    """An exact decimal, best sent as text.

    Decimals sit on the even numbers of a grid of millionths; an exact value between two grid
    points gets the odd number between theirs. Every threshold sits on the grid, so all comparisons
    are those of the unrounded value.
    """

    name = "decimal"
    python_types = frozenset({int, Decimal})
    fits = frozenset({"number", "any"})

    def scale(self) -> int:
        return 2 * GRID

    def step(self, fact: FactDefinition) -> int:
        return int(2 * 10 ** (PLACES - fact.places))

    def code_of(self, fact: FactDefinition) -> Callable[[Any], int]:
        return decimal_code

    def value(self, fact: FactDefinition, code: int) -> Value:
        return Decimal(code).scaleb(-PLACES) / 2

    def read(self, fact: FactDefinition, given: Any) -> Value:
        text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
        if isinstance(text, Decimal) and text.is_finite() and abs(text.adjusted()) < 30:
            text = f"{text:f}"
        if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
            raise NotThatFact('Must be a decimal number, best sent as text such as "0.66".')
        number = Decimal(text).normalize()
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > fact.places:
            raise NotThatFact(f"Must have at most {fact.places} decimal places.")
        return self.in_range(fact, number)

    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        return {
            "type": ["string", "number"],
            "pattern": f"^{_DECIMAL.pattern}$",
            "minimum": fact.minimum,
            "maximum": fact.maximum,
            "x-decimal-places": fact.places,
        }

    def example(self, fact: FactDefinition, day: date) -> object:
        return str(super().example(fact, day))


class Day(FactType):
    """A calendar day as YYYY-MM-DD; its code is its ordinal."""

    name = "day"
    input = "date"
    operators = frozenset(
        {"is", "is_not", "before", "after", "on_or_before", "on_or_after", "within"}
    )
    python_types = frozenset({date})
    fits = frozenset({"day", "any"})

    def code_range(self, fact: FactDefinition) -> tuple[int, int]:
        if fact.computed is not None:
            return 1, date.max.toordinal()
        return FIRST_DAY.toordinal(), LAST_DAY.toordinal()

    def code_of(self, fact: FactDefinition) -> Callable[[Any], int]:
        return date.toordinal

    def value(self, fact: FactDefinition, code: int) -> Value:
        return date.fromordinal(code)

    def code_near(self, fact: FactDefinition, day: date) -> int:
        return day.toordinal()

    def read(self, fact: FactDefinition, given: Any) -> Value:
        if not isinstance(given, str) or not _DAY.fullmatch(given):
            raise NotThatFact("Must be a day as YYYY-MM-DD.")
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise NotThatFact("There is no such day in the calendar.") from None
        if not FIRST_DAY <= day <= LAST_DAY:
            raise NotThatFact(f"Must be a day of {span_in_words(FIRST_DAY, LAST_DAY)}.")
        return day

    def complaint(self, fact: FactDefinition, value: Any) -> str | None:
        return super().complaint(fact, value) or (
            None
            if FIRST_DAY <= value <= LAST_DAY
            else f"{value} is outside the days the service can speak of, {FIRST_DAY} to {LAST_DAY}"
        )

    def json_schema(self, fact: FactDefinition) -> dict[str, Any]:
        """JSON Schema has no bounds for days, so they stand in an extension."""
        return {
            "type": "string",
            "format": "date",
            "pattern": f"^{_DAY.pattern}$",
            "x-first": str(FIRST_DAY),
            "x-last": str(LAST_DAY),
        }

    def in_words(self, fact: FactDefinition, value: Any) -> str:
        return day_in_words(value)

    def example(self, fact: FactDefinition, day: date) -> object:
        return day.isoformat()


def integer_code(value: int | Fraction) -> int:
    """The code of a whole number, kept within what the engine carries."""
    if type(value) is int and -CODE_LIMIT <= value <= CODE_LIMIT:
        return value
    return max(-CODE_LIMIT, min(CODE_LIMIT, int(value)))


def decimal_code(value: int | Decimal | Fraction) -> int:
    """The code of an exact number: even on the grid, odd between two of its points."""
    numerator, denominator = value.as_integer_ratio()
    whole, rest = divmod(numerator * GRID, denominator)
    return max(-CODE_LIMIT, min(CODE_LIMIT, 2 * whole + (rest != 0)))


def _is_carried(number: int | Decimal) -> bool:
    exact = Decimal(number)
    return abs(exact) <= LARGEST * 1000 and exact == exact.quantize(Decimal(1).scaleb(-PLACES))


FACT_TYPES: Mapping[str, FactType] = {
    type.name: type
    for type in (Flag(), Integer(), ExactDecimal(), Day(), Choice(), StatedOutcome())
}
