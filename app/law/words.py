"""Days and numbers as people read them."""

from collections.abc import Collection
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


def number_in_words(number: int | Decimal | Fraction, edges: Collection[int | Decimal] = ()) -> str:
    """A number as it was stated; one that was computed, with two decimals at most.

    What is rounded says so: about 66.67. Rounding never hides on which side of a whole number or
    of one of the *edges* it lies: just under 75.
    """
    if isinstance(number, Fraction):
        rounded = Decimal(round(number * 100)).scaleb(-2)
        if rounded == number:
            return _written(rounded)
        if rounded == rounded.to_integral_value() or rounded in edges:
            return f"just {'over' if number > rounded else 'under'} {_written(rounded)}"
        return f"about {_written(rounded)}"
    return _written(number)


def money_in_words(amount: int | Decimal | Fraction) -> str:
    """An amount with its cents: 412.50."""
    return f"{Decimal(round(Fraction(amount) * 100)).scaleb(-2):,f}"


def _written(number: int | Decimal) -> str:
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
