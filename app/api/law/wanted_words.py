"""Provisions and calendars found by words."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from app.law.calendars import Calendar
from app.law.facts import Citation
from app.law.provision import Provision
from app.law.running_text import filled

_WORD = re.compile(r"\w+")


def has_words(wanted: str, text: str) -> bool:
    """Whether a text has every one of some words, at the beginning of a word of its own. Case and
    accents do not matter. Signs between words count for nothing, so signs alone are in no text.
    """
    asked, found = _words(wanted), set(_words(text))
    return bool(asked) and all(any(word.startswith(each) for word in found) for each in asked)


def provision_text(provision: Provision) -> str:
    """Everything of a provision that people look for: its name, title, gist with its latest
    numbers, reading, caution and where it is written.
    """
    values = provision.values_on(date.max)
    return _joined(
        [
            provision.id,
            provision.title,
            filled(provision.gist, values),
            filled(provision.reading or "", values),
            provision.text_missing,
            None if provision.caution is None else str(provision.caution),
        ],
        (part.value for part in provision.citation.values),
    )


def calendar_text(calendar: Calendar) -> str:
    """Everything of a calendar that people look for: its name, title, where it is written, who
    designated its periods, and for whom they are.
    """
    told = [text for period in calendar.periods for text in (period.authority, period.note)]
    told += [text for period in calendar.every_year for text in (period.authority, period.note)]
    return _joined([calendar.id, calendar.title, calendar.limited_to, *told], [calendar.citation])


def _joined(parts: Iterable[str | None], citations: Iterable[Citation]) -> str:
    cited = [text for each in citations for text in (each.instrument, each.under)]
    return " ".join(part for part in (*parts, *cited) if part)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))
