"""The vocabulary: every statement about an applicant, business or plan that a provision may look
at, with its type.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from app.law.errors import Place
from app.law.fact_types import FACT_TYPES, LARGEST, PLACES, FactType
from app.law.sentences import Sentence, Told

Value = bool | int | Decimal | Fraction | date | str
Actor = Literal["applicant", "carrier", "office", "nobody"]
"""Whose act brings a fact about: the applicant's (the person or body that the question is about),
the carrier's, a public body's, or no act of theirs.
"""
ACTORS: tuple[Actor, ...] = ("applicant", "carrier", "office", "nobody")


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
    """What the law takes a fact to be while the caller does not state it."""

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
class Order:
    """How a fact lies to another one, by name, or to a number that bounds it."""

    operator: str
    other: str | int


@dataclass(frozen=True)
class Contradiction:
    """Values of a fact that cannot stand beside values of another one.

    Without *values* it is any value of the fact. Where *same_day* names two days, both must be
    stated and equal.
    """

    other: str
    others: tuple[Value, ...]
    values: tuple[Value, ...] = ()
    same_day: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactDefinition:
    """One fact: its name everywhere, its type and unit, and the question that asks for it."""

    name: str
    type: str
    asks: str | None = None
    describes: str | None = None
    unit: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    places: int = PLACES
    minimum: int = 0
    maximum: int = LARGEST
    presumed: Presumption | None = None
    computed: Computation | None = None
    actionable: bool = False
    irreversible: bool = False
    by: Actor = "nobody"
    clauses: Mapping[Value | None, Sentence] = field(default_factory=dict, compare=False)
    """What follows an `if` where the fact has a value; None for any value."""
    says: Mapping[tuple[str, object], Told] = field(default_factory=dict, compare=False)
    """What is said of a test of it, by operator and operand, or by operator and None for any."""
    orders: tuple[Order, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    follows_from: str | None = None
    """The question whose outcome a flag says: true where it is eligible, false where it is
    ineligible. A flag that nobody stated follows where what was stated decides that question.
    """
    curable: Sentence | None = None
    """What to send where it was answered no, while a provision says that it can still be cured."""
    place: Place = field(default=Place("", 0), compare=False)

    @property
    def label(self) -> str:
        """What the fact is called where it is shown: its question, or what it describes."""
        return self.asks or self.describes or self.name

    @property
    def is_money(self) -> bool:
        """Whether its number is an amount, which sentences give with cents: 412.50."""
        return self.unit is not None and self.unit.split()[0] == "dollars"

    def __getstate__(self) -> dict[str, object]:
        """What a kept lawbook has of it: no functions, which are found again."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def kind(self) -> FactType:
        """What all facts of its type have in common."""
        return FACT_TYPES[self.type]

    @cached_property
    def first_code(self) -> int:
        """The smallest code a value of this fact can have."""
        return self.kind.code_range(self)[0]

    @cached_property
    def last_code(self) -> int:
        """The largest code a value of this fact can have."""
        return self.kind.code_range(self)[1]

    @cached_property
    def step(self) -> int:
        """The distance between the codes of two neighboring values that a caller can state."""
        return self.kind.step(self)

    @cached_property
    def code_of(self) -> Callable[[Any], int]:
        """The whole number that stands for a value, as a function found once: it is called for
        every fact of every applicant.
        """
        return self.kind.code_of(self)

    def code(self, value: Value) -> int:
        """The whole number that stands for one value."""
        return self.code_of(value)

    def value(self, code: int) -> Value:
        """The value that a code stands for, of every value a caller can state."""
        return self.kind.value(self, code)

    def read(self, given: object) -> Value:
        """The typed value of what a caller sent, as parsed from JSON with decimals kept exact.

        Raises:
            NotThatFact: it is of another type, malformed, or out of range.
        """
        return self.kind.read(self, given)

    def in_words(self, value: Value) -> str:
        """A value of this fact, as it stands in a sentence."""
        return self.kind.in_words(self, value)

    def as_clause(self, values: Sequence[Value], as_of: date) -> str | None:
        """What follows an `if` where the fact has one of these values, as of a day; none where
        neither the fact nor what is said of its tests has words for that.
        """
        if len(values) == 1:
            return self._clause(values[0], as_of)
        for (operator, operand), told in self.says.items():
            if operator == "one_of" and isinstance(operand, tuple) and set(operand) == set(values):
                return _as_clause(told.met)
        left = set(self.choices) - set(values)
        opposite = self.says.get(("is", left.pop())) if len(left) == 1 else None
        if opposite is not None:
            return _as_clause(opposite.not_met)
        clauses = [self._clause(value, as_of) for value in values]
        return None if None in clauses else " or ".join(map(str, clauses))

    def _clause(self, value: Value, as_of: date) -> str | None:
        written = self.clauses.get(value) or self.clauses.get(None)
        if written is not None:
            text = _NEARBY.sub("" if value == as_of else r" \1", str(written))
            return text.replace("{value}", self.in_words(value))
        told = self.says.get(("is", value))
        return _as_clause(told.met) if told is not None else None


_NEARBY = re.compile(r" \(([^()]*)\)")
"""What a clause leaves out where the value is the day asked about."""


def _as_clause(sentence: Sentence) -> str | None:
    """A sentence without gaps as what follows an `if`."""
    if sentence.names:
        return None
    text = sentence.texts[0].removesuffix(".")
    return text[:1].lower() + text[1:]


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
        """The definition, or none where the law defines no such fact."""
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
