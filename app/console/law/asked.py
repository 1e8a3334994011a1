"""The days and the edition that a page about the law is asked for. They stand in its address, so
that it can be sent to a colleague; nothing personal does.
"""

from dataclasses import dataclass, field
from datetime import date

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.http.service import current_service
from app.console.ask.fields import NO_DAY, Field
from app.law.edition_law import EditionLaw
from app.law.fact_types import NotThatFact
from app.law.facts import FactDefinition
from app.law.questions import Edition
from app.law.words import day_in_words

AS_OF = FactDefinition("as_of", "day", asks="On which day?")
WORDS_AT_MOST = 100
_PARTS = (".month", ".day", ".year")


@dataclass
class LawAsked:
    """What stands in the address of a page about the law, read part by part; the page comes again
    with a sentence at each part that cannot be.
    """

    fields: dict[str, Field] = field(default_factory=dict)
    _query: dict[str, str] = field(default_factory=dict)
    _is_in_parts: bool = False

    def edition(self, name: str = "edition", usual: str | None = None) -> EditionLaw:
        """An edition; the usual one where none is named, or one that there is not."""
        service = current_service()
        lawbook, usual = service.lawbook, usual or service.edition
        choices = {each.name: edition_words(each) for each in lawbook.editions.values()}
        asks = "Which edition of the law?" if name == "edition" else "Which other edition?"
        sent = request.args.get(name) or usual
        shown = Field(FactDefinition(name, "choice", asks=asks, choices=choices), {"": sent})
        self.fields[name] = shown
        if sent not in lawbook.editions:
            shown.errors.append("Choose one of the editions.")
            return lawbook.edition(usual)
        if request.args.get(name):
            self._query[name] = sent
        return lawbook.edition(sent)

    def day(self, fact: FactDefinition, usual: date | None) -> date | None:
        """A day, sent whole or as month, day and year; the usual one where none was sent, none
        where what was sent is no day.
        """
        args = request.args
        is_whole = bool(args.get(fact.name))
        shown = Field.sent(fact, args)
        self._is_in_parts |= any(fact.name + part in args for part in _PARTS)
        if shown.is_empty and not is_whole:
            self.fields[fact.name] = Field.of(fact, usual.isoformat() if usual else None)
            return usual
        try:
            found = fact.read(args[fact.name] if is_whole else shown.value())
        except NotThatFact as error:
            shown.errors.append(NO_DAY if is_whole else str(error))
            self.fields[fact.name] = shown
            return None
        assert isinstance(found, date)
        self.fields[fact.name] = Field.of(fact, found.isoformat())
        self._query[fact.name] = found.isoformat()
        return found

    def require_checked(self, law: EditionLaw, day: date | None) -> None:
        """Note a day after the last one through which an edition was checked."""
        checked = law.edition.checked_through
        if day is not None and checked is not None and day > checked:
            self.fields[AS_OF.name].errors.append(
                f"The edition {law.edition.name} was checked only through {day_in_words(checked)}. "
                "Choose that day or an earlier one."
            )

    def words(self) -> str:
        """The words to look for, in one line."""
        found = " ".join(request.args.get("words", "").split())[:WORDS_AT_MOST]
        if found:
            self._query["words"] = found
        return found

    @property
    def wrong(self) -> list[Field]:
        """The parts that cannot be."""
        return [each for each in self.fields.values() if each.errors]

    @property
    def status(self) -> int:
        """The status of the page."""
        return 422 if self.wrong else 200

    def address(self) -> AnyResponse | None:
        """Where a form that was sent in parts leads: the same with whole days."""
        if not self._is_in_parts or self.wrong:
            return None
        values = {**(request.view_args or {}), **self._query}
        return redirect(url_for(request.endpoint or "", **values), 303)


def usual_day(law: EditionLaw) -> date:
    """Today, or the last day through which an edition was checked."""
    today, checked = clock.today(), law.edition.checked_through
    return today if checked is None else min(today, checked)


def edition_words(edition: Edition) -> str:
    """An edition, as a person chooses it."""
    if edition.enacted_through is None:
        return f"{edition.name}: {edition.title}"
    enacted = day_in_words(edition.enacted_through)
    return f"{edition.name}: {edition.title}, through {enacted}"
