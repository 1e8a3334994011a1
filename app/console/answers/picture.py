"""The year of an answer as a picture: the days on which the same facts would come to which outcome,
and the days that matter. The same stands in a table beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.console.year import NOT_ENCODED, Mark, Stretch, YearPicture, numbered
from app.determinations.again.calendar import NotADayQuestion, eligibility_calendar
from app.determinations.cases.case import read_facts
from app.determinations.decide import Decider
from app.determinations.errors import FactsRefused
from app.law.errors import UnknownEdition, UnknownQuestion
from app.law.reading.names import nest
from app.law.words import day_in_words


def year_picture(decider: Decider, document: Mapping[str, Any]) -> YearPicture | None:
    """The year of the day asked about; None where the answer does not hang on the day of a fact, or
    was given under another text of the law.
    """
    day = date.fromisoformat(document["as_of"])
    if document["law"]["digest"] != decider.lawbook.digest:
        return None
    try:
        facts = read_facts(decider.lawbook, document["question"], nest(document["facts"]))
        calendar: Mapping[str, Any] = eligibility_calendar(
            decider, document["question"], facts, day.year, document["edition"]
        )
    except (NotADayQuestion, FactsRefused, UnknownQuestion, UnknownEdition):
        return None
    stretches = tuple(_stretch(each) for each in calendar["intervals"])
    return YearPicture(day.year, calendar["says"], stretches, _marks(day, document["deadlines"]))


def _stretch(interval: Mapping[str, Any]) -> Stretch:
    return Stretch.of(
        date.fromisoformat(interval["first"]),
        date.fromisoformat(interval["last"]),
        interval["outcome"] or NOT_ENCODED,
        (ground["title"] for ground in interval.get("grounds", ())),
    )


def _marks(day: date, deadlines: Sequence[Mapping[str, Any]]) -> tuple[Mark, ...]:
    words = {day: f"{day_in_words(day)}: the day asked about."}
    for deadline in deadlines:
        on = date.fromisoformat(deadline["on"])
        if on.year == day.year:
            words[on] = f"{words[on]} {deadline['do']}" if on in words else deadline["do"]
    return numbered(words)
