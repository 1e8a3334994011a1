"""The fields of forms, made from the definitions of facts: a new fact needs nothing here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.law.fact_types import LARGEST, NotThatFact
from app.law.facts import FactDefinition
from app.law.spans import FIRST_DAY, LAST_DAY
from app.law.words import day_in_words

LONGEST = 40
"""No value of a fact is longer as people type it."""
YEAR_DIGITS = 4
MONTHS = tuple(f"{date(2000, month, 1):%B}" for month in range(1, 13))
NO_DAY = "Give the month, the day and the year, such as March 4, 2012."
DAYS = f"Give a day from {day_in_words(FIRST_DAY)} through {day_in_words(LAST_DAY)}."
NO_SUCH_DAY = "There is no {month} {day} in {year}."
_WHOLE = re.compile(r"-?\d{1,18}")
_BESIDE_NUMBERS = str.maketrans("", "", ",$% ")
"""What people write with numbers: 1,250.50; $40; 75 %."""


@dataclass(slots=True)
class Field:
    """One fact in a form: what stands in its inputs, by what follows its name in theirs, and what
    is wrong with it.
    """

    fact: FactDefinition
    shown: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The id of its first input, to which links to errors lead."""
        return self.fact.name.replace(".", "-")

    @property
    def label(self) -> str:
        """What it asks for."""
        return self.fact.label

    @property
    def input(self) -> str:
        """How it is filled in: radio, number or date."""
        return self.fact.kind.input

    @property
    def options(self) -> list[tuple[str, str]]:
        """The values of a fact that has few, each with its words."""
        if self.fact.type == "flag":
            return [("true", "Yes"), ("false", "No")]
        return list(self.fact.choices.items())

    @property
    def bounds(self) -> str:
        """What a number can be, where that tells something."""
        unit = f" {self.fact.unit}" if self.fact.unit else ""
        if self.fact.maximum == LARGEST:  # what the service can hold, which says nothing
            return f"{self.fact.minimum:,}{unit} or more"
        return f"From {self.fact.minimum:,} to {self.fact.maximum:,}{unit}"

    @classmethod
    def of(cls, fact: FactDefinition, value: object) -> "Field":
        """A field with a value as JSON carries it; empty where there is none."""
        if value is None:
            return cls(fact)
        if fact.kind.input == "date":
            year, month, day = str(value).split("-")
            return cls(fact, {".month": str(int(month)), ".day": str(int(day)), ".year": year})
        return cls(fact, {"": str(value).lower() if isinstance(value, bool) else str(value)})

    @classmethod
    def sent(cls, fact: FactDefinition, form: Mapping[str, str]) -> "Field":
        """A field as somebody filled it in."""
        parts = (".month", ".day", ".year") if fact.kind.input == "date" else ("",)
        texts = {part: form.get(fact.name + part, "").strip()[:LONGEST] for part in parts}
        return cls(fact, texts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not any(self.shown.values())

    def value(self) -> object:
        """The value as JSON carries it.

        Raises:
            NotThatFact: it is none of this fact.
        """
        given = self._given()
        try:
            self.fact.read(given)
        except NotThatFact:
            if self.input == "date":  # a day of the calendar, so it is too early or too late
                raise NotThatFact(DAYS) from None
            raise
        return given

    def day(self) -> date:
        """The value of a day.

        Raises:
            NotThatFact: it is none.
        """
        return date.fromisoformat(str(self.value()))

    def _given(self) -> object:
        if self.input == "date":
            return _day(self.shown)
        text = self.shown[""]
        if self.fact.type == "flag":
            return {"true": True, "false": False}.get(text, text)
        if self.fact.type == "choice":
            return text
        number = text.translate(_BESIDE_NUMBERS)
        return int(number) if self.fact.type == "integer" and _WHOLE.fullmatch(number) else number


def _day(parts: Mapping[str, str]) -> str:
    try:
        year, month, day = (int(parts[part]) for part in (".year", ".month", ".day"))
    except ValueError:
        raise NotThatFact(NO_DAY) from None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        if not (1 <= month <= 12 and 1 <= day <= 31 and len(parts[".year"]) == YEAR_DIGITS):
            raise NotThatFact(NO_DAY) from None
        says = NO_SUCH_DAY.format(month=MONTHS[month - 1], day=day, year=year)
        raise NotThatFact(says) from None


def values_of(fields: Iterable[Field]) -> dict[str, object]:
    """The values of those that were filled in, as JSON carries them; what cannot be read is noted
    at its field.
    """
    values: dict[str, object] = {}
    for each in fields:
        if each.is_empty:
            continue
        try:
            values[each.fact.name] = each.value()
        except NotThatFact as error:
            each.errors.append(str(error))
    return values
