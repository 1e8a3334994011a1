"""The vocabulary: every statement about an applicant, business or plan that a provision may look
at, with its type.

A fact has a value as people write it (a day, a flag, a decimal) and a *code*, a whole number that
orders and compares as the value does. Provisions are compared on codes, so that no comparison can
slip across types and none is inexact.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, TypeVar

from app.law.errors import Place
from app.law.spans import FIRST_DAY, LAST_DAY

N = TypeVar("N", int, Decimal)
FactType = Literal["flag", "integer", "decimal", "day", "choice", "outcome"]
Value = bool | int | Decimal | Fraction | date | str

PLACES = 6
"""Decimal places of the grid on which decimals are compared.

No threshold of the law may need more.
"""
GRID: int = 10**PLACES
CODE_LIMIT = 2**61
"""Codes stay well inside what the engine's 64-bit reader carries without error."""
LARGEST = 1_000_000_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d{1,13}(\.\d{1,20})?")


class NotThatFact(ValueError):
    """A value that is not of the fact's type or range.

    The message tells the caller what to send.
    """


@dataclass(frozen=True)
class Citation:
    """Where the law is written: the instrument, the section it stands under, and an address to read
    it at.
    """

    instrument: str
    under: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Presumption:
    """What the law takes a fact to be while nobody says otherwise."""

    value: Value
    because: str
    citation: Citation | None


@dataclass(frozen=True)
class Computation:
    """A named function over facts (names), whole numbers and, in conclusions, parameters (`$name`)
    and other functions.
    """

    function: str
    arguments: "tuple[str | int | Computation, ...]"

    @property
    def fact_names(self) -> tuple[str, ...]:
        """The facts among the arguments (not numbers, parameters or calendars), those of inner
        functions too.
        """
        names: list[str] = []
        for argument in self.arguments:
            if isinstance(argument, Computation):
                names.extend(argument.fact_names)
            elif isinstance(argument, str) and not argument.startswith("$") and "." in argument:
                names.append(argument)
        return tuple(names)

    @property
    def parameter_names(self) -> frozenset[str]:
        """The parameters among the arguments, without their dollar signs."""
        names = {a[1:] for a in self.arguments if isinstance(a, str) and a.startswith("$")}
        return frozenset(
            names.union(*(a.parameter_names for a in self.arguments if isinstance(a, Computation)))
        )

    @property
    def functions(self) -> frozenset[str]:
        """The functions it calls."""
        inner = (a.functions for a in self.arguments if isinstance(a, Computation))
        return frozenset({self.function}).union(*inner)

    def __str__(self) -> str:
        return f"{self.function}({', '.join(str(a) for a in self.arguments)})"


@dataclass(frozen=True)
class FactDefinition:
    """One fact: its name everywhere, its type and unit, and the question that asks for it."""

    name: str
    type: FactType
    asks: str | None = None
    describes: str | None = None
    unit: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    places: int = PLACES
    minimum: int = 0
    maximum: int = LARGEST
    presumed: Presumption | None = None
    computed: Computation | None = None
    is_act: bool = False
    is_once: bool = False
    place: Place = field(default=Place("", 0), compare=False)

    @property
    def label(self) -> str:
        """What the fact is called where it is shown: its question, or what it describes."""
        return self.asks or self.describes or self.name

    @cached_property
    def first_code(self) -> int:
        """The smallest code a value of this fact can have."""
        if self.type == "day":
            return FIRST_DAY.toordinal() if self.computed is None else 1
        if self.type in ("flag", "choice", "outcome"):
            return 0
        return -CODE_LIMIT if self.computed else self.minimum * self._scale

    @cached_property
    def last_code(self) -> int:
        """The largest code a value of this fact can have."""
        if self.type == "day":
            return LAST_DAY.toordinal() if self.computed is None else date.max.toordinal()
        if self.type == "flag":
            return 1
        if self.type in ("choice", "outcome"):
            return len(self.choices) - 1
        return CODE_LIMIT if self.computed else self.maximum * self._scale

    @cached_property
    def step(self) -> int:
        """The distance between the codes of two neighboring values that a caller can state."""
        return 2 * 10 ** (PLACES - self.places) if self.type == "decimal" else 1

    @property
    def _scale(self) -> int:
        return 2 * GRID if self.type == "decimal" else 1

    def code(self, value: Value) -> int:
        """The whole number that stands for a value.

        Decimals sit on the even numbers of a grid of millionths; an exact value between two grid
        points gets the odd number between theirs. Every threshold sits on the grid, so all
        comparisons are those of the unrounded value.
        """
        match self.type:
            case "flag":
                return 1 if value else 0
            case "day":
                assert isinstance(value, date)
                return value.toordinal()
            case "choice" | "outcome":
                return list(self.choices).index(str(value))
            case "integer":
                assert isinstance(value, int | Fraction)
                return max(-CODE_LIMIT, min(CODE_LIMIT, int(value)))
        assert isinstance(value, int | Decimal | Fraction)
        scaled = Fraction(value) * GRID
        whole = math.floor(scaled)
        return max(-CODE_LIMIT, min(CODE_LIMIT, 2 * whole + (scaled != whole)))

    @cached_property
    def code_of(self) -> Callable[[Any], int]:
        """`code` as a function of this fact's own type, found once: it is called for every fact of
        every applicant.
        """
        match self.type:
            case "flag":
                return int
            case "day":
                return date.toordinal
            case "choice" | "outcome":
                return {choice: code for code, choice in enumerate(self.choices)}.__getitem__
            case "integer":
                return lambda value: (
                    value
                    if type(value) is int and -CODE_LIMIT <= value <= CODE_LIMIT
                    else self.code(value)
                )
        return self.code

    def value(self, code: int) -> Value:
        """The value that a code stands for.

        The inverse of `code` for every value a caller can state.
        """
        match self.type:
            case "flag":
                return code == 1
            case "day":
                return date.fromordinal(code)
            case "choice" | "outcome":
                return list(self.choices)[code]
            case "integer":
                return code
        return Decimal(code).scaleb(-PLACES) / 2

    def read(self, given: object) -> Value:
        """The typed value of what a caller sent, as parsed from JSON with decimals kept exact.

        Raises:
            NotThatFact: it is of another type, malformed, or out of range.
        """
        match self.type:
            case "flag":
                if isinstance(given, bool):
                    return given
                raise NotThatFact("Must be true or false.")
            case "day":
                return _read_day(given)
            case "choice" | "outcome":
                if isinstance(given, str) and given in self.choices:
                    return given
                raise NotThatFact(f"Must be one of {', '.join(self.choices)}.")
            case "integer":
                return self._in_range(_read_integer(given))
        return self._in_range(_read_decimal(given, self.places))

    def _in_range(self, number: N) -> N:
        if not self.minimum <= number <= self.maximum:
            raise NotThatFact(f"Must be between {self.minimum} and {self.maximum}.")
        return number


def _read_day(given: object) -> date:
    if not isinstance(given, str) or not _DAY.fullmatch(given) or not given.isascii():
        raise NotThatFact("Must be a day as YYYY-MM-DD.")
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise NotThatFact("There is no such day in the calendar.") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotThatFact(f"Must be between {FIRST_DAY} and {LAST_DAY}.")
    return day


def _read_integer(given: object) -> int:
    if (
        isinstance(given, Decimal)
        and given.is_finite()
        and abs(given.adjusted()) < 30
        and given == given.to_integral_value()
    ):
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        raise NotThatFact("Must be a whole number.")
    return given


def _read_decimal(given: object, places: int) -> Decimal:
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if isinstance(text, Decimal) and text.is_finite() and abs(text.adjusted()) < 30:
        text = f"{text:f}"
    if not isinstance(text, str) or not text.isascii() or not _DECIMAL.fullmatch(text):
        raise NotThatFact('Must be a decimal number, best sent as text such as "0.66".')
    number = Decimal(text).normalize()
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise NotThatFact(f"Must have at most {places} decimal places.")
    return number


class Vocabulary:
    """All facts by name, each defined once."""

    def __init__(self, definitions: Mapping[str, FactDefinition]) -> None:
        self._definitions = dict(definitions)
        self._inputs: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> FactDefinition:
        return self._definitions[name]

    def __contains__(self, name: object) -> bool:
        return name in self._definitions

    def __iter__(self) -> Iterator[FactDefinition]:
        return iter(self._definitions.values())

    def get(self, name: str) -> FactDefinition | None:
        """The definition, or none where nobody defined such a fact."""
        return self._definitions.get(name)

    def inputs_of(self, name: str) -> tuple[str, ...]:
        """The facts a caller states for this one: itself, or what it is computed from, in order,
        each once.
        """
        found = self._inputs.get(name)
        if found is None:
            found = self._inputs[name] = tuple(self._find_inputs(name))
        return found

    def _find_inputs(self, name: str) -> list[str]:
        definition = self._definitions.get(name)
        if definition is None or definition.computed is None:
            return [name]
        inputs: dict[str, None] = {}
        for argument in definition.computed.fact_names:
            inputs.update(dict.fromkeys(self.inputs_of(argument)))
        return list(inputs)
