"""An eligibility calendar: for the same facts, on which days of a year the outcome would be which,
and on which ground.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from msgspec import structs, to_builtins

from app.determinations.answer import ReasonAnswer
from app.determinations.cases.case import Case
from app.determinations.cases.events import events_of
from app.determinations.cases.withheld import without_doubted
from app.determinations.changes.other_days import OtherDays
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.several.several_events import decide_events
from app.determinations.telling.wording import Document
from app.law.errors import LawNotEncoded
from app.law.facts import Value
from app.law.lawbook import Lawbook
from app.law.spans import FIRST_DAY, LAST_DAY, Span, day_before
from app.law.words import span_in_words


class NotADayQuestion(ValueError):
    """The question does not look at the day of a stated fact, or that day is out of range: a
    calendar of it would say nothing.
    """


@dataclass(frozen=True)
class Interval:
    """Consecutive days with one outcome on the same grounds.

    Without a determination where the law is not encoded.
    """

    span: Span
    determination: Determination | None
    because: str | None = None

    @property
    def grounds(self) -> tuple[ReasonAnswer, ...]:
        """Every ground on which it is eligible, where it is."""
        if self.determination is None or self.determination.outcome != "eligible":
            return ()
        found: dict[str, ReasonAnswer] = {}
        for number, decided in enumerate(self.determination.for_each_event):
            for reason in decided.reasons:
                if reason.effect == "grants" and (reason.status == "applies" or reason.decisive):
                    leads = reason.leads and number == 0
                    found.setdefault(reason.provision, structs.replace(reason, leads=leads))
        return tuple(found.values())

    @property
    def same_as(self) -> tuple[object, ...]:
        """Two neighboring intervals that agree in this are one."""
        if self.determination is None:
            return (None, self.because)
        return (self.determination.outcome, tuple((r.provision, r.leads) for r in self.grounds))


def eligibility_intervals(
    decider: Decider, question: str, facts: Mapping[str, Value], year: int, edition: str
) -> list[Interval]:
    """Every interval of a year, in order, each decided by the engine on its first day.

    The fact that names the day (`governed_by`) moves; a value given for it is set aside.

    Raises:
        NotADayQuestion: the question is not governed by the day of a fact, or no such year can be
            spoken of.
        UnknownQuestion, UnknownEdition: there is none of that name.
    """
    governing = decider.lawbook.question(question).governed_by
    decider.lawbook.edition(edition)
    if governing is None:
        raise NotADayQuestion(
            f"{question} does not depend on the day of a fact, so there is no calendar of it."
        )
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise NotADayQuestion(f"Years run from {FIRST_DAY.year} to {LAST_DAY.year}.")
    intervals: list[Interval] = []
    new_year = date(year, 1, 1)
    whole = Case(
        question, {**facts, governing: new_year}, new_year, edition, events=events_of(facts)
    )
    starts = sorted({day for case in whole.for_each_event() for day in _starts(decider, case)})
    for first, following in zip(
        starts, [*starts[1:], date(year, 12, 31) + timedelta(days=1)], strict=True
    ):
        asked = replace(whole, facts={**facts, governing: first}, as_of=first)
        found = _interval(decider, asked, Span(first, day_before(following)))
        if intervals and intervals[-1].same_as == found.same_as:
            span = Span(intervals[-1].span.first, found.span.last)
            intervals[-1] = Interval(span, intervals[-1].determination, intervals[-1].because)
        else:
            intervals.append(found)
    return intervals


def _starts(decider: Decider, case: Case) -> set[date]:
    """The days of the year of a case, from its own on, on which something may change: where the law
    does, and where a condition does.
    """
    lawbook: Lawbook = decider.lawbook
    first, last = case.as_of, date(case.as_of.year, 12, 31)
    facts = without_doubted(lawbook, case.question, case.facts)
    days = OtherDays(lawbook, decider.facts_in_play, replace(case, facts=facts))
    starts = {first}
    turns = lawbook.boundaries(case.question, case.edition)
    for day in (first, *(turn for turn in turns if first < turn <= last)):
        starts.add(day)
        try:
            here = days.on(day)
        except LawNotEncoded:
            continue
        starts.update(cut for cut in days.cuts_after(here, day) if cut <= last)
    return starts


def _interval(decider: Decider, case: Case, span: Span) -> Interval:
    try:
        return Interval(span, decide_events(decider, case))
    except LawNotEncoded as error:
        return Interval(span, None, error.because)


def eligibility_calendar(
    decider: Decider, question: str, facts: Mapping[str, Value], year: int, edition: str
) -> Document:
    """The eligibility calendar of a year as a JSON-ready document.

    Raises:
        NotADayQuestion: see `eligibility_intervals`.
    """
    intervals = eligibility_intervals(decider, question, facts, year, edition)
    documents = [_document(interval) for interval in intervals]
    governing = decider.lawbook.question(question).governed_by
    return {
        "question": question,
        "asks": decider.lawbook.question(question).asks,
        "year": year,
        "edition": edition,
        "says": _says(intervals, year),
        "set_aside": [governing] if governing in facts else [],
        "eligible": [d for d in documents if d["outcome"] == "eligible"],
        "intervals": documents,
        "law": {"digest": decider.lawbook.digest},
    }


def _says(intervals: list[Interval], year: int) -> str:
    """The days of eligibility, then the days of which nothing can be said, and why."""

    def days(chosen: list[Interval]) -> str:
        return "; ".join(span_in_words(i.span.first, i.span.last) for i in chosen)

    eligible = [i for i in intervals if i.determination and i.determination.outcome == "eligible"]
    open_still = [
        i for i in intervals if i.determination and i.determination.outcome == "undetermined"
    ]
    unencoded = [i for i in intervals if i.determination is None]
    told = []
    if eligible:
        told.append(f"Eligible in {year}: {days(eligible)}.")
    elif not open_still and not unencoded:
        told.append(f"On no day of {year} would these facts be eligible.")
    if open_still:
        told.append(f"Not known from these facts: {days(open_still)}.")
    if unencoded:
        told.append(f"The law is not encoded: {days(unencoded)}.")
    return " ".join(told)


def _document(interval: Interval) -> Document:
    document: Document = {
        "first": interval.span.first.isoformat(),
        "last": interval.span.last.isoformat() if interval.span.last else None,
    }
    decided = interval.determination
    if decided is None:
        return {**document, "outcome": None, "because": interval.because}
    document |= {"outcome": decided.outcome, "cautions": list(decided.cautions)}
    document["grounds"] = [
        {
            "provision": reason.provision,
            "title": reason.title,
            "citation": to_builtins(reason.citation),
            "evidence": reason.evidence,
            "leads": reason.leads,
            "on_first_day": reason.concludes or {},
        }
        for reason in interval.grounds
    ]
    if decided.outcome == "undetermined":
        document["needs"] = list(dict.fromkeys(fact.name for fact in decided.needs))
    return document
