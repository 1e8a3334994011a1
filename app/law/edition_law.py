"""What one edition of the law contains, and when each of it governs."""

from collections.abc import Iterable
from datetime import date

from app.law.calendars import Calendar, Series, StandingCalendar, ended_by
from app.law.holidays import LegalHolidays
from app.law.provision import Provision, Source
from app.law.questions import Edition
from app.law.spans import Span, day_after, day_before


class EditionLaw:
    """The provisions and calendars that one edition contains, with the days on which each governs
    in it.
    """

    def __init__(
        self,
        edition: Edition,
        provisions: Iterable[Provision],
        calendars: Iterable[Calendar],
        holidays: LegalHolidays,
    ) -> None:
        self.edition = edition
        self.provisions = {p.id: p for p in provisions if self._contains(p.enacted)}
        known = {c.id: c for c in calendars if self._contains(c.enacted)}
        self.successors: dict[str, list[Provision | Calendar]] = {}
        enacted: list[Provision | Calendar] = [*self.provisions.values(), *known.values()]
        for newer in enacted:
            for older in newer.supersedes:
                self.successors.setdefault(older, []).append(newer)
        self.in_force = {id: self._ended(p) for id, p in self.provisions.items()}
        self.calendars = {
            id: StandingCalendar(c, self._ended(c), edition.enacted_through, holidays)
            for id, c in known.items()
        }
        names = dict.fromkeys(c.series for c in known.values())
        self.series = {
            name: Series(name, [c for c in self.calendars.values() if c.calendar.series == name])
            for name in names
        }
        self.by_question: dict[str, list[Provision]] = {}
        for provision in self.provisions.values():
            self.by_question.setdefault(provision.answers, []).append(provision)

    def _contains(self, enacted: date) -> bool:
        return self.edition.enacted_through is None or enacted <= self.edition.enacted_through

    def _ended(self, older: Provision | Calendar) -> Span:
        return ended_by(
            older.in_force, [newer.in_force.first for newer in self.successors.get(older.id, [])]
        )

    def not_encoded(self, series: Series, span: Span) -> list[Span]:
        """The days of a span (with a last day) before the first calendar of a series, or after
        those for which anybody looked.
        """
        assert span.last is not None
        begins, checked = (
            min(c.in_force.first for c in series.calendars),
            self.edition.checked_through,
        )
        missing = []
        if span.first < begins:
            missing.append(span.until(day_before(begins)))
        if checked is not None and checked < span.last:
            missing.append(Span(max(span.first, day_after(checked)), span.last))
        return missing

    def source_on(self, what: Provision | Calendar, day: date) -> Source:
        """Where a provision or calendar is written on a day, and how well that was read."""
        if isinstance(what, Calendar):
            return Source(what.citation, what.evidence)
        cut = self.edition.enacted_through
        return Source(what.citation.on(day, cut), what.evidence.on(day, cut))

    def provisions_on(self, question: str, day: date) -> list[Provision]:
        """The provisions in force for a question, bars first, then what refers, then grants.

        By id within each.
        """
        order = {"bars": 0, "refers": 1, "grants": 2, "cautions": 3}
        found = [p for p in self.by_question.get(question, []) if day in self.in_force[p.id]]
        return sorted(found, key=lambda p: (order[p.effect], p.id))
