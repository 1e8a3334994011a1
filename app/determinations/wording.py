"""Values as people read them, and as JSON carries them; sentences filled in."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.law.calendars import StandingCalendar
from app.law.facts import Citation, FactDefinition, Value
from app.law.provision import Source
from app.law.sentences import Sentence
from app.law.spans import Span
from app.law.standing import Required, StandingCondition

Document = dict[str, object]
NOT_STATED = "not stated"
PLAIN_JSON = (str, int)
NO_PERIOD = "no period"
UNVERIFIED_WORDS: dict[str, str] = {
    "secondary": "Source unverified: read only in a secondary source.",
    "recollected": "Source unverified: the text was recalled, not read again.",
}
"""Evidence below guidance: whoever reads a sentence that rests on it is told so."""


@lru_cache(maxsize=20_000)
def day_in_words(day: date) -> str:
    """February 16, 2011."""
    return f"{day:%B} {day.day}, {day.year}"


def span_in_words(first: date, last: date | None) -> str:
    """July 1 through August 15, 2012."""
    if last is None:
        return f"{day_in_words(first)} on"
    if first == last:
        return day_in_words(first)
    start = f"{first:%B} {first.day}" if first.year == last.year else day_in_words(first)
    return f"{start} through {day_in_words(last)}"


def number_in_words(number: int | Decimal | Fraction) -> str:
    """Exact where it has few decimals.

    Otherwise cut after six, with an ellipsis, never rounded across a threshold.
    """
    if isinstance(number, Fraction):
        if number.denominator == 1:
            return f"{number.numerator:,}"
        scaled = number * 10**6
        if scaled.denominator != 1:
            exact = exact_decimal(number)
            return (
                exact
                if exact is not None and len(exact) <= 12
                else f"{_plain(Decimal(int(scaled)).scaleb(-6))}…"
            )
        number = Decimal(scaled.numerator).scaleb(-6)
    return f"{number.normalize():,f}" if isinstance(number, Decimal) else f"{number:,}"


def _plain(number: Decimal) -> str:
    normal = number.normalize()
    return f"{normal:f}"


def exact_decimal(number: Fraction) -> str | None:
    """The decimal expansion of a fraction where it ends, else none."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    digits = number.numerator * (10**places // number.denominator)
    sign, digits = ("-" if digits < 0 else ""), abs(digits)
    whole, part = divmod(digits, 10**places)
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def value_in_words(fact: FactDefinition, value: Value) -> str:
    """A value of a fact, as it stands in a sentence."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, str):
        return fact.choices.get(value, value)
    return number_in_words(value)


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
        return _plain(value)
    return [value.first.isoformat(), value.last.isoformat() if value.last else None]


def joined(parts: list[str], word: str) -> str:
    """a, b, or c."""
    if len(parts) < 3:
        return f" {word} ".join(parts)
    return f"{', '.join(parts[:-1])}, {word} {parts[-1]}"


def required_in_words(condition: StandingCondition, day: date | None) -> str:
    """What a condition requires, written out; of a long calendar only the periods next to a day."""
    required, fact = condition.required, condition.fact
    if isinstance(required, StandingCalendar):
        return (
            joined([span_in_words(first, last) for first, last in required.around(day)], "or")
            or NO_PERIOD
        )
    if not isinstance(required, tuple):
        return value_in_words(fact, required)
    parts = []
    for member in required:
        if isinstance(member, tuple):
            low, high = member
            days = isinstance(low, date) and isinstance(high, date)
            parts.append(
                span_in_words(low, high)  # type: ignore[arg-type]
                if days
                else f"{value_in_words(fact, low)} to {value_in_words(fact, high)}"
            )
        else:
            parts.append(value_in_words(fact, member))
    return joined(parts, "or")


def required_as_json(required: Required, day: date | None) -> object:
    """What a condition requires, as JSON."""
    if isinstance(required, StandingCalendar):
        return [[first.isoformat(), last.isoformat()] for first, last in required.around(day)]
    if isinstance(required, tuple):
        return [[as_json(v) for v in m] if isinstance(m, tuple) else as_json(m) for m in required]
    return as_json(required)


def fill(sentence: Sentence, word_for: Callable[[str], str]) -> str:
    """A sentence with its gaps filled, its first letter large."""
    if not sentence.names:
        return sentence.texts[0]
    parts = [sentence.texts[0]]
    for name, text in zip(sentence.names, sentence.texts[1:], strict=True):
        parts.append(word_for(name))
        parts.append(text)
    filled = "".join(parts)
    return filled[:1].upper() + filled[1:]


def facts_in_words(
    facts: Mapping[str, FactDefinition], values: Mapping[str, Value]
) -> Callable[[str], str]:
    """What to write for a fact's name: its value in words, or that it was not stated."""

    def word_for(name: str) -> str:
        value, fact = values.get(name), facts.get(name)
        if value is None:
            return NOT_STATED
        return value_in_words(fact, value) if fact else derived_in_words(value)

    return word_for


def citation_document(citation: Citation) -> Document:
    """Where the law is written."""
    parts = {"instrument": citation.instrument, "under": citation.under, "url": citation.url}
    return {key: value for key, value in parts.items() if value is not None}


def source_document(source: Source) -> Document:
    """Where a conclusion is written and how solid that is."""
    document: Document = {
        "citation": citation_document(source.citation),
        "evidence": source.evidence,
    }
    if source.evidence in UNVERIFIED_WORDS:
        document["says"] = UNVERIFIED_WORDS[source.evidence]
    return document


def fact_document(fact: FactDefinition) -> Document:
    """A fact to be asked for: its name, type and question, with unit and choices where
    it has them.
    """
    document: Document = {"fact": fact.name, "type": fact.type, "asks": fact.label}
    if fact.unit:
        document["unit"] = fact.unit
    if fact.choices:
        document["choices"] = dict(fact.choices)
    return document
