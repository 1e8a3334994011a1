"""The provisions of an edition on a day, by topic, found by words."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from flask import render_template
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.service import current_service
from app.api.law.answers import CalendarSummaryAnswer, ProvisionsAnswer, ProvisionSummaryAnswer
from app.api.law.provisions import Query, provisions_answer
from app.console.guard import pages, public
from app.console.law.asked import AS_OF, LawAsked, usual_day
from app.law.edition_law import EditionLaw
from app.law.words import day_in_words

Summary = ProvisionSummaryAnswer | CalendarSummaryAnswer


@dataclass
class Topic:
    """The provisions of one topic: those in force, by question, and the others."""

    id: str
    in_force: dict[str, list[ProvisionSummaryAnswer]] = field(
        default_factory=lambda: defaultdict(list)
    )
    others: list[Summary] = field(default_factory=list)
    calendars: list[CalendarSummaryAnswer] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the topic is called."""
        return self.id.replace("-", " ").capitalize()

    @property
    def count(self) -> int:
        """How many provisions and calendars of it are in force."""
        return sum(map(len, self.in_force.values())) + len(self.calendars)


@pages.get("/law")
@public
def law() -> AnyResponse | tuple[str, int]:
    """The provisions that are in force on a day, and those that are not yet or no more."""
    asked = LawAsked()
    edition = asked.edition()
    day, words = asked.day(AS_OF, usual_day(edition)), asked.words()
    asked.require_checked(edition, day)
    if (leads_on := asked.address()) is not None:
        return leads_on
    topics = [] if asked.wrong or day is None else _topics(edition, day, words)
    page = render_template(
        "law/browse.html",
        asked=asked,
        edition=edition.edition,
        day=day,
        words_wanted=words,
        topics=topics,
        count=sum(topic.count for topic in topics),
        questions=current_service().lawbook.questions,
        days=days_of(day) if day is not None else {},
    )
    return page, asked.status


def _topics(edition: EditionLaw, day: date, words: str) -> list[Topic]:
    service, query = current_service(), Query(edition=edition.edition.name)
    if words:
        query["words"] = words
    everything = provisions_answer(service, query)
    in_force = provisions_answer(service, Query(**query, as_of=day))
    return _by_topic(everything, in_force)


def _by_topic(everything: ProvisionsAnswer, in_force: ProvisionsAnswer) -> list[Topic]:
    topics: dict[str, Topic] = {}
    listed: list[Summary] = [*everything.provisions, *everything.calendars]
    standing = {p.id for p in in_force.provisions} | {c.id for c in in_force.calendars}

    def topic(each: Summary) -> Topic:
        id = each.id.partition("/")[0]
        return topics.setdefault(id, Topic(id))

    for provision in in_force.provisions:
        topic(provision).in_force[provision.answers].append(provision)
    for calendar in in_force.calendars:
        topic(calendar).calendars.append(calendar)
    for each in listed:
        if each.id not in standing:
            topic(each).others.append(each)
    return sorted(topics.values(), key=lambda each: each.id)


def days_of(day: date) -> dict[str, str]:
    """The first and the last day of a day's year, as addresses carry them."""
    return {"from": date(day.year, 1, 1).isoformat(), "to": date(day.year, 12, 31).isoformat()}


@pages.app_template_filter()
def not_in_force_words(each: Summary, day: date) -> str:
    """Why something is not in force on a day: it begins later, or has ended."""
    span = each.in_force
    if span is None:
        return "not in this edition"
    if span.first > day:
        return f"begins on {day_in_words(span.first)}"
    assert span.last is not None
    return f"ended on {day_in_words(span.last)}"
