"""Days and numbers of English sentences, said again in another language."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

ENGLISH = "en"
LOCALES = {"en": "en_US", "es": "es_US"}
"""The languages of letters, as callers name them, each with the conventions of the country."""
NAMES = {"en": "English", "es": "Spanish (Español)"}
_MONTHS = tuple(date(2000, month, 1).strftime("%B") for month in range(1, 13))
_MONTH = "|".join(_MONTHS)
DATED = _DAY = re.compile(rf"(?:{_MONTH}) \d{{1,2}}, \d{{4}}")
"""A day in English words."""
_SPAN = re.compile(rf"((?:{_MONTH}) \d{{1,2}}(?:, \d{{4}})?) through ({_DAY.pattern})")
_OPEN_SPAN = re.compile(rf"({_DAY.pattern}) on")
_NUMBER = re.compile(r"(?:(about|just over|just under) )?(-?\d{1,3}(?:,?\d{3})*(?:\.\d+)?)")
_DAYS = re.compile(rf"({_NUMBER.pattern}) days?")
_JOINED = re.compile(r",? (?:and|or) |, ")
Phrase = Callable[[str], str | None]
"""Words of the law in a language, such as those of a choice; none where there are none."""


def say_day(day: date, language: str) -> str:
    """A day in the words of a language: May 3, 2012; 3 de mayo de 2012."""
    return format_date(day, "long", LOCALES[language])


def say_number(number: Decimal, language: str) -> str:
    """A number with the separators of a language and as many decimals as it has."""
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    return str(format_decimal(number, pattern, LOCALES[language], decimal_quantization=False))


class Language:
    """What letters need of one language besides the sentences of its catalogue.

    *parts* has the sentences with which spans and rounded numbers are put together, by name.
    """

    def __init__(self, code: str, parts: Callable[[str], str | None]) -> None:
        self.code, self._parts = code, parts

    def say(self, words: str, phrase: Phrase) -> str | None:
        """English words that filled a gap: a day, days in a row, a number, words that the law
        defines, or several of these. None where they cannot be said in the language.
        """
        for known in (self._say_day, self._say_span, self._say_number, phrase):
            said = known(words)
            if said is not None:
                return said
        return self._say_several(words, phrase)

    def _say_day(self, words: str) -> str | None:
        return say_day(_day(words), self.code) if _DAY.fullmatch(words) else None

    def _say_span(self, words: str) -> str | None:
        if found := _SPAN.fullmatch(words):
            first, last = found.groups()
            end = _day(last)
            start = _day(first if "," in first else f"{first}, {end.year}")
            return self._part("span", first=say_day(start, self.code), last=say_day(end, self.code))
        if found := _OPEN_SPAN.fullmatch(words):
            return self._part("open-span", first=say_day(_day(found[1]), self.code))
        return None

    def _say_number(self, words: str) -> str | None:
        if days := _DAYS.fullmatch(words):
            number = self._say_number(days[1])
            return None if number is None else self._part("days", number=number)
        found = _NUMBER.fullmatch(words)
        if found is None:
            return None
        number = say_number(Decimal(found[2].replace(",", "")), self.code)
        if found[1] is None:
            return number
        return self._part(found[1].replace(" ", "-"), number=number)

    def _say_several(self, words: str, phrase: Phrase) -> str | None:
        """`a, b, or c`: each said by itself."""
        for separator in _JOINED.finditer(words):
            before, after = words[: separator.start()], words[separator.end() :]
            left, right = phrase(before) or self._simple(before), self.say(after, phrase)
            name = separator[0].strip(" ,") or "comma"
            if left is not None and right is not None:
                return self._part(name, first=left, rest=right)
        return None

    def _simple(self, words: str) -> str | None:
        return self._say_day(words) or self._say_span(words) or self._say_number(words)

    def _part(self, name: str, **words: str) -> str | None:
        sentence = self._parts(name)
        return None if sentence is None else sentence.format(**words)


def _day(words: str) -> date:
    month, day, year = re.split(r",? ", words)
    return date(int(year), _MONTHS.index(month) + 1, int(day))


def said_again(words: str, language: str) -> str:
    """A day in English words, in the words of a language."""
    return say_day(_day(words), language)
