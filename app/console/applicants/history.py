"""What was decided about a person: all of it in time, what of it stands, what can change when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from app import clock
from app.api.determinations.stored import KIND, kept, note, text_of
from app.api.http.answered.faults import alarm_damaged
from app.api.http.service import current_service
from app.api.records.searching import found_determinations
from app.console.answers.telling import Told
from app.law.words import day_in_words
from app.records.applicants.applicants import Applicant
from app.records.damaged import Row
from app.records.errors import RecordDamaged
from app.records.ledger.searching import Wanted

AT_MOST = 100
"""So many determinations a page shows; the older ones are found under Answers."""


@dataclass(frozen=True)
class Coming:
    """A day on which something ends or has to be done, and the answer that says so."""

    on: date
    says: str
    told: Told


@dataclass(frozen=True)
class History:
    """The determinations under a reference, the newest first, and the documents of those that
    stand, one for each question.
    """

    rows: list[Row]
    standing: list[Told]

    @property
    def has_more(self) -> bool:
        """Whether there are older ones than these."""
        return len(self.rows) > AT_MOST

    @property
    def latest(self) -> str | None:
        """The newest answer that stands, whose facts a new question starts with."""
        return self.standing[0].document["id"] if self.standing else None

    @cached_property
    def coming(self) -> list[Coming]:
        """What ends or has to be done from today on, the nearest day first."""
        today = clock.today()
        found = (each for told in self.standing for each in _days_of(told))
        return sorted((each for each in found if each.on >= today), key=lambda each: each.on)


def history_of(applicant: Applicant) -> History:
    """What the caller may see of what was decided about an applicant. Another organization may use
    the same reference for somebody else, so only its own organization's counts.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    wanted = Wanted(subject=applicant.subject, organization=applicant.organization)
    return history(wanted)


def history(wanted: Wanted) -> History:
    """The same of determinations that are wanted.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    rows = found_determinations(wanted, AT_MOST)
    alarm_damaged(KIND, [row.id for row in rows if row.columns is None])
    newest: dict[str, str] = {}
    for row in rows:
        if row.columns and row.columns["others_standing"] is not None:
            newest.setdefault(row.columns["question"], row.columns["id"])
    return History(rows, [told for id in newest.values() if (told := _told(id)) is not None])


def _told(id: str) -> Told | None:
    """The document of a determination; none where it is damaged."""
    try:
        found = kept(UUID(id))
    except RecordDamaged:
        alarm_damaged(KIND, [id])
        return None
    note("determination.read", id)
    document: Mapping[str, Any] = orjson.loads(text_of(found))
    return Told(current_service().decider, document)


def _days_of(told: Told) -> Iterator[Coming]:
    """The days that a document names: how long the answer and its conclusions stay, deadlines."""
    document = told.document
    if last := _day(document.get("valid_until")):
        because = document.get("valid_until_because") or ""
        says = f"The same facts give the same answer through {day_in_words(last)}. {because}"
        yield Coming(last, says.strip(), told)
    for deadline in document.get("deadlines") or ():
        if on := _day(deadline["on"]):
            yield Coming(on, f"{deadline['do']} {deadline.get('why', '')}".strip(), told)
    for each in (document.get("concludes_until") or {}).values():
        if (last := _day(each["last"])) and each.get("says"):
            yield Coming(last, each["says"], told)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
