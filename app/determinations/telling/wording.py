"""Values as people read them, and as JSON carries them; sentences filled in."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec import UNSET

from app.determinations.answer import CitationAnswer, SourceAnswer
from app.law.calendars import StandingCalendar
from app.law.facts import Citation, FactDefinition, Value
from app.law.provision import Source
from app.law.spans import Span
from app.law.standing import Required, StandingCondition
from app.law.words import day_in_words, exact_decimal, number_in_words, plain_decimal, span_in_words

Document = dict[str, object]
NOT_STATED = "not stated"
PLAIN_JSON = (str, int)
NO_PERIOD = "no period"
UNVERIFIED_WORDS: dict[str, str] = {
    "secondary": "Read in a secondary source only.",
    "recollected": "Recalled from memory, not read again.",
}
"""What is said beside a reason whose evidence is below guidance."""


def derived_in_words(value: Value | Span | None) -> str:
    """A conclusion, as it stands in a sentence."""
    if value is None:
        return NOT_STATED
    if isinstance(value, Span):
        return span_in_words(value.first, value.last)
    if isinstance(value, date):
        return day_in_words(value)
    return value if isinstance(value, str) else number_in_words(value)


def as_json(value: Value | Span | None) -> object:
    """A value as JSON carries it: days as ISO text, spans as pairs, decimals as exact text (a
    fraction where they do not end).
    """
    if value is None or isinstance(value, PLAIN_JSON):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return exact_decimal(value) or f"{value.numerator}/{value.denominator}"
    if isinstance(value, Decimal):
        return plain_decimal(value)
    return [value.first.isoformat(), value.last.isoformat() if value.last else None]


def joined(parts: list[str], word: str) -> str:
    """a, b, or c."""
    if len(parts) < 3:
        return f" {word} ".join(parts)
    return f"{', '.join(parts[:-1])}, {word} {parts[-1]}"


def required_in_words(condition: StandingCondition, day: date | None) -> str:
    """What a condition requires, written out; of a long calendar only the periods next to a day."""
    return needed_in_words(condition.fact, condition.required, day)


def needed_in_words(fact: FactDefinition, required: Required, day: date | None) -> str:
    """What a test of a fact compares with, written out; of a long calendar only the periods next to
    a day.
    """
    if isinstance(required, StandingCalendar):
        return (
            joined([span_in_words(first, last) for first, last in required.around(day)], "or")
            or NO_PERIOD
        )
    if not isinstance(required, tuple):
        return fact.in_words(required)
    parts = []
    for member in required:
        if isinstance(member, tuple):
            low, high = member
            days = isinstance(low, date) and isinstance(high, date)
            parts.append(
                span_in_words(low, high)  # type: ignore[arg-type]
                if days
                else f"{fact.in_words(low)} to {fact.in_words(high)}"
            )
        else:
            parts.append(fact.in_words(member))
    return joined(parts, "or")


def with_unit(fact: FactDefinition, number: str) -> str:
    """A number with the unit of its fact: 63 days, 1 day. Factors have none."""
    if fact.unit in (None, "factor"):
        return number
    unit = str(fact.unit)
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def value_in_words(condition: StandingCondition, value: Value) -> str:
    """The value that a condition looks at; a rounded number says on which side it lies of what is
    required.
    """
    if not isinstance(value, Fraction) or condition.fact.is_money:
        return condition.fact.in_words(value)
    required = condition.required
    members = required if isinstance(required, tuple) else (required,)
    ends = [end for m in members for end in (m if isinstance(m, tuple) else (m,))]
    return number_in_words(value, [end for end in ends if isinstance(end, int | Decimal)])


def required_as_json(required: Required, day: date | None) -> object:
    """What a condition requires, as JSON."""
    if isinstance(required, StandingCalendar):
        return [[first.isoformat(), last.isoformat()] for first, last in required.around(day)]
    if isinstance(required, tuple):
        return [[as_json(v) for v in m] if isinstance(m, tuple) else as_json(m) for m in required]
    return as_json(required)


def citation_answer(citation: Citation) -> CitationAnswer:
    """Where the law is written."""
    return CitationAnswer(citation.instrument, citation.under or UNSET, citation.url or UNSET)


def source_answer(source: Source) -> SourceAnswer:
    """Where a conclusion is written and how solid that is."""
    says = UNVERIFIED_WORDS.get(source.evidence, UNSET)
    return SourceAnswer(citation_answer(source.citation), source.evidence, says)
