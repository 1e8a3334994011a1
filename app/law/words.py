"""Days and numbers as people read them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache


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
                else f"{plain_decimal(Decimal(int(scaled)).scaleb(-6))}…"
            )
        number = Decimal(scaled.numerator).scaleb(-6)
    return f"{number.normalize():,f}" if isinstance(number, Decimal) else f"{number:,}"


_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spelled(value: int | Decimal | Fraction | date | str) -> str:
    """A number as running text has it: whole ones through a hundred as words, sixty-three, others
    in figures, as they were written. Days and words as ever.
    """
    if isinstance(value, date):
        return day_in_words(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100:
        return f"{value:,}" if isinstance(value, int) else str(value)
    if value == 100:
        return "a hundred"
    if value < len(_UNITS):
        return _UNITS[value]
    tens, units = divmod(value, 10)
    return _TENS[tens - 2] + (f"-{_UNITS[units]}" if units else "")


def plain_decimal(number: Decimal) -> str:
    """All digits, no exponent and no zeros at the end."""
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
